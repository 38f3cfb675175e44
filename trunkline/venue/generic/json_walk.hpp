// Walks a JSON message along the branches of a Tree and hands what stands there to a visitor: keep(), levels() and
// each(), whose errors end the walk, as done() does.
//
// Thread: one at a time. Strings are views of the message.
#pragma once

#include <simdjson.h>
#include <string_view>
#include <utility>

#include "trunkline/venue/generic/program.hpp"

namespace trunkline::venue::generic {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;

inline bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// The text of a value as it stands, which ends before the next token.
inline std::string_view token_of(ondemand::value& value) noexcept {
  std::string_view token = value.raw_json_token();
  while (!token.empty() && is_blank(token.back())) token.remove_suffix(1);
  return token;
}

// Begins and ends as an object or a list does.
inline bool is_closed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text.size() >= 2 &&
         ((text.front() == '{' && text.back() == '}') || (text.front() == '[' && text.back() == ']'));
}

inline std::string_view without_quotes(std::string_view token) noexcept {
  if (token.size() < 2 || token.front() != '"' || token.back() != '"') return token;
  return token.substr(1, token.size() - 2);
}

template <class Visitor>
error_code walk(ondemand::value value, const Tree& tree, const Node& node, Visitor& visitor);

template <class Visitor>
error_code act(ondemand::value value, const Tree& tree, const Branch& branch, Visitor& visitor) {
  switch (branch.step) {
    case Step::Keep:
      visitor.keep(branch.operand, value);
      return simdjson::SUCCESS;
    case Step::Descend:
      return walk(value, tree, tree.node(branch.operand), visitor);
    case Step::Levels:
      return visitor.levels(branch.operand, value);
    case Step::Each:
      return visitor.each(branch.operand, value);
  }
  return simdjson::SUCCESS;
}

template <class Visitor>
error_code walk_object(ondemand::object object, const Tree& tree, const Node& node, Visitor& visitor) {
  std::size_t left = node.branches.size();
  for (auto item : object) {
    ondemand::field field;
    if (const auto error = std::move(item).get(field)) return error;
    const char* const key = field.key().raw();
    for (const Branch& branch : node.branches) {
      if (!branch.matches(key)) continue;
      if (const auto error = act(field.value(), tree, branch, visitor)) return error;
      if (visitor.done() || --left == 0) return simdjson::SUCCESS;
      break;
    }
  }
  return simdjson::SUCCESS;
}

template <class Visitor>
error_code walk_list(ondemand::array list, const Tree& tree, const Node& node, Visitor& visitor) {
  std::size_t left = node.branches.size();
  std::uint32_t place = 0;
  for (auto item : list) {
    ondemand::value value;
    if (const auto error = item.get(value)) return error;
    for (const Branch& branch : node.branches) {
      if (branch.place != place) continue;
      if (const auto error = act(value, tree, branch, visitor)) return error;
      if (visitor.done() || --left == 0) return simdjson::SUCCESS;
      break;
    }
    ++place;
  }
  return simdjson::SUCCESS;
}

// What is neither object nor list has none of the keys: their fields will be missed where they are needed.
template <class Visitor>
error_code walk(ondemand::value value, const Tree& tree, const Node& node, Visitor& visitor) {
  ondemand::json_type type;
  if (const auto error = value.type().get(type)) return error;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    return walk_object(object, tree, node, visitor);
  }
  if (type == ondemand::json_type::array) {
    ondemand::array list;
    if (const auto error = value.get_array().get(list)) return error;
    return walk_list(list, tree, node, visitor);
  }
  return simdjson::SUCCESS;
}

template <class Visitor>
error_code walk_document(ondemand::document& document, const Tree& tree, Visitor& visitor) {
  ondemand::value root;
  if (const auto error = document.get_value().get(root)) return error;
  return walk(root, tree, tree.node(0), visitor);
}

}  // namespace trunkline::venue::generic
