// The order core, Binance's gateway and real sockets against the sandbox's matching engine.
#include <nlohmann/json.hpp>

#include "tests/orders/desk.hpp"
#include "tests/sandbox/client.hpp"

namespace trunkline::test {
namespace {

using nlohmann::json;
using namespace order;
using venue::binance::Segment;

struct Heard final : OrderEventListener, TradeEventListener, ErrorEventListener {
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
    fundings.push_back(payment.amount.to_text());
  }
  std::vector<std::string> fundings_heard() {
    const std::lock_guard lock(mutex);
    return fundings;
  }
  void on_error(const ErrorEvent& event) override {
    const std::lock_guard lock(mutex);
    errors.push_back(event.error);
  }
  std::vector<OrderState> states_of(const OrderId& id) {
    const std::lock_guard lock(mutex);
    return states[id.str()];
  }

  std::mutex mutex;
  std::map<std::string, std::vector<OrderState>> states;
  std::vector<TradeUpdate> fills;
  std::vector<OrderError> errors;
  std::vector<std::string> fundings;
};

template <class Connector>
class Desk {
 public:
  explicit Desk(DeskOptions options) : options_(std::move(options)) { open(); }

  void open() {
    connector = std::make_unique<Connector>(gateway_config(options_, log), make_gateway(options_), log);
    connector->set_order_event_listener(&heard);
    connector->set_trade_event_listener(&heard);
    connector->set_error_event_listener(&heard);
    if (const auto ready = connector->initialize(); !ready) ADD_FAILURE() << ready.error().message;
    connector->connect();
    EXPECT_TRUE(eventually([&] { return connector->is_ready(); })) << log.text();
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
  std::unique_ptr<Connector> connector;

 private:
  DeskOptions options_;
};

class BinanceOrders : public ::testing::Test {
 protected:
  void SetUp() override {
    sandbox::binance::BinanceSandboxOptions options;
    options.markets = {sandbox::Market::Spot, sandbox::Market::Usdm};
    options.symbols = {"BTCUSDT"};
    options.rate = 200;
    sandbox_ = sandbox::test::start(options);
    ASSERT_NE(sandbox_, nullptr);
  }
  DeskOptions desk(Segment segment) const {
    DeskOptions options{.segment = segment};
    options.spot_port = sandbox_->port(sandbox::Market::Spot);
    options.usdm_port = sandbox_->port(sandbox::Market::Usdm);
    return options;
  }
  Price best(sandbox::Market market, bool bid) const {
    const auto book = sandbox_->book(market, "BTCUSDT");
    return bid ? book->bids.front().price : book->asks.front().price;
  }
  // The sandbox's books of record.
  json record() const {
    sandbox::test::Loop loop;
    sandbox::test::Rest rest(loop, sandbox_->port());
    return rest.get("/sandbox/account?key=sandbox-key").parsed();
  }

  json post(const std::string& path, const json& body) const {
    sandbox::test::Loop loop;
    sandbox::test::Rest rest(loop, sandbox_->port());
    return rest.send("POST", path, body.dump()).parsed();
  }
  std::vector<std::string> fundings_of_record() const {
    std::vector<std::string> out;
    const json books = record();
    for (const json& each : books["funding"]) out.push_back(each["amount"]);
    return out;
  }

  std::unique_ptr<sandbox::binance::BinanceSandbox> sandbox_;
};

std::string scaled(Price price, std::int64_t percent) {
  return Price::from_raw(price.raw() / 100 * percent).to_text();
}

TEST_F(BinanceOrders, SpotOrderRestsAndIsCancelled) {
  Desk<connector::SpotGatewayConnector> desk(this->desk(Segment::Spot));
  const auto id = desk.connector->buy(
      {.trading_pair = "BTC-USDT", .amount = "0.01", .price = scaled(best(sandbox::Market::Spot, true), 90)});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Open)) << desk.log.text();
  EXPECT_FALSE(desk.order(*id).exchange_order_id.empty());
  ASSERT_TRUE(desk.connector->cancel(*id));
  ASSERT_TRUE(desk.reaches(*id, OrderState::Cancelled)) << desk.log.text();
  EXPECT_EQ(desk.heard.states_of(*id), (std::vector{OrderState::PendingSubmit, OrderState::Open,
                                                    OrderState::PendingCancel, OrderState::Cancelled}));
  EXPECT_EQ(desk.connector->tracker().active_order_count(), 0U);
}

TEST_F(BinanceOrders, AThreadThatNeverSleepsTradesAndEndsAlike) {
  DeskOptions options = desk(Segment::Spot);
  options.busy_poll = true;
  Desk<connector::SpotGatewayConnector> desk(options);
  const std::string price = scaled(best(sandbox::Market::Spot, true), 90);
  const auto id = desk.connector->buy({.trading_pair = "BTC-USDT", .amount = "0.01", .price = price});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Open)) << desk.log.text();
  ASSERT_TRUE(desk.connector->cancel(*id));
  ASSERT_TRUE(desk.reaches(*id, OrderState::Cancelled)) << desk.log.text();
  desk.connector->disconnect();
  EXPECT_FALSE(desk.connector->is_ready());
  desk.open();
  EXPECT_TRUE(desk.connector->is_ready());
}

