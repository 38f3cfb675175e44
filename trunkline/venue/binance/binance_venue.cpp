#include "trunkline/venue/binance/binance_venue.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "trunkline/venue/binance/audit.hpp"
#include "trunkline/venue/binance/exchange_info.hpp"
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

MarketDataSetup setup_of(const SegmentSpec& spec, const BinanceConfig& config) {
  const std::string_view base = config.stream_base.empty() ? spec.stream_base : std::string_view(config.stream_base);
  MarketDataSetup setup;
  setup.exchange = spec.exchange;
  setup.channels = spec.channels;
  setup.max_streams = spec.max_streams;
  setup.catalog_interval = config.info_interval;
  setup.subscriptions = config.subscriptions;
  setup.subscription.numbered = true;
  for (const LaneSpec& lane : spec.lanes) {
    setup.subscription.lanes.push_back(lane.channels);
    setup.lanes.push_back({.name = std::string(lane.name),
                           .url = fmt::format("{}{}", base, lane.path),
                           .maximum_age = config.maximum_age,
                           .silence_before_ping = silence_before_ping,
                           .messages_per_second = spec.messages_per_second});
  }
  return setup;
}

}  // namespace

BinanceVenue::BinanceVenue(BinanceConfig config)
    : MarketDataVenue(setup_of(spec_of(config.segment), config)),
      spec_(spec_of(config.segment)),
      config_(std::move(config)),
      parser_(spec_.segment != Segment::Spot),
      exponent_of_([this](std::string_view symbol) { return exponent_of(symbol); }),
      audit_(std::make_unique<Audit>(*this)) {}

BinanceVenue::~BinanceVenue() = default;

RequestLimits BinanceVenue::limits() const {
  // The header's name is the same in all segments.
  return {.weight_per_minute = spec_.weight_per_minute, .used_weight_header = "X-MBX-USED-WEIGHT-1M"};
}

int BinanceVenue::exponent_of(std::string_view venue_symbol) const noexcept {
  const Feed* const feed = feed_of(venue_symbol);
  return feed == nullptr ? 0 : feed->instrument.unit_exponent;
}

const DepthFeed* BinanceVenue::depth_of(SymbolHash symbol) const noexcept {
  for (const auto& each : feeds()) {
    if (each->instrument.hash == symbol) return &feed(each->number).depth;
  }
  return nullptr;
}

std::unique_ptr<MarketDataFeed> BinanceVenue::make_feed(const Instrument& instrument, std::uint32_t number) {
  any_scaled_ = any_scaled_ || instrument.unit_exponent != 0;
  return std::make_unique<BinanceFeed>(instrument, spec_, number, config_.hold_limits);
}

std::string BinanceVenue::stream_text(StreamKey key) const {
  return stream_name(lower(feed(key.feed).instrument.venue_symbol), key.channel);
}

void BinanceVenue::write_subscription(ConnectionId connection, std::span<const StreamKey> keys, bool subscribe,
                                      std::uint64_t request, Outbox& outbox) {
  std::string text = subscribe ? R"({"method":"SUBSCRIBE","params":[)" : R"({"method":"UNSUBSCRIBE","params":[)";
  for (const StreamKey key : keys) {
    if (text.back() != '[') text += ',';
    text += fmt::format("\"{}\"", stream_text(key));
  }
  text += fmt::format("],\"id\":{}}}", request);
  outbox.send(connection, std::move(text));
}

void BinanceVenue::ask_for_catalog(bool again, const Context& context) {
  const Priority priority = again ? Priority::Low : Priority::Normal;
  context.outbox.request({info_request, fmt::format("{}/exchangeInfo", rest_base()), spec_.info_weight, priority});
}

