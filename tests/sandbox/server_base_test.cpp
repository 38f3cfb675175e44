// What every venue's sandbox has from its server, seen through a protocol of a few lines: clients, faults, control.
#include "client.hpp"
#include "sandbox/server/venue_host.hpp"
#include "sandbox/server/venue_server.hpp"

namespace trunkline::sandbox::test {
namespace {

struct Sequence : ClientState {
  std::uint64_t next = 1;
};

// Every client gets every change, numbered for itself; "ping" is answered; GET /book is a snapshot.
class Plain : public Protocol {
 public:
  std::string_view venue() const noexcept override { return "plain"; }
  Result<std::vector<Instrument>> list(const std::vector<std::string>& symbols) override {
    std::vector<Instrument> out;
    for (const std::string& symbol : symbols) {
      const auto names = split_pair(symbol, '-');
      if (!names) return std::unexpected(names.error());
      auto instrument = make_instrument(names->base, names->quote, {.symbol = symbol});
      if (!instrument) return std::unexpected(instrument.error());
      out.push_back(std::move(*instrument));
    }
    return out;
  }
  void begin(VenueHost& host) override { host_ = &host; }
  std::optional<net::HttpResponse> refuse(const net::HttpRequest& request) override {
    if (request.path == "/ws") return std::nullopt;
    return net::HttpResponse{.status = 403};
  }
  void open(Client& client, const net::HttpRequest&) override {
    client.state = std::make_unique<Sequence>();
    clients_.push_back(&client);
  }
  void message(Client& client, MessageKind, std::string_view text) override {
    if (text == "ping") host_->send(client, "pong");
    if (text == "leave") host_->close(client, 4001, "as asked");
  }
  void gone(Client& client) override { std::erase(clients_, &client); }
  bool request(const net::HttpRequest& request, net::Responder responder) override {
    if (request.path != "/book") return false;
    const ListedMarket& market = *host_->markets().front();
    if (auto refused = host_->refused_request(VenueHost::occasion(market, "book"))) {
      responder.respond(std::move(*refused));
      return true;
    }
    const auto snapshot = host_->snapshot(market, 10);
    net::HttpResponse response;
    response.body = std::to_string(snapshot.book.update_id);
    host_->later(snapshot.delay, [responder, response] { responder.respond(response); });
    return true;
  }
  void on_book_change(ListedMarket& market, std::span<const match::LevelChange> changes) override {
    const match::LevelChange& change = changes.front();
    const Instrument& in = market.instrument();
    host_->deliver(clients_, VenueHost::occasion(market, "depth"), [&](Client& client) {
      return fmt::format(R"({{"seq":{},"symbol":"{}","id":{},"levels":[["{}","{}"]]}})", client.as<Sequence>().next++,
                         in.symbol, market.update_id(), change.price.to_text(in.price_decimals),
                         change.quantity.to_text(in.quantity_decimals));
    });
  }
  void on_trade(ListedMarket& market, const TradePrint& trade) override {
    host_->deliver(clients_, VenueHost::occasion(market, "trade"), fmt::format(R"({{"trade":{}}})", trade.id));
  }
  std::size_t subscriptions(const Client&) const override { return 1; }

