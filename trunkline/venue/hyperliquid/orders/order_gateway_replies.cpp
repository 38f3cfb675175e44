// What Hyperliquid answers and tells HyperliquidOrderGateway.
#include <algorithm>
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

constexpr std::size_t page = 2'000;        // fills in a reply at most
constexpr std::size_t funding_page = 500;  // likewise of funding payments
constexpr Nanos try_again = std::chrono::seconds{10};
constexpr Nanos holdings_delay = std::chrono::milliseconds{250};  // of fills that come together one is asked for
constexpr Nanos most_offset = std::chrono::hours{24};             // nonces would be refused

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
  if (name == "orderUpdates") return take_order_updates(*data, received, outbox);
  if (name == "userFills") return take_fills(*data, received, outbox);
  if (name == "userFundings") {
    take_funding(member(*data, "fundings"), outbox);
    return;
  }
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
    const bool ours = type != nullptr && (*type == "orderUpdates" || *type == "userFills" || *type == "userFundings");
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
  const std::size_t count = statuses != nullptr && statuses->is_array() ? statuses->size() : 0;
  // An error of the whole list is told once: what became of its orders is asked, not guessed.
  if (count != pending.parts.size()) return fail_request(std::move(pending), unreadable(payload.dump()), now);
  for (std::size_t i = 0; i < pending.parts.size(); ++i) {
    finish_part(std::move(pending.parts[i]), (*statuses)[i], now);
  }
}

// One status of "statuses".
void HyperliquidOrderGateway::finish_part(Pending part, const Json& status, Nanos now) {
  if (part.ask == Ask::Cancel) {
    if (const Json* const error = member(status, "error")) {
      return fail_request(std::move(part), refusal(error->is_string() ? error->get<std::string>() : error->dump()),
                          now);
    }
    OrderUpdate update;
    update.client_order_id = part.order.client_order_id;
    update.trading_pair = part.order.trading_pair;
    update.new_state = OrderState::Cancelled;
    update.reason = OrderReason::Requested;
    return answer<OrderUpdate>(part.ticket, std::move(update));
  }
  auto placed = read_placed(status, part.order);
  if (!placed) return fail_request(std::move(part), placed.error(), now);
  // The answer tells no time, and ours says nothing of the venue's: what events tell is newer in any case.
  if (part.ask == Ask::Place) return answer<order::PlaceAnswer>(part.ticket, order::PlaceAnswer{*placed});
  placed->price = part.price;
  placed->amount = part.left;
  placed->reason = OrderReason::Amended;
  if (placed->new_state == OrderState::Filled) placed->new_state = OrderState::Open;  // its fills tell
  chains_.take_answer(*placed);
  answer<OrderUpdate>(part.ticket, *std::move(placed));
}

void HyperliquidOrderGateway::finish_info(Pending pending, const Json& body, Nanos now, Outbox& outbox) {
  switch (pending.ask) {
    case Ask::Status:
      return take_status(std::move(pending), body, now);
    case Ask::Open: {
      auto orders = read_open_orders(body, symbols_);
      if (!orders) return fail_request(std::move(pending), unreadable(orders.error().message), now);
      std::erase_if(*orders, [&](order::ListedOrder& order) { return !chains_.follow(order.update, now); });
      return answer<std::vector<order::ListedOrder>>(pending.ticket, *std::move(orders));
    }
    case Ask::Fills: {
      auto fills = read_fills(body, symbols_);
      if (!fills) return fail_request(std::move(pending), unreadable(fills.error().message), now);
      const bool full = body.size() >= page && !fills->empty();
      const Nanos last = full ? fills->back().fill_timestamp : Nanos{0};
      pending.trades.insert(pending.trades.end(), fills->begin(), fills->end());
      if (!full || last <= pending.since) {
        for (const order::TradeUpdate& fill : pending.trades) count_in_chain(fill);
        return answer<std::vector<order::TradeUpdate>>(pending.ticket, std::move(pending.trades));
      }
      // The last millisecond once more: what is told twice counts once.
      pending.since = last;
      const auto from = last / std::chrono::milliseconds{1};
      return send_info(fmt::format(R"({{"type":"userFillsByTime","user":"{}","startTime":{}}})", user(), from),
                       std::move(pending), now, outbox);
    }
    case Ask::Account:
    case Ask::Holdings: {
      auto account = read_account(body, symbols_);
      if (!account) return fail_request(std::move(pending), unreadable(account.error().message), now);
      take_clock(pending, account->updated, now, outbox);
      if (pending.ask == Ask::Holdings) return tell(*std::move(account));
      return answer<order::AccountState>(pending.ticket, *std::move(account));
    }
    case Ask::Funding: {
      const Nanos latest = take_funding(&body, outbox);
      const bool further = body.size() >= funding_page && latest > funding_since_;
      funding_since_ = std::max(funding_since_, latest);
      if (further) ask_funding(now, outbox);
      return;
    }
    default:
      return;
  }
}

