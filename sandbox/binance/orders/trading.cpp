#include "sandbox/binance/orders/trading.hpp"

namespace trunkline::sandbox::binance {

Trading::Trading(const TradingOptions& options, Exchange& exchange, RestApi& market_data, FaultSet& faults,
                 RestApi::Later later, Publisher& publisher)
    : streams(faults, options.listen_key_life.count() / 1'000'000),
      desk(streams),
      authentication(desk),
      api(desk, streams, authentication),
      door(desk, api, streams, authentication, market_data, faults, std::move(later)),
      websocket(door),
      rest(door, exchange),
      books(desk, [this](Account& account) { welcome(account); }) {
  door.limits().enforce(options.order_limits);
  for (const Market market : {Market::Spot, Market::Usdm}) {
    for (const Instrument& in : exchange.listing(market)) {
      SymbolMarket* const where = exchange.find(market, in.symbol);
      if (where == nullptr) continue;  // a replay has no engine
      where->open_to_clients(publisher, desk);
      desk.list(*where);
    }
  }
  for (const AccountKey& key : options.accounts) welcome(desk.open_account(key));
}

// A million of each quote asset, and as much worth of each base.
void Trading::welcome(Account& account) {
  constexpr std::int64_t worth = 1'000'000;
  desk.for_each_market([&](const ClientMarket& where) {
    const Instrument& in = where.instrument();
    if (account.wallet(in.market).of(in.quote).total().is_zero())
      desk.fund(account, in.market, in.quote, Quantity::from_int(worth));
    if (in.market == Market::Spot && account.wallet(in.market).of(in.base).total().is_zero())
      desk.fund(account, in.market, in.base,
                Quantity::from_int(std::max<std::int64_t>(worth * Price::one / in.start.raw(), 1)));
  });
}

}  // namespace trunkline::sandbox::binance
