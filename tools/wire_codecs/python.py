"""Emits clients/python/trunkline/messages.py."""

from __future__ import annotations

from .model import Message, Schema

CODES = {
    "u8": "B", "i8": "b", "u16": "H", "u32": "I", "u64": "Q", "i64": "q", "symbol": "Q", "price": "q",
    "quantity": "q", "rate": "q", "time": "q", "duration": "q",
}
SCALES = {"price": "8", "quantity": "8", "rate": "12"}


def _code(type_name: str) -> str:
    return CODES.get(type_name, "B")


def _annotation(schema: Schema, type_name: str) -> str:
    if type_name in SCALES:
        return "Decimal | None"
    return f"{type_name} | int" if type_name in schema.enums else "int"


def _default(schema: Schema, type_name: str) -> str:
    if type_name in SCALES:
        return "ZERO"
    return f"{type_name}({schema.enums[type_name].values[0][1]})" if type_name in schema.enums else "0"


def _list_type(item: str) -> str:
    return {"char": "str", "symbol": "list[int]"}.get(item, f"list[{item}]")


def _read(schema: Schema, type_name: str, value: str) -> str:
    if type_name in SCALES:
        return f"from_raw({value}, {SCALES[type_name]})"
    return f"named({type_name}, {value})" if type_name in schema.enums else value


def _write(type_name: str, value: str) -> str:
    return f"to_raw({value}, {SCALES[type_name]})" if type_name in SCALES else value


def _read_list(schema: Schema, message: Message) -> str:
    out = f"        at = {message.size}\n"
    for tail in message.tails:
        size = f"{tail.count} * {tail.item_size}" if tail.item_size > 1 else tail.count
        out += f"        {tail.name}_bytes = part(payload, at, {size})\n        at += {size}\n"
    return out


def _list_value(schema: Schema, item: str, name: str) -> str:
    if item == "char":
        return f"str({name}_bytes, 'utf-8', 'surrogateescape')"
    if item in schema.structs:
        struct = schema.structs[item]
        code = "".join(_code(field.type) for field in struct.fields)
        names = ", ".join(field.name for field in struct.fields)
        values = ", ".join(_read(schema, field.type, field.name) for field in struct.fields)
        return f"[{item}({values}) for {names} in struct.iter_unpack('<{code}', {name}_bytes)]"
    return f"[item for item, in struct.iter_unpack('<{_code(item)}', {name}_bytes)]"


def _list_bytes(schema: Schema, item: str, name: str) -> str:
    if item == "char":
        return f"self.{name}.encode('utf-8', 'surrogateescape')"
    if item in schema.structs:
        struct = schema.structs[item]
        code = "".join(_code(field.type) for field in struct.fields)
        values = ", ".join(_write(field.type, f"item.{field.name}") for field in struct.fields)
        return f"b''.join(struct.pack('<{code}', {values}) for item in self.{name})"
    return f"struct.pack(f'<{{len(self.{name})}}{_code(item)}', *self.{name})"


def _class(schema: Schema, message: Message) -> str:
    pattern = "<" + "".join(_code(item.type) for item in message.fields) + (f"{message.padding}x" if message.padding else "")
    out = f"@dataclass(slots=True, kw_only=True)\nclass {message.name}(Message):\n    \"\"\"{message.doc}.\"\"\"\n\n"
    out += f"    type: ClassVar[MessageType] = MessageType.{message.name}\n"
    out += f"    LAYOUT: ClassVar[struct.Struct] = struct.Struct('{pattern}')\n\n"
    shown = [item for item in message.own(schema.stamp) if not item.counts]
    for item in shown:
        doc = f"  # {item.doc}" if item.doc else ""
        out += f"    {item.name}: {_annotation(schema, item.type)} = {_default(schema, item.type)}{doc}\n"
    for tail in message.tails:
        default = "''" if tail.type == "char" else "field(default_factory=list)"
        out += f"    {tail.name}: {_list_type(tail.type)} = {default}\n"
    out += "\n    @classmethod\n"
    out += f"    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> '{message.name}':\n"
    names = [item.name for item in message.fields]
    out += "        (" + ", ".join(names) + ("," if len(names) == 1 else "") + ") = unpack(cls.LAYOUT, payload)\n"
    if message.tails:
        out += _read_list(schema, message)
    out += "        return cls(\n            flags=flags, sequence=sequence,\n"
    for item in message.fields:
        if not item.counts:
            out += f"            {item.name}={_read(schema, item.type, item.name)},\n"
    for tail in message.tails:
        out += f"            {tail.name}={_list_value(schema, tail.type, tail.name)},\n"
    out += "        )\n\n    def payload(self) -> bytes:\n"
    for tail in message.tails:
        out += f"        {tail.name} = {_list_bytes(schema, tail.type, tail.name)}\n"
    values = []
    for item in message.fields:
        if item.counts:
            tail = next(tail for tail in message.tails if tail.name == item.counts)
            values.append(f"len({tail.name})" + (f" // {tail.item_size}" if tail.item_size > 1 else ""))
        else:
            values.append(_write(item.type, f"self.{item.name}"))
    packed = "self.LAYOUT.pack(\n            " + ",\n            ".join(values) + ",\n        )"
    tails = "".join(f" + {tail.name}" for tail in message.tails)
    out += f"        return padded({packed}{tails})\n" if tails else f"        return {packed}\n"
    return out + "\n\n"


def module(schema: Schema) -> str:
    out = '''"""The messages of the wire.

Made by tools/generate_codecs.py from schema/messages.toml; change those. Prices, quantities and rates are exact
Decimals (None: the venue did not say), times and durations are integer nanoseconds, enum fields are IntEnums, or plain
ints for values that this version does not know.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, IntFlag
from typing import ClassVar, NamedTuple

from .numbers import ZERO, from_raw, to_raw
from .payloads import named, padded, part, unpack

'''
    out += f"SCHEMA_VERSION = {schema.version}\n\n\n"
    enums = [("MessageType", "", [(message.name, message.id) for message in schema.messages])]
    enums += [(enum.name, enum.doc, enum.values) for enum in schema.enums.values()]
    for name, doc, values in enums:
        out += f"class {name}(IntEnum):\n"
        if doc:
            out += f'    """{doc}."""\n\n'
        out += "".join(f"    {key if key != 'None' else 'NONE'} = {value}\n" for key, value in values) + "\n\n"
    out += "class Flag(IntFlag):\n"
    out += "".join(f"    {name.upper()} = {mask}  # {doc}\n" for name, mask, doc in schema.flags) + "\n\n"
    for struct in schema.structs.values():
        out += f"class {struct.name}(NamedTuple):\n"
        out += "".join(f"    {item.name}: {_annotation(schema, item.type)}\n" for item in struct.fields) + "\n\n"
    out += "@dataclass(slots=True, kw_only=True)\nclass Message:\n"
    out += '    """What every message has: the header\'s flags and sequence, and the stamp."""\n\n    flags: int = 0\n    sequence: int = 0\n'
    for item in schema.stamp:
        out += f"    {item.name}: {_annotation(schema, item.type)} = {_default(schema, item.type)}  # {item.doc}\n"
    out += "\n\n"
    for message in schema.messages:
        out += _class(schema, message)
    out += "MESSAGES: dict[int, type[Message]] = {\n"
    out += "".join(f"    {message.id}: {message.name},\n" for message in schema.messages)
    return out + "}\n"
