#include "sandbox/alpaca/stream.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::sandbox::alpaca {
namespace {

using nlohmann::json;
using venue::alpaca::all_streams;
using venue::alpaca::to_text;

constexpr Nanos time_to_authenticate = std::chrono::seconds{10};
constexpr Nanos bands_interval = std::chrono::seconds{5};
constexpr std::uint64_t trades_to_a_correction = 211;
constexpr std::uint64_t trades_to_a_cancel = 307;

bool is_of(Stream stream, bool crypto) {
  if (stream == Stream::OrderBooks) return crypto;
  return !crypto || (stream != Stream::Statuses && stream != Stream::Bands);
}

// What a fault's `stream` names.
std::string_view fault_name(Stream stream) {
  switch (stream) {
    case Stream::Trades:
      return "trade";
    case Stream::Quotes:
      return "quote";
    case Stream::OrderBooks:
      return "depth";
    case Stream::Statuses:
      return "status";
    case Stream::Bands:
      return "bands";
    default:
      return "bar";
  }
}

}  // namespace

bool Streams::State::has(Stream stream, std::string_view symbol) const {
  const auto& list = lists[static_cast<std::size_t>(stream)];
  if (!list.contains(symbol) && !list.contains("*")) return false;
  return !silent.contains(fmt::format("{}:{}", to_text(stream), symbol));
}

std::string Streams::pack(const Client& client, std::string message) {
  return state(client).message_pack ? to_message_pack(message) : std::move(message);
}

std::optional<net::HttpResponse> Streams::refuse(const net::HttpRequest& request) const {
  for (const std::string_view path : {"/v2/iex", "/v2/sip", "/v2/delayed_sip", "/v2/test", "/v1beta3/crypto/us"}) {
    if (request.path == path) return std::nullopt;
  }
  return net::HttpResponse{.status = 404, .body = R"({"message":"not found"})"};
}

void Streams::say(Client& client, std::string text) {
  exchange_.host().send(client, std::move(text), state(client).message_pack ? MessageKind::Binary : MessageKind::Text);
}

void Streams::error(Client& client, int code, std::string_view text) {
  say(client, fmt::format(R"([{{"T":"error","code":{},"msg":"{}"}}])", code, text));
}

void Streams::open(Client& client, const net::HttpRequest& request) {
  auto made = std::make_unique<State>();
  made->message_pack = request.headers.get("Content-Type") == "application/msgpack";
  made->crypto = request.path == "/v1beta3/crypto/us";
  made->test = request.path == "/v2/test";
  client.state = std::move(made);
  clients_.push_back(&client);
  say(client, R"([{"T":"success","msg":"connected"}])");
  const std::string_view key = request.headers.get("APCA-API-KEY-ID");
  if (!key.empty()) authenticate(client, std::string(key), request.headers.get("APCA-API-SECRET-KEY"));
}

void Streams::message(Client& client, std::string_view bytes, bool binary) {
  const json message = binary ? json::from_msgpack(bytes, true, false) : json::parse(bytes, nullptr, false);
  if (!message.is_object() || !message.contains("action") || !message["action"].is_string()) {
    return error(client, 400, "invalid syntax");
  }
  const auto text = [&](const char* key) {
    return message.contains(key) && message[key].is_string() ? message[key].get<std::string>() : std::string{};
  };
  const std::string action = text("action");
  if (action == "auth") return authenticate(client, text("key"), text("secret"));
  if (action != "subscribe" && action != "unsubscribe") return error(client, 400, "invalid syntax");
  if (!state(client).authenticated) return error(client, 401, "not authenticated");
  change(client, message, action == "subscribe");
}

void Streams::authenticate(Client& client, std::string key, std::string_view secret) {
  State& of = state(client);
  if (of.authenticated) return error(client, 403, "already authenticated");
  if (!exchange_.accepts(key, secret)) {
    error(client, 402, "auth failed");
    return exchange_.host().close(client, 1008, "auth failed");
  }
  const auto others = std::ranges::count_if(clients_, [&](const Client* other) {
    return other != &client && !other->gone && !other->deaf && other->path == client.path &&
           state(*other).authenticated && state(*other).key == key;
  });
  const std::size_t limit = exchange_.options().connections;
  if (limit != 0 && static_cast<std::size_t>(others) >= limit) {
    error(client, 406, "connection limit exceeded");
    return exchange_.host().close(client, 1008, "connection limit exceeded");
  }
  of.key = std::move(key);
  of.authenticated = true;
  say(client, R"([{"T":"success","msg":"authenticated"}])");
}

