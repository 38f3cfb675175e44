// Real sockets for the tests of this folder: turning an io_context until something is true, a socket path of one's own,
// and a peer that does exactly what it is told.
#pragma once

#include <chrono>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <mutex>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "relay/stream.hpp"
#include "trunkline/bus/bus.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/relay/subscription.hpp"
#include "trunkline/wire/frame_splitter.hpp"

namespace trunkline::relay::test {

using namespace std::chrono_literals;

// Runs handlers until `condition` holds; false when the time was not enough.
template <class Condition>
bool run_until(net::asio::io_context& io, Condition condition, std::chrono::milliseconds limit = 20s) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    if (io.stopped()) io.restart();
    io.run_one_for(20ms);
  }
  return true;
}

// A path for a socket; what is there is removed with the object.
class SocketPath {
 public:
  SocketPath() {
    std::string name = (std::filesystem::temp_directory_path() / "trunkline-relay-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
    folder_ = name;
  }
  ~SocketPath() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::filesystem::path path() const { return folder_ / "relay.sock"; }

 private:
  std::filesystem::path folder_;
};

class RecordingLog final : public EventLog {
 public:
  void write(const Event& event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
  }
  std::size_t count(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(events_, name, &Event::name));
  }
  // A field of the last event of that name, or empty.
  std::string field(std::string_view name, std::string_view field) const {
    const std::lock_guard lock(mutex_);
    for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
      if (event->name != name) continue;
      for (const auto& [key, value] : event->fields) {
        if (key == field) return value;
      }
    }
    return {};
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Event> events_;
};

// A ring with a reader over it, and frames made for it.
struct Source {
  explicit Source(std::uint16_t connector = 1, std::size_t capacity = std::size_t{1} << 20)
      : ring({.capacity_bytes = capacity}), writer(connector) {}

  bus::BusReader reader() {
    bus::BusReader all;
    all.add(ring);
    return all;
  }
  void publish(const StoredFrame& frame) {
    truth.read(frame.view());
    ASSERT_EQ(ring.publish(frame.view()), bus::PublishResult::Published);
    ring.flush();
  }
  void publish(const std::vector<StoredFrame>& frames) {
    for (const auto& frame : frames) publish(frame);
  }
  void start() {
    publish(writer.connection(wire::ConnectionState::Connected));
    publish(writer.start(btc, "binance:BTC-USDT"));
    publish(writer.start(eth, "binance:ETH-USDT"));
  }

  bus::Ring ring;
  Writer writer;
  Reader truth;
};

// A connection that sends and reads bytes when told to, and not otherwise.
class RawPeer {
 public:
  explicit RawPeer(const std::filesystem::path& path, int receive_buffer = 0) {
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (receive_buffer != 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
  }
  ~RawPeer() { close(); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void send(std::string_view bytes) {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  void send(const StoredFrame& frame) {
    const auto bytes = frame.view().bytes();
    send({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  void subscribe(std::vector<SymbolHash> symbols = {}, ChannelMask channels = 0) {
    wire::Subscribe wanted;
    wanted.channels = channels;
    std::vector<std::uint64_t> words(wire::max_frame / 8);
    const auto bytes = std::as_writable_bytes(std::span(words));
    const auto size = wire::encode(bytes, wanted, std::span<const SymbolHash>(symbols), 0, 0);
    send({reinterpret_cast<const char*>(bytes.data()), size});
  }
  // Reads what there is. False: the peer has closed.
  bool read() {
    alignas(8) std::array<std::byte, 65'536> room;
    for (;;) {
      const ssize_t got = ::recv(fd_, room.data(), room.size(), 0);
      if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
      if (got < 0) return true;
      EXPECT_TRUE(splitter.feed(std::span(room).first(static_cast<std::size_t>(got)),
                                [this](wire::FrameView frame) { reader.read(frame); }));
    }
  }
  bool closed() { return !read(); }

  Reader reader;
  wire::FrameSplitter splitter;

 private:
  int fd_ = -1;
};

}  // namespace trunkline::relay::test
