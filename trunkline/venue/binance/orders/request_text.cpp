#include "trunkline/venue/binance/orders/request_text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::venue::binance::orders {
namespace {

using Items = std::vector<std::pair<std::string_view, std::string>>;

Items stamped(const Parameters& parameters, Security security, Stamp stamp) {
  Items items = parameters.items();
  if (security == Security::Signed) {
    items.emplace_back("timestamp", std::to_string(stamp.timestamp_ms));
    items.emplace_back("recvWindow", std::to_string(stamp.recv_window_ms));
  }
  return items;
}

std::string query_of(const Items& items) {
  std::string out;
  for (const auto& [name, value] : items) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

// Numbers stand as text, as the venue shows them; these alone are wanted as numbers or words.
bool is_bare(std::string_view name) noexcept {
  constexpr std::string_view bare[] = {"timestamp", "recvWindow", "orderId",  "fromId",    "startTime",
                                       "endTime",   "limit",      "leverage", "reduceOnly"};
  return std::ranges::find(bare, name) != std::end(bare);
}

}  // namespace

std::string websocket_request(std::uint64_t id, std::string_view method, const Parameters& parameters,
                              Security security, const Signer& signer, Stamp stamp) {
  Items items = stamped(parameters, security, stamp);
  if (security != Security::None) items.emplace_back("apiKey", signer.api_key());
  if (security == Security::Signed) {
    std::ranges::sort(items);
    items.emplace_back("signature", signer.sign(query_of(items)));
  }
  std::string out = fmt::format(R"({{"id":"{}","method":"{}","params":{{)", id, method);
  bool first = true;
  for (const auto& [name, value] : items) {
    out += fmt::format(R"({}"{}":)", first ? "" : ",", name);
    out += is_bare(name) ? value : fmt::format(R"("{}")", value);
    first = false;
  }
  return out += "}}";
}

Request rest_request(std::uint64_t id, std::string_view verb, std::string_view url, const Parameters& parameters,
                     Security security, const Signer& signer, Stamp stamp, std::uint32_t weight) {
  Request request{.id = static_cast<RequestId>(id), .url = std::string(url), .weight = weight};
  request.method = verb;
  std::string query;
  for (const auto& [name, value] : stamped(parameters, security, stamp)) {
    if (!query.empty()) query += '&';
    query += name;
    query += '=';
    query += percent_encoded(value);
  }
  if (security == Security::Signed) query += fmt::format("&signature={}", percent_encoded(signer.sign(query)));
  if (!query.empty()) request.url += '?' + query;
  if (security != Security::None) request.headers.emplace_back("X-MBX-APIKEY", signer.api_key());
  return request;
}

}  // namespace trunkline::venue::binance::orders
