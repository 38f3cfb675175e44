"""ConnectorStream and CollectorClient against a socket that notes what it is sent, as a relay would."""

import asyncio
import contextlib
import logging
import runpy
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import paths
from trunkline import (BookReason, BookState, BookStatus, CollectorClient, ConnectionState, ConnectionStatus, ConnectorStream,
                       ConnectorWrapper, Flag, FrameReader, Gap, L2Delta, L2Snapshot, Level, Subscribe, SymbolMapping, Trade, Welcome,
                       connector_id, encode, symbol_hash)
from trunkline.connector import BACKOFF, read_decimal, read_time

BTC = symbol_hash("mine:BTC-USD")
SYMBOLS = {"BTCUSD": "mine:BTC-USD"}


class Relay:
    """Keeps what collectors send."""

    def __init__(self, path):
        self.path, self.messages, self.writers, self.connections = path, [], [], 0

    async def __aenter__(self):
        self.server = await asyncio.start_unix_server(self.serve, self.path)
        return self

    async def __aexit__(self, *_):
        self.server.close()
        self.hang_up()

    def hang_up(self):
        for writer in self.writers:
            writer.close()
        self.writers.clear()

    async def serve(self, reader, writer):
        self.connections += 1
        self.writers.append(writer)
        writer.write(encode(Welcome(session=1, version=1, server="test")))
        frames = FrameReader()
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                self.messages += frames.feed(data)

    def of(self, kind):
        return [message for message in self.messages if isinstance(message, kind)]


async def eventually(check, seconds=10):
    async with asyncio.timeout(seconds):
        while not check():
            await asyncio.sleep(0.002)


class Scripted(ConnectorWrapper):
    """Gives what the test puts in; an exception is raised."""

    def __init__(self, *events, failing=0):
        self.queue, self.failing = asyncio.Queue(), failing
        for event in events:
            self.queue.put_nowait(event)
        self.connects, self.subscribed, self.asked, self.up = 0, [], [], False

    async def connect(self):
        self.connects += 1
        if self.failing:
            self.failing -= 1
            raise OSError("refused")
        self.up = True

    async def disconnect(self):
        self.up = False

    async def subscribe_trades(self, symbol):
        self.subscribed.append(("trades", symbol))

    async def subscribe_depth(self, symbol):
        self.subscribed.append(("depth", symbol))

    async def next_event(self):
        event = await self.queue.get()
        if isinstance(event, Exception):
            raise event
        return event

    async def is_connected(self):
        return self.up

    def get_health_status(self):
        return {"connected": self.up}

    async def request_snapshot(self, symbol):
        self.asked.append(symbol)


def trade(**changes):
    return {"type": "trade", "timestamp": 1705322096789, "price": 100.5, "qty": "0.25", "side": "buy", "is_buyer_maker": False,
            "id": 12345, **changes}


def depth(number, **changes):
    return {"type": "depth", "timestamp": datetime.now(timezone.utc), "bids": [(100.0, 1.0), (99.9, 2.0)],
            "asks": [(100.1, 1.0), (100.2, 2.0)], "last_update_id": number, **changes}


