#include "trunkline/venue/hyperliquid/message_parser.hpp"

#include <algorithm>
#include <charconv>

#include "trunkline/venue/fields.hpp"

namespace trunkline::venue::hyperliquid {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::pair<std::string_view, Channel> channel_names[] = {
    {"trades", Channel::Trades},         {"bbo", Channel::Quotes},
    {"l2Book", Channel::Depth},          {"candle", Channel::Bars},
    {"activeAssetCtx", Channel::Ticker},
};

template <class Decimal>
Decimal positive(Fields& fields, std::string_view key) {
  const auto value = fields.decimal<Decimal>(key);
  if (fields.ok() && value.raw() < 0) fields.fail(fmt::format("{}: {} is negative", key, value.to_text()));
  return value;
}

// Absent where it is missing, null or beyond the range.
template <class Decimal>
Decimal told(Fields& fields, std::string_view key) {
  ondemand::value value;
  std::string_view text;
  if (!fields.has(key) || !fields.find(key, value) || value.get_string().get(text) != simdjson::SUCCESS) {
    return Decimal::absent();
  }
  return Decimal::parse(text).value_or(Decimal::absent());
}

TradeMessage read_trade(Fields& fields) {
  TradeMessage out;
  out.coin = fields.text("coin");
  const std::string_view side = fields.text("side");
  out.buy = side == "B";
  if (fields.ok() && !out.buy && side != "A") fields.fail(fmt::format("side: \"{}\" is no side", excerpt(side)));
  out.price = positive<Price>(fields, "px");
  out.quantity = positive<Quantity>(fields, "sz");
  out.time = fields.milliseconds("time");
  out.id = fields.integer("tid");
  return out;
}

wire::Level read_level(Fields& fields) {
  wire::Level level;
  level.price = positive<Price>(fields, "px");
  level.quantity = positive<Quantity>(fields, "sz");
  return level;
}

// Appends one side. Sign 1: bids, whose prices fall.
void read_side(Fields& fields, ondemand::value value, int sign, std::vector<wire::Level>& out) {
  ondemand::array rows;
  if (value.get_array().get(rows) != simdjson::SUCCESS) return fields.fail("levels holds what is no list");
  const std::size_t first = out.size();
  for (auto row : rows) {
    ondemand::object object;
    if (row.get_object().get(object) != simdjson::SUCCESS) return fields.fail("levels holds what is no level");
    Fields each(object);
    const wire::Level level = read_level(each);
    if (each.ok() && level.quantity.is_zero()) each.fail(fmt::format("level {} is empty", level.price.to_text()));
    const bool in_order =
        out.size() == first || (sign > 0 ? level.price < out.back().price : level.price > out.back().price);
    if (each.ok() && !in_order) each.fail(fmt::format("level {} is out of order", level.price.to_text()));
    if (!each.ok()) return fields.fail("levels: " + std::move(each).failure());
    out.push_back(level);
  }
}

BookMessage read_book(Fields& fields, std::vector<wire::Level>& levels) {
  BookMessage out;
  out.coin = fields.text("coin");
  out.time = fields.milliseconds("time");
  ondemand::value value;
  ondemand::array sides;
  if (!fields.find("levels", value)) return out;
  if (value.get_array().get(sides) != simdjson::SUCCESS) {
    fields.fail("levels is no list");
    return out;
  }
  std::size_t count = 0;
  for (auto side : sides) {
    ondemand::value of;
    if (side.get(of) != simdjson::SUCCESS || count == 2) {
      fields.fail("levels is not two lists");
      return out;
    }
    read_side(fields, of, count == 0 ? 1 : -1, levels);
    if (!fields.ok()) return out;
    if (count++ == 0) out.bid_count = levels.size();
  }
  if (count != 2) fields.fail("levels is not two lists");
  out.ask_count = levels.size() - out.bid_count;
  return out;
}

QuoteMessage read_quote(Fields& fields) {
  QuoteMessage out;
  out.coin = fields.text("coin");
  out.time = fields.milliseconds("time");
  ondemand::value value;
  ondemand::array sides;
  if (!fields.find("bbo", value)) return out;
  if (value.get_array().get(sides) != simdjson::SUCCESS) {
    fields.fail("bbo is no list");
    return out;
  }
  int count = 0;
  for (auto side : sides) {
    ondemand::value of;
    if (side.get(of) != simdjson::SUCCESS || count == 2) {
      fields.fail("bbo is not a bid and an ask");
      return out;
    }
    const bool bid = count++ == 0;
    ondemand::object object;
    bool null = false;
    if (of.is_null().get(null) == simdjson::SUCCESS && null) continue;
    if (of.get_object().get(object) != simdjson::SUCCESS) {
      fields.fail("bbo holds what is no level");
      return out;
    }
    Fields each(object);
    const wire::Level level = read_level(each);
    if (!each.ok()) {
      fields.fail("bbo: " + std::move(each).failure());
      return out;
    }
    (bid ? out.bid_price : out.ask_price) = level.price;
    (bid ? out.bid_quantity : out.ask_quantity) = level.quantity;
  }
  return out;
}

TickerMessage read_ticker(Fields& fields) {
  TickerMessage out;
  out.coin = fields.text("coin");
  const auto object = fields.object("ctx");
  if (!fields.ok()) return out;
  Fields context(object);
  out.funding = told<Rate>(context, "funding");
  out.open_interest = told<Quantity>(context, "openInterest");
  out.oracle_price = told<Price>(context, "oraclePx");
  out.mark_price = told<Price>(context, "markPx");
  if (!context.ok()) fields.fail("ctx: " + std::move(context).failure());
  return out;
}

// "1m", "4h", "1d", "1w"; a month has no fixed length: 0.
std::optional<Nanos> interval_of(std::string_view text) {
  if (text == "1M") return Nanos{0};
  int count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  if (read.ec != std::errc{} || read.ptr + 1 != text.data() + text.size() || count < 1 || count > 1'000) {
    return std::nullopt;
  }
  switch (*read.ptr) {
    case 'm':
      return std::chrono::minutes{count};
    case 'h':
      return std::chrono::hours{count};
    case 'd':
      return std::chrono::days{count};
    case 'w':
      return std::chrono::weeks{count};
    default:
      return std::nullopt;
  }
}

BarMessage read_bar(Fields& fields) {
  BarMessage out;
  out.coin = fields.text("s");
  out.open_time = fields.milliseconds("t");
  const std::string_view text = fields.text("i");
  const auto interval = interval_of(text);
  if (fields.ok() && !interval) fields.fail(fmt::format("i: \"{}\" is no interval", excerpt(text)));
  out.interval = interval.value_or(Nanos{0});
  out.open = positive<Price>(fields, "o");
  out.high = positive<Price>(fields, "h");
  out.low = positive<Price>(fields, "l");
  out.close = positive<Price>(fields, "c");
  out.volume = told<Quantity>(fields, "v");
  out.trades = fields.integer("n");
  return out;
}

AnswerMessage read_answer(Fields& fields) {
  AnswerMessage out;
  const std::string_view method = fields.text("method");
  out.subscribe = method == "subscribe";
  const auto object = fields.object("subscription");
  if (!fields.ok()) return out;
  Fields subscription(object);
  out.type = subscription.text("type");
  out.coin = subscription.optional_text("coin");
  if (!subscription.ok()) fields.fail("subscription: " + std::move(subscription).failure());
  return out;
}

// What can be told of a message that does not parse.
ParseFailure failure_of(std::string_view text, std::string message) {
  ParseFailure failure{std::move(message) + " in " + excerpt(text, 200)};
  const auto value_after = [text](std::string_view name) -> std::string_view {
    const auto at = text.find(name);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + name.size());
    return rest.substr(0, std::min(rest.find('"'), rest.size()));
  };
  failure.channel = channel_of(value_after(R"("channel":")"));
  failure.coin = value_after(failure.channel == Channel::Bars ? R"("s":")" : R"("coin":")").substr(0, 32);
  return failure;
}

}  // namespace

