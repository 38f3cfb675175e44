// A client behind a unix socket: frames as they are.
#pragma once

#include "trunkline/net/byte_stream.hpp"
#include "trunkline/relay/fan_out.hpp"

namespace trunkline::relay {

class UnixPort final : public ClientPort {
 public:
  explicit UnixPort(net::ByteStream& stream) noexcept : stream_(stream) {}

  std::size_t unsent() const noexcept override { return stream_.queued_bytes(); }
  void write(wire::Format, std::span<const net::SharedBytes> pieces, std::size_t) override {
    for (const net::SharedBytes& piece : pieces) stream_.queue(piece);
    stream_.flush();
  }

 private:
  net::ByteStream& stream_;
};

}  // namespace trunkline::relay
