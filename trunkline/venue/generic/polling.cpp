// What GenericVenue asks for over HTTP.
#include <algorithm>
#include <fmt/format.h>

#include "trunkline/venue/generic/receiver.hpp"
#include "trunkline/venue/generic/text_template.hpp"

namespace trunkline::venue::generic {
namespace {

constexpr Nanos longest_pause = std::chrono::minutes{5};
// A polled book that could not be fetched this often is not believed any more.
constexpr unsigned failures_to_stale = 3;

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

std::string header_of(const Reply& reply, std::string_view name) {
  for (const auto& [known, value] : reply.headers) {
    if (equal_ignoring_case(known, name)) return value;
  }
  return {};
}

}  // namespace

void GenericVenue::ask(const Context& context) {
  for (std::size_t i = 0; i < polls_.size(); ++i) {
    Poll& poll = *polls_[i];
    const PollMapping& mapping = mapping_.polls[poll.number];
    Feed& feed = *feeds()[poll.feed];
    if (poll.asked || !feed.wants(mapping.channel)) continue;
    // A due time far ahead means that the clock was set back.
    if (context.now < poll.due && poll.due - context.now <= longest_pause + mapping.interval) continue;
    if (mapping.channel == Channel::Depth) own(feed).book.start(context);
    poll.asked = true;
    poll.due = context.now + mapping.interval;
    ++poll_counters_.asked;
    Request request{RequestId{i}, fill(mapping.url, {{"symbol", feed.instrument.venue_symbol}}), mapping.weight,
                    Priority::Normal};
    if (!poll.etag.empty()) request.headers.emplace_back("If-None-Match", poll.etag);
    if (!poll.last_modified.empty()) request.headers.emplace_back("If-Modified-Since", poll.last_modified);
    context.outbox.request(std::move(request));
  }
}

void GenericVenue::take_reply(const Reply& reply, const Context& context) {
  const auto number = std::to_underlying(reply.id);
  if (number >= polls_.size()) return;
  Poll& poll = *polls_[number];
  poll.asked = false;
  if (feeds()[poll.feed]->wants(mapping_.polls[poll.number].channel)) take_poll(poll, reply, context);
}

void GenericVenue::take_poll(Poll& poll, const Reply& reply, const Context& context) {
  const PollMapping& mapping = mapping_.polls[poll.number];
  GenericFeed& feed = own(*feeds()[poll.feed]);
  const auto answered = [&] {
    poll.failures = 0;
    feed.fresh(mapping.channel).heard(context.now);
  };
  if (reply.status == 304) {
    ++poll_counters_.unchanged;
    return answered();
  }
  std::string error;
  if (reply.status == 200) {
    Receiver receiver(*this, nullptr, &poll, reply.body, context);
    poll_parsers_[poll.number].parse(reply.body, receiver);
    receiver.finish();
    if (!receiver.failed()) {
      poll.first = false;
      poll.etag = header_of(reply, "ETag");
      poll.last_modified = header_of(reply, "Last-Modified");
      return answered();
    }
    error = "the reply could not be read";
  } else {
    error = fmt::format("HTTP {}: {}", reply.status, excerpt(reply.body));
  }
  // What was not read is fetched whole.
  poll.etag.clear();
  poll.last_modified.clear();
  ++poll_counters_.failed;
  poll.failures = std::min(poll.failures + 1, 16U);
  const Nanos pause = std::min(mapping.interval * (1 << std::min(poll.failures, 10U)), longest_pause);
  poll.due = context.now + std::max(pause, mapping.interval);
  report(context, Severity::Warning, "poll_failed", feed.instrument.text,
         {{"channel", std::string(to_text(mapping.channel))},
          {"error", std::move(error)},
          {"again_in_ms", std::to_string((poll.due - context.now).count() / 1'000'000)}});
  if (mapping.channel == Channel::Depth && poll.failures >= failures_to_stale && feed.book.publisher().live()) {
    (void)feed.book.fault(wire::BookReason::SnapshotFailed, context);
  }
}

}  // namespace trunkline::venue::generic
