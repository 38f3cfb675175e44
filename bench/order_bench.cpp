// The order path: from buy() to the bytes at the socket, tracking, signatures, the journal, and orders a second against
// the sandbox. The moment a request is handed to the socket is told by the crash point behind it
// (core/crash_point.hpp).
#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <unordered_map>

#include "bench/ratio.hpp"
#include "sandbox/binance/server.hpp"
#include "trunkline/connector/gateway_connector.hpp"
#include "trunkline/core/crash_point.hpp"
#include "trunkline/protocol/signing/digest.hpp"
#include "trunkline/venue/binance/orders/binance_order_gateway.hpp"
#include "trunkline/venue/hyperliquid/signing.hpp"

namespace trunkline::bench {
namespace {

using namespace order;
using connector::SpotGatewayConnector;

struct NoLog final : EventLog {
  void write(const Event&) override {}
};

[[noreturn]] void give_up(std::string_view why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

void wait_for(const std::function<bool()>& holds, std::string_view what) {
  const Nanos until = monotonic_now() + std::chrono::seconds{20};
  while (!holds()) {
    if (monotonic_now() > until) give_up(what);
    std::this_thread::yield();
  }
}

class TempFolder {
 public:
  TempFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "trunkline-bench-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) give_up("no temporary folder");
    path_ = path;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path path_;
};

std::atomic<std::int64_t> sent_at{0};
void note_sent(std::string_view point) {
  if (point == "send:after") sent_at.store(monotonic_now().count(), std::memory_order_release);
}

// A sandbox in a process of its own, which can be held: then it takes no processor from what is measured. Made before
// there is a thread, since it is a fork.
class SandboxProcess {
 public:
  SandboxProcess() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) give_up("no pipe");
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ == 0) serve(ends[1], parent);
    ::close(ends[1]);
    const bool told = ::read(ends[0], &started_, sizeof(started_)) == sizeof(started_);
    ::close(ends[0]);
    if (!told) give_up("the sandbox does not start");
  }
  ~SandboxProcess() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  void hold() const { ::kill(process_, SIGSTOP); }
  void let_go() const { ::kill(process_, SIGCONT); }

  std::uint16_t port() const noexcept { return started_.port; }
  Price bid() const noexcept { return started_.bid; }

 private:
  struct Started {
    std::uint16_t port = 0;
    Price bid{};
  };

  [[noreturn]] static void serve(int end, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) std::_Exit(1);
    sandbox::binance::BinanceSandboxOptions options;
    options.port = 0;
    options.markets = {sandbox::Market::Spot};
    options.symbols = {"BTCUSDT"};
    options.rate = 1;
    options.trading.order_limits = false;
    options.rest.weight_per_minute_spot = 0;
    const auto sandbox = sandbox::binance::BinanceSandbox::start(options);
    if (!sandbox) give_up(sandbox.error().message);
    const auto book = (*sandbox)->book(sandbox::Market::Spot, "BTCUSDT");
    const Started started{.port = (*sandbox)->port(), .bid = book->bids.front().price};
    if (::write(end, &started, sizeof(started)) != sizeof(started)) std::_Exit(1);
    while (true) ::pause();
  }

  pid_t process_ = -1;
  Started started_;
};

// A connector, ready to trade.
class Desk {
 public:
  explicit Desk(const SandboxProcess& at, log::FlushPolicy policy, bool busy_poll = false) : sandbox(at) {
    connector::GatewayConfig config;
    config.order.name = "binance";
    config.order.domain = "sandbox";
    config.order.journal = {.folder = folder_.path_, .policy = policy};
    config.order.risk = {.max_order_notional = Price::absent(),
                         .price_collar_bp = 0,
                         .max_open_orders = 0,
                         .max_orders_per_second = 0,
                         .duplicate_window = Nanos{0}};
    config.order.log = &log_;
    config.order.audit_interval = Nanos{0};
    config.busy_poll = busy_poll;
    config.session.endpoints = *net::EndpointMap::make({{"*", fmt::format("ws://127.0.0.1:{}", sandbox.port())}});
    auto signer = venue::binance::orders::Signer::make("sandbox-key", protocol::signing::SecretKey("sandbox-secret"));
    connector =
        std::make_unique<SpotGatewayConnector>(config,
                                               std::make_unique<venue::binance::orders::BinanceOrderGateway>(
                                                   venue::binance::orders::BinanceOrderConfig{}, *std::move(signer)),
                                               log_);
    if (auto ready = connector->initialize(); !ready) give_up(ready.error().message);
    connector->connect();
    wait_for([&] { return connector->is_ready(); }, "the connector does not become ready");
    price_ = Price::from_raw(sandbox.bid().raw() / 100 * 90);
  }

