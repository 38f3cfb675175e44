#include "sandbox/binance/orders/order_rules.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace trunkline::sandbox::binance {
namespace {

constexpr std::int64_t least_notional = 5;
constexpr std::int64_t most_lots_spot = 90'000'000, most_lots_futures = 1'000'000;

template <class Number>
ApiResult<Number> read_decimal(const Parameters& parameters, std::string_view name, const Instrument& in,
                               int most_decimals) {
  const auto text = parameters.get(name);
  if (!text) return missing_parameter(name);
  const bool plain = std::ranges::all_of(*text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  const auto value = Number::parse(*text);
  const std::string precision = in.market == Market::Spot ? fmt::format("Parameter '{}' has too much precision.", name)
                                                          : "Precision is over the maximum defined for this asset.";
  if (!value) {
    if (plain && value.error() == DecimalError::Inexact) return refuse(-1111, precision);
    return malformed_parameter(name);
  }
  if (!plain) return malformed_parameter(name);
  if (value->raw() % detail::power_of_ten(8 - most_decimals) != 0) return refuse(-1111, precision);
  return *value;
}

ApiResult<match::Side> read_side(const Parameters& parameters) {
  const auto side = parameters.needed("side");
  if (!side) return std::unexpected(side.error());
  if (*side == "BUY") return match::Side::Buy;
  if (*side == "SELL") return match::Side::Sell;
  return refuse(-1117, "Invalid side.");
}

ApiResult<match::TimeInForce> read_time_in_force(std::string_view text, bool futures) {
  if (text == "GTC" || (futures && text == "GTD")) return match::TimeInForce::GoodTilCancel;
  if (text == "IOC") return match::TimeInForce::ImmediateOrCancel;
  if (text == "FOK") return match::TimeInForce::FillOrKill;
  if (futures && text == "GTX") return match::TimeInForce::PostOnly;
  return refuse(-1115, "Invalid timeInForce.");
}

ApiResult<void> read_self_trade(const Parameters& parameters, OrderRequest& out) {
  out.self_trade_text = parameters.text("selfTradePreventionMode", "EXPIRE_MAKER");
  if (out.self_trade_text == "EXPIRE_MAKER")
    out.self_trade = match::SelfTrade::CancelMaker;
  else if (out.self_trade_text == "EXPIRE_TAKER")
    out.self_trade = match::SelfTrade::CancelTaker;
  else if (out.self_trade_text == "EXPIRE_BOTH")
    out.self_trade = match::SelfTrade::CancelBoth;
  else if (out.self_trade_text == "NONE")
    out.self_trade = match::SelfTrade::Allow;
  else
    return refuse(-1013, "Invalid selfTradePreventionMode.");
  return {};
}

// Side, client id, self-trade prevention: what every order has.
ApiResult<OrderRequest> read_frame(const Parameters& parameters, std::string_view client_id_name) {
  OrderRequest out;
  const auto side = read_side(parameters);
  if (!side) return std::unexpected(side.error());
  out.side = *side;
  const auto type = parameters.needed("type");
  if (!type) return std::unexpected(type.error());
  out.type = *type;
  const auto id = read_client_id(parameters, client_id_name);
  if (!id) return std::unexpected(id.error());
  out.client_id = *id;
  if (const auto read = read_self_trade(parameters, out); !read) return std::unexpected(read.error());
  return out;
}

ApiResult<void> read_limit(const Parameters& parameters, const Instrument& in, OrderRequest& out) {
  const auto price = read_price(parameters, "price", in);
  if (!price) return std::unexpected(price.error());
  out.price = *price;
  return {};
}

ApiResult<void> read_amount(const Parameters& parameters, const Instrument& in, OrderRequest& out) {
  const auto quantity = read_quantity(parameters, "quantity", in);
  if (!quantity) return std::unexpected(quantity.error());
  out.quantity = *quantity;
  return {};
}

ApiResult<void> check_percent_price(Price price, const ClientMarket& market) {
  const std::int64_t mark = market.mark().raw();
  const int decimals = market.instrument().price_decimals;
  const std::int64_t high = mark / 100 * 115, low = mark / 100 * 85;
  if (price.raw() > high)
    return refuse(-4016, fmt::format("Limit price can't be higher than {}.", Price::from_raw(high).to_text(decimals)));
  if (price.raw() < low)
    return refuse(-4024, fmt::format("Limit price can't be lower than {}.", Price::from_raw(low).to_text(decimals)));
  return {};
}

}  // namespace

ApiResult<Price> read_price(const Parameters& parameters, std::string_view name, const Instrument& in) {
  const bool spot = in.market == Market::Spot;
  const auto price = read_decimal<Price>(parameters, name, in, spot ? 8 : in.price_decimals);
  if (!price) return price;
  const std::int64_t most = in.start.raw() / in.tick.raw() * in.tick.raw() * 16;
  if (spot && (price->raw() < in.tick.raw() || price->raw() > most || price->raw() % in.tick.raw() != 0))
    return refuse(-1013, "Filter failure: PRICE_FILTER");
  if (!spot && price->raw() <= 0) return refuse(-4001, "Price less than 0.");
  if (!spot && price->raw() % in.tick.raw() != 0) return refuse(-4014, "Price not increased by tick size.");
  return price;
}

ApiResult<Quantity> read_quantity(const Parameters& parameters, std::string_view name, const Instrument& in) {
  const bool spot = in.market == Market::Spot;
  const auto quantity = read_decimal<Quantity>(parameters, name, in, spot ? 8 : in.quantity_decimals);
  if (!quantity) return quantity;
  const std::int64_t raw = quantity->raw();
  const std::int64_t most = Quantity::from_int(spot ? most_lots_spot : most_lots_futures).raw();
  if (spot && (raw < in.step.raw() || raw > most || raw % in.step.raw() != 0))
    return refuse(-1013, "Filter failure: LOT_SIZE");
  if (!spot && raw <= 0) return refuse(-4003, "Quantity less than or equal to zero.");
  if (!spot && raw > most) return refuse(-4005, "Quantity greater than max quantity.");
  if (!spot && raw % in.step.raw() != 0) return refuse(-4023, "Qty not increased by step size.");
  return quantity;
}

ApiResult<std::string> read_client_id(const Parameters& parameters, std::string_view name) {
  const std::string id = parameters.text(name);
  const bool plain = std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.' || c == ':' || c == '/';
  });
  if (!plain || id.size() > 36)
    return refuse(-1100, fmt::format("Illegal characters found in parameter '{}'; legal range is "
                                     "'^[a-zA-Z0-9-_]{{1,36}}$'.",
                                     name));
  return id;
}

