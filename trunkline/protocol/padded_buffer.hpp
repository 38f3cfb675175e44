// A growing byte buffer with `padding` readable bytes behind whatever it holds, so that parsers which load whole
// vectors (simdjson) may run over the end. It grows by doubling and never shrinks. One thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace trunkline::protocol {

class PaddedBuffer {
 public:
  static constexpr std::size_t padding = 64;

  PaddedBuffer() = default;
  explicit PaddedBuffer(std::size_t capacity) { grow(capacity); }

  char* data() noexcept { return bytes_.get(); }
  const char* data() const noexcept { return bytes_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t free() const noexcept { return capacity_ - size_; }
  std::span<char> view() noexcept { return {bytes_.get(), size_}; }

  void clear() noexcept { size_ = 0; }
  // Counts `added` bytes that were written behind the present ones; added <= free().
  void extend(std::size_t added) noexcept { size_ += added; }
  // Drops the first `count` bytes and moves the rest to the front.
  void drop_front(std::size_t count) noexcept {
    size_ -= count;
    if (size_ != 0) std::memmove(bytes_.get(), bytes_.get() + count, size_);
  }

  // Makes room for at least `room` more bytes; what is held may move.
  void reserve_free(std::size_t room) {
    if (free() < room) grow(std::max(size_ + room, 2 * capacity_));
  }
  void append(std::span<const char> bytes) {
    if (bytes.empty()) return;
    reserve_free(bytes.size());
    std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

 private:
  void grow(std::size_t capacity) {
    auto bytes = std::make_unique_for_overwrite<char[]>(capacity + padding);
    if (size_ != 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    std::memset(bytes.get() + capacity, 0, padding);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace trunkline::protocol
