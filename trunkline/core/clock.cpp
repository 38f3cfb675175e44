#include "trunkline/core/clock.hpp"

#include <fmt/format.h>

namespace trunkline {

std::string to_iso8601(Nanos unix_time) {
  using namespace std::chrono;
  // Whole seconds by division: the whole second below the earliest time would not fit nanoseconds.
  std::int64_t whole = unix_time.count() / 1'000'000'000;
  std::int64_t fraction = unix_time.count() % 1'000'000'000;
  if (fraction < 0) {
    fraction += 1'000'000'000;
    --whole;
  }
  const seconds second{whole};
  const auto day = floor<days>(second);
  const year_month_day date{sys_days{day}};
  const hh_mm_ss clock{second - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), fraction);
}

}  // namespace trunkline
