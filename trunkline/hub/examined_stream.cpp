#include <algorithm>
#include <fmt/ranges.h>
#include <vector>

#include "trunkline/hub/examination_impl.hpp"

namespace trunkline::hub::examination {

static bool mentions(const net::LaneInfo& lane, std::string_view words) {
  return lane.state != wire::ConnectionState::Connected && lane.last_reason.find(words) != std::string::npos;
}

// --- Connection -----------------------------------------------------------------------------------------------------

// A connection of this lane came about, whatever became of it.
static bool was_open(const Patient& patient, std::size_t lane) {
  return std::ranges::any_of(patient.seen().connections, [lane](const auto& each) { return each.lane == lane; });
}

Answer hosts_are_reachable(Patient& patient) {
  VenueProbe& probe = patient.probe;
  (void)patient.until("the connections", [&] {
    const auto lanes = probe.lanes();
    return !lanes.empty() && std::ranges::all_of(lanes, [](const net::LaneInfo& lane) {
      return lane.state == wire::ConnectionState::Connected || lane.attempt >= 2;
    });
  });
  std::vector<std::string> reached;
  const auto lanes = probe.lanes();
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const net::LaneInfo& lane = lanes[i];
    if (!was_open(patient, i) && !mentions(lane, "TLS") && !mentions(lane, "handshake")) {
      return fails(lane.last_reason.empty() ? fmt::format("{}: no answer within {}", lane.url, patient.limit())
                                            : lane.last_reason);
    }
    const auto url = net::Url::parse(lane.url);
    const std::string origin = url ? url->origin() : lane.url;
    if (std::ranges::find(reached, origin) == reached.end()) reached.push_back(origin);
  }
  return holds(fmt::format("{}", fmt::join(reached, ", ")));
}

Answer tls_is_verified(Patient& patient) {
  bool plain = false;
  const auto lanes = patient.probe.lanes();
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (!was_open(patient, i) && mentions(lanes[i], "TLS")) return fails(lanes[i].last_reason);
    if (!was_open(patient, i) && !mentions(lanes[i], "WebSocket handshake")) return untold("no connection came about");
    plain = plain || lanes[i].url.starts_with("ws://");
  }
  if (plain) return untold("this address is without TLS");
  return holds("certificate and host name");
}

Answer handshake_is_done(Patient& patient) {
  const auto lanes = patient.probe.lanes();
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (was_open(patient, i)) continue;
    if (mentions(lanes[i], "WebSocket handshake")) return fails(lanes[i].last_reason);
    return untold("no connection came about");
  }
  return holds(fmt::format("{} {}", lanes.size(), lanes.size() == 1 ? "WebSocket" : "WebSockets"));
}

// --- Reference data and subscriptions -------------------------------------------------------------------------------

Answer reference_data_comes(Patient& patient) {
  VenueProbe& probe = patient.probe;
  const auto there = [&] { return probe.catalog() != nullptr || patient.seen().mapping; };
  if (!patient.until("the reference data", there)) {
    if (const Event* const failed = probe.event("reference_data_failed"))
      return fails(std::string(field(*failed, "error")));
    return fails(fmt::format("none within {}", patient.limit()));
  }
  if (probe.catalog() == nullptr) return untold("this venue keeps none");
  const auto& catalog = *probe.catalog();
  return holds(catalog.refused.empty()
                   ? fmt::format("{} symbols", catalog.instruments.size())
                   : fmt::format("{} symbols; {} could not be understood, such as {}", catalog.instruments.size(),
                                 catalog.refused.size(), excerpt(catalog.refused.front(), 80)));
}

Answer symbol_is_listed(Patient& patient) {
  const auto told = [&] { return patient.seen().mapping || patient.probe.event("subscription_failed") != nullptr; };
  if (!patient.until("the symbol", told)) return untold(fmt::format("not told within {}", patient.limit()));
  if (!patient.seen().mapping) return fails(std::string(field(*patient.probe.event("subscription_failed"), "error")));
  const wire::SymbolMapping& mapping = *patient.seen().mapping;
  const auto number = [](auto value) { return value.is_absent() ? std::string("not told") : value.to_text(); };
  return holds(fmt::format("{} is {}: tick {}, lot {}, {}", patient.symbol().to_text(), patient.seen().venue_symbol,
                           number(mapping.tick_size), number(mapping.lot_size), wire::to_text(mapping.status)));
}

Answer subscriptions_are_acknowledged(Patient& patient) {
  if (!patient.connected()) {
    for (const net::LaneInfo& lane : patient.probe.lanes()) {
      if (lane.state != wire::ConnectionState::Connected && !lane.last_reason.empty()) {
        return patient.seen().connections.empty() ? untold("not connected") : fails(lane.last_reason);
      }
    }
  }
  if (!patient.seen().mapping) return untold("nothing was subscribed");
  const bool answered = patient.until("the acknowledgements", [&] { return patient.probe.all_ready(); });
  std::vector<std::string> wrong;
  std::vector<std::string> confirmed;
  for (const Channel channel : venue::all_channels) {
    if (!patient.probe.config().channels.contains(channel)) continue;
    const std::string name{venue::to_text(channel)};
    bool told = false;
    for (const auto& [event, at] : patient.seen().events) {
      const bool failed = event.name == "subscription_failed" &&
                          (field(event, "channel") == name || field(event, "error").ends_with("no channel " + name));
      if (told || (!failed && !(event.name == "subscription_refused" && field(event, "channel") == name))) continue;
      told = true;
      patient.refused.insert(channel);
      if (event.name == "subscription_refused") {
        wrong.push_back(fmt::format("{} refused: {} {}", name, field(event, "code"), field(event, "reason")));
      } else {
        confirmed.push_back("no " + name + " here");
      }
    }
    if (!told) confirmed.push_back(name);
  }
  if (!wrong.empty()) return fails(fmt::format("{}", fmt::join(wrong, "; ")));
  if (!answered)
    return fails(fmt::format("no answer to every one of {} within {}", fmt::join(confirmed, ", "), patient.limit()));
  return holds(fmt::format("{}", fmt::join(confirmed, ", ")));
}

