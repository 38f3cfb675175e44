#include "sandbox/server/venue_server.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <future>
#include <limits>
#include <thread>

#include "sandbox/server/control.hpp"
#include "sandbox/server/venue_host.hpp"
#include "trunkline/net/asio.hpp"

namespace trunkline::sandbox {
namespace {

constexpr Nanos step = std::chrono::milliseconds{2};
constexpr Nanos tick = std::chrono::milliseconds{10};
constexpr Nanos most_behind = std::chrono::milliseconds{500};  // of the flow; what is beyond is skipped

}  // namespace

// What one thread with one io_context holds together.
struct VenueServer::Core : Controlled {
  Core(std::unique_ptr<Protocol> given, VenueServerOptions given_options, EventLog* log)
      : options(std::move(given_options)), protocol(std::move(given)), host(*protocol, log), timer(io) {}

  Result<void> listen();
  void shut();
  void pump();
  void answer(const net::HttpRequest& request, net::Responder responder);

  std::string status() override;
  const Instrument* instrument(std::optional<std::string_view> market, std::string_view symbol) const override;
  Result<Book> book(const Instrument& instrument, std::uint64_t update_id) override;
  Result<std::uint64_t> arm(Fault fault) override;
  std::size_t clear_faults() override {
    protocol->skew_clock(0);
    return host.clear_faults();
  }
  void pause(bool now_paused) override;
  void refuse(const Fault& fault);
  void restart(const Fault& fault);

  // Runs `what` on the server's thread and waits for it.
  template <class What>
  auto call(What what) -> decltype(what()) {
    if (!thread.joinable()) return what();  // stopped: nobody else is there
    std::promise<decltype(what())> promise;
    auto future = promise.get_future();
    net::asio::post(io, [&] { promise.set_value(what()); });
    return future.get();
  }

