#include "trunkline/venue/binance/orders/order_replies.hpp"

#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <tuple>

#include "trunkline/venue/binance/orders/order_words.hpp"
#include "trunkline/venue/json_fields.hpp"

namespace trunkline::venue::binance::orders {
namespace {

using order::ListedOrder;
using order::TradeUpdate;

order::OrderId number_id(std::uint64_t id) {
  return order::OrderId::cut(fmt::format("{}", id));
}

// The first of these times that is there.
Nanos time_of(JsonFields& fields, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const Json* const value = fields.find(key);
    if (value != nullptr && value->is_number_unsigned() && value->get<std::uint64_t>() != 0) {
      return fields.milliseconds(key);
    }
  }
  return Nanos{0};
}

// 0 stands for none.
template <class Decimal>
Decimal present(Decimal value) {
  return value.is_zero() ? Decimal::absent() : value;
}

const order::TradingRule* symbol_of(JsonFields& fields, const Symbols& symbols) {
  const std::string_view text = fields.text("symbol");
  if (!fields.ok()) return nullptr;
  const order::TradingRule* const rule = symbols.find(text);
  if (rule == nullptr) fields.refuse("symbol", fmt::format("\"{}\" is not known", excerpt(text)));
  return rule;
}

template <class Item, class Read>
Result<std::vector<Item>> read_array(const Json& body, std::string_view what, const Symbols& symbols, Read read) {
  if (!body.is_array()) return fail(ErrorCode::Protocol, fmt::format("{}: {} is no list", what, excerpt(body.dump())));
  std::vector<Item> out;
  for (const Json& each : body) {
    const auto symbol = each.is_object() ? each.find("symbol") : each.end();
    if (symbol != each.end() && symbol->is_string() && symbols.find(symbol->get<std::string>()) == nullptr) continue;
    auto item = read(each);
    if (!item) return std::unexpected(item.error());
    out.push_back(*std::move(item));
  }
  return out;
}

}  // namespace

order::OrderId algo_id(std::uint64_t id) {
  return order::OrderId::cut(fmt::format("algo-{}", id));
}

std::optional<std::string_view> number_of_algo(std::string_view exchange_order_id) {
  if (!exchange_order_id.starts_with("algo-")) return std::nullopt;
  return exchange_order_id.substr(5);
}

Result<ListedOrder> read_order(const Json& body, Segment segment, const Symbols& symbols) {
  JsonFields fields(body);
  ListedOrder out;
  const auto* const rule = symbol_of(fields, symbols);
  if (rule == nullptr) return fields.error();
  out.update.trading_pair = rule->trading_pair;
  out.update.exchange_order_id = number_id(fields.integer("orderId"));
  const std::string_view original = fields.text_or("origClientOrderId", "");
  out.update.client_order_id = order::OrderId::cut(original.empty() ? fields.text_or("clientOrderId", "") : original);
  out.update.update_timestamp = time_of(fields, {"updateTime", "transactTime", "time"});
  // An ACK says no more than that the order is in.
  const std::string_view status = fields.text_or("status", "NEW");
  const auto state = state_of(status);
  if (!state) fields.refuse("status", fmt::format("\"{}\" is not known", excerpt(status)));
  if (state) std::tie(out.update.new_state, out.update.reason) = std::tie(state->state, state->reason);
  if (fields.find("executedQty") != nullptr) out.update.filled = fields.decimal<Quantity>("executedQty");
  if (fields.find("origQty") != nullptr) out.update.amount = fields.decimal<Quantity>("origQty");
  if (fields.find("price") != nullptr) out.update.price = present(fields.decimal<Price>("price"));
  if (fields.find("side") != nullptr) {
    const auto side = side_of(fields.text("side"));
    if (!side) fields.refuse("side", "is neither BUY nor SELL");
    if (side) out.side = *side;
  }
  const std::string_view time_in_force = fields.text_or("timeInForce", "GTC");
  out.time_in_force = time_in_force_of(time_in_force);
  const std::string_view type = fields.text_or("origType", fields.text_or("type", "LIMIT"));
  if (const auto known = type_of(type, time_in_force)) out.order_type = *known;
  if (segment == Segment::Spot && type == "TAKE_PROFIT") out.order_type = order::OrderType::TakeProfitMarket;
  if (fields.find("stopPrice") != nullptr) out.trigger_price = present(fields.decimal<Price>("stopPrice"));
  out.reduce_only = fields.boolean_or("reduceOnly", false);
  out.post_only = out.order_type == order::OrderType::LimitMaker;
  if (!fields.ok()) return fields.error();
  return out;
}

