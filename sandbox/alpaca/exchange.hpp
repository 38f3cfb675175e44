// What streams and requests of the sandbox share: its instruments, its clock, who may come in, and what was told.
//
// Thread: the server's.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "sandbox/alpaca/options.hpp"
#include "sandbox/alpaca/text.hpp"
#include "sandbox/server/venue_host.hpp"
#include "trunkline/net/http_message.hpp"

namespace trunkline::sandbox::alpaca {

class Exchange {
 public:
  static constexpr std::size_t most_quotes = 1000;
  static constexpr std::string_view test_symbol = "FAKEPACA";

  explicit Exchange(AlpacaOptions options) : options_(std::move(options)) {}

  void begin(VenueHost& host);
  VenueHost& host() const noexcept { return *host_; }
  const AlpacaOptions& options() const noexcept { return options_; }

  static bool is_stock(std::string_view symbol) noexcept { return symbol.find('/') == std::string_view::npos; }

  // The market's Unix time, which may be another than that of the world.
  Nanos now() const { return unix_now() + ahead_; }
  Nanos market_time(Nanos world) const noexcept { return world + ahead_; }
  Hours hours() const noexcept { return options_.clock ? Hours::Exchange : Hours::Always; }
  // Whether this symbol trades now: crypto and the test symbol do at any time.
  bool trades(std::string_view symbol) const;
  Session session() const { return session_at(now(), hours()); }

  bool accepts(std::string_view key, std::string_view secret) const noexcept {
    return !key.empty() && !secret.empty() &&
           (options_.key.empty() || (key == options_.key && secret == options_.secret));
  }
  bool accepts(const net::Headers& headers) const noexcept {
    return accepts(headers.get("APCA-API-KEY-ID"), headers.get("APCA-API-SECRET-KEY"));
  }

  void halt(std::string_view symbol, bool halted) { halted_[std::string(symbol)] = halted; }
  bool is_halted(std::string_view symbol) const;

  BestQuote quote(const ListedMarket& market) const {
    return {market.now(), market.best(match::Side::Buy), market.best(match::Side::Sell)};
  }
  void remember(const ListedMarket& market);
  const std::deque<BestQuote>& quotes(std::string_view symbol) const;

 private:
  AlpacaOptions options_;
  VenueHost* host_ = nullptr;
  Nanos ahead_{0};
  std::map<std::string, bool, std::less<>> halted_;
  std::map<std::string, std::deque<BestQuote>, std::less<>> quotes_;
};

}  // namespace trunkline::sandbox::alpaca
