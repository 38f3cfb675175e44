// Drives a ConnectorWrapper on a thread of its own and publishes what it gives: connects, subscribes, asks for events,
// and connects again after 0.5, 1, 2, 4 and 8 s; then it gives up with the event connector_gave_up, or goes on for ever
// where attempt_limit is 0. An event that cannot be read is reported (connector_trade_parse_error,
// connector_depth_parse_error), counted, and passed over.
//
// Thread: as IExchangeConnector; health() is for any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "trunkline/connector/connector_wrapper.hpp"
#include "trunkline/connector/exchange_connector.hpp"
#include "trunkline/connector/sequence_guard.hpp"
#include "trunkline/net/backoff.hpp"

namespace trunkline::connector {

struct ConnectorStreamConfig {
  std::string exchange;   // the first part of its symbols
  std::string name = {};  // empty: the exchange
  std::optional<venue::ConnectorId> id = {};
  bus::RingConfig ring = {};
  EventLog* log = nullptr;
  // A connection that brought an event, or stood for as long as the cap, begins the delays anew.
  net::BackoffConfig backoff = {
      .first = std::chrono::milliseconds{500}, .cap = std::chrono::seconds{8}, .jitter = 0.0, .attempt_limit = 5};
  Nanos poll_interval = std::chrono::milliseconds{100};  // how long next_event() may wait
};

struct ConnectorStreamHealth {
  bool connected = false;
  bool gave_up = false;
  Nanos last_event{0};                      // Unix; 0: none yet
  std::uint32_t reconnection_attempts = 0;  // since the last connection that was of use
  std::uint64_t events = 0;
  std::uint64_t parse_errors = 0;
  HealthStatus connector = {};  // what the wrapper says of itself
};

class ConnectorStream final : public IExchangeConnector {
 public:
  ConnectorStream(ConnectorStreamConfig config, std::unique_ptr<ConnectorWrapper> wrapper);
  ~ConnectorStream() override;

  std::string exchange_id() const override { return config_.exchange; }
  // Starts again what gave up, too.
  void start() override;
  // Returns when the wrapper's present call has.
  void stop() override;

  // Trades and depth of a symbol; `venue_symbol` empty: BASEQUOTE. Before start() or after. Unsupported for other
  // channels alone, InvalidArgument for a symbol of another exchange.
  Result<void> subscribe(const SymbolDescriptor& symbol, venue::Channels channels, std::string venue_symbol = {});
  Result<void> command(const venue::Command& command) override;

  ConnectorStreamHealth health() const;

 private:
  struct Wanted {
    std::string venue_symbol;
    SymbolHash hash = 0;
    venue::Channels channels;
    SequenceGuard snapshots = {};
    bool asked = false;
  };

  void run();
  Result<void> open();
  Result<void> serve(net::Backoff& backoff);
  void ask_for_what_is_wanted(bool all);
  void take(const ConnectorEvent& event);
  void take(const TradeFields& fields);
  void take(const DepthFields& fields);
  Result<Wanted*> find(std::string_view venue_symbol, venue::Channel channel);
  void parse_failed(std::string_view event, const Error& error);
  bool wait(Nanos time);
  bool stopping() const noexcept { return stopping_.load(std::memory_order_acquire); }

  ConnectorStreamConfig config_;
  std::unique_ptr<ConnectorWrapper> wrapper_;
  std::thread thread_;
  mutable std::mutex mutex_;  // guards wanted_, but for the members that the stream's thread alone uses
  std::condition_variable wake_;
  std::map<std::string, Wanted, std::less<>> wanted_;  // by venue symbol
  std::atomic<bool> wanted_changed_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> connected_{false};
  std::atomic<bool> gave_up_{false};
  std::atomic<std::int64_t> last_event_{0};
  std::atomic<std::uint32_t> attempts_{0};
  std::atomic<std::uint64_t> events_{0};
  BookUpdate update_;  // the room of its lists is used again
  Nanos error_reported_{0};
  std::uint64_t errors_unreported_ = 0;
};

}  // namespace trunkline::connector
