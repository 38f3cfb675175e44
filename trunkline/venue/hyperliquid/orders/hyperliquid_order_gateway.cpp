#include "trunkline/venue/hyperliquid/orders/hyperliquid_order_gateway.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "trunkline/core/crash_point.hpp"

namespace trunkline::venue::hyperliquid::orders {
namespace {

using order::OrderOutcome;
using order::OrderReason;
using order::OrderState;
using order::OrderUpdate;
using order::Ticket;

constexpr Nanos ping_interval = std::chrono::seconds{50};  // the venue drops a silent connection after 60
// An event that was lost is not noticed, and payments are made each hour.
constexpr Nanos funding_interval = std::chrono::minutes{10};
constexpr std::size_t most_in_an_action = 39;  // from 40 on it has more weight
constexpr std::string_view account_streams[] = {"orderUpdates", "userFills", "userFundings"};

std::uint64_t milliseconds(Nanos time) noexcept {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, time / std::chrono::milliseconds{1}));
}

std::string subscription(std::string_view type, std::string_view user) {
  return fmt::format(R"({{"method":"subscribe","subscription":{{"type":"{}","user":"{}"}}}})", type, user);
}

}  // namespace

HyperliquidOrderGateway::HyperliquidOrderGateway(HyperliquidOrderConfig config, protocol::signing::Secp256k1Key key)
    : config_(std::move(config)),
      key_(std::move(key)),
      user_(config_.vault ? *config_.vault : config_.account.value_or(key_.address())),
      lanes_{{.name = "orders", .url = config_.stream_url}},
      nonces_(config_.nonce_file) {}

void HyperliquidOrderGateway::on_start(Nanos now, Sink&, Outbox& outbox) {
  if (funding_since_ == Nanos{0}) funding_since_ = now;
  ask_meta(now, outbox);
}

void HyperliquidOrderGateway::on_open(ConnectionId connection, LaneId, Nanos now, Sink&, Outbox& outbox) {
  connection_ = connection;
  ping_due_ = now + ping_interval;
  awaited_ = std::size(account_streams);
  for (const std::string_view type : account_streams) outbox.send(connection, subscription(type, user()));
  outbox.send(connection, R"({"method":"subscribe","subscription":{"type":"allMids"}})");
  funding_due_ = now;
  outbox.ready(connection);
}

void HyperliquidOrderGateway::on_closed(ConnectionId connection, std::string_view reason, Nanos now, Sink&, Outbox&) {
  if (connection_ == connection) {
    connection_.reset();
    update_connected(reason);
  }
  for (Pending& pending : pending_.take_lost(connection)) {
    fail_request(std::move(pending),
                 {OrderOutcome::Unknown, OrderReason::Disconnected,
                  fmt::format("the connection was lost before the answer: {}", excerpt(reason))},
                 now);
  }
}

void HyperliquidOrderGateway::on_tick(Nanos now, Sink&, Outbox& outbox) {
  for (Pending& pending : pending_.take_overdue(now)) {
    ++counters_.timeouts;
    fail_request(std::move(pending), {OrderOutcome::Unknown, OrderReason::Timeout, "no answer in time"}, now);
  }
  for (OrderUpdate& ended : chains_.overdue(now)) tell(std::move(ended));
  if (symbols_.empty() && meta_due_ != Nanos{0} && meta_due_ <= now) ask_meta(now, outbox);
  if (connected_ && funding_due_ <= now) ask_funding(now, outbox);
  if (connected_ && holdings_due_ != Nanos{0} && holdings_due_ <= now) {
    holdings_due_ = Nanos{0};
    ask_account(Ask::Holdings, {}, now, outbox);
  }
  if (connection_ && ping_due_ <= now) {
    ping_due_ = now + ping_interval;
    outbox.send(*connection_, R"({"method":"ping"})");
  }
}

Result<void> HyperliquidOrderGateway::command(const Command&, Nanos, Sink&, Outbox&) {
  return fail(ErrorCode::Unsupported, "orders have no subscriptions");
}

void HyperliquidOrderGateway::update_connected(std::string_view why) {
  const bool connected = !symbols_.empty() && connection_.has_value() && awaited_ == 0;
  if (std::exchange(connected_, connected) == connected) return;
  tell(order::GatewayConnected{connected, std::string(why)});
}

void HyperliquidOrderGateway::take_malformed(std::string_view what, Outbox& outbox) {
  ++counters_.malformed;
  outbox.report({Severity::Warning, "order_message_parse_error", {}, {}, {{"error", std::string(what)}}});
}

// ---- requests

// What is asked for is carried out in its order: another kind of action sends what was gathered before it.
void HyperliquidOrderGateway::gather(ListAction kind, std::string_view item, Pending part, Nanos now, Outbox& outbox) {
  if (gathered_.kind != kind || gathered_.parts.size() == most_in_an_action) end_turn(now, outbox);
  gathered_.kind = kind;
  if (!gathered_.items.empty()) gathered_.items += ',';
  gathered_.items += item;
  gathered_.parts.push_back(std::move(part));
}

