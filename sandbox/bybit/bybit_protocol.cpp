#include "sandbox/bybit/bybit_protocol.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sandbox/server/venue_host.hpp"
#include "trunkline/core/symbol.hpp"

namespace trunkline::sandbox::bybit {
namespace {

using nlohmann::json;

constexpr std::size_t most_topics = 10;  // of one request on spot
constexpr Nanos change_interval = std::chrono::milliseconds{20};
constexpr std::size_t depths[] = {1, 50, 200, 1000};
constexpr std::uint64_t first_update_id = 20'254'000;

std::string price_text(const Instrument& in, Price price) {
  return price.to_text(in.price_decimals);
}
std::string quantity_text(const Instrument& in, Quantity quantity) {
  return quantity.is_zero() ? "0" : quantity.to_text(in.quantity_decimals);
}

std::string levels_text(const Instrument& in, std::span<const BookLevel> levels) {
  std::string text = "[";
  for (const BookLevel& level : levels) {
    text += fmt::format("{}[\"{}\",\"{}\"]", text.size() > 1 ? "," : "", price_text(in, level.price),
                        quantity_text(in, level.quantity));
  }
  return text + "]";
}

std::string book_text(std::string_view topic, std::string_view type, const ListedMarket& market,
                      std::span<const BookLevel> bids, std::span<const BookLevel> asks, std::uint64_t update_id) {
  const Instrument& in = market.instrument();
  return fmt::format(
      R"({{"topic":"{}","ts":{},"type":"{}","data":{{"s":"{}","b":{},"a":{},"u":{},"seq":{}}},"cts":{}}})", topic,
      market.now_ms(), type, in.symbol, levels_text(in, bids), levels_text(in, asks), update_id, market.update_id(),
      market.now_ms());
}

// A text of the form the venue's trade ids have, the same for the same trade.
std::string trade_id(const ListedMarket& market, const TradePrint& trade) {
  return fmt::format("{:08x}-{:04x}-5{:03x}-8{:03x}-{:012x}", trade.id >> 16 & 0xFFFF'FFFFU, trade.id & 0xFFFF,
                     trade.taker >> 12 & 0xFFF, trade.taker & 0xFFF,
                     hash_symbol_text(market.instrument().symbol) & 0xFFFF'FFFF'FFFFU);
}

// What makes `before` into `now`, a quantity of 0 where a level has gone.
std::vector<BookLevel> difference(const std::vector<BookLevel>& before, const std::vector<BookLevel>& now) {
  std::map<Price, Quantity> old;
  for (const BookLevel& level : before) old.emplace(level.price, level.quantity);
  std::vector<BookLevel> out;
  for (const BookLevel& level : now) {
    const auto known = old.find(level.price);
    if (known == old.end() || known->second != level.quantity) out.push_back(level);
    if (known != old.end()) old.erase(known);
  }
  for (const auto& [price, quantity] : old) out.push_back({price, Quantity{}});
  return out;
}

net::HttpResponse reply(json result, int code = 0, std::string_view message = "OK", std::int64_t now_ms = 0) {
  return {.body = json{{"retCode", code},
                       {"retMsg", message},
                       {"result", std::move(result)},
                       {"retExtInfo", json::object()},
                       {"time", now_ms}}
                      .dump()};
}

}  // namespace

struct BybitProtocol::State final : ClientState {
  std::set<std::string, std::less<>> topics;
  std::set<std::string, std::less<>> silent;  // acknowledged, and then nothing
};

Result<std::vector<Instrument>> BybitProtocol::list(const std::vector<std::string>& symbols) {
  std::vector<Instrument> out;
  for (const std::string& symbol : symbols) {
    const auto names = split_pair(symbol, 0);
    if (!names) return std::unexpected(names.error());
    auto made = make_instrument(names->base, names->quote, {.symbol = symbol});
    if (!made) return std::unexpected(made.error());
    out.push_back(*std::move(made));
  }
  return out;
}

std::optional<net::HttpResponse> BybitProtocol::refuse(const net::HttpRequest& request) {
  if (request.path == "/v5/public/spot") return std::nullopt;
  return net::HttpResponse{.status = 404, .body = "{}"};
}

void BybitProtocol::open(Client& client, const net::HttpRequest&) {
  client.state = std::make_unique<State>();
}

std::size_t BybitProtocol::subscriptions(const Client& client) const {
  return client.as<State>().topics.size();
}

// --- Requests on the stream -----------------------------------------------------------------------------------------

void BybitProtocol::message(Client& client, MessageKind, std::string_view text) {
  const json request = json::parse(text, nullptr, false);
  if (!request.is_object() || !request.contains("op") || !request["op"].is_string()) {
    return acknowledge(client, "", false, "Invalid message", "");
  }
  const std::string op = request["op"];
  const std::string id =
      request.contains("req_id") && request["req_id"].is_string() ? std::string(request["req_id"]) : std::string{};
  if (op == "ping") return acknowledge(client, "ping", true, "pong", id);
  std::vector<std::string> topics;
  if (request.contains("args") && request["args"].is_array()) {
    for (const json& topic : request["args"]) topics.push_back(topic.is_string() ? std::string(topic) : topic.dump());
  }
  if (op == "subscribe") return subscribe(client, topics, id);
  if (op == "unsubscribe") return unsubscribe(client, topics, id);
  acknowledge(client, op, false, "unknown op", id);
}

void BybitProtocol::acknowledge(Client& client, std::string_view op, bool success, std::string_view message,
                                std::string_view request) {
  json out{{"success", success}, {"ret_msg", message}, {"conn_id", fmt::format("sandbox-{}", client.id)}, {"op", op}};
  if (!request.empty()) out["req_id"] = request;
  host_->send(client, out.dump());
}

std::optional<BybitProtocol::Topic> BybitProtocol::parse_topic(std::string_view text) const {
  constexpr std::string_view trades = "publicTrade.";
  constexpr std::string_view book = "orderbook.";
  Topic topic;
  if (text.starts_with(trades)) {
    topic.market = host_->find(text.substr(trades.size()));
  } else if (text.starts_with(book)) {
    text.remove_prefix(book.size());
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), topic.depth);
    if (error != std::errc{} || std::ranges::find(depths, topic.depth) == std::ranges::end(depths)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.starts_with('.')) return std::nullopt;
    topic.market = host_->find(text.substr(1));
  }
  if (topic.market == nullptr) return std::nullopt;
  return topic;
}

