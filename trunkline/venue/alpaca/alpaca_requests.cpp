// Reference data, market hours, latest values and corporate actions: what is asked for by HTTP, again and again.
#include <algorithm>
#include <fmt/format.h>

#include "trunkline/venue/alpaca/feed.hpp"
#include "trunkline/venue/alpaca/requests.hpp"
#include "trunkline/venue/alpaca/us_eastern.hpp"

namespace trunkline::venue::alpaca {
namespace {

constexpr std::size_t symbols_in_request = 100;
constexpr std::chrono::days calendar_back{7};
constexpr std::chrono::days calendar_ahead{35};
constexpr std::chrono::days actions_back{7};
constexpr std::chrono::days actions_ahead{30};
// The venue's clock and the calendar may differ for so long around a change of phase.
constexpr Nanos clock_tolerance = std::chrono::seconds{90};

std::string date_text(std::chrono::year_month_day date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

bool same(const wire::CorporateAction& a, const wire::CorporateAction& b) noexcept {
  return a.new_rate == b.new_rate && a.old_rate == b.old_rate && a.cash == b.cash && a.ex_date == b.ex_date &&
         a.record_date == b.record_date && a.payable_date == b.payable_date && a.process_date == b.process_date &&
         a.kind == b.kind;
}

}  // namespace

void AlpacaVenue::request(const Context& context, RequestId id, std::string url, Priority priority) const {
  Request out{id, std::move(url), 1, priority, {}};
  out.headers = {{"APCA-API-KEY-ID", config_.credentials.key}, {"APCA-API-SECRET-KEY", config_.credentials.secret}};
  context.outbox.request(std::move(out));
}

std::string AlpacaVenue::latest_url(std::string_view what, std::string_view symbols) const {
  if (config_.market == Market::Crypto) {
    return fmt::format("{}/v1beta3/crypto/us/latest/{}?symbols={}", config_.data_base, what, percent_encoded(symbols));
  }
  return fmt::format("{}/v2/stocks/{}/latest?symbols={}&feed={}", config_.data_base, what, percent_encoded(symbols),
                     config_.feed);
}

void AlpacaVenue::failed(std::string_view what, std::string error, const Context& context) {
  ++counters_.requests_failed;
  report(context, Severity::Error, what == "assets" ? "reference_data_failed" : "request_failed", {},
         {{"request", std::string(what)}, {"error", std::move(error)}});
}

bool AlpacaVenue::good(const Reply& reply, std::string_view what, const Context& context) {
  if (reply.status == 200) return true;
  failed(what, fmt::format("HTTP {}: {}", reply.status, excerpt(reply.body)), context);
  return false;
}

void AlpacaVenue::ask(const Context& context) {
  const bool test_feed = config_.market == Market::Stocks && config_.feed == "test";
  if (!test_feed && assets_poll_.take(context.now)) {
    request(context, request_id(Purpose::Assets),
            fmt::format("{}/v2/assets?status=active&asset_class={}", config_.trading_base,
                        config_.market == Market::Stocks ? "us_equity" : "crypto"),
            have_catalog_ ? Priority::Low : Priority::Normal);
  }
  if (test_feed) return;
  ask_for_latest(context);
  if (always_open_) return;
  if (calendar_poll_.take(context.now)) {
    const std::chrono::sys_days today = eastern_date(context.now);
    calendar_first_ = today - calendar_back;
    calendar_last_ = today + calendar_ahead;
    request(context, request_id(Purpose::Calendar),
            fmt::format("{}/v2/calendar?start={}&end={}", config_.trading_base, date_text(calendar_first_),
                        date_text(calendar_last_)),
            Priority::Normal);
  }
  if (clock_poll_.take(context.now)) {
    request(context, request_id(Purpose::Clock), fmt::format("{}/v2/clock", config_.trading_base), Priority::Normal);
  }
  ask_for_actions(context);
}

void AlpacaVenue::take_assets(const Reply& reply, const Context& context) {
  if (!good(reply, "assets", context)) return assets_poll_.failed(context.now);
  auto fresh = parse_assets(config_.market, exchange_, reply.body);
  if (!fresh) {
    failed("assets", fresh.error().message, context);
    return assets_poll_.failed(context.now);
  }
  assets_poll_.done(context.now);
  for (const std::string& refused : fresh->refused) {
    report(context, Severity::Warning, "reference_data_refused", {}, {{"error", refused}});
  }
  catalog_ = *std::move(fresh);
  const bool first = !std::exchange(have_catalog_, true);
  for (const auto& feed : feeds_) {
    const Instrument* const now = catalog_.find(feed->instrument.hash);
    feed->listed = now == nullptr ? wire::TradingStatus::Closed : now->status;
    refresh_status(*feed, context);
  }
  if (!first) return;
  for (const auto& [symbol, channels] : std::exchange(pending_, {})) {
    if (auto done = subscribe(symbol, channels, context); !done) {
      report(context, Severity::Error, "subscription_failed", symbol.to_text(), {{"error", done.error().message}});
    }
  }
  session_.pump(context.now, context.outbox);
}

void AlpacaVenue::take_calendar(const Reply& reply, const Context& context) {
  if (!good(reply, "calendar", context)) return calendar_poll_.failed(context.now);
  auto calendar = parse_calendar(reply.body, calendar_first_, calendar_last_);
  if (!calendar) {
    failed("calendar", calendar.error().message, context);
    return calendar_poll_.failed(context.now);
  }
  calendar_poll_.done(context.now);
  calendar_ = *std::move(calendar);
  settle_phase(context);
}

void AlpacaVenue::take_clock(const Reply& reply, const Context& context) {
  if (!good(reply, "clock", context)) return clock_poll_.failed(context.now);
  const auto clock = parse_clock(reply.body);
  if (!clock) {
    failed("clock", clock.error().message, context);
    return clock_poll_.failed(context.now);
  }
  clock_poll_.done(context.now);
  // Around a change both may be right.
  const Phase before = calendar_.phase_at(clock->time - clock_tolerance);
  const Phase after = calendar_.phase_at(clock->time + clock_tolerance);
  const bool agrees = before == Phase::Unknown || before != after || (after == Phase::Regular) == clock->open;
  if (agrees) {
    clock_says_open_.reset();
  } else if (clock_says_open_ != clock->open) {
    clock_says_open_ = clock->open;
    report(context, Severity::Warning, "calendar_contradicted", {},
           {{"calendar", std::string(to_text(after))}, {"clock", clock->open ? "open" : "closed"}});
    calendar_poll_.hurry();
  }
  settle_phase(context);
}

void AlpacaVenue::settle_phase(const Context& context) {
  if (always_open_) return;
  Phase phase = calendar_.phase_at(context.now);
  // The venue's own clock knows of a day that the calendar did not foresee.
  if (clock_says_open_ && (phase == Phase::Regular) != *clock_says_open_) {
    phase = *clock_says_open_ ? Phase::Regular : Phase::Closed;
  }
  if (phase == phase_) return;
  report(context, Severity::Info, "market_phase", {},
         {{"phase", std::string(to_text(phase))}, {"before", std::string(to_text(phase_))}});
  phase_ = phase;
  pause_freshness();
  for (const auto& feed : feeds_) refresh_status(*feed, context);
}

void AlpacaVenue::ask_for_latest(const Context& context) {
  const auto send = [&](std::vector<std::uint32_t>& due, Purpose purpose, std::string_view what) {
    for (std::size_t at = 0; at < due.size(); at += symbols_in_request) {
      std::string symbols;
      for (std::size_t i = at; i < std::min(at + symbols_in_request, due.size()); ++i) {
        symbols += (symbols.empty() ? "" : ",") + feeds_[due[i]]->instrument.venue_symbol;
      }
      request(context, request_id(purpose), latest_url(what, symbols), Priority::Normal);
    }
    due.clear();
  };
  send(latest_trades_due_, Purpose::LatestTrades, "trades");
  send(latest_quotes_due_, Purpose::LatestQuotes, "quotes");
}

void AlpacaVenue::take_latest(const Reply& reply, bool trades, const Context& context) {
  const std::string_view what = trades ? "latest trades" : "latest quotes";
  // The stream goes on without them.
  if (!good(reply, what, context)) return;
  const OnRefused refuse = [&](std::string error) { failed(what, std::move(error), context); };
  const auto parsed = trades ? parse_latest_trades(
                                   reply.body,
                                   [&](const TradeMessage& trade) {
                                     Feed* const feed = feed_of(trade.symbol);
                                     if (feed == nullptr || !feed->wants(Channel::Trades)) return;
                                     // The stream has told newer ones: it would come out of order.
                                     if (trade.time < feed->newest_trade || !feed->is_new(trade)) return;
                                     publish_trade(*feed, trade, trade_detail::from_history, context);
                                   },
                                   refuse)
                             : parse_latest_quotes(
                                   reply.body,
                                   [&](const QuoteMessage& quote) {
                                     Feed* const feed = feed_of(quote.symbol);
                                     if (feed == nullptr || !feed->wants(Channel::Quotes)) return;
                                     if (quote.time <= feed->newest_quote) return;
                                     feed->newest_quote = quote.time;
                                     publish_quote(*feed, quote, context);
                                   },
                                   refuse);
  if (!parsed) failed(what, parsed.error().message, context);
}

void AlpacaVenue::ask_for_actions(const Context& context) {
  if (!feeds_.empty() && action_queries_.empty() && actions_poll_.take(context.now)) {
    for (std::size_t at = 0; at < feeds_.size(); at += symbols_in_request) {
      ActionQuery query;
      for (std::size_t i = at; i < std::min(at + symbols_in_request, feeds_.size()); ++i) {
        query.symbols += (query.symbols.empty() ? "" : ",") + feeds_[i]->instrument.venue_symbol;
      }
      action_queries_.push_back(std::move(query));
    }
  }
  if (action_queries_.empty() || action_query_under_way_ || context.now < action_query_due_) return;
  const ActionQuery& query = action_queries_.front();
  const std::chrono::sys_days today = eastern_date(context.now);
  std::string url =
      fmt::format("{}/v1/corporate-actions?symbols={}&start={}&end={}&limit=1000", config_.data_base,
                  percent_encoded(query.symbols), date_text(today - actions_back), date_text(today + actions_ahead));
  if (!query.page_token.empty()) url += "&page_token=" + percent_encoded(query.page_token);
  action_query_under_way_ = true;
  request(context, request_id(Purpose::Actions), std::move(url), Priority::Low);
}

void AlpacaVenue::take_actions(const Reply& reply, const Context& context) {
  action_query_under_way_ = false;
  if (action_queries_.empty()) return;
  ActionQuery& query = action_queries_.front();
  auto parsed = good(reply, "corporate actions", context) ? parse_corporate_actions(reply.body)
                                                          : Result<CorporateActions>(CorporateActions{});
  if (!parsed) failed("corporate actions", parsed.error().message, context);
  if (!parsed || reply.status != 200) {
    // This page again, a few times; then all of it at the next poll.
    action_query_due_ = context.now + Poll::first_pause * (1 << std::min(query.tries, 6U));
    if (++query.tries < 5) return;
    action_queries_.clear();
    return actions_poll_.failed(context.now);
  }
  for (const std::string& refused : parsed->refused) failed("corporate actions", refused, context);
  for (CorporateAction& each : parsed->actions) {
    Feed* const feed = feed_of(each.symbol);
    if (feed == nullptr) continue;
    const auto [known, is_new] = actions_.try_emplace(each.action.action_id, each.action);
    if (!is_new && same(known->second, each.action)) continue;
    known->second = each.action;
    each.action.symbol = feed->instrument.hash;
    std::string other;
    if (!each.other.empty()) {
      if (const auto named = descriptor_of(config_.market, exchange_, each.other)) other = named->to_text();
    }
    context.sink.publish(each.action, std::string_view(other));
  }
  query.tries = 0;
  // A page that leads to itself would never end.
  if (!parsed->next_page_token.empty() && parsed->next_page_token != query.page_token) {
    query.page_token = std::move(parsed->next_page_token);
    return;
  }
  action_queries_.pop_front();
  if (action_queries_.empty()) actions_poll_.done(context.now);
}

}  // namespace trunkline::venue::alpaca
