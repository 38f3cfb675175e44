// Finds a symbol's number by the bytes of its name as they stand in a message: open addressing over the name's first
// 16 bytes, no string made. Built when subscribing, read on the hot path. One thread at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace trunkline::venue {

class SymbolTable {
 public:
  static constexpr std::uint32_t none = 0xFFFF'FFFF;

  SymbolTable() { rebuild(16); }

  // The number of this name from now on; a name added before gets the new number.
  void add(std::string_view name, std::uint32_t number) {
    for (Entry& entry : entries_) {
      if (entry.name == name) {
        entry.number = number;
        rebuild(slots_.size());
        return;
      }
    }
    entries_.push_back({std::string(name), number});
    rebuild(std::bit_ceil(entries_.size() * 4));
  }
  void remove(std::string_view name) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.name == name; });
    rebuild(slots_.size());
  }

  std::uint32_t find(std::string_view name) const noexcept {
    const Key key = key_of(name);
    for (std::size_t at = hash(key) & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.number == none) return none;
      if (slot.key.low == key.low && slot.key.high == key.high && slot.key.length == key.length &&
          (key.length <= 16 || entries_[slot.entry].name == name)) {
        return slot.number;
      }
    }
  }

 private:
  struct Key {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint64_t length = 0;
  };
  struct Slot {
    Key key;
    std::uint32_t number = none;
    std::uint32_t entry = 0;
  };
  struct Entry {
    std::string name;
    std::uint32_t number;
  };

  static std::uint64_t load(const char* from, std::size_t length) noexcept {
    std::uint64_t word = 0;
    if (length != 0) std::memcpy(&word, from, length);  // an empty text may be at no address
    return word;
  }
  static Key key_of(std::string_view name) noexcept {
    const std::size_t length = name.size();
    if (length >= 8) {
      // The last eight bytes overlap the first where the name is short: no branch on its length.
      return {load(name.data(), 8), load(name.data() + (length >= 16 ? 8 : length - 8), 8), length};
    }
    if (length >= 4) return {load(name.data(), 4), load(name.data() + length - 4, 4), length};
    return {load(name.data(), length), 0, length};
  }
  static std::uint64_t hash(const Key& key) noexcept {
    const std::uint64_t mixed =
        (key.low ^ key.length) * 0x9E37'79B9'7F4A'7C15ULL ^ std::rotl(key.high * 0xC2B2'AE3D'27D4'EB4FULL, 31);
    return mixed ^ mixed >> 32;
  }
  void rebuild(std::size_t capacity) {
    slots_.assign(capacity < 16 ? 16 : capacity, Slot{});
    mask_ = slots_.size() - 1;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const Key key = key_of(entries_[i].name);
      std::size_t at = hash(key) & mask_;
      while (slots_[at].number != none) at = (at + 1) & mask_;
      slots_[at] = {key, entries_[i].number, static_cast<std::uint32_t>(i)};
    }
  }

  std::vector<Entry> entries_;
  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
};

}  // namespace trunkline::venue
