// Collectors, relay and clients over real unix sockets, on one io_context.
#include <gtest/gtest.h>
#include <optional>

#include "relay/support.hpp"
#include "trunkline/net/unix_socket.hpp"
#include "trunkline/relay/bus_feed.hpp"
#include "trunkline/relay/relay_client.hpp"
#include "trunkline/relay/relay_feeds.hpp"
#include "trunkline/relay/relay_server.hpp"
#include "trunkline/relay/unix_socket_writer.hpp"

namespace trunkline::relay {
namespace {

using namespace test;
using wire::BookReason;
using wire::BookState;
using wire::FrameView;
using wire::MessageType;

constexpr net::BackoffConfig quick{.first = 5ms, .cap = 20ms};

struct RelayTest : testing::Test {
  // A client of the relay, and what it makes of the stream.
  struct Client {
    Client(RelayTest& test, RelayClientConfig config = {})
        : client(
              test.io,
              [&] {
                config.socket = test.socket.path();
                config.backoff = quick;
                return config;
              }(),
              {.on_frame = [this](FrameView frame) { reader.read(frame); },
               .on_disconnected = [this](std::string_view) { ++disconnects; }},
              nullptr) {}

    Reader reader;
    int disconnects = 0;
    RelayClient client;
  };

  void open_relay(FanOutConfig config = {}, int send_buffer = 0) {
    broadcast.emplace(io, DistributorConfig{.fan_out = std::move(config)}, &log);
    auto listening = RelayServer::listen(*broadcast, {.socket = socket.path(), .send_buffer_bytes = send_buffer});
    ASSERT_TRUE(listening) << listening.error().message;
    relay = std::move(*listening);
    broadcast->distributor().on_resync_needed([this](SymbolHash symbol) { relay->request_resync(symbol); });
  }
  void close_relay() {
    relay.reset();
    broadcast.reset();
  }
  UnixSocketWriterConfig to_relay() const { return {.socket = socket.path(), .backoff = quick}; }

  template <class Condition>
  bool until(Condition condition) {
    return run_until(io, condition);
  }
  bool caught_up(Reader& reader, Source& source) {
    return until([&] {
      return same_book(reader.book(btc), source.truth.book(btc)) && same_book(reader.book(eth), source.truth.book(eth));
    });
  }

