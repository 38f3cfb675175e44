#include "trunkline/venue/market_data_venue.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::venue {

using wire::BookReason;
using wire::TradingStatus;

MarketDataVenue::MarketDataVenue(MarketDataSetup setup)
    : setup_(std::move(setup)),
      pending_(std::move(setup_.subscriptions)),
      subscriptions_(std::move(setup_.subscription), [this](ConnectionId connection, std::span<const StreamKey> keys,
                                                            bool subscribe, std::uint64_t request, Outbox& outbox) {
        write_subscription(connection, keys, subscribe, request, outbox);
      }) {}

std::string MarketDataVenue::stream_text(StreamKey key) const {
  return fmt::format("{} of {}", to_text(key.channel), feeds_[key.feed]->instrument.venue_symbol);
}

void MarketDataVenue::report(const Context& context, Severity severity, std::string_view name, std::string symbol,
                             std::vector<std::pair<std::string_view, std::string>> fields) const {
  context.outbox.report({severity, name, setup_.exchange, std::move(symbol), std::move(fields)});
}

// --- Connections ----------------------------------------------------------------------------------------------------

void MarketDataVenue::on_start(Nanos now, Sink& sink, Outbox& outbox) {
  catalog_asked_ = true;
  ask_for_catalog(false, context(now, sink, outbox));
}

void MarketDataVenue::on_open(ConnectionId connection, LaneId lane, Nanos now, Sink& sink, Outbox& outbox) {
  const Context here = context(now, sink, outbox);
  Connection& fresh = subscriptions_.open(connection, std::to_underlying(lane), now);
  if (opened(fresh, here)) admit(fresh, here);
}

void MarketDataVenue::admit(Connection& connection, const Context& context) {
  connection.admitted = true;
  if (have_catalog_ && subscriptions_.becomes_ready(connection)) return context.outbox.ready(connection.id);
  subscriptions_.send(context.now, context.outbox);
}

void MarketDataVenue::on_bytes(ConnectionId connection, std::span<char> message, Nanos received, Sink& sink,
                               Outbox& outbox) {
  Connection* const from = subscriptions_.find(connection);
  if (from == nullptr || message.empty()) return;
  ++counters_.messages;
  read(*from, message, context(received, sink, outbox));
}

void MarketDataVenue::on_reply(const Reply& reply, Sink& sink, Outbox& outbox) {
  take_reply(reply, context(reply.received, sink, outbox));
}

void MarketDataVenue::on_closed(ConnectionId connection, std::string_view, Nanos now, Sink& sink, Outbox& outbox) {
  const Connection* const closed = subscriptions_.find(connection);
  if (closed == nullptr) return;
  const std::uint8_t lane = closed->lane;
  subscriptions_.close(connection);
  const bool last =
      std::ranges::none_of(subscriptions_.connections(), [lane](const auto& each) { return each.lane == lane; });
  const Context here = context(now, sink, outbox);
  for (const auto& feed : feeds_) {
    for (const Channel channel : all_channels) {
      if (!feed->wants(channel) || subscriptions_.lane_of(channel) != lane) continue;
      const auto other = subscriptions_.other_source({feed->number, channel}, connection);
      if (channel == Channel::Depth) close_book(*feed, connection, other, here);
      if (!other) feed->fresh(channel).pause();
      if (!last) continue;
      if (channel == Channel::Trades) feed->trades.reopened();
      if (channel == Channel::AggregateTrades) feed->aggregates.reopened();
      channel_closed(*feed, channel);
    }
  }
}

void MarketDataVenue::on_tick(Nanos now, Sink& sink, Outbox& outbox) {
  const Context here = context(now, sink, outbox);
  // A due time far ahead means that the clock was set back.
  const bool due = now >= catalog_due_ || (have_catalog_ && catalog_due_ - now > setup_.catalog_interval);
  if (!catalog_asked_ && due && (!have_catalog_ || setup_.catalog_interval != Nanos{0})) {
    catalog_asked_ = true;
    ask_for_catalog(have_catalog_, here);
  }
  tick(here);
  if (now >= silence_due_ || silence_due_ - now > std::chrono::seconds{1}) {
    silence_due_ = now + std::chrono::seconds{1};
    find_silent_subscriptions(here);
    find_silent_channels(here);
  }
  if (!have_catalog_) return;
  for (Connection& connection : subscriptions_.connections()) {
    if (subscriptions_.becomes_ready(connection)) outbox.ready(connection.id);
  }
}

