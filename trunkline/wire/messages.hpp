// Made by tools/generate_codecs.py from schema/messages.toml; change those.
//
// The messages of the wire as structs that are read in place. Layout, units and meaning: schema/messages.toml and
// docs/wire-protocol.md. Functions named after a list (bids, text ...) read behind the struct: call them only on what
// FrameView::as<M>() gave, which has checked the counts.
//
// clang-format off
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/wire/header.hpp"

namespace trunkline::wire {

inline constexpr std::uint32_t schema_version = 1;

enum class MessageType : std::uint8_t {
  Trade = 1,
  Quote = 2,
  L2Snapshot = 3,
  L2Delta = 4,
  BookStatus = 5,
  SymbolMapping = 6,
  Heartbeat = 7,
  DerivativeTicker = 8,
  Liquidation = 9,
  Bar = 10,
  ConnectionStatus = 11,
  Gap = 12,
  TradeCorrection = 13,
  PriceBands = 14,
  CorporateAction = 15,
  Subscribe = 16,
  Unsubscribe = 17,
  Welcome = 18,
  ConsolidatedQuote = 19,
  PlaceOrder = 20,
  CancelOrder = 21,
  AmendOrder = 22,
  OrderStatus = 23,
  Fill = 24,
  Balance = 25,
  PositionStatus = 26,
  RiskStatus = 27,
  FundingPayment = 28,
  JournalSession = 29,
};
// Empty where the value has no name; so for every to_text here.
std::string_view to_text(MessageType value) noexcept;
// Bit N is set where message type N is known to this build.
inline constexpr std::uint64_t known_types = std::uint64_t{1} << 1 | std::uint64_t{1} << 2 | std::uint64_t{1} << 3 | std::uint64_t{1} << 4 | std::uint64_t{1} << 5 | std::uint64_t{1} << 6 | std::uint64_t{1} << 7 | std::uint64_t{1} << 8 | std::uint64_t{1} << 9 | std::uint64_t{1} << 10 | std::uint64_t{1} << 11 | std::uint64_t{1} << 12 | std::uint64_t{1} << 13 | std::uint64_t{1} << 14 | std::uint64_t{1} << 15 | std::uint64_t{1} << 16 | std::uint64_t{1} << 17 | std::uint64_t{1} << 18 | std::uint64_t{1} << 19 | std::uint64_t{1} << 20 | std::uint64_t{1} << 21 | std::uint64_t{1} << 22 | std::uint64_t{1} << 23 | std::uint64_t{1} << 24 | std::uint64_t{1} << 25 | std::uint64_t{1} << 26 | std::uint64_t{1} << 27 | std::uint64_t{1} << 28 | std::uint64_t{1} << 29;
constexpr bool is_known(MessageType type) noexcept {
  return static_cast<unsigned>(type) < 64 && (known_types >> static_cast<unsigned>(type) & 1) != 0;
}

namespace flag {
inline constexpr std::uint8_t side_buy = 1;  // trade, liquidation: the aggressor bought
inline constexpr std::uint8_t side_sell = 2;  // trade, liquidation: the aggressor sold; neither bit: the venue does not say
inline constexpr std::uint8_t more = 4;  // the next frame of this type and symbol continues this one; apply them as one
inline constexpr std::uint8_t recovered = 8;  // sent from a cache to a late joiner or after a loss, not as it happened
}  // namespace flag

enum class BookState : std::uint8_t { Init = 0, Syncing = 1, Live = 2, Stale = 3 };
std::string_view to_text(BookState value) noexcept;

// what the venue gives to check a book by
enum class Integrity : std::uint8_t { Unverified = 0, SnapshotOnly = 1, Checksummed = 2, Sequenced = 3 };
std::string_view to_text(Integrity value) noexcept;

enum class BookReason : std::uint8_t { None = 0, Subscribed = 1, SnapshotApplied = 2, SequenceGap = 3, ChecksumMismatch = 4, Crossed = 5, QuoteMismatch = 6, AuditMismatch = 7, Disconnected = 8, Silent = 9, Malformed = 10, SnapshotFailed = 11, BufferOverflow = 12, BusLoss = 13, Unsubscribed = 14, NotTrading = 15 };
std::string_view to_text(BookReason value) noexcept;

enum class ConnectionState : std::uint8_t { Disconnected = 0, Connecting = 1, Connected = 2, Backoff = 3, Stopped = 4 };
std::string_view to_text(ConnectionState value) noexcept;

enum class InstrumentKind : std::uint8_t { Spot = 0, Perpetual = 1, Future = 2, Option = 3, Stock = 4 };
std::string_view to_text(InstrumentKind value) noexcept;

enum class TradingStatus : std::uint8_t { Unknown = 0, Trading = 1, Halted = 2, PreOpen = 3, Closed = 4, AfterHours = 5 };
std::string_view to_text(TradingStatus value) noexcept;

// what happened to a stock
enum class CorporateActionKind : std::uint8_t { Unknown = 0, CashDividend = 1, StockDividend = 2, ForwardSplit = 3, ReverseSplit = 4, UnitSplit = 5, SpinOff = 6, CashMerger = 7, StockMerger = 8, StockAndCashMerger = 9, Redemption = 10, NameChange = 11, WorthlessRemoval = 12, RightsDistribution = 13 };
std::string_view to_text(CorporateActionKind value) noexcept;

// where messages were missed
enum class GapScope : std::uint8_t { Bus = 0, Link = 1, Client = 2, Venue = 3 };
std::string_view to_text(GapScope value) noexcept;

enum class Format : std::uint8_t { Binary = 0, Json = 1 };
std::string_view to_text(Format value) noexcept;

// how an order stands; Unknown: sent, and the venue has not said what became of it
enum class OrderState : std::uint8_t { PendingCreate = 0, PendingSubmit = 1, Open = 2, PartiallyFilled = 3, Filled = 4, PendingCancel = 5, Cancelled = 6, Failed = 7, Expired = 8, Unknown = 9 };
std::string_view to_text(OrderState value) noexcept;

enum class TradeType : std::uint8_t { Buy = 0, Sell = 1 };
std::string_view to_text(TradeType value) noexcept;

enum class OrderType : std::uint8_t { Limit = 0, LimitMaker = 1, Market = 2, StopLimit = 3, StopMarket = 4, TakeProfitLimit = 5, TakeProfitMarket = 6 };
std::string_view to_text(OrderType value) noexcept;

enum class TimeInForce : std::uint8_t { Gtc = 0, Ioc = 1, Fok = 2, Gtd = 3 };
std::string_view to_text(TimeInForce value) noexcept;

enum class PositionAction : std::uint8_t { None = 0, Open = 1, Close = 2 };
std::string_view to_text(PositionAction value) noexcept;

enum class Liquidity : std::uint8_t { Unknown = 0, Maker = 1, Taker = 2 };
std::string_view to_text(Liquidity value) noexcept;

// what is known of a request that did not succeed
enum class OrderOutcome : std::uint8_t { NotSent = 0, Rejected = 1, Unknown = 2 };
std::string_view to_text(OrderOutcome value) noexcept;

// why an order is where it is
enum class OrderReason : std::uint8_t { None = 0, Requested = 1, InvalidOrder = 2, InsufficientFunds = 3, WouldTrade = 4, NotFillable = 5, DuplicateId = 6, NotFound = 7, RateLimited = 8, RiskLimit = 9, Halted = 10, NotReady = 11, Timeout = 12, Disconnected = 13, Expired = 14, SelfTrade = 15, ReduceOnly = 16, Liquidation = 17, Clock = 18, Authentication = 19, Unsupported = 20, JournalFailed = 21, VenueError = 22, Lost = 23, NotSentInTime = 24, Amended = 25 };
std::string_view to_text(OrderReason value) noexcept;

// Reducing: only orders that make positions smaller; Halted: none, and what is open is cancelled
enum class TradingState : std::uint8_t { Active = 0, Reducing = 1, Halted = 2 };
std::string_view to_text(TradingState value) noexcept;

struct Level {
  Price price{};
  Quantity quantity{};

