#include "trunkline/venue/binance/orders/calls.hpp"

#include <span>
#include <utility>

namespace trunkline::venue::binance::orders {
namespace {

constexpr CallSpec spot[] = {
    {Call::Time, "time", "GET", "/time", Security::None, 1},
    {Call::ExchangeInfo, "", "GET", "/exchangeInfo", Security::None, 20},
    {Call::SubscribeUser, "userDataStream.subscribe.signature", "", "", Security::Signed, 2},
    {Call::ListenKey, "", "", "", Security::None, 0},
    {Call::KeepListenKey, "", "", "", Security::None, 0},
    {Call::Place, "order.place", "POST", "/order", Security::Signed, 1},
    {Call::Cancel, "order.cancel", "DELETE", "/order", Security::Signed, 1},
    {Call::Amend, "order.amend.keepPriority", "PUT", "/order/amend/keepPriority", Security::Signed, 4},
    {Call::CancelReplace, "order.cancelReplace", "POST", "/order/cancelReplace", Security::Signed, 1},
    {Call::Query, "order.status", "GET", "/order", Security::Signed, 4},
    {Call::OpenOrders, "openOrders.status", "GET", "/openOrders", Security::Signed, 80},
    {Call::Trades, "myTrades", "GET", "/myTrades", Security::Signed, 20},
    {Call::Account, "account.status", "GET", "/account", Security::Signed, 20},
    {Call::Positions, "", "", "", Security::None, 0},
    {Call::PlaceAlgo, "", "", "", Security::None, 0},
    {Call::CancelAlgo, "", "", "", Security::None, 0},
    {Call::QueryAlgo, "", "", "", Security::None, 0},
    {Call::OpenAlgos, "", "", "", Security::None, 0},
    {Call::Leverage, "", "", "", Security::None, 0},
    {Call::Countdown, "", "", "", Security::None, 0},
    {Call::Funding, "", "", "", Security::None, 0},
};

constexpr CallSpec futures[] = {
    {Call::Time, "", "GET", "/time", Security::None, 1},
    {Call::ExchangeInfo, "", "GET", "/exchangeInfo", Security::None, 1},
    {Call::SubscribeUser, "", "", "", Security::None, 0},
    {Call::ListenKey, "", "POST", "/listenKey", Security::Key, 1},
    {Call::KeepListenKey, "", "PUT", "/listenKey", Security::Key, 1},
    {Call::Place, "order.place", "POST", "/order", Security::Signed, 1},
    {Call::Cancel, "order.cancel", "DELETE", "/order", Security::Signed, 1},
    {Call::Amend, "order.modify", "PUT", "/order", Security::Signed, 1},
    {Call::CancelReplace, "", "", "", Security::None, 0},
    {Call::Query, "order.status", "GET", "/order", Security::Signed, 1},
    {Call::OpenOrders, "", "GET", "/openOrders", Security::Signed, 40},
    {Call::Trades, "", "GET", "/userTrades", Security::Signed, 5},
    {Call::Account, "v2/account.balance", "GET", "/fapi/v2/balance", Security::Signed, 5},
    {Call::Positions, "v2/account.position", "GET", "/fapi/v2/positionRisk", Security::Signed, 5},
    {Call::PlaceAlgo, "", "POST", "/algoOrder", Security::Signed, 1},
    {Call::CancelAlgo, "", "DELETE", "/algoOrder", Security::Signed, 1},
    {Call::QueryAlgo, "", "GET", "/algoOrder", Security::Signed, 1},
    {Call::OpenAlgos, "", "GET", "/openAlgoOrders", Security::Signed, 40},
    {Call::Leverage, "", "POST", "/leverage", Security::Signed, 1},
    {Call::Countdown, "", "POST", "/countdownCancelAll", Security::Signed, 10},
    {Call::Funding, "", "GET", "/income", Security::Signed, 30},
};

}  // namespace

const CallSpec& call_spec(Segment segment, Call call) noexcept {
  const std::span<const CallSpec> table = segment == Segment::Spot ? std::span(spot) : std::span(futures);
  return table[std::to_underlying(call)];
}

}  // namespace trunkline::venue::binance::orders
