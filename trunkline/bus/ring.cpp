#include "trunkline/bus/ring.hpp"

#include <algorithm>

namespace trunkline::bus {

Ring::Ring(RingConfig config)
    : core_(std::make_shared<detail::RingCore>(config)),
      ring_(core_->view()),
      staging_(std::make_unique_for_overwrite<Staging>()),
      max_frame_(std::min<std::size_t>(wire::max_frame, ring_.capacity() / 4)),
      lossless_timeout_(config.lossless_timeout),
      light_barrier_(detail::light_barrier_suffices()) {}

Ring::~Ring() {
  close();
}

void Ring::close() noexcept {
  if (std::exchange(closed_, true)) return;
  claimed_ = 0;  // the next write asks for room, and is refused
  core_->close();
}

PublishResult Ring::claim(std::uint64_t end) noexcept {
  if (closed_) return PublishResult::Closed;
  if (!core_->claim(end, next_, lossless_timeout_)) return PublishResult::ReadersBehind;
  claimed_ = ring_.control->claim.load(std::memory_order_relaxed);
  return PublishResult::Published;
}

PublishResult Ring::pad() noexcept {
  const std::uint64_t end = ring_.next_lap(next_.position);
  if (end + margin > claimed_) {
    if (const auto result = claim(end + margin); result != PublishResult::Published) return result;
  }
  clear(end);
  ring_.at(next_.position)->store(detail::pad_word, std::memory_order_release);
  clear_after(next_.position, end);
  next_.position = end;
  return PublishResult::Published;
}

}  // namespace trunkline::bus
