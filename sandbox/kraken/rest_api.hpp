// Kraken's public REST: /0/public/ Time, SystemStatus, Assets, AssetPairs, Depth, Trades, OHLC, Ticker. As there, every
// reply is HTTP 200 with {"error":[...],"result":{...}}, and pairs go by several names: XXBTZUSD, XBTUSD, XBT/USD.
//
// Thread: the server's.
#pragma once

#include <string>

#include "sandbox/server/venue_host.hpp"

namespace trunkline::sandbox::kraken {

// The venue's older names of a pair.
struct PairName {
  std::string key;        // "XXBTZUSD": in results
  std::string alternate;  // "XBTUSD"
  std::string socket;     // "XBT/USD": of WebSocket v1
  std::string base;       // "XXBT"
  std::string quote;      // "ZUSD"
};
PairName name_of(const Instrument& instrument);

class RestApi {
 public:
  explicit RestApi(VenueHost& host) : host_(host) {}

  // False: not a path of this API.
  bool answer(const net::HttpRequest& request, net::Responder responder);

 private:
  const ListedMarket* find(std::string_view pair) const;
  std::string asset_pairs(const net::HttpRequest& request) const;
  std::string assets() const;
  std::string trades(const ListedMarket& market, const net::HttpRequest& request) const;
  std::string bars(const ListedMarket& market, const net::HttpRequest& request) const;
  std::string ticker(const ListedMarket& market) const;
  void depth(const ListedMarket& market, const net::HttpRequest& request, net::Responder responder);

  VenueHost& host_;
};

}  // namespace trunkline::sandbox::kraken
