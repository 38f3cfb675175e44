// A sorted list of levels in chunks of 64: what a ladder keeps of prices that its window does not cover, and all it has
// where the tick is unknown. Finding is two binary searches; inserting moves at most one chunk (1 KiB).
//
// Keys are ordered so that the best level has the greatest key: the raw price of a bid, its negative of an ask.
// Memory: 1 KiB for each 16 to 64 levels. Chunks that empty are kept for reuse, so a list that has been as long before
// does not allocate. One thread at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace trunkline::book {

class LevelList {
 public:
  struct Entry {
    std::int64_t key;
    std::int64_t quantity;  // never 0
  };
  static constexpr std::int64_t no_key = std::numeric_limits<std::int64_t>::min();

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  std::int64_t best_key() const noexcept { return best_key_; }
  Entry best() const noexcept {
    const Chunk& last = *chunks_.back().chunk;
    return last.entries[last.size - 1];
  }

  // Quantity 0 removes. Returns the quantity that was there before, 0 if none.
  std::int64_t set(std::int64_t key, std::int64_t quantity) {
    if (chunks_.empty()) {
      if (quantity != 0) insert_first({key, quantity});
      return 0;
    }
    const std::size_t at = chunk_of(key);
    Chunk& chunk = *chunks_[at].chunk;
    const std::uint32_t index = position(chunk, key);
    if (index < chunk.size && chunk.entries[index].key == key) {
      const std::int64_t before = chunk.entries[index].quantity;
      if (quantity != 0) {
        chunk.entries[index].quantity = quantity;
      } else {
        erase(at, index);
      }
      return before;
    }
    if (quantity != 0) insert(at, index, {key, quantity});
    return 0;
  }

  std::int64_t quantity_at(std::int64_t key) const noexcept {
    if (chunks_.empty()) return 0;
    const Chunk& chunk = *chunks_[chunk_of(key)].chunk;
    const std::uint32_t index = position(chunk, key);
    return index < chunk.size && chunk.entries[index].key == key ? chunk.entries[index].quantity : 0;
  }

  void clear() noexcept {
    for (Slot& slot : chunks_) spare_.push_back(std::move(slot.chunk));
    chunks_.clear();
    size_ = 0;
    best_key_ = no_key;
  }

  // Takes the entries with low <= key <= high that `take` accepts out of the list.
  template <class Take>
  void extract(std::int64_t low, std::int64_t high, Take&& take) {
    moving_.clear();
    for (std::size_t at = chunks_.empty() ? 0 : chunk_of(low); at < chunks_.size() && chunks_[at].first <= high; ++at) {
      const Chunk& chunk = *chunks_[at].chunk;
      for (std::uint32_t i = 0; i < chunk.size; ++i) {
        if (chunk.entries[i].key >= low && chunk.entries[i].key <= high) moving_.push_back(chunk.entries[i]);
      }
    }
    for (const Entry& entry : moving_) {
      if (take(entry)) set(entry.key, 0);
    }
  }

  // Walks from the best level down; an entry is valid while the list is unchanged.
  class Walk {
   public:
    explicit Walk(const LevelList& list) noexcept : list_(list), chunk_(list.chunks_.size()) { next_chunk(); }
    bool done() const noexcept { return chunk_ == 0; }
    const Entry& entry() const noexcept { return list_.chunks_[chunk_ - 1].chunk->entries[left_ - 1]; }
    std::int64_t key() const noexcept { return done() ? no_key : entry().key; }
    void step() noexcept {
      if (--left_ == 0) {
        --chunk_;
        next_chunk();
      }
    }

   private:
    void next_chunk() noexcept { left_ = chunk_ == 0 ? 0 : list_.chunks_[chunk_ - 1].chunk->size; }
    const LevelList& list_;
    std::size_t chunk_;  // one more than its index; 0: done
    std::uint32_t left_ = 0;
  };

 private:
  static constexpr std::uint32_t capacity = 64;
  static constexpr std::uint32_t merge_below = 16;

  struct Chunk {
    std::uint32_t size = 0;
    Entry entries[capacity];
  };
  struct Slot {
    std::int64_t first;
    std::unique_ptr<Chunk> chunk;  // never empty
  };

