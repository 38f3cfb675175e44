// The orders of a paper venue: taken, triggered, filled, ended.
#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "trunkline/paper/paper_exchange.hpp"

namespace trunkline::paper {

using namespace order;

namespace {

match::Side side_of(TradeType side) noexcept {
  return side == TradeType::Buy ? match::Side::Buy : match::Side::Sell;
}

match::TimeInForce rule_of(const ListedOrder& order) noexcept {
  if (order.post_only) return match::TimeInForce::PostOnly;
  switch (order.time_in_force) {
    case TimeInForce::Ioc:
      return match::TimeInForce::ImmediateOrCancel;
    case TimeInForce::Fok:
      return match::TimeInForce::FillOrKill;
    case TimeInForce::Gtc:
    case TimeInForce::Gtd:
      break;
  }
  return match::TimeInForce::GoodTilCancel;
}

OrderReason reason_of(match::Reject reject) noexcept {
  switch (reject) {
    case match::Reject::WouldTrade:
      return OrderReason::WouldTrade;
    case match::Reject::NotFillable:
      return OrderReason::NotFillable;
    default:
      return OrderReason::InvalidOrder;
  }
}

std::unexpected<OrderError> no_such_order() {
  return rejected(OrderReason::NotFound, "the paper venue knows no such order");
}

bool is_reached(OrderType type, TradeType side, Price trigger, Price last) noexcept {
  const bool stops = type == OrderType::StopLimit || type == OrderType::StopMarket;
  const bool above = stops == (side == TradeType::Buy);  // waits for a price that is higher
  return above ? last >= trigger : last <= trigger;
}

}  // namespace

PaperExchange::Order* PaperExchange::find_order(const OrderId& client_order_id, OrderNumber* number) {
  const auto found = numbers_.find(client_order_id);
  if (found == numbers_.end()) return nullptr;
  if (number != nullptr) *number = found->second;
  return &orders_.at(found->second);
}

OrderResult<void> PaperExchange::check(const Symbol& symbol, const InFlightOrder& wanted, Nanos now) const {
  if (numbers_.contains(wanted.client_order_id)) {
    return rejected(OrderReason::DuplicateId, "the paper venue has an order of that id");
  }
  if (!symbol.market.live()) {
    return rejected(
        OrderReason::NotReady,
        symbol.has_book
            ? fmt::format("the book of {} is {}, and paper orders are matched against a Live one", symbol.rule.text,
                          wire::to_text(symbol.book.state()))
            : fmt::format("{} has no quote to match paper orders against, or one that cannot be trusted any more",
                          symbol.rule.text));
  }
  if (wanted.time_in_force == TimeInForce::Gtd && wanted.good_till <= now) {
    return rejected(OrderReason::Expired, "it was good till a time that is over");
  }
  if (wanted.reduce_only && !is_conditional(wanted.order_type)) {
    return check_reduce_only(symbol, wanted.side, wanted.amount);
  }
  return {};
}

// With all that reduces already, the position must not turn.
OrderResult<void> PaperExchange::check_reduce_only(const Symbol& symbol, TradeType side, Quantity amount) const {
  const std::int64_t position = account_.position_amount(symbol.rule.trading_pair).raw();
  std::int64_t reducing = 0;
  for (const OrderNumber number : symbol.open) {
    const Order& other = orders_.at(number);
    if (other.said.reduce_only && !other.waiting && other.said.side == side) reducing += other.remaining().raw();
  }
  const bool closes = position != 0 && (position > 0) == (side == TradeType::Sell);
  if (closes && amount.raw() <= std::abs(position) - reducing) return {};
  return rejected(OrderReason::ReduceOnly,
                  fmt::format("reduce-only, and the position is {}", Quantity::from_raw(position).to_text()));
}

// Keeps the money that the order may need from now on.
OrderResult<void> PaperExchange::fund(Symbol& symbol, Order& order) {
  const ListedOrder& said = order.said;
  std::optional<Int128> worth;
  if (!has_limit_price(said.order_type)) {
    worth = order.waiting ? notional(said.trigger_price, order.remaining())
                          : symbol.market.sweep(side_of(said.side), std::nullopt, order.remaining()).second;
  }
  return account_.reserve(order.money, symbol.rule, said.side, order.remaining(), said.update.price, worth,
                          said.reduce_only);
}

OrderResult<PlaceAnswer> PaperExchange::place(const InFlightOrder& wanted, Nanos now) {
  Symbol* const symbol = find(wanted.trading_pair);
  if (symbol == nullptr) return rejected(OrderReason::InvalidOrder, "the paper venue knows no such symbol");
  if (auto good = check(*symbol, wanted, now); !good) return std::unexpected(good.error());
  if (wanted.leverage != 0 && has_positions(symbol->rule)) account_.set_leverage(wanted.trading_pair, wanted.leverage);

  const OrderNumber number = next_;
  Order order;
  order.symbol = wanted.trading_pair;
  order.good_till = wanted.good_till;
  order.waiting = is_conditional(wanted.order_type);
  order.said = {.update = {.client_order_id = wanted.client_order_id,
                           .exchange_order_id = OrderId::cut(fmt::format("paper-{}", number)),
                           .trading_pair = wanted.trading_pair,
                           .new_state = OrderState::Open,
                           .update_timestamp = now,
                           .filled = Quantity{},
                           .amount = wanted.amount,
                           .price = wanted.price},
                .side = wanted.side,
                .order_type = wanted.order_type,
                .time_in_force = wanted.time_in_force,
                .trigger_price = wanted.trigger_price,
                .reduce_only = wanted.reduce_only,
                .post_only = wanted.post_only};
  if (auto funded = fund(*symbol, order); !funded) return std::unexpected(funded.error());
  PlaceAnswer answer{.update = order.said.update};
  const bool waits = order.waiting;
  orders_.emplace(number, std::move(order));
  if (!waits) {
    const PaperResult result = execute(*symbol, number);
    if (result.status == match::Status::Rejected) {
      Order& refused = orders_.at(number);
      account_.release(refused.money, symbol->rule, wanted.side);
      orders_.erase(number);
      tell_account(now);
      return rejected(reason_of(result.reject), fmt::format("the paper venue: {}", match::to_text(result.reject)));
    }
    ++next_;
    numbers_.emplace(wanted.client_order_id, number);
    symbol->open.push_back(number);
    settle(*symbol, now);
    const bool over = result.status == match::Status::Expired;
    const bool took_rest = wanted.time_in_force == TimeInForce::Ioc || !has_limit_price(wanted.order_type);
    if (over && took_rest) {
      end_and_tell(number, OrderState::Expired, OrderReason::None, "nothing more could be taken at once", now);
    } else if (over) {
      end_and_tell(number, OrderState::Expired, OrderReason::SelfTrade, "it met an order of the same account", now);
    }
    return answer;
  }
  ++next_;
  numbers_.emplace(wanted.client_order_id, number);
  symbol->open.push_back(number);
  tell_account(now);
  return answer;
}

PaperResult PaperExchange::execute(Symbol& symbol, OrderNumber number) {
  const Order& order = orders_.at(number);
  const ListedOrder& said = order.said;
  const bool limit = has_limit_price(said.order_type);
  return symbol.market.place({.number = number,
                              .side = side_of(said.side),
                              .kind = limit ? match::OrderKind::Limit : match::OrderKind::Market,
                              .time_in_force = rule_of(said),
                              .price = limit ? said.update.price : Price{},
                              .quantity = order.remaining()});
}

void PaperExchange::trigger(Symbol& symbol, Nanos now) {
  const std::vector<OrderNumber> open = symbol.open;
  for (const OrderNumber number : open) {
    const auto found = orders_.find(number);
    if (found == orders_.end() || !found->second.waiting) continue;
    Order& order = found->second;
    if (!is_reached(order.said.order_type, order.said.side, order.said.trigger_price, symbol.last)) continue;
    order.waiting = false;
    OrderResult<void> good;
    if (order.said.reduce_only) {
      order.waiting = true;  // it does not count against itself
      good = check_reduce_only(symbol, order.said.side, order.remaining());
      order.waiting = false;
    }
    if (good) good = fund(symbol, order);
    if (!good) {
      end_and_tell(number, OrderState::Expired, good.error().reason, "when triggered: " + good.error().message, now);
      continue;
    }
    const PaperResult result = execute(symbol, number);
    if (result.status == match::Status::Rejected) {
      end_and_tell(number, OrderState::Expired, reason_of(result.reject),
                   fmt::format("when triggered: {}", match::to_text(result.reject)), now);
      continue;
    }
    settle(symbol, now);
    if (result.status == match::Status::Expired) {
      end_and_tell(number, OrderState::Expired, OrderReason::None, "nothing more could be taken at once", now);
    }
  }
}

// What the market has filled.
void PaperExchange::settle(Symbol& symbol, Nanos now) {
  const std::vector<PaperFill> filled = symbol.market.take_fills();
  for (const PaperFill& fill : filled) {
    Order& order = orders_.at(fill.order);
    order.filled = Quantity::from_raw(order.filled.raw() + fill.quantity.raw());
    const bool limit = has_limit_price(order.said.order_type);
    const Settled settled =
        account_.settle(order.money, symbol.rule, order.said.side, fill.price, fill.quantity, order.remaining(),
                        limit ? order.said.update.price : Price::absent(), fill.maker);
    OrderUpdate& said = order.said.update;
    said.filled = order.filled;
    said.update_timestamp = now;
    said.new_state = OrderState::PartiallyFilled;
    TradeUpdate trade{.trade_id = TradeId::cut(fmt::format("{}-{}", said.exchange_order_id.view(), ++order.fills)),
                      .client_order_id = said.client_order_id,
                      .exchange_order_id = said.exchange_order_id,
                      .trading_pair = order.symbol,
                      .side = order.said.side,
                      .fill_price = fill.price,
                      .fill_base_amount = fill.quantity,
                      .fill_quote_amount = settled.quote,
                      .fee_currency = symbol.rule.quote,
                      .fee_amount = settled.fee,
                      .liquidity = fill.maker ? Liquidity::Maker : Liquidity::Taker,
                      .fill_timestamp = now};
    if (fills_.size() >= kept_fills) fills_.pop_front();
    fills_.push_back(trade);
    events_.emplace_back(std::move(trade));
    // Its fills tell that it is filled.
    if (order.remaining().is_zero()) end(fill.order, OrderState::Filled, OrderReason::None, {}, now);
  }
  if (!filled.empty()) drop_excess_reductions(symbol, now);
  tell_account(now);
}

void PaperExchange::drop_excess_reductions(Symbol& symbol, Nanos now) {
  if (!has_positions(symbol.rule)) return;
  const std::int64_t position = account_.position_amount(symbol.rule.trading_pair).raw();
  std::int64_t left = std::abs(position);
  const std::vector<OrderNumber> open = symbol.open;
  for (const OrderNumber number : open) {
    const Order& order = orders_.at(number);
    if (!order.said.reduce_only || order.waiting) continue;
    const bool closes = position != 0 && (position > 0) == (order.said.side == TradeType::Sell);
    if (closes && order.remaining().raw() <= left) {
      left -= order.remaining().raw();
      continue;
    }
    end_and_tell(number, OrderState::Cancelled, OrderReason::ReduceOnly, "the position became smaller", now);
  }
}

void PaperExchange::end(OrderNumber number, OrderState state, OrderReason reason, std::string text, Nanos now) {
  Order& order = orders_.at(number);
  if (is_terminal(order.said.update.new_state)) return;
  Symbol& symbol = *find(order.symbol);
  symbol.market.cancel(number);
  std::erase(symbol.open, number);
  account_.release(order.money, symbol.rule, order.said.side);
  OrderUpdate& said = order.said.update;
  said.new_state = state;
  said.reason = reason;
  said.text = std::move(text);
  said.update_timestamp = now;
  ended_.push_back(number);
  if (ended_.size() <= kept_orders) return;
  const auto oldest = orders_.find(ended_.front());
  ended_.pop_front();
  numbers_.erase(oldest->second.said.update.client_order_id);
  orders_.erase(oldest);
}

void PaperExchange::end_and_tell(OrderNumber number, OrderState state, OrderReason reason, std::string text,
                                 Nanos now) {
  end(number, state, reason, std::move(text), now);
  events_.emplace_back(orders_.at(number).said.update);
  tell_account(now);
}

void PaperExchange::tell_account(Nanos now) {
  for (BalanceUpdate& balance : account_.take_changed_balances()) events_.emplace_back(std::move(balance));
  for (Position& position : account_.take_changed_positions(now)) events_.emplace_back(std::move(position));
}

OrderResult<OrderUpdate> PaperExchange::cancel(const OrderId& client_order_id, Nanos now) {
  OrderNumber number = 0;
  Order* const order = find_order(client_order_id, &number);
  if (order == nullptr) return no_such_order();
  if (!is_terminal(order->said.update.new_state)) {
    end(number, OrderState::Cancelled, OrderReason::Requested, {}, now);
    tell_account(now);
  }
  return order->said.update;
}

OrderResult<OrderUpdate> PaperExchange::amend(const OrderId& client_order_id, Price price, Quantity amount, Nanos now) {
  OrderNumber number = 0;
  Order* const order = find_order(client_order_id, &number);
  if (order == nullptr) return no_such_order();
  Symbol& symbol = *find(order->symbol);
  OrderUpdate& said = order->said.update;
  if (is_terminal(said.new_state)) {
    return rejected(OrderReason::InvalidOrder, fmt::format("the order is {}", wire::to_text(said.new_state)));
  }
  if (!symbol.market.live()) {
    return rejected(OrderReason::NotReady, fmt::format("{} has no Live book or quote", symbol.rule.text));
  }
  if (amount <= order->filled) return rejected(OrderReason::InvalidOrder, "so much has filled already");
  const Order before = *order;
  said.amount = amount;
  if (has_limit_price(order->said.order_type)) said.price = price;
  OrderResult<void> good;
  if (order->said.reduce_only && !order->waiting && amount > before.said.update.amount) {
    good =
        check_reduce_only(symbol, order->said.side, Quantity::from_raw(amount.raw() - before.said.update.amount.raw()));
  }
  if (good) good = fund(symbol, *order);
  PaperResult result{match::Status::Resting, match::Reject::None};
  if (good && !order->waiting) {
    result = symbol.market.amend(number, said.price, order->remaining(), order->said.post_only);
    if (result.status == match::Status::Rejected) {
      good = rejected(reason_of(result.reject), fmt::format("the paper venue: {}", match::to_text(result.reject)));
    }
  }
  if (!good) {
    order->said = before.said;
    static_cast<void>(fund(symbol, *order));
    tell_account(now);
    return std::unexpected(good.error());
  }
  said.update_timestamp = now;
  const OrderUpdate answer = said;
  if (!order->waiting) settle(symbol, now);
  if (result.status == match::Status::Expired) {
    end_and_tell(number, OrderState::Expired, OrderReason::SelfTrade, "it met an order of the same account", now);
  }
  tell_account(now);
  return answer;
}

OrderResult<OrderUpdate> PaperExchange::query(const OrderId& client_order_id) const {
  const auto found = numbers_.find(client_order_id);
  if (found == numbers_.end()) return no_such_order();
  return orders_.at(found->second).said.update;
}

std::vector<ListedOrder> PaperExchange::open_orders() const {
  std::vector<ListedOrder> out;
  for (const auto& [hash, symbol] : symbols_) {
    for (const OrderNumber number : symbol->open) out.push_back(orders_.at(number).said);
  }
  return out;
}

std::vector<TradeUpdate> PaperExchange::fills(Nanos since) const {
  std::vector<TradeUpdate> out;
  for (const TradeUpdate& fill : fills_) {
    if (fill.fill_timestamp >= since) out.push_back(fill);
  }
  return out;
}

OrderResult<void> PaperExchange::set_leverage(SymbolHash symbol, std::uint32_t leverage) {
  const Symbol* const found = find(symbol);
  if (found == nullptr || !has_positions(found->rule)) {
    return rejected(OrderReason::Unsupported, "only positions in derivatives have a leverage");
  }
  account_.set_leverage(symbol, leverage);
  return {};
}

}  // namespace trunkline::paper
