// Receiving bursts of 200-byte text messages over loopback TCP: the time from the first read to the last message.
// Anchor: the same reads with nothing done but finding where each message ends. Beast's synchronous stream beside it.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "bench/ratio.hpp"
#include "trunkline/protocol/websocket.hpp"
#include "trunkline/protocol/websocket_handshake.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ws = trunkline::protocol::websocket;
namespace bench = trunkline::bench;
using asio::ip::tcp;

constexpr std::size_t burst = 250;  // messages; together less than one read buffer
constexpr std::size_t bursts = 200;
constexpr std::size_t room = 64 * 1024;

struct Connection {
  asio::io_context context;
  tcp::socket reader{context};
  tcp::socket writer{context};

  Connection() {
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    reader.connect(acceptor.local_endpoint());
    writer = acceptor.accept();
    for (tcp::socket* socket : {&reader, &writer}) {
      socket->set_option(tcp::no_delay(true));
      socket->set_option(asio::socket_base::send_buffer_size(1 << 20));
      socket->set_option(asio::socket_base::receive_buffer_size(1 << 20));
    }
  }
};

std::string make_burst(ws::Role sender) {
  ws::Encoder encoder({.role = sender, .deflate = {}});
  std::string out;
  for (std::size_t i = 0; i < burst; ++i) {
    std::string text =
        R"({"e":"trade","E":1672304484978,"s":"BTCUSDT","t":)" + std::to_string(1'000'000 + i) + R"(,"p":"61837.63",)";
    text += R"("note":")" + std::string(200 - text.size() - 10, 'x') + "\"}";
    encoder.text(out, text);
  }
  return out;
}

// What every reader does with a message: looks at both ends of it.
void consume(const char* payload, std::size_t size) {
  bench::keep(payload[0]);
  bench::keep(payload[size - 1]);
}

[[noreturn]] void stop(const char* why) {
  std::fprintf(stderr, "websocket_bench: %s\n", why);
  std::exit(1);
}

// Sends each burst whole, waits until the kernel holds all of it, then times `read_burst`. The median burst counts: a
// burst lasts microseconds, and one that the scheduler interrupts would outweigh all others.
template <class ReadBurst>
double measure(Connection& connection, const std::string& bytes, const ReadBurst& read_burst) {
  std::vector<double> taken;
  for (std::size_t i = 0; i < bursts; ++i) {
    asio::write(connection.writer, asio::buffer(bytes));
    while (connection.reader.available() < bytes.size()) std::this_thread::yield();
    taken.push_back(bench::ns_each(burst, read_burst));
  }
  return bench::median(std::move(taken));
}

std::size_t read_some(int socket, char* out, std::size_t size) {
  const ssize_t got = ::recv(socket, out, size, 0);
  if (got <= 0) stop("the connection ended");
  return static_cast<std::size_t>(got);
}

double raw_framing(Connection& connection, const std::string& bytes) {
  static std::string buffer(room, '\0');
  const int socket = connection.reader.native_handle();
  return measure(connection, bytes, [&] {
    std::size_t held = 0, messages = 0;
    while (messages < burst) {
      held += read_some(socket, buffer.data() + held, room - held);
      std::size_t at = 0;
      // All of these frames have two bytes of extended length.
      while (held - at >= 4) {
        const auto* const frame = reinterpret_cast<const unsigned char*>(buffer.data() + at);
        const std::size_t size = std::size_t{frame[2]} << 8 | frame[3];
        if (held - at - 4 < size) break;
        consume(buffer.data() + at + 4, size);
        at += 4 + size;
        ++messages;
      }
      std::memmove(buffer.data(), buffer.data() + at, held - at);
      held -= at;
    }
  });
}

double codec(Connection& connection, const std::string& bytes, ws::Role role) {
  ws::Decoder decoder({.role = role, .deflate = {}});
  const int socket = connection.reader.native_handle();
  return measure(connection, bytes, [&] {
    std::size_t messages = 0;
    while (messages < burst) {
      const std::span<char> free = decoder.prepare(room / 4);
      decoder.received(read_some(socket, free.data(), free.size()));
      ws::Message message;
      ws::Decode result;
      while ((result = decoder.next(message)) == ws::Decode::Message) {
        consume(message.payload.data(), message.payload.size());
        ++messages;
      }
      if (result == ws::Decode::Error) stop("the codec refused its own frames");
    }
  });
}

// Beast only reads after a handshake; the other end's part of it is written here.
void answer_handshake(tcp::socket& socket) {
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    char piece[1024];
    request.append(piece, read_some(socket.native_handle(), piece, sizeof piece));
  }
  constexpr std::string_view name = "Sec-WebSocket-Key: ";
  const std::string key = request.substr(request.find(name) + name.size(), 24);
  const std::string answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
      ws::accept_for(key) + "\r\n\r\n";
  asio::write(socket, asio::buffer(answer));
}

double beast_sync(Connection& connection, beast::websocket::stream<tcp::socket&>& stream, const std::string& bytes) {
  beast::flat_buffer buffer;
  return measure(connection, bytes, [&] {
    for (std::size_t i = 0; i < burst; ++i) {
      stream.read(buffer);
      consume(static_cast<const char*>(buffer.data().data()), buffer.size());
      buffer.clear();
    }
  });
}

}  // namespace

int main() {
  Connection connection;
  const std::string from_server = make_burst(ws::Role::Server);
  const std::string from_client = make_burst(ws::Role::Client);
  bench::compare(
      {"websocket_receive", "raw_framing", "ns", bench::Target::ratio_at_most(1.5)},
      [&] { return codec(connection, from_server, ws::Role::Client); },
      [&] { return raw_framing(connection, from_server); });
  bench::compare(
      {"websocket_receive_masked", "raw_framing", "ns"},
      [&] { return codec(connection, from_client, ws::Role::Server); },
      [&] { return raw_framing(connection, from_server); });

  Connection for_beast;
  beast::websocket::stream<tcp::socket&> stream(for_beast.reader);
  std::thread other_end([&] { answer_handshake(for_beast.writer); });
  stream.handshake("localhost", "/");
  other_end.join();
  bench::compare(
      {"websocket_receive_vs_beast", "beast_sync", "ns"},
      [&] { return codec(connection, from_server, ws::Role::Client); },
      [&] { return beast_sync(for_beast, stream, from_server); });
}