  SocketPath socket;
  RecordingLog log;
  net::asio::io_context io{1};
  std::optional<Broadcast> broadcast;
  std::unique_ptr<RelayServer> relay;
};

TEST_F(RelayTest, ALateJoinerBehindCollectorAndRelayHasTheSourcesBooks) {
  open_relay();
  Source source;
  UnixSocketWriter collector(io, to_relay(), source.reader(), &log);
  ASSERT_TRUE(until([&] { return collector.stats().connected; }));
  source.start();
  for (int i = 0; i < 100; ++i) source.publish(source.writer.move(btc));
  ASSERT_TRUE(until([&] { return broadcast->distributor().frames() == 109; }));

  Client late(*this);
  ASSERT_TRUE(caught_up(late.reader, source));
  EXPECT_TRUE(late.reader.book(btc).live());
  EXPECT_EQ(late.reader.types[0], MessageType::Welcome);
  EXPECT_EQ(late.reader.count(MessageType::SymbolMapping), 2U);
  EXPECT_EQ(late.reader.count(MessageType::ConnectionStatus), 1U);
  EXPECT_EQ(late.reader.count(MessageType::L2Delta), 0U);
  for (int i = 0; i < 100; ++i) {
    source.publish(source.writer.move(eth));
    source.publish(source.writer.trade(btc));
  }
  ASSERT_TRUE(caught_up(late.reader, source));
  ASSERT_TRUE(until([&] { return late.reader.trades.size() == 100; }));
  EXPECT_EQ(late.reader.count(MessageType::L2Delta), 100U);
  EXPECT_TRUE(late.reader.gaps.empty());
  EXPECT_EQ(relay->stats().clients, 1U);
  EXPECT_EQ(relay->stats().collectors, 1U);
  EXPECT_EQ(log.count("collector_connected"), 1U);
}

TEST_F(RelayTest, FramesComeThroughUnchanged) {
  open_relay();
  Source source;
  UnixSocketWriter collector(io, to_relay(), source.reader(), &log);
  Client client(*this);
  ASSERT_TRUE(until([&] { return relay->stats().clients == 1; }));
  source.start();
  std::vector<StoredFrame> sent;
  for (int i = 0; i < 200; ++i) {
    sent.push_back(i % 2 == 0 ? source.writer.trade(eth) : source.writer.move(btc));
    source.publish(sent.back());
  }
  ASSERT_TRUE(until([&] { return client.reader.trades.size() == 100 && caught_up(client.reader, source); }));
  const auto& got = client.reader.frames;
  ASSERT_GE(got.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(got[got.size() - sent.size() + i].view().bytes(), sent[i].view().bytes()));
  }
}

TEST_F(RelayTest, TwoCollectorsFeedOneRelayAndOneMayDieAlone) {
  open_relay();
  Source first(1);
  Source second(2);
  auto first_writer = std::make_unique<UnixSocketWriter>(io, to_relay(), first.reader(), &log);
  UnixSocketWriter second_writer(io, to_relay(), second.reader(), &log);
  first.publish(first.writer.connection(wire::ConnectionState::Connected));
  first.publish(first.writer.start(btc, "binance:BTC-USDT"));
  second.publish(second.writer.connection(wire::ConnectionState::Connected));
  second.publish(second.writer.start(eth, "kraken:ETH-USD"));
  Client client(*this);
  ASSERT_TRUE(until([&] { return client.reader.book(btc).live() && client.reader.book(eth).live(); }));

  first_writer.reset();
  ASSERT_TRUE(until([&] { return client.reader.book(btc).state() == BookState::Stale; }));
  EXPECT_EQ(client.reader.book(btc).reason(), BookReason::Disconnected);
  EXPECT_TRUE(client.reader.book(eth).live());
  const auto& last =
      *std::ranges::find(client.reader.frames.rbegin(), client.reader.frames.rend(), MessageType::ConnectionStatus,
                         [](const StoredFrame& f) { return f.view().type(); });
  EXPECT_EQ(last.view().as<wire::ConnectionStatus>()->state, wire::ConnectionState::Disconnected);
  EXPECT_EQ(last.view().stamp().source, 1 << 4);
  // A newcomer learns the same.
  Client late(*this);
  ASSERT_TRUE(until([&] { return late.reader.book(eth).live(); }));
  EXPECT_EQ(late.reader.book(btc).reason(), BookReason::Disconnected);

  // The collector comes back, as a new process would: its sequence begins anew.
  Source again(1);
  UnixSocketWriter third_writer(io, to_relay(), again.reader(), &log);
  again.publish(again.writer.connection(wire::ConnectionState::Connected));
  again.publish(again.writer.start(btc, "binance:BTC-USDT"));
  ASSERT_TRUE(until([&] { return client.reader.book(btc).live() && late.reader.book(btc).live(); }));
  EXPECT_TRUE(same_book(client.reader.book(btc), again.truth.book(btc)));
  EXPECT_EQ(relay->stats().missed, 0U);
  EXPECT_TRUE(client.reader.gaps.empty());
}

TEST_F(RelayTest, ASecondCollectorOfTheSameConnectorIsRefusedAndToldWhy) {
  open_relay();
  Source first(1);
  UnixSocketWriter first_writer(io, to_relay(), first.reader(), &log);
  first.start();
  Client client(*this);
  ASSERT_TRUE(caught_up(client.reader, first));
  RawPeer second(socket.path());
  Writer copy(1);
  second.send(copy.trade(btc));
  ASSERT_TRUE(until([&] { return second.closed(); }));
  EXPECT_EQ(relay->stats().refused_collectors, 1U);
  ASSERT_FALSE(second.reader.frames.empty());
  const auto* told = second.reader.frames.back().view().as<wire::ConnectionStatus>();
  ASSERT_NE(told, nullptr);
  EXPECT_EQ(told->state, wire::ConnectionState::Stopped);
  EXPECT_NE(reason(*told).find("connector id 1 is fed by another collector"), std::string_view::npos);
  EXPECT_TRUE(client.reader.book(btc).live());
  EXPECT_TRUE(client.reader.trades.empty());
}

TEST_F(RelayTest, AHoleInACollectorsSequenceIsAGapAndTheBookComesFromTheCollectorsCache) {
  open_relay();
  Source source;
  UnixSocketWriter collector(io, to_relay(), source.reader(), &log);
  RawPeer raw(socket.path());
  Writer writer(7);
  const SymbolHash sol = hash_symbol_text("kraken:SOL-USD");
  for (const auto& frame : writer.start(sol, "kraken:SOL-USD")) raw.send(frame);
  source.start();
  Client client(*this);
  ASSERT_TRUE(caught_up(client.reader, source));
  writer.trade(sol);
  writer.trade(sol);  // two that never come
  raw.send(writer.trade(sol));
  ASSERT_TRUE(until([&] { return client.reader.trades.size() == 1; }));
  ASSERT_EQ(client.reader.gaps.size(), 1U);
  EXPECT_EQ(client.reader.gaps[0].missed, 2U);
  EXPECT_EQ(client.reader.gaps[0].scope, wire::GapScope::Link);
  EXPECT_TRUE(client.reader.book(btc).live()) << "another collector's books are untouched";
  // The relay asks for the book that is in doubt.
  ASSERT_TRUE(until([&] { return raw.read() && raw.reader.count(MessageType::Subscribe) == 1; }));
  const auto* asked = raw.reader.frames.back().view().as<wire::Subscribe>();
  EXPECT_EQ(symbols(*asked)[0], sol);
}

TEST_F(RelayTest, ABookLostOnTheBusIsAskedForAndComesAnew) {
  open_relay();
  // A ring so small that the writer laps the reader.
  Source source(1, std::size_t{256} << 10);
  int asked = 0;
  UnixSocketWriter collector(io, to_relay(), source.reader(), &log);
  collector.on_resync_needed([&](SymbolHash) { ++asked; });
  source.start();
  Client client(*this);
  ASSERT_TRUE(caught_up(client.reader, source));
  for (int i = 0; i < 20'000; ++i) source.publish(source.writer.move(btc));
  source.publish(source.writer.trade(btc));
  ASSERT_TRUE(until([&] { return client.reader.book(btc).reason() == BookReason::BusLoss; }));
  ASSERT_TRUE(until([&] { return asked != 0; }));
  EXPECT_FALSE(client.reader.gaps.empty());
  EXPECT_EQ(client.reader.gaps.back().scope, wire::GapScope::Bus);
  source.publish(source.writer.start(btc, "binance:BTC-USDT"));
  ASSERT_TRUE(until([&] { return client.reader.book(btc).live(); }));
  // Of the other symbol nothing was lost, which its next frame shows.
  source.publish(source.writer.move(eth));
  ASSERT_TRUE(caught_up(client.reader, source));
  EXPECT_EQ(relay->stats().missed, 0U) << "told by the collector, not found a second time";
}

TEST_F(RelayTest, AClientThatStopsReadingHarmsNobodyAndIsRightAgainWhenItWakes) {
  open_relay({.max_queue_bytes = 256 * 1024, .chunk_bytes = 16 * 1024, .window_bytes = 256 * 1024}, 16 * 1024);
  Source source;
  BusFeed feed(*broadcast, source.reader());
  RawPeer stopped(socket.path());
  stopped.subscribe();
  Client client(*this);
  source.start();
  ASSERT_TRUE(caught_up(client.reader, source));
  constexpr std::uint64_t trades = 50'000;
  std::size_t most_chunks = 0;
  for (std::uint64_t i = 0; i < trades; ++i) {
    source.publish(source.writer.trade(btc));
    if (i % 5 == 0) source.publish(source.writer.move(eth));
    if (i % 100 == 0) {
      ASSERT_TRUE(until([&] { return feed.backlog() == 0; }));
      most_chunks = std::max(most_chunks, broadcast->fan_out().shared_chunks());
    }
  }
  ASSERT_TRUE(until([&] { return client.reader.trades.size() == trades; }));
  EXPECT_TRUE(client.reader.gaps.empty());
  EXPECT_EQ(feed.total_missed(), 0U);
  EXPECT_LE(most_chunks, 256U / 16 + 3);
  EXPECT_LE(broadcast->fan_out().total_queued_bytes(), 2U * 256 * 1024 + 64 * 1024);
  EXPECT_GE(log.count("client_slow"), 1U);

  ASSERT_TRUE(until([&] { return stopped.read() && !stopped.reader.gaps.empty(); }));
  source.publish(source.writer.trade(eth));
  source.publish(source.writer.move(eth));
  ASSERT_TRUE(until([&] {
    return stopped.read() && stopped.reader.trades.size() + stopped.reader.gaps.back().total_missed == trades + 1 &&
           same_book(stopped.reader.book(eth), source.truth.book(eth));
  }));
  EXPECT_TRUE(stopped.reader.book(eth).live());
  EXPECT_TRUE(same_book(stopped.reader.book(btc), source.truth.book(btc)));
}

TEST_F(RelayTest, HostileBytesCloseTheirSenderAlone) {
  open_relay();
  Source source;
  BusFeed feed(*broadcast, source.reader());
  Client client(*this);
  source.start();
  ASSERT_TRUE(caught_up(client.reader, source));

  const auto closed_for = [&](std::string_view bytes) {
    RawPeer peer(socket.path());
    peer.send(bytes);
    const bool closed = until([&] { return peer.closed(); });
    return closed ? log.field("relay_peer_refused", "reason") : "still open";
  };
  EXPECT_NE(closed_for("GET / HTTP/1.1\r\nHost: x\r\n\r\n").find("bad magic"), std::string::npos);
  EXPECT_NE(closed_for(std::string("\xFE\x10\x00\x01\x00\x00\x00\x00", 8)).find("impossible length"),
            std::string::npos);
  // A Subscribe that counts more symbols than it holds.
  Writer writer;
  auto lying = writer.make(wire::Subscribe{}, 0, std::span<const SymbolHash>());
  auto bytes = std::string(reinterpret_cast<const char*>(lying.view().bytes().data()), lying.view().size());
  bytes[wire::header_size + 40] = '\xFF';
  EXPECT_NE(closed_for(bytes).find("shorter"), std::string::npos);
  // A client that becomes a collector.
  {
    RawPeer peer(socket.path());
    peer.subscribe();
    peer.send(writer.trade(btc));
    EXPECT_TRUE(until([&] { return peer.closed(); }));
  }
  // A trade shorter than a trade, from what would be a collector.
  const auto beat = writer.make(wire::Heartbeat{}, 0);
  bytes = std::string(reinterpret_cast<const char*>(beat.view().bytes().data()), beat.view().size());
  bytes[1] = 1;
  RawPeer peer(socket.path());
  peer.send(bytes);
  EXPECT_TRUE(until([&] { return peer.closed(); }));
  EXPECT_NE(log.field("collector_refused", "reason").find("no such message"), std::string::npos);
  EXPECT_EQ(relay->stats().bad_peers, 5U);

  source.publish(source.writer.move(btc));
  EXPECT_TRUE(caught_up(client.reader, source));
  EXPECT_EQ(client.client.stats().connects, 1U);
}

TEST_F(RelayTest, FramesOfUnknownTypesArePassedOver) {
  open_relay();
  RawPeer collector(socket.path());
  Writer writer;
  collector.send(writer.trade(btc));
  std::string unknown(wire::header_size + 64, '\0');
  const std::uint64_t word = wire::pack({static_cast<MessageType>(200), 0, 64, 1});
  std::memcpy(unknown.data(), &word, sizeof word);
  collector.send(unknown);
  writer.trade(btc);  // the sequence that the unknown one had
  Client client(*this);
  ASSERT_TRUE(until([&] { return relay->stats().clients == 1; }));
  collector.send(writer.trade(btc));
  ASSERT_TRUE(until([&] { return client.reader.trades.size() == 1; }));
  EXPECT_EQ(relay->stats().unknown_frames, 1U);
  EXPECT_EQ(relay->stats().missed, 0U) << "passed over is not lost on the way";
  // And from a client.
  RawPeer peer(socket.path());
  peer.send(unknown);
  peer.subscribe();
  ASSERT_TRUE(until([&] { return relay->stats().clients == 2; }));
  EXPECT_FALSE(peer.closed());
}

TEST_F(RelayTest, SubscriptionsChangeOnTheWayAndAreKeptOverAReconnect) {
  open_relay();
  Source source;
  UnixSocketWriter collector(io, to_relay(), source.reader(), &log);
  source.start();
  Client client(*this, {.socket = socket.path(), .symbols = {btc}, .channels = channel(MessageType::Trade)});
  ASSERT_TRUE(until([&] { return relay->stats().clients == 1; }));
  source.publish(source.writer.trade(eth));
  source.publish(source.writer.trade(btc));
  ASSERT_TRUE(until([&] { return client.reader.trades == std::vector<std::uint64_t>{2}; }));
  EXPECT_EQ(client.reader.book(btc).state(), BookState::Init);

  ASSERT_TRUE(client.client.subscribe(std::span(&eth, 1), channel(MessageType::L2Delta)));
  ASSERT_TRUE(client.client.unsubscribe(std::span(&btc, 1), channel(MessageType::Trade)));
  ASSERT_TRUE(until([&] { return same_book(client.reader.book(eth), source.truth.book(eth)); }));
  source.publish(source.writer.trade(btc));
  source.publish(source.writer.move(eth));
  ASSERT_TRUE(until([&] { return same_book(client.reader.book(eth), source.truth.book(eth)); }));
  EXPECT_EQ(client.reader.trades.size(), 1U);

  close_relay();
  ASSERT_TRUE(until([&] { return client.disconnects == 1; }));
  source.publish(source.writer.move(eth));
  open_relay();
  ASSERT_TRUE(until([&] { return same_book(client.reader.book(eth), source.truth.book(eth)); }));
  source.publish(source.writer.trade(btc));
  source.publish(source.writer.move(eth));
  ASSERT_TRUE(until([&] { return same_book(client.reader.book(eth), source.truth.book(eth)); }));
  EXPECT_EQ(client.reader.trades.size(), 1U);
  client.client.resync(eth);
  const auto snapshots = client.reader.count(MessageType::L2Snapshot);
  ASSERT_TRUE(until([&] { return client.reader.count(MessageType::L2Snapshot) == snapshots + 1; }));
}

TEST_F(RelayTest, CollectorAndClientComeBackToARestartedRelayAndTheLossIsCounted) {
  open_relay();
  Source source;
  UnixSocketWriter collector(io, to_relay(), source.reader(), &log);
  Client client(*this);
  source.start();
  ASSERT_TRUE(caught_up(client.reader, source));
  close_relay();
  ASSERT_TRUE(until([&] { return client.disconnects == 1 && !collector.stats().connected; }));
  for (int i = 0; i < 10; ++i) {
    source.publish(source.writer.trade(btc));
    source.publish(source.writer.move(btc));
  }
  ASSERT_TRUE(until([&] { return collector.stats().frames == 29; }));
  client.reader.gaps.clear();
  open_relay();
  ASSERT_TRUE(caught_up(client.reader, source));
  EXPECT_TRUE(client.reader.book(btc).live());
  source.publish(source.writer.trade(btc));
  ASSERT_TRUE(until([&] { return client.reader.trades == std::vector<std::uint64_t>{11}; }));
  EXPECT_EQ(collector.stats().connects, 2U);
  EXPECT_EQ(client.client.stats().connects, 2U);
  EXPECT_EQ(collector.stats().missed, 10U);
}

TEST_F(RelayTest, ACollectorThatOutrunsTheRelayTellsTheGapAndBooksAreRight) {
  open_relay();
  Source source(1, std::size_t{8} << 20);
  UnixSocketWriterConfig config = to_relay();
  config.queue.max_queue_bytes = 64 * 1024;
  UnixSocketWriter collector(io, config, source.reader(), &log);
  Client client(*this);
  source.start();
  ASSERT_TRUE(caught_up(client.reader, source));
  // The relay gets no turn while the collector reads its ring.
  constexpr std::uint64_t trades = 40'000;
  for (std::uint64_t i = 0; i < trades; ++i) {
    source.publish(source.writer.trade(btc));
    if (i % 4 == 0) source.publish(source.writer.move(eth));
  }
  ASSERT_TRUE(until([&] {
    const std::uint64_t missed = client.reader.gaps.empty() ? 0 : client.client.stats().missed;
    return client.reader.trades.size() + missed == trades && collector.stats().frames == trades * 5 / 4 + 9;
  })) << client.reader.trades.size()
      << " + " << client.client.stats().missed;
  ASSERT_TRUE(caught_up(client.reader, source));
  EXPECT_EQ(relay->stats().missed, 0U);
}

TEST_F(RelayTest, ARingBehindARelayIsToldWhenTheRelayIsGone) {
  open_relay();
  Source source;
  auto feed = std::make_unique<BusFeed>(*broadcast, source.reader());
  bus::Ring ring;
  bus::RingReader strategy = ring.subscribe();
  Reader reader;
  const auto read_all = [&] {
    for (bus::Poll poll = strategy.poll(); poll.kind == bus::PollKind::Frame; poll = strategy.poll()) {
      reader.read(poll.frame);
    }
  };
  RelayToRing behind(io, {.socket = socket.path(), .backoff = quick}, ring, &log);
  source.start();
  ASSERT_TRUE(until([&] { return read_all(), same_book(reader.book(eth), source.truth.book(eth)); }));
  EXPECT_EQ(reader.count(MessageType::Welcome), 0U);
  feed.reset();
  close_relay();
  ASSERT_TRUE(until([&] { return read_all(), reader.book(eth).state() == BookState::Stale; }));
  EXPECT_EQ(reader.book(btc).reason(), BookReason::Disconnected);
  EXPECT_EQ(reader.frames.back().view().as<wire::BookStatus>()->state, BookState::Stale);
}

TEST_F(RelayTest, ARelayBehindARelayGivesTheSameBooks) {
  open_relay();
  Source source;
  UnixSocketWriter collector(io, to_relay(), source.reader(), &log);
  source.start();
  Broadcast behind(io, {}, &log);
  RelayToBroadcast feed(behind, {.socket = socket.path(), .backoff = quick});
  SocketPath second;
  auto relay_behind = RelayServer::listen(behind, {.socket = second.path()});
  ASSERT_TRUE(relay_behind);
  RawPeer peer(second.path());
  peer.subscribe();
  ASSERT_TRUE(until([&] { return peer.read() && same_book(peer.reader.book(btc), source.truth.book(btc)); }));
  for (int i = 0; i < 50; ++i) source.publish(source.writer.move(btc));
  ASSERT_TRUE(until([&] { return peer.read() && same_book(peer.reader.book(btc), source.truth.book(btc)); }));
  close_relay();
  ASSERT_TRUE(until([&] { return peer.read() && peer.reader.book(btc).reason() == BookReason::Disconnected; }));
  open_relay();
  ASSERT_TRUE(until([&] { return peer.read() && same_book(peer.reader.book(btc), source.truth.book(btc)); }));
}

TEST_F(RelayTest, ASilentRelayIsTakenForDead) {
  std::vector<net::ByteStream> accepted;
  auto silent = net::UnixServer::listen(io, {.path = socket.path()}, [&](net::ByteStream stream, net::PeerCredentials) {
    wire::Heartbeat beat;
    beat.interval = 20ms;
    std::vector<std::byte> bytes(wire::header_size + sizeof beat);
    wire::encode(bytes, beat, 0, 0);
    stream.send(net::SharedBytes(std::move(bytes)));
    accepted.push_back(std::move(stream));
  });
  ASSERT_TRUE(silent);
  Client client(*this);
  ASSERT_TRUE(until([&] { return client.disconnects == 2 && accepted.size() >= 2; }));
  EXPECT_EQ(client.client.stats().last_reason, "the relay has gone silent");
}

}  // namespace
}  // namespace trunkline::relay
