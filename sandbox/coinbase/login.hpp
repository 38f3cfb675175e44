// Whether a subscribe message of the Exchange feed logs in: the sandbox's one account, its signature over
// timestamp + "GET" + "/users/self/verify".
#pragma once

#include <nlohmann/json.hpp>

namespace trunkline::sandbox::coinbase {

bool logs_in(const nlohmann::json& request);

}  // namespace trunkline::sandbox::coinbase
