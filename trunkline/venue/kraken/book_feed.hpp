// One symbol's book as the venue tells it: snapshots and updates in; L2 frames and every change of the book's state
// out, each published only after the venue's checksum over the new book was found right. A book that fails goes Stale
// and asks for its stream again, alone. One thread at a time; updates do not allocate after warm-up.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "trunkline/venue/book_publisher.hpp"
#include "trunkline/venue/kraken/depth_book.hpp"
#include "trunkline/venue/kraken/messages.hpp"

namespace trunkline::venue::kraken {

class BookFeed {
 public:
  // A book that waits this long for its snapshot asks for its stream again.
  static constexpr Nanos snapshot_limit = std::chrono::seconds{30};
  // After a second failure in a row the next request waits this long, doubled each time up to the limit.
  static constexpr Nanos first_pause = std::chrono::seconds{1};
  static constexpr Nanos longest_pause = std::chrono::minutes{1};
  // A book that held this long has no failures behind it.
  static constexpr Nanos settled_after = std::chrono::seconds{30};

  // `depth`: levels of each side that are subscribed, 10 or more.
  BookFeed(const Instrument& instrument, std::size_t depth);

  // What the caller is to do now.
  enum class Need : std::uint8_t { Nothing, Resubscribe };

  // The stream is subscribed and its snapshot comes; nothing where the book has one from another connection.
  void start(const Context& context);
  // The symbol is not wanted, refused or not traded any more.
  void stop(wire::BookReason reason, const Context& context);
  // Levels of both: bids, then asks. A book that is Live goes over to this snapshot and its connection, and stays so.
  [[nodiscard]] Need on_snapshot(const BookMessage& message, std::span<const wire::Level> levels, ConnectionId source,
                                 const Context& context);
  // `in_ring`: `levels` begins sink.levels(), whose size is `room`, and the frame is made in place.
  [[nodiscard]] Need on_update(const BookMessage& message, std::span<const wire::Level> levels,
                               std::span<wire::Level> room, ConnectionId source, const Context& context);
  // The connection is gone; `other`: another one still brings the stream.
  [[nodiscard]] Need on_closed(ConnectionId source, bool other, const Context& context);
  [[nodiscard]] Need fault(wire::BookReason reason, const Context& context);
  [[nodiscard]] Need on_tick(const Context& context);
  void resend(const Context& context) const { publisher_.resend(context); }

  const BookPublisher& publisher() const noexcept { return publisher_; }
  const DepthBook& levels() const noexcept { return book_; }
  bool live() const noexcept { return publisher_.live(); }
  std::uint64_t checked() const noexcept { return checked_; }
  std::uint64_t mismatches() const noexcept { return mismatches_; }

 private:
  enum class Phase : std::uint8_t { Off, Waiting, Live };

  // Whether the book is as the venue has it, and otherwise why not.
  std::optional<wire::BookReason> check(const BookMessage& message);
  Need publish_change(const BookMessage& message, std::span<const wire::Level> bids, std::span<const wire::Level> asks,
                      bool in_ring, const Context& context);
  int unit_exponent_;
  Decimals listed_;  // of the reference data
  BookPublisher publisher_;
  DepthBook book_;
  Phase phase_ = Phase::Off;
  ConnectionId source_{};
  Nanos live_since_{0};
  Nanos ask_again_{0};  // while Waiting
  unsigned failures_ = 0;
  std::uint64_t checked_ = 0;
  std::uint64_t mismatches_ = 0;
  std::vector<wire::Level> scratch_;
  std::vector<wire::Level> gone_bids_;
  std::vector<wire::Level> gone_asks_;
};

}  // namespace trunkline::venue::kraken
