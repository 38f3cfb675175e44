#include "trunkline/venue/generic/receiver.hpp"

#include <algorithm>

#include "trunkline/venue/generic/text_template.hpp"
#include "trunkline/wire/trade_detail.hpp"

namespace trunkline::venue::generic {
namespace {

template <class Value>
void keep_last(Value& now, Value& last) {
  if (now.is_absent()) {
    now = last;
  } else {
    last = now;
  }
}

constexpr Channel channel_of(MessageKind kind) noexcept {
  switch (kind) {
    case MessageKind::Trade:
      return Channel::Trades;
    case MessageKind::Quote:
      return Channel::Quotes;
    case MessageKind::Ticker:
      return Channel::Ticker;
    default:
      return Channel::Depth;
  }
}

}  // namespace

GenericVenue::GenericFeed* GenericVenue::Receiver::heard(std::string_view symbol, Channel channel) {
  if (from_ != nullptr) {
    Feed* const feed = venue_.heard(*from_, symbol, channel, context_.now);
    return feed == nullptr ? nullptr : &own(*feed);
  }
  // A reply that says no symbol is for the one that was asked for.
  Feed& asked = *venue_.feeds()[poll_->feed];
  if (!symbol.empty() && symbol != asked.instrument.venue_symbol) {
    ++venue_.count().unknown_symbols;
    return nullptr;
  }
  return &own(asked);
}

void GenericVenue::Receiver::take(const TradeRecord& trade) {
  if (poll_ != nullptr) {
    polled_.push_back(trade);
  } else if (GenericFeed* const feed = heard(trade.symbol, Channel::Trades)) {
    publish(*feed, trade);
  }
}

void GenericVenue::Receiver::finish() {
  if (polled_.size() > 1 && polled_.front().time > polled_.back().time) std::ranges::reverse(polled_);
  for (const TradeRecord& trade : polled_) {
    if (GenericFeed* const feed = heard(trade.symbol, Channel::Trades)) publish(*feed, trade);
  }
}

void GenericVenue::Receiver::publish(GenericFeed& feed, const TradeRecord& trade) {
  if (trade.has_id && !feed.ids.take(trade.id)) {
    ++venue_.count().duplicates;
    return;
  }
  wire::Trade out;
  out.symbol = feed.instrument.hash;
  out.exchange_time = trade.time;
  out.detail = poll_ != nullptr && poll_->first ? wire::trade_detail::from_history : 0;
  out.price = trade.price;
  out.quantity = trade.quantity;
  out.trade_id = trade.id;
  const std::uint8_t side = trade.taker == Taker::Bought ? wire::flag::side_buy
                            : trade.taker == Taker::Sold ? wire::flag::side_sell
                                                         : std::uint8_t{0};
  context_.sink.publish_flagged(side, out);
}

void GenericVenue::Receiver::take(const QuoteRecord& record) {
  GenericFeed* const feed = heard(record.symbol, Channel::Quotes);
  if (feed == nullptr) return;
  if (record.update_id != 0 && record.update_id == feed->quote.update_id) {
    ++venue_.count().duplicates;
    return;
  }
  QuoteRecord quote = record;
  feed->quote.update_id = quote.update_id;
  if (quote.partial) {
    keep_last(quote.bid_price, feed->quote.bid_price);
    keep_last(quote.bid_quantity, feed->quote.bid_quantity);
    keep_last(quote.ask_price, feed->quote.ask_price);
    keep_last(quote.ask_quantity, feed->quote.ask_quantity);
    if (quote.bid_price.is_absent() && quote.ask_price.is_absent()) return;
  }
  wire::Quote out;
  out.symbol = feed->instrument.hash;
  out.exchange_time = quote.time;
  out.bid_price = quote.bid_price;
  out.bid_quantity = quote.bid_quantity;
  out.ask_price = quote.ask_price;
  out.ask_quantity = quote.ask_quantity;
  out.update_id = quote.update_id;
  context_.sink.publish(out);
}

void GenericVenue::Receiver::take(const BookRecord& book) {
  GenericFeed* const feed = heard(book.symbol, Channel::Depth);
  if (feed == nullptr) return;
  const std::uint64_t before = feed->book.duplicates();
  venue_.need(*feed, feed->book.take(book, source(), context_), context_);
  venue_.count().duplicates += feed->book.duplicates() - before;
}

void GenericVenue::Receiver::take(const TickerRecord& record) {
  GenericFeed* const feed = heard(record.symbol, Channel::Ticker);
  if (feed == nullptr) return;
  TickerRecord ticker = record;
  if (ticker.partial) {
    TickerRecord& last = feed->ticker;
    keep_last(ticker.mark, last.mark);
    keep_last(ticker.index, last.index);
    keep_last(ticker.settle, last.settle);
    keep_last(ticker.funding_rate, last.funding_rate);
    keep_last(ticker.open_interest, last.open_interest);
    if (ticker.next_funding_time == Nanos{0}) {
      ticker.next_funding_time = last.next_funding_time;
    } else {
      last.next_funding_time = ticker.next_funding_time;
    }
  }
  wire::DerivativeTicker out;
  out.symbol = feed->instrument.hash;
  out.exchange_time = ticker.time;
  out.mark_price = ticker.mark;
  out.index_price = ticker.index;
  out.settle_price = ticker.settle;
  out.funding_rate = ticker.funding_rate;
  out.next_funding_time = ticker.next_funding_time;
  out.open_interest = ticker.open_interest;
  context_.sink.publish(out);
}

void GenericVenue::Receiver::take(const AnswerRecord& answer) {
  if (from_ != nullptr) venue_.take_answer_record(*from_, answer, context_);
}

void GenericVenue::Receiver::take(const PingRecord& ping) {
  if (from_ != nullptr) context_.outbox.send(from_->id, fill(ping.reply, {{"value", ping.value}}));
}

void GenericVenue::Receiver::take_failure(MessageKind kind, std::string_view symbol, std::string error) {
  failed_ = true;
  const bool data = kind <= MessageKind::Ticker;
  if (poll_ != nullptr) symbol = venue_.feeds()[poll_->feed]->instrument.venue_symbol;
  if (data && venue_.feed_of(symbol) != nullptr) {
    // Levels that were not read are missing from now on.
    return venue_.take_failure(error, channel_of(kind), symbol, context_);
  }
  if (kind == MessageKind::Ignored || channel_of(kind) == Channel::Depth) {
    return venue_.take_unreadable(error, text_, context_);
  }
  venue_.take_failure(error, context_);
}

void GenericVenue::Receiver::take_unknown(std::string_view) {
  ++venue_.count().unknown_events;
}

}  // namespace trunkline::venue::generic
