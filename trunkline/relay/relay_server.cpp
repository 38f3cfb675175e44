#include "trunkline/relay/relay_server.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <vector>

#include "trunkline/net/unix_socket.hpp"
#include "trunkline/relay/collector_link.hpp"
#include "trunkline/relay/frame_reader.hpp"
#include "trunkline/relay/unix_port.hpp"

namespace trunkline::relay {
namespace {

using wire::FrameView;
using wire::MessageType;

enum class Role : std::uint8_t { Unsaid, Client, Collector };

constexpr std::size_t client_room = 4 * 1024;
constexpr std::size_t collector_room = 256 * 1024;

}  // namespace

struct RelayServer::Impl {
  struct Peer {
    Peer(Impl& owner, net::ByteStream connected)
        : server(owner),
          stream(std::move(connected)),
          port(stream),
          reader(stream, client_room,
                 {[this](FrameView frame) { server.on_frame(*this, frame); }, [this] { server.on_batch(*this); },
                  [this](Error error) { server.on_end(*this, error); }}) {}

    Impl& server;
    net::ByteStream stream;
    UnixPort port;
    FrameReader reader;
    FanOut::Client* client = nullptr;
    Role role = Role::Unsaid;
    CollectorLink link;
    std::uint64_t missed = 0;
  };

  Impl(Broadcast& to, RelayServerConfig how) : broadcast(to), config(std::move(how)) {}

  void accept(net::ByteStream stream) {
    peers.push_back(std::make_unique<Peer>(*this, std::move(stream)));
    ++counts.accepted;
    Peer& peer = *peers.back();
    peer.client = &broadcast.fan_out().add(peer.port, peer.stream.peer(), wire::Format::Binary, true, unix_now());
    peer.stream.on_drained([this, &peer] {
      if (peer.client != nullptr && broadcast.fan_out().serve(*peer.client, unix_now())) broadcast.drain_soon();
    });
    broadcast.fan_out().serve(*peer.client, unix_now());
    peer.reader.start();
  }

  void on_frame(Peer& peer, FrameView frame) {
    switch (frame.type()) {
      case MessageType::Subscribe:
      case MessageType::Unsubscribe:
        return on_subscription(peer, frame);
      case MessageType::Welcome:
        return;
      default:
        break;
    }
    const bool of_link = frame.stamp().source >> 4 == relay_connector;
    if (frame.type() == MessageType::Heartbeat && of_link) return;
    if (peer.role == Role::Client) {
      return peer.reader.stop(
          {ErrorCode::Protocol, fmt::format("a client sent a {} frame; it may subscribe, or be a collector, not both",
                                            to_text(frame.type()))});
    }
    if (peer.role == Role::Unsaid) become_collector(peer);
    if (frame.type() == MessageType::Gap && of_link) return on_link_gap(peer, frame);
    on_data(peer, frame);
  }

  void on_subscription(Peer& peer, FrameView frame) {
    if (peer.role == Role::Collector) {
      return peer.reader.stop({ErrorCode::Protocol, "a collector sent a subscription; it may be a client, not both"});
    }
    peer.role = Role::Client;
    FanOut& fan_out = broadcast.fan_out();
    Result<void> done = fail(ErrorCode::Protocol, "a subscription shorter than its list of symbols");
    if (const auto* wanted = frame.as<wire::Subscribe>()) {
      done = fan_out.set_format(*peer.client, wanted->format);
      if (done) done = fan_out.subscribe(*peer.client, symbols(*wanted), wanted->channels);
    } else if (const auto* unwanted = frame.as<wire::Unsubscribe>()) {
      fan_out.introduce(*peer.client);
      done = fan_out.unsubscribe(*peer.client, symbols(*unwanted), unwanted->channels);
    }
    if (!done) peer.reader.stop(done.error());
  }

  void become_collector(Peer& peer) {
    peer.role = Role::Collector;
    broadcast.fan_out().remove(*std::exchange(peer.client, nullptr));
    peer.reader.set_room(collector_room);
    report(Severity::Info, "collector_connected", peer, {});
  }

  void on_link_gap(Peer& peer, FrameView frame) {
    const auto* gap = frame.as<wire::Gap>();
    if (gap == nullptr) return peer.reader.stop({ErrorCode::Protocol, "a Gap frame shorter than a Gap"});
    peer.link.forget_sequences();
    broadcast.distributor().lost(concerns(peer), gap->missed, gap->scope, unix_now());
  }

  void on_data(Peer& peer, FrameView frame) {
    const auto connector = static_cast<std::uint16_t>(frame.stamp().source >> 4);
    if (!peer.link.writes(connector)) {
      if (const auto owner = owners.find(connector); owner != owners.end() || connector == relay_connector) {
        ++counts.refused_collectors;
        return refuse(peer, connector == relay_connector
                                ? fmt::format("connector id {} is the relay's own", connector)
                                : fmt::format("connector id {} is fed by another collector ({}) already; give this "
                                              "one another id, or stop the other",
                                              connector, owner->second->stream.peer()));
      }
    }
    const auto checked = peer.link.check(frame, peer.reader.unknown_frames());
    if (!checked) return peer.reader.stop(checked.error());
    if (checked->first_of_connector) owners.emplace(connector, &peer);
    if (checked->missed != 0) {
      counts.missed += checked->missed;
      broadcast.distributor().lost([connector](std::uint16_t each) { return each == connector; }, checked->missed,
                                   wire::GapScope::Link, unix_now());
    }
    broadcast.distributor().publish(frame);
  }

