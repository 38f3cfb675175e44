#include "trunkline/order/order_journal.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "order/orders.hpp"
#include "support/temp_folder.hpp"
#include "trunkline/log/segment.hpp"
#include "trunkline/order/order_frames.hpp"

namespace trunkline::order::test {
namespace {

using trunkline::test::TempFolder;
using State = OrderState;
namespace fs = std::filesystem;

std::unique_ptr<OrderJournal> open_journal(const fs::path& folder, Journalled& found,
                                           std::string account = "fake:test:main") {
  auto journal = OrderJournal::open({.folder = folder, .policy = log::FlushPolicy::None}, std::move(account), found);
  EXPECT_TRUE(journal) << journal.error().message;
  return journal ? *std::move(journal) : nullptr;
}

Journalled read_journal(const fs::path& folder) {
  Journalled found;
  open_journal(folder, found);
  return found;
}

// What must come back of an order.
std::string essence(const InFlightOrder& order) {
  std::string out = fmt::format(
      "{} {} pair {} {} {} {} {} state {} reason {} doubts {} flags {}{}{}{}{} leverage {} price {} trigger {} amount "
      "{} amend {} {} filled {} notional {} created {} good_till {} sent {} number {}",
      order.client_order_id.view(), order.exchange_order_id.view(), order.trading_pair, wire::to_text(order.side),
      wire::to_text(order.order_type), wire::to_text(order.time_in_force), wire::to_text(order.position_action),
      wire::to_text(order.state), wire::to_text(order.reason), order.doubts, order.reduce_only, order.post_only,
      order.external, order.lost, order.cancel_requested, order.leverage, order.price.raw(), order.trigger_price.raw(),
      order.amount.raw(), order.amend_price.raw(), order.amend_amount.raw(), order.filled_amount.raw(),
      static_cast<std::int64_t>(order.filled_notional), order.created.count(), order.good_till.count(),
      order.sent.count(), order.number);
  for (const TradeUpdate& trade : order.fills) {
    out += fmt::format(" fill {} {} {} {} {} {} {} {} {}", trade.trade_id.view(), trade.exchange_order_id.view(),
                       wire::to_text(trade.side), trade.fill_price.raw(), trade.fill_base_amount.raw(),
                       trade.fill_quote_amount.raw(), trade.fee_currency.view(), trade.fee_amount.raw(),
                       wire::to_text(trade.liquidity));
  }
  for (const OrderFee& fee : order.fees) out += fmt::format(" fee {} {}", fee.currency.view(), fee.amount.raw());
  for (const OrderId& id : order.earlier_exchange_order_ids) out += fmt::format(" earlier {}", id.view());
  for (const auto& [name, value] : order.extra_params) out += fmt::format(" {}={}", name, value);
  return out;
}

// A compaction tells the number of an order's last change, also where the change itself was not journalled.
std::string without_number(std::string text) {
  const std::size_t at = text.find(" number ");
  return text.erase(at, text.find(' ', at + 8) - at);
}

std::map<std::string, std::string> essences(const std::vector<InFlightOrder>& orders) {
  std::map<std::string, std::string> out;
  for (const InFlightOrder& order : orders) out[order.client_order_id.str()] = essence(order);
  return out;
}

InFlightOrder rich_order(std::string_view id) {
  InFlightOrder order = make_order(id, "3", "101.5", TradeType::Sell);
  order.order_type = OrderType::StopLimit;
  order.time_in_force = TimeInForce::Gtd;
  order.position_action = PositionAction::Close;
  order.reduce_only = true;
  order.leverage = 20;
  order.trigger_price = price("102");
  order.good_till = Nanos{999};
  order.extra_params = {{"selfTradePreventionMode", "EXPIRE_MAKER"}, {"empty", ""}};
  return order;
}

// Lives orders through the tracker, as the connector does, and journals each change.
class Life {
 public:
  explicit Life(OrderJournal& journal) : journal_(journal) {}

