"""The frames of schema/golden, which the C++ and TypeScript codecs read and write too."""

import dataclasses
import json
import unittest
from decimal import Decimal
from enum import IntEnum
from pathlib import Path

import paths  # noqa: F401
from trunkline import Flag, FrameError, FrameReader, MessageType, decode, encode, plain
from trunkline.messages import MESSAGES

GOLDEN = paths.ROOT / "schema/golden/frames.jsonl"
NUMBERS = {"publish_delay", "source", "detail", "price_decimals", "quantity_decimals", "unit_exponent", "attempt", "version", "venues",
           "ex_date", "record_date", "payable_date", "process_date",
           "leverage", "open_orders", "lost_orders", "ready"}


def golden():
    with GOLDEN.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def name_of(value):
    return "None" if value.name == "NONE" else value.name


def json_form(name, value):
    """A field as the text form of a frame gives it."""
    if isinstance(value, IntEnum):
        return name_of(value)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, list):
        return [list(map(lambda part: json_form("", part), item)) if isinstance(item, tuple) else str(item) for item in value]
    if isinstance(value, int) and name not in NUMBERS and name not in {"state", "integrity", "reason", "kind"}:
        return str(value)
    return value


def as_json(message):
    out = {"type": message.type.name, "sequence": message.sequence}
    out["flags"] = [flag.name.lower() for flag in Flag if message.flags & flag]
    for item in dataclasses.fields(message):
        if item.name not in ("flags", "sequence"):
            out[item.name] = json_form(item.name, getattr(message, item.name))
    return out


class GoldenFrames(unittest.TestCase):
    def test_decode_to_their_text_and_encode_to_their_bytes(self):
        seen = set()
        for row in golden():
            if "json" not in row:
                continue
            with self.subTest(row["name"]):
                raw = bytes.fromhex(row["hex"])
                message = decode(raw)
                self.assertEqual(as_json(message), row["json"])
                self.assertEqual(encode(message), raw)
                seen.add(message.type)
        self.assertEqual(seen, set(MessageType))
        self.assertEqual(seen, set(MESSAGES))

    def test_bad_ones_are_refused_as_what_they_are(self):
        for row in golden():
            if "error" not in row:
                continue
            with self.subTest(row["name"]):
                raw = bytes.fromhex(row["hex"])
                if row["error"] == "unknown":
                    self.assertIsNone(decode(raw))
                    continue
                with self.assertRaises(FrameError) as caught:
                    decode(raw)
                if row["error"] != "damaged":
                    self.assertTrue(str(caught.exception).startswith(row["error"]), caught.exception)

    def test_come_out_of_a_stream_byte_by_byte(self):
        rows = [row for row in golden() if "json" in row or row["error"] == "unknown"]
        reader = FrameReader()
        got = []
        for byte in b"".join(bytes.fromhex(row["hex"]) for row in rows):
            got += reader.feed(bytes([byte]))
        self.assertEqual([as_json(message) for message in got], [row["json"] for row in rows if "json" in row])
        self.assertEqual(reader.unknown_frames, sum("error" in row for row in rows))
        self.assertEqual(reader.waiting, 0)

    def test_a_broken_stream_stays_broken(self):
        reader = FrameReader()
        frame = bytes.fromhex(golden()[0]["hex"])
        messages = reader.feed(frame + b"HTTP/1.1")
        self.assertEqual(next(messages).type, MessageType.Trade)
        with self.assertRaisesRegex(FrameError, "bad magic: header bytes 48 54 54 50"):
            next(messages)
        with self.assertRaises(FrameError):
            list(reader.feed(frame))


if __name__ == "__main__":
    unittest.main()
