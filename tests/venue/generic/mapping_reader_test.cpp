#include "trunkline/venue/generic/mapping_reader.hpp"

#include <gtest/gtest.h>

#include "venue/generic/collector.hpp"

namespace trunkline::venue::generic::test {
namespace {

constexpr std::string_view head = R"(symbol = "{BASE}{QUOTE}"
[websocket]
url = "wss://example.com/ws"
[subscribe]
send = '{"subscribe":"{topic}"}'
)";

std::string error_of(std::string_view rest, std::string_view start = head) {
  const auto mapping = read_mapping(std::string(start) + std::string(rest), "a.toml");
  return mapping ? "" : mapping.error().message;
}

TEST(GenericMapping, TheExampleIsReadAsItStands) {
  const Mapping mapping = bybit();
  EXPECT_EQ(mapping.url, "wss://stream.bybit.com/v5/public/spot");
  EXPECT_EQ(mapping.heartbeat_interval, std::chrono::seconds{20});
  EXPECT_EQ(mapping.batch, 10U);
  EXPECT_EQ(mapping.sequence, SequenceRule::PlusOne);
  EXPECT_EQ(mapping.topics[std::to_underlying(Channel::Depth)], "orderbook.50.{symbol}");
  EXPECT_EQ(mapping.messages.size(), 7U);
}

TEST(GenericMapping, AWrongKeyIsNamedWithItsLineAndTheNearestRightOne) {
  EXPECT_EQ(error_of("[[message]]\nkind = \"trade\"\nsymbol = \"s\"\nprise = \"p\"\nprice = \"p\"\nquantity = \"q\"\n"),
            "a.toml:9: message: prise: there is no such key; did you mean \"price\"?");
  EXPECT_EQ(error_of("[topics]\ntrade = \"t\"\n[[message]]\nkind = \"ignored\"\n"),
            "a.toml:7: topics: trade: there is no such key; did you mean \"trades\"?");
  EXPECT_EQ(error_of("", "simbol = \"x\"\n"), "a.toml:1: simbol: there is no such key; did you mean \"symbol\"?");
}

TEST(GenericMapping, AMissingKeyIsNamedWithTheTableThatNeedsIt) {
  EXPECT_EQ(error_of("[[message]]\nkind = \"trade\"\nsymbol = \"s\"\nprice = \"p\"\n"),
            "a.toml:6: message: quantity: a message of kind trade needs it");
  EXPECT_EQ(error_of("[[message]]\nkind = \"book\"\nsymbol = \"s\"\nbids = \"b\"\n"),
            "a.toml:6: message: snapshot_when: a book needs it to tell snapshots from changes; or use the kinds "
            "book_snapshot and book_change");
  EXPECT_NE(error_of("[[message]]\nkind = \"book_change\"\nsymbol = \"s\"\nbids = \"b\"\n",
                     "sequence = \"plus_one\"\n" + std::string(head))
                .find("update_id: the sequence rule needs it"),
            std::string::npos);
  EXPECT_NE(error_of("").find("message: a [websocket] needs them"), std::string::npos);
}

TEST(GenericMapping, AWrongValueIsNamedWithWhatARightOneLooksLike) {
  EXPECT_NE(error_of("[[message]]\nkind = \"trades\"\n").find("a.toml:7: message: kind: \"trades\": expected one of: "),
            std::string::npos);
  EXPECT_NE(error_of("[topics]\ntrades = \"t.{symbl}\"\n").find("{symbl}; did you mean {symbol}?"), std::string::npos);
  EXPECT_NE(error_of("[[message]]\nkind = \"trade\"\nsymbol = \"a..b\"\n").find("a part between its dots is empty"),
            std::string::npos);
  EXPECT_NE(error_of("[[message]]\nkind = \"trade\"\nsymbol = 3\n").find("symbol: expected text in quotes"),
            std::string::npos);
  EXPECT_NE(error_of("[[message]]\nkind = \"ping\"\nreply = \"x\"\nbids = \"b\"\n")
                .find("bids: a message of kind ping has no such key"),
            std::string::npos);
  EXPECT_NE(error_of("[symbols]\n\"BTC-USDT\" = { tick = \"-1\" }\n[[message]]\nkind = \"ignored\"\n")
                .find("symbols.BTC-USDT: tick: \"-1\": expected a number above 0"),
            std::string::npos);
  EXPECT_NE(error_of("", "symbol = \"x\"\n[websocket]\nurl = \"https://x\"\n").find("starts with wss://"),
            std::string::npos);
}

TEST(GenericMapping, PathsThatCannotBothBeAreRefused) {
  EXPECT_EQ(error_of("[[message]]\nkind = \"trade\"\nsymbol = \"a\"\nprice = \"a.b\"\nquantity = \"q\"\n"),
            "a.toml:6: message: price: \"a.b\" goes through a value that another path reads");
  EXPECT_EQ(error_of("[[message]]\nkind = \"book_change\"\nsymbol = \"s\"\nbids = \"x\"\nasks = \"x\"\n"),
            "a.toml:6: message: x: \"x\" is read by another path too");
}

TEST(GenericMapping, AFileThatIsNoTomlOrLacksTheTableIsAnError) {
  EXPECT_TRUE(error_of("[[[").starts_with("a.toml"));
  const auto missing = read_mapping(head, "a.toml", "source.x");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "a.toml: there is no [source.x]");
}

}  // namespace
}  // namespace trunkline::venue::generic::test