class Streams(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name) / "relay.sock")
        self.said = []

    def report(self, level, name, fields):
        self.said.append((level, name, fields))

    def names(self):
        return [name for _, name, _ in self.said]

    @contextlib.asynccontextmanager
    async def running(self, wrapper, **options):
        stream = ConnectorStream(wrapper, self.path, SYMBOLS, report=self.report, poll_interval=0.01, **options)
        stream.collector._delays = (0.01, 0.02)
        async with Relay(self.path) as relay:
            task = asyncio.create_task(stream.run())
            try:
                yield stream, relay
            finally:
                stream.stop()
                await task

    async def test_trades_and_books_reach_the_relay(self):
        wrapper = Scripted()
        async with self.running(wrapper) as (stream, relay):
            await eventually(lambda: stream.collector.connected)
            for event in (trade(), depth(7), None, trade(side="sell", is_buyer_maker=True, id="a-b")):
                wrapper.queue.put_nowait(event)
            await eventually(lambda: len(relay.of(Trade)) == 2)
            self.assertTrue(stream.get_health_status()["connected"])
        first, second = relay.of(Trade)
        self.assertEqual((first.symbol, first.price, first.quantity, first.trade_id), (BTC, Decimal("100.5"), Decimal("0.25"), 12345))
        self.assertEqual((first.flags, second.flags), (Flag.SIDE_BUY, Flag.SIDE_SELL))
        self.assertEqual(first.exchange_time, 1705322096789 * 10**6)
        self.assertEqual(first.source >> 4, connector_id("mine"))
        self.assertEqual(second.trade_id, symbol_hash("a-b"))
        book = relay.of(L2Snapshot)[0]
        self.assertEqual(book.bids, [Level(Decimal(100), Decimal(1)), Level(Decimal("99.9"), Decimal(2))])
        self.assertEqual([s.state for s in relay.of(BookStatus)], [BookState.Syncing, BookState.Live, BookState.Stale])
        self.assertIn("mine:BTC-USD", [m.text for m in relay.of(SymbolMapping)])
        self.assertEqual(wrapper.subscribed, [("trades", "BTCUSD"), ("depth", "BTCUSD")])
        sequences = [m.sequence for m in relay.messages if m.source >> 4 == connector_id("mine")]
        self.assertEqual(sequences, list(range(sequences[0], sequences[0] + len(sequences))), "no hole for the relay to find")

    async def test_what_cannot_be_read_is_reported_and_passed_over(self):
        wrapper = Scripted(trade(price="cheap"), trade(qty=None), {"type": "trade"}, depth(1, bids=[("x", 1)]), "nonsense",
                           trade(symbol="XRP"), trade(price=Decimal("1e-9")), trade(id=9))
        async with self.running(wrapper) as (stream, relay):
            await eventually(lambda: stream.events == 8)
            self.assertEqual(stream.parse_errors, 7)
        self.assertEqual(self.names().count("connector_trade_parse_error"), 5)
        self.assertEqual(self.names().count("connector_depth_parse_error"), 1)
        self.assertIn("'cheap'", self.said[self.names().index("connector_trade_parse_error")][2]["reason"])
        self.assertNotIn("connector_connection_error", self.names())

    async def test_gives_up_after_the_last_delay(self):
        self.assertEqual(BACKOFF, (0.5, 1.0, 2.0, 4.0, 8.0))
        wrapper = Scripted(failing=99)
        async with self.running(wrapper, backoff=(0.001,) * 5) as (stream, relay):
            await eventually(lambda: stream.gave_up)
        self.assertEqual(wrapper.connects, 6)
        level, _, fields = self.said[self.names().index("connector_gave_up")]
        self.assertEqual((level, fields["attempts"]), (logging.ERROR, 5))

    async def test_tries_for_ever_where_it_may(self):
        wrapper = Scripted(trade(), failing=20)
        async with self.running(wrapper, backoff=(0.001, 0.001), forever=True) as (stream, relay):
            await eventually(lambda: stream.events == 1)
        self.assertEqual(wrapper.connects, 21)
        self.assertEqual(stream.reconnection_attempts, 0)

    async def test_a_lost_connection_makes_its_books_stale_until_it_is_back(self):
        wrapper = Scripted(depth(5), ConnectionError("reset"), depth(1))
        async with self.running(wrapper, backoff=(0.02,)) as (stream, relay):
            await eventually(lambda: wrapper.connects == 2 and stream.events == 2)
            await eventually(lambda: relay.of(BookStatus) and relay.of(BookStatus)[-1].state == BookState.Live)
            wrapper.up = False
            await eventually(lambda: wrapper.connects == 3)
        reasons = [s.reason for s in relay.of(BookStatus) if s.state == BookState.Stale]
        self.assertIn(BookReason.Disconnected, reasons)
        self.assertEqual(relay.of(ConnectionStatus)[-1].state, ConnectionState.Stopped)
        self.assertEqual(max(s.reconnects for s in relay.of(ConnectionStatus)), 2)

    async def test_a_change_that_does_not_follow_asks_for_a_snapshot_once(self):
        change = {"snapshot": False, "bids": [(100, 3)], "asks": []}
        wrapper = Scripted(depth(5), depth(6, previous_update_id=5, **change), depth(9, previous_update_id=8, **change),
                           depth(10, previous_update_id=9, **change), depth(11))
        async with self.running(wrapper) as (stream, relay):
            await eventually(lambda: stream.events == 5)
            self.assertEqual(stream.collector.symbols["mine:BTC-USD"].book.gaps, 1)
            self.assertEqual(stream.collector.symbols["mine:BTC-USD"].book.state, BookState.Live)
        self.assertEqual(wrapper.asked, ["BTCUSD"])

    async def test_the_relay_may_go_and_come_and_ask_for_books(self):
        async with CollectorClient(self.path, "mine", first_delay=0.01, longest_delay=0.02) as collector:
            collector.add_symbol("mine:BTC-USD", "BTCUSD")
            collector.connection(ConnectionState.Connected)
            collector.snapshot("mine:BTC-USD", bids=[Level(Decimal(1), Decimal(2))], asks=[], update_id=3)
            async with Relay(self.path) as relay:
                await collector.wait_connected()
                await eventually(lambda: relay.of(BookStatus) and relay.of(BookStatus)[-1].state == BookState.Live)
                self.assertEqual(relay.messages[0].missed, collector.missed)
                self.assertIsInstance(relay.messages[0], Gap)
                relay.hang_up()
                await eventually(lambda: relay.connections == 2 and collector.connected)
                self.assertTrue(collector.delta("mine:BTC-USD", bids=[Level(Decimal(1), Decimal(5))], asks=[], previous_update_id=3))
                await eventually(lambda: relay.of(L2Delta))
                books = len(relay.of(L2Snapshot))
                relay.writers[0].write(encode(Subscribe(symbols=[BTC], source=0xFFF0)))
                await eventually(lambda: len(relay.of(L2Snapshot)) > books)
                self.assertEqual(relay.of(L2Snapshot)[-1].bids, [Level(Decimal(1), Decimal(5))])

    async def test_a_crossed_book_is_never_live(self):
        async with Relay(self.path) as relay, CollectorClient(self.path, "mine") as collector:
            await collector.wait_connected()
            collector.add_symbol("mine:BTC-USD")
            self.assertFalse(collector.snapshot("mine:BTC-USD", bids=[Level(Decimal(2), Decimal(1))], asks=[Level(Decimal(2), Decimal(1))]))
            await eventually(lambda: relay.of(BookStatus) and relay.of(BookStatus)[-1].reason == BookReason.Crossed)

    async def test_a_large_book_is_cut_into_frames_that_continue(self):
        levels = [Level(Decimal(n), Decimal(1)) for n in range(5000, 0, -1)]
        async with Relay(self.path) as relay, CollectorClient(self.path, "mine") as collector:
            await collector.wait_connected()
            collector.add_symbol("mine:BTC-USD")
            collector.snapshot("mine:BTC-USD", bids=levels, asks=[Level(Decimal(6000), Decimal(1))])
            await eventually(lambda: len(relay.of(L2Snapshot)) == 3)
        parts = relay.of(L2Snapshot)
        self.assertEqual([bool(part.flags & Flag.MORE) for part in parts], [True, True, False])
        self.assertEqual([level for part in parts for level in part.bids], levels)
        self.assertEqual(parts[-1].asks, [Level(Decimal(6000), Decimal(1))])

    async def test_the_example_wraps_a_client_of_ones_own(self):
        class Client:
            sent = []

            async def connect(self, url):
                self.answers = asyncio.Queue()

            async def send(self, text):
                self.sent.append(text)
                self.answers.put_nowait('{"ok": true}')
                if "trades" in text:
                    self.answers.put_nowait('{"channel":"trades","symbol":"BTC/USD","time":"2024-01-15T12:34:56Z","price":0.1,'
                                            '"size":0.30000000,"side":"buy","id":1}')

            async def recv(self):
                return await self.answers.get()

            async def close(self):
                pass

        feed = runpy.run_path(str(paths.ROOT / "clients/python/examples/wrap_websocket.py"))["feed"]
        async with Relay(self.path) as relay:
            task = asyncio.create_task(feed(Client(), "wss://here", self.path))
            await eventually(lambda: relay.of(Trade))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self.assertEqual(len(Client.sent), 2)
        self.assertEqual((relay.of(Trade)[0].price, relay.of(Trade)[0].quantity), (Decimal("0.1"), Decimal("0.3")))


