// The frames of schema/golden, which the Python and TypeScript codecs read and write too.
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "trunkline/wire/json.hpp"
#include "trunkline/wire/line.hpp"
#include "trunkline/wire/visit.hpp"

namespace trunkline::wire {
namespace {

struct Golden {
  std::string name;
  std::vector<std::uint64_t> words;  // for alignment
  std::size_t size = 0;
  nlohmann::json json;
  std::string error;

  std::span<const std::byte> bytes() const { return std::as_bytes(std::span(words)).first(size); }
};

std::vector<Golden> golden_frames() {
  std::ifstream file(TRUNKLINE_SOURCE_DIR "/schema/golden/frames.jsonl");
  std::vector<Golden> frames;
  for (std::string line; std::getline(file, line);) {
    const auto json = nlohmann::json::parse(line);
    const auto hex = json["hex"].get<std::string>();
    Golden golden{
        json["name"], std::vector<std::uint64_t>(hex.size() / 16 + 1), hex.size() / 2, {}, json.value("error", "")};
    if (json.contains("json")) golden.json = json["json"];
    auto* const out = reinterpret_cast<unsigned char*>(golden.words.data());
    for (std::size_t i = 0; i < golden.size; ++i) {
      out[i] = static_cast<unsigned char>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
    }
    frames.push_back(std::move(golden));
  }
  return frames;
}

TEST(GoldenFrames, CoverEveryMessage) {
  std::set<std::string> seen;
  for (const Golden& golden : golden_frames()) {
    if (!golden.json.is_null()) seen.insert(golden.json["type"]);
  }
  for (unsigned type = 1; type < 64; ++type) {
    if (!is_known(static_cast<MessageType>(type))) continue;
    EXPECT_TRUE(seen.contains(std::string(to_text(static_cast<MessageType>(type))))) << "type " << type;
  }
}

TEST(GoldenFrames, DecodeToTheirTextAndEncodeToTheirBytes) {
  for (const Golden& golden : golden_frames()) {
    SCOPED_TRACE(golden.name);
    if (golden.json.is_null()) continue;
    const auto frame = FrameView::parse(golden.bytes());
    ASSERT_TRUE(frame) << frame.error().message();
    EXPECT_EQ(frame->size(), golden.size);
    EXPECT_EQ(nlohmann::json::parse(to_json(*frame)), golden.json);
    EXPECT_FALSE(to_line(*frame).empty());
    std::vector<std::byte> again(max_frame);
    ASSERT_TRUE(visit_message(*frame, [](const auto&) {}));
    const std::size_t size = encode_again(again, *frame);
    ASSERT_EQ(size, golden.size);
    EXPECT_TRUE(std::ranges::equal(std::span(again).first(size), golden.bytes()));
  }
}

TEST(GoldenFrames, BadOnesAreRefusedAsWhatTheyAre) {
  for (const Golden& golden : golden_frames()) {
    if (golden.error.empty()) continue;
    SCOPED_TRACE(golden.name);
    const auto frame = FrameView::parse(golden.bytes());
    if (golden.error == "unknown" || golden.error == "damaged") {
      ASSERT_TRUE(frame);
      EXPECT_EQ(is_known(frame->type()), golden.error == "damaged");
      EXPECT_FALSE(visit_message(*frame, [](const auto&) {}));
      EXPECT_EQ(to_json(*frame), "");
    } else {
      ASSERT_FALSE(frame);
      EXPECT_TRUE(frame.error().message().starts_with(golden.error)) << frame.error().message();
    }
  }
}

}  // namespace
}  // namespace trunkline::wire
