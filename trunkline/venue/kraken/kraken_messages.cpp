// What KrakenVenue does with each message.
#include <algorithm>
#include <utility>

#include "trunkline/venue/kraken/hot_parser.hpp"
#include "trunkline/venue/kraken/symbol_feed.hpp"
#include "trunkline/wire/trade_detail.hpp"

namespace trunkline::venue::kraken {
namespace {

constexpr std::uint16_t volume_absent = 2;

bool same_but_for_stamps(const wire::Quote& a, const wire::Quote& b) noexcept {
  return a.exchange_time == b.exchange_time && a.bid_price == b.bid_price && a.bid_quantity == b.bid_quantity &&
         a.ask_price == b.ask_price && a.ask_quantity == b.ask_quantity;
}

}  // namespace

void KrakenVenue::read(Connection& from, std::span<char> message, const Context& context) {
  const std::string_view text(message.data(), message.size());
  // {"channel":"book" ... the frequent channels differ in the two bytes from here.
  constexpr std::size_t name_at = 12;
  if (text.size() > 64) [[likely]] {
    switch (text[name_at]) {
      case 'b': {
        BookMessage book;
        const std::span<wire::Level> levels = context.sink.levels();
        if (!scan_book_update(text, book, levels) || is_scaled(book.symbol)) break;
        return take_update(from, book, levels.first(book.bid_count + book.ask_count), levels, context);
      }
      case 't': {
        if (text[name_at + 1] == 'i') {
          QuoteMessage quote;
          if (!scan_quote(text, quote) || is_scaled(quote.symbol)) break;
          return take_quote(from, quote, context);
        }
        std::size_t count = 0;
        if (!scan_trades(text, trades_, count)) break;
        const std::span trades(trades_.data(), count);
        if (any_scaled_ && std::ranges::any_of(trades, [this](const auto& each) { return is_scaled(each.symbol); })) {
          break;
        }
        for (const TradeMessage& trade : trades) take_trade(from, trade, context);
        return;
      }
      default:
        break;
    }
  } else if (text == R"({"channel":"heartbeat"})") {
    return;
  }
  read_slowly(from, text, context);
}

void KrakenVenue::read_slowly(Connection& from, std::string_view text, const Context& context) {
  ++count().slow;
  const auto parsed = parser_.parse(text, exponent_of_);
  if (!parsed) {
    const ParseFailure& failure = parsed.error();
    if (!failure.channel || failure.symbols.empty()) return take_failure(failure.message, context);
    // Which of its symbols is to blame is not known: every book it tells of is spoiled.
    for (const std::string& symbol : failure.symbols) take_failure(failure.message, *failure.channel, symbol, context);
    return;
  }
  switch (parsed->kind) {
    case MessageKind::Trades:
      if (parsed->snapshot) return take_past_trades(from, parser_.trades(), context);
      for (const TradeMessage& trade : parser_.trades()) take_trade(from, trade, context);
      return;
    case MessageKind::Quotes:
      for (const QuoteMessage& quote : parser_.quotes()) take_quote(from, quote, context);
      return;
    case MessageKind::Books:
      for (const auto& entry : parser_.books()) {
        if (parsed->snapshot) {
          take_snapshot(from, entry.book, parser_.levels(entry), context);
        } else {
          take_update(from, entry.book, parser_.levels(entry), {}, context);
        }
      }
      return;
    case MessageKind::Bars:
      if (parsed->snapshot) return take_past_bars(from, parser_.bars(), context);
      for (const BarMessage& bar : parser_.bars()) take_bar(from, bar, context);
      return;
    case MessageKind::Instruments:
      return take_instruments(parsed->snapshot, context);
    case MessageKind::Reply:
      return take_answer_of(from, parsed->reply, context);
    case MessageKind::Status:
      if (parsed->text != system_) {
        system_ = parsed->text;
        report(context, system_ == "online" ? Severity::Info : Severity::Warning, "venue_status", {},
               {{"system", excerpt(system_)}});
      }
      return;
    case MessageKind::Heartbeat:
    case MessageKind::Pong:
      return;
    case MessageKind::Unknown:
      ++count().unknown_events;
      return;
  }
}

void KrakenVenue::publish(SymbolFeed& feed, const TradeMessage& trade, std::uint16_t detail, const Context& context) {
  wire::Trade out;
  out.exchange_time = trade.time;
  out.detail = detail;
  out.price = trade.price;
  out.quantity = trade.quantity;
  out.trade_id = trade.id;
  publish_trade(feed, !trade.buy, out, context);
}

void KrakenVenue::take_trade(Connection& from, const TradeMessage& trade, const Context& context) {
  Feed* const feed = heard(from, trade.symbol, Channel::Trades, context.now);
  if (feed == nullptr) return;
  if (!take_trade_id(*feed, from, Channel::Trades, trade.id, true, trade.time, context)) return;
  publish(*symbol_of(feed), trade, 0, context);
}

// The last trades before the subscription. The first time they only tell where the ids are; later they fill in what a
// lost connection missed.
void KrakenVenue::take_past_trades(Connection& from, std::span<const TradeMessage> trades, const Context& context) {
  Feed* feed = nullptr;
  for (const TradeMessage& trade : trades) {
    const bool same_symbol = feed != nullptr && feed->instrument.venue_symbol == trade.symbol;
    if (!same_symbol) feed = heard(from, trade.symbol, Channel::Trades, context.now);
    if (feed == nullptr) continue;
    const std::uint64_t last = feed->trades.last();
    if (last == 0) {
      std::uint64_t newest = 0;
      for (const TradeMessage& each : trades) {
        if (each.symbol == trade.symbol) newest = std::max(newest, each.id);
      }
      (void)feed->trades.take(newest);
      continue;
    }
    if (trade.id <= last) continue;
    if (!take_trade_id(*feed, from, Channel::Trades, trade.id, true, trade.time, context)) continue;
    publish(*symbol_of(feed), trade, wire::trade_detail::from_history, context);
  }
}

void KrakenVenue::take_quote(Connection& from, const QuoteMessage& quote, const Context& context) {
  SymbolFeed* const feed = symbol_of(heard(from, quote.symbol, Channel::Quotes, context.now));
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

void KrakenVenue::take_update(Connection& from, const BookMessage& book, std::span<const wire::Level> levels,
                              std::span<wire::Level> room, const Context& context) {
  SymbolFeed* const feed = symbol_of(heard(from, book.symbol, Channel::Depth, context.now));
  if (feed == nullptr) return;
  if (feed->audit.running()) [[unlikely]]
    feed->audit.touch(levels.first(book.bid_count), levels.subspan(book.bid_count, book.ask_count));
  settle(*feed, feed->book.on_update(book, levels, room, from.id, context), context);
}

void KrakenVenue::take_snapshot(Connection& from, const BookMessage& book, std::span<const wire::Level> levels,
                                const Context& context) {
  SymbolFeed* const feed = symbol_of(heard(from, book.symbol, Channel::Depth, context.now));
  if (feed == nullptr) return;
  const StreamKey key{feed->number, Channel::Depth};
  const Subscriptions::Stream* const stream = from.find(key);
  // Its answer was put off until now; the connection that it replaces may then go.
  const bool answers = stream != nullptr && stream->state == StreamState::Asked;
  if (answers) feed->book.start(context);
  // Nothing tells what changed between the book before and this one.
  feed->audit.cancel();
  const BookFeed::Need need = feed->book.on_snapshot(book, levels, from.id, context);
  if (answers) take_answer(from, key, false, {}, {}, context);
  settle(*feed, need, context);
}

// The first time only the newest; later also those that a lost connection missed.
void KrakenVenue::take_past_bars(Connection& from, std::span<const BarMessage> bars, const Context& context) {
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const SymbolFeed* const feed = symbol_of(feed_of(bars[i].symbol));
    const bool first_time = feed != nullptr && feed->last_bar.open_time == Nanos{0};
    const auto newer = [&](const BarMessage& each) {
      return each.symbol == bars[i].symbol && each.open_time > bars[i].open_time;
    };
    if (first_time && std::ranges::any_of(bars.subspan(i + 1), newer)) continue;
    take_bar(from, bars[i], context);
  }
}

void KrakenVenue::take_bar(Connection& from, const BarMessage& bar, const Context& context) {
  SymbolFeed* const feed = symbol_of(heard(from, bar.symbol, Channel::Bars, context.now));
  if (feed == nullptr) return;
  wire::Bar out;
  out.symbol = feed->instrument.hash;
  out.exchange_time = bar.time;
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

}  // namespace trunkline::venue::kraken
