// What market-data venues have in common: reference data, subscribing and leaving symbols, which stream was heard of
// when, and the frames that mean the same everywhere. A venue derives from it, reads its messages, and fills in what
// only it knows. How books are kept is the venue's own; BookPublisher tells them.
//
// Thread: the connector's. heard() and the publish functions are on the hot path and do not allocate.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trunkline/venue/context.hpp"
#include "trunkline/venue/freshness.hpp"
#include "trunkline/venue/id_window.hpp"
#include "trunkline/venue/instrument.hpp"
#include "trunkline/venue/subscriptions.hpp"
#include "trunkline/venue/symbol_table.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::venue {

// All that a venue keeps of one subscribed symbol; a venue's own feed adds its book.
struct MarketDataFeed {
  MarketDataFeed(const Instrument& of, std::uint32_t index) : number(index), instrument(of) {}
  virtual ~MarketDataFeed() = default;

  bool wants(Channel channel) const noexcept { return wanted.contains(channel); }
  Freshness& fresh(Channel channel) noexcept { return freshness[static_cast<std::size_t>(channel)]; }

  std::uint32_t number;
  Instrument instrument;
  Channels wanted;
  IdWindow trades;
  IdWindow aggregates;
  std::array<Freshness, channel_count> freshness{};
  std::array<bool, channel_count> silence_reported{};
};

struct SymbolSubscription {
  SymbolDescriptor symbol;
  Channels channels = default_channels;
};

struct MarketDataSetup {
  std::string exchange;  // "binance"
  std::vector<Lane> lanes;
  Channels channels;  // all that the venue has
  SubscriptionRules subscription;
  bool partial_channels = false;                  // subscribes those it has; refuses a symbol where it has none
  std::uint32_t max_streams = 0;                  // of one lane; 0: no limit
  Nanos catalog_interval{0};                      // reference data is asked for again; 0: never
  std::vector<SymbolSubscription> subscriptions;  // from the start
};

class MarketDataVenue : public Venue {
 public:
  struct Counters {
    std::uint64_t messages = 0;
    std::uint64_t slow = 0;  // read by the parser for any order
    std::uint64_t malformed = 0;
    std::uint64_t unknown_events = 0;
    std::uint64_t unknown_symbols = 0;
    std::uint64_t unwanted = 0;       // of a channel that was unsubscribed
    std::uint64_t duplicates = 0;     // what came before
    std::uint64_t trades_missed = 0;  // ids that never came
    std::uint64_t refused_streams = 0;
    std::uint64_t silent_streams = 0;
    std::uint64_t silent_reconnects = 0;
  };

  std::string_view exchange() const noexcept final { return setup_.exchange; }
  std::span<const Lane> lanes() const noexcept final { return setup_.lanes; }
  void on_start(Nanos now, Sink& sink, Outbox& outbox) final;
  void on_open(ConnectionId connection, LaneId lane, Nanos now, Sink& sink, Outbox& outbox) final;
  void on_bytes(ConnectionId connection, std::span<char> message, Nanos received, Sink& sink, Outbox& outbox) final;
  void on_closed(ConnectionId connection, std::string_view reason, Nanos now, Sink& sink, Outbox& outbox) final;
  void on_reply(const Reply& reply, Sink& sink, Outbox& outbox) final;
  void on_tick(Nanos now, Sink& sink, Outbox& outbox) final;
  Result<void> command(const Command& command, Nanos now, Sink& sink, Outbox& outbox) final;

  const Catalog& catalog() const noexcept { return catalog_; }
  const Counters& counters() const noexcept { return counters_; }

 protected:
  using Feed = MarketDataFeed;
  using Connection = Subscriptions::Connection;

  explicit MarketDataVenue(MarketDataSetup setup);

  // --- What a venue fills in ---------------------------------------------------------------------------------------

  // Asks for reference data; the answer goes to take_catalog(). `again`: it is there already and may have changed.
  virtual void ask_for_catalog(bool again, const Context& context) = 0;
  // One whole message of a connection that is open.
  virtual void read(Connection& from, std::span<char> message, const Context& context) = 0;
  virtual void take_reply(const Reply& reply, const Context& context) = 0;
  virtual void write_subscription(ConnectionId connection, std::span<const StreamKey> keys, bool subscribe,
                                  std::uint64_t request, Outbox& outbox) = 0;
  virtual std::unique_ptr<Feed> make_feed(const Instrument& instrument, std::uint32_t number) = 0;
  // The reference data of a symbol; null where the venue has no such symbol. For venues that do not list theirs.
  virtual const Instrument* instrument_of(const SymbolDescriptor& symbol) { return catalog_.find(symbol.hash()); }
  // The stream's name in the venue's words, for reports.
  virtual std::string stream_text(StreamKey key) const;

  // The connection is open: true where subscriptions may be sent at once, else admit() follows.
  virtual bool opened(Connection&, const Context&) { return true; }
  virtual void tick(const Context&) {}

