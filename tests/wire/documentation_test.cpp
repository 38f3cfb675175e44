// The C++ shown in docs/wire-protocol.md; tools/check_doc_code.py holds the page to this file.
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "trunkline/wire/frame_splitter.hpp"

namespace {

using trunkline::Price;
using trunkline::Quantity;

TEST(WireProtocolPage, ShowsCodeThatRuns) {
  std::vector<std::byte> bytes(256);
  const std::vector<trunkline::wire::Level> bids{{Price::from_int(2), Quantity::from_int(1)}};
  bytes.resize(trunkline::wire::encode(bytes, trunkline::wire::L2Delta{}, bids, {}, 0, 1));
  Price applied;
  const auto apply = [&](Price price, Quantity) { applied = price; };
  const auto report = [](const std::string& message) { ADD_FAILURE() << message; };
  trunkline::wire::FrameSplitter splitter;
  auto result = splitter.feed(bytes, [&](trunkline::wire::FrameView frame) {
    if (const auto* delta = frame.as<trunkline::wire::L2Delta>()) {
      for (const auto& level : trunkline::wire::bids(*delta)) apply(level.price, level.quantity);
    }
  });
  if (!result) report(result.error().message());
  EXPECT_EQ(applied, Price::from_int(2));
}

}  // namespace
