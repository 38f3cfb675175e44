// Gives each symbol a small dense number, so that tables on the hot path are arrays.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>

#include "trunkline/core/symbol.hpp"

namespace trunkline {

enum class SymbolId : std::uint32_t {};

constexpr std::size_t index_of(SymbolId id) noexcept {
  return static_cast<std::size_t>(id);
}

// Any thread may call it; registration and lookups take a lock, so look a symbol up when subscribing, not per message.
// An entry never moves or goes away while the registry lives.
class SymbolRegistry {
 public:
  struct Entry {
    SymbolId id;
    SymbolHash hash;
    SymbolDescriptor descriptor;
    std::string text;
  };

  // The entry of this symbol, made if it is new. Two symbols of one hash are refused (AlreadyExists).
  Result<const Entry*> add(const SymbolDescriptor& descriptor);
  // For tests of the collision rule: `hash` in place of the descriptor's own.
  Result<const Entry*> add_with_hash(const SymbolDescriptor& descriptor, SymbolHash hash);

  const Entry* find(SymbolHash hash) const;
  const Entry* find(std::string_view canonical) const;
  const Entry* find(SymbolId id) const;
  std::size_t size() const;

 private:
  mutable std::shared_mutex mutex_;
  std::deque<Entry> entries_;
  std::unordered_map<SymbolHash, const Entry*> by_hash_;
};

}  // namespace trunkline
