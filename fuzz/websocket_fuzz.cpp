// Hostile bytes into the WebSocket decoder, in both roles, with and without permessage-deflate: whatever they are,
// nothing breaks, the outcome does not depend on how they were cut into reads, and every message that comes out can be
// encoded and decoded again to the same. The first byte picks the set-up, the second the sizes of the reads.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "trunkline/protocol/utf8.hpp"
#include "trunkline/protocol/websocket.hpp"
#include "trunkline/protocol/websocket_handshake.hpp"

namespace {

using namespace trunkline::protocol;
using namespace trunkline::protocol::websocket;

[[noreturn]] void broken(const char* what) {
  std::fprintf(stderr, "websocket_fuzz: %s\n", what);
  std::abort();
}

struct Received {
  Opcode opcode;
  std::string payload;
  bool operator==(const Received&) const = default;
};

struct Outcome {
  std::vector<Received> messages;
  Decode end = Decode::NeedMore;
  CloseCode code = CloseCode::NoStatus;
  std::string_view reason;
  bool operator==(const Outcome&) const = default;
};

constexpr std::size_t max_message = 100'000;

Outcome decode(DecoderConfig config, std::string_view bytes, std::size_t piece) {
  config.max_message = max_message;
  config.initial_buffer = 32;
  Decoder decoder(config);
  Outcome outcome;
  std::size_t total = 0;
  while (!bytes.empty()) {
    const std::size_t size = std::min(piece, bytes.size());
    std::memcpy(decoder.prepare(size).data(), bytes.data(), size);
    decoder.received(size);
    bytes.remove_prefix(size);
    Message message;
    while ((outcome.end = decoder.next(message)) == Decode::Message) {
      if (message.payload.size() > max_message) broken("message beyond the limit");
      if (message.opcode == Opcode::Text && !valid_utf8(message.payload)) broken("text that is not UTF-8");
      if (message.opcode == Opcode::Continuation) broken("a continuation as a message");
      volatile char behind = message.payload.data()[message.payload.size() + PaddedBuffer::padding - 1];
      static_cast<void>(behind);
      outcome.messages.push_back({message.opcode, std::string(message.text())});
      // Small inputs that inflate a lot many times over would only make the run slow.
      total += message.payload.size();
      if (total > 1'000'000) return outcome;
    }
    if (outcome.end == Decode::Error) {
      outcome.code = decoder.error().code;
      outcome.reason = decoder.error().reason;
      break;
    }
  }
  return outcome;
}

void encode_again(const std::vector<Received>& messages, Role sender, const std::optional<DeflateParameters>& deflate,
                  std::size_t piece) {
  Encoder encoder({.role = sender, .deflate = deflate, .compress_from = piece, .level = 1});
  std::string out;
  for (const Received& message : messages) {
    const std::string_view payload = message.payload;
    switch (message.opcode) {
      case Opcode::Ping:
        encoder.ping(out, payload);
        break;
      case Opcode::Pong:
        encoder.pong(out, payload);
        break;
      case Opcode::Close: {
        const CloseFrame close = parse_close(payload);
        encoder.close(out, close.code, close.reason);
        break;
      }
      default:
        if (piece % 2 == 0) {
          encoder.message(out, message.opcode, payload);
        } else {
          const std::size_t cut = std::min(piece, payload.size());
          encoder.frame(out, {message.opcode, false}, payload.substr(0, cut));
          encoder.frame(out, {Opcode::Continuation, true}, payload.substr(cut));
        }
    }
  }
  const Role receiver = sender == Role::Client ? Role::Server : Role::Client;
  if (decode({.role = receiver, .deflate = deflate}, out, 1 + piece * 7).messages != messages) {
    broken("not the same after encoding and decoding");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const unsigned setup = data[0];
  const std::size_t piece = 1 + data[1] % 64;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Role role = (setup & 1) == 0 ? Role::Client : Role::Server;
  std::optional<DeflateParameters> deflate;
  if ((setup & 2) != 0) {
    const int bits = 8 + static_cast<int>(setup >> 3 & 7);
    const bool forget = (setup & 4) != 0;
    deflate = DeflateParameters{forget, forget, bits, bits};
  }
  const DecoderConfig config{.role = role, .deflate = deflate};
  const Outcome whole = decode(config, bytes, bytes.size() + 1);
  if (decode(config, bytes, piece) != whole) broken("the outcome depends on the reads");
  encode_again(whole.messages, role == Role::Client ? Role::Server : Role::Client, deflate, piece);

  // The handshake's own language.
  if ((setup & 0xC0) == 0xC0) {
    const auto answer = answer_deflate_offer({}, bytes);
    if (answer && !read_deflate_answer({}, answer->header)) broken("our own answer is refused");
    static_cast<void>(read_deflate_answer({}, bytes));
  }
  return 0;
}
