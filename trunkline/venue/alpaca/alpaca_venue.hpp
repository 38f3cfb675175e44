// Alpaca's market data as a venue: US stocks, or crypto. Contract: trunkline/venue/venue.hpp. What is checked and what
// is not: docs/venues/alpaca.md.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trunkline/venue/alpaca/crypto_book.hpp"
#include "trunkline/venue/alpaca/hot_parser.hpp"
#include "trunkline/venue/alpaca/message_reader.hpp"
#include "trunkline/venue/alpaca/poll.hpp"
#include "trunkline/venue/alpaca/rest_bodies.hpp"
#include "trunkline/venue/alpaca/stream_session.hpp"
#include "trunkline/venue/context.hpp"
#include "trunkline/venue/freshness.hpp"
#include "trunkline/venue/symbol_table.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::venue::alpaca {

struct AlpacaConfig {
  Market market = Market::Stocks;
  std::string feed = "iex";  // of stocks: iex, sip, delayed_sip, test
  Encoding encoding = Encoding::Json;
  Credentials credentials = {};
  bool paper = true;            // which trading host knows the key: paper-api or api
  bool extended_hours = false;  // silence counts before and after regular hours too
  struct Subscription {
    SymbolDescriptor symbol;
    Channels channels = default_channels;
  };
  std::vector<Subscription> subscriptions = {};
  std::string stream_base = "wss://stream.data.alpaca.markets";
  std::string data_base = "https://data.alpaca.markets";
  std::string trading_base = {};  // empty: as `paper` says
  Nanos assets_interval = std::chrono::hours{1};
  Nanos calendar_interval = std::chrono::hours{6};
  Nanos clock_interval = std::chrono::minutes{1};
  Nanos actions_interval = std::chrono::hours{1};
  Nanos audit_interval = std::chrono::minutes{5};  // of each crypto book; 0: never
};

class AlpacaVenue final : public Venue {
 public:
  explicit AlpacaVenue(AlpacaConfig config);
  ~AlpacaVenue() override;

