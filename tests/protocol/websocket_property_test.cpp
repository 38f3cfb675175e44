// Random conversations: messages of every size, fragmented at random, with control frames in between, compressed or
// not, fed in random pieces, come out as they went in; and random damage never depends on the pieces either.
#include <gtest/gtest.h>
#include <random>

#include "protocol/websocket_frames.hpp"
#include "trunkline/protocol/websocket_deflate.hpp"

namespace trunkline::protocol::websocket {
namespace {

using test::decode;
using test::Outcome;
using test::Received;

class Conversation {
 public:
  Conversation(Role sender, bool deflate, unsigned seed)
      : random_(seed), encoder_({.role = sender, .deflate = {}}), deflate_(deflate), deflater_(15, true, 6) {}

  void add_message() {
    const bool text = below(2) == 0;
    const std::string payload = text ? random_text() : random_bytes();
    std::string body = payload;
    const bool compressed = deflate_ && below(2) == 0;
    if (compressed) body = deflater_.compress(payload);
    Opcode opcode = text ? Opcode::Text : Opcode::Binary;
    for (std::size_t fragments = below(4); fragments > 0; --fragments) {
      const std::size_t cut = below(body.size() + 1);
      encoder_.frame(stream, {opcode, false, compressed && opcode != Opcode::Continuation}, body.substr(0, cut));
      body.erase(0, cut);
      opcode = Opcode::Continuation;
      if (below(2) == 0) add_control();
    }
    encoder_.frame(stream, {opcode, true, compressed && opcode != Opcode::Continuation}, body);
    sent.push_back({text ? Opcode::Text : Opcode::Binary, payload});
  }
  void add_control() {
    const std::string payload = random_bytes().substr(0, 125);
    const bool ping = below(2) == 0;
    ping ? encoder_.ping(stream, payload) : encoder_.pong(stream, payload);
    sent.push_back({ping ? Opcode::Ping : Opcode::Pong, payload});
  }
  std::vector<std::size_t> random_pieces() {
    std::vector<std::size_t> pieces(200);
    const std::size_t largest = std::size_t{1} << below(14);
    for (std::size_t& piece : pieces) piece = 1 + below(largest);
    return pieces;
  }
  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string stream;
  std::vector<Received> sent;

 private:
  std::string random_bytes() {
    std::string out(below(10) == 0 ? below(70'000) : below(300), '\0');
    for (char& c : out) c = static_cast<char>(random_());
    return out;
  }
  std::string random_text() {
    std::string out;
    static constexpr std::string_view characters[] = {"a",    "\"", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                                      "price"};
    for (std::size_t length = below(200); length > 0; --length) out += characters[below(below(2) == 0 ? 1 : 6)];
    return out;
  }

  std::mt19937 random_;
  Encoder encoder_;
  bool deflate_;
  Deflater deflater_;
};

DecoderConfig receiver(Role sender, bool deflate) {
  DecoderConfig config{
      .role = sender == Role::Client ? Role::Server : Role::Client, .max_message = 1 << 20, .deflate = {}};
  if (deflate) config.deflate = DeflateParameters{};
  return config;
}

TEST(WebSocketProperty, WhatGoesInComesOut) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    const Role sender = seed % 2 == 0 ? Role::Client : Role::Server;
    const bool deflate = seed % 4 < 2;
    Conversation conversation(sender, deflate, seed);
    for (int i = 0; i < 8; ++i) conversation.add_message();
    const Outcome outcome = decode(receiver(sender, deflate), conversation.stream, conversation.random_pieces());
    ASSERT_FALSE(outcome.failed) << outcome.reason << " seed " << seed;
    // Control frames overtake the message they interrupt; that order is the sender's own list order.
    ASSERT_EQ(outcome.messages, conversation.sent) << "seed " << seed;
  }
}

TEST(WebSocketProperty, ByteByByteEqualsWhole) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    const Role sender = seed % 2 == 0 ? Role::Client : Role::Server;
    Conversation conversation(sender, true, seed);
    for (int i = 0; i < 4; ++i) conversation.add_message();
    const DecoderConfig config = receiver(sender, true);
    EXPECT_EQ(decode(config, conversation.stream, {1}), decode(config, conversation.stream)) << "seed " << seed;
  }
}

TEST(WebSocketProperty, DamageIsSeenAlikeWhateverThePieces) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    const Role sender = seed % 2 == 0 ? Role::Client : Role::Server;
    Conversation conversation(sender, seed % 3 == 0, seed);
    for (int i = 0; i < 2; ++i) conversation.add_message();
    for (std::size_t hits = 1 + conversation.below(3); hits > 0 && !conversation.stream.empty(); --hits) {
      const std::size_t limit = std::min<std::size_t>(conversation.stream.size(), 64);
      conversation.stream[conversation.below(limit)] ^= static_cast<char>(1 << conversation.below(8));
    }
    const DecoderConfig config = receiver(sender, seed % 3 == 0);
    const Outcome whole = decode(config, conversation.stream);
    EXPECT_EQ(decode(config, conversation.stream, conversation.random_pieces()), whole) << "seed " << seed;
  }
}

}  // namespace
}  // namespace trunkline::protocol::websocket
