// The market data of a test: frames in a ring on a bus, and a clock that stands still until it is told.
#pragma once

#include <gtest/gtest.h>
#include <string_view>
#include <utility>
#include <vector>

#include "trunkline/book/book.hpp"
#include "trunkline/bus/bus.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/venue/sink.hpp"

namespace trunkline::paper::test {

inline Price price(std::string_view text) {
  return *Price::parse(text);
}
inline Quantity amount(std::string_view text) {
  return *Quantity::parse(text);
}

using Levels = std::vector<std::pair<const char*, const char*>>;
inline std::vector<wire::Level> levels(const Levels& list) {
  std::vector<wire::Level> out;
  for (const auto& [at, size] : list) out.push_back({price(at), amount(size)});
  return out;
}

class Feed {
 public:
  Feed() { bus.add(ring_); }

  void mapping(std::string_view text, wire::InstrumentKind kind = wire::InstrumentKind::Spot,
               wire::TradingStatus status = wire::TradingStatus::Trading) {
    wire::SymbolMapping mapping;
    mapping.symbol = hash_symbol_text(text);
    mapping.tick_size = price("0.01");
    mapping.lot_size = amount("0.001");
    mapping.minimum_quantity = Quantity::absent();
    mapping.minimum_notional = Price::absent();
    mapping.contract_size = Quantity::absent();
    mapping.kind = kind;
    mapping.status = status;
    send(mapping, text, std::string_view("X"));
  }
  void book(std::string_view text, const Levels& bids, const Levels& asks) {
    status(text, wire::BookState::Syncing);
    wire::L2Snapshot snapshot;
    snapshot.symbol = hash_symbol_text(text);
    snapshot.detail = book::live_once_applied;
    snapshot.update_id = ++update_;
    const auto all_bids = levels(bids);
    const auto all_asks = levels(asks);
    begin();
    sink_.publish_book(snapshot, all_bids, all_asks);
    sink_.flush();
  }
  void delta(std::string_view text, const Levels& bids, const Levels& asks) {
    delta_of(text, levels(bids), levels(asks));
  }
  void delta_of(std::string_view text, const std::vector<wire::Level>& bids, const std::vector<wire::Level>& asks) {
    wire::L2Delta delta;
    delta.symbol = hash_symbol_text(text);
    delta.detail = book::live_once_applied;
    delta.previous_update_id = update_;
    delta.update_id = ++update_;
    begin();
    sink_.publish_book(delta, bids, asks);
    sink_.flush();
  }
  void quote(std::string_view text, std::pair<const char*, const char*> bid, std::pair<const char*, const char*> ask) {
    wire::Quote quote;
    quote.symbol = hash_symbol_text(text);
    quote.bid_price = price(bid.first);
    quote.bid_quantity = amount(bid.second);
    quote.ask_price = price(ask.first);
    quote.ask_quantity = amount(ask.second);
    send(quote);
  }
  void connection(wire::ConnectionState state) {
    wire::ConnectionStatus status;
    status.state = state;
    send(status, std::string_view("venue"), std::string_view("wss://venue"), std::string_view(""));
  }
  void status(std::string_view text, wire::BookState state) {
    wire::BookStatus status;
    status.symbol = hash_symbol_text(text);
    status.state = state;
    status.update_id = update_;
    send(status);
  }
  void trade(std::string_view text, const char* at, const char* size, std::uint8_t side, std::uint16_t detail = 0) {
    wire::Trade trade;
    trade.symbol = hash_symbol_text(text);
    trade.price = price(at);
    trade.quantity = amount(size);
    trade.detail = detail;
    begin();
    sink_.publish_flagged(side, trade);
    sink_.flush();
  }
  void sold(std::string_view text, const char* at, const char* size) { trade(text, at, size, wire::flag::side_sell); }
  void bought(std::string_view text, const char* at, const char* size) { trade(text, at, size, wire::flag::side_buy); }
  void ticker(std::string_view text, const char* mark, const char* rate) {
    wire::DerivativeTicker ticker;
    ticker.symbol = hash_symbol_text(text);
    ticker.mark_price = price(mark);
    ticker.index_price = Price::absent();
    ticker.settle_price = Price::absent();
    ticker.funding_rate = *Rate::parse(rate);
    ticker.open_interest = Quantity::absent();
    send(ticker);
  }
  template <class Message, class... Tails>
  void send(const Message& message, const Tails&... tails) {
    begin();
    sink_.publish(message, tails...);
    sink_.flush();
  }

  bus::Bus bus;
  Nanos now = std::chrono::hours{500'000};

 private:
  void begin() { sink_.begin(now, 0); }

  bus::Ring ring_;
  venue::Sink sink_{ring_, venue::ConnectorId{7}};
  std::uint64_t update_ = 0;
};

}  // namespace trunkline::paper::test
