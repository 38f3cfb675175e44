#include "trunkline/relay/fan_out.hpp"

#include <gtest/gtest.h>

#include "relay/stream.hpp"
#include "trunkline/relay/distributor.hpp"
#include "trunkline/wire/frame_splitter.hpp"

namespace trunkline::relay {
namespace {

using namespace test;
using wire::BookReason;
using wire::BookState;
using wire::Format;
using wire::FrameView;
using wire::MessageType;

// Takes everything while open; while stopped it takes `takes` more writes, then has a rest unsent as a full socket.
class FakePort final : public ClientPort {
 public:
  std::size_t unsent() const noexcept override { return stopped_with; }
  void write(Format, std::span<const Piece> pieces, std::size_t bytes) override {
    ++writes;
    std::size_t sum = 0;
    for (const auto& part : pieces) {
      const net::SharedBytes piece = part.share();
      sum += piece.size();
      if (stopped) held.push_back(piece);
      const auto fed =
          splitter.feed(std::as_bytes(std::span(piece.view())), [this](FrameView frame) { reader.read(frame); });
      ASSERT_TRUE(fed);
    }
    ASSERT_EQ(sum, bytes);
    if (stopped) stopped_with = bytes;
  }
  void stop() { stopped = true; }
  void resume() {
    stopped = false;
    stopped_with = 0;
    held.clear();
  }

