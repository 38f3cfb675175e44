#include "trunkline/hub/strategy_runner.hpp"

#include <utility>

namespace trunkline::hub {

StrategyRunner::StrategyRunner(bus::Bus& bus, std::unique_ptr<Strategy> strategy, RequestResend request_resend,
                               bus::WaitStrategy wait)
    : strategy_(std::move(strategy)), request_resend_(std::move(request_resend)), bus_(bus), wait_(wait) {}

StrategyRunner::~StrategyRunner() {
  stop();
}

void StrategyRunner::start() {
  if (thread_.joinable()) return;
  stopping_.store(false, std::memory_order_relaxed);
  books_.clear();
  // Subscribed here, so that nothing published after start() is missed.
  reader_ = std::make_unique<bus::BusReader>(bus_.subscribe(wait_));
  thread_ = std::thread([this] { run(); });
}

void StrategyRunner::stop() {
  if (!thread_.joinable()) return;
  stopping_.store(true, std::memory_order_release);
  reader_->interrupt();
  thread_.join();
  reader_.reset();
}

void StrategyRunner::run() {
  while (!stopping_.load(std::memory_order_acquire)) {
    const bus::BusPoll poll = reader_->poll();
    switch (poll.kind) {
      case bus::PollKind::Frame:
        apply(poll.frame);
        break;
      case bus::PollKind::Missed:
        on_missed(poll.missed);
        break;
      case bus::PollKind::Empty:
        reader_->wait(std::chrono::seconds{1});
        break;
    }
  }
}

void StrategyRunner::apply(wire::FrameView frame) {
  switch (frame.type()) {
    case wire::MessageType::Trade:
      if (const auto event = bus::TradeEvent::from(frame)) strategy_->on_trade(*event);
      return;
    case wire::MessageType::Quote:
      if (const auto* quote = frame.as<wire::Quote>()) strategy_->on_quote(*quote);
      return;
    case wire::MessageType::L2Snapshot:
    case wire::MessageType::L2Delta:
      return apply_to_book(frame.stamp().symbol, frame);
    case wire::MessageType::BookStatus:
      apply_to_book(frame.stamp().symbol, frame);
      if (const auto* status = frame.as<wire::BookStatus>()) strategy_->on_book_status(*status);
      return;
    case wire::MessageType::Bar:
      if (const auto* bar = frame.as<wire::Bar>()) strategy_->on_bar(*bar);
      return;
    case wire::MessageType::DerivativeTicker:
      if (const auto* ticker = frame.as<wire::DerivativeTicker>()) strategy_->on_ticker(*ticker);
      return;
    case wire::MessageType::Liquidation:
      if (const auto* liquidation = frame.as<wire::Liquidation>()) strategy_->on_liquidation(*liquidation);
      return;
    case wire::MessageType::SymbolMapping:
      if (const auto* mapping = frame.as<wire::SymbolMapping>()) strategy_->on_symbol(*mapping);
      return;
    case wire::MessageType::ConnectionStatus:
      if (const auto* status = frame.as<wire::ConnectionStatus>()) strategy_->on_connection(*status);
      return;
    default:
      return;
  }
}

void StrategyRunner::apply_to_book(SymbolHash symbol, wire::FrameView frame) {
  book::Book& book = books_.try_emplace(symbol, symbol).first->second;
  switch (book.apply(frame)) {
    case book::Outcome::NotMine:
    case book::Outcome::Part:
    case book::Outcome::Ignored:
      return;
    case book::Outcome::Gap:
    case book::Outcome::Crossed:
    case book::Outcome::Full:
      if (request_resend_) request_resend_(symbol);
      [[fallthrough]];
    case book::Outcome::Status:
    case book::Outcome::Applied:
      strategy_->on_book(book);
      return;
  }
}

void StrategyRunner::on_missed(std::uint64_t frames) {
  missed_.fetch_add(frames, std::memory_order_relaxed);
  strategy_->on_missed(frames);
  for (auto& [symbol, book] : books_) {
    book.lost();
    strategy_->on_book(book);
    if (request_resend_) request_resend_(symbol);
  }
}

}  // namespace trunkline::hub
