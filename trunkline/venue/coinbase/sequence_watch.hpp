// The running number of Advanced Trade's messages, which counts over a whole connection: finds what was lost.
// One thread at a time.
#pragma once

#include <cstdint>

namespace trunkline::venue::coinbase {

class SequenceWatch {
 public:
  enum class Kind : std::uint8_t {
    Next,
    Lost,       // `missed` messages before this one never came
    Old,        // late or repeated: of no use
    Restarted,  // the venue counts anew from lower numbers
  };
  struct Answer {
    Kind kind = Kind::Next;
    std::uint64_t missed = 0;
  };
  // So many messages in a row that are old, each one number up, are a new count.
  static constexpr int restart_after = 8;

  Answer take(std::uint64_t number) noexcept {
    if (!began_ || number == next_) {
      began_ = true;
      next_ = number + 1;
      olds_ = 0;
      return {};
    }
    if (number > next_) {
      const std::uint64_t missed = number - next_;
      next_ = number + 1;
      olds_ = 0;
      return {Kind::Lost, missed};
    }
    olds_ = olds_ > 0 && number == last_old_ + 1 ? olds_ + 1 : 1;
    last_old_ = number;
    if (olds_ < restart_after) return {Kind::Old, 0};
    next_ = number + 1;
    olds_ = 0;
    return {Kind::Restarted, 0};
  }

 private:
  bool began_ = false;
  int olds_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t last_old_ = 0;
};

}  // namespace trunkline::venue::coinbase
