#include "trunkline/wire/line.hpp"

#include <algorithm>
#include <concepts>
#include <fmt/format.h>
#include <iterator>
#include <type_traits>
#include <utility>

#include "trunkline/core/decimal_writer.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/wire/visit.hpp"

namespace trunkline::wire {
namespace {

constexpr std::size_t items_shown = 3;

class Line {
 public:
  template <class Value>
  void operator()(std::string_view name, const Value& value) {
    fmt::format_to(std::back_inserter(out_), " {}=", name);
    write(value);
  }

  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
  }

  std::string text() const { return fmt::to_string(out_); }

 private:
  template <class Value>
    requires requires { Value::absent(); }
  void write(Value value) {
    if (value.is_absent()) return out_.push_back('-');
    DecimalBuffer buffer;
    out_.append(write_decimal(buffer, value.raw(), Value::digits));
  }
  template <std::integral Value>
  void write(Value value) {
    add("{}", value);
  }
  template <class Value>
    requires std::is_enum_v<Value>
  void write(Value value) {
    if (const auto name = to_text(value); !name.empty()) return add("{}", name);
    add("{}", static_cast<unsigned>(value));
  }
  void write(Nanos value) { add("{}ns", value.count()); }
  void write(std::string_view value) { add("\"{}\"", excerpt(value)); }
  void write(const Level& level) {
    write(level.price);
    out_.push_back('x');
    write(level.quantity);
  }
  template <class Item>
  void write(std::span<const Item> items) {
    out_.push_back('[');
    for (const Item& item : items.first(std::min(items.size(), items_shown))) {
      if (&item != items.data()) out_.push_back(' ');
      write(item);
    }
    if (items.size() > items_shown) add(" +{}", items.size() - items_shown);
    out_.push_back(']');
  }

  fmt::memory_buffer out_;
};

}  // namespace

std::string to_line(FrameView frame, std::string_view symbol) {
  const Stamp& stamp = frame.stamp();
  Line line;
  line.add("{} ", to_iso8601(stamp.exchange_time.count() != 0 ? stamp.exchange_time : stamp.receive_time));
  if (const auto name = to_text(frame.type()); !name.empty()) {
    line.add("{}", name);
  } else {
    line.add("type {}", static_cast<unsigned>(frame.type()));
  }
  line.add(" #{}", frame.sequence());
  if (!symbol.empty()) {
    line.add(" {}", symbol);
  } else if (stamp.symbol != 0) {
    line.add(" {:016x}", stamp.symbol);
  }
  visit_flags(frame.flags(), [&](std::string_view name) { line.add(" {}", name); });
  if (stamp.detail != 0) line("detail", stamp.detail);
  if (!visit_message(frame, [&](const auto& message) { visit_fields(message, line); })) {
    line.add(" ({}, {} bytes)", is_known(frame.type()) ? "damaged" : "unknown", frame.size());
  }
  return line.text();
}

}  // namespace trunkline::wire
