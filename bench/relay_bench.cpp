// Relay and bridge: frames to 50 clients against raw writes of the same bytes, and the way from a collector's socket
// to a client against two raw hops.
//
// Fan-out is timed on the sending side alone, in processor time of its one thread, which nothing else on the machine
// can take: what clients have got is read, untimed, before their sockets fill up.
#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "bench/ratio.hpp"
#include "trunkline/protocol/websocket.hpp"
#include "trunkline/relay/bridge.hpp"
#include "trunkline/relay/bus_feed.hpp"
#include "trunkline/relay/relay_client.hpp"
#include "trunkline/relay/relay_server.hpp"
#include "trunkline/relay/unix_socket_writer.hpp"
#include "trunkline/wire/sequence.hpp"

namespace trunkline {
namespace {

constexpr std::size_t clients = 50;
constexpr std::size_t trade_bytes = wire::header_size + sizeof(wire::Trade);
constexpr std::size_t messages_per_round = 8'192;
constexpr std::size_t unread_limit = 96 * 1024;  // of a client, before it is read
constexpr std::size_t write_overhead = 1024;     // of one write, as the kernel counts its buffers

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {
    if (fd < 0) give_up("socket");
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

  void write(std::string_view bytes) const {
    if (::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) give_up("send");
  }
  // Reads what there is and throws it away.
  std::size_t drain() const {
    std::array<char, 65'536> room;
    std::size_t sum = 0;
    for (;;) {
      const ssize_t got = ::recv(fd_, room.data(), room.size(), MSG_DONTWAIT);
      if (got <= 0) return sum;
      sum += static_cast<std::size_t>(got);
    }
  }

  static Socket connect_unix(const std::filesystem::path& path) {
    Socket socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::connect(socket.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) give_up("connect");
    return socket;
  }
  static Socket connect_tcp(std::uint16_t port) {
    Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) give_up("connect");
    return socket;
  }
  static std::array<Socket, 2> unix_pair() {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) give_up("socketpair");
    return {Socket(fds[0]), Socket(fds[1])};
  }
  static std::array<Socket, 2> tcp_pair() {
    const Socket listener(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) give_up("bind");
    if (::listen(listener.fd_, 1) != 0) give_up("listen");
    ::getsockname(listener.fd_, reinterpret_cast<sockaddr*>(&address), &length);
    Socket client = connect_tcp(ntohs(address.sin_port));
    Socket server(::accept(listener.fd_, nullptr, nullptr));
    const int yes = 1;
    ::setsockopt(server.fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return {std::move(server), std::move(client)};
  }

 private:
  int fd_ = -1;
};

std::filesystem::path socket_path() {
  return std::filesystem::temp_directory_path() / ("trunkline-bench-" + std::to_string(::getpid()) + ".sock");
}

// Trades of one connector, `count` to a batch, with the sequence that comes next.
class Publisher {
 public:
  explicit Publisher(std::size_t count) : words_(count * trade_bytes / 8) {}

