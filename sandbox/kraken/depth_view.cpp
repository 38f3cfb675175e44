#include "sandbox/kraken/depth_view.hpp"

#include <algorithm>

namespace trunkline::sandbox::kraken {
namespace {

using match::Side;

bool better(Side side, Price a, Price b) {
  return side == Side::Buy ? a > b : a < b;
}

std::vector<BookLevel> difference(const ListedMarket& market, Side side, std::span<const BookLevel> before,
                                  std::span<const BookLevel> after) {
  std::vector<BookLevel> out;
  std::size_t old = 0;
  const auto left = [&](const BookLevel& level) {
    // Still there below the cut: not told.
    if (!market.engine().level(side, level.price)) out.push_back({level.price, Quantity{}});
  };
  for (const BookLevel& level : after) {
    for (; old < before.size() && better(side, before[old].price, level.price); ++old) left(before[old]);
    const bool known = old < before.size() && before[old].price == level.price;
    if (!known || before[old].quantity != level.quantity) out.push_back(level);
    if (known) ++old;
  }
  for (; old < before.size(); ++old) left(before[old]);
  return out;
}

}  // namespace

DepthView::DepthView(const ListedMarket& market, std::size_t depth)
    : depth_(depth), bids_(cut(market, Side::Buy)), asks_(cut(market, Side::Sell)) {}

std::vector<BookLevel> DepthView::cut(const ListedMarket& market, Side side) const {
  std::vector<BookLevel> levels;
  levels.reserve(depth_);
  market.engine().for_each_level(side, [&](const match::LevelView& level) {
    if (levels.size() == depth_) return false;
    levels.push_back({level.price, level.quantity});
    return true;
  });
  return levels;
}

bool DepthView::concerns(std::span<const BookLevel> side, const match::LevelChange& change) const {
  return side.size() < depth_ || !better(change.side, side.back().price, change.price);
}

DepthView::Change DepthView::follow(const ListedMarket& market, std::span<const match::LevelChange> changes) {
  Change out;
  for (const Side side : {Side::Buy, Side::Sell}) {
    std::vector<BookLevel>& held = side == Side::Buy ? bids_ : asks_;
    if (std::ranges::none_of(changes, [&](const auto& each) { return each.side == side && concerns(held, each); })) {
      continue;
    }
    auto fresh = cut(market, side);
    (side == Side::Buy ? out.bids : out.asks) = difference(market, side, held, fresh);
    held = std::move(fresh);
  }
  return out;
}

}  // namespace trunkline::sandbox::kraken
