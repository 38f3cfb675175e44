#include "trunkline/venue/generic/program.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace trunkline::venue::generic {
namespace {

constexpr std::string_view field_keys[field_count] = {
    "symbol",        "time",       "price",       "quantity",     "side",         "id",
    "update_id",     "first_id",   "previous_id", "bid_price",    "bid_quantity", "ask_price",
    "ask_quantity",  "mark_price", "index_price", "settle_price", "funding_rate", "next_funding_time",
    "open_interest", "request",    "topic",       "reason",       "value"};

std::unexpected<Error> refuse(const MessageMapping& mapping, std::string_view key, std::string_view why) {
  return fail(ErrorCode::InvalidArgument, fmt::format("{}: {}: {}", mapping.place, key, why));
}

}  // namespace

Branch::Branch(std::string_view part) : quoted(std::string(part) + '"') {
  std::string first = quoted.substr(0, 8);
  mask = first.size() == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * first.size())) - 1;
  first.resize(8);
  word = detail::load_eight(first.data()) & mask;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), place);
  if (error != std::errc{} || end != part.data() + part.size()) place = no_place;
}

std::uint16_t Tree::add_node() {
  nodes_.emplace_back();
  return static_cast<std::uint16_t>(nodes_.size() - 1);
}

Result<Branch*> Tree::branch(std::uint16_t root, const Path& path) {
  std::uint16_t at = root;
  for (std::size_t i = 0; i < path.parts.size(); ++i) {
    const std::string& part = path.parts[i];
    if (part.size() > Branch::max_key) {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("\"{}\" is longer than {} characters", excerpt(part), Branch::max_key));
    }
    const Branch wanted(part);
    auto& branches = nodes_[at].branches;
    auto found = std::ranges::find(branches, wanted.quoted, &Branch::quoted);
    const bool last = i + 1 == path.parts.size();
    if (found == branches.end()) {
      const std::uint16_t next = last ? std::uint16_t{0} : add_node();
      auto& grown = nodes_[at].branches;  // add_node() may have moved it
      grown.push_back(wanted);
      grown.back().operand = next;
      // A new place: its action is the caller's to set. Until then operand 0 with Descend stands for "new".
      if (last) return &grown.back();
      at = next;
      continue;
    }
    if (last) return &*found;
    if (found->step != Step::Descend) {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("\"{}\" goes through a value that another path reads", excerpt(path.to_text())));
    }
    at = found->operand;
  }
  return fail(ErrorCode::InvalidArgument, "the whole message is no value");
}

Result<std::uint8_t> Tree::keep(std::uint16_t root, const Path& path) {
  const auto found = branch(root, path);
  if (!found) return std::unexpected(found.error());
  Branch& branch = **found;
  if (branch.step == Step::Keep) return static_cast<std::uint8_t>(branch.operand);
  if (branch.step != Step::Descend || branch.operand != 0) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("\"{}\" is a list or object that another path reads", excerpt(path.to_text())));
  }
  if (slots_ == max_slots) return fail(ErrorCode::InvalidArgument, "there are more than 32 different paths");
  branch.step = Step::Keep;
  branch.operand = static_cast<std::uint16_t>(slots_++);
  return static_cast<std::uint8_t>(branch.operand);
}

Result<void> Tree::add(std::uint16_t root, const Path& path, Step step, std::uint16_t operand) {
  const auto found = branch(root, path);
  if (!found) return std::unexpected(found.error());
  Branch& branch = **found;
  if (branch.step != Step::Descend || branch.operand != 0) {
    return fail(ErrorCode::InvalidArgument, fmt::format("\"{}\" is read by another path too", excerpt(path.to_text())));
  }
  branch.step = step;
  branch.operand = operand;
  return {};
}

Result<MessageProgram> MessageProgram::compile(const MessageMapping& mapping) {
  MessageProgram program;
  program.mapping = mapping;
  program.slots.fill(no_slot);
  Tree& tree = program.tree;
  std::uint16_t inner = 0;
  if (mapping.each) {
    program.items = inner = tree.add_node();
    if (mapping.each->parts.empty()) {
      program.items_are_root = true;
    } else if (auto added = tree.add(0, *mapping.each, Step::Each, inner); !added) {
      return refuse(mapping, "each", added.error().message);
    }
  }
  const auto root_of = [inner](const Path& path) { return path.from_root ? std::uint16_t{0} : inner; };
  for (std::size_t i = 0; i < field_count; ++i) {
    const auto& path = mapping.fields[i];
    if (!path) continue;
    if (program.items_are_root && path->from_root) {
      return refuse(mapping, field_keys[i], "the message is a list: there is nothing outside of its items");
    }
    const auto slot = tree.keep(root_of(*path), *path);
    if (!slot) return refuse(mapping, field_keys[i], slot.error().message);
    program.slots[i] = *slot;
    if (root_of(*path) != inner) program.outer |= std::uint32_t{1} << *slot;
  }
  for (const Condition& condition : mapping.snapshot_when) {
    const std::uint16_t root = condition.path.from_root ? std::uint16_t{0} : inner;
    const auto slot = tree.keep(root, condition.path);
    if (!slot) return refuse(mapping, "snapshot_when", slot.error().message);
    if (root != inner) program.outer |= std::uint32_t{1} << *slot;
    program.snapshot_when.push_back({*slot, condition.match, condition.value});
  }
  for (std::size_t i = 0; i < mapping.levels.size(); ++i) {
    const Path& path = mapping.levels[i].path;
    if (path.from_root && mapping.each) {
      return refuse(mapping, "levels", "levels stand in the items of `each`, not outside of them");
    }
    if (auto added = tree.add(inner, path, Step::Levels, static_cast<std::uint16_t>(i)); !added) {
      return refuse(mapping, path.to_text(), added.error().message);
    }
  }
  program.plain_pairs = mapping.level.price == "0" && mapping.level.quantity == "1";
  return program;
}

Result<Selector> Selector::compile(const std::vector<MessageMapping>& messages) {
  Selector selector;
  for (const MessageMapping& mapping : messages) {
    auto& candidate = selector.candidates_.emplace_back();
    for (const Condition& condition : mapping.when) {
      const auto slot = selector.tree_.keep(0, condition.path);
      if (!slot) return refuse(mapping, "when", slot.error().message);
      candidate.push_back({*slot, condition.match, condition.value});
    }
  }
  return selector;
}

}  // namespace trunkline::venue::generic
