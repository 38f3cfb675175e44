// An outside project: what it needs of the library is installed, and found.
#include <cstdio>

#include "trunkline/hub/exchange_hub.hpp"
#include "trunkline/hub/log.hpp"

int main() {
  using namespace trunkline;
  hub::Log log({.level = Severity::Error});
  hub::ExchangeHub hub({}, log);
  const auto symbol = SymbolDescriptor::parse("binance:BTC-USDT");
  if (!symbol || !hub.connect_exchange(hub::ExchangeConfig::websocket("binance"))) return 1;
  if (!hub.subscribe_market_data(*symbol)) return 1;
  std::printf("%s is %016lx\n", symbol->to_text().c_str(), symbol->hash());
}
