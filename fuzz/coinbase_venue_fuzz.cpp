// A whole venue under any sequence of messages, replies, ticks and lost connections: lines of the input, each with a
// letter in front. Whatever comes, what it publishes is a sound stream: a reader's mirror of the book never finds a
// gap, and a Live book is never crossed. The first line chooses: "A" is Advanced Trade.
//
//   s text  a message on the first connection      t text  a message on the second one
//   d text  the answer to the oldest request       x text  the same with HTTP 503
//   o / c   the second connection opens / closes   O / C   the first one
//   .       100 ms pass                            !       10 s pass
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/book/book.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/venue/coinbase/coinbase_venue.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue;
using namespace trunkline::venue::coinbase;

class Rig final : public Outbox {
 public:
  explicit Rig(Api api)
      : api_(api),
        reader_(ring_.subscribe()),
        venue_(config(api)),
        book_(symbol(api).hash(), {.tick = *Price::parse("0.01"), .window_ticks = 64}) {
    sink_.begin(now_, 15);
    venue_.on_start(now_, sink_, *this);
    answer(
        200,
        api == Api::Exchange
            ? R"([{"id":"A-B","base_currency":"A","quote_currency":"B","quote_increment":"0.01","base_increment":"0.01","status":"online"}])"
            : R"({"products":[{"product_id":"A-B","base_currency_id":"A","quote_currency_id":"B","price_increment":"0.01","status":"online"}]})");
    open(1);
  }
  void open(std::uint32_t id) {
    close(id);
    is_open_[id] = true;
    sink_.begin(now_, static_cast<std::uint8_t>(id));
    venue_.on_open(ConnectionId{id}, LaneId{0}, now_, sink_, *this);
    settle();
  }
  void close(std::uint32_t id) {
    if (!is_open_[id]) return;
    is_open_[id] = false;
    sink_.begin(now_, static_cast<std::uint8_t>(id));
    venue_.on_closed(ConnectionId{id}, "closed", now_, sink_, *this);
    settle();
  }
  void message(std::uint32_t id, std::string_view text) {
    std::vector<char> buffer(text.size() + 64);
    std::ranges::copy(text, buffer.begin());
    sink_.begin(now_, static_cast<std::uint8_t>(id));
    venue_.on_bytes(ConnectionId{id}, std::span(buffer).first(text.size()), now_, sink_, *this);
    settle();
  }
  void answer(int status, std::string_view body) {
    if (requests_.empty()) return;
    std::vector<char> buffer(body.size() + 64);
    std::ranges::copy(body, buffer.begin());
    const RequestId id = requests_.front().id;
    requests_.pop_front();
    sink_.begin(now_, 15);
    venue_.on_reply({id, status, {buffer.data(), body.size()}, now_}, sink_, *this);
    settle();
  }
  void tick(Nanos step) {
    now_ += step;
    sink_.begin(now_, 15);
    venue_.on_tick(now_, sink_, *this);
    settle();
  }

  // Exchange subscriptions are confirmed; those of Advanced Trade carry a number, which the input tells.
  void send(ConnectionId connection, std::string text) override {
    if (api_ == Api::Advanced || text.find("\"subscribe\"") == std::string::npos) return;
    acks_.push_back(
        {connection,
         R"({"type":"subscriptions","channels":[{"name":"level2_50","product_ids":["A-B"]},{"name":"matches","product_ids":["A-B"]},{"name":"ticker","product_ids":["A-B"]}]})"});
  }
  void request(Request request) override { requests_.push_back(std::move(request)); }
  void reconnect(ConnectionId connection, std::string) override { lost_.push_back(connection); }
  void ready(ConnectionId) override {}
  void report(Event) override {}

 private:
  static SymbolDescriptor symbol(Api api) {
    return SymbolDescriptor::spot(api == Api::Exchange ? "coinbase" : "coinbase_advanced", "A", "B");
  }
  static CoinbaseConfig config(Api api) {
    CoinbaseConfig config;
    config.api = api;
    config.subscriptions = {{symbol(api), default_channels}};
    config.audit_interval = std::chrono::seconds{1};
    return config;
  }
  void settle() {
    check();
    while (!acks_.empty() || !lost_.empty()) {
      if (!acks_.empty()) {
        const auto [connection, text] = acks_.front();
        acks_.pop_front();
        message(std::to_underlying(connection), text);
      } else {
        const ConnectionId connection = lost_.front();
        lost_.pop_front();
        close(std::to_underlying(connection));
      }
    }
  }
  void check() {
    for (auto poll = reader_.poll(); poll.kind != bus::PollKind::Empty; poll = reader_.poll()) {
      if (poll.kind != bus::PollKind::Frame) std::abort();
      if (!wire::FrameView::parse(poll.frame.bytes())) std::abort();
      const auto outcome = book_.apply(poll.frame);
      if (outcome == book::Outcome::Gap || outcome == book::Outcome::Crossed || outcome == book::Outcome::Full) {
        std::abort();
      }
      if (book_.live() && book_.ladder().crossed()) std::abort();
    }
  }

  Api api_;
  bus::Ring ring_{bus::RingConfig{.capacity_bytes = 1U << 18}};
  bus::RingReader reader_;
  Sink sink_{ring_, ConnectorId{1}};
  std::deque<Request> requests_;
  std::deque<std::pair<ConnectionId, std::string>> acks_;
  std::deque<ConnectionId> lost_;
  bool is_open_[3] = {};
  Nanos now_{1'700'000'000'000'000'000};
  CoinbaseVenue venue_;
  book::Book book_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Rig rig(text.starts_with('A') ? Api::Advanced : Api::Exchange);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    const std::string_view rest = line.size() > 2 ? line.substr(2) : std::string_view{};
    switch (line[0]) {
      case 's':
        rig.message(1, rest);
        break;
      case 't':
        rig.message(2, rest);
        break;
      case 'd':
        rig.answer(200, rest);
        break;
      case 'x':
        rig.answer(503, rest);
        break;
      case 'o':
        rig.open(2);
        break;
      case 'c':
        rig.close(2);
        break;
      case 'O':
        rig.open(1);
        break;
      case 'C':
        rig.close(1);
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
