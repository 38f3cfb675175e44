// The best bid and offer of each base and quote across venues, from the venues' own quotes. A venue's quote counts
// while its connection stands; at equal prices the earlier one keeps its place. Knows no threads and no bus.
//
// Thread: one at a time. No allocation after a symbol's first quote.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "trunkline/core/symbol.hpp"
#include "trunkline/wire/frame.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::hub {

class ConsolidatedQuotes {
 public:
  // "consolidated:BTC-USD": what the exchange part of these symbols is called.
  static constexpr std::string_view exchange = "consolidated";

  struct Emit {
    // Before the symbol's first quote.
    std::function<void(const wire::SymbolMapping&, std::string_view text)> mapping;
    std::function<void(const wire::ConsolidatedQuote&)> quote;
  };
  explicit ConsolidatedQuotes(Emit emit) : emit_(std::move(emit)) {}

  // SymbolMapping, Quote, BookStatus and ConnectionStatus count; other frames do nothing.
  void apply(const wire::FrameView& frame);
  // Frames were missed: what is known may be old, and is not told until each venue quotes again.
  void lost();

 private:
  struct Venue {
    SymbolHash symbol = 0;
    std::uint16_t source = 0;  // which connection quoted last
    bool quotes = false;       // has a quote that counts
    wire::Quote quote;
  };
  struct Market {
    SymbolHash symbol = 0;  // of the consolidated one
    std::string text;
    bool told = false;
    std::uint8_t price_decimals = 0;  // the most of any venue
    std::uint8_t quantity_decimals = 0;
    std::vector<Venue> venues;
    wire::ConsolidatedQuote best;
  };

  void add(const wire::SymbolMapping& mapping, std::string_view text);
  void take(const wire::Quote& quote);
  void forget_source(std::uint16_t source);
  void publish(Market& market, Nanos exchange_time);

  Emit emit_;
  std::vector<Market> markets_;
  std::map<std::string, std::size_t, std::less<>> by_text_;
  struct Place {
    std::size_t market;
    std::size_t venue;
  };
  std::unordered_map<SymbolHash, Place> places_;
};

}  // namespace trunkline::hub
