#include "conformance/run.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "trunkline/hub/exchange_registry.hpp"
#include "trunkline/wire/json.hpp"

namespace trunkline::conformance {

using nlohmann::json;

class Run::Log final : public EventLog {
 public:
  void write(const Event& event) override {
    const std::lock_guard lock(mutex_);
    ++counts[std::string(event.name)];
    if (event.severity == Severity::Debug || text.size() > 20'000) return;
    text += fmt::format("{} {}", event.name, event.symbol);
    for (const auto& [key, value] : event.fields) text += fmt::format(" {}={}", key, value);
    text += "\n";
  }
  std::mutex mutex_;
  std::map<std::string, int> counts;
  std::string text;
};

Run::Run(const Subject& subject, const Options& options) : subject_(subject), log_(std::make_unique<Log>()) {
  symbols_.assign(subject.symbols.begin(), subject.symbols.begin() + static_cast<std::ptrdiff_t>(options.symbols));
  const auto row = sandbox::SandboxRegistry::find(subject.exchange);
  if (!row) throw std::runtime_error(row.error().message);
  sandbox::SandboxRequest request{.symbols = {}, .rate = options.rate};
  for (const std::string& symbol : subject.symbols) request.symbols.push_back(*SymbolDescriptor::parse(symbol));
  auto started = (*row)->start(request, nullptr);
  if (!started) throw std::runtime_error(started.error().message);
  sandbox_ = *std::move(started);
  const std::string endpoint = sandbox_->endpoint(subject.exchange);
  control_.emplace(endpoint, [this] { drain(); });

  auto config = hub::ExchangeConfig::websocket(subject.exchange);
  config.audit_interval(options.audit_interval).credentials(subject.credentials);
  connector::SessionConnectorConfig connector;
  connector.id = venue::ConnectorId{5};
  connector.ring = {.capacity_bytes = std::size_t{32} << 20};
  connector.session.connector = subject.exchange;
  connector.session.tick = 20ms;
  connector.session.backoff.first = 100ms;
  connector.session.endpoints = *net::EndpointMap::make({{"*", endpoint}});
  const auto venue = hub::ExchangeRegistry::find(subject.exchange);
  if (!venue) throw std::runtime_error(venue.error().message);
  connector_ = std::make_unique<connector::SessionConnector>(connector, (*venue)->make(config), *log_);
  reader_.emplace(connector_->ring()->subscribe());
  for (const std::string& symbol : symbols_) command(venue::Action::Subscribe, symbol);
  connector_->start();
}

Run::~Run() {
  connector_->stop();
}

// --- What comes -----------------------------------------------------------------------------------------------------

void Run::drain() {
  for (;;) {
    const auto poll = reader_->poll();
    if (poll.kind == bus::PollKind::Empty) return;
    if (poll.kind == bus::PollKind::Missed) {
      violations.push_back(fmt::format("this reader missed {} frames", poll.missed));
      last_sequence_.reset();
      continue;
    }
    take(poll.frame);
  }
}

void Run::take(const wire::FrameView& frame) {
  if (last_sequence_ && frame.sequence() != wire::sequence_after(*last_sequence_)) {
    violations.push_back(fmt::format("sequence {} after {}", frame.sequence(), *last_sequence_));
  }
  last_sequence_ = frame.sequence();
  if (const auto* status = frame.as<wire::ConnectionStatus>()) {
    connection_states.insert(std::string(wire::to_text(status->state)));
    if (status->state != wire::ConnectionState::Connected) {
      for (auto& [hash, seen] : seen_) seen->heard = false;
    }
    return;
  }
  const SymbolHash hash = frame.stamp().symbol;
  if (hash == 0) return;
  auto& entry = seen_[hash];
  if (!entry) entry = std::make_unique<Seen>(hash);
  Seen& seen = *entry;
  ++seen.frames;
  seen.last_receive = frame.stamp().receive_time;
  if (const auto* mapping = frame.as<wire::SymbolMapping>()) {
    seen.mapping = *mapping;
    seen.venue_symbol = std::string(wire::venue_symbol(*mapping));
    return;
  }
  if (!seen.mapping) violations.push_back(fmt::format("{} before its mapping", wire::to_text(frame.type())));
  if (const auto* trade = frame.as<wire::Trade>()) {
    seen.heard = true;
    seen.trades.push_back(*trade);
    seen.trade_flags.push_back(frame.flags());
  } else if (const auto* quote = frame.as<wire::Quote>()) {
    seen.heard = true;
    seen.quotes.push_back(*quote);
  } else if (const auto* gap = frame.as<wire::Gap>()) {
    seen.missed += gap->missed;
  } else if (const auto* status = frame.as<wire::BookStatus>()) {
    seen.statuses.push_back(*status);
  }
  seen.snapshots += frame.as<wire::L2Snapshot>() != nullptr;
  seen.deltas += frame.as<wire::L2Delta>() != nullptr;
  const bool was_live = seen.book.live();
  const auto outcome = seen.book.apply(frame);
  if (was_live && (outcome == book::Outcome::Gap || outcome == book::Outcome::Crossed)) {
    violations.push_back("a Live book did not follow: " + wire::to_json(frame).substr(0, 200));
  }
}

bool Run::until(const std::function<bool()>& condition, Nanos limit) {
  const Nanos deadline = monotonic_now() + limit;
  for (;;) {
    drain();
    if (condition()) return true;
    if (monotonic_now() > deadline) return false;
    (void)reader_->wait(5ms);
  }
}

void Run::during(Nanos time) {
  (void)until([] { return false; }, time);
}

Run::Seen& Run::seen(const std::string& symbol) {
  auto& entry = seen_[hash_symbol_text(symbol)];
  if (!entry) entry = std::make_unique<Seen>(hash_symbol_text(symbol));
  return *entry;
}

bool Run::live(const std::string& symbol) {
  const Seen& mine = seen(symbol);
  return subject_.has_books() ? mine.book.live() : mine.heard;
}

bool Run::told(const std::string& symbol) {
  if (subject_.has_books()) return !reasons(symbol).empty();
  return connection_states.contains("Disconnected") || connection_states.contains("Backoff");
}

bool Run::all_live() {
  return std::ranges::all_of(symbols_, [this](const std::string& symbol) { return live(symbol); });
}

std::set<std::string> Run::reasons(const std::string& symbol) {
  std::set<std::string> out;
  for (const wire::BookStatus& status : seen(symbol).statuses) {
    if (status.state == wire::BookState::Stale) out.insert(std::string(wire::to_text(status.reason)));
  }
  return out;
}

void Run::forget() {
  drain();
  for (auto& [hash, seen] : seen_) seen->statuses.clear();
  connection_states.clear();
}

std::string Run::states(const std::string& symbol) {
  std::string out;
  for (const wire::BookStatus& status : seen(symbol).statuses) {
    out += fmt::format("{}({}) ", wire::to_text(status.state), wire::to_text(status.reason));
  }
  return out;
}

// --- What it is told ------------------------------------------------------------------------------------------------

void Run::command(venue::Action action, const std::string& symbol) {
  connector_->command({action, *SymbolDescriptor::parse(symbol), subject_.channels});
}

void Run::subscribe(const std::string& symbol) {
  if (std::ranges::find(symbols_, symbol) == symbols_.end()) symbols_.push_back(symbol);
  command(venue::Action::Subscribe, symbol);
}

void Run::unsubscribe(const std::string& symbol) {
  std::erase(symbols_, symbol);
  drain();
  seen(symbol).heard = false;
  command(venue::Action::Unsubscribe, symbol);
}

int Run::events(const std::string& name) {
  const std::lock_guard lock(log_->mutex_);
  return log_->counts[name];
}

std::string Run::event_text() {
  const std::lock_guard lock(log_->mutex_);
  return log_->text;
}

// --- The sandbox ----------------------------------------------------------------------------------------------------

std::string Run::difference(const std::string& symbol) {
  Seen& mine = seen(symbol);
  if (!live(symbol)) return fmt::format("{} is not Live: {}", symbol, states(symbol));
  if (!subject_.has_books()) return {};
  const auto [status, body] = sandbox().ask("GET", fmt::format("/sandbox/book?symbol={}", mine.venue_symbol));
  if (status != 200) return body;
  const json truth = json::parse(body);
  for (const book::Side side : {book::Side::Bid, book::Side::Ask}) {
    const json& levels = truth[side == book::Side::Bid ? "bids" : "asks"];
    std::vector<wire::Level> ours;
    mine.book.ladder().walk(side, [&](const wire::Level& level) {
      ours.push_back(level);
      return true;
    });
    const std::size_t most = subject_.depth == 0 ? levels.size() : std::min(levels.size(), subject_.depth);
    for (std::size_t i = 0; i < most; ++i) {
      const auto price = Price::parse(levels[i][0].get_ref<const std::string&>());
      const auto quantity = Quantity::parse(levels[i][1].get_ref<const std::string&>());
      if (i >= ours.size() || ours[i].price != *price || ours[i].quantity != *quantity) {
        return fmt::format("{} level {} of side {}: have {} x {}, the venue {} x {}", symbol, i, static_cast<int>(side),
                           i < ours.size() ? ours[i].price.to_text() : "nothing",
                           i < ours.size() ? ours[i].quantity.to_text() : "", levels[i][0].dump(), levels[i][1].dump());
      }
    }
  }
  return {};
}

bool Run::ends_true(Nanos limit) {
  const Nanos deadline = monotonic_now() + limit;
  while (monotonic_now() < deadline) {
    if (!until([this] { return all_live(); }, deadline - monotonic_now())) return false;
    sandbox().pause();
    // What was sent before the pause is on its way.
    const bool equal = until([this] { return why_not_true().empty(); }, 2s);
    sandbox().resume();
    if (equal) return true;
    // What shows an error are messages, or an audit: both want the venue to go on.
    during(1s);
  }
  return false;
}

std::string Run::why_not_true() {
  for (const std::string& symbol : symbols_) {
    if (std::string why = difference(symbol); !why.empty()) return why;
  }
  return {};
}

}  // namespace trunkline::conformance
