// From a connector's events to frames: keeps each symbol's book, so that what readers get is whole, checked, marked
// Live or Stale, and can be sent again.
//
// Thread: any; calls wait for each other. What is published is in the order of the calls. Nothing allocates after
// warm-up but what a growing book needs.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "trunkline/connector/connection_report.hpp"
#include "trunkline/connector/market_events.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/venue/book_publisher.hpp"
#include "trunkline/venue/sink.hpp"

namespace trunkline::connector {

class Emitter {
 public:
  // `log` may be null; sink and log outlive the emitter.
  Emitter(venue::Sink& sink, std::string connector, EventLog* log);
  ~Emitter();

  // The hash to name the symbol by. Its mapping is published ahead of its first frame, and with every connection.
  SymbolHash add_symbol(const SymbolSetup& setup);
  bool knows(SymbolHash symbol) const;

  EmitResult trade(const Trade& trade);
  EmitResult book_update(const BookUpdate& update);
  // The book is not to be trusted until its next snapshot.
  EmitResult lose_book(SymbolHash symbol, wire::BookReason reason);
  // As that, but nothing was lost.
  EmitResult end_book(SymbolHash symbol, wire::BookReason reason);
  // Whether a snapshot should be asked for now: a book lost its sequence, or waits for longer than `patience`.
  bool snapshot_due(SymbolHash symbol, Nanos patience);

  // A whole message of its own; stamps but symbol, exchange_time and detail are filled in.
  template <class Message>
  EmitResult message(Message message, std::uint8_t flags = 0) {
    const std::lock_guard lock(mutex_);
    Symbol* const symbol = find(message.symbol);
    if (symbol == nullptr) return EmitResult::UnknownSymbol;
    begin(Nanos{0});
    announce(*symbol);
    sink_.publish_flagged(flags, message);
    end();
    return EmitResult::Published;
  }

  // Any state but Connected and Connecting makes books Stale(Disconnected). `attempt`: since the last success.
  void connection(wire::ConnectionState state, std::string_view endpoint, std::string_view reason,
                  std::uint32_t attempt);
  Result<void> resend(SymbolHash symbol);
  void count_parse_error() {
    const std::lock_guard lock(mutex_);
    ++parse_errors_;
  }

  // connected, messages, reconnects and parse_errors.
  ConnectionReport report() const;
  // Init for a symbol that is not known or has no book.
  wire::BookState book_state(SymbolHash symbol) const;

 private:
  struct Symbol {
    Symbol(venue::Instrument of, wire::Integrity integrity) : instrument(std::move(of)), book(instrument, integrity) {}
    venue::Instrument instrument;
    venue::BookPublisher book;
    bool announced = false;
    bool snapshot_wanted = false;
    Nanos snapshot_asked{0};  // monotonic
  };
  struct LogOutbox;

  Symbol* find(SymbolHash symbol) const;
  void begin(Nanos received);
  void end();
  void announce(Symbol& symbol);
  EmitResult take_snapshot(Symbol& symbol, const BookUpdate& update);
  EmitResult take_delta(Symbol& symbol, const BookUpdate& update);
  EmitResult lose(Symbol& symbol, wire::BookReason reason, EmitResult result);
  void stop(Symbol& symbol, wire::BookReason reason);
  venue::Context context() const;

  venue::Sink& sink_;
  std::string connector_;
  std::unique_ptr<LogOutbox> outbox_;
  mutable std::mutex mutex_;
  std::map<SymbolHash, std::unique_ptr<Symbol>> symbols_;
  Nanos now_{0};
  bool connected_ = false;
  Nanos connected_since_{0};
  std::uint64_t connections_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t parse_errors_ = 0;
};

}  // namespace trunkline::connector
