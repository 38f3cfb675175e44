// Keeps one book in step with its venue where a snapshot is fetched and diff events are chained to it: says of each
// event whether to hold, drop or apply it, and when the book may be called Live. It knows no levels and does no I/O.
//
// Phases and the only ways between them (book_sync.cpp holds the table):
//
//   Init ──begin──> Buffering ──snapshot──> Bridging ──first event joins, or quiet──> Live
//                      ^  ^                    │                                       │
//                      │  └──snapshot too old──┘                                       │
//                      └──────────begin────────── Stale <───────fault, any phase───────┘
//
// The first event after a snapshot either covers the snapshot's id, or follows on it, or ends exactly there.
//
// Several sources (connections) may bring the same stream while one replaces another. One is the carrier, whose gap is
// the book's gap; events of others count where they follow, and wait where they run ahead. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "trunkline/book/held_deltas.hpp"
#include "trunkline/book/sync_rule.hpp"

namespace trunkline::book {

enum class Phase : std::uint8_t { Init, Buffering, Bridging, Live, Stale };

enum class DeltaVerdict : std::uint8_t {
  Apply,    // the next event; the book is then at its `last`, and Live
  Drop,     // known already: stale or a duplicate; one that ends at the snapshot's id makes the book Live
  Hold,     // keep it: hold()
  Refetch,  // the snapshot does not reach up to this event: hold() it and fetch another one
  Gap,      // events are missing: fault()
  Stray,    // nobody wants events in this phase
};

enum class SnapshotVerdict : std::uint8_t {
  Use,     // the book is now at this id; then take the held events
  TooOld,  // ends before the first held event: fetch another one
  Stray,   // nobody wants a snapshot in this phase
};

class BookSync {
 public:
  // After this many stale events behind a snapshot, its id is not believed.
  static constexpr std::uint32_t max_stale_events = 1'000;

  explicit BookSync(SyncRule rule, HoldLimits limits = {}) noexcept : rule_(rule), held_(limits) {}

  Phase phase() const noexcept { return phase_; }
  std::uint64_t update_id() const noexcept { return update_id_; }
  std::uint32_t carrier() const noexcept { return carrier_; }
  // The stream was seen to reach the snapshot; a quiet book is Live without.
  bool joined() const noexcept { return joined_; }
  // Calls that the phase does not allow, all refused; each one is a defect of the caller.
  std::uint64_t refused() const noexcept { return refused_; }

  // Init or Stale: starts to buffer. False: refused.
  bool begin();
  // Buffering: from now on the buffer may not lose anything, as the snapshot is on its way.
  void snapshot_asked() noexcept { asked_ = true; }
  // Any phase but Init: the book cannot be trusted from here on; drops what was held. False: refused.
  bool fault();
  // Bridging: no event has come since begin(), for so long that the snapshot is the book. False: not so, or refused.
  bool quiet();

  SnapshotVerdict on_snapshot(std::uint64_t id);

  // An event as it arrives. On Apply it is counted as applied, and held() may have followers.
  DeltaVerdict on_delta(const UpdateIds& ids, std::uint32_t source) noexcept {
    if (phase_ == Phase::Live && rule_.chains(ids, update_id_)) [[likely]] {
      if (!joined_) carrier_ = source;
      joined_ = true;
      update_id_ = ids.last;
      return DeltaVerdict::Apply;
    }
    return judge(ids, source);
  }

  // Keeps an event that was to be held. False: the buffer is full, fault(). What is not indispensable goes before that:
  // events older than the request for a snapshot, and those of connections that run ahead of the carrier.
  [[nodiscard]] bool hold(HeldDelta event);
  bool holds_any() const noexcept { return !held_.empty(); }
  std::size_t held() const noexcept { return held_.size(); }
  // The next held event that is to be applied now (Apply), or what is the matter with them: Gap or Refetch as for
  // on_delta, Hold where the rest must wait or there is none. Stale ones go.
  struct Next {
    DeltaVerdict verdict = DeltaVerdict::Hold;
    std::optional<HeldDelta> event;
  };
  Next next_held();

  // That source brings nothing any more; `other`, one that still does, carries on, and held events may now be due.
  // False: there is none, the book has no feed; fault().
  bool source_closed(std::uint32_t source, std::optional<std::uint32_t> other);

 private:
  DeltaVerdict judge(const UpdateIds& ids, std::uint32_t source) noexcept;
  DeltaVerdict join(const UpdateIds& ids, std::uint32_t source) noexcept;
  bool move(Phase to) noexcept;

  SyncRule rule_;
  Phase phase_ = Phase::Init;
  bool asked_ = false;     // a snapshot is on its way
  bool seen_any_ = false;  // events came since begin()
  bool joined_ = false;    // the stream was seen to reach the snapshot
  std::uint32_t carrier_ = 0;
  std::uint32_t stale_events_ = 0;
  std::uint64_t update_id_ = 0;
  std::uint64_t refused_ = 0;
  HeldDeltas held_;
};

}  // namespace trunkline::book
