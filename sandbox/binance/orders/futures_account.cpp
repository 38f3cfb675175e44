// USD-M: balances, positions and settings; listen keys.
#include <fmt/format.h>

#include "sandbox/binance/orders/trading_api.hpp"
#include "sandbox/binance/symbol_market.hpp"

namespace trunkline::sandbox::binance {
namespace {

constexpr std::int64_t funding_period_ms = 8 * 3'600'000;

struct Margin {
  std::int64_t initial = 0, maintenance = 0, unrealised = 0;
};

Margin margin_of(const Position& position, Price mark) {
  const auto worth =
      static_cast<std::int64_t>(static_cast<Int128>(std::abs(position.amount.raw())) * mark.raw() / Price::one);
  return {worth / position.leverage, worth / 1000 * 4, position.unrealised(mark)};
}

std::string signed_worth(const Position& position, Price mark) {
  return eight(static_cast<std::int64_t>(static_cast<Int128>(position.amount.raw()) * mark.raw() / Price::one));
}

}  // namespace

ApiResult<Json> TradingApi::balance(Account& account, const Parameters&) {
  Json out = Json::array();
  const Wallet& wallet = account.wallet(Market::Usdm);
  for (const auto& [asset, held] : wallet.all()) {
    std::int64_t unrealised = 0;
    for (const auto& [symbol, position] : account.positions[static_cast<std::size_t>(Market::Usdm)]) {
      const ClientMarket* const where = desk_.market(Market::Usdm, symbol);
      if (where != nullptr && where->instrument().quote == asset) unrealised += position.unrealised(where->mark());
    }
    const std::string available = eight(desk_.available_margin(account, Market::Usdm, asset).raw());
    out.push_back({{"accountAlias", fmt::format("sandbox{}", account.number)},
                   {"asset", asset},
                   {"balance", eight(held.total().raw())},
                   {"crossWalletBalance", eight(held.total().raw())},
                   {"crossUnPnl", eight(unrealised)},
                   {"availableBalance", available},
                   {"maxWithdrawAmount", available},
                   {"marginAvailable", true},
                   {"updateTime", authentication_.now_ms()}});
  }
  return out;
}

Json TradingApi::account_information(Account& account, bool all) const {
  const auto market = Market::Usdm;
  Json assets = Json::array(), positions = Json::array();
  std::int64_t wallet_sum = 0, available_sum = 0, order_margin_sum = 0;
  Margin sum;
  std::map<std::string, Margin> by_asset;
  const auto& held = account.positions[static_cast<std::size_t>(market)];
  for (const auto& [symbol, position] : held) {
    const ClientMarket* const where = desk_.market(market, symbol);
    if (where == nullptr || (!all && position.amount.is_zero())) continue;
    const Instrument& in = where->instrument();
    const Margin margin = margin_of(position, where->mark());
    Margin& of_asset = by_asset[in.quote];
    for (Margin* const total : {&sum, &of_asset}) {
      total->initial += margin.initial;
      total->maintenance += margin.maintenance;
      total->unrealised += margin.unrealised;
    }
    positions.push_back({{"symbol", symbol},
                         {"initialMargin", eight(margin.initial)},
                         {"maintMargin", eight(margin.maintenance)},
                         {"unrealizedProfit", eight(margin.unrealised)},
                         {"positionInitialMargin", eight(margin.initial)},
                         {"openOrderInitialMargin", "0"},
                         {"leverage", std::to_string(position.leverage)},
                         {"isolated", position.isolated},
                         {"entryPrice", eight(position.entry.raw())},
                         {"maxNotional", "250000"},
                         {"bidNotional", "0"},
                         {"askNotional", "0"},
                         {"positionSide", "BOTH"},
                         {"positionAmt", decimals(position.amount.raw(), in.quantity_decimals)},
                         {"notional", signed_worth(position, where->mark())},
                         {"isolatedWallet", "0"},
                         {"updateTime", position.updated_ms}});
  }
  for (const auto& [asset, balance] : account.wallet(market).all()) {
    const Margin& margin = by_asset[asset];
    const std::int64_t wallet = balance.total().raw();
    const std::int64_t available = desk_.available_margin(account, market, asset).raw();
    const std::int64_t orders = wallet + margin.unrealised - margin.initial - available;
    wallet_sum += wallet;
    available_sum += available;
    order_margin_sum += orders;
    assets.push_back({{"asset", asset},
                      {"walletBalance", eight(wallet)},
                      {"unrealizedProfit", eight(margin.unrealised)},
                      {"marginBalance", eight(wallet + margin.unrealised)},
                      {"maintMargin", eight(margin.maintenance)},
                      {"initialMargin", eight(margin.initial + orders)},
                      {"positionInitialMargin", eight(margin.initial)},
                      {"openOrderInitialMargin", eight(orders)},
                      {"crossWalletBalance", eight(wallet)},
                      {"crossUnPnl", eight(margin.unrealised)},
                      {"availableBalance", eight(available)},
                      {"maxWithdrawAmount", eight(available)},
                      {"marginAvailable", true},
                      {"updateTime", authentication_.now_ms()}});
  }
  return {{"feeTier", 0},
          {"canTrade", true},
          {"canDeposit", true},
          {"canWithdraw", true},
          {"updateTime", 0},
          {"multiAssetsMargin", false},
          {"tradeGroupId", -1},
          {"totalInitialMargin", eight(sum.initial + order_margin_sum)},
          {"totalMaintMargin", eight(sum.maintenance)},
          {"totalWalletBalance", eight(wallet_sum)},
          {"totalUnrealizedProfit", eight(sum.unrealised)},
          {"totalMarginBalance", eight(wallet_sum + sum.unrealised)},
          {"totalPositionInitialMargin", eight(sum.initial)},
          {"totalOpenOrderInitialMargin", eight(order_margin_sum)},
          {"totalCrossWalletBalance", eight(wallet_sum)},
          {"totalCrossUnPnl", eight(sum.unrealised)},
          {"availableBalance", eight(available_sum)},
          {"maxWithdrawAmount", eight(available_sum)},
          {"assets", assets},
          {"positions", positions}};
}

ApiResult<Json> TradingApi::account_v2(Account& account, const Parameters&) {
  return account_information(account, true);
}

ApiResult<Json> TradingApi::account_v3(Account& account, const Parameters&) {
  return account_information(account, false);
}

Json TradingApi::positions(Account& account, bool all, const Parameters& parameters) const {
  const std::string symbol = parameters.text("symbol");
  Json out = Json::array();
  for (const auto& [name, position] : account.positions[static_cast<std::size_t>(Market::Usdm)]) {
    const ClientMarket* const where = desk_.market(Market::Usdm, name);
    if (where == nullptr || (!symbol.empty() && name != symbol) || (!all && position.amount.is_zero())) continue;
    const Instrument& in = where->instrument();
    const Price mark = where->mark();
    const Margin margin = margin_of(position, mark);
    Json row{{"symbol", name},
             {"positionSide", "BOTH"},
             {"positionAmt", decimals(position.amount.raw(), in.quantity_decimals)},
             {"entryPrice", eight(position.entry.raw())},
             {"breakEvenPrice", eight(position.entry.raw())},
             {"markPrice", eight(mark.raw())},
             {"unRealizedProfit", eight(margin.unrealised)},
             {"liquidationPrice", "0"}};
    if (all) {
      row.update({{"leverage", std::to_string(position.leverage)},
                  {"maxNotionalValue", "250000"},
                  {"marginType", position.isolated ? "isolated" : "cross"},
                  {"isAutoAddMargin", "false"}});
    } else {
      row.update({{"marginAsset", in.quote},
                  {"initialMargin", eight(margin.initial)},
                  {"maintMargin", eight(margin.maintenance)},
                  {"positionInitialMargin", eight(margin.initial)},
                  {"openOrderInitialMargin", "0"},
                  {"adl", 1},
                  {"bidNotional", "0"},
                  {"askNotional", "0"}});
    }
    row.update({{"isolatedMargin", "0.00000000"},
                {"notional", signed_worth(position, mark)},
                {"isolatedWallet", "0"},
                {"updateTime", position.updated_ms}});
    out.push_back(row);
  }
  return out;
}

ApiResult<Json> TradingApi::position_risk_v2(Account& account, const Parameters& parameters) {
  return positions(account, true, parameters);
}

ApiResult<Json> TradingApi::position_risk_v3(Account& account, const Parameters& parameters) {
  return positions(account, false, parameters);
}

// ---- settings

ApiResult<Json> TradingApi::set_leverage(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  const auto leverage = parameters.whole("leverage");
  if (!leverage) return std::unexpected(leverage.error());
  if (!*leverage) return missing_parameter("leverage");
  if (**leverage < 1 || **leverage > 125) return refuse(-4028, fmt::format("Leverage {} is not valid", **leverage));
  account.position(Market::Usdm, (*where)->instrument().symbol).leverage = static_cast<int>(**leverage);
  return Json{{"leverage", **leverage}, {"maxNotionalValue", "250000"}, {"symbol", (*where)->instrument().symbol}};
}

ApiResult<Json> TradingApi::leverage_bracket(Account&, const Parameters& parameters) {
  const std::string symbol = parameters.text("symbol");
  Json out = Json::array();
  desk_.for_each_market([&](const ClientMarket& where) {
    const Instrument& in = where.instrument();
    if (in.market != Market::Usdm || (!symbol.empty() && in.symbol != symbol)) return;
    out.push_back({{"symbol", in.symbol},
                   {"notionalCoef", 1.0},
                   {"brackets", Json::array({{{"bracket", 1},
                                              {"initialLeverage", 125},
                                              {"notionalCap", 250'000},
                                              {"notionalFloor", 0},
                                              {"maintMarginRatio", 0.004},
                                              {"cum", 0.0}}})}});
  });
  if (!symbol.empty() && out.empty()) return refuse(-1121, "Invalid symbol.");
  return out;
}

ApiResult<Json> TradingApi::set_margin_type(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  const std::string type = parameters.text("marginType");
  if (type != "ISOLATED" && type != "CROSSED") return refuse(-4052, "Invalid marginType.");
  Position& position = account.position(Market::Usdm, (*where)->instrument().symbol);
  if (position.isolated == (type == "ISOLATED")) return refuse(-4046, "No need to change margin type.");
  if (!position.amount.is_zero()) return refuse(-4048, "Margin type cannot be changed if there exists position.");
  position.isolated = type == "ISOLATED";
  return Json{{"code", 200}, {"msg", "success"}};
}

ApiResult<Json> TradingApi::position_mode(Account&, const Parameters&) {
  return Json{{"dualSidePosition", false}};
}

// Positions are netted here; hedge mode is refused.
ApiResult<Json> TradingApi::set_position_mode(Account&, const Parameters& parameters) {
  if (!parameters.get("dualSidePosition")) return missing_parameter("dualSidePosition");
  if (parameters.flag("dualSidePosition")) return refuse(-4067, "Position side cannot be changed in this sandbox.");
  return refuse(-4059, "No need to change position side.");
}

ApiResult<Json> TradingApi::income(Account& account, const Parameters& parameters) {
  const std::string symbol = parameters.text("symbol"), type = parameters.text("incomeType");
  const auto start = parameters.whole("startTime"), end = parameters.whole("endTime"),
             limit = parameters.whole("limit");
  for (const auto* const number : {&start, &end, &limit})
    if (!*number) return std::unexpected(number->error());
  Json out = Json::array();
  std::uint64_t id = account.number * 1'000'000'000;
  for (const Income& one : account.income) {
    ++id;
    if ((!symbol.empty() && one.symbol != symbol) || (!type.empty() && one.type != type)) continue;
    if ((*start && one.time_ms < **start) || (*end && one.time_ms > **end)) continue;
    if (out.size() == static_cast<std::size_t>(std::clamp<std::int64_t>(limit->value_or(100), 1, 1000))) break;
    out.push_back({{"symbol", one.symbol},
                   {"incomeType", one.type},
                   {"income", eight(one.amount.raw())},
                   {"asset", one.asset},
                   {"info", std::to_string(one.trade_id)},
                   {"time", one.time_ms},
                   {"tranId", id},
                   {"tradeId", std::to_string(one.trade_id)}});
  }
  return out;
}

// The rate is that of its mark-price stream at each past settlement.
ApiResult<Json> TradingApi::funding_rate(Account&, const Parameters& parameters) {
  const std::string wanted = parameters.text("symbol");
  const auto limit = parameters.whole("limit");
  if (!limit) return std::unexpected(limit.error());
  const std::int64_t count = std::clamp<std::int64_t>(limit->value_or(100), 1, 1000);
  Json out = Json::array();
  desk_.for_each_market([&](const ClientMarket& where) {
    const Instrument& in = where.instrument();
    if (in.market != Market::Usdm || (!wanted.empty() && in.symbol != wanted)) return;
    const std::int64_t last = where.now_ms() / funding_period_ms;
    for (std::int64_t i = count; i-- > 0;)
      out.push_back({{"symbol", in.symbol},
                     {"fundingTime", (last - i) * funding_period_ms},
                     {"fundingRate", "0.00010000"},
                     {"markPrice", eight(where.mark().raw())}});
  });
  if (!wanted.empty() && out.empty()) return refuse(-1121, "Invalid symbol.");
  return out;
}

ApiResult<Json> TradingApi::commission_rate(Account&, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  const FeeTable fees = desk_.fees(Market::Usdm);
  return Json{{"symbol", (*where)->instrument().symbol},
              {"makerCommissionRate", decimals(fees.maker, 6)},
              {"takerCommissionRate", decimals(fees.taker, 6)}};
}

// ---- listen keys

ApiResult<Json> TradingApi::start_listen_key(Account& account, const Parameters&) {
  return Json{{"listenKey", streams_.listen_key(account, authentication_.now_ms())}};
}

ApiResult<Json> TradingApi::keep_listen_key(Account& account, const Parameters&) {
  if (!streams_.prolong(account, authentication_.now_ms())) return refuse(-1125, "This listenKey does not exist.");
  return Json{{"listenKey", streams_.listen_key(account, authentication_.now_ms())}};
}

ApiResult<Json> TradingApi::end_listen_key(Account& account, const Parameters&) {
  streams_.end_listen_key(account);
  return Json::object();
}

}  // namespace trunkline::sandbox::binance