 private:
  VenueHost* host_ = nullptr;
  std::vector<Client*> clients_;
};

std::unique_ptr<VenueServer> serve(VenueServerOptions options = {}) {
  if (options.symbols.empty()) options.symbols = {"BTC-USD"};
  options.rate = 400;
  auto server = VenueServer::start(std::make_unique<Plain>(), std::move(options));
  if (!server) {
    ADD_FAILURE() << server.error().message;
    return nullptr;
  }
  return std::move(*server);
}

class VenueServerFaults : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server && socket.opened());
    ASSERT_TRUE(loop.until([&] { return !socket.messages.empty(); }));  // what a fault changes has something before it
  }
  // The next change; others are passed over.
  json next() { return json::parse(next_text(), nullptr, false); }
  std::string next_text() { return socket.next_with("\"seq\""); }
  std::uint64_t seq(const json& change) { return change["seq"].get<std::uint64_t>(); }
  // Pairs of neighbours until `wanted` holds for one.
  bool comes(const std::function<bool(std::uint64_t before, std::uint64_t after)>& wanted) {
    std::uint64_t before = seq(next());
    for (int i = 0; i < 2000 && !socket.closed; ++i) {
      const json change = next();
      if (!change.is_object()) return false;
      if (wanted(before, seq(change))) return true;
      before = seq(change);
    }
    return false;
  }
  void inject(const std::string& fault) {
    const auto done = server->inject(fault);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  json injected() { return json::parse(server->status())["faults"]["injected"]; }

  std::unique_ptr<VenueServer> server = serve();
  Loop loop;
  Rest rest{loop, server->port()};
  Socket socket{loop, server->port(), "/ws"};
};

TEST_F(VenueServerFaults, NothingIsMissedOrMovedWithoutAFault) {
  std::uint64_t last = seq(next());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(seq(next()), ++last);
}

TEST_F(VenueServerFaults, DropIsAGapInTheClientsOwnSequence) {
  inject("drop:count=1");
  EXPECT_TRUE(comes([](auto before, auto after) { return after == before + 2; }));
  EXPECT_EQ(injected()["drop"], 1);
}

TEST_F(VenueServerFaults, DropOfATradeLeavesTheBookAlone) {
  inject("drop:stream=trade,count=1");
  std::uint64_t last = 0;
  EXPECT_TRUE(loop.until([&] {
    const auto now = seq(next());
    EXPECT_TRUE(last == 0 || now == last + 1);
    last = now;
    return injected()["drop"] == 1;
  }));
}

TEST_F(VenueServerFaults, DuplicateComesTwice) {
  inject("duplicate");
  EXPECT_TRUE(comes([](auto before, auto after) { return after == before; }));
}

TEST_F(VenueServerFaults, ReorderSwapsTwoNeighbours) {
  inject("reorder");
  EXPECT_TRUE(comes([](auto before, auto after) { return after == before - 1; }));
}

TEST_F(VenueServerFaults, DelayLetsLaterOnesGoAhead) {
  inject("delay:delay_ms=100");
  EXPECT_TRUE(comes([](auto before, auto after) { return after == before + 2; }));
  EXPECT_TRUE(comes([](auto before, auto after) { return after < before; }));
}

TEST_F(VenueServerFaults, TruncateSendsHalfAMessage) {
  inject("truncate");
  std::string text;
  for (int i = 0; i < 2000 && (text.empty() || text.ends_with('}')); ++i) text = next_text();
  EXPECT_TRUE(text.starts_with("{\"seq\":")) << text;
  EXPECT_FALSE(json::accept(text));
}

TEST_F(VenueServerFaults, CorruptFalsifiesAQuantityAndKeepsTheSequence) {
  inject("corrupt:count=0,field=quantity");
  const auto is_false = [&] {
    const json change = next();
    const auto truth = server->book("BTC-USD", change["id"].get<std::uint64_t>());
    if (!truth) return false;
    const auto price = *Price::parse(change["levels"][0][0].get<std::string>());
    const auto quantity = *Quantity::parse(change["levels"][0][1].get<std::string>());
    for (const auto* side : {&truth->bids, &truth->asks})
      for (const BookLevel& level : *side)
        if (level.price == price && level.quantity == quantity) return false;
    return true;
  };
  EXPECT_TRUE(loop.until(is_false));
  EXPECT_TRUE(comes([](auto before, auto after) { return after == before + 1; }));
}

TEST_F(VenueServerFaults, StallIsSilentAndThenHasAGap) {
  inject("stall:duration_ms=200");
  EXPECT_TRUE(comes([](auto before, auto after) { return after > before + 5; }));
  EXPECT_FALSE(socket.closed);
}

