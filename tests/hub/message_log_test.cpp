#include "trunkline/hub/message_log.hpp"

#include <array>
#include <gtest/gtest.h>

namespace trunkline::hub {
namespace {

constexpr Nanos exchanged = std::chrono::seconds{1'700'000'000};

template <class Message, class... Tails>
std::optional<Event> event_of(Message message, std::uint8_t flags, const Tails&... tails) {
  StreamMonitor monitor;
  message.symbol = 42;
  message.exchange_time = exchanged;
  message.receive_time = exchanged + std::chrono::microseconds{10'200};
  alignas(8) std::array<std::byte, 512> bytes;
  const std::size_t size = wire::encode(bytes, message, tails..., flags, 0);
  return message_event(*wire::FrameView::parse({bytes.data(), size}), monitor, 9);
}

using Fields = std::vector<std::pair<std::string_view, std::string>>;

TEST(MessageLog, TellsATradeWithItsLag) {
  const auto event = event_of(wire::Trade{.price = *Price::parse("100.5"), .quantity = *Quantity::parse("0.25")},
                              wire::flag::side_buy);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->severity, Severity::Debug);
  EXPECT_EQ(event->name, "connector_trade");
  EXPECT_EQ(event->fields,
            (Fields{{"price", "100.5"}, {"qty", "0.25"}, {"side", "buy"}, {"lag_ms", "10.200"}, {"queue_size", "9"}}));
}

TEST(MessageLog, TellsOfDepthHowManyLevelsItBrings) {
  const std::array<wire::Level, 3> levels{};
  const auto event = event_of(wire::L2Delta{}, 0, std::span<const wire::Level>(levels).first(1),
                              std::span<const wire::Level>(levels).last(2));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->name, "connector_depth");
  EXPECT_EQ(event->fields, (Fields{{"lag_ms", "10.200"}, {"queue_size", "9"}, {"bids", "1"}, {"asks", "2"}}));
}

TEST(MessageLog, LeavesOtherFramesAlone) {
  EXPECT_FALSE(event_of(wire::Quote{}, 0));
}

}  // namespace
}  // namespace trunkline::hub
