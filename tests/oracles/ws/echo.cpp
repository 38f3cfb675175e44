// An echo over the WebSocket codec and plain blocking sockets, for other implementations to talk to in both roles.
//   ws_echo serve             prints "listening PORT", serves each connection in a thread of its own until it is killed
//   ws_echo connect PORT PATH connects to 127.0.0.1, echoes until the end, prints how it ended
// PATH may ask: ?deflate=off|on, &forget=1 (no context takeover), &bits=9..15, &fragment=1 (echo in fragments with
// pings in between). A text "do close CODE REASON" or "do ping PAYLOAD" is carried out instead; pongs are reported as
// text.
#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "trunkline/protocol/websocket.hpp"
#include "trunkline/protocol/websocket_handshake.hpp"

namespace {

using namespace trunkline::protocol::websocket;

constexpr std::size_t max_message = 4 * 1024 * 1024;
constexpr std::string_view between = "between";  // what our pings inside fragmented messages carry

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "ws_echo: %s\n", why.c_str());
  std::exit(1);
}

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Nothing read: the connection ended.
  std::size_t read(std::span<char> room) const {
    const ssize_t got = ::recv(descriptor_, room.data(), room.size(), 0);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void finish_writing() const { ::shutdown(descriptor_, SHUT_WR); }

 private:
  int descriptor_;
};

std::string option(std::string_view path, std::string_view name) {
  const std::size_t at = path.find(std::string(name) + "=");
  if (at == std::string_view::npos) return {};
  const std::string_view value = path.substr(at + name.size() + 1);
  return std::string(value.substr(0, value.find('&')));
}

DeflateWishes wishes_of(std::string_view path) {
  DeflateWishes wishes;
  wishes.server_no_context_takeover = wishes.client_no_context_takeover = option(path, "forget") == "1";
  if (const std::string bits = option(path, "bits"); !bits.empty()) {
    wishes.server_max_window_bits = wishes.client_max_window_bits = std::atoi(bits.c_str());
  }
  return wishes;
}

struct Handshake {
  std::string head;
  std::string early;  // bytes behind the head
};

Handshake read_head(const Socket& socket) {
  Handshake handshake;
  char piece[4096];
  for (;;) {
    const std::size_t end = handshake.head.find("\r\n\r\n");
    if (end != std::string::npos) {
      handshake.early = handshake.head.substr(end + 4);
      handshake.head.resize(end + 4);
      return handshake;
    }
    const std::size_t got = socket.read(piece);
    if (got == 0) return {};
    handshake.head.append(piece, got);
  }
}

std::string header(std::string_view head, std::string_view name) {
  std::string lower(head);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const std::size_t at = lower.find("\r\n" + std::string(name) + ":");
  if (at == std::string::npos) return {};
  std::size_t from = at + 3 + name.size();
  while (head[from] == ' ') ++from;
  return std::string(head.substr(from, head.find("\r\n", from) - from));
}

class Echo {
 public:
  Echo(const Socket& socket, Role role, std::optional<DeflateParameters> deflate, bool fragment)
      : socket_(socket),
        decoder_({.role = role, .max_message = max_message, .deflate = deflate}),
        encoder_({.role = role, .deflate = deflate, .compress_from = 16}),
        fragment_(fragment) {}

  // Returns how the connection ended, for people and for the other implementation's test.
  std::string run(std::string_view early) {
    if (!early.empty()) {
      std::memcpy(decoder_.prepare(early.size()).data(), early.data(), early.size());
      decoder_.received(early.size());
    }
    for (;;) {
      Message message;
      Decode result;
      while ((result = decoder_.next(message)) == Decode::Message) {
        handle(message);
        if (message.opcode == Opcode::Close) return ended("closed");
      }
      if (result == Decode::Error) {
        const ProtocolError& error = decoder_.error();
        encoder_.close(out_, error.code, error.reason);
        return ended("failed " + std::to_string(static_cast<int>(error.code)) + " " + std::string(error.reason));
      }
      if (!out_.empty() && !socket_.write(out_)) return "write failed";
      out_.clear();
      const std::size_t got = socket_.read(decoder_.prepare(16 * 1024));
      if (got == 0) return "dropped";
      decoder_.received(got);
    }
  }