  friend bool operator==(const Level&, const Level&) = default;
};
static_assert(sizeof(Level) == 16 && std::is_trivially_copyable_v<Level>);

// What every message starts with.
struct Stamp {
  SymbolHash symbol{};  // hash of the canonical symbol text; 0 where the message concerns no symbol
  Nanos exchange_time{};  // when the venue says it happened; 0 where it does not say
  Nanos receive_time{};  // when the bytes were read from the socket (a stamp of the journey)
  std::uint32_t publish_delay{};  // nanoseconds from receive to publish, saturating (a stamp of the journey)
  std::uint16_t source{};  // who wrote it: connector in the upper 12 bits (the sequence counts per connector), connection in the lower 4
  std::uint16_t detail{};  // bits that the message type defines; 0 where it defines none
};
static_assert(sizeof(Stamp) == 32 && std::is_trivially_copyable_v<Stamp>);

// one execution; 64 bytes with its header. detail: bit 0 aggregate of several fills, bit 1 taken from history, bit 2 odd lot, bit 3 outside regular hours, bit 4 reported late or out of sequence, bit 5 its price is no last price, bit 6 of an auction, bit 7 outside of the hub's price band; bits 8 to 15 the letter of the stock exchange, 0 where the venue has no such
struct Trade {
  static constexpr MessageType type = MessageType::Trade;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Price price{};
  Quantity quantity{};
  std::uint64_t trade_id{};  // the venue's number, or the symbol hash function over its text
};
static_assert(sizeof(Trade) == 56 && alignof(Trade) == 8 && std::is_trivially_copyable_v<Trade>);
static_assert(offsetof(Trade, symbol) == 0 &&
              offsetof(Trade, exchange_time) == 8 &&
              offsetof(Trade, receive_time) == 16 &&
              offsetof(Trade, publish_delay) == 24 &&
              offsetof(Trade, source) == 28 &&
              offsetof(Trade, detail) == 30 &&
              offsetof(Trade, price) == 32 &&
              offsetof(Trade, quantity) == 40 &&
              offsetof(Trade, trade_id) == 48);

// best bid and ask as the venue tells them, apart from the book
struct Quote {
  static constexpr MessageType type = MessageType::Quote;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Price bid_price{};
  Quantity bid_quantity{};
  Price ask_price{};
  Quantity ask_quantity{};
  std::uint64_t update_id{};
};
static_assert(sizeof(Quote) == 72 && alignof(Quote) == 8 && std::is_trivially_copyable_v<Quote>);
static_assert(offsetof(Quote, symbol) == 0 &&
              offsetof(Quote, exchange_time) == 8 &&
              offsetof(Quote, receive_time) == 16 &&
              offsetof(Quote, publish_delay) == 24 &&
              offsetof(Quote, source) == 28 &&
              offsetof(Quote, detail) == 30 &&
              offsetof(Quote, bid_price) == 32 &&
              offsetof(Quote, bid_quantity) == 40 &&
              offsetof(Quote, ask_price) == 48 &&
              offsetof(Quote, ask_quantity) == 56 &&
              offsetof(Quote, update_id) == 64);

// a whole book, best level first; replaces what the reader held. detail: bit 0 the book is Live once this is applied
struct L2Snapshot {
  static constexpr MessageType type = MessageType::L2Snapshot;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  std::uint64_t update_id{};
  std::uint32_t bid_count{};  // of bids; encode() fills it in
  std::uint32_t ask_count{};  // of asks; encode() fills it in
};
static_assert(sizeof(L2Snapshot) == 48 && alignof(L2Snapshot) == 8 && std::is_trivially_copyable_v<L2Snapshot>);
static_assert(offsetof(L2Snapshot, symbol) == 0 &&
              offsetof(L2Snapshot, exchange_time) == 8 &&
              offsetof(L2Snapshot, receive_time) == 16 &&
              offsetof(L2Snapshot, publish_delay) == 24 &&
              offsetof(L2Snapshot, source) == 28 &&
              offsetof(L2Snapshot, detail) == 30 &&
              offsetof(L2Snapshot, update_id) == 32 &&
              offsetof(L2Snapshot, bid_count) == 40 &&
              offsetof(L2Snapshot, ask_count) == 44);

// changed levels, quantities absolute, 0 removes; applies to the book whose update_id is previous_update_id. detail: bit 0 the book is Live once this is applied
struct L2Delta {
  static constexpr MessageType type = MessageType::L2Delta;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  std::uint64_t previous_update_id{};
  std::uint64_t update_id{};
  std::uint32_t bid_count{};  // of bids; encode() fills it in
  std::uint32_t ask_count{};  // of asks; encode() fills it in
};
static_assert(sizeof(L2Delta) == 56 && alignof(L2Delta) == 8 && std::is_trivially_copyable_v<L2Delta>);
static_assert(offsetof(L2Delta, symbol) == 0 &&
              offsetof(L2Delta, exchange_time) == 8 &&
              offsetof(L2Delta, receive_time) == 16 &&
              offsetof(L2Delta, publish_delay) == 24 &&
              offsetof(L2Delta, source) == 28 &&
              offsetof(L2Delta, detail) == 30 &&
              offsetof(L2Delta, previous_update_id) == 32 &&
              offsetof(L2Delta, update_id) == 40 &&
              offsetof(L2Delta, bid_count) == 48 &&
              offsetof(L2Delta, ask_count) == 52);

// whether the book can be trusted, and how that is known; sent at every change
struct BookStatus {
  static constexpr MessageType type = MessageType::BookStatus;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  std::uint64_t update_id{};
  std::uint64_t gaps{};  // times this book lost its sequence since the connector started
  std::uint64_t resyncs{};  // times it became Live again
  BookState state{};
  Integrity integrity{};
  BookReason reason{};
  std::array<std::uint8_t, 5> padding{};  // zero on the wire
};
static_assert(sizeof(BookStatus) == 64 && alignof(BookStatus) == 8 && std::is_trivially_copyable_v<BookStatus>);
static_assert(offsetof(BookStatus, symbol) == 0 &&
              offsetof(BookStatus, exchange_time) == 8 &&
              offsetof(BookStatus, receive_time) == 16 &&
              offsetof(BookStatus, publish_delay) == 24 &&
              offsetof(BookStatus, source) == 28 &&
              offsetof(BookStatus, detail) == 30 &&
              offsetof(BookStatus, update_id) == 32 &&
              offsetof(BookStatus, gaps) == 40 &&
              offsetof(BookStatus, resyncs) == 48 &&
              offsetof(BookStatus, state) == 56 &&
              offsetof(BookStatus, integrity) == 57 &&
              offsetof(BookStatus, reason) == 58);

// what a symbol hash stands for; precedes the symbol's first use on every stream
struct SymbolMapping {
  static constexpr MessageType type = MessageType::SymbolMapping;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Price tick_size{};
  Quantity lot_size{};
  Quantity minimum_quantity{};
  Price minimum_notional{};
  Quantity contract_size{};  // quote units of one contract of an inverse future
  std::uint16_t text_length{};  // of text; encode() fills it in
  std::uint16_t venue_symbol_length{};  // of venue_symbol; encode() fills it in
  std::uint8_t price_decimals{};  // decimals the venue writes prices with
  std::uint8_t quantity_decimals{};
  std::int8_t unit_exponent{};  // prices are for 10^unit_exponent units
  InstrumentKind kind{};
  TradingStatus status{};
  std::array<std::uint8_t, 7> padding{};  // zero on the wire
};
static_assert(sizeof(SymbolMapping) == 88 && alignof(SymbolMapping) == 8 && std::is_trivially_copyable_v<SymbolMapping>);
static_assert(offsetof(SymbolMapping, symbol) == 0 &&
              offsetof(SymbolMapping, exchange_time) == 8 &&
              offsetof(SymbolMapping, receive_time) == 16 &&
              offsetof(SymbolMapping, publish_delay) == 24 &&
              offsetof(SymbolMapping, source) == 28 &&
              offsetof(SymbolMapping, detail) == 30 &&
              offsetof(SymbolMapping, tick_size) == 32 &&
              offsetof(SymbolMapping, lot_size) == 40 &&
              offsetof(SymbolMapping, minimum_quantity) == 48 &&
              offsetof(SymbolMapping, minimum_notional) == 56 &&
              offsetof(SymbolMapping, contract_size) == 64 &&
              offsetof(SymbolMapping, text_length) == 72 &&
              offsetof(SymbolMapping, venue_symbol_length) == 74 &&
              offsetof(SymbolMapping, price_decimals) == 76 &&
              offsetof(SymbolMapping, quantity_decimals) == 77 &&
              offsetof(SymbolMapping, unit_exponent) == 78 &&
              offsetof(SymbolMapping, kind) == 79 &&
              offsetof(SymbolMapping, status) == 80);

// the writer is alive
struct Heartbeat {
  static constexpr MessageType type = MessageType::Heartbeat;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Nanos interval{};
};
static_assert(sizeof(Heartbeat) == 40 && alignof(Heartbeat) == 8 && std::is_trivially_copyable_v<Heartbeat>);
static_assert(offsetof(Heartbeat, symbol) == 0 &&
              offsetof(Heartbeat, exchange_time) == 8 &&
              offsetof(Heartbeat, receive_time) == 16 &&
              offsetof(Heartbeat, publish_delay) == 24 &&
              offsetof(Heartbeat, source) == 28 &&
              offsetof(Heartbeat, detail) == 30 &&
              offsetof(Heartbeat, interval) == 32);

// marks of a derivative
struct DerivativeTicker {
  static constexpr MessageType type = MessageType::DerivativeTicker;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Price mark_price{};
  Price index_price{};
  Price settle_price{};
  Rate funding_rate{};
  Nanos next_funding_time{};
  Quantity open_interest{};
};
static_assert(sizeof(DerivativeTicker) == 80 && alignof(DerivativeTicker) == 8 && std::is_trivially_copyable_v<DerivativeTicker>);
static_assert(offsetof(DerivativeTicker, symbol) == 0 &&
              offsetof(DerivativeTicker, exchange_time) == 8 &&
              offsetof(DerivativeTicker, receive_time) == 16 &&
              offsetof(DerivativeTicker, publish_delay) == 24 &&
              offsetof(DerivativeTicker, source) == 28 &&
              offsetof(DerivativeTicker, detail) == 30 &&
              offsetof(DerivativeTicker, mark_price) == 32 &&
              offsetof(DerivativeTicker, index_price) == 40 &&
              offsetof(DerivativeTicker, settle_price) == 48 &&
              offsetof(DerivativeTicker, funding_rate) == 56 &&
              offsetof(DerivativeTicker, next_funding_time) == 64 &&
              offsetof(DerivativeTicker, open_interest) == 72);

// a forced order; the side flags say what the liquidation order did
struct Liquidation {
  static constexpr MessageType type = MessageType::Liquidation;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Price price{};
  Quantity quantity{};
  Price average_price{};
  Quantity filled_quantity{};
};
static_assert(sizeof(Liquidation) == 64 && alignof(Liquidation) == 8 && std::is_trivially_copyable_v<Liquidation>);
static_assert(offsetof(Liquidation, symbol) == 0 &&
              offsetof(Liquidation, exchange_time) == 8 &&
              offsetof(Liquidation, receive_time) == 16 &&
              offsetof(Liquidation, publish_delay) == 24 &&
              offsetof(Liquidation, source) == 28 &&
              offsetof(Liquidation, detail) == 30 &&
              offsetof(Liquidation, price) == 32 &&
              offsetof(Liquidation, quantity) == 40 &&
              offsetof(Liquidation, average_price) == 48 &&
              offsetof(Liquidation, filled_quantity) == 56);

// open, high, low, close of an interval. detail: bit 0 closed, bit 1 a volume was beyond the range and is absent, bit 2 a volume was rounded
struct Bar {
  static constexpr MessageType type = MessageType::Bar;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Nanos open_time{};
  Nanos interval{};
  Price open{};
  Price high{};
  Price low{};
  Price close{};
  Quantity volume{};
  Quantity quote_volume{};
  std::uint64_t trade_count{};
};
static_assert(sizeof(Bar) == 104 && alignof(Bar) == 8 && std::is_trivially_copyable_v<Bar>);
static_assert(offsetof(Bar, symbol) == 0 &&
              offsetof(Bar, exchange_time) == 8 &&
              offsetof(Bar, receive_time) == 16 &&
              offsetof(Bar, publish_delay) == 24 &&
              offsetof(Bar, source) == 28 &&
              offsetof(Bar, detail) == 30 &&
              offsetof(Bar, open_time) == 32 &&
              offsetof(Bar, interval) == 40 &&
              offsetof(Bar, open) == 48 &&
              offsetof(Bar, high) == 56 &&
              offsetof(Bar, low) == 64 &&
              offsetof(Bar, close) == 72 &&
              offsetof(Bar, volume) == 80 &&
              offsetof(Bar, quote_volume) == 88 &&
              offsetof(Bar, trade_count) == 96);

// a connection changed state; sent to late joiners too
struct ConnectionStatus {
  static constexpr MessageType type = MessageType::ConnectionStatus;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Nanos connected_since{};  // 0 while not connected
  std::uint64_t reconnects{};
  std::uint32_t attempt{};
  std::uint16_t connector_length{};  // of connector; encode() fills it in
  std::uint16_t endpoint_length{};  // of endpoint; encode() fills it in
  std::uint16_t reason_length{};  // of reason; encode() fills it in
  ConnectionState state{};
  std::array<std::uint8_t, 5> padding{};  // zero on the wire
};
static_assert(sizeof(ConnectionStatus) == 64 && alignof(ConnectionStatus) == 8 && std::is_trivially_copyable_v<ConnectionStatus>);
static_assert(offsetof(ConnectionStatus, symbol) == 0 &&
              offsetof(ConnectionStatus, exchange_time) == 8 &&
              offsetof(ConnectionStatus, receive_time) == 16 &&
              offsetof(ConnectionStatus, publish_delay) == 24 &&
              offsetof(ConnectionStatus, source) == 28 &&
              offsetof(ConnectionStatus, detail) == 30 &&
              offsetof(ConnectionStatus, connected_since) == 32 &&
              offsetof(ConnectionStatus, reconnects) == 40 &&
              offsetof(ConnectionStatus, attempt) == 48 &&
              offsetof(ConnectionStatus, connector_length) == 52 &&
              offsetof(ConnectionStatus, endpoint_length) == 54 &&
              offsetof(ConnectionStatus, reason_length) == 56 &&
              offsetof(ConnectionStatus, state) == 58);

// messages were missed here; books concerned follow as recovered snapshots
struct Gap {
  static constexpr MessageType type = MessageType::Gap;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  std::uint64_t missed{};  // since the last Gap frame
  std::uint64_t total_missed{};  // on this link since it began
  Nanos since{};  // when the first of them was missed
  GapScope scope{};
  std::array<std::uint8_t, 7> padding{};  // zero on the wire
};
static_assert(sizeof(Gap) == 64 && alignof(Gap) == 8 && std::is_trivially_copyable_v<Gap>);
static_assert(offsetof(Gap, symbol) == 0 &&
              offsetof(Gap, exchange_time) == 8 &&
              offsetof(Gap, receive_time) == 16 &&
              offsetof(Gap, publish_delay) == 24 &&
              offsetof(Gap, source) == 28 &&
              offsetof(Gap, detail) == 30 &&
              offsetof(Gap, missed) == 32 &&
              offsetof(Gap, total_missed) == 40 &&
              offsetof(Gap, since) == 48 &&
              offsetof(Gap, scope) == 56);

// a trade told before was not so. detail: bit 0 it is cancelled and nothing takes its place, bit 1 it was an error; bits 8 to 15 as in Trade
struct TradeCorrection {
  static constexpr MessageType type = MessageType::TradeCorrection;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Price original_price{};
  Quantity original_quantity{};
  std::uint64_t original_trade_id{};
  Price price{};  // what it should have been; absent where it is cancelled
  Quantity quantity{};
  std::uint64_t trade_id{};
};
static_assert(sizeof(TradeCorrection) == 80 && alignof(TradeCorrection) == 8 && std::is_trivially_copyable_v<TradeCorrection>);
static_assert(offsetof(TradeCorrection, symbol) == 0 &&
              offsetof(TradeCorrection, exchange_time) == 8 &&
              offsetof(TradeCorrection, receive_time) == 16 &&
              offsetof(TradeCorrection, publish_delay) == 24 &&
              offsetof(TradeCorrection, source) == 28 &&
              offsetof(TradeCorrection, detail) == 30 &&
              offsetof(TradeCorrection, original_price) == 32 &&
              offsetof(TradeCorrection, original_quantity) == 40 &&
              offsetof(TradeCorrection, original_trade_id) == 48 &&
              offsetof(TradeCorrection, price) == 56 &&
              offsetof(TradeCorrection, quantity) == 64 &&
              offsetof(TradeCorrection, trade_id) == 72);

// between which prices a stock may trade (limit up, limit down). detail: bits 8 to 15 the indicator's letter
struct PriceBands {
  static constexpr MessageType type = MessageType::PriceBands;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Price upper{};
  Price lower{};
};
static_assert(sizeof(PriceBands) == 48 && alignof(PriceBands) == 8 && std::is_trivially_copyable_v<PriceBands>);
static_assert(offsetof(PriceBands, symbol) == 0 &&
              offsetof(PriceBands, exchange_time) == 8 &&
              offsetof(PriceBands, receive_time) == 16 &&
              offsetof(PriceBands, publish_delay) == 24 &&
              offsetof(PriceBands, source) == 28 &&
              offsetof(PriceBands, detail) == 30 &&
              offsetof(PriceBands, upper) == 32 &&
              offsetof(PriceBands, lower) == 40);

// what a company does to its stock: splits, dividends, mergers, new names. Dates are YYYYMMDD, 0 where the venue says none
struct CorporateAction {
  static constexpr MessageType type = MessageType::CorporateAction;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  std::uint64_t action_id{};  // the symbol hash function over the venue's id; the same action may be told again
  Rate new_rate{};  // shares after the action, or of the other symbol
  Rate old_rate{};  // for so many shares before it
  Rate cash{};  // money a share
  std::uint32_t ex_date{};
  std::uint32_t record_date{};
  std::uint32_t payable_date{};
  std::uint32_t process_date{};
  std::uint16_t other_length{};  // of other; encode() fills it in
  CorporateActionKind kind{};
  std::array<std::uint8_t, 5> padding{};  // zero on the wire
};
static_assert(sizeof(CorporateAction) == 88 && alignof(CorporateAction) == 8 && std::is_trivially_copyable_v<CorporateAction>);
static_assert(offsetof(CorporateAction, symbol) == 0 &&
              offsetof(CorporateAction, exchange_time) == 8 &&
              offsetof(CorporateAction, receive_time) == 16 &&
              offsetof(CorporateAction, publish_delay) == 24 &&
              offsetof(CorporateAction, source) == 28 &&
              offsetof(CorporateAction, detail) == 30 &&
              offsetof(CorporateAction, action_id) == 32 &&
              offsetof(CorporateAction, new_rate) == 40 &&
              offsetof(CorporateAction, old_rate) == 48 &&
              offsetof(CorporateAction, cash) == 56 &&
              offsetof(CorporateAction, ex_date) == 64 &&
              offsetof(CorporateAction, record_date) == 68 &&
              offsetof(CorporateAction, payable_date) == 72 &&
              offsetof(CorporateAction, process_date) == 76 &&
              offsetof(CorporateAction, other_length) == 80 &&
              offsetof(CorporateAction, kind) == 82);

// a client asks for symbols and channels; no symbols means all. channels: bit N is message type N
struct Subscribe {
  static constexpr MessageType type = MessageType::Subscribe;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  std::uint64_t channels{};
  std::uint32_t symbol_count{};  // of symbols; encode() fills it in
  Format format{};
  std::array<std::uint8_t, 3> padding{};  // zero on the wire
};
static_assert(sizeof(Subscribe) == 48 && alignof(Subscribe) == 8 && std::is_trivially_copyable_v<Subscribe>);
static_assert(offsetof(Subscribe, symbol) == 0 &&
              offsetof(Subscribe, exchange_time) == 8 &&
              offsetof(Subscribe, receive_time) == 16 &&
              offsetof(Subscribe, publish_delay) == 24 &&
              offsetof(Subscribe, source) == 28 &&
              offsetof(Subscribe, detail) == 30 &&
              offsetof(Subscribe, channels) == 32 &&
              offsetof(Subscribe, symbol_count) == 40 &&
              offsetof(Subscribe, format) == 44);

// takes symbols and channels back; no symbols means all
struct Unsubscribe {
  static constexpr MessageType type = MessageType::Unsubscribe;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  std::uint64_t channels{};
  std::uint32_t symbol_count{};  // of symbols; encode() fills it in
  std::array<std::uint8_t, 4> padding{};  // zero on the wire
};
static_assert(sizeof(Unsubscribe) == 48 && alignof(Unsubscribe) == 8 && std::is_trivially_copyable_v<Unsubscribe>);
static_assert(offsetof(Unsubscribe, symbol) == 0 &&
              offsetof(Unsubscribe, exchange_time) == 8 &&
              offsetof(Unsubscribe, receive_time) == 16 &&
              offsetof(Unsubscribe, publish_delay) == 24 &&
              offsetof(Unsubscribe, source) == 28 &&
              offsetof(Unsubscribe, detail) == 30 &&
              offsetof(Unsubscribe, channels) == 32 &&
              offsetof(Unsubscribe, symbol_count) == 40);

// first frame of a relay to a client
struct Welcome {
  static constexpr MessageType type = MessageType::Welcome;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  std::uint64_t session{};
  Nanos server_time{};
  std::uint32_t version{};  // of this schema
  std::uint16_t server_length{};  // of server; encode() fills it in
  std::array<std::uint8_t, 2> padding{};  // zero on the wire
};
static_assert(sizeof(Welcome) == 56 && alignof(Welcome) == 8 && std::is_trivially_copyable_v<Welcome>);
static_assert(offsetof(Welcome, symbol) == 0 &&
              offsetof(Welcome, exchange_time) == 8 &&
              offsetof(Welcome, receive_time) == 16 &&
              offsetof(Welcome, publish_delay) == 24 &&
              offsetof(Welcome, source) == 28 &&
              offsetof(Welcome, detail) == 30 &&
              offsetof(Welcome, session) == 32 &&
              offsetof(Welcome, server_time) == 40 &&
              offsetof(Welcome, version) == 48 &&
              offsetof(Welcome, server_length) == 52);

// best bid and offer of one base and quote across the venues of this hub; its symbol is consolidated:BASE-QUOTE
struct ConsolidatedQuote {
  static constexpr MessageType type = MessageType::ConsolidatedQuote;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Price bid_price{};  // absent where no venue bids
  Quantity bid_quantity{};  // of that venue alone
  Price ask_price{};
  Quantity ask_quantity{};
  SymbolHash bid_symbol{};  // the venue's symbol that bids; 0 where none does
  SymbolHash ask_symbol{};
  std::uint32_t venues{};  // how many venues' quotes were compared
  std::array<std::uint8_t, 4> padding{};  // zero on the wire
};
static_assert(sizeof(ConsolidatedQuote) == 88 && alignof(ConsolidatedQuote) == 8 && std::is_trivially_copyable_v<ConsolidatedQuote>);
static_assert(offsetof(ConsolidatedQuote, symbol) == 0 &&
              offsetof(ConsolidatedQuote, exchange_time) == 8 &&
              offsetof(ConsolidatedQuote, receive_time) == 16 &&
              offsetof(ConsolidatedQuote, publish_delay) == 24 &&
              offsetof(ConsolidatedQuote, source) == 28 &&
              offsetof(ConsolidatedQuote, detail) == 30 &&
              offsetof(ConsolidatedQuote, bid_price) == 32 &&
              offsetof(ConsolidatedQuote, bid_quantity) == 40 &&
              offsetof(ConsolidatedQuote, ask_price) == 48 &&
              offsetof(ConsolidatedQuote, ask_quantity) == 56 &&
              offsetof(ConsolidatedQuote, bid_symbol) == 64 &&
              offsetof(ConsolidatedQuote, ask_symbol) == 72 &&
              offsetof(ConsolidatedQuote, venues) == 80);

// an order as it goes to the venue; in the journal before it is sent. detail: bit 0 reduce only, bit 1 post only, bit 2 of another program, bit 3 paper
struct PlaceOrder {
  static constexpr MessageType type = MessageType::PlaceOrder;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Nanos created{};
  Nanos good_till{};  // of Gtd orders; 0: none
  Price price{};  // absent for market orders
  Quantity quantity{};
  Price trigger_price{};  // absent where there is no condition
  std::uint32_t leverage{};  // 0: as the account has it
  std::uint16_t account_length{};  // of account; encode() fills it in
  std::uint16_t client_order_id_length{};  // of client_order_id; encode() fills it in
  std::uint16_t extra_length{};  // of extra; encode() fills it in
  TradeType side{};
  OrderType order_type{};
  TimeInForce time_in_force{};
  PositionAction position_action{};
  std::array<std::uint8_t, 2> padding{};  // zero on the wire
};
static_assert(sizeof(PlaceOrder) == 88 && alignof(PlaceOrder) == 8 && std::is_trivially_copyable_v<PlaceOrder>);
static_assert(offsetof(PlaceOrder, symbol) == 0 &&
              offsetof(PlaceOrder, exchange_time) == 8 &&
              offsetof(PlaceOrder, receive_time) == 16 &&
              offsetof(PlaceOrder, publish_delay) == 24 &&
              offsetof(PlaceOrder, source) == 28 &&
              offsetof(PlaceOrder, detail) == 30 &&
              offsetof(PlaceOrder, created) == 32 &&
              offsetof(PlaceOrder, good_till) == 40 &&
              offsetof(PlaceOrder, price) == 48 &&
              offsetof(PlaceOrder, quantity) == 56 &&
              offsetof(PlaceOrder, trigger_price) == 64 &&
              offsetof(PlaceOrder, leverage) == 72 &&
              offsetof(PlaceOrder, account_length) == 76 &&
              offsetof(PlaceOrder, client_order_id_length) == 78 &&
              offsetof(PlaceOrder, extra_length) == 80 &&
              offsetof(PlaceOrder, side) == 82 &&
              offsetof(PlaceOrder, order_type) == 83 &&
              offsetof(PlaceOrder, time_in_force) == 84 &&
              offsetof(PlaceOrder, position_action) == 85);

// a cancellation as it goes to the venue
struct CancelOrder {
  static constexpr MessageType type = MessageType::CancelOrder;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  std::uint16_t account_length{};  // of account; encode() fills it in
  std::uint16_t client_order_id_length{};  // of client_order_id; encode() fills it in
  std::uint16_t exchange_order_id_length{};  // of exchange_order_id; encode() fills it in
  std::array<std::uint8_t, 2> padding{};  // zero on the wire
};
static_assert(sizeof(CancelOrder) == 40 && alignof(CancelOrder) == 8 && std::is_trivially_copyable_v<CancelOrder>);
static_assert(offsetof(CancelOrder, symbol) == 0 &&
              offsetof(CancelOrder, exchange_time) == 8 &&
              offsetof(CancelOrder, receive_time) == 16 &&
              offsetof(CancelOrder, publish_delay) == 24 &&
              offsetof(CancelOrder, source) == 28 &&
              offsetof(CancelOrder, detail) == 30 &&
              offsetof(CancelOrder, account_length) == 32 &&
              offsetof(CancelOrder, client_order_id_length) == 34 &&
              offsetof(CancelOrder, exchange_order_id_length) == 36);

// a change of an order as it goes to the venue
struct AmendOrder {
  static constexpr MessageType type = MessageType::AmendOrder;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Price price{};
  Quantity quantity{};  // the new total, what has filled included
  std::uint16_t account_length{};  // of account; encode() fills it in
  std::uint16_t client_order_id_length{};  // of client_order_id; encode() fills it in
  std::uint16_t exchange_order_id_length{};  // of exchange_order_id; encode() fills it in
  std::array<std::uint8_t, 2> padding{};  // zero on the wire
};
static_assert(sizeof(AmendOrder) == 56 && alignof(AmendOrder) == 8 && std::is_trivially_copyable_v<AmendOrder>);
static_assert(offsetof(AmendOrder, symbol) == 0 &&
              offsetof(AmendOrder, exchange_time) == 8 &&
              offsetof(AmendOrder, receive_time) == 16 &&
              offsetof(AmendOrder, publish_delay) == 24 &&
              offsetof(AmendOrder, source) == 28 &&
              offsetof(AmendOrder, detail) == 30 &&
              offsetof(AmendOrder, price) == 32 &&
              offsetof(AmendOrder, quantity) == 40 &&
              offsetof(AmendOrder, account_length) == 48 &&
              offsetof(AmendOrder, client_order_id_length) == 50 &&
              offsetof(AmendOrder, exchange_order_id_length) == 52);

// how an order stands after each change. detail: bit 0 reduce only, bit 1 post only, bit 2 of another program, bit 3 paper, bit 4 its creation is in doubt, bit 5 its change is, bit 6 its cancellation is, bit 7 lost: the venue says it knows no such order, bit 8 fills are missing
struct OrderStatus {
  static constexpr MessageType type = MessageType::OrderStatus;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Nanos created{};
  Price price{};
  Quantity quantity{};
  Price trigger_price{};
  Quantity filled{};  // the sum of its fills
  Price average_price{};  // of its fills, rounded to 1e-8; absent before the first
  std::uint64_t number{};  // of this order's changes, from 1 on without a hole
  std::uint16_t account_length{};  // of account; encode() fills it in
  std::uint16_t client_order_id_length{};  // of client_order_id; encode() fills it in
  std::uint16_t exchange_order_id_length{};  // of exchange_order_id; encode() fills it in
  std::uint16_t text_length{};  // of text; encode() fills it in
  OrderState state{};
  OrderState previous{};
  OrderReason reason{};
  TradeType side{};
  OrderType order_type{};
  TimeInForce time_in_force{};
  std::array<std::uint8_t, 2> padding{};  // zero on the wire
};
static_assert(sizeof(OrderStatus) == 104 && alignof(OrderStatus) == 8 && std::is_trivially_copyable_v<OrderStatus>);
static_assert(offsetof(OrderStatus, symbol) == 0 &&
              offsetof(OrderStatus, exchange_time) == 8 &&
              offsetof(OrderStatus, receive_time) == 16 &&
              offsetof(OrderStatus, publish_delay) == 24 &&
              offsetof(OrderStatus, source) == 28 &&
              offsetof(OrderStatus, detail) == 30 &&
              offsetof(OrderStatus, created) == 32 &&
              offsetof(OrderStatus, price) == 40 &&
              offsetof(OrderStatus, quantity) == 48 &&
              offsetof(OrderStatus, trigger_price) == 56 &&
              offsetof(OrderStatus, filled) == 64 &&
              offsetof(OrderStatus, average_price) == 72 &&
              offsetof(OrderStatus, number) == 80 &&
              offsetof(OrderStatus, account_length) == 88 &&
              offsetof(OrderStatus, client_order_id_length) == 90 &&
              offsetof(OrderStatus, exchange_order_id_length) == 92 &&
              offsetof(OrderStatus, text_length) == 94 &&
              offsetof(OrderStatus, state) == 96 &&
              offsetof(OrderStatus, previous) == 97 &&
              offsetof(OrderStatus, reason) == 98 &&
              offsetof(OrderStatus, side) == 99 &&
              offsetof(OrderStatus, order_type) == 100 &&
              offsetof(OrderStatus, time_in_force) == 101);

// an execution of an order of ours; told once. detail: bit 2 of another program's order, bit 3 paper
struct Fill {
  static constexpr MessageType type = MessageType::Fill;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Price price{};
  Quantity quantity{};
  Quantity quote_quantity{};  // absent where it has no exact value of 1e-8
  Quantity fee{};  // negative: a rebate; absent where the venue does not say
  std::uint16_t account_length{};  // of account; encode() fills it in
  std::uint16_t client_order_id_length{};  // of client_order_id; encode() fills it in
  std::uint16_t exchange_order_id_length{};  // of exchange_order_id; encode() fills it in
  std::uint16_t trade_id_length{};  // of trade_id; encode() fills it in
  std::uint16_t fee_currency_length{};  // of fee_currency; encode() fills it in
  TradeType side{};
  Liquidity liquidity{};
  std::array<std::uint8_t, 4> padding{};  // zero on the wire
};
static_assert(sizeof(Fill) == 80 && alignof(Fill) == 8 && std::is_trivially_copyable_v<Fill>);
static_assert(offsetof(Fill, symbol) == 0 &&
              offsetof(Fill, exchange_time) == 8 &&
              offsetof(Fill, receive_time) == 16 &&
              offsetof(Fill, publish_delay) == 24 &&
              offsetof(Fill, source) == 28 &&
              offsetof(Fill, detail) == 30 &&
              offsetof(Fill, price) == 32 &&
              offsetof(Fill, quantity) == 40 &&
              offsetof(Fill, quote_quantity) == 48 &&
              offsetof(Fill, fee) == 56 &&
              offsetof(Fill, account_length) == 64 &&
              offsetof(Fill, client_order_id_length) == 66 &&
              offsetof(Fill, exchange_order_id_length) == 68 &&
              offsetof(Fill, trade_id_length) == 70 &&
              offsetof(Fill, fee_currency_length) == 72 &&
              offsetof(Fill, side) == 74 &&
              offsetof(Fill, liquidity) == 75);

// what an account has of one currency
struct Balance {
  static constexpr MessageType type = MessageType::Balance;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Quantity total{};
  Quantity available{};
  std::uint16_t account_length{};  // of account; encode() fills it in
  std::uint16_t currency_length{};  // of currency; encode() fills it in
  std::array<std::uint8_t, 4> padding{};  // zero on the wire
};
static_assert(sizeof(Balance) == 56 && alignof(Balance) == 8 && std::is_trivially_copyable_v<Balance>);
static_assert(offsetof(Balance, symbol) == 0 &&
              offsetof(Balance, exchange_time) == 8 &&
              offsetof(Balance, receive_time) == 16 &&
              offsetof(Balance, publish_delay) == 24 &&
              offsetof(Balance, source) == 28 &&
              offsetof(Balance, detail) == 30 &&
              offsetof(Balance, total) == 32 &&
              offsetof(Balance, available) == 40 &&
              offsetof(Balance, account_length) == 48 &&
              offsetof(Balance, currency_length) == 50);

// a position of an account in one symbol
struct PositionStatus {
  static constexpr MessageType type = MessageType::PositionStatus;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Quantity quantity{};  // negative: short; 0: none
  Price entry_price{};
  Price mark_price{};
  Price liquidation_price{};
  Price unrealized_pnl{};
  Price realized_pnl{};
  std::uint32_t leverage{};  // 0: not told
  std::uint16_t account_length{};  // of account; encode() fills it in
  std::array<std::uint8_t, 2> padding{};  // zero on the wire
};
static_assert(sizeof(PositionStatus) == 88 && alignof(PositionStatus) == 8 && std::is_trivially_copyable_v<PositionStatus>);
static_assert(offsetof(PositionStatus, symbol) == 0 &&
              offsetof(PositionStatus, exchange_time) == 8 &&
              offsetof(PositionStatus, receive_time) == 16 &&
              offsetof(PositionStatus, publish_delay) == 24 &&
              offsetof(PositionStatus, source) == 28 &&
              offsetof(PositionStatus, detail) == 30 &&
              offsetof(PositionStatus, quantity) == 32 &&
              offsetof(PositionStatus, entry_price) == 40 &&
              offsetof(PositionStatus, mark_price) == 48 &&
              offsetof(PositionStatus, liquidation_price) == 56 &&
              offsetof(PositionStatus, unrealized_pnl) == 64 &&
              offsetof(PositionStatus, realized_pnl) == 72 &&
              offsetof(PositionStatus, leverage) == 80 &&
              offsetof(PositionStatus, account_length) == 84);

// the kill switch and the counters of the gate in front of the venue
struct RiskStatus {
  static constexpr MessageType type = MessageType::RiskStatus;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  std::uint64_t sent{};  // orders handed to the venue since the start
  std::uint64_t refused{};  // orders that were not
  std::uint32_t open_orders{};
  std::uint32_t lost_orders{};
  std::uint16_t account_length{};  // of account; encode() fills it in
  std::uint16_t reason_length{};  // of reason; encode() fills it in
  TradingState trading_state{};
  std::uint8_t ready{};  // 1: orders are taken
  std::array<std::uint8_t, 2> padding{};  // zero on the wire
};
static_assert(sizeof(RiskStatus) == 64 && alignof(RiskStatus) == 8 && std::is_trivially_copyable_v<RiskStatus>);
static_assert(offsetof(RiskStatus, symbol) == 0 &&
              offsetof(RiskStatus, exchange_time) == 8 &&
              offsetof(RiskStatus, receive_time) == 16 &&
              offsetof(RiskStatus, publish_delay) == 24 &&
              offsetof(RiskStatus, source) == 28 &&
              offsetof(RiskStatus, detail) == 30 &&
              offsetof(RiskStatus, sent) == 32 &&
              offsetof(RiskStatus, refused) == 40 &&
              offsetof(RiskStatus, open_orders) == 48 &&
              offsetof(RiskStatus, lost_orders) == 52 &&
              offsetof(RiskStatus, account_length) == 56 &&
              offsetof(RiskStatus, reason_length) == 58 &&
              offsetof(RiskStatus, trading_state) == 60 &&
              offsetof(RiskStatus, ready) == 61);

// funding that an account paid (negative) or got for a position
struct FundingPayment {
  static constexpr MessageType type = MessageType::FundingPayment;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  Quantity amount{};
  Quantity position{};
  Rate rate{};
  std::uint16_t account_length{};  // of account; encode() fills it in
  std::uint16_t currency_length{};  // of currency; encode() fills it in
  std::array<std::uint8_t, 4> padding{};  // zero on the wire
};
static_assert(sizeof(FundingPayment) == 64 && alignof(FundingPayment) == 8 && std::is_trivially_copyable_v<FundingPayment>);
static_assert(offsetof(FundingPayment, symbol) == 0 &&
              offsetof(FundingPayment, exchange_time) == 8 &&
              offsetof(FundingPayment, receive_time) == 16 &&
              offsetof(FundingPayment, publish_delay) == 24 &&
              offsetof(FundingPayment, source) == 28 &&
              offsetof(FundingPayment, detail) == 30 &&
              offsetof(FundingPayment, amount) == 32 &&
              offsetof(FundingPayment, position) == 40 &&
              offsetof(FundingPayment, rate) == 48 &&
              offsetof(FundingPayment, account_length) == 56 &&
              offsetof(FundingPayment, currency_length) == 58);

// first of every run in an order journal: from both numbers client order ids are made that no other run makes
struct JournalSession {
  static constexpr MessageType type = MessageType::JournalSession;

