#!/usr/bin/env python3
"""Fails on an include against the direction of the house.

The allowed directions are the ROOMS column of the trunkline_room table in CMakeLists.txt, and what comes through it.
"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
table = {}
for name, rest in re.findall(r"^trunkline_(?:room|program)\((\S+)([^)]*)\)", (root / "CMakeLists.txt").read_text(), re.M):
    rooms = re.search(r"ROOMS ([^A-Z)]*)", rest)
    table[name] = rooms.group(1).split() if rooms else []


def reachable(room):
    seen, todo = set(), [room]
    while todo:
        current = todo.pop()
        if current not in seen:
            seen.add(current)
            todo.extend(table[current])
    return seen


def room_of(path):
    """The room that a file or an include path lies in: its longest prefix that is in the table."""
    parts = pathlib.PurePosixPath(path).parts[:-1]
    if parts and parts[0] == "trunkline":
        parts = parts[1:]
    for length in range(len(parts), 0, -1):
        name = "/".join(parts[:length])
        if name in table:
            return name
    return None


errors = []
for folder in ("trunkline", "sandbox", "apps"):
    for file in sorted((root / folder).rglob("*.[ch]pp")):
        where = file.relative_to(root)
        room = room_of(where)
        if room is None:
            errors.append(f"{where}: lies in no room of CMakeLists.txt")
            continue
        allowed = reachable(room)
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = re.match(r'\s*#include "((?:trunkline|sandbox|apps)/[^"]+)"', line)
            if not match:
                continue
            target = room_of(match.group(1))
            if target not in allowed:
                errors.append(f"{where}:{number}: {room} must not include {target} ({match.group(1)})")
print("\n".join(errors) if errors else f"include directions: {len(table)} rooms, no include against the direction")
sys.exit(bool(errors))