  std::string_view exchange() const noexcept override { return exchange_; }
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
    std::uint64_t frames = 0;  // of the connection
    std::uint64_t messages = 0;
    std::uint64_t malformed = 0;
    std::uint64_t unknown_messages = 0;
    std::uint64_t unknown_symbols = 0;
    std::uint64_t unwanted = 0;          // of a channel that was unsubscribed
    std::uint64_t duplicates = 0;        // trades that came before
    std::uint64_t trades_caught_up = 0;  // after a lost connection
    std::uint64_t corrections = 0;
    std::uint64_t venue_errors = 0;
    std::uint64_t refused_streams = 0;
    std::uint64_t silent_streams = 0;
    std::uint64_t requests_failed = 0;
    std::uint64_t audits = 0;
    std::uint64_t audits_failed = 0;
    std::uint64_t audits_inconclusive = 0;
  };
  const Counters& counters() const noexcept { return counters_; }
  const Catalog& catalog() const noexcept { return catalog_; }
  Phase phase() const noexcept { return phase_; }
  // Null where the symbol is not subscribed.
  const CryptoBook* book_of(SymbolHash symbol) const noexcept;

 private:
  struct Feed;
  struct Reader;
  class Audit;
  class CatchUp;

  // Messages (alpaca_messages.cpp)
  void take_trade(const TradeMessage& trade, const Context& context);
  void take_quote(const QuoteMessage& quote, const Context& context);
  void take_bar(const BarMessage& bar, const Context& context);
  void take_book(const BookMessage& book, const Context& context);
  void take_status(const StatusMessage& status, const Context& context);
  void take_bands(const BandsMessage& bands, const Context& context);
  void take_correction(const CorrectionMessage& correction, const Context& context);
  void take_subscription(const SubscriptionMessage& message, const Context& context);
  void take_error(const ErrorMessage& error, const Context& context);
  void take_malformed(const MalformedMessage& failure, const Context& context);
  void carry_out(const StreamSession::Outcome& outcome, const Context& context);
  Feed* feed_of(std::string_view venue_symbol) noexcept;
  Feed* heard(std::string_view venue_symbol, Stream stream, Nanos now) noexcept;
  void publish_trade(Feed& feed, const TradeMessage& trade, std::uint16_t more_detail, const Context& context);
  // Trades of the symbol are lost, and nobody knows how many.
  void report_missed(const Feed& feed, std::string_view why, const Context& context) const;
  void publish_quote(Feed& feed, const QuoteMessage& quote, const Context& context);

  // Symbols and silence (alpaca_symbols.cpp)
  Result<void> subscribe(const SymbolDescriptor& symbol, Channels channels, const Context& context);
  Result<void> unsubscribe(const SymbolDescriptor& symbol, Channels channels, const Context& context);
  Result<void> resend(const SymbolDescriptor& symbol, const Context& context);
  Feed& feed_for(const Instrument& instrument, const Context& context);
  void publish_mapping(const Feed& feed, const Context& context);
  void refresh_status(Feed& feed, const Context& context);
  void want_streams(Feed& feed);
  void look_for_silence(const Context& context);
  void wait_for_books(const Context& context);
  void pause_freshness();

  // Requests (alpaca_requests.cpp)
  void ask(const Context& context);
  void ask_for_latest(const Context& context);
  void ask_for_actions(const Context& context);
  void take_assets(const Reply& reply, const Context& context);
  void take_calendar(const Reply& reply, const Context& context);
  void take_clock(const Reply& reply, const Context& context);
  void take_latest(const Reply& reply, bool trades, const Context& context);
  void take_actions(const Reply& reply, const Context& context);
  void settle_phase(const Context& context);
  void request(const Context& context, RequestId id, std::string url, Priority priority) const;
  // Reports it, counts it. True: the reply is good.
  bool good(const Reply& reply, std::string_view what, const Context& context);
  void failed(std::string_view what, std::string error, const Context& context);
  std::string latest_url(std::string_view what, std::string_view symbols) const;

  Context context(Nanos now, Sink& sink, Outbox& outbox) const { return {now, sink, outbox, exchange_}; }
  void report(const Context& context, Severity severity, std::string_view name, std::string symbol,
              std::vector<std::pair<std::string_view, std::string>> fields) const;
  // Silence means something now.
  bool market_talks() const noexcept;

  AlpacaConfig config_;
  std::string exchange_;
  bool always_open_;
  std::vector<Lane> lanes_;
  Catalog catalog_;
  bool have_catalog_ = false;
  std::vector<AlpacaConfig::Subscription> pending_;  // until the reference data is here

  std::vector<std::unique_ptr<Feed>> feeds_;
  SymbolTable table_;
  StreamSession session_;
  std::vector<wire::Level> levels_;
  HotMessages hot_;

  Phase phase_ = Phase::Unknown;
  MarketCalendar calendar_;
  std::chrono::year_month_day calendar_first_;
  std::chrono::year_month_day calendar_last_;
  std::optional<bool> clock_says_open_;  // against the calendar
  Poll assets_poll_;
  Poll calendar_poll_;
  Poll clock_poll_;
  Poll actions_poll_;
  std::vector<std::uint32_t> latest_trades_due_;
  std::vector<std::uint32_t> latest_quotes_due_;
  struct ActionQuery {
    std::string symbols;
    std::string page_token;
    unsigned tries = 0;
  };
  std::deque<ActionQuery> action_queries_;
  bool action_query_under_way_ = false;
  Nanos action_query_due_{0};
  std::map<std::uint64_t, wire::CorporateAction> actions_;  // told already, by id
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<CatchUp> catch_up_;

  Nanos second_due_{0};
  Nanos malformed_reported_{0};
  std::uint64_t malformed_unreported_ = 0;
  Counters counters_;
};

}  // namespace trunkline::venue::alpaca
