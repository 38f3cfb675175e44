// Random lives of orders at a small model of a venue, told to the tracker in random order, with repetitions. Whatever
// the order of arrival: when everything has arrived, both agree. The seed is fixed; a failure names its round.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <variant>
#include <vector>

#include "order/orders.hpp"

namespace trunkline::order::test {
namespace {

using Random = std::mt19937_64;
using State = OrderState;

std::uint64_t below(Random& random, std::uint64_t limit) {
  return random() % limit;
}

// What the venue did with one order, and every message that it sent about it.
struct ModelOrder {
  std::string id;
  std::string exchange_id;
  std::int64_t amount = 0;  // raw
  std::int64_t filled = 0;
  State state = State::PendingSubmit;
  bool cancel_wanted = false;
  std::vector<std::variant<OrderUpdate, TradeUpdate>> told = {};
};

class RandomVenue {
 public:
  explicit RandomVenue(Random& random) : random_(random) {}

  ModelOrder live(int number) {
    ModelOrder order{.id = fmt::format("c{}", number),
                     .exchange_id = fmt::format("X{}", number),
                     .amount = 1 + static_cast<std::int64_t>(below(random_, 5)) * 100};
    if (below(random_, 10) == 0) {
      end(order, State::Failed);
      return order;
    }
    order.state = State::Open;
    tell(order, State::Open);
    const std::uint64_t steps = below(random_, 6);
    for (std::uint64_t i = 0; i < steps && order.filled < order.amount; ++i) trade(order);
    if (order.filled == order.amount) {
      order.cancel_wanted = below(random_, 2) == 0;  // too late
      return order;
    }
    switch (below(random_, 4)) {
      case 0:
        order.cancel_wanted = true;
        end(order, State::Cancelled);
        break;
      case 1:
        end(order, State::Expired);
        break;
      case 2:
        while (order.filled < order.amount) trade(order);
        break;
      default:
        break;  // stays open
    }
    return order;
  }

 private:
  void tell(ModelOrder& order, State state) {
    OrderUpdate said = update(order.id, order.exchange_id, state, next_time());
    said.filled = Quantity::from_raw(order.filled);
    if (below(random_, 4) == 0) said.client_order_id = {};
    order.told.emplace_back(said);
  }
  void trade(ModelOrder& order) {
    const std::int64_t left = order.amount - order.filled;
    const std::int64_t size = std::min<std::int64_t>(left, 1 + static_cast<std::int64_t>(below(random_, 150)));
    order.filled += size;
    TradeUpdate fill = test::fill(fmt::format("t{}", ++trades_), order.id, order.exchange_id, "1");
    fill.fill_base_amount = Quantity::from_raw(size);
    fill.fill_timestamp = next_time();
    if (below(random_, 4) == 0) fill.client_order_id = {};
    order.told.emplace_back(fill);
    order.state = order.filled == order.amount ? State::Filled : State::PartiallyFilled;
    tell(order, order.state);
  }
  void end(ModelOrder& order, State state) {
    order.state = state;
    tell(order, state);
  }
  Nanos next_time() { return Nanos{++time_}; }

  Random& random_;
  std::int64_t time_ = 10'000;
  int trades_ = 0;
};

// Watches every change: numbers without a hole, no forbidden transition, amounts that are the sum of distinct fills.
class Witness {
 public:
  void see(const OrderChange& change) {
    if (!change.changed()) return;
    const std::string id = change.order.client_order_id.str();
    ASSERT_EQ(change.order.number, ++numbers_[id]) << id;
    ASSERT_FALSE(change.previous == State::Filled && change.order.state != State::Filled) << id;
    if (change.previous != change.order.state) {
      ASSERT_NE(transition(change.previous, change.order.state), Transition::No)
          << id << ' ' << wire::to_text(change.previous) << " to " << wire::to_text(change.order.state);
    }
  }
  void saw_fill(const TradeUpdate& trade, const std::string& id) {
    if (seen_[id].insert(trade.trade_id).second) sums_[id] += trade.fill_base_amount.raw();
  }
  std::int64_t sum(const std::string& id) { return sums_[id]; }

