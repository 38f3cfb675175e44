#include <gtest/gtest.h>
#include <random>
#include <zlib.h>

#include "protocol/websocket_frames.hpp"

namespace trunkline::protocol::websocket {
namespace {

using test::bytes;
using test::decode;
using test::frame_to;
using test::Outcome;
using test::Received;

DecoderConfig deflating(Role role, DeflateParameters parameters = {}, std::size_t max_message = 1 << 20) {
  return {.role = role, .max_message = max_message, .deflate = parameters};
}

// RFC 7692, 7.2.3.
TEST(WebSocketDeflate, ReadsTheExamplesOfTheRfc) {
  const std::vector<Received> hello{{Opcode::Text, "Hello"}};
  const std::string compressed = bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00});
  for (const Role role : {Role::Client, Role::Server}) {
    const auto read = [&](const std::string& stream) { return decode(deflating(role), stream).messages; };
    EXPECT_EQ(read(frame_to(role, 0xc1, compressed)), hello);
    // Fragmented, with a control frame in between.
    EXPECT_EQ(read(frame_to(role, 0x41, compressed.substr(0, 3)) + frame_to(role, 0x89, "p") +
                   frame_to(role, 0x80, compressed.substr(3))),
              (std::vector<Received>{{Opcode::Ping, "p"}, {Opcode::Text, "Hello"}}));
    // The second message looks back at the first.
    EXPECT_EQ(read(frame_to(role, 0xc1, compressed) + frame_to(role, 0xc1, bytes({0xf2, 0x00, 0x11, 0x00, 0x00}))),
              (std::vector<Received>{{Opcode::Text, "Hello"}, {Opcode::Text, "Hello"}}));
    // A block without compression; a final block; two blocks in one message; an empty message.
    EXPECT_EQ(read(frame_to(role, 0xc1, bytes({0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00}))),
              hello);
    EXPECT_EQ(read(frame_to(role, 0xc1, bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00}))), hello);
    EXPECT_EQ(read(frame_to(role, 0xc1,
                            bytes({0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00}))),
              hello);
    EXPECT_EQ(read(frame_to(role, 0xc1, bytes({0x00}))), (std::vector<Received>{{Opcode::Text, ""}}));
  }
}

TEST(WebSocketDeflate, LooksBackAcrossAStreamThatTheSenderEnded) {
  const std::string ended = frame_to(Role::Client, 0xc1, bytes({0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00}));
  const std::string back = frame_to(Role::Client, 0xc1, bytes({0xf2, 0x00, 0x11, 0x00, 0x00}));
  EXPECT_EQ(decode(deflating(Role::Client), ended + back).messages,
            (std::vector<Received>{{Opcode::Text, "Hello"}, {Opcode::Text, "Hello"}}));
}

TEST(WebSocketDeflate, ForgetsEachMessageWhereThatWasAgreed) {
  const std::string stream = frame_to(Role::Client, 0xc1, bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00})) +
                             frame_to(Role::Client, 0xc1, bytes({0xf2, 0x00, 0x11, 0x00, 0x00}));
  const Outcome outcome = decode(deflating(Role::Client, {.server_no_context_takeover = true}), stream);
  EXPECT_EQ(outcome.messages.size(), 1U);
  EXPECT_EQ(outcome.code, CloseCode::InvalidPayload);
  EXPECT_EQ(outcome.reason, "compressed data is malformed");
  // The other direction's agreement changes nothing here.
  EXPECT_EQ(decode(deflating(Role::Client, {.client_no_context_takeover = true}), stream).messages.size(), 2U);
}

TEST(WebSocketDeflate, RefusesMalformedAndCutData) {
  const std::string good = bytes({0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00});
  for (std::size_t cut = 0; cut + 1 < good.size(); ++cut) {
    const Outcome outcome = decode(deflating(Role::Client), frame_to(Role::Client, 0xc1, good.substr(0, cut)));
    EXPECT_EQ(outcome.code, CloseCode::InvalidPayload) << cut;
  }
  for (const std::string& bad : {bytes({0x06}), bytes({0xff, 0xff}), bytes({0x00, 0x05, 0x00, 0x00, 0x00})}) {
    EXPECT_EQ(decode(deflating(Role::Client), frame_to(Role::Client, 0xc2, bad)).code, CloseCode::InvalidPayload);
  }
}

TEST(WebSocketDeflate, RefusesTheCompressionBitWhereItMustNotBe) {
  EXPECT_EQ(decode(deflating(Role::Client), frame_to(Role::Client, 0xc9, "")).reason, "compressed control frame");
  EXPECT_EQ(
      decode(deflating(Role::Client), frame_to(Role::Client, 0x01, "a") + frame_to(Role::Client, 0xc0, "")).reason,
      "compression bit on a continuation frame");
}

TEST(WebSocketDeflate, ChecksDecompressedTextForUtf8) {
  Encoder encoder({.role = Role::Server, .deflate = DeflateParameters{}, .compress_from = 0});
  std::string out;
  encoder.text(out, "caf\xe9");
  EXPECT_EQ(decode(deflating(Role::Client), out).reason, "text is not UTF-8");
  // A new encoder for a new decoder: they share what they look back at.
  Encoder fresh({.role = Role::Server, .deflate = DeflateParameters{}, .compress_from = 0});
  out.clear();
  fresh.text(out, "caf\xc3\xa9");
  EXPECT_EQ(decode(deflating(Role::Client), out).messages, (std::vector<Received>{{Opcode::Text, "caf\xc3\xa9"}}));
}

