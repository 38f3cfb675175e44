// Reference data, subscribing and unsubscribing.
#include <cctype>
#include <fmt/format.h>

#include "trunkline/venue/binance/exchange_info.hpp"
#include "trunkline/venue/binance/feed.hpp"
#include "trunkline/venue/binance/requests.hpp"

namespace trunkline::venue::binance {

using wire::BookReason;
using wire::TradingStatus;

void BinanceVenue::ask_for_info(const Context& context) {
  if (info_asked_) return;
  info_asked_ = true;
  const std::string_view base = config_.rest_base.empty() ? spec_.rest_base : std::string_view(config_.rest_base);
  const Priority priority = have_catalog_ ? Priority::Low : Priority::Normal;
  context.outbox.request({info_request, fmt::format("{}/exchangeInfo", base), spec_.info_weight, priority});
}

void BinanceVenue::take_info(const Reply& reply, const Context& context) {
  info_asked_ = false;
  auto fresh = reply.status == 200
                   ? parse_exchange_info(spec_, reply.body)
                   : Result<Catalog>(fail(ErrorCode::Unavailable,
                                          fmt::format("exchangeInfo: HTTP {}: {}", reply.status, excerpt(reply.body))));
  if (!fresh) {
    info_failures_ = std::min(info_failures_ + 1, 6U);
    info_due_ = context.now + std::chrono::seconds{1} * (1 << info_failures_);
    report(context, Severity::Error, "reference_data_failed", {}, {{"error", fresh.error().message}});
    return;
  }
  info_failures_ = 0;
  info_due_ = context.now + config_.info_interval;
  for (const std::string& refused : fresh->refused) {
    report(context, Severity::Warning, "reference_data_refused", {}, {{"error", refused}});
  }
  const bool first = !have_catalog_;
  have_catalog_ = true;
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

void BinanceVenue::refresh_statuses(const Catalog& fresh, const Context& context) {
  for (const auto& feed : feeds_) {
    const Instrument* const now = fresh.find(feed->instrument.hash);
    const TradingStatus status = now == nullptr ? TradingStatus::Closed : now->status;
    const bool was_trading = feed->instrument.status == TradingStatus::Trading;
    if (status == feed->instrument.status) continue;
    feed->instrument.status = status;
    publish_mapping(*feed, context);
    if (feed->wanted.empty()) continue;
    if (status == TradingStatus::Trading) {
      want_streams(*feed, feed->wanted, context);
    } else if (was_trading) {
      for (const Channel channel : all_channels) subscriptions_.leave({feed->number, channel});
      if (feed->wants(Channel::Depth)) feed->depth.stop(BookReason::NotTrading, context);
    }
  }
  subscriptions_.send(context.now, context.outbox);
}

void BinanceVenue::publish_mapping(const Feed& feed, const Context& context) {
  context.sink.publish(feed.instrument.mapping(), std::string_view(feed.instrument.text),
                       std::string_view(feed.instrument.venue_symbol));
}

BinanceVenue::Feed& BinanceVenue::feed_for(const Instrument& instrument, const Context& context) {
  if (Feed* const feed = feed_of(instrument.venue_symbol)) return *feed;
  const auto number = static_cast<std::uint32_t>(feeds_.size());
  feeds_.push_back(std::make_unique<Feed>(instrument, spec_, number, config_.hold_limits));
  table_.add(instrument.venue_symbol, number);
  any_scaled_ = any_scaled_ || instrument.unit_exponent != 0;
  publish_mapping(*feeds_.back(), context);
  return *feeds_.back();
}

Result<void> BinanceVenue::subscribe(const SymbolDescriptor& symbol, Channels channels, const Context& context) {
  const std::string text = symbol.to_text();
  const Instrument* const instrument = catalog_.find(hash_symbol_text(text));
  if (instrument == nullptr) {
    const std::string_view near = catalog_.nearest_to(text);
    return fail(ErrorCode::NotFound, near.empty() ? fmt::format("{} does not list {}", spec_.exchange, text)
                                                  : fmt::format("{} does not list {}; the nearest it has is {}",
                                                                spec_.exchange, text, near));
  }
  for (const Channel channel : all_channels) {
    if (channels.contains(channel) && !spec_.channels.contains(channel)) {
      return fail(ErrorCode::Unsupported, fmt::format("{} has no channel {}", spec_.exchange, to_text(channel)));
    }
  }
  std::array<std::size_t, 4> added{};
  const Feed* const known = feed_of(instrument->venue_symbol);
  for (const Channel channel : all_channels) {
    if (channels.contains(channel) && (known == nullptr || !known->wants(channel)))
      ++added[subscriptions_.lane_of(channel)];
  }
  for (std::size_t lane = 0; lane < spec_.lanes.size(); ++lane) {
    const std::size_t streams = subscriptions_.wanted(lane) + added[lane];
    if (added[lane] != 0 && streams > spec_.max_streams) {
      return fail(ErrorCode::Unsupported,
                  fmt::format("{} would be stream {} of {} on {}; the venue allows {}", text, streams,
                              spec_.lanes[lane].name, spec_.exchange, spec_.max_streams));
    }
  }
  Feed& feed = feed_for(*instrument, context);
  feed.wanted.add(channels);
  if (feed.instrument.status == TradingStatus::Trading || feed.instrument.status == TradingStatus::Unknown) {
    want_streams(feed, channels, context);
  } else if (channels.contains(Channel::Depth)) {
    feed.depth.stop(BookReason::NotTrading, context);
  }
  return {};
}

void BinanceVenue::want_streams(Feed& feed, Channels channels, const Context&) {
  for (const Channel channel : all_channels) {
    if (!channels.contains(channel)) continue;
    feed.fresh(channel).pause();
    subscriptions_.want({feed.number, channel});
  }
}

Result<void> BinanceVenue::unsubscribe(const SymbolDescriptor& symbol, Channels channels, const Context& context) {
  const Instrument* const instrument = catalog_.find(symbol.hash());
  Feed* const feed = instrument == nullptr ? nullptr : feed_of(instrument->venue_symbol);
  if (feed == nullptr || feed->wanted.empty()) {
    return fail(ErrorCode::NotFound, fmt::format("{} is not subscribed", symbol.to_text()));
  }
  for (const Channel channel : all_channels) {
    if (channels.contains(channel)) subscriptions_.leave({feed->number, channel});
  }
  const bool had_depth = feed->wants(Channel::Depth);
  feed->wanted.remove(channels);
  if (had_depth && !feed->wants(Channel::Depth)) {
    snapshots_.drop(feed->number);
    feed->depth.stop(BookReason::Unsubscribed, context);
  }
  return {};
}

Result<void> BinanceVenue::resend(const SymbolDescriptor& symbol, const Context& context) {
  const Instrument* const instrument = catalog_.find(symbol.hash());
  const Feed* const feed = instrument == nullptr ? nullptr : feed_of(instrument->venue_symbol);
  if (feed == nullptr) return fail(ErrorCode::NotFound, fmt::format("{} is not subscribed", symbol.to_text()));
  publish_mapping(*feed, context);
  if (feed->wants(Channel::Depth)) feed->depth.resend(context);
  return {};
}

Result<void> BinanceVenue::command(const Command& command, Nanos now, Sink& sink, Outbox& outbox) {
  const Context here = context(now, sink, outbox);
  if (command.symbol.exchange != spec_.exchange) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} is not a symbol of {}", command.symbol.to_text(), spec_.exchange));
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

}  // namespace trunkline::venue::binance