 private:
  std::map<std::string, std::uint64_t> numbers_;
  std::map<std::string, std::set<TradeId>> seen_;
  std::map<std::string, std::int64_t> sums_;
};

struct Message {
  std::size_t order;
  std::variant<OrderUpdate, TradeUpdate> what;
};

void play(Random& random, std::size_t count, bool keep_order) {
  RandomVenue venue(random);
  ClientOrderTracker tracker({.expected_orders = 8, .lost_after = 1'000});
  Witness witness;
  std::vector<ModelOrder> orders;
  std::vector<Message> messages;
  for (std::size_t i = 0; i < count; ++i) {
    orders.push_back(venue.live(static_cast<int>(i)));
    InFlightOrder order = make_order(orders[i].id);
    order.amount = Quantity::from_raw(orders[i].amount);
    ASSERT_TRUE(tracker.start_tracking(order));
    witness.see(tracker.submitted(orders[i].id, Nanos{1}));
    for (const auto& what : orders[i].told) {
      messages.push_back({i, what});
      if (below(random, 3) == 0) messages.push_back({i, what});  // told twice
    }
  }
  if (!keep_order) {
    std::ranges::shuffle(messages, random);
    // Whoever names a venue's id alone can be understood only once that id was heard: one message of each carries both.
    for (const ModelOrder& order : orders) {
      for (Message& message : messages) {
        if (orders[message.order].id != order.id) continue;
        std::visit([&](auto& what) { what.client_order_id = OrderId::cut(order.id); }, message.what);
        break;
      }
    }
  } else {
    // Several orders at once, each in its own order.
    std::vector<std::size_t> turn;
    for (const Message& message : messages) turn.push_back(message.order);
    std::ranges::shuffle(turn, random);
    std::vector<std::vector<Message>> queues(count);
    for (Message& message : messages) {
      std::visit([&](auto& what) { what.client_order_id = OrderId::cut(orders[message.order].id); }, message.what);
      queues[message.order].push_back(message);
    }
    std::vector<std::size_t> at(count);
    for (std::size_t i = 0; i < turn.size(); ++i) messages[i] = queues[turn[i]][at[turn[i]]++];
  }

  std::vector<bool> cancel_sent(count);
  for (const Message& message : messages) {
    const ModelOrder& model = orders[message.order];
    if (model.cancel_wanted && !cancel_sent[message.order] && below(random, 2) == 0) {
      cancel_sent[message.order] = true;
      witness.see(tracker.cancel_requested(model.id, Nanos{2}));
    }
    if (below(random, 6) == 0) {
      witness.see(tracker.create_failed(model.id, OrderOutcome::Unknown, OrderReason::Timeout, Nanos{3}));
    }
    if (below(random, 6) == 0) witness.see(tracker.process_order_not_found(model.id, false, Nanos{3}));
    if (const auto* const said = std::get_if<OrderUpdate>(&message.what)) {
      witness.see(tracker.process_order_update(*said));
    } else {
      const TradeUpdate& trade = std::get<TradeUpdate>(message.what);
      witness.saw_fill(trade, model.id);
      const OrderChange change = tracker.process_trade_update(trade);
      ASSERT_NE(change.kind, OrderChange::Kind::Refused);
      witness.see(change);
    }
    const auto now = tracker.find(model.id);
    ASSERT_EQ(now->filled_amount.raw(), witness.sum(model.id));
    ASSERT_LE(now->filled_amount, now->amount);
    if (::testing::Test::HasFatalFailure()) return;
  }

  std::size_t active = 0;
  for (const ModelOrder& model : orders) {
    const auto order = tracker.get_order(model.id);
    ASSERT_EQ(order->filled_amount.raw(), model.filled) << model.id;
    ASSERT_EQ(order->state, model.state) << model.id;
    ASSERT_FALSE(order->fills_missing());
    ASSERT_EQ(order->doubts, 0) << model.id;
    std::int64_t sum = 0;
    for (const TradeUpdate& trade : order->fills) sum += trade.fill_base_amount.raw();
    ASSERT_EQ(sum, model.filled);
    active += order->is_active() ? 1U : 0U;
  }
  ASSERT_EQ(tracker.active_order_count(), active);
  ASSERT_EQ(tracker.counters().alarms, 0U);
}

TEST(TrackerProperty, AgreesWithTheVenueWhenMessagesOfManyOrdersMix) {
  Random random(20'261'121);
  for (int round = 0; round < 3'000; ++round) {
    SCOPED_TRACE(round);
    ASSERT_NO_FATAL_FAILURE(play(random, 1 + below(random, 5), true));
  }
}

TEST(TrackerProperty, AgreesWithTheVenueWhateverOrderMessagesArriveIn) {
  Random random(20'261'122);
  for (int round = 0; round < 3'000; ++round) {
    SCOPED_TRACE(round);
    ASSERT_NO_FATAL_FAILURE(play(random, 1 + below(random, 5), false));
  }
}

}  // namespace
}  // namespace trunkline::order::test
