"""Connectors that are asked for events: wrap a client that you have in a ConnectorWrapper, and a ConnectorStream does the rest."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from .collector import CollectorClient
from .messages import BookState, ConnectionState, Level
from .symbols import symbol_hash

Event = Mapping[str, Any]
Report = Callable[[int, str, dict[str, Any]], None]  # logging level, event name, fields
BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0)
SNAPSHOT_PATIENCE = 5.0  # seconds until one is asked for again

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class ConnectorWrapper(ABC):
    """What a ConnectorStream drives. All calls come from its event loop; what raises is a lost connection."""

    @abstractmethod
    async def connect(self) -> None: ...

    @abstractmethod
    async def disconnect(self) -> None:
        """Also where it is not connected."""

    @abstractmethod
    async def subscribe_trades(self, symbol: str) -> None:
        """After each connect(); `symbol` as the venue writes it."""

    @abstractmethod
    async def subscribe_depth(self, symbol: str) -> None: ...

    @abstractmethod
    async def next_event(self) -> Event | None:
        """Waits for the next event; None: nothing that concerns anybody.

        A trade: {"type": "trade", "symbol", "timestamp", "price", "qty", "side": "buy" or "sell", "is_buyer_maker", "id"}; side or
        is_buyer_maker may be missing. A book: {"type": "depth", "symbol", "timestamp", "bids", "asks": lists of (price, qty),
        "last_update_id"}; it is the whole book, unless "snapshot" is False: then it is levels that changed, and
        "previous_update_id" says what they follow, where the venue does. `symbol` may be missing where there is only one.

        Numbers are Decimal, int or str; a float is taken as it prints. A timestamp is a datetime (UTC where it does not say),
        a count of ns, us, ms or s since 1970, or ISO 8601 text.
        """

    @abstractmethod
    async def is_connected(self) -> bool: ...

    @abstractmethod
    def get_health_status(self) -> dict[str, Any]: ...

    async def request_snapshot(self, symbol: str) -> None:
        """A change did not follow on the one before: the whole book is wanted, as a depth event."""


def read_decimal(value: Any, what: str) -> Decimal:
    """Exact; ValueError where it is no finite number."""
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except (InvalidOperation, TypeError, ValueError):
        raise ValueError(f"{what} {value!r:.80} is not a number") from None
    if isinstance(value, bool) or not number.is_finite():
        raise ValueError(f"{what} {value!r:.80} is not a number")
    return number


def read_time(value: Any) -> int:
    """Unix nanoseconds; 0 where there is none. Counts are told apart by their size, right for every time after 1973."""
    if value is None or value == "":
        return 0
    if isinstance(value, str) and value.lstrip("-").isdigit():
        value = int(value)
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"timestamp {value!r:.80} is not a time such as 2024-01-15T12:34:56.789Z") from None
        nanos = _nanos(parsed)
        # datetime keeps six decimals; the wire has nine.
        fraction = value.partition(".")[2]
        digits = fraction[: len(fraction) - len(fraction.lstrip("0123456789"))]
        return nanos + int(digits[6:9].ljust(3, "0")) if len(digits) > 6 else nanos
    if isinstance(value, datetime):
        return _nanos(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"timestamp {value!r:.80} is neither a whole number nor a time")
    if not 0 <= value < 1 << 63:
        raise ValueError(f"timestamp {value!r:.80} is no Unix time")
    for limit, unit in ((10**17, 1), (10**14, 1_000), (10**11, 1_000_000)):
        if value >= limit:
            return value * unit
    return value * 1_000_000_000


def _nanos(value: datetime) -> int:
    passed = (value if value.tzinfo else value.replace(tzinfo=timezone.utc)) - _EPOCH
    nanos = ((passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds) * 1_000
    if nanos < 0:
        raise ValueError(f"timestamp {value} is before 1970")
    return nanos


def read_side(event: Event) -> str:
    side = str(event.get("side") or "").lower()
    if side not in ("", "buy", "sell"):
        raise ValueError(f"side {side!r:.80} is not buy or sell")
    maker = event.get("is_buyer_maker")
    if maker is None:
        return side
    from_maker = "sell" if maker else "buy"
    if side and side != from_maker:
        raise ValueError(f"side {side!r} is not what is_buyer_maker says")
    return from_maker


def read_id(value: Any) -> int:
    text = "" if value is None else str(value)
    if text.isdigit() and int(text) < 1 << 64:
        return int(text)
    return symbol_hash(text) if text else 0


def read_levels(levels: Any, what: str) -> list[Level]:
    out = []
    for level in levels or ():
        price, quantity = (read_decimal(part, what) for part in level)
        if quantity < 0:
            raise ValueError(f"{what} quantity {quantity} is below zero")
        out.append(Level(price, quantity))
    return out


def log_event(level: int, name: str, fields: dict[str, Any]) -> None:
    """One JSON line to the logger "trunkline.connector"."""
    logging.getLogger("trunkline.connector").log(level, json.dumps({"event": name, **fields}, default=str))


class ConnectorStream:
    """Runs a ConnectorWrapper and sends what it gives to the relay's socket.

        stream = ConnectorStream(wrapper, "/run/user/1000/trunkline.sock", {"BTCUSD": "myexchange:BTC-USD"})
        await stream.run()

    Connects again after 0.5, 1, 2, 4 and 8 s, then gives up (connector_gave_up), or tries for ever every 8 s where `forever`. An
    event that cannot be read is reported (connector_trade_parse_error, connector_depth_parse_error) and passed over.
    """

    def __init__(self, wrapper: ConnectorWrapper, socket_path: str, symbols: Mapping[str, str], *, name: str = "",
                 trades: bool = True, depth: bool = True, backoff: tuple[float, ...] = BACKOFF, forever: bool = False,
                 poll_interval: float = 0.1, report: Report = log_event) -> None:
        if not symbols:
            raise ValueError("a connector needs a symbol: {venue symbol: canonical text}")
        self.wrapper = wrapper
        self.symbols = dict(symbols)
        self.name = name or next(iter(self.symbols.values())).partition(":")[0]
        self.collector = CollectorClient(socket_path, self.name)
        self.events = 0
        self.parse_errors = 0
        self.reconnection_attempts = 0
        self.gave_up = False
        self.last_event = 0
        self._channels = (trades, depth)
        self._backoff = backoff
        self._forever = forever
        self._poll_interval = poll_interval
        self._report = report
        self._asked: dict[str, float] = {}  # for a snapshot, when
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """run() returns soon."""
        self._stopping.set()

    def get_health_status(self) -> dict[str, Any]:
        return {"connected": self.collector.state == ConnectionState.Connected, "last_ts": self.last_event, "reconnection_attempts": self.reconnection_attempts, "gave_up": self.gave_up,
                "relay_connected": self.collector.connected, "relay_missed": self.collector.missed, "events": self.events,
                "parse_errors": self.parse_errors, "connector_health": self.wrapper.get_health_status()}

    async def run(self) -> None:
        """Until stop(), or until it gives up."""
        self.gave_up = False
        async with self.collector as collector:
            for venue_symbol, text in self.symbols.items():
                collector.add_symbol(text, venue_symbol)
            while not self._stopping.is_set():
                reason = await self._attempt()
                if self._stopping.is_set():
                    break
                self._say(logging.WARNING, "connector_connection_error", reason=reason)
                if not self._forever and self.reconnection_attempts >= len(self._backoff):
                    self.gave_up = True
                    self._say(logging.ERROR, "connector_gave_up", attempts=self.reconnection_attempts, reason=reason)
                    collector.connection(ConnectionState.Stopped, reason=reason, attempt=self.reconnection_attempts)
                    return
                delay = self._backoff[min(self.reconnection_attempts, len(self._backoff) - 1)]
                self.reconnection_attempts += 1
                self._say(logging.INFO, "connector_reconnecting", attempt=self.reconnection_attempts, delay_ms=int(delay * 1000))
                collector.connection(ConnectionState.Backoff, reason=reason, attempt=self.reconnection_attempts)
                await self._wait(delay)
            collector.connection(ConnectionState.Stopped, reason="stopped")
            self._stopping.clear()

    async def _attempt(self) -> str:
        """One connection from its beginning to its end; why it ended."""
        self.collector.connection(ConnectionState.Connecting, attempt=self.reconnection_attempts)
        try:
            await self.wrapper.connect()
            self._asked.clear()
            self._say(logging.INFO, "connector_connected")
            self.collector.connection(ConnectionState.Connected)
            await self._subscribe()
            await self._serve()
            return "the connection ended"
        except Exception as error:  # the wrapper is somebody else's code
            return f"{type(error).__name__}: {error}"[:200]
        finally:
            try:
                await self.wrapper.disconnect()
            except Exception as error:
                self._say(logging.WARNING, "connector_disconnect_error", reason=str(error)[:200])

    async def _subscribe(self) -> None:
        for symbol in self.symbols:
            for wanted, subscribe in zip(self._channels, (self.wrapper.subscribe_trades, self.wrapper.subscribe_depth)):
                if wanted:
                    await subscribe(symbol)

    async def _serve(self) -> None:
        began = time.monotonic()
        pending: asyncio.Task | None = None
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            while not self._stopping.is_set():
                connected = self.wrapper.is_connected()
                if not (await connected if inspect.isawaitable(connected) else connected):
                    raise ConnectionError("the connector is not connected any more")
                pending = pending or asyncio.ensure_future(self.wrapper.next_event())
                await asyncio.wait({pending, stopping}, timeout=self._poll_interval, return_when=asyncio.FIRST_COMPLETED)
                if time.monotonic() - began >= self._backoff[-1]:
                    self.reconnection_attempts = 0
                if not pending.done():
                    continue
                event, pending = pending.result(), None
                if event is None:
                    await asyncio.sleep(0)
                    continue
                self.reconnection_attempts = 0
                await self._take(event)
        finally:
            for task in (pending, stopping):
                if task is not None:
                    task.cancel()

    async def _take(self, event: Event) -> None:
        self.events += 1
        self.last_event = time.time_ns()
        kind = event.get("type") if isinstance(event, Mapping) else None
        try:
            if kind == "trade":
                self._take_trade(event)
            elif kind == "depth":
                await self._take_depth(event)
            else:
                raise ValueError(f"event {event!r:.80} is neither a trade nor a depth event")
        except (ValueError, TypeError, KeyError, ArithmeticError) as error:
            self.parse_errors += 1
            reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
            self._say(logging.WARNING, f"connector_{kind if kind in ('trade', 'depth') else 'event'}_parse_error", reason=reason[:200],
                      count=self.parse_errors)
        await self.collector.drain()

    def _text(self, event: Event) -> tuple[str, str]:
        symbol = event.get("symbol") or (next(iter(self.symbols)) if len(self.symbols) == 1 else "")
        if symbol not in self.symbols:
            raise ValueError(f"symbol {symbol!r:.80} is not subscribed to")
        return symbol, self.symbols[symbol]

    def _take_trade(self, event: Event) -> None:
        _, text = self._text(event)
        quantity = read_decimal(event["qty"], "qty")
        if quantity <= 0:
            raise ValueError(f"qty {quantity} is not above zero")
        self.collector.trade(text, price=read_decimal(event["price"], "price"), quantity=quantity, side=read_side(event),
                             trade_id=read_id(event.get("id")), exchange_time=read_time(event.get("timestamp")),
                             receive_time=self.last_event)

    async def _take_depth(self, event: Event) -> None:
        symbol, text = self._text(event)
        book = self.collector.symbols[text].book
        update_id = int(event.get("last_update_id") or 0)
        times = {"exchange_time": read_time(event.get("timestamp")), "receive_time": self.last_event}
        bids, asks = read_levels(event.get("bids"), "bid"), read_levels(event.get("asks"), "ask")
        if event.get("snapshot", True):
            if book.state == BookState.Live and update_id and update_id <= book.update_id:
                return  # an older book must not replace a newer one
            self._asked.pop(symbol, None)
            self.collector.snapshot(text, bids=bids, asks=asks, update_id=update_id, **times)
            return
        follows = self.collector.delta(text, bids=bids, asks=asks, update_id=update_id,
                                       previous_update_id=event.get("previous_update_id"), **times)
        now = time.monotonic()
        if not follows and now - self._asked.get(symbol, -SNAPSHOT_PATIENCE) >= SNAPSHOT_PATIENCE:
            self._asked[symbol] = now
            await self.wrapper.request_snapshot(symbol)

    async def _wait(self, delay: float) -> None:
        try:
            async with asyncio.timeout(delay):
                await self._stopping.wait()
        except TimeoutError:
            pass  # the time is over

    def _say(self, level: int, name: str, **fields: Any) -> None:
        self._report(level, name, {"connector": self.name, **fields})
