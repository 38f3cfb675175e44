// For the WebSocket tests: frames written by hand, right or wrong, and decoders fed in pieces of any size.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/protocol/websocket.hpp"

namespace trunkline::protocol::websocket::test {

inline std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (int value : values) out += static_cast<char>(value);
  return out;
}

// A frame with any bits set and its length in any form.
struct RawFrame {
  int first = 0x81;  // FIN, RSV1-3, opcode
  std::string payload;
  bool masked = false;
  int length_bytes = -1;  // 0, 2, 8; -1: the shortest

  std::string encode() const {
    std::string out(1, static_cast<char>(first));
    const std::size_t size = payload.size();
    const int form = length_bytes >= 0 ? length_bytes : size < 126 ? 0 : size < 65536 ? 2 : 8;
    const int mask_bit = masked ? 0x80 : 0;
    out += static_cast<char>(mask_bit | (form == 0 ? static_cast<int>(size) : form == 2 ? 126 : 127));
    for (int i = form - 1; i >= 0; --i) out += static_cast<char>(std::uint64_t{size} >> 8 * i);
    if (!masked) return out + payload;
    const std::string key = bytes({0x37, 0xfa, 0x21, 0x3d});
    out += key;
    for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(payload[i] ^ key[i % 4]);
    return out;
  }
};

// The frame as this role would receive it.
inline std::string frame_to(Role role, int first, std::string payload, int length_bytes = -1) {
  return RawFrame{first, std::move(payload), role == Role::Server, length_bytes}.encode();
}

struct Received {
  Opcode opcode;
  std::string payload;
  friend bool operator==(const Received&, const Received&) = default;
};

struct Outcome {
  std::vector<Received> messages;
  bool failed = false;
  CloseCode code = CloseCode::NoStatus;
  std::string reason;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const Received& message) {
  return out << static_cast<int>(message.opcode) << ":\"" << excerpt(message.payload) << "\"";
}
inline std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  for (const Received& message : outcome.messages) out << message << " ";
  return out << (outcome.failed ? "failed: " + outcome.reason : "");
}

// Feeds `stream` in the given piece sizes (the last one repeats) and collects what comes out.
inline Outcome decode(DecoderConfig config, std::string_view stream, std::vector<std::size_t> pieces = {}) {
  config.initial_buffer = 64;
  Decoder decoder(config);
  Outcome outcome;
  std::size_t piece = 0;
  while (!stream.empty()) {
    const std::size_t wanted = pieces.empty() ? stream.size() : pieces[std::min(piece++, pieces.size() - 1)];
    const std::size_t size = std::clamp<std::size_t>(wanted, 1, stream.size());
    const std::span<char> room = decoder.prepare(size);
    std::memcpy(room.data(), stream.data(), size);
    decoder.received(size);
    stream.remove_prefix(size);
    Message message;
    Decode result;
    while ((result = decoder.next(message)) == Decode::Message) {
      // The promise of readable bytes behind the message, seen by the address sanitizer where it is broken.
      volatile char last = message.payload.data()[message.payload.size() + PaddedBuffer::padding - 1];
      static_cast<void>(last);
      outcome.messages.push_back({message.opcode, std::string(message.text())});
    }
    if (result == Decode::Error) {
      outcome.failed = true;
      outcome.code = decoder.error().code;
      outcome.reason = decoder.error().reason;
      return outcome;
    }
  }
  return outcome;
}

}  // namespace trunkline::protocol::websocket::test
