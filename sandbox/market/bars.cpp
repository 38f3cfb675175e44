#include "sandbox/market/bars.hpp"

#include <algorithm>
#include <cmath>

#include "sandbox/flow/random.hpp"

namespace trunkline::sandbox {
namespace {

constexpr std::int64_t minute_ms = 60'000;

std::int64_t floor_to(std::int64_t time, std::int64_t interval) {
  return time - time % interval;
}

void merge(Bar& bar, const Bar& part) {
  if (bar.trades == 0) {
    bar.open = part.open;
    bar.high = part.high;
    bar.low = part.low;
    bar.first_trade = part.first_trade;
  }
  bar.high = std::max(bar.high, part.high);
  bar.low = std::min(bar.low, part.low);
  bar.close = part.close;
  bar.last_trade = part.last_trade;
  bar.trades += part.trades;
  bar.volume += part.volume;
  bar.buy_volume += part.buy_volume;
  bar.turnover += part.turnover;
  bar.buy_turnover += part.buy_turnover;
}

}  // namespace

Bars::Bars(const Instrument& instrument, std::int64_t begin_ms, std::uint64_t seed)
    : start_(instrument.start), tick_(instrument.tick), begin_ms_(begin_ms), seed_(seed), last_(instrument.start) {}

void Bars::add(std::int64_t time_ms, Price price, Quantity quantity, bool taker_bought, std::int64_t trade_id) {
  const std::int64_t open_ms = floor_to(time_ms, minute_ms);
  if (minutes_.empty() || minutes_.back().open_ms != open_ms) {
    Bar bar;
    bar.open_ms = open_ms;
    bar.close_ms = open_ms + minute_ms - 1;
    minutes_.push_back(bar);
    if (minutes_.size() > most_minutes) minutes_.pop_front();
  }
  Bar trade;
  trade.open = trade.high = trade.low = trade.close = last_ = price;
  trade.first_trade = trade.last_trade = trade_id;
  trade.trades = 1;
  trade.volume = quantity.raw();
  trade.turnover = notional(price, quantity);
  if (taker_bought) {
    trade.buy_volume = trade.volume;
    trade.buy_turnover = trade.turnover;
  }
  merge(minutes_.back(), trade);
}

Bar Bars::at(std::int64_t time_ms, std::int32_t interval_ms) const {
  const std::int64_t open_ms = floor_to(time_ms, interval_ms);
  if (open_ms + interval_ms <= begin_ms_) return made_up(open_ms, interval_ms);
  Bar bar = empty(open_ms, interval_ms);
  const auto after = [](const Bar& minute, std::int64_t open) { return minute.open_ms < open; };
  auto minute = std::lower_bound(minutes_.begin(), minutes_.end(), open_ms, after);
  if (minute != minutes_.begin() && bar.trades == 0) {
    const Price before = std::prev(minute)->close;
    bar.open = bar.high = bar.low = bar.close = before;
  }
  for (; minute != minutes_.end() && minute->open_ms < open_ms + interval_ms; ++minute) merge(bar, *minute);
  return bar;
}

Bar Bars::empty(std::int64_t open_ms, std::int32_t interval_ms) const {
  Bar bar;
  bar.open_ms = open_ms;
  bar.close_ms = open_ms + interval_ms - 1;
  bar.open = bar.high = bar.low = bar.close = minutes_.empty() ? start_ : minutes_.front().open;
  return bar;
}

// A price that wanders around the start price, the same for the same moment whoever asks.
Bar Bars::made_up(std::int64_t open_ms, std::int32_t interval_ms) const {
  const auto wave = [&](std::int64_t ms) {
    const double minutes = static_cast<double>(ms) / static_cast<double>(minute_ms);
    const double phase = static_cast<double>(seed_ % 1000);
    return 0.010 * std::sin(minutes / 700.0 + phase) + 0.004 * std::sin(minutes / 90.0 + 2.0 * phase) +
           0.001 * std::sin(minutes / 7.0 + 3.0 * phase);
  };
  const auto price_at = [&](std::int64_t ms) {
    if (ms >= begin_ms_) return start_;
    const double away = wave(ms) - wave(begin_ms_);
    const auto ticks = static_cast<std::int64_t>(static_cast<double>(start_.raw() / tick_.raw()) * (1.0 + away));
    return Price::from_raw(std::max(ticks, std::int64_t{1}) * tick_.raw());
  };
  Bar bar = empty(open_ms, interval_ms);
  bar.open = price_at(open_ms);
  bar.close = price_at(open_ms + interval_ms);
  Random random(seed_of(seed_, "bar") + static_cast<std::uint64_t>(open_ms));
  const double wick = random.uniform() * 0.0005;
  const auto wick_raw = static_cast<std::int64_t>(static_cast<double>(start_.raw() / tick_.raw()) * wick) * tick_.raw();
  bar.high = Price::from_raw(std::max(bar.open, bar.close).raw() + wick_raw);
  bar.low = Price::from_raw(std::max(std::min(bar.open, bar.close).raw() - wick_raw, tick_.raw()));
  return bar;
}

}  // namespace trunkline::sandbox
