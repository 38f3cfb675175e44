// The Asio types this room uses: concrete executors, so that no operation goes through a type-erased one.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>

namespace trunkline::net {

namespace asio = boost::asio;
using boost::system::error_code;

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                         asio::io_context::executor_type>;

}  // namespace trunkline::net