void BinanceVenue::take_reply(const Reply& reply, const Context& context) {
  if (purpose_of(reply.id) == Purpose::Info) {
    return take_catalog(
        reply.status == 200
            ? parse_exchange_info(spec_, reply.body)
            : Result<Catalog>(fail(ErrorCode::Unavailable,
                                   fmt::format("exchangeInfo: HTTP {}: {}", reply.status, excerpt(reply.body)))),
        context);
  }
  const std::uint32_t number = binance::feed_of(reply.id);
  if (number >= feeds().size()) return;
  if (purpose_of(reply.id) == Purpose::Audit) return audit_->take(reply, context);
  take_snapshot(feed(number), reply, context);
}

void BinanceVenue::tick(const Context& context) {
  for (const auto& each : feeds()) {
    if (!each->wants(Channel::Depth)) continue;
    BinanceFeed& of = feed(each->number);
    need(of, of.depth.on_tick(context), context);
    if (of.depth.live()) snapshots_.settled(of.number);
  }
  ask_for_snapshots(context);
  audit_->tick(context);
}

// --- Books ----------------------------------------------------------------------------------------------------------

void BinanceVenue::start_book(Feed& of, ConnectionId, const Context& context) {
  BinanceFeed& starting = feed(of.number);
  need(starting, starting.depth.start(context), context);
}

void BinanceVenue::stop_book(Feed& of, wire::BookReason reason, const Context& context) {
  snapshots_.drop(of.number);
  feed(of.number).depth.stop(reason, context);
}

void BinanceVenue::close_book(Feed& of, ConnectionId source, std::optional<std::uint32_t> other,
                              const Context& context) {
  BinanceFeed& closing = feed(of.number);
  need(closing, closing.depth.on_closed(static_cast<std::uint32_t>(source), other, context), context);
  if (!closing.depth.wants_snapshot()) snapshots_.drop(closing.number);
}

void BinanceVenue::resend_book(const Feed& of, const Context& context) const {
  feed(of.number).depth.resend(context);
}

void BinanceVenue::spoil_book(Feed& of, const Context& context) {
  BinanceFeed& spoilt = feed(of.number);
  need(spoilt, spoilt.depth.fault(wire::BookReason::Malformed, context), context);
}

// A fresh snapshot tells a quiet symbol from a stream that has died.
void BinanceVenue::suspect_book(Feed& of, const Context& context) {
  audit_->suspect(feed(of.number), context);
}

void BinanceVenue::channel_closed(Feed& of, Channel channel) {
  if (channel == Channel::Quotes) feed(of.number).last_quote = 0;
  if (channel == Channel::Ticker) feed(of.number).last_mark = Nanos{0};
}

Request BinanceVenue::depth_request(const BinanceFeed& feed, RequestId id, Priority priority) const {
  const std::uint32_t limit = depth_limit();
  const std::uint32_t weight = spec_.segment == Segment::Spot ? spot_depth_weight(limit) : spec_.depth_weight;
  return {id, fmt::format("{}/depth?symbol={}&limit={}", rest_base(), feed.instrument.venue_symbol, limit), weight,
          priority};
}

void BinanceVenue::need(BinanceFeed& feed, DepthFeed::Need need, const Context& context) {
  if (need == DepthFeed::Need::Nothing) [[likely]]
    return;
  snapshots_.add(feed.number, context.now);
  ask_for_snapshots(context);
}

void BinanceVenue::ask_for_snapshots(const Context& context) {
  while (const auto number = snapshots_.next(context.now)) {
    BinanceFeed& waiting = feed(*number);
    waiting.depth.snapshot_asked();
    ++books_.snapshots_asked;
    context.outbox.request(depth_request(waiting, request_id(Purpose::Snapshot, *number, 0), Priority::Normal));
  }
}

void BinanceVenue::take_snapshot(BinanceFeed& feed, const Reply& reply, const Context& context) {
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
    ++books_.snapshots_failed;
    report(context, Severity::Warning, "snapshot_failed", feed.instrument.text, {{"error", std::move(error)}});
    feed.depth.snapshot_failed(context);
    snapshots_.add(feed.number, context.now);
  }
  ask_for_snapshots(context);
}

}  // namespace trunkline::venue::binance
