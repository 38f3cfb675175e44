// The inside of examination.hpp, for this room alone: who is looked at, and the questions.
#pragma once

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "trunkline/hub/examination.hpp"

namespace trunkline::hub::examination {

using namespace std::chrono_literals;
using venue::Channel;
using venue::Channels;

struct Answer {
  Verdict verdict;
  std::string detail;
};
inline Answer holds(std::string detail) {
  return {Verdict::Holds, std::move(detail)};
}
inline Answer fails(std::string detail) {
  return {Verdict::Fails, std::move(detail)};
}
inline Answer untold(std::string detail) {
  return {Verdict::Untold, std::move(detail)};
}

struct Patient {
  VenueProbe& probe;
  const ExaminationConfig& config;
  std::set<Channel> refused;  // or not there at all

  const VenueProbe::Seen& seen() const { return probe.seen(); }
  const SymbolDescriptor& symbol() const { return probe.config().symbol; }
  bool until(std::string_view what, const std::function<bool()>& condition) const {
    return probe.until(what, condition, config.limit);
  }
  std::string limit() const {
    return fmt::format("{} s", std::chrono::duration_cast<std::chrono::seconds>(config.limit).count());
  }
  bool connected() const {
    const auto lanes = probe.lanes();
    return !lanes.empty() && std::ranges::all_of(lanes, [](const net::LaneInfo& lane) {
      return lane.state == wire::ConnectionState::Connected;
    });
  }
};

inline std::string_view field(const Event& event, std::string_view name) {
  const auto found = std::ranges::find(event.fields, name, [](const auto& each) { return each.first; });
  return found == event.fields.end() ? std::string_view{} : std::string_view{found->second};
}

inline std::int64_t millis(Nanos time) {
  return time / 1ms;
}

inline Answer no_depth(const Patient&) {
  return untold("depth is not subscribed");
}
inline bool has_depth(const Patient& patient) {
  return patient.seen().mapping && patient.probe.config().channels.contains(Channel::Depth) &&
         !patient.refused.contains(Channel::Depth);
}

// What comes (examined_stream.cpp).
Answer hosts_are_reachable(Patient& patient);
Answer tls_is_verified(Patient& patient);
Answer handshake_is_done(Patient& patient);
Answer reference_data_comes(Patient& patient);
Answer symbol_is_listed(Patient& patient);
Answer subscriptions_are_acknowledged(Patient& patient);
Answer trades_come(Patient& patient);
Answer quotes_come(Patient& patient);
Answer snapshot_comes(Patient& patient);
Answer book_becomes_live(Patient& patient);
Answer book_stays_live(Patient& patient);
Answer no_trade_is_missing(Patient& patient);
Answer prices_fit_the_tick(Patient& patient);
Answer every_message_is_understood(Patient& patient);
Answer clocks_agree(Patient& patient);

// What is answered to what we ask and do (examined_answers.cpp).
Answer audit_passes(Patient& patient);
Answer pings_are_answered(Patient& patient);
Answer unknown_symbols_are_refused(Patient& patient);
Answer unsubscribing_silences(Patient& patient);
Answer subscribing_again_works(Patient& patient);
Answer reconnecting_subscribes_again(Patient& patient);
Answer used_weight_is_told(Patient& patient);
Answer limits_are_kept(Patient& patient);

}  // namespace trunkline::hub::examination
