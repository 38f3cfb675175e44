#include "trunkline/net/unix_socket.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "trunkline/net/byte_stream_impl.hpp"

namespace trunkline::net {
namespace {

using Acceptor = asio::basic_socket_acceptor<asio::local::stream_protocol, asio::io_context::executor_type>;
using LocalSocket = asio::basic_stream_socket<asio::local::stream_protocol, asio::io_context::executor_type>;

// Closes a descriptor that nobody took over.
struct Descriptor {
  int value = -1;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
  int release() { return std::exchange(value, -1); }
};

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.empty() || text.size() >= sizeof address.sun_path) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("unix socket '{}': a path has 1 to {} bytes", text, sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

Error system_error(const std::filesystem::path& path, std::string_view what, int error) {
  ErrorCode code = ErrorCode::Io;
  if (error == ENOENT || error == ECONNREFUSED || error == EAGAIN) code = ErrorCode::Unavailable;
  return {code, fmt::format("unix socket '{}': {}: {}", path.native(), what, std::strerror(error))};
}

int make_socket() {
  return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

// Binds to a name of our own beside `path`, sets the mode, then moves it into place in one step: at no moment is there
// a socket that others could open, and link() fails where a file stands.
Result<void> bind_in_place(int socket, const std::filesystem::path& path) {
  auto staging = path;
  staging += fmt::format(".{}.new", ::getpid());
  const auto address = address_of(staging);
  if (!address) return std::unexpected(address.error());
  ::unlink(staging.c_str());
  // Between bind and chmod the file has the mode that umask leaves, but nobody listens on it yet.
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return std::unexpected(system_error(path, "bind", errno));
  }
  const auto abandon = [&](std::string_view what) {
    const int error = errno;
    ::unlink(staging.c_str());
    return std::unexpected(error == EEXIST ? Error{ErrorCode::AlreadyExists, {}} : system_error(path, what, error));
  };
  if (::chmod(staging.c_str(), 0600) != 0) return abandon("chmod");
  if (::listen(socket, 128) != 0) return abandon("listen");
  if (::link(staging.c_str(), path.c_str()) != 0) return abandon("link");
  ::unlink(staging.c_str());
  return {};
}

// Whether a server answers at that file; false also when there is no such file.
Result<bool> someone_listens(const std::filesystem::path& path) {
  const auto address = address_of(path);
  if (!address) return std::unexpected(address.error());
  const Descriptor probe{make_socket()};
  if (::connect(probe.value, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0) return true;
  if (errno == EAGAIN) return true;  // its queue is full
  if (errno == ECONNREFUSED || errno == ENOENT) return false;
  return std::unexpected(system_error(path, "probe", errno));
}

// Removes the file of a server that is gone; an error where it may not be removed.
Result<void> clear_stale(const std::filesystem::path& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return std::unexpected(system_error(path, "stat", errno));
  }
  if (!S_ISSOCK(info.st_mode)) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("unix socket '{}': a file that is no socket stands there; move it away", path.native()));
  }
  const auto in_use = [&] {
    return fail(ErrorCode::AlreadyExists, fmt::format("unix socket '{}': another server listens there", path.native()));
  };
  if (const auto alive = someone_listens(path); !alive) {
    return std::unexpected(alive.error());
  } else if (*alive) {
    return in_use();
  }
  // Taken aside before it is removed: another starting server may have replaced it since the look.
  auto aside = path;
  aside += fmt::format(".{}.old", ::getpid());
  if (::rename(path.c_str(), aside.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return std::unexpected(system_error(path, "rename", errno));
  }
  const auto alive = someone_listens(aside);
  if (alive && *alive) {
    ::rename(aside.c_str(), path.c_str());
    return in_use();
  }
  ::unlink(aside.c_str());
  return {};
}

}  // namespace

struct UnixServer::Impl : std::enable_shared_from_this<UnixServer::Impl> {
  Impl(asio::io_context& context, UnixServerOptions settings, AcceptHandler on_accept)
      : io(context), acceptor(context), options(std::move(settings)), handler(std::move(on_accept)) {}

  void accept() {
    acceptor.async_accept([self = shared_from_this(), this](error_code error, LocalSocket socket) {
      if (!acceptor.is_open()) return;
      if (!error) take(std::move(socket));
      if (!acceptor.is_open()) return;
      if (error && error != asio::error::connection_aborted) {
        // Out of descriptors: try again when some may have come back, instead of spinning.
        pause.expires_after(std::chrono::milliseconds{50});
        pause.async_wait([self, this](error_code stopped) {
          if (!stopped && acceptor.is_open()) accept();
        });
        return;
      }
      accept();
    });
  }

