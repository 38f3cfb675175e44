// A paper connector on a real ring, with a clock of the test's.
#include "trunkline/paper/paper_connector.hpp"

#include "paper/feed.hpp"
#include "tests/support/eventually.hpp"
#include "trunkline/wire/trade_detail.hpp"

namespace trunkline::paper::test {
namespace {

using namespace order;
using namespace std::chrono_literals;
using trunkline::test::eventually;

constexpr const char* btc = "venue:BTC-USDT";
constexpr Nanos one_way = 30ms;

struct Heard : OrderEventListener, TradeEventListener, ErrorEventListener {
  void on_order_event(const OrderEvent& event) override {
    if (event.order.state != event.previous)
      states.push_back(event.order.client_order_id.str() + " " + std::string(wire::to_text(event.order.state)));
    if (!event.text.empty()) texts.emplace_back(event.text);
  }
  void on_trade(const TradeEvent& event) override { fills.push_back(event.trade); }
  void on_error(const ErrorEvent& event) override { errors.push_back(event.error); }
  std::vector<std::string> states;
  std::vector<std::string> texts;
  std::vector<TradeUpdate> fills;
  std::vector<OrderError> errors;
};

PaperConfig fees() {
  PaperConfig paper;
  paper.latency = one_way;
  paper.maker_fee = *Rate::parse("0.001");
  paper.taker_fee = *Rate::parse("0.002");
  paper.balances = {{Currency::cut("USDT"), amount("10000")}, {Currency::cut("BTC"), amount("5")}};
  return paper;
}

template <class Connector>
class Desk {
 public:
  explicit Desk(PaperConfig paper = fees(), wire::InstrumentKind kind = wire::InstrumentKind::Spot)
      : connector({.order = {.name = "venue",
                             .risk = {.max_order_notional = Price::absent(),
                                      .price_collar_bp = 0,
                                      .max_orders_per_second = 0,
                                      .duplicate_window = Nanos{0}}},
                   .paper = std::move(paper),
                   .request_resend = [this](SymbolHash symbol) { resends.push_back(symbol); },
                   .own_thread = false,
                   .clock = [this] { return feed.now; }},
                  feed.bus) {
    connector.set_order_event_listener(&heard);
    connector.set_trade_event_listener(&heard);
    connector.set_error_event_listener(&heard);
    EXPECT_TRUE(connector.initialize());
    connector.connect();
    feed.mapping(btc, kind);
    feed.book(btc, {{"100", "5"}, {"99", "8"}, {"90", "9"}}, {{"101", "4"}, {"102", "6"}, {"110", "9"}});
    pass(1s);
    EXPECT_TRUE(connector.is_ready());
  }

  void turn() {
    while (connector.poll()) {
    }
  }
  void pass(Nanos time) {
    for (const Nanos until = feed.now + time; feed.now < until;) {
      feed.now = std::min(until, feed.now + Nanos{5ms});
      turn();
    }
  }
  // Placed, and acknowledged where it is.
  std::string place(TradeType side, const OrderParams& params) {
    const auto id = connector.place(side, params);
    EXPECT_TRUE(id) << id.error().message;
    pass(3 * one_way);
    return id ? id->str() : "";
  }
  std::string buy(const char* size, const char* at, TimeInForce rule = TimeInForce::Gtc) {
    return place(TradeType::Buy, {.trading_pair = btc, .amount = size, .price = at, .time_in_force = rule});
  }
  std::string sell(const char* size, const char* at, TimeInForce rule = TimeInForce::Gtc) {
    return place(TradeType::Sell, {.trading_pair = btc, .amount = size, .price = at, .time_in_force = rule});
  }
  void sold(const char* at, const char* size) {
    feed.sold(btc, at, size);
    pass(2 * one_way);
  }
  void bought(const char* at, const char* size) {
    feed.bought(btc, at, size);
    pass(2 * one_way);
  }
  OrderState state(const std::string& id) const { return connector.tracker().find(id)->state; }
  OrderReason reason(const std::string& id) const { return connector.tracker().find(id)->reason; }
  std::string filled(const std::string& id) const { return connector.tracker().find(id)->filled_amount.to_text(); }
  std::string total(const char* currency) const { return connector.balance(currency)->total.to_text(); }
  std::string available(const char* currency) const { return connector.balance(currency)->available.to_text(); }

