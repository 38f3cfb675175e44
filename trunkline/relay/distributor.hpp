// The heart that relay, bridge and collector share: a stream goes in, is remembered for late joiners and handed to all
// clients. Says what was lost on the way here, and asks for books that were.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/relay/fan_out.hpp"
#include "trunkline/relay/stream_cache.hpp"
#include "trunkline/relay/stream_filter.hpp"

namespace trunkline::relay {

struct DistributorConfig {
  FanOutConfig fan_out = {};
  FilterConfig filter = {};  // of all that comes in; nothing is filtered where none is set
  // How long a book may be in doubt after a loss before it is asked for, and how long to wait before asking again.
  Nanos resync_patience = std::chrono::seconds{1};
};

class Distributor {
 public:
  // `log` may be null and outlives the Distributor.
  Distributor(DistributorConfig config, EventLog* log);

  // Who asks whoever writes a book for a fresh one (BookStatus and L2Snapshot on the stream). Called from within
  // publish() and tick(); must not call back into the Distributor.
  void on_resync_needed(std::function<void(SymbolHash)> request) { request_resync_ = std::move(request); }

  // Sees every frame that goes to clients, the Distributor's own (Gap, BookStatus, ConnectionStatus) included, before
  // they do; must not call back into the Distributor.
  void on_passing(std::function<void(wire::FrameView)> observer) { observer_ = std::move(observer); }

  // The next frame of the stream. Frames of one connector come in their order.
  void publish(wire::FrameView frame);
  // Frames of these connectors were lost here: all clients get a Gap, the books concerned are Stale until they are
  // shown to be right, or come anew.
  void lost(const StreamCache::Concerns& concerns, std::uint64_t missed, wire::GapScope scope, Nanos now);
  // These connectors are gone.
  void disconnected(const StreamCache::Concerns& concerns, std::string_view reason, Nanos now);

  // Call after each batch of frames; true: call again soon.
  bool drain(Nanos now) { return fan_out_.drain(now); }
  void tick(Nanos now);  // about ten times a second

  FanOut& fan_out() noexcept { return fan_out_; }
  const StreamCache& cache() const noexcept { return cache_; }
  std::uint64_t frames() const noexcept { return frames_; }
  // Those that come to nobody a second time: all but books, mappings and connection states.
  std::uint64_t passing_frames() const noexcept { return passing_; }
  std::uint64_t missed(wire::GapScope scope) const noexcept { return missed_[static_cast<std::size_t>(scope)]; }
  std::uint64_t foreign_frames() const noexcept { return foreign_; }
  FilterCounts filtered() const noexcept { return filter_ ? filter_->counts() : FilterCounts{}; }

 private:
  void admit(wire::FrameView frame);
  void ask(SymbolIndex symbol, Nanos now);
  void emit(wire::FrameView frame);
  void pass(wire::FrameView frame, SymbolIndex symbol);

  DistributorConfig config_;
  EventLog* log_;
  std::function<void(SymbolHash)> request_resync_;
  std::function<void(wire::FrameView)> observer_;
  std::unique_ptr<StreamFilter> filter_;  // null: none is set
  StreamCache cache_;
  FanOut fan_out_;
  StreamCache::Emit emit_ = [this](wire::FrameView frame) { emit(frame); };
  std::vector<Nanos> asked_;  // by symbol: when its book was last asked for
  std::uint32_t sequence_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t passing_ = 0;
  std::uint64_t foreign_ = 0;
  std::uint64_t missed_[4] = {};
};

}  // namespace trunkline::relay
