"""A relay client of the tests: keeps every book from the stream, and holds what is called Live against the sandbox's truth."""
import asyncio
import threading
from collections import Counter, deque

from processes import get_json
from trunkline.messages import BookState, BookStatus, ConnectionStatus, Flag, Gap, L2Delta, L2Snapshot, Trade
from trunkline.relay import RelayClient

LIVE = 1  # bit of `detail` in book messages: Live once this is applied
MARKETS = {"binance": "spot", "binance_usdm": "usdm", "binance_coinm": "coinm"}


class Book:
    def __init__(self):
        self.bids, self.asks = {}, {}
        self.update_id = None
        self.state = BookState.Init
        self.parts = None

    def apply(self, message):
        """True when a whole message was applied; AssertionError where the stream breaks its own rules."""
        if isinstance(message, L2Snapshot) and self.parts is None:
            self.bids, self.asks = {}, {}
        elif isinstance(message, L2Delta) and self.parts is None:
            assert message.previous_update_id == self.update_id, (
                f"delta follows {message.previous_update_id}, the book is at {self.update_id}")
        for side, levels in ((self.bids, message.bids), (self.asks, message.asks)):
            for level in levels:
                if level.quantity:
                    side[level.price] = level.quantity
                else:
                    side.pop(level.price, None)
        self.parts = True if message.flags & Flag.MORE else None
        if self.parts is None:
            self.update_id = message.update_id
        return self.parts is None

    def top(self, depth):
        return ([(p, self.bids[p]) for p in sorted(self.bids, reverse=True)[:depth]],
                [(p, self.asks[p]) for p in sorted(self.asks)[:depth]])


class Follower:
    """Runs on a thread of its own until stop(). `violations` holds what must never be."""

    def __init__(self, path, depth=20):
        self.path = path
        self.depth = depth
        self.books = {}
        self.states = {}  # symbol -> [(state, reason), ...] as they came
        self.connections = []  # (endpoint, state, reason) as they came
        self.trades = Counter()
        self.counts = Counter()
        self.missed = 0
        self.missed_of = Counter()  # by symbol; what concerns none in particular under its text for that
        self.live = deque(maxlen=200_000)  # (symbol, update id, top) of every book while Live
        self.violations = []
        self.ended = None
        self._loop = asyncio.new_event_loop()
        self._task = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        self._task = self._loop.create_task(self._follow())
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        except Exception as error:  # kept for the test to show
            self.ended = error
        finally:
            self._loop.close()

    async def _follow(self):
        async with RelayClient(self.path) as relay:
            await relay.subscribe()
            async for message in relay:
                self._take(relay.symbol_text(message), message)
        self.ended = EOFError("the relay closed")

    def _take(self, symbol, message):
        self.counts[type(message).__name__] += 1
        if isinstance(message, Gap):
            self.missed += message.missed
            self.missed_of[symbol] += message.missed
        elif isinstance(message, ConnectionStatus):
            self.connections.append((message.endpoint, message.state.name, message.reason))
        elif isinstance(message, Trade):
            key = (symbol, message.trade_id)
            self.trades[key] += 1
            if self.trades[key] > 1:
                self.violations.append(f"{symbol}: trade {message.trade_id} came twice")
        elif isinstance(message, BookStatus):
            book = self.books.setdefault(symbol, Book())
            book.state = message.state
            self.states.setdefault(symbol, []).append((message.state.name, message.reason.name))
        elif isinstance(message, (L2Snapshot, L2Delta)):
            book = self.books.setdefault(symbol, Book())
            if isinstance(message, L2Delta) and book.update_id is None:
                return
            try:
                if book.apply(message) and message.detail & LIVE:
                    self.live.append((symbol, book.update_id, book.top(self.depth)))
            except AssertionError as error:
                self.violations.append(f"{symbol}: {error}")

    def stop(self):
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)

    def is_live(self, symbol):
        return symbol in self.books and self.books[symbol].state == BookState.Live

    def reasons(self, symbol):
        return [reason for state, reason in self.states.get(symbol, []) if state == "Stale"]

    def check_live(self, sandbox, sample=1):
        """Compares books that were called Live with the truth at the same update id; returns how many were compared.

        What the sandbox no longer remembers is passed over.
        """
        compared = 0
        while self.live:
            symbol, update_id, (bids, asks) = self.live.popleft()
            if update_id % sample:
                continue
            exchange, _, pair = symbol.partition(":")
            try:
                truth = get_json(f"{sandbox}/sandbox/book?market={MARKETS[exchange]}&symbol={pair.replace('-', '')}"
                                 f"&update_id={update_id}&depth={self.depth}")
            except OSError:
                continue
            compared += 1
            for name, mine, theirs in (("bids", bids, truth["bids"]), ("asks", asks, truth["asks"])):
                exact = [(type(p)(q[0]), type(p)(q[1])) for (p, _), q in zip(mine, theirs)]
                if mine[:len(exact)] != exact:
                    wrong = next(i for i, (a, b) in enumerate(zip(mine, exact)) if a != b)
                    self.violations.append(f"{symbol} at {update_id} is called Live, but {name}[{wrong}] is {mine[wrong]}, in truth {exact[wrong]}")
        return compared