  SymbolHash symbol{};
  Nanos exchange_time{};
  Nanos receive_time{};
  std::uint32_t publish_delay{};
  std::uint16_t source{};
  std::uint16_t detail{};

  std::uint64_t journal{};  // made by chance when the journal was
  std::uint64_t session{};  // one more with every run
  std::uint16_t account_length{};  // of account; encode() fills it in
  std::array<std::uint8_t, 6> padding{};  // zero on the wire
};
static_assert(sizeof(JournalSession) == 56 && alignof(JournalSession) == 8 && std::is_trivially_copyable_v<JournalSession>);
static_assert(offsetof(JournalSession, symbol) == 0 &&
              offsetof(JournalSession, exchange_time) == 8 &&
              offsetof(JournalSession, receive_time) == 16 &&
              offsetof(JournalSession, publish_delay) == 24 &&
              offsetof(JournalSession, source) == 28 &&
              offsetof(JournalSession, detail) == 30 &&
              offsetof(JournalSession, journal) == 32 &&
              offsetof(JournalSession, session) == 40 &&
              offsetof(JournalSession, account_length) == 48);

// Bytes of the lists behind the struct, by its counts; not yet compared with what is there.
inline std::size_t tail_size(const Trade&) noexcept { return 0; }
inline std::size_t tail_size(const Quote&) noexcept { return 0; }
inline std::size_t tail_size(const L2Snapshot& message) noexcept { return std::size_t{message.bid_count} * 16 + std::size_t{message.ask_count} * 16; }
inline std::span<const Level> bids(const L2Snapshot& message) noexcept {
  return {detail::behind<Level>(message, 0), message.bid_count};
}
inline std::span<const Level> asks(const L2Snapshot& message) noexcept {
  return {detail::behind<Level>(message, std::size_t{message.bid_count} * 16), message.ask_count};
}
inline std::size_t tail_size(const L2Delta& message) noexcept { return std::size_t{message.bid_count} * 16 + std::size_t{message.ask_count} * 16; }
inline std::span<const Level> bids(const L2Delta& message) noexcept {
  return {detail::behind<Level>(message, 0), message.bid_count};
}
inline std::span<const Level> asks(const L2Delta& message) noexcept {
  return {detail::behind<Level>(message, std::size_t{message.bid_count} * 16), message.ask_count};
}
inline std::size_t tail_size(const BookStatus&) noexcept { return 0; }
inline std::size_t tail_size(const SymbolMapping& message) noexcept { return std::size_t{message.text_length} + std::size_t{message.venue_symbol_length}; }
inline std::string_view text(const SymbolMapping& message) noexcept {
  return {detail::behind<char>(message, 0), message.text_length};
}
inline std::string_view venue_symbol(const SymbolMapping& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.text_length}), message.venue_symbol_length};
}
inline std::size_t tail_size(const Heartbeat&) noexcept { return 0; }
inline std::size_t tail_size(const DerivativeTicker&) noexcept { return 0; }
inline std::size_t tail_size(const Liquidation&) noexcept { return 0; }
inline std::size_t tail_size(const Bar&) noexcept { return 0; }
inline std::size_t tail_size(const ConnectionStatus& message) noexcept { return std::size_t{message.connector_length} + std::size_t{message.endpoint_length} + std::size_t{message.reason_length}; }
inline std::string_view connector(const ConnectionStatus& message) noexcept {
  return {detail::behind<char>(message, 0), message.connector_length};
}
inline std::string_view endpoint(const ConnectionStatus& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.connector_length}), message.endpoint_length};
}
inline std::string_view reason(const ConnectionStatus& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.connector_length} + std::size_t{message.endpoint_length}), message.reason_length};
}
inline std::size_t tail_size(const Gap&) noexcept { return 0; }
inline std::size_t tail_size(const TradeCorrection&) noexcept { return 0; }
inline std::size_t tail_size(const PriceBands&) noexcept { return 0; }
inline std::size_t tail_size(const CorporateAction& message) noexcept { return std::size_t{message.other_length}; }
inline std::string_view other(const CorporateAction& message) noexcept {
  return {detail::behind<char>(message, 0), message.other_length};
}
inline std::size_t tail_size(const Subscribe& message) noexcept { return std::size_t{message.symbol_count} * 8; }
inline std::span<const SymbolHash> symbols(const Subscribe& message) noexcept {
  return {detail::behind<SymbolHash>(message, 0), message.symbol_count};
}
inline std::size_t tail_size(const Unsubscribe& message) noexcept { return std::size_t{message.symbol_count} * 8; }
inline std::span<const SymbolHash> symbols(const Unsubscribe& message) noexcept {
  return {detail::behind<SymbolHash>(message, 0), message.symbol_count};
}
inline std::size_t tail_size(const Welcome& message) noexcept { return std::size_t{message.server_length}; }
inline std::string_view server(const Welcome& message) noexcept {
  return {detail::behind<char>(message, 0), message.server_length};
}
inline std::size_t tail_size(const ConsolidatedQuote&) noexcept { return 0; }
inline std::size_t tail_size(const PlaceOrder& message) noexcept { return std::size_t{message.account_length} + std::size_t{message.client_order_id_length} + std::size_t{message.extra_length}; }
inline std::string_view account(const PlaceOrder& message) noexcept {
  return {detail::behind<char>(message, 0), message.account_length};
}
inline std::string_view client_order_id(const PlaceOrder& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length}), message.client_order_id_length};
}
inline std::string_view extra(const PlaceOrder& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length} + std::size_t{message.client_order_id_length}), message.extra_length};
}
inline std::size_t tail_size(const CancelOrder& message) noexcept { return std::size_t{message.account_length} + std::size_t{message.client_order_id_length} + std::size_t{message.exchange_order_id_length}; }
inline std::string_view account(const CancelOrder& message) noexcept {
  return {detail::behind<char>(message, 0), message.account_length};
}
inline std::string_view client_order_id(const CancelOrder& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length}), message.client_order_id_length};
}
inline std::string_view exchange_order_id(const CancelOrder& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length} + std::size_t{message.client_order_id_length}), message.exchange_order_id_length};
}
inline std::size_t tail_size(const AmendOrder& message) noexcept { return std::size_t{message.account_length} + std::size_t{message.client_order_id_length} + std::size_t{message.exchange_order_id_length}; }
inline std::string_view account(const AmendOrder& message) noexcept {
  return {detail::behind<char>(message, 0), message.account_length};
}
inline std::string_view client_order_id(const AmendOrder& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length}), message.client_order_id_length};
}
inline std::string_view exchange_order_id(const AmendOrder& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length} + std::size_t{message.client_order_id_length}), message.exchange_order_id_length};
}
inline std::size_t tail_size(const OrderStatus& message) noexcept { return std::size_t{message.account_length} + std::size_t{message.client_order_id_length} + std::size_t{message.exchange_order_id_length} + std::size_t{message.text_length}; }
inline std::string_view account(const OrderStatus& message) noexcept {
  return {detail::behind<char>(message, 0), message.account_length};
}
inline std::string_view client_order_id(const OrderStatus& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length}), message.client_order_id_length};
}
inline std::string_view exchange_order_id(const OrderStatus& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length} + std::size_t{message.client_order_id_length}), message.exchange_order_id_length};
}
inline std::string_view text(const OrderStatus& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length} + std::size_t{message.client_order_id_length} + std::size_t{message.exchange_order_id_length}), message.text_length};
}
inline std::size_t tail_size(const Fill& message) noexcept { return std::size_t{message.account_length} + std::size_t{message.client_order_id_length} + std::size_t{message.exchange_order_id_length} + std::size_t{message.trade_id_length} + std::size_t{message.fee_currency_length}; }
inline std::string_view account(const Fill& message) noexcept {
  return {detail::behind<char>(message, 0), message.account_length};
}
inline std::string_view client_order_id(const Fill& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length}), message.client_order_id_length};
}
inline std::string_view exchange_order_id(const Fill& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length} + std::size_t{message.client_order_id_length}), message.exchange_order_id_length};
}
inline std::string_view trade_id(const Fill& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length} + std::size_t{message.client_order_id_length} + std::size_t{message.exchange_order_id_length}), message.trade_id_length};
}
inline std::string_view fee_currency(const Fill& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length} + std::size_t{message.client_order_id_length} + std::size_t{message.exchange_order_id_length} + std::size_t{message.trade_id_length}), message.fee_currency_length};
}
inline std::size_t tail_size(const Balance& message) noexcept { return std::size_t{message.account_length} + std::size_t{message.currency_length}; }
inline std::string_view account(const Balance& message) noexcept {
  return {detail::behind<char>(message, 0), message.account_length};
}
inline std::string_view currency(const Balance& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length}), message.currency_length};
}
inline std::size_t tail_size(const PositionStatus& message) noexcept { return std::size_t{message.account_length}; }
inline std::string_view account(const PositionStatus& message) noexcept {
  return {detail::behind<char>(message, 0), message.account_length};
}
inline std::size_t tail_size(const RiskStatus& message) noexcept { return std::size_t{message.account_length} + std::size_t{message.reason_length}; }
inline std::string_view account(const RiskStatus& message) noexcept {
  return {detail::behind<char>(message, 0), message.account_length};
}
inline std::string_view reason(const RiskStatus& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length}), message.reason_length};
}
inline std::size_t tail_size(const FundingPayment& message) noexcept { return std::size_t{message.account_length} + std::size_t{message.currency_length}; }
inline std::string_view account(const FundingPayment& message) noexcept {
  return {detail::behind<char>(message, 0), message.account_length};
}
inline std::string_view currency(const FundingPayment& message) noexcept {
  return {detail::behind<char>(message, std::size_t{message.account_length}), message.currency_length};
}
inline std::size_t tail_size(const JournalSession& message) noexcept { return std::size_t{message.account_length}; }
inline std::string_view account(const JournalSession& message) noexcept {
  return {detail::behind<char>(message, 0), message.account_length};
}

