#include "trunkline/connector/event_reader.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace trunkline::connector {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

std::unexpected<Error> wrong(std::string_view what, std::string_view value, std::string_view wanted) {
  return fail(ErrorCode::Protocol, fmt::format("{} \"{}\" is not {}", what, excerpt(value), wanted));
}

Result<Nanos> count_of(std::int64_t count, std::string_view text) {
  if (count < 0) return wrong("timestamp", text, "after 1970");
  if (count >= 100'000'000'000'000'000) return Nanos{count};
  if (count >= 100'000'000'000'000) return Nanos{count * 1'000};
  if (count >= 100'000'000'000) return Nanos{count * 1'000'000};
  return count > INT64_MAX / second_ns ? wrong("timestamp", text, "a time before 2262")
                                       : Result<Nanos>(Nanos{count * second_ns});
}

// Takes exactly `digits` digits from the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// "hh:mm" or "hhmm", in minutes.
std::optional<int> take_offset(std::string_view& text) {
  const auto hours = take_digits(text, 2);
  if (!hours) return std::nullopt;
  take(text, ":");
  const auto minutes = take_digits(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return *hours * 60 + *minutes;
}

std::optional<Nanos> iso_time(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !take(text, "Tt ")) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || !take(text, ":")) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < 1970 || *year > 2261) return std::nullopt;
  std::int64_t fraction = 0;
  if (take(text, ".,")) {
    std::int64_t place = second_ns / 10;
    bool any = false;
    for (std::optional<int> digit; (digit = take_digits(text, 1)); place /= 10, any = true) {
      if (place == 0) return std::nullopt;
      fraction += *digit * place;
    }
    if (!any) return std::nullopt;
  }
  std::int64_t offset_minutes = 0;
  if (!text.empty() && !take(text, "Zz")) {
    const bool west = text.front() == '-';
    if (!take(text, "+-")) return std::nullopt;
    const auto offset = take_offset(text);
    if (!offset) return std::nullopt;
    offset_minutes = west ? -*offset : *offset;
  }
  if (!text.empty()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds = ((days * 24 + *hour) * 60 + *minute - offset_minutes) * 60 + *second;
  return Nanos{seconds * second_ns + fraction};
}

bool same_word(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

Result<Price> read_price(std::string_view text) {
  const auto price = Price::parse(text);
  if (!price) return fail(ErrorCode::Protocol, fmt::format("price \"{}\": {}", excerpt(text), to_text(price.error())));
  return *price;
}

Result<Quantity> read_quantity(std::string_view text) {
  const auto quantity = Quantity::parse(text);
  if (!quantity)
    return fail(ErrorCode::Protocol, fmt::format("qty \"{}\": {}", excerpt(text), to_text(quantity.error())));
  if (quantity->raw() < 0) return wrong("qty", text, "zero or more");
  return *quantity;
}

Result<TakerSide> read_side(const TradeFields& fields) {
  TakerSide side = TakerSide::Unknown;
  if (same_word(fields.side, "buy"))
    side = TakerSide::Buy;
  else if (same_word(fields.side, "sell"))
    side = TakerSide::Sell;
  else if (!fields.side.empty())
    return wrong("side", fields.side, "buy or sell");
  if (!fields.is_buyer_maker) return side;
  const TakerSide from_maker = *fields.is_buyer_maker ? TakerSide::Sell : TakerSide::Buy;
  if (side != TakerSide::Unknown && side != from_maker) return wrong("side", fields.side, "what is_buyer_maker says");
  return from_maker;
}

std::uint64_t read_id(std::string_view text) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return text.empty() || (error == std::errc{} && end == text.data() + text.size()) ? id : hash_symbol_text(text);
}

Result<void> read_levels(const std::vector<LevelFields>& fields, std::vector<wire::Level>& out) {
  out.reserve(fields.size());
  for (const LevelFields& level : fields) {
    const auto price = read_price(level.price);
    if (!price) return std::unexpected(price.error());
    const auto quantity = read_quantity(level.qty);
    if (!quantity) return std::unexpected(quantity.error());
    out.push_back({*price, *quantity});
  }
  return {};
}

}  // namespace

Result<Nanos> read_time(const EventTime& time) {
  if (const auto* count = std::get_if<std::int64_t>(&time)) return count_of(*count, std::to_string(*count));
  const auto* text = std::get_if<std::string>(&time);
  if (text == nullptr || text->empty()) return Nanos{0};
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), count);
  if (error == std::errc{} && end == text->data() + text->size()) return count_of(count, *text);
  if (const auto iso = iso_time(*text)) return *iso;
  return wrong("timestamp", *text, "a count or a time such as 2024-01-15T12:34:56.789Z");
}

Result<Trade> read_trade(const TradeFields& fields) {
  Trade trade;
  const auto time = read_time(fields.timestamp);
  if (!time) return std::unexpected(time.error());
  const auto price = read_price(fields.price);
  if (!price) return std::unexpected(price.error());
  const auto quantity = read_quantity(fields.qty);
  if (!quantity) return std::unexpected(quantity.error());
  if (quantity->is_zero()) return wrong("qty", fields.qty, "above zero");
  const auto side = read_side(fields);
  if (!side) return std::unexpected(side.error());
  trade.exchange_time = *time;
  trade.price = *price;
  trade.quantity = *quantity;
  trade.side = *side;
  trade.trade_id = read_id(fields.id);
  return trade;
}

Result<void> read_depth(const DepthFields& fields, BookUpdate& out) {
  const auto time = read_time(fields.timestamp);
  if (!time) return std::unexpected(time.error());
  out.kind = fields.snapshot ? BookUpdateKind::Snapshot : BookUpdateKind::Delta;
  out.update_id = fields.last_update_id;
  out.previous_update_id = fields.previous_update_id;
  out.exchange_time = *time;
  if (auto bids = read_levels(fields.bids, out.bids); !bids) return bids;
  return read_levels(fields.asks, out.asks);
}

}  // namespace trunkline::connector
