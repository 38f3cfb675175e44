"""Reads frames from bytes, wherever they come from."""

from decimal import Decimal

from trunkline import FrameReader, Trade, encode

frames = FrameReader()
data = encode(Trade(price=Decimal("0.29"), quantity=Decimal("1.5"), sequence=1))
for message in frames.feed(data):  # as the bytes come, in pieces of any size
    assert message.price == Decimal("0.29")
