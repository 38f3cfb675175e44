#include "trunkline/protocol/utf8.hpp"

#include <simdjson.h>

namespace trunkline::protocol::detail {

bool valid_utf8_slow(const char* text, std::size_t size) noexcept {
  return simdjson::validate_utf8(text, size);
}

}  // namespace trunkline::protocol::detail
