#include "trunkline/order/order_frames.hpp"

#include <algorithm>

namespace trunkline::order {

std::optional<std::string> extra_text(const ExtraParams& extra) {
  std::string out;
  for (const auto& [name, value] : extra) {
    if (name.empty() || name.find_first_of("=\n") != std::string::npos || value.find('\n') != std::string::npos) {
      return std::nullopt;
    }
    out += name;
    out += '=';
    out += value;
    out += '\n';
  }
  if (out.size() > max_extra_text) return std::nullopt;
  return out;
}

ExtraParams parse_extra(std::string_view text) {
  ExtraParams extra;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos) extra.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return extra;
}

std::uint16_t order_detail_of(const OrderSummary& order, bool paper) noexcept {
  unsigned detail = 0;
  if (order.reduce_only) detail |= order_detail::reduce_only;
  if (order.post_only) detail |= order_detail::post_only;
  if (order.external) detail |= order_detail::external;
  if (paper) detail |= order_detail::paper;
  if ((order.doubts & doubt::create) != 0) detail |= order_detail::create_in_doubt;
  if ((order.doubts & doubt::amend) != 0) detail |= order_detail::amend_in_doubt;
  if ((order.doubts & doubt::cancel) != 0) detail |= order_detail::cancel_in_doubt;
  if (order.lost) detail |= order_detail::lost;
  if (order.fills_missing()) detail |= order_detail::fills_missing;
  return static_cast<std::uint16_t>(detail);
}

wire::PlaceOrder place_frame(const OrderSummary& order, bool paper, Nanos now) noexcept {
  wire::PlaceOrder frame;
  frame.symbol = order.trading_pair;
  frame.receive_time = now;
  frame.detail = order_detail_of(order, paper) &
                 (order_detail::reduce_only | order_detail::post_only | order_detail::external | order_detail::paper);
  frame.created = order.created;
  frame.good_till = order.good_till;
  frame.price = order.price;
  frame.quantity = order.amount;
  frame.trigger_price = order.trigger_price;
  frame.leverage = order.leverage;
  frame.side = order.side;
  frame.order_type = order.order_type;
  frame.time_in_force = order.time_in_force;
  frame.position_action = order.position_action;
  return frame;
}

wire::OrderStatus status_frame(const OrderSummary& order, OrderState previous, bool paper, Nanos now) noexcept {
  wire::OrderStatus frame;
  frame.symbol = order.trading_pair;
  frame.exchange_time = order.updated;
  frame.receive_time = now;
  frame.detail = order_detail_of(order, paper);
  frame.created = order.created;
  frame.price = order.price;
  frame.quantity = order.amount;
  frame.trigger_price = order.trigger_price;
  frame.filled = order.filled_amount;
  frame.average_price = order.average_price();
  frame.number = order.number;
  frame.state = order.state;
  frame.previous = previous;
  frame.reason = order.reason;
  frame.side = order.side;
  frame.order_type = order.order_type;
  frame.time_in_force = order.time_in_force;
  return frame;
}

wire::Fill fill_frame(const TradeUpdate& trade, bool external, bool paper, Nanos now) noexcept {
  wire::Fill frame;
  frame.symbol = trade.trading_pair;
  frame.exchange_time = trade.fill_timestamp;
  frame.receive_time = now;
  frame.detail =
      static_cast<std::uint16_t>((external ? order_detail::external : 0) | (paper ? order_detail::paper : 0));
  frame.price = trade.fill_price;
  frame.quantity = trade.fill_base_amount;
  frame.quote_quantity = trade.fill_quote_amount;
  frame.fee = trade.fee_amount;
  frame.side = trade.side;
  frame.liquidity = trade.liquidity;
  return frame;
}

wire::FundingPayment funding_frame(const FundingPayment& payment, bool paper, Nanos now) noexcept {
  wire::FundingPayment frame;
  frame.symbol = payment.trading_pair;
  frame.exchange_time = payment.timestamp;
  frame.receive_time = now;
  frame.detail = paper ? order_detail::paper : std::uint16_t{0};
  frame.amount = payment.amount;
  frame.position = payment.position;
  frame.rate = payment.rate;
  return frame;
}

