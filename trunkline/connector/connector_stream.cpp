#include "trunkline/connector/connector_stream.hpp"

#include <exception>
#include <fmt/format.h>

#include "trunkline/connector/event_reader.hpp"

namespace trunkline::connector {
namespace {

constexpr Nanos report_interval = std::chrono::seconds{1};  // of parse errors

// What a wrapper throws is a lost connection.
template <class Call>
auto guarded(std::string_view what, Call call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& error) {
    return fail(ErrorCode::Unavailable, fmt::format("{} threw: {}", what, excerpt(error.what(), 200)));
  } catch (...) {
    return fail(ErrorCode::Unavailable, fmt::format("{} threw", what));
  }
}

ConnectorConfig base_config(const ConnectorStreamConfig& config) {
  return {.name = config.name.empty() ? config.exchange : config.name,
          .id = config.id,
          .ring = config.ring,
          .log = config.log};
}

}  // namespace

ConnectorStream::ConnectorStream(ConnectorStreamConfig config, std::unique_ptr<ConnectorWrapper> wrapper)
    : IExchangeConnector(base_config(config)), config_(std::move(config)), wrapper_(std::move(wrapper)) {}

ConnectorStream::~ConnectorStream() {
  stop();
}

void ConnectorStream::start() {
  if (thread_.joinable()) {
    if (!gave_up_.load()) return;
    thread_.join();
  }
  stopping_.store(false);
  gave_up_.store(false);
  thread_ = std::thread([this] { run(); });
}

void ConnectorStream::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_.store(true, std::memory_order_release);
  }
  wake_.notify_all();
  thread_.join();
}

Result<void> ConnectorStream::subscribe(const SymbolDescriptor& symbol, venue::Channels channels,
                                        std::string venue_symbol) {
  if (symbol.exchange != config_.exchange)
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} is not a symbol of {}", symbol.to_text(), excerpt(config_.exchange)));
  venue::Channels given;
  for (const venue::Channel channel : {venue::Channel::Trades, venue::Channel::Depth})
    if (channels.contains(channel)) given.add(channel);
  if (given.empty())
    return fail(ErrorCode::Unsupported,
                fmt::format("{}: connector \"{}\" has trades and depth only", symbol.to_text(), excerpt(name())));
  if (venue_symbol.empty()) venue_symbol = symbol.base + symbol.quote;
  const SymbolHash hash = add_symbol({.symbol = symbol, .venue_symbol = venue_symbol});
  const std::lock_guard lock(mutex_);
  Wanted& wanted = wanted_[venue_symbol];
  if (wanted.hash != 0 && wanted.hash != hash)
    return fail(ErrorCode::AlreadyExists, fmt::format("\"{}\" stands for another symbol already than {}",
                                                      excerpt(venue_symbol), symbol.to_text()));
  wanted.venue_symbol = venue_symbol;
  wanted.hash = hash;
  wanted.channels.add(given);
  wanted.asked = false;
  wanted_changed_.store(true, std::memory_order_release);
  return {};
}

Result<void> ConnectorStream::command(const venue::Command& command) {
  switch (command.action) {
    case venue::Action::Subscribe:
      return subscribe(command.symbol, command.channels);
    case venue::Action::Resend:
      return resend(command.symbol.hash());
    case venue::Action::Unsubscribe:
      break;
  }
  // The wrapper goes on; what it brings is not published any more.
  const SymbolHash hash = command.symbol.hash();
  const std::lock_guard lock(mutex_);
  for (auto entry = wanted_.begin(); entry != wanted_.end(); ++entry) {
    Wanted& wanted = entry->second;
    if (wanted.hash != hash) continue;
    const bool had_depth = wanted.channels.contains(venue::Channel::Depth);
    wanted.channels.remove(command.channels);
    if (had_depth && !wanted.channels.contains(venue::Channel::Depth) &&
        emitter().book_state(hash) != wire::BookState::Init)
      emit_book_ended(hash, wire::BookReason::Unsubscribed);
    if (wanted.channels.empty()) wanted_.erase(entry);
    return {};
  }
  return fail(ErrorCode::NotFound, fmt::format("{} is not subscribed to", command.symbol.to_text()));
}

void ConnectorStream::run() {
  net::Backoff backoff(config_.backoff, static_cast<std::uint64_t>(unix_now().count()));
  while (!stopping()) {
    Result<void> result = open();
    if (result) result = serve(backoff);
    connected_.store(false);
    static_cast<void>(
        guarded("disconnect()", [this]() -> Result<void> { return wrapper_->disconnect(), Result<void>{}; }));
    if (stopping()) break;
    const std::string reason = result ? "the connection ended" : result.error().message;
    report_event(Severity::Warning, "connector_connection_error", {{"reason", reason}});
    const auto delay = backoff.next();
    attempts_.store(backoff.attempts());
    if (!delay) {
      report_event(Severity::Error, "connector_gave_up",
                   {{"attempts", std::to_string(backoff.attempts())}, {"reason", reason}});
      emit_connection(wire::ConnectionState::Stopped, {}, reason, backoff.attempts());
      gave_up_.store(true);
      return;
    }
    report_event(Severity::Info, "connector_reconnecting",
                 {{"attempt", std::to_string(backoff.attempts())},
                  {"delay_ms", std::to_string(*delay / std::chrono::milliseconds{1})}});
    emit_connection(wire::ConnectionState::Backoff, {}, reason, backoff.attempts());
    if (!wait(*delay)) break;
  }
  emit_connection(wire::ConnectionState::Stopped, {}, "stopped");
}

