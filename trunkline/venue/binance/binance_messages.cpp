// What BinanceVenue does with each message.
#include <fmt/format.h>
#include <type_traits>
#include <utility>

#include "trunkline/venue/binance/feed.hpp"
#include "trunkline/venue/binance/hot_parser.hpp"

namespace trunkline::venue::binance {

void BinanceVenue::read(Connection& from, std::span<char> message, const Context& context) {
  const std::string_view text(message.data(), message.size());
  const std::string_view inner = unwrap(text);
  // {"e":"trade" ... the seventh byte tells the frequent events apart; spot's bookTicker starts with {"u":
  if (inner.size() > 16) [[likely]] {
    switch (inner[2] == 'u' ? 'b' : inner[6]) {
      case 'd': {
        DepthMessage depth;
        const std::span<wire::Level> levels = context.sink.levels();
        if (!scan_depth(inner, depth, levels) || is_scaled(depth.symbol)) break;
        const auto bids = levels.first(depth.bid_count);
        return take_depth(from, depth, bids, levels.subspan(depth.bid_count, depth.ask_count), true, context);
      }
      case 'b': {
        QuoteMessage quote;
        if (!scan_quote(inner, quote) || is_scaled(quote.symbol)) break;
        return take_quote(from, quote, context);
      }
      case 't': {
        TradeMessage trade;
        if (!scan_trade(inner, trade) || is_scaled(trade.symbol)) break;
        return take_trade(from, trade, Channel::Trades, context);
      }
      case 'a': {
        TradeMessage trade;
        if (!scan_aggregate_trade(inner, trade) || is_scaled(trade.symbol)) break;
        return take_trade(from, trade, Channel::AggregateTrades, context);
      }
      default:
        break;
    }
  }
  read_slowly(from, text, context);
}

void BinanceVenue::read_slowly(Connection& from, std::string_view text, const Context& context) {
  ++count().slow;
  const auto parsed = parser_.parse(text, exponent_of_);
  if (!parsed) {
    const ParseFailure& failure = parsed.error();
    if (!failure.depth && !failure.trade) return take_failure(failure.message, context);
    return take_failure(failure.message, failure.depth ? Channel::Depth : Channel::Trades, failure.symbol, context);
  }
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
          take_answer_message(from, message, context);
        } else {
          ++count().unknown_events;
        }
      },
      *parsed);
}

BinanceVenue::BinanceFeed* BinanceVenue::heard_of(Connection& from, std::string_view venue_symbol, Channel channel,
                                                  Nanos now) noexcept {
  return static_cast<BinanceFeed*>(heard(from, venue_symbol, channel, now));
}

void BinanceVenue::take_trade(Connection& from, const TradeMessage& trade, Channel channel, const Context& context) {
  Feed* const feed = heard(from, trade.symbol, channel, context.now);
  // Ids of one symbol are consecutive in every recording.
  if (feed == nullptr || !take_trade_id(*feed, from, channel, trade.id, true, trade.time, context)) return;
  if (!trade.of_the_market) {
    ++trades_aside_;
    return;
  }
  wire::Trade out;
  out.exchange_time = trade.time;
  out.detail = channel == Channel::AggregateTrades ? 1 : 0;
  out.price = trade.price;
  out.quantity = trade.quantity;
  out.trade_id = trade.id;
  publish_trade(*feed, trade.buyer_is_maker, out, context);
}

void BinanceVenue::take_quote(Connection& from, const QuoteMessage& quote, const Context& context) {
  BinanceFeed* const feed = heard_of(from, quote.symbol, Channel::Quotes, context.now);
  if (feed == nullptr) return;
  if (quote.update_id <= feed->last_quote) {
    ++count().duplicates;
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

void BinanceVenue::take_depth(Connection& from, const DepthMessage& depth, std::span<const wire::Level> bids,
                              std::span<const wire::Level> asks, bool in_ring, const Context& context) {
  BinanceFeed* const feed = heard_of(from, depth.symbol, Channel::Depth, context.now);
  if (feed == nullptr) return;
  need(*feed, feed->depth.on_event(depth, bids, asks, in_ring, static_cast<std::uint32_t>(from.id), context), context);
}

void BinanceVenue::take_bar(Connection& from, const BarMessage& bar, const Context& context) {
  BinanceFeed* const feed = heard_of(from, bar.symbol, Channel::Bars, context.now);
  if (feed == nullptr) return;
  wire::Bar out = bar.bar;
  out.symbol = feed->instrument.hash;
  out.exchange_time = bar.time;
  context.sink.publish(out);
}

void BinanceVenue::take_mark(Connection& from, const MarkMessage& mark, const Context& context) {
  BinanceFeed* const feed = heard_of(from, mark.symbol, Channel::Ticker, context.now);
  if (feed == nullptr) return;
  if (mark.time <= feed->last_mark) {
    ++count().duplicates;
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

void BinanceVenue::take_liquidation(Connection& from, const LiquidationMessage& order, const Context& context) {
  BinanceFeed* const feed = heard_of(from, order.symbol, Channel::Liquidations, context.now);
  if (feed == nullptr) return;
  // They have no id: while two connections overlap, what is equal in time, price and quantity is one.
  for (const auto& seen : feed->liquidations) {
    if (seen.time == order.time && seen.price == order.price && seen.quantity == order.quantity &&
        subscriptions().several_on(from.lane)) {
      ++count().duplicates;
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

void BinanceVenue::take_answer_message(Connection& from, const ReplyMessage& reply, const Context& context) {
  const std::string code = std::to_string(reply.code);
  if (!take_answer(from, reply.id, reply.refused, code, reply.text, context) && reply.refused) {
    report(context, Severity::Warning, "venue_error", {}, {{"code", code}, {"reason", excerpt(reply.text)}});
  }
}

}  // namespace trunkline::venue::binance
