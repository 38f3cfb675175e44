// The hub's accounts and their HTTP face, against the sandboxes of the venues.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sandbox/registry.hpp"
#include "tests/orders/desk.hpp"
#include "trunkline/hub/control.hpp"
#include "trunkline/hub/order_face.hpp"

namespace trunkline::test {
namespace {

using nlohmann::json;

constexpr const char* token = "a-token-of-the-test";

struct Answer {
  int status;
  json body;
};

// At a venue's sandbox, with the account that it has from the start.
class Face : public ::testing::Test {
 protected:
  explicit Face(std::string_view exchange = "binance", std::string_view pair = "BTC-USDT")
      : row(*hub::OrderRegistry::find(exchange).value()), symbol(fmt::format("{}:{}", exchange, pair)) {
    const auto server = sandbox::SandboxRegistry::find(exchange);
    if (!server) throw std::runtime_error(server.error().message);
    auto started = (*server)->start({.symbols = {*SymbolDescriptor::parse(symbol)}, .rate = 100}, nullptr);
    if (!started) throw std::runtime_error(started.error().message);
    sandbox = *std::move(started);
    endpoint = sandbox->endpoint(exchange);
  }

  struct Running {
    Running(const Face& face, hub::OrderAccountConfig account)
        : exchange(account.exchange), symbol(face.symbol), hub({}, log), desk(hub, log), http(desk, token) {
      auto opened = desk.open(std::move(account));
      if (!opened) throw std::runtime_error(opened.error().message);
      auto config = hub::ExchangeConfig::websocket(exchange);
      config.endpoint(face.endpoint);
      if (!hub.connect_exchange(config)) throw std::runtime_error("no market data");
      static_cast<void>(hub.subscribe_market_data(*SymbolDescriptor::parse(symbol)));
      reader = std::make_unique<bus::BusReader>(hub.market_data().subscribe());
      hub.start();
      desk.start();
    }
    ~Running() {
      desk.stop();
      hub.stop();
    }
    Answer ask(std::string method, std::string path, const json& body = nullptr, const char* with = token) {
      net::HttpRequest request;
      request.method = std::move(method);
      request.path = std::move(path);
      if (const auto query = request.path.find('?'); query != std::string::npos) {
        request.query = net::parse_query(request.path.substr(query + 1));
        request.path.resize(query);
      }
      if (with != nullptr) request.headers.add("Authorization", std::string("Bearer ") + with);
      if (!body.is_null()) request.body = body.dump();
      const net::HttpResponse got = http.answer(request);
      return {got.status, json::parse(got.body, nullptr, false)};
    }
    bool ready() {
      return eventually([&] {
        return desk.find(exchange)->connector().is_ready() && desk.prices().live(hash_symbol_text(symbol)).has_value();
      });
    }
    bool reaches(const std::string& id, const std::string& state) {
      return eventually([&] { return ask("GET", "/orders/" + id).body["state"] == state; });
    }
    // A price that rests well below the best bid, within the collar.
    std::string resting_price() const {
      const auto prices = desk.prices().live(hash_symbol_text(symbol));
      return Price::from_raw(prices->bid.raw() / 100 * 97).to_text();
    }

    json limit_order(const std::string& price) const {
      return {{"symbol", symbol}, {"side", "buy"}, {"amount", "0.01"}, {"price", price}};
    }

    std::string exchange;
    std::string symbol;
    QuietLog log;
    hub::ExchangeHub hub;
    hub::OrderDesk desk;
    hub::OrderFace http;
    std::unique_ptr<bus::BusReader> reader;
  };

  hub::OrderAccountConfig account() const {
    hub::OrderAccountConfig config;
    config.exchange = row.exchange;
    config.domain = "sandbox";
    config.endpoint = endpoint;
    config.credentials = {std::string(row.sandbox_key), std::string(row.sandbox_secret)};
    config.journal = folder / "journal";
    return config;
  }

