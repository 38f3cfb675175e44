#include "trunkline/relay/bridge.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "trunkline/protocol/websocket.hpp"
#include "trunkline/relay/bridge_command.hpp"
#include "trunkline/wire/frame_splitter.hpp"
#include "trunkline/wire/json.hpp"

namespace trunkline::relay {
namespace {

namespace websocket = protocol::websocket;
using Connection = net::WebSocketServerConnection;

// A client that does not read the answers to its bad commands is closed when so much waits for it.
constexpr std::size_t max_unread_answers = std::size_t{1} << 20;

// Headers of WebSocket messages, a few hundred to an allocation.
class HeaderPool {
 public:
  net::SharedBytes make(websocket::Opcode opcode, std::size_t payload) {
    if (!block_ || used_ + websocket::max_header > block_->size()) {
      block_ = std::make_shared<Block>();
      used_ = 0;
    }
    char* const at = block_->data() + used_;
    const std::size_t size = websocket::write_header(at, {opcode}, payload);
    used_ += size;
    return {block_, {at, size}};
  }

 private:
  using Block = std::array<char, 4096>;
  std::shared_ptr<Block> block_;
  std::size_t used_ = 0;
};

class WebSocketPort final : public ClientPort {
 public:
  WebSocketPort(Connection& connection, HeaderPool& headers) noexcept : connection_(connection), headers_(headers) {}

  std::size_t unsent() const noexcept override { return connection_.queued_bytes(); }
  void write(wire::Format format, std::span<const Piece> pieces, std::size_t bytes) override {
    // Text comes framed, a message each; frames become one message together.
    if (format == wire::Format::Binary) connection_.queue(headers_.make(websocket::Opcode::Binary, bytes));
    for (const Piece& piece : pieces) connection_.queue(piece.share());
    connection_.flush();
  }

 private:
  Connection& connection_;
  HeaderPool& headers_;
};

// "http://localhost:8000" -> "localhost:8000"; empty where it is no origin of a web page.
std::string_view authority_of(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return origin.substr(scheme.size());
  }
  return {};
}

std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

}  // namespace

bool is_origin_allowed(std::string_view origin, std::string_view host, const std::vector<std::string>& allowed) {
  if (origin.empty()) return true;
  const auto listed = [&](const std::string& each) { return each == "*" || net::equal_ignoring_case(each, origin); };
  if (std::ranges::any_of(allowed, listed)) return true;
  const std::string_view authority = authority_of(origin);
  if (authority.empty()) return false;
  if (net::equal_ignoring_case(authority, host)) return true;
  // Another port of this machine. The host must be loopback too: a name that an attacker makes resolve to 127.0.0.1 is
  // not.
  return is_loopback(host_of(authority)) && is_loopback(host_of(host));
}

struct Bridge::Impl {
  struct Browser {
    Browser(Impl& owner, std::shared_ptr<Connection> upgraded)
        : connection(std::move(upgraded)), port(*connection, owner.headers) {}

    std::shared_ptr<Connection> connection;
    WebSocketPort port;
    FanOut::Client* client = nullptr;
  };

  Impl(Broadcast& to, BridgeConfig how) : broadcast(to), config(std::move(how)) {}

  void accept(std::shared_ptr<Connection> connection, wire::Format format) {
    browsers.push_back(std::make_unique<Browser>(*this, std::move(connection)));
    ++counts.accepted;
    Browser& browser = *browsers.back();
    FanOut& fan_out = broadcast.fan_out();
    browser.client = &fan_out.add(browser.port, browser.connection->peer(), format, true, unix_now());
    fan_out.introduce(*browser.client);
    browser.connection->on_drained([this, &browser] { serve(browser); });
    browser.connection->on_close([this, &browser](std::uint16_t, std::string_view) { forget(browser); });
    browser.connection->on_message([this, &browser](Connection::Kind kind, std::string_view message) {
      kind == Connection::Kind::Text ? on_text(browser, message) : on_frames(browser, message);
    });
    serve(browser);
  }

  void serve(Browser& browser) {
    if (broadcast.fan_out().serve(*browser.client, unix_now())) broadcast.drain_soon();
  }

  void on_text(Browser& browser, std::string_view text) {
    const auto command = parse_bridge_command(text);
    if (!command) return complain(browser, command.error());
    apply(browser, command->subscribe, command->symbols, command->channels);
  }

