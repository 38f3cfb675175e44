// Lets each id of a rising series through once, though two connections bring them or a few change places. One thread.
#pragma once

#include <cstdint>

namespace trunkline::venue {

class IdWindow {
 public:
  enum class Kind : std::uint8_t { New, Known };
  struct Answer {
    Kind kind = Kind::New;
    std::uint64_t skipped = 0;  // ids between the highest before and this one
  };

  // The series was cut off and may begin again from lower ids.
  void reopened() noexcept { may_restart_ = true; }

  Answer take(std::uint64_t id) noexcept {
    const bool restarts = may_restart_ && id < last_;
    may_restart_ = false;
    if (seen_ == 0 || restarts) {
      last_ = id;
      seen_ = 1;
      return {};
    }
    if (id > last_) {
      const std::uint64_t step = id - last_;
      seen_ = step < 64 ? seen_ << step | 1 : 1;
      last_ = id;
      return {Kind::New, step - 1};
    }
    // Ids that are older than the window are taken for known.
    const std::uint64_t back = last_ - id;
    if (back >= 64 || (seen_ >> back & 1) != 0) return {Kind::Known, 0};
    seen_ |= std::uint64_t{1} << back;
    return {};
  }
  std::uint64_t last() const noexcept { return last_; }

 private:
  std::uint64_t last_ = 0;
  std::uint64_t seen_ = 0;  // bit N: last_ - N came
  bool may_restart_ = false;
};

}  // namespace trunkline::venue
