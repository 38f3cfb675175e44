// Compares a Live book with a fresh snapshot: the snapshot is brought to the book's update id by the same events, then
// every level that both must know has to be equal. One book at a time, in turn, at low priority; so a wrong level that
// no other rule sees lives at most as long as docs/venues/binance.md computes. Private to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trunkline/venue/audit_turns.hpp"
#include "trunkline/venue/binance/feed.hpp"

namespace trunkline::venue::binance {

class BinanceVenue::Audit final : public DepthObserver {
 public:
  // A snapshot that is ahead of the stream for longer than this means that the stream has died.
  static constexpr Nanos catch_up_limit = std::chrono::seconds{10};
  static constexpr Nanos catch_up_limit_if_silent = std::chrono::seconds{2};
  static constexpr Nanos answer_limit = std::chrono::minutes{2};
  static constexpr std::size_t max_recorded_levels = 262'144;

  explicit Audit(BinanceVenue& venue) : venue_(venue) {}

  void tick(const Context& context);
  void take(const Reply& reply, const Context& context);
  // This book's stream has been silent for too long: is it only quiet?
  void suspect(BinanceFeed& feed, const Context& context);
  void on_applied(std::uint32_t feed, const book::UpdateIds& ids, std::span<const wire::Level> bids,
                  std::span<const wire::Level> asks) override;

 private:
  enum class Why : std::uint8_t { Turn, Silence, ThinWindow };
  struct Recorded {
    book::UpdateIds ids;
    std::size_t first_level;
    std::size_t bids;
    std::size_t asks;
  };

  void begin(BinanceFeed& feed, Why why, const Context& context);
  void end();
  void inconclusive();
  void advance(const book::UpdateIds& ids, std::span<const wire::Level> bids, std::span<const wire::Level> asks);
  void conclude(const Context& context);
  // The first level in which both differ, told in words; empty where they are equal.
  std::string difference() const;
  void rebase(const Context& context);

  BinanceVenue& venue_;
  BinanceFeed* feed_ = nullptr;  // under audit
  Why why_ = Why::Turn;
  std::uint32_t serial_ = 0;
  AuditTurns turns_;
  Nanos began_{0};
  std::vector<Nanos> last_audit_;
  std::vector<std::uint32_t> suspects_;

  bool have_snapshot_ = false;
  Nanos snapshot_at_{0};
  bool joined_ = false;  // the events have reached the snapshot
  bool lost_ = false;    // they passed it by
  std::uint64_t snapshot_id_ = 0;
  KnownTo snapshot_known_;
  std::optional<book::Ladder> shadow_;
  std::vector<Recorded> recorded_;
  std::vector<wire::Level> levels_;
};

}  // namespace trunkline::venue::binance
