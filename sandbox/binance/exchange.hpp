// Everything that is listed, and the markets that the order flow drives. In replay only the listing is used.
//
// Thread: the server's.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/binance/symbol_market.hpp"

namespace trunkline::sandbox::binance {

struct FlowOptions {
  std::vector<Market> markets;
  std::vector<std::string> symbols;  // spot names; each is listed in every market
  std::uint64_t seed = 1;
  double rate = 50;  // messages a second and symbol, see OrderFlow
};

class Exchange {
 public:
  // Virtual time 0 is `epoch`, cut to whole milliseconds.
  static Result<Exchange> with_flow(const FlowOptions& options, Nanos epoch);
  static Exchange listing_only(std::vector<Instrument> instruments);

  const std::vector<Instrument>& listing(Market market) const { return listing_[static_cast<std::size_t>(market)]; }
  bool serves(Market market) const { return !listing(market).empty(); }
  const Instrument* instrument(Market market, std::string_view symbol) const;
  SymbolMarket* find(Market market, std::string_view symbol);
  void advance(Nanos until, Publisher& publisher);
  // Tells at once what waits for the next tick of a diff stream.
  void flush(Publisher& publisher);
  // The flow stood still for this long: its time stamps go on from now.
  void shift(Nanos by);
  std::uint64_t actions() const;
  Nanos virtual_now() const noexcept { return virtual_now_; }

 private:
  Nanos virtual_now_{0};
  std::array<std::vector<Instrument>, market_count> listing_;
  std::array<std::map<std::string, std::unique_ptr<SymbolMarket>, std::less<>>, market_count> markets_;
};

}  // namespace trunkline::sandbox::binance
