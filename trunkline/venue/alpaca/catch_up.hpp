// Brings the trades that a lost connection missed: when a symbol's trades are subscribed again, those since the newest
// one are asked for by HTTP, page by page, and each is told once, whichever of request and stream brings it first.
// Ids do not follow one another here, so what cannot be had is told as a Gap of an unknown number, `missed` 0.
// Private to this folder. take() allocates, but only after a lost connection, until all is caught up.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "trunkline/venue/alpaca/feed.hpp"

namespace trunkline::venue::alpaca {

class AlpacaVenue::CatchUp {
 public:
  static constexpr std::size_t page_size = 10'000;
  static constexpr unsigned most_pages = 10;
  static constexpr unsigned most_tries = 5;
  static constexpr std::size_t most_known = 65'536;  // trades of one symbol
  // Trades are told late and out of order: looked for from so long before the newest, as far as what came is
  // remembered.
  static constexpr Nanos margin = std::chrono::seconds{1};
  // The stream brings a trade that a request brought already at most so long after it.
  static constexpr Nanos stream_delay = std::chrono::seconds{30};

  explicit CatchUp(AlpacaVenue& venue) : venue_(venue) {}

  // The connection is gone.
  void lost();
  // The symbol's trades come again. False: it has none to catch up with.
  bool subscribed(Feed& feed);
  // A trade of the stream. False: a request brought it before.
  static bool take(Feed& feed, const TradeMessage& trade);
  void tick(const Context& context);
  void take_reply(const Reply& reply, const Context& context);

 private:
  struct Query {
    std::vector<std::uint32_t> symbols;
    Nanos start{0};
    std::string page_token;
    unsigned pages = 0;
    unsigned tries = 0;
  };
  std::string url_of(const Query& query) const;
  void take_past(const TradeMessage& trade, const Context& context);
  void finish(const Context& context);
  // `error`: why the rest cannot be had.
  void give_up(std::string error, const Context& context);

  AlpacaVenue& venue_;
  std::vector<std::uint32_t> due_;
  std::deque<Query> queries_;
  std::uint32_t serial_ = 0;  // of the latest request
  bool asked_ = false;
  Nanos next_try_{0};
};

}  // namespace trunkline::venue::alpaca