void BybitProtocol::subscribe(Client& client, const std::vector<std::string>& topics, std::string_view request) {
  const auto refuse = [&](std::string_view why) { acknowledge(client, "subscribe", false, why, request); };
  if (topics.empty() || topics.size() > most_topics) return refuse(fmt::format("args size >{}", most_topics));
  State& state = client.as<State>();
  std::vector<std::pair<std::string, Topic>> fresh;
  for (const std::string& text : topics) {
    const auto topic = parse_topic(text);
    if (!topic) return refuse(fmt::format("Invalid symbol :[{}]", text));
    if (state.topics.contains(text)) return refuse(fmt::format("error:already subscribed,topic:{}", text));
    const Occasion occasion = VenueHost::occasion(*topic->market, topic->depth == 0 ? "trade" : "depth");
    if (host_->faults().strike(FaultKind::RefuseSubscription, occasion)) {
      return refuse(fmt::format("error:handler not found,topic:{}", text));
    }
    fresh.emplace_back(text, *topic);
  }
  acknowledge(client, "subscribe", true, "subscribe", request);
  for (const auto& [text, topic] : fresh) {
    state.topics.insert(text);
    const Occasion occasion = VenueHost::occasion(*topic.market, topic.depth == 0 ? "trade" : "depth");
    if (host_->faults().strike(FaultKind::SilentSubscription, occasion)) {
      state.silent.insert(text);
    } else if (topic.depth != 0) {
      send_snapshot(client, text, topic);
    }
  }
}

