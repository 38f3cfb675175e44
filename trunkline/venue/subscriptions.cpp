#include "trunkline/venue/subscriptions.hpp"

#include <algorithm>
#include <utility>

namespace trunkline::venue {
namespace {

constexpr Nanos never{0};

// A connection on which nothing was ever heard, while another one talks.
constexpr Nanos mute_connection_limit = std::chrono::seconds{30};

StreamKey key_of(std::size_t index) noexcept {
  return {static_cast<std::uint32_t>(index / channel_count), static_cast<Channel>(index % channel_count)};
}

// Each try that ended in silence doubles the patience.
Nanos patient(Nanos limit, unsigned tries) noexcept {
  return limit * (std::int64_t{1} << std::min(tries, 6U));
}

}  // namespace

std::uint8_t Subscriptions::lane_of(Channel channel) const noexcept {
  for (std::size_t lane = 0; lane < rules_.lanes.size(); ++lane) {
    if (rules_.lanes[lane].contains(channel)) return static_cast<std::uint8_t>(lane);
  }
  return 0;
}

std::size_t Subscriptions::wanted(std::size_t lane) const noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < wanted_.size(); ++i) count += wanted_[i] && lane_of(key_of(i).channel) == lane;
  return count;
}

void Subscriptions::want(StreamKey key) {
  if (key.index() >= wanted_.size()) wanted_.resize(key.index() + channel_count);
  wanted_[key.index()] = true;
  for (Connection& connection : connections_) {
    if (connection.lane != lane_of(key.channel)) continue;
    Stream& stream = connection.at(key);
    if (stream.state == StreamState::Off || stream.state == StreamState::Leaving) stream = {StreamState::Wanted};
  }
}

void Subscriptions::leave(StreamKey key) {
  if (!is_wanted(key)) return;
  wanted_[key.index()] = false;
  for (Connection& connection : connections_) {
    if (connection.lane != lane_of(key.channel)) continue;
    Stream& stream = connection.at(key);
    const bool sent = stream.state == StreamState::Asked || stream.state == StreamState::Acknowledged;
    stream.state = sent ? StreamState::Leaving : StreamState::Off;
    stream.since = never;
  }
}

Subscriptions::Connection& Subscriptions::open(ConnectionId id, std::uint8_t lane, Nanos now) {
  close(id);
  connections_.push_back({.id = id, .lane = lane, .streams = {}});
  Connection& connection = connections_.back();
  connection.streams.resize(wanted_.size());
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    if (!wanted_[i] || lane_of(key_of(i).channel) != lane) continue;
    const std::uint8_t tries = i < lost_tries_.size() ? lost_tries_[i] : std::uint8_t{0};
    connection.streams[i] = {StreamState::Wanted, tries, now, Nanos{0}};
  }
  return connection;
}

void Subscriptions::close(ConnectionId id) {
  std::erase_if(batches_, [id](const auto& entry) { return entry.second.connection == id; });
  std::erase_if(connections_, [id](const Connection& connection) { return connection.id == id; });
}

std::optional<std::uint32_t> Subscriptions::other_source(StreamKey key, ConnectionId than) const noexcept {
  for (const Connection& connection : connections_) {
    const Stream* const stream = connection.find(key);
    if (connection.id != than && stream != nullptr && stream->state == StreamState::Acknowledged) {
      return static_cast<std::uint32_t>(connection.id);
    }
  }
  return std::nullopt;
}

bool Subscriptions::several_on(std::uint8_t lane) const noexcept {
  return std::count_if(connections_.begin(), connections_.end(),
                       [lane](const Connection& connection) { return connection.lane == lane; }) > 1;
}

void Subscriptions::send(Nanos now, Outbox& outbox) {
  for (Connection& connection : connections_) {
    if (!connection.admitted) continue;
    for (const bool subscribe : {false, true}) {
      std::vector<StreamKey> keys;
      for (std::size_t i = 0; i < connection.streams.size(); ++i) {
        const Stream& stream = connection.streams[i];
        const bool due = subscribe ? stream.state == StreamState::Wanted
                                   : stream.state == StreamState::Leaving && stream.since == never;
        if (due) keys.push_back(key_of(i));
        if (keys.size() == rules_.batch) send_batch(connection, std::exchange(keys, {}), subscribe, now, outbox);
      }
      if (!keys.empty()) send_batch(connection, std::move(keys), subscribe, now, outbox);
    }
  }
}

void Subscriptions::send_batch(Connection& connection, std::vector<StreamKey> keys, bool subscribe, Nanos now,
                               Outbox& outbox) {
  for (const StreamKey key : keys) {
    Stream& stream = connection.at(key);
    stream.state = subscribe ? StreamState::Asked : StreamState::Leaving;
    stream.since = now;
    if (subscribe) stream.heard = Nanos{0};
  }
  const std::uint64_t request = next_id_++;
  write_(connection.id, keys, subscribe, request, outbox);
  if (rules_.numbered) batches_[request] = {connection.id, std::move(keys), subscribe};
}