TEST_F(VenueServerFaults, HalfOpenNeverSpeaksAgainUntilCleared) {
  inject("half_open");
  ASSERT_TRUE(loop.until([&] { return injected()["half_open"] == 1; }));
  socket.messages.clear();
  EXPECT_TRUE(json::parse(server->status())["connections"][0]["half_open"].get<bool>());
  EXPECT_EQ(rest.send("DELETE", "/sandbox/fault", "").status, 200);
  EXPECT_TRUE(loop.until([&] { return socket.closed.has_value(); }));
}

TEST_F(VenueServerFaults, CloseEndsTheConnectionWithItsCode) {
  inject("close:code=1012");
  ASSERT_TRUE(loop.until([&] { return socket.closed.has_value(); }));
  EXPECT_EQ(socket.closed->code, 1012);
}

TEST_F(VenueServerFaults, CloseWithoutACodeResets) {
  inject("close");
  ASSERT_TRUE(loop.until([&] { return socket.closed.has_value(); }));
  EXPECT_NE(socket.closed->code, 1000);
}

TEST_F(VenueServerFaults, RefuseTurnsNewConnectionsAwayForAWhile) {
  inject("refuse:duration_ms=300");
  ASSERT_TRUE(loop.until([&] { return injected()["refuse"] == 1; }));
  EXPECT_FALSE(Socket(loop, server->port(), "/ws").opened());
  EXPECT_FALSE(socket.closed);
  EXPECT_TRUE(loop.until([&] { return Socket(loop, server->port(), "/ws").opened(); }));
}

TEST_F(VenueServerFaults, RestRefusalsCarryRetryAfter) {
  inject("http_429:retry_after=7");
  inject("http_418");
  const auto limited = rest.get("/book");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.headers.get("Retry-After"), "7");
  EXPECT_EQ(rest.get("/book").status, 418);
  EXPECT_EQ(rest.get("/book").status, 200);
}

TEST_F(VenueServerFaults, SnapshotsAreLateAndOldOrWrong) {
  server->pause(true);
  const auto truth = server->book("BTC-USD")->update_id;
  EXPECT_EQ(rest.get("/book").body, std::to_string(truth));
  inject("late_snapshot:delay_ms=150,age=3");
  const auto began = std::chrono::steady_clock::now();
  const auto id = std::stoull(rest.get("/book").body);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 150ms);
  EXPECT_LE(id, truth);
  EXPECT_GE(id + 3, truth);
  inject("wrong_snapshot_id:offset=-5");
  EXPECT_EQ(rest.get("/book").body, std::to_string(truth - 5));
}

TEST_F(VenueServerFaults, AnswersAreNoOccasionForMessageFaults) {
  inject("drop:stream=any,count=0");
  socket.send("ping");
  EXPECT_EQ(socket.next_with("pong"), "pong");
}

TEST(VenueServer, BookOfAllChangesEqualsTheTruth) {
  const auto server = serve();
  const auto book = server->book("BTC-USD");
  ASSERT_TRUE(book.has_value());
  EXPECT_GT(book->bids.size(), 100U);
  EXPECT_LT(book->bids.front().price, book->asks.front().price);
  EXPECT_EQ(server->book("ETH-USD").error().code, ErrorCode::NotFound);
  EXPECT_EQ(server->book("BTC-USD", 1).error().code, ErrorCode::NotFound);
}

TEST(VenueServer, RefusesForeignPathsAndEndsClientsThatLeave) {
  const auto server = serve();
  Loop loop;
  EXPECT_FALSE(Socket(loop, server->port(), "/other").opened());
  EXPECT_EQ(Rest(loop, server->port()).get("/nothing").status, 404);
  Socket socket(loop, server->port(), "/ws");
  ASSERT_TRUE(socket.opened());
  EXPECT_TRUE(loop.until([&] { return json::parse(server->status())["connections"].size() == 1; }));
  socket.send("leave");
  ASSERT_TRUE(loop.until([&] { return socket.closed.has_value(); }));
  EXPECT_EQ(socket.closed->code, 4001);
  EXPECT_TRUE(loop.until([&] { return json::parse(server->status())["connections"].empty(); }));
}

