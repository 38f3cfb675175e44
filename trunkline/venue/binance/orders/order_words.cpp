#include "trunkline/venue/binance/orders/order_words.hpp"

namespace trunkline::venue::binance::orders {
namespace {

using order::OrderReason;
using order::OrderState;
using order::OrderType;
using order::TimeInForce;

struct TypeRow {
  OrderType type;
  std::string_view spot;
  std::string_view futures;
};
constexpr TypeRow types[] = {
    {OrderType::Limit, "LIMIT", "LIMIT"},
    {OrderType::LimitMaker, "LIMIT_MAKER", "LIMIT"},
    {OrderType::Market, "MARKET", "MARKET"},
    {OrderType::StopLimit, "STOP_LOSS_LIMIT", "STOP"},
    {OrderType::StopMarket, "STOP_LOSS", "STOP_MARKET"},
    {OrderType::TakeProfitLimit, "TAKE_PROFIT_LIMIT", "TAKE_PROFIT"},
    {OrderType::TakeProfitMarket, "TAKE_PROFIT", "TAKE_PROFIT_MARKET"},
};

struct StateRow {
  std::string_view text;
  StateWord means;
};
constexpr StateRow states[] = {
    {"NEW", {OrderState::Open}},
    {"PENDING_NEW", {OrderState::Open}},
    {"PARTIALLY_FILLED", {OrderState::PartiallyFilled}},
    {"FILLED", {OrderState::Filled}},
    {"CANCELED", {OrderState::Cancelled, OrderReason::Requested}},
    {"PENDING_CANCEL", {OrderState::PendingCancel}},
    {"REJECTED", {OrderState::Failed, OrderReason::VenueError}},
    {"EXPIRED", {OrderState::Expired, OrderReason::Expired}},
    {"EXPIRED_IN_MATCH", {OrderState::Expired, OrderReason::SelfTrade}},
    {"TRIGGERING", {OrderState::Open}},
    {"TRIGGERED", {OrderState::Open}},
    {"FINISHED", {OrderState::Filled}},
};

}  // namespace

std::string_view type_text(Segment segment, OrderType type) noexcept {
  for (const TypeRow& row : types) {
    if (row.type == type) return segment == Segment::Spot ? row.spot : row.futures;
  }
  return {};
}

std::string_view time_in_force_text(Segment segment, OrderType type, TimeInForce time) noexcept {
  if (!order::has_limit_price(type)) return {};
  if (type == OrderType::LimitMaker) return segment == Segment::Spot ? std::string_view{} : "GTX";
  switch (time) {
    case TimeInForce::Gtc:
      return "GTC";
    case TimeInForce::Ioc:
      return "IOC";
    case TimeInForce::Fok:
      return "FOK";
    case TimeInForce::Gtd:
      return "GTD";
  }
  return {};
}

std::optional<order::TradeType> side_of(std::string_view text) noexcept {
  if (text == "BUY") return order::TradeType::Buy;
  if (text == "SELL") return order::TradeType::Sell;
  return std::nullopt;
}

std::optional<OrderType> type_of(std::string_view text, std::string_view time_in_force) noexcept {
  if (text == "LIMIT") return time_in_force == "GTX" ? OrderType::LimitMaker : OrderType::Limit;
  // TAKE_PROFIT is a market order on spot and a limit order on futures: the order we placed itself knows better.
  for (const TypeRow& row : types) {
    if (row.spot == text || row.futures == text) return row.type;
  }
  return std::nullopt;
}

TimeInForce time_in_force_of(std::string_view text) noexcept {
  if (text == "IOC") return TimeInForce::Ioc;
  if (text == "FOK") return TimeInForce::Fok;
  if (text == "GTD") return TimeInForce::Gtd;
  return TimeInForce::Gtc;
}

std::optional<StateWord> state_of(std::string_view text) noexcept {
  for (const StateRow& row : states) {
    if (row.text == text) return row.means;
  }
  return std::nullopt;
}

}  // namespace trunkline::venue::binance::orders
