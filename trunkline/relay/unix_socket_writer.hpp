// The collector's side of the relay: writes the frames of this process's rings to the relay's socket. Connects for
// ever; each time it first sends what the relay has to know: mappings, connection states and whole books.
//
// While there is no relay, and when the relay does not keep up, frames are dropped and counted, and a Gap says so.
//
// Thread: the one that runs the io_context.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "trunkline/bus/bus.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/net/backoff.hpp"
#include "trunkline/relay/distributor.hpp"

namespace trunkline::relay {

struct UnixSocketWriterConfig {
  std::filesystem::path socket;
  FanOutConfig queue = {};  // gap_scope and unbroken are set here
  net::BackoffConfig backoff = {.first = std::chrono::milliseconds{100}, .cap = std::chrono::seconds{5}};
};

class UnixSocketWriter {
 public:
  struct Stats {
    bool connected = false;
    std::uint64_t connects = 0;
    std::uint64_t attempts = 0;     // in a row, since the last connection
    std::uint64_t frames = 0;       // read from the rings
    std::uint64_t sent_frames = 0;  // over this connection
    std::uint64_t missed = 0;       // not sent, but for books that came anew
    std::size_t queued_bytes = 0;
    std::string last_reason;
  };

  // `log` may be null and outlives the writer. Begins at once.
  UnixSocketWriter(net::asio::io_context& io, UnixSocketWriterConfig config, bus::BusReader reader, EventLog* log);
  ~UnixSocketWriter();
  UnixSocketWriter(const UnixSocketWriter&) = delete;
  UnixSocketWriter& operator=(const UnixSocketWriter&) = delete;

  // Who asks the connector for a book that was lost on the way here: see Distributor::on_resync_needed.
  void on_resync_needed(std::function<void(SymbolHash)> request);

  Stats stats() const;
  const StreamCache& cache() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trunkline::relay
