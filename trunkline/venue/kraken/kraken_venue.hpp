// Kraken's spot market data (WebSocket v2) as a venue. Contract: trunkline/venue/venue.hpp. What is checked and what is
// not: docs/venues/kraken.md.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "trunkline/venue/audit_turns.hpp"
#include "trunkline/venue/kraken/book_feed.hpp"
#include "trunkline/venue/kraken/message_parser.hpp"
#include "trunkline/venue/kraken/rest_book.hpp"
#include "trunkline/venue/market_data_venue.hpp"

namespace trunkline::venue::kraken {

inline constexpr std::array<std::uint32_t, 5> depths{10, 25, 100, 500, 1000};

struct KrakenConfig {
  std::vector<SymbolSubscription> subscriptions = {};
  std::string stream_url = "wss://ws.kraken.com/v2";
  std::string rest_base = "https://api.kraken.com";
  // Levels of each side of a book, one of `depths`. The checksum covers the best ten: what is beyond them is checked
  // when it comes up, and by the audit.
  std::uint32_t depth = 10;
  // Not more often than this is a book of more than ten levels compared with whole ones by REST; 0: never.
  Nanos audit_interval = std::chrono::minutes{5};
  Nanos maximum_age{0};  // a connection is replaced before it is this old, the new one first; 0: never
};

class KrakenVenue final : public MarketDataVenue {
 public:
  explicit KrakenVenue(KrakenConfig config);

  RequestLimits limits() const override;

  struct AuditCounters {
    std::uint64_t passed = 0;
    std::uint64_t failed = 0;
    std::uint64_t inconclusive = 0;
  };
  const AuditCounters& audits() const noexcept { return audits_; }

  // Null where the symbol was never subscribed.
  const BookFeed* book_of(SymbolHash symbol) const noexcept;

 private:
  struct SymbolFeed;
  // A request that is not answered for all its symbols yet.
  struct Asked {
    ConnectionId connection;
    Channel channel;
    bool subscribe;
    std::vector<StreamKey> keys;
  };
  static constexpr std::size_t most_trades = 64;  // of one message on the hot path
  // Reference data that has not come after this long is asked for again.
  static constexpr Nanos instruments_limit = std::chrono::seconds{20};

  void ask_for_catalog(bool again, const Context& context) override;
  void read(Connection& from, std::span<char> message, const Context& context) override;
  void take_reply(const Reply& reply, const Context& context) override;
  void write_subscription(ConnectionId connection, std::span<const StreamKey> keys, bool subscribe,
                          std::uint64_t request, Outbox& outbox) override;
  std::unique_ptr<Feed> make_feed(const Instrument& instrument, std::uint32_t number) override;
  std::string stream_text(StreamKey key) const override;
  bool opened(Connection& connection, const Context& context) override;
  void tick(const Context& context) override;
  void start_book(Feed& feed, ConnectionId source, const Context& context) override;
  void stop_book(Feed& feed, wire::BookReason reason, const Context& context) override;
  void close_book(Feed& feed, ConnectionId source, std::optional<std::uint32_t> other, const Context& context) override;
  void resend_book(const Feed& feed, const Context& context) const override;
  void spoil_book(Feed& feed, const Context& context) override;
  void feed_added(Feed& feed) override;

  void ask_for_instruments(ConnectionId connection, Outbox& outbox);
  void read_slowly(Connection& from, std::string_view text, const Context& context);
  void take_trade(Connection& from, const TradeMessage& trade, const Context& context);
  void take_past_trades(Connection& from, std::span<const TradeMessage> trades, const Context& context);
  void publish(SymbolFeed& feed, const TradeMessage& trade, std::uint16_t detail, const Context& context);
  void take_quote(Connection& from, const QuoteMessage& quote, const Context& context);
  void take_update(Connection& from, const BookMessage& book, std::span<const wire::Level> levels,
                   std::span<wire::Level> room, const Context& context);
  void take_snapshot(Connection& from, const BookMessage& book, std::span<const wire::Level> levels,
                     const Context& context);
  void take_bar(Connection& from, const BarMessage& bar, const Context& context);
  void take_past_bars(Connection& from, std::span<const BarMessage> bars, const Context& context);
  void take_instruments(bool snapshot, const Context& context);
  void take_answer_of(Connection& from, const ReplyMessage& reply, const Context& context);
  // Books of more than ten levels (deep_audit.cpp)
  void audit_in_turn(const Context& context);
  void audit(SymbolFeed& feed, const Context& context);
  static BookAudit::Bounds bounds_of(const BookFeed& book) noexcept;

  void settle(SymbolFeed& feed, BookFeed::Need need, const Context& context);
  SymbolFeed* symbol_of(Feed* feed) const noexcept;
  // Its prices count other units than one: only the parser for any order knows how.
  bool is_scaled(std::string_view venue_symbol) const noexcept { return any_scaled_ && exponent_of(venue_symbol) != 0; }
  int exponent_of(std::string_view venue_symbol) const noexcept;

  KrakenConfig config_;
  MessageParser parser_;
  ExponentOf exponent_of_;
  bool any_scaled_ = false;
  std::array<TradeMessage, most_trades> trades_;
  std::map<std::uint64_t, Asked> asked_;  // by req_id
  std::uint64_t next_request_ = 1;
  Nanos instruments_due_{0};  // while they are waited for; 0: not
  std::string system_ = "online";
  RestBookParser rest_parser_;
  AuditTurns audit_turns_;
  AuditCounters audits_;
};

}  // namespace trunkline::venue::kraken
