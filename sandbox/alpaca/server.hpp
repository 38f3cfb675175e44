// An Alpaca that runs here: stocks and crypto on one port of loopback, streams and requests alike. What every sandbox
// has (order flow, faults, control): sandbox/server/venue_server.hpp.
#pragma once

#include <memory>

#include "sandbox/alpaca/options.hpp"
#include "sandbox/server/venue_server.hpp"

namespace trunkline::sandbox::alpaca {

// Symbols as the venue writes them: "AAPL" is a stock, "BTC/USD" is crypto. FAKEPACA of the test feed is always there.
Result<std::unique_ptr<VenueServer>> start(AlpacaOptions options, VenueServerOptions server, EventLog* log = nullptr);

// "AAPL:30:10": halted 30 seconds after the start, for 10.
Result<Halt> parse_halt(std::string_view text);

}  // namespace trunkline::sandbox::alpaca