Result<void> ConnectorStream::open() {
  emit_connection(wire::ConnectionState::Connecting, {}, {}, attempts_.load());
  if (auto connected = guarded("connect()", [this] { return wrapper_->connect(); }); !connected) return connected;
  connected_.store(true);
  report_event(Severity::Info, "connector_connected");
  emit_connection(wire::ConnectionState::Connected, {}, {}, attempts_.load());
  ask_for_what_is_wanted(true);
  return {};
}

void ConnectorStream::ask_for_what_is_wanted(bool all) {
  wanted_changed_.store(false, std::memory_order_release);
  std::vector<std::pair<std::string, venue::Channels>> asking;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [venue_symbol, wanted] : wanted_) {
      if (all) wanted.snapshots.reset();
      if (wanted.asked && !all) continue;
      wanted.asked = true;
      asking.emplace_back(venue_symbol, wanted.channels);
    }
  }
  const auto ask = [&](const std::string& symbol, std::string_view channel, auto call) {
    const Result<void> asked = guarded("subscribe", call);
    if (!asked)
      report_event(Severity::Error, "subscription_failed",
                   {{"symbol", symbol}, {"channel", std::string(channel)}, {"reason", asked.error().message}});
  };
  for (const auto& [symbol, channels] : asking) {
    if (channels.contains(venue::Channel::Trades))
      ask(symbol, "trades", [&] { return wrapper_->subscribe_trades(symbol); });
    if (channels.contains(venue::Channel::Depth))
      ask(symbol, "depth", [&] { return wrapper_->subscribe_depth(symbol); });
  }
}

Result<void> ConnectorStream::serve(net::Backoff& backoff) {
  const Nanos began = monotonic_now();
  bool proven = false;
  while (!stopping()) {
    if (wanted_changed_.load(std::memory_order_acquire)) ask_for_what_is_wanted(false);
    const auto connected = guarded("is_connected()", [this]() -> Result<bool> { return wrapper_->is_connected(); });
    if (!connected) return std::unexpected(connected.error());
    if (!*connected) return fail(ErrorCode::Closed, "the connector is not connected any more");
    auto event = guarded("next_event()", [this] { return wrapper_->next_event(config_.poll_interval); });
    if (!event) return std::unexpected(event.error());
    if (!proven && (*event || monotonic_now() - began >= config_.backoff.cap)) {
      proven = true;
      backoff.reset();
      attempts_.store(0);
    }
    if (*event) take(**event);
  }
  return {};
}

void ConnectorStream::take(const ConnectorEvent& event) {
  events_.fetch_add(1, std::memory_order_relaxed);
  last_event_.store(unix_now().count(), std::memory_order_relaxed);
  std::visit([this](const auto& fields) { take(fields); }, event);
}

Result<ConnectorStream::Wanted*> ConnectorStream::find(std::string_view venue_symbol, venue::Channel channel) {
  const auto found = venue_symbol.empty() && wanted_.size() == 1 ? wanted_.begin() : wanted_.find(venue_symbol);
  if (found == wanted_.end())
    return fail(ErrorCode::Protocol, fmt::format("symbol \"{}\" is not subscribed to", excerpt(venue_symbol)));
  return found->second.channels.contains(channel) ? &found->second : nullptr;
}

void ConnectorStream::take(const TradeFields& fields) {
  const Nanos received = unix_now();
  auto trade = read_trade(fields);
  if (!trade) return parse_failed("connector_trade_parse_error", trade.error());
  {
    const std::lock_guard lock(mutex_);
    const auto wanted = find(fields.symbol, venue::Channel::Trades);
    if (!wanted) return parse_failed("connector_trade_parse_error", wanted.error());
    if (*wanted == nullptr) return;
    trade->symbol = (*wanted)->hash;
  }
  trade->received = received;
  emit_trade(*trade);
}

void ConnectorStream::take(const DepthFields& fields) {
  update_.clear();
  update_.received = unix_now();
  if (auto read = read_depth(fields, update_); !read) return parse_failed("connector_depth_parse_error", read.error());
  {
    const std::lock_guard lock(mutex_);
    const auto wanted = find(fields.symbol, venue::Channel::Depth);
    if (!wanted) return parse_failed("connector_depth_parse_error", wanted.error());
    if (*wanted == nullptr) return;
    update_.symbol = (*wanted)->hash;
    // An older book must not replace a newer one.
    if (fields.snapshot && fields.last_update_id != 0 &&
        (*wanted)->snapshots.check(fields.last_update_id) == SequenceVerdict::Old)
      return;
  }
  emit_book_update(update_);
}

void ConnectorStream::parse_failed(std::string_view event, const Error& error) {
  emitter().count_parse_error();
  ++errors_unreported_;
  const Nanos now = monotonic_now();
  if (error_reported_ != Nanos{0} && now - error_reported_ < report_interval) return;
  error_reported_ = now;
  report_event(Severity::Warning, event,
               {{"reason", error.message}, {"count", std::to_string(std::exchange(errors_unreported_, 0))}});
}

bool ConnectorStream::wait(Nanos time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopping(); });
}

ConnectorStreamHealth ConnectorStream::health() const {
  ConnectorStreamHealth health;
  health.connected = connected_.load();
  health.gave_up = gave_up_.load();
  health.last_event = Nanos{last_event_.load()};
  health.reconnection_attempts = attempts_.load();
  health.events = events_.load();
  health.parse_errors = report().parse_errors;
  health.connector = wrapper_->get_health_status();
  return health;
}

}  // namespace trunkline::connector
