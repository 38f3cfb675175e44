#include "sandbox/hyperliquid/orders/exchange_door.hpp"

#include <algorithm>

namespace trunkline::sandbox::hyperliquid {
namespace {

const Json& action_of(const Json& body) {
  static const Json none = Json::object();
  const Json* const action = member(body, "action");
  return action != nullptr ? *action : none;
}

// What a request does, as faults call it.
std::string_view stream_of(const Json& action) {
  const std::string type = text_at(action, "type");
  if (type == "order") return "create";
  if (type == "modify" || type == "batchModify") return "amend";
  return type == "cancel" || type == "cancelByCloid" ? "cancel" : "query";
}

Occasion occasion_of(const Trading& trading, const Json& body) {
  const Json& action = action_of(body);
  const ClientMarket* const market = trading.market_of(action);
  if (market == nullptr) return {to_text(Market::Usdm), {}, stream_of(action)};
  return {to_text(market->instrument().market), market->instrument().symbol, stream_of(action)};
}

}  // namespace

int ExchangeDoor::weight_of(const Json& body) {
  std::size_t batch = 1;
  for (const std::string_view name : {"orders", "cancels", "modifies"}) {
    if (const Json* const list = member(action_of(body), name)) batch = list->size();
  }
  return 1 + static_cast<int>(batch / 40);
}

// Half of what is left, or with field=all everything.
void ExchangeDoor::fill_in_part(const ClientOrder& order, const Fault& fault) {
  const std::int64_t step = trading_.desk().market(order.market, order.symbol)->instrument().step.raw();
  const std::int64_t left = order.remaining().raw();
  const std::int64_t part = fault.field == "all" ? left : std::max(left / 2 / step * step, step);
  trading_.desk().hit(order, Quantity::from_raw(part));
}

void ExchangeDoor::serve(const Json& body, const ReplyPath& path) {
  FaultSet& faults = host_.faults();
  const Occasion occasion = occasion_of(trading_, body);
  if (host_.refused_request(occasion)) return path.reply({429, nullptr});
  if (faults.strike(FaultKind::HalfOpenUntaken, occasion)) return path.half_open();
  if (faults.strike(FaultKind::ResetUntaken, occasion)) return path.reset();
  if (const auto fault = faults.strike(FaultKind::LateOrder, occasion)) {
    host_.later(std::chrono::milliseconds{fault->delay_ms}, [this, body, path] { take(body, path); });
    return;
  }
  take(body, path);
}

void ExchangeDoor::take(const Json& body, const ReplyPath& path) {
  FaultSet& faults = host_.faults();
  const Occasion occasion = occasion_of(trading_, body);
  UserFeed& feed = trading_.feed();
  feed.hold();
  bool fills_last = false;
  const ClientOrder* const meant = faults.empty() ? nullptr : trading_.named(body);
  if (meant != nullptr && meant->open() && meant->engine_id != 0) {
    if (const auto fault = faults.strike(FaultKind::FillAfterCancel, occasion)) {
      fill_in_part(*meant, *fault);
      fills_last = true;
    }
    if (const auto fault = faults.strike(FaultKind::AmendRacesFill, occasion)) fill_in_part(*meant, *fault);
  }
  const ActionReply reply = trading_.perform(body);
  if (fills_last) feed.put_fills_last();
  const ClientOrder* const made = faults.empty() ? nullptr : trading_.told(reply);
  bool events_first = false;
  if (made != nullptr && made->engine_id != 0) {
    if (const auto fault = faults.strike(FaultKind::FillBeforeAck, occasion)) {
      if (made->open()) fill_in_part(*made, *fault);
      events_first = true;
    }
    if (made->open() && faults.strike(FaultKind::RejectAfterAck, occasion))
      trading_.desk().expire(*made, "EXCHANGE_CANCELED");
  }
  if (events_first) feed.release();
  if (faults.strike(FaultKind::HalfOpenTaken, occasion)) {
    path.half_open();
  } else if (faults.strike(FaultKind::ResetTaken, occasion)) {
    path.reset();
  } else if (faults.strike(FaultKind::AckLost, occasion)) {
    path.lose();
  } else if (const auto fault = faults.strike(FaultKind::SlowReply, occasion)) {
    host_.later(std::chrono::milliseconds{fault->delay_ms}, [path, reply] { path.reply(reply); });
  } else {
    path.reply(reply);
  }
  if (!events_first) feed.release();
}

}  // namespace trunkline::sandbox::hyperliquid
