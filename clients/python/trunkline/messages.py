"""The messages of the wire.

Made by tools/generate_codecs.py from schema/messages.toml; change those. Prices, quantities and rates are exact
Decimals (None: the venue did not say), times and durations are integer nanoseconds, enum fields are IntEnums, or plain
ints for values that this version does not know.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, IntFlag
from typing import ClassVar, NamedTuple

from .numbers import ZERO, from_raw, to_raw
from .payloads import named, padded, part, unpack

SCHEMA_VERSION = 1


class MessageType(IntEnum):
    Trade = 1
    Quote = 2
    L2Snapshot = 3
    L2Delta = 4
    BookStatus = 5
    SymbolMapping = 6
    Heartbeat = 7
    DerivativeTicker = 8
    Liquidation = 9
    Bar = 10
    ConnectionStatus = 11
    Gap = 12
    TradeCorrection = 13
    PriceBands = 14
    CorporateAction = 15
    Subscribe = 16
    Unsubscribe = 17
    Welcome = 18
    ConsolidatedQuote = 19
    PlaceOrder = 20
    CancelOrder = 21
    AmendOrder = 22
    OrderStatus = 23
    Fill = 24
    Balance = 25
    PositionStatus = 26
    RiskStatus = 27
    FundingPayment = 28
    JournalSession = 29


class BookState(IntEnum):
    Init = 0
    Syncing = 1
    Live = 2
    Stale = 3


class Integrity(IntEnum):
    """what the venue gives to check a book by."""

    Unverified = 0
    SnapshotOnly = 1
    Checksummed = 2
    Sequenced = 3


class BookReason(IntEnum):
    NONE = 0
    Subscribed = 1
    SnapshotApplied = 2
    SequenceGap = 3
    ChecksumMismatch = 4
    Crossed = 5
    QuoteMismatch = 6
    AuditMismatch = 7
    Disconnected = 8
    Silent = 9
    Malformed = 10
    SnapshotFailed = 11
    BufferOverflow = 12
    BusLoss = 13
    Unsubscribed = 14
    NotTrading = 15


class ConnectionState(IntEnum):
    Disconnected = 0
    Connecting = 1
    Connected = 2
    Backoff = 3
    Stopped = 4


class InstrumentKind(IntEnum):
    Spot = 0
    Perpetual = 1
    Future = 2
    Option = 3
    Stock = 4


class TradingStatus(IntEnum):
    Unknown = 0
    Trading = 1
    Halted = 2
    PreOpen = 3
    Closed = 4
    AfterHours = 5


class CorporateActionKind(IntEnum):
    """what happened to a stock."""

    Unknown = 0
    CashDividend = 1
    StockDividend = 2
    ForwardSplit = 3
    ReverseSplit = 4
    UnitSplit = 5
    SpinOff = 6
    CashMerger = 7
    StockMerger = 8
    StockAndCashMerger = 9
    Redemption = 10
    NameChange = 11
    WorthlessRemoval = 12
    RightsDistribution = 13


class GapScope(IntEnum):
    """where messages were missed."""

    Bus = 0
    Link = 1
    Client = 2
    Venue = 3


class Format(IntEnum):
    Binary = 0
    Json = 1


class OrderState(IntEnum):
    """how an order stands; Unknown: sent, and the venue has not said what became of it."""

    PendingCreate = 0
    PendingSubmit = 1
    Open = 2
    PartiallyFilled = 3
    Filled = 4
    PendingCancel = 5
    Cancelled = 6
    Failed = 7
    Expired = 8
    Unknown = 9


class TradeType(IntEnum):
    Buy = 0
    Sell = 1


class OrderType(IntEnum):
    Limit = 0
    LimitMaker = 1
    Market = 2
    StopLimit = 3
    StopMarket = 4
    TakeProfitLimit = 5
    TakeProfitMarket = 6


class TimeInForce(IntEnum):
    Gtc = 0
    Ioc = 1
    Fok = 2
    Gtd = 3


class PositionAction(IntEnum):
    NONE = 0
    Open = 1
    Close = 2


class Liquidity(IntEnum):
    Unknown = 0
    Maker = 1
    Taker = 2


class OrderOutcome(IntEnum):
    """what is known of a request that did not succeed."""

    NotSent = 0
    Rejected = 1
    Unknown = 2


class OrderReason(IntEnum):
    """why an order is where it is."""

    NONE = 0
    Requested = 1
    InvalidOrder = 2
    InsufficientFunds = 3
    WouldTrade = 4
    NotFillable = 5
    DuplicateId = 6
    NotFound = 7
    RateLimited = 8
    RiskLimit = 9
    Halted = 10
    NotReady = 11
    Timeout = 12
    Disconnected = 13
    Expired = 14
    SelfTrade = 15
    ReduceOnly = 16
    Liquidation = 17
    Clock = 18
    Authentication = 19
    Unsupported = 20
    JournalFailed = 21
    VenueError = 22
    Lost = 23
    NotSentInTime = 24
    Amended = 25


class TradingState(IntEnum):
    """Reducing: only orders that make positions smaller; Halted: none, and what is open is cancelled."""

    Active = 0
    Reducing = 1
    Halted = 2


class Flag(IntFlag):
    SIDE_BUY = 1  # trade, liquidation: the aggressor bought
    SIDE_SELL = 2  # trade, liquidation: the aggressor sold; neither bit: the venue does not say
    MORE = 4  # the next frame of this type and symbol continues this one; apply them as one
    RECOVERED = 8  # sent from a cache to a late joiner or after a loss, not as it happened


class Level(NamedTuple):
    price: Decimal | None
    quantity: Decimal | None


@dataclass(slots=True, kw_only=True)
class Message:
    """What every message has: the header's flags and sequence, and the stamp."""

    flags: int = 0
    sequence: int = 0
    symbol: int = 0  # hash of the canonical symbol text; 0 where the message concerns no symbol
    exchange_time: int = 0  # when the venue says it happened; 0 where it does not say
    receive_time: int = 0  # when the bytes were read from the socket (a stamp of the journey)
    publish_delay: int = 0  # nanoseconds from receive to publish, saturating (a stamp of the journey)
    source: int = 0  # who wrote it: connector in the upper 12 bits (the sequence counts per connector), connection in the lower 4
    detail: int = 0  # bits that the message type defines; 0 where it defines none


