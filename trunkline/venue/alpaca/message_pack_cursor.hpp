// Walks MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) as JsonCursor walks JSON: the same
// functions with the same promises. Times are extension type -1 in its three forms, or text.
//
// A price that comes as a 64-bit float means the shortest decimal that reads back as that float: that is what the venue
// writes in its JSON, so both encodings give the same number.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "trunkline/core/decimal.hpp"
#include "trunkline/venue/alpaca/reading_fault.hpp"
#include "trunkline/venue/alpaca/time_text.hpp"

namespace trunkline::venue::alpaca {

class MessagePackCursor {
 public:
  struct Position {
    const unsigned char* at;
    int depth;
  };
  static constexpr int max_depth = 32;

  explicit MessagePackCursor(std::string_view bytes) noexcept
      : at_(reinterpret_cast<const unsigned char*>(bytes.data())), end_(at_ + bytes.size()) {}

  const ReadingFault& fault() const noexcept { return fault_; }
  bool ok() const noexcept { return fault_.what.empty(); }
  bool fail(std::string_view what, std::string_view value = {}) noexcept {
    if (ok()) fault_ = {what, key_, value};
    return false;
  }
  Position position() const noexcept { return {at_, depth_}; }
  void rewind(Position position) noexcept {
    at_ = position.at;
    depth_ = position.depth;
    fault_ = {};
    key_ = {};
  }
  bool at_end() const noexcept { return at_ == end_; }

  template <class Visit>
  bool fields(Visit&& visit) {
    std::uint32_t count = 0;
    if (!count_of(0x80, 0xDE, count)) return fail("no object", here());
    if (!deeper()) return false;
    for (; count != 0; --count) {
      std::string_view key;
      if (!string(key)) return fail("no key", here());
      key_ = key;
      if (!visit(key)) return fail("not understood", key);
    }
    return shallower();
  }
  template <class Visit>
  bool items(Visit&& visit) {
    std::uint32_t count = 0;
    if (!count_of(0x90, 0xDC, count)) return fail("no list", here());
    if (!deeper()) return false;
    for (; count != 0; --count) {
      if (!visit()) return fail("not understood", here());
    }
    return shallower();
  }

  bool text(std::string_view& out) { return string(out) || fail("no text", here()); }
  template <class Decimal>
  bool decimal(Decimal& out) {
    std::string_view token;
    if (!number_text(token)) return false;
    const auto parsed = Decimal::parse(token);
    if (!parsed) return fail(trunkline::to_text(parsed.error()), token);
    out = *parsed;
    return true;
  }
  bool number_text(std::string_view& out);
  bool integer(std::uint64_t& out);
  bool boolean(bool& out) {
    if (at_ == end_ || (*at_ != 0xC2 && *at_ != 0xC3)) return fail("neither true nor false", here());
    out = *at_++ == 0xC3;
    return true;
  }
  bool time(Nanos& out);
  bool null() noexcept {
    if (at_ == end_ || *at_ != 0xC0) return false;
    ++at_;
    return true;
  }
  bool is_text() const noexcept { return at_ != end_ && ((*at_ & 0xE0) == 0xA0 || (*at_ >= 0xD9 && *at_ <= 0xDB)); }
  bool skip();

 private:
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  std::string_view here() const noexcept { return {reinterpret_cast<const char*>(at_), left() < 16 ? left() : 16}; }
  bool deeper() noexcept {
    if (++depth_ <= max_depth) return true;
    return fail("nested too deeply");
  }
  bool shallower() noexcept {
    --depth_;
    key_ = {};
    return true;
  }
  // A big-endian number of `size` bytes at `at`, which are there.
  static std::uint64_t big_endian(const unsigned char* at, std::size_t size) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | at[i];
    return value;
  }
  // The head of a list or map: 16 small forms from `fix`, then one of 16 and one of 32 bits from `wide`.
  bool count_of(unsigned char fix, unsigned char wide, std::uint32_t& out) noexcept {
    if (at_ == end_) return false;
    if ((*at_ & 0xF0) == fix) {
      out = *at_++ & 0x0FU;
      return true;
    }
    if (*at_ != wide && *at_ != wide + 1) return false;
    const std::size_t size = *at_ == wide ? 2 : 4;
    if (left() < 1 + size) return false;
    out = static_cast<std::uint32_t>(big_endian(at_ + 1, size));
    at_ += 1 + size;
    return true;
  }
  bool string(std::string_view& out) noexcept;
  bool take(std::size_t size) noexcept {
    if (left() < size) return fail("cut off");
    at_ += size;
    return true;
  }

  const unsigned char* at_;
  const unsigned char* end_;
  std::string_view key_;
  int depth_ = 0;
  ReadingFault fault_;
  std::array<char, 32> number_{};  // of the last number_text
};

}  // namespace trunkline::venue::alpaca