void HyperliquidOrderGateway::end_turn(Nanos now, Outbox& outbox) {
  if (gathered_.parts.empty()) return;
  Gathered gathered = std::exchange(gathered_, {});
  Pending pending{.ask = gathered.parts.front().ask, .parts = std::move(gathered.parts)};
  send_action(list_action(gathered.kind, gathered.items), gathered.kind == ListAction::Place, std::move(pending), now,
              outbox);
}

void HyperliquidOrderGateway::send_action(std::string action, bool creates, Pending pending, Nanos now,
                                          Outbox& outbox) {
  end_turn(now, outbox);
  const auto nonce = nonces_.next(now);
  if (!nonce) {
    return fail_request(std::move(pending), {OrderOutcome::NotSent, OrderReason::JournalFailed, nonce.error().message},
                        now);
  }
  ActionEnvelope envelope{.nonce = *nonce, .vault = config_.vault};
  if (creates) envelope.expires_after = milliseconds(now + clock_offset_ + config_.expires_after);
  const auto digest = l1_digest(action, envelope, config_.network);
  if (!digest) {
    return fail_request(std::move(pending), {OrderOutcome::NotSent, OrderReason::InvalidOrder, digest.error().message},
                        now);
  }
  std::string request =
      fmt::format(R"({{"action":{},"nonce":{},"signature":{})", action, envelope.nonce, to_json(key_.sign(*digest)));
  if (envelope.vault) request += fmt::format(R"(,"vaultAddress":"{}")", envelope.vault->to_text());
  if (envelope.expires_after) request += fmt::format(R"(,"expiresAfter":{})", *envelope.expires_after);
  request += '}';
  const std::uint64_t id = next_id_++;
  pending.deadline = now + config_.request_timeout;
  pending.connection = connection_;
  pending_.add(id, std::move(pending));
  crash_point("send:before");
  if (connection_) {
    outbox.send(*connection_,
                fmt::format(R"({{"method":"post","id":{},"request":{{"type":"action","payload":{}}}}})", id, request));
  } else {
    Request post{.id = static_cast<RequestId>(id), .url = config_.rest_base + "/exchange"};
    post.method = "POST";
    post.body = std::move(request);
    post.content_type = "application/json";
    outbox.request(std::move(post));
  }
  crash_point("send:after");
}

void HyperliquidOrderGateway::send_info(std::string body, Pending pending, Nanos now, Outbox& outbox) {
  const std::uint64_t id = next_id_++;
  const bool light = pending.ask == Ask::Status || pending.ask == Ask::Account || pending.ask == Ask::Holdings;
  const std::uint32_t weight = light ? 2 : 20;
  pending.deadline = now + config_.request_timeout;
  pending_.add(id, std::move(pending));
  Request post{.id = static_cast<RequestId>(id), .url = config_.rest_base + "/info", .weight = weight};
  post.method = "POST";
  post.body = std::move(body);
  post.content_type = "application/json";
  outbox.request(std::move(post));
}

void HyperliquidOrderGateway::ask_meta(Nanos now, Outbox& outbox) {
  meta_due_ = Nanos{0};
  send_info(R"({"type":"meta"})", {.ask = Ask::Meta}, now, outbox);
}

void HyperliquidOrderGateway::ask_funding(Nanos now, Outbox& outbox) {
  funding_due_ = now + funding_interval;
  send_info(fmt::format(R"({{"type":"userFunding","user":"{}","startTime":{}}})", user(), milliseconds(funding_since_)),
            {.ask = Ask::Funding}, now, outbox);
}

