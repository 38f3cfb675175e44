// HTTP/1.1 messages from bytes, without a socket. Beast's parser, kept out of everybody else's build.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "trunkline/net/http_message.hpp"

namespace trunkline::net {

enum class ParseState : std::uint8_t { NeedMore, Done, Failed };

struct Parsed {
  ParseState state = ParseState::NeedMore;
  std::size_t used = 0;  // bytes of the front that need not be shown again
};

struct ParseLimits {
  std::size_t header = 16 * 1024;
  std::size_t body = 1024 * 1024;
};

class HttpRequestParser {
 public:
  explicit HttpRequestParser(ParseLimits limits);
  ~HttpRequestParser();

  // Shows the parser what is received and not used yet, from the front on.
  Parsed feed(std::string_view bytes);
  // After Done; leaves the parser ready for the next message.
  HttpRequest take();
  bool keep_alive() const;  // before take()
  // After Failed: the status to answer with, and what was wrong.
  int error_status() const noexcept { return error_status_; }
  const std::string& error() const noexcept { return error_; }

 private:
  struct Impl;
  ParseLimits limits_;
  std::unique_ptr<Impl> impl_;
  int error_status_ = 400;
  std::string error_;
};

struct ParsedResponse {
  int status = 0;
  Headers headers;
  std::string body;
  bool keep_alive = false;
};

// Interim replies (1xx but 101) are passed over.
class HttpResponseParser {
 public:
  // `head`: the request was HEAD, so no body follows whatever the header says.
  HttpResponseParser(ParseLimits limits, bool head);
  ~HttpResponseParser();

  Parsed feed(std::string_view bytes);
  // The peer closed: that ends a body without a length, and cuts any other.
  Parsed end();
  bool started() const noexcept { return started_; }  // whether anything came
  ParsedResponse take();
  const std::string& error() const noexcept { return error_; }

 private:
  struct Impl;
  ParseLimits limits_;
  bool head_;
  bool started_ = false;
  std::unique_ptr<Impl> impl_;
  std::string error_;
};

}  // namespace trunkline::net