  // The last chunk whose first key is not above `key`, or the first one.
  std::size_t chunk_of(std::int64_t key) const noexcept {
    if (chunks_.back().first <= key) return chunks_.size() - 1;
    std::size_t low = 0;
    std::size_t length = chunks_.size();
    while (length > 1) {
      const std::size_t half = length / 2;
      low += chunks_[low + half].first <= key ? half : 0;
      length -= half;
    }
    return low;
  }
  // The first entry whose key is not below `key`.
  static std::uint32_t position(const Chunk& chunk, std::int64_t key) noexcept {
    std::uint32_t low = 0;
    std::uint32_t length = chunk.size;
    while (length != 0) {
      const std::uint32_t half = length / 2;
      const bool right = chunk.entries[low + half].key < key;
      low += right ? half + 1 : 0;
      length = right ? length - half - 1 : half;
    }
    return low;
  }

  std::unique_ptr<Chunk> new_chunk() {
    if (spare_.empty()) {
      // A place for every chunk, so that clear() never allocates.
      spare_.reserve(chunks_.size() + 2);
      return std::make_unique<Chunk>();
    }
    auto chunk = std::move(spare_.back());
    spare_.pop_back();
    chunk->size = 0;
    return chunk;
  }
  void grew() noexcept {
    const Chunk& last = *chunks_.back().chunk;
    best_key_ = last.entries[last.size - 1].key;
  }

  void insert_first(Entry entry) {
    auto chunk = new_chunk();
    chunk->entries[0] = entry;
    chunk->size = 1;
    chunks_.push_back({entry.key, std::move(chunk)});
    size_ = 1;
    best_key_ = entry.key;
  }

  void insert(std::size_t at, std::uint32_t index, Entry entry) {
    if (chunks_[at].chunk->size == capacity) {
      split(at);
      const std::uint32_t half = chunks_[at].chunk->size;
      if (index > half) {
        ++at;
        index -= half;
      }
    }
    Chunk& chunk = *chunks_[at].chunk;
    std::memmove(&chunk.entries[index + 1], &chunk.entries[index], (chunk.size - index) * sizeof(Entry));
    chunk.entries[index] = entry;
    ++chunk.size;
    chunks_[at].first = chunk.entries[0].key;
    ++size_;
    grew();
  }

  void erase(std::size_t at, std::uint32_t index) {
    Chunk& chunk = *chunks_[at].chunk;
    std::memmove(&chunk.entries[index], &chunk.entries[index + 1], (chunk.size - index - 1) * sizeof(Entry));
    --chunk.size;
    --size_;
    if (chunk.size == 0) {
      remove(at);
    } else {
      chunks_[at].first = chunk.entries[0].key;
      if (chunk.size < merge_below) merge(at);
    }
    if (size_ == 0) {
      best_key_ = no_key;
    } else {
      grew();
    }
  }

  void split(std::size_t at) {
    auto right = new_chunk();
    Chunk& left = *chunks_[at].chunk;
    constexpr std::uint32_t half = capacity / 2;
    std::memcpy(right->entries, &left.entries[half], half * sizeof(Entry));
    right->size = half;
    left.size = half;
    const std::int64_t first = right->entries[0].key;
    chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(at) + 1, Slot{first, std::move(right)});
  }

  // Joins with the next chunk, or the previous one, where both fit well into one.
  void merge(std::size_t at) {
    const auto fits = [this](std::size_t left) {
      return left + 1 < chunks_.size() &&
             chunks_[left].chunk->size + chunks_[left + 1].chunk->size <= capacity - merge_below;
    };
    std::size_t left = at;
    if (!fits(left)) {
      if (at == 0 || !fits(at - 1)) return;
      left = at - 1;
    }
    Chunk& into = *chunks_[left].chunk;
    const Chunk& from = *chunks_[left + 1].chunk;
    std::memcpy(&into.entries[into.size], from.entries, from.size * sizeof(Entry));
    into.size += from.size;
    remove(left + 1);
  }

  void remove(std::size_t at) {
    spare_.push_back(std::move(chunks_[at].chunk));
    chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  std::vector<Slot> chunks_;
  std::vector<std::unique_ptr<Chunk>> spare_;
  std::vector<Entry> moving_;
  std::size_t size_ = 0;
  std::int64_t best_key_ = no_key;
};

}  // namespace trunkline::book
