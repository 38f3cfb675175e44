#include "trunkline/net/request_queue.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace trunkline::net {

namespace {

std::uint32_t weight_a_minute(const venue::RequestLimits& limits, const SessionConfig& config) noexcept {
  if (limits.weight_per_minute == 0 || config.request_limit == 0) {
    return std::max(limits.weight_per_minute, config.request_limit);
  }
  return std::min(limits.weight_per_minute, config.request_limit);
}

}  // namespace

RequestQueue::RequestQueue(asio::io_context& io, const venue::RequestLimits& limits, const SessionConfig& config,
                           SessionStats& stats, Listener& listener)
    : io_(io),
      limits_(limits),
      config_(config),
      stats_(stats),
      listener_(listener),
      limiter_({.weight = weight_a_minute(limits, config), .window = std::chrono::minutes{1}}),
      // A venue that asks again at once after each failure must not spin.
      failures_({.first = std::chrono::milliseconds{250}, .cap = std::chrono::seconds{10}}, config.seed) {}

void RequestQueue::push(venue::Request request) {
  (request.priority == venue::Priority::Low ? low_ : normal_).push_back(std::move(request));
  note_depth();
}

void RequestQueue::start() {
  client_.emplace(io_, HttpClientOptions{.tls = config_.tls, .connect_timeout = config_.open_timeout});
  pump();
}

void RequestQueue::stop() {
  client_.reset();
  // What may have changed something at the venue is not sent again by the next start.
  std::vector<venue::RequestId> given_up;
  const auto keep = [&](const venue::Request& request) {
    if (request.method == "GET") return true;
    given_up.push_back(request.id);
    return false;
  };
  for (auto entry = in_flight_.rbegin(); entry != in_flight_.rend(); ++entry) {
    auto& queue = entry->second.priority == venue::Priority::Low ? low_ : normal_;
    if (keep(entry->second)) queue.push_front(std::move(entry->second));
  }
  in_flight_.clear();
  for (auto* const queue : {&normal_, &low_}) {
    std::erase_if(*queue, [&](const venue::Request& request) { return !keep(request); });
  }
  note_depth();
  static constexpr char stopped[7 + HttpClient::Reply::padding] = "stopped";
  for (const venue::RequestId id : given_up) listener_.on_reply({id, 0, {stopped, 7}, unix_now()});
}

void RequestQueue::pump() {
  if (!client_) return;
  while (pump_one(normal_, Urgency::Normal)) {
  }
  while (normal_.empty() && pump_one(low_, Urgency::Low)) {
  }
}

bool RequestQueue::pump_one(std::deque<venue::Request>& queue, Urgency urgency) {
  if (queue.empty() || in_flight_.size() >= config_.requests_in_flight) return false;
  const Nanos now = monotonic_now();
  if (limiter_.wait(now, queue.front().weight, urgency) > Nanos{0}) return false;
  limiter_.sent(now, queue.front().weight);
  venue::Request request = std::move(queue.front());
  queue.pop_front();
  send(std::move(request));
  return true;
}

void RequestQueue::send(venue::Request request) {
  const std::uint64_t ticket = next_ticket_++;
  const auto url = config_.endpoints.apply(std::string_view(request.url));
  stats_.requests.add();
  Headers headers;
  for (const auto& [name, value] : request.headers) headers.add(name, value);
  if (!request.content_type.empty()) headers.add("Content-Type", request.content_type);
  client_->send({.method = request.method,
                 .url = url ? url->to_text() : request.url,
                 .headers = std::move(headers),
                 .body = request.body,
                 .deadline = config_.request_timeout},
                [this, ticket](Result<HttpClient::Reply> result) { finished(ticket, std::move(result)); });
  in_flight_.emplace(ticket, std::move(request));
}

void RequestQueue::finished(std::uint64_t ticket, Result<HttpClient::Reply> result) {
  const auto entry = in_flight_.find(ticket);
  if (entry == in_flight_.end()) return;
  const venue::Request request = std::move(entry->second);
  in_flight_.erase(entry);
  note_depth();
  if (!result) {
    stats_.requests_failed.add();
    hold(*failures_.next());
    const std::string padded = result.error().message + std::string(HttpClient::Reply::padding, '\0');
    listener_.on_reply({request.id, 0, {padded.data(), result.error().message.size()}, unix_now()});
  } else {
    failures_.reset();
    judge(*result);
    venue::Reply reply{request.id, result->status, result->body(), result->received};
    reply.headers.assign(result->headers.begin(), result->headers.end());
    listener_.on_reply(reply);
  }
  pump();
}

void RequestQueue::judge(const HttpClient::Reply& reply) {
  if (!limits_.used_weight_header.empty()) {
    const std::string_view text = reply.headers.get(limits_.used_weight_header);
    std::uint32_t used = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), used).ec == std::errc()) {
      limiter_.told_used(monotonic_now(), used);
    }
  }
  auto wait = parse_retry_after(reply.headers.get("Retry-After"), reply.received);
  if (reply.status == 429 && !wait) wait = config_.hold_after_429;
  if (reply.status == 418 && !wait) wait = config_.hold_after_418;
  if (!wait || reply.status < 400) return;
  hold(*wait);
  stats_.rate_limited.add();
  listener_.on_rate_limited(reply.status, *wait);
}

}  // namespace trunkline::net