TEST(VenueServer, IsControlledAsEverySandboxIs) {
  const auto server = serve({.symbols = {"BTC-USD", "AAPL-USD"}});
  Loop loop;
  Rest rest(loop, server->port());
  EXPECT_EQ(rest.post("/sandbox/pause", "").parsed()["paused"], true);
  const json status = rest.get("/sandbox/status").parsed();
  EXPECT_EQ(status["venue"], "plain");
  const json& symbols = status["markets"]["spot"]["symbols"];
  const json book = rest.get("/sandbox/book?symbol=AAPL-USD&depth=5").parsed();
  EXPECT_EQ(book["update_id"], symbols["AAPL-USD"]["update_id"]);
  EXPECT_EQ(book["bids"].size(), 5U);
  EXPECT_EQ(book["bids"][0][0].get<std::string>().find('.'), 3U) << book;
  EXPECT_EQ(rest.get("/sandbox/book?symbol=NO-USD").status, 404);
  EXPECT_EQ(rest.get("/sandbox/book?symbol=AAPL-USD&market=moon").status, 400);
  EXPECT_EQ(rest.post("/sandbox/fault", R"({"fault":"drop","symbol":"AAPL-USD"})").status, 200);
  EXPECT_EQ(rest.post("/sandbox/fault", "drop:symbol=NO-USD").status, 404);
  EXPECT_EQ(rest.send("DELETE", "/sandbox/fault", "").parsed()["cleared"], 1);
  EXPECT_EQ(rest.get("/sandbox/pause").status, 405);
  EXPECT_EQ(rest.post("/sandbox/resume", "").parsed()["paused"], false);
  EXPECT_TRUE(loop.until([&] {
    return rest.get("/sandbox/book?symbol=BTC-USD&depth=1").parsed()["update_id"] > symbols["BTC-USD"]["update_id"];
  }));
}

TEST(VenueServer, SaysWhatItCannotList) {
  EXPECT_NE(VenueServer::start(std::make_unique<Plain>(), {.symbols = {"BTCUSD"}}).error().message.find("BASE-QUOTE"),
            std::string::npos);
  EXPECT_FALSE(VenueServer::start(std::make_unique<Plain>(), {}).has_value());
  EXPECT_FALSE(VenueServer::start(std::make_unique<Plain>(), {.symbols = {"BTC-USD"}, .faults = {"dorp"}}).has_value());
}

TEST(VenueServer, AnswersItsOwnerAlsoAfterItStopped) {
  const auto server = serve();
  server->stop();
  server->stop();
  EXPECT_TRUE(server->book("BTC-USD").has_value());
  EXPECT_TRUE(json::accept(server->status()));
}

// ---- the market behind it

struct Story : MarketListener {
  std::string text;
  std::uint64_t next_trade = 0;
  std::map<std::int64_t, Quantity> sides[2];
  void on_trade(ListedMarket& market, const TradePrint& trade) override {
    EXPECT_TRUE(next_trade == 0 || trade.id == next_trade) << trade.id;
    next_trade = trade.id + 1;
    EXPECT_EQ(trade.time, market.now());
    EXPECT_LT(trade.maker, trade.taker);
    text += fmt::format("t{} {} {}\n", trade.id, trade.price.raw(), trade.quantity.raw());
  }
  void on_book_change(ListedMarket& market, std::span<const match::LevelChange> changes) override {
    for (const match::LevelChange& change : changes) {
      auto& levels = sides[static_cast<std::size_t>(change.side)];
      if (change.quantity.is_zero())
        levels.erase(change.price.raw());
      else
        levels[change.price.raw()] = change.quantity;
      text += fmt::format("{} {} {}\n", market.update_id(), change.price.raw(), change.quantity.raw());
    }
  }
  void on_best_change(ListedMarket& market) override {
    EXPECT_EQ(market.best(match::Side::Buy).price, market.book(1).bids[0].price);
    text += "b\n";
  }
};