  const hub::OrderExchangeRow& row;
  std::string symbol;
  TempFolder folder;
  std::unique_ptr<sandbox::RunningSandbox> sandbox;
  std::string endpoint;
};

struct Venue {
  const char* exchange;
  const char* pair;
};

// What a user does most, at each venue that takes orders.
class FaceOfEach : public Face, public ::testing::WithParamInterface<Venue> {
 protected:
  FaceOfEach() : Face(GetParam().exchange, GetParam().pair) {}
};

INSTANTIATE_TEST_SUITE_P(Venue, FaceOfEach,
                         ::testing::Values(Venue{"binance", "BTC-USDT"}, Venue{"binance_usdm", "BTC-USDT"},
                                           Venue{"hyperliquid", "BTC-USD"}),
                         [](const auto& of) { return std::string(of.param.exchange); });

TEST_P(FaceOfEach, PlacesAmendsAndCancelsAndTellsTheTimeline) {
  Running hub(*this, account());
  ASSERT_TRUE(hub.ready()) << hub.log.text();
  const Answer placed = hub.ask("POST", "/orders", hub.limit_order(hub.resting_price()));
  ASSERT_EQ(placed.status, 202) << placed.body.dump();
  const std::string id = placed.body["client_order_id"];
  ASSERT_TRUE(hub.reaches(id, "Open")) << hub.log.text();
  EXPECT_EQ(hub.ask("GET", "/orders").body["open"].size(), 1U);
  EXPECT_EQ(hub.ask("PATCH", "/orders/" + id, {{"amount", "0.005"}}).status, 202);
  ASSERT_TRUE(eventually([&] { return hub.ask("GET", "/orders/" + id).body["amount"] == "0.005"; })) << hub.log.text();
  EXPECT_EQ(hub.ask("DELETE", "/orders/" + id).status, 202);
  ASSERT_TRUE(hub.reaches(id, "Cancelled")) << hub.log.text();
  const json order = hub.ask("GET", "/orders/" + id).body;
  EXPECT_GE(order["timeline"]["moments"].size(), 4U) << order.dump(1);
  EXPECT_EQ(order["timeline"]["moments"].back()["state"], "Cancelled");
  const json overview = hub.ask("GET", "/orders").body;
  EXPECT_TRUE(overview["open"].empty());
  EXPECT_EQ(overview["ended"][0]["client_order_id"], id);
  EXPECT_EQ(overview["accounts"][0]["domain"], "sandbox");
  EXPECT_FALSE(overview["accounts"][0]["live"]);
  EXPECT_EQ(hub.ask("DELETE", "/orders/" + id).status, 409);
}

TEST_F(Face, NobodyWithoutTheTokenChangesAnything) {
  Running hub(*this, account());
  ASSERT_TRUE(hub.ready()) << hub.log.text();
  for (const auto& [method, path] : {std::pair{"POST", "/orders"},
                                     {"DELETE", "/orders"},
                                     {"DELETE", "/orders/x"},
                                     {"PATCH", "/orders/x"},
                                     {"POST", "/trading_state"}}) {
    EXPECT_EQ(hub.ask(method, path, hub.limit_order("1"), nullptr).status, 401) << method << path;
    EXPECT_EQ(hub.ask(method, path, hub.limit_order("1"), "another").status, 401) << method << path;
  }
  EXPECT_EQ(hub.ask("GET", "/orders", nullptr, nullptr).status, 200);
  EXPECT_EQ(hub.desk.find("binance")->connector().counters().sent, 0U);
  const hub::OrderFace without(hub.desk, "");
  net::HttpRequest request;
  request.method = "POST";
  request.path = "/orders";
  EXPECT_EQ(without.answer(request).status, 403);
}

TEST_P(FaceOfEach, TheKillSwitchCancelsWhatIsOpenAndRefusesWhatComes) {
  Running hub(*this, account());
  ASSERT_TRUE(hub.ready()) << hub.log.text();
  const std::string price = hub.resting_price();
  const std::string id = hub.ask("POST", "/orders", hub.limit_order(price)).body["client_order_id"];
  ASSERT_TRUE(hub.reaches(id, "Open"));
  EXPECT_EQ(hub.ask("POST", "/trading_state", {{"state", "Halted"}, {"reason", "a test"}}).status, 200);
  ASSERT_TRUE(hub.reaches(id, "Cancelled")) << hub.log.text();
  const Answer refused = hub.ask("POST", "/orders", hub.limit_order(price));
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.body["reason"], "Halted");
  EXPECT_EQ(hub.ask("POST", "/trading_state", {{"state", "Active"}}).status, 200);
  EXPECT_EQ(hub.ask("POST", "/orders", hub.limit_order(price)).status, 202);
}

TEST_P(FaceOfEach, CancelsAllOfASymbolAndRefusesASymbolThatNobodyTrades) {
  Running hub(*this, account());
  ASSERT_TRUE(hub.ready()) << hub.log.text();
  json order = hub.limit_order(hub.resting_price());
  const std::string first = hub.ask("POST", "/orders", order).body["client_order_id"];
  order["amount"] = "0.02";
  const std::string second = hub.ask("POST", "/orders", order).body["client_order_id"];
  ASSERT_TRUE(hub.reaches(first, "Open"));
  ASSERT_TRUE(hub.reaches(second, "Open"));
  EXPECT_EQ(hub.ask("DELETE", fmt::format("/orders?symbol={}:NOT-THERE", hub.exchange)).status, 404);
  EXPECT_EQ(hub.ask("DELETE", "/orders?symbol=" + symbol).body["cancelling"], 2);
  EXPECT_TRUE(hub.reaches(first, "Cancelled"));
  EXPECT_TRUE(hub.reaches(second, "Cancelled"));
  EXPECT_EQ(hub.ask("GET", "/orders/nothing").status, 404);
}

TEST_F(Face, ALiveAccountWantsToBeMeant) {
  hub::OrderAccountConfig config = account();
  config.domain = "live";  // by name: its endpoint is the sandbox
  Running hub(*this, std::move(config));
  ASSERT_TRUE(hub.ready()) << hub.log.text();
  json order = hub.limit_order(hub.resting_price());
  EXPECT_EQ(hub.ask("POST", "/orders", order).status, 403);
  EXPECT_EQ(hub.desk.find("binance")->connector().risk().counters().admitted, 0U);
  order["live"] = true;
  EXPECT_EQ(hub.ask("POST", "/orders", order).status, 202);
}

TEST_F(Face, AFarPriceIsRefusedAgainstTheLiveBook) {
  Running hub(*this, account());
  ASSERT_TRUE(hub.ready()) << hub.log.text();
  const auto best = hub.desk.prices().live(hash_symbol_text(symbol));
  const Answer refused = hub.ask("POST", "/orders", hub.limit_order(checked_multiply(best->ask, 2)->to_text()));
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.body["outcome"], "NotSent");
  EXPECT_EQ(refused.body["reason"], "RiskLimit");
}

