#include "trunkline/relay/relay_client.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "trunkline/net/unix_socket.hpp"
#include "trunkline/relay/frame_reader.hpp"

namespace trunkline::relay {
namespace {

// Symbols that fit one Subscribe frame.
constexpr std::size_t symbols_per_frame = 8'000;

}  // namespace

struct RelayClient::Impl {
  struct Link {
    Link(Impl& owner, net::ByteStream connected)
        : stream(std::move(connected)),
          reader(stream, 256 * 1024,
                 {[&owner](wire::FrameView frame) { owner.on_frame(frame); }, [&owner] { owner.on_batch(); },
                  [&owner](Error error) { owner.on_end(std::move(error)); }}) {}

    net::ByteStream stream;
    FrameReader reader;
  };

  Impl(net::asio::io_context& context, RelayClientConfig how, Handlers to, EventLog* events)
      : io(context),
        config(std::move(how)),
        handlers(std::move(to)),
        log(events),
        backoff(config.backoff, static_cast<std::uint64_t>(unix_now().count())),
        timer(io),
        liveness(io) {
    if (const auto added = wanted.add(config.symbols, config.channels); !added) {
      report(Severity::Error, "relay_subscription_error", added.error().message);
    }
    wait(Nanos{0});
  }
  ~Impl() {
    timer.cancel();
    liveness.cancel();
  }

  void wait(Nanos time) {
    timer.expires_after(time);
    timer.async_wait([this, guard = std::weak_ptr<bool>(alive)](net::error_code error) {
      if (!error && !guard.expired()) connect();
    });
  }

  void connect() {
    auto stream = net::connect_unix(io, config.socket);
    if (!stream) return retry(stream.error().message, false);
    link.emplace(*this, std::move(*stream));
    heartbeat = Nanos{0};
    connected_at = heard = monotonic_now();
    send_all();
    link->reader.start();
    watch();
    ++stats.connects;
    report(Severity::Info, "relay_connected", {});
    if (handlers.on_connected) handlers.on_connected();
  }

  template <class Message>
  void send(std::span<const SymbolHash> symbols, ChannelMask channels) {
    do {
      const auto now = symbols.first(std::min(symbols.size(), symbols_per_frame));
      symbols = symbols.subspan(now.size());
      Message message;
      message.channels = channels;
      std::vector<std::byte> bytes(wire::header_size + sizeof message + now.size_bytes());
      bytes.resize(wire::encode(bytes, message, now, 0, 0));
      link->stream.send(net::SharedBytes(std::move(bytes)));
    } while (!symbols.empty());
  }

  // Everything that is wanted, to a relay that knows nothing of it.
  void send_all() {
    if (wanted.everywhere() != 0) {
      send<wire::Subscribe>({}, wanted.everywhere());
    } else {
      send<wire::Unsubscribe>({}, 0);  // says that this is a client
    }
    std::map<ChannelMask, std::vector<SymbolHash>> by_channels;
    for (const auto& [symbol, channels] : wanted.named()) by_channels[channels].push_back(symbol);
    for (const auto& [channels, symbols] : by_channels) {
      if ((wanted.everywhere() & ~channels) != 0) send<wire::Unsubscribe>(symbols, wanted.everywhere() & ~channels);
      if (channels != 0) send<wire::Subscribe>(symbols, channels);
    }
  }

  void on_frame(wire::FrameView frame) {
    ++stats.frames;
    if (const auto* beat = frame.as<wire::Heartbeat>(); beat != nullptr) {
      heartbeat = std::max(heartbeat, beat->interval);
    } else if (const auto* gap = frame.as<wire::Gap>()) {
      stats.missed += gap->missed;
    }
    if (handlers.on_frame) handlers.on_frame(frame);
  }

  void on_batch() {
    heard = monotonic_now();
    if (handlers.on_batch) handlers.on_batch();
  }

  void watch() {
    liveness.expires_after(std::chrono::milliseconds{250});
    liveness.async_wait([this, guard = std::weak_ptr<bool>(alive)](net::error_code error) {
      if (error || guard.expired() || !link) return;
      if (heartbeat > Nanos{0} && monotonic_now() - heard > heartbeat * config.missed_heartbeats) {
        return on_end({ErrorCode::Timeout, "the relay has gone silent"});
      }
      watch();
    });
  }

  void on_end(Error error) {
    stats.unknown_frames += link->reader.unknown_frames();
    link.reset();
    liveness.cancel();
    if (monotonic_now() - connected_at > config.backoff.cap) backoff.reset();
    retry(std::move(error.message), true);
  }

  void retry(std::string why, bool was_connected) {
    const bool news = was_connected || why != stats.last_reason;
    stats.last_reason = why;
    wait(backoff.next().value_or(config.backoff.cap));
    if (!news) return;
    report(Severity::Warning, "relay_connection_error", why);
    if (handlers.on_disconnected) handlers.on_disconnected(why);
  }

  void report(Severity severity, std::string_view name, std::string_view reason) {
    if (log == nullptr) return;
    Event event{severity, name, {}, {}, {{"socket", config.socket.native()}}};
    if (!reason.empty()) event.fields.emplace_back("reason", reason);
    log->write(event);
  }

  net::asio::io_context& io;
  RelayClientConfig config;
  Handlers handlers;
  EventLog* log;
  net::Backoff backoff;
  net::Timer timer;
  net::Timer liveness;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  Subscription wanted;  // bounds what may be named
  std::optional<Link> link;
  Nanos heartbeat{0};  // as the relay says
  Nanos heard{0};
  Nanos connected_at{0};
  Stats stats;
};

RelayClient::RelayClient(net::asio::io_context& io, RelayClientConfig config, Handlers handlers, EventLog* log)
    : impl_(std::make_unique<Impl>(io, std::move(config), std::move(handlers), log)) {}
RelayClient::~RelayClient() = default;

Result<void> RelayClient::subscribe(std::span<const SymbolHash> symbols, ChannelMask channels) {
  auto added = impl_->wanted.add(symbols, channels);
  if (added && impl_->link) impl_->send<wire::Subscribe>(symbols, channels);
  return added;
}
Result<void> RelayClient::unsubscribe(std::span<const SymbolHash> symbols, ChannelMask channels) {
  auto removed = impl_->wanted.remove(symbols, channels);
  if (removed && impl_->link) impl_->send<wire::Unsubscribe>(symbols, channels);
  return removed;
}
void RelayClient::resync(SymbolHash symbol) {
  if (impl_->link) impl_->send<wire::Subscribe>(std::span(&symbol, 1), impl_->wanted.of(symbol) & book_channels);
}

RelayClient::Stats RelayClient::stats() const {
  Stats stats = impl_->stats;
  stats.connected = impl_->link.has_value();
  stats.attempts = impl_->backoff.attempts();
  if (impl_->link) stats.unknown_frames += impl_->link->reader.unknown_frames();
  return stats;
}

}  // namespace trunkline::relay
