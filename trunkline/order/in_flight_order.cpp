#include "trunkline/order/in_flight_order.hpp"

#include <algorithm>

namespace trunkline::order {

Price OrderSummary::average_price() const noexcept {
  if (filled_amount.raw() <= 0) return Price::absent();
  const Int128 amount_raw = filled_amount.raw();
  return Price::from_raw(static_cast<std::int64_t>((filled_notional + amount_raw / 2) / amount_raw));
}

bool InFlightOrder::add_fill(const TradeUpdate& trade) {
  const bool there = std::ranges::any_of(fills, [&](const TradeUpdate& fill) {
    return fill.trade_id == trade.trade_id && fill.side == trade.side && fill.fill_price == trade.fill_price &&
           fill.fill_base_amount == trade.fill_base_amount;
  });
  if (there) return false;
  fills.push_back(trade);
  filled_amount = Quantity::from_raw(filled_amount.raw() + trade.fill_base_amount.raw());
  filled_notional += notional(trade.fill_price, trade.fill_base_amount);
  if (trade.fee_amount.is_absent() || trade.fee_currency.empty()) return true;
  for (OrderFee& fee : fees) {
    if (fee.currency == trade.fee_currency) {
      fee.amount = Quantity::from_raw(fee.amount.raw() + trade.fee_amount.raw());
      return true;
    }
  }
  fees.push_back({trade.fee_currency, trade.fee_amount});
  return true;
}

Quantity InFlightOrder::fee_paid(std::string_view currency) const noexcept {
  for (const OrderFee& fee : fees) {
    if (fee.currency == currency) return fee.amount;
  }
  return {};
}

void InFlightOrder::clear() {
  static_cast<OrderSummary&>(*this) = {};
  fills.clear();
  fees.clear();
  earlier_exchange_order_ids.clear();
  extra_params.clear();
}

}  // namespace trunkline::order
