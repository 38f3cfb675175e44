// The question before the first order to a real venue, and that it was answered.
#pragma once

#include <nlohmann/json.hpp>

#include "trunkline/core/error.hpp"

namespace trunkline::apps {

// `account` is one of the hub's JSON. Asks on the terminal, once for an account and its limits: a line in
// default_state_folder()/live-accounts remembers it. `yes` answers for scripts, and is not remembered. InvalidArgument
// where nobody can be asked, or where the answer is no.
Result<void> consent_to_live(const nlohmann::ordered_json& account, bool yes);

}  // namespace trunkline::apps
