#include "sandbox/binance/orders/order_limits.hpp"

#include <fmt/format.h>

namespace trunkline::sandbox::binance {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::array<OrderLimits::Window, 2> spot_windows{OrderLimits::Window{"SECOND", 10, "10S", 10'000, 100},
                                                          {"DAY", 1, "1D", day_ms, 200'000}};
constexpr std::array<OrderLimits::Window, 2> futures_windows{OrderLimits::Window{"SECOND", 10, "10S", 10'000, 300},
                                                             {"MINUTE", 1, "1M", 60'000, 1200}};

}  // namespace

const std::array<OrderLimits::Window, 2>& OrderLimits::windows(Market market) {
  return market == Market::Spot ? spot_windows : futures_windows;
}

std::int64_t OrderLimits::used(std::uint64_t account, Market market, std::size_t window, std::int64_t now_ms) const {
  const auto found = counts_.find({account, market});
  if (found == counts_.end()) return 0;
  const Count& count = found->second[window];
  return count.window == now_ms / windows(market)[window].ms ? count.used : 0;
}

ApiResult<void> OrderLimits::take(std::uint64_t account, Market market, int orders, std::int64_t now_ms) {
  if (orders == 0) return {};
  const auto& limits = windows(market);
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const Window& window = limits[i];
    if (!enforced_ || used(account, market, i, now_ms) + orders <= window.limit) continue;
    ApiError error{429, -1015,
                   fmt::format("Too many new orders; current limit is {} orders per {} {}.", window.limit,
                               window.intervals, window.interval)};
    error.retry_after_s = (window.ms - now_ms % window.ms) / 1000 + 1;
    return std::unexpected(error);
  }
  auto& counts = counts_[{account, market}];
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const std::int64_t current = now_ms / limits[i].ms;
    if (counts[i].window != current) counts[i] = {current, 0};
    counts[i].used += orders;
  }
  return {};
}

}  // namespace trunkline::sandbox::binance
