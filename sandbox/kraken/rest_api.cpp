#include "sandbox/kraken/rest_api.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sandbox/kraken/messages.hpp"

namespace trunkline::sandbox::kraken {
namespace {

struct Legacy {
  std::string_view asset;
  std::string_view code;       // in results
  std::string_view alternate;  // in names of pairs
  bool in_pairs;               // pairs of two such assets are keyed by both codes
};
constexpr std::array legacy{Legacy{"BTC", "XXBT", "XBT", true}, Legacy{"ETH", "XETH", "ETH", true},
                            Legacy{"LTC", "XLTC", "LTC", true}, Legacy{"XRP", "XXRP", "XRP", true},
                            Legacy{"ETC", "XETC", "ETC", true}, Legacy{"DOGE", "XXDG", "XDG", false},
                            Legacy{"USD", "ZUSD", "USD", true}, Legacy{"EUR", "ZEUR", "EUR", true}};

Legacy legacy_of(std::string_view asset) {
  const auto found = std::ranges::find(legacy, asset, &Legacy::asset);
  return found == legacy.end() ? Legacy{asset, asset, asset, false} : *found;
}

std::string ok(std::string_view result) {
  return fmt::format(R"({{"error":[],"result":{}}})", result);
}
std::string failed(std::string_view error) {
  return fmt::format(R"({{"error":["{}"]}})", error);
}

void respond(const net::Responder& responder, std::string body) {
  net::HttpResponse response;
  response.body = std::move(body);
  responder.respond(std::move(response));
}

std::int64_t number(const net::HttpRequest& request, std::string_view name, std::int64_t otherwise) {
  const auto text = request.parameter(name);
  std::int64_t value = 0;
  if (!text || text->empty()) return otherwise;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
  return read.ec == std::errc{} ? value : otherwise;
}

std::string levels(const Instrument& in, std::span<const BookLevel> side, std::int64_t seconds) {
  std::string out;
  for (const BookLevel& level : side) {
    out += fmt::format(R"({}["{}","{}",{}])", out.empty() ? "" : ",", level.price.to_text(in.price_decimals),
                       level.quantity.to_text(3), seconds);
  }
  return out;
}

std::string occasion_of(std::string_view endpoint) {
  std::string name(endpoint);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

}  // namespace

PairName name_of(const Instrument& instrument) {
  const Legacy base = legacy_of(instrument.base);
  const Legacy quote = legacy_of(instrument.quote);
  const auto joined = [](std::string_view a, std::string_view b) { return std::string(a) + std::string(b); };
  return {
      .key = base.in_pairs && quote.in_pairs ? joined(base.code, quote.code) : joined(base.alternate, quote.alternate),
      .alternate = joined(base.alternate, quote.alternate),
      .socket = fmt::format("{}/{}", base.alternate, quote.alternate),
      .base = std::string(base.code),
      .quote = std::string(quote.code)};
}

const ListedMarket* RestApi::find(std::string_view pair) const {
  for (const auto& market : host_.markets()) {
    const PairName name = name_of(market->instrument());
    if (pair == name.key || pair == name.alternate || pair == name.socket || pair == market->instrument().symbol ||
        pair == market->instrument().pair) {
      return market.get();
    }
  }
  return nullptr;
}

bool RestApi::answer(const net::HttpRequest& request, net::Responder responder) {
  constexpr std::string_view prefix = "/0/public/";
  if (!request.path.starts_with(prefix)) return false;
  const std::string_view endpoint = std::string_view(request.path).substr(prefix.size());
  const auto pair = request.parameter("pair");
  const ListedMarket* const market = pair ? find(*pair) : nullptr;
  const std::string stream = occasion_of(endpoint);
  const Occasion occasion{to_text(Market::Spot), market == nullptr ? "" : std::string_view(market->instrument().symbol),
                          stream};
  if (auto refusal = host_.refused_request(occasion)) {
    refusal->body = failed("EAPI:Rate limit exceeded");
    responder.respond(std::move(*refusal));
    return true;
  }
  const std::int64_t seconds = unix_now().count() / 1'000'000'000;
  if (endpoint == "Time") {
    respond(responder, ok(fmt::format(R"({{"unixtime":{},"rfc1123":"{:%a, %d %b %y %H:%M:%S} +0000"}})", seconds,
                                      fmt::gmtime(static_cast<std::time_t>(seconds)))));
  } else if (endpoint == "SystemStatus") {
    respond(responder,
            ok(fmt::format(R"({{"status":"online","timestamp":"{}Z"}})", to_iso8601(unix_now()).substr(0, 19))));
  } else if (endpoint == "Assets") {
    respond(responder, ok(assets()));
  } else if (endpoint == "AssetPairs") {
    respond(responder, asset_pairs(request));
  } else if (endpoint == "Ticker" && !pair) {
    std::string all;
    for (const auto& each : host_.markets()) all += (all.empty() ? "" : ",") + ticker(*each);
    respond(responder, ok("{" + all + "}"));
  } else if (endpoint == "Depth" || endpoint == "Trades" || endpoint == "OHLC" || endpoint == "Ticker") {
    if (market == nullptr) {
      respond(responder, failed(pair ? "EQuery:Unknown asset pair" : "EGeneral:Invalid arguments"));
    } else if (endpoint == "Depth") {
      depth(*market, request, std::move(responder));
    } else {
      respond(responder, ok(endpoint == "Trades" ? trades(*market, request)
                            : endpoint == "OHLC" ? bars(*market, request)
                                                 : "{" + ticker(*market) + "}"));
    }
  } else {
    respond(responder, failed("EGeneral:Unknown method"));
  }
  return true;
}

std::string RestApi::assets() const {
  std::string out;
  std::vector<std::string> known;
  for (const auto& market : host_.markets()) {
    for (const std::string& asset : {market->instrument().base, market->instrument().quote}) {
      if (std::ranges::find(known, asset) != known.end()) continue;
      known.push_back(asset);
      const Legacy names = legacy_of(asset);
      out += fmt::format(
          R"({}"{}":{{"aclass":"currency","altname":"{}","decimals":{},"display_decimals":5,"status":"enabled"}})",
          out.empty() ? "" : ",", names.code, names.alternate, asset == "USD" || asset == "EUR" ? 4 : 10);
    }
  }
  return "{" + out + "}";
}

std::string RestApi::asset_pairs(const net::HttpRequest& request) const {
  std::string out;
  const auto only = request.parameter("pair");
  for (const auto& market : host_.markets()) {
    if (only && find(*only) != market.get()) continue;
    const Instrument& in = market->instrument();
    const PairName name = name_of(in);
    out += fmt::format(
        R"({}"{}":{{"altname":"{}","wsname":"{}","aclass_base":"currency","base":"{}","aclass_quote":"currency","quote":"{}","lot":"unit","cost_decimals":5,"pair_decimals":{},"lot_decimals":{},"lot_multiplier":1,"leverage_buy":[],"leverage_sell":[],"fees":[[0,0.4],[10000,0.35]],"fees_maker":[[0,0.25],[10000,0.2]],"fee_volume_currency":"ZUSD","margin_call":80,"margin_stop":40,"ordermin":"{}","costmin":"0.5","tick_size":"{}","status":"online"}})",
        out.empty() ? "" : ",", name.key, name.alternate, name.socket, name.base, name.quote, in.price_decimals,
        in.quantity_decimals, in.step.to_text(), in.tick.to_text());
  }
  return out.empty() ? failed("EQuery:Unknown asset pair") : ok("{" + out + "}");
}

void RestApi::depth(const ListedMarket& market, const net::HttpRequest& request, net::Responder responder) {
  const auto count = static_cast<std::size_t>(std::clamp<std::int64_t>(number(request, "count", 100), 1, 500));
  const auto snapshot = host_.snapshot(market, count);
  const std::int64_t seconds = market.now_ms() / 1'000;
  const Instrument& in = market.instrument();
  std::string body = ok(fmt::format(R"({{"{}":{{"asks":[{}],"bids":[{}]}}}})", name_of(in).key,
                                    levels(in, snapshot.book.asks, seconds), levels(in, snapshot.book.bids, seconds)));
  host_.later(snapshot.delay, [responder, text = std::move(body)] { respond(responder, text); });
}

std::string RestApi::trades(const ListedMarket& market, const net::HttpRequest& request) const {
  const Instrument& in = market.instrument();
  const auto count = static_cast<std::size_t>(std::clamp<std::int64_t>(number(request, "count", 1'000), 1, 1'000));
  std::int64_t since = number(request, "since", 0);
  if (since < 100'000'000'000) since *= 1'000'000'000;  // seconds
  std::string out;
  std::size_t told = 0;
  Nanos last{since};
  const auto& all = market.trades();
  // Without a time the latest, with one the first after it.
  const std::size_t skip = since == 0 && all.size() > count ? all.size() - count : 0;
  for (std::size_t i = skip; i < all.size() && told < count; ++i) {
    const TradePrint& trade = all[i];
    if (trade.time.count() <= since) continue;
    out += fmt::format(R"({}["{}","{}",{}.{:07},"{}","l","",{}])", told++ == 0 ? "" : ",",
                       trade.price.to_text(in.price_decimals), trade.quantity.to_text(in.quantity_decimals),
                       trade.time.count() / 1'000'000'000, trade.time.count() / 100 % 10'000'000,
                       trade.taker_side == match::Side::Buy ? "b" : "s", trade.id);
    last = trade.time;
  }
  return fmt::format(R"({{"{}":[{}],"last":"{}"}})", name_of(in).key, out, last.count());
}

std::string RestApi::bars(const ListedMarket& market, const net::HttpRequest& request) const {
  const Instrument& in = market.instrument();
  const std::int64_t minutes = std::clamp<std::int64_t>(number(request, "interval", 1), 1, 21'600);
  const auto length = static_cast<std::int32_t>(minutes * 60'000);
  const std::int64_t since = number(request, "since", 0);
  constexpr int most = 720;
  std::string out;
  const auto price = [&](Price value) { return value.to_text(in.price_decimals); };
  std::int64_t last = 0;
  for (int back = most - 1; back >= 0; --back) {
    const Bar bar = market.bar_at(market.now_ms() - std::int64_t{back} * length, length);
    if (bar.open_ms / 1'000 <= since) continue;
    out += fmt::format(R"({}[{},"{}","{}","{}","{}","{}","{}",{}])", out.empty() ? "" : ",", bar.open_ms / 1'000,
                       price(bar.open), price(bar.high), price(bar.low), price(bar.close),
                       average_price(bar).to_text(in.price_decimals),
                       Quantity::from_raw(bar.volume).to_text(in.quantity_decimals), bar.trades);
    if (back > 0) last = bar.open_ms / 1'000;
  }
  return fmt::format(R"({{"{}":[{}],"last":{}}})", name_of(in).key, out, last);
}

std::string RestApi::ticker(const ListedMarket& market) const {
  const Instrument& in = market.instrument();
  const Bar day = market.bar_at(market.now_ms(), 24 * 60 * 60 * 1'000);
  const auto price = [&](Price value) { return value.to_text(in.price_decimals); };
  const auto quantity = [&](Quantity value) { return value.to_text(in.quantity_decimals); };
  const auto best = [&](match::Side side) {
    const auto level = market.best(side);
    return fmt::format(R"(["{}","{}","{}"])", price(level.price), level.quantity.raw() / Quantity::one,
                       level.quantity.to_text(3));
  };
  const Quantity last = market.trades().empty() ? Quantity{} : market.trades().back().quantity;
  const auto twice = [](const std::string& value) { return fmt::format(R"(["{0}","{0}"])", value); };
  return fmt::format(R"("{}":{{"a":{},"b":{},"c":["{}","{}"],"v":{},"p":{},"t":[{},{}],"l":{},"h":{},"o":"{}"}})",
                     name_of(in).key, best(match::Side::Sell), best(match::Side::Buy), price(day.close), quantity(last),
                     twice(quantity(Quantity::from_raw(day.volume))), twice(price(average_price(day))), day.trades,
                     day.trades, twice(price(day.low)), twice(price(day.high)), price(day.open));
}

}  // namespace trunkline::sandbox::kraken