// --- Reference data -------------------------------------------------------------------------------------------------

void MarketDataVenue::take_catalog(Result<Catalog> fresh, const Context& context) {
  catalog_asked_ = false;
  if (!fresh) {
    catalog_failures_ = std::min(catalog_failures_ + 1, 6U);
    catalog_due_ = context.now + std::chrono::seconds{1} * (1 << catalog_failures_);
    report(context, Severity::Error, "reference_data_failed", {}, {{"error", fresh.error().message}});
    return;
  }
  catalog_failures_ = 0;
  catalog_due_ = context.now + setup_.catalog_interval;
  for (const std::string& refused : fresh->refused) {
    report(context, Severity::Warning, "reference_data_refused", {}, {{"error", refused}});
  }
  const bool first = !std::exchange(have_catalog_, true);
  if (!first) refresh_statuses(*fresh, context);
  catalog_ = *std::move(fresh);
  if (!first) return;
  for (const auto& [symbol, channels] : std::exchange(pending_, {})) {
    if (auto done = subscribe(symbol, channels, context); !done) {
      report(context, Severity::Error, "subscription_failed", symbol.to_text(), {{"error", done.error().message}});
    }
  }
  subscriptions_.send(context.now, context.outbox);
}

void MarketDataVenue::refresh_statuses(const Catalog& fresh, const Context& context) {
  for (const auto& feed : feeds_) {
    const Instrument* const now = fresh.find(feed->instrument.hash);
    set_status(*feed, now == nullptr ? TradingStatus::Closed : now->status, context);
  }
}

void MarketDataVenue::set_status(Feed& feed, TradingStatus status, const Context& context) {
  if (status == feed.instrument.status) return;
  const bool was_trading = feed.instrument.status == TradingStatus::Trading;
  feed.instrument.status = status;
  publish_mapping(feed, context);
  if (feed.wanted.empty()) return;
  if (status == TradingStatus::Trading) {
    want_streams(feed, feed.wanted);
  } else if (was_trading) {
    for (const Channel channel : all_channels) subscriptions_.leave({feed.number, channel});
    if (feed.wants(Channel::Depth)) stop_book(feed, BookReason::NotTrading, context);
  }
  subscriptions_.send(context.now, context.outbox);
}

void MarketDataVenue::publish_mapping(const Feed& feed, const Context& context) const {
  context.sink.publish(feed.instrument.mapping(), std::string_view(feed.instrument.text),
                       std::string_view(feed.instrument.venue_symbol));
}

MarketDataVenue::Feed& MarketDataVenue::feed_for(const Instrument& instrument, const Context& context) {
  if (Feed* const feed = feed_of(instrument.venue_symbol)) return *feed;
  const auto number = static_cast<std::uint32_t>(feeds_.size());
  feeds_.push_back(make_feed(instrument, number));
  table_.add(instrument.venue_symbol, number);
  feed_added(*feeds_.back());
  publish_mapping(*feeds_.back(), context);
  return *feeds_.back();
}

// --- Commands -------------------------------------------------------------------------------------------------------

Result<void> MarketDataVenue::command(const Command& command, Nanos now, Sink& sink, Outbox& outbox) {
  const Context here = context(now, sink, outbox);
  if (command.symbol.exchange != setup_.exchange) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} is not a symbol of {}", command.symbol.to_text(), setup_.exchange));
  }
  if (command.action == Action::Resend) return resend(command.symbol, here);
  if (!have_catalog_) {
    // Not known yet whether there is such a symbol; the outcome is reported when it is.
    if (command.action == Action::Subscribe) {
      pending_.push_back({command.symbol, command.channels});
    } else {
      for (auto& each : pending_) {
        if (each.symbol == command.symbol) each.channels.remove(command.channels);
      }
      std::erase_if(pending_, [](const auto& each) { return each.channels.empty(); });
    }
    return {};
  }
  const auto done = command.action == Action::Subscribe ? subscribe(command.symbol, command.channels, here)
                                                        : unsubscribe(command.symbol, command.channels, here);
  if (done) subscriptions_.send(now, outbox);
  return done;
}

