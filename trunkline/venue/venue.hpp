// The contract of a venue: a state machine that does no I/O. Session (net/) feeds it what the sockets bring; it writes
// frames to a Sink, and asks for requests, messages and reconnects through an Outbox. So a venue is tested from a file
// and replays exactly.
//
// Thread: all calls come from one thread, the connector's. No call may block. `received` and `now` are Unix times.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/venue/channels.hpp"
#include "trunkline/venue/sink.hpp"

namespace trunkline::venue {

// One of the addresses a venue wants to be connected to, numbered from 0 in the order of Venue::lanes().
enum class LaneId : std::uint8_t {};

// One physical connection of a lane; never reused. While one replaces another, a lane has two.
enum class ConnectionId : std::uint32_t {};

// A request the venue made; the venue chooses the number and finds it in the reply.
enum class RequestId : std::uint64_t {};

// Name and value; may hold secrets, so no log shows them.
using RequestHeaders = std::vector<std::pair<std::string, std::string>>;

struct Lane {
  std::string name;                       // "stream", "public", "market"
  std::string url;                        // wss://host[:port]/path; empty: not opened before Outbox::set_url
  Nanos maximum_age{0};                   // reconnect before this age, make-before-break; 0: no limit
  Nanos silence_before_ping{0};           // ping the server when nothing came for this long
  std::uint32_t messages_per_second = 0;  // outgoing; 0: no limit
  RequestHeaders headers = {};            // of the opening handshake
};

// What the venue allows for requests; Session keeps to it.
struct RequestLimits {
  std::uint32_t weight_per_minute = 0;  // 0: no limit
  std::string used_weight_header;       // reply header that tells the weight used so far, or empty
};

enum class Priority : std::uint8_t { Normal, Low };  // Low waits while the budget is more than half used

struct Request {
  RequestId id;
  std::string url;  // https://host/path?query
  std::uint32_t weight = 1;
  Priority priority = Priority::Normal;
  RequestHeaders headers = {};
  std::string method = "GET";
  std::string body = {};
  std::string content_type = {};  // of the body; empty: no such header
};

struct Reply {
  RequestId id;
  int status = 0;         // HTTP status; 0: no answer, and `body` says why
  std::string_view body;  // followed by at least 64 readable bytes
  Nanos received{0};
  std::vector<std::pair<std::string, std::string>> headers = {};  // name as the server wrote it, value
};

// What a venue asks of whoever drives it.
class Outbox {
 public:
  virtual ~Outbox() = default;
  // A text message; kept back by the lane's message rate where needed, order kept.
  virtual void send(ConnectionId connection, std::string text) = 0;
  // The same as a binary message. Whoever carries only text is asked by no venue that needs this.
  virtual void send_binary(ConnectionId connection, std::string bytes) { send(connection, std::move(bytes)); }
  // Answered by exactly one on_reply, unless the session stops. 429, 418 and Retry-After hold back later requests.
  virtual void request(Request request) = 0;
  // This connection is of no use any more; it is closed, and on_closed follows.
  virtual void reconnect(ConnectionId connection, std::string reason) = 0;
  // Likewise, and the next attempt is not before `wait` has passed: the venue asked to be left alone for a while.
  virtual void reconnect_after(ConnectionId connection, Nanos wait, std::string reason) {
    static_cast<void>(wait);
    reconnect(connection, std::move(reason));
  }
  // Trying again cannot help (a key that is refused): closed as by reconnect(), and its lane stays Stopped until the
  // session is started anew.
  virtual void give_up(ConnectionId connection, std::string reason) { reconnect(connection, std::move(reason)); }
  // Where the lane's next connection goes; a lane that waited for its address is opened. A query may hold a secret: no
  // report shows it. Whoever knows no lanes is asked by no venue that needs this.
  virtual void set_url(LaneId lane, std::string url) {
    static_cast<void>(lane);
    static_cast<void>(url);
  }
  // Everything this connection was opened for is confirmed: the one it replaces may go.
  virtual void ready(ConnectionId connection) = 0;
  virtual void report(Event event) = 0;
};

enum class Action : std::uint8_t {
  Subscribe,
  Unsubscribe,
  // Publish the symbol's mapping, status and, where it is Live, its whole book once more (Syncing, snapshot, Live; not
  // flagged `recovered`, which is for frames out of the sequence): a reader of the bus has missed frames. Channels do
  // not matter; nothing is asked of the venue.
  Resend,
};

struct Command {
  Action action;
  SymbolDescriptor symbol;
  Channels channels;
};

class Venue {
 public:
  virtual ~Venue() = default;

  virtual std::string_view exchange() const noexcept = 0;  // "binance_usdm"
  virtual std::span<const Lane> lanes() const noexcept = 0;
  virtual RequestLimits limits() const = 0;

  // Once, before any connection.
  virtual void on_start(Nanos now, Sink& sink, Outbox& outbox) = 0;
  virtual void on_open(ConnectionId connection, LaneId lane, Nanos now, Sink& sink, Outbox& outbox) = 0;
  // One whole message. The bytes belong to the caller, may be changed in place, and 64 readable bytes follow them.
  virtual void on_bytes(ConnectionId connection, std::span<char> message, Nanos received, Sink& sink,
                        Outbox& outbox) = 0;
  virtual void on_closed(ConnectionId connection, std::string_view reason, Nanos now, Sink& sink, Outbox& outbox) = 0;
  virtual void on_reply(const Reply& reply, Sink& sink, Outbox& outbox) = 0;
  // About ten times a second.
  virtual void on_tick(Nanos now, Sink& sink, Outbox& outbox) = 0;
  // Accepted means it will be carried out on every connection from now on; NotFound and Unsupported are final.
  virtual Result<void> command(const Command& command, Nanos now, Sink& sink, Outbox& outbox) = 0;
};

}  // namespace trunkline::venue