ListedMarket market_of(std::uint64_t seed) {
  return ListedMarket(*make_instrument("BTC", "USD", {.symbol = "BTC/USD"}), seed, 400, 1'700'000'000s);
}

TEST(ListedMarket, SameSeedTellsTheSameStoryInWhateverStepsItIsAdvanced) {
  Story one, two, other;
  ListedMarket first = market_of(7), second = market_of(7), third = market_of(8);
  first.advance(5s, one);
  for (Nanos at{0}; at <= 5s; at += 2ms) second.advance(at, two);
  third.advance(5s, other);
  EXPECT_GT(one.text.size(), 1000U);
  EXPECT_EQ(one.text, two.text);
  EXPECT_NE(one.text, other.text);
}

TEST(ListedMarket, ChangesLeadFromAnEarlierBookToThePresentOne) {
  ListedMarket market = market_of(3);
  Story story;
  const std::uint64_t begin = market.update_id();
  for (const auto& [side, levels] : {std::pair{0, market.book(100'000).bids}, std::pair{1, market.book(100'000).asks}})
    for (const BookLevel& level : levels) story.sides[side][level.price.raw()] = level.quantity;
  const Book before = market.book(50);
  market.advance(10s, story);
  const Book now = market.book(100'000);
  EXPECT_GT(now.update_id, begin + 100);
  EXPECT_EQ(story.sides[0].size(), now.bids.size());
  for (const BookLevel& level : now.bids) EXPECT_EQ(story.sides[0][level.price.raw()], level.quantity);
  for (const BookLevel& level : now.asks) EXPECT_EQ(story.sides[1][level.price.raw()], level.quantity);
  EXPECT_EQ(market.book_at(begin, 50)->bids, before.bids);
  EXPECT_FALSE(market.book_at(now.update_id + 1, 1));
  EXPECT_EQ(market.trades().back().id + 1, story.next_trade);
}

TEST(ListedInstrument, IsWrittenAsTheVenueHasIt) {
  const auto stock =
      make_instrument("AAPL", "USD", {.symbol = "AAPL", .tick = *Price::parse("0.01"), .step = Quantity::from_int(1)});
  ASSERT_TRUE(stock.has_value());
  EXPECT_EQ(stock->price_decimals, 2);
  EXPECT_EQ(stock->quantity_decimals, 0);
  EXPECT_EQ(stock->start, *Price::parse("226.4"));
  ListedMarket market(*stock, 1, 400, 0s);
  Story story;
  market.advance(5s, story);
  for (const BookLevel& level : market.book(100).bids) EXPECT_EQ(level.quantity.raw() % Quantity::one, 0);
  const auto kraken =
      make_instrument("XBT", "USD", {.symbol = "XBT/USD", .tick = *Price::parse("0.1"), .quantity_decimals = 8});
  ASSERT_TRUE(kraken.has_value());
  EXPECT_EQ(kraken->price_decimals, 1);
  EXPECT_EQ(kraken->quantity_decimals, 8);
  EXPECT_EQ(kraken->start, Price::from_int(61'800));
  EXPECT_GT(make_instrument("ETH", "BTC", {.symbol = "ETH/BTC"})->start, *Price::parse("0.04"));
  EXPECT_FALSE(make_instrument("eth", "BTC", {.symbol = "x"}).has_value());
  EXPECT_EQ(split_pair("DOGEUSDT", 0)->base, "DOGE");
}

}  // namespace
}  // namespace trunkline::sandbox::test
