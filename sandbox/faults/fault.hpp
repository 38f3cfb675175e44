// Faults on order: what goes wrong, where, after how many occasions and how often. Every venue's sandbox asks the same
// set at each occasion and does what it says.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/error.hpp"

namespace trunkline::sandbox {

enum class FaultKind : std::uint8_t {
  // of a message that is about to be sent to all its subscribers
  Drop,
  Duplicate,
  Reorder,   // sent behind the next message of its stream
  Delay,     // sent `delay_ms` later; later messages go ahead of it
  Truncate,  // cut in half
  Corrupt,   // one digit of a quantity (or price) changed; still valid
  // of the connections that are about to get a message
  Stall,     // nothing but pings is sent for `duration_ms`; what would have been sent is lost
  HalfOpen,  // neither reads nor writes any more, stays open
  Close,     // with close code `code`; 0: reset without a close frame
  // of the server
  Refuse,  // new connections are refused for `duration_ms`
  // of a REST request
  Http429,
  Http418,
  LateSnapshot,     // a depth reply comes `delay_ms` late, and is `age` update ids old
  WrongSnapshotId,  // its update id is wrong by `offset`
  // of a subscription
  SilentSubscription,  // acknowledged, then nothing
  RefuseSubscription,
  // of a private request; `stream` is what it does: "create", "amend", "cancel", "query"
  AckLost,          // done, and never answered
  SlowReply,        // done, and answered `delay_ms` later; its events go ahead
  LateOrder,        // received, and done `delay_ms` later
  FillBeforeAck,    // a new order fills, and that is told before the reply
  FillAfterCancel,  // an order fills in part just before it is cancelled, and that is told after the cancellation
  RejectAfterAck,   // a new order is taken, then expires
  AmendRacesFill,   // an order fills in part just before it is amended
  HalfOpenTaken,    // done, and the connection neither reads nor writes any more
  HalfOpenUntaken,  // not done, likewise
  ResetTaken,       // done, and the connection is reset
  ResetUntaken,
  // of an event of a user-data stream; `stream`: "fill", "order", "account", "algo"
  UserEventLost,
  UserEventDuplicate,
  // of the venue
  VenueRestart,  // every connection is reset and none taken for `duration_ms`; orders stay
  ClockSkew,     // its clock is `offset` ms ahead until faults are cleared
};
inline constexpr std::size_t fault_kinds = 31;

std::string_view to_text(FaultKind kind) noexcept;  // "drop", "http_429", ...

struct Fault {
  FaultKind kind = FaultKind::Drop;
  std::uint64_t id = 0;
  std::string market;       // empty: any
  std::string symbol;       // as the venue writes it; empty: any
  std::string stream;       // "depth", "trade", ...; empty: depth for message faults, any for the others; "any"
  std::string field;        // corrupt: "quantity" or "price"
  std::uint64_t after = 0;  // so many occasions pass first
  std::uint64_t count = 1;  // so many are hit; 0: all until cleared
  std::int64_t delay_ms = 1000;
  std::int64_t duration_ms = 2000;
  std::int64_t offset = -1'000'000;
  std::int64_t age = 0;
  std::int64_t retry_after_s = 2;
  int code = 0;
  int percent = 100;             // chance of each occasion that it is one
  std::uint64_t connection = 0;  // stall, half_open, close: only the one with this id, as /sandbox/status tells; 0: all
};

// "drop:symbol=BTCUSDT,count=1,after=50". An error names the part that is wrong, and the nearest right name.
Result<Fault> parse_fault(std::string_view spec);
// {"fault":"drop","symbol":"BTCUSDT","count":1}
Result<Fault> parse_fault_json(std::string_view body);

// What a fault is asked about: an occasion of one kind.
struct Occasion {
  std::string_view market;
  std::string_view symbol;
  std::string_view stream;
};

// Thread: one at a time.
class FaultSet {
 public:
  std::uint64_t add(Fault fault);  // its id
  std::size_t clear();             // how many were armed
  void remove(std::uint64_t id);
  // Counts the occasion for each armed fault of this kind that matches; the first that strikes is returned.
  std::optional<Fault> strike(FaultKind kind, const Occasion& occasion);
  bool empty() const noexcept { return armed_.empty(); }
  const std::vector<Fault>& armed() const noexcept { return armed_; }
  std::uint64_t injected(FaultKind kind) const noexcept { return injected_[static_cast<std::size_t>(kind)]; }

 private:
  std::vector<Fault> armed_;
  std::array<std::uint64_t, fault_kinds> injected_{};
  std::uint64_t next_id_ = 1;
  std::uint64_t dice_ = 1;
};

}  // namespace trunkline::sandbox
