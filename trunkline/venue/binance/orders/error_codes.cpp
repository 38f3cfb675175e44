#include "trunkline/venue/binance/orders/error_codes.hpp"

#include <fmt/format.h>

#include "trunkline/core/error.hpp"

namespace trunkline::venue::binance::orders {
namespace {

using order::OrderOutcome;
using order::OrderReason;

struct Row {
  std::int64_t code;
  OrderOutcome outcome;
  OrderReason reason;
};

constexpr Row rows[] = {
    {-1000, OrderOutcome::Unknown, OrderReason::VenueError},       // an unknown error occurred
    {-1001, OrderOutcome::Unknown, OrderReason::VenueError},       // internal error
    {-1003, OrderOutcome::Rejected, OrderReason::RateLimited},     // too many requests
    {-1006, OrderOutcome::Unknown, OrderReason::VenueError},       // execution status unknown
    {-1007, OrderOutcome::Unknown, OrderReason::Timeout},          // the backend did not answer in time
    {-1008, OrderOutcome::Rejected, OrderReason::RateLimited},     // overloaded
    {-1015, OrderOutcome::Rejected, OrderReason::RateLimited},     // too many new orders
    {-1021, OrderOutcome::Rejected, OrderReason::Clock},           // timestamp outside of recvWindow
    {-1022, OrderOutcome::Rejected, OrderReason::Authentication},  // signature
    {-2011, OrderOutcome::Rejected, OrderReason::NotFound},        // unknown order sent
    {-2013, OrderOutcome::Rejected, OrderReason::NotFound},        // order does not exist
    {-2014, OrderOutcome::Rejected, OrderReason::Authentication},
    {-2015, OrderOutcome::Rejected, OrderReason::Authentication},
    {-2018, OrderOutcome::Rejected, OrderReason::InsufficientFunds},
    {-2019, OrderOutcome::Rejected, OrderReason::InsufficientFunds},
    {-2021, OrderOutcome::Rejected, OrderReason::WouldTrade},  // would immediately trigger
    {-2022, OrderOutcome::Rejected, OrderReason::ReduceOnly},
    {-4116, OrderOutcome::Rejected, OrderReason::DuplicateId},
    {-4120, OrderOutcome::Rejected, OrderReason::Unsupported},  // a conditional order on the endpoint of others
    {-5021, OrderOutcome::Rejected, OrderReason::NotFillable},
    {-5022, OrderOutcome::Rejected, OrderReason::WouldTrade},  // post only
};

bool says(std::string_view message, std::string_view part) noexcept {
  return message.find(part) != std::string_view::npos;
}

// -2010 is every reason the matching engine has; its words tell which.
OrderReason new_order_rejected(std::string_view message) noexcept {
  if (says(message, "insufficient balance")) return OrderReason::InsufficientFunds;
  if (says(message, "immediately match")) return OrderReason::WouldTrade;
  if (says(message, "Duplicate order")) return OrderReason::DuplicateId;
  return OrderReason::InvalidOrder;
}

}  // namespace

order::OrderError error_of(int status, std::int64_t code, std::string_view message) {
  const std::string text = code == 0 ? excerpt(message, 200) : fmt::format("{}: {}", code, excerpt(message, 200));
  if (status == 0) return {OrderOutcome::Unknown, OrderReason::Timeout, text};
  if (status == 429 || status == 418) return {OrderOutcome::Rejected, OrderReason::RateLimited, text};
  for (const Row& row : rows) {
    if (row.code == code) return {row.outcome, row.reason, text};
  }
  if (code == -2010) return {OrderOutcome::Rejected, new_order_rejected(message), text};
  if (status >= 500 || code == 0) return {OrderOutcome::Unknown, OrderReason::VenueError, text};
  return {OrderOutcome::Rejected, OrderReason::InvalidOrder, text};
}

}  // namespace trunkline::venue::binance::orders
