#include "sandbox/binance/websocket_api.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sandbox/binance/text.hpp"

namespace trunkline::sandbox::binance {
namespace {

void split(std::string_view text, std::vector<std::string>& out) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('/'));
    if (!part.empty()) out.emplace_back(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
}

bool take_prefix(std::string_view& path, std::string_view prefix) {
  if (!path.starts_with(prefix) || (path.size() > prefix.size() && path[prefix.size()] != '/')) return false;
  path.remove_prefix(prefix.size());
  return true;
}

int messages_per_second(Market market) {
  return market == Market::Spot ? 5 : 10;
}

}  // namespace

std::optional<Endpoint> parse_endpoint(const net::HttpRequest& request, Market home) {
  Endpoint endpoint;
  endpoint.market = home;
  std::string_view path = request.path;
  if (take_prefix(path, "/public"))
    endpoint.route = Route::Public;
  else if (take_prefix(path, "/market"))
    endpoint.route = Route::Market;
  else if (take_prefix(path, "/private"))
    endpoint.route = Route::Private;
  if (endpoint.route != Route::Any) endpoint.market = Market::Usdm;
  if (take_prefix(path, "/ws")) {
    split(path, endpoint.streams);
    return endpoint;
  }
  if (!take_prefix(path, "/stream")) return std::nullopt;  // what follows is a client's own numbering
  endpoint.combined = true;
  if (const auto streams = request.parameter("streams")) split(*streams, endpoint.streams);
  return endpoint;
}

void WebSocketApi::open(Connection& connection, const std::vector<std::string>& streams) {
  for (const std::string& name : streams)
    if (connection.streams.size() < most_streams) add(connection, name);
}

// False where the name has not the form of a stream. A symbol that is not listed is accepted and silent.
bool WebSocketApi::add(Connection& connection, const std::string& name) {
  const auto stream = parse_stream(connection.market, name);
  if (!stream) return false;
  if (!connection.streams.insert(name).second) return true;
  const Route home = route_of(connection.market, stream->id.kind);
  bool right_path = home == connection.route || (home == Route::Public && connection.route == Route::Any);
  // Clients differ about the path of trades; both are served.
  if (home == Route::Market && stream->id.kind == StreamKind::Trade) right_path |= connection.route == Route::Public;
  const Occasion occasion{to_text(connection.market), stream->symbol, stream_text(stream->id.kind)};
  if (right_path && !faults_.strike(FaultKind::SilentSubscription, occasion))
    board_.subscribe(connection, name, *stream);
  return true;
}

void WebSocketApi::fail(Connection& connection, int code, std::string_view message, std::string_view id) {
  const std::string text = nlohmann::json(message).dump();
  connection.socket->send_text(connection.market == Market::Spot
                                   ? fmt::format(R"({{"error":{{"code":{},"msg":{}}},"id":{}}})", code, text, id)
                                   : fmt::format(R"({{"code":{},"msg":{},"id":{}}})", code, text, id));
}

void WebSocketApi::message(Connection& connection, std::string_view text, Nanos now) {
  if (connection.deaf || connection.gone) return;
  if (now - connection.window_began >= std::chrono::seconds{1}) {
    connection.window_began = now;
    connection.window_messages = 0;
  }
  if (++connection.window_messages > messages_per_second(connection.market)) {
    connection.gone = true;
    connection.socket->close(1008, "Too many requests");
    return;
  }
  const auto request = nlohmann::json::parse(text, nullptr, false);
  if (request.is_discarded()) return fail(connection, 3, "Invalid JSON: expected value at line 1 column 1", "null");
  if (!request.is_object()) return fail(connection, 2, "Invalid request: expected an object", "null");
  const auto id = request.find("id");
  const bool plain_id = id != request.end() && (id->is_number_unsigned() || id->is_string() || id->is_null());
  if (id != request.end() && !plain_id)
    return fail(connection, 2, "Invalid request: request ID must be an unsigned integer", "null");
  const std::string id_text = id == request.end() ? "null" : id->dump();
  const auto method = request.find("method");
  if (method == request.end() || !method->is_string())
    return fail(connection, 2, "Invalid request: missing field `method`", id_text);
  const auto& name = method->get_ref<const std::string&>();

  if (name == "LIST_SUBSCRIPTIONS") {
    connection.socket->send_text(
        fmt::format(R"({{"result":{},"id":{}}})", nlohmann::json(connection.streams).dump(), id_text));
    return;
  }
  if (name != "SUBSCRIBE" && name != "UNSUBSCRIBE")
    return fail(connection, 2,
                fmt::format("Invalid request: unknown variant {}, expected one of SUBSCRIBE, UNSUBSCRIBE, "
                            "LIST_SUBSCRIPTIONS, SET_PROPERTY, GET_PROPERTY",
                            name),
                id_text);
  const auto params = request.find("params");
  if (params == request.end() || !params->is_array())
    return fail(connection, 2, "Invalid request: missing field `params`", id_text);
  std::vector<std::string> names;
  for (const auto& stream : *params) {
    if (!stream.is_string()) return fail(connection, 2, "Invalid request: property name must be a string", id_text);
    names.push_back(stream.get<std::string>());
  }
  if (name == "UNSUBSCRIBE") {
    for (const std::string& stream : names) {
      board_.unsubscribe(connection, stream);
      connection.streams.erase(stream);
    }
  } else {
    if (connection.streams.size() + names.size() > most_streams)
      return fail(connection, 2, "Invalid request: too many streams", id_text);
    for (const std::string& stream : names) {
      const auto parsed = parse_stream(connection.market, stream);
      if (!parsed) return fail(connection, 2, fmt::format("Invalid request: invalid stream {}", stream), id_text);
      const Occasion occasion{to_text(connection.market), parsed->symbol, stream_text(parsed->id.kind)};
      if (faults_.strike(FaultKind::RefuseSubscription, occasion))
        return fail(connection, 2, "Invalid request: refused", id_text);
    }
    for (const std::string& stream : names) add(connection, stream);
  }
  connection.socket->send_text(fmt::format(R"({{"result":null,"id":{}}})", id_text));
}

}  // namespace trunkline::sandbox::binance
