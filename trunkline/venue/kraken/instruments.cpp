#include "trunkline/venue/kraken/instruments.hpp"

#include <algorithm>

#include "trunkline/venue/kraken/number_fields.hpp"

namespace trunkline::venue::kraken {
namespace {

wire::TradingStatus status_of(std::string_view text) noexcept {
  using wire::TradingStatus;
  if (text == "online" || text == "limit_only" || text == "reduce_only") return TradingStatus::Trading;
  if (text == "cancel_only" || text == "maintenance") return TradingStatus::Halted;
  if (text == "post_only" || text == "work_in_progress") return TradingStatus::PreOpen;
  if (text == "delisted") return TradingStatus::Closed;
  return TradingStatus::Unknown;
}

std::uint8_t precision_field(Fields& fields, std::string_view key) {
  const std::uint64_t value = fields.integer(key);
  if (fields.ok() && value > 18) fields.fail(fmt::format("{}: {} is out of range", key, value));
  return static_cast<std::uint8_t>(value);
}

// Decimals that a number needs; 8 for 1.00E-8.
int decimals_needed(std::string_view number) noexcept {
  int needed = decimals_shown(number);
  const std::string_view mantissa = number.substr(0, number.find_first_of("eE"));
  if (mantissa.find('.') == std::string_view::npos) return needed;
  for (auto at = mantissa.size(); at-- > 0 && mantissa[at] == '0';) --needed;
  return std::max(needed, 0);
}

}  // namespace

std::string read_pair(simdjson::ondemand::object pair, Instrument& out) {
  Fields fields(pair);
  out.venue_symbol = fields.text("symbol");
  const std::string_view base = fields.text("base");
  const std::string_view quote = fields.text("quote");
  if (fields.ok() && (out.venue_symbol.empty() || base.empty() || quote.empty())) {
    fields.fail("symbol, base or quote is empty");
  }
  const auto unprintable = [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\'; };
  if (fields.ok() && std::ranges::any_of(out.venue_symbol, unprintable)) fields.fail("symbol has odd characters");
  out.status = status_of(fields.text("status"));
  out.price_decimals = precision_field(fields, "price_precision");
  out.quantity_decimals = precision_field(fields, "qty_precision");
  const std::string_view tick = number_field(fields, "price_increment");
  const std::string_view lot = number_field(fields, "qty_increment");
  const int exponent = fields.ok() ? std::max(decimals_needed(tick) - Price::digits, 0) : 0;
  if (exponent > 10) fields.fail(fmt::format("price_increment: {} is out of range", excerpt(tick)));
  // Both a price and a quantity of the symbol must be exact.
  if (fields.ok() && decimals_needed(lot) + exponent > Quantity::digits) {
    fields.fail(
        fmt::format("price_increment {} and qty_increment {} do not fit together", excerpt(tick), excerpt(lot)));
  }
  out.unit_exponent = static_cast<std::int8_t>(exponent);
  if (fields.ok()) out.tick = parse_number<Price>(fields, "price_increment", tick, exponent);
  if (fields.ok()) out.lot = parse_number<Quantity>(fields, "qty_increment", lot, -exponent);
  if (fields.has("qty_min")) out.minimum_quantity = decimal_field<Quantity>(fields, "qty_min", -exponent);
  if (fields.has("cost_min")) out.minimum_notional = decimal_field<Price>(fields, "cost_min");
  if (out.tick.is_zero()) out.tick = Price::absent();
  if (out.lot.is_zero()) out.lot = Quantity::absent();
  out.kind = wire::InstrumentKind::Spot;
  out.descriptor = SymbolDescriptor::spot(std::string(exchange_id), std::string(base), std::string(quote));
  out.text = out.descriptor.to_text();
  out.hash = hash_symbol_text(out.text);
  return std::move(fields).failure();
}

}  // namespace trunkline::venue::kraken
