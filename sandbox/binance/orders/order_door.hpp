// Between a private request and its operation: weights and order limits, faults of orders, and that the reply goes
// out before the events of what it did.
//
// Thread: the server's.
#pragma once

#include <functional>

#include "sandbox/binance/orders/order_limits.hpp"
#include "sandbox/binance/orders/trading_api.hpp"
#include "sandbox/binance/rest_api.hpp"

namespace trunkline::sandbox::binance {

// What a request does, as faults call it: "create", "amend", "cancel" or "query".
std::string_view action_of(const TradingApi::Operation& operation) noexcept;

// The way back to who asked. One of them is called, once.
struct ReplyPath {
  std::function<void(const ApiResult<Json>&)> reply;
  std::function<void()> reset;
  std::function<void()> half_open;
  std::function<void()> lose;  // no answer, ever; the connection lives on
};

class OrderDoor {
 public:
  OrderDoor(OrderDesk& desk, TradingApi& api, UserStreams& streams, Authentication& authentication, RestApi& rest,
            FaultSet& faults, RestApi::Later later)
      : desk_(desk),
        api_(api),
        streams_(streams),
        authentication_(authentication),
        rest_(rest),
        faults_(faults),
        later_(std::move(later)) {}

  // `account`: who was found to ask, or why nobody was.
  void serve(const TradingApi::Operation& operation, const ApiResult<Account*>& account, const Parameters& parameters,
             const ReplyPath& path);

  Authentication& authentication() noexcept { return authentication_; }
  UserStreams& streams() noexcept { return streams_; }
  OrderLimits& limits() noexcept { return limits_; }
  // Charges weight; the refusal where there is too little left.
  std::optional<ApiError> charge(Market market, int weight);
  int used_weight(Market market) const { return rest_.used_weight(market); }
  // "rateLimits" of the WebSocket API. Account 0: nobody is known.
  Json rate_limits(Market market, std::uint64_t account) const;

 private:
  void take(const TradingApi::Operation& operation, const ApiResult<Account*>& account, const Parameters& parameters,
            const ReplyPath& path);
  ApiResult<Json> run(const TradingApi::Operation& operation, const ApiResult<Account*>& account,
                      const Parameters& parameters);

  // The order that a request names, or that a reply is about; null where there is none.
  const ClientOrder* named(const Account& account, Market market, const Parameters& parameters) const;
  const ClientOrder* told(const ApiResult<Json>& result) const;
  void fill_in_part(const ClientOrder& order, const Fault& fault);

  OrderDesk& desk_;
  TradingApi& api_;
  UserStreams& streams_;
  Authentication& authentication_;
  RestApi& rest_;
  FaultSet& faults_;
  RestApi::Later later_;
  OrderLimits limits_;
};

}  // namespace trunkline::sandbox::binance
