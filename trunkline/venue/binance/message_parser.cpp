#include "trunkline/venue/binance/message_parser.hpp"

#include <cctype>
#include <utility>

#include "trunkline/venue/fields.hpp"

namespace trunkline::venue::binance {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr Nanos interval_of(std::string_view text) noexcept {
  if (text.size() < 2) return Nanos{0};
  std::int64_t count = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9' || count > 10'000) return Nanos{0};
    count = count * 10 + (c - '0');
  }
  switch (text.back()) {
    case 's':
      return std::chrono::seconds{count};
    case 'm':
      return std::chrono::minutes{count};
    case 'h':
      return std::chrono::hours{count};
    case 'd':
      return std::chrono::hours{24 * count};
    case 'w':
      return std::chrono::hours{24 * 7 * count};
    default:
      return Nanos{0};
  }
}

template <class Message>
Message read_trade(Fields& fields, const ExponentOf& exponent_of, std::string_view id) {
  Message out;
  out.symbol = fields.text("s");
  const int exponent = exponent_of(out.symbol);
  out.time = fields.milliseconds("T");
  out.id = fields.integer(id);
  out.price = fields.decimal<Price>("p", exponent);
  out.quantity = fields.decimal<Quantity>("q", -exponent);
  out.buyer_is_maker = fields.boolean("m");
  const std::string_view kind = fields.optional_text("X");
  out.of_the_market = kind.empty() || kind == "MARKET";
  return out;
}

QuoteMessage read_quote(Fields& fields, const ExponentOf& exponent_of) {
  QuoteMessage out;
  out.symbol = fields.text("s");
  const int exponent = exponent_of(out.symbol);
  out.update_id = fields.integer("u");
  out.bid_price = fields.decimal<Price>("b", exponent);
  out.bid_quantity = fields.decimal<Quantity>("B", -exponent);
  out.ask_price = fields.decimal<Price>("a", exponent);
  out.ask_quantity = fields.decimal<Quantity>("A", -exponent);
  if (fields.has("T")) out.time = fields.milliseconds("T");
  return out;
}

BarMessage read_bar(Fields& fields, const ExponentOf& exponent_of) {
  BarMessage out;
  out.symbol = fields.text("s");
  const int exponent = exponent_of(out.symbol);
  out.time = fields.milliseconds("E");
  const auto object = fields.object("k");
  if (!fields.ok()) return out;
  Fields bar(object);
  out.bar.open_time = bar.milliseconds("t");
  const std::string_view interval = bar.text("i");
  out.bar.interval = interval_of(interval);
  if (bar.ok() && out.bar.interval == Nanos{0}) bar.fail(fmt::format("i: \"{}\" is no interval", excerpt(interval)));
  out.bar.open = bar.decimal<Price>("o", exponent);
  out.bar.high = bar.decimal<Price>("h", exponent);
  out.bar.low = bar.decimal<Price>("l", exponent);
  out.bar.close = bar.decimal<Price>("c", exponent);
  constexpr std::uint16_t closed = 1;
  constexpr std::uint16_t volume_absent = 2;
  // A volume may be larger, or finer, than the numbers here hold; the bar is still good.
  const auto volume = [&](std::string_view key, int scale) {
    const std::string_view text = bar.text(key);
    const auto parsed = parse_scaled<Quantity>(text, scale);
    if (parsed) return *parsed;
    if (parsed.error() == DecimalError::Malformed || parsed.error() == DecimalError::Empty) {
      bar.fail(fmt::format("{}: \"{}\" is {}", key, excerpt(text), trunkline::to_text(parsed.error())));
    }
    out.bar.detail |= volume_absent;
    return Quantity::absent();
  };
  out.bar.volume = volume("v", -exponent);
  out.bar.quote_volume = volume("q", 0);
  out.bar.trade_count = bar.integer("n");
  if (bar.boolean("x")) out.bar.detail |= closed;
  if (!bar.ok()) fields.fail(std::move(bar).failure());
  return out;
}

