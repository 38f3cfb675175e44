#include "sandbox/binance/rest_api.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sandbox/binance/stream.hpp"
#include "sandbox/binance/text.hpp"

namespace trunkline::sandbox::binance {
namespace {

using net::HttpRequest;
using net::HttpResponse;

struct Prefix {
  std::string_view path;
  Market market;
};
constexpr Prefix prefixes[]{{"/api/v3/", Market::Spot}, {"/fapi/v1/", Market::Usdm}, {"/dapi/v1/", Market::Coinm}};

HttpResponse ok(std::string body) {
  HttpResponse response;
  response.body = std::move(body);
  return response;
}

HttpResponse error(int status, int code, std::string_view message) {
  HttpResponse response;
  response.status = status;
  response.body = error_body(code, message);
  return response;
}

HttpResponse missing(std::string_view parameter) {
  return error(400, -1102,
               fmt::format("Mandatory parameter '{}' was not sent, was empty/null, or malformed.", parameter));
}

std::optional<std::int64_t> whole_number(const HttpRequest& request, std::string_view name) {
  const auto text = request.parameter(name);
  std::int64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ptr != text->data() + text->size())
    return std::nullopt;
  return value;
}

std::int64_t limit_of(const HttpRequest& request, Market market, std::string_view endpoint) {
  const bool spot = market == Market::Spot;
  const std::int64_t most = endpoint == "depth"    ? (spot ? 5000 : 1000)
                            : spot                 ? 1000
                            : endpoint == "klines" ? 1500
                                                   : 1000;
  const std::int64_t usual = endpoint == "depth" && spot ? 100 : 500;
  return std::min(whole_number(request, "limit").value_or(usual), most);
}

// Weights as the venue's pages list them.
int weight_of(Market market, std::string_view endpoint, std::int64_t limit, bool one_symbol) {
  const bool spot = market == Market::Spot;
  if (endpoint == "exchangeInfo") return spot ? 20 : 1;
  if (endpoint == "depth") {
    if (spot) return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250;
    return limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20;
  }
  if (endpoint == "trades") return spot ? 25 : 5;
  if (endpoint == "aggTrades") return spot ? 4 : 20;
  if (endpoint == "klines") return spot ? 2 : limit < 100 ? 1 : limit < 500 ? 2 : limit <= 1000 ? 5 : 10;
  if (endpoint == "ticker/bookTicker" || endpoint == "ticker/price") return one_symbol ? 2 : spot ? 4 : 5;
  if (endpoint == "premiumIndex") return one_symbol ? 1 : 10;
  return 1;
}

bool is_futures_depth_limit(std::int64_t limit) {
  for (const std::int64_t allowed : {5, 10, 20, 50, 100, 500, 1000})
    if (limit == allowed) return true;
  return false;
}

class Text {  // a decimal in the instrument's form
 public:
  explicit Text(const Instrument& instrument) : in_(instrument) {}
  std::string operator()(Price price) const { return one(price.raw(), in_.price_decimals); }
  std::string operator()(Quantity quantity) const { return one(quantity.raw(), in_.quantity_decimals); }
  std::string raw_quantity(std::int64_t raw) const { return one(raw, in_.quantity_decimals); }
  std::string product(Int128 value) const {
    std::string out;
    append_product(out, value, in_.market == Market::Spot ? 8 : 2);
    return out;
  }
  // What so many contracts are worth in the base asset.
  std::string base_worth(Price price, Quantity contracts) const {
    if (price.is_zero()) return one(0, 8);
    return one(
        static_cast<std::int64_t>(static_cast<Int128>(contracts.raw()) * in_.contract_size * Price::one / price.raw()),
        8);
  }

 private:
  static std::string one(std::int64_t raw, int decimals) {
    std::string out;
    append_decimal(out, raw, decimals);
    return out;
  }
  const Instrument& in_;
};

}  // namespace