  // Tells the collector why, in the reason of a ConnectionStatus, then closes.
  void refuse(Peer& peer, std::string why) {
    wire::ConnectionStatus status;
    status.state = wire::ConnectionState::Stopped;
    status.receive_time = unix_now();
    status.source = relay_source;
    std::vector<std::byte> bytes(512);
    bytes.resize(wire::encode(bytes, status, std::string_view("relay"), std::string_view(),
                              std::string_view(why).substr(0, 400), 0, 0));
    peer.stream.send(net::SharedBytes(std::move(bytes)));
    peer.reader.stop({ErrorCode::AlreadyExists, std::move(why)});
  }

  void on_batch(Peer& peer) {
    if (peer.role == Role::Client) {
      if (broadcast.fan_out().serve(*peer.client, unix_now())) broadcast.drain_soon();
    } else {
      broadcast.drain();
    }
  }

  void on_end(Peer& peer, const Error& error) {
    const bool closed = error.code == ErrorCode::Closed || error.code == ErrorCode::Io;
    if (!closed) ++counts.bad_peers;
    counts.unknown_frames += peer.reader.unknown_frames();
    if (peer.role == Role::Collector) {
      report(closed ? Severity::Warning : Severity::Error, closed ? "collector_disconnected" : "collector_refused",
             peer, error.message);
    } else if (!closed) {
      report(Severity::Warning, "relay_peer_refused", peer, error.message);
    }
    forget(peer, "collector: " + error.message);
  }

  void forget(Peer& peer, std::string_view why) {
    if (peer.client != nullptr) broadcast.fan_out().remove(*std::exchange(peer.client, nullptr));
    if (peer.role == Role::Collector) {
      std::erase_if(owners, [&](const auto& owner) { return owner.second == &peer; });
      broadcast.distributor().disconnected(concerns(peer), why, unix_now());
      broadcast.drain_soon();
    }
    std::erase_if(peers, [&](const auto& each) { return each.get() == &peer; });
  }

  static StreamCache::Concerns concerns(const Peer& peer) {
    return [&peer](std::uint16_t connector) { return peer.link.writes(connector); };
  }

  void report(Severity severity, std::string_view name, const Peer& peer, std::string_view reason) {
    if (broadcast.log() == nullptr) return;
    Event event{severity, name, {}, {}, {{"peer", peer.stream.peer()}}};
    if (!reason.empty()) event.fields.emplace_back("reason", reason);
    broadcast.log()->write(event);
  }

  Broadcast& broadcast;
  RelayServerConfig config;
  std::vector<std::unique_ptr<Peer>> peers;
  std::map<std::uint16_t, Peer*> owners;  // by connector
  Stats counts;
  std::optional<net::UnixServer> server;
};

Result<std::unique_ptr<RelayServer>> RelayServer::listen(Broadcast& broadcast, RelayServerConfig config) {
  auto impl = std::make_unique<Impl>(broadcast, std::move(config));
  net::UnixServerOptions options;
  options.path = impl->config.socket;
  options.maximum_connections = impl->config.max_peers;
  options.send_buffer_bytes = impl->config.send_buffer_bytes;
  auto server = net::UnixServer::listen(
      broadcast.io(), std::move(options),
      [impl = impl.get()](net::ByteStream stream, net::PeerCredentials) { impl->accept(std::move(stream)); });
  if (!server) return std::unexpected(server.error());
  impl->server.emplace(std::move(*server));
  return std::unique_ptr<RelayServer>(new RelayServer(std::move(impl)));
}

RelayServer::RelayServer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

RelayServer::~RelayServer() {
  impl_->server.reset();
  while (!impl_->peers.empty()) impl_->forget(*impl_->peers.back(), "the relay's socket is closed");
}

bool RelayServer::request_resync(SymbolHash symbol) {
  const StreamCache& cache = impl_->broadcast.distributor().cache();
  const auto index = cache.find(symbol);
  if (!index) return false;
  const auto owner = impl_->owners.find(cache.book(*index).connector());
  if (owner == impl_->owners.end()) return false;
  wire::Subscribe wanted;
  wanted.channels = book_channels;
  wanted.source = relay_source;
  std::vector<std::byte> bytes(wire::header_size + sizeof wanted + sizeof symbol);
  bytes.resize(wire::encode(bytes, wanted, std::span(&symbol, 1), 0, 0));
  owner->second->stream.send(net::SharedBytes(std::move(bytes)));
  return true;
}

RelayServer::Stats RelayServer::stats() const {
  Stats stats = impl_->counts;
  stats.peers = impl_->peers.size();
  for (const auto& peer : impl_->peers) {
    stats.clients += peer->role == Role::Client;
    stats.collectors += peer->role == Role::Collector;
    stats.unknown_frames += peer->reader.unknown_frames();
  }
  return stats;
}

const std::filesystem::path& RelayServer::path() const noexcept {
  return impl_->server->path();
}

}  // namespace trunkline::relay
