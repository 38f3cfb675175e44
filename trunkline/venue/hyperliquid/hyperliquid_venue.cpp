#include "trunkline/venue/hyperliquid/hyperliquid_venue.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "trunkline/venue/hyperliquid/symbol_feed.hpp"

namespace trunkline::venue::hyperliquid {
namespace {

constexpr RequestId perpetuals_request{1};
constexpr RequestId spot_request{2};
constexpr std::uint32_t meta_weight = 20;

// A book is pushed whether or not it changed; the best prices and the ticker of a coin that nobody trades are not.
constexpr SilenceLimits silence_limits() noexcept {
  SilenceLimits limits = default_silence_limits;
  limits[std::to_underlying(Channel::Trades)] = {std::chrono::minutes{5}, Nanos{0}};
  limits[std::to_underlying(Channel::Quotes)] = {std::chrono::minutes{5}, Nanos{0}};
  limits[std::to_underlying(Channel::Depth)] = {std::chrono::seconds{20}, std::chrono::minutes{1}};
  limits[std::to_underlying(Channel::Bars)] = {std::chrono::minutes{5}, Nanos{0}};
  limits[std::to_underlying(Channel::Ticker)] = {std::chrono::minutes{1}, Nanos{0}};
  return limits;
}

MarketDataSetup setup_of(const HyperliquidConfig& config) {
  constexpr Channels channels{Channel::Trades, Channel::Quotes, Channel::Depth, Channel::Bars, Channel::Ticker};
  MarketDataSetup setup;
  setup.exchange = exchange_id;
  setup.lanes = {{.name = "stream",
                  .url = config.stream_url,
                  .maximum_age = config.maximum_age,
                  .silence_before_ping = std::chrono::seconds{20},
                  .messages_per_second = 30}};  // the venue's limit is 2000 a minute
  setup.channels = channels;
  setup.subscription = {.lanes = {channels}, .batch = 100, .numbered = false, .silence = silence_limits()};
  setup.max_streams = 1'000;
  setup.catalog_interval = std::chrono::minutes{5};
  setup.subscriptions = config.subscriptions;
  return setup;
}

}  // namespace

HyperliquidVenue::HyperliquidVenue(HyperliquidConfig config)
    : MarketDataVenue(setup_of(config)), config_(std::move(config)) {}

RequestLimits HyperliquidVenue::limits() const {
  return {.weight_per_minute = 1'200, .used_weight_header = {}};
}

HyperliquidVenue::SymbolFeed* HyperliquidVenue::symbol_of(Feed* feed) const noexcept {
  return static_cast<SymbolFeed*>(feed);
}

const SnapshotBook* HyperliquidVenue::book_of(SymbolHash symbol) const noexcept {
  for (const auto& feed : feeds()) {
    if (feed->instrument.hash == symbol) return &symbol_of(feed.get())->book;
  }
  return nullptr;
}

std::unique_ptr<MarketDataFeed> HyperliquidVenue::make_feed(const Instrument& instrument, std::uint32_t number) {
  return std::make_unique<SymbolFeed>(instrument, number);
}

// --- Reference data -------------------------------------------------------------------------------------------------

void HyperliquidVenue::ask_for_catalog(bool again, const Context& context) {
  perpetuals_.reset();
  for (const auto& [id, type] : {std::pair{perpetuals_request, "meta"}, std::pair{spot_request, "spotMeta"}}) {
    context.outbox.request({.id = id,
                            .url = config_.rest_base + "/info",
                            .weight = meta_weight,
                            .priority = again ? Priority::Low : Priority::Normal,
                            .method = "POST",
                            .body = fmt::format(R"({{"type":"{}"}})", type),
                            .content_type = "application/json"});
  }
}

// Requests of one host may be answered in any order: the perpetuals wait for the spot pairs, and the other way round.
void HyperliquidVenue::take_reply(const Reply& reply, const Context& context) {
  const bool perpetuals = reply.id == perpetuals_request;
  if (!perpetuals && reply.id != spot_request) return;
  Result<void> read;
  Catalog fresh;
  if (reply.status != 200) {
    read =
        fail(ErrorCode::Unavailable, fmt::format("reference data: status {}: {}", reply.status, excerpt(reply.body)));
  } else {
    read = perpetuals ? read_perpetuals(reply.body, fresh) : read_spot_pairs(reply.body, fresh);
  }
  if (!read) {
    perpetuals_.reset();
    return take_catalog(std::unexpected(read.error()), context);
  }
  if (!perpetuals_) {
    perpetuals_ = std::move(fresh);
    return;
  }
  Catalog whole = *std::exchange(perpetuals_, std::nullopt);
  std::ranges::move(fresh.instruments, std::back_inserter(whole.instruments));
  std::ranges::move(fresh.refused, std::back_inserter(whole.refused));
  whole.index();
  take_catalog(std::move(whole), context);
}

// --- Subscriptions --------------------------------------------------------------------------------------------------

void HyperliquidVenue::write_subscription(ConnectionId connection, std::span<const StreamKey> keys, bool subscribe,
                                          std::uint64_t, Outbox& outbox) {
  for (const StreamKey key : keys) {
    std::string_view options;
    if (key.channel == Channel::Depth && config_.depth != 20) options = R"(,"fast":true)";
    if (key.channel == Channel::Bars) options = R"(,"interval":"1m")";
    outbox.send(connection, fmt::format(R"({{"method":"{}","subscription":{{"type":"{}","coin":"{}"{}}}}})",
                                        subscribe ? "subscribe" : "unsubscribe", channel_name(key.channel),
                                        feeds()[key.feed]->instrument.venue_symbol, options));
  }
}

std::string HyperliquidVenue::stream_text(StreamKey key) const {
  return fmt::format("{} {}", channel_name(key.channel), feeds()[key.feed]->instrument.venue_symbol);
}

std::optional<StreamKey> HyperliquidVenue::key_of(std::string_view type, std::string_view coin) const noexcept {
  const auto channel = channel_of(type);
  const Feed* const feed = feed_of(coin);
  if (!channel || feed == nullptr) return std::nullopt;
  return StreamKey{feed->number, *channel};
}

void HyperliquidVenue::take_answer_of(Connection& from, const AnswerMessage& answer, const Context& context) {
  const auto key = key_of(answer.type, answer.coin);
  if (!key) return;
  if (!answer.subscribe) return subscriptions().left(from.id, *key);
  take_answer(from, *key, false, {}, {}, context);
}

// "Invalid subscription {...}", "Already subscribed: {...}", "Already unsubscribed: {...}": the words, then what was
// asked for.
void HyperliquidVenue::take_error(Connection& from, std::string_view text, const Context& context) {
  const auto value_of = [text](std::string_view name) -> std::string_view {
    const auto at = text.find(name);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + name.size());
    return rest.substr(0, rest.find('"'));
  };
  const auto key = key_of(value_of(R"("type":")"), value_of(R"("coin":")"));
  if (!key) return report(context, Severity::Warning, "venue_error", {}, {{"reason", excerpt(text)}});
  if (text.starts_with("Already unsubscribed")) return subscriptions().left(from.id, *key);
  take_answer(from, *key, !text.starts_with("Already subscribed"), {}, text, context);
}

// --- Books ----------------------------------------------------------------------------------------------------------

void HyperliquidVenue::start_book(Feed& feed, ConnectionId, const Context& context) {
  symbol_of(&feed)->book.start(context);
}
void HyperliquidVenue::stop_book(Feed& feed, wire::BookReason reason, const Context& context) {
  symbol_of(&feed)->book.stop(reason, context);
}
void HyperliquidVenue::close_book(Feed& feed, ConnectionId, std::optional<std::uint32_t> other,
                                  const Context& context) {
  if (!other) symbol_of(&feed)->book.cut(context);
}
void HyperliquidVenue::resend_book(const Feed& feed, const Context& context) const {
  static_cast<const SymbolFeed&>(feed).book.resend(context);
}
void HyperliquidVenue::spoil_book(Feed& feed, const Context& context) {
  symbol_of(&feed)->book.fault(wire::BookReason::Malformed, context);
}
void HyperliquidVenue::suspect_book(Feed& feed, const Context& context) {
  symbol_of(&feed)->book.fault(wire::BookReason::Silent, context);
  MarketDataVenue::suspect_book(feed, context);
}

// --- Connections ----------------------------------------------------------------------------------------------------

HyperliquidVenue::Alive& HyperliquidVenue::alive(ConnectionId connection, Nanos now) {
  const auto found = std::ranges::find(alive_, connection, &Alive::connection);
  if (found != alive_.end()) return *found;
  std::erase_if(alive_, [this](const Alive& each) { return subscriptions().find(each.connection) == nullptr; });
  return alive_.emplace_back(connection, now, now);
}

// The venue drops a connection that it sent nothing for a minute; an answer to this counts.
void HyperliquidVenue::keep_alive(const Context& context) {
  for (const Connection& connection : subscriptions().connections()) {
    Alive& each = alive(connection.id, context.now);
    const Nanos since_ping = context.now - each.pinged;
    const bool silent = context.now - each.heard >= ping_after_silence && since_ping >= ping_after_silence;
    // Less than nothing: the clock was set back.
    if (!silent && since_ping < ping_interval && since_ping >= Nanos{0}) continue;
    each.pinged = context.now;
    context.outbox.send(connection.id, R"({"method":"ping"})");
  }
}

void HyperliquidVenue::tick(const Context& context) {
  keep_alive(context);
}

}  // namespace trunkline::venue::hyperliquid
