// Any bytes as a message of Coinbase's feeds, a list of products or a whole book: no parser crashes, and where the hot
// parser and the one for any order both read a message they read the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/venue/coinbase/hot_parser.hpp"
#include "trunkline/venue/coinbase/message_parser.hpp"
#include "trunkline/venue/coinbase/products.hpp"
#include "trunkline/venue/coinbase/rest_book.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue::coinbase;

void require(bool condition) {
  if (!condition) std::abort();
}
template <class Message>
const Message& only(const Parsed& parsed, std::size_t at = 0) {
  require(at < parsed.items.size() && std::holds_alternative<Message>(parsed.items[at]));
  return std::get<Message>(parsed.items[at]);
}
void same(const TradeMessage& hot, const TradeMessage& slow) {
  require(hot.product == slow.product && hot.time == slow.time && hot.id == slow.id && hot.numbered == slow.numbered &&
          hot.history == slow.history && hot.taker_sold == slow.taker_sold && hot.price == slow.price &&
          hot.quantity == slow.quantity);
}
void same(const QuoteMessage& hot, const QuoteMessage& slow) {
  require(hot.product == slow.product && hot.time == slow.time && hot.sequence == slow.sequence &&
          hot.bid_price == slow.bid_price && hot.bid_quantity == slow.bid_quantity && hot.ask_price == slow.ask_price &&
          hot.ask_quantity == slow.ask_quantity);
}
void same(const BookMessage& hot, const std::vector<wire::Level>& levels, const BookMessage& slow,
          const Parsed& parsed) {
  const auto both = std::span(levels).first(hot.bid_count + hot.ask_count);
  require(hot.product == slow.product && hot.time == slow.time && hot.bid_count == slow.bid_count &&
          hot.ask_count == slow.ask_count && std::ranges::equal(parsed.levels, both));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Exactly the padding that is promised, so that reading beyond it shows.
  std::vector<char> buffer(size + simdjson::SIMDJSON_PADDING);
  std::copy_n(data, size, buffer.begin());
  const std::string_view text(buffer.data(), size);
  // And none at all for the hot parser.
  const std::vector<char> bare(data, data + size);
  const std::string_view hot(bare.data(), size);
  static const ExponentOf exponent_of = [](std::string_view product) { return product.size() == 3 ? 2 : 0; };
  static MessageParser exchange(Api::Exchange);
  static MessageParser advanced(Api::Advanced);
  static RestBookParser rest;

  TradeMessage trades[4];
  QuoteMessage quote;
  BookMessage book;
  Envelope envelope;
  std::size_t count = 0;
  std::vector<wire::Level> levels(64);
  const auto scaled = [](std::string_view product) { return product.size() == 3; };

  const auto first = exchange.parse(text, exponent_of);
  // The hot parser does not look into texts and skipped fields as closely: only what both take is compared.
  if (first) {
    const Parsed& parsed = **first;
    if (scan_match(hot, trades[0]) && !scaled(trades[0].product)) same(trades[0], only<TradeMessage>(parsed));
    if (scan_ticker(hot, quote) && !scaled(quote.product)) same(quote, only<QuoteMessage>(parsed));
    if (scan_l2update(hot, book, levels) && !scaled(book.product))
      same(book, levels, only<BookMessage>(parsed), parsed);
  }
  const auto second = advanced.parse(text, exponent_of);
  if (second) {
    const Parsed& parsed = **second;
    if (scan_market_trades(hot, envelope, trades, count)) {
      require(parsed.sequence == envelope.sequence && parsed.items.size() == count);
      for (std::size_t i = 0; i < count; ++i) {
        if (!scaled(trades[i].product)) same(trades[i], only<TradeMessage>(parsed, i));
      }
    }
    if (scan_advanced_ticker(hot, envelope, quote) && !scaled(quote.product)) same(quote, only<QuoteMessage>(parsed));
    if (scan_l2_data(hot, envelope, book, levels) && !scaled(book.product)) {
      same(book, levels, only<BookMessage>(parsed), parsed);
    }
  }
  for (const Api api : {Api::Exchange, Api::Advanced}) {
    (void)rest.parse(api, text, 0);
    (void)parse_products(api, "coinbase", text);
  }
  return 0;
}
