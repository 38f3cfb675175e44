// The journal of one account's orders: everything that is sent is in it before, and everything that was learnt of an
// order, so that a new process knows what the old one knew. Frames of the wire in an append-only log (log/).
//
// Thread: one at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/log/log_writer.hpp"
#include "trunkline/order/in_flight_order.hpp"

namespace trunkline::order {

struct JournalConfig {
  std::filesystem::path folder;
  log::FlushPolicy policy = log::FlushPolicy::Group;
  Nanos sync_delay = std::chrono::milliseconds{2};
  std::size_t compact_at = std::size_t{64} << 20;  // bytes of a segment, after which what ended long ago is left out
};

// What the journal knew when it was opened.
struct Journalled {
  std::uint64_t journal = 0;  // made by chance when the journal was
  std::uint64_t session = 0;  // this run's
  TradingState trading_state = TradingState::Active;
  std::string reason;
  std::vector<InFlightOrder> orders;  // as they stood; what was on its way is Unknown or in doubt
  std::uint64_t damaged = 0;          // records that are whole but make no sense
  log::Recovered log;
};

// Of an order that never was the journal holds nothing.
inline bool was_sent(const OrderSummary& order) noexcept {
  return order.sent != Nanos{0} || order.external;
}

class OrderJournal {
 public:
  // AlreadyExists: another process has it. InvalidArgument: it is another account's.
  static Result<std::unique_ptr<OrderJournal>> open(JournalConfig config, std::string account, Journalled& found);

  // Each returns when the record is as safe as the policy says.
  Result<void> placing(const OrderSummary& order, const ExtraParams& extra, Nanos now);
  Result<void> cancelling(const OrderSummary& order, Nanos now);
  Result<void> amending(const OrderSummary& order, Price price, Quantity amount, Nanos now);
  Result<void> status(const OrderSummary& order, OrderState previous, Nanos now);
  Result<void> fill(const TradeUpdate& trade, bool external, Nanos now);
  Result<void> trading_state(TradingState state, std::string_view reason, Nanos now);

  // Where what is kept is itself large, only once as much again has come.
  bool wants_compaction() const noexcept {
    return writer_->segment_size() >= std::max(config_.compact_at, 2 * compacted_size_);
  }
  // Writes these orders, and nothing else, into a new segment and deletes the older ones.
  Result<void> compact(const std::vector<InFlightOrder>& orders, TradingState state, std::string_view reason);

  const log::LogWriter& writer() const noexcept { return *writer_; }

 private:
  OrderJournal(JournalConfig config, std::string account) : config_(std::move(config)), account_(std::move(account)) {}
  template <class Message, class... Tails>
  Result<void> append(const Message& message, const Tails&... tails);
  Result<void> begin_session();

  JournalConfig config_;
  std::string account_;
  std::uint64_t journal_ = 0;
  std::uint64_t session_ = 0;
  std::size_t compacted_size_ = 0;
  std::unique_ptr<log::LogWriter> writer_;
};

}  // namespace trunkline::order
