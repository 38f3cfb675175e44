// How the settings say that an exchange is connected to, with its keys and its backup. Any thread.
#pragma once

#include <string>

#include "trunkline/core/error.hpp"
#include "trunkline/hub/exchange_config.hpp"
#include "trunkline/hub/settings.hpp"

namespace trunkline::hub {

// An error where keys cannot be read.
Result<ExchangeConfig> configured_exchange(const Settings& settings, const std::string& exchange);

}  // namespace trunkline::hub
