#include "trunkline/connector/emitter.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::connector {

using wire::BookReason;
using wire::BookState;

namespace {

bool plausible(Price price) noexcept {
  return !price.is_absent();
}
bool plausible(Quantity quantity) noexcept {
  return !quantity.is_absent() && quantity.raw() >= 0;
}
bool plausible(const std::vector<wire::Level>& levels) noexcept {
  return std::ranges::all_of(
      levels, [](const wire::Level& level) { return plausible(level.price) && plausible(level.quantity); });
}

}  // namespace

// Books say what became of them through a venue's outbox; there is no venue here, so the rest of it stays unused.
struct Emitter::LogOutbox final : venue::Outbox {
  explicit LogOutbox(EventLog* to) : log(to) {}
  void send(venue::ConnectionId, std::string) override {}
  void request(venue::Request) override {}
  void reconnect(venue::ConnectionId, std::string) override {}
  void ready(venue::ConnectionId) override {}
  void report(Event event) override {
    if (log != nullptr) log->write(event);
  }
  EventLog* log;
};

Emitter::Emitter(venue::Sink& sink, std::string connector, EventLog* log)
    : sink_(sink), connector_(std::move(connector)), outbox_(std::make_unique<LogOutbox>(log)) {}

Emitter::~Emitter() = default;

SymbolHash Emitter::add_symbol(const SymbolSetup& setup) {
  venue::Instrument instrument;
  instrument.descriptor = setup.symbol;
  instrument.text = setup.symbol.to_text();
  instrument.hash = setup.symbol.hash();
  instrument.venue_symbol = setup.venue_symbol;
  instrument.tick = setup.tick;
  instrument.lot = setup.lot;
  instrument.price_decimals = setup.price_decimals;
  instrument.quantity_decimals = setup.quantity_decimals;
  instrument.kind = setup.kind;
  const SymbolHash hash = instrument.hash;
  const std::lock_guard lock(mutex_);
  if (!symbols_.contains(hash))
    symbols_.emplace(hash, std::make_unique<Symbol>(std::move(instrument), setup.integrity));
  return hash;
}

bool Emitter::knows(SymbolHash symbol) const {
  const std::lock_guard lock(mutex_);
  return find(symbol) != nullptr;
}

Emitter::Symbol* Emitter::find(SymbolHash symbol) const {
  const auto found = symbols_.find(symbol);
  return found == symbols_.end() ? nullptr : found->second.get();
}

venue::Context Emitter::context() const {
  return {now_, sink_, *outbox_, connector_};
}

void Emitter::begin(Nanos received) {
  now_ = received == Nanos{0} ? unix_now() : received;
  sink_.begin(now_, 0);
  ++messages_;
}

void Emitter::end() {
  sink_.flush();
}

void Emitter::announce(Symbol& symbol) {
  if (std::exchange(symbol.announced, true)) return;
  sink_.publish(symbol.instrument.mapping(), std::string_view(symbol.instrument.text),
                std::string_view(symbol.instrument.venue_symbol));
}

EmitResult Emitter::trade(const Trade& trade) {
  if (!plausible(trade.price) || !plausible(trade.quantity)) return EmitResult::Invalid;
  const std::lock_guard lock(mutex_);
  Symbol* const symbol = find(trade.symbol);
  if (symbol == nullptr) return EmitResult::UnknownSymbol;
  begin(trade.received);
  announce(*symbol);
  wire::Trade frame;
  frame.symbol = trade.symbol;
  frame.exchange_time = trade.exchange_time;
  frame.price = trade.price;
  frame.quantity = trade.quantity;
  frame.trade_id = trade.trade_id;
  const std::uint8_t flags = trade.side == TakerSide::Buy    ? wire::flag::side_buy
                             : trade.side == TakerSide::Sell ? wire::flag::side_sell
                                                             : std::uint8_t{0};
  sink_.publish_flagged(flags, frame);
  end();
  return EmitResult::Published;
}

EmitResult Emitter::book_update(const BookUpdate& update) {
  if (!plausible(update.bids) || !plausible(update.asks)) return EmitResult::Invalid;
  const std::lock_guard lock(mutex_);
  Symbol* const symbol = find(update.symbol);
  if (symbol == nullptr) return EmitResult::UnknownSymbol;
  begin(update.received);
  announce(*symbol);
  const EmitResult result =
      update.kind == BookUpdateKind::Snapshot ? take_snapshot(*symbol, update) : take_delta(*symbol, update);
  end();
  return result;
}

EmitResult Emitter::take_snapshot(Symbol& symbol, const BookUpdate& update) {
  venue::BookPublisher& book = symbol.book;
  const bool was_live = book.live();
  if (!was_live) book.set_state(BookState::Syncing, BookReason::Subscribed, context());
  switch (book.replace(update.bids, update.asks)) {
    case venue::BookPublisher::Taken::Crossed:
      return lose(symbol, BookReason::Crossed, EmitResult::Crossed);
    case venue::BookPublisher::Taken::Full:
      return lose(symbol, BookReason::BufferOverflow, EmitResult::Full);
    case venue::BookPublisher::Taken::Yes:
      break;
  }
  const std::uint64_t id = update.update_id != 0 ? update.update_id : book.update_id() + 1;
  book.publish_snapshot(id, update.exchange_time, update.bids, update.asks, context());
  if (!was_live) book.set_state(BookState::Live, BookReason::SnapshotApplied, context());
  symbol.snapshot_wanted = false;
  symbol.snapshot_asked = Nanos{0};
  return EmitResult::Published;
}

