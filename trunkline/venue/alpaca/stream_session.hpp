// The conversation on one connection: greeting, authentication, and what is subscribed. The venue answers every change
// with the whole list of what is subscribed then, so one request is under way at a time, and that list is the truth.
// What an error code means: rule_of(). One thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/venue/alpaca/messages.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::venue::alpaca {

enum class Encoding : std::uint8_t { Json, MessagePack };

struct Credentials {
  std::string key;
  std::string secret;
};

// What helps against an error of the venue.
enum class Remedy : std::uint8_t {
  Note,       // nothing is to be done
  Refuse,     // what was asked for just now is not to be had
  Reconnect,  // a new connection
  Wait,       // a new connection, after a pause
  GiveUp,     // nothing does, before somebody changes key or plan
};

struct ErrorRule {
  std::uint64_t code;
  Remedy remedy;
  std::string_view meaning;
};

const ErrorRule& rule_of(std::uint64_t code) noexcept;

struct StreamKey {
  std::uint32_t symbol = 0;
  Stream stream = Stream::Trades;

  std::size_t index() const noexcept { return std::size_t{symbol} * stream_count + static_cast<std::size_t>(stream); }
  friend bool operator==(StreamKey, StreamKey) = default;
};

enum class StreamState : std::uint8_t { Off, Wanted, Asked, Acknowledged, Refused, Leaving };

class StreamSession {
 public:
  static constexpr Nanos answer_limit = std::chrono::seconds{10};
  static constexpr std::size_t batch = 400;  // streams in one message; the venue takes 16 kB

  using NameOf = std::function<std::string_view(std::uint32_t symbol)>;
  // Number of a symbol by the venue's name; empty where it is none of ours.
  using NumberOf = std::function<std::optional<std::uint32_t>(std::string_view)>;
  StreamSession(Encoding encoding, Credentials credentials, NameOf name_of, NumberOf number_of)
      : encoding_(encoding),
        credentials_(std::move(credentials)),
        name_of_(std::move(name_of)),
        number_of_(std::move(number_of)) {}

  // What changed by a message of the venue.
  struct Outcome {
    std::vector<StreamKey> acknowledged;
    std::vector<StreamKey> refused;
    std::vector<StreamKey> lost;  // the venue does not send them any more; they are asked for again
    std::string reason;           // of a refusal
  };

  void open(ConnectionId connection, Nanos now);
  void closed();
  // The connection that is open now.
  std::optional<ConnectionId> connection() const noexcept { return connection_; }

  void want(StreamKey key);
  void leave(StreamKey key);
  // Unsubscribes and subscribes once more: the venue then begins with the whole book.
  void renew(StreamKey key);

  // True where the key is now accepted.
  bool on_success(std::string_view text, Nanos now, Outbox& outbox);
  Outcome on_subscription(const SubscriptionMessage& message, Nanos now, Outbox& outbox);
  Outcome on_error(const ErrorMessage& error, Nanos now, Outbox& outbox);
  // Gives a connection up on which the venue does not answer.
  void on_tick(Nanos now, Outbox& outbox);

  // Sends what is due. Nothing before the key is accepted.
  void pump(Nanos now, Outbox& outbox);
  // Everything wanted is answered, for the first time on this connection.
  bool becomes_ready();

  StreamState state_of(StreamKey key) const noexcept {
    return key.index() < states_.size() ? states_[key.index()].state : StreamState::Off;
  }
  bool authenticated() const noexcept { return phase_ == Phase::Open; }

 private:
  enum class Phase : std::uint8_t { Closed, Greeting, Authenticating, Open, GivenUp };
  struct Entry {
    StreamState state = StreamState::Off;
    bool again = false;  // Leaving, to be Wanted after
  };
  struct Batch {
    std::vector<StreamKey> keys;
    bool subscribe = true;
  };
  Entry& at(StreamKey key) {
    if (key.index() >= states_.size())
      states_.resize(key.index() + stream_count - static_cast<std::size_t>(key.stream));
    return states_[key.index()];
  }
  static StreamKey key_at(std::size_t index) noexcept {
    return {static_cast<std::uint32_t>(index / stream_count), static_cast<Stream>(index % stream_count)};
  }
  void send(Batch batch, Nanos now, Outbox& outbox);
  void give_up(std::string reason, Outbox& outbox);
  void restart(std::string reason, Nanos wait, Outbox& outbox);
  void refuse(Outcome& outcome, Nanos now, Outbox& outbox);

  Encoding encoding_;
  Credentials credentials_;
  NameOf name_of_;
  NumberOf number_of_;
  Phase phase_ = Phase::Closed;
  std::optional<ConnectionId> connection_;
  Nanos since_{0};  // of the phase, or of the request under way
  bool ready_ = false;
  std::vector<Entry> states_;
  std::optional<Batch> under_way_;
  std::deque<std::vector<StreamKey>> halves_;  // of a refused batch
};

}  // namespace trunkline::venue::alpaca
