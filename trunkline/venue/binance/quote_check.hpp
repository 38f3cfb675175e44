// Compares the book with bookTicker where both speak of the same update id: they must have the same best levels. Either
// may come first, so the last few of both are kept. One thread at a time; no allocation.
#pragma once

#include <array>
#include <cstdint>

#include "trunkline/venue/binance/messages.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::venue::binance {

struct BestLevels {
  std::uint64_t update_id = 0;
  wire::Level bid;
  wire::Level ask;
};

class QuoteCheck {
 public:
  // False: the book, which had these best levels at this id, contradicts a quote of the same id.
  [[nodiscard]] bool on_book(const BestLevels& book) noexcept {
    books_.push(book);
    const BestLevels* const quote = quotes_.find(book.update_id);
    return quote == nullptr || agree(*quote, book);
  }
  [[nodiscard]] bool on_quote(const BestLevels& quote) noexcept {
    quotes_.push(quote);
    // Most quotes are ahead of the book.
    if (quote.update_id > books_.newest_id()) return true;
    const BestLevels* const book = books_.find(quote.update_id);
    return book == nullptr || agree(quote, *book);
  }
  // A new book begins; quotes stay true.
  void forget_books() noexcept { books_ = {}; }
  // The stream was cut off.
  void forget() noexcept { books_ = quotes_ = {}; }

  // Of the quote that came last; 0: none came.
  std::uint64_t newest_quote_id() const noexcept { return quotes_.newest_id(); }
  std::uint64_t comparisons() const noexcept { return comparisons_; }

 private:
  // In rising order of ids, as both streams are; what comes out of order only makes a comparison be missed.
  struct Recent {
    static constexpr std::size_t capacity = 64;
    std::array<BestLevels, capacity> entries{};
    std::size_t next = 0;
    std::uint64_t newest_id() const noexcept { return entries[(next + capacity - 1) % capacity].update_id; }
    void push(const BestLevels& entry) noexcept {
      entries[next] = entry;
      next = (next + 1) % capacity;
    }
    const BestLevels* find(std::uint64_t id) const noexcept {
      for (std::size_t back = 1; back <= capacity; ++back) {
        const BestLevels& entry = entries[(next + capacity - back) % capacity];
        if (entry.update_id == id) return &entry;
        if (entry.update_id < id) return nullptr;
      }
      return nullptr;
    }
  };
  bool agree(const BestLevels& quote, const BestLevels& book) noexcept {
    ++comparisons_;
    // A side that the venue has no quote for is written as zeros.
    const bool bid = quote.bid.quantity.is_zero() ? book.bid.price.is_absent() : quote.bid == book.bid;
    const bool ask = quote.ask.quantity.is_zero() ? book.ask.price.is_absent() : quote.ask == book.ask;
    return bid && ask;
  }

  Recent quotes_;
  Recent books_;
  std::uint64_t comparisons_ = 0;
};

}  // namespace trunkline::venue::binance
