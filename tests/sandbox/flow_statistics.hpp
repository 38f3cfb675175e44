// What a session of stream messages looks like in numbers. Recorded and generated sessions go through the same code.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"

namespace trunkline::sandbox::test {

inline constexpr std::array<double, 7> band_ends{1, 2, 5, 10, 20, 30, 50};  // basis points from the own best price

struct FlowFigures {
  double seconds = 0;
  double trades_per_second = 0, quotes_per_second = 0, depths_per_second = 0;
  double one_tick_by_message = 0;  // share of bookTickers with the least spread
  double one_tick_by_time = 0;
  double price_moves = 0;  // share of bookTickers that change a price
  double levels_per_depth = 0;
  double removals = 0;  // share of depth entries with quantity 0
  double trade_mean = 0, trade_median = 0;
  double quotes_dispersion_100ms = 0, quotes_dispersion_1s = 0;  // variance / mean of counts per window
  double trades_dispersion_100ms = 0, trades_dispersion_1s = 0;
  double quotes_gap_variation = 0;  // standard deviation / mean of the time between
  double trades_gap_variation = 0;
  double best_quantity = 0;                       // median
  std::array<double, band_ends.size()> levels{};  // a side, mean over the session
  std::array<double, band_ends.size()> quantity{};
};

using Json = simdjson::dom::element;

class FlowMeter {
 public:
  explicit FlowMeter(double tick) : tick_(tick) {}

  // `message`: the bare event. Anything but trade, bookTicker and depthUpdate is passed over.
  void event(Nanos time, Json message) {
    const double t = static_cast<double>(time.count()) * 1e-9;
    if (begin_ < 0) begin_ = t;
    end_ = t;
    std::string_view kind;
    if (message["e"].get(kind) != simdjson::SUCCESS) kind = "bookTicker";  // that of spot does not say
    if (kind == "bookTicker") return quote(t, message);
    if (kind == "trade") {
      trade_times_.push_back(t);
      trade_sizes_.push_back(number(message["q"]));
    } else if (kind == "depthUpdate") {
      depth(t, message);
    }
  }

  void snapshot(Json message) {
    bids_.clear();
    asks_.clear();
    for (const Json level : message["bids"]) bids_[number(level.at(0))] = number(level.at(1));
    for (const Json level : message["asks"]) asks_[number(level.at(0))] = number(level.at(1));
    last_id_ = message["lastUpdateId"].get_int64();
    simdjson::dom::parser parser;
    for (const std::string& held : held_) apply(parser.parse(held));
    held_.clear();
  }

  FlowFigures figures() const {
    FlowFigures f;
    f.seconds = end_ - begin_;
    f.trades_per_second = rate(trade_times_.size());
    f.quotes_per_second = rate(quote_times_.size());
    f.depths_per_second = rate(depths_);
    f.one_tick_by_message = ratio(narrow_, quote_times_.size());
    f.one_tick_by_time = quoted_time_ > 0 ? narrow_time_ / quoted_time_ : 0;
    f.price_moves = ratio(moves_, quote_times_.size());
    f.levels_per_depth = ratio(entries_, depths_);
    f.removals = ratio(removed_, entries_);
    f.trade_median = median(trade_sizes_);
    for (const double size : trade_sizes_) f.trade_mean += size / static_cast<double>(trade_sizes_.size());
    f.quotes_dispersion_100ms = dispersion(quote_times_, 0.1);
    f.quotes_dispersion_1s = dispersion(quote_times_, 1.0);
    f.trades_dispersion_100ms = dispersion(trade_times_, 0.1);
    f.trades_dispersion_1s = dispersion(trade_times_, 1.0);
    f.quotes_gap_variation = gap_variation(quote_times_);
    f.trades_gap_variation = gap_variation(trade_times_);
    f.best_quantity = median(best_sizes_);
    for (std::size_t i = 0; i < band_ends.size(); ++i) {
      f.levels[i] = levels_[i] / std::max(1.0, 2.0 * samples_);
      f.quantity[i] = quantity_[i] / std::max(1.0, 2.0 * samples_);
    }
    return f;
  }

 private:
  using Side = std::map<double, double>;