Result<void> MarketDataVenue::subscribe(const SymbolDescriptor& symbol, Channels channels, const Context& context) {
  const std::string text = symbol.to_text();
  const Instrument* const instrument = instrument_of(symbol);
  if (instrument == nullptr) {
    const std::string_view near = catalog_.nearest_to(text);
    return fail(ErrorCode::NotFound, near.empty() ? fmt::format("{} does not list {}", setup_.exchange, text)
                                                  : fmt::format("{} does not list {}; the nearest it has is {}",
                                                                setup_.exchange, text, near));
  }
  const auto available = offered(text, channels, context);
  if (!available) return std::unexpected(available.error());
  channels = *available;
  if (auto room = check_room(*instrument, text, channels); !room) return room;
  Feed& feed = feed_for(*instrument, context);
  feed.wanted.add(channels);
  if (feed.instrument.status == TradingStatus::Trading || feed.instrument.status == TradingStatus::Unknown) {
    want_streams(feed, channels);
  } else if (channels.contains(Channel::Depth)) {
    stop_book(feed, BookReason::NotTrading, context);
  }
  return {};
}

Result<Channels> MarketDataVenue::offered(std::string_view text, Channels channels, const Context& context) const {
  std::string missing;
  Channels available;
  for (const Channel channel : all_channels) {
    if (!channels.contains(channel)) continue;
    if (setup_.channels.contains(channel)) {
      available.add(channel);
    } else {
      missing += (missing.empty() ? "" : ", ") + std::string(to_text(channel));
    }
  }
  if (missing.empty()) return available;
  const std::string error = fmt::format("{} has no channel {}", setup_.exchange, missing);
  if (!setup_.partial_channels || available.empty()) return fail(ErrorCode::Unsupported, error);
  report(context, Severity::Warning, "channel_unsupported", std::string(text), {{"error", error}});
  return available;
}

Result<void> MarketDataVenue::check_room(const Instrument& instrument, std::string_view text, Channels channels) const {
  if (setup_.max_streams == 0) return {};
  const Feed* const known = feed_of(instrument.venue_symbol);
  for (std::size_t lane = 0; lane < setup_.lanes.size(); ++lane) {
    std::size_t added = 0;
    for (const Channel channel : all_channels) {
      added += channels.contains(channel) && subscriptions_.lane_of(channel) == lane &&
               (known == nullptr || !known->wants(channel));
    }
    const std::size_t streams = subscriptions_.wanted(lane) + added;
    if (added != 0 && streams > setup_.max_streams) {
      return fail(ErrorCode::Unsupported,
                  fmt::format("{} would be stream {} of {} on {}; the venue allows {}", text, streams,
                              setup_.lanes[lane].name, setup_.exchange, setup_.max_streams));
    }
  }
  return {};
}

void MarketDataVenue::want_streams(Feed& feed, Channels channels) {
  for (const Channel channel : all_channels) {
    if (!channels.contains(channel)) continue;
    feed.fresh(channel).pause();
    subscriptions_.want({feed.number, channel});
  }
}

Result<void> MarketDataVenue::unsubscribe(const SymbolDescriptor& symbol, Channels channels, const Context& context) {
  const Instrument* const instrument = instrument_of(symbol);
  Feed* const feed = instrument == nullptr ? nullptr : feed_of(instrument->venue_symbol);
  if (feed == nullptr || feed->wanted.empty()) {
    return fail(ErrorCode::NotFound, fmt::format("{} is not subscribed", symbol.to_text()));
  }
  for (const Channel channel : all_channels) {
    if (channels.contains(channel)) subscriptions_.leave({feed->number, channel});
  }
  const bool had_depth = feed->wants(Channel::Depth);
  feed->wanted.remove(channels);
  if (had_depth && !feed->wants(Channel::Depth)) stop_book(*feed, BookReason::Unsubscribed, context);
  return {};
}

