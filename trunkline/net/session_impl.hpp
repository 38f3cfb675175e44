// The inside of Session, for this room alone.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

#include "trunkline/net/rate_limiter.hpp"
#include "trunkline/net/request_queue.hpp"
#include "trunkline/net/session.hpp"
#include "trunkline/net/websocket_client.hpp"

namespace trunkline::net {

class LaneDriver;

// One WebSocket of a lane, from its first attempt to its end.
class LaneConnection final : public WebSocketListener {
 public:
  LaneConnection(LaneDriver& lane, venue::ConnectionId id, std::uint32_t messages_per_second);

  void on_open() override;
  void on_message(std::span<char> message, Nanos received) override;
  void on_drained() override;
  void on_closed(const WebSocketClosed& closed) override;

  void send(std::string message, bool binary);
  void pump();  // sends what the message rate allows

  LaneDriver* lane;  // null: retired, only waits for its goodbye to be answered
  venue::ConnectionId id;
  std::unique_ptr<WebSocketClient> socket;
  bool open = false;
  bool unwanted = false;  // the venue asked for another one; nothing more of it is handed on
  std::string unwanted_because;
  std::optional<Nanos> hold;  // before the next attempt
  bool for_good = false;      // there is to be no next attempt
  bool ready = false;
  Nanos opened{0};  // monotonic
  Nanos opened_unix{0};
  std::list<std::unique_ptr<LaneConnection>>* farewells = nullptr;  // where a retired one is kept

 private:
  void account();

  std::uint64_t counted_bytes_ = 0;
  std::uint64_t batch_ = 0;  // messages of the read under way
  Nanos last_received_{0};
  RateLimiter rate_;
  struct Outgoing {
    std::string message;
    bool binary;
  };
  std::deque<Outgoing> outgoing_;
};

// One lane: its connection, the one that is to replace it, and the wait between attempts.
class LaneDriver {
 public:
  LaneDriver(Session::Impl& session, std::uint8_t index, const venue::Lane& lane, Url url);

  void start();
  void stop();
  void tick(Nanos now);  // monotonic
  // Carries out what the venue asked for during its last call.
  void settle();
  LaneConnection* find(venue::ConnectionId id) noexcept;

  void opened(LaneConnection& connection);
  void closed(LaneConnection& connection, const WebSocketClosed& how);

  // Of the connections made from now on; one that waits for an address is made at once.
  void set_url(Url url);

  LaneInfo info() const;
  Session::Impl& session() noexcept { return session_; }
  std::uint8_t index() const noexcept { return index_; }
  const venue::Lane& lane() const noexcept { return lane_; }

 private:
  std::unique_ptr<LaneConnection> connect();
  void retire(std::unique_ptr<LaneConnection> connection);
  void became_current();
  void lose_current(const std::string& reason, std::optional<Nanos> at_least);
  void lose_next(const std::string& reason, std::optional<Nanos> at_least);
  void finish(std::unique_ptr<LaneConnection> gone, std::string_view reason);
  void retry_after(Nanos wait);
  void promote(std::string_view reason);
  void tell_closed(venue::ConnectionId id, std::string_view reason);
  void set_state(wire::ConnectionState state, std::string_view reason);
  std::string address() const;
  void plan_replacement(Nanos opened);
  void report(Severity severity, std::string_view name, std::string_view reason);

  Session::Impl& session_;
  std::uint8_t index_;
  venue::Lane lane_;
  Url url_;  // without a host: not known yet
  Backoff backoff_;
  Timer retry_;
  std::unique_ptr<LaneConnection> current_;
  std::unique_ptr<LaneConnection> next_;
  std::list<std::unique_ptr<LaneConnection>> farewells_;
  Nanos replace_at_{0};       // monotonic; 0: no limit of age
  Nanos promote_at_{0};       // monotonic; when next_ counts as ready, or has been ready for long enough
  bool overlapping_ = false;  // next_ is ready
  bool running_ = false;
  bool had_connection_ = false;  // since start()
  std::uint32_t retry_generation_ = 0;

  wire::ConnectionState state_ = wire::ConnectionState::Disconnected;
  Nanos connected_since_{0};
  std::uint64_t reconnects_ = 0;
  std::string last_reason_;
};

struct Session::Impl final : std::enable_shared_from_this<Session::Impl>,
                             private venue::Outbox,
                             private RequestQueue::Listener {
  Impl(asio::io_context& io, venue::Venue& venue, venue::Sink& sink, EventLog& log, SessionConfig config);

  Result<void> start();
  void stop();
  void execute(const venue::Command& command, const std::function<void(Result<void>)>& done);

  // Calls the venue with the sink stamped for it, then carries out what it asked for.
  template <class Call>
  void with_venue(Nanos now, std::uint8_t connection, Call call) {
    sink.begin(now, connection);
    ++inside_;
    call(sink, static_cast<venue::Outbox&>(*this));
    --inside_;
    settle();
  }
  // During a batch: no flush and no settling until the batch is done.
  void feed(LaneConnection& connection, std::span<char> message, Nanos received) {
    sink.begin(received, connection.lane->index());
    ++inside_;
    venue.on_bytes(connection.id, message, received, sink, *this);
    --inside_;
  }
  void with_outbox(const std::function<void(Nanos now, venue::Outbox& outbox)>& call);
  void settle();
  void publish_status(const LaneDriver& lane, wire::ConnectionStatus status, std::string_view endpoint,
                      std::string_view reason);
  void update_infos();
  void hold_requests(int status, Nanos hold);

  asio::io_context& io;
  venue::Venue& venue;
  venue::Sink& sink;
  EventLog& log;
  SessionConfig config;
  SessionStats stats;
  std::optional<TlsContext> tls;
  RequestQueue requests;
  std::vector<std::unique_ptr<LaneDriver>> lanes;
  Backoff jitter;  // a source of chance
  std::uint32_t next_connection = 1;
  bool running = false;
  bool started_before = false;

  mutable std::mutex info_mutex;
  std::vector<LaneInfo> infos;

 private:
  void send(venue::ConnectionId connection, std::string text) override;
  void send_binary(venue::ConnectionId connection, std::string bytes) override;
  void reconnect_after(venue::ConnectionId connection, Nanos wait, std::string reason) override;
  void give_up(venue::ConnectionId connection, std::string reason) override;
  void set_url(venue::LaneId lane, std::string url) override;
  void request(venue::Request request) override;
  void reconnect(venue::ConnectionId connection, std::string reason) override;
  void ready(venue::ConnectionId connection) override;
  void report(Event event) override;
  void on_reply(const venue::Reply& reply) override;
  void on_rate_limited(int status, Nanos hold) override;

  LaneConnection* find(venue::ConnectionId id) noexcept;
  void schedule_tick();

  Timer ticker_;
  std::vector<std::pair<venue::Command, std::function<void(Result<void>)>>> early_commands_;
  int inside_ = 0;  // calls of the venue under way
  bool settling_ = false;
  bool settle_again_ = false;
};

}  // namespace trunkline::net
