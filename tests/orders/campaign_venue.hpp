// The venues that the fault campaign trades at: a row each. What a row says holds for the trading process and for its
// parent, which runs the sandbox.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/flow/instrument.hpp"
#include "sandbox/market/book_history.hpp"
#include "tests/orders/desk.hpp"

namespace trunkline::test {

struct Life;

class CampaignSandbox {
 public:
  virtual ~CampaignSandbox() = default;
  virtual std::uint16_t port() const = 0;          // of the market that is traded
  virtual std::uint16_t control_port() const = 0;  // of /sandbox/...
  virtual Result<void> inject(std::string_view fault) = 0;
  virtual Result<sandbox::Book> book() const = 0;
};

struct CampaignAccount {
  std::string key;  // in the books of record
  std::string secret;
};

struct CampaignVenue {
  const char* exchange;
  const char* trading_pair;
  sandbox::Market market;
  std::int64_t amount_unit;  // raw; orders are of one to twenty
  // An amendment may end the order at the venue and make another of the same client id.
  bool amendment_replaces;
  // The total that the account tells has the gains and losses of open positions in it.
  bool total_has_gains;

  std::unique_ptr<CampaignSandbox> (*start)();
  CampaignAccount (*account)(int number);
  std::unique_ptr<OrderConnector> (*connect)(const Life& life, QuietLog& log);
  // The state that an order of the books of record has for us; empty: it is not at its end.
  std::string (*state)(const nlohmann::json& order);
  // The id under which the venue tells a trade of the books of record.
  std::string (*trade_id)(std::uint64_t recorded);
};

std::span<const CampaignVenue> campaign_venues();
const CampaignVenue& campaign_venue(std::string_view exchange);

}  // namespace trunkline::test
