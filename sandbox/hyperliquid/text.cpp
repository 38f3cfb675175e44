#include "sandbox/hyperliquid/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace trunkline::sandbox::hyperliquid {
namespace {

using trunkline::detail::power_of_ten;

struct Interval {
  std::string_view name;
  std::int32_t minutes;
};
constexpr std::array intervals{
    Interval{"1m", 1},     Interval{"3m", 3},     Interval{"5m", 5},     Interval{"15m", 15}, Interval{"30m", 30},
    Interval{"1h", 60},    Interval{"2h", 120},   Interval{"4h", 240},   Interval{"8h", 480}, Interval{"12h", 720},
    Interval{"1d", 1'440}, Interval{"3d", 4'320}, Interval{"1w", 10'080}};

std::string level_text(Price price, Quantity quantity, std::uint32_t orders) {
  return fmt::format(R"({{"px":"{}","sz":"{}","n":{}}})", price_text(price), size_text(quantity), orders);
}
std::string side_text(std::span<const BookLevel> side) {
  std::string out;
  for (const BookLevel& level : side) {
    if (!out.empty()) out += ',';
    out += level_text(level.price, level.quantity, 1);
  }
  return out;
}

}  // namespace

Result<Instrument> make_listing(std::string_view name, std::size_t number) {
  const auto slash = name.find('/');
  const bool spot = slash != std::string_view::npos;
  const std::string_view base = name.substr(0, slash);
  const std::string_view quote = spot ? name.substr(slash + 1) : "USD";
  auto known = make_instrument(base, quote, {.symbol = std::string(name)});
  if (!known) return known;
  // As many size decimals as the price has digits before the point, and never more than five figures of a price, also
  // where it grows to three times what it was.
  int digits = 0;
  for (std::int64_t whole = known->start.raw() / Price::one; whole != 0; whole /= 10) ++digits;
  const int size_decimals = std::min(digits, 5);
  int magnitude = -8;
  for (std::int64_t raw = known->start.raw() * 3; raw >= 10; raw /= 10) ++magnitude;
  const int most = (spot ? spot_decimals : perpetual_decimals) - size_decimals;
  const int price_decimals = std::clamp(4 - magnitude, 0, most);
  InstrumentForm form;
  form.symbol = !spot ? std::string(name) : name == "PURR/USDC" ? std::string(name) : fmt::format("@{}", number);
  form.tick = Price::from_raw(power_of_ten(Price::digits - price_decimals));
  form.step = Quantity::from_raw(power_of_ten(Quantity::digits - size_decimals));
  form.price_decimals = price_decimals;
  form.quantity_decimals = size_decimals;
  form.market = spot ? Market::Spot : Market::Usdm;
  auto made = make_instrument(base, quote, std::move(form));
  if (made && !spot) made->quote = "USDC";  // priced in USD, settled in USDC
  return made;
}

std::string message_text(std::string_view channel, std::string_view data) {
  return fmt::format(R"({{"channel":"{}","data":{}}})", channel, data);
}

std::string price_text(Price price) {
  return price.to_text(1);
}
std::string size_text(Quantity quantity) {
  return quantity.to_text(1);
}

std::string book_text(const Instrument& in, const Book& book, std::size_t depth, std::int64_t time_ms) {
  const auto cut = [depth](const std::vector<BookLevel>& side) {
    return std::span(side).first(std::min(side.size(), depth));
  };
  return fmt::format(R"({{"coin":"{}","time":{},"levels":[[{}],[{}]]}})", in.symbol, time_ms, side_text(cut(book.bids)),
                     side_text(cut(book.asks)));
}

std::string bbo_text(const ListedMarket& market) {
  const auto side = [&](match::Side of) {
    const auto level = market.best(of);
    return level.quantity.is_zero() ? std::string("null") : level_text(level.price, level.quantity, 1);
  };
  return fmt::format(R"({{"coin":"{}","time":{},"bbo":[{},{}]}})", market.instrument().symbol, market.now_ms(),
                     side(match::Side::Buy), side(match::Side::Sell));
}

std::string trade_text(const Instrument& in, const TradePrint& trade) {
  const std::uint64_t tid = trade_tid(trade.id);
  return fmt::format(
      R"({{"coin":"{}","side":"{}","px":"{}","sz":"{}","time":{},"hash":"0x{:064x}","tid":{},"users":["0x{:040x}","0x{:040x}"]}})",
      in.symbol, trade.taker_side == match::Side::Buy ? "B" : "A", price_text(trade.price), size_text(trade.quantity),
      trade.time.count() / 1'000'000, trade.taker, tid,
      trade.taker_side == match::Side::Buy ? trade.taker : trade.maker,
      trade.taker_side == match::Side::Buy ? trade.maker : trade.taker);
}

std::string trades_text(const Instrument& in, std::span<const TradePrint> trades) {
  std::string out;
  for (const TradePrint& trade : trades) {
    if (!out.empty()) out += ',';
    out += trade_text(in, trade);
  }
  return "[" + out + "]";
}

std::string bar_text(const Instrument& in, const Bar& bar, std::string_view interval) {
  return fmt::format(R"({{"t":{},"T":{},"s":"{}","i":"{}","o":"{}","c":"{}","h":"{}","l":"{}","v":"{}","n":{}}})",
                     bar.open_ms, bar.close_ms, in.symbol, interval, price_text(bar.open), price_text(bar.close),
                     price_text(bar.high), price_text(bar.low), size_text(Quantity::from_raw(bar.volume)), bar.trades);
}

std::optional<std::string> mid_text(const ListedMarket& market) {
  const auto bid = market.best(match::Side::Buy);
  const auto ask = market.best(match::Side::Sell);
  if (bid.quantity.is_zero() || ask.quantity.is_zero()) return std::nullopt;
  return price_text(Price::from_raw(bid.price.raw() + (ask.price.raw() - bid.price.raw()) / 2));
}

std::string context_text(const ListedMarket& market, bool with_coin) {
  const Instrument& in = market.instrument();
  const Bar day = market.bar_at(market.now_ms(), 24 * 60 * 60 * 1'000);
  const auto mid = mid_text(market);
  const std::string mark = price_text(day.close);
  const std::string volume = Price::from_raw(static_cast<std::int64_t>(day.turnover / Quantity::one)).to_text(1);
  if (!is_perpetual(in)) {
    return fmt::format(
        R"({{"prevDayPx":"{}","dayNtlVlm":"{}","markPx":"{}","midPx":{},"circulatingSupply":"1000000.0"{}}})",
        price_text(day.open), volume, mark, mid ? '"' + *mid + '"' : "null",
        with_coin ? fmt::format(R"(,"coin":"{}")", in.symbol) : std::string());
  }
  return fmt::format(
      R"({{"funding":"0.0000125","openInterest":"1000.0","prevDayPx":"{}","dayNtlVlm":"{}","premium":"0.0","oraclePx":"{}","markPx":"{}","midPx":{},"impactPxs":null,"dayBaseVlm":"{}"}})",
      price_text(day.open), volume, mark, mark, mid ? '"' + *mid + '"' : "null",
      size_text(Quantity::from_raw(day.volume)));
}

std::optional<std::int32_t> interval_ms(std::string_view interval) {
  const auto found = std::ranges::find(intervals, interval, &Interval::name);
  if (found == intervals.end()) return std::nullopt;
  return found->minutes * 60'000;
}

}  // namespace trunkline::sandbox::hyperliquid
