#include "trunkline/venue/alpaca/stream_session.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

namespace trunkline::venue::alpaca {
namespace {

constexpr Nanos pause_after_wait = std::chrono::seconds{10};

// 402 to 411 as in the venue's Go SDK; the rest from its documentation.
constexpr ErrorRule rules[] = {
    {400, Remedy::Refuse, "invalid syntax"},
    {401, Remedy::Reconnect, "not authenticated"},
    {402, Remedy::GiveUp, "authentication failed"},
    {403, Remedy::Note, "already authenticated"},
    {404, Remedy::Reconnect, "authentication timed out"},
    {405, Remedy::Refuse, "symbol limit exceeded"},
    {406, Remedy::Wait, "connection limit exceeded"},
    {407, Remedy::Wait, "slow client"},
    {409, Remedy::GiveUp, "the plan does not cover this feed"},
    {410, Remedy::Refuse, "not on this feed"},
    {411, Remedy::GiveUp, "insufficient scope"},
    {500, Remedy::Wait, "internal error"},
};
constexpr ErrorRule unknown_rule{0, Remedy::Refuse, "unknown error"};

using Json = nlohmann::ordered_json;

void post(const Json& message, Encoding encoding, ConnectionId connection, Outbox& outbox) {
  if (encoding == Encoding::Json) {
    outbox.send(connection, message.dump(-1, ' ', false, Json::error_handler_t::replace));
    return;
  }
  const std::vector<std::uint8_t> bytes = Json::to_msgpack(message);
  outbox.send_binary(connection, std::string(bytes.begin(), bytes.end()));
}

}  // namespace

const ErrorRule& rule_of(std::uint64_t code) noexcept {
  for (const ErrorRule& rule : rules) {
    if (rule.code == code) return rule;
  }
  return unknown_rule;
}

void StreamSession::open(ConnectionId connection, Nanos now) {
  closed();
  connection_ = connection;
  phase_ = Phase::Greeting;
  since_ = now;
}

void StreamSession::closed() {
  connection_.reset();
  phase_ = Phase::Closed;
  ready_ = false;
  under_way_.reset();
  halves_.clear();
  for (Entry& entry : states_) {
    const bool wanted = entry.state != StreamState::Off && (entry.state != StreamState::Leaving || entry.again);
    entry = {wanted ? StreamState::Wanted : StreamState::Off, false};
  }
}

void StreamSession::want(StreamKey key) {
  Entry& entry = at(key);
  if (entry.state == StreamState::Off || entry.state == StreamState::Refused) entry.state = StreamState::Wanted;
  if (entry.state == StreamState::Leaving) entry.again = true;
}

void StreamSession::leave(StreamKey key) {
  Entry& entry = at(key);
  const bool sent = entry.state == StreamState::Asked || entry.state == StreamState::Acknowledged ||
                    entry.state == StreamState::Leaving;
  entry = {sent ? StreamState::Leaving : StreamState::Off, false};
  // Room for what was one too many.
  for (Entry& other : states_) {
    if (other.state == StreamState::Refused) other.state = StreamState::Wanted;
  }
}

void StreamSession::renew(StreamKey key) {
  Entry& entry = at(key);
  if (entry.state == StreamState::Acknowledged) entry = {StreamState::Leaving, true};
}

bool StreamSession::on_success(std::string_view text, Nanos now, Outbox& outbox) {
  if (!connection_) return false;
  if (text == "connected" && phase_ == Phase::Greeting) {
    if (credentials_.key.empty() || credentials_.secret.empty()) {
      give_up("no key: set APCA_API_KEY_ID and APCA_API_SECRET_KEY in the environment", outbox);
      return false;
    }
    phase_ = Phase::Authenticating;
    since_ = now;
    post({{"action", "auth"}, {"key", credentials_.key}, {"secret", credentials_.secret}}, encoding_, *connection_,
         outbox);
    return false;
  }
  if (text != "authenticated" || (phase_ != Phase::Greeting && phase_ != Phase::Authenticating)) return false;
  phase_ = Phase::Open;
  pump(now, outbox);
  return true;
}

StreamSession::Outcome StreamSession::on_subscription(const SubscriptionMessage& message, Nanos now, Outbox& outbox) {
  Outcome outcome;
  if (phase_ != Phase::Open) return outcome;
  std::vector<bool> listed(states_.size());
  for (const auto& [stream, symbol] : message.streams) {
    const auto number = number_of_(symbol);
    const StreamKey key{number.value_or(0), stream};
    if (number && key.index() < listed.size()) listed[key.index()] = true;
  }
  const auto done = std::exchange(under_way_, std::nullopt);
  std::vector<bool> handled(states_.size());
  if (done) {
    for (const StreamKey key : done->keys) {
      Entry& entry = at(key);
      handled[key.index()] = true;
      if (!done->subscribe) {
        if (entry.state == StreamState::Leaving) {
          entry = {entry.again ? StreamState::Wanted : StreamState::Off, false};
        }
      } else if (entry.state == StreamState::Asked) {
        entry.state = listed[key.index()] ? StreamState::Acknowledged : StreamState::Refused;
        (listed[key.index()] ? outcome.acknowledged : outcome.refused).push_back(key);
        if (!listed[key.index()]) outcome.reason = "the venue's answer leaves it out";
      }
    }
  }
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (handled[i]) continue;
    Entry& entry = states_[i];
    if (entry.state == StreamState::Acknowledged && !listed[i]) {
      entry.state = StreamState::Wanted;
      outcome.lost.push_back(key_at(i));
    } else if (entry.state == StreamState::Off && listed[i]) {
      entry.state = StreamState::Leaving;
    }
  }
  pump(now, outbox);
  return outcome;
}

