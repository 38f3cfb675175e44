#include "trunkline/book/book.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace trunkline::book {
namespace {

using wire::BookReason;
using wire::BookState;

constexpr SymbolHash mine = 42;

wire::Level level(std::int64_t price, std::int64_t quantity) {
  return {Price::from_int(price), Quantity::from_int(quantity)};
}
using Levels = std::vector<wire::Level>;

class BookTest : public ::testing::Test {
 protected:
  template <class Message, class... Tails>
  Outcome feed(Message message, std::uint8_t flags, const Tails&... tails) {
    alignas(8) std::byte bytes[8192];
    if (message.symbol == 0) message.symbol = mine;
    const std::size_t size = wire::encode(bytes, message, tails..., flags, 0);
    EXPECT_NE(size, 0U);
    return book_.apply(*wire::FrameView::parse(std::span(bytes).first(size)));
  }
  Outcome status(BookState state, BookReason reason = BookReason::None) {
    wire::BookStatus message;
    message.state = state;
    message.integrity = wire::Integrity::Sequenced;
    message.reason = reason;
    return feed(message, 0);
  }
  Outcome snapshot(std::uint64_t id, const Levels& bids, const Levels& asks, bool live = false, bool more = false) {
    wire::L2Snapshot message;
    message.update_id = id;
    message.detail = live ? live_once_applied : 0;
    return feed(message, more ? wire::flag::more : 0, std::span<const wire::Level>(bids),
                std::span<const wire::Level>(asks));
  }
  Outcome delta(std::uint64_t previous, std::uint64_t id, const Levels& bids, const Levels& asks, bool live = true,
                bool more = false) {
    wire::L2Delta message;
    message.previous_update_id = previous;
    message.update_id = id;
    message.detail = live ? live_once_applied : 0;
    return feed(message, more ? wire::flag::more : 0, std::span<const wire::Level>(bids),
                std::span<const wire::Level>(asks));
  }

  Book book_{mine, {.tick = Price::from_int(1)}};
};

TEST_F(BookTest, GoesLiveBySnapshotDeltasAndStatus) {
  EXPECT_EQ(status(BookState::Syncing, BookReason::Subscribed), Outcome::Status);
  EXPECT_EQ(snapshot(10, {level(99, 1)}, {level(101, 1)}), Outcome::Applied);
  EXPECT_FALSE(book_.live());
  EXPECT_EQ(delta(10, 12, {level(100, 2)}, {}, false), Outcome::Applied);
  EXPECT_FALSE(book_.live());
  EXPECT_EQ(status(BookState::Live), Outcome::Status);
  EXPECT_TRUE(book_.live());
  EXPECT_EQ(delta(12, 15, {}, {level(101, 0)}), Outcome::Applied);
  EXPECT_TRUE(book_.live());
  EXPECT_EQ(book_.update_id(), 15U);
  EXPECT_EQ(book_.ladder().best_bid(), level(100, 2));
  EXPECT_TRUE(book_.ladder().best_ask().price.is_absent());
}

TEST_F(BookTest, ABrokenChainMakesItStaleUntilTheNextSnapshot) {
  snapshot(10, {level(99, 1)}, {level(101, 1)}, true);
  EXPECT_TRUE(book_.live());
  EXPECT_EQ(delta(11, 12, {}, {}), Outcome::Gap);
  EXPECT_EQ(book_.state(), BookState::Stale);
  EXPECT_EQ(book_.reason(), BookReason::BusLoss);
  EXPECT_EQ(delta(12, 13, {}, {}), Outcome::Ignored);
  EXPECT_EQ(status(BookState::Live), Outcome::Status);
  EXPECT_FALSE(book_.live());
  EXPECT_EQ(snapshot(20, {level(98, 1)}, {level(101, 1)}, true), Outcome::Applied);
  EXPECT_TRUE(book_.live());
  EXPECT_EQ(book_.losses(), 1U);
}

TEST_F(BookTest, IsNeverCrossedAndLive) {
  snapshot(10, {level(99, 1)}, {level(101, 1)}, true);
  EXPECT_EQ(delta(10, 11, {level(101, 5)}, {}), Outcome::Crossed);
  EXPECT_EQ(book_.state(), BookState::Stale);
  EXPECT_EQ(book_.reason(), BookReason::Crossed);
  EXPECT_EQ(snapshot(12, {level(101, 1)}, {level(101, 1)}, true), Outcome::Crossed);
  EXPECT_FALSE(book_.live());
}

TEST_F(BookTest, AppliesThePartsOfAMessageAsOne) {
  EXPECT_EQ(snapshot(10, {level(99, 1)}, {}, true, true), Outcome::Part);
  EXPECT_FALSE(book_.live());
  EXPECT_EQ(snapshot(10, {}, {level(101, 1)}, true), Outcome::Applied);
  EXPECT_TRUE(book_.live());
  EXPECT_EQ(book_.ladder().size(Side::Bid), 1U);
  // Bids of the first part meet asks that the second part removes.
  EXPECT_EQ(delta(10, 14, {level(101, 1)}, {}, true, true), Outcome::Part);
  EXPECT_FALSE(book_.live());
  EXPECT_EQ(delta(10, 14, {}, {level(101, 0), level(102, 1)}), Outcome::Applied);
  EXPECT_TRUE(book_.live());
}

TEST_F(BookTest, APartThatNeverCameIsALoss) {
  snapshot(10, {level(99, 1)}, {level(101, 1)}, true);
  EXPECT_EQ(delta(10, 14, {level(98, 1)}, {}, true, true), Outcome::Part);
  EXPECT_EQ(delta(14, 15, {level(97, 1)}, {}), Outcome::Gap);
  EXPECT_EQ(book_.state(), BookState::Stale);
}

TEST_F(BookTest, TheVenuesFaultIsTheBooksFault) {
  snapshot(10, {level(99, 1)}, {level(101, 1)}, true);
  status(BookState::Stale, BookReason::SequenceGap);
  EXPECT_EQ(book_.state(), BookState::Stale);
  EXPECT_EQ(book_.reason(), BookReason::SequenceGap);
  EXPECT_EQ(delta(10, 11, {}, {}), Outcome::Ignored);
  EXPECT_EQ(book_.losses(), 0U);
}

TEST_F(BookTest, LossToldByTheCallerMakesItStale) {
  snapshot(10, {level(99, 1)}, {level(101, 1)}, true);
  book_.lost();
  EXPECT_EQ(book_.state(), BookState::Stale);
  EXPECT_EQ(book_.reason(), BookReason::BusLoss);
}

TEST_F(BookTest, LeavesOtherSymbolsAndMessagesAlone) {
  wire::L2Snapshot other;
  other.symbol = 43;
  EXPECT_EQ(feed(other, 0, std::span<const wire::Level>{}, std::span<const wire::Level>{}), Outcome::NotMine);
  EXPECT_EQ(feed(wire::Trade{}, 0), Outcome::NotMine);
  EXPECT_EQ(book_.state(), BookState::Init);
}

TEST_F(BookTest, ALateJoinersStatusBeforeTheSnapshotIsNotYetLive) {
  status(BookState::Live);
  EXPECT_EQ(book_.state(), BookState::Syncing);
  snapshot(10, {level(99, 1)}, {level(101, 1)}, true);
  EXPECT_TRUE(book_.live());
}

}  // namespace
}  // namespace trunkline::book
