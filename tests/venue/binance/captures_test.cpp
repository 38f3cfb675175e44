// Every Binance recording goes through the venue as it came: no gap, final books as expected, best levels as the
// venue's own bookTicker says at the same update id.
#include "support/captures.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <set>

#include "trunkline/venue/binance/exchange_info.hpp"
#include "venue/binance/harness.hpp"

namespace trunkline::venue::binance::test {
namespace {

namespace fs = std::filesystem;
using trunkline::test::Capture;
using trunkline::test::CaptureLine;
using trunkline::test::shared_folder;

std::string read_text(const fs::path& path) {
  trunkline::test::GzLines lines(path);
  std::string text;
  std::string line;
  while (lines.next(line)) text += line + "\n";
  return text;
}

Segment segment_of(const std::string& name) {
  if (name.find("usdm") != std::string::npos) return Segment::Usdm;
  return name.find("coinm") != std::string::npos ? Segment::Coinm : Segment::Spot;
}
const char* info_file(Segment segment) {
  switch (segment) {
    case Segment::Spot:
      return "rest-api-binance-com-api-v3-exchangeInfo.json.gz";
    case Segment::Usdm:
      return "rest-fapi-binance-com-fapi-v1-exchangeInfo.json";
    case Segment::Coinm:
      return "rest-dapi-binance-com-dapi-v1-exchangeInfo.json";
  }
  return "";
}

// Plays recordings of one segment, one after the other, into a venue that is subscribed to all their symbols.
class Replay {
 public:
  explicit Replay(const std::vector<fs::path>& files) : files_(files) {
    const Segment segment = segment_ = segment_of(files.front().filename().string());
    BinanceConfig config{.segment = segment, .audit_interval = Nanos{0}};
    const std::string info = read_text(shared_folder() / "data/binance" / info_file(segment));
    const auto catalog = parse_exchange_info(spec_of(segment), info + std::string(64, ' '));
    for (const auto& [symbol, channels] : subscriptions()) {
      const Instrument* const instrument = catalog->find_venue_symbol(symbol);
      if (instrument == nullptr) {
        ADD_FAILURE() << symbol << " is not in the reference data";
        continue;
      }
      texts[symbol] = instrument->text;
      config.subscriptions.push_back({instrument->descriptor, channels});
    }
    harness = std::make_unique<Harness>(std::move(config));
    harness->keep_frames = false;
    Capture first(files.front());
    CaptureLine line;
    while (first.next(line) && !line.received) {
    }
    harness->now = *line.received;
    harness->start(info);
    for (std::uint8_t lane = 0; lane < spec_of(segment).lanes.size(); ++lane)
      harness->open(ConnectionId{1U + lane}, lane);
  }

  void run() {
    for (const fs::path& file : files_) {
      Capture capture(file);
      CaptureLine line;
      while (capture.next(line)) {
        if (line.direction != CaptureLine::Direction::In) continue;
        if (line.received) harness->now = std::max(harness->now, *line.received);
        if (harness->now - ticked_ >= 100ms) {
          ticked_ = harness->now;
          harness->tick(0ms);
        }
        if (line.is_rest()) {
          const auto at = line.connection.find("symbol=");
          const std::string symbol = line.connection.substr(at, line.connection.find('&', at) - at + 1);
          replies_[symbol] = line.message;
        } else {
          // Recorded before USD-M was split in two.
          const Channel channel = channel_of(line.message);
          const bool market = segment_ == Segment::Usdm && channel != Channel::Depth && channel != Channel::Quotes;
          harness->bytes(line.message, ConnectionId{market ? 2U : 1U});
          ++messages;
        }
        for (auto it = replies_.begin(); it != replies_.end();) {
          it = harness->answer("/depth?" + it->first, 200, it->second) ? replies_.erase(it) : std::next(it);
        }
      }
    }
  }

  std::unique_ptr<Harness> harness;
  std::map<std::string, std::string> texts;  // canonical, by the venue's symbol
  std::uint64_t messages = 0;

 private:
  // The streams of the recording, as far as its first part shows them.
  std::map<std::string, Channels> subscriptions() const {
    std::map<std::string, Channels> found;
    Capture capture(files_.front());
    CaptureLine line;
    constexpr std::string_view key = R"("s":")";
    for (int i = 0; capture.next(line) && i < 5'000; ++i) {
      const auto at = line.message.find(key);
      if (at == std::string::npos) continue;
      const auto from = at + key.size();
      found[line.message.substr(from, line.message.find('"', from) - from)].add(channel_of(line.message));
    }
    return found;
  }
  static Channel channel_of(const std::string& message) {
    const std::string stream = message.substr(0, message.find(','));
    if (stream.find("@depth") != std::string::npos) return Channel::Depth;
    if (stream.find("@bookTicker") != std::string::npos) return Channel::Quotes;
    if (stream.find("@aggTrade") != std::string::npos) return Channel::AggregateTrades;
    if (stream.find("@kline") != std::string::npos) return Channel::Bars;
    return Channel::Trades;
  }

