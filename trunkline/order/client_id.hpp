// Client order ids that no other order of the account has or had: from the journal's own number, the run's and a count.
//
// Thread: next() any.
#pragma once

#include <atomic>
#include <cstdint>

#include "trunkline/order/order_types.hpp"

namespace trunkline::order {

enum class ClientIdForm : std::uint8_t {
  Text36,  // letters, digits and '-', at most 36: "tl-3f9k2m1xq-1-2z"
  Hex128,  // "0x" and 32 hexadecimal digits
};

class ClientIds {
 public:
  // Of the journal's number 40 bits count, of the run's 24.
  ClientIds(ClientIdForm form, std::uint64_t journal, std::uint64_t session) noexcept
      : form_(form), journal_(journal & ((1ULL << 40) - 1)), session_(session & ((1ULL << 24) - 1)) {}

  OrderId next();
  // Whether the venue takes such an id.
  static bool is_valid(ClientIdForm form, std::string_view id) noexcept;

 private:
  ClientIdForm form_;
  std::uint64_t journal_;
  std::uint64_t session_;
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace trunkline::order
