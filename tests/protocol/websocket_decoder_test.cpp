#include <gtest/gtest.h>

#include "protocol/websocket_frames.hpp"

namespace trunkline::protocol::websocket {
namespace {

using test::bytes;
using test::decode;
using test::frame_to;
using test::Outcome;
using test::RawFrame;
using test::Received;

// Each rule holds for both roles; frames are masked where the role asks for it.
class WebSocketDecoder : public testing::TestWithParam<Role> {
 protected:
  DecoderConfig config(std::size_t max_message = 1 << 20) const {
    return {.role = GetParam(), .max_message = max_message, .deflate = {}};
  }
  std::string frame(int first, std::string payload, int length_bytes = -1) const {
    return frame_to(GetParam(), first, std::move(payload), length_bytes);
  }
  Outcome run(const std::string& stream) const { return decode(config(), stream); }
  void expect_error(const std::string& stream, CloseCode code, std::string_view reason) const {
    for (const std::size_t piece : {stream.size(), std::size_t{1}}) {
      const Outcome outcome = decode(config(), stream, {piece});
      EXPECT_TRUE(outcome.failed) << reason;
      EXPECT_EQ(outcome.code, code) << reason;
      EXPECT_EQ(outcome.reason, reason);
    }
  }
  void expect_messages(const std::string& stream, const std::vector<Received>& messages) const {
    for (const std::size_t piece : {stream.size(), std::size_t{1}, std::size_t{7}}) {
      EXPECT_EQ(decode(config(), stream, {piece}), (Outcome{messages, false, CloseCode::NoStatus, ""}));
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Roles, WebSocketDecoder, testing::Values(Role::Client, Role::Server),
                         [](const auto& role) { return role.param == Role::Client ? "Client" : "Server"; });

// RFC 6455, 5.7.
TEST(WebSocketDecoderExamples, ReadsTheExamplesOfTheRfc) {
  const std::vector<Received> hello{{Opcode::Text, "Hello"}};
  const DecoderConfig client{.role = Role::Client, .deflate = {}};
  const DecoderConfig server{.role = Role::Server, .deflate = {}};
  EXPECT_EQ(decode(client, bytes({0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f})).messages, hello);
  EXPECT_EQ(decode(server, bytes({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58})).messages, hello);
  EXPECT_EQ(decode(client, bytes({0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f})).messages, hello);
  EXPECT_EQ(decode(client, bytes({0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f})).messages,
            (std::vector<Received>{{Opcode::Ping, "Hello"}}));
  EXPECT_EQ(decode(server, bytes({0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58})).messages,
            (std::vector<Received>{{Opcode::Pong, "Hello"}}));
  const std::string medium(256, 'm');
  EXPECT_EQ(decode(client, bytes({0x82, 0x7e, 0x01, 0x00}) + medium).messages,
            (std::vector<Received>{{Opcode::Binary, medium}}));
  const std::string large(65536, 'l');
  EXPECT_EQ(decode(client, bytes({0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0}) + large).messages,
            (std::vector<Received>{{Opcode::Binary, large}}));
}

TEST_P(WebSocketDecoder, ReadsPayloadsAtEveryLengthBoundary) {
  for (const std::size_t size : {0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536, 70000}) {
    std::string payload(size, '\0');
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(i * 31);
    expect_messages(frame(0x82, payload), {{Opcode::Binary, payload}});
  }
}

TEST_P(WebSocketDecoder, HandsOutEveryMessageOfOneRead) {
  std::string stream;
  std::vector<Received> messages;
  for (int i = 0; i < 1000; ++i) {
    stream += frame(0x81, std::to_string(i));
    messages.push_back({Opcode::Text, std::to_string(i)});
  }
  expect_messages(stream, messages);
}

TEST_P(WebSocketDecoder, HandsOutWholeMessagesInPlace) {
  Decoder decoder(config());
  const std::string stream = frame(0x81, "first") + frame(0x82, "second");
  const std::span<char> room = decoder.prepare(stream.size());
  std::memcpy(room.data(), stream.data(), stream.size());
  decoder.received(stream.size());
  Message message;
  const std::size_t header = GetParam() == Role::Server ? 6 : 2;
  ASSERT_EQ(decoder.next(message), Decode::Message);
  EXPECT_EQ(message.payload.data(), room.data() + header);
  ASSERT_EQ(decoder.next(message), Decode::Message);
  EXPECT_EQ(message.payload.data(), room.data() + header + 5 + header);
  EXPECT_EQ(decoder.next(message), Decode::NeedMore);
  EXPECT_EQ(decoder.buffered(), 0U);
}

TEST_P(WebSocketDecoder, JoinsFragmentsAndLetsControlFramesPassBetweenThem) {
  expect_messages(
      frame(0x01, "one ") + frame(0x89, "ping") + frame(0x00, "") + frame(0x8a, "pong") + frame(0x00, "two ") +
          frame(0x80, "three") + frame(0x02, "bin") + frame(0x80, "ary"),
      {{Opcode::Ping, "ping"}, {Opcode::Pong, "pong"}, {Opcode::Text, "one two three"}, {Opcode::Binary, "binary"}});
}

TEST_P(WebSocketDecoder, JoinsFragmentsThatAreAllEmpty) {
  expect_messages(frame(0x01, "") + frame(0x00, "") + frame(0x80, ""), {{Opcode::Text, ""}});
}

TEST_P(WebSocketDecoder, AcceptsCharactersSplitBetweenFragments) {
  const std::string text = "\xce\xba\xe1\xbd\xb9\xf0\x9f\x98\x80";
  std::string stream;
  for (std::size_t i = 0; i < text.size(); ++i) {
    stream += frame((i == 0 ? 0x01 : 0x00) | (i + 1 == text.size() ? 0x80 : 0), text.substr(i, 1));
  }
  expect_messages(stream, {{Opcode::Text, text}});
}

TEST_P(WebSocketDecoder, RefusesTextThatIsNotUtf8) {
  const std::string_view wrong = "text is not UTF-8";
  for (const std::string& bad : {bytes({0xff}), bytes({0xc0, 0xaf}), bytes({0xe0, 0x80, 0xaf}),
                                 bytes({0xed, 0xa0, 0x80}), bytes({0xf4, 0x90, 0x80, 0x80}), bytes({0x80}),
                                 bytes({0xce}), bytes({0xf0, 0x9f, 0x98}), bytes({0xf8, 0x88, 0x80, 0x80, 0x80})}) {
    for (const std::size_t before : {0, 3, 8, 31, 32, 100, 1000}) {
      const std::string text = std::string(before, 'a') + bad;
      expect_error(frame(0x81, text), CloseCode::InvalidPayload, wrong);
      expect_error(frame(0x01, text.substr(0, before)) + frame(0x80, bad), CloseCode::InvalidPayload, wrong);
      expect_messages(frame(0x82, text), {{Opcode::Binary, text}});
    }
  }
}

TEST_P(WebSocketDecoder, RefusesReservedBits) {
  for (const int bits : {0x20, 0x10, 0x30, 0x60, 0x70}) {
    expect_error(frame(0x81 | bits, "x"), CloseCode::ProtocolError, "reserved bit set");
  }
  expect_error(frame(0xc1, "x"), CloseCode::ProtocolError, "compressed frame without permessage-deflate");
}

TEST_P(WebSocketDecoder, RefusesUnknownOpcodes) {
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    expect_error(frame(0x80 | opcode, ""), CloseCode::ProtocolError, "unknown opcode");
  }
}

TEST_P(WebSocketDecoder, RefusesTheOtherRolesMask) {
  const bool masked = GetParam() == Role::Client;
  expect_error(RawFrame{0x81, "x", masked, -1}.encode(), CloseCode::ProtocolError,
               masked ? "masked frame from a server" : "unmasked frame from a client");
}

TEST_P(WebSocketDecoder, RefusesLengthsNotInTheirShortestForm) {
  const std::string_view reason = "frame length not in its shortest form";
  expect_error(frame(0x82, std::string(125, 'x'), 2), CloseCode::ProtocolError, reason);
  expect_error(frame(0x82, "x", 8), CloseCode::ProtocolError, reason);
  expect_error(frame(0x82, std::string(65535, 'x'), 8), CloseCode::ProtocolError, reason);
  const int mask = GetParam() == Role::Server ? 0x80 : 0;
  expect_error(bytes({0x82, 127 | mask, 0x80, 0, 0, 0, 0, 0, 0, 1}), CloseCode::ProtocolError,
               "frame length with its top bit set");
}

TEST_P(WebSocketDecoder, RefusesMessagesBeyondTheLimitBeforeTheyArrive) {
  const int mask = GetParam() == Role::Server ? 0x80 : 0;
  expect_error(bytes({0x82, 127 | mask, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), CloseCode::TooBig,
               "message too big");
  const DecoderConfig small = config(1000);
  EXPECT_EQ(decode(small, frame(0x82, std::string(1000, 'x'))).messages.size(), 1U);
  EXPECT_EQ(decode(small, frame(0x82, std::string(1001, 'x'))).code, CloseCode::TooBig);
  EXPECT_EQ(decode(small, frame(0x02, std::string(600, 'x')) + frame(0x80, std::string(400, 'x'))).messages.size(), 1U);
  EXPECT_EQ(decode(small, frame(0x02, std::string(600, 'x')) + frame(0x00, std::string(401, 'x'))).code,
            CloseCode::TooBig);
  // A control frame in between has no part in the sum.
  EXPECT_EQ(decode(small, frame(0x02, std::string(1000, 'x')) + frame(0x89, "ping") + frame(0x80, "")).messages.size(),
            2U);
}

TEST_P(WebSocketDecoder, RefusesWrongControlFrames) {
  for (const int opcode : {8, 9, 10}) {
    expect_error(frame(opcode, ""), CloseCode::ProtocolError, "fragmented control frame");
    expect_error(frame(0x80 | opcode, std::string(126, 'x')), CloseCode::ProtocolError,
                 "control frame longer than 125 bytes");
  }
  expect_messages(frame(0x89, std::string(125, '\xff')), {{Opcode::Ping, std::string(125, '\xff')}});
}

TEST_P(WebSocketDecoder, RefusesFragmentsOutOfPlace) {
  expect_error(frame(0x80, "x"), CloseCode::ProtocolError, "continuation of no message");
  expect_error(frame(0x81, "x") + frame(0x00, "x"), CloseCode::ProtocolError, "continuation of no message");
  expect_error(frame(0x01, "x") + frame(0x81, "y"), CloseCode::ProtocolError, "new message inside a fragmented one");
  expect_error(frame(0x01, "x") + frame(0x02, "y"), CloseCode::ProtocolError, "new message inside a fragmented one");
}

TEST_P(WebSocketDecoder, ReadsCloseFramesAndNothingBehindThem) {
  const std::string closing = bytes({0x03, 0xe9}) + "away";
  const Outcome outcome = run(frame(0x88, closing) + frame(0x81, "late") + frame(0xff, "garbage"));
  EXPECT_FALSE(outcome.failed);
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_EQ(outcome.messages[0], (Received{Opcode::Close, closing}));
  const CloseFrame close = parse_close(closing);
  EXPECT_EQ(close.code, CloseCode::GoingAway);
  EXPECT_EQ(close.reason, "away");
  EXPECT_EQ(parse_close({}).code, CloseCode::NoStatus);
  expect_messages(frame(0x88, ""), {{Opcode::Close, ""}});
  // A close frame may come inside a fragmented message.
  expect_messages(frame(0x01, "half") + frame(0x88, ""), {{Opcode::Close, ""}});
}

TEST_P(WebSocketDecoder, AcceptsTheCloseCodesThatMayBeSentAndNoOthers) {
  const auto sendable = [](int code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
  };
  for (int code = 0; code < 65536; code += code < 5100 ? 1 : 97) {
    const Outcome outcome = run(frame(0x88, bytes({code >> 8, code & 0xff})));
    EXPECT_EQ(outcome.failed, !sendable(code)) << code;
    if (outcome.failed) {
      EXPECT_EQ(outcome.reason, "close code that must not be sent");
    }
  }
  expect_error(frame(0x88, "x"), CloseCode::ProtocolError, "close frame with half a code");
  expect_error(frame(0x88, bytes({0x03, 0xe8, 0xff})), CloseCode::InvalidPayload, "close reason is not UTF-8");
}

TEST_P(WebSocketDecoder, StaysFailed) {
  Decoder decoder(config());
  const std::string stream = frame(0x83, "") + frame(0x81, "fine");
  std::memcpy(decoder.prepare(stream.size()).data(), stream.data(), stream.size());
  decoder.received(stream.size());
  Message message;
  EXPECT_EQ(decoder.next(message), Decode::Error);
  EXPECT_EQ(decoder.next(message), Decode::Error);
  EXPECT_EQ(decoder.error().reason, "unknown opcode");
}

TEST_P(WebSocketDecoder, KeepsMessagesBeforeTheErrorWhateverThePieces) {
  const std::string stream =
      frame(0x81, "good") + frame(0x89, "p") + frame(0x01, "a") + frame(0x80, "b") + frame(0xf1, "");
  const Outcome whole = run(stream);
  EXPECT_EQ(whole.messages.size(), 3U);
  EXPECT_TRUE(whole.failed);
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) EXPECT_EQ(decode(config(), stream, {piece}), whole);
}

}  // namespace
}  // namespace trunkline::protocol::websocket
