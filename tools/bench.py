#!/usr/bin/env python3
"""Runs the benchmark programs and prints one table; with --write puts it into docs/performance.md.

usage: tools/bench.py FOLDER [--write] [NAME ...]

A program prints one line a subject, as bench/ratio.hpp does:
  bench name=bus_hop_p50 subject="151 ns" anchor=raw_spsc_ring anchor_value="145 ns" ratio=1.04 spread=0.03 target="<= 1.15"
"""
import pathlib
import shlex
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
page = root / "docs" / "performance.md"
BEGIN, END = "<!-- table: ./dev bench --write -->", "<!-- end of table -->"


def holds(ratio, target):
    if not target:
        return ""
    comparison, limit = target.split()
    met = float(ratio) <= float(limit) if comparison == "<=" else float(ratio) >= float(limit)
    return "yes" if met else "**no**"


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
                fields = dict(part.split("=", 1) for part in shlex.split(line)[1:])
                fields.setdefault("target", "")
                rows.append(fields)
                print(line, file=sys.stderr)
    table = ["| subject | measured | anchor | anchor measured | ratio | spread | target | met |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        table.append("| {name} | {subject} | {anchor} | {anchor_value} | {ratio} | {spread} | {target} | {met} |".format(
            met=holds(row["ratio"], row["target"]), **row))
    print("\n".join(table))
    if "--write" in sys.argv:
        text = page.read_text()
        before, rest = text.split(BEGIN)
        _, after = rest.split(END)
        page.write_text(before + BEGIN + "\n" + "\n".join(table) + "\n" + END + after)


main()
