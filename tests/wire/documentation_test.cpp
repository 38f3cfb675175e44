// The C++ shown in docs/wire-protocol.md is compiled and run here, and must be the same there.
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/wire/frame_splitter.hpp"

namespace {

using trunkline::Price;
using trunkline::Quantity;

// What stands between two lines of a text, without the indentation of its lines.
std::string part(const std::string& text, std::string_view begin, std::string_view end) {
  const std::size_t first = text.find(begin);
  if (first == std::string::npos) return {};
  const std::size_t from = text.find('\n', first) + 1;
  std::string out;
  bool line_start = true;
  for (const char c : text.substr(from, text.find(end, from) - from)) {
    if (line_start && c == ' ') continue;
    line_start = c == '\n';
    out += c;
  }
  return out;
}

std::string read(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(WireProtocolPage, ShowsCodeThatRuns) {
  std::vector<std::byte> bytes(256);
  const std::vector<trunkline::wire::Level> bids{{Price::from_int(2), Quantity::from_int(1)}};
  bytes.resize(trunkline::wire::encode(bytes, trunkline::wire::L2Delta{}, bids, {}, 0, 1));
  Price applied;
  const auto apply = [&](Price price, Quantity) { applied = price; };
  const auto report = [](const std::string& message) { ADD_FAILURE() << message; };
  // shown: begin
  trunkline::wire::FrameSplitter splitter;
  auto result = splitter.feed(bytes, [&](trunkline::wire::FrameView frame) {
    if (const auto* delta = frame.as<trunkline::wire::L2Delta>()) {
      for (const auto& level : trunkline::wire::bids(*delta)) apply(level.price, level.quantity);
    }
  });
  if (!result) report(result.error().message());
  // shown: end
  EXPECT_EQ(applied, Price::from_int(2));
}

TEST(WireProtocolPage, ShowsThatCode) {
  const std::string shown = part(read(TRUNKLINE_SOURCE_DIR "/docs/wire-protocol.md"), "```cpp", "```");
  ASSERT_FALSE(shown.empty());
  const std::string source = read(TRUNKLINE_SOURCE_DIR "/tests/wire/documentation_test.cpp");
  EXPECT_EQ(shown,
            "#include \"trunkline/wire/frame_splitter.hpp\"\n\n" + part(source, "// shown: begin", "// shown: end"));
}

}  // namespace
