#include "trunkline/order/order_journal.hpp"

#include <array>
#include <fmt/format.h>
#include <random>
#include <unordered_map>
#include <utility>

#include "trunkline/order/order_frames.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::order {
namespace {

std::uint64_t by_chance() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

// Puts the records of a journal together again.
class Reader {
 public:
  void take(std::span<const std::byte> record) {
    const auto frame = wire::FrameView::parse(record);
    if (!frame || frame->size() != record.size() || !apply(*frame)) ++damaged;
  }

  std::vector<InFlightOrder> orders() && {
    std::vector<InFlightOrder> out;
    for (const OrderId& id : sequence_) {
      const auto found = orders_.find(id);
      if (found != orders_.end()) out.push_back(std::move(found->second));
    }
    return out;
  }

  std::uint64_t journal = 0;
  std::uint64_t session = 0;
  std::string account;
  TradingState trading_state = TradingState::Active;
  std::string reason;
  std::uint64_t damaged = 0;

 private:
  bool apply(wire::FrameView frame) {
    if (const auto* const begin = frame.as<wire::JournalSession>()) {
      journal = begin->journal;
      session = std::max(session, begin->session);
      account = wire::account(*begin);
      return true;
    }
    if (const auto* const place = frame.as<wire::PlaceOrder>()) {
      auto order = order_of(*place);
      if (!order) return false;
      order->state = OrderState::PendingSubmit;
      const auto [found, fresh] = orders_.try_emplace(order->client_order_id, *order);
      if (fresh) sequence_.push_back(order->client_order_id);
      // A compaction that a crash cut short tells again what is known: nothing is forgotten for it.
      if (!fresh && found->second.created != order->created) found->second = *order;
      return true;
    }
    if (const auto* const status = frame.as<wire::OrderStatus>()) {
      return with_order(wire::client_order_id(*status), [&](InFlightOrder& order) { apply_status(order, *status); });
    }
    if (const auto* const fill = frame.as<wire::Fill>()) {
      const auto trade = trade_of(*fill);
      return trade && with_order(wire::client_order_id(*fill), [&](InFlightOrder& order) { order.add_fill(*trade); });
    }
    if (const auto* const cancel = frame.as<wire::CancelOrder>()) {
      return with_order(wire::client_order_id(*cancel), [](InFlightOrder& order) {
        order.cancel_requested = true;
        order.doubts |= doubt::cancel;
      });
    }
    if (const auto* const amend = frame.as<wire::AmendOrder>()) {
      return with_order(wire::client_order_id(*amend), [&](InFlightOrder& order) {
        order.amend_price = amend->price;
        order.amend_amount = amend->quantity;
        order.doubts |= doubt::amend;
      });
    }
    if (const auto* const risk = frame.as<wire::RiskStatus>()) {
      trading_state = risk->trading_state;
      reason = wire::reason(*risk);
      return true;
    }
    return false;
  }

  template <class Change>
  bool with_order(std::string_view client_order_id, Change change) {
    const auto found = orders_.find(OrderId::cut(client_order_id));
    if (found == orders_.end()) return false;
    change(found->second);
    return true;
  }

  std::unordered_map<OrderId, InFlightOrder> orders_;
  std::vector<OrderId> sequence_;
};

// What was on its way when the process ended is in doubt.
void put_in_doubt(InFlightOrder& order) {
  if (order.is_done()) {
    order.doubts = 0;
    order.cancel_requested = false;
    order.amend_price = Price::absent();
    order.amend_amount = Quantity::absent();
    return;
  }
  if (order.state == OrderState::PendingCreate || order.state == OrderState::PendingSubmit) {
    order.state = OrderState::Unknown;
    order.reason = OrderReason::Disconnected;
  }
  if (order.state == OrderState::Unknown) order.doubts |= doubt::create;
  if (order.state == OrderState::PendingCancel) order.doubts |= doubt::cancel;
  if ((order.doubts & doubt::cancel) != 0) order.cancel_requested = true;
  const bool amended = (order.amend_price.is_absent() || order.amend_price == order.price) &&
                       (order.amend_amount.is_absent() || order.amend_amount == order.amount);
  if (amended) {
    order.amend_price = Price::absent();
    order.amend_amount = Quantity::absent();
    order.doubts &= static_cast<std::uint8_t>(~doubt::amend);
  } else {
    order.doubts |= doubt::amend;
  }
}

}  // namespace

template <class Message, class... Tails>
Result<void> OrderJournal::append(const Message& message, const Tails&... tails) {
  alignas(8) std::array<std::byte, 2048> room;
  const std::size_t size = wire::encode(std::span<std::byte>(room), message, tails..., std::uint8_t{0}, 0U);
  if (size == 0) return fail(ErrorCode::InvalidArgument, "an order too long for the journal");
  return writer_->append(std::span<const std::byte>(room).first(size));
}

