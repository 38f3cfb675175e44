#include "trunkline/connector/exchange_connector.hpp"

#include <fmt/format.h>

namespace trunkline::connector {
namespace {

constexpr Nanos snapshot_patience = std::chrono::seconds{5};

}  // namespace

venue::ConnectorId connector_id(std::string_view name) noexcept {
  constexpr std::uint16_t reserved_for_relays = venue::connector_id_limit - 1;
  return venue::ConnectorId{static_cast<std::uint16_t>(hash_symbol_text(name) % reserved_for_relays)};
}

IExchangeConnector::IExchangeConnector(ConnectorConfig config)
    : config_(std::move(config)),
      ring_(std::make_shared<bus::Ring>(config_.ring)),
      sink_(*ring_, config_.id ? *config_.id : *(config_.id = connector_id(config_.name))),
      emitter_(sink_, config_.name, config_.log) {}

IExchangeConnector::~IExchangeConnector() = default;

void IExchangeConnector::set_callbacks(ConnectorCallbacks callbacks) {
  callbacks_ = std::move(callbacks);
  callback_reader_ = std::make_unique<bus::RingReader>(ring_->subscribe());
  sink_.on_flush([this] { call_back(); });
}

void IExchangeConnector::call_back() {
  for (;;) {
    const bus::Poll poll = callback_reader_->poll();
    if (poll.kind == bus::PollKind::Empty) return;
    if (poll.kind == bus::PollKind::Missed) {
      if (callbacks_.on_missed) callbacks_.on_missed(poll.missed);
    } else if (const auto trade = bus::TradeEvent::from(poll.frame)) {
      if (callbacks_.on_trade) callbacks_.on_trade(*trade);
    } else if (const auto book = bus::BookUpdateEvent::from(poll.frame)) {
      if (callbacks_.on_book_update) callbacks_.on_book_update(*book);
    } else if (const auto* status = poll.frame.as<wire::ConnectionStatus>()) {
      if (callbacks_.on_connection) callbacks_.on_connection(*status);
    } else if (callbacks_.on_other) {
      callbacks_.on_other(poll.frame);
    }
  }
}

EmitResult IExchangeConnector::emit_book_update(const BookUpdate& update) {
  const EmitResult result = emitter_.book_update(update);
  if (result != EmitResult::Published && emitter_.snapshot_due(update.symbol, snapshot_patience))
    request_snapshot(update.symbol);
  return result;
}

EmitResult IExchangeConnector::emit_book_lost(SymbolHash symbol, wire::BookReason reason) {
  const EmitResult result = emitter_.lose_book(symbol, reason);
  if (emitter_.snapshot_due(symbol, snapshot_patience)) request_snapshot(symbol);
  return result;
}

Result<void> IExchangeConnector::command(const venue::Command& command) {
  if (command.action == venue::Action::Resend) return emitter_.resend(command.symbol.hash());
  return fail(ErrorCode::Unsupported,
              fmt::format("connector \"{}\" chooses its symbols itself; {} cannot be subscribed to or left",
                          excerpt(name()), command.symbol.to_text()));
}

ConnectionReport IExchangeConnector::report() const {
  ConnectionReport report = emitter_.report();
  report.exchange = exchange_id();
  report.frames = ring_->published();
  return report;
}

void IExchangeConnector::report_event(Severity severity, std::string_view name,
                                      std::vector<std::pair<std::string_view, std::string>> fields) const {
  if (config_.log == nullptr) return;
  Event event{severity, name, config_.name, {}, {}};
  event.fields = std::move(fields);
  config_.log->write(event);
}

}  // namespace trunkline::connector
