// The WebSocket endpoints: which path is which market, and SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS on them.
//
// Paths: /ws/<stream>/... sends bare events, /stream?streams=a/b wraps them. They belong to the market of the port they
// are asked on, except /public, /market and /private in front of them, which are USD-M's on every port. On USD-M a
// stream asked for on the wrong path (and a /market stream on the bare one) is acknowledged and stays silent.
//
// Thread: the server's.
#pragma once

#include <optional>
#include <string>

#include "sandbox/binance/stream_board.hpp"
#include "trunkline/net/http_message.hpp"

namespace trunkline::sandbox::binance {

struct Endpoint {
  Market market = Market::Spot;
  Route route = Route::Any;
  bool combined = false;
  std::vector<std::string> streams = {};  // in the path or the query
};

// Nullopt: no such path.
std::optional<Endpoint> parse_endpoint(const net::HttpRequest& request, Market home);

class WebSocketApi {
 public:
  static constexpr std::size_t most_streams = 1024;

  WebSocketApi(StreamBoard& board, FaultSet& faults) : board_(board), faults_(faults) {}

  void open(Connection& connection, const std::vector<std::string>& streams);
  // Answers on the connection; closes it when it asks too often.
  void message(Connection& connection, std::string_view text, Nanos now);

 private:
  bool add(Connection& connection, const std::string& name);
  void fail(Connection& connection, int code, std::string_view message, std::string_view id);

  StreamBoard& board_;
  FaultSet& faults_;
};

}  // namespace trunkline::sandbox::binance
