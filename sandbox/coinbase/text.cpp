#include "sandbox/coinbase/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::sandbox::coinbase {
namespace {

constexpr std::size_t all_levels = 1'000'000;

std::string price_text(const Instrument& in, Price price) {
  return price.to_text(in.price_decimals);
}
std::string size_text(const Instrument& in, Quantity quantity) {
  return quantity.to_text(in.quantity_decimals);
}
std::string_view maker_side(const TradePrint& trade) {
  return trade.taker_side == match::Side::Buy ? "sell" : "buy";
}
std::uint64_t last_trade_id(const ListedMarket& market) {
  return market.trades().empty() ? 0 : market.trades().back().id;
}

}  // namespace

std::string time_text(Nanos unix_time) {
  return to_iso8601(unix_time).substr(0, 26) + "Z";
}

std::string uuid_text(std::uint64_t number) {
  return fmt::format("{:08x}-0000-4000-8000-{:012x}", number >> 32, number & 0xFFFF'FFFF);
}

std::string l2update_text(const ListedMarket& market, std::span<const ChangedLevel> changes) {
  const Instrument& in = market.instrument();
  std::string text = fmt::format(R"({{"type":"l2update","product_id":"{}","changes":[)", in.symbol);
  for (const ChangedLevel& change : changes) {
    text += fmt::format(R"({}["{}","{}","{}"])", text.back() == '[' ? "" : ",",
                        change.side == match::Side::Buy ? "buy" : "sell", price_text(in, change.price),
                        size_text(in, change.quantity));
  }
  return text + fmt::format(R"(],"time":"{}"}})", time_text(market.now()));
}

std::string rest_levels(const Instrument& in, std::span<const BookLevel> levels, bool objects) {
  std::string text = "[";
  for (const BookLevel& level : levels) {
    if (text.size() > 1) text += ',';
    text += objects ? fmt::format(R"({{"price":"{}","size":"{}"}})", price_text(in, level.price),
                                  size_text(in, level.quantity))
                    : fmt::format(R"(["{}","{}"])", price_text(in, level.price), size_text(in, level.quantity));
  }
  return text + ']';
}

std::string snapshot_text(const ListedMarket& market) {
  const Instrument& in = market.instrument();
  const Book book = market.book(all_levels);
  return fmt::format(R"({{"type":"snapshot","product_id":"{}","asks":{},"bids":{},"time":"{}"}})", in.symbol,
                     rest_levels(in, book.asks, false), rest_levels(in, book.bids, false), time_text(market.now()));
}

std::string match_text(const ListedMarket& market, const TradePrint& trade, std::string_view type) {
  const Instrument& in = market.instrument();
  return fmt::format(
      R"({{"type":"{}","trade_id":{},"maker_order_id":"{}","taker_order_id":"{}","side":"{}","size":"{}","price":"{}","product_id":"{}","sequence":{},"time":"{}"}})",
      type, trade.id, uuid_text(trade.maker), uuid_text(trade.taker), maker_side(trade), size_text(in, trade.quantity),
      price_text(in, trade.price), in.symbol, market.update_id(), time_text(trade.time));
}

std::string ticker_text(const ListedMarket& market) {
  const Instrument& in = market.instrument();
  const TradePrint trade =
      market.trades().empty() ? TradePrint{.price = in.start, .time = market.now()} : market.trades().back();
  const auto bid = market.best(match::Side::Buy);
  const auto ask = market.best(match::Side::Sell);
  return fmt::format(
      R"({{"type":"ticker","sequence":{},"product_id":"{}","price":"{}","open_24h":"{}","volume_24h":"1000","low_24h":"{}","high_24h":"{}","volume_30d":"30000","best_bid":"{}","best_bid_size":"{}","best_ask":"{}","best_ask_size":"{}","side":"{}","time":"{}","trade_id":{},"last_size":"{}"}})",
      market.update_id(), in.symbol, price_text(in, trade.price), price_text(in, in.start), price_text(in, in.start),
      price_text(in, in.start), price_text(in, bid.price), size_text(in, bid.quantity), price_text(in, ask.price),
      size_text(in, ask.quantity), trade.taker_side == match::Side::Buy ? "buy" : "sell", time_text(trade.time),
      trade.id, size_text(in, trade.quantity));
}

std::string heartbeat_text(const ListedMarket& market) {
  return fmt::format(R"({{"type":"heartbeat","last_trade_id":{},"product_id":"{}","sequence":{},"time":"{}"}})",
                     last_trade_id(market), market.instrument().symbol, market.update_id(), time_text(market.now()));
}

std::vector<ChangedLevel> whole_book(const ListedMarket& market) {
  const Book book = market.book(all_levels);
  std::vector<ChangedLevel> levels;
  for (const BookLevel& level : book.bids) levels.push_back({match::Side::Buy, level.price, level.quantity});
  for (const BookLevel& level : book.asks) levels.push_back({match::Side::Sell, level.price, level.quantity});
  return levels;
}

std::string l2_event(const ListedMarket& market, std::string_view type, std::span<const ChangedLevel> changes) {
  const Instrument& in = market.instrument();
  const std::string time = time_text(market.now());
  std::string text = fmt::format(R"({{"type":"{}","product_id":"{}","updates":[)", type, in.symbol);
  for (const ChangedLevel& change : changes) {
    text += fmt::format(R"({}{{"side":"{}","event_time":"{}","price_level":"{}","new_quantity":"{}"}})",
                        text.back() == '[' ? "" : ",", change.side == match::Side::Buy ? "bid" : "offer", time,
                        price_text(in, change.price), size_text(in, change.quantity));
  }
  return text + "]}";
}

std::string trades_event(const ListedMarket& market, std::string_view type, std::span<const TradePrint> trades,
                         bool newest_first) {
  const Instrument& in = market.instrument();
  std::string text = fmt::format(R"({{"type":"{}","trades":[)", type);
  for (std::size_t i = 0; i < trades.size(); ++i) {
    const TradePrint& trade = trades[newest_first ? trades.size() - 1 - i : i];
    text +=
        fmt::format(R"({}{{"product_id":"{}","trade_id":"{}","price":"{}","size":"{}","time":"{}","side":"{}"}})",
                    i == 0 ? "" : ",", in.symbol, trade.id, price_text(in, trade.price), size_text(in, trade.quantity),
                    time_text(trade.time), maker_side(trade) == "buy" ? "BUY" : "SELL");
  }
  return text + "]}";
}

std::string ticker_event(const ListedMarket& market, std::string_view type) {
  const Instrument& in = market.instrument();
  const Price last = market.trades().empty() ? in.start : market.trades().back().price;
  const auto bid = market.best(match::Side::Buy);
  const auto ask = market.best(match::Side::Sell);
  return fmt::format(
      R"({{"type":"{}","tickers":[{{"type":"ticker","product_id":"{}","price":"{}","volume_24_h":"1000","low_24_h":"{}","high_24_h":"{}","low_52_w":"{}","high_52_w":"{}","price_percent_chg_24_h":"0","best_bid":"{}","best_bid_quantity":"{}","best_ask":"{}","best_ask_quantity":"{}"}}]}})",
      type, in.symbol, price_text(in, last), price_text(in, in.start), price_text(in, in.start),
      price_text(in, in.start), price_text(in, in.start), price_text(in, bid.price), size_text(in, bid.quantity),
      price_text(in, ask.price), size_text(in, ask.quantity));
}

std::string product_text(const Instrument& in) {
  return fmt::format(
      R"({{"id":"{}","base_currency":"{}","quote_currency":"{}","quote_increment":"{}","base_increment":"{}","display_name":"{}/{}","min_market_funds":"1","margin_enabled":false,"post_only":false,"limit_only":false,"cancel_only":false,"status":"online","status_message":"","trading_disabled":false,"auction_mode":false}})",
      in.symbol, in.base, in.quote, in.tick.to_text(), in.step.to_text(), in.base, in.quote);
}

std::string advanced_product_text(const ListedMarket& market) {
  const Instrument& in = market.instrument();
  const Price last = market.trades().empty() ? in.start : market.trades().back().price;
  return fmt::format(
      R"({{"product_id":"{}","price":"{}","base_increment":"{}","quote_increment":"{}","quote_min_size":"1","quote_max_size":"100000000","base_min_size":"{}","base_max_size":"1000000","base_name":"{}","quote_name":"{}","is_disabled":false,"status":"online","cancel_only":false,"limit_only":false,"post_only":false,"trading_disabled":false,"auction_mode":false,"product_type":"SPOT","quote_currency_id":"{}","base_currency_id":"{}","alias":"","alias_to":[],"price_increment":"{}","product_venue":"CBE"}})",
      in.symbol, price_text(in, last), in.step.to_text(), in.tick.to_text(), in.step.to_text(), in.base, in.quote,
      in.quote, in.base, in.tick.to_text());
}

}  // namespace trunkline::sandbox::coinbase
