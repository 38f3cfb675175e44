// What the generic parser does while it walks over a message: tells its kind, and reads its fields into records.
#pragma once

#include <charconv>
#include <fmt/format.h>

#include "trunkline/core/symbol.hpp"
#include "trunkline/protocol/json_scanner.hpp"
#include "trunkline/venue/generic/json_walk.hpp"
#include "trunkline/venue/generic/parser.hpp"
#include "trunkline/venue/generic/times.hpp"

namespace trunkline::venue::generic {

inline bool all_digits(std::string_view text) noexcept {
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return !text.empty();
}

inline bool whole_number(std::string_view text, std::uint64_t& out) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

// Looks for the keys that tell the kind, and stops as soon as they do.
struct Parser::Selection {
  Parser& parser;
  std::uint32_t found = 0;
  int chosen = Selector::undecided;

  bool done() const noexcept { return chosen != Selector::undecided; }
  void keep(std::uint16_t slot, ondemand::value& value) {
    const std::string_view token = token_of(value);
    if (token == "null") return;
    parser.slots_[slot] = {without_quotes(token), token.empty() ? '\0' : token.front()};
    found |= std::uint32_t{1} << slot;
    chosen = parser.selector_.decide(parser.slots_, found, false);
  }
  error_code levels(std::uint16_t, ondemand::value&) { return simdjson::SUCCESS; }
  error_code each(std::uint16_t, ondemand::value&) { return simdjson::SUCCESS; }
};

// Reads the fields of one message, or of its items.
struct Parser::Reading {
  Reading(Parser& by, const MessageProgram& of, std::string_view message, RecordListener& to)
      : parser(by), program(of), text(message), listener(to) {}

  Parser& parser;
  const MessageProgram& program;
  std::string_view text;
  RecordListener& listener;
  std::uint32_t found = 0;
  bool deferred = false;  // the items came before what they need; read them in a second pass
  bool second_pass = false;
  std::size_t lists = 0;
  std::string error = {};

  const MessageMapping& mapping() const noexcept { return program.mapping; }
  static bool done() noexcept { return false; }
  void complain(std::string what) {
    if (error.empty()) error = std::move(what);
  }

  // ---- The walk ----

  void keep(std::uint16_t slot, ondemand::value& value) {
    const std::string_view token = token_of(value);
    if (token.empty() || token == "null") return;
    parser.slots_[slot] = {without_quotes(token), token.front()};
    found |= std::uint32_t{1} << slot;
  }

  error_code read_root_items(ondemand::document& document) {
    ondemand::value root;
    if (const auto failure = document.get_value().get(root)) return failure;
    return each(program.items, root);
  }
  error_code each(std::uint16_t node, ondemand::value& value) {
    if (!second_pass && (found & program.outer) != program.outer) {
      deferred = true;
      return simdjson::SUCCESS;
    }
    deferred = false;
    ondemand::array items;
    ondemand::json_type type;
    if (const auto failure = value.type().get(type)) return failure;
    if (type != ondemand::json_type::array) {
      complain(fmt::format("{}: {} is no list", mapping().each->to_text(), excerpt(token_of(value))));
      emit_failure();
      return simdjson::SUCCESS;
    }
    if (const auto failure = value.get_array().get(items)) return failure;
    for (auto item : items) {
      ondemand::value inner;
      if (const auto failure = item.get(inner)) return failure;
      begin_item();
      if (const auto failure = walk(inner, program.tree, program.tree.node(node), *this)) return failure;
      emit();
    }
    return simdjson::SUCCESS;
  }