@dataclass(slots=True, kw_only=True)
class Trade(Message):
    """one execution; 64 bytes with its header. detail: bit 0 aggregate of several fills, bit 1 taken from history, bit 2 odd lot, bit 3 outside regular hours, bit 4 reported late or out of sequence, bit 5 its price is no last price, bit 6 of an auction, bit 7 outside of the hub's price band; bits 8 to 15 the letter of the stock exchange, 0 where the venue has no such."""

    type: ClassVar[MessageType] = MessageType.Trade
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqQ')

    price: Decimal | None = ZERO
    quantity: Decimal | None = ZERO
    trade_id: int = 0  # the venue's number, or the symbol hash function over its text

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'Trade':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, price, quantity, trade_id) = unpack(cls.LAYOUT, payload)
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            price=from_raw(price, 8),
            quantity=from_raw(quantity, 8),
            trade_id=trade_id,
        )

    def payload(self) -> bytes:
        return self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.price, 8),
            to_raw(self.quantity, 8),
            self.trade_id,
        )


@dataclass(slots=True, kw_only=True)
class Quote(Message):
    """best bid and ask as the venue tells them, apart from the book."""

    type: ClassVar[MessageType] = MessageType.Quote
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqqqQ')

    bid_price: Decimal | None = ZERO
    bid_quantity: Decimal | None = ZERO
    ask_price: Decimal | None = ZERO
    ask_quantity: Decimal | None = ZERO
    update_id: int = 0

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'Quote':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, bid_price, bid_quantity, ask_price, ask_quantity, update_id) = unpack(cls.LAYOUT, payload)
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            bid_price=from_raw(bid_price, 8),
            bid_quantity=from_raw(bid_quantity, 8),
            ask_price=from_raw(ask_price, 8),
            ask_quantity=from_raw(ask_quantity, 8),
            update_id=update_id,
        )

    def payload(self) -> bytes:
        return self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.bid_price, 8),
            to_raw(self.bid_quantity, 8),
            to_raw(self.ask_price, 8),
            to_raw(self.ask_quantity, 8),
            self.update_id,
        )


@dataclass(slots=True, kw_only=True)
class L2Snapshot(Message):
    """a whole book, best level first; replaces what the reader held. detail: bit 0 the book is Live once this is applied."""

    type: ClassVar[MessageType] = MessageType.L2Snapshot
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHQII')

    update_id: int = 0
    bids: list[Level] = field(default_factory=list)
    asks: list[Level] = field(default_factory=list)

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'L2Snapshot':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, update_id, bid_count, ask_count) = unpack(cls.LAYOUT, payload)
        at = 48
        bids_bytes = part(payload, at, bid_count * 16)
        at += bid_count * 16
        asks_bytes = part(payload, at, ask_count * 16)
        at += ask_count * 16
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            update_id=update_id,
            bids=[Level(from_raw(price, 8), from_raw(quantity, 8)) for price, quantity in struct.iter_unpack('<qq', bids_bytes)],
            asks=[Level(from_raw(price, 8), from_raw(quantity, 8)) for price, quantity in struct.iter_unpack('<qq', asks_bytes)],
        )

    def payload(self) -> bytes:
        bids = b''.join(struct.pack('<qq', to_raw(item.price, 8), to_raw(item.quantity, 8)) for item in self.bids)
        asks = b''.join(struct.pack('<qq', to_raw(item.price, 8), to_raw(item.quantity, 8)) for item in self.asks)
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.update_id,
            len(bids) // 16,
            len(asks) // 16,
        ) + bids + asks)


@dataclass(slots=True, kw_only=True)
class L2Delta(Message):
    """changed levels, quantities absolute, 0 removes; applies to the book whose update_id is previous_update_id. detail: bit 0 the book is Live once this is applied."""

    type: ClassVar[MessageType] = MessageType.L2Delta
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHQQII')

    previous_update_id: int = 0
    update_id: int = 0
    bids: list[Level] = field(default_factory=list)
    asks: list[Level] = field(default_factory=list)

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'L2Delta':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, previous_update_id, update_id, bid_count, ask_count) = unpack(cls.LAYOUT, payload)
        at = 56
        bids_bytes = part(payload, at, bid_count * 16)
        at += bid_count * 16
        asks_bytes = part(payload, at, ask_count * 16)
        at += ask_count * 16
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            previous_update_id=previous_update_id,
            update_id=update_id,
            bids=[Level(from_raw(price, 8), from_raw(quantity, 8)) for price, quantity in struct.iter_unpack('<qq', bids_bytes)],
            asks=[Level(from_raw(price, 8), from_raw(quantity, 8)) for price, quantity in struct.iter_unpack('<qq', asks_bytes)],
        )

    def payload(self) -> bytes:
        bids = b''.join(struct.pack('<qq', to_raw(item.price, 8), to_raw(item.quantity, 8)) for item in self.bids)
        asks = b''.join(struct.pack('<qq', to_raw(item.price, 8), to_raw(item.quantity, 8)) for item in self.asks)
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.previous_update_id,
            self.update_id,
            len(bids) // 16,
            len(asks) // 16,
        ) + bids + asks)


