// One coin's book where every message is the whole of it: an error lives until the next message. What can be seen to be
// wrong (crossed, malformed, silent) makes it Stale, and the next good message makes it Live again: nothing is asked
// for. Update ids are ours. One thread at a time.
#pragma once

#include <span>

#include "trunkline/venue/book_publisher.hpp"

namespace trunkline::venue::hyperliquid {

class SnapshotBook {
 public:
  explicit SnapshotBook(const Instrument& instrument) : publisher_(instrument, wire::Integrity::SnapshotOnly) {}

  // The stream is subscribed.
  void start(const Context& context);
  // Not wanted any more, or never to be had.
  void stop(wire::BookReason reason, const Context& context);
  // Stale; the next message heals it. Nothing where it has not begun, or waits already.
  void fault(wire::BookReason reason, const Context& context);
  // Nothing brings it any more until start().
  void cut(const Context& context);
  void take(Nanos exchange_time, std::span<const wire::Level> bids, std::span<const wire::Level> asks,
            const Context& context);
  void resend(const Context& context) const { publisher_.resend(context); }

  const BookPublisher& publisher() const noexcept { return publisher_; }
  // The venue's, of the levels it holds.
  Nanos time() const noexcept { return time_; }

 private:
  bool started_ = false;
  Nanos time_{0};
  BookPublisher publisher_;
};

}  // namespace trunkline::venue::hyperliquid