  static double number(Json text) {
    const std::string_view digits = text.get_string();
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{}) throw std::runtime_error("no number: " + std::string(digits));
    return value;
  }
  static double ratio(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  }
  double rate(std::size_t count) const { return static_cast<double>(count) / std::max(end_ - begin_, 1e-9); }

  static double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }

  double dispersion(const std::vector<double>& times, double window) const {
    const auto windows = static_cast<std::size_t>((end_ - begin_) / window);
    if (windows == 0) return 0;
    std::vector<double> counts(windows, 0.0);
    for (const double t : times) {
      const auto at = static_cast<std::size_t>((t - begin_) / window);
      if (at < windows) ++counts[at];
    }
    double mean = 0, square = 0;
    for (const double count : counts) {
      mean += count / static_cast<double>(windows);
      square += count * count / static_cast<double>(windows);
    }
    return mean == 0 ? 0 : (square - mean * mean) / mean;
  }

  static double gap_variation(const std::vector<double>& times) {
    if (times.size() < 3) return 0;
    const double mean = (times.back() - times.front()) / static_cast<double>(times.size() - 1);
    double square = 0;
    for (std::size_t i = 1; i < times.size(); ++i)
      square += (times[i] - times[i - 1]) * (times[i] - times[i - 1]) / static_cast<double>(times.size() - 1);
    return std::sqrt(std::max(0.0, square - mean * mean)) / mean;
  }

  void quote(double t, Json message) {
    const double bid = number(message["b"]), ask = number(message["a"]);
    if (!quote_times_.empty()) {
      moves_ += bid != bid_ || ask != ask_;
      quoted_time_ += t - quote_times_.back();
      if (is_narrow()) narrow_time_ += t - quote_times_.back();
    }
    bid_ = bid;
    ask_ = ask;
    quote_times_.push_back(t);
    narrow_ += is_narrow();
  }
  bool is_narrow() const { return std::lround((ask_ - bid_) / tick_) == 1; }

  void depth(double t, Json message) {
    ++depths_;
    for (const char* const side : {"b", "a"}) {
      for (const Json level : message[side]) {
        ++entries_;
        removed_ += number(level.at(1)) == 0;
      }
    }
    if (last_id_ < 0) {
      held_.push_back(simdjson::minify(message));
      return;
    }
    apply(message);
    if (static_cast<std::int64_t>(t) != last_sample_) sample(static_cast<std::int64_t>(t));
  }

  void apply(Json message) {
    if (message["u"].get_int64() <= last_id_) return;
    for (const bool buy : {true, false}) {
      Side& side = buy ? bids_ : asks_;
      for (const Json level : message[buy ? "b" : "a"]) {
        const double price = number(level.at(0)), quantity = number(level.at(1));
        if (quantity == 0)
          side.erase(price);
        else
          side[price] = quantity;
      }
    }
  }

  void sample(std::int64_t second) {
    last_sample_ = second;
    if (bids_.empty() || asks_.empty()) return;
    ++samples_;
    const double bid = bids_.rbegin()->first, ask = asks_.begin()->first;
    best_sizes_.push_back(bids_.rbegin()->second);
    best_sizes_.push_back(asks_.begin()->second);
    const auto count = [&](double distance, double quantity) {
      const double bp = distance / bid * 1e4;
      for (std::size_t i = 0; i < band_ends.size(); ++i) {
        if (bp > band_ends[i]) continue;
        levels_[i] += 1;
        quantity_[i] += quantity;
        return true;
      }
      return false;
    };
    for (auto level = bids_.rbegin(); level != bids_.rend() && count(bid - level->first, level->second);) ++level;
    for (auto level = asks_.begin(); level != asks_.end() && count(level->first - ask, level->second);) ++level;
  }

  double tick_;
  double begin_ = -1, end_ = 0;
  std::vector<double> trade_times_, trade_sizes_, quote_times_, best_sizes_;
  double bid_ = 0, ask_ = 0, quoted_time_ = 0, narrow_time_ = 0;
  std::size_t narrow_ = 0, moves_ = 0, depths_ = 0, entries_ = 0, removed_ = 0;
  Side bids_, asks_;
  std::int64_t last_id_ = -1, last_sample_ = -1;
  std::vector<std::string> held_;
  double samples_ = 0;
  std::array<double, band_ends.size()> levels_{}, quantity_{};
};

}  // namespace trunkline::sandbox::test