TEST_F(BinanceOrders, SpotMarketOrderFillsWithExactAmountsAndFees) {
  Desk<connector::SpotGatewayConnector> desk(this->desk(Segment::Spot));
  const auto id = desk.connector->buy({.trading_pair = "BTC-USDT", .amount = "0.01", .order_type = OrderType::Market});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Filled)) << desk.log.text();
  const InFlightOrder order = desk.order(*id);
  EXPECT_EQ(order.filled_amount.to_text(), "0.01");
  EXPECT_FALSE(order.fees.empty());
  EXPECT_EQ(desk.connector->tracker().counters().unknown_orders, 0U);
  // Reply and event tell the same fills: each counts once.
  EXPECT_EQ(desk.heard.fills.size(), order.fills.size());
}

TEST_F(BinanceOrders, RefusalsAreNamedAndNothingIsLeftOpen) {
  Desk<connector::SpotGatewayConnector> desk(this->desk(Segment::Spot));
  const auto id = desk.connector->buy({.trading_pair = "BTC-USDT",
                                       .amount = "0.01",
                                       .price = scaled(best(sandbox::Market::Spot, false), 101),
                                       .post_only = true});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Failed)) << desk.log.text();
  EXPECT_EQ(desk.order(*id).reason, OrderReason::WouldTrade);
}

TEST_F(BinanceOrders, SpotAmountIsAmendedInPlace) {
  Desk<connector::SpotGatewayConnector> desk(this->desk(Segment::Spot));
  const auto id = desk.connector->buy(
      {.trading_pair = "BTC-USDT", .amount = "0.02", .price = scaled(best(sandbox::Market::Spot, true), 90)});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Open));
  ASSERT_TRUE(desk.connector->amend(*id, {.amount = "0.015"}));
  EXPECT_TRUE(eventually([&] { return desk.order(*id).amount.to_text() == "0.015"; })) << desk.log.text();
  EXPECT_EQ(desk.order(*id).state, OrderState::Open);
}

TEST_F(BinanceOrders, UsdmOrderIsAmendedFilledAndItsPositionTold) {
  Desk<connector::PerpetualGatewayConnector> desk(this->desk(Segment::Usdm));
  const auto id = desk.connector->buy(
      {.trading_pair = "BTC-USDT", .amount = "0.01", .price = scaled(best(sandbox::Market::Usdm, true), 90)});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Open)) << desk.log.text();
  ASSERT_TRUE(desk.connector->amend(*id, {.price = scaled(best(sandbox::Market::Usdm, false), 102)}));
  ASSERT_TRUE(desk.reaches(*id, OrderState::Filled)) << desk.log.text();
  EXPECT_TRUE(eventually([&] {
    const auto position = desk.connector->get_position("BTC-USDT");
    return position && position->quantity.to_text() == "0.01";
  })) << desk.log.text();
}

TEST_F(BinanceOrders, UsdmConditionalOrderGoesByTheAlgoEndpoint) {
  Desk<connector::PerpetualGatewayConnector> desk(this->desk(Segment::Usdm));
  const auto id = desk.connector->sell({.trading_pair = "BTC-USDT",
                                        .amount = "0.01",
                                        .order_type = OrderType::StopMarket,
                                        .trigger_price = scaled(best(sandbox::Market::Usdm, true), 80)});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Open)) << desk.log.text();
  EXPECT_TRUE(desk.order(*id).exchange_order_id.view().starts_with("algo-"));
  ASSERT_TRUE(desk.connector->cancel(*id));
  EXPECT_TRUE(desk.reaches(*id, OrderState::Cancelled)) << desk.log.text();
}

TEST_F(BinanceOrders, AnotherRunTakesOverWhatTheJournalKnows) {
  const TempFolder folder;
  DeskOptions options = this->desk(Segment::Spot);
  options.journal = folder.path();
  OrderId id;
  {
    Desk<connector::SpotGatewayConnector> desk(options);
    const auto placed = desk.connector->buy(
        {.trading_pair = "BTC-USDT", .amount = "0.01", .price = scaled(best(sandbox::Market::Spot, true), 90)});
    ASSERT_TRUE(placed) << placed.error().message;
    id = *placed;
    ASSERT_TRUE(desk.reaches(id, OrderState::Open));
    // A second process on the same journal is refused.
    connector::SpotGatewayConnector second(gateway_config(options, desk.log), make_gateway(options), desk.log);
    const auto refused = second.initialize();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::AlreadyExists);
  }
  Desk<connector::SpotGatewayConnector> desk(options);
  ASSERT_TRUE(desk.reaches(id, OrderState::Open)) << desk.log.text();
  ASSERT_TRUE(desk.connector->cancel(id));
  EXPECT_TRUE(desk.reaches(id, OrderState::Cancelled)) << desk.log.text();
}

