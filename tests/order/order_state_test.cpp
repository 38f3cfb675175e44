#include "trunkline/order/order_state.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "order/orders.hpp"

namespace trunkline::order::test {
namespace {

TEST(OrderState, FilledIsNeverLeft) {
  for (const OrderState to : all_order_states) EXPECT_EQ(transition(OrderState::Filled, to), Transition::No);
}

TEST(OrderState, AfterCancellationOrExpiryOnlyFillingFollows) {
  for (const OrderState from : {OrderState::Cancelled, OrderState::Expired}) {
    for (const OrderState to : all_order_states) {
      EXPECT_EQ(transition(from, to), to == OrderState::Filled ? Transition::Yes : Transition::No);
    }
  }
}

TEST(OrderState, WhatWasToldAsFailedComesBackOnlyWithAnAlarm) {
  for (const OrderState to : all_order_states) {
    EXPECT_NE(transition(OrderState::Failed, to), Transition::Yes) << wire::to_text(to);
  }
  EXPECT_EQ(transition(OrderState::Failed, OrderState::Open), Transition::Alarm);
  EXPECT_EQ(transition(OrderState::Failed, OrderState::Filled), Transition::Alarm);
}

TEST(OrderState, NothingIsUnknownBeforeItWasSentOrAfterTheVenueSpoke) {
  for (const OrderState from : all_order_states) {
    EXPECT_EQ(transition(from, OrderState::Unknown) != Transition::No, from == OrderState::PendingSubmit)
        << wire::to_text(from);
  }
}

TEST(OrderState, NothingGoesBackToBeforeItWasSent) {
  for (const OrderState from : all_order_states) {
    EXPECT_EQ(transition(from, OrderState::PendingCreate), Transition::No);
    EXPECT_EQ(transition(from, OrderState::PendingSubmit) != Transition::No, from == OrderState::PendingCreate);
  }
}

TEST(OrderState, EveryStateThatIsNotTerminalCanEnd) {
  for (const OrderState from : all_order_states) {
    if (is_terminal(from)) continue;
    EXPECT_TRUE(std::ranges::any_of(all_order_states, [&](OrderState to) {
      return is_terminal(to) && transition(from, to) == Transition::Yes;
    })) << wire::to_text(from);
  }
}

TEST(OrderState, AStateThatIsNoneLeadsNowhere) {
  EXPECT_EQ(transition(OrderState{200}, OrderState::Open), Transition::No);
  EXPECT_EQ(transition(OrderState::Open, OrderState{200}), Transition::No);
}

TEST(OrderState, TheTableOfTheDocsIsTheTableOfTheCode) {
  std::ifstream in(TRUNKLINE_SOURCE_DIR "/docs/orders.md");
  const std::string docs{std::istreambuf_iterator<char>(in), {}};
  ASSERT_FALSE(docs.empty());
  EXPECT_NE(docs.find(transition_table()), std::string::npos) << "docs/orders.md wants this table:\n"
                                                              << transition_table();
}

}  // namespace
}  // namespace trunkline::order::test
