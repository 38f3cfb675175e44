#include "sandbox/hyperliquid/orders/trading.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "sandbox/hyperliquid/orders/order_text.hpp"
#include "sandbox/hyperliquid/text.hpp"

namespace trunkline::sandbox::hyperliquid {
namespace {

using protocol::signing::EvmAddress;

constexpr std::uint64_t first_pair = 10'000;
constexpr std::int64_t soonest_cancel_ms = 5'000;

ActionReply refused(std::string words) {
  return {200, {{"status", "err"}, {"response", std::move(words)}}};
}
ActionReply malformed() {
  return {422, "Failed to deserialize the JSON body into the target type"};
}
ActionReply done() {
  return {200, {{"status", "ok"}, {"response", {{"type", "default"}}}}};
}
ActionReply with_statuses(std::string_view type, Json statuses) {
  return {200, {{"status", "ok"}, {"response", {{"type", type}, {"data", {{"statuses", std::move(statuses)}}}}}}};
}
Json error(std::string words) {
  return {{"error", std::move(words)}};
}

bool is_oid(const Json* oid) {
  return oid != nullptr && (oid->is_number_unsigned() || (oid->is_string() && is_cloid(oid->get<std::string>())));
}

template <class Is>
bool is_list(const Json& action, std::string_view name, Is is) {
  const Json* const list = member(action, name);
  return list != nullptr && list->is_array() && std::ranges::all_of(*list, is);
}

bool is_change(const Json& change) {
  const Json* const order = member(change, "order");
  return is_oid(member(change, "oid")) && order != nullptr && is_order(*order);
}

// Whether the venue could read it at all.
bool is_action(const Json& action) {
  const std::string type = text_at(action, "type");
  if (type == "order") return is_list(action, "orders", is_order) && !text_at(action, "grouping").empty();
  if (type == "cancel")
    return is_list(action, "cancels", [](const Json& each) { return number_at(each, "a") && number_at(each, "o"); });
  if (type == "cancelByCloid")
    return is_list(action, "cancels",
                   [](const Json& each) { return number_at(each, "asset") && is_cloid(text_at(each, "cloid")); });
  if (type == "modify") return is_change(action);
  if (type == "batchModify") return is_list(action, "modifies", is_change);
  if (type == "updateLeverage")
    return number_at(action, "asset") && boolean_at(action, "isCross") && number_at(action, "leverage");
  if (type == "scheduleCancel") return member(action, "time") == nullptr || number_at(action, "time");
  return !type.empty();
}

// The part of an action that names its first order.
const Json* first_of(const Json& action) {
  for (const std::string_view name : {"orders", "cancels", "modifies"}) {
    const Json* const list = member(action, name);
    if (list != nullptr && list->is_array() && !list->empty()) return &list->front();
  }
  return &action;
}

}  // namespace

Result<AccountKey> read_account_key(std::string_view text) {
  if (const auto address = EvmAddress::parse(text)) return AccountKey{address->to_text(), "", ""};
  const auto key = protocol::signing::Secp256k1Key::parse(text);
  if (!key)
    return fail(ErrorCode::InvalidArgument, "an account is a private key or an address: 0x and 64 or 40 hex digits");
  return AccountKey{key->address().to_text(), std::string(text), ""};
}

AccountKey default_account() {
  return *read_account_key(default_private_key);
}

Trading::Trading(const std::vector<AccountKey>& accounts, VenueHost& host, MarketListener& listener,
                 UserFeed::Tell tell)
    : feed_(host.faults(), std::move(tell)),
      desk_(feed_),
      books_(desk_, [this](Account& account) { welcome(account); }) {
  desk_.set_fees(Market::Usdm, {.maker = 15'000, .taker = 45'000});
  desk_.set_funding({.period_ms = 3'600'000, .rate_1e8 = 1'250});
  desk_.set_fees(Market::Spot, {.maker = 40'000, .taker = 70'000});
  for (const auto& market : host.markets()) {
    market->open_to_clients(listener, desk_);
    desk_.list(*market);
    (is_perpetual(market->instrument()) ? perpetuals_ : pairs_).push_back(market.get());
  }
  for (const AccountKey& key : accounts) welcome(desk_.open_account(key));
}

// A million of each quote asset, and as much worth of each base.
void Trading::welcome(Account& account) {
  constexpr std::int64_t worth = 1'000'000;
  desk_.for_each_market([&](const ClientMarket& where) {
    const Instrument& in = where.instrument();
    if (account.wallet(in.market).of(in.quote).total().is_zero())
      desk_.fund(account, in.market, in.quote, Quantity::from_int(worth));
    if (in.market == Market::Spot && account.wallet(in.market).of(in.base).total().is_zero())
      desk_.fund(account, in.market, in.base,
                 Quantity::from_int(std::max<std::int64_t>(worth * Price::one / in.start.raw(), 1)));
  });
}

// ---- who and what

Account* Trading::account(std::string_view user) {
  const auto address = EvmAddress::parse(user);
  return address ? desk_.account(address->to_text()) : nullptr;
}

std::uint64_t Trading::requests_of(const Account& account) const {
  const auto found = requests_.find(account.number);
  return found == requests_.end() ? 0 : found->second;
}

// Perpetuals by their place in meta; pairs from 10001 on, as spotMeta numbers them.
ClientMarket* Trading::asset(std::uint64_t number) const {
  if (number < perpetuals_.size()) return perpetuals_[number];
  const std::uint64_t pair = number - first_pair - 1;
  return number > first_pair && pair < pairs_.size() ? pairs_[pair] : nullptr;
}

ClientMarket* Trading::market_of(const Json& action) const {
  const Json& first = *first_of(action);
  const Json* const order = member(first, "order");
  const Json& of = order != nullptr ? *order : first;
  const auto number = number_at(of, "a") ? number_at(of, "a") : number_at(of, "asset");
  return number ? asset(*number) : nullptr;
}

const ClientOrder* Trading::find(const Account& account, const Json& oid) const {
  if (oid.is_number_unsigned()) {
    const ClientOrder* const order = desk_.order(oid.get<std::uint64_t>());
    return order != nullptr && order->account == account.number ? order : nullptr;
  }
  if (!oid.is_string()) return nullptr;
  const ClientOrder* latest = nullptr;
  desk_.for_each_market([&](const ClientMarket& market) {
    const Instrument& in = market.instrument();
    const ClientOrder* const order = desk_.find(account, in.market, in.symbol, oid.get<std::string>());
    if (order != nullptr && (latest == nullptr || order->id > latest->id)) latest = order;
  });
  return latest;
}

const ClientOrder* Trading::find(const Account& account, const Json& cancel, bool by_cloid) const {
  const ClientMarket* const market = asset(number_at(cancel, by_cloid ? "asset" : "a").value_or(first_pair));
  if (market == nullptr) return nullptr;
  const Instrument& in = market->instrument();
  return by_cloid ? desk_.find(account, in.market, in.symbol, text_at(cancel, "cloid"))
                  : desk_.find(account, in.market, in.symbol, number_at(cancel, "o").value_or(0));
}

// For faults, before it is known whether the request is good.
const ClientOrder* Trading::named(const Json& body) {
  const auto request = read_signed_action(body);
  if (!request || !is_action(request->action)) return nullptr;
  const std::string type = text_at(request->action, "type");
  const Json& first = *first_of(request->action);
  for (const EvmAddress& signer : request->signers) {
    const Account* const account = desk_.account((request->vault ? *request->vault : signer).to_text());
    if (account == nullptr) continue;
    if (const Json* const oid = member(first, "oid")) return find(*account, *oid);
    if (type == "cancel" || type == "cancelByCloid") return find(*account, first, type == "cancelByCloid");
  }
  return nullptr;
}

const ClientOrder* Trading::told(const ActionReply& reply) const {
  const Json::json_pointer first("/response/data/statuses/0");
  if (!reply.body.is_object() || !reply.body.contains(first)) return nullptr;
  for (const std::string_view name : {"resting", "filled"}) {
    const Json* const status = member(reply.body[first], name);
    if (status != nullptr) return desk_.order(number_at(*status, "oid").value_or(0));
  }
  return nullptr;
}

// ---- actions

ActionReply Trading::perform(const Json& body) {
  const auto request = read_signed_action(body);
  if (!request || !is_action(request->action)) return malformed();
  const auto signer = std::ranges::find_if(
      request->signers, [this](const EvmAddress& each) { return desk_.account(each.to_text()) != nullptr; });
  if (signer == request->signers.end()) {
    return refused(request->signers.empty()
                       ? "Unable to recover signer."
                       : fmt::format("User or API Wallet {} does not exist.", request->signers.front().to_text()));
  }
  Account* const account = desk_.account((request->vault ? *request->vault : *signer).to_text());
  if (account == nullptr) return refused(fmt::format("Vault not registered: {}", request->vault->to_text()));
  const std::int64_t now = now_ms();
  if (request->expires_after && static_cast<std::uint64_t>(now) > *request->expires_after)
    return refused(fmt::format("Request expired: it was good until {}, now is {}", *request->expires_after, now));
  if (auto words = nonces_[signer->to_text()].take(request->nonce, now)) return refused(std::move(*words));
  ++requests_[account->number];
  return run(*account, request->action);
}

ActionReply Trading::run(Account& account, const Json& action) {
  const std::string type = text_at(action, "type");
  Json statuses = Json::array();
  if (type == "order") {
    if (text_at(action, "grouping") != "na") return refused("Only grouping na is served here.");
    for (const Json& order : action["orders"]) statuses.push_back(place(account, order));
    return with_statuses("order", std::move(statuses));
  }
  if (type == "cancel" || type == "cancelByCloid") {
    for (const Json& each : action["cancels"]) statuses.push_back(cancel(account, each, type == "cancelByCloid"));
    return with_statuses("cancel", std::move(statuses));
  }
  if (type == "batchModify") {
    for (const Json& change : action["modifies"]) statuses.push_back(modify(account, change));
    return with_statuses("order", std::move(statuses));
  }
  if (type == "modify") {
    const Json status = modify(account, action);
    return status.contains("error") ? refused(status["error"].get<std::string>()) : done();
  }
  if (type == "updateLeverage") return set_leverage(account, action);
  if (type == "scheduleCancel") return schedule_cancel(account, action);
  return refused(fmt::format("Action {} is not served here.", excerpt(type)));
}

std::string Trading::no_cloid() {
  return fmt::format("unnamed-{}", next_unnamed_++);
}

Json Trading::place(Account& account, const Json& order) {
  const std::uint64_t number = *number_at(order, "a");
  ClientMarket* const market = asset(number);
  if (market == nullptr) return error(fmt::format("Order has invalid asset. asset={}", number));
  auto request = read_order(order, market->instrument(), no_cloid());
  if (!request) return error(request.error());
  const auto placed = desk_.place(account, *market, *std::move(request));
  return placed ? placed_status(**placed, number) : error(words_of(placed.error(), *market, number));
}

// The old order is cancelled and a new one placed, where the new one would be taken; else nothing happens.
Json Trading::modify(Account& account, const Json& change) {
  const Json& order = change["order"];
  const std::uint64_t number = *number_at(order, "a");
  ClientMarket* const market = asset(number);
  const ClientOrder* const old = find(account, change["oid"]);
  if (old == nullptr || !old->open()) return error("Cannot modify canceled or filled order");
  if (market == nullptr || market->instrument().symbol != old->symbol)
    return error(fmt::format("Order has invalid asset. asset={}", number));
  const auto request = read_order(order, market->instrument(), no_cloid());
  if (!request) return error(request.error());
  const ClientOrder* const same = find(account, Json(request->client_id));
  if (same != nullptr && same->open() && same != old)
    return error(words_of(Refusal::DuplicateClientId, *market, number));
  OrderRequest probe = *request;
  probe.client_id = no_cloid();
  account.open.erase(old->id);  // its margin is free by then
  const auto refusal = desk_.check(account, *market, probe);
  account.open.insert(old->id);
  if (refusal) return error(words_of(*refusal, *market, number));
  desk_.cancel(*old);
  const auto placed = desk_.place(account, *market, *request);
  return placed ? placed_status(**placed, number) : error(words_of(placed.error(), *market, number));
}

Json Trading::cancel(Account& account, const Json& each, bool by_cloid) {
  const ClientOrder* const order = find(account, each, by_cloid);
  if (order == nullptr || desk_.cancel(*order)) {
    return error(fmt::format("Order was never placed, already canceled, or filled. asset={}",
                             *number_at(each, by_cloid ? "asset" : "a")));
  }
  return "success";
}

ActionReply Trading::set_leverage(Account& account, const Json& action) {
  ClientMarket* const market = asset(*number_at(action, "asset"));
  const std::uint64_t leverage = *number_at(action, "leverage");
  if (market == nullptr || !is_perpetual(market->instrument())) return refused("Invalid asset");
  if (leverage == 0 || leverage > static_cast<std::uint64_t>(most_leverage)) return refused("Invalid leverage value");
  Position& position = account.position(Market::Usdm, market->instrument().symbol);
  position.leverage = static_cast<int>(leverage);
  position.isolated = !*boolean_at(action, "isCross");
  return done();
}

ActionReply Trading::schedule_cancel(Account& account, const Json& action) {
  const auto time = number_at(action, "time");
  if (!time) {
    cancel_at_.erase(account.number);
    return done();
  }
  if (*time < static_cast<std::uint64_t>(now_ms() + soonest_cancel_ms))
    return refused("Scheduled cancel time too early, must be at least 5 seconds from now.");
  cancel_at_[account.number] = static_cast<std::int64_t>(std::min<std::uint64_t>(*time, INT64_MAX));
  return done();
}

void Trading::advance() {
  desk_.advance();
  const std::int64_t now = now_ms();
  std::erase_if(cancel_at_, [&](const auto& entry) {
    if (entry.second > now) return false;
    const auto open = desk_.accounts()[entry.first - 1].open;
    for (const std::uint64_t id : open) desk_.expire(*desk_.order(id), "SCHEDULED");
    return true;
  });
}

// ---- books of record

std::optional<net::HttpResponse> Trading::books(net::HttpRequest request) {
  // Addresses may come with the mixed case of a checksum.
  const auto lower = [](std::string& text) {
    for (std::size_t at = text.find("0x"); at != text.npos; at = text.find("0x", at + 2)) {
      if (const auto address = EvmAddress::parse(std::string_view(text).substr(at, 42)))
        text.replace(at, 42, address->to_text());
    }
  };
  lower(request.body);
  for (auto& [name, value] : request.query) lower(value);
  return books_.answer(request);
}

}  // namespace trunkline::sandbox::hyperliquid