  void place(const InFlightOrder& order) {
    ASSERT_TRUE(tracker.start_tracking(order));
    ASSERT_TRUE(journal_.placing(order, order.extra_params, Nanos{2'000}));
    tracker.submitted(order.client_order_id, Nanos{2'000});
  }
  void keep(const OrderChange& change) {
    ASSERT_TRUE(change.changed());
    ASSERT_TRUE(journal_.status(change.order, change.previous, Nanos{3'000}));
  }
  void tell(std::string_view id, std::string_view exchange, State state, Nanos at = Nanos{0}) {
    keep(tracker.process_order_update(update(id, exchange, state, at)));
  }
  void trade(TradeUpdate trade) {
    const OrderChange change = tracker.process_trade_update(trade);
    trade.trading_pair = change.order.trading_pair;
    ASSERT_TRUE(journal_.fill(trade, change.order.external, Nanos{3'000}));
    keep(change);
  }
  void cancel(std::string_view id) {
    keep(tracker.cancel_requested(id, Nanos{2'500}));
    ASSERT_TRUE(journal_.cancelling(*tracker.find(id), Nanos{2'500}));
  }

  // One order in each state that a journal can hold; what is on its way is as a new process must see it.
  void every_state() {
    place(rich_order("submitted"));
    place(make_order("unknown"));
    keep(tracker.create_failed("unknown", OrderOutcome::Unknown, OrderReason::Timeout, Nanos{5}));
    place(make_order("open"));
    tell("open", "X-open", State::Open);
    place(make_order("partial"));
    tell("partial", "X-partial", State::Open);
    TradeUpdate half = fill("t1", "partial", "X-partial", "0.5", "99.5");
    half.fee_currency = Currency::cut("BNB");
    half.fee_amount = amount("-0.00012");
    half.fill_quote_amount = amount("49.75");
    half.liquidity = Liquidity::Maker;
    trade(half);
    place(make_order("filled"));
    trade(fill("t2", "filled", "X-filled", "0.25"));
    trade(fill("t3", "filled", "X-filled", "0.75", "100.1"));
    place(make_order("cancelling"));
    tell("cancelling", "X-cancelling", State::Open);
    cancel("cancelling");
    place(make_order("cancelled"));
    tell("cancelled", "X-cancelled", State::Open);
    cancel("cancelled");
    tell("cancelled", "X-cancelled", State::Cancelled);
    trade(fill("t4", "cancelled", "X-cancelled", "0.1"));
    place(make_order("expired"));
    tell("expired", "X-expired", State::Expired);
    place(make_order("failed"));
    keep(tracker.create_failed("failed", OrderOutcome::Rejected, OrderReason::InsufficientFunds, Nanos{5}));
    place(make_order("lost"));
    tell("lost", "X-lost", State::Open);
    for (int i = 0; i < 2; ++i) tracker.process_order_not_found("lost", false, Nanos{6});
    keep(tracker.process_order_not_found("lost", false, Nanos{6}));
    place(make_order("not-cancelled"));
    tell("not-cancelled", "X-not", State::Open);
    cancel("not-cancelled");
    keep(tracker.cancel_failed("not-cancelled", OrderOutcome::Rejected, OrderReason::VenueError, Nanos{6}));
    place(make_order("amending"));
    tell("amending", "X-amending", State::Open);
    ASSERT_TRUE(journal_.amending(*tracker.find("amending"), price("98"), amount("2"), Nanos{7}));
    keep(tracker.amend_requested("amending", price("98"), amount("2"), Nanos{7}));
    place(make_order("amended"));
    tell("amended", "X-1", State::Open, Nanos{1});
    for (const int turn : {2, 3}) {
      const Price at = Price::from_int(100 - turn);
      ASSERT_TRUE(journal_.amending(*tracker.find("amended"), at, amount("1"), Nanos{7}));
      keep(tracker.amend_requested("amended", at, amount("1"), Nanos{7}));
      OrderUpdate done = update("amended", fmt::format("X-{}", turn), State::Open, Nanos{turn});
      done.price = at;
      keep(tracker.process_order_update(done));
    }
  }

  // As a process that starts must see it.
  static InFlightOrder after_restart(InFlightOrder order) {
    if (order.state == State::PendingSubmit) {
      order.state = State::Unknown;
      order.reason = OrderReason::Disconnected;
    }
    if (order.state == State::Unknown) order.doubts |= doubt::create;
    if (order.state == State::PendingCancel) order.doubts |= doubt::cancel;
    if (!order.amend_price.is_absent()) order.doubts |= doubt::amend;
    return order;
  }
  std::map<std::string, std::string> expected() const {
    std::vector<InFlightOrder> out;
    for (const InFlightOrder& order : tracker.all_orders()) {
      InFlightOrder seen = after_restart(order);
      if (seen.is_active() && seen.state == State::Unknown && seen.client_order_id == "submitted") seen.number = 0;
      out.push_back(seen);
    }
    return essences(out);
  }

  ClientOrderTracker tracker{{.expected_orders = 32}};

 private:
  OrderJournal& journal_;
};

TEST(OrderFrames, ExtraParametersComeBackOrAreRefused) {
  const ExtraParams extra{{"a", "1"}, {"b", ""}, {"c", "x=y"}};
  EXPECT_EQ(extra_text(extra), "a=1\nb=\nc=x=y\n");
  EXPECT_EQ(parse_extra("a=1\nb=\nc=x=y\n"), extra);
  EXPECT_TRUE(parse_extra("").empty());
  EXPECT_FALSE(extra_text({{"a=b", "1"}}));
  EXPECT_FALSE(extra_text({{"a", "1\n2"}}));
  EXPECT_FALSE(extra_text({{"", "1"}}));
  EXPECT_FALSE(extra_text({{"a", std::string(max_extra_text, 'x')}}));
}

TEST(OrderJournal, BringsBackOrdersOfEveryState) {
  const TempFolder folder;
  Journalled found;
  std::map<std::string, std::string> expected;
  {
    const auto journal = open_journal(folder.path(), found);
    Life life(*journal);
    ASSERT_NO_FATAL_FAILURE(life.every_state());
    expected = life.expected();
  }
  const Journalled back = read_journal(folder.path());
  EXPECT_EQ(back.damaged, 0U);
  EXPECT_EQ(essences(back.orders), expected);
  EXPECT_EQ(back.journal, found.journal);
  EXPECT_EQ(back.session, found.session + 1);
  EXPECT_TRUE(std::ranges::is_sorted(back.orders, {}, [&](const InFlightOrder& order) { return order.created; }));
}

TEST(OrderJournal, CompactionLeavesNothingOutAndCanBeDoneAgain) {
  const TempFolder folder;
  Journalled found;
  std::map<std::string, std::string> expected;
  {
    const auto journal = open_journal(folder.path(), found);
    Life life(*journal);
    ASSERT_NO_FATAL_FAILURE(life.every_state());
    expected = life.expected();
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(journal->compact(life.tracker.all_orders(), TradingState::Reducing, "by hand"));
      EXPECT_EQ(log::list_segments(folder.path())->size(), 1U);
    }
  }
  for (int run = 1; run <= 2; ++run) {
    const Journalled back = read_journal(folder.path());
    auto orders = essences(back.orders);
    EXPECT_EQ(back.damaged, 0U);
    EXPECT_EQ(back.trading_state, TradingState::Reducing);
    EXPECT_EQ(back.reason, "by hand");
    EXPECT_EQ(back.journal, found.journal);
    EXPECT_EQ(back.session, found.session + static_cast<std::uint64_t>(run));
    for (auto& [id, text] : orders) EXPECT_EQ(without_number(text), without_number(expected.at(id))) << id;
    EXPECT_EQ(orders.size(), expected.size());
  }
}

// Copies the folder with the newest segment cut to so many bytes.
void copy_cut(const fs::path& from, const fs::path& to, std::uint64_t segment, std::size_t size) {
  fs::create_directories(to);
  for (const auto& entry : fs::directory_iterator(from)) fs::copy_file(entry.path(), to / entry.path().filename());
  fs::resize_file(to / log::segment_name(segment), size);
}

TEST(OrderJournal, ACompactionThatACrashCutShortForgetsNothing) {
  const TempFolder folder;
  Journalled found;
  std::map<std::string, std::string> expected;
  std::size_t full = 0;
  {
    const auto journal = open_journal(folder / "whole", found);
    Life life(*journal);
    ASSERT_NO_FATAL_FAILURE(life.every_state());
    fs::copy(folder / "whole", folder / "before", fs::copy_options::recursive);
    ASSERT_TRUE(journal->compact(life.tracker.all_orders(), TradingState::Active, ""));
    full = fs::file_size(folder / "whole" / log::segment_name(2));
  }
  {
    const Journalled before = read_journal(folder / "before");
    expected = essences(before.orders);
    fs::remove(folder / "before" / log::segment_name(2));
  }
  fs::copy_file(folder / "whole" / log::segment_name(2), folder / "before" / log::segment_name(2));
  for (std::size_t size = 0; size <= full; size += 56) {
    copy_cut(folder / "before", folder / "cut", 2, size);
    const Journalled back = read_journal(folder / "cut");
    ASSERT_EQ(back.damaged, 0U) << size;
    const auto orders = essences(back.orders);
    ASSERT_EQ(orders.size(), expected.size()) << size;
    for (const auto& [id, text] : orders) ASSERT_EQ(without_number(text), without_number(expected.at(id))) << size;
    fs::remove_all(folder / "cut");
  }
}

TEST(OrderJournal, ATornTailTakesTheLastRecordAndNothingElse) {
  const TempFolder folder;
  {
    Journalled found;
    const auto journal = open_journal(folder / "whole", found);
    Life life(*journal);
    life.place(make_order("a"));
    life.tell("a", "X1", State::Open);
    life.trade(fill("t1", "a", "X1", "0.5"));
  }
  const std::size_t full = fs::file_size(folder / "whole" / log::segment_name(1));
  std::vector<std::string> seen;
  for (std::size_t size = full; size > log::segment_header_size; --size) {
    copy_cut(folder / "whole", folder / "cut", 1, size);
    const Journalled back = read_journal(folder / "cut");
    ASSERT_EQ(back.damaged, 0U);
    std::string now = "none";
    if (!back.orders.empty()) {
      now = fmt::format("{} {}", wire::to_text(back.orders[0].state), back.orders[0].filled_amount.to_text());
    }
    if (seen.empty() || seen.back() != now) seen.push_back(now);
    fs::remove_all(folder / "cut");
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"PartiallyFilled 0.5", "Open 0.5", "Open 0", "Unknown 0", "none"}));
}

TEST(OrderJournal, AFillThatWasWrittenTwiceCountsOnce) {
  const TempFolder folder;
  {
    Journalled found;
    const auto journal = open_journal(folder.path(), found);
    Life life(*journal);
    life.place(make_order("a"));
    life.trade(fill("t1", "a", "X1", "0.5"));
    TradeUpdate again = fill("t1", "a", "X1", "0.5");
    ASSERT_TRUE(journal->fill(again, false, Nanos{1}));
  }
  const Journalled back = read_journal(folder.path());
  ASSERT_EQ(back.orders.size(), 1U);
  EXPECT_EQ(back.orders[0].filled_amount, amount("0.5"));
}

TEST(OrderJournal, AnIdThatIsUsedAgainIsAnotherOrder) {
  const TempFolder folder;
  {
    Journalled found;
    const auto journal = open_journal(folder.path(), found);
    Life life(*journal);
    life.place(make_order("a"));
    life.trade(fill("t1", "a", "X1", "1"));
    life.tracker.stop_tracking("a");
    InFlightOrder second = make_order("a", "2");
    second.created = Nanos{9'999};
    life.place(second);
  }
  const Journalled back = read_journal(folder.path());
  ASSERT_EQ(back.orders.size(), 1U);
  EXPECT_EQ(back.orders[0].amount, amount("2"));
  EXPECT_TRUE(back.orders[0].fills.empty());
}

TEST(OrderJournal, RefusesAnotherAccountsJournalAndASecondProcess) {
  const TempFolder folder;
  Journalled found;
  {
    const auto journal = open_journal(folder.path(), found);
    Journalled other;
    const auto second = OrderJournal::open({.folder = folder.path()}, "fake:test:main", other);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::AlreadyExists);
  }
  const auto other = OrderJournal::open({.folder = folder.path()}, "fake:live:main", found);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::InvalidArgument);
  EXPECT_NE(other.error().message.find("is the journal of fake:test:main, not of fake:live:main"), std::string::npos);
}

TEST(OrderJournal, RemembersTheKillSwitch) {
  const TempFolder folder;
  {
    Journalled found;
    const auto journal = open_journal(folder.path(), found);
    EXPECT_EQ(found.trading_state, TradingState::Active);
    ASSERT_TRUE(journal->trading_state(TradingState::Halted, std::string(2000, 'x'), Nanos{1}));
  }
  const Journalled back = read_journal(folder.path());
  EXPECT_EQ(back.trading_state, TradingState::Halted);
  EXPECT_EQ(back.reason, std::string(max_frame_text, 'x'));
}

TEST(OrderJournal, CountsWholeRecordsThatMakeNoSense) {
  const TempFolder folder;
  {
    Journalled found;
    const auto journal = open_journal(folder.path(), found);
    Life life(*journal);
    life.place(make_order("a"));
    ASSERT_TRUE(journal->status(make_order("never-placed"), State::Open, Nanos{1}));
  }
  {
    const auto writer = log::LogWriter::open({.folder = folder.path()}, [](std::span<const std::byte>) {});
    const std::string noise = "no frame at all";
    ASSERT_TRUE((*writer)->append(std::as_bytes(std::span(noise))));
  }
  const Journalled back = read_journal(folder.path());
  EXPECT_EQ(back.damaged, 2U);
  EXPECT_EQ(back.orders.size(), 1U);
}

}  // namespace
}  // namespace trunkline::order::test
