// A source without code of its own: market data read as its mapping says, over a WebSocket, by polling over HTTP, or
// both. Contract: trunkline/venue/venue.hpp. The mapping's keys and their meaning: docs/sources-without-code.md.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "trunkline/venue/generic/instruments.hpp"
#include "trunkline/venue/generic/parser.hpp"
#include "trunkline/venue/generic/recent_ids.hpp"
#include "trunkline/venue/generic/stream_book.hpp"
#include "trunkline/venue/market_data_venue.hpp"

namespace trunkline::venue::generic {

struct GenericConfig {
  std::string exchange;  // what symbols call it: "bybit"
  Mapping mapping;
  std::vector<SymbolSubscription> subscriptions = {};
  // How often a book is subscribed anew, where the mapping wants that.
  Nanos audit_interval = std::chrono::minutes{5};
};

class GenericVenue final : public MarketDataVenue {
 public:
  // InvalidArgument names the key of the mapping that cannot be compiled.
  static Result<std::unique_ptr<GenericVenue>> make(GenericConfig config);
  ~GenericVenue() override;

  RequestLimits limits() const override { return {mapping_.requests_per_minute, {}}; }

  struct PollCounters {
    std::uint64_t asked = 0;
    std::uint64_t unchanged = 0;  // 304
    std::uint64_t failed = 0;
  };
  const PollCounters& polls() const noexcept { return poll_counters_; }
  // Null where the symbol is not subscribed.
  const BookPublisher* book_of(SymbolHash symbol) const noexcept;

 private:
  struct GenericFeed;
  struct Poll;
  class Receiver;

  GenericVenue(GenericConfig config, Parser parser, std::vector<Parser> poll_parsers);
  static MarketDataSetup setup_of(const GenericConfig& config);
  static GenericFeed& own(Feed& feed) noexcept;
  static const GenericFeed& own(const Feed& feed) noexcept;

  // The contract with MarketDataVenue.
  void ask_for_catalog(bool again, const Context& context) override;
  const Instrument* instrument_of(const SymbolDescriptor& symbol) override { return instruments_.find(symbol); }
  void read(Connection& from, std::span<char> message, const Context& context) override;
  void take_reply(const Reply& reply, const Context& context) override;
  void write_subscription(ConnectionId connection, std::span<const StreamKey> keys, bool subscribe,
                          std::uint64_t request, Outbox& outbox) override;
  std::unique_ptr<Feed> make_feed(const Instrument& instrument, std::uint32_t number) override;
  std::string stream_text(StreamKey key) const override { return topic_of(key); }
  bool opened(Connection& connection, const Context& context) override;
  void tick(const Context& context) override;
  void start_book(Feed& feed, ConnectionId source, const Context& context) override;
  void stop_book(Feed& feed, wire::BookReason reason, const Context& context) override;
  void close_book(Feed& feed, ConnectionId source, std::optional<std::uint32_t> other, const Context& context) override;
  void resend_book(const Feed& feed, const Context& context) const override;
  void spoil_book(Feed& feed, const Context& context) override;
  void suspect_book(Feed& feed, const Context& context) override { ask_for_snapshot(feed, context); }
  void feed_added(Feed& feed) override;

  std::string topic_of(StreamKey key) const;
  std::optional<StreamKey> key_of(std::string_view topic) const;
  bool polled(Channel channel) const noexcept;
  void ask_for_snapshot(Feed& feed, const Context& context);
  void need(Feed& feed, StreamBook::Need need, const Context& context);
  // The answer to a request; without a number it is for the oldest one of the connection.
  void take_answer_record(Connection& from, const AnswerRecord& answer, const Context& context);
  // The whole message could not be told: the books of the symbols it names are not believed any more.
  void take_unreadable(std::string_view error, std::string_view text, const Context& context);
  void send_heartbeats(const Context& context);
  void refresh_books(const Context& context);
  void ask(const Context& context);
  void take_poll(Poll& poll, const Reply& reply, const Context& context);

  Mapping mapping_;
  Instruments instruments_;
  Parser parser_;
  std::vector<Parser> poll_parsers_;  // in the order of the mapping's polls
  std::vector<std::unique_ptr<Poll>> polls_;
  PollCounters poll_counters_;
  struct Sent {
    ConnectionId connection;
    std::uint64_t request;
    std::vector<StreamKey> keys;
    bool subscribe;
  };
  std::deque<Sent> sent_;  // requests without an answer
  struct Heartbeat {
    ConnectionId connection;
    Nanos sent;
  };
  std::vector<Heartbeat> heartbeats_;
  Nanos audit_interval_;
  std::uint64_t heartbeat_id_ = 0;
};

}  // namespace trunkline::venue::generic
