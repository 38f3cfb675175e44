"""Emits clients/web/src/wire/messages.ts: types, offsets and the tables that codec.ts reads and writes by."""

from __future__ import annotations

import re

from .model import Field, Schema

WIDE = {"u64", "i64", "symbol", "price", "quantity", "rate", "time", "duration"}


def camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match.group(1).upper(), name)


def _lower_first(name: str) -> str:
    return name[0].lower() + name[1:]


def _type(type_name: str) -> str:
    return "bigint" if type_name in WIDE else "number"


def _list_type(item: str) -> str:
    return {"char": "string", "symbol": "bigint[]"}.get(item, f"{item}[]")


def _wire_type(schema: Schema, type_name: str) -> str:
    return "u8" if type_name in schema.enums else type_name


def _property(schema: Schema, item: Field) -> str:
    notes = [note for note in (item.type if item.type in schema.enums else "", item.doc) if note]
    doc = f"  /** {'; '.join(notes)} */\n" if notes else ""
    return f"{doc}  {camel(item.name)}: {_type(item.type)};\n"


def module(schema: Schema) -> str:
    out = """// Made by tools/generate_codecs.py from schema/messages.toml; change those.
//
// Prices and quantities count 1e-8, rates 1e-12, as bigints; `absent` in them means that the venue did not say. Times
// and durations are nanoseconds. Enum fields are numbers: a newer hub may send values that have no name here.

"""
    out += f"export const schemaVersion = {schema.version};\nexport const magic = 0x{schema.magic:02x};\n"
    out += "export const headerSize = 8;\n/** The stamp. */\nexport const minPayload = 32;\nexport const maxPayload = 65528;\n"
    out += "export const absent = -(2n ** 63n);\n\n"
    enums = [("MessageType", "", [(message.name, message.id) for message in schema.messages])]
    enums += [(enum.name, enum.doc, enum.values) for enum in schema.enums.values()]
    for name, doc, values in enums:
        if doc:
            out += f"/** {doc} */\n"
        out += f"export const {name} = {{ " + ", ".join(f"{key}: {value}" for key, value in values) + " } as const;\n"
        out += f"export type {name} = (typeof {name})[keyof typeof {name}];\n"
        out += f"export const {_lower_first(name)}Names: Readonly<Record<number, keyof typeof {name}>> = {{\n  "
        out += ", ".join(f'{value}: "{key}"' for key, value in values) + ",\n};\n\n"
    out += "export const Flag = {\n"
    for name, mask, doc in schema.flags:
        out += f"  /** {doc} */\n  {camel(name)}: {mask},\n"
    out += "} as const;\n\n"
    for struct in schema.structs.values():
        out += f"export interface {struct.name} {{\n"
        out += "".join(_property(schema, item) for item in struct.fields) + "}\n\n"
    out += "/** What every message has: the header's flags and sequence, and the stamp. */\nexport interface Stamp {\n"
    out += "  flags: number;\n  sequence: number;\n"
    out += "".join(_property(schema, item) for item in schema.stamp) + "}\n\n"
    for message in schema.messages:
        out += f"/** {message.doc} */\nexport interface {message.name} extends Stamp {{\n"
        out += f"  type: typeof MessageType.{message.name};\n"
        out += "".join(_property(schema, item) for item in message.own(schema.stamp) if not item.counts)
        out += "".join(f"  {camel(tail.name)}: {_list_type(tail.type)};\n" for tail in message.tails) + "}\n\n"
    out += "export type Message =\n" + "\n".join(f"  | {message.name}" for message in schema.messages) + ";\n\n"
    out += "/** Byte offsets from the start of the frame, for reading in place; `end` is where the lists begin. */\n"
    out += "export const at = {\n"
    for message in schema.messages:
        offsets = [f"{camel(item.name)}: {item.offset + 8}" for item in message.fields]
        out += f"  {message.name}: {{ {', '.join(offsets)}, end: {message.size + 8} }},\n"
    out += "} as const;\n\n"
    out += """export interface FieldShape {
  readonly name: string;
  readonly type: string;
  /** From the start of the payload. */
  readonly offset: number;
  /** The list whose items this field counts. */
  readonly counts?: string;
}
export interface ListShape {
  readonly name: string;
  readonly type: string;
  readonly count: string;
  readonly itemSize: number;
}
export interface MessageShape {
  readonly name: string;
  readonly size: number;
  readonly fields: readonly FieldShape[];
  readonly lists: readonly ListShape[];
}

"""
    out += "export const structShapes: Readonly<Record<string, readonly FieldShape[]>> = {\n"
    for struct in schema.structs.values():
        out += f"  {struct.name}: [\n"
        out += "".join(f"    {_shape(schema, item)},\n" for item in struct.fields) + "  ],\n"
    out += "};\n\nexport const messageShapes: Readonly<Record<number, MessageShape>> = {\n"
    for message in schema.messages:
        out += f'  {message.id}: {{\n    name: "{message.name}",\n    size: {message.size},\n    fields: [\n'
        out += "".join(f"      {_shape(schema, item)},\n" for item in message.fields) + "    ],\n    lists: ["
        if message.tails:
            out += "\n" + "".join(
                f'      {{ name: "{camel(tail.name)}", type: "{tail.type}", count: "{camel(tail.count)}", '
                f"itemSize: {tail.item_size} }},\n" for tail in message.tails) + "    "
        out += "],\n  },\n"
    return out + "};\n"


def _shape(schema: Schema, item: Field) -> str:
    counts = f', counts: "{camel(item.counts)}"' if item.counts else ""
    return f'{{ name: "{camel(item.name)}", type: "{_wire_type(schema, item.type)}", offset: {item.offset}{counts} }}'
