#include "trunkline/venue/kraken/kraken_venue.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "trunkline/venue/kraken/instruments.hpp"
#include "trunkline/venue/kraken/symbol_feed.hpp"

namespace trunkline::venue::kraken {
namespace {

constexpr Nanos silence_before_ping = std::chrono::seconds{10};

std::string_view channel_name(Channel channel) noexcept {
  switch (channel) {
    case Channel::Trades:
      return "trade";
    case Channel::Quotes:
      return "ticker";
    case Channel::Bars:
      return "ohlc";
    default:
      return "book";
  }
}

// Trades and bars answer a subscription with what was before, so even those of a symbol that does not trade speak once.
constexpr SilenceLimits silence_limits() noexcept {
  SilenceLimits limits = default_silence_limits;
  limits[std::to_underlying(Channel::Trades)] = {std::chrono::minutes{5}, Nanos{0}};
  limits[std::to_underlying(Channel::Bars)] = {std::chrono::minutes{5}, Nanos{0}};
  return limits;
}

MarketDataSetup setup_of(const KrakenConfig& config) {
  constexpr Channels channels{Channel::Trades, Channel::Quotes, Channel::Depth, Channel::Bars};
  MarketDataSetup setup;
  setup.exchange = exchange_id;
  setup.lanes = {{.name = "stream",
                  .url = config.stream_url,
                  .maximum_age = config.maximum_age,
                  .silence_before_ping = silence_before_ping,
                  .messages_per_second = 20}};
  setup.channels = channels;
  setup.subscription = {.lanes = {channels}, .batch = 100, .numbered = false, .silence = silence_limits()};
  setup.subscriptions = config.subscriptions;
  return setup;
}

}  // namespace

KrakenVenue::KrakenVenue(KrakenConfig config)
    : MarketDataVenue(setup_of(config)),
      config_(std::move(config)),
      exponent_of_([this](std::string_view symbol) { return exponent_of(symbol); }) {
  config_.depth = std::max(config_.depth, 10U);
}

KrakenVenue::SymbolFeed* KrakenVenue::symbol_of(Feed* feed) const noexcept {
  return static_cast<SymbolFeed*>(feed);
}

int KrakenVenue::exponent_of(std::string_view venue_symbol) const noexcept {
  const Feed* const feed = feed_of(venue_symbol);
  return feed == nullptr ? 0 : feed->instrument.unit_exponent;
}

const BookFeed* KrakenVenue::book_of(SymbolHash symbol) const noexcept {
  for (const auto& feed : feeds()) {
    if (feed->instrument.hash == symbol) return &symbol_of(feed.get())->book;
  }
  return nullptr;
}

std::unique_ptr<MarketDataFeed> KrakenVenue::make_feed(const Instrument& instrument, std::uint32_t number) {
  return std::make_unique<SymbolFeed>(instrument, number, config_.depth);
}

void KrakenVenue::feed_added(Feed& feed) {
  any_scaled_ = any_scaled_ || feed.instrument.unit_exponent != 0;
}

// --- Reference data -------------------------------------------------------------------------------------------------

void KrakenVenue::ask_for_instruments(ConnectionId connection, Outbox& outbox) {
  outbox.send(connection,
              fmt::format(R"({{"method":"subscribe","params":{{"channel":"instrument","snapshot":true}},"req_id":{}}})",
                          next_request_++));
}

void KrakenVenue::ask_for_catalog(bool, const Context& context) {
  instruments_due_ = context.now + instruments_limit;
  for (const Connection& connection : subscriptions().connections()) {
    ask_for_instruments(connection.id, context.outbox);
  }
}

bool KrakenVenue::opened(Connection& connection, const Context& context) {
  if (!have_catalog()) instruments_due_ = context.now + instruments_limit;
  ask_for_instruments(connection.id, context.outbox);
  return true;
}

void KrakenVenue::take_instruments(bool snapshot, const Context& context) {
  const Catalog& read = parser_.instruments();
  if (!snapshot && !have_catalog()) return;
  Catalog fresh;
  fresh.refused = read.refused;
  if (!snapshot) fresh.instruments = catalog().instruments;
  for (const Instrument& instrument : read.instruments) {
    const auto known =
        snapshot ? fresh.instruments.end() : std::ranges::find(fresh.instruments, instrument.hash, &Instrument::hash);
    if (known != fresh.instruments.end()) {
      *known = instrument;
    } else {
      fresh.instruments.push_back(instrument);
    }
  }
  fresh.index();
  instruments_due_ = Nanos{0};
  take_catalog(std::move(fresh), context);
}

// --- Subscriptions --------------------------------------------------------------------------------------------------

void KrakenVenue::write_subscription(ConnectionId connection, std::span<const StreamKey> keys, bool subscribe,
                                     std::uint64_t, Outbox& outbox) {
  for (const Channel channel : {Channel::Depth, Channel::Quotes, Channel::Trades, Channel::Bars}) {
    Asked asked{connection, channel, subscribe, {}};
    std::string symbols;
    for (const StreamKey key : keys) {
      if (key.channel != channel) continue;
      asked.keys.push_back(key);
      symbols += fmt::format("{}\"{}\"", symbols.empty() ? "" : ",", feeds()[key.feed]->instrument.venue_symbol);
    }
    if (asked.keys.empty()) continue;
    std::string options;
    if (channel == Channel::Depth) options = fmt::format(R"(,"depth":{})", config_.depth);
    if (channel == Channel::Quotes) options = R"(,"event_trigger":"bbo")";
    if (channel == Channel::Bars) options = R"(,"interval":1)";
    if (subscribe) options += R"(,"snapshot":true)";
    outbox.send(connection, fmt::format(R"({{"method":"{}","params":{{"channel":"{}","symbol":[{}]{}}},"req_id":{}}})",
                                        subscribe ? "subscribe" : "unsubscribe", channel_name(channel), symbols,
                                        options, next_request_));
    asked_.emplace(next_request_++, std::move(asked));
  }
}

std::string KrakenVenue::stream_text(StreamKey key) const {
  return fmt::format("{} {}", channel_name(key.channel), feeds()[key.feed]->instrument.venue_symbol);
}

void KrakenVenue::take_answer_of(Connection& from, const ReplyMessage& reply, const Context& context) {
  const auto found = asked_.find(reply.id);
  if (found == asked_.end() || found->second.connection != from.id) {
    if (!reply.refused) return;
    report(context, Severity::Warning, "venue_error", std::string(reply.symbol), {{"reason", excerpt(reply.error)}});
    return;
  }
  Asked& asked = found->second;
  const Feed* const named = reply.symbol.empty() ? nullptr : feed_of(reply.symbol);
  const auto concerned = [&](StreamKey key) { return reply.symbol.empty() || (named && key.feed == named->number); };
  std::vector<StreamKey> keys;
  std::ranges::copy_if(asked.keys, std::back_inserter(keys), concerned);
  std::erase_if(asked.keys, concerned);
  const bool subscribe = asked.subscribe;
  if (asked.keys.empty()) asked_.erase(found);
  const ConnectionId id = from.id;
  for (const StreamKey key : keys) {
    if (!subscribe) {
      // Refused: it was not subscribed, which is what was wanted.
      subscriptions().left(id, key);
      continue;
    }
    const bool refused = reply.refused && !reply.error.starts_with("Already subscribed");
    // A book that another connection brings goes on there until this one has the snapshot.
    const bool later = !refused && key.channel == Channel::Depth && subscriptions().several_on(from.lane);
    if (!later) take_answer(from, key, refused, {}, reply.error, context);
  }
}

// --- Books ----------------------------------------------------------------------------------------------------------

void KrakenVenue::settle(SymbolFeed& feed, BookFeed::Need need, const Context& context) {
  if (need == BookFeed::Need::Nothing) [[likely]]
    return;
  subscriptions().ask_again({feed.number, Channel::Depth}, context.now, context.outbox);
}

void KrakenVenue::start_book(Feed& feed, ConnectionId, const Context& context) {
  symbol_of(&feed)->book.start(context);
}
void KrakenVenue::stop_book(Feed& feed, wire::BookReason reason, const Context& context) {
  symbol_of(&feed)->audit.cancel();
  symbol_of(&feed)->book.stop(reason, context);
}
void KrakenVenue::close_book(Feed& feed, ConnectionId source, std::optional<std::uint32_t> other,
                             const Context& context) {
  SymbolFeed& symbol = *symbol_of(&feed);
  settle(symbol, symbol.book.on_closed(source, other.has_value(), context), context);
}
void KrakenVenue::resend_book(const Feed& feed, const Context& context) const {
  static_cast<const SymbolFeed&>(feed).book.resend(context);
}
void KrakenVenue::spoil_book(Feed& feed, const Context& context) {
  SymbolFeed& symbol = *symbol_of(&feed);
  settle(symbol, symbol.book.fault(wire::BookReason::Malformed, context), context);
}

void KrakenVenue::tick(const Context& context) {
  audit_in_turn(context);
  for (const auto& feed : feeds()) {
    if (!feed->wants(Channel::Depth)) continue;
    SymbolFeed& symbol = *symbol_of(feed.get());
    settle(symbol, symbol.book.on_tick(context), context);
    audit(symbol, context);
  }
  std::erase_if(asked_, [this](const auto& each) { return subscriptions().find(each.second.connection) == nullptr; });
  const bool connected = !subscriptions().connections().empty();
  if (instruments_due_ != Nanos{0} && connected && context.now >= instruments_due_) {
    instruments_due_ = Nanos{0};
    take_catalog(fail(ErrorCode::Timeout, "the instrument channel was subscribed and stays silent"), context);
  }
}

}  // namespace trunkline::venue::kraken
