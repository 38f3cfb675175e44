#include "sandbox/binance/orders/order_door.hpp"

#include <charconv>

namespace trunkline::sandbox::binance {

std::optional<ApiError> OrderDoor::charge(Market market, int weight) {
  const auto refused = rest_.charge(market, weight);
  if (!refused) return std::nullopt;
  const auto body = nlohmann::json::parse(refused->body, nullptr, false);
  ApiError error{refused->status, body["code"].get<int>(), body["msg"].get<std::string>()};
  const std::string_view wait = refused->headers.get("Retry-After");
  std::from_chars(wait.data(), wait.data() + wait.size(), error.retry_after_s);
  return error;
}

Json OrderDoor::rate_limits(Market market, std::uint64_t account) const {
  const bool spot = market == Market::Spot;
  Json out = Json::array();
  const auto& windows = OrderLimits::windows(market);
  for (std::size_t i = 0; account != 0 && i < windows.size(); ++i)
    out.push_back({{"rateLimitType", "ORDERS"},
                   {"interval", windows[i].interval},
                   {"intervalNum", windows[i].intervals},
                   {"limit", windows[i].limit},
                   {"count", limits_.used(account, market, i, unix_now().count() / 1'000'000)}});
  out.push_back({{"rateLimitType", "REQUEST_WEIGHT"},
                 {"interval", "MINUTE"},
                 {"intervalNum", 1},
                 {"limit", spot ? 6000 : 2400},
                 {"count", used_weight(market)}});
  return out;
}

ApiResult<Json> OrderDoor::run(const TradingApi::Operation& operation, const ApiResult<Account*>& account,
                               const Parameters& parameters) {
  if (const auto refused = charge(operation.market, operation.weight)) return std::unexpected(*refused);
  if (!account) return std::unexpected(account.error());
  static Account nobody;
  Account& asks = *account != nullptr ? **account : nobody;
  const auto counted = limits_.take(asks.number, operation.market, operation.orders, unix_now().count() / 1'000'000);
  if (!counted) return std::unexpected(counted.error());
  return api_.perform(operation, asks, parameters);
}

// ---- faults

std::string_view action_of(const TradingApi::Operation& operation) noexcept {
  const bool of_orders = operation.path.contains("rder") && operation.security == Security::Signed;
  if (!of_orders || operation.verb == "GET") return "query";
  if (operation.verb == "PUT") return "amend";
  if (operation.verb == "DELETE") return "cancel";
  return operation.orders > 0 ? "create" : "query";
}

const ClientOrder* OrderDoor::named(const Account& account, Market market, const Parameters& parameters) const {
  const std::string symbol = parameters.text("symbol");
  const auto id = parameters.whole("orderId");
  if (id && *id) return desk_.find(account, market, symbol, static_cast<std::uint64_t>(**id));
  return desk_.find(account, market, symbol, parameters.text("origClientOrderId"));
}

const ClientOrder* OrderDoor::told(const ApiResult<Json>& result) const {
  if (!result || !result->is_object()) return nullptr;
  const Json& order = result->contains("newOrderResponse") ? (*result)["newOrderResponse"] : *result;
  const auto id = order.is_object() ? order.find("orderId") : order.end();
  return order.is_object() && id != order.end() ? desk_.order(id->get<std::uint64_t>()) : nullptr;
}

// Half of what is left, or with field=all everything.
void OrderDoor::fill_in_part(const ClientOrder& order, const Fault& fault) {
  const std::int64_t step = desk_.market(order.market, order.symbol)->instrument().step.raw();
  const std::int64_t left = order.remaining().raw();
  const std::int64_t part = fault.field == "all" ? left : std::max(left / 2 / step * step, step);
  desk_.hit(order, Quantity::from_raw(part));
}

void OrderDoor::serve(const TradingApi::Operation& operation, const ApiResult<Account*>& account,
                      const Parameters& parameters, const ReplyPath& path) {
  const std::string symbol = parameters.text("symbol");
  const Occasion occasion{to_text(operation.market), symbol, action_of(operation)};
  for (const FaultKind kind : {FaultKind::Http429, FaultKind::Http418}) {
    const auto fault = faults_.strike(kind, occasion);
    if (!fault) continue;
    ApiError error{kind == FaultKind::Http429 ? 429 : 418, -1003, "Too many requests."};
    error.retry_after_s = fault->retry_after_s;
    return path.reply(std::unexpected(error));
  }
  if (faults_.strike(FaultKind::HalfOpenUntaken, occasion)) return path.half_open();
  if (faults_.strike(FaultKind::ResetUntaken, occasion)) return path.reset();
  if (const auto fault = faults_.strike(FaultKind::LateOrder, occasion)) {
    later_(std::chrono::milliseconds{fault->delay_ms}, [this, &operation, account, parameters, path] {
      const auto in_time = account && operation.security == Security::Signed ? authentication_.check_time(parameters)
                                                                             : ApiResult<void>{};
      take(operation, in_time ? account : ApiResult<Account*>(std::unexpected(in_time.error())), parameters, path);
    });
    return;
  }
  take(operation, account, parameters, path);
}

void OrderDoor::take(const TradingApi::Operation& operation, const ApiResult<Account*>& account,
                     const Parameters& parameters, const ReplyPath& path) {
  const std::string symbol = parameters.text("symbol");
  const Occasion occasion{to_text(operation.market), symbol, action_of(operation)};
  streams_.hold();
  bool fills_last = false;
  const ClientOrder* const meant =
      account && *account != nullptr ? named(**account, operation.market, parameters) : nullptr;
  if (meant != nullptr && meant->open() && meant->engine_id != 0) {
    if (const auto fault = faults_.strike(FaultKind::FillAfterCancel, occasion)) {
      fill_in_part(*meant, *fault);
      fills_last = true;
    }
    if (const auto fault = faults_.strike(FaultKind::AmendRacesFill, occasion)) fill_in_part(*meant, *fault);
  }
  const ApiResult<Json> result = run(operation, account, parameters);
  if (fills_last) streams_.put_fills_last();
  const ClientOrder* const made = told(result);
  bool events_first = false;
  if (made != nullptr && made->engine_id != 0) {
    if (const auto fault = faults_.strike(FaultKind::FillBeforeAck, occasion)) {
      if (made->open()) fill_in_part(*made, *fault);
      events_first = true;
    }
    if (made->open() && faults_.strike(FaultKind::RejectAfterAck, occasion)) desk_.expire(*made, "EXCHANGE_CANCELED");
  }
  if (events_first) streams_.release();
  if (faults_.strike(FaultKind::HalfOpenTaken, occasion)) {
    path.half_open();
  } else if (faults_.strike(FaultKind::ResetTaken, occasion)) {
    path.reset();
  } else if (faults_.strike(FaultKind::AckLost, occasion)) {
    path.lose();
  } else if (const auto fault = faults_.strike(FaultKind::SlowReply, occasion)) {
    later_(std::chrono::milliseconds{fault->delay_ms}, [path, result] { path.reply(result); });
  } else {
    path.reply(result);
  }
  if (!events_first) streams_.release();
}

}  // namespace trunkline::sandbox::binance
