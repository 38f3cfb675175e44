// The recordings go through the venue as they came: every checksum holds, and the final books are as expected.
#include "support/captures.hpp"

#include <gtest/gtest.h>

#include "venue/kraken/harness.hpp"

namespace trunkline::venue::kraken::test {
namespace {

using trunkline::test::Capture;
using trunkline::test::CaptureLine;
using trunkline::test::shared_folder;

std::string read_text(const std::filesystem::path& path) {
  trunkline::test::GzLines lines(path);
  std::string text;
  std::string line;
  while (lines.next(line)) text += line + "\n";
  return text;
}

constexpr std::string_view recorded = "data/kraken/kraken-v2-derived-from-v1-1.jsonl.gz";

// What the v1 recording calls XBT is BTC here.
std::string symbol_of(std::string v1) {
  if (const auto at = v1.find("XBT"); at != std::string::npos) v1.replace(at, 3, "BTC");
  return v1;
}
std::string text_of(const std::string& symbol) {
  std::string text = "kraken:" + symbol;
  text.replace(text.find('/'), 1, "-");
  return text;
}

void expect_side(const nlohmann::json& expected, const book::Ladder& ladder, book::Side side) {
  std::vector<wire::Level> levels(expected.size());
  ASSERT_EQ(ladder.top(side, levels), expected.size());
  for (std::size_t i = 0; i < levels.size(); ++i) {
    EXPECT_EQ(levels[i].price, *Price::parse(expected[i][0].get<std::string>()));
    EXPECT_EQ(levels[i].quantity, *Quantity::parse(expected[i][1].get<std::string>()));
  }
}

TEST(KrakenCaptures, EveryChecksumHoldsAndFinalBooksAreAsExpected) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  const auto all = nlohmann::json::parse(read_text(shared_folder() / "data/expected-final-books.json.gz"));
  const auto& expected = all.at("kraken/kraken-v1-capture-1.jsonl.gz");
  KrakenConfig config{.depth = 1'000};
  std::vector<Listed> listed;
  for (const auto& [v1, book] : expected.items()) {
    const std::string symbol = symbol_of(v1);
    // The precision of the reference data is not that of the text: the digits must come from the snapshot.
    listed.push_back({symbol, "0.00000001", "0.00000001", 2, 8});
    config.subscriptions.push_back({*SymbolDescriptor::parse(text_of(symbol)), {Channel::Depth}});
  }
  Harness harness(config);
  harness.listed = listed;
  harness.start();
  harness.open();
  Capture capture(shared_folder() / recorded);
  CaptureLine line;
  std::size_t messages = 0;
  while (capture.next(line)) {
    harness.now = std::max(harness.now, *line.received);
    harness.bytes(line.message);
    ++messages;
  }
  EXPECT_EQ(messages, 2'822U);
  std::uint64_t checked = 0;
  for (const auto& [v1, book] : expected.items()) {
    SCOPED_TRACE(v1);
    const std::string text = text_of(symbol_of(v1));
    const BookFeed& feed = harness.feed(text);
    checked += feed.checked();
    EXPECT_TRUE(feed.live());
    EXPECT_EQ(feed.mismatches(), 0U);
    const book::Book& mirror = harness.book(text);
    EXPECT_TRUE(mirror.live());
    EXPECT_EQ(mirror.integrity(), wire::Integrity::Checksummed);
    EXPECT_EQ(mirror.update_id(), feed.publisher().update_id());
    expect_side(book["bids"], mirror.ladder(), book::Side::Bid);
    expect_side(book["asks"], mirror.ladder(), book::Side::Ask);
    EXPECT_EQ(mirror.ladder().size(book::Side::Bid), book["levels"][0].get<std::size_t>());
    EXPECT_EQ(mirror.ladder().size(book::Side::Ask), book["levels"][1].get<std::size_t>());
  }
  EXPECT_EQ(checked, messages);
  EXPECT_EQ(harness.reader_losses, 0U);
  EXPECT_EQ(harness.venue().counters().malformed, 0U);
  EXPECT_EQ(harness.venue().counters().unknown_symbols, 0U);
  for (const Event& event : harness.events) {
    EXPECT_EQ(event.severity, Severity::Info) << event.name << " " << event.symbol;
  }
}

TEST(KrakenCaptures, TheDocumentedExampleIsLive) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  KrakenConfig config{.subscriptions = {{*SymbolDescriptor::parse("kraken:BTC-USD"), {Channel::Depth}}}, .depth = 10};
  Harness harness(config);
  harness.listed = {{"BTC/USD", "0.1", "0.00000001", 1, 8}};
  harness.start();
  harness.open();
  harness.bytes(read_text(shared_folder() / "data/kraken/doc-example-v2-book-checksum.json"));
  EXPECT_TRUE(harness.book("kraken:BTC-USD").live());
  EXPECT_EQ(harness.book("kraken:BTC-USD").ladder().best_bid().price.to_text(), "45283.5");
}

// One corrupted level and the book is Stale at once, whichever message it was in.
TEST(KrakenCaptures, ABitFlippedInTheTopOfARecordingIsNoticedByTheNextChecksum) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  KrakenConfig config{.subscriptions = {{*SymbolDescriptor::parse("kraken:XMR-USD"), {Channel::Depth}}},
                      .depth = 1'000};
  Harness harness(config);
  harness.listed = {{"XMR/USD", "0.01", "0.00000001", 2, 8}};
  harness.start();
  harness.open();
  Capture capture(shared_folder() / recorded);
  CaptureLine line;
  int updates = 0;
  while (capture.next(line)) {
    if (line.message.find("XMR/USD") == std::string::npos) continue;
    const auto quantity = line.message.find("\"qty\":");
    const bool update = line.message.find("\"update\"") != std::string::npos;
    if (update && ++updates == 20) {
      // 30.3 becomes 31.3 or the like; a removal becomes a level.
      char& digit = line.message[quantity + 6];
      digit = digit == '9' ? '1' : static_cast<char>(digit + 1);
      harness.bytes(line.message);
      break;
    }
    harness.bytes(line.message);
  }
  const BookFeed& feed = harness.feed("kraken:XMR-USD");
  EXPECT_EQ(feed.mismatches(), 1U);
  EXPECT_FALSE(harness.book("kraken:XMR-USD").live());
  EXPECT_EQ(feed.publisher().reason(), wire::BookReason::ChecksumMismatch);
}

}  // namespace
}  // namespace trunkline::venue::kraken::test