void Streams::change(Client& client, const json& message, bool subscribe) {
  State& of = state(client);
  auto lists = of.lists;
  std::vector<std::pair<Stream, std::string>> added;
  for (const auto& [name, symbols] : message.items()) {
    if (name == "action") continue;
    const auto stream = std::ranges::find(all_streams, name, [](Stream each) { return to_text(each); });
    // Corrections and cancels follow trades and may be named all the same.
    if (name == "corrections" || name == "cancelErrors") continue;
    if (stream == std::ranges::end(all_streams) || !symbols.is_array()) return error(client, 400, "invalid syntax");
    if (!is_of(*stream, of.crypto)) return error(client, 410, "invalid subscribe action for this feed");
    auto& list = lists[static_cast<std::size_t>(*stream)];
    for (const json& symbol : symbols) {
      if (!symbol.is_string()) return error(client, 400, "invalid syntax");
      if (!subscribe) {
        list.erase(symbol.get<std::string>());
        of.silent.erase(fmt::format("{}:{}", name, symbol.get<std::string>()));
      } else if (list.insert(symbol.get<std::string>()).second) {
        added.emplace_back(*stream, symbol.get<std::string>());
      }
    }
  }
  for (const auto& [stream, symbol] : added) {
    if (exchange_.host().faults().strike(FaultKind::RefuseSubscription, {"spot", symbol, fault_name(stream)})) {
      return error(client, 410, "invalid subscribe action for this feed");
    }
  }
  std::size_t all = 0;
  for (const auto& list : lists) all += list.size();
  const std::size_t limit = exchange_.options().symbol_limit;
  if (subscribe && limit != 0 && all > limit) return error(client, 405, "symbol limit exceeded");
  of.lists = std::move(lists);
  for (const auto& [stream, symbol] : added) {
    if (exchange_.host().faults().strike(FaultKind::SilentSubscription, {"spot", symbol, fault_name(stream)})) {
      of.silent.insert(fmt::format("{}:{}", to_text(stream), symbol));
    }
  }
  tell_subscription(client);
  for (const auto& [stream, symbol] : added) {
    if (stream != Stream::OrderBooks) continue;
    for (const auto& market : exchange_.host().markets()) {
      const std::string& name = market->instrument().symbol;
      if (!Exchange::is_stock(name) && (symbol == "*" || symbol == name)) send_whole_book(client, *market);
    }
  }
}

void Streams::tell_subscription(Client& client) {
  const State& of = state(client);
  nlohmann::ordered_json out = {{"T", "subscription"}};
  for (const Stream stream : all_streams) {
    if (is_of(stream, of.crypto)) out[std::string(to_text(stream))] = of.lists[static_cast<std::size_t>(stream)];
  }
  if (!of.crypto) {
    const auto& trades = of.lists[static_cast<std::size_t>(Stream::Trades)];
    out["corrections"] = trades;
    out["cancelErrors"] = trades;
  }
  say(client, nlohmann::ordered_json::array({out}).dump());
}

void Streams::send_whole_book(Client& client, ListedMarket& market) {
  const std::string symbol = market.instrument().symbol;
  if (!state(client).has(Stream::OrderBooks, symbol)) return;
  const auto snapshot = exchange_.host().snapshot(market, 1'000'000);
  const std::string fields = book_fields(snapshot.book.bids, snapshot.book.asks, exchange_.market_time(market.now()));
  std::string text = fmt::format(R"([{{"T":"o","S":"{}","r":true,{}])", symbol, fields);
  if (snapshot.delay == Nanos{0}) return say(client, std::move(text));
  exchange_.host().later(snapshot.delay, [this, id = client.id, text = std::move(text)] {
    const auto found = exchange_.host().clients().find(id);
    if (found != exchange_.host().clients().end()) say(*found->second, text);
  });
}

std::size_t Streams::subscriptions(const Client& client) const {
  std::size_t all = 0;
  if (client.state == nullptr) return 0;
  for (const auto& list : state(client).lists) all += list.size();
  return all;
}

void Streams::deliver(Stream stream, const ListedMarket& market, std::string_view kind, std::string_view fields,
                      std::string_view fault_stream) {
  const std::string& symbol = market.instrument().symbol;
  const bool crypto = !Exchange::is_stock(symbol);
  const bool test = symbol == Exchange::test_symbol;
  std::vector<Client*> text_clients;
  std::vector<Client*> pack_clients;
  for (Client* const client : clients_) {
    const State& of = state(*client);
    if (client->gone || of.crypto != crypto || of.test != test || !of.has(stream, symbol)) continue;
    (of.message_pack ? pack_clients : text_clients).push_back(client);
  }
  if (text_clients.empty() && pack_clients.empty()) return;
  const std::string text = fmt::format(R"([{{"T":"{}","S":"{}",{}])", kind, symbol, fields);
  const Occasion occasion = VenueHost::occasion(market, fault_stream);
  if (!text_clients.empty()) exchange_.host().deliver(text_clients, occasion, text, MessageKind::Text);
  if (!pack_clients.empty()) exchange_.host().deliver(pack_clients, occasion, text, MessageKind::Binary);
}

