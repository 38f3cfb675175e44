// The requests: assets, clock and calendar of the trading host; trades, quotes, bars, books and snapshots of the data
// host; corporate actions. All on the one port of the sandbox.
//
// Thread: the server's.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/alpaca/exchange.hpp"
#include "trunkline/net/http_server.hpp"

namespace trunkline::sandbox::alpaca {

class RestApi {
 public:
  explicit RestApi(Exchange& exchange) : exchange_(exchange) {}

  // False: not a path of this venue.
  bool answer(const net::HttpRequest& request, net::Responder responder);

 private:
  using Markets = std::vector<ListedMarket*>;
  struct Item {
    Nanos time{0};
    std::string text;  // a whole object
  };
  using ItemsOf = std::function<std::vector<Item>(const ListedMarket&)>;

  net::HttpResponse assets(const net::HttpRequest& request) const;
  net::HttpResponse asset(std::string_view symbol) const;
  net::HttpResponse clock() const;
  net::HttpResponse calendar(const net::HttpRequest& request) const;
  net::HttpResponse corporate_actions(const net::HttpRequest& request) const;
  net::HttpResponse snapshots(const net::HttpRequest& request, bool stocks) const;
  // {"trades":{"AAPL":{...}}}
  net::HttpResponse latest(const net::HttpRequest& request, bool stocks, std::string_view what) const;
  // {"trades":{"AAPL":[...]},"next_page_token":...}
  net::HttpResponse history(const net::HttpRequest& request, bool stocks, std::string_view what) const;

  // Those of `symbols` that are listed and of that market.
  Markets asked(const net::HttpRequest& request, bool stocks) const;
  std::vector<Item> items(const ListedMarket& market, std::string_view what, const net::HttpRequest& request) const;
  std::string newest(const ListedMarket& market, std::string_view what) const;  // empty: there is none

  Exchange& exchange_;
};

}  // namespace trunkline::sandbox::alpaca
