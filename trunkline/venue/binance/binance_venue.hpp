// Binance's market data as a venue: one object a market segment. Contract: trunkline/venue/venue.hpp. What is checked
// and what is not: docs/venues/binance.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trunkline/venue/binance/depth_feed.hpp"
#include "trunkline/venue/binance/message_parser.hpp"
#include "trunkline/venue/binance/segment.hpp"
#include "trunkline/venue/binance/snapshot_queue.hpp"
#include "trunkline/venue/market_data_venue.hpp"

namespace trunkline::venue::binance {

struct BinanceConfig {
  Segment segment = Segment::Spot;
  std::vector<SymbolSubscription> subscriptions = {};
  std::string rest_base = {};     // in place of the segment's, when not empty: "http://127.0.0.1:9010/api/v3"
  std::string stream_base = {};   // likewise: "ws://127.0.0.1:9010"
  std::uint32_t depth_limit = 0;  // levels of a snapshot; 0: the segment's. Spot only: 5000 costs weight 250
  // Not more often than this is a book compared with a fresh snapshot; 0: never.
  Nanos audit_interval = std::chrono::minutes{5};
  Nanos info_interval = std::chrono::hours{1};  // reference data is fetched again
  // Connections are replaced before they are this old: the venue cuts them after 24 h. 0: never.
  Nanos maximum_age = std::chrono::hours{23} + std::chrono::minutes{30};
  book::HoldLimits hold_limits{};  // of a book that waits for its snapshot
};

class BinanceVenue final : public MarketDataVenue {
 public:
  explicit BinanceVenue(BinanceConfig config);
  ~BinanceVenue() override;

  RequestLimits limits() const override;

  struct BookCounters {
    std::uint64_t snapshots_asked = 0;
    std::uint64_t snapshots_failed = 0;
    std::uint64_t audits = 0;
    std::uint64_t audits_failed = 0;
    std::uint64_t audits_inconclusive = 0;
    std::uint64_t rebased = 0;
  };
  const BookCounters& book_counters() const noexcept { return books_; }
  // Insurance fund, auto-deleveraging: not published.
  std::uint64_t trades_aside() const noexcept { return trades_aside_; }
  // Null where the symbol is not subscribed.
  const DepthFeed* depth_of(SymbolHash symbol) const noexcept;

 private:
  struct BinanceFeed;
  class Audit;

  void ask_for_catalog(bool again, const Context& context) override;
  void read(Connection& from, std::span<char> message, const Context& context) override;
  void take_reply(const Reply& reply, const Context& context) override;
  void write_subscription(ConnectionId connection, std::span<const StreamKey> keys, bool subscribe,
                          std::uint64_t request, Outbox& outbox) override;
  std::unique_ptr<Feed> make_feed(const Instrument& instrument, std::uint32_t number) override;
  std::string stream_text(StreamKey key) const override;
  void tick(const Context& context) override;
  void start_book(Feed& feed, ConnectionId source, const Context& context) override;
  void stop_book(Feed& feed, wire::BookReason reason, const Context& context) override;
  void close_book(Feed& feed, ConnectionId source, std::optional<std::uint32_t> other, const Context& context) override;
  void resend_book(const Feed& feed, const Context& context) const override;
  void spoil_book(Feed& feed, const Context& context) override;
  void suspect_book(Feed& feed, const Context& context) override;
  void channel_closed(Feed& feed, Channel channel) override;

  // Messages (binance_messages.cpp)
  void read_slowly(Connection& from, std::string_view text, const Context& context);
  void take_trade(Connection& from, const TradeMessage& trade, Channel channel, const Context& context);
  void take_quote(Connection& from, const QuoteMessage& quote, const Context& context);
  void take_depth(Connection& from, const DepthMessage& depth, std::span<const wire::Level> bids,
                  std::span<const wire::Level> asks, bool in_ring, const Context& context);
  void take_bar(Connection& from, const BarMessage& bar, const Context& context);
  void take_mark(Connection& from, const MarkMessage& mark, const Context& context);
  void take_liquidation(Connection& from, const LiquidationMessage& order, const Context& context);
  void take_answer_message(Connection& from, const ReplyMessage& reply, const Context& context);
  BinanceFeed* heard_of(Connection& from, std::string_view venue_symbol, Channel channel, Nanos now) noexcept;
  // Its prices count other units than one: only the parser for any order knows how.
  bool is_scaled(std::string_view venue_symbol) const noexcept { return any_scaled_ && exponent_of(venue_symbol) != 0; }
  int exponent_of(std::string_view venue_symbol) const noexcept;

  // Snapshots and upkeep (binance_venue.cpp)
  BinanceFeed& feed(std::uint32_t number) const noexcept;
  void need(BinanceFeed& feed, DepthFeed::Need need, const Context& context);
  void ask_for_snapshots(const Context& context);
  void take_snapshot(BinanceFeed& feed, const Reply& reply, const Context& context);
  std::uint32_t depth_limit() const noexcept {
    return config_.depth_limit == 0 ? spec_.depth_limit : config_.depth_limit;
  }
  std::string_view rest_base() const noexcept {
    return config_.rest_base.empty() ? spec_.rest_base : std::string_view(config_.rest_base);
  }
  Request depth_request(const BinanceFeed& feed, RequestId id, Priority priority) const;

  const SegmentSpec& spec_;
  BinanceConfig config_;
  bool any_scaled_ = false;
  SnapshotQueue snapshots_;
  MessageParser parser_;
  SnapshotParser snapshot_parser_;
  ExponentOf exponent_of_;
  std::unique_ptr<Audit> audit_;
  BookCounters books_;
  std::uint64_t trades_aside_ = 0;
};

}  // namespace trunkline::venue::binance