  Feed feed;
  std::vector<SymbolHash> resends;
  Heard heard;
  Connector connector;
};

using Spot = Desk<SpotPaperConnector>;
struct Perpetual : Desk<PerpetualPaperConnector> {
  Perpetual() : Desk(fees(), wire::InstrumentKind::Perpetual) {}
};

TEST(PaperConnector, IsPaperByName) {
  Spot desk;
  EXPECT_TRUE(desk.connector.paper());
  EXPECT_EQ(desk.connector.domain(), "paper");
  EXPECT_EQ(desk.connector.get_trading_rule("BTC-USDT")->tick, price("0.01"));
  const auto id = desk.buy("1", "90");
  EXPECT_TRUE(desk.connector.tracker().find(id)->exchange_order_id.view().starts_with("paper-"));
}

TEST(PaperConnector, AMakerFillsAndPaysExactly) {
  Spot desk;
  const auto id = desk.buy("2", "100");
  EXPECT_EQ(desk.state(id), OrderState::Open);
  EXPECT_EQ(desk.available("USDT"), "9799.6");  // 200 and the dearer fee of it
  desk.sold("100", "6");
  EXPECT_EQ(desk.state(id), OrderState::PartiallyFilled);
  EXPECT_EQ(desk.filled(id), "1");
  desk.sold("100", "6");
  EXPECT_EQ(desk.state(id), OrderState::Filled);
  EXPECT_EQ(desk.total("BTC"), "7");
  EXPECT_EQ(desk.total("USDT"), "9799.8");
  EXPECT_EQ(desk.available("USDT"), "9799.8");
  ASSERT_EQ(desk.heard.fills.size(), 2U);
  EXPECT_EQ(desk.heard.fills[0].liquidity, Liquidity::Maker);
  EXPECT_EQ(desk.heard.fills[0].fee_amount, amount("0.1"));
  EXPECT_EQ(desk.heard.fills[0].fee_currency, "USDT");
}

TEST(PaperConnector, ATakerPaysWhatIsDisplayed) {
  Spot desk;
  const auto id = desk.place(TradeType::Buy, {.trading_pair = btc, .amount = "6", .order_type = OrderType::Market});
  EXPECT_EQ(desk.state(id), OrderState::Filled);
  ASSERT_EQ(desk.heard.fills.size(), 2U);
  EXPECT_EQ(desk.heard.fills[1].fill_price, price("102"));
  EXPECT_EQ(desk.heard.fills[1].liquidity, Liquidity::Taker);
  EXPECT_EQ(desk.total("USDT"), "9390.784");  // 4 x 101 + 2 x 102 = 608, and 0.002 of it
  const auto sold = desk.place(TradeType::Sell, {.trading_pair = btc, .amount = "30", .order_type = OrderType::Market});
  EXPECT_EQ(desk.state(sold), OrderState::Failed);
  EXPECT_EQ(desk.reason(sold), OrderReason::InsufficientFunds);
  const auto all = desk.place(TradeType::Sell, {.trading_pair = btc, .amount = "11", .order_type = OrderType::Market});
  EXPECT_EQ(desk.state(all), OrderState::Filled);
  EXPECT_EQ(desk.total("BTC"), "0");
}

TEST(PaperConnector, TimesInForce) {
  Spot desk;
  const auto ioc = desk.buy("6", "101", TimeInForce::Ioc);
  EXPECT_EQ(desk.state(ioc), OrderState::Expired);
  EXPECT_EQ(desk.filled(ioc), "4");
  desk.feed.delta(btc, {{"98", "1"}}, {});
  desk.pass(10ms);
  const auto fok = desk.buy("6", "101", TimeInForce::Fok);
  EXPECT_EQ(desk.state(fok), OrderState::Failed);
  EXPECT_EQ(desk.reason(fok), OrderReason::NotFillable);
  const auto maker = desk.place(
      TradeType::Buy, {.trading_pair = btc, .amount = "1", .price = "101", .order_type = OrderType::LimitMaker});
  EXPECT_EQ(desk.state(maker), OrderState::Failed);
  EXPECT_EQ(desk.reason(maker), OrderReason::WouldTrade);
  const auto gtd = desk.place(TradeType::Buy, {.trading_pair = btc,
                                               .amount = "1",
                                               .price = "99",
                                               .time_in_force = TimeInForce::Gtd,
                                               .good_till = desk.feed.now + 1s});
  EXPECT_EQ(desk.state(gtd), OrderState::Open);
  desk.pass(2s);
  EXPECT_EQ(desk.state(gtd), OrderState::Expired);
  EXPECT_EQ(desk.reason(gtd), OrderReason::Expired);
  EXPECT_EQ(desk.connector.balance("USDT")->available, desk.connector.balance("USDT")->total);
}

TEST(PaperConnector, ConditionalOrdersWaitForATradeAtTheirTrigger) {
  Spot desk;
  const auto stop =
      desk.place(TradeType::Sell,
                 {.trading_pair = btc, .amount = "1", .order_type = OrderType::StopMarket, .trigger_price = "99"});
  const auto take = desk.place(TradeType::Sell, {.trading_pair = btc,
                                                 .amount = "1",
                                                 .price = "103",
                                                 .order_type = OrderType::TakeProfitLimit,
                                                 .trigger_price = "103"});
  const auto enter = desk.place(
      TradeType::Buy,
      {.trading_pair = btc, .amount = "1", .price = "104", .order_type = OrderType::StopLimit, .trigger_price = "103"});
  const auto dip = desk.place(
      TradeType::Buy,
      {.trading_pair = btc, .amount = "1", .order_type = OrderType::TakeProfitMarket, .trigger_price = "98"});
  EXPECT_EQ(desk.connector.tracker().active_order_count(), 4U);
  desk.sold("100", "1");
  EXPECT_EQ(desk.state(stop), OrderState::Open);
  desk.sold("99", "1");
  EXPECT_EQ(desk.state(stop), OrderState::Filled);
  EXPECT_EQ(desk.connector.tracker().get_order(stop)->fills[0].fill_price, price("100"));
  desk.sold("98", "1");
  EXPECT_EQ(desk.state(dip), OrderState::Filled);
  desk.bought("103", "1");
  EXPECT_EQ(desk.state(enter), OrderState::Filled);
  EXPECT_EQ(desk.state(take), OrderState::Open);  // rests at 103, behind nobody
  desk.bought("103", "2");
  EXPECT_EQ(desk.state(take), OrderState::Filled);
}

TEST(PaperConnector, AmendsAndCancels) {
  Spot desk;
  const auto id = desk.buy("2", "99");
  ASSERT_TRUE(desk.connector.amend(id, {.amount = "1", .price = "98"}));
  desk.pass(3 * one_way);
  EXPECT_EQ(desk.connector.tracker().find(id)->price, price("98"));
  EXPECT_EQ(desk.available("USDT"), "9901.804");
  ASSERT_TRUE(desk.connector.amend(id, {.amount = "1000"}));
  desk.pass(3 * one_way);
  ASSERT_EQ(desk.heard.errors.size(), 1U);
  EXPECT_EQ(desk.heard.errors[0].reason, OrderReason::InsufficientFunds);
  EXPECT_EQ(desk.connector.tracker().find(id)->amount, amount("1"));
  ASSERT_TRUE(desk.connector.cancel(id));
  desk.pass(3 * one_way);
  EXPECT_EQ(desk.state(id), OrderState::Cancelled);
  EXPECT_EQ(desk.available("USDT"), "10000");
}

TEST(PaperConnector, RequestsAndAnswersTakeTheLatency) {
  Spot desk;
  const auto id = desk.connector.buy({.trading_pair = btc, .amount = "1", .price = "101"});
  ASSERT_TRUE(id);
  desk.turn();
  EXPECT_EQ(desk.state(id->str()), OrderState::PendingSubmit);
  desk.feed.now += one_way - 1ms;
  desk.turn();
  desk.feed.delta(btc, {}, {{"101", "0"}});  // gone before the order arrives
  desk.turn();
  desk.feed.now += 1ms;
  desk.turn();
  EXPECT_EQ(desk.state(id->str()), OrderState::PendingSubmit);
  desk.feed.now += one_way - 1ms;
  desk.turn();
  EXPECT_EQ(desk.state(id->str()), OrderState::PendingSubmit);
  desk.feed.now += 1ms;
  desk.turn();
  EXPECT_EQ(desk.state(id->str()), OrderState::Open);
  desk.feed.sold(btc, "100", "9");
  desk.turn();
  EXPECT_EQ(desk.filled(id->str()), "0");
  desk.feed.now += one_way;
  desk.turn();
  EXPECT_EQ(desk.filled(id->str()), "1");
}

TEST(PaperConnector, ABookThatIsNotLiveRefusesAndWhatRestsWaits) {
  Spot desk;
  const auto rests = desk.buy("1", "100");
  desk.feed.status(btc, wire::BookState::Stale);
  const auto id = desk.buy("1", "99");
  EXPECT_EQ(desk.state(id), OrderState::Failed);
  ASSERT_EQ(desk.heard.errors.size(), 1U);
  EXPECT_EQ(desk.heard.errors[0].outcome, OrderOutcome::Rejected);
  EXPECT_EQ(desk.heard.errors[0].message,
            "the book of venue:BTC-USDT is Stale, and paper orders are matched against a Live one");
  desk.sold("99", "50");
  EXPECT_EQ(desk.state(rests), OrderState::Open);
  desk.feed.book(btc, {{"99", "8"}}, {{"100", "4"}});
  desk.pass(2 * one_way);
  EXPECT_EQ(desk.state(rests), OrderState::Filled);
}

// Alpaca's stocks have none.
TEST(PaperConnector, ASymbolWithoutABookTradesAgainstItsQuotes) {
  constexpr const char* stock = "venue:AAPL-USD";
  PaperConfig paper = fees();
  paper.balances.push_back({Currency::cut("USD"), amount("10000")});
  Desk<SpotPaperConnector> desk(paper);
  desk.feed.mapping(stock, wire::InstrumentKind::Stock);
  desk.pass(50ms);
  const auto rejected = [&] {
    const auto id = desk.connector.buy({.trading_pair = stock, .amount = "1", .price = "101"});
    EXPECT_TRUE(id);
    desk.pass(100ms);
    return desk.connector.tracker().find(*id)->state == OrderState::Failed;
  };
  EXPECT_TRUE(rejected()) << "nothing was quoted yet";

  desk.feed.quote(stock, {"100", "5"}, {"101", "4"});
  desk.pass(50ms);
  const auto taker = desk.connector.buy({.trading_pair = stock, .amount = "1", .price = "101"});
  const auto maker = desk.connector.buy({.trading_pair = stock, .amount = "2", .price = "100"});
  ASSERT_TRUE(taker && maker);
  desk.pass(100ms);
  EXPECT_EQ(desk.connector.tracker().find(*taker)->state, OrderState::Filled);
  desk.feed.trade(stock, "100", "6", 0);  // nobody says who took: the quote decides; five stood ahead
  desk.pass(100ms);
  EXPECT_EQ(desk.connector.tracker().find(*maker)->filled_amount, amount("1"));
  desk.feed.quote(stock, {"99", "5"}, {"100", "4"});  // the other side reaches our price
  desk.pass(100ms);
  EXPECT_EQ(desk.connector.tracker().find(*maker)->state, OrderState::Filled);

  desk.feed.connection(wire::ConnectionState::Backoff);
  desk.pass(50ms);
  EXPECT_TRUE(rejected()) << "the quote is old";
  desk.feed.quote(stock, {"102", "5"}, {"101", "4"});
  desk.pass(50ms);
  EXPECT_TRUE(rejected()) << "the quote is crossed";
  desk.feed.quote(stock, {"100", "5"}, {"101", "4"});
  desk.pass(50ms);
  EXPECT_FALSE(rejected());
}

TEST(PaperConnector, QuotesCountForNothingWhereThereIsABook) {
  Desk<SpotPaperConnector> desk;
  desk.feed.quote(btc, {"80", "5"}, {"81", "4"});
  desk.pass(50ms);
  const auto id = desk.connector.buy({.trading_pair = btc, .amount = "1", .price = "90"});
  ASSERT_TRUE(id);
  desk.pass(100ms);
  EXPECT_EQ(desk.connector.tracker().find(*id)->state, OrderState::Open);
}

TEST(PaperConnector, AGapAsksForTheBookAgain) {
  Spot desk;
  wire::L2Delta delta;
  delta.symbol = hash_symbol_text(btc);
  delta.previous_update_id = 77;
  delta.update_id = 78;
  desk.feed.send(delta, levels({}), levels({}));
  desk.turn();
  ASSERT_EQ(desk.resends.size(), 1U);
  EXPECT_EQ(desk.resends[0], hash_symbol_text(btc));
}

TEST(PaperConnector, TradesOfHistoryAndTheSecondTellingCountForNothing) {
  Spot desk;
  const auto id = desk.buy("1", "100.5");
  desk.feed.trade(btc, "100", "9", wire::flag::side_sell, wire::trade_detail::from_history);
  desk.feed.trade(btc, "100", "9", wire::flag::side_sell, wire::trade_detail::late);
  desk.sold("101", "1");
  EXPECT_EQ(desk.state(id), OrderState::Open);
  desk.feed.trade(btc, "100", "9", wire::flag::side_sell, wire::trade_detail::aggregate);
  desk.pass(2 * one_way);
  EXPECT_EQ(desk.state(id), OrderState::Open);
  desk.feed.trade(btc, "100", "0.4", 0);  // who took is not told: at the best bid it was a seller
  desk.pass(2 * one_way);
  EXPECT_EQ(desk.filled(id), "0.4");
}

TEST(PaperConnector, APositionIsNettedAndItsGainIsExact) {
  Perpetual desk;
  desk.place(TradeType::Sell, {.trading_pair = btc, .amount = "3", .order_type = OrderType::Market});  // at 100
  EXPECT_EQ(desk.connector.get_position("BTC-USDT")->quantity, amount("-3"));
  EXPECT_EQ(desk.connector.get_position("BTC-USDT")->entry_price, price("100"));
  EXPECT_EQ(desk.total("USDT"), "9999.4");
  desk.feed.ticker(btc, "98", "0.0001");
  desk.pass(2s);
  EXPECT_EQ(desk.connector.get_mark_price("BTC-USDT"), price("98"));
  EXPECT_EQ(desk.connector.get_position("BTC-USDT")->unrealized_pnl, price("6"));
  desk.feed.book(btc, {{"94", "9"}}, {{"95", "9"}});
  const auto close = desk.place(
      TradeType::Buy, {.trading_pair = btc, .amount = "2", .order_type = OrderType::Market, .reduce_only = true});
  EXPECT_EQ(desk.state(close), OrderState::Filled);
  EXPECT_EQ(desk.total("USDT"), "10009.02");  // 9999.4 + 2 x 5 - 0.002 x 190
  EXPECT_EQ(desk.connector.get_position("BTC-USDT")->realized_pnl, price("10"));
  const auto more = desk.place(
      TradeType::Buy, {.trading_pair = btc, .amount = "2", .order_type = OrderType::Market, .reduce_only = true});
  EXPECT_EQ(desk.state(more), OrderState::Failed);
  EXPECT_EQ(desk.reason(more), OrderReason::ReduceOnly);
}

TEST(PaperConnector, LeverageDecidesWhatFits) {
  Perpetual desk;  // 20 times 10,000
  EXPECT_EQ(desk.state(desk.buy("1900", "100")), OrderState::Open);
  const auto too_much = desk.buy("900", "99");
  EXPECT_EQ(desk.reason(too_much), OrderReason::InsufficientFunds);
  EXPECT_EQ(desk.connector.cancel_all(), 1U);
  desk.pass(3 * one_way);
  ASSERT_TRUE(desk.connector.set_leverage("BTC-USDT", 2));
  desk.pass(3 * one_way);
  EXPECT_EQ(desk.reason(desk.buy("1900", "100")), OrderReason::InsufficientFunds);
}

TEST(PaperConnector, RestingReductionsGoWithThePosition) {
  Perpetual desk;
  desk.place(TradeType::Buy, {.trading_pair = btc, .amount = "3", .order_type = OrderType::Market});
  const auto rests =
      desk.place(TradeType::Sell, {.trading_pair = btc, .amount = "3", .price = "105", .reduce_only = true});
  EXPECT_EQ(desk.state(rests), OrderState::Open);
  desk.place(TradeType::Sell, {.trading_pair = btc, .amount = "1", .order_type = OrderType::Market});
  EXPECT_EQ(desk.state(rests), OrderState::Cancelled);
  EXPECT_EQ(desk.reason(rests), OrderReason::ReduceOnly);
}

TEST(PaperConnector, WithoutConfiguredBalancesADollarCurrencyHasItsDefault) {
  Spot desk(PaperConfig{});
  EXPECT_EQ(desk.total("USDT"), "100000");
  EXPECT_FALSE(desk.connector.balance("BTC"));
}

TEST(PaperConnector, OptionsInverseFuturesAndOtherExchangesAreNotTraded) {
  Spot desk;
  desk.feed.mapping("venue:ETH-USDT", wire::InstrumentKind::Option);
  desk.feed.mapping("other:ETH-USDT");
  desk.turn();
  EXPECT_EQ(desk.connector.get_all_trading_rules().size(), 1U);
  const auto id = desk.connector.buy({.trading_pair = "ETH-USDT", .amount = "1", .price = "5"});
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().message, "venue does not trade ETH-USDT");
}

TEST(PaperConnector, ADeadMansSwitchCancels) {
  Feed feed;
  PaperConnectorConfig config{.order = {.name = "venue", .dead_man = 1s}, .paper = fees()};
  config.order.risk.price_collar_bp = 0;
  config.own_thread = false;
  config.clock = [&feed] { return feed.now; };
  SpotPaperConnector connector(config, feed.bus);
  ASSERT_TRUE(connector.initialize());
  connector.connect();
  feed.mapping(btc);
  feed.book(btc, {{"100", "5"}}, {{"101", "4"}});
  for (int i = 0; i < 100; ++i) {
    feed.now += 10ms;
    connector.poll();
  }
  const auto id = connector.buy({.trading_pair = btc, .amount = "1", .price = "99"});
  ASSERT_TRUE(id) << id.error().message;
  for (int i = 0; i < 300; ++i) {
    feed.now += 10ms;
    connector.poll();
  }
  EXPECT_EQ(connector.tracker().find(id->view())->state, OrderState::Open);
  feed.now += 10s;  // nothing was heard of us for so long
  for (int i = 0; i < 20; ++i) {
    feed.now += 10ms;
    connector.poll();
  }
  EXPECT_EQ(connector.tracker().find(id->view())->state, OrderState::Cancelled);
}

TEST(PaperConnector, TheTimeOfFramesDrivesAReplay) {
  Feed feed;
  PaperConnectorConfig config{.order = {.name = "venue"}, .paper = fees()};
  config.order.risk.price_collar_bp = 0;
  config.own_thread = false;
  config.time_of_frames = true;
  SpotPaperConnector connector(config, feed.bus);
  const auto turn = [&](Nanos time) {
    feed.now += time;
    feed.trade(btc, "101", "1", wire::flag::side_buy);
    while (connector.poll()) {
    }
  };
  feed.mapping(btc);
  feed.book(btc, {{"100", "5"}}, {{"101", "4"}});
  connector.poll();
  ASSERT_TRUE(connector.initialize());
  connector.connect();
  for (int i = 0; i < 20; ++i) turn(50ms);
  ASSERT_TRUE(connector.is_ready());
  const auto id = connector.buy({.trading_pair = btc, .amount = "1", .price = "101"});
  ASSERT_TRUE(id) << id.error().message;
  turn(Nanos{0});
  EXPECT_EQ(connector.tracker().find(id->view())->state, OrderState::PendingSubmit);
  turn(one_way);
  turn(one_way);
  ASSERT_EQ(connector.tracker().find(id->view())->state, OrderState::Filled);
  EXPECT_EQ(connector.tracker().get_order(id->view())->fills[0].fill_timestamp, feed.now - one_way);
}

TEST(PaperConnector, HasAThreadOfItsOwnAndComesBackAfterADisconnect) {
  Feed feed;
  PaperConnectorConfig config{.order = {.name = "venue"}, .paper = fees()};
  config.order.risk.price_collar_bp = 0;
  config.paper.latency = 1ms;
  SpotPaperConnector connector(config, feed.bus);
  ASSERT_TRUE(connector.initialize());
  connector.connect();
  feed.mapping(btc);
  feed.book(btc, {{"100", "5"}}, {{"101", "4"}});
  ASSERT_TRUE(eventually([&] { return connector.is_ready() && connector.get_trading_rule("BTC-USDT"); }));
  OrderResult<OrderId> id = not_sent(OrderReason::NotReady, "");
  ASSERT_TRUE(eventually([&] {  // until the book was read, too
    id = connector.buy({.trading_pair = btc, .amount = "1", .price = "99"});
    return id && eventually([&] { return connector.tracker().find(id->view())->state >= OrderState::Open; }) &&
           connector.tracker().find(id->view())->state == OrderState::Open;
  }));
  connector.disconnect();
  EXPECT_FALSE(connector.is_ready());
  connector.connect();
  ASSERT_TRUE(eventually([&] { return connector.is_ready(); }));
  feed.sold(btc, "98", "3");
  ASSERT_TRUE(eventually([&] { return connector.tracker().find(id->view())->state == OrderState::Filled; }));
  EXPECT_TRUE(eventually([&] { return connector.balance("BTC")->total == amount("6"); })) << "told after the fill";
}

}  // namespace
}  // namespace trunkline::paper::test
