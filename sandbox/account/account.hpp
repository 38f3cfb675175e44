// One client of a sandbox venue: keys, wallets, positions and orders.
//
// Thread: one at a time.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "sandbox/account/position.hpp"
#include "sandbox/account/wallet.hpp"
#include "sandbox/flow/instrument.hpp"

namespace trunkline::sandbox {

// Test credentials, known to everybody. An Ed25519 public key (PEM, or its 32 bytes in base64) takes the place of the
// secret or goes beside it.
struct AccountKey {
  std::string key;
  std::string secret;
  std::string public_key;
};

struct Income {
  std::string symbol;
  std::string type;  // as the venue calls it: "COMMISSION"
  std::string asset;
  Quantity amount{};
  std::int64_t time_ms = 0;
  std::uint64_t trade_id = 0;
};

struct Account {
  std::uint64_t number = 0;  // from 1; 0 is the flow
  AccountKey key;
  std::array<Wallet, market_count> wallets;
  std::array<std::map<std::string, Position, std::less<>>, market_count> positions;
  std::vector<std::uint64_t> orders;  // ids, oldest first
  std::set<std::uint64_t> open;       // of them
  // "market/symbol/client id" -> the latest order under it
  std::unordered_map<std::string, std::uint64_t> by_client_id;
  std::vector<Income> income;

  Wallet& wallet(Market market) { return wallets[static_cast<std::size_t>(market)]; }
  const Wallet& wallet(Market market) const { return wallets[static_cast<std::size_t>(market)]; }
  Position& position(Market market, const std::string& symbol) {
    return positions[static_cast<std::size_t>(market)][symbol];
  }
};

}  // namespace trunkline::sandbox
