// How a venue's diff events join a snapshot and each other, as data. Facts for Binance: docs/venues/binance.md.
#pragma once

#include <cstdint>

namespace trunkline::book {

// The update ids that a diff event covers.
struct UpdateIds {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t previous = 0;  // `last` of the event before, where the venue tells it
};

enum class Chaining : std::uint8_t {
  FirstFollowsLast,    // first == last of the event before + 1
  PreviousEqualsLast,  // previous == last of the event before
};

struct SyncRule {
  // With L the snapshot's id: events with last < L + joins_at are stale; the first one kept must cover L + joins_at.
  std::uint64_t joins_at;
  Chaining chaining;

  // The event holds nothing that a book at `id` does not have.
  constexpr bool stale(const UpdateIds& event, std::uint64_t id) const noexcept { return event.last < id + joins_at; }
  // The event may be the first one on a book at `id`.
  constexpr bool joins(const UpdateIds& event, std::uint64_t id) const noexcept {
    return event.first <= id + joins_at && id + joins_at <= event.last;
  }
  // The event follows directly on the one whose last id was `last`.
  constexpr bool chains(const UpdateIds& event, std::uint64_t last) const noexcept {
    return chaining == Chaining::FirstFollowsLast ? event.first == last + 1 && event.last >= event.first
                                                  : event.previous == last && event.last > last;
  }
};

// Binance spot: drop u <= L; the first kept has U <= L+1 <= u; then each U is the previous u + 1.
inline constexpr SyncRule binance_spot_rule{1, Chaining::FirstFollowsLast};
// Binance futures: drop u < L; the first kept has U <= L <= u; then each pu is the previous u.
inline constexpr SyncRule binance_futures_rule{0, Chaining::PreviousEqualsLast};

}  // namespace trunkline::book
