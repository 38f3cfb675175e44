// The queue of a paper market at its two bounds, on tapes whose fills are worked out by hand.
#include "trunkline/paper/paper_market.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <string>

namespace trunkline::paper {
namespace {

using match::Side;
using match::Status;

constexpr QueueModel both[] = {QueueModel::Back, QueueModel::Front};

Price price(std::string_view text) {
  return *Price::parse(text);
}
Quantity amount(std::string_view text) {
  return *Quantity::parse(text);
}

struct Tape {
  explicit Tape(QueueModel queue) : market(queue) {
    show({{"100", "5"}, {"99", "8"}, {"90", "1"}}, {{"101", "4"}, {"102", "6"}, {"110", "1"}});
  }
  using Levels = std::vector<std::pair<const char*, const char*>>;
  static std::vector<wire::Level> levels(const Levels& list) {
    std::vector<wire::Level> out;
    for (const auto& [at, size] : list) out.push_back({price(at), amount(size)});
    return out;
  }
  void show(const Levels& bids, const Levels& asks) {
    market.show(levels(bids), levels(asks), tick());
    note();
  }
  void bid(const char* at, const char* size) {
    market.change(levels({{at, size}}), {}, tick());
    note();
  }
  void ask(const char* at, const char* size) {
    market.change({}, levels({{at, size}}), tick());
    note();
  }
  void sold(const char* at, const char* size) {
    market.trade(Side::Sell, price(at), amount(size), tick());
    note();
  }
  void bought(const char* at, const char* size) {
    market.trade(Side::Buy, price(at), amount(size), tick());
    note();
  }
  PaperResult place(OrderNumber number, Side side, const char* at, const char* size,
                    match::TimeInForce rule = match::TimeInForce::GoodTilCancel) {
    const PaperResult result = market.place(
        {.number = number, .side = side, .time_in_force = rule, .price = price(at), .quantity = amount(size)});
    note();
    return result;
  }
  std::string ahead(OrderNumber number) const {
    const auto there = market.ahead(number);
    return there ? there->to_text() : "?";
  }
  // "1 2@100 maker, ..." of all so far, which are then forgotten.
  std::string fills() { return std::exchange(filled, ""); }

  PaperMarket market;
  std::string filled;
  Quantity total{};

