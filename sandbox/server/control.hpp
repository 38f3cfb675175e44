// The control endpoint of every sandbox: GET /sandbox/status, GET
// /sandbox/book?symbol=[&market=][&update_id=][&depth=], POST or DELETE /sandbox/fault, POST /sandbox/pause and
// /sandbox/resume.
//
// Thread: the server's.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox/faults/fault.hpp"
#include "sandbox/flow/instrument.hpp"
#include "sandbox/market/book_history.hpp"
#include "trunkline/net/http_server.hpp"

namespace trunkline::sandbox {

// What the endpoint acts on.
class Controlled {
 public:
  virtual ~Controlled() = default;
  virtual std::string status() = 0;  // JSON
  virtual const Instrument* instrument(std::optional<std::string_view> market, std::string_view symbol) const = 0;
  virtual Result<Book> book(const Instrument& instrument, std::uint64_t update_id) = 0;  // id 0: now
  virtual Result<std::uint64_t> arm(Fault fault) = 0;                                    // its id
  virtual std::size_t clear_faults() = 0;
  virtual void pause(bool paused) = 0;
};

// home: the market of the port that was asked, where a sandbox has one port a market; meant where a request names none.
void answer_control(Controlled& sandbox, const net::HttpRequest& request, net::Responder responder,
                    std::optional<std::string_view> home = std::nullopt);

// {"armed":[...],"injected":{"drop":0,...}}
nlohmann::ordered_json to_json(const FaultSet& faults);

}  // namespace trunkline::sandbox
