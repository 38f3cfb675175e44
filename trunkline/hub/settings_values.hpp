// How the text of a setting becomes its value.
//
// Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/bus/ring_config.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/hub/log.hpp"
#include "trunkline/log/log_writer.hpp"
#include "trunkline/paper/paper_config.hpp"
#include "trunkline/venue/channels.hpp"

namespace trunkline::hub {

using Outcome = std::expected<void, std::string>;  // the error says what a right value looks like

// "a,b c"
std::vector<std::string> split_list(std::string_view text);

Outcome read(std::string_view text, std::string& out);
Outcome read(std::string_view text, bool& out);
Outcome read(std::string_view text, std::uint32_t& out);
Outcome read(std::string_view text, std::size_t& out);  // bytes: "4MiB", "512KiB", "65536"
Outcome read(std::string_view text, Nanos& out);        // "250ms", "30s", "5m"
Outcome read(std::string_view text, std::vector<std::string>& out);
Outcome read(std::string_view text, venue::Channels& out);
Outcome read(std::string_view text, bus::WaitStrategy& out);
Outcome read(std::string_view text, LogFormat& out);
Outcome read(std::string_view text, Severity& out);
Outcome read(std::string_view text, log::FlushPolicy& out);
Outcome read(std::string_view text, paper::QueueModel& out);
Outcome read(std::string_view text, std::vector<paper::StartingBalance>& out);  // "USDT=10000,BTC=0.5"
// A limit: 0 or empty is none, and read as absent.
Outcome read(std::string_view text, Price& out);
Outcome read(std::string_view text, Quantity& out);

// A part of the notional, within a tenth either way: "0.001"; "-0.0001" is a rebate.
Outcome read_fee(std::string_view text, Rate& out);
Outcome read_leverage(std::string_view text, std::uint32_t& out);
Outcome read_power_of_two(std::string_view text, std::size_t& out);
Outcome read_symbols(std::string_view text, std::vector<std::string>& out);
// Part of the name of a folder: letters, digits, '-' and '_', at most 32.
Outcome read_account(std::string_view text, std::string& out);
Outcome read_domain(std::string_view text, std::string& out);
Outcome read_data_source(std::string_view text, std::string& out);

}  // namespace trunkline::hub
