#include "trunkline/venue/alpaca/alpaca_venue.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "trunkline/venue/alpaca/audit.hpp"
#include "trunkline/venue/alpaca/catch_up.hpp"
#include "trunkline/venue/alpaca/feed.hpp"
#include "trunkline/venue/alpaca/requests.hpp"
#include "trunkline/venue/alpaca/us_eastern.hpp"

namespace trunkline::venue::alpaca {
namespace {

constexpr Nanos silence_before_ping = std::chrono::seconds{10};
constexpr std::string_view test_symbol = "FAKEPACA";

}  // namespace

AlpacaVenue::AlpacaVenue(AlpacaConfig config)
    : config_(std::move(config)),
      exchange_(config_.market == Market::Stocks ? "alpaca" : "alpaca_crypto"),
      always_open_(config_.market == Market::Crypto || config_.feed == "test"),
      pending_(config_.subscriptions),
      session_(
          config_.encoding, config_.credentials,
          [this](std::uint32_t number) { return std::string_view(feeds_[number]->instrument.venue_symbol); },
          [this](std::string_view symbol) -> std::optional<std::uint32_t> {
            const std::uint32_t number = table_.find(symbol);
            if (number == SymbolTable::none) return std::nullopt;
            return number;
          }),
      assets_poll_(config_.assets_interval),
      calendar_poll_(config_.calendar_interval),
      clock_poll_(config_.clock_interval),
      actions_poll_(config_.actions_interval),
      audit_(std::make_unique<Audit>(*this)),
      catch_up_(std::make_unique<CatchUp>(*this)) {
  if (config_.trading_base.empty()) {
    config_.trading_base = config_.paper ? "https://paper-api.alpaca.markets" : "https://api.alpaca.markets";
  }
  // An account has one connection on most plans: none is opened beside another.
  Lane lane{
      .name = "stream",
      .url = config_.stream_base + (config_.market == Market::Crypto ? "/v1beta3/crypto/us" : "/v2/" + config_.feed),
      .silence_before_ping = silence_before_ping};
  if (config_.encoding == Encoding::MessagePack) lane.headers.emplace_back("Content-Type", "application/msgpack");
  lanes_.push_back(std::move(lane));
}

AlpacaVenue::~AlpacaVenue() = default;

RequestLimits AlpacaVenue::limits() const {
  // Of 200 a minute, some are left to whoever else uses the account.
  return {.weight_per_minute = 150, .used_weight_header = ""};
}

const CryptoBook* AlpacaVenue::book_of(SymbolHash symbol) const noexcept {
  for (const auto& feed : feeds_) {
    if (feed->instrument.hash == symbol) return &feed->book;
  }
  return nullptr;
}

void AlpacaVenue::report(const Context& context, Severity severity, std::string_view name, std::string symbol,
                         std::vector<std::pair<std::string_view, std::string>> fields) const {
  context.outbox.report({severity, name, exchange_, std::move(symbol), std::move(fields)});
}

bool AlpacaVenue::market_talks() const noexcept {
  if (always_open_ || phase_ == Phase::Regular) return true;
  return config_.extended_hours && (phase_ == Phase::Pre || phase_ == Phase::Post);
}

void AlpacaVenue::on_start(Nanos now, Sink& sink, Outbox& outbox) {
  const Context here = context(now, sink, outbox);
  if (config_.feed == "test" && config_.market == Market::Stocks) {
    // The one symbol of that feed is in no list of assets.
    Instrument fake;
    fake.descriptor = SymbolDescriptor::stock(exchange_, std::string(test_symbol));
    fake.text = fake.descriptor.to_text();
    fake.hash = fake.descriptor.hash();
    fake.venue_symbol = test_symbol;
    fake.kind = wire::InstrumentKind::Stock;
    fake.price_decimals = 2;
    fake.status = wire::TradingStatus::Trading;
    catalog_.instruments.push_back(std::move(fake));
    catalog_.index();
    have_catalog_ = true;
    for (const auto& [symbol, channels] : std::exchange(pending_, {})) {
      if (auto done = subscribe(symbol, channels, here); !done) {
        report(here, Severity::Error, "subscription_failed", symbol.to_text(), {{"error", done.error().message}});
      }
    }
  }
  ask(here);
}

void AlpacaVenue::on_open(ConnectionId connection, LaneId, Nanos now, Sink&, Outbox&) {
  session_.open(connection, now);
}

void AlpacaVenue::on_closed(ConnectionId connection, std::string_view, Nanos now, Sink& sink, Outbox& outbox) {
  if (session_.connection() != connection) return;
  session_.closed();
  catch_up_->lost();
  const Context here = context(now, sink, outbox);
  for (const auto& feed : feeds_) {
    audit_->forget(*feed);
    feed->book.fault(wire::BookReason::Disconnected, here);
  }
  pause_freshness();
}

void AlpacaVenue::on_reply(const Reply& reply, Sink& sink, Outbox& outbox) {
  const Context here = context(reply.received, sink, outbox);
  switch (purpose_of(reply.id)) {
    case Purpose::Assets:
      return take_assets(reply, here);
    case Purpose::Calendar:
      return take_calendar(reply, here);
    case Purpose::Clock:
      return take_clock(reply, here);
    case Purpose::LatestTrades:
      return take_latest(reply, true, here);
    case Purpose::LatestQuotes:
      return take_latest(reply, false, here);
    case Purpose::Actions:
      return take_actions(reply, here);
    case Purpose::Audit:
      return audit_->take(reply, here);
    case Purpose::MissedTrades:
      return catch_up_->take_reply(reply, here);
  }
}

void AlpacaVenue::on_tick(Nanos now, Sink& sink, Outbox& outbox) {
  const Context here = context(now, sink, outbox);
  session_.on_tick(now, outbox);
  ask(here);
  audit_->tick(here);
  catch_up_->tick(here);
  if (now < second_due_ && second_due_ - now <= std::chrono::seconds{1}) return;
  second_due_ = now + std::chrono::seconds{1};
  settle_phase(here);
  look_for_silence(here);
  wait_for_books(here);
  if (have_catalog_ && session_.becomes_ready()) outbox.ready(*session_.connection());
}

Result<void> AlpacaVenue::command(const Command& command, Nanos now, Sink& sink, Outbox& outbox) {
  const Context here = context(now, sink, outbox);
  if (command.symbol.exchange != exchange_) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} is not a symbol of {}", command.symbol.to_text(), exchange_));
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
  if (done) session_.pump(now, outbox);
  return done;
}

}  // namespace trunkline::venue::alpaca
