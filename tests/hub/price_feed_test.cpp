#include "trunkline/hub/price_feed.hpp"

#include <gtest/gtest.h>

namespace trunkline::hub {
namespace {

constexpr SymbolHash stock = 1, coin = 2;

wire::Quote quote(SymbolHash symbol, std::int64_t bid, std::uint16_t connector = 3) {
  wire::Quote quote;
  quote.symbol = symbol;
  quote.source = static_cast<std::uint16_t>(connector << 4);
  quote.bid_price = Price::from_int(bid);
  quote.ask_price = Price::from_int(bid + 1);
  return quote;
}

TEST(PriceFeed, QuotesStandInWhereThereIsNoBook) {
  order::PriceBoard board;
  PriceFeed feed(board);
  feed.on_quote(quote(stock, 100));
  ASSERT_TRUE(board.live(stock));
  EXPECT_EQ(board.live(stock)->ask, Price::from_int(101));

  feed.on_quote(quote(coin, 50));
  feed.on_book(book::Book(coin));  // it has one, which is not Live
  EXPECT_FALSE(board.live(coin));
  feed.on_quote(quote(coin, 50));
  EXPECT_FALSE(board.live(coin));
}

TEST(PriceFeed, QuotesAreOldOnceTheirConnectorLostItsConnectionOrFramesWereMissed) {
  order::PriceBoard board;
  PriceFeed feed(board);
  wire::ConnectionStatus status;
  status.source = 4 << 4;
  status.state = wire::ConnectionState::Backoff;
  feed.on_quote(quote(stock, 100));
  feed.on_connection(status);
  EXPECT_TRUE(board.live(stock)) << "another connector's";
  status.source = 3 << 4;
  feed.on_connection(status);
  EXPECT_FALSE(board.live(stock));
  feed.on_quote(quote(stock, 100));
  EXPECT_TRUE(board.live(stock));
  feed.on_missed(1);
  EXPECT_FALSE(board.live(stock));
}

}  // namespace
}  // namespace trunkline::hub