  void take(LocalSocket socket) {
    ucred credentials{};
    socklen_t length = sizeof credentials;
    const int descriptor = socket.native_handle();
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return;
    const uid_t allowed = options.allowed_uid.value_or(::geteuid());
    if ((credentials.uid != 0 && credentials.uid != allowed) ||
        open.use_count() > static_cast<long>(options.maximum_connections)) {
      ++refused;
      return;
    }
    if (options.send_buffer_bytes > 0) {
      ::setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &options.send_buffer_bytes, sizeof options.send_buffer_bytes);
    }
    socket.non_blocking(true);
    auto impl = make_plain_stream(Socket(std::move(socket)), fmt::format("unix pid {}", credentials.pid), open);
    handler(std::move(impl), {credentials.pid, credentials.uid, credentials.gid});
  }

  void close() {
    if (!acceptor.is_open()) return;
    error_code ignored;
    acceptor.close(ignored);
    pause.cancel();
    struct stat info{};
    if (::lstat(options.path.c_str(), &info) == 0 && info.st_ino == inode && info.st_dev == device) {
      ::unlink(options.path.c_str());
    }
  }

  asio::io_context& io;
  Acceptor acceptor;
  UnixServerOptions options;
  AcceptHandler handler;
  Timer pause{io};
  std::shared_ptr<int> open = std::make_shared<int>();  // one share for each living connection
  std::uint64_t refused = 0;
  ino_t inode = 0;
  dev_t device = 0;
};

Result<UnixServer> UnixServer::listen(asio::io_context& io, UnixServerOptions options, AcceptHandler handler) {
  if (auto address = address_of(options.path); !address) return std::unexpected(address.error());
  Descriptor socket;
  const auto in_use = [&] {
    return fail(ErrorCode::AlreadyExists,
                fmt::format("unix socket '{}': another server listens there", options.path.native()));
  };
  // A second try, for the case that somebody else replaced the stale file meanwhile.
  for (int attempt = 0;; ++attempt) {
    if (auto cleared = clear_stale(options.path); !cleared) return std::unexpected(cleared.error());
    if (socket.value >= 0) ::close(socket.release());
    socket.value = make_socket();
    if (socket.value < 0) return std::unexpected(system_error(options.path, "socket", errno));
    const auto bound = bind_in_place(socket.value, options.path);
    if (bound) break;
    if (bound.error().code != ErrorCode::AlreadyExists) return std::unexpected(bound.error());
    if (attempt == 1) return in_use();
  }
  auto impl = std::make_shared<Impl>(io, std::move(options), std::move(handler));
  struct stat info{};
  if (::lstat(impl->options.path.c_str(), &info) != 0) {
    return std::unexpected(system_error(impl->options.path, "stat", errno));
  }
  impl->inode = info.st_ino;
  impl->device = info.st_dev;
  error_code error;
  impl->acceptor.assign(asio::local::stream_protocol(), socket.release(), error);
  if (error) return fail(ErrorCode::Io, "unix socket: " + error.message());
  impl->accept();
  return UnixServer(std::move(impl));
}

UnixServer::UnixServer(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
UnixServer::UnixServer(UnixServer&&) noexcept = default;
UnixServer& UnixServer::operator=(UnixServer&& other) noexcept {
  if (this != &other) {
    if (impl_) impl_->close();
    impl_ = std::move(other.impl_);
  }
  return *this;
}
UnixServer::~UnixServer() {
  if (impl_) impl_->close();
}

const std::filesystem::path& UnixServer::path() const noexcept {
  return impl_->options.path;
}
std::uint64_t UnixServer::refused() const noexcept {
  return impl_->refused;
}

Result<ByteStream> connect_unix(asio::io_context& io, const std::filesystem::path& path) {
  const auto address = address_of(path);
  if (!address) return std::unexpected(address.error());
  Descriptor socket{make_socket()};
  if (socket.value < 0) return std::unexpected(system_error(path, "socket", errno));
  if (::connect(socket.value, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return std::unexpected(system_error(path, "connect", errno));
  }
  LocalSocket connected(io);
  error_code error;
  connected.assign(asio::local::stream_protocol(), socket.release(), error);
  if (error) return fail(ErrorCode::Io, "unix socket: " + error.message());
  connected.non_blocking(true);
  return make_plain_stream(Socket(std::move(connected)), "unix " + path.native());
}

}  // namespace trunkline::net
