// Reads the bodies of Alpaca's requests. Every body is followed by readable bytes only up to its end: nothing here
// reads further. An error names the field and the value.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/venue/alpaca/market_calendar.hpp"
#include "trunkline/venue/alpaca/messages.hpp"
#include "trunkline/venue/instrument.hpp"

namespace trunkline::venue::alpaca {

enum class Market : std::uint8_t { Stocks, Crypto };

// The body of /v2/assets: assets of that market, others are passed over. One that cannot be understood is refused
// alone.
Result<Catalog> parse_assets(Market market, std::string_view exchange, std::string_view body);

// What a symbol of the venue is called here. InvalidArgument where a crypto symbol is no pair.
Result<SymbolDescriptor> descriptor_of(Market market, std::string_view exchange, std::string_view venue_symbol);

// The body of /v2/calendar for the days from `first` to `last`.
Result<MarketCalendar> parse_calendar(std::string_view body, std::chrono::year_month_day first,
                                      std::chrono::year_month_day last);

struct MarketClock {
  Nanos time{0};
  bool open = false;
  Nanos next_open{0};
  Nanos next_close{0};
};
Result<MarketClock> parse_clock(std::string_view body);

// The bodies of .../trades/latest, .../quotes/latest and .../orderbooks (latest): each symbol's newest. A symbol that
// cannot be read is told to `refuse` and loses no other.
using OnRefused = std::function<void(std::string error)>;
Result<void> parse_latest_trades(std::string_view body, const std::function<void(const TradeMessage&)>& take,
                                 const OnRefused& refuse);
Result<void> parse_latest_quotes(std::string_view body, const std::function<void(const QuoteMessage&)>& take,
                                 const OnRefused& refuse);
// The body of .../trades, past ones, oldest first; the token of the next page, empty: this was the last one.
Result<std::string> parse_past_trades(std::string_view body, const std::function<void(const TradeMessage&)>& take,
                                      const OnRefused& refuse);
using TakeBook =
    std::function<void(const BookMessage&, std::span<const wire::Level> bids, std::span<const wire::Level> asks)>;
Result<void> parse_latest_books(std::string_view body, const TakeBook& take, const OnRefused& refuse);

struct CorporateAction {
  wire::CorporateAction action;  // without stamp
  std::string symbol;            // whose stock it is
  std::string other;             // the new, or the acquirer's, where there is one
};
struct CorporateActions {
  std::vector<CorporateAction> actions;
  std::string next_page_token;  // empty: this was the last page
  std::vector<std::string> refused;
};
Result<CorporateActions> parse_corporate_actions(std::string_view body);

}  // namespace trunkline::venue::alpaca