@dataclass(slots=True, kw_only=True)
class BookStatus(Message):
    """whether the book can be trusted, and how that is known; sent at every change."""

    type: ClassVar[MessageType] = MessageType.BookStatus
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHQQQBBB5x')

    update_id: int = 0
    gaps: int = 0  # times this book lost its sequence since the connector started
    resyncs: int = 0  # times it became Live again
    state: BookState | int = BookState(0)
    integrity: Integrity | int = Integrity(0)
    reason: BookReason | int = BookReason(0)

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'BookStatus':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, update_id, gaps, resyncs, state, integrity, reason) = unpack(cls.LAYOUT, payload)
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            update_id=update_id,
            gaps=gaps,
            resyncs=resyncs,
            state=named(BookState, state),
            integrity=named(Integrity, integrity),
            reason=named(BookReason, reason),
        )

    def payload(self) -> bytes:
        return self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.update_id,
            self.gaps,
            self.resyncs,
            self.state,
            self.integrity,
            self.reason,
        )


@dataclass(slots=True, kw_only=True)
class SymbolMapping(Message):
    """what a symbol hash stands for; precedes the symbol's first use on every stream."""

    type: ClassVar[MessageType] = MessageType.SymbolMapping
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqqqqHHBBbBB7x')

    tick_size: Decimal | None = ZERO
    lot_size: Decimal | None = ZERO
    minimum_quantity: Decimal | None = ZERO
    minimum_notional: Decimal | None = ZERO
    contract_size: Decimal | None = ZERO  # quote units of one contract of an inverse future
    price_decimals: int = 0  # decimals the venue writes prices with
    quantity_decimals: int = 0
    unit_exponent: int = 0  # prices are for 10^unit_exponent units
    kind: InstrumentKind | int = InstrumentKind(0)
    status: TradingStatus | int = TradingStatus(0)
    text: str = ''
    venue_symbol: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'SymbolMapping':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, tick_size, lot_size, minimum_quantity, minimum_notional, contract_size, text_length, venue_symbol_length, price_decimals, quantity_decimals, unit_exponent, kind, status) = unpack(cls.LAYOUT, payload)
        at = 88
        text_bytes = part(payload, at, text_length)
        at += text_length
        venue_symbol_bytes = part(payload, at, venue_symbol_length)
        at += venue_symbol_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            tick_size=from_raw(tick_size, 8),
            lot_size=from_raw(lot_size, 8),
            minimum_quantity=from_raw(minimum_quantity, 8),
            minimum_notional=from_raw(minimum_notional, 8),
            contract_size=from_raw(contract_size, 8),
            price_decimals=price_decimals,
            quantity_decimals=quantity_decimals,
            unit_exponent=unit_exponent,
            kind=named(InstrumentKind, kind),
            status=named(TradingStatus, status),
            text=str(text_bytes, 'utf-8', 'surrogateescape'),
            venue_symbol=str(venue_symbol_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        text = self.text.encode('utf-8', 'surrogateescape')
        venue_symbol = self.venue_symbol.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.tick_size, 8),
            to_raw(self.lot_size, 8),
            to_raw(self.minimum_quantity, 8),
            to_raw(self.minimum_notional, 8),
            to_raw(self.contract_size, 8),
            len(text),
            len(venue_symbol),
            self.price_decimals,
            self.quantity_decimals,
            self.unit_exponent,
            self.kind,
            self.status,
        ) + text + venue_symbol)


@dataclass(slots=True, kw_only=True)
class Heartbeat(Message):
    """the writer is alive."""

    type: ClassVar[MessageType] = MessageType.Heartbeat
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHq')

    interval: int = 0

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'Heartbeat':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, interval) = unpack(cls.LAYOUT, payload)
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            interval=interval,
        )

    def payload(self) -> bytes:
        return self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.interval,
        )


@dataclass(slots=True, kw_only=True)
class DerivativeTicker(Message):
    """marks of a derivative."""

    type: ClassVar[MessageType] = MessageType.DerivativeTicker
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqqqqq')

    mark_price: Decimal | None = ZERO
    index_price: Decimal | None = ZERO
    settle_price: Decimal | None = ZERO
    funding_rate: Decimal | None = ZERO
    next_funding_time: int = 0
    open_interest: Decimal | None = ZERO

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'DerivativeTicker':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, mark_price, index_price, settle_price, funding_rate, next_funding_time, open_interest) = unpack(cls.LAYOUT, payload)
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            mark_price=from_raw(mark_price, 8),
            index_price=from_raw(index_price, 8),
            settle_price=from_raw(settle_price, 8),
            funding_rate=from_raw(funding_rate, 12),
            next_funding_time=next_funding_time,
            open_interest=from_raw(open_interest, 8),
        )

    def payload(self) -> bytes:
        return self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.mark_price, 8),
            to_raw(self.index_price, 8),
            to_raw(self.settle_price, 8),
            to_raw(self.funding_rate, 12),
            self.next_funding_time,
            to_raw(self.open_interest, 8),
        )


@dataclass(slots=True, kw_only=True)
class Liquidation(Message):
    """a forced order; the side flags say what the liquidation order did."""

    type: ClassVar[MessageType] = MessageType.Liquidation
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqqq')

    price: Decimal | None = ZERO
    quantity: Decimal | None = ZERO
    average_price: Decimal | None = ZERO
    filled_quantity: Decimal | None = ZERO

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'Liquidation':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, price, quantity, average_price, filled_quantity) = unpack(cls.LAYOUT, payload)
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            price=from_raw(price, 8),
            quantity=from_raw(quantity, 8),
            average_price=from_raw(average_price, 8),
            filled_quantity=from_raw(filled_quantity, 8),
        )

    def payload(self) -> bytes:
        return self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.price, 8),
            to_raw(self.quantity, 8),
            to_raw(self.average_price, 8),
            to_raw(self.filled_quantity, 8),
        )


