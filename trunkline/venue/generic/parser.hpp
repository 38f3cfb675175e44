// Reads the messages of a generic source by its compiled mappings: one pass over the message to read its fields, after
// a look at the first keys that tell its kind. Numbers go from the text to fixed point without passing through a
// double. No allocation once its buffers have grown to the largest message. One thread at a time.
#pragma once

#include <simdjson.h>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/venue/generic/program.hpp"
#include "trunkline/venue/generic/records.hpp"

namespace trunkline::venue::generic {

class Parser {
 public:
  // InvalidArgument names the key that cannot be compiled.
  static Result<Parser> make(const std::vector<MessageMapping>& messages);

  // One whole message, followed by at least 64 readable bytes. The listener is called before this returns: once, or
  // once an item where the mapping reads a list.
  void parse(std::string_view text, RecordListener& listener);

 private:
  struct Slot {
    std::string_view text;  // without quotes, escapes as they stand
    char type = 0;          // the first character of the value
  };
  // Levels so far, in storage that only grows.
  struct Side {
    std::vector<wire::Level> storage = std::vector<wire::Level>(512);
    std::size_t count = 0;

    void add(const wire::Level& level) {
      if (count == storage.size()) storage.resize(2 * count);
      storage[count++] = level;
    }
    std::span<const wire::Level> levels() const noexcept { return {storage.data(), count}; }
  };
  struct Selection;
  struct Reading;

  Parser() = default;
  bool read_in_one_pass(simdjson::ondemand::document& document, std::string_view text, RecordListener& listener);
  int choose_by(const char* key, simdjson::ondemand::value& value);
  void finish(Reading& reading, simdjson::ondemand::document& document, simdjson::error_code error);

  std::vector<MessageProgram> programs_;
  Selector selector_;
  simdjson::ondemand::parser json_;
  Slot slots_[Tree::max_slots];
  Side bids_;
  Side asks_;
  std::string plain_;  // a symbol without its escapes
};

}  // namespace trunkline::venue::generic
