#include "trunkline/venue/binance/exchange_info.hpp"

#include "trunkline/venue/fields.hpp"

namespace trunkline::venue::binance {
namespace {

namespace ondemand = simdjson::ondemand;

// Texts of one symbol as they stand in the reply.
struct RawSymbol {
  std::string_view symbol, status, base, quote;
  std::string_view tick, lot, minimum_quantity, maximum_quantity, minimum_price, maximum_price, minimum_notional;
  std::uint64_t price_precision = 0;
  std::uint64_t quantity_precision = 0;
  std::uint64_t contract_size = 0;
};

std::string_view text_of(ondemand::value value) {
  std::string_view out;
  if (value.get_string().get(out) != simdjson::SUCCESS) out = {};
  return out;
}
std::uint64_t number_of(ondemand::value value) {
  std::uint64_t out = 0;
  if (value.get_uint64().get(out) != simdjson::SUCCESS) out = 0;
  return out;
}

bool read_filter(ondemand::object filter, RawSymbol& out) {
  std::string_view type, tick, step, minimum, maximum, least_price, most_price, notional;
  for (auto field : filter) {
    std::string_view key;
    ondemand::value value;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(value) != simdjson::SUCCESS)
      return false;
    if (key == "filterType") type = text_of(value);
    if (key == "tickSize") tick = text_of(value);
    if (key == "stepSize") step = text_of(value);
    if (key == "minQty") minimum = text_of(value);
    if (key == "maxQty") maximum = text_of(value);
    if (key == "minPrice") least_price = text_of(value);
    if (key == "maxPrice") most_price = text_of(value);
    if (key == "minNotional" || key == "notional") notional = text_of(value);
  }
  if (type == "PRICE_FILTER") {
    out.tick = tick;
    out.minimum_price = least_price;
    out.maximum_price = most_price;
  }
  if (type == "LOT_SIZE") {
    out.lot = step;
    out.minimum_quantity = minimum;
    out.maximum_quantity = maximum;
  }
  if (type == "MIN_NOTIONAL" || type == "NOTIONAL") out.minimum_notional = notional;
  return true;
}

bool read_symbol(ondemand::object object, RawSymbol& out) {
  for (auto field : object) {
    std::string_view key;
    ondemand::value value;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(value) != simdjson::SUCCESS)
      return false;
    if (key == "symbol") out.symbol = text_of(value);
    if (key == "status" || key == "contractStatus") out.status = text_of(value);
    if (key == "baseAsset") out.base = text_of(value);
    if (key == "quoteAsset") out.quote = text_of(value);
    if (key == "pricePrecision") out.price_precision = number_of(value);
    if (key == "quantityPrecision") out.quantity_precision = number_of(value);
    if (key == "contractSize") out.contract_size = number_of(value);
    if (key == "filters") {
      ondemand::array filters;
      if (value.get_array().get(filters) != simdjson::SUCCESS) return false;
      for (auto item : filters) {
        ondemand::object filter;
        if (item.get_object().get(filter) != simdjson::SUCCESS || !read_filter(filter, out)) return false;
      }
    }
  }
  return true;
}

wire::TradingStatus status_of(std::string_view text) noexcept {
  using wire::TradingStatus;
  if (text == "TRADING") return TradingStatus::Trading;
  if (text == "BREAK" || text == "HALT" || text == "AUCTION_MATCH") return TradingStatus::Halted;
  if (text == "PENDING_TRADING" || text == "PRE_TRADING") return TradingStatus::PreOpen;
  for (const std::string_view closed :
       {"END_OF_DAY", "POST_TRADING", "CLOSE", "SETTLING", "DELIVERING", "DELIVERED", "PRE_DELIVERING", "PRE_SETTLE"}) {
    if (text == closed) return TradingStatus::Closed;
  }
  return TradingStatus::Unknown;
}

