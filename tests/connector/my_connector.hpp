// A connector as a user writes one, for tests.
#pragma once

#include <atomic>
#include <functional>
#include <gtest/gtest.h>
#include <thread>

#include "trunkline/connector/exchange_connector.hpp"

namespace trunkline::connector::test {

using namespace std::chrono_literals;

inline wire::Level level(const char* price, const char* quantity) {
  return {*Price::parse(price), *Quantity::parse(quantity)};
}

// Emits what the test tells it to; its thread emits trades as fast as it can while it runs.
class Mine final : public IExchangeConnector {
 public:
  explicit Mine(std::string name, EventLog* log = nullptr, bool busy = false, bus::RingConfig ring = {})
      : IExchangeConnector({.name = name, .ring = ring, .log = log}), busy_(busy) {
    btc = add_symbol({.symbol = *SymbolDescriptor::parse(name + ":BTC-USD"),
                      .venue_symbol = "BTCUSD",
                      .integrity = wire::Integrity::Sequenced});
  }
  ~Mine() override { stop(); }
  std::string exchange_id() const override { return name(); }
  void start() override {
    if (running_.exchange(true)) return;
    emit_connection(wire::ConnectionState::Connected, "wss://here");
    if (busy_) thread_ = std::thread([this] { run(); });
  }
  void stop() override {
    if (!running_.exchange(false)) return;
    if (thread_.joinable()) thread_.join();
    emit_connection(wire::ConnectionState::Stopped);
  }
  void request_snapshot(SymbolHash symbol) override {
    EXPECT_EQ(symbol, btc);
    ++asked;
    if (answer) answer();
  }

  EmitResult trade(std::uint64_t id) {
    return emit_trade({.symbol = btc,
                       .price = *Price::parse("100.5"),
                       .quantity = *Quantity::parse("0.25"),
                       .side = TakerSide::Sell,
                       .trade_id = id,
                       .exchange_time = 5s});
  }
  EmitResult snapshot(std::uint64_t id) {
    auto update = acquire_book_update();
    (*update)->symbol = btc;
    (*update)->kind = BookUpdateKind::Snapshot;
    (*update)->update_id = id;
    (*update)->bids = {level("100", "1"), level("99", "2")};
    (*update)->asks = {level("101", "1")};
    return emit_book_update(std::move(*update));
  }
  EmitResult delta(std::uint64_t previous, std::uint64_t id, wire::Level bid) {
    auto update = acquire_book_update();
    (*update)->symbol = btc;
    (*update)->update_id = id;
    (*update)->previous_update_id = previous;
    (*update)->bids = {bid};
    return emit_book_update(std::move(*update));
  }
  using IExchangeConnector::acquire_book_update;
  using IExchangeConnector::emit_bar;
  using IExchangeConnector::emit_book_ended;
  using IExchangeConnector::emit_book_lost;
  using IExchangeConnector::emit_book_update;
  using IExchangeConnector::emit_connection;
  using IExchangeConnector::emit_quote;
  using IExchangeConnector::emit_trade;

  SymbolHash btc = 0;
  int asked = 0;
  std::function<void()> answer;

 private:
  void run() {
    for (std::uint64_t id = 1; running_; ++id) trade(id);
  }

  bool busy_;
  std::atomic<bool> running_{false};
  std::thread thread_;
};

}  // namespace trunkline::connector::test
