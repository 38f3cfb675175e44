#include "trunkline/venue/alpaca/message_pack_cursor.hpp"

#include <bit>
#include <charconv>
#include <cmath>

namespace trunkline::venue::alpaca {

bool MessagePackCursor::string(std::string_view& out) noexcept {
  if (at_ == end_) return false;
  std::size_t head = 1;
  std::size_t size = 0;
  if ((*at_ & 0xE0) == 0xA0) {
    size = *at_ & 0x1FU;
  } else if (*at_ >= 0xD9 && *at_ <= 0xDB) {
    const std::size_t width = std::size_t{1} << (*at_ - 0xD9);
    if (left() < 1 + width) return false;
    size = static_cast<std::size_t>(big_endian(at_ + 1, width));
    head = 1 + width;
  } else {
    return false;
  }
  if (left() - head < size) return false;
  out = {reinterpret_cast<const char*>(at_ + head), size};
  at_ += head + size;
  return true;
}

bool MessagePackCursor::integer(std::uint64_t& out) {
  if (at_ == end_) return fail("cut off");
  if (*at_ < 0x80) {
    out = *at_++;
    return true;
  }
  // Signed forms are what a writer may use for numbers that are not negative, too.
  const bool is_signed = *at_ >= 0xD0 && *at_ <= 0xD3;
  if (!is_signed && (*at_ < 0xCC || *at_ > 0xCF)) return fail("no whole number", here());
  const std::size_t width = std::size_t{1} << (*at_ - (is_signed ? 0xD0 : 0xCC));
  if (left() < 1 + width) return fail("cut off");
  const std::uint64_t value = big_endian(at_ + 1, width);
  if (is_signed && (value >> (8 * width - 1)) != 0) return fail("negative", here());
  out = value;
  at_ += 1 + width;
  return true;
}

bool MessagePackCursor::number_text(std::string_view& out) {
  if (at_ == end_) return fail("cut off");
  char* const first = number_.data();
  char* const last = first + number_.size();
  std::to_chars_result written{first, std::errc{}};
  const unsigned char kind = *at_;
  if (kind == 0xCA || kind == 0xCB) {
    const std::size_t width = kind == 0xCA ? 4 : 8;
    if (left() < 1 + width) return fail("cut off");
    const std::uint64_t bits = big_endian(at_ + 1, width);
    const auto narrow = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    const auto wide = std::bit_cast<double>(bits);
    if (!(width == 4 ? std::isfinite(narrow) : std::isfinite(wide))) return fail("no finite number", here());
    written = width == 4 ? std::to_chars(first, last, narrow) : std::to_chars(first, last, wide);
    at_ += 1 + width;
  } else if (kind >= 0xE0) {
    written = std::to_chars(first, last, static_cast<int>(static_cast<signed char>(kind)));
    ++at_;
  } else if (kind >= 0xD0 && kind <= 0xD3) {
    const std::size_t width = std::size_t{1} << (kind - 0xD0);
    if (left() < 1 + width) return fail("cut off");
    const auto unused = static_cast<int>(64 - 8 * width);
    written = std::to_chars(first, last, std::bit_cast<std::int64_t>(big_endian(at_ + 1, width) << unused) >> unused);
    at_ += 1 + width;
  } else if (is_text()) {
    return text(out);
  } else {
    std::uint64_t value = 0;
    if (kind >= 0x80 && (kind < 0xCC || kind > 0xCF)) return fail("no number", here());
    if (!integer(value)) return false;
    written = std::to_chars(first, last, value);
  }
  out = {first, static_cast<std::size_t>(written.ptr - first)};
  return true;
}

bool MessagePackCursor::time(Nanos& out) {
  if (is_text()) {
    std::string_view written;
    if (!text(written)) return false;
    const auto read = read_time(written);
    if (!read) return fail("no time", written);
    out = *read;
    return true;
  }
  const auto is = [this](unsigned char first, unsigned char second, std::size_t size) {
    return left() >= size && at_[0] == first && at_[1] == second;
  };
  std::int64_t seconds = 0;
  std::uint64_t nanos = 0;
  std::size_t size = 0;
  if (is(0xD6, 0xFF, 6)) {
    size = 6;
    seconds = static_cast<std::int64_t>(big_endian(at_ + 2, 4));
  } else if (is(0xD7, 0xFF, 10)) {
    size = 10;
    const std::uint64_t value = big_endian(at_ + 2, 8);
    nanos = value >> 34;
    seconds = static_cast<std::int64_t>(value & 0x3'FFFF'FFFFULL);
  } else if (is(0xC7, 12, 15) && at_[2] == 0xFF) {
    size = 15;
    nanos = big_endian(at_ + 3, 4);
    seconds = std::bit_cast<std::int64_t>(big_endian(at_ + 7, 8));
  } else {
    return fail("no time", here());
  }
  constexpr std::int64_t most = 9'000'000'000;
  if (nanos > 999'999'999 || seconds > most || seconds < -most) return fail("a time beyond the range", here());
  out = Nanos{seconds * 1'000'000'000 + static_cast<std::int64_t>(nanos)};
  at_ += size;
  return true;
}

bool MessagePackCursor::skip() {
  if (at_ == end_) return fail("cut off");
  const unsigned char kind = *at_;
  if (kind < 0x80 || kind >= 0xE0 || kind == 0xC0 || kind == 0xC2 || kind == 0xC3) return take(1);
  if ((kind & 0xF0) == 0x80 || kind == 0xDE || kind == 0xDF) {
    return fields([this](std::string_view) { return skip(); });
  }
  if ((kind & 0xF0) == 0x90 || kind == 0xDC || kind == 0xDD) {
    return items([this] { return skip(); });
  }
  if (is_text()) {
    std::string_view ignored;
    return text(ignored);
  }
  if (kind == 0xCA || kind == 0xCB) return take(kind == 0xCA ? 5 : 9);
  if (kind >= 0xCC && kind <= 0xD3) return take(1 + (std::size_t{1} << ((kind - 0xCC) % 4)));
  if (kind >= 0xD4 && kind <= 0xD8) return take(2 + (std::size_t{1} << (kind - 0xD4)));
  // bin (C4 to C6) and ext (C7 to C9) with a length of 1, 2 or 4 bytes; ext has a type byte behind it.
  if (kind >= 0xC4 && kind <= 0xC9) {
    const bool ext = kind >= 0xC7;
    const std::size_t width = std::size_t{1} << (kind - (ext ? 0xC7 : 0xC4));
    if (left() < 1 + width) return fail("cut off");
    return take(1 + width + (ext ? 1 : 0) + static_cast<std::size_t>(big_endian(at_ + 1, width)));
  }
  return fail("no value", here());
}

}  // namespace trunkline::venue::alpaca
