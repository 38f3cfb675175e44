#include "sandbox/account/books.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace trunkline::sandbox {
namespace {

using Json = nlohmann::ordered_json;

net::HttpResponse reply(const Json& body, int status = 200) {
  net::HttpResponse response;
  response.status = status;
  response.body = body.dump();
  return response;
}

net::HttpResponse problem(std::string message, int status = 400) {
  return reply({{"error", std::move(message)}}, status);
}

Json to_json(const ClientOrder& order) {
  Json fills = Json::array();
  for (const FillRecord& fill : order.fills)
    fills.push_back({{"trade_id", fill.trade_id},
                     {"price", fill.price.to_text()},
                     {"quantity", fill.quantity.to_text()},
                     {"fee", fill.fee.to_text()},
                     {"fee_asset", fill.fee_asset},
                     {"maker", fill.maker},
                     {"realised", fill.realised.to_text()},
                     {"time_ms", fill.time_ms}});
  return {{"market", to_text(order.market)},
          {"symbol", order.symbol},
          {"order_id", order.id},
          {"client_id", order.client_id},
          {"previous_client_id", order.previous_client_id},
          {"side", order.side == match::Side::Buy ? "buy" : "sell"},
          {"type", order.type},
          {"time_in_force", order.time_in_force_text},
          {"state", to_text(order.state)},
          {"reason", order.reason},
          {"price", order.price.to_text()},
          {"trigger_price", order.trigger ? order.trigger->price.to_text() : ""},
          {"triggered", order.triggered},
          {"made_order", order.made_order},
          {"reduce_only", order.reduce_only},
          {"quantity", order.quantity.to_text()},
          {"cumulative_quantity", order.filled.to_text()},
          {"locked", order.locked.to_text()},
          {"created_ms", order.created_ms},
          {"updated_ms", order.updated_ms},
          {"fills", fills}};
}

const std::string* text_at(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() && found->is_string() ? &found->get_ref<const std::string&>() : nullptr;
}

}  // namespace

std::optional<net::HttpResponse> Books::answer(const net::HttpRequest& request) {
  const bool post = request.method == "POST";
  if (request.path == "/sandbox/account") return post ? open(request) : show(request);
  if (request.path == "/sandbox/account/fund" && post) return fund(request);
  if (request.path == "/sandbox/account/funding" && post) return funding(request);
  if (request.path == "/sandbox/account/fill" && post) return fill(request);
  return std::nullopt;
}

net::HttpResponse Books::show(const net::HttpRequest& request) {
  const auto key = request.parameter("key");
  if (!key) {
    Json keys = Json::array();
    for (const Account& account : desk_.accounts()) keys.push_back(account.key.key);
    return reply({{"keys", keys}});
  }
  const Account* const account = desk_.account(*key);
  if (account == nullptr) return problem(fmt::format("there is no account '{}'", excerpt(*key)), 404);
  Json orders = Json::array();
  for (const std::uint64_t id : account->orders) orders.push_back(to_json(*desk_.order(id)));
  Json balances = Json::object(), positions = Json::array();
  for (const Market market : {Market::Spot, Market::Usdm, Market::Coinm}) {
    for (const auto& [asset, balance] : account->wallet(market).all())
      balances[std::string(to_text(market))][asset] = {{"free", balance.free.to_text()},
                                                       {"locked", balance.locked.to_text()}};
    for (const auto& [symbol, position] : account->positions[static_cast<std::size_t>(market)])
      positions.push_back({{"market", to_text(market)},
                           {"symbol", symbol},
                           {"amount", position.amount.to_text()},
                           {"entry_price", position.entry.to_text()},
                           {"realised", position.realised.to_text()},
                           {"leverage", position.leverage}});
  }
  Json funding = Json::array();
  for (const Income& income : account->income) {
    if (income.type != "FUNDING_FEE") continue;
    funding.push_back({{"symbol", income.symbol},
                       {"asset", income.asset},
                       {"amount", income.amount.to_text()},
                       {"time_ms", income.time_ms}});
  }
  return reply({{"key", account->key.key},
                {"orders", orders},
                {"balances", balances},
                {"positions", positions},
                {"funding", funding}});
}

