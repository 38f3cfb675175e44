#include "trunkline/venue/coinbase/coinbase_venue.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "trunkline/venue/coinbase/feed.hpp"
#include "trunkline/venue/coinbase/products.hpp"

namespace trunkline::venue::coinbase {

using wire::BookReason;
using wire::Integrity;

namespace {

struct ApiSpec {
  std::string_view exchange;
  std::string_view rest_base;
  std::string_view stream_base;
};
constexpr ApiSpec exchange_spec{"coinbase", "https://api.exchange.coinbase.com",
                                "wss://ws-feed.exchange.coinbase.com/"};
constexpr ApiSpec advanced_spec{"coinbase_advanced", "https://api.coinbase.com/api/v3/brokerage",
                                "wss://advanced-trade-ws.coinbase.com/"};

constexpr const ApiSpec& spec_of(Api api) noexcept {
  return api == Api::Exchange ? exchange_spec : advanced_spec;
}

// Half of what a public client may ask: 10 a second.
constexpr std::uint32_t requests_per_minute = 300;
// Below the 8 a second that one address may send.
constexpr std::uint32_t messages_per_second = 5;
constexpr Nanos silence_before_ping = std::chrono::seconds{10};
// How many levels a product_book of Advanced Trade holds is not known: it is taken as cut behind its worst ones.
constexpr std::size_t any_size_is_cut = 1;

enum class Purpose : std::uint8_t { Products = 1, Audit = 2 };

constexpr RequestId request_id(Purpose purpose, std::uint32_t feed, std::uint32_t serial) noexcept {
  return RequestId{std::uint64_t{std::to_underlying(purpose)} << 56 | std::uint64_t{feed & 0xFF'FFFF} << 32 | serial};
}
constexpr RequestId products_request = request_id(Purpose::Products, 0, 0);

MarketDataSetup setup_of(const CoinbaseConfig& config) {
  const ApiSpec& spec = spec_of(config.api);
  MarketDataSetup setup;
  setup.exchange = spec.exchange;
  setup.channels = {Channel::Trades, Channel::Quotes, Channel::Depth};
  setup.catalog_interval = config.products_interval;
  setup.subscriptions = config.subscriptions;
  setup.subscription.lanes = {setup.channels};
  // A ticker comes with trades only.
  setup.subscription.silence[std::to_underlying(Channel::Quotes)] = {std::chrono::minutes{2}, Nanos{0}};
  setup.lanes.push_back({.name = "stream",
                         .url = std::string(config.stream_base.empty() ? spec.stream_base : config.stream_base),
                         .maximum_age = config.maximum_age,
                         .silence_before_ping = silence_before_ping,
                         .messages_per_second = messages_per_second});
  return setup;
}

std::string check(const CoinbaseConfig& config) {
  if (!config.credentials) return {};
  const auto signed_text = config.api == Api::Exchange
                               ? exchange_signature(config.credentials->secret, "0", "GET", "/users/self/verify")
                               : advanced_token(*config.credentials, Nanos{0}, "0");
  return signed_text ? std::string{} : signed_text.error().message;
}

void append(std::string& text, std::string_view key, std::string_view value) {
  text += fmt::format(",\"{}\":\"{}\"", key, value);
}
std::string list(std::span<const std::string_view> items) {
  std::string text = "[";
  for (const std::string_view item : items) text += fmt::format("{}\"{}\"", text.size() > 1 ? "," : "", item);
  return text + ']';
}

}  // namespace

CoinbaseVenue::CoinbaseVenue(CoinbaseConfig config)
    : MarketDataVenue(setup_of(config)),
      config_(std::move(config)),
      refused_credentials_(check(config_)),
      parser_(config_.api),
      exponent_of_([this](std::string_view product) { return exponent_of(product); }) {
  if (!refused_credentials_.empty()) config_.credentials.reset();
}

CoinbaseVenue::~CoinbaseVenue() = default;

RequestLimits CoinbaseVenue::limits() const {
  return {.weight_per_minute = requests_per_minute, .used_weight_header = {}};
}

int CoinbaseVenue::exponent_of(std::string_view product) const noexcept {
  const Feed* const feed = feed_of(product);
  return feed == nullptr ? 0 : feed->instrument.unit_exponent;
}

const ProductBook* CoinbaseVenue::book_of(SymbolHash symbol) const noexcept {
  for (const auto& each : feeds()) {
    if (each->instrument.hash == symbol) return &feed(each->number).book;
  }
  return nullptr;
}

std::unique_ptr<MarketDataFeed> CoinbaseVenue::make_feed(const Instrument& instrument, std::uint32_t number) {
  any_scaled_ = any_scaled_ || instrument.unit_exponent != 0;
  const Integrity integrity = config_.api == Api::Advanced         ? Integrity::Sequenced
                              : config_.audit_interval == Nanos{0} ? Integrity::Unverified
                                                                   : Integrity::SnapshotOnly;
  return std::make_unique<CoinbaseFeed>(instrument, number, integrity);
}

// --- What is sent ---------------------------------------------------------------------------------------------------

std::string_view CoinbaseVenue::depth_channel() const noexcept {
  return config_.api == Api::Advanced || config_.credentials ? "level2" : "level2_batch";
}

// `also`: further channels of the same products, Exchange only.
std::string CoinbaseVenue::send_text(std::string_view type, std::string_view channel,
                                     std::span<const std::string_view> products,
                                     std::span<const std::string_view> also) const {
  std::string text = fmt::format(R"({{"type":"{}")", type);
  if (!products.empty()) text += fmt::format(R"(,"product_ids":{})", list(products));
  if (config_.api == Api::Advanced) {
    append(text, "channel", channel);
    if (config_.credentials && type == "subscribe") {
      if (const auto token = advanced_token(*config_.credentials, now_, random_nonce())) append(text, "jwt", *token);
    }
    return text + '}';
  }
  std::vector<std::string_view> channels = {channel};
  channels.insert(channels.end(), also.begin(), also.end());
  text += fmt::format(R"(,"channels":{})", list(channels));
  if (config_.credentials && channel == "level2" && type == "subscribe") {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now_).count();
    const std::string timestamp = std::to_string(seconds);
    const auto signature = exchange_signature(config_.credentials->secret, timestamp, "GET", "/users/self/verify");
    if (signature) {
      append(text, "signature", *signature);
      append(text, "key", config_.credentials->key);
      append(text, "passphrase", config_.credentials->passphrase);
      append(text, "timestamp", timestamp);
    }
  }
  return text + '}';
}

bool CoinbaseVenue::opened(Connection& connection, const Context& context) {
  now_ = context.now;
  std::erase_if(numbers_, [&](const Numbered& each) { return subscriptions().find(each.connection) == nullptr; });
  numbers_.push_back({connection.id, {}});
  // Who subscribes to nothing within five seconds is cut off, and the products may not be known so soon.
  context.outbox.send(connection.id,
                      send_text("subscribe", config_.api == Api::Exchange ? "status" : "heartbeats", {}, {}));
  return true;
}

void CoinbaseVenue::write_subscription(ConnectionId connection, std::span<const StreamKey> keys, bool subscribe,
                                       std::uint64_t, Outbox& outbox) {
  const bool advanced = config_.api == Api::Advanced;
  for (const Channel channel : {Channel::Depth, Channel::Trades, Channel::Quotes}) {
    std::vector<std::string_view> products;
    for (const StreamKey key : keys) {
      if (key.channel != channel) continue;
      CoinbaseFeed& of = feed(key.feed);
      products.push_back(of.instrument.venue_symbol);
      // Trades that nobody wants are not missed.
      if (channel == Channel::Trades && !subscribe && !of.wants(channel)) of.ids = {};
    }
    if (products.empty()) continue;
    const std::string_view name = channel == Channel::Depth    ? depth_channel()
                                  : channel == Channel::Trades ? (advanced ? "market_trades" : "matches")
                                                               : "ticker";
    // The heartbeat tells of trades that never came.
    constexpr std::string_view heartbeat[] = {"heartbeat"};
    const bool beats = !advanced && channel == Channel::Trades;
    outbox.send(connection, send_text(subscribe ? "subscribe" : "unsubscribe", name, products,
                                      std::span(heartbeat).first(beats ? 1 : 0)));
  }
}

void CoinbaseVenue::ask_for_catalog(bool again, const Context& context) {
  now_ = context.now;
  if (!refused_credentials_.empty()) {
    report(context, Severity::Error, "credentials_refused", {}, {{"error", std::exchange(refused_credentials_, {})}});
  }
  const bool advanced = config_.api == Api::Advanced;
  const std::string_view base = config_.rest_base.empty() ? spec_of(config_.api).rest_base : config_.rest_base;
  context.outbox.request({products_request, fmt::format("{}{}", base, advanced ? "/market/products" : "/products"), 1,
                          again ? Priority::Low : Priority::Normal});
}

std::string CoinbaseVenue::book_address(const CoinbaseFeed& feed) const {
  const std::string_view base = config_.rest_base.empty() ? spec_of(config_.api).rest_base : config_.rest_base;
  const std::string& product = feed.instrument.venue_symbol;
  return config_.api == Api::Exchange ? fmt::format("{}/products/{}/book?level=2", base, product)
                                      : fmt::format("{}/market/product_book?product_id={}", base, product);
}

void CoinbaseVenue::take_reply(const Reply& reply, const Context& context) {
  now_ = context.now;
  if (reply.id == products_request) {
    return take_catalog(
        reply.status == 200
            ? parse_products(config_.api, exchange(), reply.body)
            : Result<Catalog>(fail(ErrorCode::Unavailable,
                                   fmt::format("products: HTTP {}: {}", reply.status, excerpt(reply.body)))),
        context);
  }
  const auto number = static_cast<std::uint32_t>(std::to_underlying(reply.id) >> 32 & 0xFF'FFFF);
  if (number >= feeds().size()) return;
  CoinbaseFeed& of = feed(number);
  if (!of.audit.asked() || reply.id != request_id(Purpose::Audit, number, of.audit_serial)) return;
  std::string error;
  if (reply.status != 200) {
    error = fmt::format("HTTP {}: {}", reply.status, excerpt(reply.body));
  } else if (const auto book = rest_parser_.parse(config_.api, reply.body, of.instrument.unit_exponent); book) {
    return of.audit.take(**book, config_.api == Api::Advanced ? any_size_is_cut : 0, context.now);
  } else {
    error = book.error();
  }
  of.audit.cancel();
  ++books_.audits_inconclusive;
  report(context, Severity::Warning, "book_audit_impossible", of.instrument.text, {{"error", std::move(error)}});
}

// --- Books ----------------------------------------------------------------------------------------------------------

void CoinbaseVenue::start_book(Feed& of, ConnectionId, const Context& context) {
  feed(of.number).book.start(context);
}

void CoinbaseVenue::stop_book(Feed& of, BookReason reason, const Context& context) {
  feed(of.number).audit.cancel();
  feed(of.number).book.stop(reason, context);
}

void CoinbaseVenue::close_book(Feed& of, ConnectionId source, std::optional<std::uint32_t>, const Context& context) {
  feed(of.number).book.close(source, context);
}

void CoinbaseVenue::resend_book(const Feed& of, const Context& context) const {
  feed(of.number).book.resend(context);
}

void CoinbaseVenue::spoil_book(Feed& of, const Context& context) {
  feed(of.number).book.fault(BookReason::Malformed, context);
}

// Only a fresh book tells a quiet product from a stream that has died.
void CoinbaseVenue::suspect_book(Feed& of, const Context& context) {
  CoinbaseFeed& suspect = feed(of.number);
  if (suspect.book.live() && !suspect.audit.running()) suspect.audit.begin(context.now);
}

void CoinbaseVenue::channel_closed(Feed& of, Channel channel) {
  CoinbaseFeed& closed = feed(of.number);
  if (channel == Channel::Trades) {
    closed.ids_may_restart = true;
    closed.beat_trade_id = 0;
  }
  if (channel == Channel::Quotes) {
    closed.quote_sequence = 0;
    closed.quote_time = Nanos{0};
  }
}

void CoinbaseVenue::tick(const Context& context) {
  now_ = context.now;
  ask_for_snapshots(context);
  audit_in_turn(context);
  for (const auto& each : feeds()) audit(feed(each->number), context);
}

void CoinbaseVenue::ask_for_snapshots(const Context& context) {
  std::vector<StreamKey> keys;
  for (const auto& each : feeds()) {
    if (!each->wants(Channel::Depth) || !feed(each->number).book.wants_snapshot(context.now)) continue;
    keys.push_back({each->number, Channel::Depth});
  }
  books_.resubscribed += keys.size();
  // Its answer holds the latest trades, and so the lost ones.
  if (std::exchange(resubscribe_trades_, false)) {
    for (const auto& each : feeds()) {
      if (each->wants(Channel::Trades)) keys.push_back({each->number, Channel::Trades});
    }
  }
  if (!keys.empty()) subscriptions().ask_again(keys, context.now, context.outbox);
}

void CoinbaseVenue::audit_in_turn(const Context& context) {
  const auto turn = audit_turns_.next(
      context.now, config_.audit_interval, feeds().size(),
      [this](std::uint32_t number) { return feed(number).book.live() && !feed(number).audit.running(); });
  if (turn) feed(*turn).audit.begin(context.now);
}

void CoinbaseVenue::audit(CoinbaseFeed& of, const Context& context) {
  if (!of.audit.running()) return;
  if (!of.book.live()) {
    of.audit.cancel();
    ++books_.audits_inconclusive;
    return;
  }
  switch (of.audit.tick(of.book.ladder(), context.now)) {
    case BookAudit::Verdict::Nothing:
      break;
    case BookAudit::Verdict::Ask:
      context.outbox.request(
          {request_id(Purpose::Audit, of.number, ++of.audit_serial), book_address(of), 1, Priority::Low});
      break;
    case BookAudit::Verdict::Equal:
      ++books_.audits;
      report(context, Severity::Debug, "book_audit_passed", of.instrument.text, {});
      break;
    case BookAudit::Verdict::Inconclusive:
      ++books_.audits_inconclusive;
      break;
    case BookAudit::Verdict::Different:
      ++books_.audits;
      ++books_.audits_failed;
      report(context, Severity::Error, "book_audit_failed", of.instrument.text,
             {{"difference", of.audit.difference()}, {"update_id", std::to_string(of.book.published().update_id())}});
      of.book.fault(BookReason::AuditMismatch, context);
      break;
  }
}

}  // namespace trunkline::venue::coinbase
