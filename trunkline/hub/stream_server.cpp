#include "trunkline/hub/stream_server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <thread>
#include <utility>

#include "trunkline/hub/connector_rates.hpp"
#include "trunkline/hub/http_face.hpp"
#include "trunkline/hub/message_log.hpp"
#include "trunkline/hub/stream_monitor.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/relay/bridge.hpp"
#include "trunkline/relay/bus_feed.hpp"
#include "trunkline/relay/relay_client.hpp"
#include "trunkline/relay/relay_server.hpp"

namespace trunkline::hub {
namespace {

relay::DistributorConfig distributor_config(const StreamServerConfig& config) {
  relay::DistributorConfig distributor;
  distributor.filter = config.filter;
  distributor.fan_out.max_queue_bytes = config.max_queue;
  distributor.fan_out.heartbeat = config.heartbeat;
  distributor.fan_out.encode_json = relay::Bridge::encode_json;
  return distributor;
}

template <class... Cases>
struct Match : Cases... {
  using Cases::operator()...;
};

}  // namespace

StreamServerConfig StreamServerConfig::from(const Settings& settings) {
  return {settings.http_listen,     settings.http_allowed_origins, settings.relay_socket,
          settings.relay_max_queue, settings.relay_heartbeat,      settings.filter};
}

struct StreamServer::Impl {
  Impl(StreamServerConfig a_config, StreamSource a_source, Log& a_log)
      : config(std::move(a_config)),
        source(std::move(a_source)),
        log(a_log),
        // The venues of this process tell the log themselves what becomes of their books.
        monitor(std::holds_alternative<FromBus>(source) ? nullptr : &a_log),
        broadcast(io, distributor_config(config), &a_log),
        bridge(broadcast, {.allowed_origins = config.allowed_origins}),
        timer(io) {
    broadcast.distributor().on_passing([this, every_message = log.writes(Severity::Debug)](wire::FrameView frame) {
      monitor.apply(frame, unix_now());
      if (!every_message) return;
      if (const auto event = message_event(frame, monitor, broadcast.fan_out().total_queued_bytes())) log.write(*event);
    });
  }

  Result<void> listen() {
    if (!config.relay_socket.empty()) {
      auto listening = relay::RelayServer::listen(broadcast, {.socket = config.relay_socket});
      if (!listening) {
        return fail(listening.error().code,
                    fmt::format("{}; choose another with relay.socket, or none", listening.error().message));
      }
      relay = *std::move(listening);
    }
    if (!config.http_listen.empty()) {
      auto listening = HttpFace::listen(io, {.listen = config.http_listen}, bridge,
                                        {.monitor = monitor,
                                         .process = [this] { return process(); },
                                         .counters = [this] { return counters(); },
                                         .control = from_bus_or(&FromBus::control),
                                         .orders = from_bus_or(&FromBus::orders)});
      if (!listening) return std::unexpected(listening.error());
      face = *std::move(listening);
    }
    return {};
  }

  ProcessView process() {
    ProcessView view;
    view.started = started;
    view.relay_clients = relay ? relay->stats().clients : 0;
    view.bridge_clients = bridge.clients();
    view.slow_clients = broadcast.fan_out().overflows();
    view.queued_bytes = broadcast.fan_out().total_queued_bytes();
    view.client_missed = broadcast.fan_out().total_missed();
    view.filtered = broadcast.distributor().filtered();
    view.bus_missed = broadcast.distributor().missed(wire::GapScope::Bus);
    if (const auto* from_bus = std::get_if<FromBus>(&source); from_bus != nullptr && from_bus->order_accounts) {
      view.orders = from_bus->order_accounts();
    }
    return view;
  }

  std::vector<ConnectorCounters> totals() {
    const auto* from_bus = std::get_if<FromBus>(&source);
    return from_bus != nullptr && from_bus->counters ? from_bus->counters() : std::vector<ConnectorCounters>{};
  }
  std::vector<ConnectorCounters> counters() {
    auto counters = totals();
    rates.fill(counters, unix_now());
    return counters;
  }

