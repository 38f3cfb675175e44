// A connected byte stream: TCP, TLS over TCP, or a unix socket. Reading is asked for, one read at a time; writing is a
// queue of shared buffers that is handed to the kernel with as few calls as it takes.
//
// Thread: the one that runs its io_context. No handler runs after close() or the destructor returned, and no handler
// runs inside the call that asked for it.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "trunkline/core/error.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/net/shared_bytes.hpp"

namespace trunkline::net {

class ByteStream {
 public:
  // How many bytes were read; an error otherwise: boost::asio::error::eof when the peer has closed, or whatever broke
  // the stream, a failed write included.
  using ReadHandler = std::move_only_function<void(error_code, std::size_t)>;

  struct Impl;
  explicit ByteStream(std::shared_ptr<Impl> impl) noexcept;
  ByteStream(ByteStream&&) noexcept;
  ByteStream& operator=(ByteStream&&) noexcept;
  ~ByteStream();

  // Reads what there is, at least one byte, into `room`, which must stay until the handler ran or close(). One read
  // at a time. Not reading is how a slow consumer holds back the sender.
  void read_some(std::span<char> room, ReadHandler handler);

  // Puts a buffer behind those that wait. Nothing is written before flush().
  void queue(SharedBytes bytes);
  // Writes what the kernel takes now; the rest follows by itself when there is room.
  void flush();
  void send(SharedBytes bytes) {
    queue(std::move(bytes));
    flush();
  }

  // Bytes given to queue() that the kernel has not taken yet.
  std::size_t queued_bytes() const noexcept;
  // Takes back every buffer of which no byte was handed over; returns the number of bytes. What follows on the stream
  // is still whole buffers.
  std::size_t drop_unsent();
  // Runs each time the queue becomes empty after the kernel had refused a part of it.
  void on_drained(std::move_only_function<void()> handler);
  // While held back, flush() writes nothing: for fault injection.
  void hold_writes(bool hold);

  // Writes what is queued as far as the kernel takes it now, then closes. Later calls do nothing.
  void close();
  // Closes at once; the peer of a TCP stream gets a reset.
  void reset();
  // Says to the peer that nothing more will be written; reading goes on.
  void shutdown_write();
  bool is_open() const noexcept;

  // "127.0.0.1:54321", or "unix pid 77" for a unix socket.
  const std::string& peer() const noexcept;
  int native_handle() const noexcept;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace trunkline::net
