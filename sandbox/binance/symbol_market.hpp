// One symbol of one market: its order flow, its update ids, and the stream messages that follow from both. Virtual
// time; the same seed gives the same messages, byte for byte.
//
// Thread: one at a time.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/binance/stream.hpp"
#include "sandbox/flow/order_flow.hpp"
#include "sandbox/market/bars.hpp"
#include "sandbox/market/book_history.hpp"
#include "sandbox/market/client_market.hpp"

namespace trunkline::sandbox::binance {

class SymbolMarket;

class Publisher {
 public:
  virtual ~Publisher() = default;
  // `data` is the bare event, valid during the call.
  virtual void publish(SymbolMarket& from, const StreamId& stream, std::string_view data) = 0;
};

struct TradeRecord {
  std::int64_t id = 0;
  Price price{};
  Quantity quantity{};
  std::int64_t time_ms = 0;
  bool buyer_is_maker = false;
};

struct AggTradeRecord {
  std::int64_t id = 0;
  Price price{};
  Quantity quantity{};
  std::int64_t first = 0, last = 0;
  std::int64_t time_ms = 0;
  bool buyer_is_maker = false;
};

struct MarkPrice {
  Price mark{}, index{}, settle{};
  std::int64_t funding_1e8 = 0;  // rate
  std::int64_t next_funding_ms = 0;
};

class SymbolMarket : public ClientMarket {
 public:
  // `epoch`: Unix time of virtual time 0, whole milliseconds.
  SymbolMarket(Instrument instrument, std::uint64_t seed, double rate, Nanos epoch);

  // Lets everything happen up to this virtual time, in order.
  void advance(Nanos until, Publisher& publisher);

  // Clients' orders from now on; both must outlive this.
  void open_to_clients(Publisher& publisher, FillListener& listener) {
    publisher_ = &publisher;
    fills_ = &listener;
  }
  match::Report submit(const match::NewOrder& order) override { return told(flow_.clients().submit(order)); }
  match::Report cancel(match::OrderId id) override { return told(flow_.clients().cancel(id)); }
  match::Report amend(match::OrderId id, Price price, Quantity quantity) override {
    return told(flow_.clients().amend(id, price, quantity));
  }
  Price mark() const override { return mark_price().mark; }

  // Tells at once what waits for the next tick of a diff stream.
  void flush(Publisher& publisher);

  // The flow stood still for this long: time stamps go on from there.
  void shift(Nanos by) { epoch_ += by; }

  // A stream is made only while somebody wants it. Counts.
  void want(const StreamId& stream);
  void release(const StreamId& stream);

  const Instrument& instrument() const noexcept override { return flow_.instrument(); }
  const match::Engine& engine() const noexcept override { return flow_.engine(); }
  std::uint64_t update_id() const noexcept { return update_id_; }
  std::uint64_t oldest_update_id() const noexcept { return history_.oldest(); }
  Nanos now() const noexcept { return epoch_ + now_; }
  std::int64_t now_ms() const noexcept override { return now().count() / 1'000'000; }

  std::optional<Book> book_at(std::uint64_t update_id, std::size_t depth) const {
    return history_.at(engine(), update_id_, update_id, depth);
  }
  Book book(std::size_t depth) const { return *book_at(update_id_, depth); }
  const std::deque<TradeRecord>& trades() const noexcept { return trades_; }
  const std::deque<AggTradeRecord>& agg_trades() const noexcept { return agg_trades_; }
  Bar bar_at(std::int64_t time_ms, std::int32_t interval_ms) const { return bars_.at(time_ms, interval_ms); }
  MarkPrice mark_price() const;
  std::int64_t open_interest() const noexcept { return open_interest_; }  // raw Quantity
  std::uint64_t actions() const noexcept { return actions_; }

 private:
  struct Depth {
    StreamId id;
    std::uint64_t previous_last;
    std::uint64_t first = 0, last = 0;
    std::vector<std::pair<match::Side, Price>> touched;
  };
  struct Wanted {
    StreamId id;
    int count = 0;
    bool kline_changed = false;
  };

  void act(Publisher& publisher);
  void tell(const match::Report& report, Publisher& publisher);
  match::Report told(const match::Report& report) {
    tell(report, *publisher_);
    return report;
  }
  void tick(Nanos at, Publisher& publisher);
  void tell_trades(const match::Report& report, Publisher& publisher);
  void tell_book_ticker(Publisher& publisher);
  void tell_depth(Depth& depth, Publisher& publisher);
  void tell_partial_depth(const StreamId& id, Publisher& publisher);
  void tell_kline(const StreamId& id, const Bar& bar, bool closed, Publisher& publisher);
  void tell_mark_price(const StreamId& id, Publisher& publisher);
  void tell_force_order(const match::Report& report, Publisher& publisher);
  const Wanted* wanted(StreamKind kind) const;
  bool is_wanted(StreamKind kind) const { return wanted(kind) != nullptr; }
  std::string& fresh() {
    text_.clear();
    return text_;
  }
  std::int64_t event_ms() const noexcept { return now_ms() + (instrument().market == Market::Coinm ? 9 : 1); }

  OrderFlow flow_;
  Publisher* publisher_ = nullptr;
  FillListener* fills_ = nullptr;
  Random random_;
  Nanos epoch_;
  Nanos now_{0};
  Nanos next_tick_;
  std::uint64_t update_id_;
  std::uint64_t actions_ = 0;
  BookHistory history_;
  Bars bars_;
  std::deque<TradeRecord> trades_;
  std::deque<AggTradeRecord> agg_trades_;
  std::int64_t next_agg_;
  std::int64_t open_interest_;
  double smooth_mid_;
  std::vector<Wanted> wanted_;
  std::vector<Depth> depths_;
  match::LevelView best_[2];
  std::string text_;
};

// REST shares these writers.
void append_levels(std::string& out, std::span<const BookLevel> levels, const Instrument& instrument);

}  // namespace trunkline::sandbox::binance