  error_code levels(std::uint16_t number, ondemand::value& value) {
    const LevelList& list = mapping().levels[number];
    ondemand::json_type type;
    if (const auto failure = value.type().get(type)) return failure;
    if (type == ondemand::json_type::null) return simdjson::SUCCESS;
    if (type != ondemand::json_type::array) {
      complain(fmt::format("{}: {} is no list", list.path.to_text(), excerpt(token_of(value))));
      return simdjson::SUCCESS;
    }
    ++lists;
    if (program.plain_pairs && list.side != LevelSide::Both && !list.removals) {
      auto& side = list.side == LevelSide::Bids ? parser.bids_ : parser.asks_;
      const char* const start = value.raw_json_token().data();
      const auto size = static_cast<std::size_t>(text.data() + text.size() - start);
      if (scan_pairs({start, size}, side)) return simdjson::SUCCESS;
    }
    ondemand::array rows;
    if (const auto failure = value.get_array().get(rows)) return failure;
    for (auto row : rows) {
      ondemand::value level;
      if (const auto failure = row.get(level)) return failure;
      if (const auto failure = read_level(level, list)) return failure;
    }
    return simdjson::SUCCESS;
  }

  // [["price","quantity"],...] without blanks; false, and nothing added, where it is anything else.
  static bool scan_pairs(std::string_view from, Side& side) {
    constexpr std::size_t shortest = sizeof(R"(["1","1"],)") - 1;
    for (;;) {
      protocol::JsonScanner scanner(from);
      const auto room = std::span(side.storage).subspan(side.count);
      std::size_t count = 0;
      if (scanner.levels(room, count)) {
        side.count += count;
        return true;
      }
      if (count < room.size() || room.size() > from.size() / shortest) return false;
      side.storage.resize(2 * side.storage.size());
    }
  }

  error_code read_level(ondemand::value level, const LevelList& list) {
    const LevelShape& shape = mapping().level;
    std::string_view price, quantity, side;
    ondemand::json_type type;
    if (const auto failure = level.type().get(type)) return failure;
    if (type == ondemand::json_type::array) {
      ondemand::array items;
      if (const auto failure = level.get_array().get(items)) return failure;
      char place = '0';
      for (auto item : items) {
        ondemand::value value;
        if (const auto failure = item.get(value)) return failure;
        const std::string_view key(&place, 1);
        take_part(key, value, shape, price, quantity, side);
        if (place++ == '9') break;
      }
    } else if (type == ondemand::json_type::object) {
      ondemand::object object;
      if (const auto failure = level.get_object().get(object)) return failure;
      for (auto item : object) {
        ondemand::field field;
        if (const auto failure = std::move(item).get(field)) return failure;
        const char* const key = field.key().raw();
        const char* end = key;
        while (*end != '"' && end < key + Branch::max_key) ++end;
        take_part({key, static_cast<std::size_t>(end - key)}, field.value(), shape, price, quantity, side);
      }
    } else {
      complain(fmt::format("{}: {} is no level", list.path.to_text(), excerpt(token_of(level))));
      return simdjson::SUCCESS;
    }
    add_level(price, list.removals ? std::string_view("0") : quantity, side, list);
    return simdjson::SUCCESS;
  }
  static void take_part(std::string_view key, ondemand::value& value, const LevelShape& shape, std::string_view& price,
                        std::string_view& quantity, std::string_view& side) {
    if (key == shape.price) {
      price = without_quotes(token_of(value));
    } else if (key == shape.quantity) {
      quantity = without_quotes(token_of(value));
    } else if (key == shape.side) {
      side = without_quotes(token_of(value));
    }
  }
  void add_level(std::string_view price_text, std::string_view quantity_text, std::string_view side,
                 const LevelList& list) {
    if (!error.empty()) return;
    const LevelShape& shape = mapping().level;
    const auto price = Price::parse(price_text);
    const auto quantity = Quantity::parse(quantity_text);
    const auto wrong = [&](std::string_view key, std::string_view value, std::string_view why) {
      complain(fmt::format("{}: {} \"{}\" is {}", list.path.to_text(), key, excerpt(value), why));
    };
    if (!price) return wrong(shape.price, price_text, trunkline::to_text(price.error()));
    if (!quantity) return wrong(shape.quantity, quantity_text, trunkline::to_text(quantity.error()));
    if (price->raw() < 0) return wrong(shape.price, price_text, "negative");
    if (quantity->raw() < 0) return wrong(shape.quantity, quantity_text, "negative");
    const bool is_bid = list.side == LevelSide::Bids || (list.side == LevelSide::Both && side == shape.bid);
    if (!is_bid && list.side == LevelSide::Both && side != shape.ask) return wrong(shape.side, side, "no side");
    (is_bid ? parser.bids_ : parser.asks_).add({*price, *quantity});
  }

