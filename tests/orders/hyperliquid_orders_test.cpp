// The order core, Hyperliquid's gateway and real sockets against the sandbox's matching engine.
#include <nlohmann/json.hpp>

#include "sandbox/hyperliquid/protocol.hpp"
#include "sandbox/server/venue_server.hpp"
#include "tests/orders/desk.hpp"
#include "tests/sandbox/client.hpp"
#include "trunkline/venue/hyperliquid/orders/hyperliquid_order_gateway.hpp"

namespace trunkline::test {
namespace {

using nlohmann::json;
using namespace order;
namespace hyperliquid = venue::hyperliquid;

struct Heard final : OrderEventListener, TradeEventListener {
  void on_order_event(const OrderEvent& event) override {
    const std::lock_guard lock(mutex);
    states[event.order.client_order_id.str()].push_back(event.order.state);
  }
  void on_trade(const TradeEvent& event) override {
    const std::lock_guard lock(mutex);
    fills.push_back(event.trade);
  }
  void on_funding(const FundingPayment& payment) override {
    const std::lock_guard lock(mutex);
    fundings.push_back(payment);
  }
  std::vector<FundingPayment> fundings_heard() {
    const std::lock_guard lock(mutex);
    return fundings;
  }
  std::vector<OrderState> states_of(const OrderId& id) {
    const std::lock_guard lock(mutex);
    return states[id.str()];
  }
  std::size_t fill_count() {
    const std::lock_guard lock(mutex);
    return fills.size();
  }

  std::mutex mutex;
  std::map<std::string, std::vector<OrderState>> states;
  std::vector<TradeUpdate> fills;
  std::vector<FundingPayment> fundings;
};

// A connector of the sandbox's account.
class Desk {
 public:
  explicit Desk(std::uint16_t port, std::filesystem::path journal = {}, Nanos audit_interval = 2s)
      : port_(port), journal_(std::move(journal)), audit_interval_(audit_interval) {
    connector = make();
    connector->set_order_event_listener(&heard);
    connector->set_trade_event_listener(&heard);
    if (const auto ready = connector->initialize(); !ready) ADD_FAILURE() << ready.error().message;
    connector->connect();
    EXPECT_TRUE(eventually([&] { return connector->is_ready(); })) << log.text();
  }
  std::unique_ptr<connector::PerpetualGatewayConnector> make() {
    connector::GatewayConfig config;
    config.order.name = "hyperliquid";
    config.order.domain = "sandbox";
    config.order.client_ids = ClientIdForm::Hex128;
    config.order.journal.folder = journal_;
    config.order.risk = {.max_order_notional = Price::absent(), .duplicate_window = Nanos{0}};
    config.order.log = &log;
    config.order.first_query = 50ms;
    config.order.request_lifetime = 5s;
    config.order.audit_interval = audit_interval_;
    config.session.backoff = {.first = 20ms, .cap = 200ms};
    config.session.silence_before_ping = 1500ms;
    config.session.pong_timeout = 500ms;
    config.session.hold_after_429 = 1s;
    config.session.endpoints = *net::EndpointMap::make({{"*", "ws://127.0.0.1:" + std::to_string(port_)}});
    auto key = protocol::signing::Secp256k1Key::parse(sandbox::hyperliquid::default_private_key);
    return std::make_unique<connector::PerpetualGatewayConnector>(
        config,
        std::make_unique<hyperliquid::orders::HyperliquidOrderGateway>(
            hyperliquid::orders::HyperliquidOrderConfig{.request_timeout = 1s, .expires_after = 2s}, *std::move(key)),
        log);
  }
  bool reaches(const OrderId& id, OrderState state, std::chrono::milliseconds limit = 20s) {
    return eventually(
        [&] {
          const auto order = connector->tracker().find(id);
          return order && order->state == state && !order->fills_missing();
        },
        limit);
  }
  InFlightOrder order(const OrderId& id) { return connector->tracker().get_order(id).value_or(InFlightOrder{}); }

  QuietLog log;
  Heard heard;
  std::unique_ptr<connector::PerpetualGatewayConnector> connector;

