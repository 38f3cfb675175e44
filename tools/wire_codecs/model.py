"""Reads schema/messages.toml and works out where every field lies. A layout that needs hidden padding is refused."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

# name in the schema -> size in bytes
SCALARS = {
    "u8": 1, "i8": 1, "u16": 2, "u32": 4, "u64": 8, "i64": 8,
    "symbol": 8, "price": 8, "quantity": 8, "rate": 8, "time": 8, "duration": 8,
}
HEADER_SIZE = 8
MAX_PAYLOAD = 65_528


class SchemaError(Exception):
    pass


@dataclass
class Field:
    name: str
    type: str
    doc: str = ""
    size: int = 0
    offset: int = 0
    counts: str = ""  # the list whose items this field counts


@dataclass
class Tail:
    name: str
    type: str  # "char", "symbol" or a struct
    count: str
    item_size: int = 0


@dataclass
class Message:
    name: str
    id: int
    doc: str
    fields: list[Field]  # the stamp first
    tails: list[Tail]
    padding: int = 0
    size: int = 0  # of the fixed part

    def own(self, stamp: list[Field]) -> list[Field]:
        return self.fields[len(stamp):]


@dataclass
class Enum:
    name: str
    doc: str
    values: list[tuple[str, int]]


@dataclass
class Struct:
    name: str
    fields: list[Field]
    size: int = 0


@dataclass
class Schema:
    version: int
    magic: int
    stamp: list[Field]
    flags: list[tuple[str, int, str]]  # name, mask, doc
    enums: dict[str, Enum]
    structs: dict[str, Struct]
    messages: list[Message] = field(default_factory=list)


def _size_of(schema_enums: dict[str, Enum], type_name: str, where: str) -> int:
    if type_name in SCALARS:
        return SCALARS[type_name]
    if type_name in schema_enums:
        return 1
    raise SchemaError(f"{where}: unknown type {type_name!r}")


def _lay_out(fields: list[Field], enums: dict[str, Enum], where: str) -> int:
    at = 0
    seen: set[str] = set()
    for item in fields:
        if item.name in seen:
            raise SchemaError(f"{where}: two fields are called {item.name}")
        seen.add(item.name)
        item.size = _size_of(enums, item.type, f"{where}.{item.name}")
        if at % item.size != 0:
            raise SchemaError(f"{where}.{item.name}: offset {at} is not a multiple of {item.size}; order fields by size")
        item.offset = at
        at += item.size
    return at


def _fields(rows: list[dict]) -> list[Field]:
    return [Field(row["name"], row["type"], row.get("doc", "")) for row in rows]


def load(path: Path) -> Schema:
    with path.open("rb") as file:
        raw = tomllib.load(file)
    enums = {
        name: Enum(name, body.get("doc", ""), [(key, value) for key, value in body.items() if key != "doc"])
        for name, body in raw["enum"].items()
    }
    structs = {}
    for name, body in raw["struct"].items():
        struct = Struct(name, _fields(body["fields"]))
        struct.size = _lay_out(struct.fields, enums, name)
        if struct.size % 8:
            raise SchemaError(f"{name}: size {struct.size} is not a multiple of 8")
        structs[name] = struct
    flags = [(name, 1 << body["bit"], body["doc"]) for name, body in raw["flags"].items()]
    stamp = _fields(raw["stamp"])
    if _lay_out(stamp, enums, "stamp") != 32:
        raise SchemaError("the stamp must take 32 bytes")
    schema = Schema(raw["version"], raw["magic"], stamp, flags, enums, structs)
    ids: dict[int, str] = {}
    for row in raw["message"]:
        schema.messages.append(_message(schema, row))
        if ids.setdefault(row["id"], row["name"]) != row["name"] or not 0 < row["id"] < 64:
            raise SchemaError(f"{row['name']}: id {row['id']} is taken or outside 1..63")
    return schema


def _message(schema: Schema, row: dict) -> Message:
    name = row["name"]
    fields = _fields(schema_rows(schema.stamp)) + _fields(row["fields"])
    end = _lay_out(fields, schema.enums, name)
    message = Message(name, row["id"], row.get("doc", ""), fields, [])
    message.size = (end + 7) // 8 * 8
    message.padding = message.size - end
    by_name = {item.name: item for item in fields}
    chars_seen = False
    for tail_row in row.get("tail", []):
        tail = Tail(tail_row["name"], tail_row["type"], tail_row["count"])
        if tail.count not in by_name:
            raise SchemaError(f"{name}.{tail.name}: no field {tail.count}")
        by_name[tail.count].counts = tail.name
        if tail.type == "char":
            tail.item_size = 1
            chars_seen = True
        else:
            if chars_seen:
                raise SchemaError(f"{name}.{tail.name}: a list of 8-byte items cannot follow text")
            tail.item_size = schema.structs[tail.type].size if tail.type in schema.structs else SCALARS[tail.type]
            if tail.item_size % 8:
                raise SchemaError(f"{name}.{tail.name}: items must be multiples of 8 bytes, or char")
        message.tails.append(tail)
    return message


def schema_rows(fields: list[Field]) -> list[dict]:
    return [{"name": item.name, "type": item.type, "doc": item.doc} for item in fields]