void Streams::trade(ListedMarket& market, const TradePrint& print) {
  const std::string& symbol = market.instrument().symbol;
  if (!exchange_.trades(symbol)) return;
  const bool stock = Exchange::is_stock(symbol);
  const Nanos time = exchange_.market_time(print.time);
  deliver(Stream::Trades, market, "t",
          trade_fields(print, time, stock, symbol == Exchange::test_symbol || exchange_.session() == Session::Regular),
          "trade");
  if (!stock) return;
  if (print.id % trades_to_a_correction == 0) {
    deliver(
        Stream::Trades, market, "c",
        fmt::format(
            R"("x":"V","oi":{0},"op":{1},"os":{2},"oc":["@"],"ci":{0},"cp":{1},"cs":{3},"cc":["@"],"z":"C","t":"{4}"}})",
            print.id, number(print.price), number(print.quantity), number(Quantity::from_raw(2 * print.quantity.raw())),
            time_text(time)),
        "correction");
  }
  if (print.id % trades_to_a_cancel == 0) {
    deliver(Stream::Trades, market, "x",
            fmt::format(R"("i":{},"x":"V","p":{},"s":{},"a":"C","z":"C","t":"{}"}})", print.id, number(print.price),
                        number(print.quantity), time_text(time)),
            "correction");
  }
}

void Streams::best_change(ListedMarket& market) {
  const std::string& symbol = market.instrument().symbol;
  if (!exchange_.trades(symbol)) return;
  exchange_.remember(market);
  const BestQuote quote = exchange_.quote(market);
  deliver(Stream::Quotes, market, "q",
          quote_fields(quote, exchange_.market_time(quote.time), Exchange::is_stock(symbol)), "quote");
}

void Streams::book_change(ListedMarket& market, std::span<const match::LevelChange> changes) {
  if (Exchange::is_stock(market.instrument().symbol)) return;
  std::vector<BookLevel> sides[2];
  for (const match::LevelChange& change : changes) {
    sides[change.side == match::Side::Buy ? 0 : 1].push_back({change.price, change.quantity});
  }
  deliver(Stream::OrderBooks, market, "o", book_fields(sides[0], sides[1], exchange_.market_time(market.now())),
          "depth");
}

void Streams::tell_bars(Nanos now) {
  const std::int64_t minute = now.count() / 60'000'000'000;
  if (minute == minute_) return;
  if (std::exchange(minute_, minute) == 0) return;
  for (const auto& market : exchange_.host().markets()) {
    if (!exchange_.trades(market->instrument().symbol)) continue;
    // Bars are kept by the world's time: the minutes of both are the same but for what the clock was moved by.
    const std::int64_t world_ms = market->now_ms() - 60'000;
    const Bar bar = market->bar_at(world_ms, 60'000);
    if (bar.trades != 0)
      deliver(Stream::Bars, *market, "b", bar_fields(bar, Nanos{(minute - 1) * 60'000'000'000}), "bar");
    const Bar day = market->bar_at(market->now_ms(), 86'400'000);
    deliver(Stream::DailyBars, *market, "d",
            bar_fields(day, Nanos{now.count() / 86'400'000'000'000 * 86'400'000'000'000}), "bar");
  }
}

void Streams::tell_bands() {
  for (const auto& market : exchange_.host().markets()) {
    const std::string& symbol = market->instrument().symbol;
    if (!Exchange::is_stock(symbol) || !exchange_.trades(symbol) || exchange_.session() != Session::Regular) continue;
    const Price bid = market->best(match::Side::Buy).price;
    if (bid.is_zero()) continue;
    const auto percent = [&](std::int64_t of) { return Price::from_raw(bid.raw() / 100'000'000 * of * 1'000'000); };
    deliver(Stream::Bands, *market, "l",
            fmt::format(R"("u":{},"d":{},"i":"B","t":"{}","z":"C"}})", number(percent(105)), number(percent(95)),
                        time_text(exchange_.now())),
            "bands");
  }
}

void Streams::run_halts(Nanos monotonic) {
  if (!std::exchange(halts_known_, true)) {
    began_ = monotonic;
    for (const Halt& halt : exchange_.options().halts) halts_.push_back({halt});
  }
  const auto tell = [&](const std::string& symbol, std::string_view code, std::string_view text) {
    if (const ListedMarket* const market = exchange_.host().find(symbol)) {
      deliver(Stream::Statuses, *market, "s",
              fmt::format(R"("t":"{}","sc":"{}","sm":"{}","rc":"LUDP","rm":"Volatility Trading Pause","z":"C"}})",
                          time_text(exchange_.now()), code, text),
              "status");
    }
  };
  for (Halted& each : halts_) {
    const Nanos since = monotonic - began_ - each.halt.after;
    if (!each.began && since >= Nanos{0}) {
      each.began = true;
      exchange_.halt(each.halt.symbol, true);
      tell(each.halt.symbol, "H", "Trading Halt");
    }
    if (each.began && !each.ended && since >= each.halt.duration) {
      each.ended = true;
      exchange_.halt(each.halt.symbol, false);
      tell(each.halt.symbol, "T", "Trading Resumption");
    }
  }
}

void Streams::tick(Nanos monotonic) {
  for (Client* const client : std::vector(clients_)) {
    if (client->gone || state(*client).authenticated || monotonic - client->opened < time_to_authenticate) continue;
    error(*client, 404, "auth timeout");
    exchange_.host().close(*client, 1008, "auth timeout");
  }
  run_halts(monotonic);
  tell_bars(exchange_.now());
  if (monotonic >= bands_due_) {
    bands_due_ = monotonic + bands_interval;
    tell_bands();
  }
}

}  // namespace trunkline::sandbox::alpaca
