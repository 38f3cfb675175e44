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

void OrderDoor::serve(const TradingApi::Operation& operation, const ApiResult<Account*>& account,
                      const Parameters& parameters, const ReplyPath& path) {
  streams_.hold();
  path.reply(run(operation, account, parameters));
  streams_.release();
}

}  // namespace trunkline::sandbox::binance