std::string depth_body(const Instrument& in, const Book& book, std::int64_t event_ms) {
  std::string out = R"({"lastUpdateId":)";
  out.reserve(64 + (book.bids.size() + book.asks.size()) * 32);
  append_number(out, static_cast<std::int64_t>(book.update_id));
  if (in.market != Market::Spot) out += fmt::format(R"(,"E":{},"T":{})", event_ms, event_ms - 3);
  if (in.market == Market::Coinm) out += fmt::format(R"(,"symbol":"{}","pair":"{}")", in.symbol, in.pair);
  out += R"(,"bids":)";
  append_levels(out, book.bids, in);
  out += R"(,"asks":)";
  append_levels(out, book.asks, in);
  out += '}';
  return out;
}

bool RestApi::handle(const HttpRequest& request, net::Responder responder) {
  const auto prefix = std::find_if(std::begin(prefixes), std::end(prefixes),
                                   [&](const Prefix& p) { return std::string_view(request.path).starts_with(p.path); });
  if (prefix == std::end(prefixes) || !exchange_.serves(prefix->market)) return false;
  ++requests_;
  const Market market = prefix->market;
  const std::string endpoint = request.path.substr(prefix->path.size());
  const auto symbol = request.parameter("symbol");
  const std::string symbol_text(symbol.value_or(""));
  const Occasion occasion{to_text(market), symbol_text, endpoint};
  for (const FaultKind kind : {FaultKind::Http429, FaultKind::Http418}) {
    const auto fault = faults_.strike(kind, occasion);
    if (!fault) continue;
    HttpResponse refused = error(kind == FaultKind::Http429 ? 429 : 418, -1003, "Too many requests.");
    refused.headers.add("Retry-After", std::to_string(fault->retry_after_s));
    responder.respond(std::move(refused));
    return true;
  }
  const std::int64_t limit = limit_of(request, market, endpoint);
  if (auto refused = charge(market, weight_of(market, endpoint, limit, symbol.has_value()))) {
    responder.respond(std::move(*refused));
    return true;
  }
  Nanos delay = options_.delay;
  HttpResponse response;
  const Instrument* const instrument = exchange_.instrument(market, symbol_text);
  if (request.method != "GET") {
    response = error(405, -1000, "Only GET is served here.");
  } else if (endpoint == "depth" && instrument != nullptr &&
             (market == Market::Spot ? limit > 0 : is_futures_depth_limit(limit))) {
    if (depth_source_) {
      depth_source_(market, *instrument, static_cast<std::size_t>(limit), std::move(responder));
      return true;
    }
    if (const auto fault = faults_.strike(FaultKind::LateSnapshot, occasion)) {
      delay += std::chrono::milliseconds{fault->delay_ms};
      SymbolMarket& from = *exchange_.find(market, symbol_text);
      const std::uint64_t wanted =
          std::max(from.update_id() - std::min(static_cast<std::uint64_t>(fault->age), from.update_id()),
                   from.oldest_update_id());
      if (const auto book = from.book_at(wanted, static_cast<std::size_t>(limit)))
        response = ok(depth_body(*instrument, *book, from.now_ms()));
    } else {
      response = depth(*instrument, static_cast<std::size_t>(limit));
    }
  } else {
    response = answer(market, endpoint, request);
  }
  const std::string used = std::to_string(used_weight(market));
  if (market == Market::Spot) response.headers.add("X-MBX-USED-WEIGHT", used);
  response.headers.add("X-MBX-USED-WEIGHT-1M", used);
  if (delay <= Nanos{0}) {
    responder.respond(std::move(response));
  } else {
    later_(delay, [responder, response]() { responder.respond(response); });
  }
  return true;
}