Result<std::vector<TradeUpdate>> read_fills(const Json& body, Segment segment, const Symbols& symbols) {
  std::vector<TradeUpdate> out;
  const auto fills = body.is_object() ? body.find("fills") : body.end();
  if (fills == body.end() || !fills->is_array() || fills->empty()) return out;
  const auto order = read_order(body, segment, symbols);
  if (!order) return std::unexpected(order.error());
  for (const Json& each : *fills) {
    JsonFields fields(each);
    TradeUpdate trade;
    trade.trade_id = order::TradeId::cut(fmt::format("{}", fields.integer("tradeId")));
    trade.client_order_id = order->update.client_order_id;
    trade.exchange_order_id = order->update.exchange_order_id;
    trade.trading_pair = order->update.trading_pair;
    trade.side = order->side;
    trade.fill_price = fields.decimal<Price>("price");
    trade.fill_base_amount = fields.decimal<Quantity>("qty");
    trade.fee_amount = fields.decimal<Quantity>("commission");
    trade.fee_currency = order::Currency::cut(fields.text("commissionAsset"));
    trade.liquidity = order::Liquidity::Taker;  // fills at once are the taker's
    trade.fill_timestamp = order->update.update_timestamp;
    if (!fields.ok()) return fields.error();
    out.push_back(trade);
  }
  return out;
}

Result<ListedOrder> read_algo_order(const Json& body, const Symbols& symbols) {
  JsonFields fields(body);
  ListedOrder out;
  const auto* const rule = symbol_of(fields, symbols);
  if (rule == nullptr) return fields.error();
  out.update.trading_pair = rule->trading_pair;
  out.update.exchange_order_id = algo_id(fields.integer("algoId"));
  out.update.client_order_id = order::OrderId::cut(fields.text("clientAlgoId"));
  out.update.update_timestamp = time_of(fields, {"updateTime", "createTime"});
  const std::string_view status = fields.text_or("algoStatus", "NEW");
  const auto state = state_of(status);
  if (!state) fields.refuse("algoStatus", fmt::format("\"{}\" is not known", excerpt(status)));
  if (state) std::tie(out.update.new_state, out.update.reason) = std::tie(state->state, state->reason);
  if (fields.find("quantity") != nullptr) out.update.amount = fields.decimal<Quantity>("quantity");
  if (fields.find("price") != nullptr) out.update.price = present(fields.decimal<Price>("price"));
  const auto side = side_of(fields.text_or("side", "BUY"));
  if (!side) fields.refuse("side", "is neither BUY nor SELL");
  if (side) out.side = *side;
  const std::string_view time_in_force = fields.text_or("timeInForce", "GTC");
  out.time_in_force = time_in_force_of(time_in_force);
  const std::string_view type = fields.text_or("orderType", fields.text_or("type", ""));
  if (const auto known = type_of(type, time_in_force)) out.order_type = *known;
  if (type == "TAKE_PROFIT") out.order_type = order::OrderType::TakeProfitLimit;
  if (fields.find("triggerPrice") != nullptr) out.trigger_price = present(fields.decimal<Price>("triggerPrice"));
  out.reduce_only = fields.boolean_or("reduceOnly", false);
  if (!fields.ok()) return fields.error();
  return out;
}

Result<std::vector<ListedOrder>> read_orders(const Json& body, bool algo, Segment segment, const Symbols& symbols) {
  return read_array<ListedOrder>(
      body, algo ? "open conditional orders" : "open orders", symbols,
      [&](const Json& each) { return algo ? read_algo_order(each, symbols) : read_order(each, segment, symbols); });
}

