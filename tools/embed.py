#!/usr/bin/env python3
"""Writes a C++ file that holds the bytes of another file. usage: tools/embed.py FILE NAMESPACE NAME OUTPUT"""
import pathlib
import sys

source, namespace, name, output = sys.argv[1:]
data = pathlib.Path(source).read_bytes()
# Short literals joined by the compiler; a backslash-octal escape never runs into the character behind it.
rows = [data[i:i + 1000] for i in range(0, len(data), 1000)]
text = "\n".join('    "' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}" for b in row) + '"' for row in rows)
pathlib.Path(output).write_text(f"""// Made by tools/embed.py.
#include <string_view>

namespace {namespace} {{
extern const std::string_view {name};
const std::string_view {name}{{
{text},
    {len(data)}}};
}}  // namespace {namespace}
""")
