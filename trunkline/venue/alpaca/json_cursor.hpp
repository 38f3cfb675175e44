// Walks JSON once from front to back, members in any order, numbers straight to fixed point, without building a tree.
// MessagePackCursor has the same functions, so that one reader of messages serves both encodings.
//
// Every function returns false at the first fault, which fault() then tells; after that only rewind() helps. Texts lie
// in the document, or in the cursor where they had escapes. Allocates only for those. Never reads beyond the end.
#pragma once

#include <cstdint>
#include <cstring>
#include <forward_list>
#include <limits>
#include <string>
#include <string_view>

#include "trunkline/core/decimal.hpp"
#include "trunkline/venue/alpaca/reading_fault.hpp"
#include "trunkline/venue/alpaca/time_text.hpp"

namespace trunkline::venue::alpaca {

class JsonCursor {
 public:
  struct Position {
    const char* at;
    int depth;
  };
  static constexpr int max_depth = 32;

  explicit JsonCursor(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

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
  // Nothing but white space is left.
  bool at_end() noexcept {
    space();
    return at_ == end_;
  }

  // Calls visit(key) for each member of an object; visit reads or skips the value and returns whether that went well.
  template <class Visit>
  bool fields(Visit&& visit) {
    if (!open('{', "no object")) return false;
    if (take('}')) return close();
    do {
      std::string_view key;
      space();
      if (!quoted(key)) return fail("no key", here());
      if (!take(':')) return fail("a key without a value", here());
      key_ = key;
      if (!visit(key)) return fail("not understood", key);
    } while (take(','));
    if (!take('}')) return fail("an object that does not end", here());
    return close();
  }
  // Calls visit() for each item of a list.
  template <class Visit>
  bool items(Visit&& visit) {
    if (!open('[', "no list")) return false;
    if (take(']')) return close();
    do {
      if (!visit()) return fail("not understood", here());
    } while (take(','));
    if (!take(']')) return fail("a list that does not end", here());
    return close();
  }

  bool text(std::string_view& out) {
    space();
    return quoted(out) || fail("no text", here());
  }
  template <class Decimal>
  bool decimal(Decimal& out) {
    space();
    if (const char* const stop = Decimal::scan(at_, end_, out)) {
      at_ = stop;
      return true;
    }
    std::string_view token;
    if (!number_text(token)) return false;
    const auto parsed = Decimal::parse(token);
    if (!parsed) return fail(trunkline::to_text(parsed.error()), token);
    out = *parsed;
    return true;
  }
  // The digits of a number, or the inside of a text that holds one; read by the caller. Valid until the next call.
  bool number_text(std::string_view& out) {
    space();
    if (at_ != end_ && *at_ == '"') return text(out);
    const char* const first = at_;
    while (at_ != end_ && is_number_part(*at_)) ++at_;
    out = {first, static_cast<std::size_t>(at_ - first)};
    if (!out.empty()) return true;
    return fail("no number", here());
  }
  bool integer(std::uint64_t& out) {
    space();
    const char* const first = at_;
    std::uint64_t value = 0;
    while (at_ != end_ && is_digit(*at_)) {
      const auto digit = static_cast<std::uint64_t>(*at_ - '0');
      if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return fail("beyond 64 bits", {first, 20});
      value = value * 10 + digit;
      ++at_;
    }
    if (at_ == first || (at_ != end_ && is_number_part(*at_))) {
      at_ = first;
      return fail("no whole number", here());
    }
    out = value;
    return true;
  }
  bool boolean(bool& out) {
    if (word("true")) return out = true;
    if (!word("false")) return fail("neither true nor false", here());
    out = false;
    return true;
  }
  bool time(Nanos& out) {
    std::string_view written;
    if (!text(written)) return false;
    const auto read = read_time(written);
    if (!read) return fail("no time", written);
    out = *read;
    return true;
  }
  // Takes `null` where it stands.
  bool null() noexcept { return word("null"); }
  bool is_text() noexcept {
    space();
    return at_ != end_ && *at_ == '"';
  }

  bool skip() {
    space();
    if (at_ == end_) return fail("cut off");
    switch (*at_) {
      case '{':
        return fields([this](std::string_view) { return skip(); });
      case '[':
        return items([this] { return skip(); });
      case '"': {
        std::string_view ignored;
        return text(ignored);
      }
      case 't':
      case 'f': {
        bool ignored = false;
        return boolean(ignored);
      }
      case 'n':
        return null() || fail("no value", here());
      default: {
        std::string_view ignored;
        return number_text(ignored);
      }
    }
  }

 private:
  static bool is_digit(char c) noexcept { return static_cast<unsigned>(c - '0') < 10U; }
  static bool is_number_part(char c) noexcept {
    return is_digit(c) || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
  }
  std::string_view here() const noexcept {
    const auto left = static_cast<std::size_t>(end_ - at_);
    return {at_, left < 48 ? left : 48};
  }
  void space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool take(char c) noexcept {
    space();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool open(char c, std::string_view otherwise) noexcept {
    if (!take(c)) return fail(otherwise, here());
    if (++depth_ <= max_depth) return true;
    return fail("nested too deeply");
  }
  bool close() noexcept {
    --depth_;
    key_ = {};
    return true;
  }
  template <std::size_t Size>
  bool word(const char (&expected)[Size]) noexcept {
    space();
    constexpr std::size_t length = Size - 1;
    if (static_cast<std::size_t>(end_ - at_) < length || std::memcmp(at_, expected, length) != 0) return false;
    at_ += length;
    return true;
  }
  bool quoted(std::string_view& out) {
    if (at_ == end_ || *at_ != '"') return false;
    const char* const first = at_ + 1;
    const char* p = first;
    while (p != end_ && *p != '"' && *p != '\\' && static_cast<unsigned char>(*p) >= 0x20) ++p;
    if (p == end_) return false;
    if (*p == '\\') return escaped(out);
    if (*p != '"') return false;
    out = {first, static_cast<std::size_t>(p - first)};
    at_ = p + 1;
    return true;
  }
  bool escaped(std::string_view& out);

  const char* at_;
  const char* end_;
  std::string_view key_;
  int depth_ = 0;
  ReadingFault fault_;
  std::forward_list<std::string> unescaped_;
};

}  // namespace trunkline::venue::alpaca
