// Mappings compiled into flat tables: every path of a message merged into one tree of keys, so that the message is read
// once, in the order it comes. Made when a source is loaded, read for each message. Private to this folder.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/core/decimal.hpp"
#include "trunkline/venue/generic/mapping.hpp"

namespace trunkline::venue::generic {

enum class Step : std::uint8_t {
  Descend,  // into node `operand`
  Keep,     // the value, in slot `operand`
  Levels,   // list `operand` of levels
  Each,     // a list whose items are read by node `operand`
};

// A key of an object, or a place in a list, and what to do with the value there.
struct Branch {
  static constexpr std::uint32_t no_place = 0xFFFF'FFFF;
  static constexpr std::size_t max_key = 48;  // so that a comparison ends within the padding behind a message

  explicit Branch(std::string_view part);

  // `key` points behind the opening quote.
  bool matches(const char* key) const noexcept {
    if ((detail::load_eight(key) & mask) != word) return false;
    return quoted.size() <= 8 || std::string_view(key + 8, quoted.size() - 8) == std::string_view(quoted).substr(8);
  }

  std::string quoted;  // the key and its closing quote
  std::uint64_t word = 0;
  std::uint64_t mask = 0;
  std::uint32_t place = no_place;
  Step step = Step::Descend;
  std::uint16_t operand = 0;
};

struct Node {
  std::vector<Branch> branches;
};

// Which keys lead to which slots.
class Tree {
 public:
  static constexpr std::size_t max_slots = 32;

  Tree() { nodes_.emplace_back(); }

  const Node& node(std::size_t number) const noexcept { return nodes_[number]; }
  std::size_t slots() const noexcept { return slots_; }

  // The slot of that place below `root`; the same for the same path.
  Result<std::uint8_t> keep(std::uint16_t root, const Path& path);
  Result<void> add(std::uint16_t root, const Path& path, Step step, std::uint16_t operand);
  std::uint16_t add_node();

 private:
  Result<Branch*> branch(std::uint16_t root, const Path& path);

  std::vector<Node> nodes_;
  std::size_t slots_ = 0;
};

struct CompiledCondition {
  std::uint8_t slot;
  Condition::Match match;
  std::string value;

  bool holds(std::string_view text) const noexcept {
    switch (match) {
      case Condition::Match::Equal:
        return text == value;
      case Condition::Match::Prefix:
        return text.starts_with(value);
      case Condition::Match::Present:
        return true;
    }
    return false;
  }
};

struct MessageProgram {
  static constexpr std::uint8_t no_slot = 0xFF;
  static constexpr std::uint16_t no_node = 0xFFFF;

  // InvalidArgument names the key that cannot be compiled.
  static Result<MessageProgram> compile(const MessageMapping& mapping);

  std::uint8_t slot(Field field) const noexcept { return slots[std::to_underlying(field)]; }

  MessageMapping mapping;
  Tree tree;
  std::array<std::uint8_t, field_count> slots;
  std::vector<CompiledCondition> snapshot_when;
  std::uint16_t items = no_node;
  std::uint32_t outer = 0;      // the slots that are read outside of the items
  bool items_are_root = false;  // the message itself is the list
  // Of LevelShape, as places in a list (or Branch::no_place).
  bool plain_pairs = false;  // [["price","quantity"], ...]
};

// Tells which mapping a message is for.
class Selector {
 public:
  static constexpr int undecided = -1;
  static constexpr int none = -2;

  static Result<Selector> compile(const std::vector<MessageMapping>& messages);

  const Tree& tree() const noexcept { return tree_; }
  // The first mapping whose conditions hold, by the texts of the slots in `found`; undecided while it may still be one
  // whose slots are not found, and `complete` is false.
  template <class Slots>
  int decide(const Slots& slots, std::uint32_t found, bool complete) const noexcept {
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      bool holds = true;
      for (const CompiledCondition& condition : candidates_[i]) {
        if ((found >> condition.slot & 1) == 0) {
          if (!complete) return undecided;
          holds = false;
          break;
        }
        if (!condition.holds(slots[condition.slot].text)) {
          holds = false;
          break;
        }
      }
      if (holds) return static_cast<int>(i);
    }
    return none;
  }

 private:
  Tree tree_;
  std::vector<std::vector<CompiledCondition>> candidates_;
};

}  // namespace trunkline::venue::generic
