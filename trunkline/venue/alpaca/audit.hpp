// Compares a Live crypto book with the one that a request brings, in turn. The venue numbers nothing, so time is the
// thread: the request's book is of its `t`; the changes that the stream brought with that time or later are put on it
// (quantities are absolute, so one that is in it already does no harm), and then every level that both know must be
// equal. Private to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trunkline/venue/alpaca/feed.hpp"
#include "trunkline/venue/audit_turns.hpp"

namespace trunkline::venue::alpaca {

class AlpacaVenue::Audit {
 public:
  // The stream has not come as far as the request's book after so long: nothing moved, and both are compared as they
  // are.
  static constexpr Nanos catch_up_limit = std::chrono::seconds{5};
  // Changes are kept from so long before the request, which may bring a book that is a little behind the stream.
  static constexpr Nanos head_start = std::chrono::seconds{2};
  static constexpr Nanos answer_limit = std::chrono::minutes{1};
  static constexpr std::size_t max_recorded_levels = 65'536;

  explicit Audit(AlpacaVenue& venue) : venue_(venue) {}

  void tick(const Context& context);
  // This book's stream has been silent for too long: is it only quiet? The next audit is its own. False: there are no
  // audits.
  bool suspect(const Feed& feed);
  void take(const Reply& reply, const Context& context);
  // The book took this message.
  void on_applied(const Feed& feed, const BookMessage& message, std::span<const wire::Level> bids,
                  std::span<const wire::Level> asks, const Context& context);
  // This book is Stale or was replaced.
  void forget(const Feed& feed) {
    if (feed_ == &feed) end(true);
  }

 private:
  struct Recorded {
    Nanos time;
    std::size_t first;
    std::size_t bids;
    std::size_t asks;
  };
  void end(bool inconclusive);
  void conclude(const Context& context);
  std::string difference() const;

  AlpacaVenue& venue_;
  Feed* feed_ = nullptr;  // under audit
  std::uint32_t serial_ = 0;
  AuditTurns turns_;
  std::vector<std::uint32_t> suspects_;
  void begin(Feed& feed, const Context& context);
  Nanos began_{0};
  Nanos start_{0};  // the venue's time of the book then
  bool asked_ = false;
  std::optional<book::Ladder> shadow_;
  Nanos shadow_time_{0};
  Nanos shadow_at_{0};
  std::vector<Recorded> recorded_;
  std::vector<wire::Level> levels_;
};

}  // namespace trunkline::venue::alpaca
