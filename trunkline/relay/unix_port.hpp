// A client behind a unix socket: frames as they are.
#pragma once

#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <sys/uio.h>

#include "trunkline/net/byte_stream.hpp"
#include "trunkline/relay/fan_out.hpp"

namespace trunkline::relay {

// Writes past the stream's queue as long as the kernel takes everything; the rest, and whatever error there is, is the
// stream's.
class UnixPort final : public ClientPort {
 public:
  explicit UnixPort(net::ByteStream& stream) noexcept : stream_(stream), descriptor_(stream.native_handle()) {}

  std::size_t unsent() const noexcept override { return queued_ ? stream_.queued_bytes() : 0; }

  void write(wire::Format, std::span<const Piece> pieces, std::size_t bytes) override {
    std::size_t taken = 0;
    if (unsent() == 0) {
      const ssize_t sent =
          pieces.size() == 1 ? ::send(descriptor_, pieces[0].bytes.data(), bytes, flags) : gather(pieces);
      if (sent == static_cast<ssize_t>(bytes)) return;
      taken = sent > 0 ? static_cast<std::size_t>(sent) : 0;
    }
    queued_ = true;
    for (const Piece& piece : pieces) {
      const std::size_t skip = std::min(taken, piece.bytes.size());
      taken -= skip;
      stream_.queue(net::SharedBytes(*piece.chunk, piece.bytes.substr(skip)));
    }
    stream_.flush();
  }

 private:
  static constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;

  ssize_t gather(std::span<const Piece> pieces) const noexcept {
    std::array<iovec, 16> parts;
    msghdr message{};
    message.msg_iov = parts.data();
    for (const Piece& piece : pieces) {
      if (message.msg_iovlen == parts.size()) break;
      parts[message.msg_iovlen++] = {const_cast<char*>(piece.bytes.data()), piece.bytes.size()};
    }
    return ::sendmsg(descriptor_, &message, flags);
  }

  net::ByteStream& stream_;
  int descriptor_;
  bool queued_ = false;  // the stream had to queue something once
};

}  // namespace trunkline::relay
