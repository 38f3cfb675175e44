// Tells whether numbered messages follow each other. Pure; one thread at a time.
#pragma once

#include <cstdint>

namespace trunkline::connector {

enum class SequenceVerdict : std::uint8_t {
  InOrder,  // the first one, too
  Old,      // came before, or was passed over
  Gap,      // messages are missing before this one; it counts as the last one from here on
};

class SequenceGuard {
 public:
  SequenceVerdict check(std::uint64_t sequence) noexcept {
    if (begun_ && sequence <= last_) return SequenceVerdict::Old;
    const std::uint64_t missing = begun_ ? sequence - last_ - 1 : 0;
    begun_ = true;
    last_ = sequence;
    if (missing == 0) return SequenceVerdict::InOrder;
    ++gaps_;
    missed_ += missing;
    return SequenceVerdict::Gap;
  }
  // The next number is the first of a new sequence; the counts stay.
  void reset() noexcept { begun_ = false; }

  std::uint64_t last() const noexcept { return last_; }
  std::uint64_t gaps() const noexcept { return gaps_; }
  std::uint64_t missed() const noexcept { return missed_; }

 private:
  std::uint64_t last_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t missed_ = 0;
  bool begun_ = false;
};

}  // namespace trunkline::connector
