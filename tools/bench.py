#!/usr/bin/env python3
"""Runs the benchmark programs and prints one table; with --write puts it into docs/performance.md.

usage: tools/bench.py FOLDER [--write] [NAME ...]

A program prints one line a subject, as bench/ratio.hpp does:
  bench name=hop subject=151.2 ns anchor=spsc anchor_value=140 ns ratio=1.080 spread=0.040 target<=1.15 met=yes
"""
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
page = root / "docs" / "performance.md"
BEGIN, END = "<!-- table: ./dev bench --write -->", "<!-- end of table -->"


def fields_of(line):
    fields = {"target": "", "met": ""}
    for key, sign, value in re.findall(r"(\w+)(=|<=|>=)(.*?)(?= \w+(?:=|<=|>=)|$)", line.removeprefix("bench ")):
        fields[key] = value if sign == "=" else f"{sign} {value}"
    fields["met"] = fields["met"].replace("no", "**no**")
    return fields


def main():
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    folder, names = pathlib.Path(arguments[0]), arguments[1:]
    programs = sorted(p for p in folder.glob("bench_*") if p.is_file())
    if names:
        programs = [p for p in programs if p.name.removeprefix("bench_") in names]
    if not programs:
        sys.exit(f"no benchmark of that name in {folder}")
    rows = []
    for program in programs:
        print(f"== {program.name}", file=sys.stderr)
        output = subprocess.run([program], capture_output=True, text=True)
        if output.returncode != 0:
            sys.exit(f"{program.name} failed:\n{output.stdout}{output.stderr}")
        for line in output.stdout.splitlines():
            if line.startswith("bench "):
                rows.append(fields_of(line))
                print(line, file=sys.stderr)
    table = ["| subject | measured | anchor | anchor measured | ratio | spread | target | met |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        table.append("| {name} | {subject} | {anchor} | {anchor_value} | {ratio} | {spread} | {target} | {met} |".format(**row))
    print("\n".join(table))
    if "--write" in sys.argv:
        text = page.read_text()
        before, rest = text.split(BEGIN)
        _, after = rest.split(END)
        page.write_text(before + BEGIN + "\n" + "\n".join(table) + "\n" + END + after)


main()