 private:
  std::string ended(std::string how) {
    socket_.write(out_);
    socket_.finish_writing();
    char rest[4096];
    while (socket_.read(rest) != 0) {
    }
    return how;
  }
  void handle(const Message& message) {
    switch (message.opcode) {
      case Opcode::Ping:
        encoder_.pong(out_, message.text());
        return;
      case Opcode::Pong:
        if (message.text() != between) encoder_.text(out_, "pong " + std::string(message.text()));
        return;
      case Opcode::Close: {
        const CloseFrame close = parse_close(message.payload);
        if (!closing_) encoder_.close(out_, close.code, close.reason);
        return;
      }
      default:
        break;
    }
    const std::string_view text = message.text();
    if (message.opcode == Opcode::Text && text.starts_with("do ping ")) {
      encoder_.ping(out_, text.substr(8));
    } else if (message.opcode == Opcode::Text && text.starts_with("do close ")) {
      closing_ = true;
      encoder_.close(out_, static_cast<CloseCode>(std::atoi(text.data() + 9)), text.substr(14));
    } else if (fragment_) {
      echo_in_fragments(message.opcode, text);
    } else {
      encoder_.message(out_, message.opcode, text);
    }
  }
  void echo_in_fragments(Opcode opcode, std::string_view text) {
    for (std::size_t size = 1;; size *= 3) {
      const bool last = size >= text.size();
      encoder_.frame(out_, {opcode, last}, text.substr(0, size));
      if (last) return;
      encoder_.ping(out_, between);
      text.remove_prefix(size);
      opcode = Opcode::Continuation;
    }
  }

  const Socket& socket_;
  Decoder decoder_;
  Encoder encoder_;
  bool fragment_;
  bool closing_ = false;  // we began
  std::string out_;
};

void serve_one(int descriptor) {
  const Socket socket(descriptor);
  const Handshake request = read_head(socket);
  const std::string key = header(request.head, "sec-websocket-key");
  if (!is_key(key)) {
    socket.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  const std::string path = request.head.substr(0, request.head.find("\r\n"));
  std::optional<DeflateAnswer> answer;
  if (option(path.substr(0, path.rfind(' ')), "deflate") != "off") {
    answer = answer_deflate_offer(wishes_of(path), header(request.head, "sec-websocket-extensions"));
  }
  std::string response =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
      accept_for(key) + "\r\n";
  if (answer) response += "Sec-WebSocket-Extensions: " + answer->header + "\r\n";
  if (!socket.write(response + "\r\n")) return;
  const auto deflate = answer ? std::optional(answer->parameters) : std::nullopt;
  const std::string how =
      Echo(socket, Role::Server, deflate, option(path, "fragment").starts_with("1")).run(request.early);
  std::printf("%s\n", how.c_str());
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int serve() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 64) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    stop("cannot listen");
  }
  std::printf("listening %d\n", ntohs(address.sin_port));
  for (;;) {
    const int accepted = ::accept(listener, nullptr, nullptr);
    if (accepted < 0) stop("cannot accept");
    std::thread(serve_one, accepted).detach();
  }
}

int connect(int port, const std::string& path) {
  const Socket socket([&] {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(port);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) stop("cannot connect");
    return descriptor;
  }());
  const std::string key = make_key();
  const DeflateWishes wishes = wishes_of(path);
  std::string request = "GET " + path +
                        " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n";
  if (option(path, "deflate") != "off") request += "Sec-WebSocket-Extensions: " + deflate_offer(wishes) + "\r\n";
  socket.write(request + "\r\n");
  const Handshake response = read_head(socket);
  if (!response.head.starts_with("HTTP/1.1 101 ") || header(response.head, "sec-websocket-accept") != accept_for(key)) {
    stop("the upgrade was refused: " + response.head);
  }
  const auto deflate = read_deflate_answer(wishes, header(response.head, "sec-websocket-extensions"));
  if (!deflate) stop(deflate.error().message);
  std::printf("%s\n",
              Echo(socket, Role::Client, *deflate, option(path, "fragment") == "1").run(response.early).c_str());
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::string mode = count > 1 ? arguments[1] : "";
  if (mode == "serve" && count == 2) return serve();
  if (mode == "connect" && count == 4) return connect(std::atoi(arguments[2]), arguments[3]);
  stop("usage: ws_echo serve | ws_echo connect PORT PATH");
}