  using Answer = std::function<net::HttpResponse(const net::HttpRequest&)>;
  Answer from_bus_or(Answer FromBus::* what) const {
    const auto* from_bus = std::get_if<FromBus>(&source);
    return from_bus != nullptr ? from_bus->*what : nullptr;
  }

  void open_source() {
    relay::Distributor& distributor = broadcast.distributor();
    std::visit(Match{[&](FromBus& from) {
                       distributor.on_resync_needed(from.request_resend);
                       bus_feed = std::make_unique<relay::BusFeed>(broadcast, from.bus.subscribe());
                     },
                     [&](const FromRelay& from) { connect_to_relay(from.socket); },
                     [&](FromCollectors) {
                       distributor.on_resync_needed([this](SymbolHash symbol) {
                         if (relay) relay->request_resync(symbol);
                       });
                     }},
               source);
  }

  void connect_to_relay(const std::string& socket) {
    relay::RelayClient::Handlers handlers;
    handlers.on_frame = [this](wire::FrameView frame) {
      // The relay's own life is not part of the stream.
      if (frame.type() == wire::MessageType::Welcome || frame.type() == wire::MessageType::Heartbeat) return;
      broadcast.distributor().publish(frame);
    };
    handlers.on_batch = [this] { broadcast.drain(); };
    handlers.on_disconnected = [this](std::string_view reason) {
      broadcast.distributor().disconnected([](std::uint16_t) { return true; }, reason, unix_now());
      broadcast.drain();
    };
    relay_client =
        std::make_unique<relay::RelayClient>(io, relay::RelayClientConfig{.socket = socket}, std::move(handlers), &log);
    broadcast.distributor().on_resync_needed([this](SymbolHash symbol) {
      // To be subscribed once more brings the book once more; more symbols than a message takes are not asked for here.
      (void)relay_client->subscribe({&symbol, 1}, relay::book_channels);
    });
  }

  void each_second() {
    log.flush_repeats(unix_now());
    rates.sample(totals(), unix_now());
    timer.expires_after(std::chrono::seconds{1});
    timer.async_wait([this](net::error_code error) {
      if (!error) each_second();
    });
  }

  StreamServerConfig config;
  StreamSource source;
  Log& log;
  Nanos started = unix_now();
  StreamMonitor monitor;
  ConnectorRates rates;
  net::asio::io_context io{1};
  relay::Broadcast broadcast;
  relay::Bridge bridge;
  std::unique_ptr<relay::RelayServer> relay;
  std::unique_ptr<HttpFace> face;
  std::unique_ptr<relay::BusFeed> bus_feed;
  std::unique_ptr<relay::RelayClient> relay_client;
  net::Timer timer;
  std::thread thread;
};

StreamServer::StreamServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

StreamServer::~StreamServer() {
  stop();
}

Result<std::unique_ptr<StreamServer>> StreamServer::start(StreamServerConfig config, StreamSource source, Log& log) {
  auto impl = std::make_unique<Impl>(std::move(config), std::move(source), log);
  if (auto listening = impl->listen(); !listening) return std::unexpected(listening.error());
  impl->open_source();
  impl->each_second();
  impl->thread = std::thread([io = &impl->io] {
    const auto work = net::asio::make_work_guard(*io);
    io->run();
  });
  return std::unique_ptr<StreamServer>(new StreamServer(std::move(impl)));
}

void StreamServer::stop() {
  if (!impl_->thread.joinable()) return;
  net::asio::post(impl_->io, [impl = impl_.get()] {
    impl->timer.cancel();
    impl->face.reset();
    impl->relay.reset();
    impl->bus_feed.reset();
    impl->relay_client.reset();
    impl->io.stop();
  });
  impl_->thread.join();
}

std::string StreamServer::http_address() const {
  return impl_->face ? fmt::format("{}:{}", impl_->face->address(), impl_->face->port()) : "";
}

std::string StreamServer::relay_socket() const {
  return impl_->config.relay_socket;
}

}  // namespace trunkline::hub
