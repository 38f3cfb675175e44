// Subscribing and unsubscribing, what a symbol's status is, and silence.
#include <fmt/format.h>

#include "trunkline/venue/alpaca/audit.hpp"
#include "trunkline/venue/alpaca/feed.hpp"

namespace trunkline::venue::alpaca {

using wire::BookReason;
using wire::TradingStatus;

namespace {

// The first message after subscribing a book is the whole of it.
constexpr Nanos whole_book_limit = std::chrono::seconds{10};

Channels channels_of(Market market) noexcept {
  return market == Market::Stocks ? Channels{Channel::Trades, Channel::Quotes, Channel::Bars}
                                  : Channels{Channel::Trades, Channel::Quotes, Channel::Bars, Channel::Depth};
}

bool belongs(Stream stream, Channels channels, Market market) noexcept {
  switch (stream) {
    case Stream::Trades:
      return channels.contains(Channel::Trades);
    case Stream::Quotes:
      return channels.contains(Channel::Quotes);
    case Stream::Bars:
    case Stream::UpdatedBars:
    case Stream::DailyBars:
      return channels.contains(Channel::Bars);
    case Stream::OrderBooks:
      return channels.contains(Channel::Depth);
    // Whether a stock trades belongs to whatever is known of it.
    case Stream::Statuses:
    case Stream::Bands:
      return market == Market::Stocks && !channels.empty();
  }
  return false;
}

}  // namespace

void AlpacaVenue::publish_mapping(const Feed& feed, const Context& context) {
  context.sink.publish(feed.instrument.mapping(), std::string_view(feed.instrument.text),
                       std::string_view(feed.instrument.venue_symbol));
}

void AlpacaVenue::refresh_status(Feed& feed, const Context& context) {
  TradingStatus status = feed.listed;
  if (status == TradingStatus::Trading && feed.halted) {
    status = TradingStatus::Halted;
  } else if (status == TradingStatus::Trading && !always_open_) {
    status = status_in(phase_);
  }
  if (status == feed.instrument.status) return;
  feed.instrument.status = status;
  publish_mapping(feed, context);
}

AlpacaVenue::Feed& AlpacaVenue::feed_for(const Instrument& instrument, const Context& context) {
  if (Feed* const feed = feed_of(instrument.venue_symbol)) return *feed;
  const auto number = static_cast<std::uint32_t>(feeds_.size());
  feeds_.push_back(std::make_unique<Feed>(instrument, number));
  Feed& feed = *feeds_.back();
  table_.add(instrument.venue_symbol, number);
  if (!always_open_ && feed.listed == TradingStatus::Trading) feed.instrument.status = status_in(phase_);
  publish_mapping(feed, context);
  actions_poll_.hurry();
  return feed;
}

Result<void> AlpacaVenue::subscribe(const SymbolDescriptor& symbol, Channels channels, const Context& context) {
  const std::string text = symbol.to_text();
  const Instrument* const instrument = catalog_.find(hash_symbol_text(text));
  if (instrument == nullptr) {
    const std::string_view near = catalog_.nearest_to(text);
    return fail(ErrorCode::NotFound,
                near.empty() ? fmt::format("{} does not list {}", exchange_, text)
                             : fmt::format("{} does not list {}; the nearest it has is {}", exchange_, text, near));
  }
  Channels usable;
  std::string_view missing;
  for (const Channel channel : all_channels) {
    if (!channels.contains(channel)) continue;
    if (channels_of(config_.market).contains(channel)) {
      usable.add(channel);
    } else {
      missing = to_text(channel);
    }
  }
  // Stocks have no book here: where it is asked for among others, as by default, the others are had.
  const bool only_depth_is_missing = channels.contains(Channel::Depth) && missing == to_text(Channel::Depth);
  if (!missing.empty() && (usable.empty() || !only_depth_is_missing)) {
    return fail(ErrorCode::Unsupported, fmt::format("{} has no channel {}", exchange_, missing));
  }
  Feed& feed = feed_for(*instrument, context);
  feed.wanted.add(usable);
  want_streams(feed);
  return {};
}

void AlpacaVenue::want_streams(Feed& feed) {
  for (const Stream stream : all_streams) {
    if (belongs(stream, feed.wanted, config_.market)) session_.want({feed.number, stream});
  }
}

Result<void> AlpacaVenue::unsubscribe(const SymbolDescriptor& symbol, Channels channels, const Context& context) {
  const Instrument* const instrument = catalog_.find(symbol.hash());
  Feed* const feed = instrument == nullptr ? nullptr : feed_of(instrument->venue_symbol);
  if (feed == nullptr || feed->wanted.empty()) {
    return fail(ErrorCode::NotFound, fmt::format("{} is not subscribed", symbol.to_text()));
  }
  const Channels before = feed->wanted;
  feed->wanted.remove(channels);
  for (const Stream stream : all_streams) {
    if (!belongs(stream, before, config_.market) || belongs(stream, feed->wanted, config_.market)) continue;
    session_.leave({feed->number, stream});
    if (Feed::Fresh* const fresh = feed->fresh(stream)) fresh->freshness.pause();
  }
  if (before.contains(Channel::Depth) && !feed->wants(Channel::Depth)) {
    audit_->forget(*feed);
    feed->book.stop(BookReason::Unsubscribed, context);
  }
  return {};
}

Result<void> AlpacaVenue::resend(const SymbolDescriptor& symbol, const Context& context) {
  const Instrument* const instrument = catalog_.find(symbol.hash());
  const Feed* const feed = instrument == nullptr ? nullptr : feed_of(instrument->venue_symbol);
  if (feed == nullptr) return fail(ErrorCode::NotFound, fmt::format("{} is not subscribed", symbol.to_text()));
  publish_mapping(*feed, context);
  if (feed->wants(Channel::Depth)) feed->book.resend(context);
  return {};
}

void AlpacaVenue::pause_freshness() {
  for (const auto& feed : feeds_) {
    for (Feed::Fresh& fresh : feed->freshness) fresh.freshness.pause();
  }
}

void AlpacaVenue::look_for_silence(const Context& context) {
  if (!market_talks() || !session_.authenticated()) return;
  for (const auto& feed : feeds_) {
    if (feed->halted) continue;
    for (const Stream stream : Feed::fresh_streams) {
      Feed::Fresh& fresh = *feed->fresh(stream);
      const Freshness& freshness = fresh.freshness;
      const StreamKey key{feed->number, stream};
      const bool silent = session_.state_of(key) == StreamState::Acknowledged && freshness.knows() &&
                          freshness.last() != Nanos{0} && context.now - freshness.last() > freshness.limit();
      if (!silent) {
        fresh.reported = false;
        continue;
      }
      if (std::exchange(fresh.reported, true)) continue;
      ++counters_.silent_streams;
      report(context, Severity::Warning, "channel_silent", feed->instrument.text,
             {{"channel", std::string(to_text(stream))},
              {"limit_ms", std::to_string(freshness.limit().count() / 1'000'000)}});
      if (stream == Stream::OrderBooks) {
        // A book of the venue's own tells a quiet symbol from a stream that has died.
        if (audit_->suspect(*feed)) continue;
        feed->book.fault(BookReason::Silent, context);
      }
      session_.renew(key);
    }
  }
  session_.pump(context.now, context.outbox);
}

void AlpacaVenue::wait_for_books(const Context& context) {
  for (const auto& feed : feeds_) {
    if (!feed->book.waits() || context.now - feed->book.since() <= whole_book_limit) continue;
    ++counters_.silent_streams;
    report(context, Severity::Error, "subscription_silent", feed->instrument.text,
           {{"stream", std::string(to_text(Stream::OrderBooks))}, {"action", "subscribe again"}});
    feed->book.fault(BookReason::SnapshotFailed, context);
    session_.renew({feed->number, Stream::OrderBooks});
  }
  session_.pump(context.now, context.outbox);
}

}  // namespace trunkline::venue::alpaca
