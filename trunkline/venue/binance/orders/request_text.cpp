#include "trunkline/venue/binance/orders/request_text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::venue::binance::orders {
namespace {

using Items = std::vector<std::pair<std::string_view, std::string_view>>;

// The parameters and what each request of a kind is stamped with. Not to be moved: the items look into it.
struct Stamped {
  Stamped(const Parameters& parameters, Security security, Stamp stamp)
      : time(stamp.timestamp_ms), window(stamp.recv_window_ms) {
    items.reserve(parameters.items().size() + 4);
    items.assign(parameters.items().begin(), parameters.items().end());
    if (security != Security::Signed) return;
    items.emplace_back("timestamp", std::string_view(time.data(), time.size()));
    items.emplace_back("recvWindow", std::string_view(window.data(), window.size()));
  }
  Stamped(const Stamped&) = delete;
  Stamped& operator=(const Stamped&) = delete;

  fmt::format_int time, window;
  Items items;
};

std::string query_of(const Items& items) {
  std::string out;
  out.reserve(512);
  for (const auto& [name, value] : items) {
    if (!out.empty()) out += '&';
    out.append(name).append(1, '=').append(value);
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
  Stamped stamped(parameters, security, stamp);
  Items& items = stamped.items;
  if (security != Security::None) items.emplace_back("apiKey", signer.api_key());
  std::string signature;
  if (security == Security::Signed) {
    std::ranges::sort(items);
    items.emplace_back("signature", signature = signer.sign(query_of(items)));
  }
  const fmt::format_int number(id);
  std::string out;
  out.reserve(768);
  out.append(R"({"id":")").append(number.data(), number.size()).append(R"(","method":")").append(method);
  out.append(R"(","params":{)");
  bool first = true;
  for (const auto& [name, value] : items) {
    const std::string_view quote = is_bare(name) ? "" : "\"";
    out.append(first ? "\"" : ",\"").append(name).append("\":").append(quote).append(value).append(quote);
    first = false;
  }
  return out += "}}";
}

Request rest_request(std::uint64_t id, std::string_view verb, std::string_view url, const Parameters& parameters,
                     Security security, const Signer& signer, Stamp stamp, std::uint32_t weight) {
  Request request{.id = static_cast<RequestId>(id), .url = std::string(url), .weight = weight};
  request.method = verb;
  std::string query;
  const Stamped stamped(parameters, security, stamp);
  for (const auto& [name, value] : stamped.items) {
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
