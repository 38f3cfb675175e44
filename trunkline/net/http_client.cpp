#include "trunkline/net/http_client.hpp"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <vector>

#include "trunkline/net/connector.hpp"
#include "trunkline/net/http_parser.hpp"

namespace trunkline::net {
namespace {

struct Exchange {
  Exchange(asio::io_context& io, HttpClient::Request what, Url where, HttpClient::Handler on_done)
      : request(std::move(what)), url(std::move(where)), handler(std::move(on_done)), timer(io) {}

  HttpClient::Request request;
  Url url;
  HttpClient::Handler handler;
  Timer timer;
  bool retried = false;

  // Only what changes nothing on the server may be sent twice.
  bool repeatable() const { return request.method == "GET" || request.method == "HEAD"; }
};
using ExchangePointer = std::shared_ptr<Exchange>;

std::string text_of(const Exchange& exchange, const HttpClientOptions& options) {
  const auto& request = exchange.request;
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nAccept: */*\r\n", request.method,
                                 exchange.url.target, exchange.url.authority(), options.user_agent);
  for (const auto& [name, value] : request.headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    text += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  return text + "\r\n" + request.body;
}

// A header or target with a line break in it would smuggle in another one.
bool is_sane(const HttpClient::Request& request) {
  const auto clean = [](std::string_view text) { return text.find_first_of("\r\n\0") == std::string_view::npos; };
  if (!clean(request.method) || request.method.find(' ') != std::string::npos) return false;
  for (const auto& [name, value] : request.headers) {
    if (!clean(name) || !clean(value)) return false;
  }
  return true;
}

}  // namespace

struct HttpClient::Impl : std::enable_shared_from_this<HttpClient::Impl> {
  // One connection to a host, with at most one request under way.
  struct Line {
    explicit Line(asio::io_context& io) : idle_timer(io) {}
    Connector connector;
    std::optional<ByteStream> stream;
    std::optional<HttpResponseParser> parser;
    ExchangePointer current;
    bool reused = false;  // an exchange was completed on this connection before
    std::array<char, 16 * 1024> chunk;
    std::string buffer;
    Timer idle_timer;
  };
  struct Host {
    std::vector<std::unique_ptr<Line>> lines;
    std::deque<ExchangePointer> waiting;
  };

  Impl(asio::io_context& context, HttpClientOptions settings) : io(context), options(std::move(settings)) {}

  void send(Request request, Handler handler);
  void dispatch(Host& host);
  void begin(Host& host, Line& line, ExchangePointer exchange);
  void write(Host& host, Line& line);
  void read(Host& host, Line& line);
  void received(Host& host, Line& line, Parsed parsed);
  void complete(Host& host, Line& line, Result<Reply> result);
  void expire(const ExchangePointer& exchange);
  void drop(Line& line) {
    line.connector = {};
    line.stream.reset();
    line.parser.reset();
    line.buffer.clear();
    line.idle_timer.cancel();
    line.reused = false;
  }
  Result<std::optional<TlsContext>> tls_for(const Url& url);

  asio::io_context& io;
  HttpClientOptions options;
  std::optional<TlsContext> tls;
  std::map<std::string, Host> hosts;
  std::size_t pending = 0;
  bool closed = false;
};

void HttpClient::Impl::send(Request request, Handler handler) {
  ++pending;
  auto url = Url::parse(request.url);
  const auto refuse = [&](Error error) {
    asio::post(io, [weak = weak_from_this(), error = std::move(error), handler = std::move(handler)]() mutable {
      const auto self = weak.lock();
      if (!self || self->closed) return;
      --self->pending;
      handler(std::unexpected(std::move(error)));
    });
  };
  if (!url) return refuse(url.error());
  if (url->scheme != "http" && url->scheme != "https") {
    return refuse({ErrorCode::InvalidArgument, fmt::format("'{}' is no HTTP address", excerpt(request.url, 128))});
  }
  if (!is_sane(request)) return refuse({ErrorCode::InvalidArgument, "an HTTP header holds a line break"});
  if (auto context = tls_for(*url); !context) return refuse(context.error());

  const Nanos deadline = request.deadline;
  auto exchange = std::make_shared<Exchange>(io, std::move(request), std::move(*url), std::move(handler));
  exchange->timer.expires_after(deadline);
  exchange->timer.async_wait([weak = weak_from_this(), watched = std::weak_ptr(exchange)](error_code error) {
    const auto self = weak.lock();
    const auto late = watched.lock();
    if (!error && self && late && late->handler) self->expire(late);
  });
  Host& host = hosts[exchange->url.origin()];
  host.waiting.push_back(std::move(exchange));
  dispatch(host);
}

Result<std::optional<TlsContext>> HttpClient::Impl::tls_for(const Url& url) {
  if (!url.secure()) return std::nullopt;
  if (!tls) {
    auto made = TlsContext::client(options.tls);
    if (!made) return std::unexpected(made.error());
    tls = std::move(*made);
  }
  return tls;
}

void HttpClient::Impl::dispatch(Host& host) {
  while (!host.waiting.empty()) {
    Line* free = nullptr;
    for (const auto& line : host.lines) {
      if (line->current == nullptr && (free == nullptr || line->stream)) free = line.get();
    }
    if (free == nullptr) {
      if (host.lines.size() >= options.connections_per_host) return;
      free = host.lines.emplace_back(std::make_unique<Line>(io)).get();
    }
    ExchangePointer next = std::move(host.waiting.front());
    host.waiting.pop_front();
    begin(host, *free, std::move(next));
  }
}

void HttpClient::Impl::begin(Host& host, Line& line, ExchangePointer exchange) {
  line.idle_timer.cancel();
  line.current = std::move(exchange);
  if (line.stream) return write(host, line);
  const auto context = tls_for(line.current->url);
  line.connector = Connector::start(io, line.current->url, context ? *context : std::nullopt, options.connect_timeout,
                                    [this, &host, &line](Result<ByteStream> stream) {
                                      const auto keep = shared_from_this();
                                      if (!stream) return complete(host, line, std::unexpected(stream.error()));
                                      line.stream.emplace(std::move(*stream));
                                      line.reused = false;
                                      write(host, line);
                                      read(host, line);
                                    });
}

void HttpClient::Impl::write(Host&, Line& line) {
  line.parser.emplace(ParseLimits{options.maximum_header, options.maximum_body},
                      line.current->request.method == "HEAD");
  line.stream->send(SharedBytes(text_of(*line.current, options)));
}

void HttpClient::Impl::read(Host& host, Line& line) {
  line.stream->read_some(line.chunk, [this, &host, &line](error_code error, std::size_t bytes) {
    const auto keep = shared_from_this();
    if (line.current == nullptr) return drop(line);  // idle: the server closed, or spoke unasked
    if (error) {
      const bool nothing_came = !line.parser->started();
      const Parsed parsed = error == asio::error::eof ? line.parser->end() : Parsed{ParseState::Failed, 0};
      if (parsed.state == ParseState::Done) return received(host, line, parsed);
      // A kept connection that the server closed just now: the request was not heard.
      if (nothing_came && line.reused && line.current->repeatable() && !std::exchange(line.current->retried, true)) {
        ExchangePointer again = std::move(line.current);
        drop(line);
        return begin(host, line, std::move(again));
      }
      const std::string why = error == asio::error::eof ? line.parser->error() : error.message();
      return complete(host, line, fail(ErrorCode::Unavailable, fmt::format("{}: {}", line.current->url.origin(), why)));
    }
    Parsed parsed;
    if (line.buffer.empty()) {
      parsed = line.parser->feed({line.chunk.data(), bytes});
      if (parsed.used < bytes) line.buffer.assign(line.chunk.data() + parsed.used, bytes - parsed.used);
    } else {
      line.buffer.append(line.chunk.data(), bytes);
      parsed = line.parser->feed(line.buffer);
      line.buffer.erase(0, parsed.used);
    }
    received(host, line, parsed);
  });
}

void HttpClient::Impl::received(Host& host, Line& line, Parsed parsed) {
  if (parsed.state == ParseState::NeedMore) return read(host, line);
  if (parsed.state == ParseState::Failed) {
    return complete(host, line,
                    fail(ErrorCode::Protocol, fmt::format("{}: {}", line.current->url.origin(), line.parser->error())));
  }
  ParsedResponse response = line.parser->take();
  Reply reply;
  reply.status = response.status;
  reply.headers = std::move(response.headers);
  reply.received = unix_now();
  reply.storage = std::move(response.body);
  reply.storage.append(Reply::padding, '\0');
  // Bytes behind the reply answer nothing that was asked.
  if (!response.keep_alive || !line.buffer.empty()) drop(line);
  complete(host, line, std::move(reply));
}

void HttpClient::Impl::complete(Host& host, Line& line, Result<Reply> result) {
  const auto keep = shared_from_this();
  const ExchangePointer exchange = std::move(line.current);
  line.current = nullptr;
  exchange->timer.cancel();
  if (!result) drop(line);
  if (line.stream) {
    line.reused = true;
    line.parser.reset();
    line.idle_timer.expires_after(options.idle_timeout);
    line.idle_timer.async_wait([weak = weak_from_this(), &line](error_code error) {
      if (const auto self = weak.lock(); self && !error && !self->closed && line.current == nullptr) self->drop(line);
    });
    read(host, line);  // notices when the server closes
  }
  --pending;
  auto handler = std::exchange(exchange->handler, nullptr);
  handler(std::move(result));
  if (!closed) dispatch(host);
}

void HttpClient::Impl::expire(const ExchangePointer& exchange) {
  const auto keep = shared_from_this();
  Host& host = hosts[exchange->url.origin()];
  auto late =
      fail(ErrorCode::Timeout,
           fmt::format("{}: no reply within {} ms", exchange->url.origin(),
                       std::chrono::duration_cast<std::chrono::milliseconds>(exchange->request.deadline).count()));
  for (const auto& line : host.lines) {
    if (line->current == exchange) return complete(host, *line, std::move(late));
  }
  std::erase(host.waiting, exchange);
  --pending;
  auto handler = std::exchange(exchange->handler, nullptr);
  handler(std::move(late));
}

HttpClient::HttpClient(asio::io_context& io, HttpClientOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {}

HttpClient::~HttpClient() {
  // A handler may be what destroys this: the lines it runs on go with the last user of impl_.
  for (auto& [origin, host] : impl_->hosts) {
    for (const auto& exchange : host.waiting) exchange->handler = nullptr;
    host.waiting.clear();
    for (const auto& line : host.lines) {
      if (line->current) line->current->handler = nullptr;
      impl_->drop(*line);
    }
  }
  impl_->closed = true;
}

void HttpClient::send(Request request, Handler handler) {
  impl_->send(std::move(request), std::move(handler));
}
std::size_t HttpClient::pending() const noexcept {
  return impl_->pending;
}

}  // namespace trunkline::net
