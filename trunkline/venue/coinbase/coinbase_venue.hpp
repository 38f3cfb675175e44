// Coinbase's market data as a venue: one object for the Exchange feed, another for Advanced Trade. Contract:
// trunkline/venue/venue.hpp. What is checked and what is not: docs/venues/coinbase.md.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trunkline/venue/audit_turns.hpp"
#include "trunkline/venue/coinbase/message_parser.hpp"
#include "trunkline/venue/coinbase/product_book.hpp"
#include "trunkline/venue/coinbase/rest_book.hpp"
#include "trunkline/venue/coinbase/sequence_watch.hpp"
#include "trunkline/venue/coinbase/signing.hpp"
#include "trunkline/venue/market_data_venue.hpp"

namespace trunkline::venue::coinbase {

struct CoinbaseConfig {
  Api api = Api::Exchange;
  std::vector<SymbolSubscription> subscriptions = {};
  std::string rest_base = {};    // in place of the API's, when not empty: "http://127.0.0.1:9010"
  std::string stream_base = {};  // likewise: "ws://127.0.0.1:9010/"
  // Not more often than this is a book compared with whole ones by REST; 0: never.
  Nanos audit_interval = std::chrono::minutes{5};
  Nanos products_interval = std::chrono::hours{1};  // reference data is asked for again
  Nanos maximum_age = std::chrono::hours{23} + std::chrono::minutes{30};
  // Exchange: level2 in place of level2_batch. Advanced: a token with each subscription.
  std::optional<Credentials> credentials = {};
};

class CoinbaseVenue final : public MarketDataVenue {
 public:
  explicit CoinbaseVenue(CoinbaseConfig config);
  ~CoinbaseVenue() override;

  RequestLimits limits() const override;

  struct BookCounters {
    std::uint64_t messages_lost = 0;    // Advanced Trade: numbers that never came
    std::uint64_t old_messages = 0;     // Advanced Trade: late or repeated
    std::uint64_t ignored_updates = 0;  // of books that wait for a snapshot, or that another connection carries
    std::uint64_t resubscribed = 0;
    std::uint64_t audits = 0;
    std::uint64_t audits_failed = 0;
    std::uint64_t audits_inconclusive = 0;
  };
  const BookCounters& book_counters() const noexcept { return books_; }
  // Null where the symbol is not subscribed.
  const ProductBook* book_of(SymbolHash symbol) const noexcept;

 private:
  struct CoinbaseFeed;
  struct Numbered {
    ConnectionId connection;
    SequenceWatch watch;
  };

  void ask_for_catalog(bool again, const Context& context) override;
  void read(Connection& from, std::span<char> message, const Context& context) override;
  void take_reply(const Reply& reply, const Context& context) override;
  void write_subscription(ConnectionId connection, std::span<const StreamKey> keys, bool subscribe,
                          std::uint64_t request, Outbox& outbox) override;
  std::unique_ptr<Feed> make_feed(const Instrument& instrument, std::uint32_t number) override;
  bool opened(Connection& connection, const Context& context) override;
  void tick(const Context& context) override;
  void start_book(Feed& feed, ConnectionId source, const Context& context) override;
  void stop_book(Feed& feed, wire::BookReason reason, const Context& context) override;
  void close_book(Feed& feed, ConnectionId source, std::optional<std::uint32_t> other, const Context& context) override;
  void resend_book(const Feed& feed, const Context& context) const override;
  void spoil_book(Feed& feed, const Context& context) override;
  void suspect_book(Feed& feed, const Context& context) override;
  void channel_closed(Feed& feed, Channel channel) override;

  // Messages (coinbase_messages.cpp)
  bool read_quickly(Connection& from, std::string_view text, const Context& context);
  void read_slowly(Connection& from, std::string_view text, const Context& context);
  // False: the message came before.
  bool take_number(const Connection& from, std::uint64_t number, const Context& context);
  void take_trade(Connection& from, const TradeMessage& trade, const Context& context);
  void take_quote(Connection& from, const QuoteMessage& quote, const Context& context);
  void take_book(Connection& from, const BookMessage& book, std::span<const wire::Level> bids,
                 std::span<const wire::Level> asks, bool in_ring, const Context& context);
  void take_heartbeat(const Connection& from, const HeartbeatMessage& beat, const Context& context);
  void take_subscriptions(Connection& from, std::span<const Item> items, const Context& context);
  void take_error(Connection& from, const ErrorMessage& error, const Context& context);
  void take_failure_of(Connection& from, const ParseFailure& failure, const Context& context);
  void take_history(Connection& from, std::span<const Item> items, const Context& context);
  void spoil_connection(const Connection& connection, wire::BookReason reason, const Context& context);

  // Books (coinbase_venue.cpp)
  CoinbaseFeed& feed(std::uint32_t number) const noexcept;
  void ask_for_snapshots(const Context& context);
  void audit_in_turn(const Context& context);
  void audit(CoinbaseFeed& feed, const Context& context);
  std::string book_address(const CoinbaseFeed& feed) const;
  std::string send_text(std::string_view type, std::string_view channel, std::span<const std::string_view> products,
                        std::span<const std::string_view> also) const;
  std::string_view depth_channel() const noexcept;

  int exponent_of(std::string_view product) const noexcept;
  // Its prices count other units than one: only the parser for any order knows how.
  bool is_scaled(std::string_view product) const noexcept { return any_scaled_ && exponent_of(product) != 0; }

  CoinbaseConfig config_;
  std::string refused_credentials_;
  Nanos now_{0};
  bool any_scaled_ = false;
  bool resubscribe_trades_ = false;
  std::vector<Numbered> numbers_;
  MessageParser parser_;
  RestBookParser rest_parser_;
  ExponentOf exponent_of_;
  std::array<TradeMessage, 64> trades_;
  AuditTurns audit_turns_;
  BookCounters books_;
};

}  // namespace trunkline::venue::coinbase
