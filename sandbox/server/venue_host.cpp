#include "sandbox/server/venue_host.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "sandbox/faults/corrupt.hpp"

namespace trunkline::sandbox {
namespace {

using Socket = net::WebSocketServerConnection;
constexpr std::size_t most_unsent = 64 * 1024 * 1024;
constexpr Nanos farewell = std::chrono::seconds{3};

std::string key_of(const Occasion& occasion) {
  return fmt::format("{}\n{}\n{}", occasion.market, occasion.symbol, occasion.stream);
}

}  // namespace

void Protocol::corrupt(std::string& message, bool price) {
  corrupt_number(message, price);
}

// ---- markets

Result<void> VenueHost::list(const std::vector<std::string>& symbols, std::uint64_t seed, double rate, Nanos epoch) {
  if (symbols.empty() || !(rate > 0))
    return fail(ErrorCode::InvalidArgument, "a sandbox needs a symbol and a rate above 0");
  auto instruments = protocol_.list(symbols);
  if (!instruments) return std::unexpected(instruments.error());
  for (Instrument& instrument : *instruments) {
    if (find(instrument.symbol, instrument.market) != nullptr) continue;
    markets_.push_back(std::make_unique<ListedMarket>(std::move(instrument), seed, rate, epoch));
  }
  protocol_.begin(*this);
  return {};
}

ListedMarket* VenueHost::find(std::string_view symbol, std::optional<Market> market) const {
  for (const auto& listed : markets_) {
    const Instrument& in = listed->instrument();
    if (in.symbol == symbol && (!market || in.market == *market)) return listed.get();
  }
  return nullptr;
}

void VenueHost::advance(Nanos until) {
  for (const auto& market : markets_) market->advance(until, protocol_);
}

void VenueHost::shift(Nanos by) {
  for (const auto& market : markets_) market->shift(by);
}

std::uint64_t VenueHost::actions() const {
  std::uint64_t sum = 0;
  for (const auto& market : markets_) sum += market->actions();
  return sum;
}

// ---- messages

void VenueHost::deliver(std::span<Client* const> clients, const Occasion& occasion, const Encode& encode,
                        MessageKind kind) {
  std::vector<Parcel> parcels;
  for (Client* const client : clients)
    if (!client->gone) parcels.push_back({client->id, encode(*client), kind});
  if (parcels.empty()) return;
  if (faults_.empty() && held_.empty()) return send_all(parcels);
  strike_connections(clients, occasion);
  pass_faults(std::move(parcels), occasion);
}

void VenueHost::deliver(std::span<Client* const> clients, const Occasion& occasion, std::string_view text,
                        MessageKind kind) {
  deliver(clients, occasion, [&](Client&) { return std::string(text); }, kind);
}

void VenueHost::strike_connections(std::span<Client* const> clients, const Occasion& occasion) {
  const auto each = [&](const Fault& fault, auto&& what) {
    for (Client* const client : clients) {
      const bool meant = fault.connection == 0 || fault.connection == client->id;
      if (meant && !client->gone && !client->deaf) what(*client);
    }
  };
  if (const auto fault = faults_.strike(FaultKind::Stall, occasion)) {
    const Nanos until = monotonic_now() + std::chrono::milliseconds{fault->duration_ms};
    each(*fault, [&](Client& client) { client.stalled_until = until; });
  }
  if (const auto fault = faults_.strike(FaultKind::HalfOpen, occasion)) {
    each(*fault, [](Client& client) {
      client.deaf = true;
      client.socket->go_half_open();
    });
  }
  if (const auto fault = faults_.strike(FaultKind::Close, occasion)) {
    each(*fault, [&](Client& client) {
      if (fault->code != 0) return close(client, static_cast<std::uint16_t>(fault->code), "fault");
      client.gone = true;
      client.socket->reset();
    });
  }
}

void VenueHost::pass_faults(std::vector<Parcel> parcels, const Occasion& occasion) {
  if (faults_.strike(FaultKind::Drop, occasion)) return;
  if (const auto fault = faults_.strike(FaultKind::Corrupt, occasion)) {
    for (Parcel& parcel : parcels) protocol_.corrupt(parcel.text, fault->field == "price");
  }
  if (const auto fault = faults_.strike(FaultKind::Delay, occasion)) {
    later(std::chrono::milliseconds{fault->delay_ms}, [this, late = std::move(parcels)] { send_all(late); });
    return;
  }
  const std::string key = key_of(occasion);
  if (!held_.contains(key) && faults_.strike(FaultKind::Reorder, occasion)) {
    held_.emplace(key, std::move(parcels));
    return;
  }
  const bool twice = faults_.strike(FaultKind::Duplicate, occasion).has_value();
  if (faults_.strike(FaultKind::Truncate, occasion)) {
    std::vector<Parcel> halves = parcels;
    for (Parcel& half : halves) half.text.resize(half.text.size() / 2);
    send_all(halves);
  } else {
    send_all(parcels);
  }
  if (twice) send_all(parcels);
  if (const auto held = held_.extract(key)) send_all(held.mapped());
}

void VenueHost::send_all(const std::vector<Parcel>& parcels) {
  const Parcel* shared = nullptr;  // clients next to each other often get the same
  std::string packed;
  net::SharedBytes bytes;
  for (const Parcel& parcel : parcels) {
    const auto client = clients_.find(parcel.client);
    if (client == clients_.end() || !takes_messages(*client->second)) continue;
    std::string text = protocol_.pack(*client->second, parcel.text);
    if (shared == nullptr || shared->kind != parcel.kind || packed != text) {
      shared = &parcel;
      packed = std::move(text);
      bytes = Socket::encode(parcel.kind, packed);
    }
    put(*client->second, bytes);
  }
}

void VenueHost::send(Client& client, std::string text, MessageKind kind) {
  if (takes_messages(client)) put(client, Socket::encode(kind, protocol_.pack(client, std::move(text))));
}

bool VenueHost::takes_messages(Client& client) {
  if (client.gone || client.deaf) return false;
  if (client.stalled_until == Nanos{0}) return true;
  if (monotonic_now() < client.stalled_until) return false;
  client.stalled_until = Nanos{0};
  return true;
}

void VenueHost::put(Client& client, const net::SharedBytes& frame) {
  if (client.socket->queued_bytes() > most_unsent) {
    ++too_slow_;
    client.gone = true;
    client.socket->reset();
    return;
  }
  client.socket->queue(frame);
  ++messages_;
  if (std::find(queued_.begin(), queued_.end(), client.id) == queued_.end()) queued_.push_back(client.id);
}

void VenueHost::flush() {
  for (const std::uint64_t id : queued_) {
    const auto client = clients_.find(id);
    if (client != clients_.end() && !client->second->gone && !client->second->deaf) client->second->socket->flush();
  }
  queued_.clear();
}

void VenueHost::close(Client& client, std::uint16_t code, std::string_view reason) {
  if (client.gone) return;
  if (!client.deaf) client.socket->flush();
  client.gone = true;
  client.socket->close(code, reason);
}

// ---- clients

Client& VenueHost::add(std::shared_ptr<net::WebSocketServerConnection> socket, const net::HttpRequest& request) {
  auto owned = std::make_unique<Client>();
  Client& client = *owned;
  client.id = next_client_++;
  client.socket = std::move(socket);
  client.path = request.path;
  client.opened = client.last_heard = client.last_pong = monotonic_now();
  clients_.emplace(client.id, std::move(owned));
  report("sandbox_client_connected", {{"id", std::to_string(client.id)}, {"target", request.target}});
  client.socket->on_pong([&client](std::string_view) { client.last_pong = client.last_heard = monotonic_now(); });
  client.socket->on_close([this, &client](std::uint16_t code, std::string_view reason) {
    client.gone = true;
    report("sandbox_client_gone",
           {{"id", std::to_string(client.id)}, {"code", std::to_string(code)}, {"reason", std::string(reason)}});
  });
  client.socket->on_message([this, &client](MessageKind kind, std::string_view text) {
    if (client.gone) return;
    client.last_heard = monotonic_now();
    protocol_.message(client, kind, text);
    flush();
  });
  protocol_.open(client, request);
  flush();
  return client;
}

void VenueHost::remove_gone(Nanos now) {
  for (const auto& [id, client] : clients_) {
    if (!client->gone || leaving_.contains(id)) continue;
    protocol_.gone(*client);
    leaving_.emplace(id, now + farewell);
  }
  std::erase_if(leaving_, [&](const auto& entry) {
    if (now < entry.second) return false;
    clients_.erase(entry.first);
    return true;
  });
}

void VenueHost::remove_all() {
  for (const auto& [id, client] : clients_)
    if (!leaving_.contains(id)) protocol_.gone(*client);
  clients_.clear();
  leaving_.clear();
  due_.clear();
  held_.clear();
}

void VenueHost::reset_all() {
  for (const auto& [id, client] : clients_) {
    if (client->gone) continue;
    client->gone = true;
    client->socket->reset();
  }
}

// ---- faults and time

std::optional<net::HttpResponse> VenueHost::refused_request(const Occasion& occasion) {
  for (const FaultKind kind : {FaultKind::Http429, FaultKind::Http418}) {
    const auto fault = faults_.strike(kind, occasion);
    if (!fault) continue;
    net::HttpResponse refused;
    refused.status = kind == FaultKind::Http429 ? 429 : 418;
    refused.body = "{}";
    refused.headers.add("Retry-After", std::to_string(fault->retry_after_s));
    return refused;
  }
  return std::nullopt;
}

VenueHost::Snapshot VenueHost::snapshot(const ListedMarket& market, std::size_t depth, std::string_view stream) {
  const Occasion at = occasion(market, stream);
  if (const auto fault = faults_.strike(FaultKind::LateSnapshot, at)) {
    const std::uint64_t age = std::min(static_cast<std::uint64_t>(fault->age), market.update_id());
    const std::uint64_t wanted = std::max(market.update_id() - age, market.oldest_update_id());
    return {*market.book_at(wanted, depth), std::chrono::milliseconds{fault->delay_ms}};
  }
  Snapshot snapshot{market.book(depth)};
  if (const auto fault = faults_.strike(FaultKind::WrongSnapshotId, at))
    snapshot.book.update_id += static_cast<std::uint64_t>(fault->offset);
  return snapshot;
}

std::size_t VenueHost::clear_faults() {
  for (const auto& [id, client] : clients_) {
    client->stalled_until = Nanos{0};
    if (!client->deaf || client->gone) continue;
    client->gone = true;
    client->socket->reset();
  }
  return faults_.clear();
}

void VenueHost::later(Nanos delay, std::function<void()> what) {
  due_.emplace(monotonic_now() + delay, std::move(what));
}

void VenueHost::run_due(Nanos now) {
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto what = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    what();
  }
}

void VenueHost::report(std::string_view event, std::vector<std::pair<std::string_view, std::string>> fields) {
  if (log_ == nullptr) return;
  Event out;
  out.name = event;
  out.connector = fmt::format("{}_sandbox", protocol_.venue());
  out.fields = std::move(fields);
  log_->write(out);
}

}  // namespace trunkline::sandbox