TEST(WebSocketDeflate, StopsBombsAtTheLimit) {
  Encoder encoder({.role = Role::Server, .deflate = DeflateParameters{}, .compress_from = 0});
  std::string bomb;
  encoder.binary(bomb, std::string(50'000'000, '\0'));
  EXPECT_LT(bomb.size(), 100'000U);
  const Outcome outcome = decode(deflating(Role::Client), bomb);
  EXPECT_EQ(outcome.code, CloseCode::TooBig);
  EXPECT_EQ(outcome.reason, "message too big once decompressed");
}

TEST(WebSocketDeflate, AllowsAMessageOfExactlyTheLimit) {
  for (const std::size_t size : {999, 1000, 1001}) {
    Encoder encoder({.role = Role::Server, .deflate = DeflateParameters{}, .compress_from = 0});
    std::string out;
    encoder.binary(out, std::string(size, 'x'));
    EXPECT_EQ(decode(deflating(Role::Client, {}, 1000), out).failed, size > 1000) << size;
  }
}

TEST(WebSocketDeflate, SendsShortMessagesAsTheyAre) {
  Encoder encoder({.role = Role::Server, .deflate = DeflateParameters{}, .compress_from = 100});
  std::string out;
  encoder.text(out, std::string(99, 'a'));
  EXPECT_EQ(out[0], '\x81');
  out.clear();
  encoder.text(out, std::string(100, 'a'));
  EXPECT_EQ(out[0], '\xc1');
  EXPECT_LT(out.size(), 20U);
}

TEST(WebSocketDeflate, DoesNotCompressForAWindowThatZlibCannotKeepTo) {
  Encoder encoder({.role = Role::Server, .deflate = DeflateParameters{.server_window_bits = 8}, .compress_from = 0});
  std::string out;
  encoder.text(out, std::string(1000, 'a'));
  EXPECT_EQ(out[0], '\x81');
}

// What goes in comes out, for every agreement, in both directions, whatever the messages.
TEST(WebSocketDeflate, RoundTripsEveryAgreement) {
  std::mt19937 random(3);
  const auto make_message = [&] {
    std::string text(random() % 3 == 0 ? random() % 20 : random() % 70'000, '\0');
    const auto kind = random() % 3;
    for (std::size_t i = 0; i < text.size(); ++i) {
      text[i] = static_cast<char>(kind == 0 ? random() : kind == 1 ? 'a' + random() % 3 : i % 17);
    }
    return text;
  };
  for (const Role role : {Role::Client, Role::Server}) {
    for (const bool forget : {false, true}) {
      for (int bits = 9; bits <= 15; ++bits) {
        const DeflateParameters parameters{forget, forget, bits, bits};
        Encoder encoder({.role = role, .deflate = parameters, .compress_from = 0});
        std::string stream;
        std::vector<Received> sent;
        for (int i = 0; i < 6; ++i) {
          sent.push_back({Opcode::Binary, make_message()});
          encoder.binary(stream, sent.back().payload);
          if (i == 3) encoder.binary(stream, ""), sent.push_back({Opcode::Binary, ""});
        }
        const Role other = role == Role::Client ? Role::Server : Role::Client;
        const Outcome outcome = decode(deflating(other, parameters), stream, {1, 2, 3, 1000});
        EXPECT_FALSE(outcome.failed) << outcome.reason;
        EXPECT_EQ(outcome.messages, sent);
      }
    }
  }
}

// The data really stays within the agreed window: an inflater of just that window reads it.
TEST(WebSocketDeflate, KeepsToTheAgreedWindow) {
  std::mt19937 random(4);
  std::string text(20'000, '\0');
  for (std::size_t i = 0; i < 3000; ++i) text[i] = static_cast<char>(random());
  for (std::size_t i = 3000; i < text.size(); ++i) text[i] = text[i - 3000];
  for (int bits = 9; bits <= 15; ++bits) {
    Encoder encoder(
        {.role = Role::Server, .deflate = DeflateParameters{.server_window_bits = bits}, .compress_from = 0});
    std::string out;
    encoder.binary(out, text);
    const std::size_t header = frame_overhead(Role::Server, out.size() - 4);
    std::string body = out.substr(header) + bytes({0, 0, 0xff, 0xff});
    z_stream z{};
    ASSERT_EQ(inflateInit2(&z, -bits), Z_OK);
    std::string back(text.size() + 10, '\0');
    z.next_in = reinterpret_cast<Bytef*>(body.data());
    z.avail_in = static_cast<uInt>(body.size());
    z.next_out = reinterpret_cast<Bytef*>(back.data());
    z.avail_out = static_cast<uInt>(back.size());
    EXPECT_EQ(inflate(&z, Z_SYNC_FLUSH), Z_OK);
    EXPECT_EQ(z.total_out, text.size());
    EXPECT_EQ(back.substr(0, text.size()), text);
    inflateEnd(&z);
  }
}

}  // namespace
}  // namespace trunkline::protocol::websocket
