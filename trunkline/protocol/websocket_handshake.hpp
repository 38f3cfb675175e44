// What the WebSocket handshake says in HTTP header values (RFC 6455, 4; RFC 7692, 7.1). HTTP itself is elsewhere.
// Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/protocol/websocket.hpp"

namespace trunkline::protocol::websocket {

// A client's Sec-WebSocket-Key: 16 random bytes in base64.
std::string make_key();
// Is this a key that a server may accept: base64 of 16 bytes?
bool is_key(std::string_view key);
// The server's Sec-WebSocket-Accept for that key.
std::string accept_for(std::string_view key);

// What we want of permessage-deflate. The defaults ask for nothing special and let a server choose our window.
struct DeflateWishes {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  int server_max_window_bits = 15;  // 8 to 15
  int client_max_window_bits = 15;
};

// Client: the value of Sec-WebSocket-Extensions to send.
std::string deflate_offer(const DeflateWishes& wishes);
// Client: reads the server's Sec-WebSocket-Extensions (several lines joined by commas; empty where there was none).
// Nothing: go on without compression. An error (Protocol): the answer does not fit the offer; the connection must fail.
Result<std::optional<DeflateParameters>> read_deflate_answer(const DeflateWishes& offered, std::string_view header);

struct DeflateAnswer {
  DeflateParameters parameters;
  std::string header;  // the value of Sec-WebSocket-Extensions to answer with
};
// Server: takes the first offer in the client's Sec-WebSocket-Extensions that can be served; nothing where none can.
std::optional<DeflateAnswer> answer_deflate_offer(const DeflateWishes& wishes, std::string_view header);

}  // namespace trunkline::protocol::websocket
