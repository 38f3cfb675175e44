// Orders of a hub's JSON as lines for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace trunkline::apps {

using OrderJson = nlohmann::ordered_json;

// "buy 0.01 binance:BTC-USDT @ 60000 Limit  Open, 0 filled  tl-3f9k-1-1"
std::string order_line(const OrderJson& order);
// An account's kind as it has to be seen everywhere: "LIVE", "sandbox", "paper".
std::string account_kind(const OrderJson& account);
std::string moment_line(const OrderJson& moment);
void print_orders(const OrderJson& overview, bool ended);
void print_order(const OrderJson& order);
// Venue, account and limits, as the first use asks about them.
std::string account_text(const OrderJson& account);

}  // namespace trunkline::apps
