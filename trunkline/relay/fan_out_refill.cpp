// What a client is owed besides the live stream: Welcome, Gap, mappings, connection states, books, heartbeats.
#include <array>
#include <cstdint>
#include <utility>

#include "trunkline/relay/fan_out_client.hpp"
#include "trunkline/wire/sequence.hpp"

namespace trunkline::relay {

using wire::FrameView;

void FanOut::send(Client& client, FrameView frame, SymbolIndex symbol) {
  Track& track = track_of(client);
  route(track);
  if (!append(track, frame, symbol, 0)) return;
  const std::shared_ptr<Chunk>& chunk = track.store.current();
  track.routed = chunk->units();
  client.queue.push(chunk, track.routed - 1, track.routed);
}

template <class Message, class... Tails>
void FanOut::send_own(Client& client, Message message, Nanos now, const Tails&... tails) {
  alignas(8) std::array<std::byte, 512> bytes;
  message.receive_time = now;
  message.source = relay_source;
  if (wire::encode(bytes, message, tails..., 0, client.sequence) == 0) return;
  client.sequence = wire::sequence_after(client.sequence);
  send(client, *FrameView::parse(bytes), 0);
}

void FanOut::refill(Client& client, Nanos now) {
  const auto allow = [&] {
    client.allowed_bytes = client.queue.bytes();
    client.allowed_units = client.queue.units();
  };
  client.owed = false;
  if (std::exchange(client.welcome_due, false)) {
    wire::Welcome welcome;
    welcome.session = client.session;
    welcome.server_time = now;
    welcome.version = wire::schema_version;
    send_own(client, welcome, now, std::string_view(config_.server).substr(0, 256));
  }
  if (std::exchange(client.paused, false) || client.gap_due) {
    client.gap_due = false;
    client.stats.missed += client.missed;
    wire::Gap gap;
    gap.missed = std::exchange(client.missed, 0);
    gap.total_missed = client.stats.missed;
    gap.since = client.missed_since;
    gap.scope = config_.gap_scope;
    send_own(client, gap, now);
  }
  if (std::exchange(client.mappings_due, false)) {
    cache_.mappings([&](FrameView frame) { send(client, frame, 0); });
    allow();
  }
  if (std::exchange(client.connections_due, false)) {
    cache_.connections([&](FrameView frame) { send(client, frame, 0); });
  }
  if (!client.dirty.empty() && (client.epoch != cache_.epoch() || client.postponed)) {
    if (refill_books(client) && config_.unbroken) allow();
  }
}

bool FanOut::refill_books(Client& client) {
  client.epoch = cache_.epoch();
  client.postponed = false;
  const std::size_t budget = config_.unbroken ? SIZE_MAX : config_.max_queue_bytes / 2;
  const std::size_t cleaned = std::erase_if(client.dirty, [&](Client::Dirty& dirty) {
    const CachedBook& book = cache_.book(dirty.symbol);
    const auto tell = [&](FrameView frame) { send(client, frame, dirty.symbol); };
    const bool wants_levels = (client.subscription.of(cache_.hash_of(dirty.symbol)) & book_levels) != 0;
    bool clean = true;
    if (!wants_levels) {
      cache_.status(dirty.symbol, tell);
    } else if (book.ready() && client.queue.bytes() < budget) {
      // Why what the client holds is replaced, where it has not been told: the cache has lost nothing.
      if (dirty.reason == wire::BookReason::BusLoss && dirty.status_version == 0) {
        cache_.status_without_levels(dirty.symbol, dirty.reason, tell);
      }
      send_resync(client, dirty.symbol);
    } else {
      client.postponed |= book.ready();
      clean = book.blank() || config_.unbroken;
      if (dirty.status_version != book.status_version()) {
        dirty.status_version = book.status_version();
        cache_.status_without_levels(dirty.symbol, dirty.reason, tell);
      }
    }
    if (clean) client.is_dirty[dirty.symbol] = false;
    return clean;
  });
  if (cleaned == 0) return false;
  for (SymbolIndex symbol = 0; symbol < known_symbols_; ++symbol) refresh(client, symbol);
  return true;
}

void FanOut::send_resync(Client& client, SymbolIndex symbol) {
  Track& track = track_of(client);
  Block& block = track.blocks[symbol];
  const std::uint64_t version = cache_.book(symbol).version();
  if (block.version == version) {
    route(track);
    std::array<std::shared_ptr<Chunk>, 64> held;
    bool whole = block.parts.size() <= held.size();
    for (std::size_t i = 0; whole && i != block.parts.size(); ++i) {
      held[i] = block.parts[i].chunk.lock();
      whole = held[i] && held[i]->generation() == block.parts[i].generation;
    }
    if (whole) {
      for (std::size_t i = 0; i != block.parts.size(); ++i) {
        client.queue.push(held[i], block.parts[i].first, block.parts[i].last);
      }
      return;
    }
  }
  block.version = version;
  block.parts.clear();
  cache_.resync(symbol, [&](FrameView frame) {
    send(client, frame, symbol);
    const std::shared_ptr<Chunk>& chunk = track.store.current();
    const std::uint32_t last = chunk->units();
    if (!block.parts.empty() && block.parts.back().chunk.lock() == chunk && block.parts.back().last == last - 1) {
      block.parts.back().last = last;
    } else {
      block.parts.push_back({chunk, chunk->generation(), last - 1, last});
    }
  });
}

void FanOut::tick(Nanos now) {
  for (const auto& client : clients_) {
    if (!client->introduced || client->paused || now - client->last_heartbeat < config_.heartbeat) continue;
    client->last_heartbeat = now;
    wire::Heartbeat heartbeat;
    heartbeat.interval = config_.heartbeat;
    send_own(*client, heartbeat, now);
  }
}

}  // namespace trunkline::relay
