"""Emits trunkline/wire/messages.hpp, messages.cpp and visit.hpp."""

from __future__ import annotations

from .model import Message, Schema, Tail

NOTICE = "// Made by tools/generate_codecs.py from schema/messages.toml; change those.\n"
TYPES = {
    "u8": "std::uint8_t", "i8": "std::int8_t", "u16": "std::uint16_t", "u32": "std::uint32_t",
    "u64": "std::uint64_t", "i64": "std::int64_t", "symbol": "SymbolHash", "price": "Price",
    "quantity": "Quantity", "rate": "Rate", "time": "Nanos", "duration": "Nanos",
}


def cpp_type(name: str) -> str:
    return TYPES.get(name, name)


def _member(type_name: str, name: str, doc: str) -> str:
    comment = f"  // {doc}" if doc else ""
    return f"  {cpp_type(type_name)} {name}{{}};{comment}\n"


def _tail_view(tail: Tail) -> str:
    return "std::string_view" if tail.type == "char" else f"std::span<const {cpp_type(tail.type)}>"


def _struct(schema: Schema, message: Message) -> str:
    out = f"// {message.doc}\nstruct {message.name} {{\n"
    out += f"  static constexpr MessageType type = MessageType::{message.name};\n\n"
    for item in schema.stamp:
        out += _member(item.type, item.name, "")
    out += "\n"
    for item in message.own(schema.stamp):
        doc = item.doc or (f"of {item.counts}; encode() fills it in" if item.counts else "")
        out += _member(item.type, item.name, doc)
    if message.padding:
        out += f"  std::array<std::uint8_t, {message.padding}> padding{{}};  // zero on the wire\n"
    out += "};\n"
    name = message.name
    out += f"static_assert(sizeof({name}) == {message.size} && alignof({name}) == 8 && std::is_trivially_copyable_v<{name}>);\n"
    out += "static_assert(" + " &&\n              ".join(
        f"offsetof({name}, {item.name}) == {item.offset}" for item in message.fields) + ");\n\n"
    return out


def _tail_functions(message: Message) -> str:
    name = message.name
    out = ""
    total = " + ".join(
        (f"std::size_t{{message.{tail.count}}}" + (f" * {tail.item_size}" if tail.item_size > 1 else ""))
        for tail in message.tails)
    out += f"inline std::size_t tail_size(const {name}& message) noexcept {{ return {total or '0'}; }}\n"
    if not total:
        out = f"inline std::size_t tail_size(const {name}&) noexcept {{ return 0; }}\n"
    before = "0"
    for tail in message.tails:
        item = "char" if tail.type == "char" else cpp_type(tail.type)
        out += f"inline {_tail_view(tail)} {tail.name}(const {name}& message) noexcept {{\n"
        out += f"  return {{detail::behind<{item}>(message, {before}), message.{tail.count}}};\n}}\n"
        step = f"std::size_t{{message.{tail.count}}}" + (f" * {tail.item_size}" if tail.item_size > 1 else "")
        before = step if before == "0" else f"{before} + {step}"
    return out


def _encode(message: Message) -> str:
    name = message.name
    arguments = "".join(f" {_tail_view(tail)} {tail.name}," for tail in message.tails)
    out = (f"inline std::size_t encode(std::span<std::byte> out, const {name}& message,{arguments} std::uint8_t flags,\n"
           f"                          std::uint32_t sequence) noexcept {{\n")
    if not message.padding and not message.tails:
        return out + "  return detail::encode_fixed(out, message, flags, sequence);\n}\n"
    out += f"  {name} fixed = message;\n"
    if message.padding:
        out += "  fixed.padding = {};\n"
    if not message.tails:
        return out + "  return detail::encode_fixed(out, fixed, flags, sequence);\n}\n"
    for tail in message.tails:
        out += f"  if ({tail.name}.size() > max_payload) return 0;\n"
    by_name = {item.name: item for item in message.fields}
    for tail in message.tails:
        out += f"  fixed.{tail.count} = static_cast<{cpp_type(by_name[tail.count].type)}>({tail.name}.size());\n"
    out += "  return detail::encode_tailed(out, fixed, flags, sequence"
    for tail in message.tails:
        out += f", std::as_bytes(std::span({tail.name}))"
    return out + ");\n}\n"


