#include "sandbox/alpaca/text.hpp"

#include <cstdint>
#include <fmt/format.h>
#include <vector>

#include "trunkline/venue/alpaca/time_text.hpp"

namespace trunkline::sandbox::alpaca {
namespace {

using Json = nlohmann::ordered_json;

void stamp_times(Json& value) {
  if (!value.is_structured()) return;
  if (value.is_object() && value.contains("t") && value["t"].is_string()) {
    if (const auto time = venue::alpaca::read_time(value["t"].get<std::string>()); time && time->count() >= 0) {
      const auto seconds = static_cast<std::uint64_t>(time->count() / 1'000'000'000);
      const auto nanos = static_cast<std::uint64_t>(time->count() % 1'000'000'000);
      const int size = nanos == 0 ? 4 : 8;
      const std::uint64_t packed = nanos << 34 | seconds;
      std::vector<std::uint8_t> bytes;
      for (int i = size - 1; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(packed >> (8 * i)));
      value["t"] = Json::binary(std::move(bytes), 0xFF);
    }
  }
  for (Json& item : value) stamp_times(item);
}

std::string levels(std::span<const BookLevel> of) {
  std::string out = "[";
  for (const BookLevel& level : of) {
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"p":{},"s":{}}})", number(level.price), number(level.quantity));
  }
  return out + "]";
}

// The stock exchange that a trade happened at, one of several; the same each time.
char exchange_of(std::uint64_t id) {
  return "VDQPKZ"[id % 6];
}

}  // namespace

std::string number(Price price) {
  return price.to_text();
}
std::string number(Quantity quantity) {
  return quantity.to_text();
}

std::string time_text(Nanos unix_time) {
  return to_iso8601(unix_time);
}

std::string trade_fields(const TradePrint& trade, Nanos time, bool stock, bool regular_hours) {
  const bool bought = trade.taker_side == match::Side::Buy;
  if (!stock) {
    return fmt::format(R"("p":{},"s":{},"t":"{}","i":{},"tks":"{}"}})", number(trade.price), number(trade.quantity),
                       time_text(time), trade.id, bought ? 'B' : 'S');
  }
  const bool odd = trade.quantity < Quantity::from_int(100);
  return fmt::format(R"("i":{},"x":"{}","p":{},"s":{},"c":["@"{}{}],"z":"C","t":"{}"}})", trade.id,
                     exchange_of(trade.id), number(trade.price), number(trade.quantity), regular_hours ? "" : R"(,"T")",
                     odd ? R"(,"I")" : "", time_text(time));
}

std::string quote_fields(const BestQuote& quote, Nanos time, bool stock) {
  const std::string numbers =
      stock ? fmt::format(R"("bx":"V","bp":{},"bs":{},"ax":"V","ap":{},"as":{},"c":["R"],"z":"C")",
                          number(quote.bid.price), number(quote.bid.quantity), number(quote.ask.price),
                          number(quote.ask.quantity))
            : fmt::format(R"("bp":{},"bs":{},"ap":{},"as":{})", number(quote.bid.price), number(quote.bid.quantity),
                          number(quote.ask.price), number(quote.ask.quantity));
  return fmt::format(R"({},"t":"{}"}})", numbers, time_text(time));
}

std::string bar_fields(const Bar& bar, Nanos time) {
  // The mean price of the bar, with ten decimals as the venue rounds it.
  const double mean = bar.volume == 0 ? bar.close.to_double()
                                      : static_cast<double>(bar.turnover) / 1e8 / static_cast<double>(bar.volume);
  return fmt::format(R"("o":{},"h":{},"l":{},"c":{},"v":{},"n":{},"vw":{:.10f},"t":"{}"}})", number(bar.open),
                     number(bar.high), number(bar.low), number(bar.close), number(Quantity::from_raw(bar.volume)),
                     bar.trades, mean, time_text(time));
}

std::string book_fields(std::span<const BookLevel> bids, std::span<const BookLevel> asks, Nanos time) {
  return fmt::format(R"("t":"{}","b":{},"a":{}}})", time_text(time), levels(bids), levels(asks));
}

std::string to_message_pack(const std::string& json) {
  Json value = Json::parse(json, nullptr, false);
  if (value.is_discarded()) return json;
  stamp_times(value);
  const auto bytes = Json::to_msgpack(value);
  return {bytes.begin(), bytes.end()};
}

}  // namespace trunkline::sandbox::alpaca