ApiResult<void> check_notional(Price price, Quantity quantity, const Instrument& in, bool reduce_only) {
  if (notional(price, quantity) >= static_cast<Int128>(least_notional) * Price::one * Quantity::one) return {};
  if (in.market == Market::Spot) return refuse(-1013, "Filter failure: NOTIONAL");
  if (reduce_only) return {};
  return refuse(-4164, "Order's notional must be no smaller than 5 (unless you choose reduce only).");
}

ApiResult<OrderRequest> read_spot_order(const Parameters& parameters, const ClientMarket& market) {
  const Instrument& in = market.instrument();
  auto frame = read_frame(parameters, "newClientOrderId");
  if (!frame) return frame;
  OrderRequest& out = *frame;
  static constexpr std::array<std::string_view, 7> types{
      "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"};
  if (std::ranges::find(types, out.type) == types.end()) return refuse(-1116, "Invalid orderType.");
  const bool priced = out.type.contains("LIMIT");
  out.kind = priced ? match::OrderKind::Limit : match::OrderKind::Market;
  const auto text = parameters.get("timeInForce");
  if (priced && out.type != "LIMIT_MAKER") {
    if (!text) return missing_parameter("timeInForce");
    const auto time_in_force = read_time_in_force(*text, false);
    if (!time_in_force) return std::unexpected(time_in_force.error());
    out.time_in_force = *time_in_force;
    out.time_in_force_text = *text;
  } else {
    if (text && out.type == "MARKET") return refuse(-1106, "Parameter 'timeInForce' sent when not required.");
    out.time_in_force = priced ? match::TimeInForce::PostOnly : match::TimeInForce::ImmediateOrCancel;
    out.time_in_force_text = "GTC";
  }
  if (priced) {
    if (auto read = read_limit(parameters, in, out); !read) return std::unexpected(read.error());
  } else if (parameters.get("price")) {
    return refuse(-1106, "Parameter 'price' sent when not required.");
  }
  if (out.type == "MARKET" && parameters.get("quoteOrderQty")) {
    const auto quote = read_decimal<Quantity>(parameters, "quoteOrderQty", in, 8);
    if (!quote) return std::unexpected(quote.error());
    if (parameters.get("quantity")) return refuse(-1128, "Combination of optional parameters invalid.");
    out.quote_quantity = *quote;
    if (out.side == match::Side::Sell) {
      const auto bid = market.engine().best(match::Side::Buy);
      if (!bid) return refuse(-2010, "Order would not match.");
      const auto lots =
          static_cast<std::int64_t>(static_cast<Int128>(quote->raw()) * Price::one / bid->price.raw() / in.step.raw());
      out.quantity = Quantity::from_raw(lots * in.step.raw());
      if (lots == 0) return refuse(-1013, "Filter failure: LOT_SIZE");
    }
    if (quote->raw() < Quantity::from_int(least_notional).raw()) return refuse(-1013, "Filter failure: NOTIONAL");
  } else {
    if (auto read = read_amount(parameters, in, out); !read) return std::unexpected(read.error());
    const auto other = market.engine().best(match::opposite(out.side));
    const Price price = priced ? out.price : other ? other->price : in.start;
    if (auto enough = check_notional(price, out.quantity, in, false); !enough) return std::unexpected(enough.error());
  }
  if (out.type.starts_with("STOP_LOSS") || out.type.starts_with("TAKE_PROFIT")) {
    const auto stop = read_price(parameters, "stopPrice", in);
    if (!stop) return std::unexpected(stop.error());
    out.trigger = Trigger{*stop, out.type.starts_with("STOP_LOSS") == (out.side == match::Side::Buy), false};
  }
  return frame;
}