TEST_P(FaceOfEach, OrdersAndFillsGoToTheHubsBus) {
  Running hub(*this, account());
  ASSERT_TRUE(hub.ready()) << hub.log.text();
  const Answer placed = hub.ask("POST", "/orders", {{"symbol", symbol}, {"side", "buy"}, {"amount", "0.01"}});
  ASSERT_EQ(placed.status, 202) << placed.body.dump();
  const std::string id = placed.body["client_order_id"];
  ASSERT_TRUE(hub.reaches(id, "Filled")) << hub.log.text();
  bool placed_frame = false;
  bool filled_frame = false;
  eventually([&] {
    const bus::BusPoll poll = hub.reader->poll();
    if (poll.kind != bus::PollKind::Frame) return placed_frame && filled_frame;
    if (const auto* frame = poll.frame.as<wire::OrderStatus>()) placed_frame |= wire::client_order_id(*frame) == id;
    if (const auto* frame = poll.frame.as<wire::Fill>()) filled_frame |= wire::client_order_id(*frame) == id;
    return placed_frame && filled_frame;
  });
  EXPECT_TRUE(placed_frame);
  EXPECT_TRUE(filled_frame);
  const json overview = hub.ask("GET", "/orders").body;
  EXPECT_EQ(overview["accounts"][0]["results"][0]["bought"], "0.01") << overview.dump(1);
  EXPECT_FALSE(overview["accounts"][0]["results"][0]["pnl"].is_null());
}

TEST_F(Face, OneAccountHasOneJournalAndOneHub) {
  Running hub(*this, account());
  EXPECT_EQ(hub.desk.open(account()).error().code, ErrorCode::AlreadyExists);
  QuietLog log;
  hub::ExchangeHub other({}, log);
  hub::OrderDesk desk(other, log);
  const auto refused = desk.open(account());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("orders.journal"), std::string::npos) << refused.error().message;
}

TEST(OrderAccounts, SettingsSayWhichAndWhatIsMissing) {
  hub::Settings settings = *hub::load_settings({{}, {{"orders.exchanges", "binance"}}, {}});
  EXPECT_NE(hub::configured_accounts(settings).error().message.find("credentials_file"), std::string::npos);
  settings = *hub::load_settings(
      {{},
       {{"orders.exchanges", "binance"}, {"risk.max_position", "2.5"}, {"risk.max_order_notional", "0"}},
       {{"BINANCE_API_KEY", "key"}, {"BINANCE_API_SECRET", "secret"}}});
  const auto accounts = hub::configured_accounts(settings);
  ASSERT_TRUE(accounts) << accounts.error().message;
  ASSERT_EQ(accounts->size(), 1U);
  EXPECT_EQ(accounts->front().domain, "live");
  EXPECT_EQ(accounts->front().risk.max_position, *Quantity::parse("2.5"));
  EXPECT_TRUE(accounts->front().risk.max_order_notional.is_absent());
  EXPECT_EQ(accounts->front().journal.filename(), "binance-live-main");
  settings.exchanges["binance"].domain = "sandbox";
  EXPECT_NE(hub::configured_accounts(settings).error().message.find("exchange.binance.endpoint"), std::string::npos);
  const auto unknown = hub::load_settings({{}, {{"orders.exchanges", "kraken"}}, {}});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("they go to binance"), std::string::npos);
}

}  // namespace
}  // namespace trunkline::test
