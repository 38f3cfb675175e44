// The checksum and the book it is over.
#include "trunkline/venue/kraken/checksum.hpp"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <string>
#include <zlib.h>

#include "trunkline/venue/kraken/depth_book.hpp"

namespace trunkline::venue::kraken {
namespace {

std::uint32_t zlib_crc(const std::string& text) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
}
wire::Level level(const char* price, const char* quantity) {
  return {*Price::parse(price), *Quantity::parse(quantity)};
}
// As the venue describes it: print with so many decimals, drop the point, drop leading zeros.
std::string printed_digits(std::int64_t raw, int decimals) {
  std::string text = Price::from_raw(raw).to_text(std::max(decimals, 0));
  const auto point = text.find('.');
  if (point != std::string::npos) {
    text.resize(std::min(text.size(), point + 1 + static_cast<std::size_t>(decimals)));
    text.erase(point, 1);
  }
  const auto first = text.find_first_not_of('0');
  return first == std::string::npos ? std::string{} : text.substr(first);
}

TEST(Crc32, IsTheSameAsZlibs) {
  std::mt19937 random(1);
  std::string text;
  for (int length = 0; length < 300; ++length) {
    EXPECT_EQ(Crc32::finish(Crc32::add(Crc32::start, text.data(), text.size())), zlib_crc(text)) << length;
    text += static_cast<char>(random());
  }
}

TEST(Crc32, TwoPartsMakeTheWhole) {
  const std::string first = "455285210000045286415457195";
  const std::string second = "452835100000004528341545";
  const std::uint32_t a = Crc32::add(Crc32::start, first.data(), first.size());
  const std::uint32_t b = Crc32::add(0, second.data(), second.size());
  EXPECT_EQ(Crc32::finish(Crc32::add_zeros(a, second.size()) ^ b), zlib_crc(first + second));
}

TEST(Digits, AreThoseThatTheVenuePrints) {
  const auto digits = [](const wire::Level& of, Decimals decimals, int exponent = 0) {
    char buffer[max_digits];
    return std::string(buffer, write_digits(buffer, of, DigitShift::of(decimals, exponent)));
  };
  EXPECT_EQ(digits(level("45283.5", "0.10000000"), {1, 8}), "45283510000000");
  EXPECT_EQ(digits(level("354.16", "1.4"), {8, 8}), "35416000000140000000");
  EXPECT_EQ(digits(level("0.00002772", "666.72387"), {9, 8}), "2772066672387000");
  EXPECT_EQ(digits(level("7", "0.05"), {0, 2}), "75");
  EXPECT_EQ(digits(level("0", "0"), {2, 8}), "");
  // 0.000006543 counted in units of ten: 0.00006543.
  EXPECT_EQ(digits(level("0.00006543", "125.05"), {9, 5}, 1), "6543125050000");
  // Nothing that a hostile text makes of it is longer than the buffer.
  const wire::Level largest{Price::from_raw(INT64_MAX), Quantity::from_raw(INT64_MAX)};
  EXPECT_LE(digits(largest, {100, 100}).size(), max_digits);
  EXPECT_LE(digits(largest, {0, 0}, 100).size(), max_digits);
}

TEST(DepthBook, TheVenuesOwnExampleHolds) {
  // Source: Kraken's guide to the book checksum of WebSocket v2.
  const std::vector<wire::Level> bids = {level("45283.5", "0.10000000"), level("45283.4", "1.54582015"),
                                         level("45282.1", "0.10000000"), level("45281.0", "0.10000000"),
                                         level("45280.3", "1.54592586"), level("45279.0", "0.07990000"),
                                         level("45277.6", "0.03310103"), level("45277.5", "0.30000000"),
                                         level("45277.3", "1.54602737"), level("45276.6", "0.15445238")};
  const std::vector<wire::Level> asks = {level("45285.2", "0.00100000"), level("45286.4", "1.54571953"),
                                         level("45286.6", "1.54571109"), level("45289.6", "1.54560911"),
                                         level("45290.2", "0.15890660"), level("45291.8", "1.54553491"),
                                         level("45294.7", "0.04454749"), level("45296.1", "0.35380000"),
                                         level("45297.5", "0.09945542"), level("45299.5", "0.18772827")};
  DepthBook book(10);
  book.set_digits(DigitShift::of({1, 8}, 0));
  book.apply(bids, asks);
  EXPECT_EQ(book.checksum(), 3'310'070'434U);
}

TEST(DepthBook, ALevelBeyondTheDepthIsCutAndTold) {
  DepthBook book(10);
  std::vector<wire::Level> bids;
  for (int i = 0; i < 10; ++i) bids.push_back({Price::from_int(100 - i), Quantity::from_int(1)});
  book.apply(bids, {});
  const std::vector<wire::Level> better = {{Price::from_int(101), Quantity::from_int(1)},
                                           {Price::from_int(102), Quantity::from_int(1)}};
  book.apply(better, {});
  std::vector<Price> gone;
  book.cut_bids([&](Price price) { gone.push_back(price); });
  EXPECT_EQ(gone, (std::vector<Price>{Price::from_int(91), Price::from_int(92)}));
  EXPECT_EQ(book.bids().size(), 10U);
  EXPECT_EQ(book.bids().best().price, Price::from_int(102));
  // It may come back once there is room.
  const std::vector<wire::Level> removed = {{Price::from_int(102), Quantity{}},
                                            {Price::from_int(91), Quantity::from_int(3)}};
  book.apply(removed, {});
  book.cut_bids([](Price) { FAIL(); });
  EXPECT_EQ(book.bids().best_last().front(), (wire::Level{Price::from_int(91), Quantity::from_int(3)}));
}

TEST(DepthBook, APriceThatComesTwiceKeepsItsLastQuantity) {
  DepthBook book(10);
  const std::vector<wire::Level> asks = {level("5", "1"), level("5", "0"), level("5", "2"), level("6", "1"),
                                         level("6", "0")};
  book.apply({}, asks);
  ASSERT_EQ(book.asks().size(), 1U);
  EXPECT_EQ(book.asks().best(), level("5", "2"));
}

// Against a map and zlib over the printed text, through any changes, at every depth.
TEST(DepthBook, AgreesWithAPlainOneWhateverHappens) {
  std::mt19937_64 random(20);
  for (const std::size_t depth : {10U, 25U, 100U, 1'000U}) {
    for (const Decimals decimals : {Decimals{2, 8}, Decimals{9, 8}, Decimals{0, 0}}) {
      DepthBook book(depth);
      book.set_digits(DigitShift::of(decimals, 0));
      std::map<Price, Quantity> sides[2];
      const std::int64_t unit = decimals.price == 2 ? 1'000'000 : decimals.price == 0 ? 100'000'000 : 1;
      const std::int64_t lot = decimals.quantity == 0 ? 100'000'000 : 1;
      const auto spread = static_cast<std::int64_t>(depth * 2);
      for (int step = 0; step < 1'500; ++step) {
        std::vector<wire::Level> changes[2];
        for (std::uint64_t n = random() % 4; n != 0; --n) {
          const bool bid = random() % 2 == 0;
          const auto distance = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(spread)) + 1;
          const Price price = Price::from_raw((20'000 + (bid ? -distance : distance)) * unit);
          const auto amount = static_cast<std::int64_t>(random() % 3 == 0 ? 0 : random() % 1'000'000'000 + 1);
          const Quantity quantity = Quantity::from_raw(amount * lot);
          changes[bid ? 0 : 1].push_back({price, quantity});
          auto& side = sides[bid ? 0 : 1];
          if (amount == 0) {
            side.erase(price);
          } else {
            side[price] = quantity;
          }
        }
        while (sides[0].size() > depth) sides[0].erase(sides[0].begin());
        while (sides[1].size() > depth) sides[1].erase(std::prev(sides[1].end()));
        book.apply(changes[0], changes[1]);
        book.cut_bids([](Price) {});
        book.cut_asks([](Price) {});

        std::string text;
        int rank = 0;
        for (auto it = sides[1].begin(); it != sides[1].end() && rank < 10; ++it, ++rank) {
          text += printed_digits(it->first.raw(), decimals.price) + printed_digits(it->second.raw(), decimals.quantity);
        }
        rank = 0;
        for (auto it = sides[0].rbegin(); it != sides[0].rend() && rank < 10; ++it, ++rank) {
          text += printed_digits(it->first.raw(), decimals.price) + printed_digits(it->second.raw(), decimals.quantity);
        }
        ASSERT_EQ(book.checksum(), zlib_crc(text)) << text;
        ASSERT_EQ(book.bids().size(), sides[0].size());
        ASSERT_EQ(book.asks().size(), sides[1].size());
      }
    }
  }
}

}  // namespace
}  // namespace trunkline::venue::kraken