@dataclass(slots=True, kw_only=True)
class Bar(Message):
    """open, high, low, close of an interval. detail: bit 0 closed, bit 1 a volume was beyond the range and is absent, bit 2 a volume was rounded."""

    type: ClassVar[MessageType] = MessageType.Bar
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqqqqqqqQ')

    open_time: int = 0
    interval: int = 0
    open: Decimal | None = ZERO
    high: Decimal | None = ZERO
    low: Decimal | None = ZERO
    close: Decimal | None = ZERO
    volume: Decimal | None = ZERO
    quote_volume: Decimal | None = ZERO
    trade_count: int = 0

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'Bar':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, open_time, interval, open, high, low, close, volume, quote_volume, trade_count) = unpack(cls.LAYOUT, payload)
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            open_time=open_time,
            interval=interval,
            open=from_raw(open, 8),
            high=from_raw(high, 8),
            low=from_raw(low, 8),
            close=from_raw(close, 8),
            volume=from_raw(volume, 8),
            quote_volume=from_raw(quote_volume, 8),
            trade_count=trade_count,
        )

    def payload(self) -> bytes:
        return self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.open_time,
            self.interval,
            to_raw(self.open, 8),
            to_raw(self.high, 8),
            to_raw(self.low, 8),
            to_raw(self.close, 8),
            to_raw(self.volume, 8),
            to_raw(self.quote_volume, 8),
            self.trade_count,
        )


@dataclass(slots=True, kw_only=True)
class ConnectionStatus(Message):
    """a connection changed state; sent to late joiners too."""

    type: ClassVar[MessageType] = MessageType.ConnectionStatus
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqQIHHHB5x')

    connected_since: int = 0  # 0 while not connected
    reconnects: int = 0
    attempt: int = 0
    state: ConnectionState | int = ConnectionState(0)
    connector: str = ''
    endpoint: str = ''
    reason: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'ConnectionStatus':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, connected_since, reconnects, attempt, connector_length, endpoint_length, reason_length, state) = unpack(cls.LAYOUT, payload)
        at = 64
        connector_bytes = part(payload, at, connector_length)
        at += connector_length
        endpoint_bytes = part(payload, at, endpoint_length)
        at += endpoint_length
        reason_bytes = part(payload, at, reason_length)
        at += reason_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            connected_since=connected_since,
            reconnects=reconnects,
            attempt=attempt,
            state=named(ConnectionState, state),
            connector=str(connector_bytes, 'utf-8', 'surrogateescape'),
            endpoint=str(endpoint_bytes, 'utf-8', 'surrogateescape'),
            reason=str(reason_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        connector = self.connector.encode('utf-8', 'surrogateescape')
        endpoint = self.endpoint.encode('utf-8', 'surrogateescape')
        reason = self.reason.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.connected_since,
            self.reconnects,
            self.attempt,
            len(connector),
            len(endpoint),
            len(reason),
            self.state,
        ) + connector + endpoint + reason)


@dataclass(slots=True, kw_only=True)
class Gap(Message):
    """messages were missed here; books concerned follow as recovered snapshots."""

    type: ClassVar[MessageType] = MessageType.Gap
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHQQqB7x')

    missed: int = 0  # since the last Gap frame
    total_missed: int = 0  # on this link since it began
    since: int = 0  # when the first of them was missed
    scope: GapScope | int = GapScope(0)

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'Gap':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, missed, total_missed, since, scope) = unpack(cls.LAYOUT, payload)
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            missed=missed,
            total_missed=total_missed,
            since=since,
            scope=named(GapScope, scope),
        )

    def payload(self) -> bytes:
        return self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.missed,
            self.total_missed,
            self.since,
            self.scope,
        )


@dataclass(slots=True, kw_only=True)
class TradeCorrection(Message):
    """a trade told before was not so. detail: bit 0 it is cancelled and nothing takes its place, bit 1 it was an error; bits 8 to 15 as in Trade."""

    type: ClassVar[MessageType] = MessageType.TradeCorrection
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqQqqQ')

    original_price: Decimal | None = ZERO
    original_quantity: Decimal | None = ZERO
    original_trade_id: int = 0
    price: Decimal | None = ZERO  # what it should have been; absent where it is cancelled
    quantity: Decimal | None = ZERO
    trade_id: int = 0

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'TradeCorrection':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, original_price, original_quantity, original_trade_id, price, quantity, trade_id) = unpack(cls.LAYOUT, payload)
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            original_price=from_raw(original_price, 8),
            original_quantity=from_raw(original_quantity, 8),
            original_trade_id=original_trade_id,
            price=from_raw(price, 8),
            quantity=from_raw(quantity, 8),
            trade_id=trade_id,
        )

    def payload(self) -> bytes:
        return self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.original_price, 8),
            to_raw(self.original_quantity, 8),
            self.original_trade_id,
            to_raw(self.price, 8),
            to_raw(self.quantity, 8),
            self.trade_id,
        )


@dataclass(slots=True, kw_only=True)
class PriceBands(Message):
    """between which prices a stock may trade (limit up, limit down). detail: bits 8 to 15 the indicator's letter."""

    type: ClassVar[MessageType] = MessageType.PriceBands
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqq')

    upper: Decimal | None = ZERO
    lower: Decimal | None = ZERO

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'PriceBands':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, upper, lower) = unpack(cls.LAYOUT, payload)
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            upper=from_raw(upper, 8),
            lower=from_raw(lower, 8),
        )

    def payload(self) -> bytes:
        return self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.upper, 8),
            to_raw(self.lower, 8),
        )


