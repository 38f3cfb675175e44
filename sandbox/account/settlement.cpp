// What orders need before they are taken, and what a fill does to balances and positions.
#include <algorithm>
#include <cstdlib>

#include "sandbox/account/desk.hpp"

namespace trunkline::sandbox {
namespace {

using match::Side;

// price x quantity in 1e-8 of the quote asset, rounded up.
std::int64_t cost(Price price, Quantity quantity) {
  return static_cast<std::int64_t>((notional(price, quantity) + Price::one - 1) / Price::one);
}

std::int64_t fee_of(std::int64_t raw, std::int64_t rate_1e8) {
  return static_cast<std::int64_t>(static_cast<Int128>(raw) * rate_1e8 / Quantity::one);
}

// Every resting order of others on one side, best first, until `visit` returns false.
template <class Visit>
void for_each_resting(const match::Engine& engine, Side side, std::uint64_t but_of, Visit&& visit) {
  bool more = true;
  engine.for_each_level(side, [&](const match::LevelView& level) {
    for (std::size_t place = 0; more && place < level.orders; ++place) {
      const match::Order* const order = engine.find(engine.order_at(side, level.price, place));
      if (order != nullptr && order->account != but_of) more = visit(*order);
    }
    return more;
  });
}

}  // namespace

// What so much would cost as a market buy, 1e-16 of the quote asset.
Int128 OrderDesk::sweep_cost(const ClientMarket& market, const Account& account, Quantity quantity) const {
  Int128 sum = 0;
  std::int64_t left = quantity.raw();
  for_each_resting(market.engine(), Side::Sell, account.number, [&](const match::Order& order) {
    const std::int64_t taken = std::min(left, order.remaining.raw());
    sum += notional(order.price, Quantity::from_raw(taken));
    left -= taken;
    return left > 0;
  });
  return sum;
}

// Whole lots that a market buy gets for so much of the quote asset.
Quantity OrderDesk::fillable_for(const ClientMarket& market, const Account& account, Quantity quote) const {
  Int128 left = static_cast<Int128>(quote.raw()) * Price::one;
  std::int64_t got = 0;
  for_each_resting(market.engine(), Side::Sell, account.number, [&](const match::Order& order) {
    const auto most = static_cast<std::int64_t>(
        std::min<Int128>(left / order.price.raw(), static_cast<Int128>(order.remaining.raw())));
    got += most;
    left -= notional(order.price, Quantity::from_raw(most));
    return most == order.remaining.raw();
  });
  const std::int64_t step = market.instrument().step.raw();
  return Quantity::from_raw(got / step * step);
}

Quantity OrderDesk::available_margin(const Account& account, Market market, std::string_view asset) const {
  std::int64_t sum = account.wallet(market).of(asset).total().raw();
  const auto& positions = account.positions[static_cast<std::size_t>(market)];
  const auto leverage = [&](const std::string& symbol) {
    const auto found = positions.find(symbol);
    return found == positions.end() ? Position{}.leverage : found->second.leverage;
  };
  for (const auto& [symbol, position] : positions) {
    const ClientMarket* const listed = this->market(market, symbol);
    if (listed == nullptr || listed->instrument().quote != asset || position.amount.is_zero()) continue;
    const Price mark = listed->mark();
    sum += position.unrealised(mark);
    sum -= cost(mark, Quantity::from_raw(std::abs(position.amount.raw()))) / position.leverage;
  }
  for (const std::uint64_t id : account.open) {
    const ClientOrder& open = *order(id);
    if (open.market != market || open.reduce_only || open.trigger || market_of(open).instrument().quote != asset)
      continue;
    sum -= cost(open.price, open.remaining()) / leverage(open.symbol);
  }
  return Quantity::from_raw(sum);
}

std::optional<Refusal> OrderDesk::check_funds(const Account& account, ClientMarket& market,
                                              const OrderRequest& request) {
  const Instrument& in = market.instrument();
  const bool priced = request.kind == match::OrderKind::Limit;
  if (in.market == Market::Spot) {
    const Wallet& wallet = account.wallet(Market::Spot);
    if (request.side == Side::Sell)
      return wallet.of(in.base).free < request.quantity ? std::optional(Refusal::InsufficientBalance) : std::nullopt;
    const std::int64_t needed =
        priced ? cost(request.price, request.quantity)
        : request.trigger
            ? cost(request.trigger->price, request.quantity)
            : static_cast<std::int64_t>((sweep_cost(market, account, request.quantity) + Price::one - 1) / Price::one);
    return wallet.of(in.quote).free.raw() < needed ? std::optional(Refusal::InsufficientBalance) : std::nullopt;
  }
  const auto& positions = account.positions[static_cast<std::size_t>(in.market)];
  const auto found = positions.find(in.symbol);
  const Position position = found == positions.end() ? Position{} : found->second;
  const std::int64_t amount = position.amount.raw();
  const bool closes = amount != 0 && (amount > 0) == (request.side == Side::Sell);
  if (request.trigger) return std::nullopt;  // looked at when it triggers
  if (request.reduce_only)
    return closes && request.quantity.raw() <= std::abs(amount) ? std::nullopt : std::optional(Refusal::ReduceOnly);
  const std::int64_t opened = request.quantity.raw() - (closes ? std::abs(amount) : 0);
  if (opened <= 0) return std::nullopt;
  const Price price = priced ? request.price : market.mark();
  const std::int64_t needed = cost(price, Quantity::from_raw(opened)) / position.leverage;
  return available_margin(account, in.market, in.quote).raw() < needed ? std::optional(Refusal::InsufficientMargin)
                                                                       : std::nullopt;
}

// ---- locks

// Locks what the rest of the order may spend. A market order that goes to the book needs none: it is over at once.
void OrderDesk::lock(ClientOrder& order) {
  if (order.market != Market::Spot || !order.open()) return;
  const Instrument& in = market_of(order).instrument();
  if (order.side == Side::Sell)
    order.locked = order.remaining();
  else if (order.kind == match::OrderKind::Limit)
    order.locked = Quantity::from_raw(cost(order.price, order.remaining()));
  else if (order.trigger && !order.triggered)
    order.locked = Quantity::from_raw(cost(order.trigger->price, order.remaining()));
  owner(order).wallet(order.market).lock(order.side == Side::Sell ? in.base : in.quote, order.locked.raw());
}

void OrderDesk::release(ClientOrder& order) {
  if (order.locked.is_zero()) return;
  const Instrument& in = market_of(order).instrument();
  owner(order).wallet(order.market).lock(order.side == Side::Sell ? in.base : in.quote, -order.locked.raw());
  order.locked = Quantity{};
}

// ---- fills

void OrderDesk::on_fill(ClientMarket& market, const match::Fill& fill) {
  Listed& place = *listed(market.instrument().market, market.instrument().symbol);
  place.low = place.low.is_zero() ? fill.price : std::min(place.low, fill.price);
  place.high = std::max(place.high, fill.price);
  place.last = fill.price;
  if (fill.maker_account != 0) settle(market, fill, fill.maker_client_id, true);
  if (fill.taker_account != 0) settle(market, fill, fill.taker_client_id, false);
}

void OrderDesk::on_prevented(ClientMarket&, const match::Order& resting) {
  ClientOrder& order = at(resting.client_id);
  close(order, OrderState::Expired, OrderEvent::Prevented, "SELF_TRADE");
}

void OrderDesk::settle(ClientMarket& market, const match::Fill& fill, std::uint64_t id, bool maker) {
  ClientOrder& order = at(id);
  Account& account = owner(order);
  const Instrument& in = market.instrument();
  FillRecord record;
  record.trade_id = fill.trade_id;
  record.price = fill.price;
  record.quantity = fill.quantity;
  record.maker = maker;
  record.time_ms = market.now_ms();
  release(order);
  const std::int64_t before = static_cast<std::int64_t>(order.turnover / Price::one);
  order.filled = Quantity::from_raw(order.filled.raw() + fill.quantity.raw());
  order.turnover += notional(fill.price, fill.quantity);
  const std::int64_t paid = static_cast<std::int64_t>(order.turnover / Price::one) - before;
  const FeeTable fees = this->fees(in.market);
  const std::int64_t rate = maker ? fees.maker : fees.taker;
  order.state = order.remaining().is_zero() ? OrderState::Filled : OrderState::PartiallyFilled;
  order.updated_ms = record.time_ms;
  if (in.market == Market::Spot) {
    Wallet& wallet = account.wallet(in.market);
    const bool buys = order.side == Side::Buy;
    record.fee_asset = buys ? in.base : in.quote;
    record.fee = Quantity::from_raw(fee_of(buys ? fill.quantity.raw() : paid, rate));
    wallet.add(in.base, buys ? fill.quantity.raw() - record.fee.raw() : -fill.quantity.raw());
    wallet.add(in.quote, buys ? -paid : paid - record.fee.raw());
    lock(order);
  } else {
    Position& position = account.position(in.market, in.symbol);
    position.updated_ms = record.time_ms;
    record.fee_asset = in.quote;
    record.fee = Quantity::from_raw(fee_of(paid, rate));
    record.realised = Quantity::from_raw(position.apply(order.side, fill.price, fill.quantity));
    account.wallet(in.market).add(in.quote, record.realised.raw() - record.fee.raw());
    const auto book = [&](const char* type, std::int64_t raw) {
      if (raw != 0)
        account.income.push_back({in.symbol, type, in.quote, Quantity::from_raw(raw), record.time_ms, record.trade_id});
    };
    book("COMMISSION", -record.fee.raw());
    book("REALIZED_PNL", record.realised.raw());
  }
  order.fills.push_back(record);
  if (!order.open()) {
    account.open.erase(order.id);
    waiting_.erase(order.id);
  }
  // Perpetuals tell the position first.
  if (in.market != Market::Spot) listener_.on_account(account, market, "ORDER");
  changed(order, OrderEvent::Trade, &order.fills.back());
  if (in.market == Market::Spot) listener_.on_account(account, market, "ORDER");
}

std::size_t OrderDesk::pay_funding(ClientMarket& market, std::int64_t rate_1e8) {
  const Instrument& in = market.instrument();
  std::size_t paid = 0;
  for (Account& account : accounts_) {
    const auto& positions = account.positions[static_cast<std::size_t>(in.market)];
    const auto found = positions.find(in.symbol);
    if (found == positions.end() || found->second.amount.is_zero()) continue;
    const auto worth = static_cast<std::int64_t>(notional(market.mark(), found->second.amount) / Price::one);
    const std::int64_t amount = -fee_of(worth, rate_1e8);
    account.wallet(in.market).add(in.quote, amount);
    account.income.push_back({in.symbol, "FUNDING_FEE", in.quote, Quantity::from_raw(amount), market.now_ms(), 0});
    listener_.on_account(account, market, "FUNDING_FEE");
    ++paid;
  }
  return paid;
}

// A stranger sells into (or buys from) everything down to this order.
bool OrderDesk::hit(const ClientOrder& order, Quantity quantity) {
  ClientMarket& market = market_of(order);
  const match::Order* const resting = market.engine().find(order.engine_id);
  if (resting == nullptr || quantity <= Quantity{}) return false;
  std::int64_t ahead = 0;
  market.engine().for_each_level(order.side, [&](const match::LevelView& level) {
    if (level.price != resting->price) {
      ahead += level.quantity.raw();
      return true;
    }
    for (std::size_t place = 0; place < level.orders; ++place) {
      const match::Order* const one = market.engine().find(market.engine().order_at(order.side, level.price, place));
      if (one == nullptr || one->id == resting->id) break;
      ahead += one->remaining.raw();
    }
    return false;
  });
  match::NewOrder taker;
  taker.side = match::opposite(order.side);
  taker.time_in_force = match::TimeInForce::ImmediateOrCancel;
  taker.price = resting->price;
  taker.quantity = Quantity::from_raw(ahead + std::min(quantity.raw(), resting->remaining.raw()));
  market.submit(taker);
  return true;
}

}  // namespace trunkline::sandbox