  std::string_view next() {
    const auto bytes = std::as_writable_bytes(std::span(words_));
    for (std::size_t at = 0; at != bytes.size(); at += trade_bytes) {
      wire::Trade trade;
      trade.symbol = 7;
      trade.source = 1 << 4;
      trade.receive_time = monotonic_now();
      wire::encode(bytes.subspan(at), trade, wire::flag::side_buy, sequence_);
      sequence_ = wire::sequence_after(sequence_);
    }
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

 private:
  std::vector<std::uint64_t> words_;
  std::uint32_t sequence_ = 0;
};

std::int64_t processor_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

// Millions of messages handed to clients a second; `send` gives one batch to all of them, `readers` are their ends.
template <class Send>
double deliveries(std::size_t batch, Publisher& publisher, const std::vector<Socket>& readers, Send&& send) {
  std::int64_t taken = 0;
  std::size_t unread = 0;
  for (std::size_t sent = 0; sent < messages_per_round; sent += batch) {
    const std::string_view bytes = publisher.next();
    if ((unread += bytes.size() + write_overhead) > unread_limit) {
      for (const Socket& reader : readers) reader.drain();
      unread = bytes.size() + write_overhead;
    }
    const std::int64_t start = processor_time();
    send(bytes);
    taken += processor_time() - start;
  }
  for (const Socket& reader : readers) reader.drain();
  return static_cast<double>(messages_per_round * clients) / static_cast<double>(taken) * 1e3;
}

void relay_fan_out(std::size_t batch) {
  net::asio::io_context io{1};
  relay::Broadcast broadcast(io, {}, nullptr);
  auto relay = relay::RelayServer::listen(broadcast, {.socket = socket_path()});
  if (!relay) return void(std::fprintf(stderr, "%s\n", relay.error().message.c_str()));
  std::vector<Socket> readers;
  wire::Subscribe wanted;
  wanted.channels = relay::all_channels;
  alignas(8) std::array<std::byte, 64> subscribe;
  const std::size_t size = wire::encode(subscribe, wanted, std::span<const SymbolHash>(), 0, 0);
  for (std::size_t i = 0; i < clients; ++i) {
    readers.push_back(Socket::connect_unix(socket_path()));
    readers.back().write({reinterpret_cast<const char*>(subscribe.data()), size});
  }
  const Socket collector = Socket::connect_unix(socket_path());
  while ((*relay)->stats().clients != clients) io.run_one();
  Publisher publisher(batch);
  std::uint64_t expected = broadcast.distributor().frames();
  const auto subject = [&] {
    return deliveries(batch, publisher, readers, [&](std::string_view bytes) {
      collector.write(bytes);
      expected += batch;
      while (broadcast.distributor().frames() != expected) io.poll_one();
    });
  };

  std::vector<Socket> raw_readers, raw_writers;
  for (std::size_t i = 0; i < clients; ++i) {
    auto [writer, reader] = Socket::unix_pair();
    raw_writers.push_back(std::move(writer));
    raw_readers.push_back(std::move(reader));
  }
  Publisher raw_publisher(batch);
  const auto anchor = [&] {
    return deliveries(batch, raw_publisher, raw_readers, [&](std::string_view bytes) {
      for (const Socket& writer : raw_writers) writer.write(bytes);
    });
  };
  bench::compare(
      {"relay_fan_out_" + std::to_string(batch), "raw_unix_writes", "M/s", bench::Target::ratio_at_least(0.8)}, subject,
      anchor);
}

void bridge_fan_out(std::size_t batch) {
  net::asio::io_context io{1};
  relay::DistributorConfig config;
  config.fan_out.encode_json = relay::Bridge::encode_json;
  relay::Broadcast broadcast(io, std::move(config), nullptr);
  relay::Bridge bridge(broadcast, {});
  auto server = net::HttpServer::listen(
      io, {},
      {.on_request = {},
       .check_websocket = [&](const net::HttpRequest& request) { return bridge.check(request); },
       .on_websocket =
           [&](const net::HttpRequest& request, std::shared_ptr<net::WebSocketServerConnection> connection) {
             bridge.on_websocket(request, std::move(connection));
           }});
  if (!server) return void(std::fprintf(stderr, "%s\n", server.error().message.c_str()));
  std::vector<Socket> readers;
  protocol::websocket::Encoder encoder({protocol::websocket::Role::Client, {}});
  std::string subscribe;
  encoder.text(subscribe, R"({"op":"subscribe"})");
  for (std::size_t i = 0; i < clients; ++i) {
    readers.push_back(Socket::connect_tcp(server->port()));
    readers.back().write(
        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    readers.back().write(subscribe);
  }
  while (bridge.clients() != clients) io.run_one();
  io.poll();
  // The stream comes from the relay's heart itself: what a hub does with the frames of its rings.
  Publisher publisher(batch);
  const auto subject = [&] {
    return deliveries(batch, publisher, readers, [&](std::string_view bytes) {
      auto left = std::as_bytes(std::span(bytes));
      for (; !left.empty(); left = left.subspan(trade_bytes)) {
        broadcast.distributor().publish(*wire::FrameView::parse(left));
      }
      broadcast.drain();
    });
  };
  std::vector<Socket> raw_readers, raw_writers;
  for (std::size_t i = 0; i < clients; ++i) {
    auto [writer, reader] = Socket::tcp_pair();
    raw_writers.push_back(std::move(writer));
    raw_readers.push_back(std::move(reader));
  }
  Publisher raw_publisher(batch);
  const auto anchor = [&] {
    return deliveries(batch, raw_publisher, raw_readers, [&](std::string_view bytes) {
      for (const Socket& writer : raw_writers) writer.write(bytes);
    });
  };
  bench::compare({"bridge_fan_out_" + std::to_string(batch), "raw_tcp_writes", "M/s",
                  bench::Target::ratio_at_least(0.8)},  // 1.25 times the time
                 subject, anchor);
}

// Where the receiving thread leaves when a message came.
class Arrival {
 public:
  void came() {
    at_.store(monotonic_now().count(), std::memory_order_release);
    at_.notify_one();
  }
  std::int64_t wait() {
    at_.wait(0, std::memory_order_acquire);
    return at_.exchange(0, std::memory_order_acq_rel);
  }

 private:
  std::atomic<std::int64_t> at_{0};
};

// Median of single messages, one at a time.
template <class Send>
double median_latency(Arrival& arrival, Send&& send) {
  constexpr int samples = 400;
  std::vector<double> times;
  for (int i = 0; i < samples; ++i) {
    const std::int64_t start = monotonic_now().count();
    send();
    times.push_back(static_cast<double>(arrival.wait() - start));
  }
  return bench::median(std::move(times)) / 1e3;
}

class Thread {
 public:
  Thread()
      : thread_([this] {
          const auto work = boost::asio::make_work_guard(io);
          io.run();
        }) {}
  ~Thread() {
    io.stop();
    thread_.join();
  }
  // Runs `task` on the thread and waits for it.
  template <class Task>
  void run(Task&& task) {
    std::atomic<bool> done{false};
    boost::asio::post(io, [&] {
      task();
      done.store(true);
      done.notify_one();
    });
    done.wait(false);
  }

  net::asio::io_context io{1};

 private:
  std::thread thread_;
};

void latency() {
  Thread relay_thread, client_thread, collector_thread;
  std::optional<relay::Broadcast> broadcast;
  std::unique_ptr<relay::RelayServer> server;
  relay_thread.run([&] {
    broadcast.emplace(relay_thread.io, relay::DistributorConfig{}, nullptr);
    server = *relay::RelayServer::listen(*broadcast, {.socket = socket_path()});
  });
  Arrival arrival;
  std::optional<relay::RelayClient> client;
  std::atomic<bool> welcome{false};
  client_thread.run([&] {
    client.emplace(client_thread.io, relay::RelayClientConfig{.socket = socket_path()},
                   relay::RelayClient::Handlers{.on_frame =
                                                    [&](wire::FrameView frame) {
                                                      if (frame.type() == wire::MessageType::Trade) arrival.came();
                                                      if (frame.type() == wire::MessageType::Welcome) welcome = true;
                                                    }},
                   nullptr);
  });
  while (!welcome) std::this_thread::yield();
  const Socket collector = Socket::connect_unix(socket_path());
  Publisher publisher(1);
  const auto from_socket = [&] { return median_latency(arrival, [&] { collector.write(publisher.next()); }); };

  bus::Ring ring;
  std::optional<relay::UnixSocketWriter> writer;
  collector_thread.run([&] {
    bus::BusReader reader;
    reader.add(ring);
    writer.emplace(collector_thread.io, relay::UnixSocketWriterConfig{.socket = socket_path()}, std::move(reader),
                   nullptr);
  });
  std::uint32_t sequence = 0;
  const auto from_ring = [&] {
    return median_latency(arrival, [&] {
      wire::Trade trade;
      trade.symbol = 7;
      trade.source = 2 << 4;
      alignas(8) std::array<std::byte, trade_bytes> bytes;
      wire::encode(bytes, trade, 0, std::exchange(sequence, wire::sequence_after(sequence)));
      if (ring.publish(*wire::FrameView::parse(bytes)) == bus::PublishResult::Published) ring.flush();
    });
  };

  // Two hops: a thread that reads and writes on, and one that reads.
  auto [first_in, first_out] = Socket::unix_pair();
  auto [second_in, second_out] = Socket::unix_pair();
  Arrival raw_arrival;
  std::thread middle([&, in = first_out.fd(), out = second_in.fd()] {
    std::array<char, 4096> room;
    for (ssize_t got; (got = ::recv(in, room.data(), room.size(), 0)) > 0;)
      ::send(out, room.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
  });
  std::thread last([&, in = second_out.fd()] {
    std::array<char, 4096> room;
    while (::recv(in, room.data(), room.size(), 0) > 0) raw_arrival.came();
  });
  Publisher raw_publisher(1);
  const auto anchor = [&] { return median_latency(raw_arrival, [&] { first_in.write(raw_publisher.next()); }); };
  bench::compare({"relay_socket_to_client_p50", "two_unix_hops", "us", bench::Target::ratio_at_most(1.3)}, from_socket,
                 anchor);
  // The ring wakes the collector's writing thread first: a third thread to wake, where the anchor has two.
  bench::compare({"relay_ring_to_client_p50", "two_unix_hops", "us"}, from_ring, anchor);
  ::shutdown(first_in.fd(), SHUT_RDWR);
  middle.join();
  ::shutdown(second_in.fd(), SHUT_RDWR);
  last.join();
  collector_thread.run([&] { writer.reset(); });
  client_thread.run([&] { client.reset(); });
  relay_thread.run([&] {
    server.reset();
    broadcast.reset();
  });
}

}  // namespace
}  // namespace trunkline

int main() {
  for (const std::size_t batch : {1U, 16U, 64U}) {
    if (trunkline::bench::wanted("relay_fan_out_" + std::to_string(batch))) trunkline::relay_fan_out(batch);
  }
  for (const std::size_t batch : {1U, 16U, 64U}) {
    if (trunkline::bench::wanted("bridge_fan_out_" + std::to_string(batch))) trunkline::bridge_fan_out(batch);
  }
  if (trunkline::bench::wanted("relay_socket_to_client_p50") || trunkline::bench::wanted("relay_ring_to_client_p50")) {
    trunkline::latency();
  }
}
