// How a ring is set up, and what its calls answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "trunkline/core/clock.hpp"

namespace trunkline::bus {

// What a reader does in wait() while there is nothing to read.
enum class WaitStrategy : std::uint8_t {
  Spin,   // a core each; lowest latency
  Yield,  // offers the core to others between looks
  Block,  // sleeps until the writer's flush()
};

struct RingConfig {
  // Rounded up to a power of two, and to 4 KiB. A quarter of it is the largest frame that it takes; from 256 KiB on
  // every frame fits.
  std::size_t capacity_bytes = std::size_t{4} << 20;
  WaitStrategy wait = WaitStrategy::Block;
  // The writer waits for the slowest reader. For replay and backtest: live writers never wait.
  bool lossless = false;
  // How long a lossless writer waits before it gives up on one frame; 0: for ever. Readers then have to be on other
  // threads.
  Nanos lossless_timeout{0};
};

enum class PublishResult : std::uint8_t {
  Published,
  TooLarge,       // longer than the ring takes (max_frame_bytes()), or than what was reserved
  NoReservation,  // commit() without reserve()
  Malformed,      // a payload length that no frame has: below 32, or no multiple of 8
  ReadersBehind,  // lossless only: no room within the timeout; nothing was published, publish it again
  Closed,
};

std::string_view to_text(PublishResult result) noexcept;

}  // namespace trunkline::bus
