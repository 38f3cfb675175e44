#include "trunkline/hub/consolidator.hpp"

#include <utility>

namespace trunkline::hub {
namespace {

constexpr bus::TypeSet wanted = bus::TypeSet::of<wire::Quote, wire::SymbolMapping, wire::ConnectionStatus>();

}  // namespace

Consolidator::Consolidator(bus::Bus& bus, const bus::RingConfig& ring, venue::ConnectorId id)
    : bus_(bus),
      wait_(ring.wait),
      ring_(ring),
      sink_(ring_, id),
      quotes_({.mapping =
                   [this](const wire::SymbolMapping& mapping, std::string_view text) {
                     tell_connected();
                     sink_.publish(mapping, text, std::string_view{});
                   },
               .quote = [this](const wire::ConsolidatedQuote& quote) { sink_.publish(quote); }}) {
  bus_.add(ring_);
}

Consolidator::~Consolidator() {
  stop();
}

void Consolidator::start() {
  if (thread_.joinable()) return;
  stopping_.store(false, std::memory_order_relaxed);
  reader_ = std::make_unique<bus::BusReader>(bus_.subscribe(wait_));
  thread_ = std::thread([this] { run(); });
}

void Consolidator::stop() {
  if (!thread_.joinable()) return;
  stopping_.store(true, std::memory_order_release);
  reader_->interrupt();
  thread_.join();
  reader_.reset();
}

// Once there is anything to tell: a hub whose venues have nothing in common does not see it.
void Consolidator::tell_connected() {
  if (std::exchange(told_, true)) return;
  wire::ConnectionStatus status;
  status.state = wire::ConnectionState::Connected;
  sink_.publish(status, ConsolidatedQuotes::exchange, std::string_view("bus"), std::string_view{});
}

void Consolidator::run() {
  while (!stopping_.load(std::memory_order_acquire)) {
    const bus::BusPoll poll = reader_->poll(wanted);
    switch (poll.kind) {
      case bus::PollKind::Frame:
        sink_.begin(poll.frame.stamp().receive_time, 0);
        quotes_.apply(poll.frame);
        break;
      case bus::PollKind::Missed:
        quotes_.lost();
        break;
      case bus::PollKind::Empty:
        sink_.flush();
        reader_->wait(std::chrono::seconds{1});
        break;
    }
  }
}

}  // namespace trunkline::hub
