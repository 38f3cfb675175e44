// One level update and a look at the best price: the ladder against a std::map and a sorted vector of levels.
//
// The updates are made up, with what the recordings show: half of them within 100 ticks of the best price, a tenth
// beyond 2,000, one in five removes, one in fifty takes the best level away; the price wanders.
#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "bench/ratio.hpp"
#include "trunkline/book/ladder.hpp"

namespace {

using namespace trunkline;
using book::Ladder;
using book::Side;

struct Update {
  Side side;
  Price price;
  Quantity quantity;
};

constexpr std::int64_t tick = 1'000'000;  // 0.01

// `far` of a thousand updates fall up to 200,000 ticks from the best price.
std::vector<Update> make_updates(std::size_t count, unsigned far) {
  std::mt19937_64 random(42);
  std::geometric_distribution<std::int64_t> near(0.01);
  std::vector<Update> updates;
  std::int64_t middle = 6'000'000;
  for (std::size_t i = 0; i < count; ++i) {
    if (random() % 8 == 0) middle += static_cast<std::int64_t>(random() % 3) - 1;
    const bool bid = random() % 2 == 0;
    std::int64_t distance = 1 + near(random);
    const auto kind = random() % 1'000;
    if (kind < far) distance = static_cast<std::int64_t>(random() % 200'000);
    if (kind >= 980) distance = 1;
    const bool remove = kind >= 980 ? random() % 2 == 0 : random() % 5 == 0;
    updates.push_back({bid ? Side::Bid : Side::Ask,
                       Price::from_raw((bid ? middle - distance : middle + distance) * tick),
                       Quantity::from_raw(remove ? 0 : static_cast<std::int64_t>(random() % 1'000'000 + 1))});
  }
  return updates;
}

class MapBook {
 public:
  void apply(const Update& update) {
    if (update.side == Side::Bid) {
      set(bids_, update);
    } else {
      set(asks_, update);
    }
  }
  Price best_bid() const { return bids_.empty() ? Price{} : bids_.begin()->first; }
  Price best_ask() const { return asks_.empty() ? Price{} : asks_.begin()->first; }

 private:
  template <class Levels>
  static void set(Levels& levels, const Update& update) {
    if (update.quantity.is_zero()) {
      levels.erase(update.price);
    } else {
      levels.insert_or_assign(update.price, update.quantity);
    }
  }
  std::map<Price, Quantity, std::greater<>> bids_;
  std::map<Price, Quantity> asks_;
};

// Best level at the back, so that changes there move little.
class VectorBook {
 public:
  void apply(const Update& update) {
    if (update.side == Side::Bid) {
      set(bids_, update, [](Price a, Price b) { return a < b; });
    } else {
      set(asks_, update, [](Price a, Price b) { return a > b; });
    }
  }
  Price best_bid() const { return bids_.empty() ? Price{} : bids_.back().price; }
  Price best_ask() const { return asks_.empty() ? Price{} : asks_.back().price; }

 private:
  template <class Worse>
  static void set(std::vector<wire::Level>& levels, const Update& update, Worse worse) {
    const auto at = std::lower_bound(levels.begin(), levels.end(), update.price,
                                     [&](const wire::Level& level, Price price) { return worse(level.price, price); });
    const bool there = at != levels.end() && at->price == update.price;
    if (update.quantity.is_zero()) {
      if (there) levels.erase(at);
    } else if (there) {
      at->quantity = update.quantity;
    } else {
      levels.insert(at, {update.price, update.quantity});
    }
  }
  std::vector<wire::Level> bids_;
  std::vector<wire::Level> asks_;
};

class LadderBook {
 public:
  explicit LadderBook(Price grid) : ladder_({.tick = grid}) {}
  void apply(const Update& update) { (void)ladder_.apply(update.side, update.price, update.quantity); }
  Price best_bid() const { return ladder_.best_bid().price; }
  Price best_ask() const { return ladder_.best_ask().price; }

 private:
  Ladder ladder_;
};

template <class Book>
double measure(Book& book, const std::vector<Update>& updates) {
  return bench::ns_each(updates.size(), [&] {
    for (const Update& update : updates) {
      book.apply(update);
      bench::keep(book.best_bid());
      bench::keep(book.best_ask());
    }
  });
}

void run(const char* name, const std::vector<Update>& updates, Price grid, bool with_target) {
  MapBook map;
  VectorBook vector;
  LadderBook ladder(grid);
  using bench::Target;
  // 12 ns where the map takes 55 and the vector, at its best, 17.
  bench::compare(
      {std::string(name) + "_vs_map", "std::map", "ns", with_target ? Target::ratio_at_most(12.0 / 55) : Target{}},
      [&] { return measure(ladder, updates); }, [&] { return measure(map, updates); });
  bench::compare(
      {std::string(name) + "_vs_vector", "sorted-vector", "ns",
       with_target ? Target::ratio_at_most(12.0 / 17) : Target{}},
      [&] { return measure(ladder, updates); }, [&] { return measure(vector, updates); });
}

}  // namespace

int main() {
  const auto near = make_updates(1'000'000, 0);
  const auto wide = make_updates(1'000'000, 100);
  run("ladder_near", near, Price::from_raw(tick), true);
  run("ladder_wide", wide, Price::from_raw(tick), false);
  run("ladder_tick_unknown", near, Price::absent(), false);
}