ApiResult<OrderRequest> read_futures_order(const Parameters& parameters, const ClientMarket& market) {
  const Instrument& in = market.instrument();
  auto frame = read_frame(parameters, "newClientOrderId");
  if (!frame) return frame;
  OrderRequest& out = *frame;
  out.working_type = "CONTRACT_PRICE";
  out.reduce_only = parameters.flag("reduceOnly");
  if (const auto side = parameters.get("positionSide"); side && *side != "BOTH")
    return refuse(-4061, "Order's position side does not match user's setting.");
  if (out.type.starts_with("STOP") || out.type.starts_with("TAKE_PROFIT") || out.type == "TRAILING_STOP_MARKET")
    return refuse(-4120,
                  "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.");
  if (out.type != "LIMIT" && out.type != "MARKET") return refuse(-1116, "Invalid orderType.");
  const bool priced = out.type == "LIMIT";
  out.kind = priced ? match::OrderKind::Limit : match::OrderKind::Market;
  const auto text = parameters.get("timeInForce");
  if (priced) {
    if (!text) return missing_parameter("timeInForce");
    const auto time_in_force = read_time_in_force(*text, true);
    if (!time_in_force) return std::unexpected(time_in_force.error());
    out.time_in_force = *time_in_force;
    out.time_in_force_text = *text;
    if (auto read = read_limit(parameters, in, out); !read) return std::unexpected(read.error());
    if (auto within = check_percent_price(out.price, market); !within) return std::unexpected(within.error());
    if (*text == "GTD") {
      const auto end = parameters.whole("goodTillDate");
      if (!end) return std::unexpected(end.error());
      if (!*end) return missing_parameter("goodTillDate");
      if (**end <= market.now_ms()) return refuse(-4185, "goodTillDate is in the past.");
      out.good_till_ms = **end;
    }
  } else {
    if (text) return refuse(-1106, "Parameter 'timeInForce' sent when not required.");
    out.time_in_force = match::TimeInForce::ImmediateOrCancel;
    out.time_in_force_text = "GTC";
  }
  if (auto read = read_amount(parameters, in, out); !read) return std::unexpected(read.error());
  if (auto enough = check_notional(priced ? out.price : market.mark(), out.quantity, in, out.reduce_only); !enough)
    return std::unexpected(enough.error());
  return frame;
}