// The answer tells the venue's time, by which it judges what has expired.
void HyperliquidOrderGateway::take_clock(const Pending& pending, Nanos theirs, Nanos now, Outbox& outbox) {
  if (theirs == Nanos{0}) return;
  const Nanos asked = pending.deadline - config_.request_timeout;
  const Nanos offset = theirs - (asked + (now - asked) / 2);
  if (offset > -most_offset && offset < most_offset) {
    clock_offset_ = offset;
  } else {
    take_malformed(fmt::format("clearinghouseState: its time is {} s from ours", offset / std::chrono::seconds{1}),
                   outbox);
  }
}

// {"status":"order","order":{"order":{...},"status":"open","statusTimestamp":1}} or {"status":"unknownOid"}.
void HyperliquidOrderGateway::take_status(Pending pending, const Json& body, Nanos now) {
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
  // Of a number that lives no more, or that may be about to get a successor.
  if (!chains_.follow(order->update, now)) {
    return answer<OrderUpdate>(pending.ticket,
                               chains_.as_it_stands(pending.order.client_order_id, order->update.exchange_order_id));
  }
  answer<OrderUpdate>(pending.ticket, std::move(order->update));
}

void HyperliquidOrderGateway::fail_request(Pending pending, OrderError error, Nanos now) {
  if (!pending.parts.empty()) {
    for (Pending& part : pending.parts) fail_request(std::move(part), error, now);
    return;
  }
  switch (pending.ask) {
    case Ask::Meta:
      meta_due_ = now + std::chrono::seconds{1};
      return;
    case Ask::Funding:
      funding_due_ = now + try_again;
      return;
    case Ask::Holdings:
      holdings_due_ = now + try_again;
      return;
    case Ask::Place:
      return answer<order::PlaceAnswer>(pending.ticket, std::unexpected(std::move(error)));
    case Ask::Modify: {
      // In doubt it may still take effect, and the order is asked about.
      const bool over = error.outcome != OrderOutcome::Unknown;
      answer<OrderUpdate>(pending.ticket, std::unexpected(std::move(error)));
      if (auto ended = over ? chains_.refused(pending.order.client_order_id) : std::nullopt) tell(*std::move(ended));
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

void HyperliquidOrderGateway::count_in_chain(const order::TradeUpdate& fill) {
  if (auto update = chains_.count(fill)) tell(*std::move(update));
}

void HyperliquidOrderGateway::take_order_updates(const Json& list, Nanos now, Outbox& outbox) {
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
    if (chains_.follow(order->update, now)) tell(std::move(order->update));
  }
}

void HyperliquidOrderGateway::take_fills(const Json& data, Nanos now, Outbox& outbox) {
  const Json* const list = member(data, "fills");
  auto fills = list == nullptr ? Result<std::vector<order::TradeUpdate>>(fail(ErrorCode::Protocol, "fills is missing"))
                               : read_fills(*list, symbols_);
  if (!fills) return take_malformed(fmt::format("userFills: {}", fills.error().message), outbox);
  // No event tells what a fill made of balance and position.
  if (!fills->empty() && holdings_due_ == Nanos{0}) holdings_due_ = now + holdings_delay;
  for (order::TradeUpdate& fill : *fills) {
    count_in_chain(fill);
    tell(std::move(fill));
  }
}

// The time of the latest. Each is told as often as the venue tells it.
Nanos HyperliquidOrderGateway::take_funding(const Json* list, Outbox& outbox) {
  auto payments = list == nullptr
                      ? Result<std::vector<order::FundingPayment>>(fail(ErrorCode::Protocol, "fundings is missing"))
                      : read_funding(*list, symbols_);
  if (!payments) {
    take_malformed(payments.error().message, outbox);
    return Nanos{0};
  }
  Nanos latest{0};
  for (const order::FundingPayment& payment : *payments) {
    latest = std::max(latest, payment.timestamp);
    tell(payment);
  }
  return latest;
}

}  // namespace trunkline::venue::hyperliquid::orders
