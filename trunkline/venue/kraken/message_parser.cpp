#include "trunkline/venue/kraken/message_parser.hpp"

#include <utility>

#include "trunkline/venue/kraken/instruments.hpp"
#include "trunkline/venue/kraken/number_fields.hpp"

namespace trunkline::venue::kraken {
namespace {

namespace ondemand = simdjson::ondemand;

std::optional<Channel> channel_of(std::string_view name) noexcept {
  if (name == "trade") return Channel::Trades;
  if (name == "ticker") return Channel::Quotes;
  if (name == "book") return Channel::Depth;
  if (name == "ohlc") return Channel::Bars;
  return std::nullopt;
}

TradeMessage read_trade(Fields& fields, const ExponentOf& exponent_of) {
  TradeMessage out;
  out.symbol = fields.text("symbol");
  const int exponent = exponent_of(out.symbol);
  const std::string_view side = fields.text("side");
  out.buy = side == "buy";
  if (fields.ok() && !out.buy && side != "sell") fields.fail(fmt::format("side: \"{}\" is no side", excerpt(side)));
  out.price = positive_field<Price>(fields, "price", exponent);
  out.quantity = positive_field<Quantity>(fields, "qty", -exponent);
  out.id = fields.integer("trade_id");
  out.time = time_field(fields, "timestamp");
  return out;
}

QuoteMessage read_quote(Fields& fields, const ExponentOf& exponent_of) {
  QuoteMessage out;
  out.symbol = fields.text("symbol");
  const int exponent = exponent_of(out.symbol);
  out.bid_price = positive_field<Price>(fields, "bid", exponent);
  out.bid_quantity = positive_field<Quantity>(fields, "bid_qty", -exponent);
  out.ask_price = positive_field<Price>(fields, "ask", exponent);
  out.ask_quantity = positive_field<Quantity>(fields, "ask_qty", -exponent);
  if (fields.has("timestamp")) out.time = time_field(fields, "timestamp");
  return out;
}

BarMessage read_bar(Fields& fields, const ExponentOf& exponent_of) {
  BarMessage out;
  out.symbol = fields.text("symbol");
  const int exponent = exponent_of(out.symbol);
  out.open_time = time_field(fields, "interval_begin");
  const std::uint64_t minutes = fields.integer("interval");
  if (fields.ok() && (minutes == 0 || minutes > 100'000)) {
    fields.fail(fmt::format("interval: {} is out of range", minutes));
  }
  out.interval = std::chrono::minutes{static_cast<std::int64_t>(minutes)};
  out.open = positive_field<Price>(fields, "open", exponent);
  out.high = positive_field<Price>(fields, "high", exponent);
  out.low = positive_field<Price>(fields, "low", exponent);
  out.close = positive_field<Price>(fields, "close", exponent);
  // A volume may be larger, or finer, than the numbers here hold; the bar is still good.
  const std::string_view volume = number_field(fields, "volume");
  if (fields.ok()) {
    const auto parsed = parse_number<Quantity>(volume, -exponent);
    if (parsed) out.volume = *parsed;
  }
  out.trades = fields.integer("trades");
  return out;
}

// Appends one side; sign 1: bids, whose prices fall.
void read_side(Fields& fields, std::string_view key, int exponent, bool snapshot, int sign, Decimals& decimals,
               std::vector<wire::Level>& out) {
  ondemand::value value;
  ondemand::array rows;
  if (!fields.find(key, value)) return;
  if (value.get_array().get(rows) != simdjson::SUCCESS) return fields.fail(fmt::format("{} is no list", key));
  const std::size_t first = out.size();
  for (auto row : rows) {
    ondemand::object object;
    if (row.get_object().get(object) != simdjson::SUCCESS) {
      return fields.fail(fmt::format("{} holds what is no level", key));
    }
    Fields level(object);
    const std::string_view price_text = number_field(level, "price");
    const std::string_view quantity_text = number_field(level, "qty");
    wire::Level read{};
    if (level.ok()) read.price = parse_number<Price>(level, "price", price_text, exponent);
    if (level.ok()) read.quantity = parse_number<Quantity>(level, "qty", quantity_text, -exponent);
    if (level.ok() && (read.price.raw() < 0 || read.quantity.raw() < 0)) {
      level.fail(fmt::format("level {} x {} is negative", excerpt(price_text), excerpt(quantity_text)));
    }
    if (snapshot && level.ok()) {
      decimals.price = std::max(decimals.price, decimals_shown(price_text));
      decimals.quantity = std::max(decimals.quantity, decimals_shown(quantity_text));
      const bool in_order =
          out.size() == first || (sign > 0 ? read.price < out.back().price : read.price > out.back().price);
      if (read.quantity.is_zero()) level.fail(fmt::format("level {} is empty", excerpt(price_text)));
      if (!in_order) level.fail(fmt::format("level {} is out of order", excerpt(price_text)));
    }
    if (!level.ok()) return fields.fail(fmt::format("{}: {}", key, std::move(level).failure()));
    out.push_back(read);
  }
}

MessageParser::BookEntry read_book(Fields& fields, const ExponentOf& exponent_of, bool snapshot,
                                   std::vector<wire::Level>& levels) {
  MessageParser::BookEntry out;
  BookMessage& book = out.book;
  book.symbol = fields.text("symbol");
  const int exponent = exponent_of(book.symbol);
  out.first = levels.size();
  read_side(fields, "bids", exponent, snapshot, 1, book.decimals, levels);
  book.bid_count = levels.size() - out.first;
  read_side(fields, "asks", exponent, snapshot, -1, book.decimals, levels);
  book.ask_count = levels.size() - out.first - book.bid_count;
  const std::uint64_t checksum = fields.integer("checksum");
  if (fields.ok() && checksum > UINT32_MAX) fields.fail(fmt::format("checksum: {} is out of range", checksum));
  book.checksum = static_cast<std::uint32_t>(checksum);
  if (fields.has("timestamp")) book.time = time_field(fields, "timestamp");
  return out;
}

ReplyMessage read_reply(Fields& fields, bool subscribe) {
  ReplyMessage out;
  out.subscribe = subscribe;
  if (fields.has("req_id")) out.id = fields.integer("req_id");
  out.refused = !fields.boolean("success");
  if (out.refused) {
    out.error = fields.optional_text("error");
    out.symbol = fields.optional_text("symbol");
    return out;
  }
  const auto object = fields.object("result");
  if (!fields.ok()) return out;
  Fields result(object);
  out.symbol = result.optional_text("symbol");
  if (!result.ok()) fields.fail(std::move(result).failure());
  return out;
}

// What can be told of a message that does not parse.
ParseFailure failure_of(std::string_view text, std::string message) {
  ParseFailure failure{std::move(message) + " in " + excerpt(text, 200)};
  constexpr std::string_view channel = R"("channel":")";
  constexpr std::string_view symbol = R"("symbol":")";
  const auto value_at = [text](std::size_t from) {
    const std::string_view rest = text.substr(from);
    return rest.substr(0, std::min(rest.find('"'), rest.size()));
  };
  if (const auto at = text.find(channel); at != std::string_view::npos) {
    failure.channel = channel_of(value_at(at + channel.size()));
  }
  constexpr std::size_t most_symbols = 64;
  for (auto at = text.find(symbol); at != std::string_view::npos && failure.symbols.size() < most_symbols;
       at = text.find(symbol, at + symbol.size())) {
    failure.symbols.emplace_back(value_at(at + symbol.size()).substr(0, 32));
  }
  return failure;
}

}  // namespace

