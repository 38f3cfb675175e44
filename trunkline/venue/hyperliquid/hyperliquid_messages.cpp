// What HyperliquidVenue does with each message.
#include <algorithm>
#include <utility>

#include "trunkline/venue/hyperliquid/hot_parser.hpp"
#include "trunkline/venue/hyperliquid/symbol_feed.hpp"
#include "trunkline/wire/trade_detail.hpp"

namespace trunkline::venue::hyperliquid {
namespace {

constexpr std::uint16_t volume_absent = 2;

constexpr std::string_view greeting = "Websocket connection established.";

bool same_but_for_stamps(const wire::Quote& a, const wire::Quote& b) noexcept {
  return a.exchange_time == b.exchange_time && a.bid_price == b.bid_price && a.bid_quantity == b.bid_quantity &&
         a.ask_price == b.ask_price && a.ask_quantity == b.ask_quantity;
}

}  // namespace

void HyperliquidVenue::read(Connection& from, std::span<char> message, const Context& context) {
  const std::string_view text(message.data(), message.size());
  alive(from.id, context.now).heard = context.now;
  // {"channel":"l2Book" ... the frequent channels differ in the first byte of the name.
  constexpr std::size_t name_at = 12;
  if (text.size() > 64) [[likely]] {
    switch (text[name_at]) {
      case 'l': {
        BookMessage book;
        if (scan_book(text, book, levels_)) return take_book(from, book, levels_, context);
        break;
      }
      case 't': {
        std::size_t count = 0;
        if (scan_trades(text, trades_, count)) return take_trades(from, std::span(trades_).first(count), context);
        break;
      }
      case 'b': {
        QuoteMessage quote;
        if (scan_quote(text, quote)) return take_quote(from, quote, context);
        break;
      }
      default:
        break;
    }
  } else if (text == greeting) {
    return;
  }
  read_slowly(from, text, context);
}

void HyperliquidVenue::read_slowly(Connection& from, std::string_view text, const Context& context) {
  ++count().slow;
  const auto parsed = parser_.parse(text);
  if (!parsed) {
    const ParseFailure& failure = parsed.error();
    if (!failure.channel || failure.coin.empty()) return take_failure(failure.message, context);
    return take_failure(failure.message, *failure.channel, failure.coin, context);
  }
  switch (parsed->kind) {
    case MessageKind::Trades:
      return take_trades(from, parser_.trades(), context);
    case MessageKind::Quote:
      return take_quote(from, parsed->quote, context);
    case MessageKind::Book:
      return take_book(from, parsed->book, parser_.levels(), context);
    case MessageKind::Ticker:
      return take_ticker(from, parsed->ticker, context);
    case MessageKind::Bar:
      return take_bar(from, parsed->bar, context);
    case MessageKind::Answer:
      return take_answer_of(from, parsed->answer, context);
    case MessageKind::Error:
      return take_error(from, parsed->text, context);
    case MessageKind::Pong:
      return;
    case MessageKind::Unknown:
      ++count().unknown_events;
      return;
  }
}

// A subscription begins with the last trades of before. The first time they only tell what is known already; later they
// fill in what a lost connection missed.
void HyperliquidVenue::take_trades(Connection& from, std::span<const TradeMessage> trades, const Context& context) {
  SymbolFeed* feed = nullptr;
  bool first = false;
  bool known_before = false;
  Nanos asked{0};
  for (const TradeMessage& trade : trades) {
    if (feed == nullptr || feed->instrument.venue_symbol != trade.coin) {
      const Feed* const named = feed_of(trade.coin);
      const Subscriptions::Stream* const stream =
          named == nullptr ? nullptr : from.find({named->number, Channel::Trades});
      first = stream != nullptr && stream->heard == Nanos{0};
      asked = stream == nullptr ? Nanos{0} : stream->since;
      feed = symbol_of(heard(from, trade.coin, Channel::Trades, context.now));
      known_before = feed != nullptr && feed->recent.any();
    }
    if (feed == nullptr) continue;
    const bool past = first && trade.time < asked - clock_tolerance;
    if (!feed->recent.take(trade.time, trade.id, from.id, first)) {
      ++count().duplicates;
      continue;
    }
    if (past && !known_before) continue;
    wire::Trade out;
    out.exchange_time = trade.time;
    out.detail = past ? wire::trade_detail::from_history : std::uint16_t{0};
    out.price = trade.price;
    out.quantity = trade.quantity;
    out.trade_id = trade.id;
    publish_trade(*feed, !trade.buy, out, context);
  }
}

void HyperliquidVenue::take_quote(Connection& from, const QuoteMessage& quote, const Context& context) {
  SymbolFeed* const feed = symbol_of(heard(from, quote.coin, Channel::Quotes, context.now));
  if (feed == nullptr) return;
  wire::Quote out;
  out.symbol = feed->instrument.hash;
  out.exchange_time = quote.time;
  out.bid_price = quote.bid_price;
  out.bid_quantity = quote.bid_quantity;
  out.ask_price = quote.ask_price;
  out.ask_quantity = quote.ask_quantity;
  // They have no id. Two connections bring the same ones, and a subscription begins with the last.
  const bool late = out.exchange_time < feed->last_quote.exchange_time && subscriptions().several_on(from.lane);
  if (late || same_but_for_stamps(out, feed->last_quote)) {
    ++count().duplicates;
    return;
  }
  feed->last_quote = out;
  context.sink.publish(out);
}

void HyperliquidVenue::take_book(Connection& from, const BookMessage& book, std::span<const wire::Level> levels,
                                 const Context& context) {
  SymbolFeed* const feed = symbol_of(heard(from, book.coin, Channel::Depth, context.now));
  if (feed == nullptr) return;
  const Nanos age = feed->book.time() - book.time;
  // A little older: it was overtaken. A lot older: the time of the one before was wrong.
  const bool overtaken = age > Nanos{0} && age < clock_tolerance;
  if (overtaken || (age >= Nanos{0} && subscriptions().several_on(from.lane))) {
    ++count().duplicates;
    return;
  }
  feed->book.take(book.time, levels.first(book.bid_count), levels.subspan(book.bid_count, book.ask_count), context);
}

void HyperliquidVenue::take_ticker(Connection& from, const TickerMessage& ticker, const Context& context) {
  SymbolFeed* const feed = symbol_of(heard(from, ticker.coin, Channel::Ticker, context.now));
  if (feed == nullptr) return;
  wire::DerivativeTicker out;
  out.symbol = feed->instrument.hash;
  out.mark_price = ticker.mark_price;
  out.index_price = ticker.oracle_price;
  out.settle_price = Price::absent();
  out.funding_rate = ticker.funding;
  out.open_interest = ticker.open_interest;
  context.sink.publish(out);
}

void HyperliquidVenue::take_bar(Connection& from, const BarMessage& bar, const Context& context) {
  SymbolFeed* const feed = symbol_of(heard(from, bar.coin, Channel::Bars, context.now));
  if (feed == nullptr) return;
  wire::Bar out;
  out.symbol = feed->instrument.hash;
  out.detail = bar.volume.is_absent() ? volume_absent : std::uint16_t{0};
  out.open_time = bar.open_time;
  out.interval = bar.interval;
  out.open = bar.open;
  out.high = bar.high;
  out.low = bar.low;
  out.close = bar.close;
  out.volume = bar.volume;
  out.quote_volume = Quantity::absent();
  out.trade_count = bar.trades;
  publish_bar(feed->last_bar, out, context);
}

}  // namespace trunkline::venue::hyperliquid