// Both orders are ours: which of them goes, the venue is told with the one that comes. Strangers are ahead of the one
// that rests, so that the other is larger by what they have.
template <class Connector>
void expect_self_trades_prevented(Desk<Connector>& desk, const sandbox::binance::BinanceSandbox& sandbox,
                                  sandbox::Market market) {
  const auto prevented = [&](const OrderId& id) {
    return eventually(
        [&] { return desk.order(id).state == OrderState::Expired && desk.order(id).reason == OrderReason::SelfTrade; });
  };
  const auto stays = [&](const OrderId& id) {
    return eventually([&] { return desk.order(id).is_active() && desk.order(id).exchange_order_id.view() != ""; });
  };
  for (const auto& [mode, resting_goes, coming_goes] :
       {std::tuple{"EXPIRE_TAKER", false, true}, {"EXPIRE_MAKER", true, false}, {"EXPIRE_BOTH", true, true}}) {
    const auto best = sandbox.book(market, "BTCUSDT")->bids.front();
    OrderParams params{.trading_pair = "BTC-USDT", .amount = "0.01", .price = best.price};
    const auto resting = desk.connector->buy(params);
    ASSERT_TRUE(resting) << resting.error().message;
    ASSERT_TRUE(desk.reaches(*resting, OrderState::Open)) << mode;
    params.amount = Quantity::from_raw(best.quantity.raw() + Quantity::parse("0.01")->raw());
    params.extra_params = {{"selfTradePreventionMode", mode}};
    const auto coming = desk.connector->sell(params);
    ASSERT_TRUE(coming) << coming.error().message;
    EXPECT_TRUE(resting_goes ? prevented(*resting) : stays(*resting)) << mode;
    EXPECT_TRUE(coming_goes ? prevented(*coming) : stays(*coming)) << mode;
    desk.connector->cancel_all();
    ASSERT_TRUE(eventually([&] { return desk.connector->tracker().active_order_count() == 0; })) << mode;
  }
}

TEST_F(BinanceOrders, SelfTradesArePreventedAsTheVenueIsTold) {
  post("/sandbox/pause", {});
  Desk<connector::SpotGatewayConnector> spot(this->desk(Segment::Spot));
  expect_self_trades_prevented(spot, *sandbox_, sandbox::Market::Spot);
  Desk<connector::PerpetualGatewayConnector> usdm(this->desk(Segment::Usdm));
  expect_self_trades_prevented(usdm, *sandbox_, sandbox::Market::Usdm);
}

TEST_F(BinanceOrders, FundingIsToldOnceAndAlsoWhatWasPaidWhileTheConnectionWasLost) {
  Desk<connector::PerpetualGatewayConnector> desk(this->desk(Segment::Usdm));
  const auto id = desk.connector->buy({.trading_pair = "BTC-USDT", .amount = "0.02", .order_type = OrderType::Market});
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(desk.reaches(*id, OrderState::Filled)) << desk.log.text();
  const json pays{{"market", "usdm"}, {"symbol", "BTCUSDT"}, {"rate", "0.0001"}};
  EXPECT_EQ(post("/sandbox/account/funding", pays)["positions"], 1);
  ASSERT_TRUE(eventually([&] { return desk.heard.fundings_heard() == fundings_of_record(); })) << desk.log.text();
  ASSERT_EQ(fundings_of_record().size(), 1U);
  EXPECT_EQ(fundings_of_record().front().front(), '-') << "who is long pays";

  ASSERT_TRUE(sandbox_->inject("venue_restart:duration_ms=500"));
  static_cast<void>(desk.connector->buy({.trading_pair = "BTC-USDT", .amount = "0.01", .price = "1000"}));
  ASSERT_TRUE(eventually([&] { return !desk.connector->is_connected(); })) << desk.log.text();
  EXPECT_EQ(post("/sandbox/account/funding", pays)["positions"], 1);
  ASSERT_TRUE(eventually([&] { return desk.heard.fundings_heard() == fundings_of_record(); })) << desk.log.text();
  EXPECT_EQ(fundings_of_record().size(), 2U);
}

TEST_F(BinanceOrders, HaltCancelsWhatIsOpenAndTakesNothingNew) {
  Desk<connector::SpotGatewayConnector> desk(this->desk(Segment::Spot));
  const OrderParams params{
      .trading_pair = "BTC-USDT", .amount = "0.01", .price = scaled(best(sandbox::Market::Spot, true), 90)};
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

TEST_F(BinanceOrders, BooksOfRecordAreOurs) {
  Desk<connector::SpotGatewayConnector> desk(this->desk(Segment::Spot));
  for (int i = 0; i < 20; ++i) {
    const auto id = desk.connector->buy(
        {.trading_pair = "BTC-USDT", .amount = "0.001", .price = scaled(best(sandbox::Market::Spot, i % 2 == 0), 100)});
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

}  // namespace
}  // namespace trunkline::test
