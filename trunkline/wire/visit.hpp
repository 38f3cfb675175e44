// Made by tools/generate_codecs.py from schema/messages.toml; change those.
//
// Every message and every field of it by name, for text forms and tests.
//
// clang-format off
#pragma once

#include <utility>

#include "trunkline/wire/frame.hpp"

namespace trunkline::wire {

// Calls visit(const M&) with the message of a frame. False: an unknown type, or a payload that is not such a message.
template <class Visit>
bool visit_message(FrameView frame, Visit&& visit) {
  switch (frame.type()) {
    case MessageType::Trade:
      if (const auto* const message = frame.as<Trade>()) return visit(*message), true;
      return false;
    case MessageType::Quote:
      if (const auto* const message = frame.as<Quote>()) return visit(*message), true;
      return false;
    case MessageType::L2Snapshot:
      if (const auto* const message = frame.as<L2Snapshot>()) return visit(*message), true;
      return false;
    case MessageType::L2Delta:
      if (const auto* const message = frame.as<L2Delta>()) return visit(*message), true;
      return false;
    case MessageType::BookStatus:
      if (const auto* const message = frame.as<BookStatus>()) return visit(*message), true;
      return false;
    case MessageType::SymbolMapping:
      if (const auto* const message = frame.as<SymbolMapping>()) return visit(*message), true;
      return false;
    case MessageType::Heartbeat:
      if (const auto* const message = frame.as<Heartbeat>()) return visit(*message), true;
      return false;
    case MessageType::DerivativeTicker:
      if (const auto* const message = frame.as<DerivativeTicker>()) return visit(*message), true;
      return false;
    case MessageType::Liquidation:
      if (const auto* const message = frame.as<Liquidation>()) return visit(*message), true;
      return false;
    case MessageType::Bar:
      if (const auto* const message = frame.as<Bar>()) return visit(*message), true;
      return false;
    case MessageType::ConnectionStatus:
      if (const auto* const message = frame.as<ConnectionStatus>()) return visit(*message), true;
      return false;
    case MessageType::Gap:
      if (const auto* const message = frame.as<Gap>()) return visit(*message), true;
      return false;
    case MessageType::TradeCorrection:
      if (const auto* const message = frame.as<TradeCorrection>()) return visit(*message), true;
      return false;
    case MessageType::PriceBands:
      if (const auto* const message = frame.as<PriceBands>()) return visit(*message), true;
      return false;
    case MessageType::CorporateAction:
      if (const auto* const message = frame.as<CorporateAction>()) return visit(*message), true;
      return false;
    case MessageType::Subscribe:
      if (const auto* const message = frame.as<Subscribe>()) return visit(*message), true;
      return false;
    case MessageType::Unsubscribe:
      if (const auto* const message = frame.as<Unsubscribe>()) return visit(*message), true;
      return false;
    case MessageType::Welcome:
      if (const auto* const message = frame.as<Welcome>()) return visit(*message), true;
      return false;
    case MessageType::ConsolidatedQuote:
      if (const auto* const message = frame.as<ConsolidatedQuote>()) return visit(*message), true;
      return false;
    case MessageType::PlaceOrder:
      if (const auto* const message = frame.as<PlaceOrder>()) return visit(*message), true;
      return false;
    case MessageType::CancelOrder:
      if (const auto* const message = frame.as<CancelOrder>()) return visit(*message), true;
      return false;
    case MessageType::AmendOrder:
      if (const auto* const message = frame.as<AmendOrder>()) return visit(*message), true;
      return false;
    case MessageType::OrderStatus:
      if (const auto* const message = frame.as<OrderStatus>()) return visit(*message), true;
      return false;
    case MessageType::Fill:
      if (const auto* const message = frame.as<Fill>()) return visit(*message), true;
      return false;
    case MessageType::Balance:
      if (const auto* const message = frame.as<Balance>()) return visit(*message), true;
      return false;
    case MessageType::PositionStatus:
      if (const auto* const message = frame.as<PositionStatus>()) return visit(*message), true;
      return false;
    case MessageType::RiskStatus:
      if (const auto* const message = frame.as<RiskStatus>()) return visit(*message), true;
      return false;
    case MessageType::FundingPayment:
      if (const auto* const message = frame.as<FundingPayment>()) return visit(*message), true;
      return false;
    case MessageType::JournalSession:
      if (const auto* const message = frame.as<JournalSession>()) return visit(*message), true;
      return false;
  }
  return false;
}

// Calls visit(name, value) for what every message starts with.
template <class Visit>
void visit_stamp(const Stamp& stamp, Visit&& visit) {
  visit("symbol", stamp.symbol);
  visit("exchange_time", stamp.exchange_time);
  visit("receive_time", stamp.receive_time);
  visit("publish_delay", stamp.publish_delay);
  visit("source", stamp.source);
  visit("detail", stamp.detail);
}

// Calls visit(name, value) for a message's own fields in the order of the schema, without counts and padding,
// then for its lists. `message` comes from FrameView::as<M>().
template <class Visit>
void visit_fields(const Trade& message, Visit&& visit) {
  visit("price", message.price);
  visit("quantity", message.quantity);
  visit("trade_id", message.trade_id);
}
template <class Visit>
void visit_fields(const Quote& message, Visit&& visit) {
  visit("bid_price", message.bid_price);
  visit("bid_quantity", message.bid_quantity);
  visit("ask_price", message.ask_price);
  visit("ask_quantity", message.ask_quantity);
  visit("update_id", message.update_id);
}
template <class Visit>
void visit_fields(const L2Snapshot& message, Visit&& visit) {
  visit("update_id", message.update_id);
  visit("bids", bids(message));
  visit("asks", asks(message));
}
template <class Visit>
void visit_fields(const L2Delta& message, Visit&& visit) {
  visit("previous_update_id", message.previous_update_id);
  visit("update_id", message.update_id);
  visit("bids", bids(message));
  visit("asks", asks(message));
}
template <class Visit>
void visit_fields(const BookStatus& message, Visit&& visit) {
  visit("update_id", message.update_id);
  visit("gaps", message.gaps);
  visit("resyncs", message.resyncs);
  visit("state", message.state);
  visit("integrity", message.integrity);
  visit("reason", message.reason);
}
template <class Visit>
void visit_fields(const SymbolMapping& message, Visit&& visit) {
  visit("tick_size", message.tick_size);
  visit("lot_size", message.lot_size);
  visit("minimum_quantity", message.minimum_quantity);
  visit("minimum_notional", message.minimum_notional);
  visit("contract_size", message.contract_size);
  visit("price_decimals", message.price_decimals);
  visit("quantity_decimals", message.quantity_decimals);
  visit("unit_exponent", message.unit_exponent);
  visit("kind", message.kind);
  visit("status", message.status);
  visit("text", text(message));
  visit("venue_symbol", venue_symbol(message));
}
template <class Visit>
void visit_fields(const Heartbeat& message, Visit&& visit) {
  visit("interval", message.interval);
}
template <class Visit>
void visit_fields(const DerivativeTicker& message, Visit&& visit) {
  visit("mark_price", message.mark_price);
  visit("index_price", message.index_price);
  visit("settle_price", message.settle_price);
  visit("funding_rate", message.funding_rate);
  visit("next_funding_time", message.next_funding_time);
  visit("open_interest", message.open_interest);
}
template <class Visit>
void visit_fields(const Liquidation& message, Visit&& visit) {
  visit("price", message.price);
  visit("quantity", message.quantity);
  visit("average_price", message.average_price);
  visit("filled_quantity", message.filled_quantity);
}
template <class Visit>
void visit_fields(const Bar& message, Visit&& visit) {
  visit("open_time", message.open_time);
  visit("interval", message.interval);
  visit("open", message.open);
  visit("high", message.high);
  visit("low", message.low);
  visit("close", message.close);
  visit("volume", message.volume);
  visit("quote_volume", message.quote_volume);
  visit("trade_count", message.trade_count);
}
template <class Visit>
void visit_fields(const ConnectionStatus& message, Visit&& visit) {
  visit("connected_since", message.connected_since);
  visit("reconnects", message.reconnects);
  visit("attempt", message.attempt);
  visit("state", message.state);
  visit("connector", connector(message));
  visit("endpoint", endpoint(message));
  visit("reason", reason(message));
}
template <class Visit>
void visit_fields(const Gap& message, Visit&& visit) {
  visit("missed", message.missed);
  visit("total_missed", message.total_missed);
  visit("since", message.since);
  visit("scope", message.scope);
}
template <class Visit>
void visit_fields(const TradeCorrection& message, Visit&& visit) {
  visit("original_price", message.original_price);
  visit("original_quantity", message.original_quantity);
  visit("original_trade_id", message.original_trade_id);
  visit("price", message.price);
  visit("quantity", message.quantity);
  visit("trade_id", message.trade_id);
}
template <class Visit>
void visit_fields(const PriceBands& message, Visit&& visit) {
  visit("upper", message.upper);
  visit("lower", message.lower);
}
template <class Visit>
void visit_fields(const CorporateAction& message, Visit&& visit) {
  visit("action_id", message.action_id);
  visit("new_rate", message.new_rate);
  visit("old_rate", message.old_rate);
  visit("cash", message.cash);
  visit("ex_date", message.ex_date);
  visit("record_date", message.record_date);
  visit("payable_date", message.payable_date);
  visit("process_date", message.process_date);
  visit("kind", message.kind);
  visit("other", other(message));
}
template <class Visit>
void visit_fields(const Subscribe& message, Visit&& visit) {
  visit("channels", message.channels);
  visit("format", message.format);
  visit("symbols", symbols(message));
}
template <class Visit>
void visit_fields(const Unsubscribe& message, Visit&& visit) {
  visit("channels", message.channels);
  visit("symbols", symbols(message));
}
template <class Visit>
void visit_fields(const Welcome& message, Visit&& visit) {
  visit("session", message.session);
  visit("server_time", message.server_time);
  visit("version", message.version);
  visit("server", server(message));
}
template <class Visit>
void visit_fields(const ConsolidatedQuote& message, Visit&& visit) {
  visit("bid_price", message.bid_price);
  visit("bid_quantity", message.bid_quantity);
  visit("ask_price", message.ask_price);
  visit("ask_quantity", message.ask_quantity);
  visit("bid_symbol", message.bid_symbol);
  visit("ask_symbol", message.ask_symbol);
  visit("venues", message.venues);
}
template <class Visit>
void visit_fields(const PlaceOrder& message, Visit&& visit) {
  visit("created", message.created);
  visit("good_till", message.good_till);
  visit("price", message.price);
  visit("quantity", message.quantity);
  visit("trigger_price", message.trigger_price);
  visit("leverage", message.leverage);
  visit("side", message.side);
  visit("order_type", message.order_type);
  visit("time_in_force", message.time_in_force);
  visit("position_action", message.position_action);
  visit("account", account(message));
  visit("client_order_id", client_order_id(message));
  visit("extra", extra(message));
}
template <class Visit>
void visit_fields(const CancelOrder& message, Visit&& visit) {
  visit("account", account(message));
  visit("client_order_id", client_order_id(message));
  visit("exchange_order_id", exchange_order_id(message));
}
template <class Visit>
void visit_fields(const AmendOrder& message, Visit&& visit) {
  visit("price", message.price);
  visit("quantity", message.quantity);
  visit("account", account(message));
  visit("client_order_id", client_order_id(message));
  visit("exchange_order_id", exchange_order_id(message));
}
template <class Visit>
void visit_fields(const OrderStatus& message, Visit&& visit) {
  visit("created", message.created);
  visit("price", message.price);
  visit("quantity", message.quantity);
  visit("trigger_price", message.trigger_price);
  visit("filled", message.filled);
  visit("average_price", message.average_price);
  visit("number", message.number);
  visit("state", message.state);
  visit("previous", message.previous);
  visit("reason", message.reason);
  visit("side", message.side);
  visit("order_type", message.order_type);
  visit("time_in_force", message.time_in_force);
  visit("account", account(message));
  visit("client_order_id", client_order_id(message));
  visit("exchange_order_id", exchange_order_id(message));
  visit("text", text(message));
}
template <class Visit>
void visit_fields(const Fill& message, Visit&& visit) {
  visit("price", message.price);
  visit("quantity", message.quantity);
  visit("quote_quantity", message.quote_quantity);
  visit("fee", message.fee);
  visit("side", message.side);
  visit("liquidity", message.liquidity);
  visit("account", account(message));
  visit("client_order_id", client_order_id(message));
  visit("exchange_order_id", exchange_order_id(message));
  visit("trade_id", trade_id(message));
  visit("fee_currency", fee_currency(message));
}
template <class Visit>
void visit_fields(const Balance& message, Visit&& visit) {
  visit("total", message.total);
  visit("available", message.available);
  visit("account", account(message));
  visit("currency", currency(message));
}
template <class Visit>
void visit_fields(const PositionStatus& message, Visit&& visit) {
  visit("quantity", message.quantity);
  visit("entry_price", message.entry_price);
  visit("mark_price", message.mark_price);
  visit("liquidation_price", message.liquidation_price);
  visit("unrealized_pnl", message.unrealized_pnl);
  visit("realized_pnl", message.realized_pnl);
  visit("leverage", message.leverage);
  visit("account", account(message));
}
template <class Visit>
void visit_fields(const RiskStatus& message, Visit&& visit) {
  visit("sent", message.sent);
  visit("refused", message.refused);
  visit("open_orders", message.open_orders);
  visit("lost_orders", message.lost_orders);
  visit("trading_state", message.trading_state);
  visit("ready", message.ready);
  visit("account", account(message));
  visit("reason", reason(message));
}
template <class Visit>
void visit_fields(const FundingPayment& message, Visit&& visit) {
  visit("amount", message.amount);
  visit("position", message.position);
  visit("rate", message.rate);
  visit("account", account(message));
  visit("currency", currency(message));
}
template <class Visit>
void visit_fields(const JournalSession& message, Visit&& visit) {
  visit("journal", message.journal);
  visit("session", message.session);
  visit("account", account(message));
}

// Writes the message of a frame as a frame again, with its lists. 0: it is none, or `out` is too short.
inline std::size_t encode_again(std::span<std::byte> out, FrameView frame) noexcept {
  switch (frame.type()) {
    case MessageType::Trade:
      if (const auto* const m = frame.as<Trade>()) return encode(out, *m, frame.flags(), frame.sequence());
      return 0;
    case MessageType::Quote:
      if (const auto* const m = frame.as<Quote>()) return encode(out, *m, frame.flags(), frame.sequence());
      return 0;
    case MessageType::L2Snapshot:
      if (const auto* const m = frame.as<L2Snapshot>()) return encode(out, *m, bids(*m), asks(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::L2Delta:
      if (const auto* const m = frame.as<L2Delta>()) return encode(out, *m, bids(*m), asks(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::BookStatus:
      if (const auto* const m = frame.as<BookStatus>()) return encode(out, *m, frame.flags(), frame.sequence());
      return 0;
    case MessageType::SymbolMapping:
      if (const auto* const m = frame.as<SymbolMapping>()) return encode(out, *m, text(*m), venue_symbol(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::Heartbeat:
      if (const auto* const m = frame.as<Heartbeat>()) return encode(out, *m, frame.flags(), frame.sequence());
      return 0;
    case MessageType::DerivativeTicker:
      if (const auto* const m = frame.as<DerivativeTicker>()) return encode(out, *m, frame.flags(), frame.sequence());
      return 0;
    case MessageType::Liquidation:
      if (const auto* const m = frame.as<Liquidation>()) return encode(out, *m, frame.flags(), frame.sequence());
      return 0;
    case MessageType::Bar:
      if (const auto* const m = frame.as<Bar>()) return encode(out, *m, frame.flags(), frame.sequence());
      return 0;
    case MessageType::ConnectionStatus:
      if (const auto* const m = frame.as<ConnectionStatus>()) return encode(out, *m, connector(*m), endpoint(*m), reason(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::Gap:
      if (const auto* const m = frame.as<Gap>()) return encode(out, *m, frame.flags(), frame.sequence());
      return 0;
    case MessageType::TradeCorrection:
      if (const auto* const m = frame.as<TradeCorrection>()) return encode(out, *m, frame.flags(), frame.sequence());
      return 0;
    case MessageType::PriceBands:
      if (const auto* const m = frame.as<PriceBands>()) return encode(out, *m, frame.flags(), frame.sequence());
      return 0;
    case MessageType::CorporateAction:
      if (const auto* const m = frame.as<CorporateAction>()) return encode(out, *m, other(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::Subscribe:
      if (const auto* const m = frame.as<Subscribe>()) return encode(out, *m, symbols(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::Unsubscribe:
      if (const auto* const m = frame.as<Unsubscribe>()) return encode(out, *m, symbols(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::Welcome:
      if (const auto* const m = frame.as<Welcome>()) return encode(out, *m, server(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::ConsolidatedQuote:
      if (const auto* const m = frame.as<ConsolidatedQuote>()) return encode(out, *m, frame.flags(), frame.sequence());
      return 0;
    case MessageType::PlaceOrder:
      if (const auto* const m = frame.as<PlaceOrder>()) return encode(out, *m, account(*m), client_order_id(*m), extra(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::CancelOrder:
      if (const auto* const m = frame.as<CancelOrder>()) return encode(out, *m, account(*m), client_order_id(*m), exchange_order_id(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::AmendOrder:
      if (const auto* const m = frame.as<AmendOrder>()) return encode(out, *m, account(*m), client_order_id(*m), exchange_order_id(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::OrderStatus:
      if (const auto* const m = frame.as<OrderStatus>()) return encode(out, *m, account(*m), client_order_id(*m), exchange_order_id(*m), text(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::Fill:
      if (const auto* const m = frame.as<Fill>()) return encode(out, *m, account(*m), client_order_id(*m), exchange_order_id(*m), trade_id(*m), fee_currency(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::Balance:
      if (const auto* const m = frame.as<Balance>()) return encode(out, *m, account(*m), currency(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::PositionStatus:
      if (const auto* const m = frame.as<PositionStatus>()) return encode(out, *m, account(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::RiskStatus:
      if (const auto* const m = frame.as<RiskStatus>()) return encode(out, *m, account(*m), reason(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::FundingPayment:
      if (const auto* const m = frame.as<FundingPayment>()) return encode(out, *m, account(*m), currency(*m), frame.flags(), frame.sequence());
      return 0;
    case MessageType::JournalSession:
      if (const auto* const m = frame.as<JournalSession>()) return encode(out, *m, account(*m), frame.flags(), frame.sequence());
      return 0;
  }
  return 0;
}

// Calls visit(name) for the flags that are set.
template <class Visit>
void visit_flags(std::uint8_t flags, Visit&& visit) {
  if ((flags & flag::side_buy) != 0) visit(std::string_view{"side_buy"});
  if ((flags & flag::side_sell) != 0) visit(std::string_view{"side_sell"});
  if ((flags & flag::more) != 0) visit(std::string_view{"more"});
  if ((flags & flag::recovered) != 0) visit(std::string_view{"recovered"});
}

}  // namespace trunkline::wire
