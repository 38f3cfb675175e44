"""The collector's end of the relay's unix socket: what a connector of one's own publishes goes to the hub this way."""

from __future__ import annotations

import asyncio
import bisect
import time
from collections.abc import Iterable
from decimal import Decimal

from .frames import FrameReader, encode, sequence_after
from .messages import (BookReason, BookState, BookStatus, ConnectionState, ConnectionStatus, Flag, Gap, GapScope, Integrity,
                       L2Delta, L2Snapshot, Level, Message, Subscribe, SymbolMapping, Trade)
from .payloads import FrameError
from .symbols import symbol_hash

LIVE_ONCE_APPLIED = 1  # in `detail` of L2Snapshot and L2Delta
RELAY_SOURCE = 0xFFF0  # of what concerns the link and no connector
MAX_LEVELS = 2000  # in one frame
_CONNECTOR_IDS = 4095


def connector_id(name: str) -> int:
    """The same for a name in every run and every language."""
    return symbol_hash(name) % _CONNECTOR_IDS


class Book:
    """One symbol's levels, and whether they can be trusted."""

    def __init__(self, integrity: Integrity) -> None:
        self.bids: dict[Decimal, Decimal] = {}
        self.asks: dict[Decimal, Decimal] = {}
        self.state = BookState.Init
        self.reason = BookReason.NONE
        self.integrity = integrity
        self.update_id = 0
        self.gaps = 0
        self.resyncs = 0
        self.lives = 0
        self._prices: dict[str, list[Decimal]] = {"bids": [], "asks": []}

    def clear(self) -> None:
        for side in ("bids", "asks"):
            getattr(self, side).clear()
            self._prices[side].clear()

    def apply(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        for side, levels in (("bids", bids), ("asks", asks)):
            held, prices = getattr(self, side), self._prices[side]
            for price, quantity in levels:
                if quantity == 0:
                    if held.pop(price, None) is not None:
                        del prices[bisect.bisect_left(prices, price)]
                else:
                    if price not in held:
                        bisect.insort(prices, price)
                    held[price] = quantity

    @property
    def crossed(self) -> bool:
        bids, asks = self._prices["bids"], self._prices["asks"]
        return bool(bids and asks and bids[-1] >= asks[0])

    def levels(self) -> tuple[list[Level], list[Level]]:
        """Bids and asks, best first."""
        return ([Level(price, self.bids[price]) for price in reversed(self._prices["bids"])],
                [Level(price, self.asks[price]) for price in self._prices["asks"]])


class Symbol:
    def __init__(self, text: str, venue_symbol: str, integrity: Integrity) -> None:
        self.text = text
        self.hash = symbol_hash(text)
        self.venue_symbol = venue_symbol
        self.book = Book(integrity)


class CollectorClient:
    """Publishes one connector's trades and books to a relay.

    Connects by itself, for ever (0.1 s doubling to 5 s). While there is no relay what is published is counted in `missed`, and a
    Gap says so; books are kept, and sent whole once the relay is there or asks for them. Use it from one event loop.
    """

    def __init__(self, socket_path: str, connector: str, *, first_delay: float = 0.1, longest_delay: float = 5.0) -> None:
        self.socket_path = socket_path
        self.connector = connector
        self.source = connector_id(connector) << 4
        self.symbols: dict[str, Symbol] = {}  # by canonical text
        self.missed = 0
        self.connects = 0
        self.last_reason = ""
        self._delays = (first_delay, longest_delay)
        self._sequence = 0
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task | None = None
        self._status: ConnectionStatus | None = None
        self._unsaid = 0
        self._since = 0
        self._was_connected = False
        self._up = asyncio.Event()

    async def __aenter__(self) -> CollectorClient:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Sends what waits, then closes."""
        if self._writer is not None:
            try:
                async with asyncio.timeout(2):
                    await self._writer.drain()
            except (OSError, TimeoutError):
                pass  # nobody reads it
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def state(self) -> ConnectionState:
        """How the connector stands with its exchange, as last said."""
        return self._status.state if self._status else ConnectionState.Disconnected

    @property
    def connected(self) -> bool:
        """With the relay."""
        return self._writer is not None

    async def wait_connected(self) -> None:
        await self._up.wait()

    def add_symbol(self, text: str, venue_symbol: str = "", integrity: Integrity = Integrity.Unverified) -> None:
        """`text` is canonical: "myexchange:BTC-USD". Before the symbol's first trade or book."""
        if text in self.symbols:
            return
        self.symbols[text] = symbol = Symbol(text, venue_symbol, integrity)
        self._write(self._mapping(symbol))

    def trade(self, symbol: str, *, price: Decimal, quantity: Decimal, side: str = "", trade_id: int = 0, exchange_time: int = 0,
              receive_time: int = 0) -> None:
        """`side`: what the taker did, "buy" or "sell". ValueError where a number does not fit the wire."""
        flags = {"buy": Flag.SIDE_BUY, "sell": Flag.SIDE_SELL, "": Flag(0)}[side]
        self._write(Trade(symbol=self.symbols[symbol].hash, flags=flags, price=price, quantity=quantity, trade_id=trade_id,
                          exchange_time=exchange_time, receive_time=receive_time))

    def snapshot(self, symbol: str, *, bids: Iterable[Level], asks: Iterable[Level], update_id: int = 0, exchange_time: int = 0,
                 receive_time: int = 0) -> bool:
        """The whole book. False where it is crossed: then it is Stale."""
        entry = self.symbols[symbol]
        book = entry.book
        was_live = book.state == BookState.Live
        if not was_live:
            self._set_state(entry, BookState.Syncing, BookReason.Subscribed)
        book.clear()
        book.apply(bids, asks)
        if book.crossed:
            self.lose_book(symbol, BookReason.Crossed)
            return False
        book.update_id = update_id or book.update_id + 1
        self._write_book(entry, was_live, exchange_time, receive_time)
        if not was_live:
            self._set_state(entry, BookState.Live, BookReason.SnapshotApplied)
        return True

    def delta(self, symbol: str, *, bids: Iterable[Level], asks: Iterable[Level], update_id: int = 0,
              previous_update_id: int | None = None, exchange_time: int = 0, receive_time: int = 0) -> bool:
        """Changed levels, quantity 0 removes. False where the book needs a snapshot: now, or still."""
        entry = self.symbols[symbol]
        book = entry.book
        bids, asks = list(bids), list(asks)
        if book.state != BookState.Live:
            return False
        if previous_update_id is not None and previous_update_id != book.update_id:
            if update_id != 0 and update_id <= book.update_id:
                return True  # the snapshot has it
            self.lose_book(symbol, BookReason.SequenceGap)
            return False
        book.apply(bids, asks)
        if book.crossed:
            self.lose_book(symbol, BookReason.Crossed)
            return False
        update_id = update_id or book.update_id + 1
        for part_bids, part_asks, flags in _parts(bids, asks):
            self._write(L2Delta(symbol=entry.hash, flags=flags, detail=LIVE_ONCE_APPLIED, previous_update_id=book.update_id,
                                update_id=update_id, bids=part_bids, asks=part_asks, exchange_time=exchange_time,
                                receive_time=receive_time))
        book.update_id = update_id
        return True

    def lose_book(self, symbol: str, reason: BookReason) -> None:
        """Not to be trusted until its next snapshot."""
        entry = self.symbols[symbol]
        entry.book.gaps += 1
        entry.book.clear()
        self._set_state(entry, BookState.Stale, reason)

    def connection(self, state: ConnectionState, endpoint: str = "", reason: str = "", attempt: int = 0) -> None:
        """How the connector stands with its exchange; without a connection its books are Stale."""
        last, up = self._status, state == ConnectionState.Connected
        was_up = last is not None and last.state == ConnectionState.Connected
        reconnects = last.reconnects if last else 0
        self._status = ConnectionStatus(
            state=state, connector=self.connector, endpoint=endpoint, reason=reason, attempt=attempt,
            reconnects=reconnects + (1 if up and not was_up and self._was_connected else 0),
            connected_since=time.time_ns() if up else 0)
        self._was_connected = self._was_connected or up
        self._write(self._status)
        for entry in self.symbols.values():
            if not up and entry.book.state in (BookState.Live, BookState.Syncing):
                entry.book.clear()
                self._set_state(entry, BookState.Stale, BookReason.Disconnected)

    async def drain(self) -> None:
        """Waits while the relay does not keep up, five seconds at most: then the connection is given up."""
        if self._writer is None:
            return
        try:
            async with asyncio.timeout(5):
                await self._writer.drain()
        except TimeoutError:
            self._writer.transport.abort()
        except OSError:
            pass  # the reading side sees it, too

    def _mapping(self, symbol: Symbol) -> SymbolMapping:
        return SymbolMapping(symbol=symbol.hash, text=symbol.text, venue_symbol=symbol.venue_symbol)

    def _set_state(self, entry: Symbol, state: BookState, reason: BookReason) -> None:
        book = entry.book
        book.state, book.reason = state, reason
        if state == BookState.Live:
            book.resyncs += book.lives > 0
            book.lives += 1
        self._write_status(entry, state)

    def _write_status(self, entry: Symbol, state: BookState) -> None:
        book = entry.book
        self._write(BookStatus(symbol=entry.hash, update_id=book.update_id, gaps=book.gaps, resyncs=book.resyncs, state=state,
                               integrity=book.integrity, reason=book.reason))

    def _write_book(self, entry: Symbol, live: bool, exchange_time: int = 0, receive_time: int = 0) -> None:
        for bids, asks, flags in _parts(*entry.book.levels()):
            self._write(L2Snapshot(symbol=entry.hash, flags=flags, detail=LIVE_ONCE_APPLIED if live else 0,
                                   update_id=entry.book.update_id, bids=bids, asks=asks, exchange_time=exchange_time,
                                   receive_time=receive_time))

    def _resend(self, entry: Symbol) -> None:
        self._write(self._mapping(entry))
        state = entry.book.state
        if state == BookState.Live:
            self._write_status(entry, BookState.Syncing)
            self._write_book(entry, False)
        if state != BookState.Init:
            self._write_status(entry, state)

    def _write(self, message: Message) -> None:
        message.source = self.source
        message.receive_time = message.receive_time or time.time_ns()
        message.sequence = self._sequence
        frame = encode(message)  # raises before anything is counted
        self._sequence = sequence_after(self._sequence)
        if self._writer is None:
            self._since = self._since or time.time_ns()
            self._unsaid += 1
            self.missed += 1
        else:
            self._writer.write(frame)

    async def _run(self) -> None:
        delay, longest = self._delays
        while True:
            began = time.monotonic()
            try:
                await self._serve()
                self.last_reason = self.last_reason or "the relay closed"
            except (OSError, FrameError) as error:
                self.last_reason = str(error)
            finally:
                self._up.clear()
                if self._writer is not None:
                    self._writer.close()
                self._writer = None
            if time.monotonic() - began > longest:
                delay = self._delays[0]
            await asyncio.sleep(delay)
            delay = min(delay * 2, longest)

    async def _serve(self) -> None:
        reader, self._writer = await asyncio.open_unix_connection(self.socket_path)
        self.connects += 1
        self.last_reason = ""
        if self._unsaid:
            gap = Gap(source=RELAY_SOURCE, missed=self._unsaid, total_missed=self.missed, since=self._since, scope=GapScope.Link,
                      receive_time=time.time_ns())
            self._writer.write(encode(gap))
            self._unsaid = self._since = 0
        if self._status is not None:
            self._write(self._status)
        for entry in self.symbols.values():
            self._resend(entry)
        self._up.set()
        frames = FrameReader()
        while data := await reader.read(1 << 16):
            for message in frames.feed(data):
                if isinstance(message, Subscribe):  # the relay lost these books
                    wanted = set(message.symbols)
                    for entry in self.symbols.values():
                        if not wanted or entry.hash in wanted:
                            self._resend(entry)
                elif isinstance(message, ConnectionStatus) and message.source == RELAY_SOURCE:
                    self.last_reason = message.reason  # why it closes


def _parts(bids: list[Level], asks: list[Level]) -> Iterable[tuple[list[Level], list[Level], Flag]]:
    """The levels in as many frames as they need; all but the last one are continued."""
    total = len(bids) + len(asks)
    for first in range(0, max(total, 1), MAX_LEVELS):
        end = first + MAX_LEVELS
        part_asks = asks[max(first - len(bids), 0) : max(end - len(bids), 0)]
        yield bids[first:end], part_asks, Flag.MORE if end < total else Flag(0)