  // ---- Fields ----

  const Slot* at(Field field) const noexcept {
    const std::uint8_t slot = program.slot(field);
    if (slot == MessageProgram::no_slot || (found >> slot & 1) == 0) return nullptr;
    return &parser.slots_[slot];
  }
  std::string path_of(Field field) const {
    const auto& path = mapping().path(field);
    return path ? path->to_text() : std::string{};
  }
  const Slot* need(Field field) {
    const Slot* const slot = at(field);
    if (slot == nullptr) complain(fmt::format("{} is missing", path_of(field)));
    return slot;
  }
  template <class Decimal>
  Decimal read(Field field, std::string_view value) {
    if (const auto parsed = Decimal::parse(value)) {
      return *parsed;
    } else {
      complain(fmt::format("{}: \"{}\" is {}", path_of(field), excerpt(value), trunkline::to_text(parsed.error())));
    }
    return Decimal{};
  }
  template <class Decimal>
  Decimal decimal(Field field) {
    const Slot* const slot = need(field);
    return slot == nullptr ? Decimal{} : read<Decimal>(field, slot->text);
  }
  // Absent where the field is not mapped, missing or empty.
  template <class Decimal>
  Decimal optional(Field field) {
    const Slot* const slot = at(field);
    return slot == nullptr || slot->text.empty() ? Decimal::absent() : read<Decimal>(field, slot->text);
  }
  Nanos time(Field field) {
    const Slot* const slot = at(field);
    if (slot == nullptr || slot->text.empty()) return Nanos{0};
    if (const auto parsed = parse_time(slot->text, mapping().time_unit)) return *parsed;
    complain(
        fmt::format("{}: \"{}\" is no time in {}", path_of(field), excerpt(slot->text), to_text(mapping().time_unit)));
    return Nanos{0};
  }
  // A number that is not there is 0; -1 stands for "none before" on some venues.
  std::uint64_t number(Field field, bool needed) {
    const Slot* const slot = needed ? need(field) : at(field);
    std::uint64_t value = 0;
    if (slot == nullptr || whole_number(slot->text, value)) return value;
    if (field != Field::PreviousId || slot->text != "-1") {
      complain(fmt::format("{}: \"{}\" is no whole number", path_of(field), excerpt(slot->text)));
    }
    return 0;
  }
  std::string_view symbol() {
    const Slot* const slot = at(Field::Symbol);
    if (slot == nullptr) return {};
    std::string_view name = slot->text;
    if (name.find('\\') != std::string_view::npos) {
      // Some venues write BTC\/USDT; other escapes are in no symbol.
      parser.plain_.clear();
      for (const char c : name) {
        if (c != '\\') parser.plain_ += c;
      }
      name = parser.plain_;
    }
    const std::string& after = mapping().symbol_after;
    if (!after.empty()) {
      const std::size_t last = name.rfind(after);
      if (last != std::string_view::npos) name.remove_prefix(last + after.size());
    }
    return name;
  }
  // Empty where it is not mapped: what is polled for one symbol need not say it.
  std::string_view needed_symbol() {
    if (program.slot(Field::Symbol) == MessageProgram::no_slot) return {};
    need(Field::Symbol);
    return symbol();
  }

  // ---- What it says ----

  void begin_item() {
    found &= program.outer;
    lists = 0;
    error.clear();
    parser.bids_.count = 0;
    parser.asks_.count = 0;
  }
  void emit_failure() {
    listener.take_failure(mapping().kind, symbol(), fmt::format("{} in {}", error, excerpt(text, 200)));
    error.clear();
  }
  template <class Record>
  void hand_over(const Record& record) {
    if (error.empty()) {
      listener.take(record);
    } else {
      emit_failure();
    }
  }

