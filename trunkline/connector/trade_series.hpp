// The trades of one symbol as two sources of the same exchange bring them: their ids are one rising series. Each goes
// through once, whoever is first, and what neither brought is counted once. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace trunkline::connector {

class TradeSeries {
 public:
  // An id so far behind the newest is taken for known.
  static constexpr std::uint64_t window = 4096;

  struct Answer {
    bool fresh = true;       // nobody brought it before
    std::uint64_t lost = 0;  // so many older ones nobody will bring: known now, told once
  };

  // The source says that it missed so many right before its next trade.
  void missed(std::size_t source, std::uint64_t count) noexcept { from_[source].missed += count; }
  // `other_connected`: the other source may still bring what this one missed.
  Answer take(std::size_t source, std::uint64_t id, bool other_connected);

 private:
  struct Source {
    std::uint64_t last = 0;
    std::uint64_t missed = 0;
  };
  struct Hole {
    std::uint64_t first;
    std::uint64_t last;
    std::size_t of;  // the source that missed it
  };

  // Of the latest `window` ids.
  struct Bits {
    std::array<std::uint64_t, window / 64> words{};
    bool has(std::uint64_t id) const noexcept { return (words[id / 64 % words.size()] >> id % 64 & 1) != 0; }
    void add(std::uint64_t id) noexcept { words[id / 64 % words.size()] |= std::uint64_t{1} << id % 64; }
    void remove(std::uint64_t id) noexcept { words[id / 64 % words.size()] &= ~(std::uint64_t{1} << id % 64); }
  };

  bool mark(std::uint64_t id) noexcept;  // false: known
  std::uint64_t tell(const Hole& hole) noexcept;
  std::uint64_t settle(std::size_t source, bool other_connected);

  Bits seen_;
  Bits told_;  // as lost
  std::uint64_t last_ = 0;
  std::array<Source, 2> from_;
  std::vector<Hole> holes_;  // that the other source may fill
};

}  // namespace trunkline::connector