Result<void> MarketDataVenue::resend(const SymbolDescriptor& symbol, const Context& context) {
  const Instrument* const instrument = instrument_of(symbol);
  const Feed* const feed = instrument == nullptr ? nullptr : feed_of(instrument->venue_symbol);
  if (feed == nullptr) return fail(ErrorCode::NotFound, fmt::format("{} is not subscribed", symbol.to_text()));
  publish_mapping(*feed, context);
  if (feed->wants(Channel::Depth)) resend_book(*feed, context);
  return {};
}

// --- Answers --------------------------------------------------------------------------------------------------------

bool MarketDataVenue::take_answer(Connection& from, std::uint64_t request, bool refused, std::string_view code,
                                  std::string_view reason, const Context& context) {
  const ConnectionId id = from.id;
  const auto answer = subscriptions_.on_answer(id, request, refused, context.now, context.outbox);
  for (const StreamKey key : answer.acknowledged) {
    Feed& feed = *feeds_[key.feed];
    if (key.channel == Channel::Depth && feed.wants(Channel::Depth)) start_book(feed, id, context);
  }
  for (const StreamKey key : answer.refused) {
    Feed& feed = *feeds_[key.feed];
    this->refused(feed, key.channel, code, reason, context);
    if (key.channel == Channel::Depth && !subscriptions_.other_source(key, id)) {
      stop_book(feed, BookReason::Unsubscribed, context);
    }
  }
  if (Connection* const connection = subscriptions_.find(id);
      connection != nullptr && have_catalog_ && subscriptions_.becomes_ready(*connection)) {
    context.outbox.ready(id);
  }
  return answer.known;
}

void MarketDataVenue::take_answer(Connection& from, StreamKey key, bool refused, std::string_view code,
                                  std::string_view reason, const Context& context) {
  if (!subscriptions_.settle(from.id, key, refused, context.now)) return;
  Feed& feed = *feeds_[key.feed];
  const bool depth = key.channel == Channel::Depth;
  if (refused) {
    this->refused(feed, key.channel, code, reason, context);
    if (depth && !subscriptions_.other_source(key, from.id)) stop_book(feed, BookReason::Unsubscribed, context);
  } else if (depth && feed.wants(Channel::Depth)) {
    start_book(feed, from.id, context);
  }
  if (have_catalog_ && subscriptions_.becomes_ready(from)) context.outbox.ready(from.id);
}

void MarketDataVenue::refused(const Feed& feed, Channel channel, std::string_view code, std::string_view reason,
                              const Context& context) {
  ++counters_.refused_streams;
  report(context, Severity::Error, "subscription_refused", feed.instrument.text,
         {{"channel", std::string(to_text(channel))}, {"code", std::string(code)}, {"reason", excerpt(reason)}});
}

// --- Messages -------------------------------------------------------------------------------------------------------