std::optional<HttpResponse> RestApi::charge(Market market, int weight) {
  const int most = market == Market::Spot ? options_.weight_per_minute_spot : options_.weight_per_minute_futures;
  Budget& budget = budgets_[static_cast<std::size_t>(market)];
  const Nanos now = unix_now();
  const std::int64_t minute = now / std::chrono::minutes{1};
  if (minute != budget.minute) {
    budget.minute = minute;
    budget.used = 0;
    budget.refused = 0;
  }
  budget.used += weight;
  const bool banned = now < budget.banned_until;
  if (!banned && (most == 0 || budget.used <= most)) return std::nullopt;
  // Whoever goes on after a 429 is banned for a while.
  constexpr int patience = 20;
  if (!banned && ++budget.refused > patience) budget.banned_until = now + std::chrono::minutes{2};
  const bool ban = now < budget.banned_until;
  const Nanos wait = ban ? budget.banned_until - now : std::chrono::minutes{minute + 1} - now;
  HttpResponse refused =
      error(ban ? 418 : 429, -1003,
            fmt::format("Too much request weight used; current limit is {} request weight per 1 MINUTE.", most));
  refused.headers.add("Retry-After", std::to_string(wait / std::chrono::seconds{1} + 1));
  refused.headers.add("X-MBX-USED-WEIGHT-1M", std::to_string(budget.used));
  return refused;
}

HttpResponse RestApi::answer(Market market, std::string_view endpoint, const HttpRequest& request) {
  const bool spot = market == Market::Spot;
  if (endpoint == "ping") return ok("{}");
  if (endpoint == "time")
    return ok(fmt::format(R"({{"serverTime":{}}})", unix_now() / std::chrono::milliseconds{1} + skew_ms_));
  if (endpoint == "exchangeInfo") return exchange_info(market, request);

  const auto name = request.parameter("symbol");
  const Instrument* const instrument = name ? exchange_.instrument(market, *name) : nullptr;
  if (name && instrument == nullptr) return error(400, -1121, "Invalid symbol.");
  if (endpoint == "depth") {
    if (instrument == nullptr) return missing("symbol");
    const std::int64_t limit = limit_of(request, market, endpoint);
    return spot ? error(400, -1100, "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.")
                : error(400, -4021, fmt::format("'{}' is not valid depth limit.", limit));
  }
  const bool all = endpoint == "ticker/bookTicker" || endpoint == "ticker/price" || endpoint == "premiumIndex";
  if (instrument != nullptr && exchange_.find(market, *name) == nullptr)
    return error(503, -1000, "A replay has no answer to this request.");
  if (instrument == nullptr && !all &&
      (endpoint == "trades" || endpoint == "aggTrades" || endpoint == "klines" || endpoint == "openInterest"))
    return missing("symbol");
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(limit_of(request, market, endpoint), 1));
  if (endpoint == "trades") return trades(*instrument, limit);
  if (endpoint == "aggTrades") return agg_trades(*instrument, limit);
  if (endpoint == "klines") return klines(*instrument, request);
  if (endpoint == "ticker/bookTicker") return book_ticker(market, instrument);
  if (endpoint == "ticker/price") return price_ticker(market, instrument);
  if (!spot && endpoint == "premiumIndex") return premium_index(market, instrument);
  if (!spot && endpoint == "openInterest") return open_interest(*instrument);
  return error(404, -5000, fmt::format("Path {}, Method {} is invalid", request.path, request.method));
}

HttpResponse RestApi::exchange_info(Market market, const HttpRequest& request) {
  std::vector<const Instrument*> wanted;
  if (market == Market::Spot && (request.parameter("symbol") || request.parameter("symbols"))) {
    nlohmann::json names = nlohmann::json::array();
    if (const auto one = request.parameter("symbol"))
      names.push_back(*one);
    else
      names = nlohmann::json::parse(*request.parameter("symbols"), nullptr, false);
    if (!names.is_array()) return error(400, -1100, "Illegal characters found in parameter 'symbols'.");
    for (const auto& name : names) {
      const Instrument* const found =
          name.is_string() ? exchange_.instrument(market, name.get_ref<const std::string&>()) : nullptr;
      if (found == nullptr) return error(400, -1121, "Invalid symbol.");
      wanted.push_back(found);
    }
  } else {
    for (const Instrument& instrument : exchange_.listing(market)) wanted.push_back(&instrument);
  }
  return ok(exchange_info_body(market, wanted, unix_now() / std::chrono::milliseconds{1}, options_));
}

