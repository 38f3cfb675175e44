// Any bytes as a message of Kraken's WebSocket v2, or as a book of its REST: no parser crashes, and where the hot one
// and the one for any order both read a message they read the same.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "trunkline/venue/kraken/hot_parser.hpp"
#include "trunkline/venue/kraken/message_parser.hpp"
#include "trunkline/venue/kraken/rest_book.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue::kraken;

void require(bool condition) {
  if (!condition) std::abort();
}

void compare(std::span<const TradeMessage> hot, std::span<const TradeMessage> slow) {
  require(hot.size() == slow.size());
  for (std::size_t i = 0; i < hot.size(); ++i) {
    require(hot[i].symbol == slow[i].symbol && hot[i].time == slow[i].time && hot[i].id == slow[i].id &&
            hot[i].price == slow[i].price && hot[i].quantity == slow[i].quantity && hot[i].buy == slow[i].buy);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Exactly the padding that is promised, so that reading beyond it shows.
  std::vector<char> buffer(size + simdjson::SIMDJSON_PADDING);
  std::copy_n(data, size, buffer.begin());
  const std::string_view text(buffer.data(), size);
  static const ExponentOf exponent_of = [](std::string_view symbol) { return symbol.size() == 3 ? 2 : 0; };
  static MessageParser parser;
  static RestBookParser rest;
  if (const auto told = rest.parse(text, 0); told) require(*told != nullptr);

  std::array<TradeMessage, 8> trades;
  std::size_t trade_count = 0;
  QuoteMessage quote;
  BookMessage book;
  std::vector<wire::Level> levels(64);
  const bool is_trade = scan_trades(text, trades, trade_count);
  const bool is_quote = scan_quote(text, quote);
  const bool is_book = scan_book_update(text, book, levels);

  const auto parsed = parser.parse(text, exponent_of);
  // The hot parser does not look into texts and skipped fields as closely: only what both take is compared.
  if (!parsed) return 0;
  const auto scaled = [](const auto& each) { return each.symbol.size() == 3; };
  const std::span hot(trades.data(), trade_count);
  if (is_trade && std::ranges::none_of(hot, scaled)) {
    require(parsed->kind == MessageKind::Trades);
    compare(hot, parser.trades());
  }
  if (is_quote && !scaled(quote)) {
    require(parsed->kind == MessageKind::Quotes && parser.quotes().size() == 1);
    const QuoteMessage& slow = parser.quotes()[0];
    require(slow.symbol == quote.symbol && slow.bid_price == quote.bid_price &&
            slow.bid_quantity == quote.bid_quantity && slow.ask_price == quote.ask_price &&
            slow.ask_quantity == quote.ask_quantity && slow.time == quote.time);
  }
  if (is_book && !scaled(book)) {
    require(parsed->kind == MessageKind::Books && parser.books().size() == 1);
    const auto& slow = parser.books()[0];
    require(slow.book.symbol == book.symbol && slow.book.bid_count == book.bid_count &&
            slow.book.ask_count == book.ask_count && slow.book.checksum == book.checksum &&
            slow.book.time == book.time);
    const auto others = parser.levels(slow);
    require(std::equal(others.begin(), others.end(), levels.begin()));
  }
  return 0;
}
