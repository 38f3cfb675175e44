#include "trunkline/wire/frame.hpp"

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "trunkline/wire/sequence.hpp"

namespace trunkline::wire {
namespace {

using Buffer = std::array<std::uint64_t, max_frame / 8>;

std::span<std::byte> bytes_of(Buffer& buffer) {
  return std::as_writable_bytes(std::span(buffer));
}

TEST(Header, PacksToTheBytesOfTheWire) {
  const Header header{MessageType::Trade, flag::side_buy, 56, 0xABCDEF};
  EXPECT_EQ(pack(header), 0xABCDEF'0038'01'01'FEULL);
  EXPECT_EQ(unpack(pack(header)), header);
}

TEST(Header, RefusesWhatCannotBeOne) {
  EXPECT_EQ(unpack(0).error().kind, FrameError::Kind::BadMagic);
  EXPECT_EQ(unpack(0x312e312f50545448).error().message(), "bad magic: header bytes 48 54 54 50 2f 31 2e 31");
  EXPECT_EQ(unpack(pack({MessageType::Trade, 0, 24, 0})).error().kind, FrameError::Kind::BadLength);
  EXPECT_EQ(unpack(pack({MessageType::Trade, 0, 57, 0})).error().kind, FrameError::Kind::BadLength);
}

TEST(Frame, TradeTakesOneCacheLineAndComesBack) {
  Buffer buffer{};
  Trade trade;
  trade.symbol = 7;
  trade.price = Price::from_raw(29'000'000);
  trade.trade_id = 42;
  ASSERT_EQ(encode(bytes_of(buffer), trade, flag::side_sell, 5), 64U);
  const auto frame = FrameView::parse(bytes_of(buffer));
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->stamp().symbol, 7U);
  EXPECT_TRUE(frame->has(flag::side_sell));
  ASSERT_NE(frame->as<Trade>(), nullptr);
  EXPECT_EQ(frame->as<Trade>()->price, trade.price);
  EXPECT_EQ(frame->as<Quote>(), nullptr);
}

TEST(Frame, ListsComeBackAndTheirCountsAreChecked) {
  Buffer buffer{};
  const std::vector<Level> bids{{Price::from_int(2), Quantity::from_int(1)},
                                {Price::from_int(1), Quantity::from_int(3)}};
  const std::vector<Level> asks{{Price::from_int(3), Quantity::from_int(9)}};
  const std::size_t size = encode(bytes_of(buffer), L2Delta{.previous_update_id = 8, .update_id = 9}, bids, asks, 0, 1);
  ASSERT_EQ(size, 8U + 56 + 3 * 16);
  const L2Delta* const delta = FrameView::parse(bytes_of(buffer))->as<L2Delta>();
  ASSERT_NE(delta, nullptr);
  EXPECT_TRUE(std::ranges::equal(wire::bids(*delta), bids));
  EXPECT_TRUE(std::ranges::equal(wire::asks(*delta), asks));

  for (const std::uint32_t count : {2U, 3U, 0xFFFF'FFFFU}) {
    std::memcpy(bytes_of(buffer).data() + 8 + offsetof(L2Delta, ask_count), &count, sizeof count);
    EXPECT_EQ(FrameView::parse(bytes_of(buffer))->as<L2Delta>(), nullptr) << count;
  }
}

TEST(Frame, TextIsPaddedWithZeroesToEightBytes) {
  Buffer buffer;
  buffer.fill(~std::uint64_t{0});
  const std::size_t size = encode(bytes_of(buffer), SymbolMapping{}, "binance:BTC-USDT", "BTCUSDT", 0, 1);
  ASSERT_EQ(size, 8U + 88 + 24);
  const auto frame = FrameView::parse(bytes_of(buffer));
  const SymbolMapping* const mapping = frame->as<SymbolMapping>();
  ASSERT_NE(mapping, nullptr);
  EXPECT_EQ(text(*mapping), "binance:BTC-USDT");
  EXPECT_EQ(venue_symbol(*mapping), "BTCUSDT");
  EXPECT_EQ(frame->bytes().back(), std::byte{0});
}

TEST(Frame, WhatDoesNotFitIsNotWritten) {
  Buffer buffer{};
  EXPECT_EQ(encode(bytes_of(buffer).first(63), Trade{}, 0, 0), 0U);
  const std::vector<Level> most((max_payload - sizeof(L2Delta)) / sizeof(Level));
  EXPECT_EQ(encode(bytes_of(buffer), L2Delta{}, most, {}, 0, 0), max_frame);
  const std::vector<Level> one(1);
  EXPECT_EQ(encode(bytes_of(buffer), L2Delta{}, most, one, 0, 0), 0U);
  const std::string long_text(70'000, 'x');
  EXPECT_EQ(encode(bytes_of(buffer), SymbolMapping{}, long_text, "", 0, 0), 0U);
}

TEST(Frame, ShorterBytesThanTheHeaderSaysAreTruncated) {
  Buffer buffer{};
  encode(bytes_of(buffer), Trade{}, 0, 0);
  EXPECT_EQ(FrameView::parse(bytes_of(buffer).first(63)).error().kind, FrameError::Kind::Truncated);
  EXPECT_EQ(FrameView::parse(bytes_of(buffer).first(7)).error().kind, FrameError::Kind::Truncated);
  EXPECT_EQ(FrameView::parse({}).error().kind, FrameError::Kind::Truncated);
}

TEST(Sequence, WrapsAt24Bits) {
  EXPECT_EQ(sequence_after(5), 6U);
  EXPECT_EQ(sequence_after(0xFFFFFF), 0U);
  EXPECT_EQ(sequence_distance(0xFFFFFE, 1), 3U);
  EXPECT_EQ(sequence_missed(0xFFFFFE, 1), 2U);
  EXPECT_EQ(sequence_missed(7, 8), 0U);
}

}  // namespace
}  // namespace trunkline::wire
