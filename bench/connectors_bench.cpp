// Twenty connectors, each with its thread, socket and ring, at 5,000 messages a second each, and one reader of all of
// them, on two cores that also carry the venue. Beside it the same bytes through twenty blocking recv() into twenty
// rings, without WebSocket, parsing or books. What is told is the time from the socket's read to the reader.
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <fmt/format.h>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "bench/binance_feed.hpp"
#include "bench/ratio.hpp"
#include "trunkline/bus/bus.hpp"
#include "trunkline/connector/session_connector.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/net/http_server.hpp"
#include "trunkline/venue/binance/binance_venue.hpp"

namespace trunkline {
namespace {

constexpr int connections = 20;
constexpr int messages_at_once = 5;  // of each connection, every millisecond: venues write in bursts
constexpr Nanos tick = std::chrono::milliseconds{1};
constexpr int ticks = 2'000;
constexpr std::uint64_t messages_a_round = std::uint64_t{connections} * messages_at_once * ticks;
constexpr Nanos patience = std::chrono::seconds{5};

[[noreturn]] void give_up(std::string_view why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Round {
  double p50 = 0;  // us
  double p99 = 0;
  double rate = 0;  // messages a second that arrived
  double cores = 0;
};

// Reads every ring and notes how old each trade is.
class Reader {
 public:
  explicit Reader(bus::Bus& bus) : reader_(bus.subscribe(bus::WaitStrategy::Block)), thread_([this] { run(); }) {}
  ~Reader() {
    stop_ = true;
    reader_.interrupt();
    thread_.join();
  }

  std::uint64_t trades() const { return trades_.load(std::memory_order_acquire); }
  std::uint64_t lost() const { return lost_.load(std::memory_order_acquire); }
  // Of what came since the last call; while nothing comes.
  std::vector<double> take_ages() { return std::exchange(ages_, {}); }

 private:
  void run() {
    while (!stop_.load(std::memory_order_acquire)) {
      const auto poll = reader_.poll();
      if (poll.kind == bus::PollKind::Empty) {
        reader_.wait(std::chrono::seconds{1});
      } else if (poll.kind == bus::PollKind::Missed) {
        lost_ += poll.missed;
      } else if (const auto* message = poll.frame.as<wire::Trade>()) {
        ages_.push_back(static_cast<double>((unix_now() - message->receive_time).count()) / 1e3);
        trades_.fetch_add(1, std::memory_order_release);
      } else if (const auto* gap = poll.frame.as<wire::Gap>()) {
        lost_ += gap->missed;
      }
    }
  }

  bus::BusReader reader_;
  std::vector<double> ages_;
  std::atomic<std::uint64_t> trades_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// Calls `send` every tick, then waits until all that was sent has arrived.
template <class Send>
Round measure(Reader& reader, Send&& send) {
  const std::uint64_t before = reader.trades();
  (void)reader.take_ages();
  const double cpu = cpu_seconds();
  const Nanos start = monotonic_now();
  for (int i = 0; i < ticks; ++i) {
    send();
    std::this_thread::sleep_until(std::chrono::steady_clock::time_point{start + (i + 1) * tick});
  }
  const Nanos deadline = monotonic_now() + patience;
  while (reader.trades() - before < messages_a_round) {
    if (monotonic_now() > deadline) {
      give_up(fmt::format("of {} messages {} arrived", messages_a_round, reader.trades() - before));
    }
    std::this_thread::yield();
  }
  if (reader.lost() != 0) give_up(fmt::format("{} frames were lost", reader.lost()));
  const double taken = std::chrono::duration<double>(monotonic_now() - start).count();
  auto ages = reader.take_ages();
  return {bench::quantile(ages, 0.5), bench::quantile(ages, 0.99), static_cast<double>(messages_a_round) / taken / 1e3,
          (cpu_seconds() - cpu) / taken};
}

// The venue and its twenty connectors.
class Connected {
 public:
  Connected() {
    auto server = net::HttpServer::listen(
        io_, {},
        {.on_request =
             [](const net::HttpRequest&, net::Responder responder) {
               net::HttpResponse response;
               response.body = bench::exchange_info;
               responder.respond(std::move(response));
             },
         .on_websocket =
             [this](const net::HttpRequest&, std::shared_ptr<Connection> connection) {
               Connection& peer = *peers_.emplace_back(std::move(connection));
               peer.on_message([this, &peer](Connection::Kind, std::string_view) {
                 peer.queue(Connection::encode(Connection::Kind::Text, R"({"result":null,"id":1})"));
                 peer.flush();
                 ++subscribed_;
               });
             }});
    if (!server) give_up(server.error().message);
    server_.emplace(std::move(*server));
    for (std::uint16_t i = 1; i <= connections; ++i) {
      venue::binance::BinanceConfig binance;
      binance.subscriptions = {{SymbolDescriptor::spot("binance", "BTC", "USDT"), {venue::Channel::Trades}}};
      connector::SessionConnectorConfig config;
      config.id = venue::ConnectorId{i};
      config.session.connector = fmt::format("connector-{}", i);
      config.session.endpoints = *net::EndpointMap::make({{"*", fmt::format("http://127.0.0.1:{}", server_->port())}});
      connectors_.push_back(std::make_unique<connector::SessionConnector>(
          std::move(config), std::make_unique<venue::binance::BinanceVenue>(std::move(binance)), log_));
      bus_.add(*connectors_.back()->ring());
    }
    reader_ = std::make_unique<Reader>(bus_);
    for (const auto& connector : connectors_) connector->start();
    while (subscribed_ < connections) io_.run_one();
  }
  ~Connected() {
    for (const auto& connector : connectors_) connector->stop();
  }

  Round measure() {
    return trunkline::measure(*reader_, [this] {
      for (const auto& peer : peers_) {
        for (int i = 0; i < messages_at_once; ++i) {
          peer->queue(Connection::encode(Connection::Kind::Text, bench::trade(id_ + static_cast<std::uint64_t>(i))));
        }
        peer->flush();
      }
      id_ += messages_at_once;
      io_.poll();
    });
  }

 private:
  using Connection = net::WebSocketServerConnection;
  net::asio::io_context io_{1};
  std::optional<net::HttpServer> server_;
  std::vector<std::shared_ptr<Connection>> peers_;
  int subscribed_ = 0;
  std::uint64_t id_ = 1;
  bench::NoLog log_;
  bus::Bus bus_;
  std::vector<std::unique_ptr<connector::SessionConnector>> connectors_;
  std::unique_ptr<Reader> reader_;
};

// Twenty threads that block in recv() and publish one frame for each message's length of bytes.
class Raw {
 public:
  Raw() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, any, length) != 0 || ::listen(listener, connections) != 0 ||
        ::getsockname(listener, any, &length) != 0) {
      give_up("cannot listen on loopback");
    }
    for (int i = 0; i < connections; ++i) {
      const int writer = ::socket(AF_INET, SOCK_STREAM, 0);
      if (::connect(writer, any, length) != 0) give_up("cannot connect on loopback");
      const int on = 1;
      ::setsockopt(writer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      writers_.push_back(writer);
      const auto ring = rings_.emplace_back(std::make_shared<bus::Ring>());
      bus_.add(*ring);
      threads_.emplace_back([this, reading = ::accept(listener, nullptr, nullptr), ring] { receive(reading, *ring); });
    }
    ::close(listener);
    for (int i = 0; i < messages_at_once; ++i) batch_ += text_;
    reader_ = std::make_unique<Reader>(bus_);
  }
  ~Raw() {
    for (const int writer : writers_) ::close(writer);
    for (std::thread& thread : threads_) thread.join();
  }

  Round measure() {
    return trunkline::measure(*reader_, [this] {
      for (const int writer : writers_) {
        if (::send(writer, batch_.data(), batch_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(batch_.size())) {
          give_up("a raw write was cut short");
        }
      }
    });
  }

 private:
  void receive(int reading, bus::Ring& ring) const {
    std::array<char, 65'536> room;
    std::size_t held = 0;
    std::uint32_t sequence = 0;
    for (;;) {
      const ssize_t got = ::recv(reading, room.data(), room.size(), 0);
      if (got <= 0) break;
      wire::Trade frame;
      frame.receive_time = unix_now();
      frame.source = 1;
      for (held += static_cast<std::size_t>(got); held >= text_.size(); held -= text_.size()) {
        if (ring.publish(frame, 0, ++sequence) != bus::PublishResult::Published) give_up("a ring is full");
      }
      ring.flush();
    }
    ::close(reading);
  }

  const std::string text_ = bench::trade(1'000'000);
  std::string batch_;
  bus::Bus bus_;
  std::vector<int> writers_;
  std::vector<std::shared_ptr<bus::Ring>> rings_;
  std::vector<std::thread> threads_;
  std::unique_ptr<Reader> reader_;
};

int run() {
  Connected connected;
  Raw raw;
  Round last;
  const auto subject = [&](double Round::* of) {
    return [&, of] {
      last = connected.measure();
      return last.*of;
    };
  };
  const auto anchor = [&](double Round::* of) { return [&, of] { return raw.measure().*of; }; };
  using bench::Target;
  bench::compare({"twenty_connectors_p50", "twenty_blocking_recv", "us", {}, 5}, subject(&Round::p50),
                 anchor(&Round::p50));
  bench::compare({"twenty_connectors_p99", "twenty_blocking_recv", "us", {}, 5}, subject(&Round::p99),
                 anchor(&Round::p99));
  bench::compare({"twenty_connectors_rate", "twenty_blocking_recv", "k/s", Target::value_at_least(99), 5},
                 subject(&Round::rate), anchor(&Round::rate));
  bench::compare({"twenty_connectors_cores", "twenty_blocking_recv", "cores", Target::value_at_most(2), 5},
                 subject(&Round::cores), anchor(&Round::cores));
  return 0;
}

}  // namespace
}  // namespace trunkline

int main() {
  return trunkline::run();
}
