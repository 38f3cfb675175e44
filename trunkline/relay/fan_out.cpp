#include "trunkline/relay/fan_out.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "trunkline/relay/fan_out_client.hpp"
#include "trunkline/wire/sequence.hpp"

namespace trunkline::relay {
namespace {

using wire::Format;
using wire::FrameView;
using wire::MessageType;

constexpr bool is_book(MessageType type) noexcept {
  return (channel(type) & book_channels) != 0;
}
constexpr bool is_own(MessageType type) noexcept {
  return type == MessageType::Heartbeat || type == MessageType::Gap || type == MessageType::Welcome;
}

std::string_view as_text(FrameView frame) noexcept {
  return {reinterpret_cast<const char*>(frame.bytes().data()), frame.size()};
}

}  // namespace

FanOut::FanOut(FanOutConfig config, const StreamCache& cache, EventLog* log)
    : config_(std::move(config)),
      cache_(cache),
      log_(log),
      binary_{
          ChunkStore(Format::Binary, config_.chunk_bytes, config_.window_bytes / config_.chunk_bytes + 1), 0, {}, {}},
      json_{ChunkStore(Format::Json, config_.chunk_bytes, config_.window_bytes / config_.chunk_bytes + 1), 0, {}, {}} {
  learn_symbols();
}

FanOut::~FanOut() = default;

const ClientStats& FanOut::stats(const Client& client) noexcept {
  return client.stats;
}
std::size_t FanOut::queued_bytes(const Client& client) noexcept {
  return client.queue.bytes();
}

std::uint64_t FanOut::total_missed() const noexcept {
  std::uint64_t missed = missed_of_gone_;
  for (const auto& client : clients_) missed += client->stats.missed + client->missed;
  return missed;
}
std::size_t FanOut::total_queued_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const auto& client : clients_) bytes += client->queue.bytes() + client->port->unsent();
  return bytes;
}

FanOut::Track& FanOut::track_of(const Client& client) noexcept {
  return client.format == Format::Json ? json_ : binary_;
}

FanOut::Client& FanOut::add(ClientPort& port, std::string name, Format format, bool welcome, Nanos now) {
  learn_symbols();
  clients_.push_back(std::make_unique<Client>());
  Client& client = *clients_.back();
  client.port = &port;
  client.name = std::move(name);
  client.format = format == Format::Json && config_.encode_json ? Format::Json : Format::Binary;
  client.passes.assign(known_symbols_, 0);
  client.is_dirty.assign(known_symbols_, false);
  client.session = next_session_++;
  client.last_heartbeat = now;
  client.welcome_due = client.owed = welcome;
  Track& track = track_of(client);
  route(track);
  track.clients.push_back(&client);
  return client;
}

void FanOut::remove(Client& client) {
  missed_of_gone_ += client.stats.missed + client.missed;
  std::erase(track_of(client).clients, &client);
  std::erase_if(clients_, [&](const auto& owned) { return owned.get() == &client; });
}

void FanOut::introduce(Client& client) {
  if (client.introduced) return;
  route(track_of(client));
  client.introduced = client.mappings_due = client.connections_due = client.owed = true;
  for (SymbolIndex symbol = 0; symbol < known_symbols_; ++symbol) refresh(client, symbol);
}

Result<void> FanOut::subscribe(Client& client, std::span<const SymbolHash> symbols, ChannelMask channels) {
  route(track_of(client));
  introduce(client);
  const auto added = client.subscription.add(symbols, channels);
  const auto renew = [&](SymbolIndex symbol) {
    if ((client.subscription.of(cache_.hash_of(symbol)) & book_channels) != 0 && cache_.book(symbol).known()) {
      mark_dirty(client, symbol, wire::BookReason::Subscribed);
    }
  };
  for (SymbolIndex symbol = 0; symbol < known_symbols_; ++symbol) refresh(client, symbol);
  if (symbols.empty()) {
    for (SymbolIndex symbol = 1; symbol < known_symbols_; ++symbol) renew(symbol);
  } else {
    for (const SymbolHash hash : symbols) {
      if (const auto symbol = cache_.find(hash); symbol && *symbol < known_symbols_) renew(*symbol);
    }
  }
  return added;
}

Result<void> FanOut::unsubscribe(Client& client, std::span<const SymbolHash> symbols, ChannelMask channels) {
  route(track_of(client));
  const auto removed = client.subscription.remove(symbols, channels);
  std::erase_if(client.dirty, [&](const Client::Dirty& dirty) {
    if ((client.subscription.of(cache_.hash_of(dirty.symbol)) & book_channels) != 0) return false;
    client.is_dirty[dirty.symbol] = false;
    return true;
  });
  for (SymbolIndex symbol = 0; symbol < known_symbols_; ++symbol) refresh(client, symbol);
  return removed;
}

