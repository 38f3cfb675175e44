// The inside of ByteStream, for this room alone.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <deque>

#include "trunkline/net/byte_stream.hpp"
#include "trunkline/net/tls.hpp"

namespace trunkline::net {

using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

// What the kernel or the TLS library made of a call: so many bytes, or a wait for readiness, or an error.
struct Transferred {
  enum class Outcome : std::uint8_t { Done, WaitReadable, WaitWritable, Failed } outcome = Outcome::Done;
  std::size_t bytes = 0;
  error_code error = {};
};

struct ByteStream::Impl : std::enable_shared_from_this<ByteStream::Impl> {
  Impl(Socket socket, std::string peer);
  virtual ~Impl() = default;

  void read_some(std::span<char> room, ReadHandler handler);
  void queue(SharedBytes bytes);
  void flush();
  std::size_t drop_unsent();
  void close(bool reset);
  void shutdown_write();

  Socket socket;
  const std::string peer;
  std::size_t queued_bytes = 0;
  std::move_only_function<void()> drained;
  bool held = false;
  std::shared_ptr<void> token;  // let go when the stream closes: how servers count their connections

 protected:
  virtual void start_read() = 0;
  virtual Transferred write_now() = 0;
  // Whether bytes may have come in before the stream broke.
  virtual bool may_still_read() const { return true; }
  virtual void say_goodbye() {}
  // Runs the read's handler, now; only from a handler of the io_context.
  void finish_read(error_code error, std::size_t bytes);
  void post_read(error_code error, std::size_t bytes);
  void fail(error_code error);

  std::span<char> read_room_;
  ReadHandler read_handler_;
  std::deque<SharedBytes> write_queue_;
  std::size_t written_of_front_ = 0;
  bool waiting_to_write_ = false;
  bool was_refused_ = false;  // a part of the queue, by the kernel
  bool shut_when_empty_ = false;
  error_code failure_;
};

// Takes a connected, non-blocking socket.
ByteStream make_plain_stream(Socket socket, std::string peer, std::shared_ptr<void> token = nullptr);

// Shakes hands, as client for `host` (verified) or, with an empty host, as server. The handler gets the stream or what
// is wrong. Destroying the returned pointer ends the attempt; its handler then never runs.
std::shared_ptr<void> start_tls(Socket socket, std::string peer, const TlsContext& context, const std::string& host,
                                std::move_only_function<void(Result<ByteStream>)> handler);

}  // namespace trunkline::net