Subscriptions::Answer Subscriptions::on_answer(ConnectionId id, std::uint64_t request, bool refused, Nanos now,
                                               Outbox& outbox) {
  Answer answer;
  const auto found = batches_.find(request);
  if (found == batches_.end() || found->second.connection != id) return answer;
  answer.known = true;
  const Batch done = std::move(found->second);
  batches_.erase(found);
  Connection* const connection = find(id);
  if (connection == nullptr) return answer;
  if (!done.subscribe) {
    for (const StreamKey key : done.keys) {
      Stream& stream = connection->at(key);
      if (stream.state == StreamState::Leaving) stream = {};
    }
    return answer;
  }
  if (refused && done.keys.size() > 1) {
    const auto middle = done.keys.begin() + static_cast<std::ptrdiff_t>(done.keys.size() / 2);
    send_batch(*connection, {done.keys.begin(), middle}, true, now, outbox);
    send_batch(*connection, {middle, done.keys.end()}, true, now, outbox);
    return answer;
  }
  for (const StreamKey key : done.keys) {
    Stream& stream = connection->at(key);
    if (stream.state != StreamState::Asked) continue;
    stream.state = refused ? StreamState::Refused : StreamState::Acknowledged;
    stream.since = now;
    (refused ? answer.refused : answer.acknowledged).push_back(key);
  }
  return answer;
}

bool Subscriptions::settle(ConnectionId id, StreamKey key, bool refused, Nanos now) {
  Connection* const connection = find(id);
  if (connection == nullptr || key.index() >= connection->streams.size()) return false;
  Stream& stream = connection->at(key);
  if (stream.state != StreamState::Asked) return false;
  stream.state = refused ? StreamState::Refused : StreamState::Acknowledged;
  stream.since = now;
  return true;
}

void Subscriptions::left(ConnectionId id, StreamKey key) {
  Connection* const connection = find(id);
  if (connection == nullptr || key.index() >= connection->streams.size()) return;
  Stream& stream = connection->at(key);
  if (stream.state == StreamState::Leaving) stream = {};
}

bool Subscriptions::becomes_ready(Connection& connection) {
  if (connection.ready || !connection.admitted) return false;
  for (const Stream& stream : connection.streams) {
    if (stream.state == StreamState::Wanted || stream.state == StreamState::Asked) return false;
  }
  return connection.ready = true;
}

bool Subscriptions::symbol_talks(StreamKey key) const noexcept {
  for (const Connection& connection : connections_) {
    for (const Channel channel : all_channels) {
      const Stream* const stream = connection.find({key.feed, channel});
      if (channel != key.channel && stream != nullptr && stream->heard != Nanos{0}) return true;
    }
  }
  return false;
}

std::vector<Subscriptions::Silent> Subscriptions::find_silent(Nanos now) {
  std::vector<Silent> silent;
  for (Connection& connection : connections_) {
    if (connection.doomed) continue;
    const bool others_talk = std::any_of(connections_.begin(), connections_.end(),
                                         [&](const Connection& each) { return each.heard != Nanos{0}; });
    const bool mute = connection.heard == Nanos{0} && others_talk;
    for (std::size_t i = 0; i < connection.streams.size(); ++i) {
      Stream& stream = connection.streams[i];
      const StreamKey key = key_of(i);
      const Nanos waited = now - stream.since;
      if (stream.heard != Nanos{0} && stream.tries != 0) {
        stream.tries = 0;
        if (i < lost_tries_.size()) lost_tries_[i] = 0;
      }
      bool found = false;
      if (stream.state == StreamState::Asked) {
        found = waited > patient(answer_limit, stream.tries);
      } else if (stream.state == StreamState::Acknowledged && stream.heard == Nanos{0}) {
        const SilenceLimit& limits = rules_.silence[std::to_underlying(key.channel)];
        Nanos limit = symbol_talks(key) ? limits.while_symbol_talks : limits.at_all;
        if (mute && limits.while_symbol_talks != never && (limit == never || limit > mute_connection_limit)) {
          limit = mute_connection_limit;
        }
        found = limit != never && waited > patient(limit, stream.tries);
      } else if (stream.state == StreamState::Refused) {
        found = waited > patient(refused_pause, stream.tries);
      }
      if (found) {
        const bool reconnect = stream.state != StreamState::Refused && stream.tries + 1 >= tries_before_reconnect &&
                               (stream.tries + 1) % tries_before_reconnect == 0;
        silent.push_back({connection.id, key, reconnect});
      }
    }
  }
  return silent;
}

void Subscriptions::retry(const Silent& silent, std::string reason, Nanos now, Outbox& outbox) {
  Connection* const connection = find(silent.connection);
  if (connection == nullptr || connection->doomed) return;
  Stream& stream = connection->at(silent.key);
  const auto tries = static_cast<std::uint8_t>(std::min<unsigned>(stream.tries + 1U, 200U));
  if (silent.key.index() >= lost_tries_.size()) lost_tries_.resize(silent.key.index() + channel_count);
  lost_tries_[silent.key.index()] = tries;
  stream.tries = tries;
  if (silent.reconnect) {
    connection->doomed = true;
    outbox.reconnect(silent.connection, std::move(reason));
    return;
  }
  if (stream.state == StreamState::Acknowledged) send_batch(*connection, {silent.key}, false, now, outbox);
  send_batch(*connection, {silent.key}, true, now, outbox);
}

void Subscriptions::ask_again(std::span<const StreamKey> keys, Nanos now, Outbox& outbox) {
  for (Connection& connection : connections_) {
    if (connection.doomed) continue;
    std::vector<StreamKey> batch;
    const auto send = [&] {
      if (batch.empty()) return;
      send_batch(connection, batch, false, now, outbox);
      send_batch(connection, std::exchange(batch, {}), true, now, outbox);
    };
    for (const StreamKey key : keys) {
      const Stream* const stream = connection.find(key);
      if (stream == nullptr || stream->state != StreamState::Acknowledged) continue;
      batch.push_back(key);
      if (batch.size() == rules_.batch) send();
    }
    send();
  }
}

}  // namespace trunkline::venue