Result<std::unique_ptr<OrderJournal>> OrderJournal::open(JournalConfig config, std::string account, Journalled& found) {
  std::unique_ptr<OrderJournal> journal(new OrderJournal(std::move(config), std::move(account)));
  Reader reader;
  auto writer = log::LogWriter::open(
      {.folder = journal->config_.folder, .policy = journal->config_.policy, .sync_delay = journal->config_.sync_delay},
      [&reader](std::span<const std::byte> record) { reader.take(record); });
  if (!writer) return std::unexpected(writer.error());
  journal->writer_ = *std::move(writer);
  if (!reader.account.empty() && reader.account != journal->account_) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} is the journal of {}, not of {}", journal->config_.folder.string(), reader.account,
                            journal->account_));
  }
  journal->journal_ = reader.journal != 0 ? reader.journal : by_chance();
  journal->session_ = reader.session + 1;
  found.journal = journal->journal_;
  found.session = journal->session_;
  found.trading_state = reader.trading_state;
  found.reason = reader.reason;
  found.damaged = reader.damaged;
  found.log = journal->writer_->recovered();
  found.orders = std::move(reader).orders();
  for (InFlightOrder& order : found.orders) put_in_doubt(order);
  if (auto begun = journal->begin_session(); !begun) return std::unexpected(begun.error());
  return journal;
}

Result<void> OrderJournal::begin_session() {
  wire::JournalSession begin;
  begin.journal = journal_;
  begin.session = session_;
  return append(begin, std::string_view(account_));
}

Result<void> OrderJournal::placing(const OrderSummary& order, const ExtraParams& extra, Nanos now) {
  const auto text = extra_text(extra);
  if (!text) return fail(ErrorCode::InvalidArgument, "extra parameters that no frame can hold");
  return append(place_frame(order, false, now), std::string_view(account_), order.client_order_id.view(),
                std::string_view(*text));
}

Result<void> OrderJournal::cancelling(const OrderSummary& order, Nanos now) {
  wire::CancelOrder frame;
  frame.symbol = order.trading_pair;
  frame.receive_time = now;
  return append(frame, std::string_view(account_), order.client_order_id.view(), order.exchange_order_id.view());
}

Result<void> OrderJournal::amending(const OrderSummary& order, Price price, Quantity amount, Nanos now) {
  wire::AmendOrder frame;
  frame.symbol = order.trading_pair;
  frame.receive_time = now;
  frame.price = price;
  frame.quantity = amount;
  return append(frame, std::string_view(account_), order.client_order_id.view(), order.exchange_order_id.view());
}

Result<void> OrderJournal::status(const OrderSummary& order, OrderState previous, Nanos now) {
  return append(status_frame(order, previous, false, now), std::string_view(account_), order.client_order_id.view(),
                order.exchange_order_id.view(), std::string_view{});
}

Result<void> OrderJournal::fill(const TradeUpdate& trade, bool external, Nanos now) {
  return append(fill_frame(trade, external, false, now), std::string_view(account_), trade.client_order_id.view(),
                trade.exchange_order_id.view(), trade.trade_id.view(), trade.fee_currency.view());
}

Result<void> OrderJournal::trading_state(TradingState state, std::string_view reason, Nanos now) {
  wire::RiskStatus frame;
  frame.receive_time = now;
  frame.trading_state = state;
  return append(frame, std::string_view(account_), reason.substr(0, max_frame_text));
}

Result<void> OrderJournal::compact(const std::vector<InFlightOrder>& orders, TradingState state,
                                   std::string_view reason) {
  if (auto rolled = writer_->roll(); !rolled) return rolled;
  if (auto begun = begin_session(); !begun) return begun;
  if (auto done = trading_state(state, reason, Nanos{0}); !done) return done;
  for (const InFlightOrder& order : orders) {
    if (!was_sent(order)) continue;
    if (auto done = placing(order, order.extra_params, order.sent); !done) return done;
    for (const TradeUpdate& trade : order.fills) {
      if (auto done = fill(trade, order.external, trade.fill_timestamp); !done) return done;
    }
    OrderSummary as_it_was = order;
    for (const OrderId& earlier : order.earlier_exchange_order_ids) {
      as_it_was.exchange_order_id = earlier;
      if (auto done = status(as_it_was, order.state, order.updated); !done) return done;
    }
    if (auto done = status(order, order.state, order.updated); !done) return done;
    if (order.cancel_requested) {
      if (auto done = cancelling(order, order.updated); !done) return done;
    }
    if (!order.amend_price.is_absent() || !order.amend_amount.is_absent()) {
      if (auto done = amending(order, order.amend_price, order.amend_amount, order.updated); !done) return done;
    }
  }
  compacted_size_ = writer_->segment_size();
  return writer_->retire();
}

}  // namespace trunkline::order