 private:
  Moment tick() { return {Nanos{0}, now += std::chrono::milliseconds{10}}; }
  void note() {
    for (const PaperFill& fill : market.fills()) {
      if (!filled.empty()) filled += ", ";
      filled += std::to_string(fill.order) + " " + fill.quantity.to_text() + "@" + fill.price.to_text() +
                (fill.maker ? " maker" : " taker");
      total = *checked_add(total, fill.quantity);
    }
  }
  Nanos now{0};
};

TEST(PaperQueue, AtTheBackAnOrderWaitsForAllThatWasDisplayedBeforeIt) {
  Tape tape(QueueModel::Back);
  EXPECT_EQ(tape.place(1, Side::Buy, "100", "2").status, Status::Resting);
  EXPECT_EQ(tape.ahead(1), "5");
  tape.sold("100", "3");
  EXPECT_EQ(tape.ahead(1), "2");
  tape.bid("100", "2");
  EXPECT_EQ(tape.ahead(1), "2");
  EXPECT_EQ(tape.fills(), "");
  tape.sold("100", "3");
  EXPECT_EQ(tape.fills(), "1 1@100 maker");
  tape.sold("100", "3");
  EXPECT_EQ(tape.fills(), "1 1@100 maker");
}

TEST(PaperQueue, AtTheFrontAnOrderFillsFirst) {
  Tape tape(QueueModel::Front);
  tape.place(1, Side::Buy, "100", "2");
  EXPECT_EQ(tape.ahead(1), "0");
  tape.sold("100", "1.5");
  EXPECT_EQ(tape.fills(), "1 1.5@100 maker");
  tape.bid("100", "3.5");
  tape.sold("100", "3");
  EXPECT_EQ(tape.fills(), "1 0.5@100 maker");
}

TEST(PaperQueue, ALevelThatShrinksWithoutATradeShrinksFromBehind) {
  Tape tape(QueueModel::Back);
  tape.place(1, Side::Buy, "100", "2");
  tape.bid("100", "9");  // 5 ahead, 4 behind
  tape.bid("100", "6");
  EXPECT_EQ(tape.ahead(1), "5");
  tape.bid("100", "3");  // more than stood behind: 2 of those ahead have gone
  EXPECT_EQ(tape.ahead(1), "3");
  tape.bid("100", "8");  // who comes now stands behind
  EXPECT_EQ(tape.ahead(1), "3");
}

TEST(PaperQueue, ATradeAndItsChangeOfTheBookGiveOnePositionInEitherOrder) {
  struct Case {
    const char* behind;  // displayed before, in all
    const char* trade;
    const char* after;  // displayed after
    const char* ahead;
  };
  for (const Case& each : {Case{"5", "3", "2", "2"},     // nothing behind
                           Case{"9", "3", "6", "2"},     // 4 behind
                           Case{"6", "3", "3", "2"},     // 1 behind
                           Case{"6", "3", "1", "1"},     // 2 more were cancelled with it
                           Case{"6", "3", "4", "2"}}) {  // and 1 came
    Tape first(QueueModel::Back);
    first.place(1, Side::Buy, "100", "2");
    first.bid("100", each.behind);
    first.sold("100", each.trade);
    first.bid("100", each.after);
    Tape last(QueueModel::Back);
    last.place(1, Side::Buy, "100", "2");
    last.bid("100", each.behind);
    last.bid("100", each.after);
    last.sold("100", each.trade);
    EXPECT_EQ(first.ahead(1), each.ahead) << each.behind << " " << each.after;
    EXPECT_EQ(last.ahead(1), each.ahead) << each.behind << " " << each.after;
    EXPECT_EQ(first.fills(), "");
    EXPECT_EQ(last.fills(), "");
  }
}

TEST(PaperQueue, ATradeLaterThanTheChangeIsAnotherOne) {
  PaperMarket market(QueueModel::Back);
  const auto levels = Tape::levels({{"100", "5"}, {"90", "1"}});
  market.show(levels, {}, {});
  market.place({.number = 1, .side = Side::Buy, .price = price("100"), .quantity = amount("1")});
  const auto less = Tape::levels({{"100", "3"}});
  market.change(less, {}, {Nanos{100}, Nanos{1000}});
  market.trade(Side::Sell, price("100"), amount("1"), {Nanos{100}, Nanos{1001}});  // the change told of it
  EXPECT_EQ(market.ahead(1), amount("3"));
  market.trade(Side::Sell, price("100"), amount("1"), {Nanos{101}, Nanos{1002}});
  EXPECT_EQ(market.ahead(1), amount("2"));
  market.trade(Side::Sell, price("100"), amount("1"), {Nanos{100}, Nanos{1001} + PaperMarket::explanation_window});
  EXPECT_EQ(market.ahead(1), amount("1"));
}

TEST(PaperQueue, OrdersOfOursKeepTheirOrderAndWhatStandsBetweenThem) {
  Tape tape(QueueModel::Back);
  tape.place(1, Side::Buy, "100", "1");
  tape.bid("100", "7");
  tape.place(2, Side::Buy, "100", "1");
  EXPECT_EQ(tape.ahead(1), "5");
  EXPECT_EQ(tape.ahead(2), "7");
  tape.sold("100", "6.5");  // 5, then 1 of order 1, then 0.5
  EXPECT_EQ(tape.fills(), "1 1@100 maker");
  EXPECT_EQ(tape.ahead(2), "1.5");
  tape.sold("100", "2");
  EXPECT_EQ(tape.fills(), "2 0.5@100 maker");
}

TEST(PaperQueue, ATradeThroughOurPriceFillsUpToItsQuantity) {
  for (const QueueModel queue : both) {
    Tape tape(queue);
    tape.place(1, Side::Buy, "100", "2");
    tape.sold("99", "1.5");
    EXPECT_EQ(tape.fills(), "1 1.5@100 maker");
    tape.sold("99", "9");
    EXPECT_EQ(tape.fills(), "1 0.5@100 maker");
  }
}

TEST(PaperQueue, ATradeOfTheOtherSideOrAwayFromUsFillsNothing) {
  for (const QueueModel queue : both) {
    Tape tape(queue);
    tape.place(1, Side::Buy, "99", "2");
    tape.place(2, Side::Sell, "102", "2");
    tape.bought("101", "50");
    tape.sold("100", "50");
    tape.bought("99", "50");
    EXPECT_EQ(tape.fills(), "");
  }
}

TEST(PaperQueue, OrdersToSellAreTheMirrorImage) {
  Tape back(QueueModel::Back);
  back.place(1, Side::Sell, "101", "2");
  EXPECT_EQ(back.ahead(1), "4");
  back.bought("101", "4.5");
  EXPECT_EQ(back.fills(), "1 0.5@101 maker");
  back.bought("102", "1");
  EXPECT_EQ(back.fills(), "1 1@101 maker");
  Tape front(QueueModel::Front);
  front.place(1, Side::Sell, "101", "2");
  front.bought("101", "4.5");
  EXPECT_EQ(front.fills(), "1 2@101 maker");
}

TEST(PaperQueue, BeyondWhatIsDisplayedAllThatAppearsIsAhead) {
  Tape tape(QueueModel::Back);
  tape.place(1, Side::Buy, "80", "2");
  EXPECT_EQ(tape.ahead(1), "?");
  tape.sold("80", "5");  // who knows who stood there
  EXPECT_EQ(tape.fills(), "");
  tape.bid("80", "7");
  EXPECT_EQ(tape.ahead(1), "7");
  tape.bid("80", "0");  // out of view again: at most 7 stand ahead
  EXPECT_EQ(tape.ahead(1), "7");
  tape.bid("80", "9");
  EXPECT_EQ(tape.ahead(1), "7");
  tape.bid("80", "6");
  EXPECT_EQ(tape.ahead(1), "6");
  tape.sold("79", "1");  // through it
  EXPECT_EQ(tape.fills(), "1 1@80 maker");
}

TEST(PaperQueue, WithinTheSpreadAnOrderIsFirst) {
  Tape tape(QueueModel::Back);
  tape.place(1, Side::Buy, "100.5", "2");
  tape.bid("100.5", "9");
  EXPECT_EQ(tape.ahead(1), "0");
  tape.sold("100.5", "1");
  EXPECT_EQ(tape.fills(), "1 1@100.5 maker");
}

TEST(PaperMarket, ADisplayedLevelThatReachesUsFillsAtOurPriceAndOnce) {
  for (const QueueModel queue : both) {
    Tape tape(queue);
    tape.place(1, Side::Buy, "100", "10");
    tape.show({{"99", "8"}}, {{"99.5", "3"}, {"100", "4"}, {"101", "4"}});
    EXPECT_EQ(tape.fills(), "1 3@100 maker, 1 4@100 maker");
    tape.bid("98", "1");
    tape.ask("101", "5");
    EXPECT_EQ(tape.fills(), "") << "the same quantity does not fill twice";
    tape.ask("99.5", "4");
    EXPECT_EQ(tape.fills(), "1 1@100 maker");
    tape.ask("99.5", "2");
    EXPECT_EQ(tape.fills(), "");
  }
}

TEST(PaperMarket, AMarketableOrderTakesWhatIsDisplayed) {
  for (const QueueModel queue : both) {
    Tape tape(queue);
    EXPECT_EQ(tape.place(1, Side::Buy, "102", "7").status, Status::Filled);
    EXPECT_EQ(tape.fills(), "1 4@101 taker, 1 3@102 taker");
    EXPECT_EQ(tape.place(2, Side::Buy, "102", "9", match::TimeInForce::ImmediateOrCancel).status, Status::Expired);
    EXPECT_EQ(tape.fills(), "2 3@102 taker");
    tape.bid("90", "2");  // with the next change of the book all is there again
    EXPECT_EQ(tape.place(3, Side::Buy, "102", "12", match::TimeInForce::FillOrKill).reject, match::Reject::NotFillable);
    EXPECT_EQ(tape.place(4, Side::Buy, "102", "10", match::TimeInForce::FillOrKill).status, Status::Filled);
    EXPECT_EQ(tape.fills(), "4 4@101 taker, 4 6@102 taker");
  }
}

TEST(PaperMarket, WhatWasTakenDoesNotFillTheRestOfTheSameOrder) {
  Tape tape(QueueModel::Back);
  EXPECT_EQ(tape.place(1, Side::Buy, "101", "6").status, Status::Resting);
  EXPECT_EQ(tape.fills(), "1 4@101 taker");
  tape.bid("100", "6");
  EXPECT_EQ(tape.fills(), "");
  tape.ask("101", "5");
  EXPECT_EQ(tape.fills(), "1 1@101 maker");
  EXPECT_TRUE(tape.market.cancel(1));
  tape.bid("100", "7");
  EXPECT_EQ(tape.market.engine().level(Side::Sell, price("101"))->quantity, amount("5"));
}

TEST(PaperMarket, PostOnlyIsRefusedWhereItWouldTake) {
  Tape tape(QueueModel::Back);
  EXPECT_EQ(tape.place(1, Side::Buy, "101", "1", match::TimeInForce::PostOnly).reject, match::Reject::WouldTrade);
  EXPECT_EQ(tape.place(2, Side::Buy, "100", "1", match::TimeInForce::PostOnly).status, Status::Resting);
  EXPECT_EQ(tape.market.amend(2, price("101"), amount("1"), true).reject, match::Reject::WouldTrade);
  EXPECT_EQ(tape.ahead(2), "5");
}

TEST(PaperMarket, AnAmendmentKeepsThePlaceOnlyWhereItMakesTheOrderSmaller) {
  Tape tape(QueueModel::Back);
  tape.place(1, Side::Buy, "100", "2");
  tape.bid("100", "9");
  EXPECT_EQ(tape.market.amend(1, price("100"), amount("1"), false).status, Status::Resting);
  EXPECT_EQ(tape.ahead(1), "5");
  EXPECT_EQ(tape.market.amend(1, price("100"), amount("3"), false).status, Status::Resting);
  EXPECT_EQ(tape.ahead(1), "9");
  EXPECT_EQ(tape.market.amend(1, price("99"), amount("3"), false).status, Status::Resting);
  EXPECT_EQ(tape.ahead(1), "8");
  EXPECT_EQ(tape.market.amend(1, price("101"), amount("5"), false).status, Status::Resting);
  ASSERT_EQ(tape.market.fills().size(), 1U);
  EXPECT_EQ(tape.market.fills()[0].quantity, amount("4"));
  EXPECT_EQ(tape.market.amend(7, price("101"), amount("5"), false).reject, match::Reject::UnknownOrder);
}

TEST(PaperMarket, OrdersOfOursDoNotMeetEachOther) {
  Tape tape(QueueModel::Front);
  tape.place(1, Side::Buy, "100", "2");
  EXPECT_EQ(tape.place(2, Side::Sell, "100", "1").status, Status::Expired);
  EXPECT_EQ(tape.fills(), "");
}

TEST(PaperMarket, WhileTheBookIsNotLiveWhatRestsWaits) {
  for (const QueueModel queue : both) {
    Tape tape(queue);
    tape.place(1, Side::Buy, "100", "2");
    tape.market.suspend();
    EXPECT_FALSE(tape.market.live());
    tape.sold("99", "50");
    tape.ask("99", "50");
    EXPECT_EQ(tape.fills(), "");
    tape.show({{"100", "2"}, {"90", "1"}}, {{"101", "4"}});
    EXPECT_EQ(tape.ahead(1), queue == QueueModel::Back ? "2" : "0");
    tape.sold("100", "3");
    EXPECT_EQ(tape.fills(), queue == QueueModel::Back ? "1 1@100 maker" : "1 2@100 maker");
  }
}

}  // namespace
}  // namespace trunkline::paper
