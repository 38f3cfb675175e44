// The REST requests of both APIs that need no key.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/server/venue_host.hpp"
#include "trunkline/net/http_server.hpp"

namespace trunkline::sandbox::coinbase {

class RestApi {
 public:
  // What a public client may ask: so many at once, and so many a second after that.
  static constexpr double burst = 15;
  static constexpr double per_second = 10;

  explicit RestApi(VenueHost& host) : host_(host) {}
  // False: not a path of these.
  bool answer(const net::HttpRequest& request, const net::Responder& responder);

 private:
  bool answer_exchange(std::string_view path, const net::HttpRequest& request, const net::Responder& responder);
  bool answer_advanced(std::string_view path, const net::HttpRequest& request, const net::Responder& responder);
  void answer_book(const ListedMarket& market, bool advanced, std::size_t depth, const net::Responder& responder);
  bool within_rate();

  VenueHost& host_;
  double allowance_ = burst;
  Nanos counted_{0};
};

}  // namespace trunkline::sandbox::coinbase
