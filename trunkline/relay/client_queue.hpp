// What waits for one client: ranges of shared chunks, oldest first, adjacent ones merged.
//
// Thread: one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "trunkline/relay/chunk_store.hpp"

namespace trunkline::relay {

class ClientQueue {
 public:
  bool empty() const noexcept { return head_ == ranges_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }
  std::size_t units() const noexcept { return units_; }

  void push(const std::shared_ptr<Chunk>& chunk, std::uint32_t first, std::uint32_t last) {
    bytes_ += chunk->begin_of(last) - chunk->begin_of(first);
    units_ += last - first;
    if (!empty() && ranges_.back().chunk == chunk && ranges_.back().last == first) {
      ranges_.back().last = last;
    } else {
      ranges_.push_back({chunk, first, last});
    }
  }

  // Oldest first.
  std::size_t ranges() const noexcept { return ranges_.size() - head_; }
  const Range& at(std::size_t index) const noexcept { return ranges_[head_ + index]; }

  // Takes away the first `units` units of the front range.
  void pop(std::uint32_t units) {
    Range& range = ranges_[head_];
    bytes_ -= range.chunk->begin_of(range.first + units) - range.chunk->begin_of(range.first);
    units_ -= units;
    range.first += units;
    if (range.first != range.last) return;
    range.chunk.reset();
    ++head_;
    if (head_ == ranges_.size()) {
      ranges_.clear();
      head_ = 0;
    } else if (head_ >= 64 && head_ * 2 >= ranges_.size()) {
      ranges_.erase(ranges_.begin(), ranges_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
  }

  // Calls see(unit, missed) for everything that waits, then drops it; `missed` is what a Gap says.
  template <class See>
  void drop(See&& see) {
    for (std::size_t i = head_; i != ranges_.size(); ++i) {
      const Chunk& chunk = *ranges_[i].chunk;
      for (std::uint32_t unit = ranges_[i].first; unit != ranges_[i].last; ++unit) {
        const bool is_gap = chunk.unit(unit).type == wire::MessageType::Gap;
        see(chunk.unit(unit), is_gap ? chunk.missed_at(unit) : 0);
      }
    }
    std::vector<Range>().swap(ranges_);
    head_ = bytes_ = units_ = 0;
  }

  // Copies what waits in this chunk to memory of the queue's own, so that the chunk is free of it.
  void detach(const std::shared_ptr<Chunk>& chunk) {
    std::size_t size = 0;
    std::size_t at = ranges_.size();
    for (std::size_t i = head_; i != ranges_.size(); ++i) {
      if (ranges_[i].chunk != chunk) continue;
      if (at == ranges_.size()) at = i;
      size += ranges_[i].bytes().size();
    }
    if (size == 0) return;
    const auto copy = std::make_shared<Chunk>(chunk->format(), size);
    for (Range& range : ranges_) {
      if (range.chunk != chunk) continue;
      for (std::uint32_t unit = range.first; unit != range.last; ++unit) {
        copy->append(chunk->bytes(unit, unit + 1), chunk->unit(unit).symbol, chunk->unit(unit).type,
                     chunk->unit(unit).type == wire::MessageType::Gap ? chunk->missed_at(unit) : 0);
      }
      range.chunk.reset();
    }
    ranges_[at] = {copy, 0, copy->units()};
    const auto first = ranges_.begin() + static_cast<std::ptrdiff_t>(head_);
    ranges_.erase(std::remove_if(first, ranges_.end(), [](const Range& range) { return !range.chunk; }), ranges_.end());
  }

 private:
  std::vector<Range> ranges_;  // those before head_ are done with
  std::size_t head_ = 0;
  std::size_t bytes_ = 0;
  std::size_t units_ = 0;
};

}  // namespace trunkline::relay