  void on_frames(Browser& browser, std::string_view message) {
    wire::FrameSplitter splitter;
    const auto fed = splitter.feed(std::as_bytes(std::span(message)), [&](wire::FrameView frame) {
      if (const auto* wanted = frame.as<wire::Subscribe>()) {
        if (const auto set = broadcast.fan_out().set_format(*browser.client, wanted->format); !set) {
          return complain(browser, set.error());
        }
        apply(browser, true, symbols(*wanted), wanted->channels);
      } else if (const auto* unwanted = frame.as<wire::Unsubscribe>()) {
        apply(browser, false, symbols(*unwanted), unwanted->channels);
      } else {
        complain(browser, {ErrorCode::InvalidArgument,
                           fmt::format("a client sends Subscribe and Unsubscribe frames, not {} of {} payload bytes",
                                       to_text(frame.type()), frame.payload().size())});
      }
    });
    if (!fed) return complain(browser, {ErrorCode::InvalidArgument, "no frames: " + fed.error().message()});
    if (splitter.waiting() != 0) complain(browser, {ErrorCode::InvalidArgument, "the message ends within a frame"});
  }

  void apply(Browser& browser, bool subscribe, std::span<const SymbolHash> symbols, ChannelMask channels) {
    FanOut& fan_out = broadcast.fan_out();
    const auto done = subscribe ? fan_out.subscribe(*browser.client, symbols, channels)
                                : fan_out.unsubscribe(*browser.client, symbols, channels);
    if (!done) complain(browser, done.error());
    broadcast.drain_soon();
  }

  void complain(Browser& browser, const Error& error) {
    if (!browser.connection->is_open()) return;
    ++counts.bad_commands;
    if (browser.connection->queued_bytes() > max_unread_answers) {
      // Closing runs no handler, and this may be within one: forgotten when that is over.
      browser.connection->close(1008, "too many bad commands");
      net::asio::post(broadcast.io(), [this, &browser, guard = std::weak_ptr<bool>(alive)] {
        if (!guard.expired()) forget(browser);
      });
      return;
    }
    browser.connection->send_text(nlohmann::ordered_json{{"type", "Error"}, {"message", error.message}}.dump(
        -1, ' ', false, nlohmann::json::error_handler_t::replace));
  }

  void forget(Browser& browser) {
    broadcast.fan_out().remove(*browser.client);
    std::erase_if(browsers, [&](const auto& each) { return each.get() == &browser; });
  }

  Broadcast& broadcast;
  BridgeConfig config;
  HeaderPool headers;
  std::vector<std::unique_ptr<Browser>> browsers;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  Stats counts;
};

Bridge::Bridge(Broadcast& broadcast, BridgeConfig config)
    : impl_(std::make_unique<Impl>(broadcast, std::move(config))) {}
Bridge::~Bridge() {
  for (const auto& browser : impl_->browsers) {
    impl_->broadcast.fan_out().remove(*browser->client);
    browser->connection->close(1001, "the server is stopping");
  }
}

std::optional<net::HttpResponse> Bridge::check(const net::HttpRequest& request) {
  const auto refuse = [](int status, std::string text) {
    return net::HttpResponse{.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(text)};
  };
  const std::string_view origin = request.headers.get("Origin");
  if (!is_origin_allowed(origin, request.headers.get("Host"), impl_->config.allowed_origins)) {
    ++impl_->counts.refused_origins;
    return refuse(403, fmt::format("pages of {} may not read this stream; add it to the allowed origins\n",
                                   excerpt(origin, 128)));
  }
  const auto format = request.parameter("format");
  if (format && *format != "json" && *format != "binary") {
    return refuse(400, fmt::format("there is no format \"{}\", but json and binary\n", excerpt(*format)));
  }
  return std::nullopt;
}

void Bridge::on_websocket(const net::HttpRequest& request, std::shared_ptr<net::WebSocketServerConnection> connection) {
  const bool json = request.parameter("format").value_or("") == "json";
  impl_->accept(std::move(connection), json ? wire::Format::Json : wire::Format::Binary);
}

std::size_t Bridge::clients() const noexcept {
  return impl_->browsers.size();
}
Bridge::Stats Bridge::stats() const noexcept {
  return impl_->counts;
}

void Bridge::encode_json(wire::FrameView frame, std::string& out) {
  thread_local fmt::memory_buffer text;
  text.clear();
  if (!wire::to_json(frame, text)) return;
  char header[websocket::max_header];
  const std::size_t size = websocket::write_header(header, {websocket::Opcode::Text}, text.size());
  out.append(header, size);
  out.append(text.data(), text.size());
}

}  // namespace trunkline::relay
