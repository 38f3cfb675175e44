// How many orders an account may send, and how the venue tells.
//
// Thread: the server's.
#pragma once

#include <array>
#include <map>
#include <optional>

#include "sandbox/binance/orders/order_text.hpp"
#include "sandbox/binance/orders/parameters.hpp"

namespace trunkline::sandbox::binance {

class OrderLimits {
 public:
  struct Window {
    std::string_view interval;  // "SECOND"
    int intervals;              // 10
    std::string_view header;    // "10S"
    std::int64_t ms;
    std::int64_t limit;
  };
  static const std::array<Window, 2>& windows(Market market);

  // Counts them; an error, and nothing counted, where a limit is reached.
  ApiResult<void> take(std::uint64_t account, Market market, int orders, std::int64_t now_ms);
  // Used in this window.
  std::int64_t used(std::uint64_t account, Market market, std::size_t window, std::int64_t now_ms) const;
  // Off: counted, never refused.
  void enforce(bool on) noexcept { enforced_ = on; }

 private:
  struct Count {
    std::int64_t window = 0;
    std::int64_t used = 0;
  };
  std::map<std::pair<std::uint64_t, Market>, std::array<Count, 2>> counts_;
  bool enforced_ = true;
};

}  // namespace trunkline::sandbox::binance
