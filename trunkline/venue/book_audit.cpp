#include "trunkline/venue/book_audit.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <utility>

namespace trunkline::venue {

void BookAudit::begin(Nanos now) {
  step_ = Step::Listening;
  second_ = false;
  since_ = now;
  for (auto& side : touched_) side.clear();
  suspects_.clear();
  difference_.clear();
}

void BookAudit::touch(std::span<const wire::Level> bids, std::span<const wire::Level> asks) {
  if (touched_[0].size() + touched_[1].size() + bids.size() + asks.size() > max_touched) {
    step_ = Step::Idle;
    return;
  }
  for (const wire::Level& level : bids) touched_[0].push_back(level.price);
  for (const wire::Level& level : asks) touched_[1].push_back(level.price);
}

void BookAudit::take(const RestBook& reply, std::size_t limit, Nanos now) {
  if (step_ != Step::Asked) return;
  reply_ = reply;
  limit_ = limit;
  step_ = Step::Settling;
  since_ = now;
}

BookAudit::Verdict BookAudit::tick(const book::Ladder& book, const Bounds& bounds, Nanos now) {
  const Nanos waited = now - since_;
  switch (step_) {
    case Step::Idle:
      break;
    case Step::Listening:
      if (waited < before) break;
      step_ = Step::Asked;
      since_ = now;
      return Verdict::Ask;
    case Step::Asked:
      if (waited <= answer_limit) break;
      step_ = Step::Idle;
      return Verdict::Inconclusive;
    case Step::Settling:
      if (waited >= after) return conclude(book, bounds, now);
      break;
  }
  return Verdict::Nothing;
}

BookAudit::Verdict BookAudit::conclude(const book::Ladder& book, const Bounds& bounds, Nanos now) {
  for (auto& side : touched_) {
    std::ranges::sort(side);
    const auto twice = std::ranges::unique(side);
    side.erase(twice.begin(), twice.end());
  }
  std::vector<Differing> found;
  compare(book::Side::Bid, book, bounds.bid, found);
  compare(book::Side::Ask, book, bounds.ask, found);
  step_ = Step::Idle;
  if (!second_) {
    if (found.empty()) return Verdict::Equal;
    suspects_ = std::move(found);
    first_reply_time_ = reply_.time;
    second_ = true;
    step_ = Step::Listening;
    since_ = now;
    return Verdict::Nothing;
  }
  // The same reply out of a cache confirms nothing.
  if (reply_.time != Nanos{0} && reply_.time == first_reply_time_) return Verdict::Inconclusive;
  for (const Differing& each : found) {
    if (std::ranges::find(suspects_, each) == suspects_.end()) continue;
    difference_ = fmt::format("{} {}: book has {}, venue {}", each.side == book::Side::Bid ? "bid" : "ask",
                              each.price.to_text(), each.ours.to_text(), each.theirs.to_text());
    return Verdict::Different;
  }
  return Verdict::Equal;
}

// Both walked from the best price down to where either ends to be whole.
void BookAudit::compare(book::Side side, const book::Ladder& book, Price ours_to, std::vector<Differing>& out) {
  const bool bid = side == book::Side::Bid;
  const auto& theirs = bid ? reply_.bids : reply_.asks;
  const auto& touched = touched_[bid ? 0 : 1];
  const auto better = [bid](Price a, Price b) { return bid ? a > b : a < b; };
  // A book that began empty on this side knows only what came since.
  if (ours_to.is_absent()) return;
  const bool cut = limit_ != 0 && theirs.size() >= limit_;
  const auto beyond = [&](Price price) {
    return better(ours_to, price) || (cut && better(theirs.back().price, price));
  };
  const auto note = [&](Price price, Quantity mine, Quantity other) {
    const bool same = std::abs(mine.raw() - other.raw()) < std::max<std::int64_t>(reply_.step.raw(), 1);
    if (same || beyond(price) || std::ranges::binary_search(touched, price)) return;
    out.push_back({side, price, mine, other});
  };
  auto at = theirs.begin();
  book.walk(side, [&](const wire::Level& level) {
    for (; at != theirs.end() && better(at->price, level.price); ++at) note(at->price, Quantity{}, at->quantity);
    const bool same = at != theirs.end() && at->price == level.price;
    note(level.price, level.quantity, same ? at->quantity : Quantity{});
    if (same) ++at;
    return !beyond(level.price);
  });
  for (; at != theirs.end(); ++at) note(at->price, Quantity{}, at->quantity);
}

}  // namespace trunkline::venue