  void emit() {
    switch (mapping().kind) {
      case MessageKind::Trade:
        return hand_over(trade());
      case MessageKind::Quote:
        return hand_over(quote());
      case MessageKind::Book:
      case MessageKind::BookSnapshot:
      case MessageKind::BookChange:
        return hand_over(book());
      case MessageKind::Ticker:
        return hand_over(ticker());
      case MessageKind::Acknowledged:
      case MessageKind::Refused:
        return hand_over(answer());
      case MessageKind::Ping: {
        const Slot* const value = at(Field::Value);
        return hand_over(PingRecord{value == nullptr ? std::string_view{} : value->text, mapping().reply});
      }
      case MessageKind::Ignored:
        return;
    }
  }
  TradeRecord trade() {
    TradeRecord out;
    out.symbol = needed_symbol();
    out.time = time(Field::Time);
    out.price = decimal<Price>(Field::Price);
    out.quantity = decimal<Quantity>(Field::Quantity);
    if (const Slot* const side = at(Field::Side)) {
      out.taker = side->text == mapping().buy ? Taker::Bought : Taker::Sold;
      if (out.taker == Taker::Sold && side->text != mapping().sell) {
        complain(fmt::format("{}: \"{}\" is neither \"{}\" nor \"{}\"", path_of(Field::Side), excerpt(side->text),
                             mapping().buy, mapping().sell));
      }
    }
    if (const Slot* const id = at(Field::Id); id != nullptr && !id->text.empty()) {
      out.has_id = true;
      out.numbered = all_digits(id->text) && whole_number(id->text, out.id);
      if (!out.numbered) out.id = hash_symbol_text(id->text);
    }
    return out;
  }
  QuoteRecord quote() {
    QuoteRecord out;
    out.symbol = needed_symbol();
    out.time = time(Field::Time);
    out.partial = mapping().partial;
    out.bid_price = optional<Price>(Field::BidPrice);
    out.bid_quantity = optional<Quantity>(Field::BidQuantity);
    out.ask_price = optional<Price>(Field::AskPrice);
    out.ask_quantity = optional<Quantity>(Field::AskQuantity);
    out.update_id = number(Field::UpdateId, false);
    return out;
  }
  BookRecord book() {
    BookRecord out;
    out.symbol = needed_symbol();
    out.time = time(Field::Time);
    out.snapshot = mapping().kind == MessageKind::BookSnapshot;
    if (mapping().kind == MessageKind::Book) out.snapshot = snapshot_by_condition();
    out.ids.last = number(Field::UpdateId, program.slot(Field::UpdateId) != MessageProgram::no_slot);
    out.ids.first = at(Field::FirstId) == nullptr ? out.ids.last : number(Field::FirstId, false);
    out.ids.previous = number(Field::PreviousId, false);
    if (lists == 0) complain("there are no levels");
    out.bids = parser.bids_.levels();
    out.asks = parser.asks_.levels();
    return out;
  }
  bool snapshot_by_condition() const noexcept {
    for (const CompiledCondition& condition : program.snapshot_when) {
      if ((found >> condition.slot & 1) == 0 || !condition.holds(parser.slots_[condition.slot].text)) return false;
    }
    return true;
  }
  TickerRecord ticker() {
    TickerRecord out;
    out.symbol = needed_symbol();
    out.time = time(Field::Time);
    out.partial = mapping().partial;
    out.mark = optional<Price>(Field::MarkPrice);
    out.index = optional<Price>(Field::IndexPrice);
    out.settle = optional<Price>(Field::SettlePrice);
    out.funding_rate = optional<Rate>(Field::FundingRate);
    out.next_funding_time = time(Field::NextFundingTime);
    out.open_interest = optional<Quantity>(Field::OpenInterest);
    return out;
  }
  AnswerRecord answer() {
    AnswerRecord out;
    out.refused = mapping().kind == MessageKind::Refused;
    if (const Slot* const request = at(Field::Request)) out.has_request = whole_number(request->text, out.request);
    if (const Slot* const topic = at(Field::Topic)) out.topic = topic->text;
    if (const Slot* const reason = at(Field::Reason)) out.reason = reason->text;
    return out;
  }
};

}  // namespace trunkline::venue::generic
