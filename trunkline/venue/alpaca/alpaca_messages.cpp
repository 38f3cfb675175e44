// What AlpacaVenue does with each message.
#include <fmt/format.h>
#include <utility>

#include "trunkline/venue/alpaca/audit.hpp"
#include "trunkline/venue/alpaca/catch_up.hpp"
#include "trunkline/venue/alpaca/feed.hpp"

namespace trunkline::venue::alpaca {

using wire::BookReason;

// Hands the messages of one frame to the venue.
struct AlpacaVenue::Reader {
  AlpacaVenue& venue;
  const Context& context;

  void on(const TradeMessage& trade) { venue.take_trade(trade, counted()); }
  void on(const QuoteMessage& quote) { venue.take_quote(quote, counted()); }
  void on(const BarMessage& bar) { venue.take_bar(bar, counted()); }
  void on(const BookMessage& book) { venue.take_book(book, counted()); }
  void on(const StatusMessage& status) { venue.take_status(status, counted()); }
  void on(const BandsMessage& bands) { venue.take_bands(bands, counted()); }
  void on(const CorrectionMessage& correction) { venue.take_correction(correction, counted()); }
  void on(const SuccessMessage& success) {
    venue.session_.on_success(success.text, context.now, counted().outbox);
    if (venue.have_catalog_ && venue.session_.becomes_ready()) context.outbox.ready(*venue.session_.connection());
  }
  void on(const ErrorMessage& error) { venue.take_error(error, counted()); }
  void on(const SubscriptionMessage& message) { venue.take_subscription(message, counted()); }
  void on(const UnknownMessage&) {
    counted();
    ++venue.counters_.unknown_messages;
  }
  void on_malformed(const MalformedMessage& failure) { venue.take_malformed(failure, counted()); }

