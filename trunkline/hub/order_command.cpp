#include "trunkline/hub/order_command.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <span>

#include "trunkline/hub/settings_values.hpp"
#include "trunkline/protocol/rfc3339.hpp"

namespace trunkline::hub {

using namespace order;

namespace {

using nlohmann::json;

// "stop-limit", "StopLimit" and "STOP_LIMIT" are one word.
std::string plain(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c != '-' && c != '_') out.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return out;
}

// Reads the members of one object; the first thing that is wrong is kept.
class Members {
 public:
  Members(std::string_view body, std::initializer_list<std::string_view> known)
      : object_(json::parse(body, nullptr, false)) {
    if (!object_.is_object()) {
      refuse("the body must be a JSON object");
      return;
    }
    for (const auto& [key, value] : object_.items()) {
      if (std::ranges::find(known, key) != known.end()) continue;
      const std::string_view meant = nearest(key, known);
      refuse(fmt::format("there is no \"{}\"{}", excerpt(key),
                         meant.empty() ? "" : fmt::format("; did you mean \"{}\"?", meant)));
    }
  }

  std::string text(const char* key) {
    const json* const value = find(key);
    if (value == nullptr) return {};
    if (value->is_string()) return value->get<std::string>();
    if (value->is_number_integer()) return value->dump();
    refuse(fmt::format("{}: expected a text{}", key,
                       value->is_number() ? ", such as \"0.01\": a number may lose digits" : ""));
    return {};
  }
  bool truth(const char* key) {
    const json* const value = find(key);
    if (value == nullptr) return false;
    if (!value->is_boolean()) refuse(fmt::format("{}: expected true or false", key));
    return value->is_boolean() && value->get<bool>();
  }
  template <class Enum>
  Enum word(const char* key, Enum otherwise, std::span<const Enum> choices) {
    const std::string given = text(key);
    if (given.empty()) return otherwise;
    std::string names;
    for (const Enum choice : choices) {
      if (plain(wire::to_text(choice)) == plain(given)) return choice;
      names += (names.empty() ? "" : ", ") + std::string(wire::to_text(choice));
    }
    refuse(fmt::format("{}: \"{}\" is none of {}", key, excerpt(given), names));
    return otherwise;
  }
  ExtraParams pairs(const char* key) {
    ExtraParams out;
    const json* const value = find(key);
    if (value == nullptr) return out;
    if (!value->is_object()) refuse(fmt::format("{}: expected an object of texts", key));
    if (!value->is_object()) return out;
    for (const auto& [name, each] : value->items()) {
      if (!each.is_string()) refuse(fmt::format("{}: {}: expected a text", key, excerpt(name)));
      if (each.is_string()) out.emplace_back(name, each.get<std::string>());
    }
    return out;
  }
  bool has(const char* key) const { return find(key) != nullptr; }

  void refuse(std::string why) {
    if (!wrong_) wrong_ = Error{ErrorCode::InvalidArgument, std::move(why)};
  }
  const std::optional<Error>& wrong() const noexcept { return wrong_; }

 private:
  const json* find(const char* key) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  json object_;
  std::optional<Error> wrong_;
};

constexpr TradeType sides[] = {TradeType::Buy, TradeType::Sell};
constexpr OrderType types[] = {OrderType::Limit,           OrderType::LimitMaker, OrderType::Market,
                               OrderType::StopLimit,       OrderType::StopMarket, OrderType::TakeProfitLimit,
                               OrderType::TakeProfitMarket};
constexpr TimeInForce times_in_force[] = {TimeInForce::Gtc, TimeInForce::Ioc, TimeInForce::Fok, TimeInForce::Gtd};
constexpr PositionAction actions[] = {PositionAction::None, PositionAction::Open, PositionAction::Close};
constexpr TradingState states[] = {TradingState::Active, TradingState::Reducing, TradingState::Halted};

}  // namespace

std::optional<Nanos> parse_good_till(std::string_view text, Nanos now) {
  if (const auto time = protocol::parse_rfc3339(text)) return time;
  Nanos wait{0};
  if (!read(text, wait)) return std::nullopt;
  return now + wait;
}

