// TLS settings that connections share. Clients verify the certificate and the host name, always.
#pragma once

#include <memory>
#include <string>

#include "trunkline/core/error.hpp"

// OpenSSL's own name, so that its headers stay in the .cpp files.
struct ssl_ctx_st;

namespace trunkline::net {

struct TlsOptions {
  // PEM; trusted besides the system's store. For a company's own authority, and for tests.
  std::string extra_ca_file = {};
};

// Copyable; safe to use from several threads.
class TlsContext {
 public:
  static Result<TlsContext> client(const TlsOptions& options);
  static Result<TlsContext> server(const std::string& certificate_file, const std::string& key_file);

  ssl_ctx_st* native() const noexcept { return context_.get(); }

 private:
  explicit TlsContext(std::shared_ptr<ssl_ctx_st> context) noexcept : context_(std::move(context)) {}
  std::shared_ptr<ssl_ctx_st> context_;
};

}  // namespace trunkline::net
