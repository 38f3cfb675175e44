#include "trunkline/hub/venue_probe.hpp"

#include <algorithm>
#include <chrono>

#include "trunkline/hub/exchange_registry.hpp"
#include "trunkline/venue/market_data_venue.hpp"

namespace trunkline::hub {

using namespace std::chrono_literals;

Result<std::unique_ptr<VenueProbe>> VenueProbe::make(ProbeConfig config) {
  const auto row = ExchangeRegistry::find(config.exchange.exchange());
  if (!row) return std::unexpected(row.error());
  net::EndpointMap endpoints;
  if (!config.exchange.endpoint().empty()) {
    auto made = net::EndpointMap::make({{"*", config.exchange.endpoint()}});
    if (!made) return std::unexpected(made.error());
    endpoints = *std::move(made);
  }
  auto venue = (*row)->make(config.exchange);
  return std::unique_ptr<VenueProbe>(new VenueProbe(std::move(config), std::move(endpoints), std::move(venue)));
}

VenueProbe::VenueProbe(ProbeConfig config, net::EndpointMap endpoints, std::unique_ptr<venue::Venue> venue)
    : config_(std::move(config)),
      symbol_text_(config_.symbol.to_text()),
      symbol_(config_.symbol.hash()),
      endpoints_(std::move(endpoints)),
      venue_(std::move(venue), *this),
      ring_({.capacity_bytes = std::size_t{32} << 20}),
      reader_(ring_.subscribe()),
      sink_(ring_, venue::ConnectorId{1}),
      book_(symbol_) {
  net::SessionConfig session;
  session.connector = config_.exchange.name();
  session.endpoints = endpoints_;
  session.tick = 50ms;
  session.backoff.first = config_.exchange.reconnect_delay();
  session.request_limit = config_.exchange.request_limit();
  session_ = std::make_unique<net::Session>(io_, venue_, sink_, static_cast<EventLog&>(*this), session);
}

VenueProbe::~VenueProbe() {
  session_->stop();
  io_.poll();
}

Result<void> VenueProbe::start() {
  started_ = monotonic_now();
  // One by one: a channel that the venue does not have shall not keep it from the others.
  for (const venue::Channel channel : venue::all_channels) {
    if (!config_.channels.contains(channel)) continue;
    session_->command({venue::Action::Subscribe, config_.symbol, venue::Channels{channel}},
                      [this, channel](const Result<void>& done) {
                        if (done) return;
                        write({Severity::Error,
                               "subscription_failed",
                               {},
                               symbol_text_,
                               {{"channel", std::string(venue::to_text(channel))}, {"error", done.error().message}}});
                      });
  }
  return session_->start();
}

bool VenueProbe::run(std::string_view what, const std::function<bool()>& condition, Nanos limit) {
  const Nanos began = monotonic_now();
  Nanos told = began;
  for (;;) {
    drain();
    if (condition()) return true;
    const Nanos now = monotonic_now();
    if (now - began >= limit) return false;
    if (config_.progress && now - told >= 200ms) {
      told = now;
      config_.progress(what, now - began);
    }
    io_.run_for(std::chrono::milliseconds(10));
    io_.restart();
  }
}

bool VenueProbe::until(std::string_view what, const std::function<bool()>& condition, Nanos limit) {
  return run(what, condition, limit);
}

void VenueProbe::during(std::string_view what, Nanos time) {
  run(what, [] { return false; }, time);
}

Result<void> VenueProbe::command(venue::Action action, const SymbolDescriptor& symbol, venue::Channels channels) {
  std::optional<Result<void>> outcome;
  session_->command({action, symbol, channels}, [&outcome](Result<void> done) { outcome = std::move(done); });
  while (!outcome) {
    io_.run_for(std::chrono::milliseconds(10));
    io_.restart();
  }
  return *outcome;
}

void VenueProbe::reconnect() {
  for (const Connection& connection : seen_.connections) {
    if (connection.open) venue_.give_up(connection.id, "given up to see what comes back");
  }
}

const venue::Catalog* VenueProbe::catalog() const noexcept {
  const auto* venue = dynamic_cast<const venue::MarketDataVenue*>(&venue_.inner());
  return venue == nullptr || venue->catalog().instruments.empty() ? nullptr : &venue->catalog();
}

bool VenueProbe::all_ready() const {
  std::size_t open = 0;
  for (const Connection& connection : seen_.connections) {
    if (!connection.open) continue;
    if (!connection.ready) return false;
    ++open;
  }
  return open >= venue_.lanes().size();
}

const Event* VenueProbe::event(std::string_view name) const {
  for (auto told = seen_.events.rbegin(); told != seen_.events.rend(); ++told) {
    const Event& event = told->event;
    if (event.name == name && (event.symbol.empty() || event.symbol == symbol_text_)) return &event;
  }
  return nullptr;
}

// --- What comes -----------------------------------------------------------------------------------------------------

void VenueProbe::opened(venue::ConnectionId connection, venue::LaneId lane) {
  seen_.connections.push_back({connection, std::to_underlying(lane)});
}

void VenueProbe::received(venue::ConnectionId, std::span<const char> message) {
  ++seen_.messages;
  const std::string_view text{message.data(), message.size()};
  if (!seen_.venue_symbol.empty() && text.find(seen_.venue_symbol) != std::string_view::npos) ++seen_.mentions;
}

void VenueProbe::closed(venue::ConnectionId connection, std::string_view) {
  for (Connection& each : seen_.connections) {
    if (each.id == connection) each.open = false;
  }
}

void VenueProbe::sent(venue::ConnectionId, std::string_view) {
  ++seen_.messages_sent;
}

void VenueProbe::requested(const venue::Request& request) {
  seen_.request_urls.push_back(request.url);
}

void VenueProbe::became_ready(venue::ConnectionId connection) {
  for (Connection& each : seen_.connections) {
    if (each.id == connection) each.ready = true;
  }
}

void VenueProbe::write(const Event& event) {
  constexpr std::size_t most = 10'000;
  if (seen_.events.size() < most) seen_.events.push_back({event, monotonic_now()});
}

void VenueProbe::drain() {
  for (;;) {
    const auto poll = reader_.poll();
    if (poll.kind == bus::PollKind::Empty) return;
    if (poll.kind == bus::PollKind::Missed) {
      book_.lost();
    } else {
      take(poll.frame);
    }
  }
}

void VenueProbe::note(Kind& kind) {
  if (kind.count++ == 0) kind.first_after = monotonic_now() - started_;
}

void VenueProbe::take(wire::FrameView frame) {
  if (frame.stamp().symbol != symbol_) return;
  const auto off_tick = [&](Price price) {
    const std::int64_t tick = seen_.mapping ? seen_.mapping->tick_size.raw() : 0;
    return tick > 0 && !price.is_absent() && price.raw() % tick != 0;
  };
  const wire::Stamp& stamp = frame.stamp();
  constexpr std::size_t enough = 100'000;
  const bool dated = frame.type() == wire::MessageType::Trade || frame.type() == wire::MessageType::Quote ||
                     frame.type() == wire::MessageType::L2Delta;
  if (dated && stamp.exchange_time.count() != 0 && seen_.lags_ns.size() < enough) {
    seen_.lags_ns.push_back((stamp.receive_time - stamp.exchange_time).count());
  }
  if (const auto* mapping = frame.as<wire::SymbolMapping>()) {
    seen_.mapping = *mapping;
    seen_.venue_symbol = wire::venue_symbol(*mapping);
  } else if (const auto* trade = frame.as<wire::Trade>()) {
    note(seen_.trades);
    seen_.off_tick += off_tick(trade->price);
  } else if (const auto* quote = frame.as<wire::Quote>()) {
    note(seen_.quotes);
    seen_.off_tick += off_tick(quote->bid_price) || off_tick(quote->ask_price);
  } else if (const auto* gap = frame.as<wire::Gap>()) {
    seen_.trades_missed += gap->missed;
  } else if (const auto* delta = frame.as<wire::L2Delta>()) {
    note(seen_.deltas);
    for (const auto& level : wire::bids(*delta)) seen_.off_tick += off_tick(level.price);
    for (const auto& level : wire::asks(*delta)) seen_.off_tick += off_tick(level.price);
  } else if (frame.as<wire::L2Snapshot>() != nullptr) {
    note(seen_.snapshots);
  }
  const wire::BookState before = book_.state();
  (void)book_.apply(frame);
  if (book_.live() && seen_.live_after.count() == 0) seen_.live_after = monotonic_now() - started_;
  if (seen_.live_after.count() != 0 && book_.state() == wire::BookState::Stale && before != wire::BookState::Stale) {
    seen_.faults.push_back(book_.reason());
  }
}

}  // namespace trunkline::hub