@dataclass(slots=True, kw_only=True)
class CorporateAction(Message):
    """what a company does to its stock: splits, dividends, mergers, new names. Dates are YYYYMMDD, 0 where the venue says none."""

    type: ClassVar[MessageType] = MessageType.CorporateAction
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHQqqqIIIIHB5x')

    action_id: int = 0  # the symbol hash function over the venue's id; the same action may be told again
    new_rate: Decimal | None = ZERO  # shares after the action, or of the other symbol
    old_rate: Decimal | None = ZERO  # for so many shares before it
    cash: Decimal | None = ZERO  # money a share
    ex_date: int = 0
    record_date: int = 0
    payable_date: int = 0
    process_date: int = 0
    kind: CorporateActionKind | int = CorporateActionKind(0)
    other: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'CorporateAction':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, action_id, new_rate, old_rate, cash, ex_date, record_date, payable_date, process_date, other_length, kind) = unpack(cls.LAYOUT, payload)
        at = 88
        other_bytes = part(payload, at, other_length)
        at += other_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            action_id=action_id,
            new_rate=from_raw(new_rate, 12),
            old_rate=from_raw(old_rate, 12),
            cash=from_raw(cash, 12),
            ex_date=ex_date,
            record_date=record_date,
            payable_date=payable_date,
            process_date=process_date,
            kind=named(CorporateActionKind, kind),
            other=str(other_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        other = self.other.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.action_id,
            to_raw(self.new_rate, 12),
            to_raw(self.old_rate, 12),
            to_raw(self.cash, 12),
            self.ex_date,
            self.record_date,
            self.payable_date,
            self.process_date,
            len(other),
            self.kind,
        ) + other)


@dataclass(slots=True, kw_only=True)
class Subscribe(Message):
    """a client asks for symbols and channels; no symbols means all. channels: bit N is message type N."""

    type: ClassVar[MessageType] = MessageType.Subscribe
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHQIB3x')

    channels: int = 0
    format: Format | int = Format(0)
    symbols: list[int] = field(default_factory=list)

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'Subscribe':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, channels, symbol_count, format) = unpack(cls.LAYOUT, payload)
        at = 48
        symbols_bytes = part(payload, at, symbol_count * 8)
        at += symbol_count * 8
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            channels=channels,
            format=named(Format, format),
            symbols=[item for item, in struct.iter_unpack('<Q', symbols_bytes)],
        )

    def payload(self) -> bytes:
        symbols = struct.pack(f'<{len(self.symbols)}Q', *self.symbols)
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.channels,
            len(symbols) // 8,
            self.format,
        ) + symbols)


@dataclass(slots=True, kw_only=True)
class Unsubscribe(Message):
    """takes symbols and channels back; no symbols means all."""

    type: ClassVar[MessageType] = MessageType.Unsubscribe
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHQI4x')

    channels: int = 0
    symbols: list[int] = field(default_factory=list)

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'Unsubscribe':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, channels, symbol_count) = unpack(cls.LAYOUT, payload)
        at = 48
        symbols_bytes = part(payload, at, symbol_count * 8)
        at += symbol_count * 8
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            channels=channels,
            symbols=[item for item, in struct.iter_unpack('<Q', symbols_bytes)],
        )

    def payload(self) -> bytes:
        symbols = struct.pack(f'<{len(self.symbols)}Q', *self.symbols)
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.channels,
            len(symbols) // 8,
        ) + symbols)


@dataclass(slots=True, kw_only=True)
class Welcome(Message):
    """first frame of a relay to a client."""

    type: ClassVar[MessageType] = MessageType.Welcome
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHQqIH2x')

    session: int = 0
    server_time: int = 0
    version: int = 0  # of this schema
    server: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'Welcome':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, session, server_time, version, server_length) = unpack(cls.LAYOUT, payload)
        at = 56
        server_bytes = part(payload, at, server_length)
        at += server_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            session=session,
            server_time=server_time,
            version=version,
            server=str(server_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        server = self.server.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.session,
            self.server_time,
            self.version,
            len(server),
        ) + server)


@dataclass(slots=True, kw_only=True)
class ConsolidatedQuote(Message):
    """best bid and offer of one base and quote across the venues of this hub; its symbol is consolidated:BASE-QUOTE."""

    type: ClassVar[MessageType] = MessageType.ConsolidatedQuote
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqqqQQI4x')

    bid_price: Decimal | None = ZERO  # absent where no venue bids
    bid_quantity: Decimal | None = ZERO  # of that venue alone
    ask_price: Decimal | None = ZERO
    ask_quantity: Decimal | None = ZERO
    bid_symbol: int = 0  # the venue's symbol that bids; 0 where none does
    ask_symbol: int = 0
    venues: int = 0  # how many venues' quotes were compared

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'ConsolidatedQuote':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, bid_price, bid_quantity, ask_price, ask_quantity, bid_symbol, ask_symbol, venues) = unpack(cls.LAYOUT, payload)
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            bid_price=from_raw(bid_price, 8),
            bid_quantity=from_raw(bid_quantity, 8),
            ask_price=from_raw(ask_price, 8),
            ask_quantity=from_raw(ask_quantity, 8),
            bid_symbol=bid_symbol,
            ask_symbol=ask_symbol,
            venues=venues,
        )

    def payload(self) -> bytes:
        return self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.bid_price, 8),
            to_raw(self.bid_quantity, 8),
            to_raw(self.ask_price, 8),
            to_raw(self.ask_quantity, 8),
            self.bid_symbol,
            self.ask_symbol,
            self.venues,
        )


