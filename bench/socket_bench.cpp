// From a venue's write to the strategy's hands: WebSocket over loopback TCP, Session, Binance's parser, ring, reader,
// all on one busy core; beside it a raw TCP write and a recv that spins.
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "bench/binance_feed.hpp"
#include "bench/ratio.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/net/http_server.hpp"
#include "trunkline/net/session.hpp"
#include "trunkline/venue/binance/binance_venue.hpp"

namespace trunkline {
namespace {

constexpr int samples = 3'000;
constexpr Nanos pause_between = std::chrono::microseconds{20};  // so that nothing queues

// When the receiver had the message of the id it waits for.
class Arrival {
 public:
  void came() { at_.store(monotonic_now().count(), std::memory_order_release); }
  std::int64_t wait() {
    std::int64_t at = 0;
    while ((at = at_.exchange(0, std::memory_order_acquire)) == 0) {
    }
    return at;
  }

 private:
  alignas(64) std::atomic<std::int64_t> at_{0};
};

template <class Send>
double median_latency(Arrival& arrival, Send&& send) {
  std::vector<double> times;
  for (int i = 0; i < samples; ++i) {
    for (const Nanos until = monotonic_now() + pause_between; monotonic_now() < until;) {
    }
    const std::int64_t start = send();
    times.push_back(static_cast<double>(arrival.wait() - start));
  }
  return bench::median(std::move(times)) / 1e3;
}

class Receiver {
 public:
  explicit Receiver(std::uint16_t port, Arrival& arrival)
      : thread_([this, port, &arrival] {
          using namespace venue::binance;
          BinanceConfig config;
          config.subscriptions = {{SymbolDescriptor::spot("binance", "BTC", "USDT"), {venue::Channel::Trades}}};
          BinanceVenue venue(std::move(config));
          bus::Ring ring;
          auto strategy = ring.subscribe();
          venue::Sink sink(ring, venue::ConnectorId{1});
          bench::NoLog log;
          net::asio::io_context io{1};
          net::Session session(
              io, venue, sink, log,
              {.endpoints = *net::EndpointMap::make({{"*", fmt::format("http://127.0.0.1:{}", port)}})});
          if (!session.start()) std::abort();
          while (!stop_.load(std::memory_order_relaxed)) {
            io.poll();
            for (auto poll = strategy.poll(); poll.kind == bus::PollKind::Frame; poll = strategy.poll()) {
              if (const auto* const message = poll.frame.as<wire::Trade>()) {
                bench::keep(message->price);
                arrival.came();
              }
            }
          }
          session.stop();
        }) {}
  ~Receiver() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// A loopback TCP connection whose receiving end is read by a spinning thread.
class Raw {
 public:
  explicit Raw(Arrival& arrival) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, any, length) != 0 || ::listen(listener, 1) != 0 ||
        ::getsockname(listener, any, &length) != 0) {
      std::abort();
    }
    writer_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(writer_, any, length) != 0) std::abort();
    const int reader = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    ::close(listener);
    const int on = 1;
    ::setsockopt(writer_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    thread_ = std::thread([this, reader, &arrival] {
      std::array<char, 4096> room;
      while (!stop_.load(std::memory_order_relaxed)) {
        if (::recv(reader, room.data(), room.size(), 0) > 0) arrival.came();
      }
      ::close(reader);
    });
  }
  ~Raw() {
    stop_ = true;
    thread_.join();
    ::close(writer_);
  }
  void write(std::string_view bytes) const {
    if (::send(writer_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) std::abort();
  }

 private:
  int writer_ = -1;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

int run() {
  using Connection = net::WebSocketServerConnection;
  net::asio::io_context io{1};
  std::shared_ptr<Connection> peer;
  bool subscribed = false;
  auto server = net::HttpServer::listen(
      io, {},
      {.on_request =
           [](const net::HttpRequest&, net::Responder responder) {
             net::HttpResponse response;
             response.body = bench::exchange_info;
             responder.respond(std::move(response));
           },
       .on_websocket =
           [&](const net::HttpRequest&, std::shared_ptr<Connection> connection) {
             peer = std::move(connection);
             peer->on_message([&](Connection::Kind, std::string_view) {
               peer->queue(Connection::encode(Connection::Kind::Text, R"({"result":null,"id":1})"));
               peer->flush();
               subscribed = true;
             });
           }});
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  std::uint64_t id = 0;
  Arrival arrival;
  // One of the two receivers at a time: each spins on a core of its own.
  const auto subject = [&] {
    subscribed = false;
    Receiver receiver((*server).port(), arrival);
    while (!subscribed) io.run_one();
    const double taken = median_latency(arrival, [&] {
      const auto message = Connection::encode(Connection::Kind::Text, bench::trade(++id));
      const std::int64_t start = monotonic_now().count();
      peer->queue(message);
      peer->flush();
      return start;
    });
    peer.reset();
    return taken;
  };
  const auto anchor = [&] {
    const Raw raw(arrival);
    return median_latency(arrival, [&] {
      const std::string message = bench::trade(++id);
      const std::int64_t start = monotonic_now().count();
      raw.write(message);
      return start;
    });
  };
  bench::compare({"socket_to_strategy_p50", "raw_tcp_one_way", "us", bench::Target::ratio_at_most(1.5)}, subject,
                 anchor);
  return 0;
}

}  // namespace
}  // namespace trunkline

int main() {
  return trunkline::run();
}
