// Coinbase's JSON as it writes it, of both APIs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sandbox/market/listed_market.hpp"

namespace trunkline::sandbox::coinbase {

// "2026-11-21T01:18:30.123456Z"
std::string time_text(Nanos unix_time);
// A made-up UUID, the same for the same number.
std::string uuid_text(std::uint64_t number);

struct ChangedLevel {
  match::Side side;
  Price price;
  Quantity quantity;
};

// --- Exchange feed: whole messages
std::string l2update_text(const ListedMarket& market, std::span<const ChangedLevel> changes);
std::string snapshot_text(const ListedMarket& market);
std::string match_text(const ListedMarket& market, const TradePrint& trade, std::string_view type);
std::string ticker_text(const ListedMarket& market);
std::string heartbeat_text(const ListedMarket& market);

// --- Advanced Trade: one event
std::string l2_event(const ListedMarket& market, std::string_view type, std::span<const ChangedLevel> changes);
// Every level of the book as a change.
std::vector<ChangedLevel> whole_book(const ListedMarket& market);
// `newest_first` as in snapshots.
std::string trades_event(const ListedMarket& market, std::string_view type, std::span<const TradePrint> trades,
                         bool newest_first);
std::string ticker_event(const ListedMarket& market, std::string_view type);

// --- REST
std::string product_text(const Instrument& instrument);         // an element of /products
std::string advanced_product_text(const ListedMarket& market);  // an element of /market/products
std::string rest_levels(const Instrument& instrument, std::span<const BookLevel> levels, bool objects);

}  // namespace trunkline::sandbox::coinbase