// Writes a whole frame to `out` and returns its size; 0 where it does not fit `out` or a frame.
inline std::size_t encode(std::span<std::byte> out, const Trade& message, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  return detail::encode_fixed(out, message, flags, sequence);
}
inline std::size_t encode(std::span<std::byte> out, const Quote& message, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  return detail::encode_fixed(out, message, flags, sequence);
}
inline std::size_t encode(std::span<std::byte> out, const L2Snapshot& message, std::span<const Level> bids, std::span<const Level> asks, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  L2Snapshot fixed = message;
  if (bids.size() > max_payload) return 0;
  if (asks.size() > max_payload) return 0;
  fixed.bid_count = static_cast<std::uint32_t>(bids.size());
  fixed.ask_count = static_cast<std::uint32_t>(asks.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(bids)), std::as_bytes(std::span(asks)));
}
inline std::size_t encode(std::span<std::byte> out, const L2Delta& message, std::span<const Level> bids, std::span<const Level> asks, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  L2Delta fixed = message;
  if (bids.size() > max_payload) return 0;
  if (asks.size() > max_payload) return 0;
  fixed.bid_count = static_cast<std::uint32_t>(bids.size());
  fixed.ask_count = static_cast<std::uint32_t>(asks.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(bids)), std::as_bytes(std::span(asks)));
}
inline std::size_t encode(std::span<std::byte> out, const BookStatus& message, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  BookStatus fixed = message;
  fixed.padding = {};
  return detail::encode_fixed(out, fixed, flags, sequence);
}
inline std::size_t encode(std::span<std::byte> out, const SymbolMapping& message, std::string_view text, std::string_view venue_symbol, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  SymbolMapping fixed = message;
  fixed.padding = {};
  if (text.size() > max_payload) return 0;
  if (venue_symbol.size() > max_payload) return 0;
  fixed.text_length = static_cast<std::uint16_t>(text.size());
  fixed.venue_symbol_length = static_cast<std::uint16_t>(venue_symbol.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(text)), std::as_bytes(std::span(venue_symbol)));
}
inline std::size_t encode(std::span<std::byte> out, const Heartbeat& message, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  return detail::encode_fixed(out, message, flags, sequence);
}
inline std::size_t encode(std::span<std::byte> out, const DerivativeTicker& message, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  return detail::encode_fixed(out, message, flags, sequence);
}
inline std::size_t encode(std::span<std::byte> out, const Liquidation& message, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  return detail::encode_fixed(out, message, flags, sequence);
}
inline std::size_t encode(std::span<std::byte> out, const Bar& message, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  return detail::encode_fixed(out, message, flags, sequence);
}
inline std::size_t encode(std::span<std::byte> out, const ConnectionStatus& message, std::string_view connector, std::string_view endpoint, std::string_view reason, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  ConnectionStatus fixed = message;
  fixed.padding = {};
  if (connector.size() > max_payload) return 0;
  if (endpoint.size() > max_payload) return 0;
  if (reason.size() > max_payload) return 0;
  fixed.connector_length = static_cast<std::uint16_t>(connector.size());
  fixed.endpoint_length = static_cast<std::uint16_t>(endpoint.size());
  fixed.reason_length = static_cast<std::uint16_t>(reason.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(connector)), std::as_bytes(std::span(endpoint)), std::as_bytes(std::span(reason)));
}
inline std::size_t encode(std::span<std::byte> out, const Gap& message, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  Gap fixed = message;
  fixed.padding = {};
  return detail::encode_fixed(out, fixed, flags, sequence);
}
inline std::size_t encode(std::span<std::byte> out, const TradeCorrection& message, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  return detail::encode_fixed(out, message, flags, sequence);
}
inline std::size_t encode(std::span<std::byte> out, const PriceBands& message, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  return detail::encode_fixed(out, message, flags, sequence);
}
inline std::size_t encode(std::span<std::byte> out, const CorporateAction& message, std::string_view other, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  CorporateAction fixed = message;
  fixed.padding = {};
  if (other.size() > max_payload) return 0;
  fixed.other_length = static_cast<std::uint16_t>(other.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(other)));
}
inline std::size_t encode(std::span<std::byte> out, const Subscribe& message, std::span<const SymbolHash> symbols, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  Subscribe fixed = message;
  fixed.padding = {};
  if (symbols.size() > max_payload) return 0;
  fixed.symbol_count = static_cast<std::uint32_t>(symbols.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(symbols)));
}
inline std::size_t encode(std::span<std::byte> out, const Unsubscribe& message, std::span<const SymbolHash> symbols, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  Unsubscribe fixed = message;
  fixed.padding = {};
  if (symbols.size() > max_payload) return 0;
  fixed.symbol_count = static_cast<std::uint32_t>(symbols.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(symbols)));
}
inline std::size_t encode(std::span<std::byte> out, const Welcome& message, std::string_view server, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  Welcome fixed = message;
  fixed.padding = {};
  if (server.size() > max_payload) return 0;
  fixed.server_length = static_cast<std::uint16_t>(server.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(server)));
}
inline std::size_t encode(std::span<std::byte> out, const ConsolidatedQuote& message, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  ConsolidatedQuote fixed = message;
  fixed.padding = {};
  return detail::encode_fixed(out, fixed, flags, sequence);
}
inline std::size_t encode(std::span<std::byte> out, const PlaceOrder& message, std::string_view account, std::string_view client_order_id, std::string_view extra, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  PlaceOrder fixed = message;
  fixed.padding = {};
  if (account.size() > max_payload) return 0;
  if (client_order_id.size() > max_payload) return 0;
  if (extra.size() > max_payload) return 0;
  fixed.account_length = static_cast<std::uint16_t>(account.size());
  fixed.client_order_id_length = static_cast<std::uint16_t>(client_order_id.size());
  fixed.extra_length = static_cast<std::uint16_t>(extra.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(account)), std::as_bytes(std::span(client_order_id)), std::as_bytes(std::span(extra)));
}
inline std::size_t encode(std::span<std::byte> out, const CancelOrder& message, std::string_view account, std::string_view client_order_id, std::string_view exchange_order_id, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  CancelOrder fixed = message;
  fixed.padding = {};
  if (account.size() > max_payload) return 0;
  if (client_order_id.size() > max_payload) return 0;
  if (exchange_order_id.size() > max_payload) return 0;
  fixed.account_length = static_cast<std::uint16_t>(account.size());
  fixed.client_order_id_length = static_cast<std::uint16_t>(client_order_id.size());
  fixed.exchange_order_id_length = static_cast<std::uint16_t>(exchange_order_id.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(account)), std::as_bytes(std::span(client_order_id)), std::as_bytes(std::span(exchange_order_id)));
}
inline std::size_t encode(std::span<std::byte> out, const AmendOrder& message, std::string_view account, std::string_view client_order_id, std::string_view exchange_order_id, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  AmendOrder fixed = message;
  fixed.padding = {};
  if (account.size() > max_payload) return 0;
  if (client_order_id.size() > max_payload) return 0;
  if (exchange_order_id.size() > max_payload) return 0;
  fixed.account_length = static_cast<std::uint16_t>(account.size());
  fixed.client_order_id_length = static_cast<std::uint16_t>(client_order_id.size());
  fixed.exchange_order_id_length = static_cast<std::uint16_t>(exchange_order_id.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(account)), std::as_bytes(std::span(client_order_id)), std::as_bytes(std::span(exchange_order_id)));
}
inline std::size_t encode(std::span<std::byte> out, const OrderStatus& message, std::string_view account, std::string_view client_order_id, std::string_view exchange_order_id, std::string_view text, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  OrderStatus fixed = message;
  fixed.padding = {};
  if (account.size() > max_payload) return 0;
  if (client_order_id.size() > max_payload) return 0;
  if (exchange_order_id.size() > max_payload) return 0;
  if (text.size() > max_payload) return 0;
  fixed.account_length = static_cast<std::uint16_t>(account.size());
  fixed.client_order_id_length = static_cast<std::uint16_t>(client_order_id.size());
  fixed.exchange_order_id_length = static_cast<std::uint16_t>(exchange_order_id.size());
  fixed.text_length = static_cast<std::uint16_t>(text.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(account)), std::as_bytes(std::span(client_order_id)), std::as_bytes(std::span(exchange_order_id)), std::as_bytes(std::span(text)));
}
inline std::size_t encode(std::span<std::byte> out, const Fill& message, std::string_view account, std::string_view client_order_id, std::string_view exchange_order_id, std::string_view trade_id, std::string_view fee_currency, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  Fill fixed = message;
  fixed.padding = {};
  if (account.size() > max_payload) return 0;
  if (client_order_id.size() > max_payload) return 0;
  if (exchange_order_id.size() > max_payload) return 0;
  if (trade_id.size() > max_payload) return 0;
  if (fee_currency.size() > max_payload) return 0;
  fixed.account_length = static_cast<std::uint16_t>(account.size());
  fixed.client_order_id_length = static_cast<std::uint16_t>(client_order_id.size());
  fixed.exchange_order_id_length = static_cast<std::uint16_t>(exchange_order_id.size());
  fixed.trade_id_length = static_cast<std::uint16_t>(trade_id.size());
  fixed.fee_currency_length = static_cast<std::uint16_t>(fee_currency.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(account)), std::as_bytes(std::span(client_order_id)), std::as_bytes(std::span(exchange_order_id)), std::as_bytes(std::span(trade_id)), std::as_bytes(std::span(fee_currency)));
}
inline std::size_t encode(std::span<std::byte> out, const Balance& message, std::string_view account, std::string_view currency, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  Balance fixed = message;
  fixed.padding = {};
  if (account.size() > max_payload) return 0;
  if (currency.size() > max_payload) return 0;
  fixed.account_length = static_cast<std::uint16_t>(account.size());
  fixed.currency_length = static_cast<std::uint16_t>(currency.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(account)), std::as_bytes(std::span(currency)));
}
inline std::size_t encode(std::span<std::byte> out, const PositionStatus& message, std::string_view account, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  PositionStatus fixed = message;
  fixed.padding = {};
  if (account.size() > max_payload) return 0;
  fixed.account_length = static_cast<std::uint16_t>(account.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(account)));
}
inline std::size_t encode(std::span<std::byte> out, const RiskStatus& message, std::string_view account, std::string_view reason, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  RiskStatus fixed = message;
  fixed.padding = {};
  if (account.size() > max_payload) return 0;
  if (reason.size() > max_payload) return 0;
  fixed.account_length = static_cast<std::uint16_t>(account.size());
  fixed.reason_length = static_cast<std::uint16_t>(reason.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(account)), std::as_bytes(std::span(reason)));
}
inline std::size_t encode(std::span<std::byte> out, const FundingPayment& message, std::string_view account, std::string_view currency, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  FundingPayment fixed = message;
  fixed.padding = {};
  if (account.size() > max_payload) return 0;
  if (currency.size() > max_payload) return 0;
  fixed.account_length = static_cast<std::uint16_t>(account.size());
  fixed.currency_length = static_cast<std::uint16_t>(currency.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(account)), std::as_bytes(std::span(currency)));
}
inline std::size_t encode(std::span<std::byte> out, const JournalSession& message, std::string_view account, std::uint8_t flags,
                          std::uint32_t sequence) noexcept {
  JournalSession fixed = message;
  fixed.padding = {};
  if (account.size() > max_payload) return 0;
  fixed.account_length = static_cast<std::uint16_t>(account.size());
  return detail::encode_tailed(out, fixed, flags, sequence, std::as_bytes(std::span(account)));
}

}  // namespace trunkline::wire
