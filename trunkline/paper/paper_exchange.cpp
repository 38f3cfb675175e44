// The stream: symbols, books, trades, marks.
#include "trunkline/paper/paper_exchange.hpp"

#include <algorithm>
#include <utility>

#include "trunkline/core/symbol.hpp"
#include "trunkline/wire/trade_detail.hpp"

namespace trunkline::paper {

using namespace order;

namespace {

constexpr EnumSet<OrderType> all_types{OrderType::Limit,           OrderType::LimitMaker, OrderType::Market,
                                       OrderType::StopLimit,       OrderType::StopMarket, OrderType::TakeProfitLimit,
                                       OrderType::TakeProfitMarket};
constexpr EnumSet<TimeInForce> all_times{TimeInForce::Gtc, TimeInForce::Ioc, TimeInForce::Fok, TimeInForce::Gtd};

// What no book saw, or saw long ago.
constexpr std::uint16_t not_of_the_book = wire::trade_detail::from_history | wire::trade_detail::late |
                                          wire::trade_detail::no_last_price | wire::trade_detail::auction;

}  // namespace

PaperExchange::PaperExchange(std::string exchange, const PaperConfig& config)
    : exchange_(std::move(exchange)), config_(config), account_(config) {}

PaperExchange::Symbol* PaperExchange::find(SymbolHash symbol) {
  const auto found = symbols_.find(symbol);
  return found == symbols_.end() ? nullptr : found->second.get();
}

const PaperMarket* PaperExchange::market(SymbolHash symbol) const {
  const auto found = symbols_.find(symbol);
  return found == symbols_.end() ? nullptr : &found->second->market;
}

void PaperExchange::on_frame(const wire::FrameView& frame, Nanos now) {
  if (const auto* const mapping = frame.as<wire::SymbolMapping>()) return on_mapping(*mapping);
  if (const auto* const status = frame.as<wire::ConnectionStatus>()) return on_connection(*status);
  Symbol* const symbol = find(frame.stamp().symbol);
  if (symbol == nullptr) return;
  if (const auto* const trade = frame.as<wire::Trade>()) return on_trade(*symbol, *trade, frame, now);
  if (const auto* const ticker = frame.as<wire::DerivativeTicker>()) {
    if (!ticker->mark_price.is_absent()) symbol->mark = ticker->mark_price;
    marked_.push_back({symbol->rule.trading_pair,
                       {.mark_price = ticker->mark_price,
                        .index_price = ticker->index_price,
                        .funding_rate = ticker->funding_rate,
                        .next_funding_time = ticker->next_funding_time}});
    return;
  }
  if (const auto* const quote = frame.as<wire::Quote>()) return on_quote(*symbol, *quote, now);
  on_book(*symbol, frame, now);
}

// Options and inverse futures are not traded on paper: their worth is not price x amount.
void PaperExchange::on_mapping(const wire::SymbolMapping& mapping) {
  const std::string_view text = wire::text(mapping);
  const auto descriptor = SymbolDescriptor::parse(text);
  if (!descriptor || descriptor->exchange != exchange_ || mapping.kind == wire::InstrumentKind::Option) return;
  if (!mapping.contract_size.is_absent() && mapping.contract_size.raw() > 0) return;
  auto& symbol = symbols_[mapping.symbol];
  if (!symbol) symbol = std::make_unique<Symbol>(mapping.symbol, config_.queue);
  TradingRule& rule = symbol->rule;
  rule.trading_pair = mapping.symbol;
  rule.text = text;
  rule.venue_symbol = wire::venue_symbol(mapping);
  rule.base = Currency::cut(descriptor->base);
  rule.quote = Currency::cut(descriptor->quote.empty() ? "USD" : descriptor->quote);
  rule.kind = mapping.kind;
  rule.trading = mapping.status == wire::TradingStatus::Trading || mapping.status == wire::TradingStatus::Unknown;
  rule.tick = mapping.tick_size.raw() > 0 ? mapping.tick_size : Price::absent();
  rule.step = mapping.lot_size.raw() > 0 ? mapping.lot_size : Quantity::absent();
  rule.minimum_amount = mapping.minimum_quantity.raw() > 0 ? mapping.minimum_quantity : Quantity::absent();
  rule.minimum_notional = mapping.minimum_notional.raw() > 0 ? mapping.minimum_notional : Price::absent();
  rule.price_decimals = mapping.price_decimals;
  rule.amount_decimals = mapping.quantity_decimals;
  rule.unit_exponent = mapping.unit_exponent;
  rule.order_types = all_types;
  rule.times_in_force = all_times;
  rule.reduce_only = has_positions(rule);
  account_.add(rule);
  rules_changed_ = true;
}

std::optional<std::vector<TradingRule>> PaperExchange::take_rules() {
  if (!std::exchange(rules_changed_, false)) return std::nullopt;
  std::vector<TradingRule> out;
  for (const auto& [hash, symbol] : symbols_) out.push_back(symbol->rule);
  return out;
}

void PaperExchange::on_missed() {
  for (const auto& [hash, symbol] : symbols_) {
    symbol->book.lost();
    symbol->market.suspend();
    resends_.push_back(hash);
  }
}

void PaperExchange::on_book(Symbol& symbol, const wire::FrameView& frame, Nanos now) {
  if (!std::exchange(symbol.has_book, true)) symbol.market.suspend();  // what it quoted before counts no more
  const auto note = [&symbol](std::span<const wire::Level> bids, std::span<const wire::Level> asks) {
    for (const wire::Level& level : bids) symbol.bids.push_back(level.price);
    for (const wire::Level& level : asks) symbol.asks.push_back(level.price);
  };
  const auto* const delta = frame.as<wire::L2Delta>();
  if (delta != nullptr) note(wire::bids(*delta), wire::asks(*delta));
  const Moment at{frame.stamp().exchange_time, now};
  switch (symbol.book.apply(frame)) {
    case book::Outcome::NotMine:
    case book::Outcome::Part:
    case book::Outcome::Ignored:
      return;
    case book::Outcome::Gap:
    case book::Outcome::Crossed:
    case book::Outcome::Full:
      resends_.push_back(symbol.rule.trading_pair);
      break;
    case book::Outcome::Status:
    case book::Outcome::Applied:
      break;
  }
  const bool live = symbol.book.live();
  if (!live) {
    symbol.market.suspend();
  } else if (delta != nullptr && symbol.market.live()) {
    change(symbol, at);
  } else if (delta != nullptr || frame.as<wire::L2Snapshot>() != nullptr || !symbol.market.live()) {
    show(symbol, at);
  }
  symbol.bids.clear();
  symbol.asks.clear();
  if (live) settle(symbol, now);
}

void PaperExchange::show(Symbol& symbol, Moment at) {
  std::vector<wire::Level> bids;
  std::vector<wire::Level> asks;
  const auto into = [](std::vector<wire::Level>& out) {
    return [&out](const wire::Level& level) { return out.push_back(level), true; };
  };
  symbol.book.ladder().walk(book::Side::Bid, into(bids));
  symbol.book.ladder().walk(book::Side::Ask, into(asks));
  symbol.market.show(bids, asks, at);
}

// Each level once, as it is after the whole message.
void PaperExchange::change(Symbol& symbol, Moment at) {
  const auto now_shown = [&symbol](std::vector<Price>& prices, book::Side side) {
    std::ranges::sort(prices);
    const auto twice = std::ranges::unique(prices);
    prices.erase(twice.begin(), twice.end());
    std::vector<wire::Level> out;
    for (const Price price : prices) {
      const Quantity quantity = symbol.book.ladder().quantity_at(side, price);
      out.push_back({price, quantity.is_absent() ? Quantity{} : quantity});
    }
    return out;
  };
  const auto bids = now_shown(symbol.bids, book::Side::Bid);
  const auto asks = now_shown(symbol.asks, book::Side::Ask);
  symbol.market.change(bids, asks, at);
}

// A symbol without a book has its quote for one.
void PaperExchange::on_quote(Symbol& symbol, const wire::Quote& quote, Nanos now) {
  if (symbol.has_book) return;
  const auto side = [](Price price, Quantity quantity) {
    const bool there = !price.is_absent() && price.raw() > 0 && !quantity.is_absent() && quantity.raw() > 0;
    return there ? std::vector<wire::Level>{{price, quantity}} : std::vector<wire::Level>{};
  };
  const auto bids = side(quote.bid_price, quote.bid_quantity);
  const auto asks = side(quote.ask_price, quote.ask_quantity);
  symbol.quoted = {bids.empty() ? Price::absent() : quote.bid_price, asks.empty() ? Price::absent() : quote.ask_price};
  symbol.quoted_by = static_cast<std::uint16_t>(quote.source >> 4);
  const bool crossed = !bids.empty() && !asks.empty() && quote.bid_price >= quote.ask_price;
  if (crossed) return symbol.market.suspend();
  symbol.market.show(bids, asks, {quote.exchange_time, now});
  settle(symbol, now);
}

// What a connector quoted is old once it lost its connection.
void PaperExchange::on_connection(const wire::ConnectionStatus& status) {
  if (status.state == wire::ConnectionState::Connected) return;
  for (const auto& [hash, symbol] : symbols_) {
    if (!symbol->has_book && symbol->quoted_by == status.source >> 4) symbol->market.suspend();
  }
}

void PaperExchange::on_trade(Symbol& symbol, const wire::Trade& trade, const wire::FrameView& frame, Nanos now) {
  if ((trade.detail & not_of_the_book) != 0 || trade.price.raw() <= 0 || trade.quantity.raw() <= 0) return;
  if ((trade.detail & wire::trade_detail::aggregate) == 0) {
    symbol.single_trades = true;
  } else if (symbol.single_trades) {
    return;
  }
  if (!symbol.market.live()) return;
  // Who does not say which side took is understood by the book.
  const book::Ladder& ladder = symbol.book.ladder();
  const auto [bid, ask] =
      symbol.has_book ? BestPrices{ladder.best_bid().price, ladder.best_ask().price} : symbol.quoted;
  const bool bought =
      frame.has(wire::flag::side_buy) || (!frame.has(wire::flag::side_sell) && !ask.is_absent() && trade.price >= ask);
  const bool sold = frame.has(wire::flag::side_sell) || (!bought && !bid.is_absent() && trade.price <= bid);
  if (bought || sold) {
    symbol.market.trade(bought ? match::Side::Buy : match::Side::Sell, trade.price, trade.quantity,
                        {trade.exchange_time, now});
    settle(symbol, now);
  }
  symbol.last = trade.price;
  if (!symbol.open.empty()) trigger(symbol, now);
}

void PaperExchange::on_time(Nanos now) {
  const bool mark_now = marks_due_ <= now;
  if (mark_now) marks_due_ = now + marks_interval;
  for (const auto& [hash, symbol] : symbols_) {
    const Price mark = symbol->mark.is_absent() ? symbol->last : symbol->mark;
    if (mark_now && !mark.is_absent()) account_.mark(hash, mark);
    const std::vector<OrderNumber> open = symbol->open;
    for (const OrderNumber number : open) {
      const Order& order = orders_.at(number);
      if (dead_man_ != Nanos{0} && dead_man_ <= now) {
        end_and_tell(number, OrderState::Cancelled, OrderReason::Requested, "the dead man's switch", now);
      } else if (order.said.time_in_force == TimeInForce::Gtd && order.good_till <= now) {
        end_and_tell(number, OrderState::Expired, OrderReason::Expired, "good till then", now);
      }
    }
  }
  if (dead_man_ <= now) dead_man_ = Nanos{0};
  tell_account(now);
}

}  // namespace trunkline::paper
