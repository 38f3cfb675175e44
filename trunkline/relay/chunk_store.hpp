// Messages encoded once and shared by the queues of many clients: chunks of memory that hold whole messages back to
// back, counted as a whole. No message has an owner of its own.
//
// Thread: one. Memory: at most `window_chunks` chunks of `chunk_bytes` are reachable by position (docs/relay.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "trunkline/wire/messages.hpp"

namespace trunkline::relay {

// A symbol's place in the cache's tables; 0 stands for messages that concern no symbol.
using SymbolIndex = std::uint32_t;

// One message in a chunk.
struct Unit {
  std::uint32_t end = 0;  // of its bytes in the chunk; it begins where the one before ends
  SymbolIndex symbol = 0;
  wire::MessageType type{};
};

// Once a unit is in, its bytes do not change; the chunk may still grow behind it.
class Chunk {
 public:
  Chunk(wire::Format format, std::size_t capacity)
      : format_(format), capacity_(capacity), bytes_(static_cast<std::byte*>(::operator new(capacity, alignment))) {}
  ~Chunk() { ::operator delete(bytes_, alignment); }
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;

  wire::Format format() const noexcept { return format_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool fits(std::size_t bytes) const noexcept { return capacity_ - used_ >= bytes; }
  std::uint32_t units() const noexcept { return static_cast<std::uint32_t>(units_.size()); }
  const Unit& unit(std::uint32_t index) const noexcept { return units_[index]; }
  std::size_t begin_of(std::uint32_t index) const noexcept { return index == 0 ? 0 : units_[index - 1].end; }

  // The bytes of the units [first, last).
  std::string_view bytes(std::uint32_t first, std::uint32_t last) const noexcept {
    const std::size_t begin = begin_of(first);
    return {reinterpret_cast<const char*>(bytes_) + begin, begin_of(last) - begin};
  }

  // `bytes` must fit. `missed` is what a Gap says, 0 for anything else.
  void append(std::string_view bytes, SymbolIndex symbol, wire::MessageType type, std::uint64_t missed = 0) {
    std::memcpy(bytes_ + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
    if (missed != 0) missed_.emplace_back(units(), missed);
    units_.push_back({static_cast<std::uint32_t>(used_), symbol, type});
  }
  std::uint64_t missed_at(std::uint32_t index) const noexcept {
    for (const auto& [unit, missed] : missed_) {
      if (unit == index) return missed;
    }
    return 0;
  }

  // Changes whenever the chunk is emptied for other use.
  std::uint64_t generation() const noexcept { return generation_; }
  void clear() noexcept {
    used_ = 0;
    units_.clear();
    missed_.clear();
    ++generation_;
  }

 private:
  static constexpr std::align_val_t alignment{64};

  wire::Format format_;
  std::size_t capacity_;
  std::size_t used_ = 0;
  std::uint64_t generation_ = 0;
  std::byte* bytes_;
  std::vector<Unit> units_;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> missed_;  // of the few units that are Gaps
};

// The units [first, last) of a chunk.
struct Range {
  std::shared_ptr<Chunk> chunk;
  std::uint32_t first = 0;
  std::uint32_t last = 0;

  std::string_view bytes() const noexcept { return chunk->bytes(first, last); }
  std::uint32_t units() const noexcept { return last - first; }
};

class ChunkStore {
 public:
  ChunkStore(wire::Format format, std::size_t chunk_bytes, std::size_t window_chunks)
      : format_(format), chunk_bytes_(chunk_bytes), window_chunks_(window_chunks) {
    window_.push_back(std::make_shared<Chunk>(format_, chunk_bytes_));
  }

  const std::shared_ptr<Chunk>& current() const noexcept { return window_.back(); }

  // Starts a chunk with room for `bytes` (a larger one where no chunk holds that much). Where the window is full,
  // `evict(chunk)` is called with the oldest: whoever has ranges of it copies them.
  template <class Evict>
  void roll(std::size_t bytes, Evict&& evict) {
    recycle();
    while (window_.size() >= window_chunks_) {
      evict(window_.front());
      retire(std::move(window_.front()));
      window_.pop_front();
    }
    if (!spare_.empty() && bytes <= chunk_bytes_) {
      window_.push_back(std::move(spare_.back()));
      spare_.pop_back();
    } else {
      window_.push_back(std::make_shared<Chunk>(format_, bytes > chunk_bytes_ ? bytes : chunk_bytes_));
    }
  }

  // Chunks that are held, spare ones included.
  std::size_t chunks() const noexcept { return window_.size() + spare_.size(); }

 private:
  static constexpr std::size_t max_spare = 2;

  void recycle() {
    std::erase_if(window_, [this](std::shared_ptr<Chunk>& chunk) {
      if (chunk.use_count() != 1) return false;
      retire(std::move(chunk));
      return true;
    });
  }
  void retire(std::shared_ptr<Chunk> chunk) {
    if (chunk.use_count() != 1 || spare_.size() >= max_spare || chunk->capacity() != chunk_bytes_) return;
    chunk->clear();
    spare_.push_back(std::move(chunk));
  }

  wire::Format format_;
  std::size_t chunk_bytes_;
  std::size_t window_chunks_;
  std::deque<std::shared_ptr<Chunk>> window_;  // oldest first
  std::vector<std::shared_ptr<Chunk>> spare_;
};

}  // namespace trunkline::relay