HttpResponse RestApi::depth(const Instrument& instrument, std::size_t limit) {
  SymbolMarket& from = *exchange_.find(instrument.market, instrument.symbol);
  Book book = from.book(limit);
  if (const auto fault =
          faults_.strike(FaultKind::WrongSnapshotId, {to_text(instrument.market), instrument.symbol, "depth"}))
    book.update_id += static_cast<std::uint64_t>(fault->offset);
  return ok(depth_body(instrument, book, from.now_ms()));
}

HttpResponse RestApi::trades(const Instrument& in, std::size_t limit) {
  const auto& all = exchange_.find(in.market, in.symbol)->trades();
  const Text text(in);
  std::string out = "[";
  for (std::size_t i = all.size() - std::min(limit, all.size()); i < all.size(); ++i) {
    const TradeRecord& trade = all[i];
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"id":{},"price":{},"qty":{},)", trade.id, text(trade.price), text(trade.quantity));
    out += in.market == Market::Coinm
               ? fmt::format(R"("baseQty":{})", text.base_worth(trade.price, trade.quantity))
               : fmt::format(R"("quoteQty":{})", text.product(notional(trade.price, trade.quantity)));
    out += fmt::format(R"(,"time":{},"isBuyerMaker":{})", trade.time_ms, trade.buyer_is_maker);
    out += in.market == Market::Spot ? R"(,"isBestMatch":true})" : "}";
  }
  return ok(out + ']');
}

HttpResponse RestApi::agg_trades(const Instrument& in, std::size_t limit) {
  const auto& all = exchange_.find(in.market, in.symbol)->agg_trades();
  const Text text(in);
  std::string out = "[";
  for (std::size_t i = all.size() - std::min(limit, all.size()); i < all.size(); ++i) {
    const AggTradeRecord& trade = all[i];
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"a":{},"p":{},"q":{},"f":{},"l":{},"T":{},"m":{})", trade.id, text(trade.price),
                       text(trade.quantity), trade.first, trade.last, trade.time_ms, trade.buyer_is_maker);
    out += in.market == Market::Spot ? R"(,"M":true})" : "}";
  }
  return ok(out + ']');
}

HttpResponse RestApi::klines(const Instrument& in, const HttpRequest& request) {
  const auto interval_text = request.parameter("interval");
  if (!interval_text) return missing("interval");
  const std::int64_t interval = kline_interval_ms(*interval_text);
  if (interval == 0) return error(400, -1120, "Invalid interval.");
  const SymbolMarket& from = *exchange_.find(in.market, in.symbol);
  const std::int64_t limit = std::max<std::int64_t>(limit_of(request, in.market, "klines"), 1);
  const std::int64_t now = from.now_ms();
  std::int64_t last = std::min(whole_number(request, "endTime").value_or(now), now) / interval * interval;
  std::int64_t first = last - (limit - 1) * interval;
  if (const auto start = whole_number(request, "startTime")) {
    first = (*start + interval - 1) / interval * interval;
    last = std::min(last, first + (limit - 1) * interval);
  }
  const Text text(in);
  const auto worth = [&](Int128 product, std::int64_t volume) {
    if (in.market != Market::Coinm) return text.product(product);
    return text.base_worth(Price::from_raw(volume == 0 ? 0 : static_cast<std::int64_t>(product / volume)),
                           Quantity::from_raw(volume));
  };
  std::string out = "[";
  for (std::int64_t open = first; open <= last; open += interval) {
    const Bar bar = from.bar_at(open, static_cast<std::int32_t>(interval));
    if (out.size() > 1) out += ',';
    out += fmt::format(R"([{},{},{},{},{},{},{},{},{},{},{},"0"])", bar.open_ms, text(bar.open), text(bar.high),
                       text(bar.low), text(bar.close), text.raw_quantity(bar.volume), bar.close_ms,
                       worth(bar.turnover, bar.volume), bar.trades, text.raw_quantity(bar.buy_volume),
                       worth(bar.buy_turnover, bar.buy_volume));
  }
  return ok(out + ']');
}

