#include "trunkline/venue/binance/orders/binance_order_gateway.hpp"

#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "trunkline/venue/json_fields.hpp"

namespace trunkline::venue::binance::orders {
namespace {

constexpr Nanos clock_interval = std::chrono::minutes{10};
constexpr Nanos keep_key_interval = std::chrono::minutes{30};  // it dies after 60
constexpr Nanos try_again = std::chrono::seconds{1};
constexpr LaneId user_lane{1};
constexpr std::int64_t longest_ban_s = 3 * 86'400;
// After the venue told of a funding payment.
constexpr Nanos funding_delays[] = {std::chrono::seconds{1}, std::chrono::seconds{10}, std::chrono::minutes{1}};

std::vector<Lane> lanes_of(const BinanceOrderConfig& config) {
  if (config.segment == Segment::Spot) {
    return {{.name = "api", .url = "wss://ws-api.binance.com:443/ws-api/v3", .maximum_age = config.maximum_age}};
  }
  return {{.name = "api", .url = "wss://ws-fapi.binance.com/ws-fapi/v1", .maximum_age = config.maximum_age},
          {.name = "user", .url = "", .maximum_age = config.maximum_age}};
}

std::optional<std::uint64_t> number_of(const Json& id) {
  if (id.is_number_unsigned()) return id.get<std::uint64_t>();
  if (!id.is_string()) return std::nullopt;
  const std::string& text = id.get_ref<const std::string&>();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

BinanceOrderGateway::BinanceOrderGateway(BinanceOrderConfig config, Signer signer)
    : config_(config), spec_(spec_of(config.segment)), signer_(std::move(signer)), lanes_(lanes_of(config)) {}

void BinanceOrderGateway::on_start(Nanos now, Sink&, Outbox& outbox) {
  ask_catalog(now, outbox);
  ask_time(now, outbox);
  if (!spot()) ask_listen_key(Call::ListenKey, now, outbox);
  if (funding_since_ == Nanos{0}) funding_since_ = now;
}

void BinanceOrderGateway::on_open(ConnectionId connection, LaneId lane, Nanos now, Sink&, Outbox& outbox) {
  if (lane == user_lane) {
    user_ = connection;
    outbox.ready(connection);
    funding_asked_ = std::size(funding_delays) - 1;
    funding_due_ = now;
    return update_connected("the account's stream is open");
  }
  api_ = connection;
  if (!spot()) return outbox.ready(connection);
  Pending pending{.call = Call::SubscribeUser};
  pending.connection = connection;
  send(Call::SubscribeUser, {}, pending, now, outbox);
}

void BinanceOrderGateway::on_closed(ConnectionId connection, std::string_view reason, Nanos now, Sink&,
                                    Outbox& outbox) {
  if (api_ == connection) api_.reset();
  if (user_ == connection) {
    user_.reset();
    update_connected(reason);
    // The key may be why; another one does not hurt.
    if (!spot()) ask_listen_key(Call::ListenKey, now, outbox);
  }
  for (Pending& pending : pending_.take_lost(connection)) {
    fail_request(std::move(pending),
                 {order::OrderOutcome::Unknown, order::OrderReason::Disconnected,
                  fmt::format("the connection was lost before the answer: {}", excerpt(reason))},
                 now, outbox);
  }
}

void BinanceOrderGateway::on_bytes(ConnectionId connection, std::span<char> message, Nanos received, Sink&,
                                   Outbox& outbox) {
  ++counters_.messages;
  const std::string_view text(message.data(), message.size());
  const Json body = Json::parse(text, nullptr, false);
  if (!body.is_object()) return take_malformed(fmt::format("no JSON object: {}", excerpt(text)), outbox);
  if (const auto event = body.find("event"); event != body.end()) return take_user_event(*event, received, outbox);
  if (body.contains("e")) return take_user_event(body, received, outbox);
  // Combined streams wrap what they send.
  if (const auto data = body.find("data"); data != body.end()) return take_user_event(*data, received, outbox);
  const auto id = body.find("id");
  const auto number = id == body.end() ? std::nullopt : number_of(*id);
  if (!number) return take_malformed(fmt::format("neither reply nor event: {}", excerpt(text)), outbox);
  auto found = pending_.take(*number, connection);
  if (!found) {
    ++counters_.late;
    return;
  }
  Pending pending = *std::move(found);
  if (const auto limits = body.find("rateLimits"); limits != body.end()) note_weight(*limits, received);
  const auto state = body.find("status");
  const int status = state != body.end() && state->is_number_integer() ? state->get<int>() : 0;
  const auto result = body.find(status == 200 ? "result" : "error");
  if (status == 0 || result == body.end()) {
    take_malformed(fmt::format("a reply without status or result: {}", excerpt(text)), outbox);
    return fail_request(std::move(pending),
                        {order::OrderOutcome::Unknown, order::OrderReason::VenueError, "a reply that cannot be read"},
                        received, outbox);
  }
  finish(std::move(pending), status, *result, received, outbox);
}

void BinanceOrderGateway::on_reply(const Reply& reply, Sink&, Outbox& outbox) {
  auto found = pending_.take(static_cast<std::uint64_t>(reply.id), std::nullopt);
  if (!found) {
    ++counters_.late;
    return;
  }
  Pending pending = *std::move(found);
  if (pending.call == Call::ExchangeInfo && reply.status == 200) {
    return take_catalog(reply.body, reply.received, outbox);
  }
  const Json body = reply.status == 0 ? Json(std::string(reply.body)) : Json::parse(reply.body, nullptr, false);
  if (reply.status == 200 && body.is_discarded()) {
    take_malformed(fmt::format("no JSON: {}", excerpt(reply.body)), outbox);
    return fail_request(std::move(pending),
                        {order::OrderOutcome::Unknown, order::OrderReason::VenueError, "a reply that cannot be read"},
                        reply.received, outbox);
  }
  Json told = body;
  for (const auto& [name, value] : reply.headers) {
    // As the WebSocket API says it: a time.
    std::int64_t seconds = 0;
    if (name != "Retry-After" || !told.is_object()) continue;
    std::from_chars(value.data(), value.data() + value.size(), seconds);
    seconds = std::clamp<std::int64_t>(seconds, 0, longest_ban_s);
    told["data"]["retryAfter"] = (reply.received + clock_offset_) / std::chrono::milliseconds{1} + seconds * 1'000;
  }
  finish(std::move(pending), reply.status, told, reply.received, outbox);
}

void BinanceOrderGateway::on_tick(Nanos now, Sink&, Outbox& outbox) {
  for (Pending& pending : pending_.take_overdue(now)) {
    ++counters_.timeouts;
    fail_request(std::move(pending), {order::OrderOutcome::Unknown, order::OrderReason::Timeout, "no answer in time"},
                 now, outbox);
  }
  for (order::OrderUpdate& ended : chains_.overdue(now)) tell(std::move(ended));
  if (symbols_.empty() && catalog_due_ != Nanos{0} && catalog_due_ <= now) ask_catalog(now, outbox);
  if (clock_due_ != Nanos{0} && clock_due_ <= now) ask_time(now, outbox);
  if (key_due_ != Nanos{0} && key_due_ <= now) ask_listen_key(Call::ListenKey, now, outbox);
  if (keep_key_due_ != Nanos{0} && keep_key_due_ <= now) {
    keep_key_due_ = now + keep_key_interval;
    ask_listen_key(Call::KeepListenKey, now, outbox);
  }
  ask_funding_if_due(now, outbox);
}

// The event of a payment names no symbol, and none comes while the connection is lost.
void BinanceOrderGateway::ask_funding_if_due(Nanos now, Outbox& outbox) {
  if (!connected_ || funding_due_ == Nanos{0} || funding_due_ > now) return;
  ++funding_asked_;
  funding_due_ = funding_asked_ < std::size(funding_delays) ? now + funding_delays[funding_asked_] : Nanos{0};
  ask_funding(now, outbox);
}

Result<void> BinanceOrderGateway::command(const Command&, Nanos, Sink&, Outbox&) {
  return fail(ErrorCode::Unsupported, "orders have no subscriptions");
}

void BinanceOrderGateway::update_connected(std::string_view why) {
  const bool connected = !symbols_.empty() && clock_known_ && user_.has_value();
  if (std::exchange(connected_, connected) == connected) return;
  tell(order::GatewayConnected{connected, std::string(why)});
}

void BinanceOrderGateway::take_malformed(std::string_view what, Outbox& outbox) {
  ++counters_.malformed;
  outbox.report({Severity::Warning, "order_message_parse_error", {}, {}, {{"error", std::string(what)}}});
}

// ---- what is set up by replies; the rest is in order_gateway_replies.cpp

void BinanceOrderGateway::take_catalog(std::string_view body, Nanos now, Outbox& outbox) {
  auto symbols = Symbols::parse(spec_, body);
  if (!symbols || symbols->empty()) {
    take_malformed(symbols ? "exchangeInfo: no symbols" : symbols.error().message, outbox);
    catalog_due_ = now + try_again;
    return;
  }
  symbols_ = *std::move(symbols);
  tell(order::TradingRules{symbols_.rules()});
  tell(order::OrderLimits{symbols_.limits()});
  update_connected("reference data is here");
}

void BinanceOrderGateway::take_time(const Pending& pending, const Json& body, Nanos now, Outbox& outbox) {
  JsonFields fields(body);
  const Nanos time = fields.milliseconds("serverTime");
  const Nanos offset = time - (pending.asked + (now - pending.asked) / 2);
  if (!fields.ok() || std::chrono::abs(offset) > std::chrono::hours{24}) {
    take_malformed(fmt::format("no server time of ours: {}", excerpt(body.dump())), outbox);
    clock_due_ = now + try_again;
    return;
  }
  clock_offset_ = offset;
  clock_known_ = true;
  clock_due_ = now + clock_interval;
  update_connected("the venue's clock is known");
}

void BinanceOrderGateway::count_in_chain(const order::TradeUpdate& fill) {
  if (auto update = chains_.count(fill)) tell(*std::move(update));
}

void BinanceOrderGateway::tell_fill(order::TradeUpdate fill) {
  count_in_chain(fill);
  tell(std::move(fill));
}

void BinanceOrderGateway::take_user_event(const Json& event, Nanos now, Outbox& outbox) {
  auto read = read_user_event(event, symbols_);
  if (!read) return take_malformed(read.error().message, outbox);
  if (!read->known) ++counters_.unknown_events;
  if (read->funded) {
    funding_asked_ = 0;
    funding_due_ = now + funding_delays[0];
  }
  for (order::GatewayEvent& each : read->events) {
    if (auto* const fill = std::get_if<order::TradeUpdate>(&each)) {
      tell_fill(std::move(*fill));
      continue;
    }
    auto* const update = std::get_if<order::OrderUpdate>(&each);
    if (update == nullptr || chains_.follow(*update, now)) tell(std::move(each));
  }
  if (!read->stream_ended) return;
  // Asked for anew; connected again, everything is asked about.
  if (user_) {
    const ConnectionId gone = *std::exchange(user_, std::nullopt);
    update_connected("the venue ended the account's stream");
    outbox.reconnect(gone, "the venue ended the account's stream");
  }
  if (!spot()) ask_listen_key(Call::ListenKey, now, outbox);
}

}  // namespace trunkline::venue::binance::orders
