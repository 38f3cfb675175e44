#!/usr/bin/env python3
"""Makes the C++, Python and TypeScript codecs, and the table in docs/wire-protocol.md, from schema/messages.toml.

    tools/generate_codecs.py           writes them
    tools/generate_codecs.py --check   writes nothing; fails with a diff where a file is not what the schema gives
"""

import argparse
import difflib
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from wire_codecs import cpp, document, model, python, typescript  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PAGE = "docs/wire-protocol.md"


def outputs(schema: model.Schema) -> dict[str, str]:
    return {
        "trunkline/wire/messages.hpp": cpp.header(schema),
        "trunkline/wire/messages.cpp": cpp.source(schema),
        "trunkline/wire/visit.hpp": cpp.visitor(schema),
        "clients/python/trunkline/messages.py": python.module(schema),
        "clients/web/src/wire/messages.ts": typescript.module(schema),
        PAGE: document.page(schema, (ROOT / PAGE).read_text(encoding="utf-8")),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only")
    check = parser.parse_args().check
    try:
        schema = model.load(ROOT / "schema/messages.toml")
        made = outputs(schema)
    except model.SchemaError as error:
        print(f"schema/messages.toml: {error}", file=sys.stderr)
        return 1
    stale = 0
    for name, text in made.items():
        path = ROOT / name
        present = path.read_text(encoding="utf-8") if path.exists() else ""
        if present == text:
            continue
        if check:
            stale += 1
            sys.stdout.writelines(difflib.unified_diff(
                present.splitlines(keepends=True), text.splitlines(keepends=True), name, f"{name} as the schema gives it"))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    if stale:
        print(f"{stale} of {len(made)} files differ from schema/messages.toml; run tools/generate_codecs.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
