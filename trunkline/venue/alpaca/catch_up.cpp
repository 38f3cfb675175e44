#include "trunkline/venue/alpaca/catch_up.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "trunkline/venue/alpaca/requests.hpp"

namespace trunkline::venue::alpaca {
namespace {

constexpr std::size_t symbols_in_request = 100;
constexpr int forbidden = 403;  // the plan does not cover this

}  // namespace

void AlpacaVenue::CatchUp::lost() {
  // The newest thing that any symbol told: about when the connection was last heard, by the venue's own clock.
  Nanos newest{0};
  for (const auto& feed : venue_.feeds_) newest = std::max({newest, feed->newest_trade, feed->newest_quote});
  due_.clear();
  queries_.clear();
  asked_ = false;
  ++serial_;
  if (newest == Nanos{0}) return;
  for (const auto& feed : venue_.feeds_) {
    if (!feed->wants(Channel::Trades)) {
      feed->missed.reset();
      continue;
    }
    // A connection lost once more, before all was caught up.
    if (feed->missed && feed->missed->forget_at == Nanos{0}) continue;
    Nanos oldest_known = feed->newest_trade;
    for (const Feed::TradeKey& key : feed->trades) oldest_known = std::min(oldest_known, key.time);
    feed->missed = std::make_unique<Feed::Missed>();
    feed->missed->from = std::max(feed->newest_trade == Nanos{0} ? newest - margin : feed->newest_trade - margin,
                                  std::max(oldest_known, Nanos{1}));
    for (const Feed::TradeKey& key : feed->trades) {
      if (key.time >= feed->missed->from) feed->missed->known.insert(key);
    }
  }
}

bool AlpacaVenue::CatchUp::subscribed(Feed& feed) {
  const bool test_feed = venue_.config_.market == Market::Stocks && venue_.config_.feed == "test";
  if (!feed.missed || feed.missed->forget_at != Nanos{0} || test_feed) return false;
  if (std::ranges::find(due_, feed.number) == due_.end()) due_.push_back(feed.number);
  return true;
}

bool AlpacaVenue::CatchUp::take(Feed& feed, const TradeMessage& trade) {
  if (!feed.missed || trade.time < feed.missed->from || feed.missed->known.size() >= most_known) return true;
  return feed.missed->known.insert(Feed::key_of(trade)).second;
}

std::string AlpacaVenue::CatchUp::url_of(const Query& query) const {
  std::string symbols;
  for (const std::uint32_t number : query.symbols) {
    symbols += (symbols.empty() ? "" : ",") + percent_encoded(venue_.feeds_[number]->instrument.venue_symbol);
  }
  const AlpacaConfig& config = venue_.config_;
  std::string url = fmt::format("{}/{}/trades?symbols={}&start={}&limit={}&sort=asc", config.data_base,
                                config.market == Market::Crypto ? "v1beta3/crypto/us" : "v2/stocks", symbols,
                                to_iso8601(query.start), page_size);
  if (config.market == Market::Stocks) url += "&feed=" + config.feed;
  if (!query.page_token.empty()) url += "&page_token=" + percent_encoded(query.page_token);
  return url;
}

void AlpacaVenue::CatchUp::tick(const Context& context) {
  for (const auto& feed : venue_.feeds_) {
    if (feed->missed && feed->missed->forget_at != Nanos{0} && context.now >= feed->missed->forget_at) {
      feed->missed.reset();
    }
  }
  for (std::size_t at = 0; at < due_.size(); at += symbols_in_request) {
    Query query;
    for (std::size_t i = at; i < std::min(at + symbols_in_request, due_.size()); ++i) {
      const Nanos from = venue_.feeds_[due_[i]]->missed->from;
      query.start = query.symbols.empty() ? from : std::min(query.start, from);
      query.symbols.push_back(due_[i]);
    }
    queries_.push_back(std::move(query));
  }
  due_.clear();
  if (queries_.empty() || asked_ || context.now < next_try_) return;
  asked_ = true;
  venue_.request(context, request_id(Purpose::MissedTrades, ++serial_), url_of(queries_.front()), Priority::Normal);
}

void AlpacaVenue::CatchUp::take_past(const TradeMessage& trade, const Context& context) {
  Feed* const feed = venue_.feed_of(trade.symbol);
  if (feed == nullptr || !feed->missed || !feed->wants(Channel::Trades) || trade.time < feed->missed->from) return;
  if (feed->missed->known.size() >= most_known || !feed->missed->known.insert(Feed::key_of(trade)).second) return;
  static_cast<void>(feed->is_new(trade));  // remembered for the next time
  ++venue_.counters_.trades_caught_up;
  venue_.publish_trade(*feed, trade, trade_detail::from_history, context);
}

void AlpacaVenue::CatchUp::take_reply(const Reply& reply, const Context& context) {
  if (!asked_ || queries_.empty() || serial_of(reply.id) != serial_) return;
  asked_ = false;
  Query& query = queries_.front();
  std::string error;
  if (reply.status != 200) {
    error = fmt::format("HTTP {}: {}", reply.status, excerpt(reply.body));
  } else {
    const auto next = parse_past_trades(
        reply.body, [&](const TradeMessage& trade) { take_past(trade, context); },
        [&](std::string refused) { venue_.failed("missed trades", std::move(refused), context); });
    if (next) {
      query.tries = 0;
      // A page that leads to itself would never end.
      if (next->empty() || *next == query.page_token) return finish(context);
      if (++query.pages == most_pages) return give_up(fmt::format("more than {} pages", most_pages), context);
      query.page_token = *next;
      return;
    }
    error = next.error().message;
  }
  if (reply.status == forbidden || ++query.tries == most_tries) return give_up(std::move(error), context);
  next_try_ = context.now + Poll::first_pause * (1 << (query.tries - 1));
}

void AlpacaVenue::CatchUp::finish(const Context& context) {
  for (const std::uint32_t number : queries_.front().symbols) {
    Feed& feed = *venue_.feeds_[number];
    if (!feed.missed) continue;
    if (feed.missed->known.size() >= most_known) {
      venue_.report_missed(feed, "more trades than are remembered", context);
    }
    feed.missed->forget_at = context.now + stream_delay;
  }
  queries_.pop_front();
  next_try_ = Nanos{0};
}

void AlpacaVenue::CatchUp::give_up(std::string error, const Context& context) {
  for (const std::uint32_t number : queries_.front().symbols) {
    Feed& feed = *venue_.feeds_[number];
    if (!feed.missed) continue;
    venue_.report_missed(feed, error, context);
    feed.missed->forget_at = context.now + stream_delay;
  }
  queries_.pop_front();
  next_try_ = Nanos{0};
}

}  // namespace trunkline::venue::alpaca
