// Hyperliquid's market data as a venue: perpetuals and spot pairs over one WebSocket. Contract:
// trunkline/venue/venue.hpp. What is checked and what is not: docs/venues/hyperliquid.md.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trunkline/venue/hyperliquid/message_parser.hpp"
#include "trunkline/venue/hyperliquid/meta.hpp"
#include "trunkline/venue/hyperliquid/snapshot_book.hpp"
#include "trunkline/venue/market_data_venue.hpp"

namespace trunkline::venue::hyperliquid {

// Levels a side: 5 twice a second, or 20 each five seconds.
inline constexpr std::array<std::uint32_t, 2> depths{5, 20};

struct HyperliquidConfig {
  std::vector<SymbolSubscription> subscriptions = {};
  std::string stream_url = "wss://api.hyperliquid.xyz/ws";
  std::string rest_base = "https://api.hyperliquid.xyz";
  std::uint32_t depth = 5;  // one of `depths`
  Nanos maximum_age{0};     // a connection is replaced before it is this old, the new one first; 0: never
};

class HyperliquidVenue final : public MarketDataVenue {
 public:
  explicit HyperliquidVenue(HyperliquidConfig config);

  RequestLimits limits() const override;

  // Null where the symbol was never subscribed.
  const SnapshotBook* book_of(SymbolHash symbol) const noexcept;

 private:
  struct SymbolFeed;
  static constexpr std::size_t most_trades = 64;   // of one message on the hot path
  static constexpr std::size_t most_levels = 128;  // of both sides; the venue sends at most 40
  static constexpr Nanos ping_interval = std::chrono::seconds{50};
  static constexpr Nanos ping_after_silence = std::chrono::seconds{10};
  // What a first message of trades tells from before the subscription by at least this much is of the past; and a book
  // that is older than the one before by less than this was overtaken on the way.
  static constexpr Nanos clock_tolerance = std::chrono::seconds{5};

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

  void read_slowly(Connection& from, std::string_view text, const Context& context);
  void take_trades(Connection& from, std::span<const TradeMessage> trades, const Context& context);
  void take_quote(Connection& from, const QuoteMessage& quote, const Context& context);
  void take_book(Connection& from, const BookMessage& book, std::span<const wire::Level> levels,
                 const Context& context);
  void take_ticker(Connection& from, const TickerMessage& ticker, const Context& context);
  void take_bar(Connection& from, const BarMessage& bar, const Context& context);
  void take_answer_of(Connection& from, const AnswerMessage& answer, const Context& context);
  void take_error(Connection& from, std::string_view text, const Context& context);
  void keep_alive(const Context& context);

  SymbolFeed* symbol_of(Feed* feed) const noexcept;
  std::optional<StreamKey> key_of(std::string_view type, std::string_view coin) const noexcept;

  HyperliquidConfig config_;
  MessageParser parser_;
  std::array<TradeMessage, most_trades> trades_;
  std::array<wire::Level, most_levels> levels_;
  std::optional<Catalog> perpetuals_;  // until the spot pairs are here too

  struct Alive {
    ConnectionId connection;
    Nanos heard{0};
    Nanos pinged{0};
  };
  Alive& alive(ConnectionId connection, Nanos now);
  std::vector<Alive> alive_;
};

}  // namespace trunkline::venue::hyperliquid
