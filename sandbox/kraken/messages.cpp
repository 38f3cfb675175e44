#include "sandbox/kraken/messages.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <zlib.h>

namespace trunkline::sandbox::kraken {
namespace {

// Without the point and without zeros in front.
void append_digits(std::string& out, std::string text) {
  std::erase(text, '.');
  text.erase(0, text.find_first_not_of('0'));
  out += text;
}

std::string levels(const Instrument& in, std::span<const BookLevel> side) {
  std::string out;
  for (const BookLevel& level : side) {
    out += fmt::format(R"({}{{"price":{},"qty":{}}})", out.empty() ? "" : ",", level.price.to_text(in.price_decimals),
                       level.quantity.to_text(in.quantity_decimals));
  }
  return out;
}

std::string_view type_of(bool snapshot) {
  return snapshot ? "snapshot" : "update";
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

std::string tail(const Answer& answer) {
  std::string out;
  if (answer.id) out = fmt::format(R"(,"req_id":{})", *answer.id);
  return out;
}

// In percent with two decimals.
double percent(Price change, Price of) {
  return of.is_zero() ? 0.0 : 100.0 * change.to_double() / of.to_double();
}

}  // namespace

std::string rfc3339(Nanos unix_time) {
  return to_iso8601(unix_time).substr(0, 26) + "Z";
}

Price average_price(const Bar& bar) {
  if (bar.volume == 0) return bar.close;
  return Price::from_raw(static_cast<std::int64_t>(bar.turnover / bar.volume));
}

std::uint32_t book_checksum(const Instrument& in, std::span<const BookLevel> bids, std::span<const BookLevel> asks) {
  constexpr std::size_t depth = 10;
  std::string text;
  for (const auto side : {asks, bids}) {
    for (const BookLevel& level : side.first(std::min(side.size(), depth))) {
      append_digits(text, level.price.to_text(in.price_decimals));
      append_digits(text, level.quantity.to_text(in.quantity_decimals));
    }
  }
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
}

std::string status_message(std::uint64_t connection) {
  return fmt::format(
      R"({{"channel":"status","data":[{{"api_version":"v2","connection_id":{},"system":"online","version":"2.0.10"}}],"type":"update"}})",
      connection);
}

std::string instrument_message(const std::vector<const Instrument*>& instruments) {
  std::string assets;
  std::string pairs;
  std::vector<std::string> known;
  for (const Instrument* const in : instruments) {
    for (const std::string& asset : {in->base, in->quote}) {
      if (std::ranges::find(known, asset) != known.end()) continue;
      known.push_back(asset);
      assets += fmt::format(
          R"({}{{"borrowable":false,"collateral_value":1.00,"id":{},"precision":8,"precision_display":5,"status":"enabled"}})",
          assets.empty() ? "" : ",", quoted(asset));
    }
    pairs += fmt::format(
        R"({}{{"base":{},"cost_min":0.50,"cost_precision":5,"has_index":false,"marginable":false,"price_increment":{},"price_precision":{},"qty_increment":{},"qty_min":{},"qty_precision":{},"quote":{},"status":"online","symbol":{},"tick_size":{}}})",
        pairs.empty() ? "" : ",", quoted(in->base), in->tick.to_text(), in->price_decimals, in->step.to_text(),
        in->step.to_text(), in->quantity_decimals, quoted(in->quote), quoted(in->symbol), in->tick.to_text());
  }
  return fmt::format(R"({{"channel":"instrument","type":"snapshot","data":{{"assets":[{}],"pairs":[{}]}}}})", assets,
                     pairs);
}

std::string book_message(const Instrument& in, bool snapshot, std::span<const BookLevel> bids,
                         std::span<const BookLevel> asks, std::uint32_t checksum, Nanos time) {
  return fmt::format(
      R"({{"channel":"book","type":"{}","data":[{{"symbol":"{}","bids":[{}],"asks":[{}],"checksum":{},"timestamp":"{}"}}]}})",
      type_of(snapshot), in.symbol, levels(in, bids), levels(in, asks), checksum, rfc3339(time));
}

std::string trade_message(const Instrument& in, bool snapshot, std::span<const TradePrint> trades) {
  std::string data;
  for (const TradePrint& trade : trades) {
    data += fmt::format(
        R"({}{{"symbol":"{}","side":"{}","price":{},"qty":{},"ord_type":"limit","trade_id":{},"timestamp":"{}"}})",
        data.empty() ? "" : ",", in.symbol, trade.taker_side == match::Side::Buy ? "buy" : "sell",
        trade.price.to_text(in.price_decimals), trade.quantity.to_text(in.quantity_decimals), trade.id,
        rfc3339(trade.time));
  }
  return fmt::format(R"({{"channel":"trade","type":"{}","data":[{}]}})", type_of(snapshot), data);
}

std::string ticker_message(const ListedMarket& market, bool snapshot, const Bar& day) {
  const Instrument& in = market.instrument();
  const auto bid = market.best(match::Side::Buy);
  const auto ask = market.best(match::Side::Sell);
  const auto price = [&](Price value) { return value.to_text(in.price_decimals); };
  const auto quantity = [&](Quantity value) { return value.to_text(in.quantity_decimals); };
  const Price change = Price::from_raw(day.close.raw() - day.open.raw());
  return fmt::format(
      R"({{"channel":"ticker","type":"{}","data":[{{"symbol":"{}","bid":{},"bid_qty":{},"ask":{},"ask_qty":{},"last":{},"volume":{},"vwap":{},"low":{},"high":{},"change":{},"change_pct":{:.2f},"timestamp":"{}"}}]}})",
      type_of(snapshot), in.symbol, price(bid.price), quantity(bid.quantity), price(ask.price), quantity(ask.quantity),
      price(day.close), quantity(Quantity::from_raw(day.volume)), average_price(day).to_text(), price(day.low),
      price(day.high), price(change), percent(change, day.open), rfc3339(market.now()));
}

std::string ohlc_message(const Instrument& in, bool snapshot, std::span<const Bar> bars, int minutes, Nanos time) {
  std::string data;
  const auto price = [&](Price value) { return value.to_text(in.price_decimals); };
  for (const Bar& bar : bars) {
    const Nanos open{bar.open_ms * 1'000'000};
    data += fmt::format(
        R"({}{{"symbol":"{}","open":{},"high":{},"low":{},"close":{},"trades":{},"volume":{},"vwap":{},"interval_begin":"{}","interval":{},"timestamp":"{}"}})",
        data.empty() ? "" : ",", in.symbol, price(bar.open), price(bar.high), price(bar.low), price(bar.close),
        bar.trades, Quantity::from_raw(bar.volume).to_text(in.quantity_decimals), average_price(bar).to_text(),
        to_iso8601(open), minutes, rfc3339(open + std::chrono::minutes{minutes}));
  }
  return fmt::format(R"({{"channel":"ohlc","type":"{}","timestamp":"{}","data":[{}]}})", type_of(snapshot),
                     to_iso8601(time), data);
}

std::string accepted(const Answer& answer, std::string_view result) {
  return fmt::format(R"({{"method":"{}","result":{},"success":true,"time_in":"{}","time_out":"{}"{}}})", answer.method,
                     result, rfc3339(answer.received), rfc3339(unix_now()), tail(answer));
}

std::string refused(const Answer& answer, std::string_view error, std::string_view symbol) {
  return fmt::format(R"({{"error":{},"method":"{}","success":false{},"time_in":"{}","time_out":"{}"{}}})",
                     quoted(error), answer.method, symbol.empty() ? "" : fmt::format(R"(,"symbol":{})", quoted(symbol)),
                     rfc3339(answer.received), rfc3339(unix_now()), tail(answer));
}

std::string pong(const Answer& answer) {
  return fmt::format(R"({{"method":"pong","time_in":"{}","time_out":"{}"{}}})", rfc3339(answer.received),
                     rfc3339(unix_now()), tail(answer));
}

}  // namespace trunkline::sandbox::kraken