  // The book of a symbol: its stream is confirmed; it is not wanted any more, refused, or not traded; the connection
  // `source` is gone and `other`, if any, still brings it; say it again.
  virtual void start_book(Feed& feed, ConnectionId source, const Context& context) = 0;
  virtual void stop_book(Feed& feed, wire::BookReason reason, const Context& context) = 0;
  virtual void close_book(Feed& feed, ConnectionId source, std::optional<std::uint32_t> other,
                          const Context& context) = 0;
  virtual void resend_book(const Feed& feed, const Context& context) const = 0;
  // A message that belonged to this book could not be read.
  virtual void spoil_book(Feed& feed, const Context& context) = 0;
  // Silent for longer than is usual. Asks for the stream again unless the venue knows better.
  virtual void suspect_book(Feed& feed, const Context& context);
  // The last connection that brought this channel is gone.
  virtual void channel_closed(Feed&, Channel) {}
  // False while the market is closed: silence says nothing then.
  virtual bool silence_matters(const Feed&, Nanos) const { return true; }
  // A feed is new, or its instrument changed: mapping() is published.
  virtual void feed_added(Feed&) {}

  // --- What it uses ------------------------------------------------------------------------------------------------

  void take_catalog(Result<Catalog> fresh, const Context& context);
  bool have_catalog() const noexcept { return have_catalog_; }
  // The connection is logged in.
  void admit(Connection& connection, const Context& context);
  // An answer that tells the request's number (SubscriptionRules::numbered), or one that names the stream.
  bool take_answer(Connection& from, std::uint64_t request, bool refused, std::string_view code,
                   std::string_view reason, const Context& context);
  void take_answer(Connection& from, StreamKey key, bool refused, std::string_view code, std::string_view reason,
                   const Context& context);

  Feed* feed_of(std::string_view venue_symbol) noexcept {
    const std::uint32_t number = table_.find(venue_symbol);
    return number == SymbolTable::none ? nullptr : feeds_[number].get();
  }
  const Feed* feed_of(std::string_view venue_symbol) const noexcept {
    const std::uint32_t number = table_.find(venue_symbol);
    return number == SymbolTable::none ? nullptr : feeds_[number].get();
  }
  std::span<const std::unique_ptr<Feed>> feeds() const noexcept { return feeds_; }
  // The feed of a message that is wanted, after its stream was marked as heard of; null where it is not wanted.
  Feed* heard(Connection& from, std::string_view venue_symbol, Channel channel, Nanos now) noexcept;

  // False: it came before. `consecutive`: ids of one symbol follow each other, and a hole is a loss. The caller
  // publishes the trade then.
  bool take_trade_id(Feed& feed, const Connection& from, Channel channel, std::uint64_t id, bool consecutive,
                     Nanos exchange_time, const Context& context);
  // `sold`: the taker sold.
  static void publish_trade(const Feed& feed, bool sold, wire::Trade trade, const Context& context) {
    trade.symbol = feed.instrument.hash;
    context.sink.publish_flagged(sold ? wire::flag::side_sell : wire::flag::side_buy, trade);
  }
  // Of a venue that does not say when a bar is complete: the next one does. `last` is the feed's, and becomes this one.
  void publish_bar(wire::Bar& last, const wire::Bar& bar, const Context& context);
  void publish_gap(const Feed& feed, std::uint64_t missed, Nanos exchange_time, const Context& context);
  void publish_mapping(const Feed& feed, const Context& context) const;
  // Trading in this symbol stopped or goes on, as a stream tells.
  void set_status(Feed& feed, wire::TradingStatus status, const Context& context);

  // A message that could not be read: counted, reported at most once a second, and the book it belonged to is spoiled.
  void take_failure(std::string_view error, Channel channel, std::string_view venue_symbol, const Context& context);
  void take_failure(std::string_view error, const Context& context);
  void report(const Context& context, Severity severity, std::string_view name, std::string symbol,
              std::vector<std::pair<std::string_view, std::string>> fields) const;

  Context context(Nanos now, Sink& sink, Outbox& outbox) const { return {now, sink, outbox, setup_.exchange}; }
  Subscriptions& subscriptions() noexcept { return subscriptions_; }
  Counters& count() noexcept { return counters_; }

 private:
  void report_failure(std::string_view event, std::string_view symbol, std::string_view error, const Context& context);
  void refresh_statuses(const Catalog& fresh, const Context& context);
  Result<void> subscribe(const SymbolDescriptor& symbol, Channels channels, const Context& context);
  Result<Channels> offered(std::string_view text, Channels channels, const Context& context) const;
  Result<void> check_room(const Instrument& instrument, std::string_view text, Channels channels) const;
  Result<void> unsubscribe(const SymbolDescriptor& symbol, Channels channels, const Context& context);
  Result<void> resend(const SymbolDescriptor& symbol, const Context& context);
  Feed& feed_for(const Instrument& instrument, const Context& context);
  void want_streams(Feed& feed, Channels channels);
  void refused(const Feed& feed, Channel channel, std::string_view code, std::string_view reason,
               const Context& context);
  void find_silent_subscriptions(const Context& context);
  void find_silent_channels(const Context& context);

  MarketDataSetup setup_;
  Catalog catalog_;
  bool have_catalog_ = false;
  bool catalog_asked_ = false;
  Nanos catalog_due_{0};
  unsigned catalog_failures_ = 0;
  std::vector<SymbolSubscription> pending_;  // until the reference data is here

  std::vector<std::unique_ptr<Feed>> feeds_;
  SymbolTable table_;
  Subscriptions subscriptions_;
  Nanos silence_due_{0};
  Nanos malformed_reported_{0};
  std::uint64_t malformed_unreported_ = 0;
  Counters counters_;
};

}  // namespace trunkline::venue