  std::vector<fs::path> files_;
  Segment segment_ = Segment::Spot;
  std::map<std::string, std::string> replies_;  // by symbol=X&
  Nanos ticked_{0};
};

void expect_side(const nlohmann::json& expected, const book::Ladder& ladder, book::Side side) {
  std::vector<wire::Level> levels(expected.size());
  ASSERT_EQ(ladder.top(side, levels), expected.size());
  std::string ours;
  std::string theirs;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    ours += levels[i].price.to_text() + " x " + levels[i].quantity.to_text() + ", ";
    theirs += Price::parse(expected[i][0].get<std::string>())->to_text() + " x " +
              Quantity::parse(expected[i][1].get<std::string>())->to_text() + ", ";
  }
  EXPECT_EQ(ours, theirs);
}

// Returns how often book and bookTicker were compared.
std::uint64_t check(const std::string& key, const nlohmann::json& expected) {
  std::vector<fs::path> files;
  for (std::size_t at = 0; at != std::string::npos;) {
    const std::size_t end = key.find(" + ", at);
    files.push_back(shared_folder() / "data" / key.substr(at, end == std::string::npos ? end : end - at));
    at = end == std::string::npos ? end : end + 3;
  }
  SCOPED_TRACE(key);
  Replay replay(files);
  replay.run();
  Harness& harness = *replay.harness;
  std::uint64_t comparisons = 0;
  for (const auto& [symbol, text] : replay.texts) {
    if (expected.contains(symbol)) continue;
    EXPECT_EQ(harness.depth(text).book().gaps(), 0U) << text;
  }
  for (const auto& [symbol, book] : expected.items()) {
    SCOPED_TRACE(symbol);
    const std::string text = replay.texts.at(symbol);
    const DepthFeed& feed = harness.depth(text);
    EXPECT_TRUE(feed.live());
    EXPECT_EQ(feed.book().gaps(), 0U);
    EXPECT_EQ(feed.update_id(), book["last_update_id"].get<std::uint64_t>());
    comparisons += feed.quote_comparisons();
    // The book as a reader of the stream has it.
    const book::Book& mirror = harness.book(text);
    EXPECT_TRUE(mirror.live());
    EXPECT_EQ(mirror.update_id(), book["last_update_id"].get<std::uint64_t>());
    expect_side(book["bids"], mirror.ladder(), book::Side::Bid);
    expect_side(book["asks"], mirror.ladder(), book::Side::Ask);
    EXPECT_EQ(mirror.ladder().size(book::Side::Bid), book["levels"][0].get<std::size_t>());
    EXPECT_EQ(mirror.ladder().size(book::Side::Ask), book["levels"][1].get<std::size_t>());
  }
  const auto& counters = harness.venue().counters();
  EXPECT_EQ(counters.malformed, 0U);
  EXPECT_EQ(counters.unknown_events, 0U);
  EXPECT_EQ(counters.unknown_symbols, 0U);
  EXPECT_EQ(counters.trades_missed, 0U);
  EXPECT_EQ(harness.live_disagreements, 0U);
  for (const Event& event : harness.events) {
    if (event.severity == Severity::Info) continue;
    std::string fields;
    for (const auto& [name, value] : event.fields) fields += " " + std::string(name) + "=" + value;
    ADD_FAILURE() << event.name << " " << event.symbol << fields;
  }
  return comparisons;
}

TEST(Captures, FinalBooksAreAsExpectedWithoutAGapAndAgreeWithEveryQuote) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  const auto expected = nlohmann::json::parse(read_text(shared_folder() / "data/expected-final-books.json.gz"));
  std::uint64_t comparisons = 0;
  std::size_t books = 0;
  for (const auto& [key, symbols] : expected.items()) {
    if (!key.starts_with("binance/")) continue;
    comparisons += check(key, symbols);
    books += symbols.size();
  }
  EXPECT_EQ(books, 19U);
  // The number that a separate reading of the recordings gave.
  EXPECT_EQ(comparisons, 3'816U);
}

}  // namespace
}  // namespace trunkline::venue::binance::test
