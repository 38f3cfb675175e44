// One product's book as Coinbase gives it: a snapshot behind the subscription, then changes without any number of their
// own. One connection carries it; what else brings the product is ignored until its snapshot makes it the carrier.
// Update ids are ours: they count what was published, for ever. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "trunkline/venue/book_publisher.hpp"
#include "trunkline/venue/coinbase/messages.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::venue::coinbase {

class ProductBook {
 public:
  // A confirmed subscription that brings no snapshot for this long is asked for again; one that brings nothing at all
  // was found silent before.
  static constexpr Nanos snapshot_limit = std::chrono::seconds{15};
  static constexpr Nanos first_pause = std::chrono::milliseconds{250};
  static constexpr Nanos longest_pause = std::chrono::seconds{30};
  // A book that was Live for so long has recovered: the next fault asks at once again.
  static constexpr Nanos settled_after = std::chrono::seconds{10};

  ProductBook(const Instrument& instrument, wire::Integrity integrity)
      : book_(instrument, integrity), tick_(instrument.tick) {}

  bool live() const noexcept { return book_.live(); }
  const book::Ladder& ladder() const noexcept { return book_.ladder(); }
  const BookPublisher& published() const noexcept { return book_; }
  std::uint64_t unknown_removals() const noexcept { return unknown_removals_; }
  // The book rests on what this connection brings, or will.
  bool rests_on(ConnectionId connection) const noexcept { return !carrier_ || *carrier_ == connection; }
  // No price further from the best one than this came with the snapshot.
  Price known_to(book::Side side) const noexcept { return book_.ladder().known_to(side); }

  // The subscription is confirmed; the snapshot may have come before.
  void start(const Context& context);
  void stop(wire::BookReason reason, const Context& context);
  // The whole book. False: fault().
  bool take_snapshot(ConnectionId from, Nanos time, std::span<const wire::Level> bids,
                     std::span<const wire::Level> asks, const Context& context);
  enum class Update : std::uint8_t { Applied, Ignored, Fault };
  // `levels` are sink.levels() where in_ring.
  Update take_update(ConnectionId from, Nanos time, std::span<const wire::Level> bids,
                     std::span<const wire::Level> asks, bool in_ring, const Context& context);
  void close(ConnectionId connection, const Context& context);
  // Cannot be trusted from here on. Nothing where it is not Live or on the way there.
  void fault(wire::BookReason reason, const Context& context);
  void resend(const Context& context) const { book_.resend(context); }

  // True at the moment when the snapshot is to be asked for (again).
  bool wants_snapshot(Nanos now) noexcept;

 private:
  BookPublisher book_;
  Price tick_;
  std::optional<ConnectionId> carrier_;
  std::uint64_t unknown_removals_ = 0;
  Nanos since_{0};   // of Syncing or Live
  Nanos ask_at_{0};  // 0: nothing is to be asked
  unsigned tries_ = 0;
};

}  // namespace trunkline::venue::coinbase
