// Browsers of the bridge over real WebSockets, on one io_context.
#include "trunkline/relay/bridge.hpp"

#include <deque>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <optional>

#include "relay/support.hpp"
#include "trunkline/net/websocket_client.hpp"
#include "trunkline/protocol/websocket.hpp"
#include "trunkline/relay/bridge_command.hpp"
#include "trunkline/relay/bus_feed.hpp"

namespace trunkline::relay {
namespace {

using namespace test;
using wire::BookState;
using wire::FrameView;
using wire::MessageType;

// Reads text and binary messages of the bridge through the project's own client.
class Browser final : public net::WebSocketListener {
 public:
  Browser(net::asio::io_context& io, std::uint16_t port, std::string target = "/ws", net::Headers headers = {})
      : client_(
            io,
            {.url = *net::Url::parse("ws://127.0.0.1:" + std::to_string(port) + target), .headers = std::move(headers)},
            *this) {
    client_.open();
  }

  void on_open() override { opened = true; }
  void on_message(std::span<char> message, Nanos) override {
    ++messages;
    const std::string_view view(message.data(), message.size());
    if (view.starts_with('{')) {
      texts.emplace_back(view);
      return;
    }
    std::size_t frames = 0;
    EXPECT_TRUE(splitter.feed(std::as_bytes(std::span(view)), [&](FrameView frame) {
      ++frames;
      reader.read(frame);
    }));
    EXPECT_EQ(splitter.waiting(), 0U) << "a message holds whole frames";
    most_frames = std::max(most_frames, frames);
  }
  void on_closed(const net::WebSocketClosed& how) override { closed = how; }

  void say(std::string_view text) { client_.send_text(text); }
  bool has_text(std::string_view part) const {
    return std::ranges::any_of(texts, [&](const std::string& text) { return text.find(part) != std::string::npos; });
  }

  bool opened = false;
  std::optional<net::WebSocketClosed> closed;
  std::vector<std::string> texts;
  std::size_t messages = 0;
  std::size_t most_frames = 0;
  wire::FrameSplitter splitter;
  Reader reader;

