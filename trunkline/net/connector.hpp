// From an address to a connected stream: name lookup, TCP, TLS, all within one deadline.
//
// Thread: the one that runs the io_context.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "trunkline/core/clock.hpp"
#include "trunkline/net/byte_stream.hpp"
#include "trunkline/net/tls.hpp"
#include "trunkline/net/url.hpp"

namespace trunkline::net {

// One attempt. The handler runs once, never from inside start(); destroying the object ends the attempt silently.
class Connector {
 public:
  using Handler = std::move_only_function<void(Result<ByteStream>)>;

  Connector() noexcept = default;
  Connector(Connector&&) noexcept = default;
  Connector& operator=(Connector&&) noexcept;
  ~Connector();
  // `tls` is needed for wss and https; it is kept alive. Every address that the name stands for is tried in turn.
  static Connector start(asio::io_context& io, const Url& url, std::optional<TlsContext> tls, Nanos timeout,
                         Handler handler);

 private:
  struct Impl;
  explicit Connector(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace trunkline::net
