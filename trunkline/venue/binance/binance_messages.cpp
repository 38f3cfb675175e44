// What BinanceVenue does with each message.
#include <fmt/format.h>
#include <type_traits>
#include <utility>

#include "trunkline/venue/binance/feed.hpp"
#include "trunkline/venue/binance/hot_parser.hpp"

namespace trunkline::venue::binance {

using wire::BookReason;

void BinanceVenue::on_bytes(ConnectionId connection, std::span<char> message, Nanos received, Sink& sink,
                            Outbox& outbox) {
  Subscriptions::Connection* const from = subscriptions_.find(connection);
  if (from == nullptr || message.empty()) return;
  const Context now = context(received, sink, outbox);
  ++counters_.messages;
  const std::string_view text(message.data(), message.size());
  const std::string_view inner = unwrap(text);
  // {"e":"trade" ... the seventh byte tells the frequent events apart; spot's bookTicker starts with {"u":
  if (inner.size() > 16) [[likely]] {
    switch (inner[2] == 'u' ? 'b' : inner[6]) {
      case 'd': {
        DepthMessage depth;
        const std::span<wire::Level> levels = sink.levels();
        if (!scan_depth(inner, depth, levels) || is_scaled(depth.symbol)) break;
        const auto bids = levels.first(depth.bid_count);
        return take_depth(*from, depth, bids, levels.subspan(depth.bid_count, depth.ask_count), true, now);
      }
      case 'b': {
        QuoteMessage quote;
        if (!scan_quote(inner, quote) || is_scaled(quote.symbol)) break;
        return take_quote(*from, quote, now);
      }
      case 't': {
        TradeMessage trade;
        if (!scan_trade(inner, trade) || is_scaled(trade.symbol)) break;
        return take_trade(*from, trade, Channel::Trades, now);
      }
      case 'a': {
        TradeMessage trade;
        if (!scan_aggregate_trade(inner, trade) || is_scaled(trade.symbol)) break;
        return take_trade(*from, trade, Channel::AggregateTrades, now);
      }
      default:
        break;
    }
  }
  read_slowly(*from, text, now);
}

void BinanceVenue::read_slowly(Subscriptions::Connection& from, std::string_view text, const Context& context) {
  ++counters_.slow;
  const auto parsed = parser_.parse(text, exponent_of_);
  if (!parsed) return take_failure(parsed.error(), context);
  std::visit(
      [&](const auto& message) {
        using Message = std::remove_cvref_t<decltype(message)>;
        if constexpr (std::is_same_v<Message, AggregateTradeMessage>) {
          take_trade(from, message, Channel::AggregateTrades, context);
        } else if constexpr (std::is_same_v<Message, TradeMessage>) {
          take_trade(from, message, Channel::Trades, context);
        } else if constexpr (std::is_same_v<Message, QuoteMessage>) {
          take_quote(from, message, context);
        } else if constexpr (std::is_same_v<Message, DepthMessage>) {
          take_depth(from, message, parser_.bids(message), parser_.asks(message), false, context);
        } else if constexpr (std::is_same_v<Message, BarMessage>) {
          take_bar(from, message, context);
        } else if constexpr (std::is_same_v<Message, MarkMessage>) {
          take_mark(from, message, context);
        } else if constexpr (std::is_same_v<Message, LiquidationMessage>) {
          take_liquidation(from, message, context);
        } else if constexpr (std::is_same_v<Message, ReplyMessage>) {
          take_reply(from, message, context);
        } else {
          ++counters_.unknown_events;
        }
      },
      *parsed);
}

BinanceVenue::Feed* BinanceVenue::feed_of(std::string_view venue_symbol) noexcept {
  const std::uint32_t number = table_.find(venue_symbol);
  return number == SymbolTable::none ? nullptr : feeds_[number].get();
}

BinanceVenue::Feed* BinanceVenue::heard(Subscriptions::Connection& from, std::string_view venue_symbol, Channel channel,
                                        Nanos now) noexcept {
  Feed* const feed = feed_of(venue_symbol);
  if (feed == nullptr) [[unlikely]] {
    ++counters_.unknown_symbols;
    return nullptr;
  }
  if (!feed->wants(channel)) [[unlikely]] {
    ++counters_.unwanted;
    return nullptr;
  }
  Subscriptions::heard(from, {feed->number, channel}, now);
  feed->fresh(channel).heard(now);
  return feed;
}

void BinanceVenue::take_trade(Subscriptions::Connection& from, const TradeMessage& trade, Channel channel,
                              const Context& context) {
  Feed* const feed = heard(from, trade.symbol, channel, context.now);
  if (feed == nullptr) return;
  const bool aggregate = channel == Channel::AggregateTrades;
  const auto answer = (aggregate ? feed->aggregates : feed->trades).take(trade.id);
  if (answer.kind == IdWindow::Kind::Known) {
    ++counters_.duplicates;
    return;
  }
  // Ids of one symbol are consecutive in every recording. While two connections overlap, the later one brings the rest.
  if (answer.skipped != 0 && !subscriptions_.several_on(from.lane)) [[unlikely]] {
    counters_.trades_missed += answer.skipped;
    wire::Gap gap;
    gap.symbol = feed->instrument.hash;
    gap.exchange_time = trade.time;
    gap.missed = answer.skipped;
    gap.total_missed = counters_.trades_missed;
    gap.since = context.now;
    gap.scope = wire::GapScope::Venue;
    context.sink.publish(gap);
  }
  if (!trade.of_the_market) {
    ++counters_.trades_aside;
    return;
  }
  wire::Trade out;
  out.symbol = feed->instrument.hash;
  out.exchange_time = trade.time;
  out.detail = aggregate ? 1 : 0;
  out.price = trade.price;
  out.quantity = trade.quantity;
  out.trade_id = trade.id;
  context.sink.publish_flagged(trade.buyer_is_maker ? wire::flag::side_sell : wire::flag::side_buy, out);
}

void BinanceVenue::take_quote(Subscriptions::Connection& from, const QuoteMessage& quote, const Context& context) {
  Feed* const feed = heard(from, quote.symbol, Channel::Quotes, context.now);
  if (feed == nullptr) return;
  if (quote.update_id <= feed->last_quote) {
    ++counters_.duplicates;
    return;
  }
  feed->last_quote = quote.update_id;
  // First, so that a book which it contradicts is Stale before anybody reads the quote.
  if (feed->wants(Channel::Depth)) need(*feed, feed->depth.on_quote(quote, context), context);
  wire::Quote out;
  out.symbol = feed->instrument.hash;
  out.exchange_time = quote.time;
  out.bid_price = quote.bid_price;
  out.bid_quantity = quote.bid_quantity;
  out.ask_price = quote.ask_price;
  out.ask_quantity = quote.ask_quantity;
  out.update_id = quote.update_id;
  context.sink.publish(out);
}

void BinanceVenue::take_depth(Subscriptions::Connection& from, const DepthMessage& depth,
                              std::span<const wire::Level> bids, std::span<const wire::Level> asks, bool in_ring,
                              const Context& context) {
  Feed* const feed = heard(from, depth.symbol, Channel::Depth, context.now);
  if (feed == nullptr) return;
  need(*feed, feed->depth.on_event(depth, bids, asks, in_ring, static_cast<std::uint32_t>(from.id), context), context);
}

void BinanceVenue::take_bar(Subscriptions::Connection& from, const BarMessage& bar, const Context& context) {
  Feed* const feed = heard(from, bar.symbol, Channel::Bars, context.now);
  if (feed == nullptr) return;
  wire::Bar out = bar.bar;
  out.symbol = feed->instrument.hash;
  out.exchange_time = bar.time;
  context.sink.publish(out);
}

void BinanceVenue::take_mark(Subscriptions::Connection& from, const MarkMessage& mark, const Context& context) {
  Feed* const feed = heard(from, mark.symbol, Channel::Ticker, context.now);
  if (feed == nullptr) return;
  if (mark.time <= feed->last_mark) {
    ++counters_.duplicates;
    return;
  }
  feed->last_mark = mark.time;
  wire::DerivativeTicker out;
  out.symbol = feed->instrument.hash;
  out.exchange_time = mark.time;
  out.mark_price = mark.mark;
  out.index_price = mark.index;
  out.settle_price = mark.settle;
  out.funding_rate = mark.funding_rate;
  out.next_funding_time = mark.next_funding_time;
  out.open_interest = Quantity::absent();
  context.sink.publish(out);
}

void BinanceVenue::take_liquidation(Subscriptions::Connection& from, const LiquidationMessage& order,
                                    const Context& context) {
  Feed* const feed = heard(from, order.symbol, Channel::Liquidations, context.now);
  if (feed == nullptr) return;
  // They have no id: while two connections overlap, what is equal in time, price and quantity is one.
  for (const auto& seen : feed->liquidations) {
    if (seen.time == order.time && seen.price == order.price && seen.quantity == order.quantity &&
        subscriptions_.several_on(from.lane)) {
      ++counters_.duplicates;
      return;
    }
  }
  feed->liquidations[feed->next_liquidation] = {order.time, order.price, order.quantity};
  feed->next_liquidation = (feed->next_liquidation + 1) % feed->liquidations.size();
  wire::Liquidation out;
  out.symbol = feed->instrument.hash;
  out.exchange_time = order.time;
  out.price = order.price;
  out.quantity = order.quantity;
  out.average_price = order.average_price;
  out.filled_quantity = order.filled_quantity;
  context.sink.publish_flagged(order.buy ? wire::flag::side_buy : wire::flag::side_sell, out);
}

void BinanceVenue::take_reply(Subscriptions::Connection& from, const ReplyMessage& reply, const Context& context) {
  const ConnectionId id = from.id;
  const auto answer = subscriptions_.on_reply(id, reply, context.now, context.outbox);
  for (const StreamKey key : answer.acknowledged) {
    Feed& feed = *feeds_[key.feed];
    if (key.channel == Channel::Depth && feed.wants(Channel::Depth)) need(feed, feed.depth.start(context), context);
  }
  for (const StreamKey key : answer.refused) {
    Feed& feed = *feeds_[key.feed];
    ++counters_.refused_streams;
    report(context, Severity::Error, "subscription_refused", feed.instrument.text,
           {{"channel", std::string(to_text(key.channel))},
            {"code", std::to_string(reply.code)},
            {"reason", excerpt(reply.text)}});
    if (key.channel == Channel::Depth && !subscriptions_.other_source(key, id)) {
      feed.depth.stop(BookReason::Unsubscribed, context);
    }
  }
  if (reply.refused && !answer.known) {
    report(context, Severity::Warning, "venue_error", {},
           {{"code", std::to_string(reply.code)}, {"reason", excerpt(reply.text)}});
  }
  if (Subscriptions::Connection* const connection = subscriptions_.find(id);
      connection != nullptr && have_catalog_ && subscriptions_.becomes_ready(*connection)) {
    context.outbox.ready(id);
  }
}

void BinanceVenue::take_failure(const ParseFailure& failure, const Context& context) {
  ++counters_.malformed;
  ++malformed_unreported_;
  // One a second is enough to find the cause.
  if (context.now - malformed_reported_ >= std::chrono::seconds{1}) {
    malformed_reported_ = context.now;
    report(context, Severity::Error,
           failure.depth   ? "connector_depth_parse_error"
           : failure.trade ? "connector_trade_parse_error"
                           : "connector_parse_error",
           failure.symbol,
           {{"error", failure.message}, {"count", std::to_string(std::exchange(malformed_unreported_, 0))}});
  }
  if (!failure.depth) return;
  Feed* const feed = feed_of(failure.symbol);
  if (feed != nullptr && feed->wants(Channel::Depth)) {
    need(*feed, feed->depth.fault(BookReason::Malformed, context), context);
  }
}

}  // namespace trunkline::venue::binance