StreamSession::Outcome StreamSession::on_error(const ErrorMessage& error, Nanos now, Outbox& outbox) {
  Outcome outcome;
  if (!connection_ || phase_ == Phase::GivenUp) return outcome;
  const ErrorRule& rule = rule_of(error.code);
  std::string reason = fmt::format("error {} of the venue: {}", error.code,
                                   error.text.empty() ? std::string(rule.meaning) : excerpt(error.text));
  switch (rule.remedy) {
    case Remedy::Note:
      break;
    case Remedy::Refuse:
      outcome.reason = std::move(reason);
      refuse(outcome, now, outbox);
      break;
    case Remedy::Reconnect:
      restart(std::move(reason), Nanos{0}, outbox);
      break;
    case Remedy::Wait:
      restart(std::move(reason), pause_after_wait, outbox);
      break;
    case Remedy::GiveUp:
      give_up(std::move(reason), outbox);
      break;
  }
  return outcome;
}

// The error names no symbol: a batch is halved until what is refused stands alone.
void StreamSession::refuse(Outcome& outcome, Nanos now, Outbox& outbox) {
  auto refused = std::exchange(under_way_, std::nullopt);
  if (!refused) return;
  auto& keys = refused->keys;
  if (!refused->subscribe) {
    for (const StreamKey key : keys) {
      Entry& entry = at(key);
      if (entry.state == StreamState::Leaving) entry = {entry.again ? StreamState::Wanted : StreamState::Off, false};
    }
  } else if (keys.size() > 1) {
    const auto middle = keys.begin() + static_cast<std::ptrdiff_t>(keys.size() / 2);
    halves_.emplace_front(middle, keys.end());
    halves_.emplace_front(keys.begin(), middle);
  } else if (at(keys.front()).state == StreamState::Asked) {
    at(keys.front()).state = StreamState::Refused;
    outcome.refused.push_back(keys.front());
  }
  pump(now, outbox);
}

void StreamSession::give_up(std::string reason, Outbox& outbox) {
  phase_ = Phase::GivenUp;
  outbox.give_up(*connection_, std::move(reason));
}

void StreamSession::restart(std::string reason, Nanos wait, Outbox& outbox) {
  phase_ = Phase::GivenUp;
  if (wait > Nanos{0}) {
    outbox.reconnect_after(*connection_, wait, std::move(reason));
  } else {
    outbox.reconnect(*connection_, std::move(reason));
  }
}

void StreamSession::on_tick(Nanos now, Outbox& outbox) {
  if (phase_ == Phase::Closed || phase_ == Phase::GivenUp) return;
  if (phase_ == Phase::Open) {
    pump(now, outbox);
    if (!under_way_) return;
  }
  // A clock that was set back counts from now.
  if (now < since_) since_ = now;
  if (now - since_ <= answer_limit) return;
  restart(phase_ == Phase::Greeting         ? "no greeting came"
          : phase_ == Phase::Authenticating ? "the key was not answered"
                                            : "a subscription was not answered",
          Nanos{0}, outbox);
}

void StreamSession::pump(Nanos now, Outbox& outbox) {
  if (phase_ != Phase::Open || under_way_) return;
  Batch next;
  while (!halves_.empty() && next.keys.empty()) {
    for (const StreamKey key : halves_.front()) {
      if (at(key).state == StreamState::Asked) next.keys.push_back(key);
    }
    halves_.pop_front();
  }
  for (const bool subscribe : {false, true}) {
    if (!next.keys.empty()) break;
    next.subscribe = subscribe;
    for (std::size_t i = 0; i < states_.size() && next.keys.size() < batch; ++i) {
      const StreamState due = subscribe ? StreamState::Wanted : StreamState::Leaving;
      if (states_[i].state == due) next.keys.push_back(key_at(i));
    }
  }
  if (!next.keys.empty()) send(std::move(next), now, outbox);
}

void StreamSession::send(Batch next, Nanos now, Outbox& outbox) {
  Json message = {{"action", next.subscribe ? "subscribe" : "unsubscribe"}};
  for (const StreamKey key : next.keys) {
    message[std::string(to_text(key.stream))].push_back(std::string(name_of_(key.symbol)));
    if (next.subscribe) at(key).state = StreamState::Asked;
  }
  post(message, encoding_, *connection_, outbox);
  under_way_ = std::move(next);
  since_ = now;
}

bool StreamSession::becomes_ready() {
  if (ready_ || phase_ != Phase::Open || under_way_ || !halves_.empty()) return false;
  ready_ = std::ranges::none_of(states_, [](const Entry& entry) {
    return entry.state == StreamState::Wanted || entry.state == StreamState::Asked;
  });
  return ready_;
}

}  // namespace trunkline::venue::alpaca