Result<void> FanOut::set_format(Client& client, Format format) {
  if (format == client.format) return {};
  if (format == Format::Json && !config_.encode_json) {
    return fail(ErrorCode::Unsupported, "this stream is binary; JSON is served by the WebSocket bridge");
  }
  route(binary_);
  route(json_);
  std::erase(track_of(client).clients, &client);
  client.format = format;
  track_of(client).clients.push_back(&client);
  client.mappings_due = client.connections_due = client.introduced;
  client.owed |= client.introduced;
  return {};
}

void FanOut::note_missed(Client& client, std::uint64_t missed, Nanos since) {
  client.gap_due = client.owed = true;
  client.missed += missed;
  client.missed_since = since;
}

void FanOut::learn_symbols() {
  for (; known_symbols_ < cache_.symbols(); ++known_symbols_) {
    const SymbolHash hash = cache_.hash_of(static_cast<SymbolIndex>(known_symbols_));
    for (const auto& client : clients_) {
      client->passes.push_back(client->introduced ? client->subscription.of(hash) : 0);
      client->is_dirty.push_back(false);
    }
  }
}

void FanOut::publish(FrameView frame, SymbolIndex symbol, std::uint64_t missed) {
  if (symbol >= known_symbols_) learn_symbols();
  if (!binary_.clients.empty()) append(binary_, frame, symbol, missed);
  if (json_.clients.empty()) return;
  const ChannelMask bit = channel(frame.type());
  if (std::ranges::any_of(json_.clients, [&](const Client* client) { return (client->passes[symbol] & bit) != 0; })) {
    append(json_, frame, symbol, missed);
  }
}

bool FanOut::append(Track& track, FrameView frame, SymbolIndex symbol, std::uint64_t missed) {
  std::string_view bytes = as_text(frame);
  if (&track == &json_) {
    text_.clear();
    config_.encode_json(frame, text_);
    if (text_.empty()) return false;
    bytes = text_;
  }
  if (!track.store.current()->fits(bytes.size())) {
    route(track);
    track.store.roll(bytes.size(), [&](const std::shared_ptr<Chunk>& oldest) {
      for (Client* client : track.clients) client->queue.detach(oldest);
    });
    track.routed = 0;
  }
  track.store.current()->append(bytes, symbol, frame.type(), missed);
  return true;
}

void FanOut::route(Track& track) {
  const std::shared_ptr<Chunk>& chunk = track.store.current();
  const std::uint32_t first = track.routed;
  const std::uint32_t last = chunk->units();
  if (first == last) return;
  track.routed = last;
  for (Client* client : track.clients) {
    if (client->everything && !client->paused) [[likely]] {
      client->queue.push(chunk, first, last);
    } else {
      route_filtered(*client, chunk, first, last);
    }
    if (client->queue.bytes() > config_.max_queue_bytes + client->allowed_bytes ||
        client->queue.units() > config_.max_queue_frames + client->allowed_units) {
      overflow(*client);
    }
  }
}

void FanOut::route_filtered(Client& client, const std::shared_ptr<Chunk>& chunk, std::uint32_t first,
                            std::uint32_t last) {
  std::uint32_t run = first;  // [run, at) passes
  for (std::uint32_t at = first; at != last; ++at) {
    const Unit& unit = chunk->unit(at);
    const bool passes = (client.passes[unit.symbol] & channel(unit.type)) != 0;
    if (passes && !client.paused) continue;
    if (run != at) client.queue.push(chunk, run, at);
    run = at + 1;
    if (!passes) continue;
    // Nothing is queued for a client that has lost its queue: what would have been counts as lost.
    if (is_book(unit.type)) {
      ++client.stats.conflated;
      mark_dirty(client, unit.symbol, wire::BookReason::BusLoss);
    } else if (unit.type == MessageType::SymbolMapping) {
      client.mappings_due = true;
    } else if (unit.type == MessageType::ConnectionStatus) {
      client.connections_due = true;
    } else {
      client.missed += unit.type == MessageType::Gap ? chunk->missed_at(at) : 1;
    }
  }
  if (run != last) client.queue.push(chunk, run, last);
}

void FanOut::drop_queue(Client& client) {
  if (!client.gap_due) client.missed_since = unix_now();
  client.allowed_bytes = client.allowed_units = 0;
  client.paused = client.gap_due = client.owed = true;
  client.queue.drop([&](const Unit& unit, std::uint64_t missed) {
    if (is_book(unit.type)) {
      ++client.stats.conflated;
      mark_dirty(client, unit.symbol, wire::BookReason::BusLoss);
    } else if (unit.type == MessageType::SymbolMapping) {
      client.mappings_due = true;
    } else if (unit.type == MessageType::ConnectionStatus) {
      client.connections_due = true;
    } else if (unit.type == MessageType::Welcome) {
      client.welcome_due = true;
    } else {
      client.missed += is_own(unit.type) ? missed : 1;
    }
  });
}

