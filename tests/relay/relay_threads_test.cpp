// The whole way with every part on a thread of its own, as separate processes would have it.
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <gtest/gtest.h>
#include <optional>
#include <thread>

#include "relay/support.hpp"
#include "trunkline/relay/relay_client.hpp"
#include "trunkline/relay/relay_server.hpp"
#include "trunkline/relay/unix_socket_writer.hpp"

namespace trunkline::relay {
namespace {

using namespace test;
using wire::FrameView;

class IoThread {
 public:
  ~IoThread() {
    io.stop();
    thread_.join();
  }
  // Runs `task` on the thread and gives back what it returns.
  template <class Task>
  auto run(Task task) {
    std::packaged_task<std::invoke_result_t<Task>()> job(std::move(task));
    auto result = job.get_future();
    net::asio::post(io, [&job] { job(); });
    return result.get();
  }

  net::asio::io_context io{1};

 private:
  std::thread thread_{[this] {
    const auto work = net::asio::make_work_guard(io);
    io.run();
  }};
};

template <class Condition>
bool wait_until(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(RelayThreads, EveryFrameIsReadOrMissedAndBooksEndRight) {
  const SocketPath socket;
  RecordingLog log;
  IoThread relay_thread, collector_thread, client_thread;
  std::optional<Broadcast> broadcast;
  std::unique_ptr<RelayServer> relay;
  relay_thread.run([&] {
    broadcast.emplace(relay_thread.io, DistributorConfig{}, &log);
    relay = *RelayServer::listen(*broadcast, {.socket = socket.path()});
    broadcast->distributor().on_resync_needed([&](SymbolHash symbol) { relay->request_resync(symbol); });
  });
  Source source(1, std::size_t{512} << 10);
  std::atomic<bool> resend{false};
  std::optional<UnixSocketWriter> collector;
  collector_thread.run([&] {
    collector.emplace(collector_thread.io, UnixSocketWriterConfig{.socket = socket.path()}, source.reader(), &log);
    collector->on_resync_needed([&](SymbolHash) { resend = true; });
  });
  Reader reader;
  std::optional<RelayClient> client;
  client_thread.run([&] {
    client.emplace(client_thread.io, RelayClientConfig{.socket = socket.path()},
                   RelayClient::Handlers{.on_frame = [&](FrameView frame) { reader.read(frame); }}, nullptr);
  });
  ASSERT_TRUE(wait_until([&] {
    return relay_thread.run([&] { return relay->stats().clients == 1; }) &&
           collector_thread.run([&] { return collector->stats().connected; });
  }));
  source.start();
  constexpr int rounds = 20'000;
  for (int i = 0; i < rounds; ++i) {
    source.publish(source.writer.trade(btc));
    source.publish(source.writer.move(i % 2 == 0 ? btc : eth));
  }
  // What the ring's reader may have missed of the books is sent once more when asked for, as a venue does.
  ASSERT_TRUE(wait_until([&] {
    if (resend.exchange(false)) {
      for (const SymbolHash symbol : {btc, eth}) {
        source.publish(source.writer.start(symbol, symbol == btc ? "binance:BTC-USDT" : "binance:ETH-USDT"));
      }
    }
    return client_thread.run([&] {
      return same_book(reader.book(btc), source.truth.book(btc)) && same_book(reader.book(eth), source.truth.book(eth));
    });
  }));
  EXPECT_TRUE(client_thread.run([&] {
    return std::ranges::is_sorted(reader.trades) && std::ranges::adjacent_find(reader.trades) == reader.trades.end();
  }));
  const std::uint64_t missed = client_thread.run([&] { return client->stats().missed; });
  if (missed == 0) {
    EXPECT_EQ(client_thread.run([&] { return reader.trades.size(); }), static_cast<std::size_t>(rounds));
  }
  client_thread.run([&] { client.reset(); });
  collector_thread.run([&] { collector.reset(); });
  relay_thread.run([&] {
    relay.reset();
    broadcast.reset();
  });
}

}  // namespace
}  // namespace trunkline::relay
