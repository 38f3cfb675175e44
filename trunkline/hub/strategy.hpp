// What a strategy is told. Derive, override what you need, hand it to a StrategyRunner.
//
// Thread: all calls come from the runner's one thread, in the order of each connector's stream. References are valid
// during the call. A slow strategy slows nobody else: it is told how many frames it missed (on_missed), and its books
// are Stale until they are right again.
#pragma once

#include <cstdint>

#include "trunkline/book/book.hpp"
#include "trunkline/bus/events.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::hub {

class Strategy {
 public:
  virtual ~Strategy() = default;

  virtual void on_trade(const bus::TradeEvent& /*event*/) {}
  virtual void on_quote(const wire::Quote& /*quote*/) {}
  // The book after a snapshot, a delta or a change of state; ask book.live() before you trust it.
  virtual void on_book(const book::Book& /*book*/) {}
  virtual void on_bar(const wire::Bar& /*bar*/) {}
  virtual void on_ticker(const wire::DerivativeTicker& /*ticker*/) {}
  virtual void on_liquidation(const wire::Liquidation& /*liquidation*/) {}
  virtual void on_symbol(const wire::SymbolMapping& /*mapping*/) {}
  virtual void on_book_status(const wire::BookStatus& /*status*/) {}
  virtual void on_connection(const wire::ConnectionStatus& /*status*/) {}
  virtual void on_missed(std::uint64_t /*frames*/) {}
};

}  // namespace trunkline::hub