 private:
  net::WebSocketClient client_;
};

// A WebSocket client that can send binary messages, and that reads only when told to.
class RawBrowser {
 public:
  RawBrowser(std::uint16_t port, int receive_buffer = 0) {
    fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (receive_buffer != 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    send(
        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  }
  ~RawBrowser() { ::close(fd_); }
  RawBrowser(const RawBrowser&) = delete;
  RawBrowser& operator=(const RawBrowser&) = delete;

  void send(std::string_view bytes) {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  void send_binary(std::string_view payload) {
    protocol::websocket::Encoder encoder({protocol::websocket::Role::Client, {}});
    std::string frame;
    encoder.binary(frame, payload);
    send(frame);
  }
  void send_binary(const StoredFrame& frame) {
    const auto bytes = frame.view().bytes();
    send_binary({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  void send_text(std::string_view payload) {
    protocol::websocket::Encoder encoder({protocol::websocket::Role::Client, {}});
    std::string frame;
    encoder.text(frame, payload);
    send(frame);
  }
  // Reads what there is. False: the server has closed.
  bool read() {
    for (;;) {
      const auto room = decoder_.prepare(65'536);
      const ssize_t got = ::recv(fd_, room.data(), room.size(), MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
      if (got < 0) return true;
      std::size_t size = static_cast<std::size_t>(got);
      if (!upgraded_) {
        head_.append(room.data(), size);
        const auto end = head_.find("\r\n\r\n");
        if (end == std::string::npos) continue;
        upgraded_ = true;
        const std::string rest = head_.substr(end + 4);
        std::memcpy(room.data(), rest.data(), size = rest.size());
      }
      decoder_.received(size);
      protocol::websocket::Message message;
      while (decoder_.next(message) == protocol::websocket::Decode::Message) {
        if (message.opcode == protocol::websocket::Opcode::Text) texts.emplace_back(message.text());
        if (message.opcode != protocol::websocket::Opcode::Binary) continue;
        EXPECT_TRUE(
            splitter_.feed(std::as_bytes(std::span(message.text())), [&](FrameView frame) { reader.read(frame); }));
      }
    }
  }

  Reader reader;
  std::vector<std::string> texts;

 private:
  int fd_ = -1;
  bool upgraded_ = false;
  std::string head_;
  protocol::websocket::Decoder decoder_{{protocol::websocket::Role::Client, 16U << 20, 65'536, {}}};
  wire::FrameSplitter splitter_;
};

struct BridgeTest : testing::Test {
  void open(FanOutConfig config = {}, BridgeConfig bridge_config = {}) {
    config.encode_json = Bridge::encode_json;
    broadcast.emplace(io, DistributorConfig{.fan_out = std::move(config)}, &log);
    bridge.emplace(*broadcast, std::move(bridge_config));
    auto listening = net::HttpServer::listen(
        io, {},
        {.check_websocket = [this](const net::HttpRequest& request) { return bridge->check(request); },
         .on_websocket =
             [this](const net::HttpRequest& request, std::shared_ptr<net::WebSocketServerConnection> connection) {
               bridge->on_websocket(request, std::move(connection));
             }});
    ASSERT_TRUE(listening) << listening.error().message;
    server.emplace(std::move(*listening));
    feed.emplace(*broadcast, source.reader());
  }
  template <class Condition>
  bool until(Condition condition) {
    return run_until(io, condition);
  }

  RecordingLog log;
  net::asio::io_context io{1};
  Source source{1, std::size_t{8} << 20};
  std::optional<Broadcast> broadcast;
  std::optional<Bridge> bridge;
  std::optional<net::HttpServer> server;
  std::optional<BusFeed> feed;
};

constexpr std::string_view subscribe_all = R"({"op":"subscribe"})";

TEST_F(BridgeTest, ABrowserIsTheSameAsAnyClientOfTheRelay) {
  open();
  source.start();
  Browser browser(io, server->port());
  ASSERT_TRUE(until([&] { return browser.reader.count(MessageType::ConnectionStatus) == 1; }));
  EXPECT_EQ(browser.reader.types[0], MessageType::Welcome);
  EXPECT_EQ(browser.reader.count(MessageType::SymbolMapping), 2U);
  EXPECT_EQ(browser.reader.count(MessageType::L2Snapshot), 0U) << "no data before it is asked for";
  browser.say(subscribe_all);
  ASSERT_TRUE(until([&] { return browser.reader.book(eth).live() && browser.reader.book(btc).live(); }));
  for (int i = 0; i < 500; ++i) {
    source.publish(source.writer.trade(btc));
    source.publish(source.writer.move(eth));
  }
  ASSERT_TRUE(until([&] { return browser.reader.trades.size() == 500; }));
  ASSERT_TRUE(until([&] { return same_book(browser.reader.book(eth), source.truth.book(eth)); }));
  EXPECT_GT(browser.most_frames, 50U) << "what gathered goes out as one message";
  EXPECT_EQ(bridge->clients(), 1U);
}

TEST_F(BridgeTest, SubscriptionsByTextSelectSymbolsAndChannels) {
  open();
  source.start();
  Browser browser(io, server->port());
  ASSERT_TRUE(until([&] { return browser.opened; }));
  browser.say(R"({"op":"subscribe","symbols":["binance:BTC-USDT"],"channels":["Trade","L2Delta"]})");
  ASSERT_TRUE(until([&] { return browser.reader.book(btc).live(); }));
  source.publish(source.writer.trade(eth));
  source.publish(source.writer.trade(btc));
  ASSERT_TRUE(until([&] { return browser.reader.trades == std::vector<std::uint64_t>{2}; }));
  EXPECT_EQ(browser.reader.book(eth).state(), BookState::Init);
  browser.say(R"({"op":"unsubscribe","symbols":["binance:BTC-USDT"],"channels":["Trade"]})");
  browser.say(R"({"op":"subscribe","symbols":["binance:ETH-USDT"],"channels":["Trade"]})");
  ASSERT_TRUE(until([&] {
    source.publish(source.writer.trade(eth));
    return browser.reader.trades.size() > 3;
  }));
  source.publish(source.writer.trade(btc));
  source.publish(source.writer.move(btc));
  ASSERT_TRUE(until([&] { return same_book(browser.reader.book(btc), source.truth.book(btc)); }));
  EXPECT_NE(browser.reader.trades.back(), source.writer.trades());
}

TEST_F(BridgeTest, JsonWhenAskedForInTheAddress) {
  open();
  source.start();
  Browser browser(io, server->port(), "/ws?format=json");
  Browser second(io, server->port(), "/ws?format=json");
  ASSERT_TRUE(until([&] { return browser.opened && second.opened; }));
  browser.say(subscribe_all);
  second.say(subscribe_all);
  ASSERT_TRUE(until([&] { return browser.has_text("\"L2Snapshot\"") && second.has_text("\"L2Snapshot\""); }));
  EXPECT_TRUE(browser.texts[0].find("\"type\":\"Welcome\"") != std::string::npos) << browser.texts[0];
  EXPECT_TRUE(browser.has_text("\"text\":\"binance:BTC-USDT\""));
  source.publish(source.writer.trade(btc));
  ASSERT_TRUE(until([&] { return browser.has_text("\"type\":\"Trade\"") && second.has_text("\"type\":\"Trade\""); }));
  const std::string& trade = browser.texts.back();
  EXPECT_NE(trade.find("\"price\":\"100\""), std::string::npos) << trade;
  EXPECT_NE(trade.find("\"trade_id\":\"1\""), std::string::npos) << trade;
  EXPECT_NE(trade.find("\"flags\":[\"side_buy\"]"), std::string::npos) << trade;
  EXPECT_TRUE(browser.reader.types.empty());
}

TEST_F(BridgeTest, BinarySubscriptionsAndTheChangeToJson) {
  open();
  source.start();
  RawBrowser browser(server->port());
  Writer writer;
  ASSERT_TRUE(until([&] { return browser.read() && browser.reader.count(MessageType::Welcome) == 1; }));
  wire::Subscribe wanted;
  wanted.channels = channel(MessageType::Trade);
  browser.send_binary(writer.make(wanted, 0, std::span<const SymbolHash>(&btc, 1)));
  ASSERT_TRUE(until([&] {
    source.publish(source.writer.trade(btc));
    return browser.read() && browser.reader.trades.size() > 2;
  }));
  wanted.format = wire::Format::Json;
  browser.send_binary(writer.make(wanted, 0, std::span<const SymbolHash>(&btc, 1)));
  ASSERT_TRUE(until([&] {
    source.publish(source.writer.trade(btc));
    return browser.read() && browser.texts.size() > 5;
  }));
  EXPECT_NE(browser.texts[0].find("SymbolMapping"), std::string::npos) << browser.texts[0];
  EXPECT_NE(browser.texts.back().find("\"Trade\""), std::string::npos) << browser.texts.back();
}

TEST_F(BridgeTest, WhatCannotBeUnderstoodIsAnsweredAndHarmsNothing) {
  open();
  source.start();
  RawBrowser browser(server->port());
  const auto answered = [&](std::string_view part) {
    return until([&] {
      return browser.read() && std::ranges::any_of(browser.texts, [&](const std::string& text) {
               return text.starts_with("{\"type\":\"Error\"") && text.find(part) != std::string::npos;
             });
    });
  };
  browser.send_text("hello");
  EXPECT_TRUE(answered("no JSON"));
  browser.send_text(R"({"op":"subscribe","channels":["Trades"]})");
  EXPECT_TRUE(answered("there is no channel"));
  browser.send_binary("\x01\x02\x03\x04\x05\x06\x07\x08");
  EXPECT_TRUE(answered("bad magic"));
  Writer writer;
  browser.send_binary(writer.trade(btc));
  EXPECT_TRUE(answered("not Trade"));
  const auto whole = writer.trade(btc);
  browser.send_binary({reinterpret_cast<const char*>(whole.view().bytes().data()), 20});
  EXPECT_TRUE(answered("ends within a frame"));
  auto lying = writer.make(wire::Subscribe{}, 0, std::span<const SymbolHash>());
  std::string bytes(reinterpret_cast<const char*>(lying.view().bytes().data()), lying.view().size());
  bytes[wire::header_size + 40] = '\xFF';
  browser.send_binary(bytes);
  EXPECT_TRUE(answered("not Subscribe"));
  EXPECT_EQ(bridge->stats().bad_commands, 6U);
  browser.send_text(subscribe_all);
  EXPECT_TRUE(until([&] { return browser.read() && browser.reader.book(btc).live(); }));
}

TEST_F(BridgeTest, WhoeverDoesNotReadTheAnswersToBadCommandsIsClosed) {
  open();
  RawBrowser browser(server->port(), 4096);
  const std::string nonsense(60'000, 'x');
  bool refused = false;
  for (int i = 0; i < 100'000 && !refused; ++i) {
    browser.send_text("{\"op\":1}");
    for (int turn = 0; turn < 4; ++turn) io.poll();
    if (io.stopped()) io.restart();
    refused = bridge->stats().bad_commands > 100 && bridge->clients() == 0;
  }
  EXPECT_TRUE(refused);
}

TEST_F(BridgeTest, ABrowserThatStopsReadingIsConflatedAndOthersLoseNothing) {
  open({.max_queue_bytes = 128 * 1024, .chunk_bytes = 16 * 1024, .window_bytes = 128 * 1024});
  source.start();
  RawBrowser slow(server->port(), 4096);
  Browser quick(io, server->port());
  ASSERT_TRUE(until([&] { return quick.opened && bridge->clients() == 2; }));
  slow.send_text(subscribe_all);
  quick.say(subscribe_all);
  ASSERT_TRUE(until([&] { return quick.reader.book(eth).live(); }));
  std::uint64_t trades = 0;
  // Until the kernel's buffers and the queue are full.
  while (log.count("client_slow") == 0 && trades < 1'000'000) {
    for (int i = 0; i < 200; ++i) source.publish(source.writer.trade(btc));
    trades += 200;
    source.publish(source.writer.move(eth));
    ASSERT_TRUE(until([&] { return feed->backlog() == 0 && quick.reader.trades.size() == trades; }));
  }
  ASSERT_EQ(log.count("client_slow"), 1U);
  for (int i = 0; i < 5'000; ++i) source.publish(source.writer.trade(btc));
  trades += 5'000;
  for (int i = 0; i < 10; ++i) source.publish(source.writer.move(eth));
  ASSERT_TRUE(until([&] { return quick.reader.trades.size() == trades; }));
  EXPECT_TRUE(quick.reader.gaps.empty());
  EXPECT_LE(broadcast->fan_out().shared_chunks(), 128U / 16 + 3);
  ASSERT_TRUE(until([&] { return slow.read() && !slow.reader.gaps.empty(); }));
  ASSERT_TRUE(until([&] { return slow.read() && same_book(slow.reader.book(eth), source.truth.book(eth)); }));
  EXPECT_TRUE(slow.reader.book(eth).live());
  EXPECT_EQ(slow.reader.trades.size() + slow.reader.gaps[0].missed, trades);
}

TEST_F(BridgeTest, PagesOfOtherOriginsAreRefused) {
  open({}, {.allowed_origins = {"https://desk.example"}});
  const auto refused = [&](std::string origin) {
    Browser browser(io, server->port(), "/ws", {{"Origin", std::move(origin)}});
    EXPECT_TRUE(until([&] { return browser.opened || browser.closed; }));
    return !browser.opened && browser.closed->http_status == 403;
  };
  EXPECT_TRUE(refused("https://evil.example"));
  EXPECT_TRUE(refused("null"));
  EXPECT_FALSE(refused("https://desk.example"));
  EXPECT_FALSE(refused("http://127.0.0.1:" + std::to_string(server->port())));
  EXPECT_FALSE(refused("http://localhost:3000"));
  EXPECT_EQ(bridge->stats().refused_origins, 2U);
  Browser browser(io, server->port(), "/ws?format=xml");
  ASSERT_TRUE(until([&] { return browser.closed.has_value(); }));
  EXPECT_EQ(browser.closed->http_status, 400);
}

TEST_F(BridgeTest, ABrowserThatLeavesIsForgotten) {
  open();
  source.start();
  {
    Browser browser(io, server->port());
    ASSERT_TRUE(until([&] { return browser.opened && bridge->clients() == 1; }));
    browser.say(subscribe_all);
    ASSERT_TRUE(until([&] { return browser.reader.book(btc).live(); }));
  }
  ASSERT_TRUE(until([&] {
    source.publish(source.writer.trade(btc));
    return bridge->clients() == 0;
  }));
  EXPECT_EQ(broadcast->fan_out().clients(), 0U);
}

TEST(Origin, SameHostLoopbackOnLoopbackAndWhatIsListed) {
  EXPECT_TRUE(is_origin_allowed("", "anything", {}));
  EXPECT_TRUE(is_origin_allowed("http://hub.example:8000", "hub.example:8000", {}));
  EXPECT_TRUE(is_origin_allowed("http://HUB.example:8000", "hub.example:8000", {}));
  EXPECT_FALSE(is_origin_allowed("http://hub.example", "hub.example:8000", {}));
  EXPECT_TRUE(is_origin_allowed("http://localhost:5173", "127.0.0.1:8000", {}));
  EXPECT_TRUE(is_origin_allowed("http://[::1]:5173", "localhost:8000", {}));
  EXPECT_FALSE(is_origin_allowed("http://localhost:5173", "hub.example:8000", {}));
  EXPECT_FALSE(is_origin_allowed("http://rebound.example:8000", "127.0.0.1:8000", {}));
  EXPECT_FALSE(is_origin_allowed("http://localhost.evil.example", "localhost:8000", {}));
  EXPECT_FALSE(is_origin_allowed("http://127.0.0.1.evil.example", "localhost:8000", {}));
  EXPECT_FALSE(is_origin_allowed("file://", "localhost:8000", {}));
  EXPECT_TRUE(is_origin_allowed("https://desk.example", "localhost:8000", {"https://desk.example"}));
  EXPECT_TRUE(is_origin_allowed("https://desk.example", "localhost:8000", {"*"}));
}

TEST(BridgeCommand, SaysWhatIsWrongAndWhatWouldBeRight) {
  const auto error = [](std::string_view text) {
    const auto parsed = parse_bridge_command(text);
    return parsed ? std::string() : parsed.error().message;
  };
  EXPECT_NE(error("[]").find("JSON object"), std::string::npos);
  EXPECT_NE(error("{}").find("\"op\" is missing"), std::string::npos);
  EXPECT_NE(error(R"({"op":"sub"})").find("but \"subscribe\""), std::string::npos);
  EXPECT_NE(error(R"({"op":"subscribe","symbol":"x"})").find("there is no \"symbol\""), std::string::npos);
  EXPECT_NE(error(R"({"op":"subscribe","symbols":"x"})").find("list of strings"), std::string::npos);
  EXPECT_NE(error(R"({"op":"subscribe","symbols":[]})").find("empty list"), std::string::npos);
  EXPECT_NE(error(R"({"op":"subscribe","channels":["Depth"]})").find("Trade, Quote, L2Snapshot"), std::string::npos);
  EXPECT_FALSE(parse_bridge_command(R"({"op":"subscribe","symbols":["no colon"]})"));
  EXPECT_FALSE(parse_bridge_command("{\"op\":\"\xFF\"}"));
  EXPECT_FALSE(parse_bridge_command(std::string(100'000, '[')));
  const auto command =
      parse_bridge_command(R"({"op":"unsubscribe","symbols":["binance:BTC-USDT"],"channels":["Bar"]})");
  ASSERT_TRUE(command);
  EXPECT_FALSE(command->subscribe);
  EXPECT_EQ(command->symbols, std::vector{btc});
  EXPECT_EQ(command->channels, channel(MessageType::Bar));
}

}  // namespace
}  // namespace trunkline::relay
