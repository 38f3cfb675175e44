// One stream to many clients: every frame is encoded once into shared chunks, each client has a bounded queue of ranges
// of them, and gets what has gathered in one write a drain. A client that does not keep up loses its queue, is told how
// much by a Gap frame, and gets its books anew; nobody else notices.
//
// Knows nothing of sockets: a ClientPort writes. Thread: one.
//
// Memory, at most: window_bytes and a chunk for what is shared; for each client max_queue_bytes of its own and the two
// chunks that its port may still be writing (docs/relay.md).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/net/shared_bytes.hpp"
#include "trunkline/relay/client_queue.hpp"
#include "trunkline/relay/stream_cache.hpp"
#include "trunkline/relay/subscription.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::relay {

// What a relay stamps on frames of its own (Welcome, Heartbeat, Gap); no connector may have the upper 12 bits.
inline constexpr std::uint16_t relay_connector = 0xFFF;
inline constexpr std::uint16_t relay_source = relay_connector << 4;

struct FanOutConfig {
  std::size_t max_queue_bytes = std::size_t{8} << 20;  // of one client
  std::size_t max_queue_frames = 131'072;
  std::size_t chunk_bytes = std::size_t{128} << 10;
  std::size_t window_bytes = std::size_t{16} << 20;     // how far back in the stream shared chunks are kept
  std::size_t handover_bytes = std::size_t{256} << 10;  // at most that much is given to a port at once
  Nanos heartbeat = std::chrono::seconds{30};
  wire::GapScope gap_scope = wire::GapScope::Client;
  // For the link from a collector to its relay: no frame is held back while a book is outstanding, and books come all
  // at once, so that sequences on this link have no holes but those that a Gap tells.
  bool unbroken = false;
  std::string server = "trunkline";
  // Appends one message of the text form, with the transport's framing, to `out`; nothing where a frame has no text
  // form. Unset: clients of Format::Json are refused.
  std::function<void(wire::FrameView, std::string& out)> encode_json = {};
};

// A part of what is written to one client: bytes in a chunk, and what keeps them alive.
struct Piece {
  const std::shared_ptr<Chunk>* chunk = nullptr;
  std::string_view bytes;

  net::SharedBytes share() const { return {*chunk, bytes}; }
};

// The transport of one client.
class ClientPort {
 public:
  virtual ~ClientPort() = default;
  // Bytes of earlier writes that are not yet with the kernel; while there are any, nothing more is written.
  virtual std::size_t unsent() const noexcept = 0;
  // Whole messages, all of one format; what the transport does not take at once it shares. Never fails: a broken
  // transport is found by whoever reads from it.
  virtual void write(wire::Format format, std::span<const Piece> pieces, std::size_t bytes) = 0;
};

struct ClientStats {
  std::uint64_t sent_frames = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t missed = 0;     // frames, as its Gap frames say
  std::uint64_t conflated = 0;  // book frames dropped in favour of a later snapshot
  std::uint64_t overflows = 0;
};

class FanOut {
 public:
  class Client;

  // `log` may be null. Both outlive the FanOut.
  FanOut(FanOutConfig config, const StreamCache& cache, EventLog* log);
  ~FanOut();
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;

  // A peer, which gets a Welcome if `welcome`, and nothing else before introduce() or subscribe(). The port outlives
  // the client; `name` is for the log.
  Client& add(ClientPort& port, std::string name, wire::Format format, bool welcome, Nanos now);
  void remove(Client& client);

  // Mappings and connection states from here on.
  void introduce(Client& client);
  // Introduces, and gives the books anew of the symbols named, also where they were subscribed to before.
  Result<void> subscribe(Client& client, std::span<const SymbolHash> symbols, ChannelMask channels);
  Result<void> unsubscribe(Client& client, std::span<const SymbolHash> symbols, ChannelMask channels);
  // What follows is of this format; begins anew with mappings and connection states.
  Result<void> set_format(Client& client, wire::Format format);

  // Frames were lost to this client before it came: a Gap goes ahead of all.
  void note_missed(Client& client, std::uint64_t missed, Nanos since);
  // The transport is gone: drops what waits, and returns how many frames this client has not been told of, its own
  // and those that are kept for all not counted.
  std::uint64_t give_up(Client& client);

  // A frame that the cache has applied, for all who want it. `missed` is what a Gap frame says.
  void publish(wire::FrameView frame, SymbolIndex symbol, std::uint64_t missed = 0);
  // Every client gets this symbol's book anew, once it is ready; its status as it is has been published.
  void resync(SymbolIndex symbol);
  // Writes what has gathered. True: some client can take more at once; come back after others had their turn.
  bool drain(Nanos now);
  // The port of this client has nothing unsent any more.
  bool serve(Client& client, Nanos now);
  void tick(Nanos now);  // heartbeats

  std::size_t clients() const noexcept { return clients_.size(); }
  std::size_t shared_chunks() const noexcept { return binary_.store.chunks() + json_.store.chunks(); }
  // Over all clients, those that have left included.
  std::uint64_t overflows() const noexcept { return overflows_; }
  std::uint64_t total_missed() const noexcept;
  std::size_t total_queued_bytes() const noexcept;
  static const ClientStats& stats(const Client& client) noexcept;
  static std::size_t queued_bytes(const Client& client) noexcept;

 private:
  // What was appended for one client and may serve the next: a book's resync frames.
  struct Block {
    struct Part {
      std::weak_ptr<Chunk> chunk;
      std::uint64_t generation;
      std::uint32_t first;
      std::uint32_t last;
    };
    std::uint64_t version = 0;
    std::vector<Part> parts;
  };
  struct Track {
    ChunkStore store;
    std::uint32_t routed = 0;  // units of the current chunk that the queues have
    std::vector<Client*> clients;
    std::unordered_map<SymbolIndex, Block> blocks;
  };

  Track& track_of(const Client& client) noexcept;
  bool append(Track& track, wire::FrameView frame, SymbolIndex symbol, std::uint64_t missed);
  void route(Track& track);
  void route_filtered(Client& client, const std::shared_ptr<Chunk>& chunk, std::uint32_t first, std::uint32_t last);
  void overflow(Client& client);
  void drop_queue(Client& client);
  void send(Client& client, wire::FrameView frame, SymbolIndex symbol);
  template <class Message, class... Tails>
  void send_own(Client& client, Message message, Nanos now, const Tails&... tails);
  void send_resync(Client& client, SymbolIndex symbol);
  void learn_symbols();
  void mark_dirty(Client& client, SymbolIndex symbol, wire::BookReason reason);
  void refresh(Client& client, SymbolIndex symbol);
  void refill(Client& client, Nanos now);
  bool refill_books(Client& client);
  bool owes(const Client& client) const noexcept;
  void hand_over(Client& client);

  FanOutConfig config_;
  const StreamCache& cache_;
  EventLog* log_;
  Track binary_;
  Track json_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::size_t known_symbols_ = 1;
  std::uint64_t next_session_ = 1;
  std::uint64_t overflows_ = 0;
  std::uint64_t missed_of_gone_ = 0;
  std::string text_;
};

}  // namespace trunkline::relay