class Reading(unittest.TestCase):
    def test_times_of_any_unit(self):
        nanos = 1705322096789123456
        for value, expected in ((nanos, nanos), (nanos // 10**3, nanos // 10**3 * 10**3), (nanos // 10**6, nanos // 10**6 * 10**6),
                                (nanos // 10**9, nanos // 10**9 * 10**9), (str(nanos // 10**6), nanos // 10**6 * 10**6),
                                ("2024-01-15T12:34:56.789123456Z", nanos), ("2024-01-15T14:34:56.789123+02:00", nanos // 1000 * 1000),
                                (datetime(2024, 1, 15, 12, 34, 56, tzinfo=timezone.utc), nanos // 10**9 * 10**9),
                                (datetime(2024, 1, 15, 14, 34, 56, tzinfo=timezone(timedelta(hours=2))), nanos // 10**9 * 10**9),
                                (None, 0)):
            self.assertEqual(read_time(value), expected, value)
        for value in ("soon", -1, 1.5, True, "2024-13-01T00:00:00Z", "1960-01-01T00:00:00Z"):
            with self.assertRaises(ValueError, msg=value):
                read_time(value)

    def test_numbers_are_exact(self):
        self.assertEqual(read_decimal(0.1, "price"), Decimal("0.1"))
        self.assertEqual(read_decimal("0.10", "price"), Decimal("0.1"))
        for value in ("", "x", None, float("nan"), float("inf"), [1], True):
            with self.assertRaises(ValueError, msg=value):
                read_decimal(value, "price")


if __name__ == "__main__":
    unittest.main()
