// Price-time priority matching for one instrument: better prices first, then who came first. Deterministic: the same
// calls give the same reports.
//
// Thread: one at a time; nothing blocks. Prices and quantities are positive; ticks and lots are the caller's rules.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "trunkline/match/order.hpp"

namespace trunkline::match {

struct LevelView {
  Price price{};
  Quantity quantity{};
  std::size_t orders = 0;
};

class Engine {
 public:
  explicit Engine(TradeId first_trade_id = 1) : next_trade_(first_trade_id) {}
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Report submit(const NewOrder& order);
  Report cancel(OrderId id);
  // `quantity` is the new total, fills included; at or below what has filled it cancels. A smaller quantity at the
  // same price keeps the place in the queue; anything else goes to the back of its new level, and trades where it
  // crosses. The order keeps its id. Nothing changes where it is rejected.
  Report amend(OrderId id, Price price, Quantity quantity);

  const Order* find(OrderId id) const;
  std::optional<LevelView> best(Side side) const;
  std::optional<LevelView> level(Side side, Price price) const;
  // The first level at `price` or behind it (farther from the other side), nullopt where there is none.
  std::optional<LevelView> level_from(Side side, Price price) const;
  // The order at this place of a level's queue, 0 first; 0 where there is none. Costs as many steps as `place`.
  OrderId order_at(Side side, Price price, std::size_t place) const;
  std::size_t levels(Side side) const noexcept { return book(side).size(); }
  std::size_t orders() const noexcept { return by_id_.size(); }
  TradeId next_trade_id() const noexcept { return next_trade_; }

  // Levels from the best on, until `visit` returns false.
  template <class Visit>
  void for_each_level(Side side, Visit&& visit) const {
    for (const auto& [key, queue] : book(side)) {
      if (!visit(LevelView{price_of(side, key), queue.quantity, queue.size})) return;
    }
  }

 private:
  struct Node {
    Order order;
    Node* previous = nullptr;
    Node* next = nullptr;
  };
  struct Queue {
    Node* first = nullptr;
    Node* last = nullptr;
    Quantity quantity{};
    std::size_t size = 0;
  };
  using Book = std::map<std::int64_t, Queue>;  // bids under their negated price: the best is always first

  static std::int64_t key_of(Side side, Price price) noexcept { return side == Side::Buy ? -price.raw() : price.raw(); }
  static Price price_of(Side side, std::int64_t key) noexcept {
    return Price::from_raw(side == Side::Buy ? -key : key);
  }
  static bool crosses(Side taker, Price limit, Price maker) noexcept {
    return taker == Side::Buy ? maker <= limit : maker >= limit;
  }
  Book& book(Side side) noexcept { return side == Side::Buy ? bids_ : asks_; }
  const Book& book(Side side) const noexcept { return side == Side::Buy ? bids_ : asks_; }

  void begin();
  Report reject(OrderId id, Reject reason) const;
  Report execute(Order taker, const NewOrder& rules);
  bool fillable(const NewOrder& order, Price limit) const;
  bool fits(Side side, Price price, Quantity more) const;
  void rest(const Order& order);
  void unlink(Book::iterator level, Node* node);
  void touch(Side side, Price price);
  Quantity quantity_at(Side side, Price price) const;
  Report finish(Report report);
  Node* make_node(const Order& order);

  Book bids_;
  Book asks_;
  std::deque<Node> nodes_;
  Node* free_ = nullptr;
  std::unordered_map<OrderId, Node*> by_id_;
  OrderId next_order_ = 1;
  TradeId next_trade_;
  std::vector<Fill> fills_;
  std::vector<LevelChange> changes_;
  std::vector<Order> prevented_;
};

}  // namespace trunkline::match
