#include "sandbox/binance/orders/websocket_trading.hpp"

#include <fmt/format.h>

namespace trunkline::sandbox::binance {

std::optional<Market> websocket_trading_market(std::string_view path) {
  if (path == "/ws-api/v3") return Market::Spot;
  if (path == "/ws-fapi/v1") return Market::Usdm;
  return std::nullopt;
}

struct WebSocketTrading::Request {
  std::string id;  // JSON
  bool rate_limits = true;
  std::uint64_t account = 0;
};

void WebSocketTrading::answer(Connection& connection, const Request& request, const ApiResult<Json>& result) {
  if (connection.gone || connection.deaf) return;
  std::string out = fmt::format(R"({{"id":{},"status":{},)", request.id, result ? 200 : result.error().status);
  if (result) {
    out += R"("result":)" + result->dump();
  } else {
    Json error{{"code", result.error().code}, {"msg", result.error().message}};
    if (!result.error().data.empty()) error["data"] = Json::parse(result.error().data);
    if (result.error().retry_after_s > 0)
      error["data"] = {{"serverTime", door_.authentication().now_ms()},
                       {"retryAfter", door_.authentication().now_ms() + result.error().retry_after_s * 1000}};
    out += R"("error":)" + error.dump();
  }
  if (request.rate_limits) out += R"(,"rateLimits":)" + door_.rate_limits(connection.market, request.account).dump();
  out += '}';
  connection.socket->send_text(out);
}

ApiResult<Account*> WebSocketTrading::who(const Connection& connection, Security security,
                                          const Parameters& parameters) const {
  const Authentication& authentication = door_.authentication();
  if (security != Security::None && !connection.session_key.empty() && !parameters.get("apiKey")) {
    if (security == Security::Signed) {
      if (const auto in_time = authentication.check_time(parameters); !in_time) return std::unexpected(in_time.error());
    }
    return authentication.by_key(connection.session_key);
  }
  if (security != Security::None && !parameters.get("apiKey")) return missing_parameter("apiKey");
  return authentication.check(security, parameters.get("apiKey"), parameters, parameters.signed_text());
}

void WebSocketTrading::message(const std::shared_ptr<Connection>& connection, std::string_view text) {
  if (connection->deaf || connection->gone) return;
  Request request{"null"};
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return answer(*connection, request, refuse(-1135, "JSON Request is malformed."));
  const auto id = json.find("id");
  if (id == json.end() || !(id->is_string() || id->is_number_integer() || id->is_null()))
    return answer(*connection, request, refuse(-1100, "Illegal characters found in parameter 'id'."));
  request.id = id->dump();
  const auto method = json.find("method");
  if (method == json.end() || !method->is_string())
    return answer(*connection, request, refuse(-1102, "Mandatory parameter 'method' was not sent."));
  const auto given = json.find("params");
  const Parameters parameters = given == json.end() ? Parameters{} : Parameters::of_json(*given);
  request.rate_limits = parameters.text("returnRateLimits", "true") != "false";
  const auto& name = method->get_ref<const std::string&>();

  const TradingApi::Operation* const operation = TradingApi::find_method(connection->market, name);
  if (operation == nullptr) {
    if (const auto refused = door_.charge(connection->market, 1))
      return answer(*connection, request, std::unexpected(*refused));
    const auto done = connection_method(*connection, name, parameters);
    return answer(*connection, request,
                  done ? *done : refuse(-1000, fmt::format("Unknown method '{}'.", excerpt(name))));
  }
  const auto account = who(*connection, operation->security, parameters);
  if (account && *account != nullptr) request.account = (*account)->number;
  const std::weak_ptr<Connection> back = connection;
  door_.serve(*operation, account, parameters,
              {[this, back, request](const ApiResult<Json>& result) {
                 if (const auto alive = back.lock()) answer(*alive, request, result);
               },
               [back] {
                 const auto alive = back.lock();
                 if (!alive || alive->gone) return;
                 alive->gone = true;
                 alive->socket->reset();
               },
               [back] {
                 const auto alive = back.lock();
                 if (!alive || alive->gone) return;
                 alive->deaf = true;
                 alive->socket->go_half_open();
               },
               [] {}});
}

// ---- the connection's own

Json WebSocketTrading::session(const Connection& connection) const {
  const bool on = !connection.session_key.empty();
  Json out{{"apiKey", on ? Json(connection.session_key) : Json(nullptr)},
           {"authorizedSince", on ? Json(connection.authorized_ms) : Json(nullptr)},
           {"connectedSince", (unix_now() - (monotonic_now() - connection.opened)).count() / 1'000'000},
           {"returnRateLimits", true},
           {"serverTime", door_.authentication().now_ms()}};
  if (connection.market == Market::Spot) out["userDataStream"] = door_.streams().subscribed(connection);
  return out;
}

ApiResult<Json> WebSocketTrading::log_on(Connection& connection, const Parameters& parameters) {
  const auto key = parameters.get("apiKey");
  if (!key) return missing_parameter("apiKey");
  const Authentication& authentication = door_.authentication();
  const auto account = authentication.by_key(key);
  if (!account) return std::unexpected(account.error());
  if (!Authentication::has_ed25519(**account)) return refuse(-4056, "HMAC_SHA256 API key is not supported.");
  const auto logged = authentication.check(Security::Signed, key, parameters, parameters.signed_text());
  if (!logged) return std::unexpected(logged.error());
  connection.session_key = *key;
  connection.authorized_ms = authentication.now_ms();
  return session(connection);
}

std::optional<ApiResult<Json>> WebSocketTrading::connection_method(Connection& connection, std::string_view method,
                                                                   const Parameters& parameters) {
  if (method == "ping") return Json::object();
  if (method == "time") return Json{{"serverTime", door_.authentication().now_ms()}};
  if (method == "session.logon") return log_on(connection, parameters);
  if (method == "session.status") return session(connection);
  if (method == "session.logout") {
    connection.session_key.clear();
    return session(connection);
  }
  if (connection.market != Market::Spot || !method.starts_with("userDataStream.")) return std::nullopt;
  if (method == "userDataStream.subscribe" || method == "userDataStream.subscribe.signature") {
    if (method == "userDataStream.subscribe" && connection.session_key.empty())
      return refuse(-2014, "The session is not authenticated; use session.logon first.", 401);
    const auto account = method == "userDataStream.subscribe" ? door_.authentication().by_key(connection.session_key)
                                                              : who(connection, Security::Signed, parameters);
    if (!account) return std::unexpected(account.error());
    const auto id = door_.streams().subscribe(connection, **account);
    if (!id) return refuse(-2035, "User Data Stream subscription already active.");
    return Json{{"subscriptionId", *id}};
  }
  if (method == "userDataStream.unsubscribe") {
    const auto id = parameters.whole("subscriptionId");
    if (!id) return std::unexpected(id.error());
    if (!door_.streams().unsubscribe(connection, *id))
      return refuse(-2036, "User Data Stream subscription not active.");
    return Json::object();
  }
  if (method == "userDataStream.start" || method == "userDataStream.ping" || method == "userDataStream.stop")
    return refuse(-1000, "Listen keys are no longer served. Use userDataStream.subscribe.", 410);
  return std::nullopt;
}

}  // namespace trunkline::sandbox::binance
