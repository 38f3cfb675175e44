#include "trunkline/connector/failover_connector.hpp"

#include <utility>

namespace trunkline::connector {

FailoverConnector::FailoverConnector(FailoverConnectorConfig config, std::shared_ptr<IExchangeConnector> primary,
                                     std::shared_ptr<IExchangeConnector> backup)
    : IExchangeConnector(std::move(config.connector)),
      primary_(std::move(primary)),
      backup_(std::move(backup)),
      failover_({.return_after = config.return_after,
                 .one_series_of_trades = config.numbers_trades && primary_->exchange_id() == backup_->exchange_id()},
                sink(),
                [this](Event event) {
                  event.connector = name();
                  if (log() != nullptr) log()->write(event);
                }),
      primary_ring_(primary_->ring()->id()) {
  bus_.add(*primary_->ring());
  bus_.add(*backup_->ring());
}

FailoverConnector::~FailoverConnector() {
  stop();
}

void FailoverConnector::start() {
  if (thread_.joinable()) return;
  stopping_.store(false, std::memory_order_relaxed);
  failover_.start(unix_now());
  reader_ = std::make_unique<bus::BusReader>(bus_.subscribe());
  thread_ = std::thread([this] { run(); });
  primary_->start();
  backup_->start();
}

void FailoverConnector::stop() {
  if (!thread_.joinable()) return;
  primary_->stop();
  backup_->stop();
  stopping_.store(true, std::memory_order_release);
  reader_->interrupt();
  thread_.join();
  reader_.reset();
}

Result<void> FailoverConnector::command(const venue::Command& command) {
  SymbolDescriptor other = command.symbol;
  other.exchange = backup_->exchange_id();
  {
    const std::lock_guard lock(mutex_);
    if (command.action == venue::Action::Resend) {
      resends_.push_back(command.symbol.hash());
    } else if (command.action == venue::Action::Subscribe) {
      added_.push_back({command.symbol.to_text(), other.to_text()});
    }
    has_orders_.store(true, std::memory_order_release);
  }
  if (command.action == venue::Action::Resend) return {};
  if (auto done = primary_->command(command); !done) return done;
  return backup_->command({command.action, other, command.channels});
}

ConnectionReport FailoverConnector::report() const {
  ConnectionReport both = primary_->report();
  const ConnectionReport backup = backup_->report();
  both.connector = name();
  both.connected = both.connected || backup.connected;
  both.messages += backup.messages;
  both.bytes += backup.bytes;
  both.requests += backup.requests;
  both.rate_limited += backup.rate_limited;
  both.reconnects += backup.reconnects;
  both.parse_errors += backup.parse_errors;
  both.frames = ring()->published();
  return both;
}

void FailoverConnector::take_orders() {
  std::vector<Added> added;
  std::vector<SymbolHash> resends;
  {
    const std::lock_guard lock(mutex_);
    added.swap(added_);
    resends.swap(resends_);
    has_orders_.store(false, std::memory_order_relaxed);
  }
  for (const Added& symbol : added) failover_.add(symbol.primary, symbol.backup, unix_now());
  for (const SymbolHash symbol : resends) failover_.resend(symbol, unix_now());
}

void FailoverConnector::run() {
  constexpr Nanos tick = std::chrono::milliseconds{100};
  Nanos next_tick = monotonic_now();
  bool ending = false;
  for (;;) {
    if (has_orders_.load(std::memory_order_acquire)) take_orders();
    const bus::BusPoll poll = reader_->poll();
    const std::size_t source = poll.ring == primary_ring_ ? 0 : 1;
    switch (poll.kind) {
      case bus::PollKind::Frame:
        failover_.apply(source, poll.frame, unix_now());
        break;
      case bus::PollKind::Missed:
        failover_.lost(source, unix_now());
        break;
      case bus::PollKind::Empty:
        sink().flush();
        // What both told as they ended is told on.
        if (ending) return;
        ending = stopping_.load(std::memory_order_acquire);
        if (!ending) reader_->wait(tick);
        break;
    }
    if (const Nanos now = monotonic_now(); now >= next_tick) {
      next_tick = now + tick;
      failover_.tick(unix_now());
      switches_.store(failover_.switches(), std::memory_order_relaxed);
    }
  }
}

}  // namespace trunkline::connector