@dataclass(slots=True, kw_only=True)
class PlaceOrder(Message):
    """an order as it goes to the venue; in the journal before it is sent. detail: bit 0 reduce only, bit 1 post only, bit 2 of another program, bit 3 paper."""

    type: ClassVar[MessageType] = MessageType.PlaceOrder
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqqqqIHHHBBBB2x')

    created: int = 0
    good_till: int = 0  # of Gtd orders; 0: none
    price: Decimal | None = ZERO  # absent for market orders
    quantity: Decimal | None = ZERO
    trigger_price: Decimal | None = ZERO  # absent where there is no condition
    leverage: int = 0  # 0: as the account has it
    side: TradeType | int = TradeType(0)
    order_type: OrderType | int = OrderType(0)
    time_in_force: TimeInForce | int = TimeInForce(0)
    position_action: PositionAction | int = PositionAction(0)
    account: str = ''
    client_order_id: str = ''
    extra: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'PlaceOrder':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, created, good_till, price, quantity, trigger_price, leverage, account_length, client_order_id_length, extra_length, side, order_type, time_in_force, position_action) = unpack(cls.LAYOUT, payload)
        at = 88
        account_bytes = part(payload, at, account_length)
        at += account_length
        client_order_id_bytes = part(payload, at, client_order_id_length)
        at += client_order_id_length
        extra_bytes = part(payload, at, extra_length)
        at += extra_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            created=created,
            good_till=good_till,
            price=from_raw(price, 8),
            quantity=from_raw(quantity, 8),
            trigger_price=from_raw(trigger_price, 8),
            leverage=leverage,
            side=named(TradeType, side),
            order_type=named(OrderType, order_type),
            time_in_force=named(TimeInForce, time_in_force),
            position_action=named(PositionAction, position_action),
            account=str(account_bytes, 'utf-8', 'surrogateescape'),
            client_order_id=str(client_order_id_bytes, 'utf-8', 'surrogateescape'),
            extra=str(extra_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        account = self.account.encode('utf-8', 'surrogateescape')
        client_order_id = self.client_order_id.encode('utf-8', 'surrogateescape')
        extra = self.extra.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.created,
            self.good_till,
            to_raw(self.price, 8),
            to_raw(self.quantity, 8),
            to_raw(self.trigger_price, 8),
            self.leverage,
            len(account),
            len(client_order_id),
            len(extra),
            self.side,
            self.order_type,
            self.time_in_force,
            self.position_action,
        ) + account + client_order_id + extra)


@dataclass(slots=True, kw_only=True)
class CancelOrder(Message):
    """a cancellation as it goes to the venue."""

    type: ClassVar[MessageType] = MessageType.CancelOrder
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHHHH2x')

    account: str = ''
    client_order_id: str = ''
    exchange_order_id: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'CancelOrder':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, account_length, client_order_id_length, exchange_order_id_length) = unpack(cls.LAYOUT, payload)
        at = 40
        account_bytes = part(payload, at, account_length)
        at += account_length
        client_order_id_bytes = part(payload, at, client_order_id_length)
        at += client_order_id_length
        exchange_order_id_bytes = part(payload, at, exchange_order_id_length)
        at += exchange_order_id_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            account=str(account_bytes, 'utf-8', 'surrogateescape'),
            client_order_id=str(client_order_id_bytes, 'utf-8', 'surrogateescape'),
            exchange_order_id=str(exchange_order_id_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        account = self.account.encode('utf-8', 'surrogateescape')
        client_order_id = self.client_order_id.encode('utf-8', 'surrogateescape')
        exchange_order_id = self.exchange_order_id.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            len(account),
            len(client_order_id),
            len(exchange_order_id),
        ) + account + client_order_id + exchange_order_id)


@dataclass(slots=True, kw_only=True)
class AmendOrder(Message):
    """a change of an order as it goes to the venue."""

    type: ClassVar[MessageType] = MessageType.AmendOrder
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqHHH2x')

    price: Decimal | None = ZERO
    quantity: Decimal | None = ZERO  # the new total, what has filled included
    account: str = ''
    client_order_id: str = ''
    exchange_order_id: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'AmendOrder':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, price, quantity, account_length, client_order_id_length, exchange_order_id_length) = unpack(cls.LAYOUT, payload)
        at = 56
        account_bytes = part(payload, at, account_length)
        at += account_length
        client_order_id_bytes = part(payload, at, client_order_id_length)
        at += client_order_id_length
        exchange_order_id_bytes = part(payload, at, exchange_order_id_length)
        at += exchange_order_id_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            price=from_raw(price, 8),
            quantity=from_raw(quantity, 8),
            account=str(account_bytes, 'utf-8', 'surrogateescape'),
            client_order_id=str(client_order_id_bytes, 'utf-8', 'surrogateescape'),
            exchange_order_id=str(exchange_order_id_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        account = self.account.encode('utf-8', 'surrogateescape')
        client_order_id = self.client_order_id.encode('utf-8', 'surrogateescape')
        exchange_order_id = self.exchange_order_id.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.price, 8),
            to_raw(self.quantity, 8),
            len(account),
            len(client_order_id),
            len(exchange_order_id),
        ) + account + client_order_id + exchange_order_id)


