// One listed instrument, live: its seeded order flow and matching engine, the ids that follow from them, and what a
// venue remembers of it. Virtual time; the same instrument, seed and rate give the same story.
//
// Thread: one at a time.
#pragma once

#include <deque>
#include <optional>
#include <span>

#include "sandbox/flow/order_flow.hpp"
#include "sandbox/market/bars.hpp"
#include "sandbox/market/book_history.hpp"
#include "sandbox/market/client_market.hpp"

namespace trunkline::sandbox {

class ListedMarket;

struct TradePrint {
  std::uint64_t id = 0;  // consecutive in one market
  Price price{};
  Quantity quantity{};
  Nanos time{0};  // Unix
  match::Side taker_side = match::Side::Buy;
  match::OrderId maker = 0;
  match::OrderId taker = 0;  // all fills of one taker share it
};

// Called in this order after each action of the flow that changed the book; the market is at its new update id then.
class MarketListener {
 public:
  virtual ~MarketListener() = default;
  virtual void on_trade(ListedMarket&, const TradePrint&) {}
  // Each level the action touched, once; the span holds during the call.
  virtual void on_book_change(ListedMarket&, std::span<const match::LevelChange>) {}
  // Price or quantity of the best bid or ask is another.
  virtual void on_best_change(ListedMarket&) {}
};

class ListedMarket : public ClientMarket {
 public:
  static constexpr std::size_t most_trades = 1000;

  // `rate` as OrderFlow has it; `epoch`: Unix time of virtual time 0.
  ListedMarket(Instrument instrument, std::uint64_t seed, double rate, Nanos epoch);

  // Lets everything happen up to this virtual time, in order.
  void advance(Nanos until, MarketListener& listener);
  // Clients' orders from now on; both must outlive this.
  void open_to_clients(MarketListener& listener, FillListener& fills) {
    listener_ = &listener;
    fills_ = &fills;
  }
  match::Report submit(const match::NewOrder& order) override { return told(flow_.clients().submit(order)); }
  match::Report cancel(match::OrderId id) override { return told(flow_.clients().cancel(id)); }
  match::Report amend(match::OrderId id, Price price, Quantity quantity) override {
    return told(flow_.clients().amend(id, price, quantity));
  }
  // The middle of the book.
  Price mark() const override { return Price::from_raw(best_[0].price.raw() / 2 + best_[1].price.raw() / 2); }

  // The flow stood still for this long: time stamps go on from there.
  void shift(Nanos by) noexcept { epoch_ += by; }

  const Instrument& instrument() const noexcept override { return flow_.instrument(); }
  const match::Engine& engine() const noexcept override { return flow_.engine(); }
  Nanos now() const noexcept { return epoch_ + now_; }  // Unix
  std::int64_t now_ms() const noexcept override { return now().count() / 1'000'000; }
  std::uint64_t actions() const noexcept { return actions_; }

  // One more with each change of the book, from 1'000'000'000 or more on.
  std::uint64_t update_id() const noexcept { return update_id_; }
  std::uint64_t oldest_update_id() const noexcept { return history_.oldest(); }
  // Nullopt for an id in the future or forgotten. Best `depth` levels a side.
  std::optional<Book> book_at(std::uint64_t update_id, std::size_t depth) const {
    return history_.at(engine(), update_id_, update_id, depth);
  }
  Book book(std::size_t depth) const { return *book_at(update_id_, depth); }
  // Zero price and quantity where a side is empty.
  match::LevelView best(match::Side side) const noexcept { return best_[static_cast<std::size_t>(side)]; }

  const std::deque<TradePrint>& trades() const noexcept { return trades_; }  // the latest, oldest first
  Bar bar_at(std::int64_t time_ms, std::int32_t interval_ms) const { return bars_.at(time_ms, interval_ms); }

 private:
  void act(MarketListener& listener);
  void tell(const match::Report& report, MarketListener& listener);
  match::Report told(const match::Report& report) {
    tell(report, *listener_);
    return report;
  }
  void print(const match::Fill& fill, MarketListener& listener);
  bool refresh_best();

  OrderFlow flow_;
  MarketListener* listener_ = nullptr;
  FillListener* fills_ = nullptr;
  Nanos epoch_;
  Nanos now_{0};
  std::uint64_t update_id_;
  std::uint64_t actions_ = 0;
  BookHistory history_;
  Bars bars_;
  std::deque<TradePrint> trades_;
  match::LevelView best_[2];
};

}  // namespace trunkline::sandbox
