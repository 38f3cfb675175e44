#include "trunkline/venue/alpaca/json_cursor.hpp"

namespace trunkline::venue::alpaca {
namespace {

void append_utf8(std::string& out, unsigned code) {
  const auto byte = [&out](unsigned value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x1'0000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

// Four hex digits at p; above 0xFFFF: they are not.
unsigned hex_at(const char* p, const char* end) {
  unsigned value = 0;
  if (end - p < 4) return 0x1'0000;
  for (int i = 0; i < 4; ++i) {
    const char c = p[i];
    const unsigned digit = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                           : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a') + 10
                           : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A') + 10
                                                  : 16;
    if (digit == 16) return 0x1'0000;
    value = value << 4 | digit;
  }
  return value;
}

}  // namespace

bool JsonCursor::escaped(std::string_view& out) {
  std::string text;
  const char* p = at_ + 1;
  while (p != end_ && *p != '"') {
    if (static_cast<unsigned char>(*p) < 0x20) return false;
    if (*p != '\\') {
      text += *p++;
      continue;
    }
    if (end_ - p < 2) return false;
    const char kind = p[1];
    p += 2;
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
    if (const auto found = letters.find(kind); found != std::string_view::npos) {
      text += meant[found];
      continue;
    }
    unsigned code = kind == 'u' ? hex_at(p, end_) : 0x1'0000;
    if (code > 0xFFFF) return false;
    p += 4;
    if (code >= 0xD800 && code < 0xE000) {  // half of a pair
      if (code >= 0xDC00 || end_ - p < 6 || p[0] != '\\' || p[1] != 'u') return false;
      const unsigned low = hex_at(p + 2, end_);
      if (low < 0xDC00 || low > 0xDFFF) return false;
      code = 0x1'0000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      p += 6;
    }
    append_utf8(text, code);
  }
  if (p == end_) return false;
  at_ = p + 1;
  out = unescaped_.emplace_front(std::move(text));
  return true;
}

}  // namespace trunkline::venue::alpaca
