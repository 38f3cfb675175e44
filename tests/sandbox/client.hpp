// The other end of a sandbox, for tests: our own HTTP and WebSocket clients on an io_context that the test turns.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <fmt/format.h>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sandbox/binance/server.hpp"
#include "trunkline/net/http_client.hpp"
#include "trunkline/net/websocket_client.hpp"

namespace trunkline::sandbox::test {

using namespace std::chrono_literals;
using nlohmann::json;

inline std::unique_ptr<binance::BinanceSandbox> start(binance::BinanceSandboxOptions options) {
  options.port = 0;
  auto sandbox = binance::BinanceSandbox::start(std::move(options));
  if (!sandbox) {
    ADD_FAILURE() << sandbox.error().message;
    return nullptr;
  }
  return std::move(*sandbox);
}

class Loop {
 public:
  // False when the condition did not come true in time.
  bool until(const std::function<bool()>& condition, std::chrono::milliseconds limit = 10s) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      if (io.stopped()) io.restart();
      io.run_one_for(20ms);
    }
    return true;
  }

  net::asio::io_context io{1};
};

class Rest {
 public:
  explicit Rest(Loop& loop, std::uint16_t port) : loop_(loop), port_(port), client_(loop.io) {}

  struct Reply {
    int status = 0;  // 0: none came
    std::string body;
    net::Headers headers;
    std::string error;
    json parsed() const { return json::parse(body, nullptr, false); }
  };

  Reply get(const std::string& target) { return send("GET", target, ""); }
  Reply post(const std::string& target, const std::string& body) { return send("POST", target, body); }
  Reply send(const std::string& method, const std::string& target, const std::string& body) {
    Reply out;
    bool done = false;
    begin(method, target, body, [&](Reply reply) {
      out = std::move(reply);
      done = true;
    });
    EXPECT_TRUE(loop_.until([&] { return done; }, 15s)) << target;
    return out;
  }
  void begin(const std::string& method, const std::string& target, const std::string& body,
             std::function<void(Reply)> then) {
    net::HttpClient::Request request;
    request.method = method;
    request.url = fmt::format("http://127.0.0.1:{}{}", port_, target);
    request.body = body;
    client_.send(std::move(request), [then = std::move(then)](Result<net::HttpClient::Reply> reply) {
      Reply out;
      if (reply) {
        out.status = reply->status;
        out.body = std::string(reply->body());
        out.headers = reply->headers;
      } else {
        out.error = reply.error().message;
      }
      then(std::move(out));
    });
  }

 private:
  Loop& loop_;
  std::uint16_t port_;
  net::HttpClient client_;
};

class Socket : public net::WebSocketListener {
 public:
  Socket(Loop& loop, std::uint16_t port, const std::string& target) : loop_(loop) {
    net::WebSocketClientOptions options;
    const auto url = net::Url::parse(fmt::format("ws://127.0.0.1:{}{}", port, target));
    EXPECT_TRUE(url.has_value());
    options.url = *url;
    options.silence_before_ping = Nanos{0};
    client_ = std::make_unique<net::WebSocketClient>(loop.io, std::move(options), *this);
    client_->open();
  }

  bool opened() {
    return loop_.until([&] { return open || closed; }) && open;
  }
  void send(const std::string& text) { client_->send_text(text); }
  // The next message that `wanted` takes; others before it are thrown away. Empty when none came in time.
  std::string next(
      const std::function<bool(const std::string&)>& wanted = [](const std::string&) { return true; },
      std::chrono::milliseconds limit = 10s) {
    std::string found;
    loop_.until(
        [&] {
          while (!messages.empty() && found.empty()) {
            if (wanted(messages.front())) found = messages.front();
            messages.pop_front();
          }
          return !found.empty() || closed.has_value();
        },
        limit);
    return found;
  }
  json next_json() { return json::parse(next(), nullptr, false); }
  std::string next_with(const std::string& part, std::chrono::milliseconds limit = 10s) {
    return next([&](const std::string& text) { return text.find(part) != std::string::npos; }, limit);
  }

  void on_open() override { open = true; }
  void on_message(std::span<char> message, Nanos) override {
    messages.emplace_back(message.data(), message.size());
    ++count;
  }
  void on_closed(const net::WebSocketClosed& why) override { closed = why; }

  bool open = false;
  std::optional<net::WebSocketClosed> closed;
  std::deque<std::string> messages;
  std::size_t count = 0;

 private:
  Loop& loop_;
  std::unique_ptr<net::WebSocketClient> client_;
};

// A book that a client keeps by the venue's rule from snapshot and differences.
class DiffBook {
 public:
  explicit DiffBook(Market market) : market_(market) {}

  // Differences before the snapshot are held. False where the chain breaks.
  bool event(const json& event) {
    if (!synced_) {
      held_.push_back(event);
      return true;
    }
    return apply(event);
  }
  // Nullopt: ask again; else whether the held events fit.
  std::optional<bool> snapshot(const json& body) {
    const auto id = body["lastUpdateId"].get<std::uint64_t>();
    if (held_.empty() || (market_ == Market::Spot ? id + 1 : id) < held_.front()["U"].get<std::uint64_t>())
      return std::nullopt;
    last_ = id;
    first_ = true;
    synced_ = true;
    for (const char* const side : {"bids", "asks"})
      for (const auto& level : body[side]) set(side[0], level);
    for (const json& event : held_)
      if (!apply(event)) return false;
    return true;
  }
  std::uint64_t last() const { return last_; }
  // Equal to the truth as far as the truth goes, best `depth` levels.
  bool equals(const Book& truth, const Instrument& in, std::size_t depth) const {
    return same(sides_[0], truth.bids, in, depth) && same(sides_[1], truth.asks, in, depth);
  }

 private:
  using Levels = std::map<std::int64_t, std::int64_t>;

  static bool same(const Levels& mine, const std::vector<BookLevel>& truth, const Instrument&, std::size_t depth) {
    auto level = mine.begin();
    for (std::size_t i = 0; i < std::min(depth, truth.size()); ++i, ++level) {
      if (level == mine.end() || std::abs(level->first) != truth[i].price.raw() ||
          level->second != truth[i].quantity.raw())
        return false;
    }
    return true;
  }
  void set(char side, const json& level) {
    const std::int64_t price = Price::parse(level[0].get_ref<const std::string&>())->raw();
    const std::int64_t quantity = Quantity::parse(level[1].get_ref<const std::string&>())->raw();
    Levels& levels = sides_[side == 'b' ? 0 : 1];
    const std::int64_t key = side == 'b' ? -price : price;
    if (quantity == 0)
      levels.erase(key);
    else
      levels[key] = quantity;
  }
  bool apply(const json& event) {
    const auto first = event["U"].get<std::uint64_t>(), last = event["u"].get<std::uint64_t>();
    if (market_ == Market::Spot) {
      if (last <= last_) return true;
      if (first_ ? first > last_ + 1 : first != last_ + 1) return false;
    } else {
      const auto previous = event["pu"].get<std::uint64_t>();
      if (first_ ? last < last_ : last <= last_) return true;
      if (first_ ? (first > last_ && previous != last_) : previous != last_) return false;
    }
    first_ = false;
    last_ = last;
    for (const char* const side : {"b", "a"})
      for (const auto& level : event[side]) set(side[0], level);
    return true;
  }

  Market market_;
  Levels sides_[2];
  std::vector<json> held_;
  bool synced_ = false;
  bool first_ = true;
  std::uint64_t last_ = 0;
};

}  // namespace trunkline::sandbox::test
