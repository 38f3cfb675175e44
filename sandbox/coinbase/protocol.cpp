#include "sandbox/coinbase/protocol.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "sandbox/coinbase/login.hpp"
#include "sandbox/coinbase/text.hpp"
#include "sandbox/faults/corrupt.hpp"
#include "sandbox/server/venue_host.hpp"

namespace trunkline::sandbox::coinbase {
namespace {

using Json = nlohmann::json;
using Api = Session::Api;

constexpr std::size_t trades_told = 100;  // in a snapshot of market_trades
constexpr double messages_burst = 20;
constexpr double messages_per_second = 8;

constexpr std::string_view needs_login =
    "level2, level3, and full channels now require authentication. "
    "https://docs.cloud.coinbase.com/exchange/docs/websocket-auth";

constexpr std::string_view wrong_login = "authentication failure";

bool is_book(std::string_view channel) {
  return channel == "level2" || channel == "level2_batch";
}
// The stream of the faults.
std::string_view stream_of(std::string_view channel) {
  if (is_book(channel)) return "depth";
  if (channel == "matches" || channel == "market_trades") return "trade";
  return channel == "ticker" ? "quote" : channel;
}

bool is_channel(Api api, std::string_view name) {
  constexpr std::string_view exchange[] = {"level2", "level2_batch", "matches", "ticker", "heartbeat", "status"};
  constexpr std::string_view advanced[] = {"level2", "market_trades", "ticker", "heartbeats"};
  return api == Api::Exchange ? std::ranges::find(exchange, name) != std::end(exchange)
                              : std::ranges::find(advanced, name) != std::end(advanced);
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}
std::vector<std::string> texts_of(const Json& object, const char* key) {
  std::vector<std::string> out;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return out;
  for (const Json& item : *found) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}

}  // namespace

Result<std::vector<Instrument>> CoinbaseProtocol::list(const std::vector<std::string>& symbols) {
  std::vector<Instrument> out;
  for (const std::string& symbol : symbols) {
    const auto names = split_pair(symbol, '-');
    if (!names) return std::unexpected(names.error());
    auto instrument = make_instrument(names->base, names->quote, {.symbol = symbol});
    if (!instrument) return std::unexpected(instrument.error());
    out.push_back(std::move(*instrument));
  }
  return out;
}

void CoinbaseProtocol::begin(VenueHost& host) {
  host_ = &host;
  rest_.emplace(host);
  for (const auto& market : host.markets()) pending_[market.get()];
}

std::optional<net::HttpResponse> CoinbaseProtocol::refuse(const net::HttpRequest&) {
  return std::nullopt;
}

void CoinbaseProtocol::open(Client& client, const net::HttpRequest& request) {
  auto session = std::make_unique<Session>();
  session->counted = client.opened;
  if (request.path.starts_with("/advanced")) session->api = Api::Advanced;
  if (request.path.starts_with("/exchange")) session->api = Api::Exchange;
  client.state = std::move(session);
  clients_.push_back(&client);
}

void CoinbaseProtocol::gone(Client& client) {
  std::erase(clients_, &client);
}

bool CoinbaseProtocol::request(const net::HttpRequest& request, net::Responder responder) {
  return rest_->answer(request, responder);
}

std::size_t CoinbaseProtocol::subscriptions(const Client& client) const {
  std::size_t count = 0;
  for (const auto& [channel, products] : client.as<Session>().subscribed) count += products.size();
  return count;
}

// A change of the Exchange feed has its side in front of its numbers.
void CoinbaseProtocol::corrupt(std::string& message, bool price) {
  for (const std::string_view side : {"[\"buy\",", "[\"sell\","}) {
    const auto at = message.find(side);
    if (at == std::string::npos) continue;
    std::string rest = "[" + message.substr(at + side.size());
    if (!corrupt_number(rest, price)) return;
    message.replace(at + side.size(), std::string::npos, rest, 1, std::string::npos);
    return;
  }
  corrupt_number(message, price);
}

// --- Subscribing ----------------------------------------------------------------------------------------------------

void CoinbaseProtocol::message(Client& client, MessageKind, std::string_view text) {
  auto& session = client.as<Session>();
  const Nanos now = monotonic_now();
  session.allowance =
      std::min(messages_burst,
               session.allowance + std::chrono::duration<double>(now - session.counted).count() * messages_per_second);
  session.counted = now;
  if (session.allowance < 1) return send_error(client, "rate limit exceeded", "too many messages");
  session.allowance -= 1;
  const Json request = Json::parse(text, nullptr, false);
  if (!request.is_object()) return send_error(client, "Malformed JSON", "the message is no JSON object");
  if (session.api == Api::Unknown) session.api = request.contains("channel") ? Api::Advanced : Api::Exchange;
  const std::string type = text_of(request, "type");
  if (type != "subscribe" && type != "unsubscribe") {
    return send_error(client, "Failed to subscribe", "Type has to be either subscribe or unsubscribe");
  }
  session.spoke = true;
  subscribe(client, request, type == "unsubscribe");
}

std::optional<std::string> CoinbaseProtocol::objection(const Client& client, const Json& request, const Names& channels,
                                                       const Names& products) {
  const Api api = client.as<Session>().api;
  if (channels.empty()) return "No channels were provided";
  const Login login = api == Api::Exchange ? exchange_login(request, unix_now()) : advanced_login(request, unix_now());
  if (login == Login::Wrong) return std::string(wrong_login);
  for (const std::string& channel : channels) {
    if (!is_channel(api, channel)) {
      // The words for a channel that Advanced Trade does not have.
      return api == Api::Advanced ? "authentication failure" : fmt::format("{} is not a valid channel", channel);
    }
    if (api == Api::Exchange && channel == "level2" && login == Login::None) return std::string(needs_login);
    if (products.empty() && channel != "status" && channel != "heartbeats") {
      return fmt::format("You need to specify at least one product ID for channel {}", channel);
    }
  }
  for (const std::string& product : products) {
    if (host_->find(product) == nullptr) return fmt::format("{} is not a valid product", product);
  }
  return std::nullopt;
}

std::optional<std::string> CoinbaseProtocol::strike(Session& session, std::string_view channel,
                                                    const ListedMarket& market) {
  const Occasion occasion = VenueHost::occasion(market, stream_of(channel));
  const std::string& product = market.instrument().symbol;
  if (host_->faults().strike(FaultKind::RefuseSubscription, occasion)) {
    return fmt::format("{} is not a valid product", product);
  }
  if (host_->faults().strike(FaultKind::SilentSubscription, occasion)) {
    session.silent.emplace(std::string(channel), product);
  }
  return std::nullopt;
}

void CoinbaseProtocol::subscribe(Client& client, const Json& request, bool leave) {
  auto& session = client.as<Session>();
  // Products of the whole message, or of one channel: {"name":"ticker","product_ids":[...]}.
  std::map<std::string, Names> wanted;
  const Names common = texts_of(request, "product_ids");
  if (session.api == Api::Advanced) {
    wanted[text_of(request, "channel")] = common;
  } else if (const auto list = request.find("channels"); list != request.end() && list->is_array()) {
    for (const Json& each : *list) {
      if (each.is_string()) wanted[each.get<std::string>()] = common;
      if (!each.is_object()) continue;
      Names own = texts_of(each, "product_ids");
      own.insert(own.end(), common.begin(), common.end());
      wanted[text_of(each, "name")] = std::move(own);
    }
  }
  Names channels;
  for (const auto& [channel, products] : wanted) {
    channels.push_back(channel);
    if (leave) continue;
    if (const auto wrong = objection(client, request, {channel}, products)) {
      return send_error(client, "Failed to subscribe", *wrong);
    }
  }
  if (channels.empty()) return send_error(client, "Failed to subscribe", "No channels were provided");
  std::vector<std::pair<std::string, const ListedMarket*>> fresh;
  for (const auto& [channel, products] : wanted) {
    if (channel == "status" && !leave) session.subscribed[channel];
    if (channel == "heartbeats") {
      if (leave) {
        session.subscribed.erase(channel);
      } else {
        session.subscribed[channel].insert("heartbeats");
      }
      continue;
    }
    for (const std::string& product : products) {
      session.silent.erase({channel, product});
      if (leave) {
        session.subscribed[channel].erase(product);
        continue;
      }
      const ListedMarket& market = *host_->find(product);
      if (const auto refused = strike(session, channel, market)) {
        return send_error(client, "Failed to subscribe", *refused);
      }
      session.subscribed[channel].insert(product);
      fresh.emplace_back(channel, &market);
    }
    if (leave && session.subscribed[channel].empty()) session.subscribed.erase(channel);
  }
  // The Exchange confirms first, Advanced Trade sends first.
  if (session.api == Api::Exchange) send_subscriptions(client);
  for (const auto& [channel, market] : fresh) {
    if (session.has(channel, market->instrument().symbol)) send_first(client, channel, *market);
  }
  if (session.api == Api::Exchange && !leave && wanted.contains("status")) {
    std::string products;
    for (const auto& market : host_->markets()) {
      products += (products.empty() ? "" : ",") + product_text(market->instrument());
    }
    host_->send(client, fmt::format(R"({{"type":"status","currencies":[],"products":[{}]}})", products));
  }
  if (session.api == Api::Advanced) send_subscriptions(client);
}

void CoinbaseProtocol::send_first(Client& client, const std::string& channel, const ListedMarket& market) {
  const auto& trades = market.trades();
  if (client.as<Session>().api == Api::Exchange) {
    if (is_book(channel)) host_->send(client, snapshot_text(market));
    if (channel == "matches" && !trades.empty()) host_->send(client, match_text(market, trades.back(), "last_match"));
    if (channel == "ticker" && !trades.empty()) host_->send(client, ticker_text(market));
    return;
  }
  if (is_book(channel)) send_numbered(client, "l2_data", l2_event(market, "snapshot", whole_book(market)));
  if (channel == "market_trades") {
    const std::size_t count = std::min(trades_told, trades.size());
    const std::vector<TradePrint> latest(trades.end() - static_cast<std::ptrdiff_t>(count), trades.end());
    send_numbered(client, "market_trades", trades_event(market, "snapshot", latest, true));
  }
  if (channel == "ticker") send_numbered(client, "ticker", ticker_event(market, "snapshot"));
}

void CoinbaseProtocol::send_subscriptions(Client& client) {
  const auto& session = client.as<Session>();
  if (session.api == Api::Advanced) {
    Json lists = Json::object();
    for (const auto& [channel, products] : session.subscribed) lists[channel] = products;
    return send_numbered(client, "subscriptions", Json{{"subscriptions", lists}}.dump());
  }
  nlohmann::ordered_json channels = nlohmann::ordered_json::array();
  for (const auto& [channel, products] : session.subscribed) {
    channels.push_back({{"name", channel == "level2_batch" ? "level2_50" : channel},
                        {"product_ids", products},
                        {"account_ids", nullptr}});
  }
  host_->send(client, R"({"type":"subscriptions","channels":)" + channels.dump() + "}");
}

void CoinbaseProtocol::send_error(Client& client, std::string_view message, std::string_view reason) {
  // Advanced Trade has a message without a reason, and no number.
  host_->send(client, client.as<Session>().api == Api::Advanced
                          ? Json{{"type", "error"}, {"message", reason}}.dump()
                          : Json{{"type", "error"}, {"message", message}, {"reason", reason}}.dump());
}

void CoinbaseProtocol::send_numbered(Client& client, std::string_view channel, std::string_view events) {
  host_->send(client,
              fmt::format(R"({{"channel":"{}","client_id":"","timestamp":"{}","sequence_num":{},"events":[{}]}})",
                          channel, to_iso8601(unix_now()), client.as<Session>().next_number++, events));
}

// --- What happens ---------------------------------------------------------------------------------------------------

std::vector<Client*> CoinbaseProtocol::listeners(Api api, std::string_view channel, std::string_view product) const {
  std::vector<Client*> out;
  for (Client* const client : clients_) {
    const auto& session = client->as<Session>();
    if (session.api == api && session.has(channel, product)) out.push_back(client);
  }
  return out;
}

void CoinbaseProtocol::on_trade(ListedMarket& market, const TradePrint& trade) {
  Pending& pending = pending_[&market];
  pending.trades.push_back(trade);
  pending.ticker = true;
  const auto clients = listeners(Api::Exchange, "matches", market.instrument().symbol);
  if (!clients.empty()) {
    host_->deliver(clients, VenueHost::occasion(market, "trade"), match_text(market, trade, "match"));
  }
}

void CoinbaseProtocol::on_book_change(ListedMarket& market, std::span<const match::LevelChange> changes) {
  Pending& pending = pending_[&market];
  std::vector<ChangedLevel> levels;
  for (const match::LevelChange& change : changes) {
    pending.levels[{change.side, change.price}] = change.quantity;
    levels.push_back({change.side, change.price, change.quantity});
  }
  const auto clients = listeners(Api::Exchange, "level2", market.instrument().symbol);
  if (!clients.empty()) host_->deliver(clients, VenueHost::occasion(market, "depth"), l2update_text(market, levels));
}

void CoinbaseProtocol::flush_batch(ListedMarket& market, Pending& pending) {
  const std::string& product = market.instrument().symbol;
  const auto numbered = [&](std::string_view channel, std::string_view named, const Occasion& occasion,
                            const std::string& event) {
    const auto clients = listeners(Api::Advanced, channel, product);
    if (clients.empty()) return;
    host_->deliver(clients, occasion, [&](Client& client) {
      return fmt::format(R"({{"channel":"{}","client_id":"","timestamp":"{}","sequence_num":{},"events":[{}]}})", named,
                         to_iso8601(unix_now()), client.as<Session>().next_number++, event);
    });
  };
  if (!pending.levels.empty()) {
    std::vector<ChangedLevel> levels;
    for (const auto& [key, quantity] : pending.levels) levels.push_back({key.first, key.second, quantity});
    pending.levels.clear();
    const Occasion occasion = VenueHost::occasion(market, "depth");
    const auto clients = listeners(Api::Exchange, "level2_batch", product);
    if (!clients.empty()) host_->deliver(clients, occasion, l2update_text(market, levels));
    numbered("level2", "l2_data", occasion, l2_event(market, "update", levels));
  }
  if (!pending.trades.empty()) {
    numbered("market_trades", "market_trades", VenueHost::occasion(market, "trade"),
             trades_event(market, "update", pending.trades, false));
    pending.trades.clear();
  }
  if (std::exchange(pending.ticker, false)) {
    const Occasion occasion = VenueHost::occasion(market, "quote");
    const auto clients = listeners(Api::Exchange, "ticker", product);
    if (!clients.empty()) host_->deliver(clients, occasion, ticker_text(market));
    numbered("ticker", "ticker", occasion, ticker_event(market, "update"));
  }
}

void CoinbaseProtocol::flush() {
  for (auto& [market, pending] : pending_) flush_batch(*market, pending);
}

void CoinbaseProtocol::tick(Nanos now) {
  if (now >= next_batch_) {
    next_batch_ = now + batch;
    flush();
  }
  for (Client* const client : clients_) {
    const auto& session = client->as<Session>();
    if (!client->gone && !session.spoke && now - client->opened > subscribe_limit) {
      host_->close(*client, 1000, "no subscription within five seconds");
    }
  }
  if (now < next_beat_) return;
  next_beat_ = now + std::chrono::seconds{1};
  ++beats_;
  for (const auto& market : host_->markets()) {
    const auto clients = listeners(Api::Exchange, "heartbeat", market->instrument().symbol);
    for (Client* const client : clients) host_->send(*client, heartbeat_text(*market));
  }
  for (Client* const client : clients_) {
    if (client->as<Session>().api != Api::Advanced || !client->as<Session>().has("heartbeats", "heartbeats")) continue;
    send_numbered(*client, "heartbeats",
                  fmt::format(R"({{"current_time":"{}","heartbeat_counter":"{}"}})", to_iso8601(unix_now()), beats_));
  }
}

}  // namespace trunkline::sandbox::coinbase
