// What every connector is, whatever it connects to: something with a name, a life and a ring; and what a connector of
// one's own needs to publish: emit_trade(), emit_book_update() and the others.
//
//   class MyConnector final : public connector::IExchangeConnector {
//    public:
//     MyConnector() : IExchangeConnector({.name = "myexchange"}) { btc_ = add_symbol({.symbol = ...}); }
//     std::string exchange_id() const override { return "myexchange"; }
//     void start() override;  // makes a thread that reads the exchange and calls emit_...
//     void stop() override;   // ends and joins it
//   };
//
// Life: start() and stop() come from one thread, in turn, and either twice is harmless. After stop() returned nothing
// may be emitted, no callback runs, and start() may follow: the ring, the symbols and the callbacks stay. A connector
// must be stopped before it is destroyed: its destructor calls stop() itself, the base's cannot.
//
// Threads: add_symbol() and everything emit_... are for any thread and wait for each other; what is emitted from one
// thread keeps its order. (A SessionConnector's venue writes to the ring without that: only its own thread may.)
// command(), resend() and report() are for any thread. Callbacks run on the thread that emitted, before emit_...
// returns; they must not emit, command, resend, start or stop, and what they are given is valid during the call.
//
// Ownership: what callbacks refer to must live until stop() returned. Whoever shares a connector keeps it alive; rings
// outlive their connector as long as they are read.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "trunkline/bus/events.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/connector/connection_report.hpp"
#include "trunkline/connector/emitter.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::connector {

struct ConnectorConfig {
  std::string name;                           // unique among the connectors of one hub
  std::optional<venue::ConnectorId> id = {};  // unique among those of one stream; unset: from the name
  bus::RingConfig ring = {};
  EventLog* log = nullptr;  // outlives the connector
};

// The same for a name in every run, so that tapes and relays agree.
venue::ConnectorId connector_id(std::string_view name) noexcept;

// Each may be empty. Frames of all connectors also go to whoever reads their rings (bus/, hub/market_data_bridge.hpp).
struct ConnectorCallbacks {
  std::function<void(const bus::BookUpdateEvent&)> on_book_update = {};  // snapshots, deltas and changes of state
  std::function<void(const bus::TradeEvent&)> on_trade = {};
  std::function<void(const wire::ConnectionStatus&)> on_connection = {};
  std::function<void(wire::FrameView)> on_other = {};        // quotes, bars, mappings ...
  std::function<void(std::uint64_t frames)> on_missed = {};  // more was published at once than the ring holds
};

class IExchangeConnector {
 public:
  explicit IExchangeConnector(ConnectorConfig config);
  virtual ~IExchangeConnector();
  IExchangeConnector(const IExchangeConnector&) = delete;
  IExchangeConnector& operator=(const IExchangeConnector&) = delete;

  virtual std::string exchange_id() const = 0;  // the first part of its symbols: "binance"
  virtual void start() = 0;
  virtual void stop() = 0;

  // Before start().
  void set_callbacks(ConnectorCallbacks callbacks);

  // Here: Resend is done, the others are Unsupported, as the connector's symbols are its own affair.
  virtual Result<void> command(const venue::Command& command);
  // Mapping, state and book of one of its own symbols once more, for a reader that missed frames. NotFound where the
  // symbol did not come by add_symbol().
  Result<void> resend(SymbolHash symbol) { return emitter_.resend(symbol); }
  virtual ConnectionReport report() const;

  const std::string& name() const noexcept { return config_.name; }
  venue::ConnectorId id() const noexcept { return *config_.id; }
  const std::shared_ptr<bus::Ring>& ring() const noexcept { return ring_; }

 protected:
  // Before the symbol's first event; again changes nothing.
  SymbolHash add_symbol(const SymbolSetup& setup) { return emitter_.add_symbol(setup); }

  EmitResult emit_trade(const Trade& trade) { return emitter_.trade(trade); }
  // A delta that does not follow, or crosses the book, makes it Stale and calls request_snapshot().
  EmitResult emit_book_update(const BookUpdate& update);
  // From acquire_book_update(): free again once this returns, whatever the result.
  EmitResult emit_book_update(PooledBookUpdate update) { return emit_book_update(*update); }
  // An empty update with room that is used again; none while all are lent.
  std::optional<PooledBookUpdate> acquire_book_update() noexcept { return pool_.acquire(); }
  // The connector itself saw a gap: as above.
  EmitResult emit_book_lost(SymbolHash symbol, wire::BookReason reason = wire::BookReason::SequenceGap);
  // The book ends for a reason that is no loss: Unsubscribed, NotTrading.
  EmitResult emit_book_ended(SymbolHash symbol, wire::BookReason reason) { return emitter_.end_book(symbol, reason); }

  EmitResult emit_quote(const wire::Quote& quote) { return emitter_.message(quote); }
  EmitResult emit_bar(const wire::Bar& bar) { return emitter_.message(bar); }
  EmitResult emit_ticker(const wire::DerivativeTicker& ticker) { return emitter_.message(ticker); }
  EmitResult emit_liquidation(const wire::Liquidation& liquidation, TakerSide side) {
    return emitter_.message(liquidation, side == TakerSide::Buy    ? wire::flag::side_buy
                                         : side == TakerSide::Sell ? wire::flag::side_sell
                                                                   : std::uint8_t{0});
  }
  EmitResult emit_gap(const wire::Gap& gap) { return emitter_.message(gap); }
  // Connecting, Connected, Backoff, Disconnected, Stopped; without a connection the books are Stale.
  void emit_connection(wire::ConnectionState state, std::string_view endpoint = {}, std::string_view reason = {},
                       std::uint32_t attempt = 0) {
    emitter_.connection(state, endpoint, reason, attempt);
  }

  // The venue should be asked for the whole book: then emit it as a Snapshot. Called on the emitting thread after each
  // gap, and every five seconds while deltas come that no snapshot goes before. It may emit.
  virtual void request_snapshot(SymbolHash /*symbol*/) {}

  void report_event(Severity severity, std::string_view name,
                    std::vector<std::pair<std::string_view, std::string>> fields = {}) const;
  Emitter& emitter() noexcept { return emitter_; }
  const Emitter& emitter() const noexcept { return emitter_; }
  venue::Sink& sink() noexcept { return sink_; }
  EventLog* log() const noexcept { return config_.log; }

 private:
  void call_back();

  ConnectorConfig config_;
  std::shared_ptr<bus::Ring> ring_;
  venue::Sink sink_;
  Emitter emitter_;
  BookUpdatePool pool_;
  ConnectorCallbacks callbacks_;
  std::unique_ptr<bus::RingReader> callback_reader_;
};

}  // namespace trunkline::connector
