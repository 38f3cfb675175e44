#include "conformance/subject.hpp"

namespace trunkline::conformance {

const std::vector<Subject>& subjects() {
  using venue::Channel;
  static const std::vector<Subject> all{
      {.exchange = "binance",
       .symbols = {"binance:BTC-USDT", "binance:ETH-USDT", "binance:SOL-USDT"},
       .integrity = wire::Integrity::Sequenced,
       .corrupted = Finds::ByAudit,
       .depth = 100},
      {.exchange = "binance_usdm",
       .symbols = {"binance_usdm:BTC-USDT", "binance_usdm:ETH-USDT", "binance_usdm:SOL-USDT"},
       .integrity = wire::Integrity::Sequenced,
       .corrupted = Finds::ByAudit,
       .depth = 100},
      {.exchange = "binance_coinm",
       .symbols = {"binance_coinm:BTC-USD", "binance_coinm:ETH-USD", "binance_coinm:SOL-USD"},
       .integrity = wire::Integrity::Sequenced,
       .corrupted = Finds::ByAudit,
       .depth = 100},
  };
  return all;
}

}  // namespace trunkline::conformance
