// A client that trades: signed requests by REST and by the WebSocket API, and the user-data streams.
#pragma once

#include <charconv>

#include "sandbox/account/credential.hpp"
#include "tests/sandbox/client.hpp"

namespace trunkline::sandbox::test {

using nlohmann::ordered_json;

inline std::int64_t now_ms() {
  return unix_now().count() / 1'000'000;
}

struct Keys {
  std::string key = "sandbox-key";
  std::string secret = "sandbox-secret";
};

// The WebSocket API.
class Api {
 public:
  Api(Loop& loop, std::uint16_t port, Market market = Market::Spot, Keys keys = {})
      : socket(loop, port, market == Market::Spot ? "/ws-api/v3" : "/ws-fapi/v1"), keys_(std::move(keys)) {}

  static std::string signed_text(const json& params) {
    std::string out;
    for (const auto& [name, value] : params.items())  // sorted by name
      out += (out.empty() ? "" : "&") + name + "=" + (value.is_string() ? value.get<std::string>() : value.dump());
    return out;
  }
  json sign(json params) const {
    if (!params.contains("timestamp")) params["timestamp"] = now_ms();
    params["apiKey"] = keys_.key;
    params["signature"] = hmac_sha256_hex(keys_.secret, signed_text(params));
    return params;
  }
  // Sends without waiting; the id.
  std::string begin(const std::string& method, const json& params) {
    const std::string id = std::to_string(next_id_++);
    socket.send(json{{"id", id}, {"method", method}, {"params", params}}.dump());
    return id;
  }
  json reply_to(const std::string& id) {
    const std::string wanted = "{\"id\":\"" + id + "\",";
    return json::parse(socket.next([&](const std::string& text) {
      if (text.starts_with(wanted)) return true;
      events.push_back(json::parse(text, nullptr, false));
      return false;
    }),
                       nullptr, false);
  }
  json ask(const std::string& method, const json& params = json::object()) { return reply_to(begin(method, params)); }
  json call(const std::string& method, const json& params = json::object()) { return ask(method, sign(params)); }
  // The next user event of this kind, those kept while waiting for replies first.
  json event(const std::string& name, std::chrono::milliseconds limit = 10s) {
    while (!events.empty()) {
      const json one = events.front();
      events.pop_front();
      if (one.contains("event") && one["event"]["e"] == name) return one["event"];
    }
    const auto found = json::parse(socket.next_with("\"e\":\"" + name + "\"", limit), nullptr, false);
    return found.contains("event") ? found["event"] : found;
  }

  Socket socket;
  std::deque<json> events;

 private:
  Keys keys_;
  int next_id_ = 1;
};

// Signed REST.
class SignedRest {
 public:
  SignedRest(Loop& loop, std::uint16_t port, Keys keys = {})
      : loop_(loop), port_(port), keys_(std::move(keys)), client_(loop.io) {}

  struct Reply {
    int status = 0;
    json body;
    net::Headers headers;
    std::string error;
  };
  // `query` without timestamp and signature.
  Reply call(const std::string& method, const std::string& path, std::string query = "") {
    query += (query.empty() ? "timestamp=" : "&timestamp=") + std::to_string(now_ms());
    query += "&signature=" + hmac_sha256_hex(keys_.secret, query);
    return raw(method, path, query, true);
  }
  Reply raw(const std::string& method, const std::string& path, const std::string& query, bool with_key,
            std::string body = "") {
    net::HttpClient::Request request;
    request.method = method;
    request.url = fmt::format("http://127.0.0.1:{}{}{}{}", port_, path, query.empty() ? "" : "?", query);
    request.body = std::move(body);
    if (with_key) request.headers.add("X-MBX-APIKEY", keys_.key);
    Reply out;
    bool done = false;
    client_.send(std::move(request), [&](Result<net::HttpClient::Reply> reply) {
      done = true;
      if (!reply) {
        out.error = reply.error().message;
        return;
      }
      out.status = reply->status;
      out.body = json::parse(reply->body(), nullptr, false);
      out.headers = reply->headers;
    });
    EXPECT_TRUE(loop_.until([&] { return done; }, 15s)) << path;
    return out;
  }

 private:
  Loop& loop_;
  std::uint16_t port_;
  Keys keys_;
  net::HttpClient client_;
};

inline binance::BinanceSandboxOptions trading_options(double rate = 200) {
  binance::BinanceSandboxOptions options;
  options.symbols = {"BTCUSDT"};
  options.rate = rate;
  return options;
}

inline std::int64_t raw(const json& text) {
  return Quantity::parse(text.get<std::string>())->raw();
}

inline json limit_order(const std::string& side, const std::string& price, const std::string& quantity,
                        const std::string& client_id = "") {
  json out{{"symbol", "BTCUSDT"}, {"side", side},         {"type", "LIMIT"},
           {"price", price},      {"quantity", quantity}, {"timeInForce", "GTC"}};
  if (!client_id.empty()) out["newClientOrderId"] = client_id;
  return out;
}

}  // namespace trunkline::sandbox::test
