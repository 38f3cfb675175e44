// A connector of one's own: what it emits, and what readers make of it.
#include <atomic>

#include "my_connector.hpp"
#include "recorder.hpp"
#include "trunkline/book/book.hpp"

namespace trunkline::connector::test {
namespace {

// A reader of the ring that keeps the book.
struct Reader {
  explicit Reader(const Mine& connector) : reader(connector.ring()->subscribe()), book(connector.btc) {}
  void read() {
    for (auto poll = reader.poll(); poll.kind == bus::PollKind::Frame; poll = reader.poll()) {
      types.push_back(poll.frame.type());
      book.apply(poll.frame);
      if (const auto* mapping = poll.frame.as<wire::SymbolMapping>()) mappings.emplace_back(text(*mapping));
      if (const auto* status = poll.frame.as<wire::ConnectionStatus>()) connections.push_back(status->state);
    }
  }
  bus::RingReader reader;
  book::Book book;
  std::vector<wire::MessageType> types;
  std::vector<std::string> mappings;
  std::vector<wire::ConnectionState> connections;
};

TEST(PushConnector, NamesItsSymbolBeforeTheFirstTrade) {
  Mine connector("mine");
  Reader reader(connector);
  EXPECT_EQ(connector.trade(7), EmitResult::Published);
  auto poll = reader.reader.poll();
  ASSERT_NE(poll.frame.as<wire::SymbolMapping>(), nullptr);
  EXPECT_EQ(text(*poll.frame.as<wire::SymbolMapping>()), "mine:BTC-USD");
  poll = reader.reader.poll();
  const auto* trade = poll.frame.as<wire::Trade>();
  ASSERT_NE(trade, nullptr);
  EXPECT_TRUE(poll.frame.has(wire::flag::side_sell));
  EXPECT_EQ(trade->price, *Price::parse("100.5"));
  EXPECT_EQ(trade->exchange_time, Nanos{5s});
  EXPECT_GT(trade->receive_time, Nanos{0});
  EXPECT_EQ(trade->source >> 4, static_cast<int>(connector.id()));
  EXPECT_EQ(reader.reader.poll().kind, bus::PollKind::Empty);
}

TEST(PushConnector, BookIsLiveOnceItsSnapshotIsThereAndFollowsDeltas) {
  Recorder log;
  Mine connector("mine", &log);
  Reader reader(connector);
  EXPECT_EQ(connector.snapshot(10), EmitResult::Published);
  EXPECT_EQ(connector.delta(10, 11, level("100", "3")), EmitResult::Published);
  reader.read();
  EXPECT_TRUE(reader.book.live());
  EXPECT_EQ(reader.book.update_id(), 11U);
  EXPECT_EQ(reader.book.ladder().best_bid().quantity, Quantity::from_int(3));
  EXPECT_EQ(connector.snapshot(20), EmitResult::Published);  // once more, while it is Live
  reader.read();
  EXPECT_TRUE(reader.book.live());
  EXPECT_EQ(reader.book.ladder().best_bid().quantity, Quantity::from_int(1));
  EXPECT_EQ(reader.book.resyncs(), 0U);
  EXPECT_EQ(log.count("book_live"), 1U);
}

TEST(PushConnector, GapMakesTheBookStaleAndAsksForASnapshotOnce) {
  Mine connector("mine");
  Reader reader(connector);
  connector.snapshot(10);
  EXPECT_EQ(connector.delta(12, 13, level("100", "3")), EmitResult::Gap);
  EXPECT_EQ(connector.delta(13, 14, level("100", "3")), EmitResult::Waiting);
  EXPECT_EQ(connector.asked, 1);
  reader.read();
  EXPECT_EQ(reader.book.state(), wire::BookState::Stale);
  EXPECT_EQ(reader.book.reason(), wire::BookReason::SequenceGap);
  connector.snapshot(14);
  EXPECT_EQ(connector.delta(13, 14, level("100", "9")), EmitResult::Waiting) << "the snapshot has it";
  EXPECT_EQ(connector.delta(14, 15, level("100", "4")), EmitResult::Published);
  reader.read();
  EXPECT_TRUE(reader.book.live());
  EXPECT_EQ(reader.book.gaps(), 1U);
  EXPECT_EQ(reader.book.ladder().best_bid().quantity, Quantity::from_int(4));
}

TEST(PushConnector, SnapshotMayBeEmittedFromTheRequestItself) {
  Mine connector("mine");
  Reader reader(connector);
  connector.answer = [&] { connector.snapshot(30); };
  EXPECT_EQ(connector.delta(1, 2, level("100", "3")), EmitResult::Waiting);
  reader.read();
  EXPECT_TRUE(reader.book.live());
  EXPECT_EQ(reader.book.update_id(), 30U);
  EXPECT_EQ(connector.emit_book_lost(connector.btc), EmitResult::Gap);
  EXPECT_EQ(connector.asked, 2);
  reader.read();
  EXPECT_TRUE(reader.book.live());
}

TEST(PushConnector, CrossedOrImpossibleLevelsNeverPassAsLive) {
  Mine connector("mine");
  Reader reader(connector);
  connector.snapshot(10);
  EXPECT_EQ(connector.delta(10, 11, {Price::absent(), Quantity::from_int(1)}), EmitResult::Invalid);
  EXPECT_EQ(connector.delta(10, 11, {Price::from_int(1), Quantity::from_int(-1)}), EmitResult::Invalid);
  EXPECT_EQ(connector.delta(10, 11, level("105", "3")), EmitResult::Crossed);
  reader.read();
  EXPECT_EQ(reader.book.reason(), wire::BookReason::Crossed);
  EXPECT_EQ(connector.emit_trade({.symbol = 12345}), EmitResult::UnknownSymbol);
  EXPECT_EQ(connector.emit_trade({.symbol = connector.btc, .price = Price::absent()}), EmitResult::Invalid);
}

TEST(PushConnector, LostConnectionMakesItsBooksStaleAndNamesSymbolsAnewWhenItIsBack) {
  Mine connector("mine");
  Reader reader(connector);
  connector.emit_connection(wire::ConnectionState::Connected);
  connector.snapshot(10);
  EXPECT_TRUE(connector.report().connected);
  connector.emit_connection(wire::ConnectionState::Disconnected, "wss://here", "gone");
  reader.read();
  EXPECT_EQ(reader.book.reason(), wire::BookReason::Disconnected);
  EXPECT_FALSE(connector.report().connected);
  connector.emit_connection(wire::ConnectionState::Connected);
  reader.read();
  EXPECT_EQ(reader.mappings.size(), 2U);
  EXPECT_EQ(connector.report().reconnects, 1U);
  EXPECT_EQ(reader.book.gaps(), 0U);
}

TEST(PushConnector, PooledUpdateIsFreeOncePublished) {
  Mine connector("mine");
  for (std::size_t i = 0; i < 3 * book_update_pool_size; ++i)
    ASSERT_EQ(connector.snapshot(i + 1), EmitResult::Published);
  std::vector<PooledBookUpdate> held;
  while (auto update = connector.acquire_book_update()) {
    EXPECT_TRUE((*update)->bids.empty());
    held.push_back(std::move(*update));
  }
  EXPECT_EQ(held.size(), book_update_pool_size);
  held.pop_back();
  EXPECT_TRUE(connector.acquire_book_update().has_value());
}

TEST(PushConnector, CallbacksGetEverythingInOrderOnTheEmittingThread) {
  // What callbacks refer to outlives the connector.
  std::vector<std::string> seen;
  const auto here = std::this_thread::get_id();
  Mine connector("mine");
  connector.set_callbacks(
      {.on_book_update =
           [&](const bus::BookUpdateEvent& event) {
             EXPECT_EQ(std::this_thread::get_id(), here);
             seen.push_back(event.status != nullptr     ? std::string(wire::to_text(event.status->state))
                            : event.snapshot != nullptr ? "snapshot"
                                                        : "delta");
           },
       .on_trade = [&](const bus::TradeEvent& event) { seen.push_back(std::to_string(event.trade->trade_id)); },
       .on_connection = [&](const wire::ConnectionStatus& status) { seen.emplace_back(wire::to_text(status.state)); },
       .on_other = [&](wire::FrameView frame) { seen.emplace_back(wire::to_text(frame.type())); }});
  connector.start();
  connector.snapshot(1);
  connector.trade(42);
  connector.delta(1, 2, level("98", "1"));
  wire::Quote quote;
  quote.symbol = connector.btc;
  connector.emit_quote(quote);
  EXPECT_EQ(seen, (std::vector<std::string>{"Connected", "SymbolMapping", "Syncing", "snapshot", "Live", "42", "delta",
                                            "Quote"}));
}

TEST(PushConnector, TellsCallbacksWhatWasMoreThanTheRingHolds) {
  std::uint64_t missed = 0;
  Mine connector("mine", nullptr, false, {.capacity_bytes = 256U << 10});
  connector.set_callbacks({.on_missed = [&](std::uint64_t frames) { missed += frames; }});
  auto update = connector.acquire_book_update();
  (*update)->symbol = connector.btc;
  (*update)->kind = BookUpdateKind::Snapshot;
  for (int i = 1; i <= 40'000; ++i) (*update)->bids.push_back({Price::from_int(i), Quantity::from_int(1)});
  std::ranges::reverse((*update)->bids);
  EXPECT_EQ(connector.emit_book_update(std::move(*update)), EmitResult::Published);
  EXPECT_GT(missed, 0U);
}

TEST(PushConnector, IsSentAgainForAReaderThatMissedFrames) {
  Mine connector("mine");
  connector.snapshot(10);
  Reader late(connector);
  EXPECT_TRUE(connector.command({venue::Action::Resend, *SymbolDescriptor::parse("mine:BTC-USD"), {}}).has_value());
  late.read();
  EXPECT_TRUE(late.book.live());
  EXPECT_EQ(late.mappings.size(), 1U);
  EXPECT_EQ(connector.command({venue::Action::Subscribe, *SymbolDescriptor::parse("mine:BTC-USD"), {}}).error().code,
            ErrorCode::Unsupported);
  EXPECT_EQ(connector.resend(99).error().code, ErrorCode::NotFound);
}

TEST(PushConnector, ThreadsThatEmitAtOnceLoseNothing) {
  std::atomic<std::uint64_t> called{0};
  Mine connector("mine", nullptr, false, {.capacity_bytes = 4U << 20});
  connector.set_callbacks({.on_trade = [&](const bus::TradeEvent&) { ++called; }});
  constexpr std::uint64_t each = 5'000;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (std::uint64_t id = 1; id <= each; ++id) EXPECT_EQ(connector.trade(id), EmitResult::Published);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(called, 4 * each);
  EXPECT_EQ(connector.report().frames, 4 * each + 1);
}

}  // namespace
}  // namespace trunkline::connector::test
