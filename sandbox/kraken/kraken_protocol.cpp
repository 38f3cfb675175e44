#include "sandbox/kraken/kraken_protocol.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace trunkline::sandbox::kraken {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> channel_names{"book", "ticker", "trade", "ohlc", "instrument"};
// As faults name the streams.
constexpr std::array<std::string_view, 5> stream_names{"depth", "ticker", "trade", "ohlc", "instrument"};
constexpr std::array depths{10, 25, 100, 500, 1000};
constexpr std::array intervals{1, 5, 15, 30, 60, 240, 1440, 10080, 21600};
constexpr std::size_t past_trades = 50;
constexpr int past_bars = 60;

std::string_view stream_of(Channel channel) {
  return stream_names[static_cast<std::size_t>(channel)];
}

bool is_one_of(std::span<const int> allowed, int value) {
  return std::ranges::find(allowed, value) != allowed.end();
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}
int number_at(const json& object, const char* key, int otherwise) {
  const auto found = object.find(key);
  if (found == object.end()) return otherwise;
  return found->is_number_integer() && found->get<std::int64_t>() < 1'000'000 ? found->get<int>() : -1;
}

// The subscription that the params ask for; an error is the venue's text.
std::expected<Subscription, std::string> read_subscription(const json& params) {
  Subscription wanted;
  const std::string name = text_at(params, "channel");
  const auto found = std::ranges::find(channel_names, name);
  if (found == channel_names.end()) return std::unexpected(fmt::format("Channel not supported {}", excerpt(name)));
  wanted.channel = static_cast<Channel>(found - channel_names.begin());
  if (wanted.channel == Channel::Book) {
    wanted.option = number_at(params, "depth", 10);
    if (!is_one_of(depths, wanted.option)) return std::unexpected("Subscription depth not supported");
  }
  if (wanted.channel == Channel::Ohlc) {
    wanted.option = number_at(params, "interval", 1);
    if (!is_one_of(intervals, wanted.option)) return std::unexpected("Subscription ohlc interval not supported");
  }
  if (wanted.channel == Channel::Ticker) {
    const std::string trigger = text_at(params, "event_trigger");
    if (!trigger.empty() && trigger != "bbo" && trigger != "trades") {
      return std::unexpected("Subscription event_trigger not supported");
    }
    wanted.option = trigger == "bbo" ? 1 : 0;
  }
  return wanted;
}

std::string result_of(const Subscription& wanted, std::string_view channel, std::string_view symbol,
                      std::optional<bool> snapshot) {
  json result = {{"channel", channel}};
  if (!symbol.empty()) result["symbol"] = symbol;
  if (snapshot) result["snapshot"] = *snapshot;
  if (wanted.channel == Channel::Book) result["depth"] = wanted.option;
  if (wanted.channel == Channel::Ohlc) result["interval"] = wanted.option;
  if (wanted.channel == Channel::Ticker) result["event_trigger"] = wanted.option == 1 ? "bbo" : "trades";
  return result.dump();
}

bool same_stream(const Subscription& a, const Subscription& b) {
  return a.channel == b.channel && a.market == b.market && a.option == b.option;
}

}  // namespace

Result<std::vector<Instrument>> KrakenProtocol::list(const std::vector<std::string>& symbols) {
  std::vector<Instrument> out;
  for (const std::string& symbol : symbols) {
    const auto names = split_pair(symbol, '/');
    if (!names) return std::unexpected(names.error());
    InstrumentForm form{.symbol = symbol, .step = Quantity::from_raw(1), .quantity_decimals = 8};
    if (names->base == "BTC" && names->quote == "USD") form.tick = *Price::parse("0.1");
    auto instrument = make_instrument(names->base, names->quote, std::move(form));
    if (!instrument) return std::unexpected(instrument.error());
    out.push_back(std::move(*instrument));
  }
  return out;
}

void KrakenProtocol::begin(VenueHost& host) {
  host_ = &host;
  rest_ = std::make_unique<RestApi>(host);
}

std::optional<net::HttpResponse> KrakenProtocol::refuse(const net::HttpRequest& request) {
  if (request.path == "/v2" || request.path == "/v2/") return std::nullopt;
  return net::HttpResponse{.status = 404, .body = R"({"error":["EGeneral:Unknown method"]})"};
}

bool KrakenProtocol::request(const net::HttpRequest& request, net::Responder responder) {
  return rest_->answer(request, std::move(responder));
}

void KrakenProtocol::open(Client& client, const net::HttpRequest&) {
  client.state = std::make_unique<KrakenClient>();
  clients_.push_back(&client);
  host_->send(client, status_message(13'834'774'380'200'032'777U + client.id));
}

void KrakenProtocol::gone(Client& client) {
  std::erase(clients_, &client);
}

std::size_t KrakenProtocol::subscriptions(const Client& client) const {
  return client.as<KrakenClient>().subscriptions.size();
}

