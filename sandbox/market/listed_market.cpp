#include "sandbox/market/listed_market.hpp"

#include <algorithm>

namespace trunkline::sandbox {

ListedMarket::ListedMarket(Instrument instrument, std::uint64_t seed, double rate, Nanos epoch)
    : flow_(std::move(instrument), seed, rate),
      epoch_(epoch),
      update_id_(1'000'000'000 + seed_of(seed, flow_.instrument().symbol) % 1'000'000'000),
      bars_(flow_.instrument(), epoch.count() / 1'000'000, seed_of(seed, flow_.instrument().symbol)) {
  history_.begin(update_id_);
  refresh_best();
}

void ListedMarket::advance(Nanos until, MarketListener& listener) {
  while (flow_.next() <= until) {
    now_ = flow_.next();
    act(listener);
  }
  now_ = std::max(now_, until);
}

void ListedMarket::act(MarketListener& listener) {
  const match::Report report = flow_.step();
  ++actions_;
  tell(report, listener);
}

// What an action did, of the flow or of a client.
void ListedMarket::tell(const match::Report& report, MarketListener& listener) {
  if (report.levels.empty()) return;
  history_.add(++update_id_, report.levels);
  const bool best_changed = refresh_best();
  for (const match::Fill& fill : report.fills) print(fill, listener);
  listener.on_book_change(*this, report.levels);
  if (best_changed) listener.on_best_change(*this);
  if (fills_ == nullptr) return;
  for (const match::Fill& fill : report.fills) fills_->on_fill(*this, fill);
  for (const match::Order& order : report.prevented) fills_->on_prevented(*this, order);
}

void ListedMarket::print(const match::Fill& fill, MarketListener& listener) {
  const TradePrint trade{fill.trade_id, fill.price, fill.quantity, now(), fill.taker_side, fill.maker, fill.taker};
  trades_.push_back(trade);
  if (trades_.size() > most_trades) trades_.pop_front();
  bars_.add(now_ms(), trade.price, trade.quantity, trade.taker_side == match::Side::Buy,
            static_cast<std::int64_t>(trade.id));
  listener.on_trade(*this, trade);
}

bool ListedMarket::refresh_best() {
  bool changed = false;
  for (const match::Side side : {match::Side::Buy, match::Side::Sell}) {
    const match::LevelView best = engine().best(side).value_or(match::LevelView{});
    match::LevelView& known = best_[static_cast<std::size_t>(side)];
    changed |= best.price != known.price || best.quantity != known.quantity;
    known = best;
  }
  return changed;
}

}  // namespace trunkline::sandbox
