#include "trunkline/venue/binance/binance_venue.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "trunkline/venue/binance/audit.hpp"
#include "trunkline/venue/binance/feed.hpp"
#include "trunkline/venue/binance/requests.hpp"

namespace trunkline::venue::binance {

namespace {

constexpr Nanos silence_before_ping = std::chrono::seconds{10};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// Weights of a spot snapshot by its depth.
std::uint32_t spot_depth_weight(std::uint32_t limit) noexcept {
  return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1'000 ? 50 : 250;
}

}  // namespace

BinanceVenue::BinanceVenue(BinanceConfig config)
    : spec_(spec_of(config.segment)),
      config_(std::move(config)),
      pending_(config_.subscriptions),
      subscriptions_(
          spec_,
          [this](StreamKey key) { return stream_name(lower(feeds_[key.feed]->instrument.venue_symbol), key.channel); }),
      parser_(spec_.segment != Segment::Spot),
      exponent_of_([this](std::string_view symbol) { return exponent_of(symbol); }),
      audit_(std::make_unique<Audit>(*this)) {
  const std::string_view base = config_.stream_base.empty() ? spec_.stream_base : std::string_view(config_.stream_base);
  for (const LaneSpec& lane : spec_.lanes) {
    lanes_.push_back({.name = std::string(lane.name),
                      .url = fmt::format("{}{}", base, lane.path),
                      .maximum_age = config_.maximum_age,
                      .silence_before_ping = silence_before_ping,
                      .messages_per_second = spec_.messages_per_second});
  }
}

BinanceVenue::~BinanceVenue() = default;

RequestLimits BinanceVenue::limits() const {
  // The header's name is the same in all segments.
  return {.weight_per_minute = spec_.weight_per_minute, .used_weight_header = "X-MBX-USED-WEIGHT-1M"};
}

int BinanceVenue::exponent_of(std::string_view venue_symbol) const noexcept {
  const std::uint32_t number = table_.find(venue_symbol);
  return number == SymbolTable::none ? 0 : feeds_[number]->instrument.unit_exponent;
}

const DepthFeed* BinanceVenue::depth_of(SymbolHash symbol) const noexcept {
  for (const auto& feed : feeds_) {
    if (feed->instrument.hash == symbol) return &feed->depth;
  }
  return nullptr;
}

void BinanceVenue::report(const Context& context, Severity severity, std::string_view name, std::string symbol,
                          std::vector<std::pair<std::string_view, std::string>> fields) const {
  context.outbox.report({severity, name, std::string(spec_.exchange), std::move(symbol), std::move(fields)});
}

void BinanceVenue::on_start(Nanos now, Sink& sink, Outbox& outbox) {
  ask_for_info(context(now, sink, outbox));
}

void BinanceVenue::on_open(ConnectionId connection, LaneId lane, Nanos now, Sink&, Outbox& outbox) {
  auto& opened = subscriptions_.open(connection, std::to_underlying(lane), now);
  if (have_catalog_ && subscriptions_.becomes_ready(opened)) {
    outbox.ready(connection);
    return;
  }
  subscriptions_.send(now, outbox);
}

void BinanceVenue::on_closed(ConnectionId connection, std::string_view, Nanos now, Sink& sink, Outbox& outbox) {
  const auto* const closed = subscriptions_.find(connection);
  if (closed == nullptr) return;
  const std::uint8_t lane = closed->lane;
  subscriptions_.close(connection);
  const bool last =
      std::ranges::none_of(subscriptions_.connections(), [lane](const auto& each) { return each.lane == lane; });
  const Context here = context(now, sink, outbox);
  for (const auto& feed : feeds_) {
    for (const Channel channel : all_channels) {
      if (!feed->wants(channel) || subscriptions_.lane_of(channel) != lane) continue;
      const StreamKey key{feed->number, channel};
      const auto other = subscriptions_.other_source(key, connection);
      if (channel == Channel::Depth) {
        need(*feed, feed->depth.on_closed(static_cast<std::uint32_t>(connection), other, here), here);
        if (!feed->depth.wants_snapshot()) snapshots_.drop(feed->number);
      }
      if (!other) feed->fresh(channel).pause();
      if (!last) continue;
      if (channel == Channel::Trades) feed->trades.reopened();
      if (channel == Channel::AggregateTrades) feed->aggregates.reopened();
      if (channel == Channel::Quotes) feed->last_quote = 0;
      if (channel == Channel::Ticker) feed->last_mark = Nanos{0};
    }
  }
}

void BinanceVenue::on_reply(const Reply& reply, Sink& sink, Outbox& outbox) {
  const Context here = context(reply.received, sink, outbox);
  if (purpose_of(reply.id) == Purpose::Info) return take_info(reply, here);
  const std::uint32_t number = binance::feed_of(reply.id);
  if (number >= feeds_.size()) return;
  if (purpose_of(reply.id) == Purpose::Audit) return audit_->take(reply, here);
  take_snapshot(*feeds_[number], reply, here);
}

void BinanceVenue::on_tick(Nanos now, Sink& sink, Outbox& outbox) {
  const Context here = context(now, sink, outbox);
  // A due time far ahead means that the clock was set back.
  if (!info_asked_ && (now >= info_due_ || (have_catalog_ && info_due_ - now > config_.info_interval)))
    ask_for_info(here);
  for (const auto& feed : feeds_) {
    if (!feed->wants(Channel::Depth)) continue;
    need(*feed, feed->depth.on_tick(here), here);
    if (feed->depth.live()) snapshots_.settled(feed->number);
  }
  ask_for_snapshots(here);
  audit_->tick(here);
  if (now >= silence_due_ || silence_due_ - now > std::chrono::seconds{1}) {
    silence_due_ = now + std::chrono::seconds{1};
    look_for_silence(here);
  }
  if (!have_catalog_) return;
  for (auto& connection : subscriptions_.connections()) {
    if (subscriptions_.becomes_ready(connection)) outbox.ready(connection.id);
  }
}

Request BinanceVenue::depth_request(const Feed& feed, RequestId id, Priority priority) const {
  const std::string_view base = config_.rest_base.empty() ? spec_.rest_base : std::string_view(config_.rest_base);
  const std::uint32_t limit = depth_limit();
  const std::uint32_t weight = spec_.segment == Segment::Spot ? spot_depth_weight(limit) : spec_.depth_weight;
  return {id, fmt::format("{}/depth?symbol={}&limit={}", base, feed.instrument.venue_symbol, limit), weight, priority};
}

void BinanceVenue::need(Feed& feed, DepthFeed::Need need, const Context& context) {
  if (need == DepthFeed::Need::Nothing) [[likely]]
    return;
  snapshots_.add(feed.number, context.now);
  ask_for_snapshots(context);
}

void BinanceVenue::ask_for_snapshots(const Context& context) {
  while (const auto number = snapshots_.next(context.now)) {
    Feed& feed = *feeds_[*number];
    feed.depth.snapshot_asked();
    ++counters_.snapshots_asked;
    context.outbox.request(depth_request(feed, request_id(Purpose::Snapshot, *number, 0), Priority::Normal));
  }
}

void BinanceVenue::take_snapshot(Feed& feed, const Reply& reply, const Context& context) {
  if (!snapshots_.answered(feed.number)) return;
  if (!feed.wants(Channel::Depth) || !feed.depth.wants_snapshot()) return;
  std::string error;
  if (reply.status != 200) {
    error = fmt::format("HTTP {}: {}", reply.status, excerpt(reply.body));
  } else if (const auto parsed = snapshot_parser_.parse(reply.body, feed.instrument.unit_exponent); parsed) {
    need(feed, feed.depth.on_snapshot(**parsed, depth_limit(), context), context);
    if (feed.depth.live()) snapshots_.settled(feed.number);
  } else {
    error = parsed.error();
  }
  if (!error.empty()) {
    ++counters_.snapshots_failed;
    report(context, Severity::Warning, "snapshot_failed", feed.instrument.text, {{"error", std::move(error)}});
    feed.depth.snapshot_failed(context);
    snapshots_.add(feed.number, context.now);
  }
  ask_for_snapshots(context);
}

void BinanceVenue::look_for_silence(const Context& context) {
  for (const auto& silent : subscriptions_.find_silent(context.now)) {
    const Feed& feed = *feeds_[silent.key.feed];
    ++counters_.silent_streams;
    if (silent.reconnect) ++counters_.silent_reconnects;
    const std::string stream = stream_name(lower(feed.instrument.venue_symbol), silent.key.channel);
    report(context, Severity::Error, "subscription_silent", feed.instrument.text,
           {{"stream", stream}, {"action", silent.reconnect ? "reconnect" : "subscribe again"}});
    subscriptions_.retry(silent, fmt::format("{} was subscribed and stays silent", stream), context.now,
                         context.outbox);
  }
  for (const auto& feed : feeds_) {
    for (const Channel channel : all_channels) {
      Freshness& fresh = feed->fresh(channel);
      bool& reported = feed->silence_reported[static_cast<std::size_t>(channel)];
      const bool silent = feed->wants(channel) && fresh.knows() && fresh.last() != Nanos{0} &&
                          context.now - fresh.last() > fresh.limit();
      if (!silent) {
        reported = false;
        continue;
      }
      if (std::exchange(reported, true)) continue;
      report(context, Severity::Warning, "channel_silent", feed->instrument.text,
             {{"channel", std::string(to_text(channel))},
              {"limit_ms", std::to_string(fresh.limit().count() / 1'000'000)}});
      if (channel == Channel::Depth) {
        // A fresh snapshot tells a quiet symbol from a stream that has died.
        audit_->suspect(*feed, context);
      } else {
        subscriptions_.ask_again({feed->number, channel}, context.now, context.outbox);
      }
    }
  }
}

}  // namespace trunkline::venue::binance
