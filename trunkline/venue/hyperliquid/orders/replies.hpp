// What Hyperliquid says of orders, fills and the account, in the words of the order core. A body that cannot be
// understood is an error that names the field. Sources: docs/venues/hyperliquid.md; recorded replies of the shared
// data.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/order/in_flight_order.hpp"
#include "trunkline/order/order_error.hpp"
#include "trunkline/order/trading_rule.hpp"

namespace trunkline::venue::hyperliquid::orders {

using Json = nlohmann::json;

// The perpetuals that orders may be of, by either name.
class Symbols {
 public:
  const order::TradingRule* find(SymbolHash symbol) const;
  const order::TradingRule* find(const std::string& coin) const;
  const std::vector<order::TradingRule>& rules() const noexcept { return rules_; }
  bool empty() const noexcept { return rules_.empty(); }
  // Out of the body of /info meta, followed by 64 readable bytes.
  static Result<Symbols> parse(std::string_view body);

 private:
  std::vector<order::TradingRule> rules_;
  std::unordered_map<SymbolHash, std::size_t> by_hash_;
  std::unordered_map<std::string, std::size_t> by_coin_;
};

// {"resting":{...}} and its like, for the order that was placed. A refusal is Rejected with the venue's words.
order::OrderResult<order::OrderUpdate> read_placed(const Json& status, const order::OrderSummary& order);
order::OrderError refusal(std::string_view text);

// Of openOrders, frontendOpenOrders, orderUpdates, orderStatus: `status` is absent in lists of what is open.
Result<order::ListedOrder> read_order(const Json& order, std::string_view status, Nanos time, const Symbols& symbols);
Result<std::vector<order::ListedOrder>> read_open_orders(const Json& body, const Symbols& symbols);
// userFills, userFillsByTime; of coins that are not ours to trade nothing.
Result<std::vector<order::TradeUpdate>> read_fills(const Json& body, const Symbols& symbols);
// userFundings, userFunding; likewise.
Result<std::vector<order::FundingPayment>> read_funding(const Json& body, const Symbols& symbols);
Result<order::AccountState> read_account(const Json& body, const Symbols& symbols);

}  // namespace trunkline::venue::hyperliquid::orders
