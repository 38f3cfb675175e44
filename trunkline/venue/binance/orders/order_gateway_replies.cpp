// What becomes of the answers to BinanceOrderGateway's requests.
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "trunkline/venue/binance/orders/binance_order_gateway.hpp"
#include "trunkline/venue/binance/orders/error_codes.hpp"
#include "trunkline/venue/json_fields.hpp"

namespace trunkline::venue::binance::orders {
namespace {

constexpr Nanos try_again = std::chrono::seconds{1};
constexpr std::size_t page = 1'000;  // trades in a reply at most

using order::OrderError;
using order::OrderOutcome;
using order::OrderReason;

// The order was taken; only we do not understand how.
OrderError unreadable(const Error& error) {
  return {OrderOutcome::Unknown, OrderReason::VenueError, error.message};
}

// Null where there is none.
Json field(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() ? Json() : *found;
}

OrderError error_in(int status, const Json& body) {
  if (!body.is_object()) return error_of(status, 0, body.is_string() ? body.get<std::string>() : body.dump());
  const auto code = body.find("code");
  const auto message = body.find("msg");
  return error_of(status, code != body.end() && code->is_number_integer() ? code->get<std::int64_t>() : 0,
                  message != body.end() && message->is_string() ? message->get<std::string>() : body.dump());
}

}  // namespace

void BinanceOrderGateway::finish(Pending pending, int status, const Json& body, Nanos now, Outbox& outbox) {
  if (status != 200) {
    OrderError error = error_in(status, body);
    if (const auto data = body.is_object() ? body.find("data") : body.end(); data != body.end() && data->is_object()) {
      const auto until = data->find("retryAfter");
      if (until != data->end() && until->is_number_integer()) {
        constexpr std::int64_t last_ms = 9'000'000'000'000;
        const Nanos end = std::chrono::milliseconds{std::clamp<std::int64_t>(until->get<std::int64_t>(), 0, last_ms)};
        const Nanos wait = end - (now + clock_offset_);
        error.retry_after = std::clamp<Nanos>(wait, Nanos{0}, std::chrono::hours{1});
      }
    }
    if (error.reason == OrderReason::Clock) clock_due_ = now;
    if (pending.call == Call::CancelReplace) return fail_replacement(pending, std::move(error), body);
    return fail_request(std::move(pending), std::move(error), now, outbox);
  }
  switch (pending.call) {
    case Call::Time:
      return take_time(pending, body, now, outbox);
    case Call::ExchangeInfo:
      return;  // read as text
    case Call::SubscribeUser:
      user_ = pending.connection;
      outbox.ready(*pending.connection);
      return update_connected("subscribed to the account's events");
    case Call::ListenKey: {
      const auto key = body.is_object() ? body.find("listenKey") : body.end();
      if (key == body.end() || !key->is_string()) {
        take_malformed("listenKey is missing", outbox);
        key_due_ = now + try_again;
        return;
      }
      keep_key_due_ = now + std::chrono::minutes{30};
      if (*key == listen_key_ && user_) return;
      listen_key_ = *key;
      return outbox.set_url(LaneId{1}, fmt::format("{}/private/ws?listenKey={}", spec_.stream_base, listen_key_));
    }
    case Call::KeepListenKey:
      return;
    case Call::Funding:
      return take_funding(body, now, outbox);
    case Call::Place:
    case Call::PlaceAlgo:
      return take_place(pending, body);
    case Call::Cancel:
    case Call::CancelAlgo:
    case Call::Amend:
    case Call::Query:
    case Call::QueryAlgo:
      return take_update(pending, body, now);
    case Call::CancelReplace:
      return take_replacement(pending, body);
    case Call::Leverage:
      return answer<void>(pending.ticket, {});
    case Call::OpenOrders:
    case Call::OpenAlgos:
    case Call::Trades:
    case Call::Account:
    case Call::Positions:
    case Call::Countdown:
      return take_part(pending, body, now, outbox);
  }
}

void BinanceOrderGateway::fail_request(Pending pending, OrderError error, Nanos now, Outbox& outbox) {
  switch (pending.call) {
    case Call::Time:
      clock_due_ = now + try_again;
      return;
    case Call::ExchangeInfo:
      catalog_due_ = now + try_again;
      return;
    case Call::SubscribeUser:
      outbox.report({Severity::Error, "order_events_refused", {}, {}, {{"error", error.message}}});
      if (pending.connection) {
        outbox.reconnect_after(*pending.connection, std::chrono::seconds{5}, error.message);
        if (error.reason == OrderReason::Authentication) outbox.give_up(*pending.connection, error.message);
      }
      return;
    case Call::ListenKey:
      outbox.report({Severity::Error, "order_events_refused", {}, {}, {{"error", error.message}}});
      key_due_ = now + (error.reason == OrderReason::Authentication ? std::chrono::minutes{1} : try_again * 5);
      return;
    case Call::KeepListenKey:
      key_due_ = now + try_again;
      return;
    case Call::Funding:
      funding_due_ = now + try_again * 10;
      return;
    case Call::Place:
    case Call::PlaceAlgo:
      return answer<order::PlaceAnswer>(pending.ticket, std::unexpected(std::move(error)));
    case Call::Cancel:
    case Call::CancelAlgo:
    case Call::Amend:
    case Call::Query:
    case Call::QueryAlgo:
      return answer<order::OrderUpdate>(pending.ticket, std::unexpected(std::move(error)));
    case Call::CancelReplace:
      return fail_replacement(pending, std::move(error), {});
    case Call::Leverage:
      return answer<void>(pending.ticket, std::unexpected(std::move(error)));
    case Call::OpenOrders:
    case Call::OpenAlgos:
    case Call::Trades:
    case Call::Account:
    case Call::Positions:
    case Call::Countdown:
      if (!pending.gather->error) pending.gather->error = std::move(error);
      if (--pending.gather->left == 0) end_gather(*pending.gather, pending.call);
      return;
  }
}

void BinanceOrderGateway::take_place(const Pending& pending, const Json& body) {
  const bool algo = pending.call == Call::PlaceAlgo;
  auto order = algo ? read_algo_order(body, symbols_) : read_order(body, config_.segment, symbols_);
  if (!order) return answer<order::PlaceAnswer>(pending.ticket, std::unexpected(unreadable(order.error())));
  auto fills = algo ? Result<std::vector<order::TradeUpdate>>{} : read_fills(body, config_.segment, symbols_);
  if (!fills) return answer<order::PlaceAnswer>(pending.ticket, std::unexpected(unreadable(fills.error())));
  answer<order::PlaceAnswer>(pending.ticket,
                             order::PlaceAnswer{.update = std::move(order->update), .fills = *std::move(fills)});
}

void BinanceOrderGateway::take_update(const Pending& pending, const Json& body, Nanos now) {
  if (pending.call == Call::CancelAlgo) {
    // {"algoId":1,"clientAlgoId":"x","code":"200","msg":"success"}
    order::OrderUpdate update;
    JsonFields fields(body);
    update.client_order_id = order::OrderId::cut(fields.text_or("clientAlgoId", ""));
    if (!fields.ok())
      return answer<order::OrderUpdate>(pending.ticket, std::unexpected(unreadable(fields.error().error())));
    update.trading_pair = pending.rule->trading_pair;
    update.new_state = order::OrderState::Cancelled;
    update.reason = OrderReason::Requested;
    update.update_timestamp = pending.asked + clock_offset_;
    return answer<order::OrderUpdate>(pending.ticket, std::move(update));
  }
  Result<order::ListedOrder> order;
  if (pending.call == Call::QueryAlgo) {
    order = read_algo_order(body, symbols_);
  } else if (body.is_object() && body.contains("amendedOrder") && body["amendedOrder"].is_object()) {
    Json amended = body["amendedOrder"];
    amended["origQty"] = field(amended, "qty");
    amended["transactTime"] = field(body, "transactTime");
    order = read_order(amended, config_.segment, symbols_);
  } else {
    order = read_order(body, config_.segment, symbols_);
  }
  if (!order) return answer<order::OrderUpdate>(pending.ticket, std::unexpected(unreadable(order.error())));
  if (pending.call == Call::Amend) order->update.reason = OrderReason::Amended;
  // Of a number that lives no more, or that may be about to get a successor.
  if (!chains_.follow(order->update, now)) {
    return answer<order::OrderUpdate>(pending.ticket,
                                      chains_.as_it_stands(pending.client_order_id, order->update.exchange_order_id));
  }
  answer<order::OrderUpdate>(pending.ticket, std::move(order->update));
}

// {"cancelResult":"SUCCESS","newOrderResult":"SUCCESS","cancelResponse":{...},"newOrderResponse":{...}}
void BinanceOrderGateway::take_replacement(const Pending& pending, const Json& body) {
  const Json made = body.is_object() ? field(body, "newOrderResponse") : Json();
  auto order = read_order(made, config_.segment, symbols_);
  if (!order) return fail_replacement(pending, unreadable(order.error()), {});
  order->update.reason = OrderReason::Amended;
  // Its fills tell.
  if (order->update.new_state == order::OrderState::Filled) order->update.new_state = order::OrderState::Open;
  chains_.take_answer(order->update);
  answer<order::OrderUpdate>(pending.ticket, std::move(order->update));
  if (auto fills = read_fills(made, config_.segment, symbols_)) {
    for (order::TradeUpdate& fill : *fills) tell_fill(std::move(fill));
  }
}

// In doubt it may still take effect, and the order is asked about. -2022 says that nothing happened, -2021 that the old
// order is gone and no new one came: either part has its own code.
void BinanceOrderGateway::fail_replacement(const Pending& pending, OrderError error, const Json& body) {
  const Json data = body.is_object() ? field(body, "data") : Json();
  for (const auto* const part : {"cancelResponse", "newOrderResponse"}) {
    const Json inner = data.is_object() ? field(data, part) : Json();
    if (inner.is_object() && inner.contains("code")) error = error_in(400, inner);
  }
  const bool over = error.outcome != OrderOutcome::Unknown;
  answer<order::OrderUpdate>(pending.ticket, std::unexpected(std::move(error)));
  if (auto ended = over ? chains_.refused(pending.client_order_id) : std::nullopt) tell(*std::move(ended));
}

void BinanceOrderGateway::take_part(const Pending& pending, const Json& body, Nanos now, Outbox& outbox) {
  Gather& gather = *pending.gather;
  const auto add = [&gather](auto& to, auto read) {
    if (read) {
      to.insert(to.end(), std::make_move_iterator(read->begin()), std::make_move_iterator(read->end()));
    } else if (!gather.error) {
      gather.error = unreadable(read.error());
    }
  };
  switch (pending.call) {
    case Call::OpenOrders:
    case Call::OpenAlgos:
      add(gather.listed, read_orders(body, pending.call == Call::OpenAlgos, config_.segment, symbols_));
      std::erase_if(gather.listed, [&](order::ListedOrder& order) { return !chains_.follow(order.update, now); });
      break;
    case Call::Trades: {
      auto trades = read_trades(body, config_.segment, symbols_);
      const bool full = trades && body.size() >= page && !trades->empty();
      const std::string last = full ? trades->back().trade_id.str() : std::string{};
      if (trades) {
        for (const order::TradeUpdate& trade : *trades) count_in_chain(trade);
      }
      add(gather.trades, std::move(trades));
      if (full) {
        return ask_trades(*pending.rule, Parameters{}.add("fromId", std::to_string(std::stoull(last) + 1)),
                          pending.gather, now, outbox);
      }
      break;
    }
    case Call::Account:
      if (spot()) {
        auto account = read_spot_account(body);
        if (account) gather.account.balances = std::move(account->balances);
        if (!account && !gather.error) gather.error = unreadable(account.error());
      } else {
        add(gather.account.balances, read_futures_balances(body));
      }
      break;
    case Call::Positions:
      add(gather.account.positions, read_positions(body, symbols_));
      gather.account.updated = pending.asked + clock_offset_;
      for (const order::Position& position : gather.account.positions) {
        tell(order::Marked{position.trading_pair, {.mark_price = position.mark_price}});
      }
      break;
    default:
      break;
  }
  if (--gather.left == 0) end_gather(gather, pending.call);
}

void BinanceOrderGateway::take_funding(const Json& body, Nanos now, Outbox& outbox) {
  auto payments = read_funding(body, symbols_);
  if (!payments) return take_malformed(payments.error().message, outbox);
  const Nanos before = funding_since_;
  for (const order::FundingPayment& payment : *payments) {
    funding_since_ = std::max(funding_since_, payment.timestamp);
    tell(payment);
  }
  if (body.size() >= page && funding_since_ > before) ask_funding(now, outbox);
}

void BinanceOrderGateway::end_gather(const Gather& gather, Call call) {
  const auto end = [&]<class Value>(const Value& value) {
    if (gather.error) return answer<Value>(gather.ticket, std::unexpected(*gather.error));
    answer<Value>(gather.ticket, value);
  };
  switch (call) {
    case Call::OpenOrders:
    case Call::OpenAlgos:
      return end(gather.listed);
    case Call::Trades:
      return end(gather.trades);
    case Call::Account:
    case Call::Positions:
      return end(gather.account);
    default:
      if (gather.error) return answer<void>(gather.ticket, std::unexpected(*gather.error));
      return answer<void>(gather.ticket, {});
  }
}

}  // namespace trunkline::venue::binance::orders
