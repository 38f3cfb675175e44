// HTTP/1.1 requests over kept-alive connections.
//
// Thread: the one that runs the io_context. Redirects are not followed. Certificates are verified.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/net/http_message.hpp"
#include "trunkline/net/tls.hpp"

namespace trunkline::net {

struct HttpClientOptions {
  TlsOptions tls = {};
  Nanos connect_timeout = std::chrono::seconds{10};
  Nanos idle_timeout = std::chrono::seconds{30};  // an unused connection is closed after this
  std::size_t connections_per_host = 2;           // requests beyond wait for a free one
  std::size_t maximum_header = 64 * 1024;
  std::size_t maximum_body = 64 * 1024 * 1024;
  std::string user_agent = "trunkline";
};

class HttpClient {
 public:
  struct Request {
    std::string method = "GET";
    std::string url;  // http or https
    Headers headers = {};
    std::string body = {};
    Nanos deadline = std::chrono::seconds{10};  // from send() to the whole reply, waiting in the queue included
  };

  struct Reply {
    int status = 0;
    Headers headers;
    Nanos received{0};  // Unix time of the reply's last byte

    static constexpr std::size_t padding = 64;
    // Followed by `padding` readable bytes.
    std::string_view body() const noexcept { return {storage.data(), storage.size() - padding}; }
    std::string storage;
  };

  // Runs once, never inside send(): the reply whatever its status, or why there is none.
  using Handler = std::move_only_function<void(Result<Reply>)>;

  explicit HttpClient(asio::io_context& io, HttpClientOptions options = {});
  ~HttpClient();  // ends everything; no handler runs any more
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void send(Request request, Handler handler);
  std::size_t pending() const noexcept;  // requests without an answer yet

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace trunkline::net
