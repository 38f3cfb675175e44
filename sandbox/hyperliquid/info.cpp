#include "sandbox/hyperliquid/info.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "sandbox/hyperliquid/text.hpp"

namespace trunkline::sandbox::hyperliquid {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t recent_trades = 10;
constexpr std::int64_t most_bars = 5'000;

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

InfoAnswer malformed() {
  return {422, "Failed to deserialize the JSON body into the target type"};
}
// The venue answers so to a coin that it does not list.
InfoAnswer failed() {
  return {500, "null"};
}

}  // namespace

int Info::weight_of(const json& question) {
  const std::string type = text_at(question, "type");
  return type == "l2Book" || type == "allMids" || type == "clearinghouseState" || type == "orderStatus" ? 2 : 20;
}

InfoAnswer Info::answer(const json& question) const {
  if (!question.is_object()) return malformed();
  const std::string type = text_at(question, "type");
  if (type == "meta") return {200, perpetuals()};
  if (type == "spotMeta") return {200, spot_pairs()};
  if (type == "metaAndAssetCtxs") return {200, fmt::format("[{},{}]", perpetuals(), contexts(true))};
  if (type == "spotMetaAndAssetCtxs") return {200, fmt::format("[{},{}]", spot_pairs(), contexts(false))};
  if (type == "allMids") return {200, mids_text(host_)};
  if (type == "perpDexs") return {200, "[null]"};
  if (type == "candleSnapshot") return bars(question);
  if (type != "l2Book" && type != "recentTrades") return malformed();
  const std::string coin = text_at(question, "coin");
  if (coin.empty()) return malformed();
  const ListedMarket* const market = host_.find(coin);
  if (market == nullptr) return failed();
  if (type == "l2Book") {
    // Levels are not put together here.
    for (const char* const option : {"nSigFigs", "mantissa"}) {
      if (const auto found = question.find(option); found != question.end() && !found->is_null()) return malformed();
    }
    const auto snapshot = host_.snapshot(*market, book_depth);
    return {200, book_text(market->instrument(), snapshot.book, book_depth, market->now_ms()), snapshot.delay};
  }
  const auto& all = market->trades();
  const std::vector<TradePrint> latest(all.rbegin(),
                                       all.rbegin() + static_cast<std::ptrdiff_t>(std::min(all.size(), recent_trades)));
  return {200, trades_text(market->instrument(), latest)};
}

InfoAnswer Info::bars(const json& question) const {
  const auto request = question.find("req");
  if (request == question.end() || !request->is_object()) return malformed();
  const ListedMarket* const market = host_.find(text_at(*request, "coin"));
  const std::string interval = text_at(*request, "interval");
  const auto length = interval_ms(interval);
  const auto from = request->find("startTime");
  if (!length || from == request->end() || !from->is_number_unsigned()) return malformed();
  if (market == nullptr) return failed();
  std::int64_t to = market->now_ms();
  if (const auto end = request->find("endTime"); end != request->end() && end->is_number_unsigned()) {
    to = static_cast<std::int64_t>(std::min<std::uint64_t>(end->get<std::uint64_t>(), static_cast<std::uint64_t>(to)));
  }
  const auto wanted = static_cast<std::int64_t>(
      std::min<std::uint64_t>(from->get<std::uint64_t>(), static_cast<std::uint64_t>(std::max<std::int64_t>(to, 0))));
  const std::int64_t first = std::max(wanted, to - (most_bars - 1) * *length) / *length * *length;
  std::string out;
  for (std::int64_t at = first; at <= to; at += *length) {
    if (!out.empty()) out += ',';
    out += bar_text(market->instrument(), market->bar_at(at, *length), interval);
  }
  return {200, "[" + out + "]"};
}

std::string Info::perpetuals() const {
  std::string out;
  for (const auto& market : host_.markets()) {
    const Instrument& in = market->instrument();
    if (!is_perpetual(in)) continue;
    out += fmt::format(R"({}{{"szDecimals":{},"name":"{}","maxLeverage":{},"marginTableId":40}})",
                       out.empty() ? "" : ",", in.quantity_decimals, in.symbol, most_leverage);
  }
  return fmt::format(
      R"({{"universe":[{}],"marginTables":[[40,{{"description":"","marginTiers":[{{"lowerBound":"0.0","maxLeverage":40}}]}}]],"collateralToken":0}})",
      out);
}

std::string Info::spot_pairs() const {
  std::string tokens =
      R"({"name":"USDC","szDecimals":8,"weiDecimals":8,"index":0,"tokenId":"0x6d1e7cde53ba9467b783cb7c530ce054","isCanonical":true,"evmContract":null,"fullName":null})";
  std::string pairs;
  std::size_t index = 0;
  for (const auto& market : host_.markets()) {
    const Instrument& in = market->instrument();
    if (is_perpetual(in)) continue;
    ++index;
    tokens += fmt::format(
        R"(,{{"name":"{}","szDecimals":{},"weiDecimals":8,"index":{},"tokenId":"0x{:032x}","isCanonical":false,"evmContract":null,"fullName":null}})",
        in.base, in.quantity_decimals, index, index);
    pairs += fmt::format(R"({}{{"tokens":[{},0],"name":"{}","index":{},"isCanonical":{}}})", pairs.empty() ? "" : ",",
                         index, in.symbol, index, !in.symbol.starts_with('@'));
  }
  return fmt::format(R"({{"universe":[{}],"tokens":[{}]}})", pairs, tokens);
}

std::string Info::contexts(bool perpetual) const {
  std::string out;
  for (const auto& market : host_.markets()) {
    if (is_perpetual(market->instrument()) != perpetual) continue;
    if (!out.empty()) out += ',';
    out += context_text(*market, !perpetual);
  }
  return "[" + out + "]";
}

std::string mids_text(const VenueHost& host) {
  std::string out;
  for (const auto& market : host.markets()) {
    const auto mid = mid_text(*market);
    if (mid) out += fmt::format(R"({}"{}":"{}")", out.empty() ? "" : ",", market->instrument().symbol, *mid);
  }
  return "{" + out + "}";
}

}  // namespace trunkline::sandbox::hyperliquid
