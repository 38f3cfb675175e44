// Which exchanges there are, and how a venue of each is made: one row an exchange, and one for each source that is
// described in configuration. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/hub/exchange_config.hpp"
#include "trunkline/venue/generic/mapping.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::hub {

struct ExchangeRow {
  std::string_view id;  // "binance"
  std::string_view title;
  std::function<std::unique_ptr<venue::Venue>(const ExchangeConfig& config)> make;
  bool numbers_trades = false;                 // one by one, for each symbol
  std::span<const std::uint32_t> depths = {};  // levels a side that one may choose among; empty: there is no choice
};

class ExchangeRegistry {
 public:
  // Those that Trunkline has code for.
  static std::span<const ExchangeRow> rows() noexcept;
  // A source of that name from now on; in place of one added before. AlreadyExists: an exchange has that name;
  // InvalidArgument: the mapping cannot be compiled.
  static Result<void> add_source(const std::string& id, venue::generic::Mapping mapping);
  // NotFound names the exchanges there are, the nearest first.
  static Result<const ExchangeRow*> find(std::string_view id);
};

// Whether an exchange's books can be had with so many levels a side; 0, the usual ones, always can. InvalidArgument
// names those there are.
Result<void> check_depth(std::string_view exchange, std::uint32_t depth);

}  // namespace trunkline::hub
