// One WebSocket client of a sandbox.
//
// Thread: the server's. Owned by the host; a protocol may keep a pointer until Protocol::gone().
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "trunkline/core/clock.hpp"
#include "trunkline/net/websocket_server_connection.hpp"

namespace trunkline::sandbox {

using MessageKind = net::WebSocketServerConnection::Kind;

// What a protocol knows of a client: subscriptions, sequence numbers, whether it logged in.
struct ClientState {
  virtual ~ClientState() = default;
};

struct Client {
  std::uint64_t id = 0;
  std::shared_ptr<net::WebSocketServerConnection> socket;
  std::string path;  // it came in by
  std::unique_ptr<ClientState> state;
  Nanos opened{0};      // monotonic, as all here
  Nanos last_heard{0};  // a message or a pong
  Nanos last_pong{0};
  Nanos stalled_until{0};
  bool deaf = false;  // half open: gets nothing any more
  bool gone = false;

  template <class State>
  State& as() const {
    return static_cast<State&>(*state);
  }
};

}  // namespace trunkline::sandbox
