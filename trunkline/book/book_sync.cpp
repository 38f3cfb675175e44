#include "trunkline/book/book_sync.hpp"

#include <array>
#include <utility>

namespace trunkline::book {
namespace {

constexpr std::uint8_t bit(Phase phase) noexcept {
  return static_cast<std::uint8_t>(1U << std::to_underlying(phase));
}

// Where each phase may go.
constexpr std::array<std::uint8_t, 5> allowed = {
    /* Init      */ bit(Phase::Buffering),
    /* Buffering */ bit(Phase::Bridging) | bit(Phase::Stale),
    /* Bridging  */ bit(Phase::Buffering) | bit(Phase::Live) | bit(Phase::Stale),
    /* Live      */ bit(Phase::Stale),
    /* Stale     */ bit(Phase::Buffering) | bit(Phase::Stale),
};

}  // namespace

bool BookSync::move(Phase to) noexcept {
  if ((allowed[std::to_underlying(phase_)] & bit(to)) == 0) {
    ++refused_;
    return false;
  }
  phase_ = to;
  return true;
}

bool BookSync::begin() {
  if (phase_ != Phase::Init && phase_ != Phase::Stale) {
    ++refused_;
    return false;
  }
  asked_ = seen_any_ = joined_ = false;
  return move(Phase::Buffering);
}

bool BookSync::fault() {
  if (!move(Phase::Stale)) return false;
  held_.clear();
  return true;
}

bool BookSync::quiet() {
  return phase_ == Phase::Bridging && !seen_any_ && move(Phase::Live);
}

SnapshotVerdict BookSync::on_snapshot(std::uint64_t id) {
  if (phase_ != Phase::Buffering) return SnapshotVerdict::Stray;
  if (!held_.empty() && held_.front().ids.first > id + rule_.joins_at && !rule_.chains(held_.front().ids, id)) {
    asked_ = false;
    return SnapshotVerdict::TooOld;
  }
  move(Phase::Bridging);
  update_id_ = id;
  stale_events_ = 0;
  return SnapshotVerdict::Use;
}

DeltaVerdict BookSync::judge(const UpdateIds& ids, std::uint32_t source) noexcept {
  switch (phase_) {
    case Phase::Init:
    case Phase::Stale:
      return DeltaVerdict::Stray;
    case Phase::Buffering:
      seen_any_ = true;
      return DeltaVerdict::Hold;
    case Phase::Bridging:
      seen_any_ = true;
      return join(ids, source);
    case Phase::Live:
      break;
  }
  if (!joined_) return join(ids, source);
  if (ids.last <= update_id_) return DeltaVerdict::Drop;
  if (source == carrier_) return DeltaVerdict::Gap;
  // Another connection may have cut its events elsewhere: one that covers where the book is, joins it.
  if (!rule_.joins(ids, update_id_)) return DeltaVerdict::Hold;
  update_id_ = ids.last;
  return DeltaVerdict::Apply;
}

DeltaVerdict BookSync::join(const UpdateIds& ids, std::uint32_t source) noexcept {
  const bool reaches = ids.last == update_id_;
  if (rule_.joins(ids, update_id_) || rule_.chains(ids, update_id_) || reaches) {
    carrier_ = source;
    joined_ = true;
    if (phase_ == Phase::Bridging) move(Phase::Live);
    if (rule_.stale(ids, update_id_)) return DeltaVerdict::Drop;
    update_id_ = ids.last;
    return DeltaVerdict::Apply;
  }
  if (rule_.stale(ids, update_id_)) return ++stale_events_ > max_stale_events ? DeltaVerdict::Gap : DeltaVerdict::Drop;
  if (phase_ == Phase::Live) return DeltaVerdict::Gap;
  move(Phase::Buffering);
  asked_ = false;
  return DeltaVerdict::Refetch;
}

bool BookSync::hold(HeldDelta event) {
  const bool may_forget = phase_ == Phase::Live || (phase_ == Phase::Buffering && !asked_);
  while (may_forget && held_.full_for(event) && !held_.empty()) held_.take(0);
  return held_.push(std::move(event));
}

BookSync::Next BookSync::next_held() {
  bool gap = false;
  for (std::size_t at = 0; at < held_.size();) {
    switch (on_delta(held_[at].ids, held_[at].source)) {
      case DeltaVerdict::Apply:
        return {DeltaVerdict::Apply, held_.take(at)};
      case DeltaVerdict::Drop:
        held_.take(at);
        break;
      case DeltaVerdict::Hold:
        ++at;
        break;
      case DeltaVerdict::Refetch:
        return {DeltaVerdict::Refetch, std::nullopt};
      case DeltaVerdict::Gap:
        // Unless one of those behind it closes the gap.
        gap = true;
        ++at;
        break;
      case DeltaVerdict::Stray:
        return {DeltaVerdict::Hold, std::nullopt};
    }
  }
  return {gap ? DeltaVerdict::Gap : DeltaVerdict::Hold, std::nullopt};
}

bool BookSync::source_closed(std::uint32_t source, std::optional<std::uint32_t> other) {
  if (!other) return false;
  if (source == carrier_) carrier_ = *other;
  return true;
}

}  // namespace trunkline::book
