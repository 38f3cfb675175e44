#include "trunkline/wire/json.hpp"

#include <concepts>
#include <iterator>
#include <string_view>
#include <type_traits>

#include "trunkline/core/decimal_writer.hpp"
#include "trunkline/wire/visit.hpp"

namespace trunkline::wire {
namespace {

void append(fmt::memory_buffer& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

// Length of the UTF-8 sequence that `text` starts with, 0 where it is none (overlong, surrogate, beyond U+10FFFF).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    return follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    return follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

void append_quoted(fmt::memory_buffer& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const char c = text.front();
    const std::size_t length = utf8_length(text);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else if (length == 0) {
      append(out, "\\ufffd");
    } else {
      append(out, text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out.push_back('"');
}

template <class Value>
concept Decimal = requires { Value::absent(); };

class Fields {
 public:
  explicit Fields(fmt::memory_buffer& out) : out_(out) {}

  template <class Value>
  void operator()(std::string_view name, const Value& value) {
    append(out_, ",\"");
    append(out_, name);
    append(out_, "\":");
    write(value);
  }

 private:
  template <Decimal Value>
  void write(Value value) {
    if (value.is_absent()) return append(out_, "null");
    out_.push_back('"');
    DecimalBuffer buffer;
    append(out_, write_decimal(buffer, value.raw(), Value::digits));
    out_.push_back('"');
  }
  template <std::integral Value>
  void write(Value value) {
    const fmt::format_int text(value);
    if constexpr (sizeof value == 8) out_.push_back('"');
    out_.append(text.data(), text.data() + text.size());
    if constexpr (sizeof value == 8) out_.push_back('"');
  }
  template <class Value>
    requires std::is_enum_v<Value>
  void write(Value value) {
    const std::string_view name = to_text(value);
    if (name.empty()) return write(static_cast<std::uint8_t>(value));
    append_quoted(out_, name);
  }
  void write(Nanos value) { write(static_cast<std::int64_t>(value.count())); }
  void write(std::string_view value) { append_quoted(out_, value); }
  void write(const Level& level) {
    out_.push_back('[');
    write(level.price);
    out_.push_back(',');
    write(level.quantity);
    out_.push_back(']');
  }
  template <class Item>
  void write(std::span<const Item> items) {
    out_.push_back('[');
    bool first = true;
    for (const Item& item : items) {
      if (!first) out_.push_back(',');
      first = false;
      write(item);
    }
    out_.push_back(']');
  }

  fmt::memory_buffer& out_;
};

}  // namespace

bool to_json(FrameView frame, fmt::memory_buffer& out) {
  return visit_message(frame, [&](const auto& message) {
    append(out, R"({"type":")");
    append(out, to_text(frame.type()));
    fmt::format_to(std::back_inserter(out), R"(","sequence":{},"flags":[)", frame.sequence());
    bool first = true;
    visit_flags(frame.flags(), [&](std::string_view name) {
      if (!first) out.push_back(',');
      first = false;
      append_quoted(out, name);
    });
    out.push_back(']');
    visit_stamp(frame.stamp(), Fields(out));
    visit_fields(message, Fields(out));
    out.push_back('}');
  });
}

std::string to_json(FrameView frame) {
  fmt::memory_buffer out;
  to_json(frame, out);
  return fmt::to_string(out);
}

}  // namespace trunkline::wire
