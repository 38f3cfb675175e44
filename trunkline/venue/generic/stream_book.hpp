// A book whose snapshot comes on its own stream: at the start, and whenever the source sees fit. Changes follow on it
// by the mapping's rule; one that does not makes the book Stale until the next snapshot.
//
// While one connection replaces another, the book follows the one whose snapshot came last. One thread at a time.
#pragma once

#include <cstdint>

#include "trunkline/venue/book_publisher.hpp"
#include "trunkline/venue/generic/records.hpp"

namespace trunkline::venue::generic {

class StreamBook {
 public:
  StreamBook(const Instrument& instrument, SequenceRule rule, wire::Integrity integrity)
      : publisher_(instrument, integrity), rule_(rule) {}

  // What the caller is to do now.
  enum class Need : std::uint8_t { Nothing, Snapshot };

  // The stream is subscribed.
  void start(const Context& context);
  void stop(wire::BookReason reason, const Context& context);
  // `source` brings nothing any more; `other`: another connection brings the stream.
  void closed(std::uint32_t source, bool other, const Context& context);
  [[nodiscard]] Need take(const BookRecord& record, std::uint32_t source, const Context& context);
  // The book is wrong for a reason found elsewhere.
  [[nodiscard]] Need fault(wire::BookReason reason, const Context& context);
  // Changes come, but the snapshot that was asked for does not.
  [[nodiscard]] Need on_tick(const Context& context);
  void resend(const Context& context) const { publisher_.resend(context); }

  const BookPublisher& publisher() const noexcept { return publisher_; }
  std::uint64_t duplicates() const noexcept { return duplicates_; }

 private:
  static constexpr Nanos snapshot_limit = std::chrono::seconds{10};
  static constexpr std::uint32_t max_stale = 1'000;

  enum class Fit : std::uint8_t { Next, Known, Gap };
  Fit fit(const book::UpdateIds& ids) const noexcept;
  Need take_snapshot(const BookRecord& record, std::uint32_t source, const Context& context);
  void wait(wire::BookReason reason, const Context& context);

  BookPublisher publisher_;
  SequenceRule rule_;
  std::uint64_t last_ = 0;   // the venue's update id, or a count of our own
  bool joined_ = false;      // a change followed on the snapshot
  std::uint32_t stale_ = 0;  // changes in a row that the book knew already
  std::uint32_t source_ = 0;
  Nanos waiting_since_{0};   // for a snapshot; 0: it does not
  bool missed_any_ = false;  // changes came while it waited
  unsigned tries_ = 0;
  std::uint64_t duplicates_ = 0;
};

}  // namespace trunkline::venue::generic
