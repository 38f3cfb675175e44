#include "trunkline/net/http_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <limits>

namespace trunkline::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

std::string to_string(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

template <class Message>
Headers headers_of(const Message& message) {
  Headers headers;
  for (const auto& field : message) headers.add(to_string(field.name_string()), to_string(field.value()));
  return headers;
}

template <class Parser>
void limit(Parser& parser, ParseLimits limits) {
  parser.eager(true);
  parser.header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(limits.header, UINT32_MAX)));
  parser.body_limit(limits.body);
}

// Beast wants every byte of a header at once and reports how many it took.
template <class Parser>
Parsed put(Parser& parser, std::string_view bytes, error_code& error) {
  std::size_t used = 0;
  while (!parser.is_done() && used < bytes.size()) {
    const std::size_t taken = parser.put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), error);
    used += taken;
    if (error == http::error::need_more) {
      error = {};
      if (taken == 0) break;
    }
    if (error) return {ParseState::Failed, used};
  }
  return {parser.is_done() ? ParseState::Done : ParseState::NeedMore, used};
}

}  // namespace

struct HttpRequestParser::Impl {
  http::request_parser<http::string_body> parser;
};

HttpRequestParser::HttpRequestParser(ParseLimits limits) : limits_(limits), impl_(std::make_unique<Impl>()) {
  limit(impl_->parser, limits_);
}
HttpRequestParser::~HttpRequestParser() = default;

Parsed HttpRequestParser::feed(std::string_view bytes) {
  error_code error;
  const Parsed parsed = put(impl_->parser, bytes, error);
  if (parsed.state == ParseState::Failed) {
    error_status_ = error == http::error::header_limit ? 431 : error == http::error::body_limit ? 413 : 400;
    error_ = error.message();
  }
  return parsed;
}

bool HttpRequestParser::keep_alive() const {
  return impl_->parser.get().keep_alive();
}

HttpRequest HttpRequestParser::take() {
  auto message = impl_->parser.release();
  impl_ = std::make_unique<Impl>();
  limit(impl_->parser, limits_);
  HttpRequest request;
  request.method = to_string(message.method_string());
  request.target = to_string(message.target());
  const std::string_view target = request.target;
  const std::size_t question = std::min(target.find('?'), target.size());
  request.path = percent_decode(target.substr(0, question), false);
  request.query = parse_query(target.substr(std::min(question + 1, target.size())));
  request.headers = headers_of(message);
  request.body = std::move(message.body());
  return request;
}

struct HttpResponseParser::Impl {
  http::response_parser<http::string_body> parser;
};

HttpResponseParser::HttpResponseParser(ParseLimits limits, bool head)
    : limits_(limits), head_(head), impl_(std::make_unique<Impl>()) {
  limit(impl_->parser, limits_);
  impl_->parser.skip(head_);
}
HttpResponseParser::~HttpResponseParser() = default;

Parsed HttpResponseParser::feed(std::string_view bytes) {
  if (!bytes.empty()) started_ = true;
  std::size_t used = 0;
  for (;;) {
    error_code error;
    Parsed parsed = put(impl_->parser, bytes.substr(used), error);
    used += parsed.used;
    parsed.used = used;
    if (parsed.state == ParseState::Failed) error_ = error.message();
    if (parsed.state != ParseState::Done) return parsed;
    const int status = static_cast<int>(impl_->parser.get().result_int());
    if (status >= 200 || status == 101) return parsed;
    impl_ = std::make_unique<Impl>();
    limit(impl_->parser, limits_);
    impl_->parser.skip(head_);
  }
}

Parsed HttpResponseParser::end() {
  error_code error;
  if (started_ && impl_->parser.is_header_done()) {
    impl_->parser.put_eof(error);
    if (!error && impl_->parser.is_done()) return {ParseState::Done, 0};
  }
  error_ = started_ ? "the server closed the connection in the middle of a reply"
                    : "the server closed the connection without a reply";
  return {ParseState::Failed, 0};
}

ParsedResponse HttpResponseParser::take() {
  const bool keep_alive = impl_->parser.keep_alive();
  auto message = impl_->parser.release();
  impl_ = std::make_unique<Impl>();
  limit(impl_->parser, limits_);
  ParsedResponse response;
  response.status = static_cast<int>(message.result_int());
  response.headers = headers_of(message);
  response.body = std::move(message.body());
  response.keep_alive = keep_alive;
  return response;
}

}  // namespace trunkline::net
