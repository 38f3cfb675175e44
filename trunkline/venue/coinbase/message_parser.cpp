#include "trunkline/venue/coinbase/message_parser.hpp"

#include <algorithm>
#include <charconv>

#include "trunkline/core/symbol.hpp"
#include "trunkline/venue/coinbase/iso_time.hpp"
#include "trunkline/venue/coinbase/products.hpp"

namespace trunkline::venue::coinbase {
namespace {

namespace ondemand = simdjson::ondemand;

Nanos read_time(Fields& fields, std::string_view key) {
  const std::string_view text = fields.text(key);
  Nanos time{0};
  if (fields.ok() && scan_iso_time(text.data(), text.data() + text.size(), time) != text.data() + text.size()) {
    fields.fail(fmt::format("{}: \"{}\" is no time", key, excerpt(text)));
  }
  return time;
}
Nanos read_optional_time(Fields& fields, std::string_view key) {
  return fields.has(key) ? read_time(fields, key) : Nanos{0};
}

template <class Decimal>
Decimal read_positive(Fields& fields, std::string_view key, int exponent) {
  const auto value = fields.decimal<Decimal>(key, exponent);
  if (fields.ok() && value.raw() < 0) fields.fail(fmt::format("{}: {} is negative", key, value.to_text()));
  return value;
}

// Of the maker.
bool read_taker_sold(Fields& fields, std::string_view buy, std::string_view sell) {
  const std::string_view side = fields.text("side");
  if (fields.ok() && side != buy && side != sell) {
    fields.fail(fmt::format("side: \"{}\" is no side", excerpt(side)));
  }
  return side == buy;
}

TradeMessage read_match(Fields& fields, const ExponentOf& exponent_of) {
  TradeMessage out;
  out.product = fields.text("product_id");
  const int exponent = exponent_of(out.product);
  out.id = fields.integer("trade_id");
  out.taker_sold = read_taker_sold(fields, "buy", "sell");
  out.quantity = read_positive<Quantity>(fields, "size", -exponent);
  out.price = read_positive<Price>(fields, "price", exponent);
  out.time = read_time(fields, "time");
  return out;
}

TradeMessage read_market_trade(Fields& fields, const ExponentOf& exponent_of) {
  TradeMessage out;
  out.product = fields.text("product_id");
  const int exponent = exponent_of(out.product);
  const std::string_view id = fields.text("trade_id");
  const auto number = std::from_chars(id.data(), id.data() + id.size(), out.id);
  out.numbered = number.ec == std::errc{} && number.ptr == id.data() + id.size();
  if (!out.numbered) out.id = hash_symbol_text(id);
  if (fields.ok() && id.empty()) fields.fail("trade_id is empty");
  out.taker_sold = read_taker_sold(fields, "BUY", "SELL");
  out.quantity = read_positive<Quantity>(fields, "size", -exponent);
  out.price = read_positive<Price>(fields, "price", exponent);
  out.time = read_time(fields, "time");
  return out;
}

QuoteMessage read_quote(Fields& fields, const ExponentOf& exponent_of, std::string_view bid_quantity,
                        std::string_view ask_quantity) {
  QuoteMessage out;
  out.product = fields.text("product_id");
  const int exponent = exponent_of(out.product);
  out.bid_price = fields.optional_decimal<Price>("best_bid", exponent);
  out.bid_quantity = fields.optional_decimal<Quantity>(bid_quantity, -exponent);
  out.ask_price = fields.optional_decimal<Price>("best_ask", exponent);
  out.ask_quantity = fields.optional_decimal<Quantity>(ask_quantity, -exponent);
  return out;
}

std::string_view text_behind(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view rest = text.substr(at + key.size());
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (!rest.starts_with('"')) return {};
  rest.remove_prefix(1);
  const auto end = rest.find('"');
  return end == std::string_view::npos ? std::string_view{} : rest.substr(0, end);
}

// What can be told of a message that does not parse.
ParseFailure failure_of(std::string_view text, std::string message) {
  ParseFailure failure{std::move(message) + " in " + excerpt(text, 200), false, false, {}, {}};
  const auto holds = [text](std::string_view part) { return text.find(part) != std::string_view::npos; };
  failure.book = holds("\"l2update\"") || holds("\"l2_data\"") || (holds("\"snapshot\"") && holds("\"bids\""));
  failure.trade = !failure.book && (holds("\"match\"") || holds("\"last_match\"") || holds("\"market_trades\""));
  failure.product = text_behind(text, "\"product_id\":");
  constexpr std::string_view sequence = R"("sequence_num":)";
  if (const auto at = text.find(sequence); at != std::string_view::npos) {
    const char* const from = text.data() + at + sequence.size();
    std::uint64_t number = 0;
    const auto read = std::from_chars(from, text.data() + text.size(), number);
    if (read.ec == std::errc{} && read.ptr != text.data() + text.size() && *read.ptr == ',') failure.sequence = number;
  }
  return failure;
}

// Each element of a list of objects as Fields, until one fails.
template <class Each>
void for_each_object(Fields& fields, std::string_view key, Each&& each) {
  ondemand::value value;
  ondemand::array rows;
  if (!fields.find(key, value)) return;
  if (value.get_array().get(rows) != simdjson::SUCCESS) return fields.fail(fmt::format("{} is no list", key));
  for (auto row : rows) {
    ondemand::object object;
    if (const auto error = row.get_object().get(object); error != simdjson::SUCCESS) {
      return fields.fail(fmt::format("{}: {}", key, simdjson::error_message(error)));
    }
    Fields inner(object);
    each(inner);
    if (!inner.ok()) return fields.fail(std::move(inner).failure());
  }
}

}  // namespace

std::expected<const Parsed*, ParseFailure> MessageParser::parse(std::string_view text, const ExponentOf& exponent_of) {
  ondemand::document document;
  ondemand::object object;
  parsed_.sequence.reset();
  parsed_.items.clear();
  parsed_.levels.clear();
  const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
  auto error = parser_.iterate(padded).get(document);
  if (error == simdjson::SUCCESS) error = document.get_object().get(object);
  if (error != simdjson::SUCCESS) return std::unexpected(failure_of(text, simdjson::error_message(error)));
  Fields fields(object);
  if (api_ == Api::Exchange) {
    read_exchange(fields, exponent_of);
  } else {
    read_advanced(fields, exponent_of);
  }
  // Reading on demand does not look behind the last field asked for.
  if (fields.ok() && !text.ends_with('}')) fields.fail("the message is cut");
  if (!fields.ok()) return std::unexpected(failure_of(text, std::move(fields).failure()));
  return &parsed_;
}

void MessageParser::read_exchange(Fields& fields, const ExponentOf& exponent_of) {
  const std::string_view type = fields.text("type");
  if (!fields.ok()) return;
  if (type == "match" || type == "last_match") {
    TradeMessage trade = read_match(fields, exponent_of);
    trade.history = type == "last_match";
    parsed_.items.emplace_back(trade);
  } else if (type == "ticker") {
    QuoteMessage quote = read_quote(fields, exponent_of, "best_bid_size", "best_ask_size");
    quote.sequence = fields.integer("sequence");
    quote.time = read_optional_time(fields, "time");
    parsed_.items.emplace_back(quote);
  } else if (type == "l2update") {
    BookMessage book;
    book.product = fields.text("product_id");
    book.time = read_optional_time(fields, "time");
    read_changes(fields, book, exponent_of(book.product));
    parsed_.items.emplace_back(book);
  } else if (type == "snapshot") {
    BookMessage book;
    book.snapshot = true;
    book.product = fields.text("product_id");
    book.time = read_optional_time(fields, "time");
    const int exponent = exponent_of(book.product);
    asks_.clear();
    ondemand::value side;
    if (fields.find("bids", side)) fields.fail(read_levels("bids", side, exponent, parsed_.levels));
    book.bid_count = parsed_.levels.size();
    if (fields.find("asks", side)) fields.fail(read_levels("asks", side, exponent, asks_));
    if (fields.ok()) fields.fail(finish(book));
    parsed_.items.emplace_back(book);
  } else if (type == "heartbeat") {
    HeartbeatMessage beat;
    beat.product = fields.text("product_id");
    beat.sequence = fields.integer("sequence");
    beat.last_trade_id = fields.integer("last_trade_id");
    beat.time = read_time(fields, "time");
    parsed_.items.emplace_back(beat);
  } else if (type == "subscriptions") {
    for_each_object(fields, "channels", [&](Fields& channel) {
      const std::string_view name = channel.text("name");
      ondemand::value products;
      ondemand::array list;
      // A channel without products (status) has none of them, or null.
      if (!channel.has("product_ids") || !channel.find("product_ids", products)) return;
      if (products.get_array().get(list) != simdjson::SUCCESS) return;
      for (auto item : list) {
        std::string_view product;
        if (item.get_string().get(product) != simdjson::SUCCESS)
          return channel.fail("product_ids holds what is no text");
        parsed_.items.emplace_back(SubscribedMessage{name, product});
      }
    });
    parsed_.items.emplace_back(SubscriptionsMessage{});
  } else if (type == "error") {
    parsed_.items.emplace_back(ErrorMessage{fields.optional_text("message"), fields.optional_text("reason")});
  } else if (type == "status") {
    for_each_object(fields, "products", [&](Fields& product) {
      const std::string_view id = product.text("id");
      const std::string_view status = product.text("status");
      const auto flag = [&](std::string_view key) { return product.has(key) && product.boolean(key); };
      const bool halted = flag("trading_disabled") || flag("cancel_only");
      parsed_.items.emplace_back(StatusMessage{id, status_of(status, halted)});
    });
  } else {
    parsed_.items.emplace_back(UnknownMessage{type});
  }
}

void MessageParser::read_advanced(Fields& fields, const ExponentOf& exponent_of) {
  if (!fields.has("channel")) {
    const std::string_view type = fields.optional_text("type");
    if (type == "error") {
      parsed_.items.emplace_back(ErrorMessage{fields.optional_text("message"), fields.optional_text("reason")});
    } else {
      parsed_.items.emplace_back(UnknownMessage{type});
    }
    return;
  }
  const std::string_view channel = fields.text("channel");
  const std::uint64_t sequence = fields.integer("sequence_num");
  const Nanos time = read_optional_time(fields, "timestamp");
  if (!fields.ok()) return;
  parsed_.sequence = sequence;
  if (channel == "heartbeats") {
    parsed_.items.emplace_back(HeartbeatMessage{.product = {}, .time = time});
  } else if (channel == "l2_data" || channel == "market_trades" || channel == "ticker" || channel == "subscriptions") {
    for_each_object(fields, "events", [&](Fields& event) { read_event(channel, time, event, exponent_of); });
    if (channel == "subscriptions") parsed_.items.emplace_back(SubscriptionsMessage{});
  } else {
    parsed_.items.emplace_back(UnknownMessage{channel});
  }
}

void MessageParser::read_event(std::string_view channel, Nanos time, Fields& event, const ExponentOf& exponent_of) {
  if (channel == "subscriptions") {
    ondemand::object lists = event.object("subscriptions");
    if (!event.ok()) return;
    for (auto field : lists) {
      std::string_view name;
      ondemand::array products;
      if (field.unescaped_key().get(name) != simdjson::SUCCESS ||
          field.value().get_array().get(products) != simdjson::SUCCESS) {
        return event.fail("subscriptions holds what is no list of products");
      }
      for (auto item : products) {
        std::string_view product;
        if (item.get_string().get(product) != simdjson::SUCCESS) {
          return event.fail("subscriptions holds a product that is no text");
        }
        parsed_.items.emplace_back(SubscribedMessage{name, product});
      }
    }
    return;
  }
  const std::string_view type = event.text("type");
  if (event.ok() && type != "snapshot" && type != "update") {
    return event.fail(fmt::format("type: \"{}\" is neither snapshot nor update", excerpt(type)));
  }
  const bool snapshot = type == "snapshot";
  if (channel == "market_trades") {
    const std::size_t first = parsed_.items.size();
    for_each_object(event, "trades", [&](Fields& trade) {
      TradeMessage read = read_market_trade(trade, exponent_of);
      read.history = snapshot;
      parsed_.items.emplace_back(read);
    });
    // A snapshot has the newest trade first.
    if (snapshot) std::reverse(parsed_.items.begin() + static_cast<std::ptrdiff_t>(first), parsed_.items.end());
  } else if (channel == "ticker") {
    for_each_object(event, "tickers", [&](Fields& ticker) {
      QuoteMessage quote = read_quote(ticker, exponent_of, "best_bid_quantity", "best_ask_quantity");
      quote.time = time;
      parsed_.items.emplace_back(quote);
    });
  } else {
    BookMessage book;
    book.snapshot = snapshot;
    book.product = event.text("product_id");
    read_updates(event, book, exponent_of(book.product), time);
    parsed_.items.emplace_back(book);
  }
}

void MessageParser::read_changes(Fields& fields, BookMessage& book, int exponent) {
  book.first_level = parsed_.levels.size();
  asks_.clear();
  ondemand::value changes;
  ondemand::array rows;
  if (!fields.find("changes", changes)) return;
  if (changes.get_array().get(rows) != simdjson::SUCCESS) return fields.fail("changes is no list");
  for (auto row : rows) {
    ondemand::array change;
    std::string_view texts[3];
    std::size_t count = 0;
    if (row.get_array().get(change) != simdjson::SUCCESS) return fields.fail("changes holds what is no change");
    for (auto item : change) {
      const auto error = count < 3 ? item.get_string().get(texts[count]) : item.error();
      if (error != simdjson::SUCCESS) return fields.fail("changes holds a change that is not text");
      ++count;
    }
    const bool bid = texts[0] == "buy";
    if (count < 3 || (!bid && texts[0] != "sell")) {
      return fields.fail(fmt::format("changes: \"{}\" of {} values is no change", excerpt(texts[0]), count));
    }
    const auto price = fields.parse<Price>("changes: price", texts[1], exponent);
    const auto quantity = fields.parse<Quantity>("changes: quantity", texts[2], -exponent);
    if (!fields.ok()) return;
    if (price.raw() < 0 || quantity.raw() < 0) {
      return fields.fail(fmt::format("changes: \"{}\" \"{}\" is negative", excerpt(texts[1]), excerpt(texts[2])));
    }
    (bid ? parsed_.levels : asks_).push_back({price, quantity});
  }
  fields.fail(finish(book));
}

void MessageParser::read_updates(Fields& event, BookMessage& book, int exponent, Nanos time) {
  book.first_level = parsed_.levels.size();
  asks_.clear();
  for_each_object(event, "updates", [&](Fields& update) {
    const std::string_view side = update.text("side");
    const bool bid = side == "bid";
    if (update.ok() && !bid && side != "offer") update.fail(fmt::format("side: \"{}\" is no side", excerpt(side)));
    const Nanos at = read_optional_time(update, "event_time");
    const auto price = read_positive<Price>(update, "price_level", exponent);
    const auto quantity = read_positive<Quantity>(update, "new_quantity", -exponent);
    // In a snapshot each level tells when it last changed.
    book.time = book.snapshot || at == Nanos{0} ? time : at;
    (bid ? parsed_.levels : asks_).push_back({price, quantity});
  });
  if (event.ok()) event.fail(finish(book));
}

// Bids are in levels from first_level on, asks apart: puts them together, in order where it is a snapshot.
std::string MessageParser::finish(BookMessage& book) {
  auto& levels = parsed_.levels;
  const auto first = levels.begin() + static_cast<std::ptrdiff_t>(book.first_level);
  if (book.snapshot) {
    const auto empty = [](const wire::Level& level) { return level.quantity.is_zero(); };
    levels.erase(std::remove_if(first, levels.end(), empty), levels.end());
    std::erase_if(asks_, empty);
    const auto bids = std::span(levels).subspan(book.first_level);
    const auto higher = [](const wire::Level& a, const wire::Level& b) { return a.price > b.price; };
    const auto lower = [](const wire::Level& a, const wire::Level& b) { return a.price < b.price; };
    if (!std::ranges::is_sorted(bids, higher)) std::ranges::sort(bids, higher);
    if (!std::ranges::is_sorted(asks_, lower)) std::ranges::sort(asks_, lower);
    const auto same = [](const wire::Level& a, const wire::Level& b) { return a.price == b.price; };
    if (const auto twice = std::ranges::adjacent_find(bids, same); twice != bids.end()) {
      return fmt::format("bids: level {} is there twice", twice->price.to_text());
    }
    if (const auto twice = std::ranges::adjacent_find(asks_, same); twice != asks_.end()) {
      return fmt::format("asks: level {} is there twice", twice->price.to_text());
    }
  }
  book.bid_count = levels.size() - book.first_level;
  book.ask_count = asks_.size();
  levels.insert(levels.end(), asks_.begin(), asks_.end());
  return {};
}

}  // namespace trunkline::venue::coinbase