void KrakenProtocol::tick(Nanos now) {
  if (now < next_heartbeat_) return;
  next_heartbeat_ = now + std::chrono::seconds{1};
  for (Client* const client : clients_) {
    if (!client->as<KrakenClient>().subscriptions.empty()) host_->send(*client, R"({"channel":"heartbeat"})");
  }
}

// --- Requests -------------------------------------------------------------------------------------------------------

void KrakenProtocol::message(Client& client, MessageKind kind, std::string_view text) {
  const json request = kind == MessageKind::Text ? json::parse(text, nullptr, false) : json();
  Answer answer{.method = "", .id = {}, .received = unix_now()};
  if (!request.is_object()) return host_->send(client, refused(answer, "Malformed request", {}));
  if (const auto id = request.find("req_id"); id != request.end() && id->is_number_integer()) {
    answer.id = id->get<std::int64_t>();
  }
  const std::string method = text_at(request, "method");
  answer.method = method;
  if (method == "ping") return host_->send(client, pong(answer));
  const auto params = request.find("params");
  if ((method != "subscribe" && method != "unsubscribe") || params == request.end() || !params->is_object()) {
    answer.method = "";
    return host_->send(client, refused(answer, "Unsupported method or missing params", {}));
  }
  subscribe(client, *params, answer);
}

void KrakenProtocol::subscribe(Client& client, const json& params, const Answer& answer) {
  auto wanted = read_subscription(params);
  if (!wanted) return host_->send(client, refused(answer, wanted.error(), {}));
  const bool subscribes = answer.method == "subscribe";
  const auto snapshot_at = params.find("snapshot");
  const bool snapshot = snapshot_at != params.end() && snapshot_at->is_boolean() ? snapshot_at->get<bool>()
                                                                                 : wanted->channel != Channel::Trade;
  const std::string channel = text_at(params, "channel");
  std::vector<std::string> symbols;
  if (wanted->channel == Channel::Instrument) {
    symbols.push_back("");
  } else if (const auto list = params.find("symbol"); list != params.end() && list->is_array()) {
    for (const json& each : *list) {
      if (each.is_string()) symbols.push_back(each.get<std::string>());
    }
  }
  if (symbols.empty()) return host_->send(client, refused(answer, "Symbol(s) not found", {}));
  for (const std::string& symbol : symbols) {
    wanted->market = symbol.empty() ? nullptr : host_->find(symbol);
    if (!symbol.empty() && wanted->market == nullptr) {
      host_->send(client, refused(answer, "Currency pair not supported " + symbol, symbol));
    } else if (subscribes) {
      subscribe_one(client, *wanted, channel, symbol, snapshot, answer);
    } else {
      unsubscribe_one(client, *wanted, channel, symbol, answer);
    }
  }
}

void KrakenProtocol::subscribe_one(Client& client, const Subscription& wanted, std::string_view channel,
                                   std::string_view symbol, bool snapshot, const Answer& answer) {
  const Occasion occasion{to_text(Market::Spot), symbol, stream_of(wanted.channel)};
  if (host_->faults().strike(FaultKind::RefuseSubscription, occasion)) {
    return host_->send(client, refused(answer, "Subscription refused", symbol));
  }
  auto& subscriptions = client.as<KrakenClient>().subscriptions;
  if (std::ranges::any_of(subscriptions, [&](const auto& each) { return same_stream(each, wanted); })) {
    return host_->send(client, refused(answer, "Already subscribed", symbol));
  }
  Subscription taken = wanted;
  taken.silent = host_->faults().strike(FaultKind::SilentSubscription, occasion).has_value();
  subscriptions.push_back(taken);
  host_->send(client, accepted(answer, result_of(wanted, channel, symbol, snapshot)));
  if (snapshot && !taken.silent) send_snapshot(client, taken);
}

void KrakenProtocol::unsubscribe_one(Client& client, const Subscription& left, std::string_view channel,
                                     std::string_view symbol, const Answer& answer) {
  const std::size_t count =
      std::erase_if(client.as<KrakenClient>().subscriptions, [&](const auto& each) { return same_stream(each, left); });
  host_->send(client, count == 0 ? refused(answer, "Subscription Not Found", symbol)
                                 : accepted(answer, result_of(left, channel, symbol, std::nullopt)));
}

void KrakenProtocol::send_snapshot(Client& client, const Subscription& subscription) {
  if (subscription.channel == Channel::Instrument) {
    std::vector<const Instrument*> all;
    for (const auto& market : host_->markets()) all.push_back(&market->instrument());
    return host_->send(client, instrument_message(all));
  }
  const ListedMarket& market = *subscription.market;
  switch (subscription.channel) {
    case Channel::Book:
      return send_book(client, market, subscription.option);
    case Channel::Ticker:
      return host_->send(client, ticker_message(market, true, day_of(market)));
    case Channel::Trade: {
      const auto& trades = market.trades();
      const std::size_t count = std::min(trades.size(), past_trades);
      const std::vector<TradePrint> last(trades.end() - static_cast<std::ptrdiff_t>(count), trades.end());
      return host_->send(client, trade_message(market.instrument(), true, last));
    }
    case Channel::Ohlc: {
      std::vector<Bar> bars;
      const std::int32_t length = subscription.option * 60'000;
      for (int back = past_bars - 1; back >= 0; --back) {
        bars.push_back(market.bar_at(market.now_ms() - std::int64_t{back} * length, length));
      }
      return host_->send(client, ohlc_message(market.instrument(), true, bars, subscription.option, market.now()));
    }
    case Channel::Instrument:
      return;
  }
}

