#include "sandbox/registry.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>
#include <utility>

#include "sandbox/alpaca/server.hpp"
#include "sandbox/binance/server.hpp"
#include "sandbox/bybit/bybit_protocol.hpp"
#include "sandbox/coinbase/protocol.hpp"
#include "sandbox/hyperliquid/protocol.hpp"
#include "sandbox/kraken/kraken_protocol.hpp"
#include "sandbox/server/venue_server.hpp"

namespace trunkline::sandbox {
namespace {

constexpr std::pair<std::string_view, Market> binance_markets[] = {
    {"binance", Market::Spot}, {"binance_usdm", Market::Usdm}, {"binance_coinm", Market::Coinm}};

class RunningBinance final : public RunningSandbox {
 public:
  explicit RunningBinance(std::unique_ptr<binance::BinanceSandbox> sandbox) : sandbox_(std::move(sandbox)) {}
  std::string endpoint(std::string_view exchange) const override {
    for (const auto& [name, market] : binance_markets) {
      if (name == exchange) return fmt::format("http://127.0.0.1:{}", sandbox_->port(market));
    }
    return {};
  }

 private:
  std::unique_ptr<binance::BinanceSandbox> sandbox_;
};

Result<std::unique_ptr<RunningSandbox>> start_binance(const SandboxRequest& request, EventLog* log) {
  binance::BinanceSandboxOptions options;
  options.port = request.port;
  options.rate = request.rate;
  options.seed = request.seed;
  std::set<std::string> names;
  // COIN-M quotes in USD what the sandbox lists for its spot name.
  for (const SymbolDescriptor& symbol : request.symbols)
    names.insert(symbol.base + (symbol.quote == "USD" ? "USDT" : symbol.quote));
  options.symbols.assign(names.begin(), names.end());
  auto started = binance::BinanceSandbox::start(std::move(options), log);
  if (!started) return std::unexpected(started.error());
  return std::make_unique<RunningBinance>(*std::move(started));
}

constexpr std::array<std::string_view, 3> binance_exchanges{"binance", "binance_usdm", "binance_coinm"};

constexpr std::array<std::string_view, 1> bybit_exchanges{"bybit"};

class RunningServer final : public RunningSandbox {
 public:
  explicit RunningServer(std::unique_ptr<VenueServer> server) : server_(std::move(server)) {}
  std::string endpoint(std::string_view) const override { return fmt::format("http://127.0.0.1:{}", server_->port()); }

 private:
  std::unique_ptr<VenueServer> server_;
};

Result<std::unique_ptr<RunningSandbox>> start_bybit(const SandboxRequest& request, EventLog* log) {
  VenueServerOptions options{.port = request.port, .rate = request.rate, .seed = request.seed};
  for (const SymbolDescriptor& symbol : request.symbols) options.symbols.push_back(symbol.base + symbol.quote);
  auto started = VenueServer::start(std::make_unique<bybit::BybitProtocol>(), std::move(options), log);
  if (!started) return std::unexpected(started.error());
  return std::make_unique<RunningServer>(*std::move(started));
}

Result<std::unique_ptr<RunningSandbox>> start_coinbase(const SandboxRequest& request, EventLog* log) {
  VenueServerOptions options{.port = request.port, .rate = request.rate, .seed = request.seed};
  std::set<std::string> names;  // both exchanges may want the same
  for (const SymbolDescriptor& symbol : request.symbols) names.insert(symbol.base + "-" + symbol.quote);
  options.symbols.assign(names.begin(), names.end());
  auto started = VenueServer::start(std::make_unique<coinbase::CoinbaseProtocol>(), std::move(options), log);
  if (!started) return std::unexpected(started.error());
  return std::make_unique<RunningServer>(*std::move(started));
}

constexpr std::array<std::string_view, 2> alpaca_exchanges{"alpaca", "alpaca_crypto"};

Result<std::unique_ptr<RunningSandbox>> start_alpaca(const SandboxRequest& request, EventLog* log) {
  VenueServerOptions options{.port = request.port, .rate = request.rate, .seed = request.seed};
  for (const SymbolDescriptor& symbol : request.symbols) {
    options.symbols.push_back(symbol.quote.empty() ? symbol.base : symbol.base + "/" + symbol.quote);
  }
  auto started = alpaca::start({}, std::move(options), log);
  if (!started) return std::unexpected(started.error());
  return std::make_unique<RunningServer>(*std::move(started));
}

Result<std::unique_ptr<RunningSandbox>> start_kraken(const SandboxRequest& request, EventLog* log) {
  VenueServerOptions options{.port = request.port, .rate = request.rate, .seed = request.seed};
  for (const SymbolDescriptor& symbol : request.symbols)
    options.symbols.push_back(fmt::format("{}/{}", symbol.base, symbol.quote));
  auto started = VenueServer::start(std::make_unique<kraken::KrakenProtocol>(), std::move(options), log);
  if (!started) return std::unexpected(started.error());
  return std::make_unique<RunningServer>(*std::move(started));
}

Result<std::unique_ptr<RunningSandbox>> start_hyperliquid(const SandboxRequest& request, EventLog* log) {
  VenueServerOptions options{.port = request.port, .rate = request.rate, .seed = request.seed};
  for (const SymbolDescriptor& symbol : request.symbols) {
    options.symbols.push_back(symbol.quote == "USD" ? symbol.base : fmt::format("{}/{}", symbol.base, symbol.quote));
  }
  auto started = VenueServer::start(std::make_unique<hyperliquid::HyperliquidProtocol>(), std::move(options), log);
  if (!started) return std::unexpected(started.error());
  return std::make_unique<RunningServer>(*std::move(started));
}

constexpr std::array<std::string_view, 2> coinbase_exchanges{"coinbase", "coinbase_advanced"};
constexpr std::array<std::string_view, 1> kraken_exchanges{"kraken"};
constexpr std::array<std::string_view, 1> hyperliquid_exchanges{"hyperliquid"};

constexpr std::array registry{
    SandboxRow{"binance", binance_exchanges, start_binance},
    SandboxRow{"alpaca", alpaca_exchanges, start_alpaca},
    SandboxRow{"bybit", bybit_exchanges, start_bybit},
    SandboxRow{"coinbase", coinbase_exchanges, start_coinbase},
    SandboxRow{"kraken", kraken_exchanges, start_kraken},
    SandboxRow{"hyperliquid", hyperliquid_exchanges, start_hyperliquid},
};

}  // namespace

std::span<const SandboxRow> SandboxRegistry::rows() noexcept {
  return registry;
}

Result<const SandboxRow*> SandboxRegistry::find(std::string_view exchange) {
  std::string known;
  for (const SandboxRow& row : registry) {
    if (std::ranges::find(row.exchanges, exchange) != row.exchanges.end()) return &row;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", fmt::join(row.exchanges, ", "));
  }
  return fail(ErrorCode::NotFound, fmt::format("there is no sandbox of exchange \"{}\"; there are sandboxes of {}",
                                               excerpt(exchange), known));
}

}  // namespace trunkline::sandbox
