// The book of one symbol as the venue itself has it, now and at recent update ids.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "trunkline/match/engine.hpp"

namespace trunkline::sandbox {

struct BookLevel {
  Price price{};
  Quantity quantity{};
  friend bool operator==(const BookLevel&, const BookLevel&) = default;
};

struct Book {
  std::uint64_t update_id = 0;
  std::vector<BookLevel> bids;  // best first
  std::vector<BookLevel> asks;
};

// Remembers the latest changes, so that an earlier book can be had by taking them back.
class BookHistory {
 public:
  explicit BookHistory(std::size_t most_changes = 40'000) : most_(most_changes) {}

  void add(std::uint64_t update_id, std::span<const match::LevelChange> changes);
  // The first id whose book can still be had.
  std::uint64_t oldest() const noexcept { return oldest_; }
  void begin(std::uint64_t update_id) noexcept { oldest_ = update_id; }
  // `engine` is at `current`. Nullopt for ids in the future or forgotten; best `depth` levels a side.
  std::optional<Book> at(const match::Engine& engine, std::uint64_t current, std::uint64_t wanted,
                         std::size_t depth) const;

 private:
  struct Change {
    std::uint64_t update_id;
    match::LevelChange level;
  };
  std::size_t most_;
  std::uint64_t oldest_ = 0;
  std::deque<Change> changes_;
};

}  // namespace trunkline::sandbox
