// A listed instrument as a client's orders see it: they go into the engine of the seeded flow, which trades against
// them, and what they do appears in the public streams as anyone's.
//
// Thread: the server's.
#pragma once

#include "sandbox/flow/instrument.hpp"
#include "trunkline/match/engine.hpp"

namespace trunkline::sandbox {

class ClientMarket {
 public:
  virtual ~ClientMarket() = default;
  virtual const Instrument& instrument() const noexcept = 0;
  virtual const match::Engine& engine() const noexcept = 0;
  virtual std::int64_t now_ms() const noexcept = 0;  // Unix
  virtual Price mark() const = 0;                    // what positions are valued at

  // As the engine has them. The listener hears of fills before these return; the spans hold until the next call.
  virtual match::Report submit(const match::NewOrder& order) = 0;
  virtual match::Report cancel(match::OrderId id) = 0;
  virtual match::Report amend(match::OrderId id, Price price, Quantity quantity) = 0;
};

class FillListener {
 public:
  virtual ~FillListener() = default;
  // Every fill, of clients or of the flow alone. Must not call the market back.
  virtual void on_fill(ClientMarket& market, const match::Fill& fill) = 0;
  // Self-trade prevention took this resting order out.
  virtual void on_prevented(ClientMarket& market, const match::Order& order) = 0;
};

}  // namespace trunkline::sandbox
