"""What the generated messages share: reading parts of a payload with its bounds checked."""

from __future__ import annotations

import struct
from enum import IntEnum


class FrameError(ValueError):
    """Bytes that are no frame, or a payload that is not the message its type says."""


def unpack(layout: struct.Struct, payload: bytes | memoryview) -> tuple:
    if len(payload) < layout.size:
        raise FrameError(f"payload of {len(payload)} bytes is shorter than its message ({layout.size})")
    return layout.unpack_from(payload)


def part(payload: bytes | memoryview, at: int, size: int) -> bytes | memoryview:
    if at + size > len(payload):
        raise FrameError(f"lists need {at + size} bytes and the payload has {len(payload)}")
    return payload[at : at + size]


def padded(payload: bytes) -> bytes:
    return payload + bytes(-len(payload) % 8)


def named(enum: type[IntEnum], value: int) -> IntEnum | int:
    return enum._value2member_map_.get(value, value)  # type: ignore[return-value]
