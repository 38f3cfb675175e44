#include "sandbox/market/book_history.hpp"

#include <map>

namespace trunkline::sandbox {

void BookHistory::add(std::uint64_t update_id, std::span<const match::LevelChange> changes) {
  for (const match::LevelChange& change : changes) changes_.push_back({update_id, change});
  while (changes_.size() > most_) {
    oldest_ = changes_.front().update_id;
    while (!changes_.empty() && changes_.front().update_id == oldest_) changes_.pop_front();
  }
}

std::optional<Book> BookHistory::at(const match::Engine& engine, std::uint64_t current, std::uint64_t wanted,
                                    std::size_t depth) const {
  if (wanted > current || wanted < oldest_) return std::nullopt;
  Book book;
  book.update_id = wanted;
  std::map<std::int64_t, Quantity> undone[2];  // what differs from now
  for (auto change = changes_.rbegin(); change != changes_.rend() && change->update_id > wanted; ++change)
    undone[static_cast<std::size_t>(change->level.side)][change->level.price.raw()] = change->level.before;
  for (const match::Side side : {match::Side::Buy, match::Side::Sell}) {
    auto& out = side == match::Side::Buy ? book.bids : book.asks;
    const auto& different = undone[static_cast<std::size_t>(side)];
    if (different.empty()) {
      engine.for_each_level(side, [&](const match::LevelView& level) {
        if (out.size() == depth) return false;
        out.push_back({level.price, level.quantity});
        return true;
      });
      continue;
    }
    std::map<std::int64_t, Quantity> whole;  // best first: bids under their negated price
    const std::int64_t sign = side == match::Side::Buy ? -1 : 1;
    engine.for_each_level(side, [&](const match::LevelView& level) {
      whole[sign * level.price.raw()] = level.quantity;
      return true;
    });
    for (const auto& [price, quantity] : different) {
      if (quantity.is_zero())
        whole.erase(sign * price);
      else
        whole[sign * price] = quantity;
    }
    for (const auto& [key, quantity] : whole) {
      if (out.size() == depth) break;
      out.push_back({Price::from_raw(sign * key), quantity});
    }
  }
  return book;
}

}  // namespace trunkline::sandbox