Result<std::vector<TradeUpdate>> read_trades(const Json& body, Segment segment, const Symbols& symbols) {
  return read_array<TradeUpdate>(body, "trades", symbols, [&](const Json& each) -> Result<TradeUpdate> {
    JsonFields fields(each);
    TradeUpdate trade;
    const auto* const rule = symbol_of(fields, symbols);
    if (rule == nullptr) return fields.error();
    trade.trading_pair = rule->trading_pair;
    trade.trade_id = order::TradeId::cut(fmt::format("{}", fields.integer("id")));
    trade.exchange_order_id = number_id(fields.integer("orderId"));
    trade.fill_price = fields.decimal<Price>("price");
    trade.fill_base_amount = fields.decimal<Quantity>("qty");
    trade.fee_amount = fields.decimal<Quantity>("commission");
    trade.fee_currency = order::Currency::cut(fields.text("commissionAsset"));
    const bool spot = segment == Segment::Spot;
    const bool maker = fields.boolean_or(spot ? "isMaker" : "maker", false);
    trade.liquidity = maker ? order::Liquidity::Maker : order::Liquidity::Taker;
    trade.side = fields.boolean_or(spot ? "isBuyer" : "buyer", false) ? order::TradeType::Buy : order::TradeType::Sell;
    trade.fill_timestamp = fields.milliseconds("time");
    if (!fields.ok()) return fields.error();
    return trade;
  });
}

Result<order::AccountState> read_spot_account(const Json& body) {
  order::AccountState out;
  const auto balances = body.is_object() ? body.find("balances") : body.end();
  if (balances == body.end() || !balances->is_array()) return fail(ErrorCode::Protocol, "account: balances is missing");
  for (const Json& each : *balances) {
    JsonFields fields(each);
    order::BalanceUpdate balance;
    balance.currency = order::Currency::cut(fields.text("asset"));
    balance.available = fields.decimal<Quantity>("free");
    const Quantity locked = fields.decimal<Quantity>("locked");
    if (!fields.ok()) return fields.error();
    balance.total = checked_add(balance.available, locked).value_or(Quantity::absent());
    out.balances.push_back(balance);
  }
  return out;
}

Result<std::vector<order::BalanceUpdate>> read_futures_balances(const Json& body) {
  if (!body.is_array()) return fail(ErrorCode::Protocol, "balances: no list");
  std::vector<order::BalanceUpdate> out;
  for (const Json& each : body) {
    JsonFields fields(each);
    order::BalanceUpdate balance;
    balance.currency = order::Currency::cut(fields.text("asset"));
    balance.total = fields.decimal<Quantity>("balance");
    balance.available = fields.decimal<Quantity>("availableBalance");
    if (!fields.ok()) return fields.error();
    out.push_back(balance);
  }
  return out;
}

Result<std::vector<order::FundingPayment>> read_funding(const Json& body, const Symbols& symbols) {
  return read_array<order::FundingPayment>(body, "funding payments", symbols,
                                           [&](const Json& each) -> Result<order::FundingPayment> {
                                             JsonFields fields(each);
                                             order::FundingPayment payment;
                                             const auto* const rule = symbol_of(fields, symbols);
                                             if (rule == nullptr) return fields.error();
                                             payment.trading_pair = rule->trading_pair;
                                             payment.currency = order::Currency::cut(fields.text("asset"));
                                             payment.amount = fields.decimal<Quantity>("income");
                                             payment.timestamp = fields.milliseconds("time");
                                             if (!fields.ok()) return fields.error();
                                             return payment;
                                           });
}

Result<std::vector<order::Position>> read_positions(const Json& body, const Symbols& symbols) {
  return read_array<order::Position>(body, "positions", symbols, [&](const Json& each) -> Result<order::Position> {
    JsonFields fields(each);
    order::Position position;
    const auto* const rule = symbol_of(fields, symbols);
    if (rule == nullptr) return fields.error();
    position.trading_pair = rule->trading_pair;
    position.quantity = fields.decimal<Quantity>("positionAmt");
    position.entry_price = fields.rounded("entryPrice");
    position.mark_price = fields.rounded("markPrice");
    position.liquidation_price = fields.rounded("liquidationPrice");
    position.unrealized_pnl =
        fields.rounded(fields.find("unRealizedProfit") != nullptr ? "unRealizedProfit" : "unrealizedProfit");
    position.updated = time_of(fields, {"updateTime"});
    const std::string_view leverage = fields.text_or("leverage", "0");
    std::from_chars(leverage.data(), leverage.data() + leverage.size(), position.leverage);
    if (!fields.ok()) return fields.error();
    return position;
  });
}

}  // namespace trunkline::venue::binance::orders
