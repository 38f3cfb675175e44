// The market questions of POST /info, which may also come over the WebSocket.
//
// Thread: the server's.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sandbox/server/venue_host.hpp"

namespace trunkline::sandbox::hyperliquid {

struct InfoAnswer {
  int status = 200;
  std::string body;
  Nanos delay{0};  // to be told so much later, by a fault
};

class Info {
 public:
  explicit Info(VenueHost& host) : host_(host) {}

  InfoAnswer answer(const nlohmann::ordered_json& question) const;
  // What a question weighs; 20 unless the venue says less.
  static int weight_of(const nlohmann::ordered_json& question);

 private:
  std::string perpetuals() const;
  std::string spot_pairs() const;
  std::string contexts(bool perpetual) const;
  InfoAnswer bars(const nlohmann::ordered_json& question) const;

  VenueHost& host_;
};

// {"BTC":"61800.5",...}
std::string mids_text(const VenueHost& host);

}  // namespace trunkline::sandbox::hyperliquid
