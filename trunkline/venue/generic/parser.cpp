#include "trunkline/venue/generic/parser.hpp"

#include <fmt/format.h>
#include <optional>

#include "trunkline/venue/generic/json_walk.hpp"
#include "trunkline/venue/generic/parser_impl.hpp"

namespace trunkline::venue::generic {

Result<Parser> Parser::make(const std::vector<MessageMapping>& messages) {
  Parser parser;
  for (const MessageMapping& mapping : messages) {
    auto program = MessageProgram::compile(mapping);
    if (!program) return std::unexpected(program.error());
    parser.programs_.push_back(*std::move(program));
  }
  auto selector = Selector::compile(messages);
  if (!selector) return std::unexpected(selector.error());
  parser.selector_ = *std::move(selector);
  return parser;
}

void Parser::parse(std::string_view text, RecordListener& listener) {
  const auto refuse = [&](MessageKind kind, std::string_view symbol, error_code error) {
    listener.take_failure(kind, symbol, fmt::format("{} in {}", simdjson::error_message(error), excerpt(text, 200)));
  };
  // What is cut off shows at its end, whether or not the end is read.
  if (!is_closed(text)) return refuse(MessageKind::Ignored, {}, simdjson::INCOMPLETE_ARRAY_OR_OBJECT);
  ondemand::document document;
  const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
  if (const auto error = json_.iterate(padded).get(document)) return refuse(MessageKind::Ignored, {}, error);

  int chosen = selector_.decide(slots_, 0, false);
  if (chosen == Selector::undecided) {
    if (read_in_one_pass(document, text, listener)) return;
    document.rewind();
    Selection selection{*this};
    if (const auto error = walk_document(document, selector_.tree(), selection)) {
      return refuse(MessageKind::Ignored, {}, error);
    }
    chosen = selection.chosen;
    if (chosen == Selector::undecided) chosen = selector_.decide(slots_, selection.found, true);
    document.rewind();
  }
  if (chosen < 0) return listener.take_unknown(text);

  const MessageProgram& program = programs_[static_cast<std::size_t>(chosen)];
  if (program.mapping.kind == MessageKind::Ignored) return;
  Reading reading(*this, program, text, listener);
  reading.begin_item();
  const auto error =
      program.items_are_root ? reading.read_root_items(document) : walk_document(document, program.tree, reading);
  finish(reading, document, error);
}

// Most venues write first what tells the kind: then the fields behind it are read on the way.
bool Parser::read_in_one_pass(simdjson::ondemand::document& document, std::string_view text, RecordListener& listener) {
  // After an error the document may not be touched again: it is told, not tried another way.
  const auto refuse = [&](error_code error) {
    listener.take_failure(MessageKind::Ignored, {},
                          fmt::format("{} in {}", simdjson::error_message(error), excerpt(text, 200)));
    return true;
  };
  ondemand::object object;
  ondemand::json_type type;
  if (const auto error = document.type().get(type)) return refuse(error);
  if (type != ondemand::json_type::object) return false;
  if (const auto error = document.get_object().get(object)) return refuse(error);
  std::optional<Reading> reading;
  std::size_t left = 0;
  for (auto item : object) {
    ondemand::field field;
    if (const auto error = std::move(item).get(field)) {
      if (!reading) return refuse(error);
      finish(*reading, document, error);
      return true;
    }
    const char* const key = field.key().raw();
    if (!reading) {
      const int chosen = choose_by(key, field.value());
      if (chosen < 0) return false;
      const MessageProgram& program = programs_[static_cast<std::size_t>(chosen)];
      if (program.mapping.kind == MessageKind::Ignored) return true;
      if (program.items_are_root) return false;
      reading.emplace(*this, program, text, listener);
      reading->begin_item();
      left = program.tree.node(0).branches.size();
    }
    for (const Branch& branch : reading->program.tree.node(0).branches) {
      if (!branch.matches(key)) continue;
      if (const auto error = act(field.value(), reading->program.tree, branch, *reading)) {
        finish(*reading, document, error);
        return true;
      }
      --left;
      break;
    }
    if (left == 0) break;
  }
  if (!reading) return false;
  finish(*reading, document, simdjson::SUCCESS);
  return true;
}

// What the first key decides; negative where it does not.
int Parser::choose_by(const char* key, simdjson::ondemand::value& value) {
  for (const Branch& branch : selector_.tree().node(0).branches) {
    if (branch.step != Step::Keep || !branch.matches(key)) continue;
    const std::string_view token = token_of(value);
    if (token == "null") return Selector::undecided;
    slots_[branch.operand] = {without_quotes(token), '\0'};
    return selector_.decide(slots_, std::uint32_t{1} << branch.operand, false);
  }
  return Selector::undecided;
}

void Parser::finish(Reading& reading, simdjson::ondemand::document& document, simdjson::error_code error) {
  const MessageProgram& program = reading.program;
  if (error == simdjson::SUCCESS && reading.deferred) {
    document.rewind();
    reading.second_pass = true;
    error = walk_document(document, program.tree, reading);
  }
  if (error != simdjson::SUCCESS) {
    return reading.listener.take_failure(
        program.mapping.kind, reading.symbol(),
        fmt::format("{} in {}", simdjson::error_message(error), excerpt(reading.text, 200)));
  }
  if (program.items == MessageProgram::no_node) reading.emit();
}

}  // namespace trunkline::venue::generic