net::HttpResponse Books::open(const net::HttpRequest& request) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  const std::string* const key = text_at(body, "key");
  if (key == nullptr || key->empty()) return problem(R"(want {"key","secret"} or {"key","public_key"})");
  if (desk_.account(*key) != nullptr) return problem(fmt::format("account '{}' is there already", excerpt(*key)));
  const std::string* const secret = text_at(body, "secret");
  const std::string* const public_key = text_at(body, "public_key");
  welcome_(desk_.open_account({*key, secret != nullptr ? *secret : "", public_key != nullptr ? *public_key : ""}));
  return reply({{"key", *key}});
}

net::HttpResponse Books::fund(const net::HttpRequest& request) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  const std::string* const key = text_at(body, "key");
  const std::string* const asset = text_at(body, "asset");
  const std::string* const amount = text_at(body, "amount");
  const std::string* const market = text_at(body, "market");
  if (key == nullptr || asset == nullptr || amount == nullptr)
    return problem(R"(want {"key","market","asset","amount"}, the amount as text)");
  Account* const account = desk_.account(*key);
  if (account == nullptr) return problem(fmt::format("there is no account '{}'", excerpt(*key)), 404);
  const auto where = parse_market(market != nullptr ? *market : "spot");
  if (!where) return problem(where.error().message);
  const auto value = Quantity::parse(*amount);
  if (!value)
    return problem(fmt::format("amount '{}' is not a decimal number of eight decimals at most", excerpt(*amount)));
  desk_.fund(*account, *where, *asset, *value);
  const Balance& now = account->wallet(*where).of(*asset);
  return reply({{"asset", *asset}, {"free", now.free.to_text()}, {"locked", now.locked.to_text()}});
}

net::HttpResponse Books::funding(const net::HttpRequest& request) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  const std::string* const market = text_at(body, "market");
  const std::string* const symbol = text_at(body, "symbol");
  const std::string* const rate = text_at(body, "rate");
  if (market == nullptr || symbol == nullptr || rate == nullptr)
    return problem(R"(want {"market","symbol","rate"}, the rate as text)");
  const auto where = parse_market(*market);
  if (!where) return problem(where.error().message);
  ClientMarket* const listed = desk_.market(*where, *symbol);
  if (listed == nullptr || *where == Market::Spot)
    return problem(fmt::format("there is no perpetual '{}'", excerpt(*symbol)), 404);
  const auto value = Quantity::parse(*rate);
  if (!value) return problem(fmt::format("rate '{}' is not a decimal number", excerpt(*rate)));
  return reply({{"positions", desk_.pay_funding(*listed, value->raw())}});
}

net::HttpResponse Books::fill(const net::HttpRequest& request) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  const std::string* const key = text_at(body, "key");
  const Account* const account = key != nullptr ? desk_.account(*key) : nullptr;
  if (account == nullptr) return problem("there is no such account", 404);
  const std::string* const client_id = text_at(body, "client_id");
  const auto id = body.find("order_id");
  const ClientOrder* order = nullptr;
  for (auto one = account->orders.rbegin(); one != account->orders.rend() && order == nullptr; ++one) {
    const ClientOrder& candidate = *desk_.order(*one);
    const bool meant = client_id != nullptr ? candidate.client_id == *client_id
                                            : id != body.end() && id->is_number_unsigned() && *id == candidate.id;
    if (meant) order = &candidate;
  }
  if (order == nullptr) return problem("the account has no such order", 404);
  const std::string* const quantity = text_at(body, "quantity");
  const auto amount = quantity != nullptr ? Quantity::parse(*quantity) : order->remaining();
  if (!amount) return problem(fmt::format("quantity '{}' is not a decimal number", excerpt(*quantity)));
  if (!desk_.hit(*order, *amount)) return problem("the order does not rest in the book");
  return reply({{"cumulative_quantity", order->filled.to_text()}, {"state", to_text(order->state)}});
}

}  // namespace trunkline::sandbox
