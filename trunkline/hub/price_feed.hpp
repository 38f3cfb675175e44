// The best prices of every Live book, kept on a board for the price collar of orders. Added to the hub as a strategy.
//
// Thread: the strategy runner's.
#pragma once

#include "trunkline/hub/strategy.hpp"
#include "trunkline/order/price_board.hpp"

namespace trunkline::hub {

class PriceFeed final : public Strategy {
 public:
  // `board` outlives it.
  explicit PriceFeed(order::PriceBoard& board) noexcept : board_(board) {}

  void on_book(const book::Book& book) override {
    if (!book.live()) return board_.forget(book.symbol());
    board_.set(book.symbol(), {book.ladder().best_bid().price, book.ladder().best_ask().price});
  }

 private:
  order::PriceBoard& board_;
};

}  // namespace trunkline::hub