 private:
  std::uint16_t port_;
  std::filesystem::path journal_;
  Nanos audit_interval_;
};

class HyperliquidOrders : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = sandbox::VenueServer::start(std::make_unique<sandbox::hyperliquid::HyperliquidProtocol>(),
                                               {.symbols = {"BTC", "ETH"}, .rate = 200});
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }
  Price best(bool bid) const {
    const auto book = server_->book("BTC");
    return bid ? book->bids.front().price : book->asks.front().price;
  }
  // So many percent of the best price, a whole number.
  std::string near(bool bid, std::int64_t percent) const {
    return Price::from_int(best(bid).raw() / 100 * percent / Price::one).to_text();
  }
  // Every position pays that rate, or gets it.
  void pay_funding(const std::string& rate) const {
    sandbox::test::Loop loop;
    sandbox::test::Rest rest(loop, server_->port());
    const json body{{"market", "usdm"}, {"symbol", "BTC"}, {"rate", rate}};
    EXPECT_EQ(rest.post("/sandbox/account/funding", body.dump()).parsed()["positions"], 1);
  }
  // What was paid is what is heard, each once.
  void expect_funded(Desk& desk, std::size_t count) const {
    EXPECT_TRUE(eventually([&] { return desk.heard.fundings_heard().size() >= count; })) << desk.log.text();
    const auto heard = desk.heard.fundings_heard();
    const json books = record()["funding"];
    ASSERT_EQ(books.size(), count) << books.dump();
    ASSERT_EQ(heard.size(), count) << books.dump();
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(heard[i].amount.to_text(), Quantity::parse(books[i]["amount"].get<std::string>())->to_text());
      EXPECT_EQ(heard[i].timestamp / 1ms, books[i]["time_ms"].get<std::int64_t>());
      EXPECT_EQ(heard[i].trading_pair, hash_symbol_text("hyperliquid:BTC-USD"));
    }
  }
  // A stranger trades with what rests of it, and after him nobody: he has emptied the book down to it.
  void fill(const OrderId& id, const char* quantity) const {
    server_->pause(true);
    sandbox::test::Loop loop;
    sandbox::test::Rest rest(loop, server_->port());
    const json body{
        {"key", sandbox::hyperliquid::default_account().key}, {"client_id", id.str()}, {"quantity", quantity}};
    EXPECT_EQ(rest.post("/sandbox/account/fill", body.dump()).status, 200);
  }
  // Buys some at the market.
  void buy(Desk& desk, const char* amount) const {
    const auto id = desk.connector->buy({.trading_pair = "BTC-USD", .amount = amount, .price = near(false, 101)});
    ASSERT_TRUE(id) << id.error().message;
    ASSERT_TRUE(desk.reaches(*id, OrderState::Filled)) << desk.log.text();
  }
  // How many actions the venue has taken.
  int actions() const {
    sandbox::test::Loop loop;
    sandbox::test::Rest rest(loop, server_->port());
    const json body{{"type", "userRateLimit"}, {"user", sandbox::hyperliquid::default_account().key}};
    return rest.post("/info", body.dump()).parsed()["nRequestsUsed"];
  }
  // The sandbox's books of record.
  json record() const {
    sandbox::test::Loop loop;
    sandbox::test::Rest rest(loop, server_->port());
    return rest.get("/sandbox/account?key=" + sandbox::hyperliquid::default_account().key).parsed();
  }

  std::unique_ptr<sandbox::VenueServer> server_;
};

TEST_F(HyperliquidOrders, OrderRestsAndIsCancelled) {
  Desk desk(server_->port());
  const auto id = desk.connector->buy({.trading_pair = "BTC-USD", .amount = "0.01", .price = near(true, 90)});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Open)) << desk.log.text();
  EXPECT_FALSE(desk.order(*id).exchange_order_id.empty());
  ASSERT_TRUE(desk.connector->cancel(*id));
  ASSERT_TRUE(desk.reaches(*id, OrderState::Cancelled)) << desk.log.text();
  // The event of an order tells what its answer did, and more: an update without another state.
  std::vector<OrderState> states = desk.heard.states_of(*id);
  states.erase(std::ranges::unique(states).begin(), states.end());
  EXPECT_EQ(states, (std::vector{OrderState::PendingSubmit, OrderState::Open, OrderState::PendingCancel,
                                 OrderState::Cancelled}));
  EXPECT_EQ(desk.connector->tracker().active_order_count(), 0U);
}

