// Changes a running hub over HTTP: adds and removes connectors and symbols. Only who knows the token may.
//
//   GET    /control/connectors            the connectors and what they received
//   POST   /control/connectors            {"exchange": "kraken"}
//   DELETE /control/connectors/NAME
//   POST   /control/subscriptions         {"symbol": "kraken:BTC-USD", "channels": "trades,depth"}
//   DELETE /control/subscriptions         the same
//
// with the header Authorization: Bearer TOKEN. Answers are JSON; an error is {"error": "..."}.
//
// Thread: any; the hub's functions that it calls are for any thread.
#pragma once

#include <functional>
#include <string>

#include "trunkline/core/error.hpp"
#include "trunkline/hub/exchange_hub.hpp"
#include "trunkline/hub/settings.hpp"
#include "trunkline/net/http_message.hpp"

namespace trunkline::hub {

// From $TRUNKLINE_CONTROL_TOKEN, else from the file, which is made with a fresh token where it is missing. A file that
// others may read is refused.
Result<std::string> control_token(const std::string& file);
// True for an address:port that only this machine reaches. Tokens travel in the clear: control is for those alone.
bool is_loopback(std::string_view address);
// Whether the request brings this token; compared in constant time.
bool carries_token(const net::HttpRequest& request, std::string_view token);
net::HttpResponse unauthorized();

class Control {
 public:
  // As the settings say how to connect an exchange.
  using Connect = std::function<Result<void>(const std::string& exchange)>;
  // `hub` outlives it.
  Control(ExchangeHub& hub, std::string token, Connect connect)
      : hub_(hub), token_(std::move(token)), connect_(std::move(connect)) {}

  net::HttpResponse answer(const net::HttpRequest& request);

 private:
  net::HttpResponse connectors(const net::HttpRequest& request);
  net::HttpResponse subscriptions(const net::HttpRequest& request);

  ExchangeHub& hub_;
  std::string token_;
  Connect connect_;
};

}  // namespace trunkline::hub
