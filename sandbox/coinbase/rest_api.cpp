#include "sandbox/coinbase/rest_api.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "sandbox/coinbase/text.hpp"

namespace trunkline::sandbox::coinbase {
namespace {

constexpr std::size_t all_levels = 1'000'000;
constexpr std::size_t most_trades = 1'000;

void respond(const net::Responder& responder, std::string body, int status = 200) {
  net::HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  responder.respond(std::move(response));
}

std::size_t number_of(const net::HttpRequest& request, std::string_view name, std::size_t otherwise) {
  const auto text = request.parameter(name);
  std::size_t number = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc{}) return otherwise;
  return number;
}

// The latest, newest first.
std::vector<TradePrint> latest(const ListedMarket& market, std::size_t limit) {
  const auto& trades = market.trades();
  const std::size_t count = std::min(limit, trades.size());
  return {trades.end() - static_cast<std::ptrdiff_t>(count), trades.end()};
}

}  // namespace

bool RestApi::within_rate() {
  const Nanos now = monotonic_now();
  const double passed = counted_ == Nanos{0} ? 0 : std::chrono::duration<double>(now - counted_).count();
  counted_ = now;
  allowance_ = std::min(burst, allowance_ + passed * per_second);
  if (allowance_ < 1) return false;
  allowance_ -= 1;
  return true;
}

bool RestApi::answer(const net::HttpRequest& request, const net::Responder& responder) {
  std::string_view path = request.path;
  if (path.starts_with("/advanced/")) path.remove_prefix(9);
  constexpr std::string_view brokerage = "/api/v3/brokerage";
  const bool advanced = path.starts_with(brokerage);
  if (!advanced && !path.starts_with("/products") && path != "/time" && path != "/currencies") return false;
  if (!within_rate()) {
    respond(responder, R"({"message":"Public rate limit exceeded"})", 429);
    return true;
  }
  const bool known = advanced ? answer_advanced(path.substr(brokerage.size()), request, responder)
                              : answer_exchange(path, request, responder);
  if (!known) respond(responder, R"({"message":"NotFound"})", 404);
  return true;
}