TEST_F(HyperliquidOrders, MarketOrderFillsAtOnceAndItsPositionIsTold) {
  Desk desk(server_->port());
  OrderResult<OrderId> id = not_sent(OrderReason::InvalidOrder, "");
  // The first middle prices come with the stream of all.
  ASSERT_TRUE(eventually([&] {
    id = desk.connector->buy({.trading_pair = "BTC-USD", .amount = "0.01", .order_type = OrderType::Market});
    return id && desk.reaches(*id, OrderState::Filled, 2s);
  })) << desk.log.text();
  const InFlightOrder order = desk.order(*id);
  EXPECT_EQ(order.filled_amount.to_text(), "0.01");
  ASSERT_FALSE(order.fees.empty());
  EXPECT_EQ(order.fees.front().currency.view(), "USDC");
  EXPECT_EQ(desk.connector->tracker().counters().unknown_orders, 0U);
  EXPECT_EQ(desk.heard.fill_count(), order.fills.size());
  EXPECT_TRUE(eventually([&] {
    const auto position = desk.connector->get_position("BTC-USD");
    return position && position->quantity.to_text() == "0.01";
  })) << desk.log.text();
}

// No event of the venue's tells a position: it is asked for after a fill, and not by the next audit.
TEST_F(HyperliquidOrders, APositionIsKnownAsItOpensAndAsItCloses) {
  Desk desk(server_->port(), {}, 1h);
  const auto position_is = [&](const char* amount) {
    return eventually([&] {
      const auto position = desk.connector->get_position("BTC-USD");
      return position && position->quantity.to_text() == amount;
    });
  };
  OrderParams params{.trading_pair = "BTC-USD", .amount = "0.01", .price = near(false, 101)};
  ASSERT_TRUE(desk.connector->buy(params));
  EXPECT_TRUE(position_is("0.01")) << desk.log.text();
  params.price = near(true, 99);
  ASSERT_TRUE(desk.connector->sell(params));
  EXPECT_TRUE(position_is("0")) << desk.log.text();
}

TEST_F(HyperliquidOrders, ABatchIsOneActionAndEachOrderHasAnOutcomeOfItsOwn) {
  Desk desk(server_->port());
  const int before = actions();
  std::vector<std::pair<TradeType, OrderParams>> orders;
  for (int i = 0; i < 3; ++i) {
    orders.push_back({TradeType::Buy, {.trading_pair = "BTC-USD", .amount = "0.01", .price = near(true, 90 - i)}});
  }
  orders[1].second.price = near(false, 110);  // would take
  orders[1].second.order_type = OrderType::LimitMaker;
  const auto ids = desk.connector->place_batch(orders);
  for (const auto& id : ids) ASSERT_TRUE(id) << id.error().message;
  EXPECT_TRUE(desk.reaches(*ids[0], OrderState::Open)) << desk.log.text();
  EXPECT_TRUE(desk.reaches(*ids[1], OrderState::Failed)) << desk.log.text();
  EXPECT_TRUE(desk.reaches(*ids[2], OrderState::Open)) << desk.log.text();
  EXPECT_EQ(actions() - before, 1);
  EXPECT_EQ(desk.connector->cancel_all(), 2U);
  EXPECT_TRUE(desk.reaches(*ids[0], OrderState::Cancelled)) << desk.log.text();
  EXPECT_TRUE(desk.reaches(*ids[2], OrderState::Cancelled)) << desk.log.text();
  EXPECT_EQ(actions() - before, 2);
}

// 39 orders are the most that weigh as one.
TEST_F(HyperliquidOrders, ALongBatchGoesOutInSeveralActions) {
  Desk desk(server_->port());
  const int before = actions();
  std::vector<std::pair<TradeType, OrderParams>> orders;
  for (int i = 0; i < 50; ++i) {
    orders.push_back({TradeType::Buy, {.trading_pair = "BTC-USD", .amount = "0.01", .price = near(true, 90)}});
  }
  std::size_t placed = 0;
  for (const auto& id : desk.connector->place_batch(orders)) {
    placed += id && desk.reaches(*id, OrderState::Open) ? 1U : 0U;
  }
  EXPECT_EQ(placed, 50U) << desk.log.text();
  EXPECT_EQ(actions() - before, 2);
  EXPECT_EQ(desk.connector->cancel_all(), 50U);
  EXPECT_TRUE(eventually([&] { return desk.connector->tracker().active_order_count() == 0; })) << desk.log.text();
  EXPECT_EQ(actions() - before, 4);
}

TEST_F(HyperliquidOrders, RefusalsAreNamedAndNothingIsLeftOpen) {
  Desk desk(server_->port());
  const auto id =
      desk.connector->buy({.trading_pair = "BTC-USD", .amount = "0.01", .price = near(false, 101), .post_only = true});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Failed)) << desk.log.text();
  EXPECT_EQ(desk.order(*id).reason, OrderReason::WouldTrade);
  EXPECT_TRUE(record()["orders"].empty());
}

