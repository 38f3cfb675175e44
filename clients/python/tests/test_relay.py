"""RelayClient against a small server that speaks the relay's side."""

import asyncio
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

import paths  # noqa: F401
from trunkline import (FrameError, FrameReader, MessageType, RelayClient, Subscribe, SymbolMapping, Trade, Unsubscribe, Welcome,
                       encode, symbol_hash)

BTC = symbol_hash("binance:BTC-USDT")


class Server:
    """Greets, keeps what clients send, and after each Subscribe sends `reply` cut into pieces."""

    def __init__(self, path, reply, piece=1 << 16):
        self.path, self.reply, self.piece = path, reply, piece
        self.received = []

    async def __aenter__(self):
        self.server = await asyncio.start_unix_server(self.serve, self.path)
        return self

    async def __aexit__(self, *_):
        self.server.close()
        await self.server.wait_closed()

    async def serve(self, reader, writer):
        writer.write(encode(Welcome(session=1, version=1, server="test")))
        writer.write(encode(SymbolMapping(symbol=BTC, text="binance:BTC-USDT", venue_symbol="BTCUSDT")))
        frames = FrameReader()
        while data := await reader.read(4096):
            for message in frames.feed(data):
                self.received.append(message)
                if isinstance(message, Subscribe):
                    for at in range(0, len(self.reply), self.piece):
                        writer.write(self.reply[at : at + self.piece])
                        await writer.drain()
                    writer.write_eof()
        writer.close()


class Relay(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name) / "relay.sock")

    async def collect(self, reply, piece=1 << 16):
        async with Server(self.path, reply, piece) as server, RelayClient(self.path) as relay:
            await relay.subscribe(["binance:BTC-USDT"], [MessageType.Trade, MessageType.L2Delta])
            messages = [message async for message in relay]
            return server, relay, messages

    async def test_subscribes_and_gives_messages_in_order(self):
        trades = [Trade(symbol=BTC, sequence=n, price=Decimal("0.29"), quantity=Decimal(n), trade_id=n) for n in range(1, 200)]
        server, relay, messages = await self.collect(b"".join(map(encode, trades)), piece=37)
        self.assertEqual(server.received, [Subscribe(channels=1 << 1 | 1 << 4, symbols=[BTC])])
        self.assertIsInstance(messages[0], Welcome)
        self.assertEqual(messages[2:], trades)
        self.assertEqual(relay.welcome.server, "test")
        self.assertEqual(relay.symbol_text(messages[-1]), "binance:BTC-USDT")
        self.assertEqual(relay.symbol_text(Trade(symbol=255)), "00000000000000ff")

    async def test_no_symbols_and_channels_means_all(self):
        async with Server(self.path, b"") as server, RelayClient(self.path) as relay:
            await relay.unsubscribe()
            await relay.subscribe()
            async for _ in relay:
                pass
        self.assertEqual(server.received, [Unsubscribe(channels=2**64 - 1), Subscribe(channels=2**64 - 1)])

    async def test_an_end_within_a_frame_is_an_error(self):
        with self.assertRaisesRegex(FrameError, "ended within a frame"):
            await self.collect(encode(Trade())[:-1])

    async def test_a_damaged_stream_is_an_error(self):
        with self.assertRaisesRegex(FrameError, "bad magic"):
            await self.collect(encode(Trade()) + b"HTTP/1.1 400 Bad Request")

    async def test_nobody_listening_is_an_os_error(self):
        with self.assertRaises(OSError):
            await RelayClient(self.path).connect()


if __name__ == "__main__":
    unittest.main()
