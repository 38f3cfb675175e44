#!/usr/bin/env python3
"""Every C++ and Python block of the docs stands in a file that the tests compile or run.

A block may leave out lines of the file with a line that is only `...` (behind // or #); indentation does not count.
"""
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent


def tracked(*patterns):
    return subprocess.run(["git", "ls-files", *patterns], cwd=root, capture_output=True, text=True, check=True).stdout.split()


def normal(text):
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


sources = {"cpp": [normal((root / f).read_text()) for f in tracked("examples/*.cpp", "tests/*.cpp", "tests/install/*.cpp", "schema/*")],
           "python": [normal((root / f).read_text()) for f in tracked("examples/*.py", "clients/python/*.py")]}
errors, blocks = [], 0
for name in tracked("*.md"):
    for language, block in re.findall(r"```(cpp|python)\n(.*?)```", (root / name).read_text(), re.S):
        blocks += 1
        parts = [normal(part) for part in re.split(r"^\s*(?://|#) \.\.\.$", block, flags=re.M)]
        if not any(all(part in source for part in parts if part) for source in sources[language]):
            errors.append(f"{name}: this {language} block stands in no file that is compiled or run:\n{block}")
print("\n".join(errors) if errors else f"code in the docs: {blocks} blocks, all compiled or run elsewhere")
sys.exit(bool(errors))
