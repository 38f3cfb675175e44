// A source that is polled, over a real HTTP server: entity tags, what comes twice, and a server that fails.
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "net/support.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/net/http_server.hpp"
#include "trunkline/net/session.hpp"
#include "trunkline/venue/generic/generic_venue.hpp"
#include "trunkline/venue/generic/mapping_reader.hpp"

namespace trunkline {
namespace {

using namespace std::chrono_literals;
using net::test::run_until;

class Quiet final : public EventLog {
 public:
  void write(const Event& event) override { names.emplace_back(event.name); }
  std::vector<std::string> names;
};

TEST(Polling, OverHttpEachTradeComesOnceAndWhatIsUnchangedIsNotSentAgain) {
  net::asio::io_context io{1};
  std::vector<std::string> tags;  // that were asked with
  int fail = 0;
  int newest = 3;
  const auto answer = [&](const net::HttpRequest& request, net::Responder responder) {
    EXPECT_EQ(request.target, "/trades?symbol=BTCUSDT");
    tags.emplace_back(request.headers.get("If-None-Match"));
    if (fail > 0) {
      --fail;
      return responder.respond({.status = 500, .body = "{}"});
    }
    const std::string tag = "\"v" + std::to_string(newest) + "\"";
    if (tags.back() == tag) return responder.respond({.status = 304});
    std::string list;
    for (int id = newest; id > newest - 3; --id) {
      list +=
          (list.empty() ? "" : ",") + fmt::format(R"({{"i":"{}","p":"10","q":"1","t":{}}})", id, 1'700'000'000 + id);
    }
    responder.respond({.body = "[" + list + "]", .headers = {{"ETag", tag}}});
  };
  const auto server = net::HttpServer::listen(io, {}, {.on_request = answer});
  ASSERT_TRUE(server) << server.error().message;

  auto mapping = venue::generic::read_mapping(fmt::format(R"(
symbol = "{{BASE}}{{QUOTE}}"
time_unit = "s"
requests_per_minute = 60000
[[poll]]
channel = "trades"
url = "http://127.0.0.1:{}/trades?symbol={{symbol}}"
interval = "5ms"
[poll.message]
kind = "trade"
each = "$"
price = "p"
quantity = "q"
time = "t"
id = "i"
)",
                                                          server->port()),
                                              "test.toml");
  ASSERT_TRUE(mapping) << mapping.error().message;
  auto made = venue::generic::GenericVenue::make(
      {.exchange = "polled",
       .mapping = *std::move(mapping),
       .subscriptions = {{*SymbolDescriptor::parse("polled:BTC-USDT"), {venue::Channel::Trades}}}});
  ASSERT_TRUE(made) << made.error().message;
  venue::generic::GenericVenue& source = **made;
  bus::Ring ring;
  bus::RingReader reader = ring.subscribe();
  venue::Sink sink(ring, venue::ConnectorId{1});
  Quiet log;
  net::Session session(io, source, sink, log, {.tick = 1ms});
  std::vector<std::uint64_t> ids;
  const auto drain = [&] {
    for (auto poll = reader.poll(); poll.kind == bus::PollKind::Frame; poll = reader.poll()) {
      if (const auto* trade = poll.frame.as<wire::Trade>()) ids.push_back(trade->trade_id);
    }
    return true;
  };
  ASSERT_TRUE(session.start());
  ASSERT_TRUE(run_until(io, [&] { return drain() && source.polls().unchanged >= 3; }));
  EXPECT_EQ(ids, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(tags.front(), "");
  EXPECT_EQ(tags.back(), "\"v3\"");

  newest = 5;
  ASSERT_TRUE(run_until(io, [&] { return drain() && ids.size() >= 5; }));
  fail = 2;
  ASSERT_TRUE(run_until(io, [&] { return drain() && source.polls().failed == 2; }));
  newest = 6;
  ASSERT_TRUE(run_until(io, [&] { return drain() && ids.size() >= 6; }));
  EXPECT_EQ(ids, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(std::ranges::find(log.names, "poll_failed") != log.names.end());
  session.stop();
}

}  // namespace
}  // namespace trunkline
