// Reads what a ConnectorWrapper gives: exact numbers, times of any unit, and errors that say what is wrong. Pure.
#pragma once

#include "trunkline/connector/connector_wrapper.hpp"
#include "trunkline/connector/market_events.hpp"

namespace trunkline::connector {

// A count, as a number or as digits in text, is in nanoseconds from 1e17 on, microseconds from 1e14, milliseconds from
// 1e11, and seconds below: so every time after 1973 is read right. Else ISO 8601 with date and time of day, up to nine
// decimals, and Z or an offset; without one it is UTC. 0 where there is none.
Result<Nanos> read_time(const EventTime& time);

// `symbol` and `received` are the caller's to fill in. Protocol errors.
Result<Trade> read_trade(const TradeFields& fields);
Result<void> read_depth(const DepthFields& fields, BookUpdate& out);

}  // namespace trunkline::connector
