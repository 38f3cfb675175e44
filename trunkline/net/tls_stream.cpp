// TLS over a non-blocking socket: OpenSSL does the reading and writing, Asio only waits until the socket is ready.
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "trunkline/net/byte_stream_impl.hpp"

namespace trunkline::net {
namespace {

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a peer that went away would kill the process with SIGPIPE.
int descriptor_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

int bio_result(BIO* bio, ssize_t result, int retry) {
  BIO_clear_retry_flags(bio);
  if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
    BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
  }
  return static_cast<int>(result);
}
int bio_read(BIO* bio, char* out, int size) {
  const ssize_t result = ::recv(descriptor_of(bio), out, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (result == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return bio_result(bio, result, BIO_FLAGS_READ);
}
int bio_write(BIO* bio, const char* data, int size) {
  return bio_result(bio, ::send(descriptor_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT),
                    BIO_FLAGS_WRITE);
}
long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO* make_bio(int descriptor) {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  BIO* const bio = BIO_new(method);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
  BIO_set_init(bio, 1);
  return bio;
}

class TlsStream final : public ByteStream::Impl {
 public:
  TlsStream(Socket connected, std::string peer_name, const TlsContext& context)
      : Impl(std::move(connected), std::move(peer_name)), ssl_(SSL_new(context.native()), SSL_free) {
    BIO* const bio = make_bio(socket.native_handle());
    SSL_set_bio(ssl_.get(), bio, bio);
  }

  SSL* ssl() { return ssl_.get(); }

  // The outcome of a call that returned `result`, as the TLS library explains it.
  Transferred explain(int result) {
    const int saved_errno = errno;
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return {Transferred::Outcome::WaitReadable, 0, {}};
      case SSL_ERROR_WANT_WRITE:
        return {Transferred::Outcome::WaitWritable, 0, {}};
      case SSL_ERROR_ZERO_RETURN:
        return {Transferred::Outcome::Failed, 0, asio::error::eof};
      case SSL_ERROR_SYSCALL:
        broken_ = true;
        if (saved_errno != 0) {
          return {Transferred::Outcome::Failed, 0, error_code(saved_errno, boost::system::system_category())};
        }
        return {Transferred::Outcome::Failed, 0, asio::error::connection_reset};
      default:
        broken_ = true;
        // Closed without saying so, or bytes that are no TLS.
        return {Transferred::Outcome::Failed, 0, asio::error::connection_reset};
    }
  }

 private:
  void start_read() override { advance_read(true); }

  void advance_read(bool may_not_call) {
    std::size_t total = 0;
    Transferred last;
    while (total < read_room_.size()) {
      ERR_clear_error();
      errno = 0;
      std::size_t bytes = 0;
      const int result = SSL_read_ex(ssl_.get(), read_room_.data() + total, read_room_.size() - total, &bytes);
      if (result != 1) {
        last = explain(result);
        break;
      }
      total += bytes;
    }
    if (total != 0 || last.outcome == Transferred::Outcome::Failed) {
      const error_code error = total != 0 ? error_code() : last.error;
      return may_not_call ? post_read(error, total) : finish_read(error, total);
    }
    const auto what = last.outcome == Transferred::Outcome::WaitWritable ? Socket::wait_write : Socket::wait_read;
    socket.async_wait(what, [self = shared_from_this(), this](error_code error) {
      if (!read_handler_) return;
      if (error) return finish_read(error, 0);
      advance_read(false);
    });
  }

  Transferred write_now() override {
    const std::string_view front = write_queue_.front().view().substr(written_of_front_);
    ERR_clear_error();
    errno = 0;
    std::size_t bytes = 0;
    const int result = SSL_write_ex(ssl_.get(), front.data(), front.size(), &bytes);
    if (result == 1) return {Transferred::Outcome::Done, bytes, {}};
    return explain(result);
  }

  bool may_still_read() const override { return !broken_; }

  void say_goodbye() override {
    if (broken_ || !SSL_is_init_finished(ssl_.get())) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }

  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  bool broken_ = false;
};

class Handshake : public std::enable_shared_from_this<Handshake> {
 public:
  Handshake(std::shared_ptr<TlsStream> stream, std::move_only_function<void(Result<ByteStream>)> handler)
      : stream_(std::move(stream)), handler_(std::move(handler)) {}
  ~Handshake() {
    if (stream_) stream_->close(false);
  }

  void advance() {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_do_handshake(stream_->ssl());
    if (result == 1) {
      const auto keep = shared_from_this();
      auto handler = std::exchange(handler_, nullptr);
      return handler(ByteStream(std::exchange(stream_, nullptr)));
    }
    const unsigned long queued_error = ERR_peek_error();
    const Transferred step = stream_->explain(result);
    if (step.outcome == Transferred::Outcome::Failed) return fail(queued_error, step.error);
    const auto what = step.outcome == Transferred::Outcome::WaitWritable ? Socket::wait_write : Socket::wait_read;
    stream_->socket.async_wait(what, [weak = weak_from_this()](error_code error) {
      if (const auto self = weak.lock(); self && !error) self->advance();
    });
  }

 private:
  void fail(unsigned long queued_error, error_code error) {
    const auto keep = shared_from_this();
    std::string why = error.message();
    if (const long verdict = SSL_get_verify_result(stream_->ssl()); verdict != X509_V_OK) {
      why = fmt::format("certificate refused: {}", X509_verify_cert_error_string(verdict));
    } else if (queued_error != 0) {
      char text[256];
      ERR_error_string_n(queued_error, text, sizeof text);
      why = text;
    }
    const std::string peer = stream_->peer;
    stream_->close(false);
    stream_ = nullptr;
    auto handler = std::exchange(handler_, nullptr);
    handler(trunkline::fail(ErrorCode::Unavailable, fmt::format("TLS with {}: {}", peer, why)));
  }

  std::shared_ptr<TlsStream> stream_;
  std::move_only_function<void(Result<ByteStream>)> handler_;
};

}  // namespace

std::shared_ptr<void> start_tls(Socket socket, std::string peer, const TlsContext& context, const std::string& host,
                                std::move_only_function<void(Result<ByteStream>)> handler) {
  auto stream = std::make_shared<TlsStream>(std::move(socket), std::move(peer), context);
  SSL* const ssl = stream->ssl();
  if (host.empty()) {
    SSL_set_accept_state(ssl);
  } else {
    SSL_set_connect_state(ssl);
    error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (not_an_address) {
      // The macro SSL_set_tlsext_host_name, without its C cast.
      SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
      SSL_set1_host(ssl, host.c_str());
    } else {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
    }
  }
  auto handshake = std::make_shared<Handshake>(stream, std::move(handler));
  asio::post(stream->socket.get_executor(), [weak = std::weak_ptr(handshake)] {
    if (const auto self = weak.lock()) self->advance();
  });
  return handshake;
}

}  // namespace trunkline::net
