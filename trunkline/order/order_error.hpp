// Why a request did not succeed, and what is known of it. Unknown is not Rejected: the venue may have carried it out.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "trunkline/core/clock.hpp"
#include "trunkline/order/order_types.hpp"

namespace trunkline::order {

struct OrderError {
  OrderOutcome outcome = OrderOutcome::NotSent;
  OrderReason reason = OrderReason::None;
  std::string message = {};      // what happened and what to do; the venue's own words where it has some
  Nanos retry_after = Nanos{0};  // RateLimited: how long the venue wants to be left alone; 0: not told
};

template <class T>
using OrderResult = std::expected<T, OrderError>;

inline std::unexpected<OrderError> not_sent(OrderReason reason, std::string message) {
  return std::unexpected(OrderError{OrderOutcome::NotSent, reason, std::move(message)});
}
inline std::unexpected<OrderError> rejected(OrderReason reason, std::string message) {
  return std::unexpected(OrderError{OrderOutcome::Rejected, reason, std::move(message)});
}
inline std::unexpected<OrderError> unknown(OrderReason reason, std::string message) {
  return std::unexpected(OrderError{OrderOutcome::Unknown, reason, std::move(message)});
}

}  // namespace trunkline::order
