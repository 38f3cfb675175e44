// The inside of FanOut::Client, for this room alone.
#pragma once

#include "trunkline/relay/fan_out.hpp"

namespace trunkline::relay {

class FanOut::Client {
 public:
  // A book that this client has to get anew.
  struct Dirty {
    SymbolIndex symbol;
    wire::BookReason reason;           // said while the levels are outstanding
    std::uint64_t status_version = 0;  // of the status it was told
  };

  // What every batch touches comes first.
  ClientPort* port = nullptr;
  ClientQueue queue;
  // What of the queue is not held against the client: mappings and the like that it was owed at once.
  std::size_t allowed_bytes = 0;
  std::size_t allowed_units = 0;
  bool everything = false;  // all that is published, nothing dirty: no look at single frames
  bool paused = false;      // has lost its queue, and waits for its port
  bool owed = false;        // one of those below
  bool gap_due = false;
  bool welcome_due = false;
  bool mappings_due = false;
  bool connections_due = false;
  bool postponed = false;   // dirty books wait for room in the queue
  std::uint64_t epoch = 0;  // of the cache, when dirty books were last looked at
  std::vector<Dirty> dirty;
  ClientStats stats;

  std::vector<ChannelMask> passes;  // by symbol: what goes to the queue as it is published
  std::vector<bool> is_dirty;       // by symbol
  Subscription subscription;
  bool introduced = false;
  wire::Format format = wire::Format::Binary;
  std::string name;

  std::uint64_t session = 0;
  std::uint32_t sequence = 0;  // of the frames that the relay itself writes to this client
  std::uint64_t missed = 0;    // since the last Gap
  Nanos missed_since{0};
  Nanos last_heartbeat{0};
};

}  // namespace trunkline::relay
