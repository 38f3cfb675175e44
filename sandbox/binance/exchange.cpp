#include "sandbox/binance/exchange.hpp"

#include <algorithm>

namespace trunkline::sandbox::binance {

Result<Exchange> Exchange::with_flow(const FlowOptions& options, Nanos epoch) {
  Exchange exchange;
  const Nanos begin = epoch - epoch % std::chrono::milliseconds{1};
  for (const Market market : options.markets) {
    for (const std::string& symbol : options.symbols) {
      auto instrument = make_instrument(market, symbol);
      if (!instrument) return std::unexpected(instrument.error());
      if (exchange.find(market, instrument->symbol) != nullptr)
        continue;  // BTCUSDT and BTCUSDC are one COIN-M contract
      exchange.listing_[static_cast<std::size_t>(market)].push_back(*instrument);
      const std::string name = instrument->symbol;
      exchange.markets_[static_cast<std::size_t>(market)].emplace(
          name, std::make_unique<SymbolMarket>(std::move(*instrument), options.seed, options.rate, begin));
    }
  }
  return exchange;
}

Exchange Exchange::listing_only(std::vector<Instrument> instruments) {
  Exchange exchange;
  for (Instrument& instrument : instruments)
    exchange.listing_[static_cast<std::size_t>(instrument.market)].push_back(std::move(instrument));
  return exchange;
}

const Instrument* Exchange::instrument(Market market, std::string_view symbol) const {
  const auto& all = listing(market);
  const auto found = std::find_if(all.begin(), all.end(), [&](const Instrument& i) { return i.symbol == symbol; });
  return found == all.end() ? nullptr : &*found;
}

SymbolMarket* Exchange::find(Market market, std::string_view symbol) {
  auto& all = markets_[static_cast<std::size_t>(market)];
  const auto found = all.find(symbol);
  return found == all.end() ? nullptr : found->second.get();
}

void Exchange::advance(Nanos until, Publisher& publisher) {
  virtual_now_ = until;
  for (auto& market : markets_)
    for (auto& [name, symbol] : market) symbol->advance(until, publisher);
}

void Exchange::flush(Publisher& publisher) {
  for (auto& market : markets_)
    for (auto& [name, symbol] : market) symbol->flush(publisher);
}

void Exchange::shift(Nanos by) {
  for (auto& market : markets_)
    for (auto& [name, symbol] : market) symbol->shift(by);
}

std::uint64_t Exchange::actions() const {
  std::uint64_t sum = 0;
  for (const auto& market : markets_)
    for (const auto& [name, symbol] : market) sum += symbol->actions();
  return sum;
}

}  // namespace trunkline::sandbox::binance
