#include "trunkline/relay/stream_cache.hpp"

#include <gtest/gtest.h>

#include "relay/stream.hpp"

namespace trunkline::relay {
namespace {

using namespace test;
using wire::BookReason;
using wire::BookState;
using wire::FrameView;

struct StreamCacheTest : testing::Test {
  StreamCache::Applied feed(const StoredFrame& frame) {
    source.read(frame.view());
    return cache.apply(frame.view());
  }
  void start(SymbolHash symbol, std::string_view text) {
    for (const auto& frame : writer.start(symbol, text)) feed(frame);
  }
  Reader late_joiner(SymbolHash symbol) {
    Reader reader;
    cache.resync(*cache.find(symbol), [&](FrameView frame) { reader.read(frame); });
    return reader;
  }
  static bool all(std::uint16_t) { return true; }

  StreamCache cache;
  Writer writer;
  Reader source;
  Reader told;
  StreamCache::Emit tell = [this](FrameView frame) { told.read(frame); };
};

TEST_F(StreamCacheTest, ALateJoinersBookEqualsTheSourcesAndGoesOnWithTheNextDelta) {
  start(btc, "binance:BTC-USDT");
  for (int i = 0; i < 50; ++i) feed(writer.move(btc));
  Reader late = late_joiner(btc);
  EXPECT_TRUE(late.book(btc).live());
  EXPECT_TRUE(same_book(late.book(btc), source.book(btc)));
  const auto next = writer.move(btc);
  feed(next);
  late.read(next.view());
  EXPECT_TRUE(same_book(late.book(btc), source.book(btc)));
}

TEST_F(StreamCacheTest, RecoveredFramesSaySoAndCarrySequenceAndSourceOfTheLastFrameApplied) {
  start(btc, "binance:BTC-USDT");
  const auto last = writer.move(btc);
  feed(last);
  const Reader late = late_joiner(btc);
  ASSERT_EQ(late.frames.size(), 3U);
  for (const auto& frame : late.frames) {
    EXPECT_TRUE(frame.view().has(wire::flag::recovered));
    EXPECT_EQ(frame.view().sequence(), last.view().sequence());
    EXPECT_EQ(frame.view().stamp().source, 1 << 4);
  }
  EXPECT_EQ(late.frames[0].view().as<wire::BookStatus>()->state, BookState::Syncing);
  EXPECT_EQ(late.frames[2].view().as<wire::BookStatus>()->state, BookState::Live);
}

TEST_F(StreamCacheTest, ABookOfManyLevelsIsSentInPartsThatMakeOne) {
  feed(writer.mapping(btc, "binance:BTC-USDT"));
  std::vector<wire::Level> bids;
  std::vector<wire::Level> asks;
  for (std::int64_t i = 0; i < 3'700; ++i) bids.push_back(level(10'000 - i, i + 1));
  for (std::int64_t i = 0; i < 700; ++i) asks.push_back(level(10'001 + i, i + 1));
  for (std::int64_t i = 0; i < 3'700; i += 1'000) {
    const auto part = writer.make(
        [] {
          wire::L2Snapshot snapshot;
          snapshot.symbol = btc;
          snapshot.update_id = 7;
          snapshot.detail = 1;
          return snapshot;
        }(),
        i < 3'000 ? wire::flag::more : 0,
        std::span<const wire::Level>(bids).subspan(static_cast<std::size_t>(i), i < 3'000 ? 1'000U : 700U),
        std::span<const wire::Level>(i < 3'000 ? std::vector<wire::Level>() : asks));
    EXPECT_FALSE(cache.find(btc) && cache.book(*cache.find(btc)).ready()) << "a part is no book";
    feed(part);
  }
  Reader late = late_joiner(btc);
  EXPECT_EQ(late.count(wire::MessageType::L2Snapshot), 3U);
  EXPECT_TRUE(same_book(late.book(btc), source.book(btc)));
  EXPECT_EQ(side(late.book(btc), book::Side::Bid), bids);
}

TEST_F(StreamCacheTest, ADeltaThatDoesNotChainBreaksThatBookAlone) {
  start(btc, "binance:BTC-USDT");
  start(eth, "binance:ETH-USDT");
  writer.move(btc);  // lost
  const auto applied = feed(writer.move(btc));
  EXPECT_EQ(applied.verdict, StreamCache::Verdict::Broken);
  cache.lose_book(applied.symbol, BookReason::BusLoss, Nanos{1}, tell);
  EXPECT_FALSE(cache.book(*cache.find(btc)).ready());
  EXPECT_TRUE(cache.book(*cache.find(eth)).ready());
  ASSERT_EQ(told.frames.size(), 1U);
  EXPECT_EQ(told.frames[0].view().as<wire::BookStatus>()->state, BookState::Stale);
  EXPECT_EQ(told.frames[0].view().as<wire::BookStatus>()->reason, BookReason::BusLoss);
  feed(writer.snapshot(btc, {level(90, 1)}, {level(91, 1)}));
  EXPECT_TRUE(cache.book(*cache.find(btc)).ready());
  EXPECT_EQ(cache.book(*cache.find(btc)).status().state, BookState::Live);
}

TEST_F(StreamCacheTest, AfterALossABookIsInDoubtUntilAFrameShowsThatItMissedNothing) {
  start(btc, "binance:BTC-USDT");
  start(eth, "binance:ETH-USDT");
  writer.move(eth);  // lost
  cache.lose(all, Nanos{5}, tell);
  EXPECT_EQ(told.count(wire::MessageType::BookStatus), 2U);
  EXPECT_FALSE(cache.book(*cache.find(btc)).ready());
  EXPECT_EQ(cache.book(*cache.find(btc)).status().reason, BookReason::BusLoss);
  EXPECT_EQ(feed(writer.move(btc)).verdict, StreamCache::Verdict::Healed);
  EXPECT_TRUE(cache.book(*cache.find(btc)).ready());
  EXPECT_TRUE(late_joiner(btc).book(btc).live());
  EXPECT_EQ(feed(writer.move(eth)).verdict, StreamCache::Verdict::Broken);
}

TEST_F(StreamCacheTest, ALossTouchesOnlyBooksOfTheConnectorsConcerned) {
  start(btc, "binance:BTC-USDT");
  Writer other(2);
  for (const auto& frame : other.start(eth, "kraken:ETH-USD")) feed(frame);
  cache.lose([](std::uint16_t connector) { return connector == 2; }, Nanos{5}, tell);
  EXPECT_TRUE(cache.book(*cache.find(btc)).ready());
  EXPECT_FALSE(cache.book(*cache.find(eth)).ready());
}

TEST_F(StreamCacheTest, AConnectorThatIsGoneLeavesStaleBooksAndDisconnectedConnections) {
  feed(writer.connection(wire::ConnectionState::Connected));
  start(btc, "binance:BTC-USDT");
  cache.disconnect(all, Nanos{9}, "gone", tell);
  ASSERT_EQ(told.frames.size(), 2U);
  const auto* connection = told.frames[0].view().as<wire::ConnectionStatus>();
  ASSERT_NE(connection, nullptr);
  EXPECT_EQ(connection->state, wire::ConnectionState::Disconnected);
  EXPECT_EQ(reason(*connection), "gone");
  EXPECT_EQ(connector(*connection), "binance");
  EXPECT_EQ(told.frames[1].view().as<wire::BookStatus>()->reason, BookReason::Disconnected);
  // Another may write the book now.
  Writer other(2);
  for (const auto& frame : other.start(btc, "binance:BTC-USDT")) {
    EXPECT_EQ(feed(frame).verdict, StreamCache::Verdict::Pass);
  }
  EXPECT_TRUE(cache.book(*cache.find(btc)).ready());
}

TEST_F(StreamCacheTest, ASecondConnectorDoesNotWriteIntoABook) {
  start(btc, "binance:BTC-USDT");
  Writer other(2);
  for (const auto& frame : other.start(btc, "binance:BTC-USDT")) {
    const bool is_book = frame.view().type() != wire::MessageType::SymbolMapping;
    EXPECT_EQ(cache.apply(frame.view()).verdict, is_book ? StreamCache::Verdict::Foreign : StreamCache::Verdict::Pass);
  }
  EXPECT_EQ(cache.apply(other.trade(btc).view()).verdict, StreamCache::Verdict::Pass);
}

TEST_F(StreamCacheTest, AStaleBookIsNotGivenToAnyoneUntilItsNextSnapshot) {
  start(btc, "binance:BTC-USDT");
  feed(writer.status(btc, BookState::Stale, BookReason::SequenceGap));
  EXPECT_FALSE(cache.book(*cache.find(btc)).ready());
  feed(writer.status(btc, BookState::Syncing, BookReason::SequenceGap));
  feed(writer.snapshot(btc, {level(90, 1)}, {level(91, 1)}));
  feed(writer.status(btc, BookState::Live));
  EXPECT_TRUE(cache.book(*cache.find(btc)).ready());
  EXPECT_TRUE(same_book(late_joiner(btc).book(btc), source.book(btc)));
}

TEST_F(StreamCacheTest, MappingsAndConnectionsAreKeptAsLastSeen) {
  feed(writer.connection(wire::ConnectionState::Connecting));
  feed(writer.connection(wire::ConnectionState::Connected));
  start(btc, "binance:BTC-USDT");
  start(eth, "binance:ETH-USDT");
  feed(writer.mapping(btc, "binance:BTC-USDT"));
  cache.mappings(tell);
  cache.connections(tell);
  EXPECT_EQ(told.count(wire::MessageType::SymbolMapping), 2U);
  ASSERT_EQ(told.count(wire::MessageType::ConnectionStatus), 1U);
  EXPECT_EQ(told.frames.back().view().as<wire::ConnectionStatus>()->state, wire::ConnectionState::Connected);
  EXPECT_EQ(cache.text_of(*cache.find(eth)), "binance:ETH-USDT");
}

}  // namespace
}  // namespace trunkline::relay