TEST_F(HyperliquidOrders, AmendmentKeepsOurIdUnderAnotherNumber) {
  Desk desk(server_->port());
  const auto id = desk.connector->buy({.trading_pair = "BTC-USD", .amount = "0.02", .price = near(true, 90)});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Open)) << desk.log.text();
  const OrderId number = desk.order(*id).exchange_order_id;
  ASSERT_TRUE(desk.connector->amend(*id, {.amount = "0.015"}));
  ASSERT_TRUE(eventually([&] { return desk.order(*id).exchange_order_id != number; })) << desk.log.text();
  EXPECT_TRUE(eventually([&] { return desk.order(*id).amount.to_text() == "0.015"; })) << desk.log.text();
  EXPECT_EQ(desk.order(*id).state, OrderState::Open);
  const json books = record();
  ASSERT_EQ(books["orders"].size(), 2U) << books.dump();
  EXPECT_EQ(books["orders"][0]["state"], "cancelled");
  EXPECT_EQ(books["orders"][1]["state"], "new");
  EXPECT_EQ(books["orders"][1]["client_id"], id->str());
  // Into the book's other side: it fills.
  ASSERT_TRUE(desk.connector->amend(*id, {.price = near(false, 102)}));
  ASSERT_TRUE(desk.reaches(*id, OrderState::Filled)) << desk.log.text();
  EXPECT_EQ(desk.order(*id).filled_amount.to_text(), "0.015");
}

TEST_F(HyperliquidOrders, WhatAFillMadeTooLargeIsAmendedDown) {
  Desk desk(server_->port());
  const auto id = desk.connector->buy({.trading_pair = "BTC-USD", .amount = "0.02", .price = near(true, 90)});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Open)) << desk.log.text();
  server_->pause(true);                              // nobody else comes by
  ASSERT_TRUE(server_->inject("amend_races_fill"));  // half of it fills before the amendment is made
  ASSERT_TRUE(desk.connector->amend(*id, {.price = near(true, 89)}));
  ASSERT_TRUE(eventually([&] { return desk.log.has("order_larger_than_asked"); }))
      << desk.log.text() << desk.order(*id).amount.to_text() << " " << record().dump();
  EXPECT_TRUE(eventually([&] {
    const InFlightOrder order = desk.order(*id);
    return order.amount.to_text() == "0.02" && order.filled_amount.to_text() == "0.01" && order.doubts == 0 &&
           order.earlier_exchange_order_ids.size() == 2;
  })) << desk.log.text();
  EXPECT_EQ(desk.order(*id).state, OrderState::PartiallyFilled);
  const json books = record();
  ASSERT_EQ(books["orders"].size(), 3U) << books.dump();
  EXPECT_EQ(books["orders"][1]["state"], "cancelled") << "the one that was too large";
  EXPECT_EQ(Quantity::parse(books["orders"][2]["quantity"].get<std::string>())->to_text(), "0.01");
}

// A run takes over an order that has had several numbers, with what each of them filled.
TEST_F(HyperliquidOrders, AnotherRunKnowsAllNumbersOfAnOrder) {
  const TempFolder folder;
  OrderId id;
  {
    Desk desk(server_->port(), folder.path());
    const auto placed = desk.connector->buy({.trading_pair = "BTC-USD", .amount = "0.02", .price = near(true, 90)});
    ASSERT_TRUE(placed) << placed.error().message;
    id = *placed;
    ASSERT_TRUE(desk.reaches(id, OrderState::Open));
    fill(id, "0.005");
    ASSERT_TRUE(eventually([&] { return desk.order(id).filled_amount.to_text() == "0.005"; })) << desk.log.text();
    ASSERT_TRUE(desk.connector->amend(id, {.price = near(true, 89)}));
    ASSERT_TRUE(eventually([&] { return desk.order(id).earlier_exchange_order_ids.size() == 1; })) << desk.log.text();
  }
  Desk desk(server_->port(), folder.path());
  EXPECT_TRUE(eventually([&] { return desk.connector->counters().reconciliations > 1; }));
  EXPECT_EQ(desk.order(id).amount.to_text(), "0.02");
  fill(id, "0.01");
  ASSERT_TRUE(eventually([&] { return desk.order(id).filled_amount.to_text() == "0.015"; })) << desk.log.text();
  EXPECT_EQ(desk.order(id).state, OrderState::PartiallyFilled);
  fill(id, "0.005");
  EXPECT_TRUE(desk.reaches(id, OrderState::Filled)) << desk.log.text();
  EXPECT_EQ(desk.connector->tracker().counters().alarms, 0U);
}