// --- Data -----------------------------------------------------------------------------------------------------------

static Answer first_of(Patient& patient, Channel channel, std::string_view what, const VenueProbe::Kind& kind) {
  if (!patient.seen().mapping || !patient.probe.config().channels.contains(channel) ||
      patient.refused.contains(channel))
    return untold("not subscribed");
  if (patient.until(fmt::format("the first {}", what), [&] { return kind.count != 0; }))
    return holds(fmt::format("after {} ms", millis(kind.first_after)));
  const std::string none = fmt::format("none within {}", patient.limit());
  // Nobody needs to trade.
  return channel == Channel::Trades ? untold(none + "; the market may be quiet") : fails(none);
}
Answer trades_come(Patient& patient) {
  return first_of(patient, Channel::Trades, "trade", patient.seen().trades);
}
Answer quotes_come(Patient& patient) {
  return first_of(patient, Channel::Quotes, "quote", patient.seen().quotes);
}
Answer snapshot_comes(Patient& patient) {
  return first_of(patient, Channel::Depth, "snapshot", patient.seen().snapshots);
}

Answer book_becomes_live(Patient& patient) {
  if (!has_depth(patient)) return no_depth(patient);
  const book::Book& book = patient.probe.book();
  if (!patient.until("the book to be Live", [&] { return patient.seen().live_after.count() != 0; })) {
    return fails(
        fmt::format("{} ({}) after {}", wire::to_text(book.state()), wire::to_text(book.reason()), patient.limit()));
  }
  return holds(fmt::format("after {} ms, {}; {} bids, {} asks", millis(patient.seen().live_after),
                           wire::to_text(book.integrity()), book.ladder().size(book::Side::Bid),
                           book.ladder().size(book::Side::Ask)));
}

Answer book_stays_live(Patient& patient) {
  if (!has_depth(patient)) return no_depth(patient);
  if (patient.seen().live_after.count() == 0) return untold("it never was Live");
  const std::uint64_t before = patient.seen().deltas.count;
  patient.probe.during("what becomes of the book", patient.config.watch);
  const std::uint64_t deltas = patient.seen().deltas.count - before;
  const auto time = millis(patient.config.watch) / 1000;
  if (!patient.seen().faults.empty()) {
    std::set<std::string_view> reasons;
    for (const wire::BookReason reason : patient.seen().faults) reasons.insert(wire::to_text(reason));
    return fails(fmt::format("Stale {} times: {}", patient.seen().faults.size(), fmt::join(reasons, ", ")));
  }
  if (deltas == 0) return untold(fmt::format("no delta in {} s", time));
  return holds(fmt::format("{} deltas in {} s, each on the one before", deltas, time));
}

Answer no_trade_is_missing(Patient& patient) {
  if (patient.seen().trades.count < 2) return untold("too few trades");
  if (patient.seen().trades_missed != 0)
    return fails(fmt::format("{} of {} are missing by their ids", patient.seen().trades_missed,
                             patient.seen().trades.count + patient.seen().trades_missed));
  return holds(fmt::format("{} trades", patient.seen().trades.count));
}

Answer prices_fit_the_tick(Patient& patient) {
  if (!patient.seen().mapping || patient.seen().mapping->tick_size.is_absent()) return untold("no tick is told");
  if (patient.seen().deltas.count + patient.seen().trades.count + patient.seen().quotes.count == 0)
    return untold("no price came");
  if (patient.seen().off_tick != 0)
    return fails(fmt::format("{} prices are no multiple of it", patient.seen().off_tick));
  return holds(patient.seen().mapping->tick_size.to_text());
}

Answer every_message_is_understood(Patient& patient) {
  if (patient.seen().messages == 0) return untold("no message came");
  for (const auto& [event, at] : patient.seen().events) {
    if (event.name.ends_with("parse_error")) return fails(fmt::format("{}: {}", event.name, field(event, "error")));
  }
  return holds(fmt::format("{} messages", patient.seen().messages));
}

Answer clocks_agree(Patient& patient) {
  auto lags = patient.seen().lags_ns;
  if (lags.empty()) return untold("the venue told no time");
  const auto middle = lags.begin() + static_cast<std::ptrdiff_t>(lags.size() / 2);
  std::ranges::nth_element(lags, middle);
  const Nanos median{*middle};
  // A message cannot arrive before it is sent, and takes less than a second.
  const std::string told = fmt::format("received {:.1f} ms after the venue's time (median of {})",
                                       static_cast<double>(median.count()) / 1e6, lags.size());
  return median >= -50ms && median < 1s ? holds(told) : fails(told);
}

}  // namespace trunkline::hub::examination
