#include "sandbox/alpaca/rest_api.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "trunkline/core/symbol.hpp"
#include "trunkline/venue/alpaca/time_text.hpp"
#include "trunkline/venue/alpaca/us_eastern.hpp"

namespace trunkline::sandbox::alpaca {
namespace {

using nlohmann::ordered_json;
using std::chrono::year_month_day;
using venue::alpaca::read_date;
using venue::alpaca::read_time;

constexpr Nanos day = std::chrono::hours{24};
constexpr std::size_t default_limit = 1000;
constexpr std::size_t largest_limit = 10'000;

net::HttpResponse refusal(int status, std::string_view message) {
  return {.status = status, .body = ordered_json{{"message", message}}.dump()};
}
net::HttpResponse found(std::string body) {
  return {.body = std::move(body)};
}

std::string date_text(year_month_day date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

// With the offset of that time in New York.
std::string eastern_text(Nanos unix_time) {
  using namespace std::chrono;
  const sys_seconds at{floor<seconds>(unix_time)};
  const auto offset = venue::alpaca::eastern_offset(at);
  std::string text = to_iso8601(unix_time + offset);
  if (text.ends_with('Z')) text.pop_back();
  return text + (offset == hours{-4} ? "-04:00" : "-05:00");
}

std::string clock_text(std::chrono::minutes time, std::string_view separator) {
  return fmt::format("{:02}{}{:02}", time.count() / 60, separator, time.count() % 60);
}

template <class Number>
Number number_or(std::optional<std::string_view> text, Number otherwise) {
  Number out = otherwise;
  if (text) std::from_chars(text->data(), text->data() + text->size(), out);
  return out;
}

// A date stands for its first moment.
Nanos time_or(std::optional<std::string_view> text, Nanos otherwise) {
  if (!text) return otherwise;
  if (const auto time = read_time(*text)) return *time;
  if (const auto date = read_date(*text)) return std::chrono::sys_days(*date).time_since_epoch();
  return otherwise;
}

Nanos timeframe_of(std::optional<std::string_view> text) {
  if (!text) return std::chrono::minutes{1};
  const int count = std::max(1, number_or(text, 1));
  if (text->find("Day") != std::string_view::npos) return std::chrono::hours{24 * count};
  if (text->find("Hour") != std::string_view::npos) return std::chrono::hours{count};
  return std::chrono::minutes{count};
}

std::string object(const std::string& fields) {
  return "{" + fields;
}

}  // namespace

bool RestApi::answer(const net::HttpRequest& request, net::Responder responder) {
  const std::string_view path = request.path;
  const bool ours =
      path.starts_with("/v2/") || path.starts_with("/v1beta3/crypto/us/") || path == "/v1/corporate-actions";
  if (!ours) return false;
  const auto respond = [&] {
    if (!exchange_.accepts(request.headers)) return refusal(403, "forbidden.");
    if (request.method != "GET") return refusal(405, "method not allowed");
    const std::string_view name = path.substr(path.rfind('/') + 1);
    if (auto refused = exchange_.host().refused_request({"spot", "", name})) {
      refused->body = R"({"message":"too many requests."})";
      return *std::move(refused);
    }
    if (path == "/v2/assets") return assets(request);
    if (path.starts_with("/v2/assets/")) return asset(path.substr(11));
    if (path == "/v2/clock") return clock();
    if (path == "/v2/calendar") return calendar(request);
    if (path == "/v1/corporate-actions") return corporate_actions(request);
    for (const bool stocks : {true, false}) {
      const std::string_view root = stocks ? "/v2/stocks/" : "/v1beta3/crypto/us/";
      if (!path.starts_with(root)) continue;
      std::string_view rest = path.substr(root.size());
      if (rest == "snapshots") return snapshots(request, stocks);
      // Stocks have .../trades/latest, crypto has .../latest/trades.
      const bool newest = stocks ? rest.ends_with("/latest") : rest.starts_with("latest/");
      if (newest) rest = stocks ? rest.substr(0, rest.size() - 7) : rest.substr(7);
      const bool known =
          rest == "trades" || rest == "quotes" || rest == "bars" || (newest && !stocks && rest == "orderbooks");
      if (known) return newest ? latest(request, stocks, rest) : history(request, stocks, rest);
    }
    return refusal(404, "endpoint not found.");
  };
  net::HttpResponse response = respond();
  response.headers.add("X-Ratelimit-Limit", "200");
  responder.respond(std::move(response));
  return true;
}

RestApi::Markets RestApi::asked(const net::HttpRequest& request, bool stocks) const {
  Markets out;
  std::string_view symbols = request.parameter("symbols").value_or("");
  while (!symbols.empty()) {
    const std::string_view symbol = symbols.substr(0, symbols.find(','));
    symbols.remove_prefix(std::min(symbols.size(), symbol.size() + 1));
    ListedMarket* const market = exchange_.host().find(symbol);
    if (market != nullptr && Exchange::is_stock(symbol) == stocks) out.push_back(market);
  }
  return out;
}

net::HttpResponse RestApi::assets(const net::HttpRequest& request) const {
  const std::string_view wanted = request.parameter("asset_class").value_or("");
  std::string out = "[";
  for (const auto& market : exchange_.host().markets()) {
    const std::string& symbol = market->instrument().symbol;
    const std::string_view of = Exchange::is_stock(symbol) ? "us_equity" : "crypto";
    if (symbol == Exchange::test_symbol || (!wanted.empty() && wanted != of)) continue;
    if (out.size() > 1) out += ',';
    out += asset(symbol).body;
  }
  return found(out + "]");
}

net::HttpResponse RestApi::asset(std::string_view symbol) const {
  const ListedMarket* const market = exchange_.host().find(symbol);
  if (market == nullptr) return refusal(404, fmt::format("asset not found for {}", excerpt(symbol)));
  const Instrument& in = market->instrument();
  const bool stock = Exchange::is_stock(in.symbol);
  const auto hash = hash_symbol_text(in.symbol);
  ordered_json out = {{"id", fmt::format("{:08x}-0000-4000-8000-{:012x}", hash >> 32, hash & 0xFFFF'FFFF'FFFFULL)},
                      {"class", stock ? "us_equity" : "crypto"},
                      {"exchange", stock ? "NASDAQ" : "CRYPTO"},
                      {"symbol", in.symbol},
                      {"name", stock ? in.base + " Common Stock" : in.base + " / " + in.quote},
                      {"status", "active"},
                      {"tradable", true},
                      {"marginable", stock},
                      {"shortable", stock},
                      {"easy_to_borrow", stock},
                      {"fractionable", true},
                      {"attributes", ordered_json::array()}};
  if (!stock) {
    out["min_order_size"] = number(in.step);
    out["min_trade_increment"] = number(in.step);
    out["price_increment"] = number(in.tick);
  }
  return found(out.dump());
}

net::HttpResponse RestApi::clock() const {
  using namespace std::chrono;
  const Nanos now = exchange_.now();
  const Hours hours = exchange_.hours();
  std::optional<Nanos> next_open;
  std::optional<Nanos> next_close;
  const sys_days today = venue::alpaca::eastern_date(now);
  for (int ahead = 0; ahead < 15 && (!next_open || !next_close); ++ahead) {
    const year_month_day date = today + days{ahead};
    const auto at = market_day(date, hours);
    if (!at) continue;
    const Nanos opens = venue::alpaca::from_eastern(date, at->open);
    const Nanos closes = venue::alpaca::from_eastern(date, at->close);
    if (!next_open && opens > now) next_open = opens;
    if (!next_close && closes > now) next_close = closes;
  }
  return found(ordered_json{{"timestamp", eastern_text(now)},
                            {"is_open", exchange_.session() == Session::Regular},
                            {"next_open", eastern_text(next_open.value_or(now))},
                            {"next_close", eastern_text(next_close.value_or(now))}}
                   .dump());
}

net::HttpResponse RestApi::calendar(const net::HttpRequest& request) const {
  using namespace std::chrono;
  const sys_days today = venue::alpaca::eastern_date(exchange_.now());
  const auto date_of = [&](const char* key, sys_days otherwise) -> std::optional<sys_days> {
    const auto text = request.parameter(key);
    if (!text) return otherwise;
    const auto date = read_date(*text);
    if (!date) return std::nullopt;
    return sys_days(*date);
  };
  const auto first = date_of("start", today);
  const auto last_day = date_of("end", today + days{365});
  if (!first || !last_day) return refusal(422, "invalid date");
  ordered_json out = ordered_json::array();
  for (sys_days date = *first; date <= *last_day && out.size() < 4000; date += days{1}) {
    const auto at = market_day(date, exchange_.hours());
    if (!at) continue;
    out.push_back({{"date", date_text(date)},
                   {"open", clock_text(at->open, ":")},
                   {"close", clock_text(at->close, ":")},
                   {"session_open", clock_text(at->session_open, "")},
                   {"session_close", clock_text(at->session_close, "")}});
  }
  return found(out.dump());
}

net::HttpResponse RestApi::corporate_actions(const net::HttpRequest& request) const {
  using namespace std::chrono;
  const std::string_view types = request.parameter("types").value_or("");
  const auto wants = [&](std::string_view type) { return types.empty() || types.find(type) != std::string_view::npos; };
  // Every listed stock pays a dividend the day after tomorrow; the first one of all is split a week from now.
  const sys_days today = venue::alpaca::eastern_date(exchange_.now());
  struct Action {
    std::string list;
    ordered_json body;
    sys_days date;
  };
  std::vector<Action> all;
  const auto id_of = [](std::string_view kind, std::string_view symbol) {
    const auto hash = hash_symbol_text(fmt::format("{} {}", kind, symbol));
    return fmt::format("{:08x}-0000-4000-8000-{:012x}", hash >> 32, hash & 0xFFFF'FFFF'FFFFULL);
  };
  std::string_view first;
  for (const auto& market : exchange_.host().markets()) {
    const std::string& symbol = market->instrument().symbol;
    if (Exchange::is_stock(symbol) && symbol != Exchange::test_symbol && first.empty()) first = symbol;
  }
  for (const ListedMarket* const market : asked(request, true)) {
    const std::string& symbol = market->instrument().symbol;
    const sys_days ex = today + days{2};
    if (wants("cash_dividend")) {
      all.push_back({"cash_dividends",
                     {{"id", id_of("dividend", symbol)},
                      {"symbol", symbol},
                      {"cusip", "000000000"},
                      {"rate", 0.125},
                      {"special", false},
                      {"foreign", false},
                      {"process_date", date_text(ex + days{14})},
                      {"ex_date", date_text(ex)},
                      {"record_date", date_text(ex)},
                      {"payable_date", date_text(ex + days{14})}},
                     ex});
    }
    if (wants("forward_split") && symbol == first) {
      const sys_days split = today + days{7};
      all.push_back({"forward_splits",
                     {{"id", id_of("split", symbol)},
                      {"symbol", symbol},
                      {"cusip", "000000000"},
                      {"new_rate", 2},
                      {"old_rate", 1},
                      {"process_date", date_text(split)},
                      {"ex_date", date_text(split)},
                      {"record_date", date_text(split)},
                      {"payable_date", date_text(split)}},
                     split});
    }
  }
  const auto from = read_date(request.parameter("start").value_or(""));
  const auto to = read_date(request.parameter("end").value_or(""));
  std::erase_if(all, [&](const Action& each) {
    return (from && each.date < sys_days(*from)) || (to && each.date > sys_days(*to));
  });
  const std::size_t limit = std::clamp<std::size_t>(number_or<std::size_t>(request.parameter("limit"), 100), 1, 1000);
  const std::size_t at = std::min(number_or<std::size_t>(request.parameter("page_token"), 0), all.size());
  ordered_json out = {{"corporate_actions", ordered_json::object()}, {"next_page_token", nullptr}};
  for (std::size_t i = at; i < std::min(at + limit, all.size()); ++i) {
    out["corporate_actions"][all[i].list].push_back(all[i].body);
  }
  if (at + limit < all.size()) out["next_page_token"] = std::to_string(at + limit);
  return found(out.dump());
}

std::vector<RestApi::Item> RestApi::items(const ListedMarket& market, std::string_view what,
                                          const net::HttpRequest& request) const {
  const std::string& symbol = market.instrument().symbol;
  const bool stock = Exchange::is_stock(symbol);
  std::vector<Item> out;
  if (what == "trades") {
    for (const TradePrint& trade : market.trades()) {
      const Nanos time = exchange_.market_time(trade.time);
      out.push_back({time, object(trade_fields(trade, time, stock, true))});
    }
  } else if (what == "quotes") {
    for (const BestQuote& quote : exchange_.quotes(symbol)) {
      const Nanos time = exchange_.market_time(quote.time);
      out.push_back({time, object(quote_fields(quote, time, stock))});
    }
  } else {
    const Nanos frame = std::min(timeframe_of(request.parameter("timeframe")), day);
    const Nanos world_end = market.now();
    const Nanos begin = std::max(time_or(request.parameter("start"), exchange_.now() - frame * 100),
                                 exchange_.now() - std::min(frame * 1000, day * 300));
    const Nanos ahead = exchange_.now() - unix_now();
    for (Nanos time = Nanos{begin.count() / frame.count() * frame.count()}; time - ahead <= world_end; time += frame) {
      if (time < begin) continue;
      const Bar bar =
          market.bar_at((time - ahead).count() / 1'000'000, static_cast<std::int32_t>(frame.count() / 1'000'000));
      out.push_back({time, object(bar_fields(bar, time))});
    }
  }
  return out;
}

std::string RestApi::newest(const ListedMarket& market, std::string_view what) const {
  const std::string& symbol = market.instrument().symbol;
  const bool stock = Exchange::is_stock(symbol);
  if (what == "trades") {
    if (market.trades().empty()) return {};
    const TradePrint& trade = market.trades().back();
    return object(trade_fields(trade, exchange_.market_time(trade.time), stock, true));
  }
  if (what == "quotes") {
    const BestQuote quote = exchange_.quote(market);
    return object(quote_fields(quote, exchange_.market_time(quote.time), stock));
  }
  if (what == "orderbooks") {
    const auto snapshot = exchange_.host().snapshot(market, 1'000'000, "audit");
    return object(book_fields(snapshot.book.bids, snapshot.book.asks, exchange_.market_time(market.now())));
  }
  const std::int32_t interval = what == "bars" || what == "minuteBar" ? 60'000 : 86'400'000;
  const std::int64_t back = what == "prevDailyBar" ? interval : 0;
  const std::int64_t at_ms = market.now_ms() - back;
  const Nanos open{at_ms / interval * interval * 1'000'000};
  return object(bar_fields(market.bar_at(at_ms, interval), exchange_.market_time(open)));
}

net::HttpResponse RestApi::latest(const net::HttpRequest& request, bool stocks, std::string_view what) const {
  std::string out;
  for (const ListedMarket* const market : asked(request, stocks)) {
    const std::string text = newest(*market, what);
    if (!text.empty()) out += fmt::format(R"({}"{}":{})", out.empty() ? "" : ",", market->instrument().symbol, text);
  }
  return found(fmt::format(R"({{"{}":{{{}}}}})", what, out));
}

net::HttpResponse RestApi::snapshots(const net::HttpRequest& request, bool stocks) const {
  std::string out;
  for (const ListedMarket* const market : asked(request, stocks)) {
    std::string one;
    const auto add = [&](std::string_view name, const std::string& text) {
      if (!text.empty()) one += fmt::format(R"({}"{}":{})", one.empty() ? "" : ",", name, text);
    };
    add("latestTrade", newest(*market, "trades"));
    add("latestQuote", newest(*market, "quotes"));
    for (const std::string_view bar : {"minuteBar", "dailyBar", "prevDailyBar"}) add(bar, newest(*market, bar));
    out += fmt::format(R"({}"{}":{{{}}})", out.empty() ? "" : ",", market->instrument().symbol, one);
  }
  return found(stocks ? "{" + out + "}" : R"({"snapshots":{)" + out + "}}");
}

// Pages go through the symbols in their order; the token says how many items came before.
net::HttpResponse RestApi::history(const net::HttpRequest& request, bool stocks, std::string_view what) const {
  const Nanos from = time_or(request.parameter("start"), Nanos{0});
  const Nanos to = time_or(request.parameter("end"), Nanos::max());
  const std::size_t limit =
      std::clamp<std::size_t>(number_or<std::size_t>(request.parameter("limit"), default_limit), 1, largest_limit);
  const std::size_t skip = number_or<std::size_t>(request.parameter("page_token"), 0);
  std::size_t seen = 0;
  std::size_t taken = 0;
  std::string out;
  for (const ListedMarket* const market : asked(request, stocks)) {
    std::string list;
    for (const Item& item : items(*market, what, request)) {
      if (item.time < from || item.time > to || seen++ < skip || taken >= limit) continue;
      ++taken;
      list += (list.empty() ? "" : ",") + item.text;
    }
    if (!list.empty()) {
      out += fmt::format(R"({}"{}":[{}])", out.empty() ? "" : ",", market->instrument().symbol, list);
    }
  }
  const std::string next = seen > skip + taken ? fmt::format("\"{}\"", skip + taken) : "null";
  return found(fmt::format(R"({{"{}":{{{}}},"next_page_token":{}}})", what, out, next));
}

}  // namespace trunkline::sandbox::alpaca