EmitResult Emitter::take_delta(Symbol& symbol, const BookUpdate& update) {
  venue::BookPublisher& book = symbol.book;
  if (!book.live()) {
    symbol.snapshot_wanted = true;
    return EmitResult::Waiting;
  }
  if (update.previous_update_id && *update.previous_update_id != book.update_id()) {
    // A delta that the snapshot has already is no gap.
    if (update.update_id != 0 && update.update_id <= book.update_id()) return EmitResult::Waiting;
    return lose(symbol, BookReason::SequenceGap, EmitResult::Gap);
  }
  switch (book.apply(update.bids, update.asks)) {
    case venue::BookPublisher::Taken::Crossed:
      return lose(symbol, BookReason::Crossed, EmitResult::Crossed);
    case venue::BookPublisher::Taken::Full:
      return lose(symbol, BookReason::BufferOverflow, EmitResult::Full);
    case venue::BookPublisher::Taken::Yes:
      break;
  }
  const std::uint64_t id = update.update_id != 0 ? update.update_id : book.update_id() + 1;
  book.publish_delta(id, update.exchange_time, update.bids, update.asks, false, context());
  return EmitResult::Published;
}

EmitResult Emitter::lose(Symbol& symbol, BookReason reason, EmitResult result) {
  symbol.book.fault(reason, context());
  symbol.snapshot_wanted = true;
  return result;
}

EmitResult Emitter::lose_book(SymbolHash hash, BookReason reason) {
  const std::lock_guard lock(mutex_);
  Symbol* const symbol = find(hash);
  if (symbol == nullptr) return EmitResult::UnknownSymbol;
  begin(Nanos{0});
  announce(*symbol);
  lose(*symbol, reason, EmitResult::Gap);
  end();
  return EmitResult::Gap;
}

bool Emitter::snapshot_due(SymbolHash hash, Nanos patience) {
  const std::lock_guard lock(mutex_);
  Symbol* const symbol = find(hash);
  if (symbol == nullptr || !symbol->snapshot_wanted) return false;
  const Nanos now = monotonic_now();
  if (symbol->snapshot_asked != Nanos{0} && now - symbol->snapshot_asked < patience) return false;
  symbol->snapshot_asked = now;
  return true;
}

void Emitter::connection(wire::ConnectionState state, std::string_view endpoint, std::string_view reason,
                         std::uint32_t attempt) {
  const std::lock_guard lock(mutex_);
  begin(Nanos{0});
  const bool up = state == wire::ConnectionState::Connected;
  if (up && !connected_) {
    ++connections_;
    connected_since_ = now_;
  }
  connected_ = up;
  wire::ConnectionStatus status;
  status.connected_since = up ? connected_since_ : Nanos{0};
  status.reconnects = connections_ == 0 ? 0 : connections_ - 1;
  status.attempt = attempt;
  status.state = state;
  sink_.publish(status, std::string_view(connector_), endpoint, reason);
  for (auto& [hash, symbol] : symbols_) {
    if (up) {
      symbol->announced = false;
      announce(*symbol);
    }
    const BookState book = symbol->book.state();
    if (!up && book != BookState::Init && book != BookState::Stale) stop(*symbol, BookReason::Disconnected);
  }
  end();
}

void Emitter::stop(Symbol& symbol, BookReason reason) {
  symbol.book.clear();
  symbol.book.set_state(BookState::Stale, reason, context());
  symbol.snapshot_wanted = false;
  symbol.snapshot_asked = Nanos{0};
}

EmitResult Emitter::end_book(SymbolHash hash, BookReason reason) {
  const std::lock_guard lock(mutex_);
  Symbol* const symbol = find(hash);
  if (symbol == nullptr) return EmitResult::UnknownSymbol;
  begin(Nanos{0});
  announce(*symbol);
  stop(*symbol, reason);
  end();
  return EmitResult::Published;
}

Result<void> Emitter::resend(SymbolHash hash) {
  const std::lock_guard lock(mutex_);
  Symbol* const symbol = find(hash);
  if (symbol == nullptr)
    return fail(ErrorCode::NotFound, fmt::format("connector \"{}\" has no symbol {:016x}", excerpt(connector_), hash));
  begin(Nanos{0});
  symbol->announced = false;
  announce(*symbol);
  if (symbol->book.state() != BookState::Init) symbol->book.resend(context());
  end();
  return {};
}

ConnectionReport Emitter::report() const {
  const std::lock_guard lock(mutex_);
  ConnectionReport report;
  report.connector = connector_;
  report.connected = connected_;
  report.messages = messages_;
  report.reconnects = connections_ == 0 ? 0 : connections_ - 1;
  report.parse_errors = parse_errors_;
  return report;
}

BookState Emitter::book_state(SymbolHash hash) const {
  const std::lock_guard lock(mutex_);
  const Symbol* const symbol = find(hash);
  return symbol == nullptr ? BookState::Init : symbol->book.state();
}

}  // namespace trunkline::connector