bool RestApi::answer_exchange(std::string_view path, const net::HttpRequest& request, const net::Responder& responder) {
  if (path == "/time") {
    const Nanos now = unix_now();
    respond(responder, fmt::format(R"({{"iso":"{}","epoch":{}.{:03}}})", time_text(now), now.count() / 1'000'000'000,
                                   now.count() / 1'000'000 % 1'000));
    return true;
  }
  if (path == "/currencies") return respond(responder, "[]"), true;
  if (path == "/products") {
    std::string body = "[";
    for (const auto& market : host_.markets()) {
      body += (body.size() > 1 ? "," : "") + product_text(market->instrument());
    }
    respond(responder, body + "]");
    return true;
  }
  path.remove_prefix(std::string_view("/products/").size());
  const std::size_t slash = std::min(path.find('/'), path.size());
  const ListedMarket* const market = host_.find(path.substr(0, slash));
  const std::string_view what = path.substr(slash);
  if (market == nullptr) return false;
  if (what.empty()) return respond(responder, product_text(market->instrument())), true;
  if (what == "/book") {
    const std::size_t level = number_of(request, "level", 1);
    if (level > 2) return respond(responder, R"({"message":"level 3 needs a key here"})", 401), true;
    answer_book(*market, false, level == 1 ? 1 : all_levels, responder);
    return true;
  }
  if (what == "/trades") {
    const auto trades = latest(*market, std::min(number_of(request, "limit", most_trades), most_trades));
    const Instrument& in = market->instrument();
    std::string body = "[";
    for (auto trade = trades.rbegin(); trade != trades.rend(); ++trade) {
      // The maker's side here too.
      body += fmt::format(R"({}{{"trade_id":{},"side":"{}","size":"{}","price":"{}","time":"{}"}})",
                          body.size() > 1 ? "," : "", trade->id, trade->taker_side == match::Side::Buy ? "sell" : "buy",
                          trade->quantity.to_text(in.quantity_decimals), trade->price.to_text(in.price_decimals),
                          time_text(trade->time));
    }
    respond(responder, body + "]");
    return true;
  }
  if (what == "/ticker") {
    const auto trades = latest(*market, 1);
    const Instrument& in = market->instrument();
    const auto bid = market->best(match::Side::Buy);
    const auto ask = market->best(match::Side::Sell);
    const TradePrint last = trades.empty() ? TradePrint{.price = in.start} : trades.back();
    respond(
        responder,
        fmt::format(R"({{"ask":"{}","bid":"{}","volume":"1000","trade_id":{},"price":"{}","size":"{}","time":"{}"}})",
                    ask.price.to_text(in.price_decimals), bid.price.to_text(in.price_decimals), last.id,
                    last.price.to_text(in.price_decimals), last.quantity.to_text(in.quantity_decimals),
                    time_text(market->now())));
    return true;
  }
  return false;
}

bool RestApi::answer_advanced(std::string_view path, const net::HttpRequest& request, const net::Responder& responder) {
  if (path == "/time") {
    const Nanos now = unix_now();
    respond(responder, fmt::format(R"({{"iso":"{}","epochSeconds":"{}","epochMillis":"{}"}})", time_text(now),
                                   now.count() / 1'000'000'000, now.count() / 1'000'000));
    return true;
  }
  if (path == "/market/products") {
    std::string body = R"({"products":[)";
    std::size_t count = 0;
    const auto type = request.parameter("product_type");
    for (const auto& market : host_.markets()) {
      if (type && *type != "SPOT") break;
      body += (count++ == 0 ? "" : ",") + advanced_product_text(*market);
    }
    respond(responder, body + fmt::format(R"(],"num_products":{}}})", count));
    return true;
  }
  if (path == "/market/product_book") {
    const ListedMarket* const market = host_.find(request.parameter("product_id").value_or(""));
    if (market == nullptr) return false;
    answer_book(*market, true, number_of(request, "limit", all_levels), responder);
    return true;
  }
  constexpr std::string_view products = "/market/products/";
  if (!path.starts_with(products)) return false;
  path.remove_prefix(products.size());
  const std::size_t slash = std::min(path.find('/'), path.size());
  const ListedMarket* const market = host_.find(path.substr(0, slash));
  const std::string_view what = path.substr(slash);
  if (market == nullptr) return false;
  if (what.empty()) return respond(responder, advanced_product_text(*market)), true;
  if (what != "/ticker") return false;
  const auto trades = latest(*market, std::min(number_of(request, "limit", 100), most_trades));
  std::string event = trades_event(*market, "x", trades, true);
  const Instrument& in = market->instrument();
  event.replace(0, event.find("\"trades\""), "{");
  event.pop_back();
  respond(responder, event + fmt::format(R"(,"best_bid":"{}","best_ask":"{}"}})",
                                         market->best(match::Side::Buy).price.to_text(in.price_decimals),
                                         market->best(match::Side::Sell).price.to_text(in.price_decimals)));
  return true;
}

void RestApi::answer_book(const ListedMarket& market, bool advanced, std::size_t depth,
                          const net::Responder& responder) {
  if (auto refused = host_.refused_request(VenueHost::occasion(market, "depth"))) {
    refused->body = R"({"message":"Public rate limit exceeded"})";
    return responder.respond(std::move(*refused));
  }
  const auto snapshot = host_.snapshot(market, depth);
  const Instrument& in = market.instrument();
  const std::string bids = rest_levels(in, snapshot.book.bids, advanced);
  const std::string asks = rest_levels(in, snapshot.book.asks, advanced);
  std::string body =
      advanced ? fmt::format(R"({{"pricebook":{{"product_id":"{}","bids":{},"asks":{},"time":"{}"}}}})", in.symbol,
                             bids, asks, time_text(market.now()))
               : fmt::format(R"({{"bids":{},"asks":{},"sequence":{},"auction_mode":false,"auction":null,"time":"{}"}})",
                             bids, asks, snapshot.book.update_id, time_text(market.now()));
  if (snapshot.delay == Nanos{0}) return respond(responder, std::move(body));
  host_.later(snapshot.delay, [responder, body = std::move(body)]() mutable { respond(responder, std::move(body)); });
}

}  // namespace trunkline::sandbox::coinbase