// What a market order may cost at most: the middle price, moved by the slippage and rounded by the price rules.
std::optional<Price> HyperliquidOrderGateway::market_price(const order::InFlightOrder& order,
                                                           const order::TradingRule& rule) const {
  const auto mid = mids_.find(rule.venue_symbol);
  if (mid == mids_.end()) return std::nullopt;
  const bool buying = order.side == order::TradeType::Buy;
  const std::int64_t share = 10'000 + (buying ? 1 : -1) * static_cast<std::int64_t>(config_.slippage_bp);
  const Price moved =
      Price::from_raw(static_cast<std::int64_t>(static_cast<Int128>(mid->second.raw()) * share / 10'000));
  return quantize_price(rule, moved, order.side);
}

void HyperliquidOrderGateway::take_over(const order::InFlightOrder& order, Nanos now) {
  chains_.take_over(order, now + config_.expires_after + config_.request_timeout);
}

void HyperliquidOrderGateway::place(Ticket ticket, const order::InFlightOrder& order, Nanos now, Outbox& outbox) {
  const order::TradingRule* const rule = symbols_.find(order.trading_pair);
  const auto price = rule == nullptr                            ? std::nullopt
                     : order::has_limit_price(order.order_type) ? std::optional(order.price)
                     : order::is_conditional(order.order_type)  ? std::optional(order.trigger_price)
                                                                : market_price(order, *rule);
  if (!price) {
    return answer<order::PlaceAnswer>(
        ticket, order::not_sent(OrderReason::InvalidOrder,
                                rule == nullptr ? "its trading pair is not known" : "no middle price is known yet"));
  }
  gather(ListAction::Place, order_text(order, *rule, *price, order.amount),
         {.ask = Ask::Place, .ticket = ticket, .order = order}, now, outbox);
}

void HyperliquidOrderGateway::cancel(Ticket ticket, const order::InFlightOrder& order, Nanos now, Outbox& outbox) {
  const order::TradingRule* const rule = symbols_.find(order.trading_pair);
  if (rule == nullptr) {
    return answer<OrderUpdate>(ticket, order::not_sent(OrderReason::InvalidOrder, "its trading pair is not known"));
  }
  gather(cancel_kind(order), cancel_text(order, *rule), {.ask = Ask::Cancel, .ticket = ticket, .order = order}, now,
         outbox);
}

void HyperliquidOrderGateway::amend(Ticket ticket, const order::InFlightOrder& order, Price price, Quantity amount,
                                    Nanos now, Outbox& outbox) {
  const order::TradingRule* const rule = symbols_.find(order.trading_pair);
  if (rule == nullptr || order.exchange_order_id.empty()) {
    return answer<OrderUpdate>(ticket, order::not_sent(OrderReason::InvalidOrder, "the order has no number yet"));
  }
  const Nanos until = now + config_.expires_after + config_.request_timeout;
  chains_.begin(order, amount, until);
  const Quantity left = Quantity::from_raw(amount.raw() - order.filled_amount.raw());
  send_action(modify_action(order, *rule, order.exchange_order_id.view(), price, left), true,
              {.ask = Ask::Modify,
               .parts = {{.ask = Ask::Modify, .ticket = ticket, .order = order, .price = price, .left = left}}},
              now, outbox);
}

void HyperliquidOrderGateway::query(Ticket ticket, const order::InFlightOrder& order, Nanos now, Outbox& outbox) {
  const bool cloid = order.client_order_id.view().starts_with("0x");
  const std::string oid = cloid ? fmt::format(R"("{}")", order.client_order_id.view()) : order.exchange_order_id.str();
  send_info(fmt::format(R"({{"type":"orderStatus","user":"{}","oid":{}}})", user(), oid),
            {.ask = Ask::Status, .ticket = ticket, .order = order}, now, outbox);
}

void HyperliquidOrderGateway::query_open_orders(Ticket ticket, Nanos now, Outbox& outbox) {
  send_info(fmt::format(R"({{"type":"frontendOpenOrders","user":"{}"}})", user()), {.ask = Ask::Open, .ticket = ticket},
            now, outbox);
}

void HyperliquidOrderGateway::query_fills(Ticket ticket, const std::vector<order::InFlightOrder>&, Nanos since,
                                          Nanos now, Outbox& outbox) {
  send_info(fmt::format(R"({{"type":"userFillsByTime","user":"{}","startTime":{}}})", user(), milliseconds(since)),
            {.ask = Ask::Fills, .ticket = ticket, .since = since}, now, outbox);
}

void HyperliquidOrderGateway::ask_account(Ask ask, Ticket ticket, Nanos now, Outbox& outbox) {
  send_info(fmt::format(R"({{"type":"clearinghouseState","user":"{}"}})", user()), {.ask = ask, .ticket = ticket}, now,
            outbox);
}

void HyperliquidOrderGateway::query_account(Ticket ticket, Nanos now, Outbox& outbox) {
  ask_account(Ask::Account, ticket, now, outbox);
}

void HyperliquidOrderGateway::set_leverage(Ticket ticket, SymbolHash trading_pair, std::uint32_t leverage, Nanos now,
                                           Outbox& outbox) {
  const order::TradingRule* const rule = symbols_.find(trading_pair);
  if (rule == nullptr) {
    return answer<void>(ticket, order::not_sent(OrderReason::InvalidOrder, "its trading pair is not known"));
  }
  send_action(leverage_action(*rule, leverage, true), false, {.ask = Ask::Leverage, .ticket = ticket}, now, outbox);
}

void HyperliquidOrderGateway::extend_dead_man_switch(Ticket ticket, Nanos timeout, Nanos now, Outbox& outbox) {
  send_action(schedule_cancel_action(milliseconds(now + clock_offset_ + timeout)), false,
              {.ask = Ask::ScheduleCancel, .ticket = ticket}, now, outbox);
}

}  // namespace trunkline::venue::hyperliquid::orders
