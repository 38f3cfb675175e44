// What several sources of ConnectorBase need. Private to this folder.
#pragma once

#include "trunkline/order/connector_base.hpp"

namespace trunkline::order {

// Of every answer of the venue.
template <class T>
void ConnectorBase::mind_limits(const OrderResult<T>& answer) {
  if (answer) return rate_.answered();
  const OrderError& error = answer.error();
  const bool told = error.outcome == OrderOutcome::Rejected || error.retry_after != Nanos{0};
  if (told && error.reason == OrderReason::RateLimited) {
    rate_.hold(now(), error.retry_after);
  }
}

template <class Message, class... Tails>
void ConnectorBase::publish(SymbolHash trading_pair, const Message& message, const Tails&... tails) {
  if (sink_ == nullptr) return;
  constexpr std::uint8_t of_no_connection = 15;
  sink_->begin(now(), of_no_connection);
  tell_mapping(trading_pair);
  sink_->publish(message, tails...);
  sink_->flush();
}

}  // namespace trunkline::order
