#include "sandbox/binance/orders/user_streams.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "sandbox/account/credential.hpp"
#include "sandbox/binance/orders/user_events.hpp"

namespace trunkline::sandbox::binance {

// ---- who listens

std::optional<int> UserStreams::subscribe(Connection& connection, const Account& account) {
  for (const Listener& one : listeners_)
    if (one.connection == &connection && one.account == account.number) return std::nullopt;
  listeners_.push_back({&connection, account.number, connection.market, next_id_, {}});
  return next_id_++;
}

bool UserStreams::unsubscribe(Connection& connection, std::optional<std::int64_t> id) {
  return std::erase_if(listeners_, [&](const Listener& one) {
           return one.connection == &connection && (!id || one.id == *id);
         }) > 0;
}

bool UserStreams::subscribed(const Connection& connection) const {
  return std::ranges::any_of(listeners_, [&](const Listener& one) { return one.connection == &connection; });
}

void UserStreams::remove(const Connection& connection) {
  std::erase_if(listeners_, [&](const Listener& one) { return one.connection == &connection; });
}

std::string UserStreams::listen_key(const Account& account, std::int64_t now_ms) {
  for (auto& [key, known] : keys_) {
    if (known.account != account.number) continue;
    known.ends_ms = now_ms + life_ms_;
    return key;
  }
  std::string key = hmac_sha256_hex(account.key.key, fmt::format("listen key {}", now_ms));
  keys_.emplace(key, Key{account.number, now_ms + life_ms_});
  return key;
}

bool UserStreams::prolong(const Account& account, std::int64_t now_ms) {
  for (auto& [key, known] : keys_) {
    if (known.account != account.number) continue;
    known.ends_ms = now_ms + life_ms_;
    return true;
  }
  return false;
}

void UserStreams::end_listen_key(const Account& account) {
  for (auto& [key, known] : keys_)
    if (known.account == account.number) known.ends_ms = 0;
}

bool UserStreams::attach(Connection& connection, std::string_view listen_key) {
  const auto found = keys_.find(listen_key);
  if (found == keys_.end()) return false;
  listeners_.push_back({&connection, found->second.account, Market::Usdm, 0, found->first});
  return true;
}

void UserStreams::expire_keys(std::int64_t now_ms) {
  std::erase_if(keys_, [&](const auto& entry) {
    const auto& [key, known] = entry;
    if (known.ends_ms > now_ms) return false;
    deliver({known.account, Market::Usdm, "", "listenKey", listen_key_expired(key, now_ms)});
    std::erase_if(listeners_, [&](const Listener& one) { return one.listen_key == key; });
    return true;
  });
}

// ---- what happens

void UserStreams::on_order(const Account& account, const ClientMarket& market, const ClientOrder& order,
                           OrderEvent event, const FillRecord* fill) {
  const std::int64_t now = market.now_ms();
  const std::string_view kind = fill != nullptr ? "fill" : "order";
  if (order.market == Market::Spot)
    tell(account, market, kind, execution_report(order, event, fill, now));
  else if (order.trigger)
    tell(account, market, "algo", algo_update(order, market.instrument(), now));
  else
    tell(account, market, kind, order_trade_update(order, market.instrument(), event, fill, now));
}

void UserStreams::on_account(const Account& account, const ClientMarket& market, std::string_view why) {
  const Instrument& in = market.instrument();
  tell(account, market, "account",
       in.market == Market::Spot ? account_position(account, in, market.now_ms())
                                 : account_update(account, in, market.mark(), why, market.now_ms()));
}

void UserStreams::tell(const Account& account, const ClientMarket& market, std::string_view kind, std::string text) {
  Kept event{account.number, market.instrument().market, market.instrument().symbol, kind, std::move(text)};
  if (held_ > 0)
    kept_.push_back(std::move(event));
  else
    send(event);
}

void UserStreams::release() {
  if (--held_ > 0) return;
  const std::vector<Kept> kept = std::exchange(kept_, {});
  for (const Kept& event : kept) send(event);
}

void UserStreams::put_fills_last() {
  std::ranges::stable_partition(kept_, [](const Kept& event) { return event.kind != "fill"; });
}

void UserStreams::send(const Kept& event) {
  const Occasion occasion{to_text(event.market), event.symbol, event.kind};
  if (faults_.strike(FaultKind::UserEventLost, occasion)) return;
  deliver(event);
  if (faults_.strike(FaultKind::UserEventDuplicate, occasion)) deliver(event);
}

void UserStreams::deliver(const Kept& event) {
  ++events_;
  for (const Listener& one : listeners_) {
    Connection& connection = *one.connection;
    if (one.account != event.account || one.market != event.market || connection.gone || connection.deaf) continue;
    if (event.market == Market::Spot)
      connection.socket->send_text(fmt::format(R"({{"subscriptionId":{},"event":{}}})", one.id, event.text));
    else if (connection.combined)
      connection.socket->send_text(fmt::format(R"({{"stream":"{}","data":{}}})", one.listen_key, event.text));
    else
      connection.socket->send_text(event.text);
  }
}

}  // namespace trunkline::sandbox::binance
