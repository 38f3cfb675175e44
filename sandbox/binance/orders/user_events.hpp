// What the user-data streams say, written at the moment it happened.
#pragma once

#include <string>

#include "sandbox/account/desk.hpp"

namespace trunkline::sandbox::binance {

std::string execution_report(const ClientOrder& order, OrderEvent event, const FillRecord* fill, std::int64_t now_ms);
std::string account_position(const Account& account, const Instrument& in, std::int64_t now_ms);
std::string order_trade_update(const ClientOrder& order, const Instrument& in, OrderEvent event, const FillRecord* fill,
                               std::int64_t now_ms);
std::string account_update(const Account& account, const Instrument& in, Price mark, std::string_view why,
                           std::int64_t now_ms);
std::string algo_update(const ClientOrder& order, const Instrument& in, std::int64_t now_ms);
std::string listen_key_expired(std::string_view key, std::int64_t now_ms);

}  // namespace trunkline::sandbox::binance