TEST_F(HyperliquidOrders, FundingIsToldOnceEachAndWhatWasMissedIsAskedFor) {
  Desk desk(server_->port());
  buy(desk, "0.01");
  pay_funding("0.0001");
  expect_funded(desk, 1);
  const FundingPayment first = desk.heard.fundings_heard().front();
  EXPECT_LT(first.amount, Quantity{}) << "longs pay";
  EXPECT_EQ(first.position.to_text(), "0.01");
  EXPECT_EQ(first.rate.to_text(), "0.0001");
  ASSERT_TRUE(server_->inject("user_event_duplicate:stream=funding"));
  pay_funding("-0.0002");
  expect_funded(desk, 2);
  // With the stream's snapshot, which tells all of them again.
  desk.connector->disconnect();
  pay_funding("0.0003");
  desk.connector->connect();
  expect_funded(desk, 3);
  // Without.
  desk.connector->disconnect();
  ASSERT_TRUE(server_->inject("silent_subscription:stream=userFundings,count=0"));
  pay_funding("0.0004");
  desk.connector->connect();
  expect_funded(desk, 4);
}

TEST_F(HyperliquidOrders, StopOrderWaitsAndIsCancelled) {
  Desk desk(server_->port());
  const auto id = desk.connector->sell({.trading_pair = "BTC-USD",
                                        .amount = "0.01",
                                        .order_type = OrderType::StopMarket,
                                        .trigger_price = near(true, 80)});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Open)) << desk.log.text();
  EXPECT_EQ(record()["orders"][0]["type"], "Stop Market");
  ASSERT_TRUE(desk.connector->cancel(*id));
  EXPECT_TRUE(desk.reaches(*id, OrderState::Cancelled)) << desk.log.text();
}

TEST_F(HyperliquidOrders, AnotherRunTakesOverWhatTheJournalKnows) {
  const TempFolder folder;
  OrderId id;
  {
    Desk desk(server_->port(), folder.path());
    const auto placed = desk.connector->buy({.trading_pair = "BTC-USD", .amount = "0.01", .price = near(true, 90)});
    ASSERT_TRUE(placed) << placed.error().message;
    id = *placed;
    ASSERT_TRUE(desk.reaches(id, OrderState::Open));
    // A second process on the same journal is refused.
    const auto refused = desk.make()->initialize();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::AlreadyExists);
  }
  Desk desk(server_->port(), folder.path());
  ASSERT_TRUE(desk.reaches(id, OrderState::Open)) << desk.log.text();
  ASSERT_TRUE(desk.connector->cancel(id));
  EXPECT_TRUE(desk.reaches(id, OrderState::Cancelled)) << desk.log.text();
}

TEST_F(HyperliquidOrders, HaltCancelsWhatIsOpenAndTakesNothingNew) {
  Desk desk(server_->port());
  const OrderParams params{.trading_pair = "BTC-USD", .amount = "0.01", .price = near(true, 90)};
  const auto id = desk.connector->buy(params);
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Open));
  desk.connector->set_trading_state(TradingState::Halted, "a test");
  EXPECT_TRUE(desk.reaches(*id, OrderState::Cancelled)) << desk.log.text();
  const auto refused = desk.connector->buy(params);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().outcome, OrderOutcome::NotSent);
  EXPECT_EQ(refused.error().reason, OrderReason::Halted);
}

TEST_F(HyperliquidOrders, LeverageIsSet) {
  Desk desk(server_->port());
  ASSERT_TRUE(desk.connector->set_leverage("BTC-USD", 7));
  EXPECT_TRUE(eventually([&] {
    const json books = record();
    return !books["positions"].empty() && books["positions"][0]["leverage"] == 7;
  })) << desk.log.text();
}

