// One table of a mapping as it is read: each value with its type, and the place of what is wrong.
#pragma once

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/protocol/toml.hpp"
#include "trunkline/venue/generic/mapping.hpp"
#include "trunkline/venue/generic/text_template.hpp"

namespace trunkline::venue::generic {

template <class Enum>
using Words = std::initializer_list<std::pair<std::string_view, Enum>>;

// One table: every key that is asked for is known from then on; the first thing that is wrong is kept.
class Table {
 public:
  Table(const toml::table& table, std::string name, std::string_view file, std::string& error)
      : table_(table), name_(std::move(name)), file_(file), error_(error) {}

  std::string place() const { return at(table_.source().begin.line); }
  bool ok() const noexcept { return error_.empty(); }

  // Null where the key is not there.
  const toml::node* find(std::string_view key) {
    known_.emplace_back(key);
    return table_.get(key);
  }
  void refuse(const toml::node* node, std::string_view key, std::string_view why) {
    if (!ok()) return;
    const auto line = node == nullptr ? table_.source().begin.line : node->source().begin.line;
    error_ = fmt::format("{}: {}: {}", at(line), excerpt(key), why);
  }
  void text(std::string_view key, std::string& out) {
    const toml::node* const node = find(key);
    if (node == nullptr) return;
    if (const auto* value = node->as_string()) {
      out = value->get();
    } else {
      refuse(node, key, "expected text in quotes");
    }
  }
  void whole(std::string_view key, std::uint32_t most, std::uint32_t& out) {
    const toml::node* const node = find(key);
    if (node == nullptr) return;
    const auto* const value = node->as_integer();
    if (value == nullptr || value->get() < 1 || value->get() > std::int64_t{most}) {
      return refuse(node, key, fmt::format("expected a whole number from 1 to {}", most));
    }
    out = static_cast<std::uint32_t>(value->get());
  }
  void truth(std::string_view key, bool& out) {
    const toml::node* const node = find(key);
    if (node == nullptr) return;
    if (const auto* value = node->as_boolean()) {
      out = value->get();
    } else {
      refuse(node, key, "expected true or false");
    }
  }
  void duration(std::string_view key, Nanos& out) {
    std::string value;
    text(key, value);
    if (value.empty()) return;
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    const std::string_view unit(end, static_cast<std::size_t>(value.data() + value.size() - end));
    const std::int64_t scale = unit == "ms"  ? 1'000'000
                               : unit == "s" ? 1'000'000'000
                               : unit == "m" ? 60'000'000'000
                                             : 0;
    if (error != std::errc{} || scale == 0 || count == 0 || count > 10'000'000) {
      return refuse(table_.get(key), key,
                    fmt::format("\"{}\": expected a duration such as 250ms, 20s or 5m", excerpt(value)));
    }
    out = Nanos{count * scale};
  }
  template <class Enum>
  void word(std::string_view key, std::span<const std::pair<std::string_view, Enum>> words, Enum& out) {
    std::string value;
    text(key, value);
    if (value.empty()) return;
    std::string names;
    for (const auto& [name, meaning] : words) {
      if (name == value) {
        out = meaning;
        return;
      }
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    refuse(table_.get(key), key, fmt::format("\"{}\": expected one of: {}", excerpt(value), names));
  }
  template <class Enum>
  void word(std::string_view key, Words<Enum> words, Enum& out) {
    word(key, std::span<const std::pair<std::string_view, Enum>>(words), out);
  }
  template <class Decimal>
  void decimal(std::string_view key, Decimal& out) {
    std::string value;
    text(key, value);
    if (value.empty()) return;
    const auto parsed = Decimal::parse(value);
    if (!parsed || parsed->raw() <= 0) {
      return refuse(table_.get(key), key,
                    fmt::format("\"{}\": expected a number above 0, such as \"0.01\"", excerpt(value)));
    }
    out = *parsed;
  }
  void filled_in(std::string_view key, std::string& out, std::initializer_list<std::string_view> names) {
    text(key, out);
    if (const auto checked = check_template(out, names); !checked)
      refuse(table_.get(key), key, checked.error().message);
  }
  std::optional<Path> path(std::string_view key) {
    std::string value;
    text(key, value);
    if (value.empty()) return std::nullopt;
    auto parsed = Path::parse(value);
    if (!parsed) {
      refuse(table_.get(key), key, parsed.error().message);
      return std::nullopt;
    }
    return *std::move(parsed);
  }
  // { topic = "orderbook.*", "data.type" = "snapshot", success = true }
  std::vector<Condition> conditions(std::string_view key) {
    std::vector<Condition> out;
    const toml::node* const node = find(key);
    if (node == nullptr) return out;
    if (const auto* inner = node->as_table()) {
      add_conditions(key, *inner, "", out);
    } else {
      refuse(node, key, "expected a table such as { topic = \"trades.*\" }");
    }
    return out;
  }
  // A sub-table; null where there is none.
  const toml::table* inner(std::string_view key) {
    const toml::node* const node = find(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) refuse(node, key, "expected a table");
    return node->as_table();
  }
  // Calls read for each table of [[key]].
  void each(std::string_view key, const std::function<void(const toml::table&)>& read) {
    const toml::node* const node = find(key);
    if (node == nullptr) return;
    const auto* const list = node->as_array();
    if (list == nullptr) return refuse(node, key, fmt::format("expected [[{}]]", key));
    for (const auto& item : *list) {
      if (!item.is_table()) return refuse(&item, key, fmt::format("expected [[{}]]", key));
      read(*item.as_table());
    }
  }
  // A text, or a list of texts.
  std::vector<std::string> texts(std::string_view key) {
    std::vector<std::string> out;
    const toml::node* const node = find(key);
    if (node == nullptr) return out;
    if (const auto* value = node->as_string()) {
      out.push_back(value->get());
    } else if (const auto* list = node->as_array()) {
      for (const auto& item : *list) {
        const auto* const value_text = item.as_string();
        if (value_text == nullptr) {
          refuse(&item, key, "expected texts in quotes");
          return out;
        }
        out.push_back(value_text->get());
      }
    } else {
      refuse(node, key, "expected text in quotes, or a list of texts");
    }
    return out;
  }
  // Of this key, when it was there.
  const toml::node* node(std::string_view key) const { return table_.get(key); }

  // Refuses the keys that nobody asked for.
  void finish() {
    for (const auto& [key, node] : table_) {
      if (std::ranges::find(known_, key.str()) != known_.end()) continue;
      std::string_view best;
      for (const std::string& known : known_) {
        if (const auto better = nearest(key.str(), {best, known}); !better.empty()) best = better;
      }
      return refuse(
          &node, key.str(),
          fmt::format("there is no such key{}", best.empty() ? "" : fmt::format("; did you mean \"{}\"?", best)));
    }
  }

 private:
  std::string at(toml::source_index line) const {
    return fmt::format("{}:{}{}", file_, line, name_.empty() ? "" : ": " + name_);
  }
  void add_conditions(std::string_view key, const toml::table& table, const std::string& prefix,
                      std::vector<Condition>& out) {
    for (const auto& [name, node] : table) {
      const std::string path_text = prefix + std::string(name.str());
      if (const auto* deeper = node.as_table()) {
        add_conditions(key, *deeper, path_text + ".", out);
        continue;
      }
      auto path = Path::parse(path_text);
      if (!path) return refuse(&node, key, path.error().message);
      Condition condition{*std::move(path), Condition::Match::Equal, {}};
      if (const auto* value = node.as_string()) {
        condition.value = value->get();
        if (condition.value == "*") {
          condition.match = Condition::Match::Present;
        } else if (condition.value.ends_with('*')) {
          condition.match = Condition::Match::Prefix;
          condition.value.pop_back();
        }
      } else if (const auto* truth_value = node.as_boolean()) {
        condition.value = truth_value->get() ? "true" : "false";
      } else if (const auto* number = node.as_integer()) {
        condition.value = std::to_string(number->get());
      } else {
        return refuse(&node, key, fmt::format("{}: expected text, a whole number, true or false", path_text));
      }
      out.push_back(std::move(condition));
    }
  }

  const toml::table& table_;
  std::string name_;
  std::string_view file_;
  std::string& error_;
  std::vector<std::string> known_;
};

}  // namespace trunkline::venue::generic
