#include "apps/order_text.hpp"

#include <fmt/format.h>

namespace trunkline::apps {
namespace {

// "" where there is none.
std::string text(const OrderJson& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

bool is_true(const OrderJson& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::string lower(std::string word) {
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return word;
}

std::string limit(const OrderJson& limits, const char* key) {
  const std::string value = text(limits, key);
  return value.empty() || value == "0" ? "none" : value;
}

// "2026-11-21T10:00:00.123456789Z" -> "10:00:00.123"
std::string clock_of(const std::string& time) {
  return time.size() >= 23 ? time.substr(11, 12) : time;
}

}  // namespace

std::string order_line(const OrderJson& order) {
  std::string line = fmt::format("{} {} {}", lower(text(order, "side")), text(order, "amount"), text(order, "symbol"));
  if (const auto price = text(order, "price"); !price.empty()) line += " @ " + price;
  if (const auto trigger = text(order, "trigger_price"); !trigger.empty()) line += " trigger " + trigger;
  line += fmt::format("  {} {}", text(order, "type"), text(order, "time_in_force"));
  line += fmt::format("  {}", text(order, "state"));
  if (const auto reason = text(order, "reason"); !reason.empty() && reason != "None") line += " (" + reason + ")";
  line += fmt::format(", {} filled", text(order, "filled"));
  if (const auto average = text(order, "average_price"); !average.empty()) line += " at " + average;
  if (is_true(order, "lost")) line += ", LOST: the venue says it knows no such order";
  if (is_true(order, "external")) line += ", of another program";
  if (is_true(order, "paper")) line += ", on paper";
  return line + "  " + text(order, "client_order_id");
}

std::string account_kind(const OrderJson& account) {
  if (is_true(account, "paper")) return "paper";
  return is_true(account, "live") ? "LIVE" : text(account, "domain");
}

std::string moment_line(const OrderJson& moment) {
  const std::string kind = text(moment, "kind");
  std::string line = clock_of(text(moment, "time")) + "  ";
  if (kind == "fill") {
    line +=
        fmt::format("filled {} @ {}, {} in all", text(moment, "amount"), text(moment, "price"), text(moment, "filled"));
  } else if (kind == "error") {
    line += "request failed";
  } else {
    line += text(moment, "state");
    if (const auto reason = text(moment, "reason"); reason != "None") line += " (" + reason + ")";
    if (const auto price = text(moment, "price"); !price.empty()) {
      line += fmt::format("  {} @ {}", text(moment, "amount"), price);
    }
    if (const auto filled = text(moment, "filled"); filled != "0") line += fmt::format(", {} filled", filled);
  }
  if (const auto words = text(moment, "text"); !words.empty()) line += "  " + words;
  return line;
}

void print_orders(const OrderJson& overview, bool ended) {
  for (const OrderJson& account : overview["accounts"]) {
    const OrderJson& counters = account["counters"];
    fmt::print("{} {} {}: {}, {}, {} open, {} sent, {} fills\n", text(account, "exchange"), account_kind(account),
               text(account, "account"), is_true(account, "ready") ? "ready" : "not ready",
               text(account, "trading_state"), text(counters, "open"), text(counters, "sent"), text(counters, "fills"));
    for (const OrderJson& balance : account["balances"]) {
      if (text(balance, "total") == "0") continue;
      fmt::print("  {:<8} {} ({} available)\n", text(balance, "currency"), text(balance, "total"),
                 text(balance, "available"));
    }
    for (const OrderJson& position : account["positions"]) {
      fmt::print("  position {} {} entered at {}, unrealized {}\n", text(position, "symbol"), text(position, "amount"),
                 text(position, "entry_price"), text(position, "unrealized_pnl"));
    }
    for (const OrderJson& result : account["results"]) {
      const std::string pnl = text(result, "pnl");
      fmt::print("  {}: bought {}, sold {}, result {} {}\n", text(result, "symbol"), text(result, "bought"),
                 text(result, "sold"), pnl.empty() ? "unknown" : pnl, pnl.empty() ? "" : text(result, "currency"));
    }
  }
  if (overview["accounts"].empty()) {
    fmt::print(
        "This hub has no account for orders: see orders.exchanges, or start `trunkline run --paper` or "
        "`run --sandbox`.\n");
  }
  for (const OrderJson& order : overview["open"]) fmt::print("{}\n", order_line(order));
  if (!ended) return;
  for (const OrderJson& order : overview["ended"]) fmt::print("{}\n", order_line(order));
}

void print_order(const OrderJson& order) {
  fmt::print("{}\n", order_line(order));
  for (const OrderJson& moment : order["timeline"]["moments"]) fmt::print("  {}\n", moment_line(moment));
  for (const OrderJson& fill : order["fills"]) {
    fmt::print("  fill {} {} @ {} {} fee {} {}\n", text(fill, "trade_id"), text(fill, "amount"), text(fill, "price"),
               lower(text(fill, "liquidity")), text(fill, "fee"), text(fill, "fee_currency"));
  }
}

std::string account_text(const OrderJson& account) {
  const OrderJson& limits = account["limits"];
  return fmt::format(
      "{} {}, account {}: an order up to {} in amount and {} in the quote currency, within {} basis points of the "
      "book; "
      "up to {} open, {} a second; position up to {}",
      text(account, "exchange"), account_kind(account), text(account, "account"), limit(limits, "max_order_amount"),
      limit(limits, "max_order_notional"), limit(limits, "price_collar_bp"), limit(limits, "max_open_orders"),
      limit(limits, "max_orders_per_second"), limit(limits, "max_position"));
}

}  // namespace trunkline::apps
