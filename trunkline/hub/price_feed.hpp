// The best prices of every Live book, or of the quotes where there is no book, kept on a board for the price collar of
// orders. Added to the hub as a strategy.
//
// Thread: the strategy runner's.
#pragma once

#include <unordered_map>
#include <unordered_set>

#include "trunkline/hub/strategy.hpp"
#include "trunkline/order/price_board.hpp"

namespace trunkline::hub {

class PriceFeed final : public Strategy {
 public:
  // `board` outlives it.
  explicit PriceFeed(order::PriceBoard& board) noexcept : board_(board) {}

  void on_book(const book::Book& book) override {
    books_.insert(book.symbol());
    if (!book.live()) return board_.forget(book.symbol());
    board_.set(book.symbol(), {book.ladder().best_bid().price, book.ladder().best_ask().price});
  }
  void on_quote(const wire::Quote& quote) override {
    if (books_.contains(quote.symbol)) return;
    quoted_by_[quote.symbol] = quote.source >> 4;
    board_.set(quote.symbol, {quote.bid_price, quote.ask_price});
  }
  // What a connector quoted is old once it lost its connection; likewise where frames were missed.
  void on_connection(const wire::ConnectionStatus& status) override {
    if (status.state == wire::ConnectionState::Connected) return;
    forget_quotes([&status](int connector) { return connector == status.source >> 4; });
  }
  void on_missed(std::uint64_t /*frames*/) override {
    forget_quotes([](int /*connector*/) { return true; });
  }

 private:
  template <class Old>
  void forget_quotes(Old old) {
    for (const auto& [symbol, connector] : quoted_by_) {
      if (!books_.contains(symbol) && old(connector)) board_.forget(symbol);
    }
  }

  order::PriceBoard& board_;
  std::unordered_set<SymbolHash> books_;
  std::unordered_map<SymbolHash, int> quoted_by_;  // the number of a connector, each symbol
};

}  // namespace trunkline::hub
