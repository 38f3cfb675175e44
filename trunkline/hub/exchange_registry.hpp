// Which exchanges there are, and how a venue of each is made: one row an exchange.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/hub/exchange_config.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::hub {

struct ExchangeRow {
  std::string_view id;  // "binance"
  std::string_view title;
  std::unique_ptr<venue::Venue> (*make)(const ExchangeConfig& config);
};

class ExchangeRegistry {
 public:
  static std::span<const ExchangeRow> rows() noexcept;
  // NotFound names the exchanges there are, the nearest first.
  static Result<const ExchangeRow*> find(std::string_view id);
};

}  // namespace trunkline::hub