MarkMessage read_mark(Fields& fields, const ExponentOf& exponent_of) {
  MarkMessage out;
  out.symbol = fields.text("s");
  const int exponent = exponent_of(out.symbol);
  out.time = fields.milliseconds("E");
  out.mark = fields.decimal<Price>("p", exponent);
  out.index = fields.optional_decimal<Price>("i", exponent);
  out.settle = fields.optional_decimal<Price>("P", exponent);
  out.funding_rate = fields.optional_decimal<Rate>("r");
  if (fields.has("T")) out.next_funding_time = fields.milliseconds("T");
  // A delivery contract has no funding and writes "0.00000000" at time 0.
  if (out.next_funding_time == Nanos{0}) out.funding_rate = Rate::absent();
  return out;
}

LiquidationMessage read_liquidation(Fields& fields, const ExponentOf& exponent_of) {
  LiquidationMessage out;
  const auto object = fields.object("o");
  if (!fields.ok()) return out;
  Fields order(object);
  out.symbol = order.text("s");
  const int exponent = exponent_of(out.symbol);
  const std::string_view side = order.text("S");
  out.buy = side == "BUY";
  if (order.ok() && !out.buy && side != "SELL") order.fail(fmt::format("S: \"{}\" is no side", excerpt(side)));
  out.price = order.decimal<Price>("p", exponent);
  out.quantity = order.decimal<Quantity>("q", -exponent);
  out.average_price = order.optional_decimal<Price>("ap", exponent);
  out.filled_quantity = order.optional_decimal<Quantity>("z", -exponent);
  out.time = order.milliseconds("T");
  if (!order.ok()) fields.fail(std::move(order).failure());
  return out;
}

ReplyMessage read_reply(Fields& fields) {
  ReplyMessage out;
  ondemand::value id;
  if (fields.find("id", id) && id.get_uint64().get(out.id) != simdjson::SUCCESS) out.id = 0;
  if (!fields.has("result")) {
    out.refused = true;
    const auto describe = [&out](Fields& from) {
      ondemand::value code;
      if (from.has("code") && from.find("code", code) && code.get_int64().get(out.code) != simdjson::SUCCESS)
        out.code = 0;
      out.text = from.optional_text("msg");
    };
    if (fields.has("error")) {
      const auto object = fields.object("error");
      if (!fields.ok()) return out;
      Fields error(object);
      describe(error);
      if (!error.ok()) fields.fail(std::move(error).failure());
    } else {
      describe(fields);
    }
  }
  return out;
}

// What can be told of a message that does not parse: whether it was a depth event, and of which symbol.
ParseFailure failure_of(std::string_view text, std::string message) {
  ParseFailure failure{std::move(message) + " in " + excerpt(text, 200), false, false, {}};
  const auto holds = [text](std::string_view part) { return text.find(part) != std::string_view::npos; };
  failure.depth = holds("depthUpdate") || holds("@depth");
  failure.trade =
      !failure.depth && (holds("@trade") || holds("@aggTrade") || holds("\"trade\"") || holds("\"aggTrade\""));
  constexpr std::string_view stream = R"("stream":")";
  constexpr std::string_view symbol = R"("s":")";
  if (const auto at = text.find(stream); at != std::string_view::npos) {
    const std::string_view rest = text.substr(at + stream.size());
    if (const auto end = rest.find('@'); end != std::string_view::npos) {
      for (const char c : rest.substr(0, end)) {
        failure.symbol += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      }
      return failure;
    }
  }
  if (const auto at = text.find(symbol); at != std::string_view::npos) {
    const std::string_view rest = text.substr(at + symbol.size());
    if (const auto end = rest.find('"'); end != std::string_view::npos) failure.symbol = rest.substr(0, end);
  }
  return failure;
}

}  // namespace

