#include "trunkline/net/tls.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace trunkline::net {
namespace {

std::string openssl_reason() {
  char text[256] = "unknown reason";
  if (const unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

std::shared_ptr<SSL_CTX> make_context(const SSL_METHOD* method) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(method), SSL_CTX_free);
  if (context == nullptr) return nullptr;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // One read from the socket brings several records.
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_default_read_buffer_len(context.get(), 64 * 1024);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  return context;
}

// Debian's folder of certificates is read as they are needed; the file that holds them all takes 70 ms and megabytes,
// so it is read only where there is no such folder, or where the user named one.
bool trust_the_system(SSL_CTX* context) {
  std::error_code unreadable;
  const std::filesystem::directory_iterator folder(X509_get_default_cert_dir(), unreadable);
  const bool hashed = !unreadable && std::any_of(begin(folder), end(folder),
                                                 [](const auto& entry) { return entry.path().extension() == ".0"; });
  if (SSL_CTX_set_default_verify_dir(context) != 1) return false;
  if (hashed && std::getenv(X509_get_default_cert_file_env()) == nullptr) return true;
  return SSL_CTX_set_default_verify_file(context) == 1;
}

}  // namespace

Result<TlsContext> TlsContext::client(const TlsOptions& options) {
  auto context = make_context(TLS_client_method());
  if (context == nullptr) return fail(ErrorCode::Io, "TLS: no context: " + openssl_reason());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (!trust_the_system(context.get())) {
    return fail(ErrorCode::Io, "TLS: the system's certificate store cannot be read: " + openssl_reason());
  }
  if (!options.extra_ca_file.empty() &&
      SSL_CTX_load_verify_locations(context.get(), options.extra_ca_file.c_str(), nullptr) != 1) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("TLS: cannot read certificates from '{}': {}", options.extra_ca_file, openssl_reason()));
  }
  return TlsContext(std::move(context));
}

Result<TlsContext> TlsContext::server(const std::string& certificate_file, const std::string& key_file) {
  auto context = make_context(TLS_server_method());
  if (context == nullptr) return fail(ErrorCode::Io, "TLS: no context: " + openssl_reason());
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("TLS: cannot read the certificate '{}': {}", certificate_file, openssl_reason()));
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("TLS: cannot read the key '{}': {}", key_file, openssl_reason()));
  }
  return TlsContext(std::move(context));
}

}  // namespace trunkline::net
