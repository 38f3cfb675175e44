// A whole venue under any sequence of messages, ticks and lost connections: lines of the input, each with a letter in
// front. Whatever comes, what it publishes is a sound stream: a reader's mirror of the book never finds a gap, a Live
// book is never crossed, never deeper than subscribed, and has the checksum that the venue told last.
//
//   s text  a message on the first connection      t text  a message on the second one
//   u text  likewise on the first, where the text's "checksum":0 becomes the right one for the book as it then is
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
#include "trunkline/venue/kraken/hot_parser.hpp"
#include "trunkline/venue/kraken/kraken_venue.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue;
using namespace trunkline::venue::kraken;

constexpr std::string_view listing =
    R"({"channel":"instrument","type":"snapshot","data":{"pairs":[{"symbol":"A/B","base":"A","quote":"B",)"
    R"("status":"online","qty_precision":8,"qty_increment":1e-8,"price_precision":2,"price_increment":0.01}]}})";
constexpr std::size_t depth = 10;

class Rig final : public Outbox {
 public:
  Rig() : reader_(ring_.subscribe()), book_(symbol().hash(), {.tick = *Price::parse("0.01"), .window_ticks = 64}) {
    sink_.begin(now_, 15);
    venue_.on_start(now_, sink_, *this);
    open(1);
    message(1, listing);
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
  // As the venue would have said it.
  void checked_message(std::string_view text) {
    constexpr std::string_view blank = R"("checksum":0)";
    const auto at = text.find(blank);
    if (at == std::string_view::npos) return;
    static MessageParser parser;
    std::vector<char> buffer(text.size() + 64);
    std::ranges::copy(text, buffer.begin());
    const auto parsed = parser.parse({buffer.data(), text.size()}, [](std::string_view) { return 0; });
    if (!parsed || parsed->kind != MessageKind::Books || parser.books().size() != 1) return;
    const auto& entry = parser.books()[0];
    const BookFeed* const feed = venue_.book_of(symbol().hash());
    DepthBook copy(depth);
    if (!parsed->snapshot && feed != nullptr) copy = feed->levels();
    if (parsed->snapshot) {
      const bool any = entry.book.bid_count + entry.book.ask_count != 0;
      copy.set_digits(DigitShift::of(any ? entry.book.decimals : Decimals{2, 8}, 0));
    }
    const auto levels = parser.levels(entry);
    copy.apply(levels.first(entry.book.bid_count), levels.subspan(entry.book.bid_count));
    copy.cut_bids([](Price) {});
    copy.cut_asks([](Price) {});
    std::string told(text.substr(0, at));
    told += R"("checksum":)" + std::to_string(copy.checksum());
    told += text.substr(at + blank.size());
    message(1, told);
  }
  void tick(Nanos step) {
    now_ += step;
    sink_.begin(now_, 15);
    venue_.on_tick(now_, sink_, *this);
    settle();
  }

  void send(ConnectionId connection, std::string text) override {
    const auto at = text.rfind("\"req_id\":");
    const bool subscribe = text.find("\"subscribe\"") != std::string::npos;
    if (text.find("instrument") != std::string::npos) return;
    answers_.push_back({connection, std::string(R"({"method":")") + (subscribe ? "subscribe" : "unsubscribe") +
                                        R"(","result":{"symbol":"A/B"},"success":true,)" + text.substr(at)});
  }
  void request(Request) override { std::abort(); }
  void reconnect(ConnectionId connection, std::string) override { lost_.push_back(connection); }
  void ready(ConnectionId) override {}
  void report(Event) override {}

 private:
  static SymbolDescriptor symbol() { return SymbolDescriptor::spot("kraken", "A", "B"); }
  static KrakenConfig config() {
    return {.subscriptions = {{symbol(), {Channel::Trades, Channel::Quotes, Channel::Depth, Channel::Bars}}},
            .depth = depth};
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
    const BookFeed& feed = *venue_.book_of(symbol().hash());
    const book::Ladder& ladder = book_.ladder();
    if (ladder.crossed() || !feed.live()) std::abort();
    if (ladder.size(book::Side::Bid) != feed.levels().bids().size()) std::abort();
    if (ladder.size(book::Side::Ask) != feed.levels().asks().size()) std::abort();
    if (feed.levels().bids().size() > depth || feed.levels().asks().size() > depth) std::abort();
    std::size_t rank = 0;
    const auto bids = feed.levels().bids().best_last();
    ladder.walk(book::Side::Bid, [&](const wire::Level& level) {
      if (level != bids[bids.size() - 1 - rank++]) std::abort();
      return true;
    });
  }

  bus::Ring ring_{bus::RingConfig{.capacity_bytes = 1U << 18}};
  bus::RingReader reader_;
  Sink sink_{ring_, ConnectorId{1}};
  std::deque<std::pair<ConnectionId, std::string>> answers_;
  std::deque<ConnectionId> lost_;
  bool is_open_[3] = {};
  Nanos now_{1'700'000'000'000'000'000};
  KrakenVenue venue_{config()};
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
      case 'u':
        rig.checked_message(rest);
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