wire::PositionStatus position_frame(const Position& position, bool paper, Nanos now) noexcept {
  wire::PositionStatus frame;
  frame.symbol = position.trading_pair;
  frame.receive_time = now;
  frame.detail = paper ? order_detail::paper : std::uint16_t{0};
  frame.quantity = position.quantity;
  frame.entry_price = position.entry_price;
  frame.mark_price = position.mark_price;
  frame.liquidation_price = position.liquidation_price;
  frame.unrealized_pnl = position.unrealized_pnl;
  frame.realized_pnl = position.realized_pnl;
  frame.leverage = position.leverage;
  return frame;
}

std::optional<InFlightOrder> order_of(const wire::PlaceOrder& frame) {
  const auto id = OrderId::from(wire::client_order_id(frame));
  if (!id || id->empty()) return std::nullopt;
  InFlightOrder order;
  order.client_order_id = *id;
  order.trading_pair = frame.symbol;
  order.side = frame.side;
  order.order_type = frame.order_type;
  order.time_in_force = frame.time_in_force;
  order.position_action = frame.position_action;
  order.reduce_only = (frame.detail & order_detail::reduce_only) != 0;
  order.post_only = (frame.detail & order_detail::post_only) != 0;
  order.external = (frame.detail & order_detail::external) != 0;
  order.leverage = frame.leverage;
  order.price = frame.price;
  order.trigger_price = frame.trigger_price;
  order.amount = frame.quantity;
  order.created = frame.created;
  order.updated = frame.created;
  order.good_till = frame.good_till;
  order.sent = frame.receive_time;
  order.extra_params = parse_extra(wire::extra(frame));
  return order;
}

std::optional<TradeUpdate> trade_of(const wire::Fill& frame) {
  const auto trade = TradeId::from(wire::trade_id(frame));
  const auto client = OrderId::from(wire::client_order_id(frame));
  const auto exchange = OrderId::from(wire::exchange_order_id(frame));
  const auto currency = Currency::from(wire::fee_currency(frame));
  if (!trade || !client || !exchange || !currency) return std::nullopt;
  return TradeUpdate{.trade_id = *trade,
                     .client_order_id = *client,
                     .exchange_order_id = *exchange,
                     .trading_pair = frame.symbol,
                     .side = frame.side,
                     .fill_price = frame.price,
                     .fill_base_amount = frame.quantity,
                     .fill_quote_amount = frame.quote_quantity,
                     .fee_currency = *currency,
                     .fee_amount = frame.fee,
                     .liquidity = frame.liquidity,
                     .fill_timestamp = frame.exchange_time};
}

void apply_status(InFlightOrder& order, const wire::OrderStatus& frame) {
  const OrderId exchange = OrderId::cut(wire::exchange_order_id(frame));
  const bool earlier =
      std::ranges::find(order.earlier_exchange_order_ids, exchange) != order.earlier_exchange_order_ids.end();
  if (!exchange.empty() && exchange != order.exchange_order_id && !earlier) {
    if (!order.exchange_order_id.empty()) order.earlier_exchange_order_ids.push_back(order.exchange_order_id);
    order.exchange_order_id = exchange;
  }
  order.state = frame.state;
  order.reason = frame.reason;
  order.price = frame.price;
  order.amount = frame.quantity;
  order.updated = frame.exchange_time;
  order.number = frame.number;
  order.lost = (frame.detail & order_detail::lost) != 0;
  order.doubts = static_cast<std::uint8_t>(((frame.detail & order_detail::create_in_doubt) != 0 ? doubt::create : 0) |
                                           ((frame.detail & order_detail::amend_in_doubt) != 0 ? doubt::amend : 0) |
                                           ((frame.detail & order_detail::cancel_in_doubt) != 0 ? doubt::cancel : 0));
  // While a cancellation is wanted, what is open is PendingCancel.
  const bool open = order.state == OrderState::Open || order.state == OrderState::PartiallyFilled;
  if (order.is_done() || open) order.cancel_requested = false;
}

}  // namespace trunkline::order
