// One symbol's book as the venue keeps it: events, snapshots and quotes in; L2 frames and every change of the book's
// state out. Frames are published after the book was checked, never before. One thread at a time.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "trunkline/book/book_sync.hpp"
#include "trunkline/venue/binance/message_parser.hpp"
#include "trunkline/venue/binance/messages.hpp"
#include "trunkline/venue/binance/quote_check.hpp"
#include "trunkline/venue/book_publisher.hpp"
#include "trunkline/venue/instrument.hpp"

namespace trunkline::venue::binance {

// Sees every event that a book applied; the audit's ear.
class DepthObserver {
 public:
  virtual ~DepthObserver() = default;
  virtual void on_applied(std::uint32_t feed, const book::UpdateIds& ids, std::span<const wire::Level> bids,
                          std::span<const wire::Level> asks) = 0;
};

// From the best price to here, both included, every level is known; beyond, only those touched since the snapshot.
struct KnownTo {
  Price bid = Price::from_raw(std::numeric_limits<std::int64_t>::min());
  Price ask = Price::from_raw(std::numeric_limits<std::int64_t>::max());

  // A snapshot of fewer levels than were asked for holds all there are.
  static KnownTo of(const DepthSnapshot& snapshot, std::uint32_t limit) noexcept {
    KnownTo known;
    if (snapshot.bids.size() >= limit) known.bid = snapshot.bids.back().price;
    if (snapshot.asks.size() >= limit) known.ask = snapshot.asks.back().price;
    return known;
  }
};

class DepthFeed {
 public:
  // Longer than this after a snapshot without its stream reaching it, and the snapshot is not believed.
  static constexpr Nanos bridge_limit = std::chrono::seconds{10};
  // No event at all for this long after a snapshot: the symbol is quiet and the snapshot is the book.
  static constexpr Nanos quiet_limit = std::chrono::seconds{2};

  DepthFeed(const Instrument& instrument, book::SyncRule rule, std::uint32_t feed, book::HoldLimits limits);

  // What the caller is to do now.
  enum class Need : std::uint8_t { Nothing, Snapshot };

  // The stream is subscribed; a snapshot is needed unless the book is in step already.
  [[nodiscard]] Need start(const Context& context);
  // The symbol is not wanted or not traded any more.
  void stop(wire::BookReason reason, const Context& context);

  // `levels` are sink.levels() where in_ring, bids first, and may be published in place.
  [[nodiscard]] Need on_event(const DepthMessage& event, std::span<const wire::Level> bids,
                              std::span<const wire::Level> asks, bool in_ring, std::uint32_t source,
                              const Context& context);
  [[nodiscard]] Need on_quote(const QuoteMessage& quote, const Context& context);
  // `limit` levels a side were asked for.
  [[nodiscard]] Need on_snapshot(const DepthSnapshot& snapshot, std::uint32_t limit, const Context& context);
  [[nodiscard]] Need on_tick(const Context& context);
  // Connection `source` is gone; `other` still brings the stream. Without one the book is Stale until start().
  [[nodiscard]] Need on_closed(std::uint32_t source, std::optional<std::uint32_t> other, const Context& context);
  // The book is wrong for a reason found elsewhere: Stale, and over again.
  [[nodiscard]] Need fault(wire::BookReason reason, const Context& context);
  // A snapshot request was made, or failed for good for now.
  void snapshot_asked() noexcept { sync_.snapshot_asked(); }
  void snapshot_failed(const Context& context);
  // Replaces the levels by others of the same update id that reach further, and publishes them.
  void rebase(book::Ladder& ladder, const KnownTo& known, const Context& context);

  // Says again how the book stands, levels and all.
  void resend(const Context& context) const { book_.resend(context); }

  void observe(DepthObserver* observer) noexcept { observer_ = observer; }

  bool live() const noexcept { return book_.live(); }
  bool wants_snapshot() const noexcept { return sync_.phase() == book::Phase::Buffering; }
  const BookPublisher& book() const noexcept { return book_; }
  const book::Ladder& ladder() const noexcept { return book_.ladder(); }
  const KnownTo& known_to() const noexcept { return known_; }
  // The best price has come so near to the end of what is known that a further snapshot is due.
  bool window_is_thin() const noexcept;
  std::uint64_t update_id() const noexcept { return sync_.update_id(); }
  std::uint64_t quote_comparisons() const noexcept { return quotes_.comparisons(); }
  std::uint64_t duplicates() const noexcept { return duplicates_; }

 private:
  // False: the book is Stale now.
  bool apply(const book::UpdateIds& ids, Nanos time, std::span<const wire::Level> bids,
             std::span<const wire::Level> asks, bool in_ring, const Context& context);
  Need take_held(const Context& context);
  Need restart(const Context& context);
  // The venue told a quote of a later book than this one.
  bool quotes_are_ahead() const noexcept { return quotes_.newest_quote_id() > sync_.update_id(); }
  // The best price left what is known.
  bool outside_window() const noexcept;
  void know(const KnownTo& known) noexcept;
  void become_live(const Context& context);
  void set_state(wire::BookState state, wire::BookReason reason, const Context& context);

  std::uint32_t feed_;
  book::BookSync sync_;
  BookPublisher book_;
  QuoteCheck quotes_;
  DepthObserver* observer_ = nullptr;
  Nanos snapshot_time_{0};
  Nanos last_quote_{0};
  Nanos ahead_since_{0};  // quotes_are_ahead() at the latest from here, where it is
  KnownTo known_;
  // From the best price to the end of what is known, when that began; 0: without end.
  std::int64_t bid_reach_ = 0;
  std::int64_t ask_reach_ = 0;
  std::uint64_t reported_refusals_ = 0;
  std::uint64_t duplicates_ = 0;
};

}  // namespace trunkline::venue::binance
