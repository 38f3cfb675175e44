// One recording, two ways: read straight through the venue, and served by the sandbox over real sockets to a connector.
// The frames are the same, but for the stamps of the journey.
//
// Compared byte for byte and in order: every frame that a symbol has on one lane, with header, flags, stamp and levels.
// Set aside, because it is the journey and not the market:
//  - receive_time, publish_delay and source of the stamp, and the header's sequence (it counts all symbols and
//    connections together);
//  - ConnectionStatus, which tells of sockets;
//  - the order between symbols, and for USD-M between the quotes and depth of a symbol and the rest of it: those come
//    over two connections, which nothing orders;
//  - until a book is Live, the order between its own frames and the others of its symbol: the snapshot's reply comes
//    over a connection of its own. Each of the two orders is compared from the start, both together from there on.
//
// Of long sessions the beginning is played. Five minutes in a second or two are not what the venue is made for: where
// the market leaves the levels of the snapshot, it asks for a further one, and when that comes is a matter of the
// clock.
#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <unistd.h>

#include "sandbox/binance/rest_api.hpp"
#include "sandbox/binance/server.hpp"
#include "support/captures.hpp"
#include "trunkline/connector/session_connector.hpp"
#include "trunkline/venue/binance/binance_venue.hpp"
#include "trunkline/venue/binance/exchange_info.hpp"
#include "trunkline/wire/json.hpp"
#include "venue/binance/harness.hpp"