  // Far from the market and gone at once: the venue takes 200 open orders and no more.
  OrderId buy() {
    const auto id = connector->buy(
        {.trading_pair = "BTC-USDT", .amount = "0.001", .price = price_, .time_in_force = TimeInForce::Ioc});
    if (!id) give_up(id.error().message);
    return *id;
  }

 private:
  TempFolder folder_;
  NoLog log_;
  Price price_{};

 public:
  const SandboxProcess& sandbox;
  std::unique_ptr<SpotGatewayConnector> connector;
};

constexpr int samples = 200;

// Between two orders: awake, as a strategy that follows the market is, or long enough asleep that everything is cold.
void pause(bool asleep) {
  if (asleep) return std::this_thread::sleep_for(std::chrono::milliseconds{2});
  for (const Nanos until = monotonic_now() + std::chrono::microseconds{50}; monotonic_now() < until;) {
    std::this_thread::yield();
  }
}

// buy() to the return of the socket's write, one order at a time, in microseconds. The venue answers afterwards.
double to_socket(Desk& desk, bool asleep) {
  std::vector<double> taken;
  desk.sandbox.hold();
  for (int i = 0; i < samples; ++i) {
    sent_at = 0;
    const Nanos start = monotonic_now();
    desk.buy();
    wait_for([&] { return sent_at.load(std::memory_order_acquire) != 0; }, "nothing is sent");
    taken.push_back(static_cast<double>(sent_at.load() - start.count()) / 1'000);
    pause(asleep);
  }
  desk.sandbox.let_go();
  wait_for([&] { return desk.connector->tracker().active_order_count() == 0; }, "no acknowledgement");
  return median(std::move(taken));
}

// What no connector can save: a job posted to an io_context's thread, which writes a journal's record to the page cache
// and a request to a TCP socket.
class BareSteps {
 public:
  BareSteps() {
    file_ = ::open((folder_.path_ / "raw").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    net::asio::ip::tcp::acceptor acceptor(io_, {net::asio::ip::address_v4::loopback(), 0});
    socket_.connect(acceptor.local_endpoint());
    peer_ = acceptor.accept();
    thread_ = std::thread([this] {
      const auto work = net::asio::make_work_guard(io_);
      io_.run();
    });
  }
  ~BareSteps() {
    io_.stop();
    thread_.join();
    ::close(file_);
  }

  double taken() {
    std::vector<double> taken;
    for (int i = 0; i < samples; ++i) {
      std::atomic<std::int64_t> done{0};
      const Nanos start = monotonic_now();
      net::asio::post(io_, [&] {
        if (::write(file_, record_.data(), record_.size()) < 0) give_up("the raw journal");
        net::asio::write(socket_, net::asio::buffer(request_));
        done = monotonic_now().count();
      });
      wait_for([&] { return done != 0; }, "nothing arrives");
      taken.push_back(static_cast<double>(done - start.count()) / 1'000);
      pause(true);
    }
    std::string read(samples * request_.size(), ' ');
    net::asio::read(peer_, net::asio::buffer(read));
    return median(std::move(taken));
  }

 private:
  TempFolder folder_;
  int file_ = -1;
  std::string record_ = std::string(200, 'r'), request_ = std::string(400, 'q');
  net::asio::io_context io_{1};
  net::asio::ip::tcp::socket socket_{io_}, peer_{io_};
  std::thread thread_;
};

// Orders placed and acknowledged a second, thousands.
double orders_a_second(Desk& desk) {
  constexpr int count = 3'000;
  const std::uint64_t before = desk.connector->counters().sent;
  const Nanos start = monotonic_now();
  for (int i = 0; i < count; ++i) desk.buy();
  wait_for(
      [&] {
        return desk.connector->counters().sent - before == count && desk.connector->tracker().active_order_count() == 0;
      },
      "orders are not acknowledged");
  const double seconds = std::chrono::duration<double>(monotonic_now() - start).count();
  return count / seconds / 1'000;
}

// The life of an order in the tracker: begun, sent, open, filled in two parts; nanoseconds a step.
double tracking() {
  ClientOrderTracker tracker({.expected_orders = 4'096, .kept_done = 1'024});
  constexpr int orders = 20'000;
  constexpr int steps = 5;
  std::vector<InFlightOrder> all(orders);
  for (int i = 0; i < orders; ++i) {
    InFlightOrder& order = all[static_cast<std::size_t>(i)];
    order.client_order_id = OrderId::cut(fmt::format("tl-3f9k2m1xq-1-{}", i));
    order.trading_pair = 1;
    order.amount = Quantity::from_int(2);
    order.price = Price::from_int(60'000);
  }
  const auto live = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      const InFlightOrder& order = all[static_cast<std::size_t>(i)];
      const OrderId exchange = OrderId::cut(order.client_order_id.view().substr(3));
      tracker.start_tracking(order);
      keep(tracker.submitted(order.client_order_id, Nanos{1}));
      keep(tracker.process_order_update({.client_order_id = order.client_order_id,
                                         .exchange_order_id = exchange,
                                         .trading_pair = 1,
                                         .new_state = OrderState::Open}));
      for (int part = 0; part < 2; ++part) {
        keep(tracker.process_trade_update({.trade_id = TradeId::cut(part == 0 ? "1" : "2"),
                                           .client_order_id = order.client_order_id,
                                           .trading_pair = 1,
                                           .fill_price = Price::from_int(60'000),
                                           .fill_base_amount = Quantity::from_int(1)}));
      }
    }
  };
  live(0, orders / 2);
  return ns_each(orders / 2 * steps, [&] { live(orders / 2, orders); });
}

// Finding and changing an entry of a map by the same id.
double map_step() {
  std::unordered_map<std::string, std::int64_t> map;
  std::vector<std::string> ids;
  for (int i = 0; i < 4'096; ++i) ids.push_back(fmt::format("tl-3f9k2m1xq-1-{}", i));
  for (const std::string& id : ids) map[id] = 1;
  return ns_each(ids.size() * 10, [&] {
    for (int round = 0; round < 10; ++round) {
      for (const std::string& id : ids) keep(++map.find(id)->second);
    }
  });
}

constexpr int records = 500;

// Milliseconds until so many records are on disk, synced in groups ...
double journal_in_groups() {
  const TempFolder folder;
  auto writer = log::LogWriter::open({.folder = folder.path_, .policy = log::FlushPolicy::Group},
                                     [](std::span<const std::byte>) {});
  if (!writer) give_up(writer.error().message);
  const std::vector<std::byte> record(200);
  return ns_each(1,
                 [&] {
                   for (int i = 0; i < records; ++i) {
                     if (auto done = (*writer)->append(record); !done) give_up(done.error().message);
                   }
                   if (auto done = (*writer)->sync(); !done) give_up(done.error().message);
                 }) /
         1e6;
}

// ... and each by itself.
double journal_each() {
  const TempFolder folder;
  const int file = ::open((folder.path_ / "raw").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::vector<std::byte> record(208);
  const double taken = ns_each(1,
                               [&] {
                                 for (int i = 0; i < records; ++i) {
                                   if (::write(file, record.data(), record.size()) < 0 || ::fdatasync(file) != 0)
                                     give_up("fdatasync");
                                 }
                               }) /
                       1e6;
  ::close(file);
  return taken;
}

const protocol::signing::Secp256k1Key& signing_key() {
  static const auto key =
      protocol::signing::Secp256k1Key::parse("0x0123456789012345678901234567890123456789012345678901234567890123");
  return *key;
}

// A signature of Hyperliquid's kind, microseconds.
double secp256k1_alone() {
  const protocol::signing::Hash digest = protocol::signing::keccak256(std::string_view("an action"));
  return ns_each(200,
                 [&] {
                   for (int i = 0; i < 200; ++i) keep(signing_key().sign(digest).v);
                 }) /
         1'000;
}

void signatures() {
  const std::string action =
      R"({"type":"order","orders":[{"a":1,"b":true,"p":"60000","s":"0.01","r":false,"t":{"limit":{"tif":"Gtc"}},)"
      R"("c":"0x00000000000000000000000000000001"}],"grouping":"na"})";
  compare(
      {.name = "order_sign_hyperliquid", .anchor = "secp256k1_alone", .unit = "us"},
      [&] {
        return ns_each(200,
                       [&] {
                         for (int i = 0; i < 200; ++i) {
                           const auto made = venue::hyperliquid::l1_digest(
                               action, {.nonce = static_cast<std::uint64_t>(i)}, venue::hyperliquid::Network::Mainnet);
                           keep(signing_key().sign(*made).v);
                         }
                       }) /
               1'000;
      },
      secp256k1_alone);
  const protocol::signing::HmacSha256 secret(protocol::signing::SecretKey("sandbox-secret"));
  const auto signer =
      venue::binance::orders::Signer::make("sandbox-key", protocol::signing::SecretKey("sandbox-secret"));
  venue::binance::orders::Parameters parameters;
  parameters.add("symbol", "BTCUSDT").add("side", "BUY").add("type", "LIMIT").add("quantity", "0.001");
  parameters.add("price", "60000").add("timeInForce", "GTC").add("newClientOrderId", "tl-3f9k2m1xq-1-1");
  const std::string payload(200, 'x');
  compare(
      {.name = "order_request_binance", .anchor = "hmac_alone", .unit = "us"},
      [&] {
        return ns_each(500,
                       [&] {
                         for (int i = 0; i < 500; ++i) {
                           keep(venue::binance::orders::websocket_request(1, "order.place", parameters,
                                                                          venue::binance::orders::Security::Signed,
                                                                          *signer, {.timestamp_ms = i})
                                    .size());
                         }
                       }) /
               1'000;
      },
      [&] {
        return ns_each(500,
                       [&] {
                         for (int i = 0; i < 500; ++i) keep(secret.of(payload)[0]);
                       }) /
               1'000;
      });
}

int run() {
  const SandboxProcess sandbox, another;
  compare({.name = "order_tracking_step", .anchor = "map_step", .unit = "ns", .target = Target::value_at_most(1'000)},
          tracking, map_step);
  signatures();
  compare(
      {.name = "order_journal_group", .anchor = "fdatasync_each", .unit = "ms", .target = Target::ratio_at_most(0.5)},
      journal_in_groups, journal_each);
  crash_hook = note_sent;
  {
    // The target, 10 us, was set where secp256k1 takes 22.
    Desk desk(sandbox, log::FlushPolicy::None, true);
    compare(
        {.name = "order_to_socket_p50",
         .anchor = "secp256k1_alone",
         .unit = "us",
         .target = Target::ratio_at_most(10.0 / 22)},
        [&] { return to_socket(desk, false); }, secp256k1_alone);
  }
  Desk desk(sandbox, log::FlushPolicy::None);
  {
    BareSteps bare;
    compare(
        {.name = "order_to_socket_asleep_p50", .anchor = "bare_steps_asleep", .unit = "us"},
        [&] { return to_socket(desk, true); }, [&] { return bare.taken(); });
  }
  crash_hook = nullptr;
  Desk group(another, log::FlushPolicy::Group);
  compare(
      {.name = "order_end_to_end",
       .anchor = "journal_not_synced",
       .unit = "k/s",
       .target = Target::value_at_least(1),
       .rounds = 5},
      [&] { return orders_a_second(group); }, [&] { return orders_a_second(desk); });
  return 0;
}

}  // namespace
}  // namespace trunkline::bench

int main() {
  return trunkline::bench::run();
}
