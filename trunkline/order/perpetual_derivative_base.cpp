#include "trunkline/order/perpetual_derivative_base.hpp"

namespace trunkline::order {

OrderResult<void> PerpetualDerivativeBase::set_leverage(std::string_view trading_pair, std::uint32_t leverage) {
  const auto rule = get_trading_rule(trading_pair);
  if (!rule) {
    return not_sent(OrderReason::InvalidOrder, "no such trading pair: " + excerpt(trading_pair));
  }
  if (leverage == 0) return not_sent(OrderReason::InvalidOrder, "a leverage is 1 or more");
  post([this, pair = rule->trading_pair, text = rule->text, leverage] {
    scope().spawn(leverage_and_report(pair, text, leverage));
  });
  return {};
}

Task<> PerpetualDerivativeBase::leverage_and_report(SymbolHash trading_pair, std::string text, std::uint32_t leverage) {
  const auto done = co_await change_leverage(trading_pair, leverage);
  if (done) co_return;
  report(Severity::Warning, "leverage_refused", text,
         {{"leverage", std::to_string(leverage)}, {"error", done.error().message}});
}

std::optional<Position> PerpetualDerivativeBase::get_position(std::string_view trading_pair) const {
  const auto rule = get_trading_rule(trading_pair);
  if (!rule) return std::nullopt;
  for (const Position& position : positions()) {
    if (position.trading_pair == rule->trading_pair) return position;
  }
  return std::nullopt;
}

std::optional<Marks> PerpetualDerivativeBase::marks_of(std::string_view trading_pair) const {
  const auto rule = get_trading_rule(trading_pair);
  if (!rule) return std::nullopt;
  const std::lock_guard lock(marks_mutex_);
  const auto found = marks_.find(rule->trading_pair);
  return found == marks_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Rate> PerpetualDerivativeBase::get_funding_rate(std::string_view trading_pair) const {
  const auto marks = marks_of(trading_pair);
  return marks && !marks->funding_rate.is_absent() ? std::optional(marks->funding_rate) : std::nullopt;
}
std::optional<Price> PerpetualDerivativeBase::get_mark_price(std::string_view trading_pair) const {
  const auto marks = marks_of(trading_pair);
  return marks && !marks->mark_price.is_absent() ? std::optional(marks->mark_price) : std::nullopt;
}
std::optional<Price> PerpetualDerivativeBase::get_index_price(std::string_view trading_pair) const {
  const auto marks = marks_of(trading_pair);
  return marks && !marks->index_price.is_absent() ? std::optional(marks->index_price) : std::nullopt;
}

void PerpetualDerivativeBase::process_marks(SymbolHash trading_pair, const Marks& marks) {
  const std::lock_guard lock(marks_mutex_);
  Marks& now = marks_[trading_pair];
  if (!marks.mark_price.is_absent()) now.mark_price = marks.mark_price;
  if (!marks.index_price.is_absent()) now.index_price = marks.index_price;
  if (!marks.funding_rate.is_absent()) now.funding_rate = marks.funding_rate;
  if (marks.next_funding_time != Nanos{0}) now.next_funding_time = marks.next_funding_time;
}

}  // namespace trunkline::order
