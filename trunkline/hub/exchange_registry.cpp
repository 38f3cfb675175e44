#include "trunkline/hub/exchange_registry.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "trunkline/venue/binance/binance_venue.hpp"

namespace trunkline::hub {
namespace {

template <venue::binance::Segment Segment>
std::unique_ptr<venue::Venue> make_binance(const ExchangeConfig& config) {
  venue::binance::BinanceConfig binance;
  binance.segment = Segment;
  binance.audit_interval = config.audit_interval();
  binance.maximum_age = config.maximum_age();
  return std::make_unique<venue::binance::BinanceVenue>(std::move(binance));
}

constexpr std::array registry{
    ExchangeRow{"binance", "Binance spot", make_binance<venue::binance::Segment::Spot>},
    ExchangeRow{"binance_usdm", "Binance USD-M futures", make_binance<venue::binance::Segment::Usdm>},
    ExchangeRow{"binance_coinm", "Binance COIN-M futures", make_binance<venue::binance::Segment::Coinm>},
};

}  // namespace

std::span<const ExchangeRow> ExchangeRegistry::rows() noexcept {
  return registry;
}

Result<const ExchangeRow*> ExchangeRegistry::find(std::string_view id) {
  const auto found = std::ranges::find(registry, id, &ExchangeRow::id);
  if (found != registry.end()) return &*found;
  std::string known;
  std::string_view best;
  for (const ExchangeRow& row : registry) {
    known += (known.empty() ? "" : ", ") + std::string(row.id);
    if (const auto better = nearest(id, {best, row.id}); !better.empty()) best = better;
  }
  return fail(ErrorCode::NotFound, fmt::format("there is no exchange \"{}\"{}; there are {}", excerpt(id),
                                               best.empty() ? "" : fmt::format("; did you mean {}?", best), known));
}

}  // namespace trunkline::hub