void KrakenProtocol::send_book(Client& client, const ListedMarket& market, int depth) {
  const auto snapshot = host_->snapshot(market, static_cast<std::size_t>(depth));
  // All clients of a depth hold the same book from here on.
  views_.try_emplace({&market, depth}, market, static_cast<std::size_t>(depth));
  const Instrument& in = market.instrument();
  std::uint32_t checksum = book_checksum(in, snapshot.book.bids, snapshot.book.asks);
  // There is no id to falsify.
  if (snapshot.book.update_id != market.update_id() && snapshot.delay == Nanos{0}) ++checksum;
  std::string text = book_message(in, true, snapshot.book.bids, snapshot.book.asks, checksum, market.now());
  if (snapshot.delay == Nanos{0}) return host_->send(client, std::move(text));
  host_->later(snapshot.delay, [this, id = client.id, late = std::move(text)] {
    const auto found = host_->clients().find(id);
    if (found != host_->clients().end()) host_->send(*found->second, late);
  });
}

// --- The market -----------------------------------------------------------------------------------------------------

std::vector<Client*> KrakenProtocol::subscribers(Channel channel, const ListedMarket& market, int option) const {
  std::vector<Client*> found;
  const Subscription wanted{channel, &market, option};
  for (Client* const client : clients_) {
    for (const Subscription& each : client->as<KrakenClient>().subscriptions) {
      if (same_stream(each, wanted) && !each.silent) found.push_back(client);
    }
  }
  return found;
}

std::set<int> KrakenProtocol::options(Channel channel, const ListedMarket& market) const {
  std::set<int> found;
  for (Client* const client : clients_) {
    for (const Subscription& each : client->as<KrakenClient>().subscriptions) {
      if (each.channel == channel && each.market == &market) found.insert(each.option);
    }
  }
  return found;
}

void KrakenProtocol::on_trade(ListedMarket& market, const TradePrint& trade) {
  printed_[&market].push_back(trade);
}

void KrakenProtocol::on_book_change(ListedMarket& market, std::span<const match::LevelChange> changes) {
  tell_trades(market);
  const Instrument& in = market.instrument();
  const auto in_use = options(Channel::Book, market);
  std::erase_if(views_,
                [&](const auto& each) { return each.first.first == &market && !in_use.contains(each.first.second); });
  for (auto& [key, view] : views_) {
    if (key.first != &market) continue;
    const DepthView::Change change = view.follow(market, changes);
    if (change.empty()) continue;
    const auto clients = subscribers(Channel::Book, market, key.second);
    if (clients.empty()) continue;
    host_->deliver(
        clients, VenueHost::occasion(market, stream_of(Channel::Book)),
        book_message(in, false, change.bids, change.asks, book_checksum(in, view.bids(), view.asks()), market.now()));
  }
}

void KrakenProtocol::on_best_change(ListedMarket& market) {
  tell_ticker(market, 1);
}

void KrakenProtocol::tell_trades(ListedMarket& market) {
  const auto found = printed_.find(&market);
  if (found == printed_.end()) return;
  const std::vector<TradePrint> trades = std::move(found->second);
  printed_.erase(found);
  const Instrument& in = market.instrument();
  if (const auto clients = subscribers(Channel::Trade, market, 0); !clients.empty()) {
    host_->deliver(clients, VenueHost::occasion(market, stream_of(Channel::Trade)), trade_message(in, false, trades));
  }
  tell_ticker(market, 0);
  for (const int minutes : options(Channel::Ohlc, market)) {
    const auto clients = subscribers(Channel::Ohlc, market, minutes);
    if (clients.empty()) continue;
    const Bar bar = market.bar_at(market.now_ms(), minutes * 60'000);
    host_->deliver(clients, VenueHost::occasion(market, stream_of(Channel::Ohlc)),
                   ohlc_message(in, false, std::span(&bar, 1), minutes, market.now()));
  }
}

void KrakenProtocol::tell_ticker(ListedMarket& market, int trigger) {
  const auto clients = subscribers(Channel::Ticker, market, trigger);
  if (clients.empty()) return;
  host_->deliver(clients, VenueHost::occasion(market, stream_of(Channel::Ticker)),
                 ticker_message(market, false, day_of(market)));
}

const Bar& KrakenProtocol::day_of(const ListedMarket& market) {
  constexpr std::int32_t day_ms = 24 * 60 * 60 * 1'000;
  Day& day = days_[&market];
  // Once a second is often enough for statistics.
  if (market.now() - day.at >= std::chrono::seconds{1}) day = {market.now(), market.bar_at(market.now_ms(), day_ms)};
  return day.bar;
}

}  // namespace trunkline::sandbox::kraken