// "210924" at the end of BTCUSDT_210924 as 20210924; 0: none.
std::uint32_t expiry_of(std::string_view symbol) noexcept {
  const auto at = symbol.rfind('_');
  if (at == std::string_view::npos || symbol.size() - at != 7) return 0;
  std::uint32_t date = 0;
  for (const char c : symbol.substr(at + 1)) {
    if (c < '0' || c > '9') return 0;
    date = date * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return 20'000'000 + date;
}

std::uint8_t decimals_of(std::string_view number) noexcept {
  const auto point = number.find('.');
  if (point == std::string_view::npos) return 0;
  const auto last = number.find_last_not_of('0');
  return static_cast<std::uint8_t>(last > point ? last - point : 0);
}

std::string set_numbers(const RawSymbol& raw, Instrument& out) {
  const std::uint8_t tick_decimals = decimals_of(raw.tick);
  if (tick_decimals > Price::digits) out.unit_exponent = static_cast<std::int8_t>(tick_decimals - Price::digits);
  std::string failure;
  const auto read = [&]<class Decimal>(Decimal& to, std::string_view name, std::string_view text, int exponent) {
    if (text.empty() || !failure.empty()) return;
    const auto parsed = parse_scaled<Decimal>(text, exponent);
    if (parsed) {
      to = *parsed;
    } else {
      failure = fmt::format("{}: \"{}\" is {}", name, excerpt(text), trunkline::to_text(parsed.error()));
    }
  };
  read(out.tick, "tickSize", raw.tick, out.unit_exponent);
  read(out.lot, "stepSize", raw.lot, -out.unit_exponent);
  read(out.minimum_quantity, "minQty", raw.minimum_quantity, -out.unit_exponent);
  read(out.minimum_notional, "minNotional", raw.minimum_notional, 0);
  // A limit beyond our range limits nothing that we can say.
  const auto limit = []<class Decimal>(Decimal& to, std::string_view text, int exponent) {
    const auto parsed = parse_scaled<Decimal>(text, exponent);
    if (parsed && !parsed->is_zero()) to = *parsed;
  };
  limit(out.maximum_quantity, raw.maximum_quantity, -out.unit_exponent);
  limit(out.minimum_price, raw.minimum_price, out.unit_exponent);
  limit(out.maximum_price, raw.maximum_price, out.unit_exponent);
  // A tick of 0 means that any price goes.
  if (out.tick.is_zero()) out.tick = Price::absent();
  if (out.lot.is_zero()) out.lot = Quantity::absent();
  return failure;
}

std::string to_instrument(const SegmentSpec& spec, const RawSymbol& raw, Instrument& out) {
  if (raw.symbol.empty() || raw.base.empty() || raw.quote.empty()) return "symbol, baseAsset or quoteAsset is missing";
  out.venue_symbol = raw.symbol;
  out.status = status_of(raw.status);
  if (auto failure = set_numbers(raw, out); !failure.empty()) return failure;
  out.price_decimals = decimals_of(raw.tick);
  out.quantity_decimals = decimals_of(raw.lot);
  std::string exchange(spec.exchange);
  if (spec.segment == Segment::Spot) {
    out.kind = wire::InstrumentKind::Spot;
    out.descriptor = SymbolDescriptor::spot(std::move(exchange), std::string(raw.base), std::string(raw.quote));
  } else {
    out.price_decimals = static_cast<std::uint8_t>(std::min<std::uint64_t>(raw.price_precision, 18));
    out.quantity_decimals = static_cast<std::uint8_t>(std::min<std::uint64_t>(raw.quantity_precision, 18));
    const std::uint32_t expiry = expiry_of(raw.symbol);
    out.kind = expiry != 0 ? wire::InstrumentKind::Future : wire::InstrumentKind::Perpetual;
    out.descriptor =
        SymbolDescriptor::future(std::move(exchange), std::string(raw.base), std::string(raw.quote), expiry);
    if (spec.segment == Segment::Coinm && raw.contract_size != 0) {
      if (raw.contract_size > 1'000'000'000) return fmt::format("contractSize: {} is out of range", raw.contract_size);
      out.contract_size = Quantity::from_int(static_cast<std::int64_t>(raw.contract_size));
    }
  }
  out.text = out.descriptor.to_text();
  out.hash = hash_symbol_text(out.text);
  return {};
}

}  // namespace

Result<Catalog> parse_exchange_info(const SegmentSpec& spec, std::string_view body) {
  // Of its own, and gone when done: for a reply of ten megabytes it holds fifty.
  ondemand::parser parser;
  ondemand::document document;
  ondemand::array symbols;
  const simdjson::padded_string_view padded(body.data(), body.size(), body.size() + simdjson::SIMDJSON_PADDING);
  const auto broken = [&](simdjson::error_code error) {
    return fail(ErrorCode::Protocol,
                fmt::format("exchangeInfo: {} in {}", simdjson::error_message(error), excerpt(body)));
  };
  if (const auto error = parser.iterate(padded).get(document); error != simdjson::SUCCESS) return broken(error);
  if (const auto error = document["symbols"].get_array().get(symbols); error != simdjson::SUCCESS) return broken(error);
  Catalog catalog;
  for (auto item : symbols) {
    ondemand::object object;
    if (const auto error = item.get_object().get(object); error != simdjson::SUCCESS) return broken(error);
    RawSymbol raw;
    if (!read_symbol(object, raw)) return broken(simdjson::TAPE_ERROR);
    Instrument instrument;
    if (const std::string failure = to_instrument(spec, raw, instrument); failure.empty()) {
      catalog.instruments.push_back(std::move(instrument));
    } else {
      catalog.refused.push_back(fmt::format("{}: {}", excerpt(raw.symbol), failure));
    }
  }
  catalog.index();
  return catalog;
}

}  // namespace trunkline::venue::binance
