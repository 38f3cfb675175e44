// What BinanceOrderGateway asks.
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "trunkline/core/crash_point.hpp"
#include "trunkline/venue/binance/orders/binance_order_gateway.hpp"
#include "trunkline/venue/binance/orders/order_words.hpp"
#include "trunkline/venue/json_fields.hpp"

namespace trunkline::venue::binance::orders {
namespace {

constexpr Nanos trades_reach = std::chrono::hours{23};  // by time; the venue takes a day at most

using order::OrderReason;
using order::OrderType;
using order::Ticket;

std::string milliseconds(Nanos time) {
  return std::to_string(time / std::chrono::milliseconds{1});
}

// A conditional order of USD-M that has not been triggered.
bool is_algo(Segment segment, const order::InFlightOrder& order) {
  if (segment == Segment::Spot || !order::is_conditional(order.order_type)) return false;
  return order.exchange_order_id.empty() || number_of_algo(order.exchange_order_id).has_value();
}

// What an order of ours goes by: the id that we gave it, but where it was triggered and has another.
void add_order_id(Parameters& parameters, Segment segment, const order::InFlightOrder& order) {
  const bool triggered = segment != Segment::Spot && order::is_conditional(order.order_type);
  const bool by_number =
      !order.exchange_order_id.empty() && (triggered || order.client_order_id == order.exchange_order_id);
  if (by_number) {
    parameters.add("orderId", order.exchange_order_id.str());
  } else {
    parameters.add("origClientOrderId", order.client_order_id.str());
  }
}

Parameters new_order(Segment segment, const order::TradingRule& rule, const order::InFlightOrder& order) {
  const bool algo = is_algo(segment, order);
  const std::string_view time = time_in_force_text(segment, order.order_type, order.time_in_force);
  Parameters parameters;
  parameters.add_if(algo, "algoType", "CONDITIONAL")
      .add("symbol", rule.venue_symbol)
      .add("side", order.side == order::TradeType::Buy ? "BUY" : "SELL")
      .add("type", std::string(type_text(segment, order.order_type)))
      .add("quantity", order.amount.to_text())
      .add_if(!order.price.is_absent(), "price", order.price.to_text())
      .add_if(!time.empty(), "timeInForce", std::string(time))
      .add_if(!order.trigger_price.is_absent(), algo ? "triggerPrice" : "stopPrice", order.trigger_price.to_text())
      .add_if(order.reduce_only, "reduceOnly", "true")
      .add_if(order.time_in_force == order::TimeInForce::Gtd, "goodTillDate", milliseconds(order.good_till))
      .add(algo ? "clientAlgoId" : "newClientOrderId", order.client_order_id.str())
      .add_if(!algo, "newOrderRespType", segment == Segment::Spot ? "FULL" : "RESULT");
  for (const auto& [name, value] : order.extra_params) parameters.add(name, value);
  return parameters;
}

}  // namespace

Stamp BinanceOrderGateway::stamp(Nanos now) const noexcept {
  return {(now + clock_offset_) / std::chrono::milliseconds{1}, config_.recv_window_ms};
}

// Questions leave a third of the venue's weight to orders, orders a tenth to cancellations.
bool BinanceOrderGateway::within_weight(const CallSpec& spec, Nanos now) {
  const std::int64_t minute = (now + clock_offset_) / std::chrono::minutes{1};
  if (std::exchange(weight_minute_, minute) != minute) weight_used_ = 0;
  const bool cancels = spec.call == Call::Cancel || spec.call == Call::CancelAlgo;
  const bool orders = spec.call == Call::Place || spec.call == Call::PlaceAlgo || spec.call == Call::Amend ||
                      spec.call == Call::CancelReplace;
  const std::uint32_t share = cancels ? 100 : orders ? 90 : 66;
  const std::uint32_t told = symbols_.weight_per_minute();
  if (weight_used_ + spec.weight > (told == 0 ? spec_.weight_per_minute : told) / 100 * share) return false;
  weight_used_ += spec.weight;
  return true;
}

void BinanceOrderGateway::note_weight(const Json& limits, Nanos now) {
  if (!limits.is_array()) return;
  const std::int64_t minute = (now + clock_offset_) / std::chrono::minutes{1};
  for (const Json& limit : limits) {
    JsonFields fields(limit);
    if (fields.text_or("rateLimitType", "") != "REQUEST_WEIGHT" || fields.text_or("interval", "") != "MINUTE") continue;
    const std::uint64_t count = fields.integer("count");
    if (!fields.ok() || count > std::numeric_limits<std::uint32_t>::max()) continue;
    if (std::exchange(weight_minute_, minute) != minute) weight_used_ = 0;
    weight_used_ = std::max(weight_used_, static_cast<std::uint32_t>(count));
  }
}

void BinanceOrderGateway::send(Call call, const Parameters& parameters, Pending pending, Nanos now, Outbox& outbox) {
  const CallSpec& spec = call_spec(config_.segment, call);
  if (!within_weight(spec, now)) {
    order::OrderError error{order::OrderOutcome::NotSent, OrderReason::RateLimited,
                            "the venue's request weight of this minute is used up"};
    // Nothing at all is left where not even a cancellation may go.
    const bool cancels = call == Call::Cancel || call == Call::CancelAlgo;
    if (cancels) error.retry_after = std::chrono::minutes{1} - (now + clock_offset_) % std::chrono::minutes{1};
    return fail_request(std::move(pending), std::move(error), now, outbox);
  }
  const std::uint64_t id = next_id_++;
  pending.asked = now;
  pending.deadline = now + config_.request_timeout;
  if (!spec.method.empty() && api_) {
    pending.connection = *api_;
    std::string text = websocket_request(id, spec.method, parameters, spec.security, signer_, stamp(now));
    pending_.add(id, std::move(pending));
    crash_point("send:before");
    outbox.send(*api_, std::move(text));
    crash_point("send:after");
    return;
  }
  if (spec.verb.empty()) {
    return fail_request(std::move(pending),
                        {order::OrderOutcome::NotSent, OrderReason::Disconnected, "the connection is not open"}, now,
                        outbox);
  }
  // Versions differ between calls of futures: such paths are whole.
  const std::string_view base =
      spec.path.starts_with("/fapi/") ? spec_.rest_base.substr(0, spec_.rest_base.find('/', 8)) : spec_.rest_base;
  Request request = rest_request(id, spec.verb, fmt::format("{}{}", base, spec.path), parameters, spec.security,
                                 signer_, stamp(now), spec.weight);
  pending_.add(id, std::move(pending));
  crash_point("send:before");
  outbox.request(std::move(request));
  crash_point("send:after");
}

void BinanceOrderGateway::ask_catalog(Nanos now, Outbox& outbox) {
  catalog_due_ = Nanos{0};
  send(Call::ExchangeInfo, {}, {.call = Call::ExchangeInfo}, now, outbox);
}

void BinanceOrderGateway::ask_time(Nanos now, Outbox& outbox) {
  clock_due_ = Nanos{0};
  send(Call::Time, {}, {.call = Call::Time}, now, outbox);
}

void BinanceOrderGateway::ask_listen_key(Call call, Nanos now, Outbox& outbox) {
  key_due_ = Nanos{0};
  send(call, {}, {.call = call}, now, outbox);
}

void BinanceOrderGateway::ask_funding(Nanos now, Outbox& outbox) {
  send(
      Call::Funding,
      Parameters{}.add("incomeType", "FUNDING_FEE").add("startTime", milliseconds(funding_since_)).add("limit", "1000"),
      {.call = Call::Funding}, now, outbox);
}

template <class Value>
const order::TradingRule* BinanceOrderGateway::rule_of(Ticket ticket, SymbolHash trading_pair) {
  const order::TradingRule* const rule = symbols_.find(trading_pair);
  if (rule == nullptr)
    answer<Value>(ticket, order::not_sent(OrderReason::InvalidOrder, "its trading pair is not known"));
  return rule;
}

void BinanceOrderGateway::place(Ticket ticket, const order::InFlightOrder& order, Nanos now, Outbox& outbox) {
  const order::TradingRule* const rule = rule_of<order::PlaceAnswer>(ticket, order.trading_pair);
  if (rule == nullptr) return;
  ordered_.insert(rule->venue_symbol);
  const Call call = is_algo(config_.segment, order) ? Call::PlaceAlgo : Call::Place;
  send(call, new_order(config_.segment, *rule, order), {.call = call, .ticket = ticket, .rule = rule}, now, outbox);
}

void BinanceOrderGateway::ask_of_order(Call call, Call algo_call, Ticket ticket, const order::InFlightOrder& order,
                                       Nanos now, Outbox& outbox) {
  const order::TradingRule* const rule = rule_of<order::OrderUpdate>(ticket, order.trading_pair);
  if (rule == nullptr) return;
  Parameters parameters;
  const bool algo = is_algo(config_.segment, order);
  if (algo) {
    parameters.add("clientAlgoId", order.client_order_id.str());
  } else {
    parameters.add("symbol", rule->venue_symbol);
    add_order_id(parameters, config_.segment, order);
  }
  const Call chosen = algo ? algo_call : call;
  send(chosen, parameters, {.call = chosen, .ticket = ticket, .rule = rule, .client_order_id = order.client_order_id},
       now, outbox);
}

void BinanceOrderGateway::cancel(Ticket ticket, const order::InFlightOrder& order, Nanos now, Outbox& outbox) {
  ask_of_order(Call::Cancel, Call::CancelAlgo, ticket, order, now, outbox);
}

void BinanceOrderGateway::query(Ticket ticket, const order::InFlightOrder& order, Nanos now, Outbox& outbox) {
  ask_of_order(Call::Query, Call::QueryAlgo, ticket, order, now, outbox);
}

void BinanceOrderGateway::amend(Ticket ticket, const order::InFlightOrder& order, Price price, Quantity amount,
                                Nanos now, Outbox& outbox) {
  const order::TradingRule* const rule = rule_of<order::OrderUpdate>(ticket, order.trading_pair);
  if (rule == nullptr) return;
  Parameters parameters;
  parameters.add("symbol", rule->venue_symbol);
  add_order_id(parameters, config_.segment, order);
  if (spot()) {
    // Anything but less at the same price loses its place, and is another order to the venue.
    const bool keeps = price == order.price && amount < order.amount && !chains_.contains(order.client_order_id);
    if (!keeps) return replace(ticket, order, *rule, price, amount, now, outbox);
    parameters.add("newQty", amount.to_text()).add("newClientOrderId", order.client_order_id.str());
  } else {
    parameters.add("side", order.side == order::TradeType::Buy ? "BUY" : "SELL")
        .add("quantity", amount.to_text())
        .add("price", price.to_text());
  }
  send(Call::Amend, parameters, {.call = Call::Amend, .ticket = ticket, .rule = rule}, now, outbox);
}

// A request takes no effect after its recvWindow.
Nanos BinanceOrderGateway::replaced_until(Nanos now) const noexcept {
  return now + std::chrono::milliseconds{config_.recv_window_ms} + config_.request_timeout;
}

void BinanceOrderGateway::take_over(const order::InFlightOrder& order, Nanos now) {
  if (spot()) chains_.take_over(order, replaced_until(now));
}

// The new order is placed only once the old one is gone, and takes over its id: ids are unique among open orders.
void BinanceOrderGateway::replace(Ticket ticket, const order::InFlightOrder& order, const order::TradingRule& rule,
                                  Price price, Quantity amount, Nanos now, Outbox& outbox) {
  if (order.exchange_order_id.empty()) {
    return answer<order::OrderUpdate>(ticket,
                                      order::not_sent(OrderReason::InvalidOrder, "the order has no number yet"));
  }
  chains_.begin(order, amount, replaced_until(now));
  order::InFlightOrder next = order;
  next.price = price;
  next.amount = Quantity::from_raw(amount.raw() - order.filled_amount.raw());
  Parameters parameters = new_order(config_.segment, rule, next);
  parameters.add("cancelReplaceMode", "STOP_ON_FAILURE").add("cancelOrderId", order.exchange_order_id.str());
  send(Call::CancelReplace, parameters,
       {.call = Call::CancelReplace, .ticket = ticket, .rule = &rule, .client_order_id = order.client_order_id}, now,
       outbox);
}

void BinanceOrderGateway::query_open_orders(Ticket ticket, Nanos now, Outbox& outbox) {
  auto gather = std::make_shared<Gather>(Gather{.ticket = ticket, .left = spot() ? 1U : 2U});
  send(Call::OpenOrders, {}, {.call = Call::OpenOrders, .gather = gather}, now, outbox);
  if (!spot()) send(Call::OpenAlgos, {}, {.call = Call::OpenAlgos, .gather = gather}, now, outbox);
}

void BinanceOrderGateway::ask_trades(const order::TradingRule& rule, const Parameters& narrowed,
                                     std::shared_ptr<Gather> gather, Nanos now, Outbox& outbox) {
  Parameters parameters = narrowed;
  parameters.add("symbol", rule.venue_symbol).add("limit", "1000");
  send(Call::Trades, parameters, {.call = Call::Trades, .gather = std::move(gather), .rule = &rule}, now, outbox);
}

// By time for each symbol; by number for orders that are older than the venue takes in one question.
void BinanceOrderGateway::query_fills(Ticket ticket, const std::vector<order::InFlightOrder>& orders, Nanos since,
                                      Nanos now, Outbox& outbox) {
  const Nanos from = std::max(since, now - trades_reach);
  std::set<const order::TradingRule*> rules;
  std::vector<std::pair<const order::TradingRule*, std::string>> older;  // numbers of orders
  for (const order::InFlightOrder& order : orders) {
    const order::TradingRule* const rule = symbols_.find(order.trading_pair);
    if (rule == nullptr) continue;
    rules.insert(rule);
    const bool numbered = !order.exchange_order_id.empty() && !number_of_algo(order.exchange_order_id);
    if (order.created >= from || !order.is_active() || !numbered) continue;
    older.emplace_back(rule, order.exchange_order_id.str());
    for (const order::OrderId& earlier : order.earlier_exchange_order_ids) older.emplace_back(rule, earlier.str());
  }
  auto gather = std::make_shared<Gather>(Gather{.ticket = ticket, .left = rules.size() + older.size()});
  if (gather->left == 0) return answer<std::vector<order::TradeUpdate>>(ticket, std::vector<order::TradeUpdate>{});
  for (const auto* const rule : rules) {
    ask_trades(*rule, Parameters{}.add("startTime", milliseconds(from + clock_offset_)), gather, now, outbox);
  }
  for (const auto& [rule, number] : older) {
    ask_trades(*rule, Parameters{}.add("orderId", number), gather, now, outbox);
  }
}

void BinanceOrderGateway::query_account(Ticket ticket, Nanos now, Outbox& outbox) {
  auto gather = std::make_shared<Gather>(Gather{.ticket = ticket, .left = spot() ? 1U : 2U});
  send(Call::Account, {}, {.call = Call::Account, .gather = gather}, now, outbox);
  if (!spot()) send(Call::Positions, {}, {.call = Call::Positions, .gather = gather}, now, outbox);
}

void BinanceOrderGateway::set_leverage(Ticket ticket, SymbolHash trading_pair, std::uint32_t leverage, Nanos now,
                                       Outbox& outbox) {
  if (spot()) return OrderGateway::set_leverage(ticket, trading_pair, leverage, now, outbox);
  const order::TradingRule* const rule = rule_of<void>(ticket, trading_pair);
  if (rule == nullptr) return;
  send(Call::Leverage, Parameters{}.add("symbol", rule->venue_symbol).add("leverage", std::to_string(leverage)),
       {.call = Call::Leverage, .ticket = ticket}, now, outbox);
}

void BinanceOrderGateway::extend_dead_man_switch(Ticket ticket, Nanos timeout, Nanos now, Outbox& outbox) {
  if (spot()) return OrderGateway::extend_dead_man_switch(ticket, timeout, now, outbox);
  if (ordered_.empty()) return answer<void>(ticket, {});
  auto gather = std::make_shared<Gather>(Gather{.ticket = ticket, .left = ordered_.size()});
  for (const std::string& symbol : ordered_) {
    send(Call::Countdown, Parameters{}.add("symbol", symbol).add("countdownTime", milliseconds(timeout)),
         {.call = Call::Countdown, .gather = gather}, now, outbox);
  }
}

}  // namespace trunkline::venue::binance::orders
