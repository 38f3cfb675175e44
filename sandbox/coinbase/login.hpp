// Whether a subscribe message logs in as the sandbox's one account (account.hpp).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "trunkline/core/clock.hpp"

namespace trunkline::sandbox::coinbase {

enum class Login : std::uint8_t { None, Good, Wrong };

// The Exchange feed: a signature over timestamp + "GET" + "/users/self/verify", the time half a minute off at most.
Login exchange_login(const nlohmann::json& request, Nanos now);
// Advanced Trade: a token of the account's key that has begun and is not over.
Login advanced_login(const nlohmann::json& request, Nanos now);

}  // namespace trunkline::sandbox::coinbase
