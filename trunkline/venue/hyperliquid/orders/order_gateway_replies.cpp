// What Hyperliquid answers and tells HyperliquidOrderGateway.
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "trunkline/venue/hyperliquid/orders/hyperliquid_order_gateway.hpp"
#include "trunkline/venue/json_fields.hpp"

namespace trunkline::venue::hyperliquid::orders {
namespace {

using order::OrderError;
using order::OrderOutcome;
using order::OrderReason;
using order::OrderState;
using order::OrderUpdate;

constexpr std::size_t page = 2'000;  // fills in a reply at most

OrderError unreadable(std::string_view what) {
  return {OrderOutcome::Unknown, OrderReason::VenueError, excerpt(what, 200)};
}

const Json* member(const Json& of, const char* name) {
  if (!of.is_object()) return nullptr;
  const auto found = of.find(name);
  return found == of.end() ? nullptr : &*found;
}

}  // namespace

void HyperliquidOrderGateway::on_bytes(ConnectionId connection, std::span<char> message, Nanos received, Sink&,
                                       Outbox& outbox) {
  ++counters_.messages;
  const std::string_view text(message.data(), message.size());
  const Json body = Json::parse(text, nullptr, false);
  const Json* const channel = member(body, "channel");
  if (channel == nullptr || !channel->is_string()) {
    if (text.starts_with("Websocket connection established")) return;
    return take_malformed(fmt::format("no message of a channel: {}", excerpt(text)), outbox);
  }
  const std::string& name = channel->get_ref<const std::string&>();
  const Json* const data = member(body, "data");
  if (name == "pong") return;
  if (data == nullptr) return take_malformed(fmt::format("{}: data is missing", excerpt(name)), outbox);
  if (name == "post") return take_post(connection, *data, received, outbox);
  if (name == "orderUpdates") return take_order_updates(*data, outbox);
  if (name == "userFills") return take_fills(*data, outbox);
  if (name == "allMids") {
    const Json* const mids = member(*data, "mids");
    if (mids == nullptr || !mids->is_object()) return take_malformed("allMids: mids is missing", outbox);
    for (const auto& [coin, mid] : mids->items()) {
      const auto price = mid.is_string() ? Price::parse(mid.get_ref<const std::string&>()) : Price{};
      if (price && price->raw() > 0) mids_[coin] = *price;
    }
    return;
  }
  if (name == "subscriptionResponse") {
    const Json* const subscription = member(*data, "subscription");
    const Json* const type = subscription == nullptr ? nullptr : member(*subscription, "type");
    const bool ours = type != nullptr && (*type == "orderUpdates" || *type == "userFills");
    if (ours && awaited_ > 0 && --awaited_ == 0) update_connected("subscribed to the account's events");
    return;
  }
  if (name == "error") {
    outbox.report({Severity::Error, "order_events_refused", {}, {}, {{"error", excerpt(data->dump(), 200)}}});
  }
}

void HyperliquidOrderGateway::take_post(ConnectionId connection, const Json& data, Nanos now, Outbox& outbox) {
  const Json* const id = member(data, "id");
  const Json* const response = member(data, "response");
  if (id == nullptr || !id->is_number_unsigned() || response == nullptr) {
    return take_malformed(fmt::format("post: {}", excerpt(data.dump())), outbox);
  }
  auto found = pending_.take(id->get<std::uint64_t>(), connection);
  if (!found) {
    ++counters_.late;
    return;
  }
  Pending pending = *std::move(found);
  const Json* const payload = member(*response, "payload");
  if (payload == nullptr) return fail_request(std::move(pending), unreadable(response->dump()), now);
  const Json* const type = member(*response, "type");
  if (type != nullptr && *type == "error") {
    return fail_request(std::move(pending),
                        refusal(payload->is_string() ? payload->get<std::string>() : payload->dump()), now);
  }
  finish_action(std::move(pending), *payload, now);
}

void HyperliquidOrderGateway::on_reply(const Reply& reply, Sink&, Outbox& outbox) {
  auto found = pending_.take(static_cast<std::uint64_t>(reply.id), std::nullopt);
  if (!found) {
    ++counters_.late;
    return;
  }
  Pending pending = *std::move(found);
  if (reply.status == 429) {
    return fail_request(std::move(pending), {OrderOutcome::Rejected, OrderReason::RateLimited, "too many requests"},
                        reply.received);
  }
  if (reply.status != 200) {
    return fail_request(std::move(pending), unreadable(fmt::format("status {}: {}", reply.status, excerpt(reply.body))),
                        reply.received);
  }
  if (pending.ask == Ask::Meta) {
    auto symbols = Symbols::parse(reply.body);
    if (!symbols || symbols->empty()) {
      take_malformed(symbols ? "meta: no coins" : symbols.error().message, outbox);
      meta_due_ = reply.received + std::chrono::seconds{1};
      return;
    }
    symbols_ = *std::move(symbols);
    tell(order::TradingRules{symbols_.rules()});
    return update_connected("reference data is here");
  }
  const Json body = Json::parse(reply.body, nullptr, false);
  if (body.is_discarded()) return fail_request(std::move(pending), unreadable(reply.body), reply.received);
  const bool action = pending.ask == Ask::Place || pending.ask == Ask::Cancel || pending.ask == Ask::Modify ||
                      pending.ask == Ask::Leverage || pending.ask == Ask::ScheduleCancel;
  if (action) return finish_action(std::move(pending), body, reply.received);
  finish_info(std::move(pending), body, reply.received, outbox);
}

// {"status":"ok","response":{"type":"order","data":{"statuses":[...]}}}, or {"status":"err","response":"why"}.
void HyperliquidOrderGateway::finish_action(Pending pending, const Json& payload, Nanos now) {
  const Json* const status = member(payload, "status");
  const Json* const response = member(payload, "response");
  if (status == nullptr || response == nullptr)
    return fail_request(std::move(pending), unreadable(payload.dump()), now);
  if (*status != "ok") {
    return fail_request(std::move(pending),
                        refusal(response->is_string() ? response->get<std::string>() : response->dump()), now);
  }
  if (pending.ask == Ask::Leverage || pending.ask == Ask::ScheduleCancel) return answer<void>(pending.ticket, {});
  const Json* const data = member(*response, "data");
  const Json* const statuses = data == nullptr ? nullptr : member(*data, "statuses");
  const bool one = statuses != nullptr && statuses->is_array() && statuses->size() == 1;
  if (pending.ask == Ask::Cancel) {
    if (!one) return fail_request(std::move(pending), unreadable(payload.dump()), now);
    const Json& first = statuses->front();
    if (first.is_object() && first.contains("error")) {
      const Json& error = first["error"];
      return fail_request(std::move(pending), refusal(error.is_string() ? error.get<std::string>() : error.dump()),
                          now);
    }
    OrderUpdate update;
    update.client_order_id = pending.order.client_order_id;
    update.trading_pair = pending.order.trading_pair;
    update.new_state = OrderState::Cancelled;
    update.reason = OrderReason::Requested;
    update.update_timestamp = now;
    return answer<OrderUpdate>(pending.ticket, std::move(update));
  }
  auto placed = one ? read_placed(statuses->front(), pending.order) : std::unexpected(unreadable(payload.dump()));
  if (!placed) return fail_request(std::move(pending), placed.error(), now);
  placed->update_timestamp = now;
  if (pending.ask == Ask::Place) return answer<order::PlaceAnswer>(pending.ticket, order::PlaceAnswer{*placed});
  Chain& chain = chains_[pending.order.client_order_id];
  chain.modifying = false;
  chain.ended.reset();
  chain.filled.try_emplace(chain.living, Quantity{});
  chain.living = placed->exchange_order_id;
  // As asked; what an event has told already, on the venue's clock, is newer.
  placed->update_timestamp = pending.order.venue_updated;
  placed->price = pending.price;
  placed->amount = pending.left;
  for (const auto& [number, filled] : chain.filled) {
    if (number != chain.living) placed->amount = Quantity::from_raw(placed->amount.raw() + filled.raw());
  }
  placed->reason = OrderReason::Amended;
  placed->filled = Quantity::absent();                                                // of the new number alone
  if (placed->new_state == OrderState::Filled) placed->new_state = OrderState::Open;  // its fills tell
  answer<OrderUpdate>(pending.ticket, *std::move(placed));
}

void HyperliquidOrderGateway::finish_info(Pending pending, const Json& body, Nanos now, Outbox& outbox) {
  switch (pending.ask) {
    case Ask::Status:
      return take_status(std::move(pending), body);
    case Ask::Open: {
      auto orders = read_open_orders(body, symbols_);
      if (!orders) return fail_request(std::move(pending), unreadable(orders.error().message), now);
      std::erase_if(*orders, [this](order::ListedOrder& order) { return !follow_chain(order.update); });
      return answer<std::vector<order::ListedOrder>>(pending.ticket, *std::move(orders));
    }
    case Ask::Fills: {
      auto fills = read_fills(body, symbols_);
      if (!fills) return fail_request(std::move(pending), unreadable(fills.error().message), now);
      const bool full = body.size() >= page && !fills->empty();
      const Nanos last = full ? fills->back().fill_timestamp : Nanos{0};
      pending.trades.insert(pending.trades.end(), fills->begin(), fills->end());
      if (!full || last <= pending.since) {
        return answer<std::vector<order::TradeUpdate>>(pending.ticket, std::move(pending.trades));
      }
      // The last millisecond once more: what is told twice counts once.
      pending.since = last;
      const auto from = last / std::chrono::milliseconds{1};
      return send_info(fmt::format(R"({{"type":"userFillsByTime","user":"{}","startTime":{}}})", user(), from),
                       std::move(pending), now, outbox);
    }
    case Ask::Account: {
      auto account = read_account(body, symbols_);
      if (!account) return fail_request(std::move(pending), unreadable(account.error().message), now);
      return answer<order::AccountState>(pending.ticket, *std::move(account));
    }
    default:
      return;
  }
}

// {"status":"order","order":{"order":{...},"status":"open","statusTimestamp":1}} or {"status":"unknownOid"}.
void HyperliquidOrderGateway::take_status(Pending pending, const Json& body) {
  const Json* const status = member(body, "status");
  if (status != nullptr && *status == "unknownOid") {
    return answer<OrderUpdate>(pending.ticket, order::rejected(OrderReason::NotFound, "the venue knows no such order"));
  }
  const Json* const outer = member(body, "order");
  const Json* const inner = outer == nullptr ? nullptr : member(*outer, "order");
  if (inner == nullptr) return answer<OrderUpdate>(pending.ticket, std::unexpected(unreadable(body.dump())));
  JsonFields fields(*outer);
  const std::string_view state = fields.text("status");
  const Nanos time = fields.milliseconds("statusTimestamp");
  auto order = fields.ok() ? read_order(*inner, state, time, symbols_) : Result<order::ListedOrder>(fields.error());
  if (!order) return answer<OrderUpdate>(pending.ticket, std::unexpected(unreadable(order.error().message)));
  if (order->update.client_order_id.empty()) order->update.client_order_id = pending.order.client_order_id;
  if (!follow_chain(order->update)) {
    return answer<OrderUpdate>(pending.ticket,
                               std::unexpected(OrderError{OrderOutcome::Unknown, OrderReason::VenueError,
                                                          "the venue told of a number the order no longer goes by"}));
  }
  answer<OrderUpdate>(pending.ticket, std::move(order->update));
}

void HyperliquidOrderGateway::fail_request(Pending pending, OrderError error, Nanos now) {
  switch (pending.ask) {
    case Ask::Meta:
      meta_due_ = now + std::chrono::seconds{1};
      return;
    case Ask::Place:
      return answer<order::PlaceAnswer>(pending.ticket, std::unexpected(std::move(error)));
    case Ask::Modify: {
      Chain& chain = chains_[pending.order.client_order_id];
      const auto ended = std::exchange(chain.ended, std::nullopt);
      // In doubt it may still have happened: the order is asked about.
      if (error.outcome != OrderOutcome::Unknown) chain.modifying = false;
      answer<OrderUpdate>(pending.ticket, std::unexpected(std::move(error)));
      if (ended && !chain.modifying) tell(*ended);
      return;
    }
    case Ask::Cancel:
    case Ask::Status:
      return answer<OrderUpdate>(pending.ticket, std::unexpected(std::move(error)));
    case Ask::Leverage:
    case Ask::ScheduleCancel:
      return answer<void>(pending.ticket, std::unexpected(std::move(error)));
    case Ask::Open:
      return answer<std::vector<order::ListedOrder>>(pending.ticket, std::unexpected(std::move(error)));
    case Ask::Fills:
      return answer<std::vector<order::TradeUpdate>>(pending.ticket, std::unexpected(std::move(error)));
    case Ask::Account:
      return answer<order::AccountState>(pending.ticket, std::unexpected(std::move(error)));
  }
}

// What an update of one number says of the order that has, or had, it. False: of a number that lives no more, and there
// is nothing to tell.
bool HyperliquidOrderGateway::follow_chain(OrderUpdate& update) {
  const auto found = chains_.find(update.client_order_id);
  if (found == chains_.end()) return true;
  Chain& chain = found->second;
  const bool living = update.exchange_order_id == chain.living;
  const bool ends = order::is_terminal(update.new_state);
  if (!living && ends && chain.filled.contains(update.exchange_order_id)) return false;
  if (!living && !ends) {
    // The new number, told before the answer to the modification.
    chain.filled.try_emplace(chain.living, Quantity{});
    chain.living = update.exchange_order_id;
    chain.modifying = false;
    chain.ended.reset();
  } else if (living && ends && chain.modifying && update.new_state == OrderState::Cancelled) {
    chain.ended = update;
    return false;
  }
  Quantity before{};
  for (const auto& [number, filled] : chain.filled) {
    if (number != update.exchange_order_id) before = Quantity::from_raw(before.raw() + filled.raw());
  }
  if (!update.amount.is_absent()) update.amount = Quantity::from_raw(update.amount.raw() + before.raw());
  if (!update.filled.is_absent()) update.filled = Quantity::from_raw(update.filled.raw() + before.raw());
  if (ends) chains_.erase(found);
  return true;
}

void HyperliquidOrderGateway::take_order_updates(const Json& list, Outbox& outbox) {
  if (!list.is_array()) return take_malformed("orderUpdates: no list", outbox);
  for (const Json& each : list) {
    const Json* const body = member(each, "order");
    JsonFields fields(each);
    const std::string_view status = fields.text("status");
    const Nanos time = fields.milliseconds("statusTimestamp");
    if (body == nullptr || !fields.ok()) {
      take_malformed(fmt::format("orderUpdates: {}", excerpt(each.dump())), outbox);
      continue;
    }
    auto order = read_order(*body, status, time, symbols_);
    if (!order) {
      if (order.error().code != ErrorCode::NotFound) take_malformed(order.error().message, outbox);
      continue;
    }
    if (follow_chain(order->update)) tell(std::move(order->update));
  }
}

void HyperliquidOrderGateway::take_fills(const Json& data, Outbox& outbox) {
  const Json* const list = member(data, "fills");
  auto fills = list == nullptr ? Result<std::vector<order::TradeUpdate>>(fail(ErrorCode::Protocol, "fills is missing"))
                               : read_fills(*list, symbols_);
  if (!fills) return take_malformed(fmt::format("userFills: {}", fills.error().message), outbox);
  for (order::TradeUpdate& fill : *fills) {
    for (auto& [id, chain] : chains_) {
      const auto number = chain.filled.find(fill.exchange_order_id);
      const bool of_chain = number != chain.filled.end() || chain.living == fill.exchange_order_id;
      if (of_chain && chain.counted.insert(fill.trade_id).second) {
        Quantity& sum = chain.filled[fill.exchange_order_id];
        sum = Quantity::from_raw(sum.raw() + fill.fill_base_amount.raw());
      }
    }
    tell(std::move(fill));
  }
}

}  // namespace trunkline::venue::hyperliquid::orders