void BybitProtocol::unsubscribe(Client& client, const std::vector<std::string>& topics, std::string_view request) {
  State& state = client.as<State>();
  for (const std::string& topic : topics) {
    state.topics.erase(topic);
    state.silent.erase(topic);
  }
  acknowledge(client, "unsubscribe", true, "", request);
}

// --- Market data ----------------------------------------------------------------------------------------------------

std::vector<Client*> BybitProtocol::listeners(const std::string& topic) const {
  std::vector<Client*> out;
  for (const auto& [id, client] : host_->clients()) {
    if (client->gone || !client->state) continue;
    const State& state = client->as<State>();
    if (state.topics.contains(topic) && !state.silent.contains(topic)) out.push_back(client.get());
  }
  return out;
}

void BybitProtocol::on_trade(ListedMarket& market, const TradePrint& trade) {
  const Instrument& in = market.instrument();
  const std::string topic = "publicTrade." + in.symbol;
  const auto clients = listeners(topic);
  if (clients.empty()) return;
  const std::int64_t time_ms = trade.time.count() / 1'000'000;
  host_->deliver(
      clients, VenueHost::occasion(market, "trade"),
      fmt::format(
          R"({{"topic":"{}","type":"snapshot","ts":{},"data":[{{"T":{},"s":"{}","S":"{}","v":"{}","p":"{}","i":"{}","BT":false,"RPI":false}}]}})",
          topic, time_ms, time_ms, in.symbol, trade.taker_side == match::Side::Buy ? "Buy" : "Sell",
          quantity_text(in, trade.quantity), price_text(in, trade.price), trade_id(market, trade)));
}

BybitProtocol::Window& BybitProtocol::window_of(const std::string& topic, const Topic& what) {
  const auto found = windows_.find(topic);
  if (found != windows_.end()) return found->second;
  Book book = what.market->book(what.depth);
  return windows_
      .emplace(topic, Window{what.market, what.depth, first_update_id, std::move(book.bids), std::move(book.asks)})
      .first->second;
}

void BybitProtocol::send_snapshot(Client& client, const std::string& topic, const Topic& what) {
  const Window& window = window_of(topic, what);
  const auto asked = host_->snapshot(*what.market, what.depth);
  const std::uint64_t now = what.market->update_id();
  if (asked.book.update_id == now && asked.delay == Nanos{0}) {
    return host_->send(client, book_text(topic, "snapshot", *what.market, window.bids, window.asks, window.update_id));
  }
  // A fault: late, old, or of a wrong number.
  std::string text = book_text(topic, "snapshot", *what.market, asked.book.bids, asked.book.asks,
                               window.update_id + (asked.book.update_id - now));
  host_->later(asked.delay, [this, id = client.id, late = std::move(text)] {
    const auto still = host_->clients().find(id);
    if (still != host_->clients().end()) host_->send(*still->second, late);
  });
}

void BybitProtocol::tell_changes(const std::string& topic, Window& window, const std::vector<Client*>& clients) {
  Book book = window.market->book(window.depth);
  const auto bids = difference(window.bids, book.bids);
  const auto asks = difference(window.asks, book.asks);
  if (bids.empty() && asks.empty()) return;
  window.bids = std::move(book.bids);
  window.asks = std::move(book.asks);
  ++window.update_id;
  host_->deliver(clients, VenueHost::occasion(*window.market, "depth"),
                 book_text(topic, "delta", *window.market, bids, asks, window.update_id));
}

void BybitProtocol::tick(Nanos monotonic) {
  if (monotonic < next_change_) return;
  next_change_ = monotonic + change_interval;
  flush();
}

void BybitProtocol::flush() {
  for (auto window = windows_.begin(); window != windows_.end();) {
    const auto clients = listeners(window->first);
    if (clients.empty()) {
      window = windows_.erase(window);
      continue;
    }
    tell_changes(window->first, window->second, clients);
    ++window;
  }
}