std::expected<ParsedMessage, ParseFailure> MessageParser::parse(std::string_view text, const ExponentOf& exponent_of) {
  ondemand::document document;
  ondemand::object object;
  const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
  if (const auto error = parser_.iterate(padded).get(document); error != simdjson::SUCCESS) {
    return std::unexpected(failure_of(text, simdjson::error_message(error)));
  }
  if (const auto error = document.get_object().get(object); error != simdjson::SUCCESS) {
    return std::unexpected(failure_of(text, simdjson::error_message(error)));
  }
  ondemand::value data;
  const auto found = object.find_field_unordered("data").get(data);
  if (found != simdjson::SUCCESS && found != simdjson::NO_SUCH_FIELD) {
    return std::unexpected(failure_of(text, simdjson::error_message(found)));
  }
  if (found == simdjson::SUCCESS) {
    ondemand::json_type type;
    if (data.type().get(type) == simdjson::SUCCESS && type == ondemand::json_type::array) return UnknownMessage{};
    if (const auto error = data.get_object().get(object); error != simdjson::SUCCESS) {
      return std::unexpected(failure_of(text, std::string("data: ") + simdjson::error_message(error)));
    }
  }

  Fields fields(object);
  ParsedMessage parsed;
  if (!fields.has("e")) {
    if (fields.has("id")) {
      parsed = read_reply(fields);
    } else if (fields.has("u") && fields.has("B")) {
      parsed = read_quote(fields, exponent_of);
    } else {
      parsed = UnknownMessage{};
    }
  } else {
    const std::string_view event = fields.text("e");
    if (event == "depthUpdate") {
      DepthMessage depth;
      depth.symbol = fields.text("s");
      const int exponent = exponent_of(depth.symbol);
      depth.time = fields.milliseconds(fields.has("T") ? "T" : "E");
      depth.ids.first = fields.integer("U");
      depth.ids.last = fields.integer("u");
      if (futures_) depth.ids.previous = fields.integer("pu");
      if (fields.ok() && depth.ids.first > depth.ids.last) {
        fields.fail(fmt::format("U: {} is after u: {}", depth.ids.first, depth.ids.last));
      }
      levels_.clear();
      ondemand::value side;
      if (fields.find("b", side)) fields.fail(read_levels("b", side, exponent, levels_));
      depth.bid_count = levels_.size();
      if (fields.find("a", side)) fields.fail(read_levels("a", side, exponent, levels_));
      depth.ask_count = levels_.size() - depth.bid_count;
      parsed = depth;
    } else if (event == "trade") {
      parsed = read_trade<TradeMessage>(fields, exponent_of, "t");
    } else if (event == "aggTrade") {
      parsed = read_trade<AggregateTradeMessage>(fields, exponent_of, "a");
    } else if (event == "bookTicker") {
      parsed = read_quote(fields, exponent_of);
    } else if (event == "kline") {
      parsed = read_bar(fields, exponent_of);
    } else if (event == "markPriceUpdate") {
      parsed = read_mark(fields, exponent_of);
    } else if (event == "forceOrder") {
      parsed = read_liquidation(fields, exponent_of);
    } else {
      parsed = UnknownMessage{event};
    }
  }
  if (!fields.ok()) return std::unexpected(failure_of(text, std::move(fields).failure()));
  return parsed;
}

std::expected<const DepthSnapshot*, std::string> SnapshotParser::parse(std::string_view body, int unit_exponent) {
  ondemand::document document;
  ondemand::object object;
  const simdjson::padded_string_view padded(body.data(), body.size(), body.size() + simdjson::SIMDJSON_PADDING);
  auto error = parser_.iterate(padded).get(document);
  if (error == simdjson::SUCCESS) error = document.get_object().get(object);
  if (error != simdjson::SUCCESS) {
    return std::unexpected(fmt::format("{} in {}", simdjson::error_message(error), excerpt(body)));
  }
  Fields fields(object);
  snapshot_.last_update_id = fields.integer("lastUpdateId");
  snapshot_.time = fields.has("T") ? fields.milliseconds("T") : Nanos{0};
  const auto read = [&](std::string_view key, std::vector<wire::Level>& out, int better) {
    out.clear();
    ondemand::value side;
    if (fields.find(key, side)) fields.fail(read_levels(key, side, unit_exponent, out));
    for (std::size_t i = 0; i < out.size() && fields.ok(); ++i) {
      if (out[i].quantity.is_zero()) fields.fail(fmt::format("{}: level {} is empty", key, out[i].price.to_text()));
      if (i > 0 && (better > 0 ? out[i].price >= out[i - 1].price : out[i].price <= out[i - 1].price)) {
        fields.fail(fmt::format("{}: level {} is out of order", key, out[i].price.to_text()));
      }
    }
  };
  read("bids", snapshot_.bids, 1);
  read("asks", snapshot_.asks, -1);
  if (!fields.ok()) return std::unexpected(std::move(fields).failure());
  return &snapshot_;
}

}  // namespace trunkline::venue::binance
