// Binance's market data as a venue: one object a market segment. Contract: trunkline/venue/venue.hpp. What is checked
// and what is not: docs/venues/binance.md.
#pragma once

#include <array>
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
#include "trunkline/venue/binance/subscriptions.hpp"
#include "trunkline/venue/freshness.hpp"
#include "trunkline/venue/id_window.hpp"
#include "trunkline/venue/instrument.hpp"
#include "trunkline/venue/symbol_table.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::venue::binance {

struct BinanceConfig {
  Segment segment = Segment::Spot;
  struct Subscription {
    SymbolDescriptor symbol;
    Channels channels = default_channels;
  };
  std::vector<Subscription> subscriptions = {};
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

class BinanceVenue final : public Venue {
 public:
  explicit BinanceVenue(BinanceConfig config);
  ~BinanceVenue() override;

  std::string_view exchange() const noexcept override { return spec_.exchange; }
  std::span<const Lane> lanes() const noexcept override { return lanes_; }
  RequestLimits limits() const override;

  void on_start(Nanos now, Sink& sink, Outbox& outbox) override;
  void on_open(ConnectionId connection, LaneId lane, Nanos now, Sink& sink, Outbox& outbox) override;
  void on_bytes(ConnectionId connection, std::span<char> message, Nanos received, Sink& sink, Outbox& outbox) override;
  void on_closed(ConnectionId connection, std::string_view reason, Nanos now, Sink& sink, Outbox& outbox) override;
  void on_reply(const Reply& reply, Sink& sink, Outbox& outbox) override;
  void on_tick(Nanos now, Sink& sink, Outbox& outbox) override;
  Result<void> command(const Command& command, Nanos now, Sink& sink, Outbox& outbox) override;

  struct Counters {
    std::uint64_t messages = 0;
    std::uint64_t slow = 0;  // read by the parser for any order
    std::uint64_t malformed = 0;
    std::uint64_t unknown_events = 0;
    std::uint64_t unknown_symbols = 0;
    std::uint64_t unwanted = 0;       // of a channel that was unsubscribed
    std::uint64_t duplicates = 0;     // trades, quotes, marks and liquidations that came before
    std::uint64_t trades_missed = 0;  // ids that never came
    std::uint64_t trades_aside = 0;   // insurance fund, auto-deleveraging: not published
    std::uint64_t snapshots_asked = 0;
    std::uint64_t snapshots_failed = 0;
    std::uint64_t refused_streams = 0;
    std::uint64_t silent_streams = 0;
    std::uint64_t silent_reconnects = 0;
    std::uint64_t audits = 0;
    std::uint64_t audits_failed = 0;
    std::uint64_t audits_inconclusive = 0;
    std::uint64_t rebased = 0;
  };
  const Counters& counters() const noexcept { return counters_; }
  const Catalog& catalog() const noexcept { return catalog_; }
  // Null where the symbol is not subscribed.
  const DepthFeed* depth_of(SymbolHash symbol) const noexcept;

 private:
  struct Feed;
  class Audit;

  // Messages (binance_messages.cpp)
  void read_slowly(Subscriptions::Connection& from, std::string_view text, const Context& context);
  void take_trade(Subscriptions::Connection& from, const TradeMessage& trade, Channel channel, const Context& context);
  void take_quote(Subscriptions::Connection& from, const QuoteMessage& quote, const Context& context);
  void take_depth(Subscriptions::Connection& from, const DepthMessage& depth, std::span<const wire::Level> bids,
                  std::span<const wire::Level> asks, bool in_ring, const Context& context);
  void take_bar(Subscriptions::Connection& from, const BarMessage& bar, const Context& context);
  void take_mark(Subscriptions::Connection& from, const MarkMessage& mark, const Context& context);
  void take_liquidation(Subscriptions::Connection& from, const LiquidationMessage& order, const Context& context);
  void take_reply(Subscriptions::Connection& from, const ReplyMessage& reply, const Context& context);
  void take_failure(const ParseFailure& failure, const Context& context);
  Feed* feed_of(std::string_view venue_symbol) noexcept;
  // Its prices count other units than one: only the parser for any order knows how.
  bool is_scaled(std::string_view venue_symbol) const noexcept { return any_scaled_ && exponent_of(venue_symbol) != 0; }
  int exponent_of(std::string_view venue_symbol) const noexcept;
  // The feed of a message that is wanted, after its stream was marked as heard of; null where it is not wanted.
  Feed* heard(Subscriptions::Connection& from, std::string_view venue_symbol, Channel channel, Nanos now) noexcept;

  // Symbols (binance_symbols.cpp)
  void ask_for_info(const Context& context);
  void take_info(const Reply& reply, const Context& context);
  void refresh_statuses(const Catalog& fresh, const Context& context);
  Result<void> subscribe(const SymbolDescriptor& symbol, Channels channels, const Context& context);
  Result<void> unsubscribe(const SymbolDescriptor& symbol, Channels channels, const Context& context);
  Result<void> resend(const SymbolDescriptor& symbol, const Context& context);
  Feed& feed_for(const Instrument& instrument, const Context& context);
  void want_streams(Feed& feed, Channels channels, const Context& context);
  void publish_mapping(const Feed& feed, const Context& context);

  // Snapshots and upkeep (binance_venue.cpp)
  void need(Feed& feed, DepthFeed::Need need, const Context& context);
  void ask_for_snapshots(const Context& context);
  void take_snapshot(Feed& feed, const Reply& reply, const Context& context);
  void look_for_silence(const Context& context);
  std::uint32_t depth_limit() const noexcept {
    return config_.depth_limit == 0 ? spec_.depth_limit : config_.depth_limit;
  }
  Request depth_request(const Feed& feed, RequestId id, Priority priority) const;

  Context context(Nanos now, Sink& sink, Outbox& outbox) const { return {now, sink, outbox, spec_.exchange}; }
  void report(const Context& context, Severity severity, std::string_view name, std::string symbol,
              std::vector<std::pair<std::string_view, std::string>> fields) const;

  const SegmentSpec& spec_;
  BinanceConfig config_;
  std::vector<Lane> lanes_;
  Catalog catalog_;
  bool have_catalog_ = false;
  Nanos info_due_{0};
  unsigned info_failures_ = 0;
  bool info_asked_ = false;
  std::vector<BinanceConfig::Subscription> pending_;  // until the reference data is here

  std::vector<std::unique_ptr<Feed>> feeds_;
  SymbolTable table_;
  bool any_scaled_ = false;
  Subscriptions subscriptions_;
  SnapshotQueue snapshots_;
  MessageParser parser_;
  SnapshotParser snapshot_parser_;
  ExponentOf exponent_of_;
  std::unique_ptr<Audit> audit_;
  Nanos silence_due_{0};
  Nanos malformed_reported_{0};
  std::uint64_t malformed_unreported_ = 0;
  Counters counters_;
};

}  // namespace trunkline::venue::binance
