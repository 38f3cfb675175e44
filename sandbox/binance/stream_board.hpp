// Who listens to which stream, and the way of one event to all of them: faults, wrapping, encoding once, fan-out.
//
// Thread: the server's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sandbox/binance/exchange.hpp"
#include "sandbox/binance/stream.hpp"
#include "sandbox/faults/fault.hpp"
#include "trunkline/net/websocket_server_connection.hpp"

namespace trunkline::sandbox::binance {

struct Connection {
  std::uint64_t id = 0;
  std::shared_ptr<net::WebSocketServerConnection> socket;
  Market market = Market::Spot;
  Route route = Route::Any;
  bool combined = false;
  std::set<std::string> streams;  // as subscribed; those the board knows and those that stay silent
  Nanos opened{0};                // monotonic, as all below
  Nanos last_ping{0};
  Nanos last_pong{0};
  Nanos stalled_until{0};
  Nanos window_began{0};
  int window_messages = 0;
  // The WebSocket API.
  bool api = false;
  std::string session_key;  // logged on with
  std::int64_t authorized_ms = 0;
  bool deaf = false;  // half open: gets nothing any more
  bool gone = false;  // to be removed
};

class StreamBoard : public Publisher {
 public:
  // `merge_depth`: all cadences of a depth stream are one, as in a replay that has only one of them.
  StreamBoard(Exchange& exchange, FaultSet& faults, bool merge_depth)
      : exchange_(exchange), faults_(faults), merge_depth_(merge_depth) {}

  // False where nothing is listed under that name.
  bool subscribe(Connection& connection, const std::string& name, const StreamName& stream);
  void unsubscribe(Connection& connection, const std::string& name);
  void remove(Connection& connection);

  void publish(SymbolMarket& from, const StreamId& stream, std::string_view data) override {
    publish(from.instrument().market, from.instrument().symbol, stream, data);
  }
  void publish(Market market, std::string_view symbol, const StreamId& stream, std::string_view data);
  // Sends what a fault held back until now, and writes out what is queued.
  void flush(Nanos now);

  std::size_t listeners(Market market, std::string_view symbol, const StreamId& stream) const;
  bool has_listeners() const noexcept { return !streams_.empty(); }
  std::uint64_t messages() const noexcept { return messages_; }
  std::uint64_t too_slow() const noexcept { return too_slow_; }
  std::size_t waiting() const;  // subscribers' unsent bytes, the most of any

 private:
  struct Key {
    Market market;
    std::string symbol;
    StreamId stream;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Group {  // subscribers under one name
    std::string name;
    std::vector<Connection*> connections;
  };
  struct Stream {
    std::vector<Group> groups;
    std::optional<std::string> held;  // by a reorder fault
  };
  struct Late {
    Nanos due;
    Key key;
    std::string data;
  };

  Key key_of(Market market, std::string_view symbol, StreamId stream) const;
  void deliver(Stream& stream, std::string_view data, bool truncated);
  void send(Connection& connection, const net::SharedBytes& message);
  void strike_connections(const Stream& stream, const Occasion& occasion);

  Exchange& exchange_;
  FaultSet& faults_;
  bool merge_depth_;
  std::map<Key, Stream> streams_;
  std::vector<Late> late_;
  std::vector<Connection*> queued_;
  std::string wrapped_;
  std::uint64_t messages_ = 0;
  std::uint64_t too_slow_ = 0;
};

std::string_view stream_text(StreamKind kind) noexcept;  // "depth", as fault specs name it

// Changes one digit of the first quantity ("price": of the first price) so that the message still parses.
void corrupt(std::string& message, bool price);

}  // namespace trunkline::sandbox::binance
