// What went wrong, as a value. Functions that can fail return Result<T>; nothing throws across a room.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace trunkline {

enum class ErrorCode : std::uint8_t {
  InvalidArgument,  // the caller gave something that can never work
  NotFound,
  AlreadyExists,
  Protocol,     // the other side said something its protocol does not allow
  RateLimited,  // refused for now; waiting helps
  Unavailable,  // the other side cannot be reached or refused; waiting may help
  Timeout,
  Closed,
  Io,
  Unsupported,
};

std::string_view to_text(ErrorCode code) noexcept;

struct Error {
  ErrorCode code;
  std::string message;  // what happened, where, and what to do about it
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

// The offending value for a message: at most `limit` bytes, control and non-ASCII bytes as \xNN, "..." where cut.
std::string excerpt(std::string_view text, std::size_t limit = 64);

// The candidate nearest to `word` by edit distance, or empty when none is near enough to be what was meant.
std::string_view nearest(std::string_view word, std::initializer_list<std::string_view> candidates);

}  // namespace trunkline
