// What is subscribed on which connection, and how far that has come: asked for, acknowledged, refused, heard of. Has
// the venue write its messages in batches, and finds the streams that were acknowledged and then stay silent. One
// thread at a time; heard() is on the hot path and does not allocate.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trunkline/venue/channels.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::venue {

// A symbol's feed number and one of its channels.
struct StreamKey {
  std::uint32_t feed = 0;
  Channel channel = Channel::Trades;

  std::size_t index() const noexcept { return std::size_t{feed} * channel_count + static_cast<std::size_t>(channel); }
  friend bool operator==(StreamKey, StreamKey) = default;
};

// After how long nothing was heard of an acknowledged stream that is suspicious: while the symbol's other streams
// talk, and at all. 0: never. Liquidations may be rare for ever; trades and bars of a symbol that does not trade, too.
struct SilenceLimit {
  Nanos while_symbol_talks{0};
  Nanos at_all{0};
};
using SilenceLimits = std::array<SilenceLimit, channel_count>;
inline constexpr SilenceLimits default_silence_limits{{
    /* Trades          */ {std::chrono::minutes{2}, Nanos{0}},
    /* AggregateTrades */ {std::chrono::minutes{2}, Nanos{0}},
    /* Quotes          */ {std::chrono::minutes{1}, std::chrono::minutes{2}},
    /* Depth           */ {std::chrono::seconds{10}, std::chrono::minutes{1}},
    /* Bars            */ {std::chrono::minutes{3}, Nanos{0}},
    /* Ticker          */ {std::chrono::seconds{10}, std::chrono::seconds{10}},
    /* Liquidations    */ {Nanos{0}, Nanos{0}},
}};

struct SubscriptionRules {
  std::vector<Channels> lanes;  // what is subscribed on each lane
  std::size_t batch = 100;      // streams in one message
  bool numbered = false;        // an answer tells the request's number, and is for the whole batch
  SilenceLimits silence = default_silence_limits;
};

enum class StreamState : std::uint8_t { Off, Wanted, Asked, Acknowledged, Refused, Leaving };

class Subscriptions {
 public:
  static constexpr Nanos answer_limit = std::chrono::seconds{20};
  static constexpr Nanos refused_pause = std::chrono::minutes{1};
  static constexpr std::uint8_t tries_before_reconnect = 2;

  struct Stream {
    StreamState state = StreamState::Off;
    std::uint8_t tries = 0;  // that ended in silence
    Nanos since{0};          // of the state
    Nanos heard{0};          // last message since it was asked for
  };
  struct Connection {
    ConnectionId id;
    std::uint8_t lane;
    bool admitted = false;  // may subscribe: logged in, where the venue wants that
    bool ready = false;     // told to the session
    bool doomed = false;    // a reconnect was asked for
    Nanos heard{0};         // last message of any stream
    std::vector<Stream> streams;

    Stream& at(StreamKey key) {
      if (key.index() >= streams.size()) streams.resize(key.index() + channel_count);
      return streams[key.index()];
    }
    const Stream* find(StreamKey key) const noexcept {
      return key.index() < streams.size() ? &streams[key.index()] : nullptr;
    }
  };

  // Sends one message, or a few, that ask for these streams or leave them; `request` is a number of its own for venues
  // whose answer tells it.
  using Write = std::function<void(ConnectionId connection, std::span<const StreamKey> keys, bool subscribe,
                                   std::uint64_t request, Outbox& outbox)>;
  Subscriptions(SubscriptionRules rules, Write write) : rules_(std::move(rules)), write_(std::move(write)) {}

  std::uint8_t lane_of(Channel channel) const noexcept;
  // Streams wanted on a lane, whether or not it is connected.
  std::size_t wanted(std::size_t lane) const noexcept;

  void want(StreamKey key);
  void leave(StreamKey key);

  Connection& open(ConnectionId id, std::uint8_t lane, Nanos now);
  void close(ConnectionId id);
  Connection* find(ConnectionId id) noexcept {
    for (Connection& connection : connections_) {
      if (connection.id == id) return &connection;
    }
    return nullptr;
  }
  std::vector<Connection>& connections() noexcept { return connections_; }

  // A message of this stream came. Null connection or a stream that was not asked for: nothing.
  static void heard(Connection& connection, StreamKey key, Nanos now) noexcept {
    connection.heard = now;
    if (key.index() >= connection.streams.size()) return;
    connection.streams[key.index()].heard = now;
  }

  // Another connection whose subscription of this stream is confirmed.
  std::optional<std::uint32_t> other_source(StreamKey key, ConnectionId than) const noexcept;
  bool several_on(std::uint8_t lane) const noexcept;

  // Sends what is wanted and not asked for yet, on every connection that is admitted.
  void send(Nanos now, Outbox& outbox);

  struct Answer {
    bool known = false;
    std::vector<StreamKey> acknowledged;
    std::vector<StreamKey> refused;  // for good; batches are first split to find the culprit
  };
  // Where the venue answers a request as a whole.
  Answer on_answer(ConnectionId id, std::uint64_t request, bool refused, Nanos now, Outbox& outbox);
  // Where it names the stream. False: that was not asked for.
  bool settle(ConnectionId id, StreamKey key, bool refused, Nanos now);
  // Where it tells that a stream is left.
  void left(ConnectionId id, StreamKey key);

  // Everything wanted on this connection is acknowledged or refused, for the first time.
  bool becomes_ready(Connection& connection);

  struct Silent {
    ConnectionId connection;
    StreamKey key;
    bool reconnect;  // asking again has not helped
  };
  // Streams that were acknowledged, or not answered, and of which nothing was heard for too long.
  std::vector<Silent> find_silent(Nanos now);
  // Asks for the stream again, or gives the connection up.
  void retry(const Silent& silent, std::string reason, Nanos now, Outbox& outbox);
  // A stream that spoke before: asks for it again without giving anything up.
  void ask_again(StreamKey key, Nanos now, Outbox& outbox) { ask_again({&key, 1}, now, outbox); }
  void ask_again(std::span<const StreamKey> keys, Nanos now, Outbox& outbox);

 private:
  struct Batch {
    ConnectionId connection;
    std::vector<StreamKey> keys;
    bool subscribe = true;
  };
  void send_batch(Connection& connection, std::vector<StreamKey> keys, bool subscribe, Nanos now, Outbox& outbox);
  bool is_wanted(StreamKey key) const noexcept { return key.index() < wanted_.size() && wanted_[key.index()]; }
  bool symbol_talks(StreamKey key) const noexcept;

  SubscriptionRules rules_;
  Write write_;
  std::vector<bool> wanted_;
  std::vector<std::uint8_t> lost_tries_;  // of streams whose connection was given up
  std::vector<Connection> connections_;
  std::map<std::uint64_t, Batch> batches_;
  std::uint64_t next_id_ = 1;
};

}  // namespace trunkline::venue