@dataclass(slots=True, kw_only=True)
class OrderStatus(Message):
    """how an order stands after each change. detail: bit 0 reduce only, bit 1 post only, bit 2 of another program, bit 3 paper, bit 4 its creation is in doubt, bit 5 its change is, bit 6 its cancellation is, bit 7 lost: the venue says it knows no such order, bit 8 fills are missing."""

    type: ClassVar[MessageType] = MessageType.OrderStatus
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqqqqqQHHHHBBBBBB2x')

    created: int = 0
    price: Decimal | None = ZERO
    quantity: Decimal | None = ZERO
    trigger_price: Decimal | None = ZERO
    filled: Decimal | None = ZERO  # the sum of its fills
    average_price: Decimal | None = ZERO  # of its fills, rounded to 1e-8; absent before the first
    number: int = 0  # of this order's changes, from 1 on without a hole
    state: OrderState | int = OrderState(0)
    previous: OrderState | int = OrderState(0)
    reason: OrderReason | int = OrderReason(0)
    side: TradeType | int = TradeType(0)
    order_type: OrderType | int = OrderType(0)
    time_in_force: TimeInForce | int = TimeInForce(0)
    account: str = ''
    client_order_id: str = ''
    exchange_order_id: str = ''
    text: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'OrderStatus':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, created, price, quantity, trigger_price, filled, average_price, number, account_length, client_order_id_length, exchange_order_id_length, text_length, state, previous, reason, side, order_type, time_in_force) = unpack(cls.LAYOUT, payload)
        at = 104
        account_bytes = part(payload, at, account_length)
        at += account_length
        client_order_id_bytes = part(payload, at, client_order_id_length)
        at += client_order_id_length
        exchange_order_id_bytes = part(payload, at, exchange_order_id_length)
        at += exchange_order_id_length
        text_bytes = part(payload, at, text_length)
        at += text_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            created=created,
            price=from_raw(price, 8),
            quantity=from_raw(quantity, 8),
            trigger_price=from_raw(trigger_price, 8),
            filled=from_raw(filled, 8),
            average_price=from_raw(average_price, 8),
            number=number,
            state=named(OrderState, state),
            previous=named(OrderState, previous),
            reason=named(OrderReason, reason),
            side=named(TradeType, side),
            order_type=named(OrderType, order_type),
            time_in_force=named(TimeInForce, time_in_force),
            account=str(account_bytes, 'utf-8', 'surrogateescape'),
            client_order_id=str(client_order_id_bytes, 'utf-8', 'surrogateescape'),
            exchange_order_id=str(exchange_order_id_bytes, 'utf-8', 'surrogateescape'),
            text=str(text_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        account = self.account.encode('utf-8', 'surrogateescape')
        client_order_id = self.client_order_id.encode('utf-8', 'surrogateescape')
        exchange_order_id = self.exchange_order_id.encode('utf-8', 'surrogateescape')
        text = self.text.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.created,
            to_raw(self.price, 8),
            to_raw(self.quantity, 8),
            to_raw(self.trigger_price, 8),
            to_raw(self.filled, 8),
            to_raw(self.average_price, 8),
            self.number,
            len(account),
            len(client_order_id),
            len(exchange_order_id),
            len(text),
            self.state,
            self.previous,
            self.reason,
            self.side,
            self.order_type,
            self.time_in_force,
        ) + account + client_order_id + exchange_order_id + text)


@dataclass(slots=True, kw_only=True)
class Fill(Message):
    """an execution of an order of ours; told once. detail: bit 2 of another program's order, bit 3 paper."""

    type: ClassVar[MessageType] = MessageType.Fill
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqqqHHHHHBB4x')

    price: Decimal | None = ZERO
    quantity: Decimal | None = ZERO
    quote_quantity: Decimal | None = ZERO  # absent where it has no exact value of 1e-8
    fee: Decimal | None = ZERO  # negative: a rebate; absent where the venue does not say
    side: TradeType | int = TradeType(0)
    liquidity: Liquidity | int = Liquidity(0)
    account: str = ''
    client_order_id: str = ''
    exchange_order_id: str = ''
    trade_id: str = ''
    fee_currency: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'Fill':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, price, quantity, quote_quantity, fee, account_length, client_order_id_length, exchange_order_id_length, trade_id_length, fee_currency_length, side, liquidity) = unpack(cls.LAYOUT, payload)
        at = 80
        account_bytes = part(payload, at, account_length)
        at += account_length
        client_order_id_bytes = part(payload, at, client_order_id_length)
        at += client_order_id_length
        exchange_order_id_bytes = part(payload, at, exchange_order_id_length)
        at += exchange_order_id_length
        trade_id_bytes = part(payload, at, trade_id_length)
        at += trade_id_length
        fee_currency_bytes = part(payload, at, fee_currency_length)
        at += fee_currency_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            price=from_raw(price, 8),
            quantity=from_raw(quantity, 8),
            quote_quantity=from_raw(quote_quantity, 8),
            fee=from_raw(fee, 8),
            side=named(TradeType, side),
            liquidity=named(Liquidity, liquidity),
            account=str(account_bytes, 'utf-8', 'surrogateescape'),
            client_order_id=str(client_order_id_bytes, 'utf-8', 'surrogateescape'),
            exchange_order_id=str(exchange_order_id_bytes, 'utf-8', 'surrogateescape'),
            trade_id=str(trade_id_bytes, 'utf-8', 'surrogateescape'),
            fee_currency=str(fee_currency_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        account = self.account.encode('utf-8', 'surrogateescape')
        client_order_id = self.client_order_id.encode('utf-8', 'surrogateescape')
        exchange_order_id = self.exchange_order_id.encode('utf-8', 'surrogateescape')
        trade_id = self.trade_id.encode('utf-8', 'surrogateescape')
        fee_currency = self.fee_currency.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.price, 8),
            to_raw(self.quantity, 8),
            to_raw(self.quote_quantity, 8),
            to_raw(self.fee, 8),
            len(account),
            len(client_order_id),
            len(exchange_order_id),
            len(trade_id),
            len(fee_currency),
            self.side,
            self.liquidity,
        ) + account + client_order_id + exchange_order_id + trade_id + fee_currency)


@dataclass(slots=True, kw_only=True)
class Balance(Message):
    """what an account has of one currency."""

    type: ClassVar[MessageType] = MessageType.Balance
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqHH4x')

    total: Decimal | None = ZERO
    available: Decimal | None = ZERO
    account: str = ''
    currency: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'Balance':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, total, available, account_length, currency_length) = unpack(cls.LAYOUT, payload)
        at = 56
        account_bytes = part(payload, at, account_length)
        at += account_length
        currency_bytes = part(payload, at, currency_length)
        at += currency_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            total=from_raw(total, 8),
            available=from_raw(available, 8),
            account=str(account_bytes, 'utf-8', 'surrogateescape'),
            currency=str(currency_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        account = self.account.encode('utf-8', 'surrogateescape')
        currency = self.currency.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.total, 8),
            to_raw(self.available, 8),
            len(account),
            len(currency),
        ) + account + currency)


