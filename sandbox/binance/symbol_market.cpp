#include "sandbox/binance/symbol_market.hpp"

#include <algorithm>
#include <cmath>

#include "sandbox/binance/text.hpp"

namespace trunkline::sandbox::binance {
namespace {

constexpr Nanos grid = std::chrono::milliseconds{10};  // timers of one symbol go by this step
constexpr std::size_t most_trades = 1000;

// Update ids: spot counts a symbol's own changes; futures ids run over the whole exchange, so one symbol sees jumps.
double mean_id_jump(Market market) {
  switch (market) {
    case Market::Usdm:
      return 40;
    case Market::Coinm:
      return 10;
    case Market::Spot:
      break;
  }
  return 0;
}

// "As fast as they come", as measured.
std::int64_t fastest_ms(Market market) {
  return market == Market::Usdm ? 50 : 10;
}

// Symbols do not all speak at the same instant.
Nanos phase_of(const Instrument& instrument) {
  return Nanos{static_cast<std::int64_t>(seed_of(0, instrument.symbol) % 10'000'000ULL)};
}

}  // namespace

SymbolMarket::SymbolMarket(Instrument instrument, std::uint64_t seed, double rate, Nanos epoch)
    : flow_(std::move(instrument), seed, rate),
      random_(seed_of(seed, flow_.instrument().symbol) ^ 0x5EED),
      epoch_(epoch),
      next_tick_(grid + phase_of(flow_.instrument())),
      update_id_(1'000'000'000 + random_.below(1'000'000'000)),
      bars_(flow_.instrument(), epoch.count() / 1'000'000, seed_of(seed, flow_.instrument().symbol)),
      next_agg_(static_cast<std::int64_t>(flow_.engine().next_trade_id() / 3)),
      open_interest_(Quantity::from_int(50'000).raw()),
      smooth_mid_(flow_.instrument().start.to_double()) {
  history_.begin(update_id_);
  for (const match::Side side : {match::Side::Buy, match::Side::Sell})
    best_[static_cast<std::size_t>(side)] = engine().best(side).value_or(match::LevelView{});
}

void SymbolMarket::want(const StreamId& stream) {
  const auto found = std::find_if(wanted_.begin(), wanted_.end(), [&](const Wanted& w) { return w.id == stream; });
  if (found != wanted_.end()) {
    ++found->count;
    return;
  }
  wanted_.push_back({stream, 1});
  if (stream.kind == StreamKind::Depth) depths_.push_back({stream, update_id_, 0, 0, {}});
}

void SymbolMarket::release(const StreamId& stream) {
  const auto found = std::find_if(wanted_.begin(), wanted_.end(), [&](const Wanted& w) { return w.id == stream; });
  if (found == wanted_.end() || --found->count > 0) return;
  wanted_.erase(found);
  std::erase_if(depths_, [&](const Depth& depth) { return depth.id == stream; });
}

const SymbolMarket::Wanted* SymbolMarket::wanted(StreamKind kind) const {
  const auto found = std::find_if(wanted_.begin(), wanted_.end(), [&](const Wanted& w) { return w.id.kind == kind; });
  return found == wanted_.end() ? nullptr : &*found;
}

void SymbolMarket::advance(Nanos until, Publisher& publisher) {
  for (;;) {
    const Nanos action = flow_.next();
    if (std::min(action, next_tick_) > until) break;
    if (action < next_tick_) {
      now_ = action;
      act(publisher);
    } else {
      now_ = next_tick_;
      next_tick_ += grid;
      tick(now_ - phase_of(instrument()), publisher);
    }
  }
  now_ = std::max(now_, until);
}

void SymbolMarket::act(Publisher& publisher) {
  const match::Report report = flow_.step();
  ++actions_;
  tell(report, publisher);
}

// What an action did, of the flow or of a client.
void SymbolMarket::tell(const match::Report& report, Publisher& publisher) {
  if (report.levels.empty()) return;
  ++update_id_;
  const std::uint64_t first = update_id_;
  if (const double jump = mean_id_jump(instrument().market); jump > 0)
    update_id_ += static_cast<std::uint64_t>(random_.exponential(jump));
  history_.add(update_id_, report.levels);
  for (Depth& depth : depths_) {
    if (depth.touched.empty()) depth.first = first;
    depth.last = update_id_;
    for (const match::LevelChange& change : report.levels) depth.touched.emplace_back(change.side, change.price);
  }
  if (!report.fills.empty()) tell_trades(report, publisher);
  bool best_changed = false;
  for (const match::Side side : {match::Side::Buy, match::Side::Sell}) {
    const match::LevelView best = engine().best(side).value_or(match::LevelView{});
    match::LevelView& known = best_[static_cast<std::size_t>(side)];
    best_changed |= best.price != known.price || best.quantity != known.quantity;
    known = best;
  }
  if (best_changed && is_wanted(StreamKind::BookTicker)) tell_book_ticker(publisher);
  if (fills_ == nullptr) return;
  for (const match::Fill& fill : report.fills) fills_->on_fill(*this, fill);
  for (const match::Order& order : report.prevented) fills_->on_prevented(*this, order);
}

void SymbolMarket::tick(Nanos at, Publisher& publisher) {
  const std::int64_t ms = at.count() / 1'000'000;
  const auto due = [&](std::int64_t interval) { return ms % interval == 0; };
  for (Depth& depth : depths_) {
    const std::int64_t interval = depth.id.interval_ms == 0 ? fastest_ms(instrument().market) : depth.id.interval_ms;
    if (due(interval) && !depth.touched.empty()) tell_depth(depth, publisher);
  }
  if (due(1000)) {
    const double mid = (best_[0].price.to_double() + best_[1].price.to_double()) / 2.0;
    smooth_mid_ += (mid - smooth_mid_) * 0.2;
  }
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    Wanted& wanted = wanted_[i];
    if (wanted.id.kind == StreamKind::PartialDepth) {
      if (due(wanted.id.interval_ms == 0 ? 50 : wanted.id.interval_ms)) tell_partial_depth(wanted.id, publisher);
    } else if (wanted.id.kind == StreamKind::MarkPrice) {
      if (due(wanted.id.interval_ms)) tell_mark_price(wanted.id, publisher);
    } else if (wanted.id.kind == StreamKind::Kline) {
      const std::int64_t interval = wanted.id.interval_ms;
      const std::int64_t grid_ms = grid.count() / 1'000'000;
      if (now_ms() / interval != (now_ms() - grid_ms) / interval)
        tell_kline(wanted.id, bars_.at(now_ms() - grid_ms, wanted.id.interval_ms), true, publisher);
      else if (wanted.kline_changed && due(250))
        tell_kline(wanted.id, bars_.at(now_ms(), wanted.id.interval_ms), false, publisher);
      else
        continue;
      wanted.kline_changed = false;
    }
  }
}

void SymbolMarket::flush(Publisher& publisher) {
  for (Depth& depth : depths_) {
    if (!depth.touched.empty()) tell_depth(depth, publisher);
  }
}

// ---- trades

void SymbolMarket::tell_trades(const match::Report& report, Publisher& publisher) {
  const Instrument& in = instrument();
  const bool spot = in.market == Market::Spot;
  const bool trade_wanted = is_wanted(StreamKind::Trade);
  for (const match::Fill& fill : report.fills) {
    TradeRecord trade;
    trade.id = static_cast<std::int64_t>(fill.trade_id);
    trade.price = fill.price;
    trade.quantity = fill.quantity;
    trade.time_ms = now_ms();
    trade.buyer_is_maker = fill.taker_side == match::Side::Sell;
    trades_.push_back(trade);
    if (trades_.size() > most_trades) trades_.pop_front();
    bars_.add(trade.time_ms, trade.price, trade.quantity, !trade.buyer_is_maker, trade.id);
    open_interest_ += random_.chance(0.5) ? fill.quantity.raw() : -std::min(fill.quantity.raw(), open_interest_ / 2);
    if (!trade_wanted) continue;
    std::string& out = fresh();
    out += R"({"e":"trade","E":)";
    append_number(out, event_ms());
    if (!spot) {
      out += R"(,"T":)";
      append_number(out, trade.time_ms);
    }
    out += R"(,"s":")";
    out += in.symbol;
    out += R"(","t":)";
    append_number(out, trade.id);
    out += R"(,"p":)";
    append(out, trade.price, in.price_decimals);
    out += R"(,"q":)";
    append(out, trade.quantity, in.quantity_decimals);
    if (spot) {
      out += R"(,"T":)";
      append_number(out, trade.time_ms);
    } else {
      out += R"(,"X":"MARKET")";
    }
    out += trade.buyer_is_maker ? R"(,"m":true)" : R"(,"m":false)";
    out += spot ? R"(,"M":true})" : "}";
    publisher.publish(*this, {StreamKind::Trade}, out);
  }
  for (Wanted& wanted : wanted_)
    if (wanted.id.kind == StreamKind::Kline) wanted.kline_changed = true;

  // One taker's fills at one price are one aggregate trade.
  const bool agg_wanted = is_wanted(StreamKind::AggTrade);
  for (std::size_t i = 0; i < report.fills.size();) {
    AggTradeRecord agg;
    agg.id = next_agg_++;
    agg.price = report.fills[i].price;
    agg.first = static_cast<std::int64_t>(report.fills[i].trade_id);
    agg.time_ms = now_ms();
    agg.buyer_is_maker = report.fills[i].taker_side == match::Side::Sell;
    for (; i < report.fills.size() && report.fills[i].price == agg.price; ++i) {
      agg.last = static_cast<std::int64_t>(report.fills[i].trade_id);
      agg.quantity = Quantity::from_raw(agg.quantity.raw() + report.fills[i].quantity.raw());
    }
    agg_trades_.push_back(agg);
    if (agg_trades_.size() > most_trades) agg_trades_.pop_front();
    if (!agg_wanted) continue;
    std::string& out = fresh();
    out += R"({"e":"aggTrade","E":)";
    append_number(out, event_ms());
    if (spot) {
      out += R"(,"s":")";
      out += in.symbol;
      out += R"(","a":)";
      append_number(out, agg.id);
    } else {
      out += R"(,"a":)";
      append_number(out, agg.id);
      out += R"(,"s":")";
      out += in.symbol;
      out += '"';
    }
    out += R"(,"p":)";
    append(out, agg.price, in.price_decimals);
    out += R"(,"q":)";
    append(out, agg.quantity, in.quantity_decimals);
    out += R"(,"f":)";
    append_number(out, agg.first);
    out += R"(,"l":)";
    append_number(out, agg.last);
    out += R"(,"T":)";
    append_number(out, agg.time_ms);
    out += agg.buyer_is_maker ? R"(,"m":true)" : R"(,"m":false)";
    out += spot ? R"(,"M":true})" : "}";
    publisher.publish(*this, {StreamKind::AggTrade}, out);
  }
  if (!spot && is_wanted(StreamKind::ForceOrder) && random_.chance(0.02)) tell_force_order(report, publisher);
}