std::string_view channel_name(Channel channel) noexcept {
  const auto found = std::ranges::find(channel_names, channel, &std::pair<std::string_view, Channel>::second);
  return found == std::end(channel_names) ? std::string_view{} : found->first;
}
std::optional<Channel> channel_of(std::string_view name) noexcept {
  const auto found = std::ranges::find(channel_names, name, &std::pair<std::string_view, Channel>::first);
  if (found == std::end(channel_names)) return std::nullopt;
  return found->second;
}

std::expected<ParsedMessage, ParseFailure> MessageParser::parse(std::string_view text) {
  trades_.clear();
  levels_.clear();
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
  const std::string_view channel = fields.text("channel");
  if (!fields.ok()) return finish();
  if (channel == "pong") {
    parsed.kind = MessageKind::Pong;
    return finish();
  }
  if (channel == "error") {
    parsed.kind = MessageKind::Error;
    parsed.text = fields.text("data");
    return finish();
  }
  if (channel == "trades") {
    parsed.kind = MessageKind::Trades;
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
      trades_.push_back(read_trade(entry));
      if (!entry.ok()) {
        fields.fail(std::move(entry).failure());
        break;
      }
    }
    return finish();
  }
  if (channel == "bbo") parsed.kind = MessageKind::Quote;
  if (channel == "l2Book") parsed.kind = MessageKind::Book;
  if (channel == "activeAssetCtx" || channel == "activeSpotAssetCtx") parsed.kind = MessageKind::Ticker;
  if (channel == "candle") parsed.kind = MessageKind::Bar;
  if (channel == "subscriptionResponse") parsed.kind = MessageKind::Answer;
  if (parsed.kind == MessageKind::Unknown) {
    parsed.text = channel;
    return finish();
  }
  const auto data_object = fields.object("data");
  if (!fields.ok()) return finish();
  Fields data(data_object);
  switch (parsed.kind) {
    case MessageKind::Quote:
      parsed.quote = read_quote(data);
      break;
    case MessageKind::Book:
      parsed.book = read_book(data, levels_);
      break;
    case MessageKind::Ticker:
      parsed.ticker = read_ticker(data);
      break;
    case MessageKind::Bar:
      parsed.bar = read_bar(data);
      break;
    default:
      parsed.answer = read_answer(data);
      break;
  }
  if (!data.ok()) fields.fail(std::move(data).failure());
  return finish();
}

}  // namespace trunkline::venue::hyperliquid
