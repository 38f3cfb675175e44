#include "trunkline/venue/coinbase/products.hpp"

#include <simdjson.h>
#include <unordered_set>

#include "trunkline/venue/coinbase/iso_time.hpp"
#include "trunkline/venue/fields.hpp"

namespace trunkline::venue::coinbase {
namespace {

namespace ondemand = simdjson::ondemand;
using wire::InstrumentKind;
using wire::TradingStatus;

// Texts of one product as they stand in the reply.
struct RawProduct {
  std::string_view id, status, alias, type;
  std::string_view base, quote;
  std::string_view tick, lot, minimum_quantity, minimum_notional;
  bool halted = false;
  std::string_view contract_code, contract_expiry, expiry_type;
};

std::string_view text_of(ondemand::value value) {
  std::string_view out;
  if (value.get_string().get(out) != simdjson::SUCCESS) out = {};
  return out;
}
bool is_true(ondemand::value value) {
  bool out = false;
  return value.get_bool().get(out) == simdjson::SUCCESS && out;
}

template <class Each>
bool for_each_field(ondemand::object object, Each&& each) {
  for (auto field : object) {
    std::string_view key;
    ondemand::value value;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS || field.value().get(value) != simdjson::SUCCESS) {
      return false;
    }
    if (!each(key, value)) return false;
  }
  return true;
}

bool read_future(ondemand::value value, RawProduct& out) {
  ondemand::object object;
  // Null for what is no future.
  if (value.get_object().get(object) != simdjson::SUCCESS) return true;
  return for_each_field(object, [&](std::string_view key, ondemand::value detail) {
    if (key == "contract_code") out.contract_code = text_of(detail);
    if (key == "contract_expiry") out.contract_expiry = text_of(detail);
    if (key == "contract_expiry_type") out.expiry_type = text_of(detail);
    return true;
  });
}

bool read_exchange(ondemand::object object, RawProduct& out) {
  return for_each_field(object, [&](std::string_view key, ondemand::value value) {
    if (key == "id") out.id = text_of(value);
    if (key == "base_currency") out.base = text_of(value);
    if (key == "quote_currency") out.quote = text_of(value);
    if (key == "quote_increment") out.tick = text_of(value);
    if (key == "base_increment") out.lot = text_of(value);
    if (key == "base_min_size") out.minimum_quantity = text_of(value);
    if (key == "min_market_funds") out.minimum_notional = text_of(value);
    if (key == "status") out.status = text_of(value);
    if (key == "trading_disabled" || key == "cancel_only") out.halted |= is_true(value);
    return true;
  });
}

bool read_advanced(ondemand::object object, RawProduct& out) {
  return for_each_field(object, [&](std::string_view key, ondemand::value value) {
    if (key == "product_id") out.id = text_of(value);
    if (key == "base_currency_id") out.base = text_of(value);
    if (key == "quote_currency_id") out.quote = text_of(value);
    if (key == "price_increment") out.tick = text_of(value);
    if (key == "base_increment") out.lot = text_of(value);
    if (key == "base_min_size") out.minimum_quantity = text_of(value);
    if (key == "quote_min_size") out.minimum_notional = text_of(value);
    if (key == "status") out.status = text_of(value);
    if (key == "alias") out.alias = text_of(value);
    if (key == "product_type") out.type = text_of(value);
    if (key == "trading_disabled" || key == "cancel_only" || key == "is_disabled") out.halted |= is_true(value);
    if (key == "future_product_details") return read_future(value, out);
    return true;
  });
}

std::uint8_t decimals_of(std::string_view number) noexcept {
  const auto point = number.find('.');
  if (point == std::string_view::npos) return 0;
  const auto last = number.find_last_not_of('0');
  return static_cast<std::uint8_t>(last > point ? last - point : 0);
}

std::string set_numbers(const RawProduct& raw, Instrument& out) {
  out.price_decimals = decimals_of(raw.tick);
  out.quantity_decimals = decimals_of(raw.lot);
  if (out.price_decimals > Price::digits) {
    out.unit_exponent = static_cast<std::int8_t>(out.price_decimals - Price::digits);
  }
  std::string failure;
  const auto read = [&]<class Decimal>(Decimal& to, std::string_view name, std::string_view text, int exponent) {
    if (text.empty() || !failure.empty()) return;
    const auto parsed = parse_scaled<Decimal>(text, exponent);
    if (parsed) {
      to = parsed->is_zero() ? Decimal::absent() : *parsed;
    } else {
      failure = fmt::format("{}: \"{}\" is {}", name, excerpt(text), trunkline::to_text(parsed.error()));
    }
  };
  read(out.tick, "tick", raw.tick, out.unit_exponent);
  read(out.lot, "base_increment", raw.lot, -out.unit_exponent);
  read(out.minimum_quantity, "base_min_size", raw.minimum_quantity, -out.unit_exponent);
  read(out.minimum_notional, "minimum funds", raw.minimum_notional, 0);
  return failure;
}

// "2030-12-20T16:00:00Z" as 20301220; 0: none.
std::uint32_t date_of(std::string_view text) noexcept {
  Nanos time{0};
  if (scan_iso_time(text.data(), text.data() + text.size(), time) == nullptr || time == Nanos{0}) return 0;
  std::uint32_t date = 0;
  for (const char c : text.substr(0, 10)) {
    if (c != '-') date = date * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return date;
}

// Contracts of several sizes share their currencies and dates, so a future goes by its contract's code:
// BIT-USD:20260424. One that never expires has no code of its own and goes by its product: BTC-PERP-INTX is
// BTCPERP-USDC.
std::string set_future(std::string_view exchange, const RawProduct& raw, Instrument& out) {
  const std::uint32_t expiry = raw.expiry_type == "PERPETUAL" ? 0 : date_of(raw.contract_expiry);
  std::string base(raw.contract_code);
  if (expiry == 0) {
    const auto perpetual = raw.id.find("-PERP");
    if (perpetual == std::string_view::npos) return "neither contract_expiry nor a perpetual";
    base = std::string(raw.id.substr(0, perpetual)) + "PERP";
  }
  if (base.empty() || raw.quote.empty()) return "contract_code or quote_currency_id is missing";
  out.kind = expiry == 0 ? InstrumentKind::Perpetual : InstrumentKind::Future;
  out.descriptor = SymbolDescriptor::future(std::string(exchange), std::move(base), std::string(raw.quote), expiry);
  return {};
}

std::string to_instrument(std::string_view exchange, const RawProduct& raw, Instrument& out) {
  if (raw.id.empty()) return "the id is missing";
  // Its messages come under the other name, if at all.
  if (!raw.alias.empty()) return fmt::format("is traded as {}", excerpt(raw.alias));
  out.venue_symbol = raw.id;
  // Futures say nothing when they trade.
  out.status =
      raw.status.empty() && raw.type == "FUTURE" ? status_of("online", raw.halted) : status_of(raw.status, raw.halted);
  if (auto failure = set_numbers(raw, out); !failure.empty()) return failure;
  if (raw.type == "FUTURE") {
    if (auto failure = set_future(exchange, raw, out); !failure.empty()) return failure;
  } else {
    if (raw.base.empty() || raw.quote.empty()) return "base or quote currency is missing";
    out.kind = InstrumentKind::Spot;
    out.descriptor = SymbolDescriptor::spot(std::string(exchange), std::string(raw.base), std::string(raw.quote));
  }
  out.text = out.descriptor.to_text();
  out.hash = hash_symbol_text(out.text);
  return {};
}

}  // namespace

TradingStatus status_of(std::string_view status, bool halted) noexcept {
  if (status == "online") return halted ? TradingStatus::Halted : TradingStatus::Trading;
  if (status == "offline" || status == "internal") return TradingStatus::Halted;
  if (status == "delisted") return TradingStatus::Closed;
  return TradingStatus::Unknown;
}

Result<Catalog> parse_products(Api api, std::string_view exchange, std::string_view body) {
  ondemand::parser parser;
  ondemand::document document;
  ondemand::array products;
  const simdjson::padded_string_view padded(body.data(), body.size(), body.size() + simdjson::SIMDJSON_PADDING);
  const auto broken = [&](simdjson::error_code error) {
    return fail(ErrorCode::Protocol, fmt::format("products: {} in {}", simdjson::error_message(error), excerpt(body)));
  };
  auto error = parser.iterate(padded).get(document);
  if (error == simdjson::SUCCESS) {
    error = api == Api::Exchange ? document.get_array().get(products) : document["products"].get_array().get(products);
  }
  if (error != simdjson::SUCCESS) return broken(error);
  Catalog catalog;
  std::unordered_set<SymbolHash> taken;
  for (auto item : products) {
    ondemand::object object;
    if (const auto wrong = item.get_object().get(object); wrong != simdjson::SUCCESS) return broken(wrong);
    RawProduct raw;
    if (!(api == Api::Exchange ? read_exchange(object, raw) : read_advanced(object, raw))) {
      return broken(simdjson::TAPE_ERROR);
    }
    Instrument instrument;
    std::string failure = to_instrument(exchange, raw, instrument);
    if (failure.empty() && !taken.insert(instrument.hash).second) failure = instrument.text + " is listed twice";
    if (failure.empty()) {
      catalog.instruments.push_back(std::move(instrument));
    } else {
      catalog.refused.push_back(fmt::format("{}: {}", excerpt(raw.id), failure));
    }
  }
  catalog.index();
  return catalog;
}

}  // namespace trunkline::venue::coinbase