HttpResponse RestApi::book_ticker(Market market, const Instrument* only) {
  std::string out;
  for (const Instrument& in : exchange_.listing(market)) {
    const SymbolMarket* const from = exchange_.find(market, in.symbol);
    if ((only != nullptr && only != &in) || from == nullptr) continue;
    const Text text(in);
    const auto bid = from->engine().best(match::Side::Buy).value_or(match::LevelView{});
    const auto ask = from->engine().best(match::Side::Sell).value_or(match::LevelView{});
    if (!out.empty()) out += ',';
    out += fmt::format(R"({{"symbol":"{}",)", in.symbol);
    if (market == Market::Coinm) out += fmt::format(R"("pair":"{}",)", in.pair);
    out += fmt::format(R"("bidPrice":{},"bidQty":{},"askPrice":{},"askQty":{})", text(bid.price), text(bid.quantity),
                       text(ask.price), text(ask.quantity));
    out += market == Market::Spot ? "}" : fmt::format(R"(,"time":{}}})", from->now_ms());
  }
  return ok(only != nullptr && market != Market::Coinm ? out : '[' + out + ']');
}

HttpResponse RestApi::price_ticker(Market market, const Instrument* only) {
  std::string out;
  for (const Instrument& in : exchange_.listing(market)) {
    const SymbolMarket* const from = exchange_.find(market, in.symbol);
    if ((only != nullptr && only != &in) || from == nullptr) continue;
    const Price last = from->trades().empty() ? in.start : from->trades().back().price;
    if (!out.empty()) out += ',';
    out += fmt::format(R"({{"symbol":"{}",)", in.symbol);
    if (market == Market::Coinm) out += fmt::format(R"("ps":"{}",)", in.pair);
    out += fmt::format(R"("price":{})", Text(in)(last));
    out += market == Market::Spot ? "}" : fmt::format(R"(,"time":{}}})", from->now_ms());
  }
  return ok(only != nullptr && market != Market::Coinm ? out : '[' + out + ']');
}

HttpResponse RestApi::premium_index(Market market, const Instrument* only) {
  std::string out;
  for (const Instrument& in : exchange_.listing(market)) {
    const SymbolMarket* const from = exchange_.find(market, in.symbol);
    if ((only != nullptr && only != &in) || from == nullptr) continue;
    const MarkPrice price = from->mark_price();
    const auto eight = [](Price value) {
      std::string text;
      append(text, value, 8);
      return text;
    };
    std::string rate;
    append_decimal(rate, price.funding_1e8, 8);
    if (!out.empty()) out += ',';
    out += fmt::format(R"({{"symbol":"{}",)", in.symbol);
    if (market == Market::Coinm) out += fmt::format(R"("pair":"{}",)", in.pair);
    out += fmt::format(R"("markPrice":{},"indexPrice":{},"estimatedSettlePrice":{},"lastFundingRate":{},)"
                       R"("interestRate":"0.00010000","nextFundingTime":{},"time":{}}})",
                       eight(price.mark), eight(price.index), eight(price.settle), rate, price.next_funding_ms,
                       from->now_ms());
  }
  return ok(only != nullptr && market != Market::Coinm ? out : '[' + out + ']');
}

HttpResponse RestApi::open_interest(const Instrument& in) {
  const SymbolMarket& from = *exchange_.find(in.market, in.symbol);
  const std::string amount = Text(in).raw_quantity(from.open_interest() / in.step.raw() * in.step.raw());
  if (in.market == Market::Coinm)
    return ok(fmt::format(R"({{"symbol":"{}","pair":"{}","openInterest":{},"contractType":"PERPETUAL","time":{}}})",
                          in.symbol, in.pair, amount, from.now_ms()));
  return ok(fmt::format(R"({{"openInterest":{},"symbol":"{}","time":{}}})", amount, in.symbol, from.now_ms()));
}

}  // namespace trunkline::sandbox::binance
