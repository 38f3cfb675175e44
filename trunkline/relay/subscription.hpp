// What one client wants: a set of channels for all symbols, and other sets for the symbols it named.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>

#include "trunkline/core/error.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::relay {

// Bit N stands for message type N; types from 63 on share the last bit.
using ChannelMask = std::uint64_t;

constexpr ChannelMask channel(wire::MessageType type) noexcept {
  const auto number = static_cast<unsigned>(type);
  return ChannelMask{1} << (number < 63 ? number : 63);
}

inline constexpr ChannelMask all_channels = ~ChannelMask{0};
inline constexpr ChannelMask book_levels = channel(wire::MessageType::L2Snapshot) | channel(wire::MessageType::L2Delta);
inline constexpr ChannelMask book_channels = book_levels | channel(wire::MessageType::BookStatus);
// What every client is told.
inline constexpr ChannelMask always_told = channel(wire::MessageType::SymbolMapping) |
                                           channel(wire::MessageType::ConnectionStatus) |
                                           channel(wire::MessageType::Gap);

class Subscription {
 public:
  // More than that for one client is refused (InvalidArgument), so that its memory has a bound.
  static constexpr std::size_t max_named_symbols = 65'536;

  // No channels means all of them, no symbols means all symbols, known or not.
  Result<void> add(std::span<const SymbolHash> symbols, ChannelMask channels) {
    if (channels == 0) channels = all_channels;
    if (!symbols.empty()) {
      return change(symbols, [channels](ChannelMask& mask) { mask |= channels; });
    }
    everywhere_ |= channels;
    for (auto& [symbol, mask] : named_) mask |= channels;
    forget_unneeded();
    return {};
  }

  Result<void> remove(std::span<const SymbolHash> symbols, ChannelMask channels) {
    if (channels == 0) channels = all_channels;
    if (!symbols.empty()) {
      return change(symbols, [channels](ChannelMask& mask) { mask &= ~channels; });
    }
    everywhere_ &= ~channels;
    for (auto& [symbol, mask] : named_) mask &= ~channels;
    forget_unneeded();
    return {};
  }

  // What passes for a symbol. Deltas need the snapshot, and both the status that says whether to trust them.
  ChannelMask of(SymbolHash symbol) const noexcept {
    const auto named = named_.find(symbol);
    ChannelMask mask = named == named_.end() ? everywhere_ : named->second;
    if ((mask & channel(wire::MessageType::L2Delta)) != 0) mask |= channel(wire::MessageType::L2Snapshot);
    if ((mask & book_levels) != 0) mask |= channel(wire::MessageType::BookStatus);
    return mask | always_told;
  }

  ChannelMask everywhere() const noexcept { return everywhere_; }
  // Symbols for which another set than everywhere() was asked for.
  const std::unordered_map<SymbolHash, ChannelMask>& named() const noexcept { return named_; }
  bool is_everything() const noexcept { return everywhere_ == all_channels && named_.empty(); }

 private:
  template <class Change>
  Result<void> change(std::span<const SymbolHash> symbols, Change&& change_mask) {
    for (const SymbolHash symbol : symbols) {
      auto entry = named_.find(symbol);
      if (entry == named_.end()) {
        if (named_.size() == max_named_symbols) {
          return fail(ErrorCode::InvalidArgument, "a client may name at most 65536 symbols; take all of them instead");
        }
        entry = named_.emplace(symbol, everywhere_).first;
      }
      change_mask(entry->second);
      if (entry->second == everywhere_) named_.erase(entry);
    }
    return {};
  }
  void forget_unneeded() {
    std::erase_if(named_, [this](const auto& entry) { return entry.second == everywhere_; });
  }

  ChannelMask everywhere_ = 0;
  std::unordered_map<SymbolHash, ChannelMask> named_;
};

}  // namespace trunkline::relay