std::uint64_t FanOut::give_up(Client& client) {
  route(track_of(client));
  drop_queue(client);
  return client.missed;
}

void FanOut::overflow(Client& client) {
  const std::size_t bytes = client.queue.bytes();
  const std::size_t frames = client.queue.units();
  drop_queue(client);
  ++client.stats.overflows;
  ++overflows_;
  if (log_ == nullptr) return;
  log_->write({Severity::Warning,
               "client_slow",
               {},
               {},
               {{"client", client.name},
                {"dropped_frames", fmt::to_string(frames)},
                {"dropped_bytes", fmt::to_string(bytes)},
                {"overflows", fmt::to_string(client.stats.overflows)}}});
}

void FanOut::refresh(Client& client, SymbolIndex symbol) {
  if (!client.introduced) return;
  ChannelMask mask = client.subscription.of(cache_.hash_of(symbol));
  if (client.is_dirty[symbol] && !config_.unbroken) mask &= ~book_channels;
  client.passes[symbol] = mask;
  client.everything = (client.dirty.empty() || config_.unbroken) && client.subscription.is_everything();
}

void FanOut::mark_dirty(Client& client, SymbolIndex symbol, wire::BookReason reason) {
  client.epoch = 0;
  if (client.is_dirty[symbol]) {
    for (Client::Dirty& dirty : client.dirty) {
      if (dirty.symbol != symbol) continue;
      dirty.reason = reason;
      dirty.status_version = 0;
    }
    return;
  }
  client.is_dirty[symbol] = true;
  client.dirty.push_back({symbol, reason});
  refresh(client, symbol);
}

void FanOut::resync(SymbolIndex symbol) {
  route(binary_);
  route(json_);
  for (const auto& client : clients_) {
    if ((client->passes[symbol] & book_channels) == 0) continue;
    mark_dirty(*client, symbol, wire::BookReason::BusLoss);
    if (!client->paused) client->dirty.back().status_version = cache_.book(symbol).status_version();
  }
}

bool FanOut::drain(Nanos now) {
  route(binary_);
  route(json_);
  bool more = false;
  for (const auto& client : clients_) more |= serve(*client, now);
  return more;
}

bool FanOut::owes(const Client& client) const noexcept {
  return client.owed || (!client.dirty.empty() && (client.epoch != cache_.epoch() || client.postponed));
}

bool FanOut::serve(Client& client, Nanos now) {
  constexpr int turns = 16;
  for (int turn = 0; turn < turns; ++turn) {
    if (client.queue.empty() && !owes(client)) return false;
    if (client.port->unsent() != 0) return false;
    if (owes(client)) refill(client, now);
    if (!client.queue.empty()) hand_over(client);
  }
  return !client.queue.empty() && client.port->unsent() == 0;
}

void FanOut::hand_over(Client& client) {
  std::array<Piece, 16> pieces;
  std::size_t count = 0;
  std::size_t bytes = 0;
  std::uint32_t units_of_last = 0;
  const Format format = client.queue.at(0).chunk->format();
  while (count != pieces.size() && count != client.queue.ranges() && bytes < config_.handover_bytes) {
    const Range& range = client.queue.at(count);
    if (range.chunk->format() != format) break;
    std::uint32_t last = range.last;
    const std::size_t begin = range.chunk->begin_of(range.first);
    const std::size_t room = config_.handover_bytes - bytes;
    if (range.chunk->begin_of(last) - begin > room) {
      // The units that fit; one at least where nothing has been taken yet.
      std::uint32_t low = range.first;
      while (low + 1 < last) {
        const std::uint32_t middle = low + (last - low) / 2;
        (range.chunk->begin_of(middle) - begin <= room ? low : last) = middle;
      }
      last = low != range.first ? low : range.first + 1;
      if (count != 0 && range.chunk->begin_of(last) - begin > room) break;
    }
    pieces[count++] = {&range.chunk, range.chunk->bytes(range.first, last)};
    bytes += pieces[count - 1].bytes.size();
    units_of_last = last - range.first;
  }
  client.port->write(format, {pieces.data(), count}, bytes);
  const std::size_t units_before = client.queue.units();
  while (--count != 0) client.queue.pop(client.queue.at(0).units());
  client.queue.pop(units_of_last);
  client.stats.sent_frames += units_before - client.queue.units();
  client.stats.sent_bytes += bytes;
  if (client.queue.empty()) client.allowed_bytes = client.allowed_units = 0;
}

}  // namespace trunkline::relay