std::expected<ParsedMessage, ParseFailure> MessageParser::parse(std::string_view text, const ExponentOf& exponent_of) {
  trades_.clear();
  quotes_.clear();
  bars_.clear();
  books_.clear();
  levels_.clear();
  instruments_ = {};

  ondemand::document document;
  ondemand::object object;
  const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
  auto error = parser_.iterate(padded).get(document);
  if (error == simdjson::SUCCESS) error = document.get_object().get(object);
  if (error != simdjson::SUCCESS) return std::unexpected(failure_of(text, simdjson::error_message(error)));

  Fields fields(object);
  ParsedMessage parsed;
  const auto finish = [&]() -> std::expected<ParsedMessage, ParseFailure> {
    if (!fields.ok()) return std::unexpected(failure_of(text, std::move(fields).failure()));
    return parsed;
  };
  if (fields.has("method")) {
    const std::string_view method = fields.text("method");
    if (method == "pong") {
      parsed.kind = MessageKind::Pong;
    } else if (method == "subscribe" || method == "unsubscribe") {
      parsed.kind = MessageKind::Reply;
      parsed.reply = read_reply(fields, method == "subscribe");
    } else {
      parsed.text = method;
    }
    return finish();
  }
  if (fields.ok() && !fields.has("channel")) {
    // An error that concerns no request: {"error":"...","success":false}.
    if (fields.has("success")) {
      parsed.kind = MessageKind::Reply;
      parsed.reply = read_reply(fields, false);
    }
    return finish();
  }
  const std::string_view channel = fields.text("channel");
  if (channel == "heartbeat") {
    parsed.kind = MessageKind::Heartbeat;
    return finish();
  }
  parsed.text = channel;
  if (channel == "trade") parsed.kind = MessageKind::Trades;
  if (channel == "ticker") parsed.kind = MessageKind::Quotes;
  if (channel == "book") parsed.kind = MessageKind::Books;
  if (channel == "ohlc") parsed.kind = MessageKind::Bars;
  if (channel == "instrument") parsed.kind = MessageKind::Instruments;
  if (channel == "status") parsed.kind = MessageKind::Status;
  if (!fields.ok() || parsed.kind == MessageKind::Unknown) return finish();

  const std::string_view type = fields.text("type");
  parsed.snapshot = type == "snapshot";
  if (fields.ok() && !parsed.snapshot && type != "update") {
    fields.fail(fmt::format("type: \"{}\" is neither snapshot nor update", excerpt(type)));
  }
  if (parsed.kind == MessageKind::Instruments) {
    const auto data = fields.object("data");
    if (!fields.ok()) return finish();
    Fields parts(data);
    ondemand::value value;
    ondemand::array pairs;
    if (parts.has("pairs") && parts.find("pairs", value)) {
      if (value.get_array().get(pairs) != simdjson::SUCCESS) {
        parts.fail("pairs is no list");
      } else {
        for (auto item : pairs) {
          ondemand::object pair;
          if (item.get_object().get(pair) != simdjson::SUCCESS) {
            parts.fail("pairs holds what is no object");
            break;
          }
          Instrument instrument;
          if (auto failure = read_pair(pair, instrument); failure.empty()) {
            instruments_.instruments.push_back(std::move(instrument));
          } else {
            instruments_.refused.push_back(fmt::format("{}: {}", excerpt(instrument.venue_symbol), failure));
          }
        }
      }
    }
    if (!parts.ok()) fields.fail(std::move(parts).failure());
    return finish();
  }

  Nanos time{0};
  if (parsed.kind == MessageKind::Bars && fields.has("timestamp")) time = time_field(fields, "timestamp");
  ondemand::value value;
  ondemand::array data;
  if (!fields.find("data", value)) return finish();
  if (value.get_array().get(data) != simdjson::SUCCESS) {
    fields.fail("data is no list");
    return finish();
  }
  for (auto item : data) {
    ondemand::object each;
    if (item.get_object().get(each) != simdjson::SUCCESS) {
      fields.fail("data holds what is no object");
      break;
    }
    Fields entry(each);
    switch (parsed.kind) {
      case MessageKind::Trades:
        trades_.push_back(read_trade(entry, exponent_of));
        break;
      case MessageKind::Quotes:
        quotes_.push_back(read_quote(entry, exponent_of));
        break;
      case MessageKind::Bars:
        bars_.push_back(read_bar(entry, exponent_of));
        bars_.back().time = time;
        break;
      case MessageKind::Books:
        books_.push_back(read_book(entry, exponent_of, parsed.snapshot, levels_));
        break;
      case MessageKind::Status:
        parsed.text = entry.text("system");
        break;
      default:
        break;
    }
    if (!entry.ok()) {
      fields.fail(std::move(entry).failure());
      break;
    }
  }
  return finish();
}

}  // namespace trunkline::venue::kraken
