// Stream sockets in the file system, for programs of one user on one machine.
//
// Thread: the one that runs the io_context.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <sys/types.h>

#include "trunkline/core/error.hpp"
#include "trunkline/net/byte_stream.hpp"

namespace trunkline::net {

struct PeerCredentials {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;
};

struct UnixServerOptions {
  std::filesystem::path path;
  std::size_t maximum_connections = 1024;
  int send_buffer_bytes = 0;  // of each accepted socket; 0: the system's
  // Who may connect besides root; this process's own user unless a test says otherwise.
  std::optional<uid_t> allowed_uid = {};
};

// Listens on a socket file that only this user can open (mode 0600 from its first moment). The file of a server that
// died is replaced; that of a live one is refused with AlreadyExists, a file that is no socket with InvalidArgument.
// Peers of another user, root excepted, are closed unheard.
class UnixServer {
 public:
  using AcceptHandler = std::function<void(ByteStream, PeerCredentials)>;

  static Result<UnixServer> listen(asio::io_context& io, UnixServerOptions options, AcceptHandler handler);
  UnixServer(UnixServer&&) noexcept;
  UnixServer& operator=(UnixServer&&) noexcept;
  ~UnixServer();  // closes, and removes the file if it is still its own

  const std::filesystem::path& path() const noexcept;
  std::uint64_t refused() const noexcept;  // connections turned away: wrong user, too many

 private:
  struct Impl;
  explicit UnixServer(std::shared_ptr<Impl> impl) noexcept;
  std::shared_ptr<Impl> impl_;
};

// Connects at once; on a unix socket that never waits for the network.
Result<ByteStream> connect_unix(asio::io_context& io, const std::filesystem::path& path);

}  // namespace trunkline::net
