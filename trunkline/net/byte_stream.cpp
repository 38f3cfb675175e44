#include "trunkline/net/byte_stream.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

#include "trunkline/net/byte_stream_impl.hpp"

namespace trunkline::net {
namespace {

class PlainStream final : public ByteStream::Impl {
 public:
  using Impl::Impl;

 private:
  void start_read() override {
    socket.async_read_some(
        asio::mutable_buffer(read_room_.data(), read_room_.size()),
        [self = shared_from_this(), this](error_code error, std::size_t bytes) { finish_read(error, bytes); });
  }

  Transferred write_now() override {
    constexpr std::size_t gather = 64;
    iovec parts[gather];
    std::size_t count = 0;
    for (const SharedBytes& buffer : write_queue_) {
      if (count == gather) break;
      const std::size_t skip = count == 0 ? written_of_front_ : 0;
      parts[count++] = {const_cast<char*>(buffer.view().data()) + skip, buffer.size() - skip};
    }
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = count;
    ssize_t written;
    do {
      written = ::sendmsg(socket.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (written < 0 && errno == EINTR);
    if (written >= 0) return {Transferred::Outcome::Done, static_cast<std::size_t>(written), {}};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {Transferred::Outcome::WaitWritable, 0, {}};
    return {Transferred::Outcome::Failed, 0, error_code(errno, boost::system::system_category())};
  }
};

}  // namespace

ByteStream::Impl::Impl(Socket connected, std::string peer_name)
    : socket(std::move(connected)), peer(std::move(peer_name)) {}

void ByteStream::Impl::read_some(std::span<char> room, ReadHandler handler) {
  if (!socket.is_open()) return;
  read_room_ = room;
  read_handler_ = std::move(handler);
  if (failure_ && !may_still_read()) return post_read(failure_, 0);
  start_read();
}

void ByteStream::Impl::finish_read(error_code error, std::size_t bytes) {
  if (auto handler = std::exchange(read_handler_, nullptr)) {
    handler(failure_ && bytes == 0 ? failure_ : error, bytes);
  }
}

void ByteStream::Impl::post_read(error_code error, std::size_t bytes) {
  asio::post(socket.get_executor(), [self = shared_from_this(), this, error, bytes] { finish_read(error, bytes); });
}

void ByteStream::Impl::queue(SharedBytes bytes) {
  if (bytes.empty() || failure_ || !socket.is_open()) return;
  queued_bytes += bytes.size();
  write_queue_.push_back(std::move(bytes));
}

void ByteStream::Impl::flush() {
  if (held || waiting_to_write_ || failure_ || !socket.is_open()) return;
  while (!write_queue_.empty()) {
    const Transferred step = write_now();
    if (step.outcome == Transferred::Outcome::Failed) return fail(step.error);
    if (step.outcome != Transferred::Outcome::Done) {
      waiting_to_write_ = was_refused_ = true;
      const auto what = step.outcome == Transferred::Outcome::WaitReadable ? Socket::wait_read : Socket::wait_write;
      socket.async_wait(what, [self = shared_from_this(), this](error_code error) {
        waiting_to_write_ = false;
        if (!error) flush();
      });
      return;
    }
    queued_bytes -= step.bytes;
    std::size_t left = step.bytes;
    while (left != 0) {
      const std::size_t of_front = std::min(left, write_queue_.front().size() - written_of_front_);
      written_of_front_ += of_front;
      left -= of_front;
      if (written_of_front_ == write_queue_.front().size()) {
        write_queue_.pop_front();
        written_of_front_ = 0;
      }
    }
  }
  if (shut_when_empty_) shutdown_write();
  if (std::exchange(was_refused_, false) && drained) {
    // Posted, so that it never runs inside a caller's flush().
    asio::post(socket.get_executor(), [self = shared_from_this(), this] {
      if (socket.is_open() && write_queue_.empty() && drained) drained();
    });
  }
}

void ByteStream::Impl::fail(error_code error) {
  failure_ = error;
  write_queue_.clear();
  queued_bytes = written_of_front_ = 0;
  // Wakes the read, which then reports the failure; what the peer sent before is still read first.
  error_code ignored;
  socket.shutdown(Socket::shutdown_both, ignored);
}

std::size_t ByteStream::Impl::drop_unsent() {
  const std::size_t keep = written_of_front_ != 0 ? 1 : 0;
  std::size_t dropped = 0;
  while (write_queue_.size() > keep) {
    dropped += write_queue_.back().size();
    write_queue_.pop_back();
  }
  queued_bytes -= dropped;
  return dropped;
}

void ByteStream::Impl::shutdown_write() {
  if (!write_queue_.empty()) {
    shut_when_empty_ = true;
    return;
  }
  error_code ignored;
  socket.shutdown(Socket::shutdown_send, ignored);
}

void ByteStream::Impl::close(bool reset) {
  if (!socket.is_open()) return;
  // The handlers may own what owns this stream; they go last.
  const auto keep = shared_from_this();
  auto handler = std::exchange(read_handler_, nullptr);
  auto drained_handler = std::exchange(drained, nullptr);
  if (reset) {
    const linger at_once{1, 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  } else if (!failure_) {
    flush();
    say_goodbye();
  }
  error_code ignored;
  socket.close(ignored);
  token = nullptr;
  write_queue_.clear();
  queued_bytes = written_of_front_ = 0;
}

ByteStream::ByteStream(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
ByteStream::ByteStream(ByteStream&&) noexcept = default;
ByteStream& ByteStream::operator=(ByteStream&& other) noexcept {
  if (this != &other) {
    if (impl_) impl_->close(false);
    impl_ = std::move(other.impl_);
  }
  return *this;
}
ByteStream::~ByteStream() {
  if (impl_) impl_->close(false);
}

void ByteStream::read_some(std::span<char> room, ReadHandler handler) {
  impl_->read_some(room, std::move(handler));
}
void ByteStream::queue(SharedBytes bytes) {
  impl_->queue(std::move(bytes));
}
void ByteStream::flush() {
  impl_->flush();
}
std::size_t ByteStream::queued_bytes() const noexcept {
  return impl_->queued_bytes;
}
std::size_t ByteStream::drop_unsent() {
  return impl_->drop_unsent();
}
void ByteStream::on_drained(std::move_only_function<void()> handler) {
  impl_->drained = std::move(handler);
}
void ByteStream::hold_writes(bool hold) {
  impl_->held = hold;
  if (!hold) impl_->flush();
}
void ByteStream::close() {
  impl_->close(false);
}
void ByteStream::reset() {
  impl_->close(true);
}
void ByteStream::shutdown_write() {
  impl_->shutdown_write();
}
bool ByteStream::is_open() const noexcept {
  return impl_ && impl_->socket.is_open();
}
const std::string& ByteStream::peer() const noexcept {
  return impl_->peer;
}
int ByteStream::native_handle() const noexcept {
  return impl_->socket.native_handle();
}

ByteStream make_plain_stream(Socket socket, std::string peer, std::shared_ptr<void> token) {
  auto stream = std::make_shared<PlainStream>(std::move(socket), std::move(peer));
  stream->token = std::move(token);
  return ByteStream(std::move(stream));
}

}  // namespace trunkline::net
