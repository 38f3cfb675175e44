// A venue of orders as the conformance suite sees it, beside its row of the OrderRegistry.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace trunkline::conformance {

struct OrderSubject {
  std::string exchange;
  std::string symbol;                     // "binance:BTC-USDT"
  std::string currency;                   // what fees of a buy are in; of perpetuals the quote currency
  std::string amount;                     // of an order: twice the least and more
  bool equity = false;                    // its balance moves with the mark: not compared
  const char* market = "spot";            // as the sandbox's books of record call it
  std::map<int, std::string> lacks = {};  // numbers of the list, and why

  friend void PrintTo(const OrderSubject& subject, std::ostream* out) { *out << subject.exchange; }
};

// One row a venue that takes orders.
const std::vector<OrderSubject>& order_subjects();

}  // namespace trunkline::conformance
