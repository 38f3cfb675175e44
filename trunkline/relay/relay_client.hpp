// The client's side of the relay: subscribes, gives out frames, and connects anew for ever.
//
// Thread: the one that runs the io_context.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "trunkline/core/event.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/net/backoff.hpp"
#include "trunkline/relay/subscription.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::relay {

struct RelayClientConfig {
  std::filesystem::path socket;
  // Asked for on every connection; no channels: all, no symbols: all.
  std::vector<SymbolHash> symbols = {};
  ChannelMask channels = all_channels;
  net::BackoffConfig backoff = {.first = std::chrono::milliseconds{100}, .cap = std::chrono::seconds{5}};
  // A relay that writes nothing for so many of its own heartbeat intervals is taken for dead.
  int missed_heartbeats = 3;
};

class RelayClient {
 public:
  struct Handlers {
    // Every frame as the relay sends it, its own (Welcome, Heartbeat, Gap) included. Valid during the call.
    std::function<void(wire::FrameView)> on_frame;
    std::function<void()> on_batch = {};  // all frames of one read were given out
    std::function<void()> on_connected = {};
    // What was known of books and connections is not to be trusted any more. Also when connecting fails for another
    // reason than before.
    std::function<void(std::string_view reason)> on_disconnected = {};
  };
  struct Stats {
    bool connected = false;
    std::uint64_t connects = 0;
    std::uint64_t attempts = 0;  // in a row, since the last connection
    std::uint64_t frames = 0;
    std::uint64_t missed = 0;          // as Gap frames said
    std::uint64_t unknown_frames = 0;  // of types that this build does not know
    std::string last_reason;
  };

  // `log` may be null and outlives the client. Begins at once. Handlers may call all of it, and not destroy the
  // client.
  RelayClient(net::asio::io_context& io, RelayClientConfig config, Handlers handlers, EventLog* log);
  ~RelayClient();
  RelayClient(const RelayClient&) = delete;
  RelayClient& operator=(const RelayClient&) = delete;

  // Kept over reconnects. InvalidArgument: too many symbols.
  Result<void> subscribe(std::span<const SymbolHash> symbols, ChannelMask channels);
  Result<void> unsubscribe(std::span<const SymbolHash> symbols, ChannelMask channels);

  // Asks for the book of a symbol that is subscribed to once more: BookStatus and a recovered snapshot follow.
  void resync(SymbolHash symbol);

  Stats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trunkline::relay