namespace trunkline {
namespace {

namespace binance = venue::binance;
namespace served = sandbox::binance;
using sandbox::Market;
using test::Capture;
using test::CaptureLine;
using venue::Channel;
using venue::Channels;

constexpr std::size_t most_lines = 12'000;

struct Recording {
  std::string path;  // of as much as is played, without compression
  Market market = Market::Spot;
  binance::Segment segment = binance::Segment::Spot;
  std::vector<CaptureLine> lines;                             // received ones
  std::vector<std::pair<std::string, Channels>> by_snapshot;  // the venue's symbols, in the order of their snapshots
  std::uint64_t messages = 0;
};

std::string symbol_in_address(const std::string& address) {
  const auto from = address.find("symbol=") + 7;
  return address.substr(from, address.find('&', from) - from);
}

// Binance's name of the stream of a message: {"stream":"btcusdt@depth@100ms","data":...
std::string_view stream_of(std::string_view message) {
  constexpr std::string_view head = R"({"stream":")";
  return message.substr(head.size(), message.find('"', head.size()) - head.size());
}

Channel channel_of(std::string_view stream) {
  const std::string_view kind = stream.substr(stream.find('@') + 1);
  if (kind.starts_with("depth")) return Channel::Depth;
  if (kind.starts_with("bookTicker")) return Channel::Quotes;
  if (kind.starts_with("aggTrade")) return Channel::AggregateTrades;
  if (kind.starts_with("kline")) return Channel::Bars;
  if (kind.starts_with("markPrice")) return Channel::Ticker;
  if (kind.starts_with("forceOrder")) return Channel::Liquidations;
  return Channel::Trades;
}

Recording read(const std::string& name) {
  Recording out;
  const auto files = test::capture_files("binance", name);
  if (files.size() != 1) {
    ADD_FAILURE() << files.size() << " recordings are called " << name;
    return out;
  }
  out.path = testing::TempDir() + fmt::format("trunkline-{}-{}.jsonl", name, ::getpid());
  std::ofstream played(out.path);
  test::GzLines lines(files[0]);
  std::string text;
  for (std::size_t i = 0; i < most_lines && lines.next(text); ++i) played << text << '\n';
  played.close();
  if (name.find("usdm") != std::string::npos) {
    out.market = Market::Usdm;
    out.segment = binance::Segment::Usdm;
  } else if (name.find("coinm") != std::string::npos) {
    out.market = Market::Coinm;
    out.segment = binance::Segment::Coinm;
  }
  std::map<std::string, Channels> channels;
  Capture capture(out.path);
  for (CaptureLine line; capture.next(line);) {
    if (line.direction != CaptureLine::Direction::In) continue;
    if (line.is_rest()) {
      out.by_snapshot.emplace_back(symbol_in_address(line.connection), Channels{});
    } else {
      ++out.messages;
      const std::string_view stream = stream_of(line.message);
      std::string symbol(stream.substr(0, stream.find('@')));
      std::ranges::transform(symbol, symbol.begin(),
                             [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      channels[symbol].add(channel_of(stream));
    }
    out.lines.push_back(line);
  }
  for (auto& [symbol, wanted] : out.by_snapshot) wanted = channels.at(symbol);
  EXPECT_EQ(out.by_snapshot.size(), channels.size()) << "symbols without a snapshot";
  return out;
}

// Reference data as the sandbox serves it, so that both ways have the same.
std::string reference_data(const Recording& recording) {
  const auto replay = served::Replay::load({.files = {recording.path}});
  EXPECT_TRUE(replay.has_value());
  const auto instruments = replay->instruments();
  std::vector<const sandbox::Instrument*> listed;
  for (const auto& instrument : instruments) listed.push_back(&instrument);
  return served::exchange_info_body(recording.market, listed, 0, {});
}

binance::BinanceConfig venue_config(const Recording& recording, const std::string& info) {
  binance::BinanceConfig config{.segment = recording.segment, .audit_interval = Nanos{0}};
  const auto catalog = binance::parse_exchange_info(binance::spec_of(recording.segment), info + std::string(64, ' '));
  for (const auto& [symbol, channels] : recording.by_snapshot) {
    const venue::Instrument* const instrument = catalog->find_venue_symbol(symbol);
    if (instrument == nullptr) {
      ADD_FAILURE() << symbol << " is not in the reference data";
      continue;
    }
    config.subscriptions.push_back({instrument->descriptor, channels});
  }
  return config;
}

// What is compared: frames by symbol and lane, in their order.
class Frames {
 public:
  explicit Frames(binance::Segment segment) : segment_(segment) {}

  void take(const wire::FrameView& frame) {
    if (frame.type() == wire::MessageType::ConnectionStatus) return;
    wire::Header header = frame.header();
    header.sequence = 0;
    const std::uint64_t word = wire::pack(header);
    wire::Stamp stamp = frame.stamp();
    stamp.receive_time = Nanos{0};
    stamp.publish_delay = 0;
    stamp.source = 0;
    std::vector<std::uint64_t> copy(frame.size() / 8);
    std::memcpy(copy.data(), frame.bytes().data(), frame.size());
    std::memcpy(copy.data(), &word, sizeof word);
    std::memcpy(copy.data() + 1, &stamp, sizeof stamp);
    ++counts_[frame.type()];
    sequences_[{stamp.symbol, lane_of(frame.type())}].push_back(std::move(copy));
    ++size_;
  }

  std::size_t size() const { return size_; }
  std::uint64_t count(wire::MessageType type) const {
    const auto found = counts_.find(type);
    return found == counts_.end() ? 0 : found->second;
  }

  static void expect_same(const Frames& straight, const Frames& through_sockets) {
    EXPECT_EQ(straight.sequences_.size(), through_sockets.sequences_.size());
    for (const auto& [key, expected] : straight.sequences_) {
      const auto found = through_sockets.sequences_.find(key);
      if (found == through_sockets.sequences_.end()) {
        ADD_FAILURE() << "nothing came of " << text_of(expected[0]);
        continue;
      }
      const Copies& got = found->second;
      expect_equal("of the book", only(expected, true), only(got, true));
      expect_equal("of the rest", only(expected, false), only(got, false));
      const auto in_step = static_cast<std::ptrdiff_t>(std::min({live_from(got), expected.size(), got.size()}));
      expect_equal("once Live", {expected.begin() + in_step, expected.end()}, {got.begin() + in_step, got.end()});
    }
  }

 private:
  using Copy = std::vector<std::uint64_t>;
  using Copies = std::vector<Copy>;

  int lane_of(wire::MessageType type) const {
    using wire::MessageType;
    if (segment_ != binance::Segment::Usdm) return 0;
    return type == MessageType::Trade || type == MessageType::Bar || type == MessageType::DerivativeTicker ||
           type == MessageType::Liquidation;
  }
  static wire::FrameView view_of(const Copy& copy) {
    return wire::FrameView::parse(std::as_bytes(std::span(copy))).value();
  }
  static std::string text_of(const Copy& copy) { return wire::to_json(view_of(copy)).substr(0, 600); }
  static Copies only(const Copies& all, bool book) {
    using wire::MessageType;
    Copies out;
    for (const Copy& each : all) {
      const auto type = view_of(each).type();
      const bool of_the_book =
          type == MessageType::L2Snapshot || type == MessageType::L2Delta || type == MessageType::BookStatus;
      if (of_the_book == book) out.push_back(each);
    }
    return out;
  }
  // Behind the book's becoming Live, and the changes that had waited for that.
  static std::size_t live_from(const Copies& all) {
    const auto first = [&](std::size_t from, auto wanted) {
      while (from < all.size() && !wanted(view_of(all[from]))) ++from;
      return from;
    };
    if (first(0, [](const wire::FrameView& frame) { return frame.as<wire::BookStatus>() != nullptr; }) == all.size())
      return 0;  // a lane without books
    const std::size_t live = first(0, [](const wire::FrameView& frame) {
      const auto* const status = frame.as<wire::BookStatus>();
      return status != nullptr && status->state == wire::BookState::Live;
    });
    return first(std::min(live + 1, all.size()),
                 [](const wire::FrameView& frame) { return frame.type() != wire::MessageType::L2Delta; });
  }
  static void expect_equal(std::string_view what, const Copies& expected, const Copies& got) {
    const auto [e, g] = std::ranges::mismatch(expected, got);
    if (e == expected.end() && g == got.end()) return;
    ADD_FAILURE() << "frame " << e - expected.begin() << " of " << expected.size() << " and " << got.size() << " "
                  << what << "\n"
                  << (e == expected.end() ? "the end" : text_of(*e)) << "\n"
                  << (g == got.end() ? "the end" : text_of(*g));
  }

  binance::Segment segment_;
  std::map<std::pair<SymbolHash, int>, Copies> sequences_;
  std::map<wire::MessageType, std::uint64_t> counts_;
  std::size_t size_ = 0;
};

// Time stands still: at full speed the recorded pauses do not happen either.
Frames read_straight(const Recording& recording, const std::string& info, std::uint64_t& answers) {
  Frames frames(recording.segment);
  binance::test::Harness harness(venue_config(recording, info));
  harness.keep_frames = false;
  harness.on_frame = [&](const wire::FrameView& frame) { frames.take(frame); };
  harness.start(info);
  const auto lanes = binance::spec_of(recording.segment).lanes.size();
  for (std::uint8_t lane = 0; lane < lanes; ++lane) harness.open(venue::ConnectionId{1U + lane}, lane);
  for (const CaptureLine& line : recording.lines) {
    if (line.is_rest()) {
      const std::string symbol = symbol_in_address(line.connection);
      EXPECT_TRUE(harness.answer("/depth?symbol=" + symbol + "&", 200, line.message)) << symbol << " was not asked for";
    } else {
      const Channel channel = channel_of(stream_of(line.message));
      const bool second_lane = lanes == 2 && channel != Channel::Depth && channel != Channel::Quotes;
      harness.bytes(line.message, venue::ConnectionId{second_lane ? 2U : 1U});
    }
  }
  EXPECT_EQ(harness.live_disagreements, 0U);
  EXPECT_EQ(harness.venue().counters().malformed, 0U);
  answers = harness.sent.size();
  return frames;
}

class Complaints final : public EventLog {
 public:
  void write(const Event& event) override {
    if (event.severity == Severity::Info) return;
    const std::lock_guard lock(mutex_);
    text_ += fmt::format("{} {}", event.name, event.symbol);
    for (const auto& [key, value] : event.fields) text_ += fmt::format(" {}={}", key, value);
    text_ += "\n";
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

// `messages` come in all, and make so many frames.
Frames read_through_sockets(const Recording& recording, const std::string& info, std::uint64_t messages,
                            std::size_t expected) {
  Frames frames(recording.segment);
  served::BinanceSandboxOptions options;
  options.port = 0;
  options.replay.files = {recording.path};
  options.replay.speed = 0;
  const auto sandbox = served::BinanceSandbox::start(options);
  if (!sandbox) {
    ADD_FAILURE() << sandbox.error().message;
    return frames;
  }
  Complaints log;
  connector::SessionConnectorConfig config;
  config.id = venue::ConnectorId{7};
  // Room for a whole recording: nothing is missed, however slow this thread is.
  config.ring = {.capacity_bytes = std::size_t{64} << 20};
  config.session.endpoints =
      *net::EndpointMap::make({{"*", fmt::format("http://127.0.0.1:{}", (*sandbox)->port(recording.market))}});
  connector::SessionConnector connector(config, std::make_unique<binance::BinanceVenue>(venue_config(recording, info)),
                                        log);
  auto reader = connector.ring()->subscribe();
  const auto drain = [&] {
    for (;;) {
      const auto poll = reader.poll();
      if (poll.kind == bus::PollKind::Empty) return;
      if (poll.kind != bus::PollKind::Frame) {
        ADD_FAILURE() << "the reader missed frames";
        return;
      }
      frames.take(poll.frame);
    }
  };
  connector.start();
  const Nanos deadline = monotonic_now() + std::chrono::minutes{4};
  // A message is counted after its frames were published; a snapshot's reply is none, and may come behind them all.
  while ((connector.report().messages < messages || frames.size() < expected) && monotonic_now() < deadline) {
    drain();
    (void)reader.wait(std::chrono::milliseconds{10});
  }
  EXPECT_EQ(connector.report().messages, messages) << log.text() << (*sandbox)->status();
  drain();
  EXPECT_EQ(connector.report().reconnects, 0U);
  EXPECT_EQ(log.text(), "");
  connector.stop();
  return frames;
}

class Replays : public ::testing::TestWithParam<const char*> {};

TEST_P(Replays, AreTheSameThroughSocketsAsStraightFromTheFile) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  const Recording recording = read(GetParam());
  const std::string info = reference_data(recording);
  std::uint64_t answers = 0;
  const Frames straight = read_straight(recording, info, answers);
  const Frames through_sockets = read_through_sockets(recording, info, recording.messages + answers, straight.size());
  std::filesystem::remove(recording.path);
  Frames::expect_same(straight, through_sockets);
  EXPECT_GT(straight.size(), recording.messages / 2);
  RecordProperty("frames", static_cast<int>(straight.size()));
  using wire::MessageType;
  for (const auto type : {MessageType::SymbolMapping, MessageType::L2Snapshot}) {
    EXPECT_EQ(straight.count(type), recording.by_snapshot.size());
  }
  for (const auto type : {MessageType::Quote, MessageType::L2Delta, MessageType::BookStatus, MessageType::Trade}) {
    EXPECT_GT(straight.count(type), 0U) << wire::to_text(type);
  }
}

INSTANTIATE_TEST_SUITE_P(Binance, Replays,
                         ::testing::Values("binance-spot-capture-1", "us-spot-capture-1", "spot-btcusdt-session-1",
                                           "usdm-capture-1", "usdm-btcusdt-session-1", "coinm-capture-1",
                                           "coinm-btcusdperp-session-1"),
                         [](const auto& each) {
                           std::string name = each.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace trunkline
