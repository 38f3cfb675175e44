#include "trunkline/relay/stream_filter.hpp"

#include <gtest/gtest.h>
#include <map>
#include <random>

#include "trunkline/wire/sequence.hpp"
#include "trunkline/wire/trade_detail.hpp"

namespace trunkline::relay {
namespace {

using namespace std::chrono_literals;
using wire::Level;

constexpr Nanos start = 1'700'000'000s;
const std::string btc_text = "binance:BTC-USDT";
const SymbolHash btc = hash_symbol_text(btc_text);
const SymbolHash eth = hash_symbol_text("binance:ETH-USDT");

Level level(int price, int quantity) {
  return {Price::from_int(price), Quantity::from_int(quantity)};
}

// A stream through the filter, and a reader behind it.
class Filtered {
 public:
  explicit Filtered(FilterConfig config) : filter(std::move(config), [this](wire::FrameView frame) { seen(frame); }) {}

  template <class Message, class... Tails>
  void take(Message message, Tails... tails) {
    message.source = 3 << 4;
    if (message.receive_time.count() == 0) message.receive_time = now;
    if (message.symbol == 0) message.symbol = btc;
    const auto bytes = std::as_writable_bytes(std::span(room_));
    const std::size_t size = wire::encode(bytes, message, tails..., flags, sequence++);
    filter.take(*wire::FrameView::parse(bytes.first(size)));
  }
  void snapshot(std::uint64_t id, const std::vector<Level>& bids, const std::vector<Level>& asks) {
    take(wire::BookStatus{.state = wire::BookState::Syncing});
    take(wire::L2Snapshot{.update_id = id}, std::span<const Level>(bids), std::span<const Level>(asks));
    take(wire::BookStatus{.update_id = id, .state = wire::BookState::Live});
  }
  void delta(std::uint64_t before, std::uint64_t id, const std::vector<Level>& bids, const std::vector<Level>& asks) {
    take(wire::L2Delta{.detail = book::live_once_applied, .previous_update_id = before, .update_id = id},
         std::span<const Level>(bids), std::span<const Level>(asks));
  }
  std::vector<Level> side(book::Side which, std::size_t depth = 0) const { return levels(reader, which, depth); }
  static std::vector<Level> levels(const book::Book& of, book::Side which, std::size_t depth) {
    std::vector<Level> out;
    of.ladder().walk(which, [&](const Level& each) {
      out.push_back(each);
      return out.size() != depth;
    });
    return out;
  }

  Nanos now = start;
  std::uint8_t flags = 0;
  std::uint32_t sequence = 100;
  StreamFilter filter;
  book::Book reader{btc};
  std::map<wire::MessageType, int> types;
  std::vector<wire::Trade> trades;
  std::vector<wire::Quote> quotes;
  std::vector<book::Outcome> outcomes;
  int out_of_sequence = 0;