void SymbolMarket::tell_force_order(const match::Report& report, Publisher& publisher) {
  const Instrument& in = instrument();
  const match::Fill& last = report.fills.back();
  std::string quantity;
  append(quantity, report.filled, in.quantity_decimals);
  std::string price;
  append(price, last.price, in.price_decimals);
  Int128 turnover = 0;
  for (const match::Fill& fill : report.fills) turnover += notional(fill.price, fill.quantity);
  std::string& out = fresh();
  out += R"({"e":"forceOrder","E":)";
  append_number(out, event_ms());
  out += R"(,"o":{"s":")" + in.symbol + '"';
  if (in.market == Market::Coinm) out += R"(,"ps":")" + in.pair + '"';
  out += last.taker_side == match::Side::Buy ? R"(,"S":"BUY")" : R"(,"S":"SELL")";
  out += R"(,"o":"LIMIT","f":"IOC","q":)" + quantity + R"(,"p":)" + price + R"(,"ap":)";
  append_decimal(out, static_cast<std::int64_t>(turnover / report.filled.raw()), in.price_decimals);
  out += R"(,"X":"FILLED","l":)" + quantity + R"(,"z":)" + quantity + R"(,"T":)";
  append_number(out, now_ms());
  out += "}}";
  publisher.publish(*this, {StreamKind::ForceOrder}, out);
}

