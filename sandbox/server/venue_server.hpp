// A venue on loopback: its REST and WebSocket on one port, for programs and tests without a network. A matching engine
// with seeded order flow stands behind each instrument; the protocol says how the venue speaks. The control endpoint
// (/sandbox/...) and faults to order are the same at every venue.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/market/book_history.hpp"
#include "sandbox/server/protocol.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/core/event.hpp"

namespace trunkline::sandbox {

struct VenueServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                 // 0: any free one
  std::vector<std::string> symbols = {};  // as the venue writes them
  double rate = 50;                       // messages a second and symbol, see OrderFlow
  std::uint64_t seed = 1;
  std::vector<std::string> faults = {};    // "drop:symbol=BTC-USD,count=1,after=50"
  std::size_t maximum_header = 16 * 1024;  // of a request: some venues have all symbols in the query
};

class VenueServer {
 public:
  // Listens, then serves on a thread of its own. `log` may be null and must outlive the server.
  static Result<std::unique_ptr<VenueServer>> start(std::unique_ptr<Protocol> protocol, VenueServerOptions options,
                                                    EventLog* log = nullptr);
  ~VenueServer();  // stops
  VenueServer(const VenueServer&) = delete;
  VenueServer& operator=(const VenueServer&) = delete;

  // All of these from any thread.
  void stop();  // closes everything and joins; twice is fine
  std::uint16_t port() const noexcept;
  Result<void> inject(std::string_view fault_spec);
  std::string status() const;  // as GET /sandbox/status
  // As GET /sandbox/book; update_id 0: now. Without a market: the first one that lists the symbol.
  Result<Book> book(std::string_view symbol, std::uint64_t update_id = 0,
                    std::optional<Market> market = std::nullopt) const;
  // As POST /sandbox/pause and /sandbox/resume.
  void pause(bool paused);

  struct Core;

 private:
  explicit VenueServer(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace trunkline::sandbox
