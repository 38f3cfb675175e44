// A whole Alpaca crypto venue under any sequence of messages, replies, ticks and lost connections: lines of the input,
// each with a letter in front. Whatever comes, what it publishes is a sound stream: a reader's mirror of the book never
// finds a gap, and a Live book is never crossed.
//
//   s text  a message            b text  the fields of a book message: "r":true,"b":[],"a":[]
//   d text  the answer to the oldest request     x text  the same with HTTP 503
//   a       the last request of ours is answered by the whole list of what it asked for
//   o / c   the connection opens / closes
//   u / w   BTC/USD is unsubscribed / subscribed
//   .       100 ms pass          !       10 s pass
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/book/book.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/venue/alpaca/alpaca_venue.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue;
using namespace trunkline::venue::alpaca;

constexpr std::string_view assets =
    R"([{"class":"crypto","symbol":"BTC/USD","status":"active","tradable":true,"price_increment":"0.01"}])";

AlpacaConfig config() {
  AlpacaConfig out;
  out.market = Market::Crypto;
  out.credentials = {"k", "s"};
  out.audit_interval = std::chrono::seconds{10};
  out.subscriptions.push_back(
      {SymbolDescriptor::spot("alpaca_crypto", "BTC", "USD"), {Channel::Depth, Channel::Trades, Channel::Quotes}});
  return out;
}

class Rig final : public Outbox {
 public:
  Rig() : reader_(ring_.subscribe()), book_(symbol().hash(), {.tick = *Price::parse("0.01"), .window_ticks = 64}) {
    sink_.begin(now_, 15);
    venue_.on_start(now_, sink_, *this);
    answer(200, assets);
    open();
    message(R"([{"T":"success","msg":"connected"}])");
    message(R"([{"T":"success","msg":"authenticated"}])");
  }
  void open() {
    close();
    is_open_ = true;
    connection_ = ConnectionId{std::to_underlying(connection_) + 1};
    sink_.begin(now_, 1);
    venue_.on_open(connection_, LaneId{0}, now_, sink_, *this);
    drain();
  }
  void close() {
    if (!is_open_) return;
    is_open_ = false;
    sink_.begin(now_, 1);
    venue_.on_closed(connection_, "closed", now_, sink_, *this);
    drain();
  }
  void message(std::string_view text) {
    if (!is_open_) return;
    std::vector<char> buffer(text.size() + 64);
    std::ranges::copy(text, buffer.begin());
    sink_.begin(now_, 1);
    venue_.on_bytes(connection_, std::span(buffer).first(text.size()), now_, sink_, *this);
    drain();
  }
  void answer(int status, std::string_view body) {
    if (requests_.empty()) return;
    std::vector<char> buffer(body.size() + 64);
    std::ranges::copy(body, buffer.begin());
    const RequestId id = requests_.front().id;
    requests_.pop_front();
    sink_.begin(now_, 15);
    venue_.on_reply({id, status, {buffer.data(), body.size()}, now_}, sink_, *this);
    drain();
  }
  void tick(Nanos step) {
    now_ += step;
    sink_.begin(now_, 15);
    venue_.on_tick(now_, sink_, *this);
    drain();
  }
  void acknowledge() {
    message(R"([{"T":"subscription","trades":["BTC/USD"],"quotes":["BTC/USD"],"orderbooks":["BTC/USD"]}])");
  }
  void command(Action action) {
    sink_.begin(now_, 15);
    (void)venue_.command({action, symbol(), {Channel::Depth}}, now_, sink_, *this);
    drain();
  }

  void send(ConnectionId, std::string) override {}
  void request(Request request) override {
    if (requests_.size() > 64) requests_.pop_front();
    requests_.push_back(std::move(request));
  }
  void reconnect(ConnectionId, std::string) override {}
  void ready(ConnectionId) override {}
  void report(Event) override {}

 private:
  static SymbolDescriptor symbol() { return SymbolDescriptor::spot("alpaca_crypto", "BTC", "USD"); }
  void drain() {
    for (;;) {
      const auto poll = reader_.poll();
      if (poll.kind == bus::PollKind::Empty) return;
      if (poll.kind != bus::PollKind::Frame) std::abort();
      const auto outcome = book_.apply(poll.frame);
      if (outcome == book::Outcome::Gap || outcome == book::Outcome::Crossed) std::abort();
      if (book_.live() && book_.ladder().crossed()) std::abort();
    }
  }

  bus::Ring ring_{bus::RingConfig{.capacity_bytes = std::size_t{1} << 20}};
  bus::RingReader reader_;
  Sink sink_{ring_, ConnectorId{1}};
  book::Book book_;
  Nanos now_{1'763'900'000'000'000'000};
  AlpacaVenue venue_{config()};
  bool is_open_ = false;
  ConnectionId connection_{0};
  std::deque<Request> requests_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  Rig rig;
  for (int lines = 0; !input.empty() && lines < 500; ++lines) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    if (line.empty()) continue;
    const std::string_view rest = line.size() > 2 ? line.substr(2) : std::string_view{};
    switch (line.front()) {
      case 's':
        rig.message(rest);
        break;
      case 'b':
        rig.message(R"([{"T":"o","S":"BTC/USD","t":"2025-11-23T12:13:20Z",)" + std::string(rest) + "}]");
        break;
      case 'd':
        rig.answer(200, rest);
        break;
      case 'x':
        rig.answer(503, rest);
        break;
      case 'a':
        rig.acknowledge();
        break;
      case 'o':
        rig.open();
        break;
      case 'c':
        rig.close();
        break;
      case 'u':
        rig.command(Action::Unsubscribe);
        break;
      case 'w':
        rig.command(Action::Subscribe);
        break;
      case '.':
        rig.tick(std::chrono::milliseconds{100});
        break;
      case '!':
        rig.tick(std::chrono::seconds{10});
        break;
      default:
        break;
    }
  }
  return 0;
}