// ---- book

void SymbolMarket::tell_book_ticker(Publisher& publisher) {
  const Instrument& in = instrument();
  if (best_[0].orders == 0 || best_[1].orders == 0) return;
  std::string& out = fresh();
  switch (in.market) {
    case Market::Spot:
      out += R"({"u":)";
      break;
    case Market::Usdm:
      out += R"({"e":"bookTicker","u":)";
      break;
    case Market::Coinm:
      out += R"({"u":)";
      break;
  }
  append_number(out, static_cast<std::int64_t>(update_id_));
  if (in.market == Market::Coinm) out += R"(,"e":"bookTicker")";
  out += R"(,"s":")";
  out += in.symbol;
  out += '"';
  if (in.market == Market::Coinm) {
    out += R"(,"ps":")";
    out += in.pair;
    out += '"';
  }
  out += R"(,"b":)";
  append(out, best_[0].price, in.price_decimals);
  out += R"(,"B":)";
  append(out, best_[0].quantity, in.quantity_decimals);
  out += R"(,"a":)";
  append(out, best_[1].price, in.price_decimals);
  out += R"(,"A":)";
  append(out, best_[1].quantity, in.quantity_decimals);
  if (in.market != Market::Spot) {
    out += R"(,"T":)";
    append_number(out, now_ms());
    out += R"(,"E":)";
    append_number(out, event_ms());
  }
  out += '}';
  publisher.publish(*this, {StreamKind::BookTicker}, out);
}

