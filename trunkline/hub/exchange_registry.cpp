#include "trunkline/hub/exchange_registry.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <list>
#include <mutex>

#include "trunkline/venue/alpaca/alpaca_venue.hpp"
#include "trunkline/venue/binance/binance_venue.hpp"
#include "trunkline/venue/coinbase/coinbase_venue.hpp"
#include "trunkline/venue/generic/generic_venue.hpp"
#include "trunkline/venue/hyperliquid/hyperliquid_venue.hpp"
#include "trunkline/venue/kraken/kraken_venue.hpp"

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

template <venue::coinbase::Api Api>
std::unique_ptr<venue::Venue> make_coinbase(const ExchangeConfig& config) {
  venue::coinbase::CoinbaseConfig coinbase;
  coinbase.api = Api;
  coinbase.audit_interval = config.audit_interval();
  coinbase.maximum_age = config.maximum_age();
  if (const auto& key = config.credentials(); key && !key->api_key.empty()) {
    coinbase.credentials = {key->api_key, key->secret, key->passphrase};
  }
  return std::make_unique<venue::coinbase::CoinbaseVenue>(std::move(coinbase));
}

std::unique_ptr<venue::Venue> make_kraken(const ExchangeConfig& config) {
  venue::kraken::KrakenConfig kraken;
  if (config.depth() != 0) kraken.depth = config.depth();
  kraken.audit_interval = config.audit_interval();
  kraken.maximum_age = config.maximum_age();
  return std::make_unique<venue::kraken::KrakenVenue>(std::move(kraken));
}

std::unique_ptr<venue::Venue> make_hyperliquid(const ExchangeConfig& config) {
  venue::hyperliquid::HyperliquidConfig hyperliquid;
  if (config.depth() != 0) hyperliquid.depth = config.depth();
  hyperliquid.maximum_age = config.maximum_age();
  return std::make_unique<venue::hyperliquid::HyperliquidVenue>(std::move(hyperliquid));
}

template <venue::alpaca::Market Market>
std::unique_ptr<venue::Venue> make_alpaca(const ExchangeConfig& config) {
  venue::alpaca::AlpacaConfig alpaca;
  alpaca.market = Market;
  if (!config.feed().empty()) alpaca.feed = config.feed();
  if (config.binary()) alpaca.encoding = venue::alpaca::Encoding::MessagePack;
  if (config.credentials()) alpaca.credentials = {config.credentials()->api_key, config.credentials()->secret};
  alpaca.paper = config.paper();
  alpaca.extended_hours = config.extended_hours();
  alpaca.audit_interval = config.audit_interval();
  return std::make_unique<venue::alpaca::AlpacaVenue>(std::move(alpaca));
}

const std::array registry{
    ExchangeRow{"binance", "Binance spot", make_binance<venue::binance::Segment::Spot>, true},
    ExchangeRow{"binance_usdm", "Binance USD-M futures", make_binance<venue::binance::Segment::Usdm>, true},
    ExchangeRow{"binance_coinm", "Binance COIN-M futures", make_binance<venue::binance::Segment::Coinm>, true},
    ExchangeRow{"coinbase", "Coinbase Exchange", make_coinbase<venue::coinbase::Api::Exchange>, true},
    ExchangeRow{"coinbase_advanced", "Coinbase Advanced Trade", make_coinbase<venue::coinbase::Api::Advanced>, true},
    ExchangeRow{"kraken", "Kraken spot", make_kraken, true, venue::kraken::depths},
    ExchangeRow{"hyperliquid", "Hyperliquid perpetuals and spot", make_hyperliquid, false, venue::hyperliquid::depths},
    ExchangeRow{"alpaca", "Alpaca US stocks", make_alpaca<venue::alpaca::Market::Stocks>},
    ExchangeRow{"alpaca_crypto", "Alpaca crypto", make_alpaca<venue::alpaca::Market::Crypto>},
};

const ExchangeRow* built_in(std::string_view id) {
  const auto found = std::ranges::find(registry, id, &ExchangeRow::id);
  return found == registry.end() ? nullptr : &*found;
}

// Rows that find() gave out stay where they are.
struct Source {
  std::string id;
  ExchangeRow row;
};
struct Sources {
  std::mutex mutex;
  std::list<Source> rows;  // the latest first
};
Sources& sources() {
  static Sources all;
  return all;
}

Result<std::unique_ptr<venue::generic::GenericVenue>> make_source(const ExchangeConfig& config,
                                                                  const venue::generic::Mapping& mapping) {
  return venue::generic::GenericVenue::make(
      {.exchange = config.exchange(), .mapping = mapping, .audit_interval = config.audit_interval()});
}

}  // namespace

Result<void> ExchangeRegistry::add_source(const std::string& id, venue::generic::Mapping mapping) {
  if (built_in(id) != nullptr) {
    return fail(ErrorCode::AlreadyExists,
                fmt::format("source.{}: there is an exchange of that name; choose another one", id));
  }
  if (const auto made = make_source(ExchangeConfig::websocket(id), mapping); !made)
    return std::unexpected(made.error());
  const std::lock_guard lock(sources().mutex);
  Source& source = sources().rows.emplace_front(Source{id, {}});
  source.row = {source.id, "a source described in configuration",
                [mapping = std::move(mapping)](const ExchangeConfig& config) -> std::unique_ptr<venue::Venue> {
                  return *make_source(config, mapping);
                }};
  return {};
}

std::span<const ExchangeRow> ExchangeRegistry::rows() noexcept {
  return registry;
}

Result<const ExchangeRow*> ExchangeRegistry::find(std::string_view id) {
  if (const ExchangeRow* const row = built_in(id)) return row;
  std::string known;
  std::string_view best;
  const auto offer = [&](const ExchangeRow& row) {
    known += (known.empty() ? "" : ", ") + std::string(row.id);
    if (const auto better = nearest(id, {best, row.id}); !better.empty()) best = better;
  };
  for (const ExchangeRow& row : registry) offer(row);
  const std::lock_guard lock(sources().mutex);
  for (const Source& source : sources().rows) {
    if (source.id == id) return &source.row;
    offer(source.row);
  }
  return fail(ErrorCode::NotFound, fmt::format("there is no exchange \"{}\"{}; there are {}", excerpt(id),
                                               best.empty() ? "" : fmt::format("; did you mean {}?", best), known));
}

Result<void> check_depth(std::string_view exchange, std::uint32_t depth) {
  const ExchangeRow* const row = built_in(exchange);
  const std::span<const std::uint32_t> depths = row == nullptr ? std::span<const std::uint32_t>{} : row->depths;
  if (depth == 0 || std::ranges::find(depths, depth) != depths.end()) return {};
  if (!depths.empty())
    return fail(ErrorCode::InvalidArgument, fmt::format("expected one of: {}", fmt::join(depths, ", ")));
  std::string_view able;
  for (const ExchangeRow& each : registry) {
    if (able.empty() && !each.depths.empty()) able = each.id;
  }
  return fail(ErrorCode::InvalidArgument,
              fmt::format("{} offers no choice of depth; {} does", excerpt(exchange), able));
}

}  // namespace trunkline::hub
