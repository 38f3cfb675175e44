// What CoinbaseVenue does with each message.
#include <algorithm>
#include <fmt/format.h>
#include <type_traits>
#include <utility>

#include "trunkline/venue/coinbase/feed.hpp"
#include "trunkline/venue/coinbase/hot_parser.hpp"
#include "trunkline/wire/trade_detail.hpp"

namespace trunkline::venue::coinbase {

using wire::BookReason;

namespace {

std::optional<Channel> channel_of(std::string_view name) noexcept {
  // level2_batch is confirmed as level2_50.
  if (name == "level2" || name == "level2_batch" || name == "level2_50") return Channel::Depth;
  if (name == "matches" || name == "market_trades") return Channel::Trades;
  if (name == "ticker") return Channel::Quotes;
  return std::nullopt;
}

bool is_wanted(const Subscriptions::Connection& from, StreamKey key) noexcept {
  const auto* const stream = from.find(key);
  return stream != nullptr && (stream->state == StreamState::Asked || stream->state == StreamState::Acknowledged);
}

bool tells_of_authentication(std::string_view text) noexcept {
  return text.find("uthentication") != std::string_view::npos;  // either case of its first letter
}

// `product` stands in the text, and not only as a part of a longer one.
bool names(std::string_view text, std::string_view product) noexcept {
  const auto part = [](char c) { return c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
  for (auto at = text.find(product); at != std::string_view::npos; at = text.find(product, at + 1)) {
    const std::size_t end = at + product.size();
    if ((at == 0 || !part(text[at - 1])) && (end == text.size() || !part(text[end]))) return true;
  }
  return false;
}

}  // namespace

void CoinbaseVenue::read(Connection& from, std::span<char> message, const Context& context) {
  now_ = context.now;
  const std::string_view text(message.data(), message.size());
  if (!read_quickly(from, text, context)) read_slowly(from, text, context);
}

bool CoinbaseVenue::read_quickly(Connection& from, std::string_view text, const Context& context) {
  if (text.size() < 24) return false;
  const bool advanced = config_.api == Api::Advanced;
  Envelope envelope;
  // The letter behind {"type":" or {"channel":" tells the frequent messages apart.
  switch (text[advanced ? 12 : 9]) {
    case 'l': {
      BookMessage book;
      const std::span<wire::Level> levels = context.sink.levels();
      const bool read = advanced ? scan_l2_data(text, envelope, book, levels) : scan_l2update(text, book, levels);
      if (!read || is_scaled(book.product)) return false;
      // What is published for a lost message takes the place of these levels; the book then ignores them anyway.
      if (advanced && !take_number(from, envelope.sequence, context)) return true;
      take_book(from, book, levels.first(book.bid_count), levels.subspan(book.bid_count, book.ask_count), true,
                context);
      return true;
    }
    case 'm': {
      std::size_t count = 1;
      if (!(advanced ? scan_market_trades(text, envelope, trades_, count) : scan_match(text, trades_[0]))) return false;
      for (std::size_t i = 0; i < count; ++i) {
        if (is_scaled(trades_[i].product)) return false;
      }
      if (advanced && !take_number(from, envelope.sequence, context)) return true;
      for (std::size_t i = 0; i < count; ++i) take_trade(from, trades_[i], context);
      return true;
    }
    case 't': {
      QuoteMessage quote;
      if (!(advanced ? scan_advanced_ticker(text, envelope, quote) : scan_ticker(text, quote))) return false;
      if (is_scaled(quote.product)) return false;
      if (advanced && !take_number(from, envelope.sequence, context)) return true;
      take_quote(from, quote, context);
      return true;
    }
    default:
      return false;
  }
}

void CoinbaseVenue::read_slowly(Connection& from, std::string_view text, const Context& context) {
  ++count().slow;
  const auto parsed = parser_.parse(text, exponent_of_);
  if (!parsed) return take_failure_of(from, parsed.error(), context);
  const Parsed& message = **parsed;
  if (message.sequence && !take_number(from, *message.sequence, context)) return;
  const auto* const trade = message.items.empty() ? nullptr : std::get_if<TradeMessage>(&message.items.front());
  if (trade != nullptr && trade->history) return take_history(from, message.items, context);
  for (const Item& item : message.items) {
    std::visit(
        [&](const auto& each) {
          using Message = std::remove_cvref_t<decltype(each)>;
          if constexpr (std::is_same_v<Message, TradeMessage>) {
            take_trade(from, each, context);
          } else if constexpr (std::is_same_v<Message, QuoteMessage>) {
            take_quote(from, each, context);
          } else if constexpr (std::is_same_v<Message, BookMessage>) {
            take_book(from, each, message.bids(each), message.asks(each), false, context);
          } else if constexpr (std::is_same_v<Message, HeartbeatMessage>) {
            take_heartbeat(from, each, context);
          } else if constexpr (std::is_same_v<Message, SubscriptionsMessage>) {
            take_subscriptions(from, message.items, context);
          } else if constexpr (std::is_same_v<Message, ErrorMessage>) {
            take_error(from, each, context);
          } else if constexpr (std::is_same_v<Message, StatusMessage>) {
            if (Feed* const feed = feed_of(each.product)) set_status(*feed, each.status, context);
          } else if constexpr (std::is_same_v<Message, UnknownMessage>) {
            ++count().unknown_events;
          }
        },
        item);
  }
}

bool CoinbaseVenue::take_number(const Connection& from, std::uint64_t number, const Context& context) {
  const auto found = std::ranges::find(numbers_, from.id, &Numbered::connection);
  if (found == numbers_.end()) return true;
  const auto answer = found->watch.take(number);
  if (answer.kind == SequenceWatch::Kind::Next) [[likely]]
    return true;
  if (answer.kind == SequenceWatch::Kind::Old) {
    ++books_.old_messages;
    return false;
  }
  books_.messages_lost += answer.missed;
  report(context, Severity::Warning, "connection_sequence_gap", {},
         {{"missed", std::to_string(answer.missed)}, {"sequence_num", std::to_string(number)}});
  // Any of them, of any channel: a lost trade comes again with the answer to a subscription.
  spoil_connection(from, BookReason::SequenceGap, context);
  resubscribe_trades_ = true;
  return true;
}

void CoinbaseVenue::spoil_connection(const Connection& connection, BookReason reason, const Context& context) {
  for (const auto& each : feeds()) {
    CoinbaseFeed& of = feed(each->number);
    if (of.wants(Channel::Depth) && of.book.rests_on(connection.id)) of.book.fault(reason, context);
  }
}

// The latest trades before the subscription, oldest first. The first time they only tell where the numbers are; later
// they bring what was missed.
void CoinbaseVenue::take_history(Connection& from, std::span<const Item> items, const Context& context) {
  std::vector<const CoinbaseFeed*> first_times;
  for (const Item& item : items) {
    const auto* const trade = std::get_if<TradeMessage>(&item);
    Feed* const known = trade == nullptr ? nullptr : feed_of(trade->product);
    if (known == nullptr) continue;
    CoinbaseFeed& of = feed(known->number);
    if (std::ranges::find(first_times, &of) != first_times.end()) {
      (void)of.ids.take(trade->id);
      continue;
    }
    if (std::exchange(of.ids_may_restart, false)) {
      // A venue that was set up anew counts its trades from the start.
      std::uint64_t newest = 0;
      for (const Item& other : items) {
        const auto* const each = std::get_if<TradeMessage>(&other);
        if (each != nullptr && each->product == trade->product) newest = std::max(newest, each->id);
      }
      if (newest < of.ids.last()) of.ids = {};
    }
    if (of.ids.last() != 0 && trade->numbered) {
      take_trade(from, *trade, context);
    } else if (heard(from, trade->product, Channel::Trades, context.now) != nullptr && trade->numbered) {
      (void)of.ids.take(trade->id);
      first_times.push_back(&of);
    }
  }
}

void CoinbaseVenue::take_trade(Connection& from, const TradeMessage& trade, const Context& context) {
  Feed* const wanted = heard(from, trade.product, Channel::Trades, context.now);
  if (wanted == nullptr) return;
  CoinbaseFeed& of = feed(wanted->number);
  if (trade.numbered) {
    if (std::exchange(of.ids_may_restart, false) && trade.id < of.ids.last()) of.ids = {};
    const auto answer = of.ids.take(trade.id);
    if (answer.kind == IdWindow::Kind::Known) {
      ++count().duplicates;
      return;
    }
    // While two connections overlap, the later one brings the rest.
    if (answer.skipped != 0 && !subscriptions().several_on(from.lane)) [[unlikely]] {
      publish_gap(of, answer.skipped, trade.time, context);
    }
  }
  wire::Trade out;
  out.exchange_time = trade.time;
  out.detail = trade.history ? wire::trade_detail::from_history : 0;
  out.price = trade.price;
  out.quantity = trade.quantity;
  out.trade_id = trade.id;
  publish_trade(of, trade.taker_sold, out, context);
}

void CoinbaseVenue::take_quote(Connection& from, const QuoteMessage& quote, const Context& context) {
  Feed* const wanted = heard(from, quote.product, Channel::Quotes, context.now);
  if (wanted == nullptr) return;
  CoinbaseFeed& of = feed(wanted->number);
  const bool old = quote.sequence != 0 ? quote.sequence <= of.quote_sequence
                                       : quote.time < of.quote_time && subscriptions().several_on(from.lane);
  if (old) {
    ++count().duplicates;
    return;
  }
  of.quote_sequence = quote.sequence;
  of.quote_time = quote.time;
  wire::Quote out;
  out.symbol = of.instrument.hash;
  out.exchange_time = quote.time;
  out.bid_price = quote.bid_price;
  out.bid_quantity = quote.bid_quantity;
  out.ask_price = quote.ask_price;
  out.ask_quantity = quote.ask_quantity;
  // The venue does not tell which book it is of.
  out.update_id = 0;
  context.sink.publish(out);
}

void CoinbaseVenue::take_book(Connection& from, const BookMessage& book, std::span<const wire::Level> bids,
                              std::span<const wire::Level> asks, bool in_ring, const Context& context) {
  Feed* const wanted = heard(from, book.product, Channel::Depth, context.now);
  if (wanted == nullptr) return;
  CoinbaseFeed& of = feed(wanted->number);
  if (book.snapshot) {
    const StreamKey key{of.number, Channel::Depth};
    if (!is_wanted(from, key)) return;
    // It is as good as a confirmation, and comes before it at times.
    take_answer(from, key, false, {}, {}, context);
    of.audit.cancel();
    of.book.take_snapshot(from.id, book.time, bids, asks, context);
    return;
  }
  switch (of.book.take_update(from.id, book.time, bids, asks, in_ring, context)) {
    case ProductBook::Update::Applied:
      if (of.audit.running()) [[unlikely]]
        of.audit.touch(bids, asks);
      break;
    case ProductBook::Update::Ignored:
      ++books_.ignored_updates;
      break;
    case ProductBook::Update::Fault:
      of.audit.cancel();
      break;
  }
}

void CoinbaseVenue::take_heartbeat(const Connection& from, const HeartbeatMessage& beat, const Context& context) {
  Feed* const known = beat.product.empty() ? nullptr : feed_of(beat.product);
  if (known == nullptr || !known->wants(Channel::Trades)) return;
  CoinbaseFeed& of = feed(known->number);
  // A trade that the heartbeat before told of has had a second to come.
  const std::uint64_t told = std::exchange(of.beat_trade_id, beat.last_trade_id);
  const std::uint64_t last = of.ids.last();
  if (told <= last || last == 0 || of.ids_may_restart || subscriptions().several_on(from.lane)) return;
  (void)of.ids.take(told);
  publish_gap(of, told - last, beat.time, context);
}

void CoinbaseVenue::take_subscriptions(Connection& from, std::span<const Item> items, const Context& context) {
  std::vector<bool> listed(from.streams.size());
  for (const Item& item : items) {
    const auto* const each = std::get_if<SubscribedMessage>(&item);
    const auto channel = each == nullptr ? std::nullopt : channel_of(each->channel);
    const Feed* const known = channel ? feed_of(each->product) : nullptr;
    if (known == nullptr) continue;
    const StreamKey key{known->number, *channel};
    if (key.index() < listed.size()) listed[key.index()] = true;
    take_answer(from, key, false, {}, {}, context);
  }
  for (std::size_t i = 0; i < listed.size(); ++i) {
    const StreamKey key{static_cast<std::uint32_t>(i / channel_count), static_cast<Channel>(i % channel_count)};
    if (!listed[i]) subscriptions().left(from.id, key);
  }
}

void CoinbaseVenue::take_error(Connection& from, const ErrorMessage& error, const Context& context) {
  const std::string_view reason = error.reason.empty() ? error.message : error.reason;
  const bool needs_key = tells_of_authentication(error.message) || tells_of_authentication(reason);
  if (needs_key && config_.credentials) {
    // Every message of this connection carries the key: it begins anew without one.
    config_.credentials.reset();
    report(context, Severity::Error, "credentials_refused", {}, {{"error", excerpt(reason)}});
    context.outbox.reconnect(from.id, "the key was refused");
    return;
  }
  std::vector<StreamKey> culprits;
  bool known = false;  // told before: each message that asked for it fails
  for (std::size_t i = 0; i < from.streams.size(); ++i) {
    const StreamState state = from.streams[i].state;
    if (state != StreamState::Asked && state != StreamState::Refused) continue;
    const StreamKey key{static_cast<std::uint32_t>(i / channel_count), static_cast<Channel>(i % channel_count)};
    const bool named = names(reason, feed(key.feed).instrument.venue_symbol);
    const bool closed = needs_key && key.channel == Channel::Depth && reason.find("level2") != std::string_view::npos;
    if (!named && !closed) continue;
    known = true;
    if (state == StreamState::Asked) culprits.push_back(key);
  }
  if (!known) {
    report(context, Severity::Warning, "venue_error", {},
           {{"code", excerpt(error.message)}, {"reason", excerpt(error.reason)}});
    return;
  }
  for (const StreamKey key : culprits) take_answer(from, key, true, error.message, reason, context);
  // The message failed as a whole: what else was asked for with it is asked for again.
  for (auto& stream : from.streams) {
    if (stream.state == StreamState::Asked) stream.state = StreamState::Wanted;
  }
  subscriptions().send(context.now, context.outbox);
}

void CoinbaseVenue::take_failure_of(Connection& from, const ParseFailure& failure, const Context& context) {
  if (failure.sequence && !take_number(from, *failure.sequence, context)) return;
  if (!failure.book && !failure.trade) return take_failure(failure.message, context);
  take_failure(failure.message, failure.book ? Channel::Depth : Channel::Trades, failure.product, context);
  if (failure.book && feed_of(failure.product) == nullptr) spoil_connection(from, BookReason::Malformed, context);
}

}  // namespace trunkline::venue::coinbase
