#include "trunkline/protocol/websocket_handshake.hpp"

#include <gtest/gtest.h>
#include <set>

namespace trunkline::protocol::websocket {
namespace {

TEST(WebSocketHandshake, AcceptsTheKeyOfTheRfc) {
  EXPECT_EQ(accept_for("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketHandshake, MakesKeysThatDifferAndAreKeys) {
  std::set<std::string> keys;
  for (int i = 0; i < 100; ++i) {
    keys.insert(make_key());
    EXPECT_TRUE(is_key(*keys.rbegin()));
  }
  EXPECT_EQ(keys.size(), 100U);
  for (const char* text : {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZQAA",
                           "dGhlIHNhbXBs\nSBub25jZQ=="}) {
    EXPECT_FALSE(is_key(text)) << text;
  }
}

TEST(DeflateNegotiation, OffersWhatIsWished) {
  EXPECT_EQ(deflate_offer({}), "permessage-deflate; client_max_window_bits");
  EXPECT_EQ(deflate_offer({true, true, 10, 11}),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; "
            "client_max_window_bits=11");
}

TEST(DeflateNegotiation, ReadsAnswersThatFitTheOffer) {
  const auto read = [](std::string_view header, DeflateWishes offered = {}) {
    return read_deflate_answer(offered, header);
  };
  EXPECT_EQ(read("").value(), std::nullopt);
  EXPECT_EQ(read("permessage-deflate").value(), DeflateParameters{});
  EXPECT_EQ(read(" permessage-deflate ; server_no_context_takeover;client_max_window_bits = \"12\" ").value(),
            (DeflateParameters{true, false, 15, 12}));
  EXPECT_EQ(read("permessage-deflate; server_max_window_bits=9; client_no_context_takeover").value(),
            (DeflateParameters{false, true, 9, 15}));
  // Our own promises hold even if the answer does not repeat them.
  EXPECT_EQ(read("permessage-deflate", {false, true, 15, 11}).value(), (DeflateParameters{false, true, 15, 11}));
}

TEST(DeflateNegotiation, RefusesAnswersThatDoNot) {
  for (const char* header :
       {"x-webkit-deflate-frame", "permessage-deflate, permessage-deflate", "permessage-deflate; mystery",
        "permessage-deflate; client_max_window_bits", "permessage-deflate; server_max_window_bits",
        "permessage-deflate;", "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16", "permessage-deflate; server_max_window_bits=010",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10", "permessage-deflate; a=\"", "=",
        ";", "permessage-deflate permessage-deflate", "permessage-deflate; server_max_window_bits="}) {
    const auto answer = read_deflate_answer({}, header);
    ASSERT_FALSE(answer.has_value()) << header;
    EXPECT_EQ(answer.error().code, ErrorCode::Protocol);
    EXPECT_NE(answer.error().message.find("Sec-WebSocket-Extensions"), std::string::npos);
  }
  EXPECT_FALSE(
      read_deflate_answer({.server_max_window_bits = 10}, "permessage-deflate; server_max_window_bits=11").has_value());
  EXPECT_FALSE(
      read_deflate_answer({.client_max_window_bits = 10}, "permessage-deflate; client_max_window_bits=11").has_value());
}

TEST(DeflateNegotiation, AnswersTheFirstOfferThatCanBeServed) {
  const auto answer = answer_deflate_offer({}, "permessage-deflate; client_max_window_bits");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header, "permessage-deflate");
  EXPECT_EQ(answer->parameters, DeflateParameters{});

  const auto second = answer_deflate_offer({},
                                           "foo; bar=1, permessage-deflate; mystery=1, permessage-deflate; "
                                           "server_max_window_bits=10; server_no_context_takeover, "
                                           "permessage-deflate");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->header, "permessage-deflate; server_no_context_takeover; server_max_window_bits=10");
  EXPECT_EQ(second->parameters, (DeflateParameters{true, false, 10, 15}));

  for (const char* header :
       {"", "foo", "permessage-deflate; server_max_window_bits=20", "permessage-deflate; client_max_window_bits=x",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover", "permessage-deflate;;"}) {
    EXPECT_FALSE(answer_deflate_offer({}, header)) << header;
  }
}

TEST(DeflateNegotiation, LimitsAClientsWindowOnlyWhereItMay) {
  const DeflateWishes wishes{
      .server_no_context_takeover = true, .server_max_window_bits = 12, .client_max_window_bits = 11};
  const auto open = answer_deflate_offer(wishes, "permessage-deflate; client_max_window_bits");
  EXPECT_EQ(open->header,
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=12; client_max_window_bits=11");
  const auto closed = answer_deflate_offer(wishes, "permessage-deflate");
  EXPECT_EQ(closed->header, "permessage-deflate; server_no_context_takeover; server_max_window_bits=12");
  EXPECT_EQ(closed->parameters.client_window_bits, 15);
  const auto smaller = answer_deflate_offer(wishes, "permessage-deflate; client_max_window_bits=9");
  EXPECT_EQ(smaller->parameters.client_window_bits, 9);
}

TEST(DeflateNegotiation, BothOurEndsAgree) {
  for (const bool flag : {false, true}) {
    for (int bits = 8; bits <= 15; ++bits) {
      const DeflateWishes client{flag, !flag, bits, 15}, server{!flag, false, 15, bits};
      const auto answer = answer_deflate_offer(server, deflate_offer(client));
      ASSERT_TRUE(answer);
      EXPECT_EQ(read_deflate_answer(client, answer->header).value(), answer->parameters);
    }
  }
}

}  // namespace
}  // namespace trunkline::protocol::websocket
