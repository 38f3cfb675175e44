// A whole venue under any sequence of messages, ticks and lost connections: lines of the input, each with a letter in
// front. Whatever comes, what it publishes is a sound stream: a reader's mirror of the book never finds a gap, and a
// Live book is never crossed and has the levels that the venue holds.
//
//   s text  a message on the first connection      t text  a message on the second one
//   o / c   the second connection opens / closes   O / C   the first one
//   .       100 ms pass                            !       20 s pass
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/book/book.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/venue/hyperliquid/hyperliquid_venue.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue;
using namespace trunkline::venue::hyperliquid;

constexpr std::string_view listing = R"({"universe":[{"name":"A","szDecimals":4,"maxLeverage":3}]})";
constexpr std::string_view no_pairs = R"({"tokens":[],"universe":[]})";

class Rig final : public Outbox {
 public:
  Rig() : reader_(ring_.subscribe()), book_(symbol().hash(), {.tick = *Price::parse("0.01"), .window_ticks = 64}) {
    sink_.begin(now_, 15);
    venue_.on_start(now_, sink_, *this);
    open(1);
    for (const std::string_view body : {listing, no_pairs}) reply(body);
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
    std::erase_if(answers_, [id](const auto& each) { return each.first == ConnectionId{id}; });
    sink_.begin(now_, static_cast<std::uint8_t>(id));
    venue_.on_closed(ConnectionId{id}, "closed", now_, sink_, *this);
    settle();
  }
  void message(std::uint32_t id, std::string_view text) {
    if (!is_open_[id]) return;
    std::vector<char> buffer(text.size() + 64);
    std::ranges::copy(text, buffer.begin());
    sink_.begin(now_, static_cast<std::uint8_t>(id));
    venue_.on_bytes(ConnectionId{id}, std::span(buffer).first(text.size()), now_, sink_, *this);
    settle();
  }
  void tick(Nanos step) {
    now_ += step;
    sink_.begin(now_, 15);
    venue_.on_tick(now_, sink_, *this);
    settle();
  }

  void send(ConnectionId connection, std::string text) override {
    if (text.find("\"ping\"") != std::string::npos) {
      answers_.push_back({connection, R"({"channel":"pong"})"});
    } else {
      answers_.push_back({connection, R"({"channel":"subscriptionResponse","data":)" + text + "}"});
    }
  }
  void request(Request) override {}
  void reconnect(ConnectionId connection, std::string) override { lost_.push_back(connection); }
  void ready(ConnectionId) override {}
  void report(Event) override {}

 private:
  static SymbolDescriptor symbol() { return SymbolDescriptor::spot("hyperliquid", "A", "USD"); }
  static HyperliquidConfig config() {
    return {.subscriptions = {
                {symbol(), {Channel::Trades, Channel::Quotes, Channel::Depth, Channel::Bars, Channel::Ticker}}}};
  }
  void reply(std::string_view body) {
    std::vector<char> buffer(body.size() + 64);
    std::ranges::copy(body, buffer.begin());
    const RequestId id{body == listing ? 1U : 2U};
    venue_.on_reply({id, 200, {buffer.data(), body.size()}, now_}, sink_, *this);
    settle();
  }
  void settle() {
    check();
    while (!answers_.empty() || !lost_.empty()) {
      if (!answers_.empty()) {
        const auto [connection, text] = answers_.front();
        answers_.pop_front();
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
    }
    if (!book_.live()) return;
    const BookPublisher& publisher = venue_.book_of(symbol().hash())->publisher();
    const book::Ladder& ladder = book_.ladder();
    if (ladder.crossed() || !publisher.live()) std::abort();
    for (const book::Side side : {book::Side::Bid, book::Side::Ask}) {
      if (ladder.size(side) != publisher.ladder().size(side)) std::abort();
      if (ladder.best(side) != publisher.ladder().best(side)) std::abort();
    }
  }

  bus::Ring ring_{bus::RingConfig{.capacity_bytes = 1U << 18}};
  bus::RingReader reader_;
  Sink sink_{ring_, ConnectorId{1}};
  std::deque<std::pair<ConnectionId, std::string>> answers_;
  std::deque<ConnectionId> lost_;
  bool is_open_[3] = {};
  Nanos now_{1'700'000'000'000'000'000};
  HyperliquidVenue venue_{config()};
  book::Book book_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Rig rig;
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
        rig.tick(std::chrono::seconds{20});
        break;
      default:
        break;
    }
  }
  return 0;
}