TEST_F(HyperliquidOrders, BooksOfRecordAreOurs) {
  Desk desk(server_->port());
  for (int i = 0; i < 20; ++i) {
    const auto id = desk.connector->buy({.trading_pair = "BTC-USD", .amount = "0.001", .price = near(i % 2 == 0, 100)});
    ASSERT_TRUE(id) << id.error().message;
  }
  ASSERT_TRUE(eventually([&] {
    for (const InFlightOrder& order : desk.connector->tracker().all_orders()) {
      if (order.state == OrderState::PendingCreate || order.state == OrderState::PendingSubmit) return false;
    }
    return true;
  }));
  desk.connector->cancel_all();
  ASSERT_TRUE(eventually([&] { return desk.connector->tracker().active_order_count() == 0; })) << desk.log.text();
  const json books = record();
  for (const json& theirs : books["orders"]) {
    const auto ours = desk.connector->tracker().find(theirs["client_id"].get<std::string>());
    ASSERT_TRUE(ours) << theirs.dump();
    EXPECT_EQ(ours->filled_amount.to_text(),
              Quantity::parse(theirs["cumulative_quantity"].get<std::string>())->to_text())
        << theirs.dump();
  }
  EXPECT_EQ(books["orders"].size(), 20U) << books.dump();
}

// What may go wrong between the gateway and the venue, one at a time; afterwards both have the same books.
class HyperliquidOrderFaults : public HyperliquidOrders, public ::testing::WithParamInterface<const char*> {};

TEST_P(HyperliquidOrderFaults, LeaveBothWithTheSameBooks) {
  Desk desk(server_->port());
  ASSERT_TRUE(server_->inject(GetParam()));
  std::vector<OrderId> ids;
  for (int i = 0; i < 3; ++i) {
    const auto id =
        desk.connector->buy({.trading_pair = "BTC-USD", .amount = "0.01", .price = near(i != 1, i == 1 ? 101 : 90)});
    if (!id) continue;  // held while it is not connected
    ids.push_back(*id);
    eventually(
        [&] {
          const OrderState state = desk.order(*id).state;
          return state != OrderState::PendingCreate && state != OrderState::PendingSubmit;
        },
        3s);
    if (i == 0) static_cast<void>(desk.connector->amend(*id, {.amount = "0.008"}));
  }
  EXPECT_TRUE(eventually([&] { return desk.connector->is_ready(); })) << desk.log.text();
  EXPECT_TRUE(eventually(
      [&] {
        desk.connector->cancel_all();
        return eventually([&] { return desk.connector->tracker().active_order_count() == 0; }, 2s);
      },
      30s))
      << desk.log.text();
  const std::string fault(GetParam());
  EXPECT_TRUE(eventually([&] {
    return json::parse(server_->status())["faults"]["injected"][fault.substr(0, fault.find(':'))] > 0;
  })) << "the fault did not strike";
  EXPECT_TRUE(eventually([&] { return desk.connector->is_ready(); })) << desk.log.text();
  const auto equal = [&] {
    std::map<std::string, Quantity> theirs;
    const json books = record();
    for (const json& each : books["orders"]) {
      if (each["state"] == "new" || each["state"] == "partially_filled") return false;
      Quantity& sum = theirs[each["client_id"].get<std::string>()];
      sum = Quantity::from_raw(sum.raw() + Quantity::parse(each["cumulative_quantity"].get<std::string>())->raw());
    }
    for (const OrderId& id : ids) {
      const InFlightOrder ours = desk.order(id);
      if (ours.filled_amount != theirs[id.str()] || ours.fills_missing()) return false;
    }
    return true;
  };
  std::string ours;
  EXPECT_TRUE(eventually(equal)) << record().dump() << desk.log.text() << [&] {
    for (const OrderId& id : ids) {
      const InFlightOrder order = desk.order(id);
      ours += fmt::format("{} state {} amount {} filled {} venue {}\n", id.view(), static_cast<int>(order.state),
                          order.amount.to_text(), order.filled_amount.to_text(), order.venue_filled.to_text());
    }
    return ours;
  }();
}

INSTANTIATE_TEST_SUITE_P(Each, HyperliquidOrderFaults,
                         ::testing::Values("ack_lost", "ack_lost:stream=amend", "ack_lost:stream=cancel",
                                           "slow_reply:delay_ms=1500", "late_order:delay_ms=1500", "fill_before_ack",
                                           "fill_after_cancel", "reject_after_ack", "amend_races_fill",
                                           "half_open_taken", "half_open_untaken", "reset_taken", "reset_untaken",
                                           "user_event_lost:stream=fill", "user_event_lost:stream=order,count=3",
                                           "user_event_duplicate:count=0", "http_429:stream=create",
                                           "http_429:stream=cancel", "venue_restart:duration_ms=300"),
                         [](const auto& each) {
                           std::string name = each.param;
                           for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                           return name;
                         });

}  // namespace
}  // namespace trunkline::test
