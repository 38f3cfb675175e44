#include "sandbox/hyperliquid/orders/account_info.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "sandbox/hyperliquid/orders/order_text.hpp"
#include "sandbox/hyperliquid/text.hpp"

namespace trunkline::sandbox::hyperliquid {
namespace {

constexpr std::size_t page = 2'000;
constexpr std::size_t funding_page = 500;
constexpr std::array<std::string_view, 11> kinds{"openOrders",
                                                 "frontendOpenOrders",
                                                 "orderStatus",
                                                 "historicalOrders",
                                                 "userFills",
                                                 "userFillsByTime",
                                                 "clearinghouseState",
                                                 "userRateLimit",
                                                 "userFunding",
                                                 "spotClearinghouseState",
                                                 "userNonFundingLedgerUpdates"};

}  // namespace

bool AccountInfo::is_one(const Json& question) {
  return std::ranges::find(kinds, text_at(question, "type")) != kinds.end();
}

InfoAnswer AccountInfo::answer(const Json& question) {
  const auto user = protocol::signing::EvmAddress::parse(text_at(question, "user"));
  const auto told = [](const Json& body) { return InfoAnswer{200, body.dump()}; };
  const InfoAnswer malformed{422, "Failed to deserialize the JSON body into the target type"};
  if (!user) return malformed;
  static const Account nobody;
  const Account* const known = trading_.account(user->to_text());
  const Account& account = known != nullptr ? *known : nobody;
  const std::string type = text_at(question, "type");
  if (type == "orderStatus") {
    const Json* const oid = member(question, "oid");
    return oid == nullptr ? malformed : told(status(account, *oid));
  }
  if (type == "userFills") return told(fills(user->to_text(), question));
  if (type == "userFillsByTime")
    return number_at(question, "startTime") ? told(fills(user->to_text(), question)) : malformed;
  if (type == "clearinghouseState") return told(clearinghouse_state(account, trading_.desk(), trading_.now_ms()));
  if (type == "spotClearinghouseState") return told(spot_state(account));
  if (type == "userRateLimit") return told(rate_limit(account));
  if (type == "userFunding")
    return number_at(question, "startTime") ? told(fundings(user->to_text(), question)) : malformed;
  if (type == "userNonFundingLedgerUpdates") return told(Json::array());
  return told(orders(account, type));
}

// Latest first.
Json AccountInfo::orders(const Account& account, std::string_view type) const {
  const OrderDesk& desk = trading_.desk();
  Json out = Json::array();
  if (type == "historicalOrders") {
    for (auto id = account.orders.rbegin(); id != account.orders.rend() && out.size() < page; ++id) {
      const ClientOrder& order = *desk.order(*id);
      out.push_back(with_status(order, full_order(order)));
    }
    return out;
  }
  for (auto id = account.open.rbegin(); id != account.open.rend(); ++id) {
    const ClientOrder& order = *desk.order(*id);
    out.push_back(type == "openOrders" ? short_order(order, false) : full_order(order));
  }
  return out;
}

Json AccountInfo::status(const Account& account, const Json& oid) const {
  const ClientOrder* const order = trading_.find(account, oid);
  if (order == nullptr) return {{"status", "unknownOid"}};
  return {{"status", "order"}, {"order", with_status(*order, full_order(*order))}};
}

// userFills: the latest, latest first. userFillsByTime: from a time on, oldest first.
Json AccountInfo::fills(std::string_view user, const Json& question) const {
  const auto& all = trading_.feed().fills(user);
  Json out = Json::array();
  const auto from = number_at(question, "startTime");
  if (!from) {
    for (auto fill = all.rbegin(); fill != all.rend() && out.size() < page; ++fill) out.push_back(fill->text);
    return out;
  }
  const std::uint64_t to = number_at(question, "endTime").value_or(UINT64_MAX);
  for (const UserEntry& fill : all) {
    const auto time = static_cast<std::uint64_t>(fill.time_ms);
    if (time >= *from && time <= to && out.size() < page) out.push_back(fill.text);
  }
  return out;
}

// Oldest first.
Json AccountInfo::fundings(std::string_view user, const Json& question) const {
  const std::uint64_t from = number_at(question, "startTime").value_or(0);
  const std::uint64_t to = number_at(question, "endTime").value_or(UINT64_MAX);
  Json out = Json::array();
  for (const UserEntry& paid : trading_.feed().fundings(user)) {
    const auto time = static_cast<std::uint64_t>(paid.time_ms);
    if (time < from || time > to || out.size() >= funding_page) continue;
    Json delta{{"type", "funding"}};
    for (const auto& [name, value] : paid.text.items()) {
      if (name != "time") delta[name] = value;
    }
    out.push_back({{"time", paid.time_ms}, {"hash", fmt::format("0x{:064x}", time)}, {"delta", std::move(delta)}});
  }
  return out;
}

Json AccountInfo::rate_limit(const Account& account) const {
  Int128 volume = 0;
  for (const std::uint64_t id : account.orders) volume += trading_.desk().order(id)->turnover;
  const auto dollars = static_cast<std::int64_t>(volume / Price::one);
  constexpr std::int64_t from_the_start = 10'000;
  return {{"cumVlm", Quantity::from_raw(dollars).to_text(1)},
          {"nRequestsUsed", trading_.requests_of(account)},
          {"nRequestsCap", from_the_start + dollars / Quantity::one}};
}

}  // namespace trunkline::sandbox::hyperliquid
