// Any bytes as a frame of Alpaca's streams, in JSON and in MessagePack: the readers never crash or read beyond the end,
// and a list of good messages is read the same when it is written again in the other encoding.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "trunkline/venue/alpaca/hot_parser.hpp"
#include "trunkline/venue/alpaca/message_reader.hpp"
#include "trunkline/venue/alpaca/rest_bodies.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue::alpaca;

// What was read, as numbers that can be compared.
struct Sum {
  std::uint64_t messages = 0;
  std::uint64_t malformed = 0;
  std::uint64_t value = 0;
  std::vector<wire::Level> levels;

  void add(std::int64_t number) { value = (value ^ static_cast<std::uint64_t>(number)) * 0x9E37'79B9'7F4A'7C15ULL; }
  void add(std::string_view text) {
    for (const char c : text) add(static_cast<std::int64_t>(c));
  }
  void on(const TradeMessage& m) {
    ++messages;
    add(m.symbol);
    add(m.price.raw());
    add(m.quantity.raw());
    add(m.time.count());
    add(static_cast<std::int64_t>(m.id));
    add(m.detail);
    if (m.price.raw() < 0 || m.quantity.raw() < 0) std::abort();
  }
  void on(const QuoteMessage& m) {
    ++messages;
    add(m.symbol);
    add(m.bid_price.raw());
    add(m.ask_quantity.raw());
    add(m.time.count());
  }
  void on(const BarMessage& m) {
    ++messages;
    add(m.bar.close.raw());
    add(m.bar.detail);
  }
  void on(const BookMessage& m) {
    ++messages;
    if (m.bid_count + m.ask_count != levels.size()) std::abort();
    for (const wire::Level& level : levels) {
      add(level.price.raw());
      add(level.quantity.raw());
    }
  }
  void on(const CorrectionMessage& m) {
    ++messages;
    add(m.correction.original_price.raw());
  }
  void on(const BandsMessage& m) {
    ++messages;
    add(m.upper.raw());
  }
  void on(const SubscriptionMessage& m) {
    ++messages;
    add(static_cast<std::int64_t>(m.streams.size()));
  }
  void on(const auto&) { ++messages; }
  void on_malformed(const MalformedMessage& failure) {
    ++malformed;
    if (failure.error.empty()) std::abort();
  }
};

template <class Cursor>
Sum read(std::string_view bytes) {
  Sum sum;
  Cursor cursor(bytes);
  read_messages(cursor, sum.levels, sum);
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Exactly so many bytes, so that reading beyond them shows.
  const std::unique_ptr<char[]> copy(new char[size == 0 ? 1 : size]);
  if (size != 0) std::memcpy(copy.get(), data, size);
  const std::string_view bytes(copy.get(), size);
  const Sum json = read<JsonCursor>(bytes);
  (void)read<MessagePackCursor>(bytes);
  static HotMessages hot_messages;
  Sum hot;
  // The hot parser does not look into texts it skips as closely: only what both take is compared.
  if (read_hot(bytes, hot_messages, hot) && json.malformed == 0) {
    if (hot.messages != json.messages || hot.value != json.value) std::abort();
  }

  using namespace std::chrono;
  const auto refuse = [](const std::string&) {};
  (void)parse_assets(Market::Stocks, "alpaca", bytes);
  (void)parse_assets(Market::Crypto, "alpaca_crypto", bytes);
  (void)parse_calendar(bytes, 2025y / November / 1, 2025y / December / 31);
  (void)parse_clock(bytes);
  (void)parse_corporate_actions(bytes);
  (void)parse_latest_trades(bytes, [](const TradeMessage&) {}, refuse);
  (void)parse_past_trades(bytes, [](const TradeMessage&) {}, refuse);
  (void)parse_latest_quotes(bytes, [](const QuoteMessage&) {}, refuse);
  (void)parse_latest_books(bytes, [](const BookMessage&, auto, auto) {}, refuse);

  // Only numbers of 15 digits or fewer are the same as floats; keys that repeat are one in a tree.
  if (json.malformed != 0 || json.messages == 0) return 0;
  std::size_t digits = 0;
  for (const char c : bytes) {
    digits = c >= '0' && c <= '9' ? digits + 1 : c == '.' ? digits : 0;
    if (digits > 15 || c == 'e' || c == 'E' || c == '\\') return 0;
  }
  bool repeated = false;
  std::vector<std::vector<std::string>> keys;
  const auto tree = nlohmann::ordered_json::parse(
      bytes,
      [&](int, nlohmann::ordered_json::parse_event_t event, auto& value) {
        using Event = nlohmann::ordered_json::parse_event_t;
        if (event == Event::object_start) keys.emplace_back();
        if (event == Event::object_end) keys.pop_back();
        if (event == Event::key) {
          const auto name = value.template get<std::string>();
          if (std::ranges::find(keys.back(), name) != keys.back().end()) repeated = true;
          keys.back().push_back(name);
        }
        return true;
      },
      false);
  if (tree.is_discarded() || repeated) return 0;
  const auto packed = nlohmann::ordered_json::to_msgpack(tree);
  const Sum again = read<MessagePackCursor>({reinterpret_cast<const char*>(packed.data()), packed.size()});
  if (again.malformed == 0 && (again.messages != json.messages || again.value != json.value)) std::abort();
  return 0;
}
