"""Frames: eight header bytes (0xFE, type, flags, payload length u16, sequence u24; little-endian), then the payload."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .messages import MESSAGES, Message
from .payloads import FrameError

MAGIC = 0xFE
HEADER_SIZE = 8
MIN_PAYLOAD = 32  # the stamp
MAX_PAYLOAD = 65_528
SEQUENCE_MASK = 0xFFFFFF

_HEADER = struct.Struct("<BBBHHB")


def sequence_after(sequence: int) -> int:
    return (sequence + 1) & SEQUENCE_MASK


def sequence_missed(last: int, following: int) -> int:
    """Frames between two that were received one after the other."""
    return (following - last - 1) & SEQUENCE_MASK


def encode(message: Message) -> bytes:
    """The whole frame of a message; FrameError where it would be larger than a frame can be."""
    payload = message.payload()
    if len(payload) > MAX_PAYLOAD:
        raise FrameError(f"{type(message).__name__}: {len(payload)} bytes do not fit a frame")
    sequence = message.sequence & SEQUENCE_MASK
    return (
        _HEADER.pack(MAGIC, message.type, message.flags, len(payload), sequence & 0xFFFF, sequence >> 16) + payload  # type: ignore[attr-defined]
    )


def decode(frame: bytes | memoryview) -> Message | None:
    """The message of one whole frame; None where its type is unknown to this version."""
    reader = FrameReader()
    for message in reader.feed(frame):
        return message
    if reader.unknown_frames == 0:
        raise FrameError(f"truncated: {len(frame)} bytes")
    return None


class FrameReader:
    """Cuts the bytes of a stream into messages, however they arrive.

    Frames of unknown types are passed over and counted in `unknown_frames`. A bad magic or an impossible length raises
    FrameError, and so does every later call: there is no way to find the next frame.
    """

    def __init__(self) -> None:
        self.unknown_frames = 0
        self._held = bytearray()
        self._error: FrameError | None = None

    @property
    def waiting(self) -> int:
        """Bytes of a frame that is not whole yet."""
        return len(self._held)

    def feed(self, data: bytes | bytearray | memoryview) -> Iterator[Message]:
        """The messages that are whole with these bytes. The data is kept at once, read as the iterator is used."""
        self._held += data
        return self._messages()

    def _messages(self) -> Iterator[Message]:
        at = 0
        try:
            while (header := self._header(at)) is not None:
                kind, flags, length, sequence = header
                end = at + HEADER_SIZE + length
                payload = bytes(self._held[at + HEADER_SIZE : end])
                at = end
                message = MESSAGES.get(kind)
                if message is None:
                    self.unknown_frames += 1
                else:
                    yield message.from_payload(payload, flags, sequence)
        finally:
            del self._held[:at]

    def _header(self, at: int) -> tuple[int, int, int, int] | None:
        """Type, flags, length and sequence of the frame at `at`; None while it is not whole."""
        if self._error is not None:
            raise self._error
        left = len(self._held) - at
        if left > 0 and self._held[at] != MAGIC:
            self._fail("bad magic", at)
        if left < HEADER_SIZE:
            return None
        _, kind, flags, length, low, high = _HEADER.unpack_from(self._held, at)
        if length < MIN_PAYLOAD or length % 8 != 0:
            self._fail("impossible length", at)
        if left < HEADER_SIZE + length:
            return None
        return kind, flags, length, low | high << 16

    def _fail(self, what: str, at: int) -> None:
        self._error = FrameError(f"{what}: header bytes {self._held[at : at + HEADER_SIZE].hex(' ')}")
        raise self._error
