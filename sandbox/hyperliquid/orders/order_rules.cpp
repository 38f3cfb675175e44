#include "sandbox/hyperliquid/orders/order_rules.hpp"

#include <cstdlib>
#include <fmt/format.h>

#include "sandbox/hyperliquid/text.hpp"

namespace trunkline::sandbox::hyperliquid {
namespace {

constexpr std::int64_t least_notional = 10;
constexpr std::int64_t significant_figures = 5;

bool has_text(const Json& object, std::string_view name) {
  const Json* const found = member(object, name);
  return found != nullptr && found->is_string();
}

// Whole numbers are always good; else five figures, and no more decimals than the size leaves.
bool is_price(Price price, const Instrument& in) {
  std::int64_t raw = price.raw();
  if (raw % Price::one == 0) return true;
  const int most = (is_perpetual(in) ? perpetual_decimals : spot_decimals) - in.quantity_decimals;
  if (raw % trunkline::detail::power_of_ten(Price::digits - most) != 0) return false;
  while (raw % 10 == 0) raw /= 10;
  return raw < trunkline::detail::power_of_ten(static_cast<int>(significant_figures));
}

}  // namespace

bool is_order(const Json& order) {
  if (!number_at(order, "a") || !boolean_at(order, "b") || !boolean_at(order, "r") || !has_text(order, "p") ||
      !has_text(order, "s"))
    return false;
  if (member(order, "c") != nullptr && !is_cloid(text_at(order, "c"))) return false;
  const Json* const type = member(order, "t");
  if (type == nullptr) return false;
  if (const Json* const limit = member(*type, "limit")) {
    const std::string tif = text_at(*limit, "tif");
    return tif == "Gtc" || tif == "Ioc" || tif == "Alo";
  }
  const Json* const trigger = member(*type, "trigger");
  if (trigger == nullptr || !boolean_at(*trigger, "isMarket") || !has_text(*trigger, "triggerPx")) return false;
  const std::string kind = text_at(*trigger, "tpsl");
  return kind == "tp" || kind == "sl";
}

std::expected<OrderRequest, Words> read_order(const Json& order, const Instrument& in, std::string client_id) {
  const auto asset = *number_at(order, "a");
  const auto refuse = [asset](std::string_view words) {
    return std::unexpected(fmt::format("{} asset={}", words, asset));
  };
  OrderRequest out;
  out.client_id = member(order, "c") != nullptr ? text_at(order, "c") : std::move(client_id);
  out.side = *boolean_at(order, "b") ? match::Side::Buy : match::Side::Sell;
  out.reduce_only = *boolean_at(order, "r");
  const auto price = Price::parse(text_at(order, "p"));
  const auto size = Quantity::parse(text_at(order, "s"));
  if (!price || *price <= Price{}) return refuse("Order has invalid price.");
  if (!size || *size < Quantity{}) return refuse("Order has invalid size.");
  if (size->is_zero()) return refuse("Order has zero size.");
  if (size->raw() % in.step.raw() != 0) return refuse("Order has invalid size.");
  // The book has one step for all prices, where the venue has a finer one for lower prices.
  if (!is_price(*price, in) || price->raw() % in.tick.raw() != 0)
    return refuse("Price must be divisible by tick size.");
  const std::string quote = is_perpetual(in) ? "$10" : fmt::format("10 {}", in.quote);
  if (!out.reduce_only && notional(*price, *size) < static_cast<Int128>(least_notional) * Price::one * Quantity::one)
    return refuse(fmt::format("Order must have minimum value of {}.", quote));
  out.price = *price;
  out.quantity = *size;
  const Json& type = order["t"];
  if (const Json* const limit = member(type, "limit")) {
    const std::string tif = text_at(*limit, "tif");
    out.type = "Limit";
    out.time_in_force_text = tif;
    out.time_in_force = tif == "Gtc"   ? match::TimeInForce::GoodTilCancel
                        : tif == "Ioc" ? match::TimeInForce::ImmediateOrCancel
                                       : match::TimeInForce::PostOnly;
    return out;
  }
  const Json& trigger = type["trigger"];
  const auto at = Price::parse(text_at(trigger, "triggerPx"));
  if (!at || *at <= Price{} || !is_perpetual(in)) return refuse("Invalid TP/SL price.");
  if (!is_price(*at, in)) return refuse("Price must be divisible by tick size.");
  const bool takes_profit = text_at(trigger, "tpsl") == "tp";
  const bool market = *boolean_at(trigger, "isMarket");
  out.trigger = Trigger{.price = *at, .up = takes_profit == (out.side == match::Side::Sell), .by_mark = true};
  out.type = fmt::format("{} {}", takes_profit ? "Take Profit" : "Stop", market ? "Market" : "Limit");
  out.time_in_force = market ? match::TimeInForce::ImmediateOrCancel : match::TimeInForce::GoodTilCancel;
  return out;
}

Words words_of(Refusal refusal, const ClientMarket& market, std::size_t asset) {
  const auto words = [&]() -> std::string {
    switch (refusal) {
      case Refusal::InsufficientBalance:
        return "Insufficient spot balance";
      case Refusal::InsufficientMargin:
        return "Insufficient margin to place order.";
      case Refusal::WouldTrade: {
        const auto bid = market.engine().best(match::Side::Buy);
        const auto ask = market.engine().best(match::Side::Sell);
        return fmt::format("Post only order would have immediately matched, bbo was {}@{}.",
                           bid ? bid->price.to_text() : "null", ask ? ask->price.to_text() : "null");
      }
      case Refusal::DuplicateClientId:
        return "An open order has this cloid already.";
      case Refusal::UnknownOrder:
        return "Order was never placed, already canceled, or filled.";
      case Refusal::ReduceOnly:
        return "Reduce only order would increase position.";
      case Refusal::WouldTriggerAtOnce:
        return "Invalid TP/SL price.";
      case Refusal::NothingToMatch:
        return "No liquidity available for market order.";
      case Refusal::NoChange:
      case Refusal::Invalid:
        break;
    }
    return "Order has invalid price.";
  };
  return fmt::format("{} asset={}", words(), asset);
}

}  // namespace trunkline::sandbox::hyperliquid