 private:
  void seen(wire::FrameView frame) {
    ++types[frame.type()];
    if (last_ && frame.sequence() != wire::sequence_after(*last_)) ++out_of_sequence;
    last_ = frame.sequence();
    if (const auto* trade = frame.as<wire::Trade>()) trades.push_back(*trade);
    if (const auto* quote = frame.as<wire::Quote>()) quotes.push_back(*quote);
    if (const auto outcome = reader.apply(frame); outcome != book::Outcome::NotMine) outcomes.push_back(outcome);
  }
  std::vector<std::uint64_t> room_ = std::vector<std::uint64_t>(wire::max_frame / 8);
  std::optional<std::uint32_t> last_;
};

TEST(StreamFilter, LeavesOtherSymbolsAndKindsOutCountsThemAndNumbersTheRestAnew) {
  Filtered stream({.symbols = {btc_text}, .kinds = {venue::Channel::Trades}});
  stream.take(wire::SymbolMapping{}, std::string_view(btc_text), std::string_view("BTCUSDT"));
  for (int i = 0; i < 5; ++i) {
    stream.take(wire::Trade{.trade_id = static_cast<std::uint64_t>(i)});
    stream.take(wire::Trade{.symbol = eth});
    stream.take(wire::Trade{.detail = 1});  // an aggregate
    stream.take(wire::Quote{});
    stream.take(wire::BookStatus{.state = wire::BookState::Stale});
  }
  EXPECT_EQ(stream.types,
            (std::map<wire::MessageType, int>{{wire::MessageType::Trade, 5}, {wire::MessageType::SymbolMapping, 1}}));
  EXPECT_EQ(stream.filter.counts().symbol, 5U);
  EXPECT_EQ(stream.filter.counts().kind, 15U);
  EXPECT_EQ(stream.out_of_sequence, 0);
}

TEST(StreamFilter, CutsBooksToADepthWhereLevelsFallOutAndComeBack) {
  Filtered stream({.depth = 2});
  stream.snapshot(10, {level(99, 1), level(98, 1), level(97, 1)}, {level(101, 1), level(102, 1), level(103, 1)});
  EXPECT_TRUE(stream.reader.live());
  EXPECT_EQ(stream.side(book::Side::Bid), (std::vector{level(99, 1), level(98, 1)}));
  stream.delta(10, 11, {level(100, 5)}, {});  // 98 falls out
  EXPECT_EQ(stream.side(book::Side::Bid), (std::vector{level(100, 5), level(99, 1)}));
  stream.delta(11, 12, {level(97, 9)}, {});  // below the cut: nothing to tell
  stream.delta(12, 13, {level(100, 0), level(99, 0)}, {level(101, 0)});
  EXPECT_EQ(stream.side(book::Side::Bid), (std::vector{level(98, 1), level(97, 9)}));
  EXPECT_EQ(stream.side(book::Side::Ask), (std::vector{level(102, 1), level(103, 1)}));
  EXPECT_EQ(stream.reader.update_id(), 13U);
  EXPECT_TRUE(stream.reader.live());
  EXPECT_EQ(stream.types[wire::MessageType::L2Delta], 2);
  EXPECT_EQ(stream.filter.counts().joined, 1U);
}

TEST(StreamFilter, TellsAConflatedBookOnceAnIntervalWithIdsThatChain) {
  Filtered stream({.conflation = 100ms});
  stream.snapshot(1, {level(99, 1)}, {level(101, 1)});
  for (std::uint64_t id = 2; id <= 51; ++id) {
    stream.now += 10ms;
    stream.delta(id - 1, id, {level(99, static_cast<int>(id))}, {});
  }
  EXPECT_EQ(stream.types[wire::MessageType::L2Delta], 5);
  EXPECT_EQ(stream.reader.update_id(), 51U);
  stream.now += 10ms;
  stream.delta(51, 52, {level(99, 7)}, {level(102, 3)});
  EXPECT_EQ(stream.reader.update_id(), 51U);
  stream.filter.tick(stream.now + 50ms);
  EXPECT_EQ(stream.reader.update_id(), 51U);
  stream.filter.tick(stream.now + 100ms);
  EXPECT_EQ(stream.reader.update_id(), 52U);
  EXPECT_EQ(stream.side(book::Side::Bid), std::vector{level(99, 7)});
  EXPECT_TRUE(stream.reader.live());
  EXPECT_EQ(stream.filter.counts().joined, 45U);
}

TEST(StreamFilter, TellsTheLastQuoteOfAnInterval) {
  Filtered stream({.conflation = 100ms});
  for (int i = 1; i <= 5; ++i) stream.take(wire::Quote{.update_id = static_cast<std::uint64_t>(i)});
  ASSERT_EQ(stream.quotes.size(), 1U);
  stream.filter.tick(start + 200ms);
  ASSERT_EQ(stream.quotes.size(), 2U);
  EXPECT_EQ(stream.quotes[1].update_id, 5U);
  EXPECT_EQ(stream.filter.counts().joined, 3U);
  stream.filter.tick(start + 900ms);
  EXPECT_EQ(stream.quotes.size(), 2U);
}

TEST(StreamFilter, MarksTradesOutsideOfTheBandAndHandsThemOn) {
  Filtered stream({.price_band = 500});
  stream.take(wire::Trade{.price = Price::from_int(90)});  // nothing to compare with
  stream.take(wire::Quote{.bid_price = Price::from_int(99), .ask_price = Price::from_int(101)});
  for (const int price : {95, 105, 94, 106}) stream.take(wire::Trade{.price = Price::from_int(price)});
  ASSERT_EQ(stream.trades.size(), 5U);
  std::vector<bool> marked;
  for (const wire::Trade& trade : stream.trades)
    marked.push_back((trade.detail & wire::trade_detail::outside_band) != 0);
  EXPECT_EQ(marked, (std::vector{false, false, false, true, true}));
  EXPECT_EQ(stream.filter.counts().outliers, 2U);
  EXPECT_EQ(stream.out_of_sequence, 0);
}

TEST(StreamFilter, ABookThatLostItsSequenceIsToldToReadersAndIsRightAfterTheNextSnapshot) {
  Filtered stream({.depth = 1});
  stream.snapshot(1, {level(99, 1)}, {level(101, 1)});
  stream.delta(5, 6, {level(99, 2)}, {});
  EXPECT_EQ(stream.outcomes.back(), book::Outcome::Gap);
  EXPECT_FALSE(stream.reader.live());
  stream.delta(6, 7, {level(99, 3)}, {});
  EXPECT_FALSE(stream.reader.live());
  stream.snapshot(8, {level(98, 1), level(97, 1)}, {level(101, 1)});
  EXPECT_TRUE(stream.reader.live());
  EXPECT_EQ(stream.side(book::Side::Bid), std::vector{level(98, 1)});
}

TEST(StreamFilter, CutAndConflatedBooksEqualTheWholeOnesWheneverTheyAreTold) {
  for (const auto& [depth, conflation] : {std::pair<std::uint32_t, Nanos>{5, 0ms}, {0, 30ms}, {3, 30ms}}) {
    Filtered stream({.depth = depth, .conflation = conflation});
    Filtered direct({.price_band = 1});  // passes books as they are
    const auto both = [&](auto&& act) {
      act(stream);
      act(direct);
    };
    both([](Filtered& to) {
      std::vector<Level> bids;
      std::vector<Level> asks;
      for (int i = 0; i < 20; ++i) {
        bids.push_back(level(1000 - i, 1 + i));
        asks.push_back(level(1001 + i, 1 + i));
      }
      to.snapshot(1, bids, asks);
    });
    std::mt19937 random(7);
    std::uint64_t compared = 0;
    for (std::uint64_t id = 2; id < 3000; ++id) {
      std::vector<Level> bids;
      std::vector<Level> asks;
      for (int i = 0; i < 3; ++i) {
        bids.push_back(level(1000 - static_cast<int>(random() % 20), static_cast<int>(random() % 3)));
        asks.push_back(level(1001 + static_cast<int>(random() % 20), static_cast<int>(random() % 3)));
      }
      both([&](Filtered& to) {
        to.now += 7ms;
        to.delta(id - 1, id, bids, asks);
      });
      ASSERT_TRUE(stream.reader.live());
      // Where nothing changed within the depth, the reader's id is older and its book the same.
      if (conflation != 0ms && stream.reader.update_id() != id) continue;
      ++compared;
      for (const book::Side side : {book::Side::Bid, book::Side::Ask}) {
        ASSERT_EQ(stream.side(side), Filtered::levels(direct.reader, side, depth)) << id;
      }
    }
    EXPECT_GT(compared, conflation == 0ms ? 2900U : 500U);
    EXPECT_EQ(stream.out_of_sequence, 0);
  }
}

TEST(StreamFilter, SplitsADeltaThatIsTooLargeForAFrame) {
  Filtered stream({.conflation = 1s});
  stream.snapshot(1, {level(1, 1)}, {level(100'000, 1)});
  for (std::uint64_t id = 2; id < 52; ++id) {
    std::vector<Level> bids;
    for (int i = 0; i < 100; ++i) bids.push_back(level(static_cast<int>(id) * 100 + i, 1));
    stream.delta(id - 1, id, bids, {});
  }
  stream.filter.tick(start + 2s);
  EXPECT_EQ(stream.types[wire::MessageType::L2Delta], 2);
  EXPECT_EQ(stream.side(book::Side::Bid).size(), 5'001U);
  EXPECT_TRUE(stream.reader.live());
}

TEST(StreamFilter, IsNotWantedWithoutASetting) {
  EXPECT_FALSE(FilterConfig{}.any());
  EXPECT_TRUE(FilterConfig{.depth = 1}.any());
}

}  // namespace
}  // namespace trunkline::relay