  Reader reader;
  wire::FrameSplitter splitter;
  std::vector<net::SharedBytes> held;
  bool stopped = false;
  std::size_t stopped_with = 0;
  std::size_t writes = 0;
};

struct Log final : EventLog {
  void write(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

struct FanOutTest : testing::Test {
  FanOutTest() { make({}); }
  void make(FanOutConfig config) { make_distributor({.fan_out = std::move(config)}); }
  void make_distributor(DistributorConfig config) {
    distributor.emplace(std::move(config), &log);
    distributor->on_resync_needed([this](SymbolHash symbol) { asked.push_back(symbol); });
  }
  void feed(const StoredFrame& frame) {
    source.read(frame.view());
    distributor->publish(frame.view());
  }
  void feed(const std::vector<StoredFrame>& frames) {
    for (const auto& frame : frames) feed(frame);
  }
  void drain() {
    while (distributor->drain(now)) {
    }
  }
  FanOut& fan_out() { return distributor->fan_out(); }
  FanOut::Client& client(FakePort& port) { return fan_out().add(port, "test", Format::Binary, true, now); }
  FanOut::Client& everything(FakePort& port) {
    FanOut::Client& added = client(port);
    EXPECT_TRUE(fan_out().subscribe(added, {}, all_channels));
    drain();
    return added;
  }
  void start_both() {
    feed(writer.connection(wire::ConnectionState::Connected));
    feed(writer.start(btc, "binance:BTC-USDT"));
    feed(writer.start(eth, "binance:ETH-USDT"));
  }

  Nanos now{1'000'000'000};
  Log log;
  std::vector<SymbolHash> asked;
  std::optional<Distributor> distributor;
  Writer writer;
  Reader source;
};

TEST_F(FanOutTest, ALateJoinerGetsWelcomeMappingsConnectionsAndBooksThenTheStream) {
  start_both();
  for (int i = 0; i < 20; ++i) feed(writer.move(btc));
  FakePort port;
  everything(port);
  using enum MessageType;
  const std::vector<MessageType> first = {Welcome,    SymbolMapping, SymbolMapping, ConnectionStatus, BookStatus,
                                          L2Snapshot, BookStatus,    BookStatus,    L2Snapshot,       BookStatus};
  EXPECT_EQ(port.reader.types, first);
  EXPECT_TRUE(same_book(port.reader.book(btc), source.book(btc)));
  feed(writer.trade(btc));
  for (int i = 0; i < 20; ++i) feed(writer.move(eth));
  drain();
  EXPECT_EQ(port.reader.trades.size(), 1U);
  EXPECT_TRUE(port.reader.book(eth).live());
  EXPECT_TRUE(same_book(port.reader.book(eth), source.book(eth)));
  EXPECT_EQ(port.reader.count(L2Delta), 20U);
}

TEST_F(FanOutTest, WhatGatheredGoesOutInOneWrite) {
  start_both();
  FakePort port;
  everything(port);
  port.writes = 0;
  for (int i = 0; i < 64; ++i) feed(writer.trade(btc));
  drain();
  EXPECT_EQ(port.writes, 1U);
  EXPECT_EQ(port.reader.trades.size(), 64U);
}

TEST_F(FanOutTest, APeerThatAsksForNothingGetsTheWelcomeAlone) {
  start_both();
  FakePort port;
  FanOut::Client& peer = client(port);
  feed(writer.trade(btc));
  feed(writer.mapping(hash_symbol_text("binance:SOL-USDT"), "binance:SOL-USDT"));
  drain();
  EXPECT_EQ(port.reader.types, std::vector{MessageType::Welcome});
  fan_out().introduce(peer);
  feed(writer.trade(btc));
  drain();
  EXPECT_EQ(port.reader.count(MessageType::SymbolMapping), 3U);
  EXPECT_EQ(port.reader.count(MessageType::ConnectionStatus), 1U);
  EXPECT_TRUE(port.reader.trades.empty());
}

TEST_F(FanOutTest, SubscriptionsSelectSymbolsAndChannels) {
  start_both();
  FakePort port;
  FanOut::Client& peer = client(port);
  ASSERT_TRUE(fan_out().subscribe(peer, std::span(&btc, 1), channel(MessageType::Trade)));
  ASSERT_TRUE(fan_out().subscribe(peer, std::span(&eth, 1), channel(MessageType::L2Delta)));
  drain();
  const auto both = [&] {
    feed(writer.trade(btc));
    feed(writer.trade(eth));
    feed(writer.move(btc));
    feed(writer.move(eth));
    drain();
  };
  both();
  EXPECT_EQ(port.reader.trades, std::vector<std::uint64_t>{1});
  EXPECT_EQ(port.reader.book(btc).state(), BookState::Init);
  EXPECT_TRUE(same_book(port.reader.book(eth), source.book(eth)));

  ASSERT_TRUE(fan_out().unsubscribe(peer, std::span(&btc, 1), 0));
  both();
  EXPECT_EQ(port.reader.trades.size(), 1U);
  ASSERT_TRUE(fan_out().subscribe(peer, {}, channel(MessageType::Trade)));
  ASSERT_TRUE(fan_out().unsubscribe(peer, std::span(&eth, 1), channel(MessageType::Trade)));
  both();
  EXPECT_EQ(port.reader.trades, (std::vector<std::uint64_t>{1, 5}));
  EXPECT_TRUE(same_book(port.reader.book(eth), source.book(eth)));
  // A symbol that comes up later is covered by "all symbols".
  feed(writer.trade(hash_symbol_text("binance:SOL-USDT")));
  drain();
  EXPECT_EQ(port.reader.trades.back(), 7U);
}

TEST_F(FanOutTest, ASubscriptionThatIsRepeatedGivesTheBookAnew) {
  start_both();
  FakePort port;
  FanOut::Client& peer = everything(port);
  port.reader.clear();
  ASSERT_TRUE(fan_out().subscribe(peer, std::span(&btc, 1), all_channels));
  drain();
  EXPECT_EQ(port.reader.count(MessageType::L2Snapshot), 1U);
  EXPECT_TRUE(same_book(port.reader.book(btc), source.book(btc)));
}

TEST_F(FanOutTest, AJoinerInTheMiddleOfASnapshotGetsTheWholeOfIt) {
  FakePort port;
  everything(port);
  feed(writer.mapping(btc, "binance:BTC-USDT"));
  wire::L2Snapshot head;
  head.symbol = btc;
  head.update_id = 5;
  head.detail = 1;
  const std::vector bids{level(10, 1), level(9, 1)};
  const std::vector asks{level(11, 1)};
  const std::vector<wire::Level> none;
  feed(writer.make(head, wire::flag::more, std::span<const wire::Level>(bids), std::span<const wire::Level>(none)));
  FakePort late;
  everything(late);
  feed(writer.make(head, 0, std::span<const wire::Level>(none), std::span<const wire::Level>(asks)));
  drain();
  for (FakePort* each : {&port, &late}) {
    EXPECT_EQ(side(each->reader.book(btc), book::Side::Bid), bids);
    EXPECT_EQ(side(each->reader.book(btc), book::Side::Ask), asks);
    EXPECT_TRUE(each->reader.book(btc).live());
  }
}

TEST_F(FanOutTest, ASlowClientLosesItsQueueAndIsToldWhileOthersLoseNothing) {
  make({.max_queue_bytes = 64 * 1024, .chunk_bytes = 16 * 1024, .window_bytes = 64 * 1024});
  start_both();
  FakePort slow;
  FakePort quick;
  FanOut::Client& slow_client = everything(slow);
  everything(quick);
  slow.stop();
  constexpr std::uint64_t trades = 20'000;
  std::size_t most_chunks = 0;
  for (std::uint64_t i = 0; i < trades; ++i) {
    feed(writer.trade(btc));
    if (i % 3 == 0) feed(writer.move(eth));
    if (i % 10 == 0) drain();
    most_chunks = std::max(most_chunks, fan_out().shared_chunks());
    ASSERT_LE(FanOut::queued_bytes(slow_client), 64U * 1024 + 16 * 1024);
  }
  drain();
  EXPECT_LE(most_chunks, 64U / 16 + 1 + 2);
  EXPECT_EQ(quick.reader.trades.size(), trades);
  EXPECT_TRUE(quick.reader.gaps.empty());
  EXPECT_TRUE(same_book(quick.reader.book(eth), source.book(eth)));

  const std::size_t before = slow.reader.types.size();
  slow.resume();
  fan_out().serve(slow_client, now);
  drain();
  ASSERT_EQ(slow.reader.gaps.size(), 1U);
  EXPECT_EQ(slow.reader.types[before], MessageType::Gap) << "the Gap goes ahead of what follows";
  EXPECT_EQ(slow.reader.gaps[0].scope, wire::GapScope::Client);
  EXPECT_EQ(slow.reader.gaps[0].missed + slow.reader.trades.size(), trades);
  EXPECT_EQ(slow.reader.gaps[0].total_missed, slow.reader.gaps[0].missed);
  EXPECT_NE(slow.reader.gaps[0].since, Nanos{0});
  const auto* told = slow.reader.frames[before + 1].view().as<wire::BookStatus>();
  ASSERT_NE(told, nullptr) << "of its book it is told, before the levels come";
  EXPECT_EQ(told->state, BookState::Stale);
  EXPECT_EQ(told->reason, BookReason::BusLoss);
  EXPECT_TRUE(same_book(slow.reader.book(eth), source.book(eth)));
  EXPECT_TRUE(same_book(slow.reader.book(btc), source.book(btc)));
  feed(writer.move(eth));
  feed(writer.trade(eth));
  drain();
  EXPECT_TRUE(slow.reader.book(eth).live());
  EXPECT_TRUE(same_book(slow.reader.book(eth), source.book(eth)));
  ASSERT_FALSE(log.events.empty());
  EXPECT_EQ(log.events[0].name, "client_slow");
  EXPECT_EQ(FanOut::stats(slow_client).overflows, 1U);
}

TEST_F(FanOutTest, BooksAreStaleFromTheGapUntilTheirSnapshotHasRoom) {
  // The queue has room for half a book at a time beside what is there.
  make({.max_queue_bytes = 600, .chunk_bytes = 16 * 1024, .handover_bytes = 200});
  start_both();
  FakePort port;
  FanOut::Client& peer = everything(port);
  port.stop();
  for (int i = 0; i < 50; ++i) {
    feed(writer.move(btc));
    feed(writer.move(eth));
    drain();
  }
  // Each write is followed by another refusal.
  for (int i = 0; i < 20; ++i) {
    port.stopped_with = 0;
    fan_out().serve(peer, now);
    for (const SymbolHash symbol : {btc, eth}) {
      EXPECT_TRUE(!port.reader.book(symbol).live() || same_book(port.reader.book(symbol), source.book(symbol)) || i < 3)
          << "the Gap and what each book is now come first";
    }
  }
  port.resume();
  drain();
  fan_out().serve(peer, now);
  EXPECT_TRUE(same_book(port.reader.book(btc), source.book(btc)));
  EXPECT_TRUE(same_book(port.reader.book(eth), source.book(eth)));
}

TEST_F(FanOutTest, AMappingLostWithTheQueueComesAgain) {
  make({.max_queue_bytes = 4 * 1024});
  FakePort port;
  FanOut::Client& peer = everything(port);
  port.stop();
  feed(writer.trade(btc));
  drain();
  start_both();
  for (int i = 0; i < 200; ++i) feed(writer.trade(btc));
  drain();
  port.resume();
  fan_out().serve(peer, now);
  EXPECT_EQ(port.reader.count(MessageType::SymbolMapping), 2U);
  EXPECT_EQ(port.reader.count(MessageType::ConnectionStatus), 1U);
  EXPECT_TRUE(same_book(port.reader.book(btc), source.book(btc)));
}

TEST_F(FanOutTest, AGapFromUpstreamThatAClientLosesIsPartOfItsOwn) {
  make({.max_queue_bytes = 4 * 1024});
  start_both();
  FakePort port;
  FanOut::Client& peer = everything(port);
  port.stop();
  feed(writer.trade(btc));
  drain();
  distributor->lost([](std::uint16_t) { return true; }, 1'000, wire::GapScope::Link, now);
  for (int i = 0; i < 200; ++i) feed(writer.trade(btc));
  drain();
  distributor->lost([](std::uint16_t) { return true; }, 10'000, wire::GapScope::Link, now);
  drain();
  EXPECT_EQ(distributor->missed(wire::GapScope::Link), 11'000U);
  port.resume();
  fan_out().serve(peer, now);
  ASSERT_EQ(port.reader.gaps.size(), 1U);
  EXPECT_EQ(port.reader.gaps[0].missed, 200U + 11'000U);
}

TEST_F(FanOutTest, AClientFarBehindInTheStreamKeepsItsFewFrames) {
  // Its queue is short, but reaches further back than chunks are kept.
  make({.max_queue_bytes = 64 * 1024, .chunk_bytes = 4 * 1024, .window_bytes = 16 * 1024});
  start_both();
  FakePort rare;
  FanOut::Client& peer = client(rare);
  ASSERT_TRUE(fan_out().subscribe(peer, std::span(&eth, 1), channel(MessageType::Trade)));
  drain();
  rare.stop();
  for (int i = 0; i < 10'000; ++i) {
    feed(writer.trade(i % 100 == 0 ? eth : btc));
    drain();
  }
  EXPECT_LE(fan_out().shared_chunks(), 7U);
  rare.resume();
  fan_out().serve(peer, now);
  EXPECT_TRUE(rare.reader.gaps.empty());
  ASSERT_EQ(rare.reader.trades.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(rare.reader.trades[i], i * 100 + 1);
}

TEST_F(FanOutTest, ALossOnTheWayMakesBooksStaleForAllUntilTheyAreShownToBeRight) {
  start_both();
  FakePort port;
  everything(port);
  distributor->lost([](std::uint16_t) { return true; }, 3, wire::GapScope::Bus, now);
  drain();
  EXPECT_EQ(port.reader.gaps.back().scope, wire::GapScope::Bus);
  EXPECT_EQ(port.reader.book(btc).state(), BookState::Stale);
  EXPECT_EQ(port.reader.book(btc).reason(), BookReason::BusLoss);
  EXPECT_TRUE(asked.empty());
  feed(writer.move(btc));  // chains: nothing of it was lost
  drain();
  EXPECT_TRUE(port.reader.book(btc).live());
  EXPECT_TRUE(same_book(port.reader.book(btc), source.book(btc)));
  EXPECT_FALSE(port.reader.book(eth).live());
  distributor->tick(now + std::chrono::seconds{2});
  EXPECT_EQ(asked, std::vector{eth}) << "a book that stays in doubt is asked for";
  for (const auto& frame : writer.start(eth, "binance:ETH-USDT")) feed(frame);
  drain();
  EXPECT_TRUE(same_book(port.reader.book(eth), source.book(eth)));
}

TEST_F(FanOutTest, ABrokenChainIsStaleAtOnceAndAskedFor) {
  start_both();
  FakePort port;
  everything(port);
  writer.move(btc);  // lost without a word
  distributor->publish(writer.move(btc).view());
  drain();
  EXPECT_EQ(port.reader.book(btc).state(), BookState::Stale);
  EXPECT_TRUE(port.reader.book(eth).live());
  EXPECT_EQ(asked, std::vector{btc});
  source.books.erase(btc);
  for (const auto& frame : writer.start(btc, "binance:BTC-USDT")) feed(frame);
  drain();
  EXPECT_TRUE(port.reader.book(btc).live());
  EXPECT_TRUE(same_book(port.reader.book(btc), source.book(btc)));
}

TEST_F(FanOutTest, AnUnbrokenLinkHoldsNothingBackAndGivesAllBooksAtOnce) {
  make({.max_queue_bytes = 4 * 1024, .gap_scope = wire::GapScope::Link, .unbroken = true});
  start_both();
  FakePort port;
  FanOut::Client& peer = everything(port);
  port.stop();
  for (int i = 0; i < 100; ++i) {
    feed(writer.trade(btc));
    feed(writer.move(btc));
    feed(writer.move(eth));
    drain();
  }
  port.resume();
  fan_out().serve(peer, now);
  const std::size_t from = port.reader.frames.size();
  distributor->lost([](std::uint16_t) { return true; }, 1, wire::GapScope::Bus, now);
  std::uint32_t next = 0;
  for (int i = 0; i < 10; ++i) {
    const auto trade = writer.trade(btc);
    if (i == 0) next = trade.view().sequence();
    feed(trade);
    feed(writer.move(btc));
    drain();
  }
  ASSERT_EQ(port.reader.gaps.size(), 2U);
  EXPECT_EQ(port.reader.gaps[0].scope, wire::GapScope::Link);
  EXPECT_TRUE(same_book(port.reader.book(btc), source.book(btc)));
  for (std::size_t i = from; i != port.reader.frames.size(); ++i) {
    const FrameView frame = port.reader.frames[i].view();
    if (frame.has(wire::flag::recovered) || frame.type() == MessageType::Gap) continue;
    EXPECT_EQ(frame.sequence(), next++);
  }
}

TEST_F(FanOutTest, HeartbeatsComeAtTheirInterval) {
  FakePort port;
  everything(port);
  distributor->tick(now + std::chrono::seconds{29});
  drain();
  EXPECT_EQ(port.reader.count(MessageType::Heartbeat), 0U);
  distributor->tick(now + std::chrono::seconds{30});
  drain();
  EXPECT_EQ(port.reader.count(MessageType::Heartbeat), 1U);
  EXPECT_EQ(port.reader.frames.back().view().as<wire::Heartbeat>()->interval, std::chrono::seconds{30});
}

TEST_F(FanOutTest, OneRecoveredBookIsEncodedOnceForAllWhoJoinTogether) {
  start_both();
  FakePort ports[3];
  for (FakePort& port : ports) ASSERT_TRUE(fan_out().subscribe(client(port), {}, all_channels));
  for (FakePort& port : ports) port.stop();  // so that the pieces are kept
  drain();
  const auto snapshot_at = [](const FakePort& port) {
    for (const auto& piece : port.held) {
      const std::string_view bytes = piece.view();
      for (std::size_t at = 0; at < bytes.size();) {
        const auto frame = FrameView::parse(std::as_bytes(std::span(bytes.substr(at))));
        if (frame->type() == MessageType::L2Snapshot) return frame->bytes().data();
        at += frame->size();
      }
    }
    return static_cast<const std::byte*>(nullptr);
  };
  EXPECT_NE(snapshot_at(ports[0]), nullptr);
  EXPECT_EQ(snapshot_at(ports[0]), snapshot_at(ports[1]));
  EXPECT_EQ(snapshot_at(ports[0]), snapshot_at(ports[2]));
}

TEST_F(FanOutTest, TextIsEncodedOnceForAllWhoWantIt) {
  int encoded = 0;
  make({.encode_json = [&](FrameView frame, std::string& out) {
    ++encoded;
    // A frame of its own kind, so that the fake port can read it: the payload dropped, the type kept.
    out.append(reinterpret_cast<const char*>(frame.bytes().data()), frame.size());
  }});
  start_both();
  FakePort ports[3];
  for (FakePort& port : ports) {
    ASSERT_TRUE(
        fan_out().subscribe(fan_out().add(port, "json", Format::Json, true, now), {}, channel(MessageType::Trade)));
  }
  drain();
  encoded = 0;
  for (int i = 0; i < 10; ++i) feed(writer.trade(btc));
  for (int i = 0; i < 10; ++i) feed(writer.move(btc));
  drain();
  EXPECT_EQ(encoded, 10) << "what nobody asked for is not encoded";
  for (FakePort& port : ports) EXPECT_EQ(port.reader.trades.size(), 10U);
}

TEST_F(FanOutTest, AClientMayLeaveWithAFullQueue) {
  start_both();
  FakePort port;
  FakePort other;
  FanOut::Client& peer = everything(port);
  everything(other);
  port.stop();
  for (int i = 0; i < 100; ++i) {
    feed(writer.trade(btc));
    drain();
  }
  fan_out().remove(peer);
  feed(writer.trade(btc));
  drain();
  EXPECT_EQ(other.reader.trades.size(), 101U);
  EXPECT_EQ(fan_out().clients(), 1U);
}

TEST_F(FanOutTest, ASecondConnectorsBookIsLeftOutAndSaidSo) {
  start_both();
  FakePort port;
  everything(port);
  Writer other(2);
  for (const auto& frame : other.start(btc, "binance:BTC-USDT")) distributor->publish(frame.view());
  drain();
  EXPECT_TRUE(same_book(port.reader.book(btc), source.book(btc)));
  EXPECT_EQ(distributor->foreign_frames(), 3U);
  ASSERT_EQ(log.events.size(), 1U);
  EXPECT_EQ(log.events[0].name, "book_written_twice");
}

TEST(Subscription, NamesAtMostSoManySymbols) {
  Subscription subscription;
  std::vector<SymbolHash> symbols(Subscription::max_named_symbols);
  for (std::size_t i = 0; i < symbols.size(); ++i) symbols[i] = i + 1;
  EXPECT_TRUE(subscription.add(symbols, all_channels));
  EXPECT_TRUE(subscription.add(symbols, all_channels));
  const SymbolHash one_more = symbols.size() + 1;
  const auto refused = subscription.add(std::span(&one_more, 1), all_channels);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
}

TEST(Subscription, DeltasBringSnapshotsAndBothBringTheStatus) {
  Subscription subscription;
  ASSERT_TRUE(subscription.add({}, channel(MessageType::L2Delta)));
  EXPECT_EQ(subscription.of(btc) & book_channels, book_channels);
  EXPECT_EQ(subscription.of(btc) & channel(MessageType::Trade), 0U);
  ASSERT_TRUE(subscription.remove({}, 0));
  EXPECT_EQ(subscription.of(btc), always_told);
}

}  // namespace
}  // namespace trunkline::relay
