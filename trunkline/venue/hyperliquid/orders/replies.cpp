#include "trunkline/venue/hyperliquid/orders/replies.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "trunkline/venue/hyperliquid/meta.hpp"
#include "trunkline/venue/json_fields.hpp"

namespace trunkline::venue::hyperliquid::orders {
namespace {

using order::OrderOutcome;
using order::OrderReason;
using order::OrderState;
using order::OrderType;
using order::TimeInForce;

struct StateRow {
  std::string_view text;
  OrderState state;
  OrderReason reason;
};
// The rest by their endings: ...Canceled, ...Rejected.
constexpr StateRow states[] = {
    {"open", OrderState::Open, OrderReason::None},
    {"triggered", OrderState::Open, OrderReason::None},
    {"filled", OrderState::Filled, OrderReason::None},
    {"canceled", OrderState::Cancelled, OrderReason::Requested},
    {"rejected", OrderState::Failed, OrderReason::VenueError},
    {"marginCanceled", OrderState::Cancelled, OrderReason::InsufficientFunds},
    {"selfTradeCanceled", OrderState::Cancelled, OrderReason::SelfTrade},
    {"reduceOnlyCanceled", OrderState::Cancelled, OrderReason::ReduceOnly},
    {"liquidatedCanceled", OrderState::Cancelled, OrderReason::Liquidation},
    {"scheduledCancel", OrderState::Cancelled, OrderReason::Expired},
    {"iocCancelRejected", OrderState::Failed, OrderReason::NotFillable},
    {"badAloPxRejected", OrderState::Failed, OrderReason::WouldTrade},
    {"perpMarginRejected", OrderState::Failed, OrderReason::InsufficientFunds},
    {"reduceOnlyRejected", OrderState::Failed, OrderReason::ReduceOnly},
};

struct WordsRow {
  std::string_view part;
  OrderReason reason;
};
constexpr WordsRow refusals[] = {
    {"Insufficient margin", OrderReason::InsufficientFunds},
    {"Post only order would have immediately matched", OrderReason::WouldTrade},
    {"could not immediately match", OrderReason::NotFillable},
    {"Reduce only order", OrderReason::ReduceOnly},
    {"minimum value", OrderReason::InvalidOrder},
    {"tick size", OrderReason::InvalidOrder},
    {"has invalid", OrderReason::InvalidOrder},
    {"Invalid TP/SL price", OrderReason::InvalidOrder},
    {"does not exist", OrderReason::Authentication},  // User or API Wallet ... does not exist
    {"never placed, already canceled, or filled", OrderReason::NotFound},
    {"Cannot modify canceled or filled order", OrderReason::NotFound},
    {"cloid already", OrderReason::DuplicateId},
    {"Too many", OrderReason::RateLimited},
    {"nonce", OrderReason::Clock},
    {"expired", OrderReason::Expired},
};

OrderType type_of(std::string_view text, std::string_view tif) {
  if (text == "Stop Market") return OrderType::StopMarket;
  if (text == "Stop Limit") return OrderType::StopLimit;
  if (text == "Take Profit Market") return OrderType::TakeProfitMarket;
  if (text == "Take Profit Limit") return OrderType::TakeProfitLimit;
  if (text == "Market") return OrderType::Market;
  return tif == "Alo" ? OrderType::LimitMaker : OrderType::Limit;
}

void put_state(std::string_view status, JsonFields& fields, order::OrderUpdate& out) {
  for (const StateRow& row : states) {
    if (row.text != status) continue;
    out.new_state = row.state;
    out.reason = row.reason;
    return;
  }
  if (status.ends_with("Canceled")) {
    out.new_state = OrderState::Cancelled;
  } else if (status.ends_with("Rejected")) {
    out.new_state = OrderState::Failed;
  } else {
    fields.refuse("status", fmt::format("\"{}\" is not known", excerpt(status)));
  }
  out.reason = OrderReason::VenueError;
  out.text = status;
}

Quantity minus(Quantity a, Quantity b) {
  return checked_subtract(a, b).value_or(Quantity{});
}

}  // namespace

const order::TradingRule* Symbols::find(SymbolHash symbol) const {
  const auto found = by_hash_.find(symbol);
  return found == by_hash_.end() ? nullptr : &rules_[found->second];
}

const order::TradingRule* Symbols::find(const std::string& coin) const {
  const auto found = by_coin_.find(coin);
  return found == by_coin_.end() ? nullptr : &rules_[found->second];
}

Result<Symbols> Symbols::parse(std::string_view body) {
  Catalog catalog;
  if (auto read = read_perpetuals(body, catalog); !read) return std::unexpected(read.error());
  // An order names a coin by its place among all of them.
  const Json meta = Json::parse(body, nullptr, false);
  std::unordered_map<std::string, std::uint32_t> places;
  if (meta.is_object() && meta.contains("universe")) {
    std::uint32_t place = 0;
    for (const Json& coin : meta["universe"]) {
      if (coin.is_object() && coin.contains("name") && coin["name"].is_string()) {
        places.emplace(coin["name"].get<std::string>(), place);
      }
      ++place;
    }
  }
  Symbols symbols;
  for (const Instrument& instrument : catalog.instruments) {
    const auto place = places.find(instrument.venue_symbol);
    if (place == places.end()) continue;
    order::TradingRule rule;
    rule.trading_pair = instrument.hash;
    rule.text = instrument.text;
    rule.venue_symbol = instrument.venue_symbol;
    rule.base = order::Currency::cut(instrument.descriptor.base);
    rule.quote = order::Currency::cut("USDC");
    rule.kind = instrument.kind;
    rule.trading = instrument.status == wire::TradingStatus::Trading;
    rule.tick = instrument.tick;
    rule.step = instrument.lot;
    rule.minimum_notional = instrument.minimum_notional;
    rule.significant_figures = significant_figures;
    rule.price_decimals = instrument.price_decimals;
    rule.amount_decimals = instrument.quantity_decimals;
    rule.asset = place->second;
    rule.order_types = {OrderType::Limit,           OrderType::LimitMaker, OrderType::Market,
                        OrderType::StopLimit,       OrderType::StopMarket, OrderType::TakeProfitLimit,
                        OrderType::TakeProfitMarket};
    rule.times_in_force = {TimeInForce::Gtc, TimeInForce::Ioc};
    rule.reduce_only = true;
    symbols.by_hash_.emplace(rule.trading_pair, symbols.rules_.size());
    symbols.by_coin_.emplace(rule.venue_symbol, symbols.rules_.size());
    symbols.rules_.push_back(std::move(rule));
  }
  return symbols;
}

order::OrderError refusal(std::string_view text) {
  for (const WordsRow& row : refusals) {
    if (text.find(row.part) != std::string_view::npos) return {OrderOutcome::Rejected, row.reason, excerpt(text, 200)};
  }
  return {OrderOutcome::Rejected, OrderReason::VenueError, excerpt(text, 200)};
}

order::OrderResult<order::OrderUpdate> read_placed(const Json& status, const order::OrderSummary& order) {
  order::OrderUpdate out;
  out.client_order_id = order.client_order_id;
  out.trading_pair = order.trading_pair;
  out.new_state = OrderState::Open;
  if (status.is_string()) return out;  // waitingForFill, waitingForTrigger
  const auto unreadable = [&] {
    return order::unknown(OrderReason::VenueError,
                          fmt::format("a status that cannot be read: {}", excerpt(status.dump())));
  };
  if (!status.is_object()) return unreadable();
  if (const auto error = status.find("error"); error != status.end()) {
    return std::unexpected(refusal(error->is_string() ? error->get<std::string>() : error->dump()));
  }
  const auto resting = status.find("resting");
  const auto filled = status.find("filled");
  const Json& body = resting != status.end() ? *resting : filled != status.end() ? *filled : status;
  JsonFields fields(body);
  out.exchange_order_id = order::OrderId::cut(fmt::format("{}", fields.integer("oid")));
  if (filled != status.end()) {
    out.filled = fields.decimal<Quantity>("totalSz");
    // In part: what is left of an order that does not rest is gone, and an event says so.
    if (out.filled >= order.amount) out.new_state = OrderState::Filled;
  }
  if (!fields.ok()) return unreadable();
  return out;
}

Result<order::ListedOrder> read_order(const Json& body, std::string_view status, Nanos time, const Symbols& symbols) {
  JsonFields fields(body);
  order::ListedOrder out;
  const std::string coin(fields.text("coin"));
  if (!fields.ok()) return fields.error();
  const order::TradingRule* const rule = symbols.find(coin);
  if (rule == nullptr) return fail(ErrorCode::NotFound, fmt::format("coin: \"{}\" is not known", excerpt(coin)));
  out.update.trading_pair = rule->trading_pair;
  out.update.exchange_order_id = order::OrderId::cut(fmt::format("{}", fields.integer("oid")));
  out.update.client_order_id = order::OrderId::cut(fields.text_or("cloid", ""));
  out.update.update_timestamp = time != Nanos{0} ? time : fields.milliseconds("timestamp");
  const Quantity left = fields.decimal<Quantity>("sz");
  out.update.amount = fields.find("origSz") != nullptr ? fields.decimal<Quantity>("origSz") : left;
  out.update.filled = minus(out.update.amount, left);
  out.update.price = fields.decimal<Price>("limitPx");
  const std::string_view side = fields.text("side");
  if (side != "A" && side != "B") fields.refuse("side", "is neither A nor B");
  out.side = side == "B" ? order::TradeType::Buy : order::TradeType::Sell;
  const std::string_view tif = fields.text_or("tif", "Gtc");
  out.time_in_force = tif == "Ioc" ? TimeInForce::Ioc : TimeInForce::Gtc;
  out.order_type = type_of(fields.text_or("orderType", "Limit"), tif);
  out.post_only = out.order_type == OrderType::LimitMaker;
  out.reduce_only = fields.boolean_or("reduceOnly", false);
  if (fields.find("triggerPx") != nullptr) {
    const Price trigger = fields.decimal<Price>("triggerPx");
    if (!trigger.is_zero()) out.trigger_price = trigger;
  }
  put_state(status.empty() ? "open" : status, fields, out.update);
  // Of what ended otherwise the remaining size is told as zero or as it was: fills say what filled.
  if (out.update.new_state == OrderState::Failed) out.update.filled = Quantity::absent();
  if (!fields.ok()) return fields.error();
  return out;
}

Result<std::vector<order::ListedOrder>> read_open_orders(const Json& body, const Symbols& symbols) {
  if (!body.is_array())
    return fail(ErrorCode::Protocol, fmt::format("open orders: {} is no list", excerpt(body.dump())));
  std::vector<order::ListedOrder> out;
  for (const Json& each : body) {
    auto order = read_order(each, {}, Nanos{0}, symbols);
    if (!order && order.error().code == ErrorCode::NotFound) continue;
    if (!order) return std::unexpected(order.error());
    out.push_back(*std::move(order));
  }
  return out;
}

Result<std::vector<order::TradeUpdate>> read_fills(const Json& body, const Symbols& symbols) {
  if (!body.is_array()) return fail(ErrorCode::Protocol, fmt::format("fills: {} is no list", excerpt(body.dump())));
  std::vector<order::TradeUpdate> out;
  for (const Json& each : body) {
    JsonFields fields(each);
    const std::string coin(fields.text("coin"));
    if (!fields.ok()) return fields.error();
    const order::TradingRule* const rule = symbols.find(coin);
    if (rule == nullptr) continue;
    order::TradeUpdate trade;
    // Fills of years ago have no number of their own; the hash and the time stand for it.
    trade.trade_id =
        order::TradeId::cut(fields.find("tid") != nullptr
                                ? fmt::format("{}", fields.integer("tid"))
                                : fmt::format("{}-{}", fields.integer("time"), fields.text("hash").substr(0, 30)));
    trade.client_order_id = order::OrderId::cut(fields.text_or("cloid", ""));
    trade.exchange_order_id = order::OrderId::cut(fmt::format("{}", fields.integer("oid")));
    trade.trading_pair = rule->trading_pair;
    trade.side = fields.text("side") == "B" ? order::TradeType::Buy : order::TradeType::Sell;
    trade.fill_price = fields.decimal<Price>("px");
    trade.fill_base_amount = fields.decimal<Quantity>("sz");
    trade.fee_amount = fields.decimal_or_absent<Quantity>("fee");
    trade.fee_currency = order::Currency::cut(fields.text_or("feeToken", "USDC"));
    trade.liquidity = fields.boolean_or("crossed", false) ? order::Liquidity::Taker : order::Liquidity::Maker;
    trade.fill_timestamp = fields.milliseconds("time");
    if (!fields.ok()) return fields.error();
    out.push_back(trade);
  }
  return out;
}

// {"time","coin","usdc","szi","fundingRate"}; the question's answer has all but the time in "delta".
Result<std::vector<order::FundingPayment>> read_funding(const Json& body, const Symbols& symbols) {
  if (!body.is_array()) return fail(ErrorCode::Protocol, fmt::format("funding: {} is no list", excerpt(body.dump())));
  std::vector<order::FundingPayment> out;
  for (const Json& each : body) {
    JsonFields outer(each);
    const Json* const delta = outer.find("delta");
    JsonFields fields(delta != nullptr ? *delta : each);
    const std::string coin(fields.text("coin"));
    if (!fields.ok()) return fields.error();
    const order::TradingRule* const rule = symbols.find(coin);
    if (rule == nullptr) continue;
    order::FundingPayment payment;
    payment.trading_pair = rule->trading_pair;
    payment.currency = order::Currency::cut("USDC");
    payment.amount = fields.decimal<Quantity>("usdc");
    payment.position = fields.decimal_or_absent<Quantity>("szi");
    payment.rate = fields.decimal_or_absent<Rate>("fundingRate");
    payment.timestamp = outer.milliseconds("time");
    if (!fields.ok()) return fields.error();
    if (!outer.ok()) return outer.error();
    out.push_back(payment);
  }
  return out;
}

Result<order::AccountState> read_account(const Json& body, const Symbols& symbols) {
  JsonFields fields(body);
  const Json* const summary = fields.find("marginSummary");
  const Json* const list = fields.find("assetPositions");
  if (summary == nullptr || list == nullptr || !list->is_array()) {
    return fail(ErrorCode::Protocol, "clearinghouseState: marginSummary or assetPositions is missing");
  }
  order::AccountState out;
  JsonFields margin(*summary);
  order::BalanceUpdate balance{.currency = order::Currency::cut("USDC")};
  balance.total = Quantity::from_raw(margin.rounded("accountValue").raw());
  balance.available = Quantity::from_raw(fields.rounded("withdrawable").raw());
  out.balances.push_back(balance);
  const Nanos updated = fields.find("time") != nullptr ? fields.milliseconds("time") : Nanos{0};
  out.updated = updated;
  for (const Json& each : *list) {
    const auto body_of = each.is_object() ? each.find("position") : each.end();
    if (body_of == each.end()) return fail(ErrorCode::Protocol, "assetPositions: position is missing");
    JsonFields position(*body_of);
    const std::string coin(position.text("coin"));
    const order::TradingRule* const rule = symbols.find(coin);
    if (position.ok() && rule == nullptr) continue;
    order::Position held;
    held.quantity = position.decimal<Quantity>("szi");
    held.entry_price = position.rounded("entryPx");
    held.liquidation_price = position.rounded("liquidationPx");
    held.unrealized_pnl = position.rounded("unrealizedPnl");
    if (const Json* const leverage = position.find("leverage"); leverage != nullptr && leverage->is_object()) {
      JsonFields set(*leverage);
      held.leverage = static_cast<std::uint32_t>(std::min<std::uint64_t>(set.integer("value"), 1'000));
      if (!set.ok()) return set.error();
    }
    if (!position.ok()) return position.error();
    held.trading_pair = rule->trading_pair;
    held.updated = updated;
    out.positions.push_back(held);
  }
  return out;
}

}  // namespace trunkline::venue::hyperliquid::orders