def header(schema: Schema) -> str:
    out = NOTICE + """//
// The messages of the wire as structs that are read in place. Layout, units and meaning: schema/messages.toml and
// docs/wire-protocol.md. Functions named after a list (bids, text ...) read behind the struct: call them only on what
// FrameView::as<M>() gave, which has checked the counts.
//
// clang-format off
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/wire/header.hpp"

namespace trunkline::wire {

"""
    out += f"inline constexpr std::uint32_t schema_version = {schema.version};\n\n"
    out += "enum class MessageType : std::uint8_t {\n"
    out += "".join(f"  {message.name} = {message.id},\n" for message in schema.messages)
    out += "};\n// Empty where the value has no name; so for every to_text here.\n"
    out += "std::string_view to_text(MessageType value) noexcept;\n"
    bits = " | ".join(f"std::uint64_t{{1}} << {message.id}" for message in schema.messages)
    out += "// Bit N is set where message type N is known to this build.\n"
    out += f"inline constexpr std::uint64_t known_types = {bits};\n"
    out += ("constexpr bool is_known(MessageType type) noexcept {\n"
            "  return static_cast<unsigned>(type) < 64 && (known_types >> static_cast<unsigned>(type) & 1) != 0;\n}\n\n")
    out += "namespace flag {\n"
    for name, mask, doc in schema.flags:
        out += f"inline constexpr std::uint8_t {name} = {mask};  // {doc}\n"
    out += "}  // namespace flag\n\n"
    for enum in schema.enums.values():
        if enum.doc:
            out += f"// {enum.doc}\n"
        values = ", ".join(f"{key} = {value}" for key, value in enum.values)
        out += f"enum class {enum.name} : std::uint8_t {{ {values} }};\n"
        out += f"std::string_view to_text({enum.name} value) noexcept;\n\n"
    for struct in schema.structs.values():
        out += f"struct {struct.name} {{\n"
        out += "".join(_member(item.type, item.name, item.doc) for item in struct.fields)
        out += f"\n  friend bool operator==(const {struct.name}&, const {struct.name}&) = default;\n}};\n"
        out += f"static_assert(sizeof({struct.name}) == {struct.size} && std::is_trivially_copyable_v<{struct.name}>);\n\n"
    out += "// What every message starts with.\nstruct Stamp {\n"
    out += "".join(_member(item.type, item.name, item.doc) for item in schema.stamp)
    out += "};\nstatic_assert(sizeof(Stamp) == 32 && std::is_trivially_copyable_v<Stamp>);\n\n"
    for message in schema.messages:
        out += _struct(schema, message)
    out += "// Bytes of the lists behind the struct, by its counts; not yet compared with what is there.\n"
    for message in schema.messages:
        out += _tail_functions(message)
    out += "\n// Writes a whole frame to `out` and returns its size; 0 where it does not fit `out` or a frame.\n"
    for message in schema.messages:
        out += _encode(message)
    return out + "\n}  // namespace trunkline::wire\n"


def source(schema: Schema) -> str:
    out = NOTICE + "// clang-format off\n#include \"trunkline/wire/messages.hpp\"\n\nnamespace trunkline::wire {\n\n"
    names = [("MessageType", [(message.name, message.id) for message in schema.messages])]
    names += [(enum.name, enum.values) for enum in schema.enums.values()]
    for name, values in names:
        out += f"std::string_view to_text({name} value) noexcept {{\n  switch (value) {{\n"
        out += "".join(f"    case {name}::{key}: return \"{key}\";\n" for key, _ in values)
        out += "  }\n  return {};\n}\n\n"
    return out + "}  // namespace trunkline::wire\n"


def visitor(schema: Schema) -> str:
    out = NOTICE + """//
// Every message and every field of it by name, for text forms and tests.
//
// clang-format off
#pragma once

#include <utility>

#include "trunkline/wire/frame.hpp"

namespace trunkline::wire {

// Calls visit(const M&) with the message of a frame. False: an unknown type, or a payload that is not such a message.
template <class Visit>
bool visit_message(FrameView frame, Visit&& visit) {
  switch (frame.type()) {
"""
    for message in schema.messages:
        out += (f"    case MessageType::{message.name}:\n"
                f"      if (const auto* const message = frame.as<{message.name}>()) return visit(*message), true;\n"
                "      return false;\n")
    out += "  }\n  return false;\n}\n\n"
    out += "// Calls visit(name, value) for what every message starts with.\ntemplate <class Visit>\n"
    out += "void visit_stamp(const Stamp& stamp, Visit&& visit) {\n"
    out += "".join(f"  visit(\"{item.name}\", stamp.{item.name});\n" for item in schema.stamp)
    out += ("}\n\n// Calls visit(name, value) for a message's own fields in the order of the schema, without counts and padding,\n"
            "// then for its lists. `message` comes from FrameView::as<M>().\n")
    for message in schema.messages:
        out += f"template <class Visit>\nvoid visit_fields(const {message.name}& message, Visit&& visit) {{\n"
        for item in message.own(schema.stamp):
            if not item.counts:
                out += f"  visit(\"{item.name}\", message.{item.name});\n"
        for tail in message.tails:
            out += f"  visit(\"{tail.name}\", {tail.name}(message));\n"
        out += "}\n"
    out += ("\n// Writes the message of a frame as a frame again, with its lists. 0: it is none, or `out` is too short.\n"
            "inline std::size_t encode_again(std::span<std::byte> out, FrameView frame) noexcept {\n"
            "  switch (frame.type()) {\n")
    for message in schema.messages:
        lists = "".join(f"{tail.name}(*m), " for tail in message.tails)
        out += (f"    case MessageType::{message.name}:\n"
                f"      if (const auto* const m = frame.as<{message.name}>()) return encode(out, *m, {lists}frame.flags(), frame.sequence());\n"
                "      return 0;\n")
    out += "  }\n  return 0;\n}\n"
    out += "\n// Calls visit(name) for the flags that are set.\ntemplate <class Visit>\nvoid visit_flags(std::uint8_t flags, Visit&& visit) {\n"
    for name, _, _ in schema.flags:
        out += f"  if ((flags & flag::{name}) != 0) visit(std::string_view{{\"{name}\"}});\n"
    return out + "}\n\n}  // namespace trunkline::wire\n"