MarketDataVenue::Feed* MarketDataVenue::heard(Connection& from, std::string_view venue_symbol, Channel channel,
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

bool MarketDataVenue::take_trade_id(Feed& feed, const Connection& from, Channel channel, std::uint64_t id,
                                    bool consecutive, Nanos exchange_time, const Context& context) {
  const auto answer = (channel == Channel::AggregateTrades ? feed.aggregates : feed.trades).take(id);
  if (answer.kind == IdWindow::Kind::Known) {
    ++counters_.duplicates;
    return false;
  }
  // While two connections overlap, the later one brings the rest.
  if (consecutive && answer.skipped != 0 && !subscriptions_.several_on(from.lane)) [[unlikely]] {
    publish_gap(feed, answer.skipped, exchange_time, context);
  }
  return true;
}

void MarketDataVenue::publish_bar(wire::Bar& last, const wire::Bar& bar, const Context& context) {
  constexpr std::uint16_t closed = 1;  // of detail
  const bool came_before = bar.open_time == last.open_time && bar.trade_count == last.trade_count &&
                           bar.volume == last.volume && bar.close == last.close;
  if (bar.open_time < last.open_time || came_before) {
    ++counters_.duplicates;
    return;
  }
  if (last.open_time != Nanos{0} && bar.open_time > last.open_time) {
    last.detail |= closed;
    context.sink.publish(last);
  }
  last = bar;
  context.sink.publish(bar);
}

void MarketDataVenue::publish_gap(const Feed& feed, std::uint64_t missed, Nanos exchange_time, const Context& context) {
  counters_.trades_missed += missed;
  wire::Gap gap;
  gap.symbol = feed.instrument.hash;
  gap.exchange_time = exchange_time;
  gap.missed = missed;
  gap.total_missed = counters_.trades_missed;
  gap.since = context.now;
  gap.scope = wire::GapScope::Venue;
  context.sink.publish(gap);
}

void MarketDataVenue::report_failure(std::string_view event, std::string_view symbol, std::string_view error,
                                     const Context& context) {
  ++counters_.malformed;
  ++malformed_unreported_;
  // One a second is enough to find the cause.
  if (context.now - malformed_reported_ < std::chrono::seconds{1}) return;
  malformed_reported_ = context.now;
  report(context, Severity::Error, event, std::string(symbol),
         {{"error", std::string(error)}, {"count", std::to_string(std::exchange(malformed_unreported_, 0))}});
}

void MarketDataVenue::take_failure(std::string_view error, const Context& context) {
  report_failure("connector_parse_error", {}, error, context);
}

void MarketDataVenue::take_failure(std::string_view error, Channel channel, std::string_view venue_symbol,
                                   const Context& context) {
  const bool depth = channel == Channel::Depth;
  const bool trade = channel == Channel::Trades || channel == Channel::AggregateTrades;
  report_failure(depth   ? "connector_depth_parse_error"
                 : trade ? "connector_trade_parse_error"
                         : "connector_parse_error",
                 venue_symbol, error, context);
  if (!depth) return;
  Feed* const feed = feed_of(venue_symbol);
  if (feed != nullptr && feed->wants(Channel::Depth)) spoil_book(*feed, context);
}

// --- Silence --------------------------------------------------------------------------------------------------------

void MarketDataVenue::suspect_book(Feed& feed, const Context& context) {
  subscriptions_.ask_again({feed.number, Channel::Depth}, context.now, context.outbox);
}

void MarketDataVenue::find_silent_subscriptions(const Context& context) {
  for (const auto& silent : subscriptions_.find_silent(context.now)) {
    const Feed& feed = *feeds_[silent.key.feed];
    if (!silence_matters(feed, context.now)) continue;
    ++counters_.silent_streams;
    if (silent.reconnect) ++counters_.silent_reconnects;
    const std::string stream = stream_text(silent.key);
    report(context, Severity::Error, "subscription_silent", feed.instrument.text,
           {{"stream", stream}, {"action", silent.reconnect ? "reconnect" : "subscribe again"}});
    subscriptions_.retry(silent, fmt::format("{} was subscribed and stays silent", stream), context.now,
                         context.outbox);
  }
}

void MarketDataVenue::find_silent_channels(const Context& context) {
  for (const auto& feed : feeds_) {
    for (const Channel channel : all_channels) {
      Freshness& fresh = feed->fresh(channel);
      bool& reported = feed->silence_reported[static_cast<std::size_t>(channel)];
      const bool silent = feed->wants(channel) && fresh.knows() && fresh.last() != Nanos{0} &&
                          context.now - fresh.last() > fresh.limit() && silence_matters(*feed, context.now);
      if (!silent) {
        reported = false;
        continue;
      }
      if (std::exchange(reported, true)) continue;
      report(context, Severity::Warning, "channel_silent", feed->instrument.text,
             {{"channel", std::string(to_text(channel))},
              {"limit_ms", std::to_string(fresh.limit().count() / 1'000'000)}});
      if (channel == Channel::Depth) {
        suspect_book(*feed, context);
      } else {
        subscriptions_.ask_again({feed->number, channel}, context.now, context.outbox);
      }
    }
  }
}

}  // namespace trunkline::venue