  VenueServerOptions options;
  net::asio::io_context io{1};
  std::unique_ptr<Protocol> protocol;
  VenueHost host;
  std::optional<net::HttpServer> server;
  std::uint16_t port = 0;  // for other threads
  net::Timer timer;
  Nanos started{0};      // monotonic
  Nanos flow_origin{0};  // monotonic time of virtual time 0
  Nanos virtual_now{0};
  Nanos next_tick{0};
  Nanos down_until{0};  // a restart goes on
  std::uint64_t requests = 0;
  bool paused = false;
  bool shutting = false;
  std::thread thread;
};

Result<void> VenueServer::Core::listen() {
  started = flow_origin = monotonic_now();
  const Nanos epoch = unix_now();
  if (auto listed =
          host.list(options.symbols, options.seed, options.rate, epoch - epoch % std::chrono::milliseconds{1});
      !listed)
    return listed;
  for (const std::string& spec : options.faults) {
    auto fault = parse_fault(spec);
    if (!fault) return std::unexpected(fault.error());
    if (auto armed = arm(std::move(*fault)); !armed) return std::unexpected(armed.error());
  }
  net::HttpServerOptions http;
  http.address = options.address;
  http.port = options.port;
  http.maximum_header = options.maximum_header;
  http.websocket_ping_after = Nanos{0};  // the venue's own pings instead
  net::HttpServer::Handlers handlers;
  handlers.on_request = [this](const net::HttpRequest& request, net::Responder responder) {
    answer(request, std::move(responder));
  };
  handlers.check_websocket = [this](const net::HttpRequest& request) -> std::optional<net::HttpResponse> {
    if (monotonic_now() < down_until) return net::HttpResponse{.status = 503};
    return protocol->refuse(request);
  };
  handlers.on_websocket = [this](const net::HttpRequest& request,
                                 std::shared_ptr<net::WebSocketServerConnection> socket) {
    host.add(std::move(socket), request);
  };
  auto listening = net::HttpServer::listen(io, std::move(http), std::move(handlers));
  if (!listening) return std::unexpected(listening.error());
  server.emplace(std::move(*listening));
  port = server->port();
  host.report("sandbox_listening", {{"address", fmt::format("{}:{}", options.address, port)}});
  return {};
}

void VenueServer::Core::shut() {
  if (shutting) return;
  shutting = true;
  timer.cancel();
  host.remove_all();
  server.reset();
  io.stop();
}

void VenueServer::Core::pump() {
  if (shutting) return;
  const Nanos now = monotonic_now();
  if (!paused) {
    if (const Nanos behind = now - flow_origin - virtual_now; behind > most_behind) {
      const Nanos skipped = behind - step;
      flow_origin += skipped;
      host.shift(skipped);
    }
    virtual_now = now - flow_origin;
    host.advance(virtual_now);
  }
  host.run_due(now);
  if (now >= next_tick) {
    next_tick = now + tick;
    protocol->tick(now);
    host.remove_gone(now);
  }
  host.flush();
  timer.expires_after(step);
  timer.async_wait([this](const net::error_code& error) {
    if (!error) pump();
  });
}

void VenueServer::Core::answer(const net::HttpRequest& request, net::Responder responder) {
  if (request.path.starts_with("/sandbox/")) {
    if (auto own = protocol->control(request)) return responder.respond(std::move(*own));
    return answer_control(*this, request, std::move(responder));
  }
  if (monotonic_now() < down_until) return responder.reset();
  ++requests;
  if (protocol->request(request, responder)) return;
  net::HttpResponse response;
  response.status = 404;
  response.body = "{}";
  responder.respond(std::move(response));
}

// ---- control

const Instrument* VenueServer::Core::instrument(std::optional<std::string_view> market, std::string_view symbol) const {
  std::optional<Market> wanted;
  if (market) {
    const auto parsed = parse_market(*market);
    if (!parsed) return nullptr;
    wanted = *parsed;
  }
  const ListedMarket* const found = host.find(symbol, wanted);
  return found == nullptr ? nullptr : &found->instrument();
}

Result<Book> VenueServer::Core::book(const Instrument& in, std::uint64_t update_id) {
  const ListedMarket& from = *host.find(in.symbol, in.market);
  const std::uint64_t wanted = update_id == 0 ? from.update_id() : update_id;
  auto book = from.book_at(wanted, std::numeric_limits<std::size_t>::max());
  if (!book)
    return fail(ErrorCode::NotFound, fmt::format("update id {} is not remembered; have {} to {}", wanted,
                                                 from.oldest_update_id(), from.update_id()));
  return *book;
}

Result<std::uint64_t> VenueServer::Core::arm(Fault fault) {
  if (!fault.market.empty() && !parse_market(fault.market)) return std::unexpected(parse_market(fault.market).error());
  if (!fault.symbol.empty() && host.find(fault.symbol) == nullptr)
    return fail(ErrorCode::NotFound, fmt::format("fault: symbol '{}' is not listed", excerpt(fault.symbol)));
  host.report("sandbox_fault_armed", {{"fault", std::string(to_text(fault.kind))}, {"symbol", fault.symbol}});
  if (fault.kind == FaultKind::Refuse) {
    refuse(fault);
    return 0;
  }
  if (fault.kind == FaultKind::VenueRestart) {
    restart(fault);
    return 0;
  }
  if (fault.kind == FaultKind::ClockSkew) {
    protocol->skew_clock(fault.offset);
    fault.count = 0;
    const std::uint64_t id = host.faults().add(std::move(fault));
    host.faults().strike(FaultKind::ClockSkew, {});
    return id;
  }
  return host.faults().add(std::move(fault));
}

// Accounts and orders stay; what was connected is gone, and nobody gets in for a while. `after` counts milliseconds.
// Never at once: the reply to this request goes out first.
void VenueServer::Core::restart(const Fault& fault) {
  const std::uint64_t id = host.faults().add(fault);
  host.later(std::chrono::milliseconds{fault.after + 5}, [this, id, fault] {
    host.faults().remove(id);
    Fault once = fault;
    once.after = 0;
    host.faults().add(once);
    host.faults().strike(FaultKind::VenueRestart, {fault.market, fault.symbol, "any"});
    down_until = monotonic_now() + std::chrono::milliseconds{fault.duration_ms};
    host.reset_all();
  });
}

// Closes the listening socket, so the control endpoint is only reachable on open connections until it ends.
void VenueServer::Core::refuse(const Fault& fault) {
  const std::uint64_t id = host.faults().add(fault);
  const auto end = [this, id] {
    if (auto again = server->refuse_connections(false); !again)
      host.report("sandbox_listen_failed", {{"reason", again.error().message}});
    host.faults().remove(id);
  };
  const auto begin = [this, fault, end] {
    if (auto refused = server->refuse_connections(true); !refused)
      host.report("sandbox_refuse_failed", {{"reason", refused.error().message}});
    host.faults().strike(FaultKind::Refuse, {fault.market, fault.symbol, "any"});
    host.later(std::chrono::milliseconds{fault.duration_ms}, end);
  };
  // `after` counts milliseconds here. Never at once: the reply to this request goes out first.
  host.later(std::chrono::milliseconds{fault.after + 5}, begin);
}

void VenueServer::Core::pause(bool now_paused) {
  paused = now_paused;
  if (!paused) return;
  protocol->flush();
  host.flush();
}

std::string VenueServer::Core::status() {
  using nlohmann::ordered_json;
  ordered_json out;
  out["venue"] = protocol->venue();
  out["uptime_s"] = static_cast<double>((monotonic_now() - started).count()) * 1e-9;
  for (const auto& market : host.markets()) {
    const Instrument& in = market->instrument();
    ordered_json& of = out["markets"][std::string(to_text(in.market))];
    of["port"] = port;
    of["used_weight"] = protocol->used_weight();
    of["symbols"][in.symbol] = {{"update_id", market->update_id()}};
  }
  out["mode"] = "flow";
  out["flow"] = {{"seed", options.seed}, {"rate", options.rate}, {"actions", host.actions()}, {"paused", paused}};
  out["messages_sent"] = host.messages();
  out["requests"] = requests;
  out["clients_too_slow"] = host.too_slow();
  out["connections"] = ordered_json::array();
  for (const auto& [id, client] : host.clients()) {
    if (client->gone) continue;
    out["connections"].push_back({{"id", id},
                                  {"path", client->path},
                                  {"streams", protocol->subscriptions(*client)},
                                  {"half_open", client->deaf},
                                  {"stalled", client->stalled_until > monotonic_now()},
                                  {"queued_bytes", client->socket->queued_bytes()}});
  }
  out["faults"] = to_json(host.faults());
  return out.dump();
}

// ---- VenueServer

VenueServer::VenueServer(std::unique_ptr<Core> core) : core_(std::move(core)) {}

VenueServer::~VenueServer() {
  stop();
}

Result<std::unique_ptr<VenueServer>> VenueServer::start(std::unique_ptr<Protocol> protocol, VenueServerOptions options,
                                                        EventLog* log) {
  auto core = std::make_unique<Core>(std::move(protocol), std::move(options), log);
  if (auto listening = core->listen(); !listening) return std::unexpected(listening.error());
  Core* const running = core.get();
  running->thread = std::thread([running] {
    running->pump();
    running->io.run();
  });
  return std::unique_ptr<VenueServer>(new VenueServer(std::move(core)));
}

void VenueServer::stop() {
  if (!core_->thread.joinable()) return;
  net::asio::post(core_->io, [core = core_.get()] { core->shut(); });
  core_->thread.join();
}

std::uint16_t VenueServer::port() const noexcept {
  return core_->port;
}

Result<void> VenueServer::inject(std::string_view fault_spec) {
  auto fault = parse_fault(fault_spec);
  if (!fault) return std::unexpected(fault.error());
  const auto armed = core_->call([&] { return core_->arm(*fault); });
  if (!armed) return std::unexpected(armed.error());
  return {};
}

std::string VenueServer::status() const {
  return core_->call([&] { return core_->status(); });
}

Result<Book> VenueServer::book(std::string_view symbol, std::uint64_t update_id, std::optional<Market> market) const {
  return core_->call([&]() -> Result<Book> {
    const ListedMarket* const found = core_->host.find(symbol, market);
    if (found == nullptr) return fail(ErrorCode::NotFound, fmt::format("'{}' is not listed", excerpt(symbol)));
    return core_->book(found->instrument(), update_id);
  });
}

void VenueServer::pause(bool paused) {
  core_->call([&] {
    core_->pause(paused);
    return true;
  });
}

}  // namespace trunkline::sandbox
