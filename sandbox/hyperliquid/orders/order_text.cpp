#include "sandbox/hyperliquid/orders/order_text.hpp"

#include <cstdlib>
#include <fmt/format.h>

#include "sandbox/hyperliquid/orders/order_rules.hpp"
#include "sandbox/hyperliquid/text.hpp"

namespace trunkline::sandbox::hyperliquid {
namespace {

constexpr std::string_view side_text(match::Side side) {
  return side == match::Side::Buy ? "B" : "A";
}

// price x size in the quote asset, rounded toward zero.
std::int64_t worth(Price price, Quantity size) {
  return static_cast<std::int64_t>(notional(price, size) / Price::one);
}
std::string usd(std::int64_t raw) {
  return Quantity::from_raw(raw).to_text(1);
}

std::string direction(Quantity before, Quantity after, match::Side side) {
  if (!before.is_zero() && !after.is_zero() && (before > Quantity{}) != (after > Quantity{}))
    return before > Quantity{} ? "Long > Short" : "Short > Long";
  const bool buys = side == match::Side::Buy;
  const bool opens = before.is_zero() || (before > Quantity{}) == buys;
  return fmt::format("{} {}", opens ? "Open" : "Close", opens == buys ? "Long" : "Short");
}

Json position_text(const std::string& coin, const Position& position, Price mark, int most_leverage) {
  const Quantity size = Quantity::from_raw(std::abs(position.amount.raw()));
  const std::int64_t value = worth(mark, size);
  const std::int64_t used = value / position.leverage;
  const std::int64_t gain = position.unrealised(mark);
  const std::int64_t at_entry = worth(position.entry, size) / position.leverage;
  const std::int64_t return_raw =
      at_entry == 0 ? 0 : static_cast<std::int64_t>(static_cast<Int128>(gain) * Quantity::one / at_entry);
  return {{"type", "oneWay"},
          {"position",
           {{"coin", coin},
            {"szi", size_text(position.amount)},
            {"leverage", {{"type", position.isolated ? "isolated" : "cross"}, {"value", position.leverage}}},
            {"entryPx", price_text(position.entry)},
            {"positionValue", usd(value)},
            {"unrealizedPnl", usd(gain)},
            {"returnOnEquity", usd(return_raw)},
            {"liquidationPx", nullptr},
            {"marginUsed", usd(used)},
            {"maxLeverage", most_leverage},
            {"cumFunding", {{"allTime", "0.0"}, {"sinceOpen", "0.0"}, {"sinceChange", "0.0"}}}}}};
}

}  // namespace

std::string_view status_of(const ClientOrder& order) {
  switch (order.state) {
    case OrderState::New:
    case OrderState::PartiallyFilled:
      return order.trigger && order.triggered ? "triggered" : "open";
    case OrderState::Filled:
      return "filled";
    case OrderState::Cancelled:
      return "canceled";
    case OrderState::Rejected:
      return "rejected";
    case OrderState::Expired:
      break;
  }
  if (order.reason == "SELF_TRADE") return "selfTradeCanceled";
  if (order.reason == "REDUCE_ONLY") return "reduceOnlyCanceled";
  if (order.reason == "SCHEDULED") return "scheduledCancel";
  if (order.reason == "INSUFFICIENT_BALANCE") return order.reduce_only ? "reduceOnlyCanceled" : "marginCanceled";
  if (order.reason == "EXCHANGE_CANCELED") return "marginCanceled";
  return order.filled.is_zero() ? "iocCancelRejected" : "canceled";
}

Json short_order(const ClientOrder& order, bool original) {
  Json out{{"coin", order.symbol},
           {"side", side_text(order.side)},
           {"limitPx", price_text(order.price)},
           {"sz", size_text(order.remaining())},
           {"oid", order.id},
           {"timestamp", order.created_ms}};
  if (original) out["origSz"] = size_text(order.quantity);
  if (is_cloid(order.client_id)) out["cloid"] = order.client_id;
  return out;
}

Json full_order(const ClientOrder& order) {
  Json out = short_order(order, false);
  out.erase("cloid");
  const bool waits = order.trigger.has_value();
  out["triggerCondition"] = !waits            ? "N/A"
                            : order.triggered ? "Triggered"
                                              : fmt::format("Price {} {}", order.trigger->up ? "above" : "below",
                                                            order.trigger->price.to_text());
  out["isTrigger"] = waits;
  out["triggerPx"] = price_text(waits ? order.trigger->price : Price{});
  out["children"] = Json::array();
  out["isPositionTpsl"] = false;
  out["reduceOnly"] = order.reduce_only;
  out["orderType"] = order.type;
  out["origSz"] = size_text(order.quantity);
  out["tif"] = waits ? Json(nullptr) : Json(order.time_in_force_text);
  out["cloid"] = is_cloid(order.client_id) ? Json(order.client_id) : Json(nullptr);
  return out;
}

Json with_status(const ClientOrder& order, Json text) {
  return {{"order", std::move(text)}, {"status", status_of(order)}, {"statusTimestamp", order.updated_ms}};
}

Json placed_status(const ClientOrder& order, std::size_t asset) {
  Json body;
  if (order.open()) {
    body = {{"oid", order.id}};
  } else if (!order.filled.is_zero()) {
    body = {{"totalSz", size_text(order.filled)}, {"avgPx", price_text(order.average())}, {"oid", order.id}};
  } else {
    return {{"error", fmt::format("Order could not immediately match against any resting orders. asset={}", asset)}};
  }
  if (is_cloid(order.client_id)) body["cloid"] = order.client_id;
  return {{order.open() ? "resting" : "filled", std::move(body)}};
}

Json fill_text(const ClientOrder& order, const FillRecord& fill, const Instrument& in, Quantity position) {
  const bool perpetual = is_perpetual(in);
  const Quantity change =
      Quantity::from_raw(order.side == match::Side::Buy ? fill.quantity.raw() : -fill.quantity.raw());
  const Quantity before = Quantity::from_raw(position.raw() - change.raw());
  const std::uint64_t tid = trade_tid(fill.trade_id);
  Json out{{"coin", order.symbol},
           {"px", price_text(fill.price)},
           {"sz", size_text(fill.quantity)},
           {"side", side_text(order.side)},
           {"time", fill.time_ms},
           {"startPosition", size_text(before)},
           {"dir", perpetual                        ? direction(before, position, order.side)
                   : order.side == match::Side::Buy ? "Buy"
                                                    : "Sell"},
           {"closedPnl", size_text(fill.realised)},
           {"hash", fmt::format("0x{:064x}", tid)},
           {"oid", order.id},
           {"crossed", !fill.maker},
           {"fee", size_text(fill.fee)},
           {"tid", tid}};
  if (is_cloid(order.client_id)) out["cloid"] = order.client_id;
  out["feeToken"] = fill.fee_asset;
  out["twapId"] = nullptr;
  return out;
}

Json funding_text(const Income& paid, const Position& position, Price mark) {
  // What was paid says at which rate.
  const Int128 value = worth(mark, position.amount);
  const Int128 scaled = -static_cast<Int128>(paid.amount.raw()) * Quantity::one * 2;
  const Int128 rate = value == 0 ? 0 : (scaled / value + (scaled / value < 0 ? -1 : 1)) / 2;
  return {{"time", paid.time_ms},
          {"coin", paid.symbol},
          {"usdc", size_text(paid.amount)},
          {"szi", size_text(position.amount)},
          {"fundingRate", Quantity::from_raw(static_cast<std::int64_t>(rate)).to_text()},
          {"nSamples", nullptr}};
}

Json clearinghouse_state(const Account& account, const OrderDesk& desk, std::int64_t now_ms) {
  constexpr std::string_view collateral = "USDC";
  std::int64_t value = account.wallet(Market::Usdm).of(collateral).total().raw();
  std::int64_t held = 0, used = 0, signed_worth = 0;
  Json positions = Json::array();
  for (const auto& [coin, position] : account.positions[static_cast<std::size_t>(Market::Usdm)]) {
    const ClientMarket* const market = desk.market(Market::Usdm, coin);
    if (position.amount.is_zero() || market == nullptr) continue;
    positions.push_back(position_text(coin, position, market->mark(), most_leverage));
    const std::int64_t worth_now = worth(market->mark(), Quantity::from_raw(std::abs(position.amount.raw())));
    value += position.unrealised(market->mark());
    held += worth_now;
    signed_worth += position.amount > Quantity{} ? worth_now : -worth_now;
    used += worth_now / position.leverage;
  }
  const Json margin{{"accountValue", usd(value)},
                    {"totalNtlPos", usd(held)},
                    {"totalRawUsd", usd(value - signed_worth)},
                    {"totalMarginUsed", usd(used)}};
  const Quantity free = desk.available_margin(account, Market::Usdm, collateral);
  return {{"marginSummary", margin},
          {"crossMarginSummary", margin},
          {"crossMaintenanceMarginUsed", usd(used / 2)},
          {"withdrawable", size_text(std::max(free, Quantity{}))},
          {"assetPositions", positions},
          {"time", now_ms}};
}

Json spot_state(const Account& account) {
  Json balances = Json::array();
  for (const auto& [coin, balance] : account.wallet(Market::Spot).all())
    balances.push_back({{"coin", coin},
                        {"total", size_text(balance.total())},
                        {"hold", size_text(balance.locked)},
                        {"entryNtl", "0.0"}});
  return {{"balances", balances}};
}

}  // namespace trunkline::sandbox::hyperliquid
