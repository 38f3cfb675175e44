"""Puts the tables of the schema between the markers of docs/wire-protocol.md."""

from __future__ import annotations

from .model import Field, Schema, SchemaError

BEGIN = "<!-- made by tools/generate_codecs.py: begin -->"
END = "<!-- made by tools/generate_codecs.py: end -->"


def _rows(fields: list[Field]) -> str:
    out = "| offset | field | type | |\n| ---: | --- | --- | --- |\n"
    for item in fields:
        doc = item.doc or (f"items of `{item.counts}`" if item.counts else "")
        out += f"| {item.offset} | `{item.name}` | {item.type} | {doc} |\n"
    return out


def tables(schema: Schema) -> str:
    out = f"Schema version {schema.version}. Offsets count from the start of the payload.\n\n"
    out += "### Flags\n\n| bit | flag | meaning |\n| ---: | --- | --- |\n"
    for name, mask, doc in schema.flags:
        out += f"| {mask.bit_length() - 1} | `{name}` | {doc} |\n"
    out += "\n### The stamp: the first 32 bytes of every payload\n\n" + _rows(schema.stamp)
    out += "\n### Messages\n\nAfter the stamp:\n"
    for message in schema.messages:
        out += f"\n#### {message.id} {message.name}\n\n{message.doc[0].upper()}{message.doc[1:]}.\n\n"
        out += _rows(message.own(schema.stamp))
        size = f"{message.size} bytes" + (f", the last {message.padding} of them zero" if message.padding else "")
        if message.tails:
            lists = ", then ".join(f"`{tail.name}` ({tail.type}, {tail.item_size} bytes each)" for tail in message.tails)
            out += f"\n{size}; then {lists}.\n"
        else:
            out += f"\n{size}.\n"
    out += "\n### Enums\n\n| enum | values |\n| --- | --- |\n"
    for enum in schema.enums.values():
        values = ", ".join(f"{value} `{key}`" for key, value in enum.values)
        out += f"| {enum.name}{': ' + enum.doc if enum.doc else ''} | {values} |\n"
    return out


def page(schema: Schema, present: str) -> str:
    head, begin, rest = present.partition(BEGIN)
    _, end, foot = rest.partition(END)
    if not begin or not end:
        raise SchemaError("docs/wire-protocol.md has lost its markers")
    return f"{head}{BEGIN}\n\n{tables(schema)}\n{END}{foot}"
