#include "trunkline/net/rate_limiter.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

namespace trunkline::net {

void RateLimiter::expire(Nanos now) {
  while (!entries_.empty() && entries_.front().time + limit_.window <= now) {
    used_ -= entries_.front().weight;
    entries_.pop_front();
  }
}

Nanos RateLimiter::wait(Nanos now, std::uint32_t weight, Urgency urgency) {
  const Nanos held = std::max(held_until_, now) - now;
  if (limit_.weight == 0) return held;
  expire(now);
  const std::uint64_t limit = urgency == Urgency::Low ? std::max(1U, limit_.weight / 2) : limit_.weight;
  std::uint64_t left = used_;
  Nanos when = now;
  for (const Entry& entry : entries_) {
    if (left == 0 || left + weight <= limit) break;
    left -= entry.weight;
    when = entry.time + limit_.window;
  }
  return std::max(held, when - now);
}

void RateLimiter::sent(Nanos now, std::uint32_t weight) {
  if (limit_.weight == 0 || weight == 0) return;
  expire(now);
  entries_.push_back({now, weight});
  used_ += weight;
}

void RateLimiter::told_used(Nanos now, std::uint32_t used) {
  expire(now);
  if (used > used_) sent(now, static_cast<std::uint32_t>(used - used_));
}

std::uint32_t RateLimiter::used(Nanos now) {
  expire(now);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(used_, UINT32_MAX));
}

std::optional<Nanos> parse_retry_after(std::string_view text, Nanos unix_now) {
  std::uint32_t seconds = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && stop == text.data() + text.size()) return std::chrono::seconds{seconds};
  std::tm date{};
  const std::string copy(text);
  const char* const end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::max(Nanos{0}, Nanos(std::chrono::seconds{::timegm(&date)}) - unix_now);
}

}  // namespace trunkline::net
