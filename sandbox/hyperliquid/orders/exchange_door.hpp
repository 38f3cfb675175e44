// Between a body of POST /exchange and what it does: the faults of orders, and that the reply goes out before the
// events of what it did.
//
// Thread: the server's.
#pragma once

#include <functional>

#include "sandbox/hyperliquid/orders/trading.hpp"

namespace trunkline::sandbox::hyperliquid {

// The way back to who asked. One of them is called, once.
struct ReplyPath {
  std::function<void(const ActionReply&)> reply;
  std::function<void()> reset;
  std::function<void()> half_open;
  std::function<void()> lose;  // no answer, ever; the connection lives on
};

class ExchangeDoor {
 public:
  ExchangeDoor(Trading& trading, VenueHost& host) : trading_(trading), host_(host) {}

  void serve(const Json& body, const ReplyPath& path);
  // One for every forty orders of a batch.
  static int weight_of(const Json& body);

 private:
  void take(const Json& body, const ReplyPath& path);
  void fill_in_part(const ClientOrder& order, const Fault& fault);

  Trading& trading_;
  VenueHost& host_;
};

}  // namespace trunkline::sandbox::hyperliquid