// --- REST -----------------------------------------------------------------------------------------------------------

bool BybitProtocol::request(const net::HttpRequest& request, net::Responder responder) {
  constexpr std::string_view base = "/v5/market/";
  if (!request.path.starts_with(base)) return false;
  if (auto refused = host_->refused_request({"spot", request.parameter("symbol").value_or(""), "rest"})) {
    refused->body = R"({"retCode":10006,"retMsg":"Too many visits!","result":{}})";
    responder.respond(*std::move(refused));
    return true;
  }
  responder.respond(answer(std::string_view(request.path).substr(base.size()), request));
  return true;
}

net::HttpResponse BybitProtocol::answer(std::string_view endpoint, const net::HttpRequest& request) {
  const std::int64_t now_ms = host_->markets().front()->now_ms();
  if (endpoint == "time") {
    return reply({{"timeSecond", std::to_string(now_ms / 1000)}, {"timeNano", fmt::format("{}000000", now_ms)}}, 0,
                 "OK", now_ms);
  }
  if (request.parameter("category") != "spot") return reply(json::object(), 10001, "category is not served", now_ms);
  const auto symbol = request.parameter("symbol");
  if (endpoint == "instruments-info") {
    json list = json::array();
    for (const auto& market : host_->markets()) {
      const Instrument& in = market->instrument();
      if (symbol && *symbol != in.symbol) continue;
      list.push_back({{"symbol", in.symbol},
                      {"baseCoin", in.base},
                      {"quoteCoin", in.quote},
                      {"innovation", "0"},
                      {"status", "Trading"},
                      {"marginTrading", "none"},
                      {"lotSizeFilter",
                       {{"basePrecision", in.step.to_text()},
                        {"quotePrecision", "0.00000001"},
                        {"minOrderQty", in.step.to_text()},
                        {"maxOrderQty", "1000000"},
                        {"minOrderAmt", "1"},
                        {"maxOrderAmt", "10000000"}}},
                      {"priceFilter", {{"tickSize", in.tick.to_text()}}}});
    }
    return reply({{"category", "spot"}, {"list", std::move(list)}, {"nextPageCursor", ""}}, 0, "OK", now_ms);
  }
  ListedMarket* const market = symbol ? host_->find(*symbol) : nullptr;
  if (market == nullptr) return reply(json::object(), 10001, "params error: symbol invalid", now_ms);
  const Instrument& in = market->instrument();
  std::size_t limit = endpoint == "orderbook" ? 1 : 60;
  if (const auto text = request.parameter("limit")) std::from_chars(text->data(), text->data() + text->size(), limit);
  if (endpoint == "recent-trade") {
    json list = json::array();
    const auto& trades = market->trades();
    for (auto trade = trades.rbegin(); trade != trades.rend() && list.size() < std::min<std::size_t>(limit, 60);
         ++trade) {
      list.push_back({{"execId", trade_id(*market, *trade)},
                      {"symbol", in.symbol},
                      {"price", price_text(in, trade->price)},
                      {"size", quantity_text(in, trade->quantity)},
                      {"side", trade->taker_side == match::Side::Buy ? "Buy" : "Sell"},
                      {"time", std::to_string(trade->time.count() / 1'000'000)},
                      {"isBlockTrade", false}});
    }
    return reply({{"category", "spot"}, {"list", std::move(list)}}, 0, "OK", now_ms);
  }
  if (endpoint == "orderbook") {
    const Book book = market->book(std::clamp<std::size_t>(limit, 1, 200));
    return reply({{"s", in.symbol},
                  {"b", json::parse(levels_text(in, book.bids))},
                  {"a", json::parse(levels_text(in, book.asks))},
                  {"ts", now_ms},
                  {"u", book.update_id},
                  {"seq", book.update_id},
                  {"cts", now_ms}},
                 0, "OK", now_ms);
  }
  return reply(json::object(), 10001, "Request parameter error.", now_ms);
}

}  // namespace trunkline::sandbox::bybit
