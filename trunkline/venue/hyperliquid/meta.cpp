#include "trunkline/venue/hyperliquid/meta.hpp"

#include <algorithm>
#include <map>
#include <simdjson.h>

#include "trunkline/venue/fields.hpp"

namespace trunkline::venue::hyperliquid {
namespace {

namespace ondemand = simdjson::ondemand;

bool is_printable(std::string_view text) noexcept {
  return !text.empty() &&
         std::ranges::none_of(text, [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\'; });
}

template <class Decimal>
Decimal power_of_ten_below_one(std::uint64_t decimals) noexcept {
  return Decimal::from_raw(trunkline::detail::power_of_ten(Decimal::digits - static_cast<int>(decimals)));
}

std::uint64_t decimals_field(Fields& fields, std::string_view key, int most) {
  const std::uint64_t value = fields.integer(key);
  if (fields.ok() && value > static_cast<std::uint64_t>(most)) {
    fields.fail(fmt::format("{}: {} is out of range", key, value));
  }
  return value;
}

void complete(Instrument& out, std::uint64_t size_decimals, int price_decimals) {
  const auto left = static_cast<std::uint64_t>(price_decimals) - size_decimals;
  out.tick = power_of_ten_below_one<Price>(left);
  out.lot = power_of_ten_below_one<Quantity>(size_decimals);
  out.price_decimals = static_cast<std::uint8_t>(left);
  out.quantity_decimals = static_cast<std::uint8_t>(size_decimals);
  out.minimum_notional = Price::from_int(10);
  out.text = out.descriptor.to_text();
  out.hash = hash_symbol_text(out.text);
}

std::string read_perpetual(ondemand::object object, Instrument& out) {
  Fields fields(object);
  const std::string_view name = fields.text("name");
  out.venue_symbol = name;
  if (fields.ok() && !is_printable(name)) fields.fail("name is empty or has odd characters");
  const std::uint64_t decimals = decimals_field(fields, "szDecimals", perpetual_decimals);
  bool delisted = false;
  ondemand::value value;
  if (fields.has("isDelisted") && fields.find("isDelisted", value)) {
    if (value.get_bool().get(delisted) != simdjson::SUCCESS) delisted = false;  // null: it is listed
  }
  if (!fields.ok()) return std::move(fields).failure();
  out.kind = wire::InstrumentKind::Perpetual;
  out.status = delisted ? wire::TradingStatus::Closed : wire::TradingStatus::Trading;
  out.descriptor = SymbolDescriptor::spot(std::string(exchange_id), std::string(name), "USD");
  complete(out, decimals, perpetual_decimals);
  return {};
}

struct Token {
  std::string name;
  std::uint64_t decimals = 0;
};

std::string read_token(ondemand::object object, std::map<std::uint64_t, Token>& tokens) {
  Fields fields(object);
  Token token;
  token.name = fields.text("name");
  token.decimals = decimals_field(fields, "szDecimals", spot_decimals);
  const std::uint64_t index = fields.integer("index");
  if (fields.ok() && !is_printable(token.name)) fields.fail("name is empty or has odd characters");
  if (fields.ok()) tokens.emplace(index, std::move(token));
  return std::move(fields).failure();
}

std::string read_pair(ondemand::object object, const std::map<std::uint64_t, Token>& tokens, Instrument& out) {
  Fields fields(object);
  const std::string_view name = fields.text("name");
  out.venue_symbol = name;
  if (fields.ok() && !is_printable(name)) fields.fail("name is empty or has odd characters");
  ondemand::value value;
  ondemand::array pair;
  std::vector<std::uint64_t> numbers;
  if (fields.find("tokens", value) && value.get_array().get(pair) == simdjson::SUCCESS) {
    for (auto item : pair) {
      std::uint64_t number = 0;
      if (item.get_uint64().get(number) != simdjson::SUCCESS) break;
      numbers.push_back(number);
    }
  }
  if (!fields.ok()) return std::move(fields).failure();
  if (numbers.size() != 2) return "tokens is not two numbers";
  const auto base = tokens.find(numbers[0]);
  const auto quote = tokens.find(numbers[1]);
  if (base == tokens.end() || quote == tokens.end()) {
    return fmt::format("token {} is not listed", base == tokens.end() ? numbers[0] : numbers[1]);
  }
  out.kind = wire::InstrumentKind::Spot;
  out.status = wire::TradingStatus::Trading;
  out.descriptor = SymbolDescriptor::spot(std::string(exchange_id), base->second.name, quote->second.name);
  complete(out, base->second.decimals, spot_decimals);
  return {};
}

// Calls with each object of the list; what `read` says is wrong with one is kept in `refused`.
template <class Read>
Result<void> each_of(ondemand::document& document, ondemand::object& body, std::string_view key, Read read) {
  ondemand::array list;
  // After an error that it cannot go on from, simdjson may not be asked for more.
  if (!document.is_alive() || body.find_field_unordered(key).get_array().get(list) != simdjson::SUCCESS) {
    return fail(ErrorCode::Protocol, fmt::format("reference data: {} is missing or no list", key));
  }
  for (auto item : list) {
    ondemand::object object;
    if (item.get_object().get(object) != simdjson::SUCCESS) {
      return fail(ErrorCode::Protocol, fmt::format("reference data: {} holds what is no object", key));
    }
    read(object);
  }
  return {};
}

template <class Read>
Result<void> read_body(std::string_view body, Read read) {
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object object;
  const simdjson::padded_string_view padded(body.data(), body.size(), body.size() + simdjson::SIMDJSON_PADDING);
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document.get_object().get(object) != simdjson::SUCCESS) {
    return fail(ErrorCode::Protocol, fmt::format("reference data: '{}' is no JSON object", excerpt(body)));
  }
  return read(document, object);
}

void keep(Instrument&& instrument, std::string failure, Catalog& out) {
  const bool repeated = failure.empty() &&
                        std::ranges::find(out.instruments, instrument.hash, &Instrument::hash) != out.instruments.end();
  if (repeated) failure = fmt::format("{} was listed before", instrument.text);
  if (failure.empty()) {
    out.instruments.push_back(std::move(instrument));
  } else {
    out.refused.push_back(fmt::format("{}: {}", excerpt(instrument.venue_symbol), failure));
  }
}

}  // namespace

Result<void> read_perpetuals(std::string_view body, Catalog& out) {
  return read_body(body, [&](ondemand::document& document, ondemand::object& object) {
    return each_of(document, object, "universe", [&](ondemand::object entry) {
      Instrument instrument;
      std::string failure = read_perpetual(entry, instrument);
      keep(std::move(instrument), std::move(failure), out);
    });
  });
}

Result<void> read_spot_pairs(std::string_view body, Catalog& out) {
  return read_body(body, [&](ondemand::document& document, ondemand::object& object) -> Result<void> {
    std::map<std::uint64_t, Token> tokens;
    auto read = each_of(document, object, "tokens", [&](ondemand::object entry) {
      if (std::string failure = read_token(entry, tokens); !failure.empty()) {
        out.refused.push_back("token: " + failure);
      }
    });
    if (!read) return read;
    return each_of(document, object, "universe", [&](ondemand::object entry) {
      Instrument instrument;
      std::string failure = read_pair(entry, tokens, instrument);
      keep(std::move(instrument), std::move(failure), out);
    });
  });
}

}  // namespace trunkline::venue::hyperliquid
