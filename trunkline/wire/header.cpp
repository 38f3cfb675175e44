#include "trunkline/wire/header.hpp"

#include <fmt/format.h>

namespace trunkline::wire {

std::string FrameError::message() const {
  const auto what = [this] {
    switch (kind) {
      case Kind::BadMagic:
        return "bad magic";
      case Kind::BadLength:
        return "impossible length";
      case Kind::Truncated:
        return "truncated";
    }
    return "unknown";
  }();
  std::string text = fmt::format("{}: header bytes", what);
  for (unsigned shift = 0; shift < 64; shift += 8) text += fmt::format(" {:02x}", word >> shift & 0xFF);
  return text;
}

}  // namespace trunkline::wire
