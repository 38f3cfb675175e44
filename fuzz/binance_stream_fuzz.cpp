// Any bytes as a message of Binance's streams: the hot parser and the one for any order never crash, and where both
// read a message they read the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/venue/binance/hot_parser.hpp"
#include "trunkline/venue/binance/message_parser.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue::binance;

void require(bool condition) {
  if (!condition) std::abort();
}

void compare(const TradeMessage& hot, const ParsedMessage& other, bool aggregate) {
  const TradeMessage* const slow = aggregate
                                       ? static_cast<const TradeMessage*>(std::get_if<AggregateTradeMessage>(&other))
                                       : std::get_if<TradeMessage>(&other);
  require(slow != nullptr && slow->symbol == hot.symbol && slow->time == hot.time && slow->id == hot.id &&
          slow->price == hot.price && slow->quantity == hot.quantity && slow->buyer_is_maker == hot.buyer_is_maker);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Exactly the padding that is promised, so that reading beyond it shows.
  std::vector<char> buffer(size + simdjson::SIMDJSON_PADDING);
  std::copy_n(data, size, buffer.begin());
  const std::string_view text(buffer.data(), size);
  const std::string_view inner = unwrap(text);
  static const ExponentOf exponent_of = [](std::string_view symbol) { return symbol.size() == 3 ? 2 : 0; };
  static MessageParser futures(true);
  static MessageParser spot(false);

  TradeMessage trade;
  QuoteMessage quote;
  DepthMessage depth;
  std::vector<wire::Level> levels(64);
  const bool is_trade = scan_trade(inner, trade);
  const bool is_aggregate = !is_trade && scan_aggregate_trade(inner, trade);
  const bool is_quote = scan_quote(inner, quote);
  const bool is_depth = scan_depth(inner, depth, levels);

  (void)futures.parse(text, exponent_of);
  const auto parsed = spot.parse(text, exponent_of);
  // The hot parser does not look into texts and skipped fields as closely: only what both take is compared.
  if (!parsed) return 0;
  if ((is_trade || is_aggregate) && trade.symbol.size() != 3) compare(trade, *parsed, is_aggregate);
  if (is_quote && quote.symbol.size() != 3) {
    const auto* const slow = std::get_if<QuoteMessage>(&*parsed);
    require(slow != nullptr && slow->symbol == quote.symbol && slow->update_id == quote.update_id &&
            slow->bid_price == quote.bid_price && slow->bid_quantity == quote.bid_quantity &&
            slow->ask_price == quote.ask_price && slow->ask_quantity == quote.ask_quantity && slow->time == quote.time);
  }
  if (is_depth && depth.symbol.size() != 3) {
    const auto* const slow = std::get_if<DepthMessage>(&*parsed);
    require(slow != nullptr && slow->symbol == depth.symbol && slow->ids.first == depth.ids.first &&
            slow->ids.last == depth.ids.last && slow->bid_count == depth.bid_count &&
            slow->ask_count == depth.ask_count && slow->time == depth.time);
    const auto bids = spot.bids(*slow);
    require(std::equal(bids.begin(), bids.end(), levels.begin()));
  }
  return 0;
}
