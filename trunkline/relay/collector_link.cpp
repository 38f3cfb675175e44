#include "trunkline/relay/collector_link.hpp"

#include <fmt/format.h>

#include "trunkline/wire/sequence.hpp"
#include "trunkline/wire/visit.hpp"

namespace trunkline::relay {

Result<CollectorLink::Checked> CollectorLink::check(wire::FrameView frame, std::uint64_t unknown) {
  if (!wire::visit_message(frame, [](const auto&) {})) {
    return fail(ErrorCode::Protocol, fmt::format("a frame of type {} and {} payload bytes is no such message",
                                                 static_cast<unsigned>(frame.type()), frame.payload().size()));
  }
  const auto connector = static_cast<std::uint16_t>(frame.stamp().source >> 4);
  Checked checked;
  if (connector != last_) {
    const auto [entry, is_new] = sequences_.try_emplace(connector);
    checked.first_of_connector = is_new;
    last_ = connector;
    last_sequence_ = &entry->second;
  }
  std::optional<std::uint32_t>& last = *last_sequence_;
  if (frame.has(wire::flag::recovered)) {
    // Written anew from a cache, with the sequence of an older frame; or recovered by the source itself, in its turn.
    if (last && frame.sequence() == wire::sequence_after(*last)) last = frame.sequence();
    return checked;
  }
  if (last) {
    const std::uint64_t missed = wire::sequence_missed(*last, frame.sequence());
    const std::uint64_t passed_over = unknown - unknown_;
    // More than half a round ahead is behind: the source has begun anew, and nobody knows what is missing.
    if (missed > wire::sequence_mask / 2) {
      checked.missed = 1;
    } else if (missed > passed_over) {
      checked.missed = missed - passed_over;
    }
  }
  unknown_ = unknown;
  last = frame.sequence();
  return checked;
}

void CollectorLink::forget_sequences() {
  for (auto& [connector, last] : sequences_) last.reset();
}

}  // namespace trunkline::relay
