// The relay's unix socket: many collectors in, many clients out, or clients alone where a BusFeed brings the stream.
//
// A peer is what it does first: one that sends Subscribe is a client; one that sends data frames is a collector. Each
// gets a Welcome. Wrong bytes, or frames that the role does not allow, close that peer and are reported; nobody else
// notices. Peers of another user are turned away by net.
//
// Thread: the one that runs the Broadcast's io_context.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "trunkline/core/error.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/relay/broadcast.hpp"

namespace trunkline::relay {

struct RelayServerConfig {
  std::filesystem::path socket;
  std::size_t max_peers = 1024;
  int send_buffer_bytes = 0;  // of each peer's socket; 0: the system's
};

class RelayServer {
 public:
  struct Stats {
    std::size_t peers = 0;  // clients, collectors, and those that have not said yet
    std::size_t clients = 0;
    std::size_t collectors = 0;
    std::uint64_t accepted = 0;
    std::uint64_t bad_peers = 0;           // closed for what they sent
    std::uint64_t refused_collectors = 0;  // a connector id of theirs was taken
    std::uint64_t missed = 0;              // frames lost on the way from collectors, by their sequence
    std::uint64_t unknown_frames = 0;      // of types that this build does not know; not passed on
  };

  // The errors of net::UnixServer::listen. The Broadcast outlives the server.
  static Result<std::unique_ptr<RelayServer>> listen(Broadcast& broadcast, RelayServerConfig config);
  ~RelayServer();  // closes; collectors' books are Stale then

  // Asks the collector that writes this symbol's book for it. False: no collector does.
  bool request_resync(SymbolHash symbol);

  Stats stats() const;
  const std::filesystem::path& path() const noexcept;

 private:
  struct Impl;
  explicit RelayServer(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trunkline::relay