@dataclass(slots=True, kw_only=True)
class PositionStatus(Message):
    """a position of an account in one symbol."""

    type: ClassVar[MessageType] = MessageType.PositionStatus
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqqqqqIH2x')

    quantity: Decimal | None = ZERO  # negative: short; 0: none
    entry_price: Decimal | None = ZERO
    mark_price: Decimal | None = ZERO
    liquidation_price: Decimal | None = ZERO
    unrealized_pnl: Decimal | None = ZERO
    realized_pnl: Decimal | None = ZERO
    leverage: int = 0  # 0: not told
    account: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'PositionStatus':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, quantity, entry_price, mark_price, liquidation_price, unrealized_pnl, realized_pnl, leverage, account_length) = unpack(cls.LAYOUT, payload)
        at = 88
        account_bytes = part(payload, at, account_length)
        at += account_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            quantity=from_raw(quantity, 8),
            entry_price=from_raw(entry_price, 8),
            mark_price=from_raw(mark_price, 8),
            liquidation_price=from_raw(liquidation_price, 8),
            unrealized_pnl=from_raw(unrealized_pnl, 8),
            realized_pnl=from_raw(realized_pnl, 8),
            leverage=leverage,
            account=str(account_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        account = self.account.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.quantity, 8),
            to_raw(self.entry_price, 8),
            to_raw(self.mark_price, 8),
            to_raw(self.liquidation_price, 8),
            to_raw(self.unrealized_pnl, 8),
            to_raw(self.realized_pnl, 8),
            self.leverage,
            len(account),
        ) + account)


@dataclass(slots=True, kw_only=True)
class RiskStatus(Message):
    """the kill switch and the counters of the gate in front of the venue."""

    type: ClassVar[MessageType] = MessageType.RiskStatus
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHQQIIHHBB2x')

    sent: int = 0  # orders handed to the venue since the start
    refused: int = 0  # orders that were not
    open_orders: int = 0
    lost_orders: int = 0
    trading_state: TradingState | int = TradingState(0)
    ready: int = 0  # 1: orders are taken
    account: str = ''
    reason: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'RiskStatus':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, sent, refused, open_orders, lost_orders, account_length, reason_length, trading_state, ready) = unpack(cls.LAYOUT, payload)
        at = 64
        account_bytes = part(payload, at, account_length)
        at += account_length
        reason_bytes = part(payload, at, reason_length)
        at += reason_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            sent=sent,
            refused=refused,
            open_orders=open_orders,
            lost_orders=lost_orders,
            trading_state=named(TradingState, trading_state),
            ready=ready,
            account=str(account_bytes, 'utf-8', 'surrogateescape'),
            reason=str(reason_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        account = self.account.encode('utf-8', 'surrogateescape')
        reason = self.reason.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.sent,
            self.refused,
            self.open_orders,
            self.lost_orders,
            len(account),
            len(reason),
            self.trading_state,
            self.ready,
        ) + account + reason)


@dataclass(slots=True, kw_only=True)
class FundingPayment(Message):
    """funding that an account paid (negative) or got for a position."""

    type: ClassVar[MessageType] = MessageType.FundingPayment
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHqqqHH4x')

    amount: Decimal | None = ZERO
    position: Decimal | None = ZERO
    rate: Decimal | None = ZERO
    account: str = ''
    currency: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'FundingPayment':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, amount, position, rate, account_length, currency_length) = unpack(cls.LAYOUT, payload)
        at = 64
        account_bytes = part(payload, at, account_length)
        at += account_length
        currency_bytes = part(payload, at, currency_length)
        at += currency_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            amount=from_raw(amount, 8),
            position=from_raw(position, 8),
            rate=from_raw(rate, 12),
            account=str(account_bytes, 'utf-8', 'surrogateescape'),
            currency=str(currency_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        account = self.account.encode('utf-8', 'surrogateescape')
        currency = self.currency.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            to_raw(self.amount, 8),
            to_raw(self.position, 8),
            to_raw(self.rate, 12),
            len(account),
            len(currency),
        ) + account + currency)


@dataclass(slots=True, kw_only=True)
class JournalSession(Message):
    """first of every run in an order journal: from both numbers client order ids are made that no other run makes."""

    type: ClassVar[MessageType] = MessageType.JournalSession
    LAYOUT: ClassVar[struct.Struct] = struct.Struct('<QqqIHHQQH6x')

    journal: int = 0  # made by chance when the journal was
    session: int = 0  # one more with every run
    account: str = ''

    @classmethod
    def from_payload(cls, payload: bytes | memoryview, flags: int = 0, sequence: int = 0) -> 'JournalSession':
        (symbol, exchange_time, receive_time, publish_delay, source, detail, journal, session, account_length) = unpack(cls.LAYOUT, payload)
        at = 56
        account_bytes = part(payload, at, account_length)
        at += account_length
        return cls(
            flags=flags, sequence=sequence,
            symbol=symbol,
            exchange_time=exchange_time,
            receive_time=receive_time,
            publish_delay=publish_delay,
            source=source,
            detail=detail,
            journal=journal,
            session=session,
            account=str(account_bytes, 'utf-8', 'surrogateescape'),
        )

    def payload(self) -> bytes:
        account = self.account.encode('utf-8', 'surrogateescape')
        return padded(self.LAYOUT.pack(
            self.symbol,
            self.exchange_time,
            self.receive_time,
            self.publish_delay,
            self.source,
            self.detail,
            self.journal,
            self.session,
            len(account),
        ) + account)


MESSAGES: dict[int, type[Message]] = {
    1: Trade,
    2: Quote,
    3: L2Snapshot,
    4: L2Delta,
    5: BookStatus,
    6: SymbolMapping,
    7: Heartbeat,
    8: DerivativeTicker,
    9: Liquidation,
    10: Bar,
    11: ConnectionStatus,
    12: Gap,
    13: TradeCorrection,
    14: PriceBands,
    15: CorporateAction,
    16: Subscribe,
    17: Unsubscribe,
    18: Welcome,
    19: ConsolidatedQuote,
    20: PlaceOrder,
    21: CancelOrder,
    22: AmendOrder,
    23: OrderStatus,
    24: Fill,
    25: Balance,
    26: PositionStatus,
    27: RiskStatus,
    28: FundingPayment,
    29: JournalSession,
}
