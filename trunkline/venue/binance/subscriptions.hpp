// What is subscribed on which connection, and how far that has come: asked for, acknowledged, refused, heard of. Sends
// SUBSCRIBE and UNSUBSCRIBE in batches and finds the streams that were acknowledged and then stay silent.
// One thread at a time; heard() is on the hot path and does not allocate.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "trunkline/venue/binance/messages.hpp"
#include "trunkline/venue/binance/segment.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::venue::binance {

// A symbol's feed number and one of its channels.
struct StreamKey {
  std::uint32_t feed = 0;
  Channel channel = Channel::Trades;

  std::size_t index() const noexcept { return std::size_t{feed} * channel_count + static_cast<std::size_t>(channel); }
  friend bool operator==(StreamKey, StreamKey) = default;
};

enum class StreamState : std::uint8_t { Off, Wanted, Asked, Acknowledged, Refused, Leaving };

class Subscriptions {
 public:
  static constexpr std::size_t batch = 100;  // streams in one message
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
    bool ready = false;   // told to the session
    bool doomed = false;  // a reconnect was asked for
    Nanos heard{0};       // last message of any stream
    std::vector<Stream> streams;

    Stream& at(StreamKey key) {
      if (key.index() >= streams.size()) streams.resize(key.index() + channel_count);
      return streams[key.index()];
    }
    const Stream* find(StreamKey key) const noexcept {
      return key.index() < streams.size() ? &streams[key.index()] : nullptr;
    }
  };

  using NameOf = std::function<std::string(StreamKey)>;
  Subscriptions(const SegmentSpec& spec, NameOf name_of) : spec_(spec), name_of_(std::move(name_of)) {}

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

  // Sends what is wanted and not asked for yet.
  void send(Nanos now, Outbox& outbox);

  struct Answer {
    bool known = false;
    std::vector<StreamKey> acknowledged;
    std::vector<StreamKey> refused;  // for good; batches are first split to find the culprit
  };
  Answer on_reply(ConnectionId id, const ReplyMessage& reply, Nanos now, Outbox& outbox);

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
  void ask_again(StreamKey key, Nanos now, Outbox& outbox);

 private:
  struct Batch {
    ConnectionId connection;
    std::vector<StreamKey> keys;
    bool subscribe = true;
  };
  void send_batch(Connection& connection, std::vector<StreamKey> keys, bool subscribe, Nanos now, Outbox& outbox);
  bool is_wanted(StreamKey key) const noexcept { return key.index() < wanted_.size() && wanted_[key.index()]; }
  bool symbol_talks(StreamKey key) const noexcept;

  const SegmentSpec& spec_;
  NameOf name_of_;
  std::vector<bool> wanted_;
  std::vector<std::uint8_t> lost_tries_;  // of streams whose connection was given up
  std::vector<Connection> connections_;
  std::map<std::uint64_t, Batch> batches_;
  std::uint64_t next_id_ = 1;
};

}  // namespace trunkline::venue::binance