void append_levels(std::string& out, std::span<const BookLevel> levels, const Instrument& instrument) {
  out += '[';
  for (std::size_t i = 0; i < levels.size(); ++i) {
    out += i == 0 ? "[" : ",[";
    append(out, levels[i].price, instrument.price_decimals);
    out += ',';
    append(out, levels[i].quantity, instrument.quantity_decimals);
    out += ']';
  }
  out += ']';
}

void SymbolMarket::tell_depth(Depth& depth, Publisher& publisher) {
  const Instrument& in = instrument();
  const bool spot = in.market == Market::Spot;
  std::sort(depth.touched.begin(), depth.touched.end());
  depth.touched.erase(std::unique(depth.touched.begin(), depth.touched.end()), depth.touched.end());
  std::vector<BookLevel> sides[2];
  for (const auto& [side, price] : depth.touched) {
    const auto level = engine().level(side, price);
    sides[static_cast<std::size_t>(side)].push_back({price, level ? level->quantity : Quantity{}});
  }
  if (spot) std::reverse(sides[0].begin(), sides[0].end());  // spot lists bids from the best on, futures by price
  depth.touched.clear();

  std::string& out = fresh();
  out += R"({"e":"depthUpdate","E":)";
  append_number(out, event_ms());
  if (!spot) {
    out += R"(,"T":)";
    append_number(out, now_ms());
  }
  out += R"(,"s":")";
  out += in.symbol;
  out += '"';
  if (in.market == Market::Coinm) {
    out += R"(,"ps":")";
    out += in.pair;
    out += '"';
  }
  out += R"(,"U":)";
  // Spot ids have no holes: what did not touch a level is part of the next event.
  append_number(out, static_cast<std::int64_t>(spot ? depth.previous_last + 1 : depth.first));
  out += R"(,"u":)";
  append_number(out, static_cast<std::int64_t>(depth.last));
  if (!spot) {
    out += R"(,"pu":)";
    append_number(out, static_cast<std::int64_t>(depth.previous_last));
  }
  out += R"(,"b":)";
  append_levels(out, sides[0], in);
  out += R"(,"a":)";
  append_levels(out, sides[1], in);
  out += '}';
  depth.previous_last = depth.last;
  publisher.publish(*this, depth.id, out);
}

void SymbolMarket::tell_partial_depth(const StreamId& id, Publisher& publisher) {
  const Instrument& in = instrument();
  const Book top = book(static_cast<std::size_t>(id.levels));
  std::string& out = fresh();
  if (in.market == Market::Spot) {
    out += R"({"lastUpdateId":)";
    append_number(out, static_cast<std::int64_t>(update_id_));
    out += R"(,"bids":)";
    append_levels(out, top.bids, in);
    out += R"(,"asks":)";
  } else {
    out += R"({"e":"depthUpdate","E":)";
    append_number(out, event_ms());
    out += R"(,"T":)";
    append_number(out, now_ms());
    out += R"(,"s":")" + in.symbol + '"';
    if (in.market == Market::Coinm) out += R"(,"ps":")" + in.pair + '"';
    out += R"(,"U":)";
    append_number(out, static_cast<std::int64_t>(update_id_));
    out += R"(,"u":)";
    append_number(out, static_cast<std::int64_t>(update_id_));
    out += R"(,"pu":)";
    append_number(out, static_cast<std::int64_t>(update_id_ - 1));
    out += R"(,"b":)";
    append_levels(out, top.bids, in);
    out += R"(,"a":)";
  }
  append_levels(out, top.asks, in);
  out += '}';
  publisher.publish(*this, id, out);
}

