#include "trunkline/core/clock.hpp"

#include <fmt/format.h>

namespace trunkline {

std::string to_iso8601(Nanos unix_time) {
  using namespace std::chrono;
  const auto day = floor<days>(unix_time);
  const year_month_day date{sys_days{day}};
  const hh_mm_ss clock{unix_time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace trunkline