  const Context& counted() {
    ++venue.counters_.messages;
    return context;
  }
};

void AlpacaVenue::on_bytes(ConnectionId connection, std::span<char> message, Nanos received, Sink& sink,
                           Outbox& outbox) {
  if (session_.connection() != connection || message.empty()) return;
  const Context here = context(received, sink, outbox);
  ++counters_.frames;
  const std::string_view bytes(message.data(), message.size());
  Reader reader{*this, here};
  // JSON starts with '[' or white space, MessagePack with a list's head: the frame says which it is.
  if (static_cast<unsigned char>(bytes.front()) < 0x80) {
    if (read_hot(bytes, hot_, reader)) return;
    JsonCursor cursor(bytes);
    read_messages(cursor, levels_, reader);
  } else {
    MessagePackCursor cursor(bytes);
    read_messages(cursor, levels_, reader);
  }
}

AlpacaVenue::Feed* AlpacaVenue::feed_of(std::string_view venue_symbol) noexcept {
  const std::uint32_t number = table_.find(venue_symbol);
  return number == SymbolTable::none ? nullptr : feeds_[number].get();
}

AlpacaVenue::Feed* AlpacaVenue::heard(std::string_view venue_symbol, Stream stream, Nanos now) noexcept {
  Feed* const feed = feed_of(venue_symbol);
  if (feed == nullptr) [[unlikely]] {
    ++counters_.unknown_symbols;
    return nullptr;
  }
  const StreamState state = session_.state_of({feed->number, stream});
  if (state == StreamState::Off || state == StreamState::Leaving) [[unlikely]] {
    ++counters_.unwanted;
    return nullptr;
  }
  if (Feed::Fresh* const fresh = feed->fresh(stream); fresh != nullptr && market_talks()) fresh->freshness.heard(now);
  return feed;
}

void AlpacaVenue::publish_trade(Feed& feed, const TradeMessage& trade, std::uint16_t more_detail,
                                const Context& context) {
  wire::Trade out;
  out.symbol = feed.instrument.hash;
  out.exchange_time = trade.time;
  out.detail = static_cast<std::uint16_t>(trade.detail | more_detail);
  out.price = trade.price;
  out.quantity = trade.quantity;
  out.trade_id = trade.id;
  const std::uint8_t flags = trade.side == Side::Buy    ? wire::flag::side_buy
                             : trade.side == Side::Sell ? wire::flag::side_sell
                                                        : std::uint8_t{0};
  context.sink.publish_flagged(flags, out);
}

void AlpacaVenue::report_missed(const Feed& feed, std::string_view why, const Context& context) const {
  wire::Gap gap;
  gap.symbol = feed.instrument.hash;
  gap.since = feed.missed->from;
  gap.scope = wire::GapScope::Venue;
  context.sink.publish(gap);
  report(context, Severity::Warning, "trades_missed", feed.instrument.text,
         {{"since", to_iso8601(feed.missed->from)}, {"error", std::string(why)}});
}

void AlpacaVenue::publish_quote(Feed& feed, const QuoteMessage& quote, const Context& context) {
  wire::Quote out;
  out.symbol = feed.instrument.hash;
  out.exchange_time = quote.time;
  // A side without a quote is written as zeros.
  const bool bid = !quote.bid_price.is_zero();
  const bool ask = !quote.ask_price.is_zero();
  out.bid_price = bid ? quote.bid_price : Price::absent();
  out.bid_quantity = bid ? quote.bid_quantity : Quantity::absent();
  out.ask_price = ask ? quote.ask_price : Price::absent();
  out.ask_quantity = ask ? quote.ask_quantity : Quantity::absent();
  context.sink.publish(out);
}

void AlpacaVenue::take_trade(const TradeMessage& trade, const Context& context) {
  Feed* const feed = heard(trade.symbol, Stream::Trades, context.now);
  if (feed == nullptr) return;
  if (!feed->is_new(trade) || !CatchUp::take(*feed, trade)) {
    ++counters_.duplicates;
    return;
  }
  publish_trade(*feed, trade, 0, context);
}

void AlpacaVenue::take_quote(const QuoteMessage& quote, const Context& context) {
  Feed* const feed = heard(quote.symbol, Stream::Quotes, context.now);
  if (feed == nullptr) return;
  feed->newest_quote = std::max(feed->newest_quote, quote.time);
  publish_quote(*feed, quote, context);
}

void AlpacaVenue::take_bar(const BarMessage& bar, const Context& context) {
  Feed* const feed = heard(bar.symbol, bar.stream, context.now);
  if (feed == nullptr) return;
  wire::Bar out = bar.bar;
  out.symbol = feed->instrument.hash;
  out.exchange_time = out.open_time;
  context.sink.publish(out);
}

void AlpacaVenue::take_book(const BookMessage& message, const Context& context) {
  Feed* const feed = heard(message.symbol, Stream::OrderBooks, context.now);
  if (feed == nullptr) return;
  const auto bids = std::span(std::as_const(levels_)).first(message.bid_count);
  const auto asks = std::span(std::as_const(levels_)).subspan(message.bid_count);
  if (feed->book.on_message(message, bids, asks, context)) {
    audit_->on_applied(*feed, message, bids, asks, context);
    return;
  }
  audit_->forget(*feed);
  session_.renew({feed->number, Stream::OrderBooks});
  session_.pump(context.now, context.outbox);
}

void AlpacaVenue::take_status(const StatusMessage& status, const Context& context) {
  Feed* const feed = heard(status.symbol, Stream::Statuses, context.now);
  if (feed == nullptr) return;
  // CTA (tapes A and B): 2 halt, 3 resume. UTP (tape C): H halt, P volatility pause, Q quotes resume, T trading
  // resumes.
  const char code = status.code.empty() ? '\0' : status.code.front();
  if (code == '2' || code == 'H' || code == 'P') feed->halted = true;
  if (code == '3' || code == 'T') feed->halted = false;
  report(context, Severity::Info, "trading_status", feed->instrument.text,
         {{"code", excerpt(status.code)},
          {"status", excerpt(status.text)},
          {"reason_code", excerpt(status.reason_code)},
          {"reason", excerpt(status.reason)}});
  refresh_status(*feed, context);
}

void AlpacaVenue::take_bands(const BandsMessage& bands, const Context& context) {
  Feed* const feed = heard(bands.symbol, Stream::Bands, context.now);
  if (feed == nullptr) return;
  wire::PriceBands out;
  out.symbol = feed->instrument.hash;
  out.exchange_time = bands.time;
  out.detail = bands.indicator.empty() ? std::uint16_t{0} : trade_detail::exchange(bands.indicator.front());
  out.upper = bands.upper;
  out.lower = bands.lower;
  context.sink.publish(out);
}

void AlpacaVenue::take_correction(const CorrectionMessage& correction, const Context& context) {
  Feed* const feed = heard(correction.symbol, Stream::Trades, context.now);
  if (feed == nullptr) return;
  ++counters_.corrections;
  wire::TradeCorrection out = correction.correction;
  out.symbol = feed->instrument.hash;
  out.exchange_time = correction.time;
  context.sink.publish(out);
}

void AlpacaVenue::take_subscription(const SubscriptionMessage& message, const Context& context) {
  carry_out(session_.on_subscription(message, context.now, context.outbox), context);
  if (have_catalog_ && session_.becomes_ready()) context.outbox.ready(*session_.connection());
}

void AlpacaVenue::take_error(const ErrorMessage& error, const Context& context) {
  ++counters_.venue_errors;
  const ErrorRule& rule = rule_of(error.code);
  report(
      context, rule.remedy == Remedy::Note ? Severity::Info : Severity::Error, "venue_error", {},
      {{"code", std::to_string(error.code)}, {"error", excerpt(error.text)}, {"meaning", std::string(rule.meaning)}});
  carry_out(session_.on_error(error, context.now, context.outbox), context);
  if (have_catalog_ && session_.becomes_ready()) context.outbox.ready(*session_.connection());
}

void AlpacaVenue::carry_out(const StreamSession::Outcome& outcome, const Context& context) {
  for (const StreamKey key : outcome.acknowledged) {
    Feed& feed = *feeds_[key.symbol];
    if (key.stream == Stream::OrderBooks) feed.book.start(context);
    if (key.stream == Stream::Trades && !catch_up_->subscribed(feed)) latest_trades_due_.push_back(key.symbol);
    if (key.stream == Stream::Quotes) latest_quotes_due_.push_back(key.symbol);
  }
  for (const StreamKey key : outcome.refused) {
    Feed& feed = *feeds_[key.symbol];
    ++counters_.refused_streams;
    report(context, Severity::Error, "subscription_refused", feed.instrument.text,
           {{"stream", std::string(to_text(key.stream))}, {"reason", outcome.reason}});
    if (key.stream == Stream::OrderBooks) feed.book.stop(BookReason::Unsubscribed, context);
  }
  for (const StreamKey key : outcome.lost) {
    Feed& feed = *feeds_[key.symbol];
    report(context, Severity::Warning, "subscription_lost", feed.instrument.text,
           {{"stream", std::string(to_text(key.stream))}});
    if (key.stream == Stream::OrderBooks) {
      audit_->forget(feed);
      feed.book.fault(BookReason::Silent, context);
    }
  }
}

void AlpacaVenue::take_malformed(const MalformedMessage& failure, const Context& context) {
  ++counters_.malformed;
  ++malformed_unreported_;
  // One a second is enough to find the cause.
  if (context.now - malformed_reported_ >= std::chrono::seconds{1} || context.now < malformed_reported_) {
    malformed_reported_ = context.now;
    report(context, Severity::Error,
           failure.kind == 'o'   ? "connector_depth_parse_error"
           : failure.kind == 't' ? "connector_trade_parse_error"
                                 : "connector_parse_error",
           excerpt(failure.symbol),
           {{"error", failure.error}, {"count", std::to_string(std::exchange(malformed_unreported_, 0))}});
  }
  // What could not be walked at all may have held a change of any book.
  const bool any = failure.kind == 0 || (failure.kind == 'o' && feed_of(failure.symbol) == nullptr);
  if (!any && failure.kind != 'o') return;
  for (const auto& feed : feeds_) {
    if (!any && feed->instrument.venue_symbol != failure.symbol) continue;
    if (!feed->book.live() && !feed->book.waits()) continue;
    audit_->forget(*feed);
    feed->book.fault(BookReason::Malformed, context);
    session_.renew({feed->number, Stream::OrderBooks});
  }
  session_.pump(context.now, context.outbox);
}

}  // namespace trunkline::venue::alpaca