ApiResult<OrderRequest> read_algo_order(const Parameters& parameters, const ClientMarket& market) {
  const Instrument& in = market.instrument();
  const auto algo_type = parameters.needed("algoType");
  if (!algo_type) return std::unexpected(algo_type.error());
  if (*algo_type != "CONDITIONAL") return refuse(-4500, "Invalid algoType.");
  auto frame = read_frame(parameters, "clientAlgoId");
  if (!frame) return frame;
  OrderRequest& out = *frame;
  static constexpr std::array<std::string_view, 4> types{"STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET"};
  if (std::ranges::find(types, out.type) == types.end()) return refuse(-1116, "Invalid orderType.");
  const bool priced = !out.type.ends_with("_MARKET");
  out.kind = priced ? match::OrderKind::Limit : match::OrderKind::Market;
  out.time_in_force_text = parameters.text("timeInForce", "GTC");
  const auto time_in_force = read_time_in_force(out.time_in_force_text, true);
  if (!time_in_force) return std::unexpected(time_in_force.error());
  out.time_in_force = priced ? *time_in_force : match::TimeInForce::ImmediateOrCancel;
  if (priced) {
    if (auto read = read_limit(parameters, in, out); !read) return std::unexpected(read.error());
  }
  out.close_position = parameters.flag("closePosition");
  out.reduce_only = parameters.flag("reduceOnly");
  if (!out.close_position) {
    if (auto read = read_amount(parameters, in, out); !read) return std::unexpected(read.error());
  }
  const auto trigger = read_price(parameters, "triggerPrice", in);
  if (!trigger) return std::unexpected(trigger.error());
  out.working_type = parameters.text("workingType", "CONTRACT_PRICE");
  if (out.working_type != "CONTRACT_PRICE" && out.working_type != "MARK_PRICE")
    return refuse(-4131, "Invalid workingType.");
  out.trigger = Trigger{*trigger, out.type.starts_with("STOP") == (out.side == match::Side::Buy),
                        out.working_type == "MARK_PRICE"};
  out.trigger_makes_another = true;
  out.triggered_type = priced ? "LIMIT" : "MARKET";
  return frame;
}

ApiError api_error(Refusal refusal, Market market, bool query) {
  const bool spot = market == Market::Spot;
  switch (refusal) {
    case Refusal::InsufficientBalance:
      return {400, -2010, "Account has insufficient balance for requested action."};
    case Refusal::InsufficientMargin:
      return {400, -2019, "Margin is insufficient."};
    case Refusal::WouldTrade:
      return spot ? ApiError{400, -2010, "Order would immediately match and take."}
                  : ApiError{400, -5022,
                             "Due to the order could not be executed as maker, the Post Only order will be rejected. "
                             "The order will not be recorded in the order history"};
    case Refusal::DuplicateClientId:
      return spot ? ApiError{400, -2010, "Duplicate order sent."}
                  : ApiError{400, -4116, "ClientOrderId is duplicated."};
    case Refusal::UnknownOrder:
      return query ? ApiError{400, -2013, "Order does not exist."} : ApiError{400, -2011, "Unknown order sent."};
    case Refusal::ReduceOnly:
      return {400, -2022, "ReduceOnly Order is rejected."};
    case Refusal::WouldTriggerAtOnce:
      return spot ? ApiError{400, -2010, "Stop price would trigger immediately."}
                  : ApiError{400, -2021, "Order would immediately trigger."};
    case Refusal::NothingToMatch:
      return spot ? ApiError{400, -2010, "Order would not match."} : ApiError{400, -2020, "Unable to fill."};
    case Refusal::NoChange:
      return spot ? ApiError{400, -2038, "The requested action would change no state; rejecting."}
                  : ApiError{400, -5027, "No need to modify the order."};
    case Refusal::Invalid:
      break;
  }
  return {400, -1013, "Invalid price or quantity."};
}

}  // namespace trunkline::sandbox::binance
