#include "trunkline/relay/unix_socket_writer.hpp"

#include <fmt/format.h>
#include <optional>

#include "trunkline/net/unix_socket.hpp"
#include "trunkline/relay/bus_feed.hpp"
#include "trunkline/relay/frame_reader.hpp"
#include "trunkline/relay/unix_port.hpp"

namespace trunkline::relay {
namespace {

FanOutConfig of_link(FanOutConfig config) {
  config.gap_scope = wire::GapScope::Link;
  config.unbroken = true;
  return config;
}

}  // namespace

struct UnixSocketWriter::Impl {
  struct Link {
    Link(Impl& owner, net::ByteStream connected)
        : stream(std::move(connected)),
          port(stream),
          reader(
              stream, 4 * 1024,
              {[&owner](wire::FrameView frame) { owner.on_frame(frame); }, [&owner] { owner.broadcast.drain_soon(); },
               [&owner](Error error) { owner.on_end(std::move(error)); }}) {}

    net::ByteStream stream;
    UnixPort port;
    FrameReader reader;
    FanOut::Client* client = nullptr;
  };

  Impl(net::asio::io_context& io, UnixSocketWriterConfig how, bus::BusReader from, EventLog* to)
      : config(std::move(how)),
        log(to),
        broadcast(io, {.fan_out = of_link(config.queue)}, to),
        feed(broadcast, std::move(from)),
        backoff(config.backoff, static_cast<std::uint64_t>(unix_now().count())),
        timer(io) {
    wait(Nanos{0});
  }
  ~Impl() {
    timer.cancel();
    if (link && link->client != nullptr) broadcast.fan_out().remove(*link->client);
  }

  void wait(Nanos time) {
    timer.expires_after(time);
    timer.async_wait([this, guard = std::weak_ptr<bool>(alive)](net::error_code error) {
      if (!error && !guard.expired()) connect();
    });
  }

  void connect() {
    auto stream = net::connect_unix(broadcast.io(), config.socket);
    if (!stream) return retry(stream.error().message);
    link.emplace(*this, std::move(*stream));
    const Nanos now = unix_now();
    FanOut& fan_out = broadcast.fan_out();
    link->client = &fan_out.add(link->port, "relay", wire::Format::Binary, false, now);
    link->stream.on_drained([this] {
      if (broadcast.fan_out().serve(*link->client, unix_now())) broadcast.drain_soon();
    });
    connected_at = monotonic_now();
    if (ended_at) {
      fan_out.note_missed(*link->client, unsent + broadcast.distributor().passing_frames() - *ended_at, ended);
    }
    if (const auto subscribed = fan_out.subscribe(*link->client, {}, all_channels); !subscribed) return;
    link->reader.start();
    broadcast.drain();
    ++connects;
    report(Severity::Info, "relay_connected", {});
  }

  void on_frame(wire::FrameView frame) {
    if (const auto* wanted = frame.as<wire::Subscribe>()) {
      // The relay has lost books of ours. A reader's symbols are subscribed already: it gets them anew.
      if (const auto done = broadcast.fan_out().subscribe(*link->client, symbols(*wanted), all_channels); !done) {
        link->reader.stop(done.error());
      }
    } else if (const auto* status = frame.as<wire::ConnectionStatus>()) {
      refusal = std::string(reason(*status));
    }
  }

  void on_end(Error error) {
    ended = unix_now();
    // The queue is lost with the connection, and what comes until the next one.
    unsent = broadcast.fan_out().give_up(*link->client);
    ended_at = broadcast.distributor().passing_frames();
    missed_before += FanOut::stats(*link->client).missed;
    broadcast.fan_out().remove(*std::exchange(link->client, nullptr));
    link.reset();
    // One that ends at once is as good as none.
    if (monotonic_now() - connected_at > config.backoff.cap) backoff.reset();
    last_reason.clear();
    retry(refusal.empty() ? std::move(error.message) : std::exchange(refusal, {}));
  }

  void retry(std::string why) {
    // Told when it changes; attempts go on for ever.
    if (why != last_reason) report(Severity::Warning, "relay_connection_error", why);
    last_reason = std::move(why);
    wait(backoff.next().value_or(config.backoff.cap));
  }

  void report(Severity severity, std::string_view name, std::string_view reason) {
    if (log == nullptr) return;
    Event event{severity, name, {}, {}, {{"socket", config.socket.native()}}};
    if (!reason.empty()) event.fields.emplace_back("reason", reason);
    log->write(event);
  }

  UnixSocketWriterConfig config;
  EventLog* log;
  Broadcast broadcast;
  BusFeed feed;
  net::Backoff backoff;
  net::Timer timer;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  std::optional<Link> link;
  Nanos connected_at{0};
  std::string refusal;
  std::string last_reason;
  std::optional<std::uint64_t> ended_at;  // frames that had passed by when the last connection ended
  std::uint64_t unsent = 0;               // of those before
  Nanos ended{0};
  std::uint64_t connects = 0;
  std::uint64_t missed_before = 0;  // on earlier connections
};

UnixSocketWriter::UnixSocketWriter(net::asio::io_context& io, UnixSocketWriterConfig config, bus::BusReader reader,
                                   EventLog* log)
    : impl_(std::make_unique<Impl>(io, std::move(config), std::move(reader), log)) {}
UnixSocketWriter::~UnixSocketWriter() = default;

void UnixSocketWriter::on_resync_needed(std::function<void(SymbolHash)> request) {
  impl_->broadcast.distributor().on_resync_needed(std::move(request));
}

UnixSocketWriter::Stats UnixSocketWriter::stats() const {
  Stats stats;
  stats.connected = impl_->link.has_value();
  stats.connects = impl_->connects;
  stats.attempts = impl_->backoff.attempts();
  stats.frames = impl_->broadcast.distributor().frames();
  stats.missed = impl_->missed_before;
  stats.last_reason = impl_->last_reason;
  if (impl_->link && impl_->link->client != nullptr) {
    const ClientStats& client = FanOut::stats(*impl_->link->client);
    stats.sent_frames = client.sent_frames;
    stats.missed += client.missed;
    stats.queued_bytes = FanOut::queued_bytes(*impl_->link->client);
  }
  return stats;
}

const StreamCache& UnixSocketWriter::cache() const noexcept {
  return impl_->broadcast.distributor().cache();
}

}  // namespace trunkline::relay
