// Any bytes as a message of Hyperliquid's WebSocket or as reference data: no parser crashes, and where the hot one and
// the one for any order both read a message they read the same.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "trunkline/venue/hyperliquid/hot_parser.hpp"
#include "trunkline/venue/hyperliquid/message_parser.hpp"
#include "trunkline/venue/hyperliquid/meta.hpp"
#include "trunkline/venue/hyperliquid/signing.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue::hyperliquid;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Exactly the padding that is promised, so that reading beyond it shows.
  std::vector<char> buffer(size + simdjson::SIMDJSON_PADDING);
  std::copy_n(data, size, buffer.begin());
  const std::string_view text(buffer.data(), size);
  static MessageParser parser;
  venue::Catalog catalog;
  static_cast<void>(read_perpetuals(text, catalog));
  static_cast<void>(read_spot_pairs(text, catalog));
  static_cast<void>(action_hash(text, {}));
  static_cast<void>(user_digest(text));

  std::array<TradeMessage, 8> trades;
  std::size_t trade_count = 0;
  QuoteMessage quote;
  BookMessage book;
  std::vector<wire::Level> levels(64);
  const bool is_trade = scan_trades(text, trades, trade_count);
  const bool is_quote = scan_quote(text, quote);
  const bool is_book = scan_book(text, book, levels);

  const auto parsed = parser.parse(text);
  // The hot parser does not look into texts and skipped fields as closely: only what both take is compared.
  if (!parsed) return 0;
  if (is_trade) {
    require(parsed->kind == MessageKind::Trades && parser.trades().size() == trade_count);
    for (std::size_t i = 0; i < trade_count; ++i) {
      const TradeMessage& slow = parser.trades()[i];
      require(trades[i].coin == slow.coin && trades[i].time == slow.time && trades[i].id == slow.id &&
              trades[i].price == slow.price && trades[i].quantity == slow.quantity && trades[i].buy == slow.buy);
    }
  }
  if (is_quote) {
    const QuoteMessage& slow = parsed->quote;
    require(parsed->kind == MessageKind::Quote && slow.coin == quote.coin && slow.time == quote.time &&
            slow.bid_price == quote.bid_price && slow.bid_quantity == quote.bid_quantity &&
            slow.ask_price == quote.ask_price && slow.ask_quantity == quote.ask_quantity);
  }
  if (is_book) {
    const BookMessage& slow = parsed->book;
    require(parsed->kind == MessageKind::Book && slow.coin == book.coin && slow.time == book.time &&
            slow.bid_count == book.bid_count && slow.ask_count == book.ask_count);
    require(std::equal(parser.levels().begin(), parser.levels().end(), levels.begin()));
  }
  return 0;
}
