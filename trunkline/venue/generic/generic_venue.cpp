#include "trunkline/venue/generic/generic_venue.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "trunkline/venue/generic/receiver.hpp"
#include "trunkline/venue/generic/text_template.hpp"

namespace trunkline::venue::generic {

using wire::BookReason;

namespace {

// The first lane is the WebSocket; what is polled belongs to one that is never connected.
constexpr std::size_t polled_lane = 1;

bool tells_request(const Mapping& mapping) {
  return std::ranges::none_of(mapping.messages, [](const MessageMapping& each) {
    return (each.kind == MessageKind::Acknowledged || each.kind == MessageKind::Refused) && each.path(Field::Topic);
  });
}

wire::Integrity integrity_of(const Mapping& mapping) {
  if (mapping.sequence != SequenceRule::None) return wire::Integrity::Sequenced;
  const bool changes = std::ranges::any_of(mapping.messages, [](const MessageMapping& each) {
    return each.kind == MessageKind::Book || each.kind == MessageKind::BookChange;
  });
  return changes ? wire::Integrity::Unverified : wire::Integrity::SnapshotOnly;
}

}  // namespace

Result<std::unique_ptr<GenericVenue>> GenericVenue::make(GenericConfig config) {
  auto parser = Parser::make(config.mapping.messages);
  if (!parser) return std::unexpected(parser.error());
  std::vector<Parser> poll_parsers;
  for (const PollMapping& poll : config.mapping.polls) {
    auto made = Parser::make({poll.message});
    if (!made) return std::unexpected(made.error());
    poll_parsers.push_back(*std::move(made));
  }
  return std::unique_ptr<GenericVenue>(
      new GenericVenue(std::move(config), *std::move(parser), std::move(poll_parsers)));
}

GenericVenue::GenericVenue(GenericConfig config, Parser parser, std::vector<Parser> poll_parsers)
    : MarketDataVenue(setup_of(config)),
      mapping_(std::move(config.mapping)),
      instruments_(mapping_, config.exchange),
      parser_(std::move(parser)),
      poll_parsers_(std::move(poll_parsers)),
      audit_interval_(config.audit_interval) {}

GenericVenue::~GenericVenue() = default;

MarketDataSetup GenericVenue::setup_of(const GenericConfig& config) {
  const Mapping& mapping = config.mapping;
  MarketDataSetup setup;
  setup.exchange = config.exchange;
  setup.partial_channels = true;
  setup.subscriptions = config.subscriptions;
  setup.subscription.lanes.resize(2);
  for (const PollMapping& poll : mapping.polls) setup.subscription.lanes[polled_lane].add(poll.channel);
  for (const Channel channel : all_channels) {
    const bool polls = setup.subscription.lanes[polled_lane].contains(channel);
    if (!polls && !mapping.topics[std::to_underlying(channel)].empty()) setup.subscription.lanes[0].add(channel);
  }
  for (const Channels& lane : setup.subscription.lanes) setup.channels.add(lane);
  setup.subscription.batch = mapping.batch;
  setup.subscription.numbered = mapping.acknowledges && tells_request(mapping);
  if (!mapping.url.empty()) {
    Lane lane;
    lane.name = "stream";
    lane.url = mapping.url;
    lane.maximum_age = mapping.maximum_age;
    lane.messages_per_second = mapping.messages_per_second;
    setup.lanes.push_back(std::move(lane));
  }
  return setup;
}

void GenericVenue::ask_for_catalog(bool, const Context& context) {
  take_catalog(instruments_.catalog(), context);
}

std::unique_ptr<GenericVenue::Feed> GenericVenue::make_feed(const Instrument& instrument, std::uint32_t number) {
  const bool polls = polled(Channel::Depth);
  return std::make_unique<GenericFeed>(instrument, number, polls ? SequenceRule::None : mapping_.sequence,
                                       polls ? wire::Integrity::SnapshotOnly : integrity_of(mapping_));
}

void GenericVenue::feed_added(Feed& feed) {
  for (std::size_t i = 0; i < mapping_.polls.size(); ++i) {
    polls_.push_back(std::make_unique<Poll>());
    polls_.back()->number = i;
    polls_.back()->feed = feed.number;
  }
}

const BookPublisher* GenericVenue::book_of(SymbolHash symbol) const noexcept {
  for (const auto& feed : feeds()) {
    if (feed->instrument.hash == symbol) return &own(*feed).book.publisher();
  }
  return nullptr;
}

bool GenericVenue::polled(Channel channel) const noexcept {
  return std::ranges::any_of(mapping_.polls, [channel](const PollMapping& poll) { return poll.channel == channel; });
}

// --- Subscribing ----------------------------------------------------------------------------------------------------

std::string GenericVenue::topic_of(StreamKey key) const {
  return fill(mapping_.topics[std::to_underlying(key.channel)],
              {{"symbol", feeds()[key.feed]->instrument.venue_symbol}});
}

std::optional<StreamKey> GenericVenue::key_of(std::string_view topic) const {
  for (const auto& feed : feeds()) {
    for (const Channel channel : all_channels) {
      const StreamKey key{feed->number, channel};
      if (!mapping_.topics[std::to_underlying(channel)].empty() && topic_of(key) == topic) return key;
    }
  }
  return std::nullopt;
}

void GenericVenue::write_subscription(ConnectionId connection, std::span<const StreamKey> keys, bool subscribe,
                                      std::uint64_t request, Outbox& outbox) {
  const std::string& text = subscribe ? mapping_.subscribe : mapping_.unsubscribe;
  if (!text.empty()) {
    std::string topics;
    for (const StreamKey key : keys) topics += (topics.empty() ? "\"" : ",\"") + topic_of(key) + "\"";
    outbox.send(connection, fill(text, {{"topics", topics},
                                        {"topic", topic_of(keys.front())},
                                        {"symbol", feeds()[keys.front().feed]->instrument.venue_symbol},
                                        {"id", std::to_string(request)}}));
    if (mapping_.acknowledges) sent_.push_back({connection, request, {keys.begin(), keys.end()}, subscribe});
  }
}

void GenericVenue::take_answer_record(Connection& from, const AnswerRecord& answer, const Context& context) {
  const auto of_connection = [&](const Sent& each) { return each.connection == from.id; };
  const auto oldest = std::ranges::find_if(sent_, of_connection);
  if (!answer.topic.empty()) {
    const auto key = key_of(answer.topic);
    if (!key) return;
    subscriptions().left(from.id, *key);
    return take_answer(from, *key, answer.refused, {}, answer.reason, context);
  }
  const auto sent =
      answer.has_request
          ? std::ranges::find_if(
                sent_, [&](const Sent& each) { return of_connection(each) && each.request == answer.request; })
          : oldest;
  if (sent == sent_.end()) {
    if (answer.refused) report(context, Severity::Warning, "venue_error", {}, {{"reason", excerpt(answer.reason)}});
    return;
  }
  const Sent request = std::move(*sent);
  sent_.erase(sent);
  if (tells_request(mapping_)) {
    take_answer(from, request.request, answer.refused, {}, answer.reason, context);
  } else {
    for (const StreamKey key : request.keys) take_answer(from, key, answer.refused, {}, answer.reason, context);
  }
}

// --- Books ----------------------------------------------------------------------------------------------------------

void GenericVenue::start_book(Feed& feed, ConnectionId, const Context& context) {
  own(feed).book.start(context);
}
void GenericVenue::stop_book(Feed& feed, BookReason reason, const Context& context) {
  own(feed).book.stop(reason, context);
}
void GenericVenue::close_book(Feed& feed, ConnectionId source, std::optional<std::uint32_t> other,
                              const Context& context) {
  own(feed).book.closed(std::to_underlying(source), other.has_value(), context);
}
void GenericVenue::resend_book(const Feed& feed, const Context& context) const {
  own(feed).book.resend(context);
}
void GenericVenue::spoil_book(Feed& feed, const Context& context) {
  need(feed, own(feed).book.fault(BookReason::Malformed, context), context);
}

void GenericVenue::need(Feed& feed, StreamBook::Need need, const Context& context) {
  if (need == StreamBook::Need::Snapshot) ask_for_snapshot(feed, context);
}

// The source sends one when a stream is subscribed.
void GenericVenue::ask_for_snapshot(Feed& feed, const Context& context) {
  const StreamKey key{feed.number, Channel::Depth};
  if (polled(Channel::Depth)) {
    for (const auto& poll : polls_) {
      if (poll->feed == feed.number && poll->failures == 0) poll->due = context.now;
    }
    return;
  }
  if (!mapping_.unsubscribe.empty()) return subscriptions().ask_again(key, context.now, context.outbox);
  for (Connection& connection : subscriptions().connections()) {
    if (connection.doomed) continue;
    connection.doomed = true;
    context.outbox.reconnect(connection.id, fmt::format("{} needs a new snapshot", topic_of(key)));
  }
}

// --- Messages -------------------------------------------------------------------------------------------------------

bool GenericVenue::opened(Connection& connection, const Context& context) {
  std::erase_if(sent_, [&](const Sent& each) { return subscriptions().find(each.connection) == nullptr; });
  if (!mapping_.heartbeat.empty()) heartbeats_.push_back({connection.id, context.now});
  return true;
}

void GenericVenue::read(Connection& from, std::span<char> message, const Context& context) {
  const std::string_view text(message.data(), message.size());
  if (text == mapping_.heartbeat_answer) return;
  Receiver receiver(*this, &from, nullptr, text, context);
  parser_.parse(text, receiver);
}

void GenericVenue::take_unreadable(std::string_view error, std::string_view text, const Context& context) {
  bool any = false;
  for (const auto& feed : feeds()) {
    if (!feed->wants(Channel::Depth) || text.find(feed->instrument.venue_symbol) == std::string_view::npos) continue;
    if (!std::exchange(any, true)) {
      take_failure(error, Channel::Depth, feed->instrument.venue_symbol, context);
    } else {
      spoil_book(*feed, context);
    }
  }
  if (!any) take_failure(error, context);
}

void GenericVenue::tick(const Context& context) {
  if (!mapping_.acknowledges) {
    // What was sent counts as acknowledged.
    for (const auto& feed : feeds()) {
      for (const Channel channel : all_channels) {
        for (Connection& connection : subscriptions().connections()) {
          take_answer(connection, StreamKey{feed->number, channel}, false, {}, {}, context);
        }
      }
    }
  }
  if (!polled(Channel::Depth)) {
    for (const auto& feed : feeds()) {
      if (feed->wants(Channel::Depth)) need(*feed, own(*feed).book.on_tick(context), context);
    }
  }
  if (mapping_.refresh && audit_interval_ > Nanos{0}) refresh_books(context);
  send_heartbeats(context);
  ask(context);
}

void GenericVenue::refresh_books(const Context& context) {
  for (const auto& each : feeds()) {
    GenericFeed& feed = own(*each);
    if (!feed.wants(Channel::Depth) || !feed.book.publisher().live() || feed.refreshed == Nanos{0}) {
      feed.refreshed = context.now;
    } else if (context.now - feed.refreshed >= audit_interval_ || context.now < feed.refreshed) {
      feed.refreshed = context.now;
      ask_for_snapshot(feed, context);
      return;  // one at a time
    }
  }
}

void GenericVenue::send_heartbeats(const Context& context) {
  std::erase_if(heartbeats_, [&](const Heartbeat& each) { return subscriptions().find(each.connection) == nullptr; });
  for (Heartbeat& each : heartbeats_) {
    const Nanos waited = context.now - each.sent;
    if (waited < mapping_.heartbeat_interval && waited >= Nanos{0}) continue;
    each.sent = context.now;
    context.outbox.send(each.connection, fill(mapping_.heartbeat, {{"id", std::to_string(++heartbeat_id_)}}));
  }
}

}  // namespace trunkline::venue::generic