Result<PlaceCommand> parse_place(std::string_view body, Nanos now) {
  Members members(
      body, {"symbol", "side", "amount", "price", "type", "time_in_force", "trigger_price", "post_only", "reduce_only",
             "position_action", "leverage", "good_till", "client_order_id", "extra", "allow_stale_book", "live"});
  PlaceCommand command;
  OrderParams& params = command.params;
  params.trading_pair = members.text("symbol");
  command.side = members.word<TradeType>("side", TradeType::Buy, sides);
  params.amount = members.text("amount");
  if (const std::string price = members.text("price"); !price.empty()) params.price = price;
  if (const std::string trigger = members.text("trigger_price"); !trigger.empty()) params.trigger_price = trigger;
  const bool priced = !params.price.text().empty();
  params.order_type = members.word<OrderType>("type", priced ? OrderType::Limit : OrderType::Market, types);
  params.time_in_force = members.word<TimeInForce>("time_in_force", TimeInForce::Gtc, times_in_force);
  params.position_action = members.word<PositionAction>("position_action", PositionAction::None, actions);
  params.post_only = members.truth("post_only");
  params.reduce_only = members.truth("reduce_only");
  params.allow_stale_book = members.truth("allow_stale_book");
  params.client_order_id = members.text("client_order_id");
  params.extra_params = members.pairs("extra");
  command.live = members.truth("live");
  if (const std::string leverage = members.text("leverage"); !leverage.empty()) {
    std::uint32_t times = 0;
    if (!read(leverage, times)) members.refuse(fmt::format("leverage: \"{}\" is no whole number", excerpt(leverage)));
    params.leverage = times;
  }
  if (const std::string until = members.text("good_till"); !until.empty()) {
    if (const auto time = parse_good_till(until, now)) {
      params.good_till = *time;
      if (!members.has("time_in_force")) params.time_in_force = TimeInForce::Gtd;
    } else {
      members.refuse(
          fmt::format("good_till: \"{}\" is neither a duration such as 10m nor a time such as "
                      "2026-11-21T10:00:00Z",
                      excerpt(until)));
    }
  }
  if (!members.has("side")) members.refuse("side: buy or sell");
  if (!members.has("amount")) members.refuse("amount: how much");
  if (members.wrong()) return std::unexpected(*members.wrong());
  if (has_limit_price(params.order_type) && !priced) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("price: a {} order needs one", wire::to_text(params.order_type)));
  }
  if (!has_limit_price(params.order_type) && priced) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("price: a {} order has none", wire::to_text(params.order_type)));
  }
  if (is_conditional(params.order_type) == params.trigger_price.text().empty()) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("trigger_price: a {} order {}", wire::to_text(params.order_type),
                            is_conditional(params.order_type) ? "needs one" : "has none"));
  }
  auto symbol = SymbolDescriptor::parse(params.trading_pair);
  if (!symbol) return std::unexpected(symbol.error());
  command.symbol = *std::move(symbol);
  return command;
}

Result<AmendCommand> parse_amend(std::string_view body) {
  Members members(body, {"price", "amount", "live"});
  AmendCommand command;
  if (const std::string price = members.text("price"); !price.empty()) command.params.price = price;
  if (const std::string amount = members.text("amount"); !amount.empty()) command.params.amount = amount;
  command.live = members.truth("live");
  if (!members.has("price") && !members.has("amount")) members.refuse("there must be a price, an amount, or both");
  if (members.wrong()) return std::unexpected(*members.wrong());
  return command;
}

Result<StateCommand> parse_state(std::string_view body) {
  Members members(body, {"state", "reason", "exchange"});
  StateCommand command;
  command.state = members.word<TradingState>("state", TradingState::Halted, states);
  command.reason = members.text("reason");
  command.exchange = members.text("exchange");
  if (!members.has("state")) members.refuse("state: Active, Reducing or Halted");
  if (members.wrong()) return std::unexpected(*members.wrong());
  return command;
}

}  // namespace trunkline::hub
