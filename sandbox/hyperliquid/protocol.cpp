#include "sandbox/hyperliquid/protocol.hpp"

#include <algorithm>
#include <array>
#include <expected>
#include <fmt/format.h>
#include <set>

#include "sandbox/hyperliquid/text.hpp"

namespace trunkline::sandbox::hyperliquid {
namespace {

using json = Json;

constexpr std::array<std::string_view, 10> channel_names{"l2Book",         "bbo",         "trades",       "candle",
                                                         "activeAssetCtx", "allMids",     "orderUpdates", "userFills",
                                                         "userEvents",     "userFundings"};
// As faults name the streams.
constexpr std::array<std::string_view, 10> stream_names{"depth",          "bbo",         "trade",        "candle",
                                                        "activeAssetCtx", "allMids",     "orderUpdates", "userFills",
                                                        "userEvents",     "userFundings"};
constexpr std::size_t past_trades = 30;
constexpr std::size_t past_fills = 2'000;
constexpr Nanos fast_interval = std::chrono::milliseconds{500};
constexpr Nanos slow_interval = std::chrono::seconds{5};

// Nullopt where the venue has no such stream.
std::optional<Subscription> read_subscription(const VenueHost& host, const json& wanted) {
  Subscription out;
  const auto found = std::ranges::find(channel_names, text_at(wanted, "type"));
  if (found == channel_names.end()) return std::nullopt;
  out.channel = static_cast<Channel>(found - channel_names.begin());
  if (out.channel == Channel::Mids) return out;
  if (is_of_account(out.channel)) {
    const auto user = protocol::signing::EvmAddress::parse(text_at(wanted, "user"));
    if (!user) return std::nullopt;
    out.user = user->to_text();
    return out;
  }
  out.market = host.find(text_at(wanted, "coin"));
  if (out.market == nullptr) return std::nullopt;
  if (out.channel == Channel::Candle) {
    out.interval = text_at(wanted, "interval");
    if (!interval_ms(out.interval)) return std::nullopt;
  }
  if (out.channel == Channel::Book) {
    const auto fast = wanted.find("fast");
    out.fast = fast != wanted.end() && fast->is_boolean() && fast->get<bool>();
    // Levels are not put together here.
    for (const char* const option : {"nSigFigs", "mantissa"}) {
      if (const auto given = wanted.find(option); given != wanted.end() && !given->is_null()) return std::nullopt;
    }
  }
  return out;
}

std::string_view channel_of(const Subscription& stream) {
  if (stream.channel == Channel::Context && !is_perpetual(stream.market->instrument())) return "activeSpotAssetCtx";
  return channel_names[static_cast<std::size_t>(stream.channel)];
}

std::string context_data(const ListedMarket& market) {
  return fmt::format(R"({{"coin":"{}","ctx":{}}})", market.instrument().symbol, context_text(market, false));
}

Occasion occasion_of(const Subscription& stream) {
  const std::string_view name = stream_names[static_cast<std::size_t>(stream.channel)];
  return stream.market == nullptr ? Occasion{to_text(Market::Usdm), {}, name}
                                  : VenueHost::occasion(*stream.market, name);
}

}  // namespace

Result<std::vector<Instrument>> HyperliquidProtocol::list(const std::vector<std::string>& symbols) {
  std::vector<Instrument> out;
  std::size_t pairs = 0;
  for (const std::string& symbol : symbols) {
    if (symbol.find('/') != std::string::npos) ++pairs;
    auto instrument = make_listing(symbol, pairs);
    if (!instrument) return std::unexpected(instrument.error());
    out.push_back(std::move(*instrument));
  }
  return out;
}

void HyperliquidProtocol::begin(VenueHost& host) {
  host_ = &host;
  info_ = std::make_unique<Info>(host);
  trading_ = std::make_unique<Trading>(
      accounts_, host, *this, [this](std::string_view channel, const std::string& user, const std::string& data) {
        tell_user(channel, user, data);
      });
  account_info_ = std::make_unique<AccountInfo>(*trading_);
  door_ = std::make_unique<ExchangeDoor>(*trading_, host);
}

std::optional<net::HttpResponse> HyperliquidProtocol::control(const net::HttpRequest& request) {
  return trading_->books(request);
}

std::optional<net::HttpResponse> HyperliquidProtocol::refuse(const net::HttpRequest& request) {
  if (request.path == "/ws") return std::nullopt;
  return net::HttpResponse{.status = 404};
}

void HyperliquidProtocol::open(Client& client, const net::HttpRequest&) {
  client.state = std::make_unique<HyperliquidClient>();
  clients_.push_back(&client);
  send(client, "Websocket connection established.");
}

void HyperliquidProtocol::gone(Client& client) {
  std::erase(clients_, &client);
}

std::size_t HyperliquidProtocol::subscriptions(const Client& client) const {
  return client.as<HyperliquidClient>().subscriptions.size();
}

void HyperliquidProtocol::send(Client& client, std::string text) {
  client.as<HyperliquidClient>().told = monotonic_now();
  host_->send(client, std::move(text));
}

void HyperliquidProtocol::send_error(Client& client, std::string_view text) {
  send(client, message_text("error", json(text).dump(-1, ' ', false, json::error_handler_t::replace)));
}

// --- REST -----------------------------------------------------------------------------------------------------------

bool HyperliquidProtocol::spend(int weight) {
  const Nanos now = monotonic_now();
  if (now - minute_began_ >= std::chrono::minutes{1}) {
    minute_began_ = now;
    used_weight_ = 0;
  }
  if (weight_per_minute_ != no_weight_limit && used_weight_ + weight > weight_per_minute_) return false;
  used_weight_ += weight;
  return true;
}

bool HyperliquidProtocol::request(const net::HttpRequest& request, net::Responder responder) {
  if (request.path != "/info" && request.path != "/exchange") return false;
  net::HttpResponse response;
  if (request.method != "POST") {
    response.status = 405;
    responder.respond(std::move(response));
    return true;
  }
  if (request.path == "/exchange") {
    exchange(request, responder);
    return true;
  }
  const json question = parse_request(request.body);
  if (AccountInfo::is_one(question)) {
    ask_account(question, responder);
    return true;
  }
  if (auto refused = host_->refused_request({to_text(Market::Usdm), {}, "rest"})) {
    responder.respond(std::move(*refused));
    return true;
  }
  if (!spend(Info::weight_of(question))) {
    response.status = 429;
    response.body = "null";
    responder.respond(std::move(response));
    return true;
  }
  InfoAnswer answer = info_->answer(question);
  response.status = answer.status;
  response.body = std::move(answer.body);
  host_->later(answer.delay, [responder, late = std::move(response)]() mutable { responder.respond(std::move(late)); });
  return true;
}

// --- WebSocket ------------------------------------------------------------------------------------------------------

void HyperliquidProtocol::message(Client& client, MessageKind kind, std::string_view text) {
  const json request = kind == MessageKind::Text ? parse_request(text) : json();
  const std::string method = request.is_object() ? text_at(request, "method") : std::string{};
  if (method == "ping") return send(client, R"({"channel":"pong"})");
  if (method == "subscribe" || method == "unsubscribe") return subscribe(client, request, method == "subscribe");
  if (method == "post") return post(client, request);
  send_error(client, fmt::format("Error parsing JSON into valid websocket request: {}", excerpt(text)));
}

void HyperliquidProtocol::subscribe(Client& client, const json& request, bool subscribes) {
  const auto asked = request.find("subscription");
  const json wanted_text = asked == request.end() ? json() : *asked;
  const std::string shown = wanted_text.dump(-1, ' ', false, json::error_handler_t::replace);
  const auto wanted = wanted_text.is_object() ? read_subscription(*host_, wanted_text) : std::nullopt;
  if (!wanted) return send_error(client, fmt::format("Invalid subscription {}", excerpt(shown, 200)));
  auto& subscriptions = client.as<HyperliquidClient>().subscriptions;
  const auto same = [&](const Subscription& each) { return each.same_stream(*wanted); };
  if (subscribes) {
    const Occasion occasion = occasion_of(*wanted);
    if (host_->faults().strike(FaultKind::RefuseSubscription, occasion)) {
      return send_error(client, fmt::format("Invalid subscription {}", shown));
    }
    if (std::ranges::any_of(subscriptions, same)) {
      return send_error(client, fmt::format("Already subscribed: {}", shown));
    }
    Subscription taken = *wanted;
    taken.silent = host_->faults().strike(FaultKind::SilentSubscription, occasion).has_value();
    subscriptions.push_back(std::move(taken));
  } else if (std::erase_if(subscriptions, same) == 0) {
    return send_error(client, fmt::format("Already unsubscribed: {}", shown));
  }
  json told = wanted_text;
  if (wanted->channel == Channel::Book) {
    told.emplace("nSigFigs", nullptr);
    told.emplace("mantissa", nullptr);
  }
  send(client, message_text("subscriptionResponse",
                            json{{"method", subscribes ? "subscribe" : "unsubscribe"}, {"subscription", told}}.dump()));
  if (subscribes && !subscriptions.back().silent) send_first(client, *wanted);
}

void HyperliquidProtocol::post(Client& client, const json& request) {
  const auto id = request.find("id");
  const auto asked = request.find("request");
  if (id == request.end() || !id->is_number_unsigned() || asked == request.end() || !asked->is_object()) {
    return send_error(client, "Error parsing JSON into valid websocket request");
  }
  const auto payload = asked->find("payload");
  const auto reply = [&](std::string_view type, const std::string& data) {
    send(client, message_text("post", fmt::format(R"({{"id":{},"response":{{"type":"{}","payload":{}}}}})",
                                                  id->get<std::uint64_t>(), type, data)));
  };
  const std::string type = text_at(*asked, "type");
  if (type == "action" && payload != asked->end()) return post_action(client, id->get<std::uint64_t>(), *payload);
  if (type != "info" || payload == asked->end())
    return reply("error", json(fmt::format("Invalid request type: {}", excerpt(type))).dump());
  if (!spend(Info::weight_of(*payload))) return reply("error", R"("429: Too many requests")");
  const InfoAnswer answer = AccountInfo::is_one(*payload) ? account_info_->answer(*payload) : info_->answer(*payload);
  if (answer.status != 200) return reply("error", json(fmt::format("{}: {}", answer.status, answer.body)).dump());
  reply("info", fmt::format(R"({{"type":"{}","data":{}}})", text_at(*payload, "type"), answer.body));
}

void HyperliquidProtocol::send_first(Client& client, const Subscription& subscription) {
  const std::string_view channel = channel_of(subscription);
  if (subscription.channel == Channel::Mids) {
    return send(client, message_text(channel, fmt::format(R"({{"mids":{}}})", mids_text(*host_))));
  }
  if (is_of_account(subscription.channel)) {
    Json first{{"isSnapshot", true}, {"user", subscription.user}};
    if (subscription.channel == Channel::UserFundings) {
      first["fundings"] = Json::array();
      for (const UserEntry& paid : trading_->feed().fundings(subscription.user)) first["fundings"].push_back(paid.text);
    } else if (subscription.channel == Channel::UserFills) {
      first["fills"] = Json::array();
      const auto& fills = trading_->feed().fills(subscription.user);
      for (auto fill = fills.rbegin(); fill != fills.rend() && first["fills"].size() < past_fills; ++fill)
        first["fills"].push_back(fill->text);
    } else {
      return;
    }
    return send(client, message_text(channel, first.dump()));
  }
  const ListedMarket& market = *subscription.market;
  const Instrument& in = market.instrument();
  switch (subscription.channel) {
    case Channel::Book: {
      const std::size_t depth = subscription.fast ? fast_book_depth : book_depth;
      return send(client, message_text(channel, book_text(in, market.book(depth), depth, market.now_ms())));
    }
    case Channel::Bbo:
      return send(client, message_text(channel, bbo_text(market)));
    case Channel::Trades: {
      const auto& trades = market.trades();
      const std::size_t count = std::min(trades.size(), past_trades);
      if (count == 0) return;
      const std::vector<TradePrint> last(trades.end() - static_cast<std::ptrdiff_t>(count), trades.end());
      return send(client, message_text(channel, trades_text(in, last)));
    }
    case Channel::Candle:
      return send(client, message_text(channel,
                                       bar_text(in, market.bar_at(market.now_ms(), *interval_ms(subscription.interval)),
                                                subscription.interval)));
    default:
      return send(client, message_text(channel, context_data(market)));
  }
}

// --- The market -----------------------------------------------------------------------------------------------------

std::vector<Client*> HyperliquidProtocol::subscribers(const Subscription& wanted) {
  std::vector<Client*> found;
  for (Client* const client : clients_) {
    for (const Subscription& each : client->as<HyperliquidClient>().subscriptions) {
      if (!each.silent && each.same_stream(wanted)) found.push_back(client);
    }
  }
  return found;
}

void HyperliquidProtocol::tell(const Subscription& stream, std::string_view channel, const std::string& data) {
  const auto clients = subscribers(stream);
  const Nanos now = monotonic_now();
  for (Client* const client : clients) client->as<HyperliquidClient>().told = now;
  host_->deliver(clients, occasion_of(stream), message_text(channel, data));
}

void HyperliquidProtocol::tell_books(bool fast) {
  const std::size_t depth = fast ? fast_book_depth : book_depth;
  for (const auto& market : host_->markets()) {
    const Subscription stream{.channel = Channel::Book, .market = market.get(), .fast = fast};
    if (subscribers(stream).empty()) continue;
    tell(stream, "l2Book", book_text(market->instrument(), market->book(depth), depth, market->now_ms()));
  }
}

// Everything that is pushed by the clock.
void HyperliquidProtocol::tick(Nanos now) {
  trading_->advance();
  const auto due = [now](Nanos& next, Nanos interval) {
    if (now < next) return false;
    next = now + interval;
    return true;
  };
  if (due(next_fast_, fast_interval)) tell_books(true);
  if (due(next_slow_, slow_interval)) tell_books(false);
  if (!due(next_second_, std::chrono::seconds{1})) return;
  const Subscription mids{.channel = Channel::Mids};
  if (!subscribers(mids).empty()) tell(mids, "allMids", fmt::format(R"({{"mids":{}}})", mids_text(*host_)));
  for (const auto& market : host_->markets()) {
    const Subscription stream{.channel = Channel::Context, .market = market.get()};
    if (!subscribers(stream).empty()) tell(stream, channel_of(stream), context_data(*market));
  }
  for (Client* const client : clients_) {
    if (now - client->as<HyperliquidClient>().told >= silence_limit) host_->close(*client, 1000, "Inactive");
  }
}

void HyperliquidProtocol::flush() {
  tell_books(true);
  tell_books(false);
}

void HyperliquidProtocol::on_trade(ListedMarket& market, const TradePrint& trade) {
  printed_[&market].push_back(trade);
}

void HyperliquidProtocol::on_book_change(ListedMarket& market, std::span<const match::LevelChange>) {
  const auto found = printed_.find(&market);
  if (found == printed_.end()) return;
  const std::vector<TradePrint> trades = std::move(found->second);
  printed_.erase(found);
  const Instrument& in = market.instrument();
  const Subscription stream{.channel = Channel::Trades, .market = &market};
  if (!subscribers(stream).empty()) tell(stream, "trades", trades_text(in, trades));
  std::set<std::string> intervals;
  for (Client* const client : clients_) {
    for (const Subscription& each : client->as<HyperliquidClient>().subscriptions) {
      if (each.channel == Channel::Candle && each.market == &market) intervals.insert(each.interval);
    }
  }
  for (const std::string& interval : intervals) {
    tell({.channel = Channel::Candle, .market = &market, .interval = interval}, "candle",
         bar_text(in, market.bar_at(market.now_ms(), *interval_ms(interval)), interval));
  }
}

void HyperliquidProtocol::on_best_change(ListedMarket& market) {
  const Subscription stream{.channel = Channel::Bbo, .market = &market};
  if (!subscribers(stream).empty()) tell(stream, "bbo", bbo_text(market));
}

}  // namespace trunkline::sandbox::hyperliquid
