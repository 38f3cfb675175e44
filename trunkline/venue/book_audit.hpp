// Compares a Live book with whole books asked for by REST, though nothing tells which change a reply is of: a level is
// wrong only if it differs from the reply, nothing touched it from before the request until after the reply, and a
// second, later reply says the same. So neither a reply that is a little old nor one that is ahead of the stream gives
// a false alarm. It asks for nothing itself. One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "trunkline/book/ladder.hpp"

namespace trunkline::venue {

// A book as a request brought it, best levels first.
struct RestBook {
  Nanos time{0};    // 0: not told
  Quantity step{};  // quantities are rounded to multiples of it; 0: exact
  std::vector<wire::Level> bids;
  std::vector<wire::Level> asks;
};

class BookAudit {
 public:
  // Changes are noted for so long before a request: a reply may come from a cache that is as old.
  static constexpr Nanos before = std::chrono::seconds{2};
  // And for so long after the reply: it may be ahead of the stream.
  static constexpr Nanos after = std::chrono::seconds{1};
  static constexpr Nanos answer_limit = std::chrono::minutes{1};
  static constexpr std::size_t max_touched = 262'144;

  enum class Verdict : std::uint8_t {
    Nothing,
    Ask,           // request the book now, then take() the reply
    Equal,         // over: every level that can be compared is right
    Different,     // over: difference() tells the first one
    Inconclusive,  // over: no comparison was possible
  };

  bool running() const noexcept { return step_ != Step::Idle; }
  // Between Verdict::Ask and take().
  bool asked() const noexcept { return step_ == Step::Asked; }
  void begin(Nanos now);
  void cancel() noexcept { step_ = Step::Idle; }
  // A change that the book has applied; only while running().
  void touch(std::span<const wire::Level> bids, std::span<const wire::Level> asks);
  // `limit` levels a side were asked for; 0: all there are.
  void take(const RestBook& reply, std::size_t limit, Nanos now);
  // How far down our book is whole, the worst price of each side; absent: it knows nothing of that side.
  struct Bounds {
    Price bid;
    Price ask;
  };
  static Bounds bounds_of(const book::Ladder& book) noexcept {
    return {book.known_to(book::Side::Bid), book.known_to(book::Side::Ask)};
  }
  Verdict tick(const book::Ladder& book, const Bounds& bounds, Nanos now);
  Verdict tick(const book::Ladder& book, Nanos now) { return tick(book, bounds_of(book), now); }
  const std::string& difference() const noexcept { return difference_; }

 private:
  enum class Step : std::uint8_t { Idle, Listening, Asked, Settling };
  struct Differing {
    book::Side side;
    Price price;
    Quantity ours;
    Quantity theirs;
    friend bool operator==(const Differing&, const Differing&) = default;
  };

  Verdict conclude(const book::Ladder& book, const Bounds& bounds, Nanos now);
  void compare(book::Side side, const book::Ladder& book, Price ours_to, std::vector<Differing>& out);

  Step step_ = Step::Idle;
  bool second_ = false;
  Nanos since_{0};
  std::size_t limit_ = 0;
  RestBook reply_;
  Nanos first_reply_time_{0};
  std::array<std::vector<Price>, 2> touched_;  // by side
  std::vector<Differing> suspects_;            // of the first reply
  std::string difference_;
};

}  // namespace trunkline::venue
