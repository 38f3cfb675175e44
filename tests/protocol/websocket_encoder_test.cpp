#include <cstddef>
#include <gtest/gtest.h>
#include <set>

#include "protocol/websocket_frames.hpp"

namespace trunkline::protocol::websocket {
namespace {

using test::bytes;
using test::decode;
using test::Received;

Encoder encoder_of(Role role) {
  return Encoder({.role = role, .deflate = {}});
}

TEST(WebSocketEncoder, WritesTheServersFramesOfTheRfc) {
  Encoder encoder = encoder_of(Role::Server);
  std::string out;
  encoder.text(out, "Hello");
  EXPECT_EQ(out, bytes({0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f}));
  out.clear();
  encoder.frame(out, {Opcode::Text, false}, "Hel");
  encoder.frame(out, {Opcode::Continuation, true}, "lo");
  EXPECT_EQ(out, bytes({0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f}));
  out.clear();
  encoder.binary(out, std::string(256, 'x'));
  EXPECT_EQ(out, bytes({0x82, 0x7e, 0x01, 0x00}) + std::string(256, 'x'));
  out.clear();
  encoder.binary(out, std::string(65536, 'x'));
  EXPECT_EQ(out, bytes({0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0}) + std::string(65536, 'x'));
}

TEST(WebSocketEncoder, MasksAClientsFramesWithEverChangingKeys) {
  Encoder encoder = encoder_of(Role::Client);
  std::set<std::string> keys;
  for (int i = 0; i < 1000; ++i) {
    std::string out;
    encoder.text(out, "Hello");
    ASSERT_EQ(out.size(), 11U);
    EXPECT_EQ(out.substr(0, 2), bytes({0x81, 0x85}));
    keys.insert(out.substr(2, 4));
    EXPECT_EQ(decode({.role = Role::Server, .deflate = {}}, out).messages,
              (std::vector<Received>{{Opcode::Text, "Hello"}}));
  }
  EXPECT_GT(keys.size(), 990U);
}

TEST(WebSocketEncoder, IsReadBackByTheOtherRoleAtEveryLengthBoundary) {
  for (const Role role : {Role::Client, Role::Server}) {
    const Role other = role == Role::Client ? Role::Server : Role::Client;
    Encoder encoder = encoder_of(role);
    for (const std::size_t size : {0, 1, 7, 8, 125, 126, 65535, 65536, 100'000}) {
      const std::string payload(size, 'z');
      std::string out;
      encoder.binary(out, payload);
      EXPECT_EQ(out.size(), frame_overhead(role, size) + size);
      EXPECT_EQ(decode({.role = other, .deflate = {}}, out).messages,
                (std::vector<Received>{{Opcode::Binary, payload}}));
    }
  }
}

TEST(WebSocketEncoder, AppendsToBytesOfAnyKindAndWritesIntoGivenRoom) {
  Encoder encoder = encoder_of(Role::Server);
  std::string text = "before";
  encoder.text(text, "x");
  EXPECT_EQ(text, "before" + bytes({0x81, 0x01, 'x'}));
  std::vector<std::byte> raw;
  encoder.binary(raw, "xy");
  EXPECT_EQ(raw.size(), 4U);
  char room[4];
  EXPECT_EQ(encoder.frame_into(room, {Opcode::Text}, "xyz"), 0U);
  EXPECT_EQ(encoder.frame_into(room, {Opcode::Text}, "xy"), 4U);
  EXPECT_EQ(std::string(room, 4), bytes({0x81, 0x02, 'x', 'y'}));
}

TEST(WebSocketEncoder, WritesCloseFramesThatFit) {
  for (const Role role : {Role::Client, Role::Server}) {
    Encoder encoder = encoder_of(role);
    const DecoderConfig other{.role = role == Role::Client ? Role::Server : Role::Client, .deflate = {}};
    std::string out;
    encoder.close(out, CloseCode::GoingAway, "bye");
    EXPECT_EQ(decode(other, out).messages, (std::vector<Received>{{Opcode::Close, bytes({0x03, 0xe9}) + "bye"}}));
    out.clear();
    encoder.close(out, CloseCode::NoStatus);
    EXPECT_EQ(decode(other, out).messages, (std::vector<Received>{{Opcode::Close, ""}}));
    out.clear();
    // 122 bytes fit before the character of three bytes that does not.
    encoder.close(out, CloseCode::Normal, std::string(122, 'a') + "\xe2\x82\xac\xe2\x82\xac");
    EXPECT_EQ(decode(other, out).messages,
              (std::vector<Received>{{Opcode::Close, bytes({0x03, 0xe8}) + std::string(122, 'a')}}));
    out.clear();
    encoder.ping(out, std::string(200, 'p'));
    encoder.pong(out, "pong");
    EXPECT_EQ(decode(other, out).messages,
              (std::vector<Received>{{Opcode::Ping, std::string(125, 'p')}, {Opcode::Pong, "pong"}}));
  }
}

}  // namespace
}  // namespace trunkline::protocol::websocket
