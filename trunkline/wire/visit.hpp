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

// Writes a message that FrameView::as<M>() gave as a frame again, with its lists. 0: `out` is too short.
inline std::size_t encode_again(std::span<std::byte> out, const Trade& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const Quote& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const L2Snapshot& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, bids(message), asks(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const L2Delta& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, bids(message), asks(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const BookStatus& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const SymbolMapping& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, text(message), venue_symbol(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const Heartbeat& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const DerivativeTicker& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const Liquidation& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const Bar& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const ConnectionStatus& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, connector(message), endpoint(message), reason(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const Gap& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const TradeCorrection& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const PriceBands& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const CorporateAction& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, other(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const Subscribe& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, symbols(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const Unsubscribe& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, symbols(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const Welcome& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, server(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const ConsolidatedQuote& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const PlaceOrder& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, account(message), client_order_id(message), extra(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const CancelOrder& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, account(message), client_order_id(message), exchange_order_id(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const AmendOrder& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, account(message), client_order_id(message), exchange_order_id(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const OrderStatus& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, account(message), client_order_id(message), exchange_order_id(message), text(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const Fill& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, account(message), client_order_id(message), exchange_order_id(message), trade_id(message), fee_currency(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const Balance& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, account(message), currency(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const PositionStatus& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, account(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const RiskStatus& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, account(message), reason(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const FundingPayment& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, account(message), currency(message), flags, sequence);
}
inline std::size_t encode_again(std::span<std::byte> out, const JournalSession& message, std::uint8_t flags,
                                std::uint32_t sequence) noexcept {
  return encode(out, message, account(message), flags, sequence);
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
