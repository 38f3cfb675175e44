#include "sandbox/hyperliquid/orders/user_feed.hpp"

#include <algorithm>
#include <utility>

#include "sandbox/hyperliquid/orders/order_text.hpp"
#include "sandbox/hyperliquid/text.hpp"

namespace trunkline::sandbox::hyperliquid {
namespace {

// An order that never rests is told of when it is over.
bool tells(const ClientOrder& order, OrderEvent event) {
  if (event == OrderEvent::New)
    return order.trigger.has_value() || order.time_in_force != match::TimeInForce::ImmediateOrCancel;
  return event != OrderEvent::Trade || !order.open();
}

const std::deque<UserEntry>& entries_of(const auto& all, std::string_view user) {
  static const std::deque<UserEntry> none;
  const auto found = all.find(user);
  return found == all.end() ? none : found->second;
}

}  // namespace

void UserFeed::on_order(const Account& account, const ClientMarket& market, const ClientOrder& order, OrderEvent event,
                        const FillRecord* fill) {
  const std::string& user = account.key.key;
  const Instrument& in = market.instrument();
  if (fill != nullptr) {
    const auto& positions = account.positions[static_cast<std::size_t>(in.market)];
    const auto position = positions.find(in.symbol);
    const Quantity held = in.market == Market::Spot     ? account.wallet(in.market).of(in.base).total()
                          : position == positions.end() ? Quantity{}
                                                        : position->second.amount;
    Json text = fill_text(order, *fill, in, held);
    const std::string list = "[" + text.dump() + "]";
    put({user,
         in.market,
         in.symbol,
         "fill",
         {{"userFills", R"({"user":")" + user + R"(","fills":)" + list + "}"}, {"user", R"({"fills":)" + list + "}"}}});
    fills_[user].push_back({fill->time_ms, std::move(text)});
  }
  if (!tells(order, event)) return;
  put({user,
       in.market,
       in.symbol,
       "order",
       {{"orderUpdates", "[" + with_status(order, short_order(order, true)).dump() + "]"}}});
}

void UserFeed::on_account(const Account& account, const ClientMarket& market, std::string_view why) {
  const Instrument& in = market.instrument();
  if (why != "FUNDING_FEE" || account.income.empty()) return;
  const Income& paid = account.income.back();
  const auto& positions = account.positions[static_cast<std::size_t>(in.market)];
  const auto held = positions.find(in.symbol);
  if (held == positions.end()) return;
  Json text = funding_text(paid, held->second, market.mark());
  const std::string& user = account.key.key;
  put({user,
       in.market,
       in.symbol,
       "funding",
       {{"userFundings", R"({"user":")" + user + R"(","fundings":[)" + text.dump() + "]}"},
        {"user", R"({"funding":)" + text.dump() + "}"}}});
  fundings_[user].push_back({paid.time_ms, std::move(text)});
}

const std::deque<UserEntry>& UserFeed::fills(std::string_view user) const {
  return entries_of(fills_, user);
}

const std::deque<UserEntry>& UserFeed::fundings(std::string_view user) const {
  return entries_of(fundings_, user);
}

void UserFeed::put(Event event) {
  if (held_ > 0)
    kept_.push_back(std::move(event));
  else
    send(event);
}

void UserFeed::release() {
  if (--held_ > 0) return;
  for (const Event& event : std::exchange(kept_, {})) send(event);
}

void UserFeed::put_fills_last() {
  std::ranges::stable_partition(kept_, [](const Event& event) { return event.kind != "fill"; });
}

void UserFeed::send(const Event& event) {
  const Occasion occasion{to_text(event.market), event.symbol, event.kind};
  if (faults_.strike(FaultKind::UserEventLost, occasion)) return;
  const int times = faults_.strike(FaultKind::UserEventDuplicate, occasion) ? 2 : 1;
  for (int i = 0; i < times; ++i) {
    for (const auto& [channel, data] : event.messages) tell_(channel, event.user, data);
  }
}

}  // namespace trunkline::sandbox::hyperliquid