// ---- bars and prices

void SymbolMarket::tell_kline(const StreamId& id, const Bar& bar, bool closed, Publisher& publisher) {
  const Instrument& in = instrument();
  const auto price = [&](std::string& out, Price value) { append(out, value, in.price_decimals); };
  // COIN-M counts contracts; what they are worth is in the base asset.
  const auto turnover = [&](std::string& out, Int128 product, std::int64_t volume) {
    if (in.market != Market::Coinm) return append_product(out, product, in.market == Market::Spot ? 8 : 5);
    const double mean = volume == 0 ? 0.0 : static_cast<double>(product / volume) * 1e-8;
    const double base =
        mean == 0.0 ? 0.0 : static_cast<double>(volume) * 1e-8 * static_cast<double>(in.contract_size) / mean;
    append_decimal(out, static_cast<std::int64_t>(base * 1e8), 8);
  };
  std::string& out = fresh();
  out += R"({"e":"kline","E":)";
  append_number(out, event_ms());
  out += R"(,"s":")" + in.symbol + R"(","k":{"t":)";
  append_number(out, bar.open_ms);
  out += R"(,"T":)";
  append_number(out, bar.close_ms);
  out += R"(,"s":")" + in.symbol + R"(","i":")";
  out += kline_interval_text(id.interval_ms);
  out += R"(","f":)";
  append_number(out, bar.first_trade);
  out += R"(,"L":)";
  append_number(out, bar.last_trade);
  out += R"(,"o":)";
  price(out, bar.open);
  out += R"(,"c":)";
  price(out, bar.close);
  out += R"(,"h":)";
  price(out, bar.high);
  out += R"(,"l":)";
  price(out, bar.low);
  out += R"(,"v":)";
  append_decimal(out, bar.volume, in.quantity_decimals);
  out += R"(,"n":)";
  append_number(out, bar.trades);
  out += closed ? R"(,"x":true,"q":)" : R"(,"x":false,"q":)";
  turnover(out, bar.turnover, bar.volume);
  out += R"(,"V":)";
  append_decimal(out, bar.buy_volume, in.quantity_decimals);
  out += R"(,"Q":)";
  turnover(out, bar.buy_turnover, bar.buy_volume);
  out += R"(,"B":"0"}})";
  publisher.publish(*this, id, out);
}

MarkPrice SymbolMarket::mark_price() const {
  constexpr std::int64_t funding_ms = 8 * 3'600'000;
  MarkPrice price;
  const double mid = (best_[0].price.to_double() + best_[1].price.to_double()) / 2.0;
  const auto exact = [](double value) { return Price::from_double(value).value_or(Price{}); };
  price.index = exact(smooth_mid_ * 0.9997);
  price.mark = exact((smooth_mid_ + mid) / 2.0);
  price.settle = exact(smooth_mid_);
  price.funding_1e8 = 10'000;  // 0.01 %
  price.next_funding_ms = (now_ms() / funding_ms + 1) * funding_ms;
  return price;
}

void SymbolMarket::tell_mark_price(const StreamId& id, Publisher& publisher) {
  const MarkPrice price = mark_price();
  std::string& out = fresh();
  out += R"({"e":"markPriceUpdate","E":)";
  append_number(out, now_ms() / 1000 * 1000);
  out += R"(,"s":")" + instrument().symbol + R"(","p":)";
  append(out, price.mark, 8);
  out += R"(,"i":)";
  append(out, price.index, 8);
  out += R"(,"P":)";
  append(out, price.settle, 8);
  out += R"(,"r":)";
  append_decimal(out, price.funding_1e8, 8);
  out += R"(,"T":)";
  append_number(out, price.next_funding_ms);
  out += '}';
  publisher.publish(*this, id, out);
}

}  // namespace trunkline::sandbox::binance
