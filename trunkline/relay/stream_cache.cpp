#include "trunkline/relay/stream_cache.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace trunkline::relay {
namespace {

using wire::FrameView;
using wire::MessageType;

// Emits a message without lists.
template <class Message>
void emit_message(const Message& message, std::uint8_t flags, std::uint32_t sequence, const StreamCache::Emit& emit) {
  alignas(8) std::array<std::byte, wire::header_size + sizeof(Message)> bytes;
  if (wire::encode(bytes, message, flags, sequence) == 0) return;
  emit(*FrameView::parse(bytes));
}

}  // namespace

StoredFrame::StoredFrame(FrameView frame) : words_(frame.size() / sizeof(std::uint64_t)) {
  std::memcpy(words_.data(), frame.bytes().data(), frame.size());
}

FrameView StoredFrame::view() const noexcept {
  const auto bytes = std::as_bytes(std::span(words_));
  return FrameView(*wire::unpack(words_.front()), bytes.data());
}

void StoredFrame::add_flags(std::uint8_t flags) noexcept {
  auto header = *wire::unpack(words_.front());
  header.flags = static_cast<std::uint8_t>(header.flags | flags);
  words_.front() = wire::pack(header);
}

SymbolIndex StreamCache::index_of(SymbolHash hash) {
  Recent& recent = recent_[hash & 0xFF];
  if (recent.hash == hash) return recent.index;  // 0 for 0 from the start
  if (const auto known = by_hash_.find(hash); known != by_hash_.end()) {
    recent = {hash, known->second};
    return known->second;
  }
  if (hash == 0 || symbols_.size() > max_symbols) return 0;
  const auto index = static_cast<SymbolIndex>(symbols_.size());
  symbols_.push_back(std::make_unique<Symbol>());
  symbols_.back()->hash = hash;
  by_hash_.emplace(hash, index);
  return index;
}

std::optional<SymbolIndex> StreamCache::find(SymbolHash hash) const {
  const auto known = by_hash_.find(hash);
  if (known == by_hash_.end()) return std::nullopt;
  return known->second;
}

std::string_view StreamCache::text_of(SymbolIndex symbol) const noexcept {
  const StoredFrame& mapping = symbols_[symbol]->mapping;
  if (!mapping) return {};
  return text(*mapping.view().as<wire::SymbolMapping>());
}

StreamCache::Applied StreamCache::apply(FrameView frame) {
  const SymbolIndex index = index_of(frame.stamp().symbol);
  switch (frame.type()) {
    case MessageType::L2Snapshot:
    case MessageType::L2Delta:
    case MessageType::BookStatus:
      if (index != 0) return apply_book(index, frame);
      break;
    case MessageType::SymbolMapping:
      if (const auto* mapping = frame.as<wire::SymbolMapping>(); mapping != nullptr && index != 0) {
        Symbol& symbol = *symbols_[index];
        symbol.mapping = StoredFrame(frame);
        symbol.mapping.add_flags(wire::flag::recovered);
        symbol.book.set_tick(mapping->tick_size);
      }
      break;
    case MessageType::ConnectionStatus:
      if (const auto* status = frame.as<wire::ConnectionStatus>()) {
        StoredFrame& stored = connections_[status->source];
        stored = StoredFrame(frame);
        stored.add_flags(wire::flag::recovered);
      }
      break;
    default:
      break;
  }
  return {index, Verdict::Pass};
}

StreamCache::Applied StreamCache::apply_book(SymbolIndex index, FrameView frame) {
  Symbol& symbol = *symbols_[index];
  const auto connector = static_cast<std::uint16_t>(frame.stamp().source >> 4);
  if (!symbol.writer) symbol.writer = connector;
  if (*symbol.writer != connector) return {index, Verdict::Foreign};
  const bool was_ready = symbol.book.ready();
  const std::uint64_t status_before = symbol.book.status_version();
  CachedBook::Step step = CachedBook::Step::Applied;
  if (const auto* delta = frame.as<wire::L2Delta>()) {
    step = symbol.book.apply(*delta, frame.flags(), frame.sequence());
  } else if (const auto* snapshot = frame.as<wire::L2Snapshot>()) {
    step = symbol.book.apply(*snapshot, frame.flags(), frame.sequence());
  } else if (const auto* status = frame.as<wire::BookStatus>()) {
    symbol.book.apply(*status, frame.sequence());
    // Nobody writes this book any more.
    if (status->reason == wire::BookReason::Unsubscribed) symbol.writer.reset();
  }
  if (symbol.book.ready() != was_ready || symbol.book.status_version() != status_before) ++epoch_;
  switch (step) {
    case CachedBook::Step::Healed:
      return {index, Verdict::Healed};
    case CachedBook::Step::Broken:
      return {index, Verdict::Broken};
    default:
      return {index, Verdict::Pass};
  }
}

void StreamCache::mappings(const Emit& emit) const {
  for (const auto& symbol : symbols_) {
    if (symbol->mapping) emit(symbol->mapping.view());
  }
}

void StreamCache::connections(const Emit& emit) const {
  for (const auto& [source, status] : connections_) emit(status.view());
}

void StreamCache::emit_status(const Symbol& symbol, wire::BookStatus status, Nanos now, const Emit& emit) const {
  if (now != Nanos{0}) {
    status.receive_time = now;
    status.publish_delay = 0;
  }
  emit_message(status, wire::flag::recovered, symbol.book.sequence(), emit);
}

void StreamCache::status(SymbolIndex index, const Emit& emit) const {
  const Symbol& symbol = *symbols_[index];
  if (!symbol.book.known()) return;
  emit_status(symbol, symbol.book.status(), Nanos{0}, emit);
}

void StreamCache::status_without_levels(SymbolIndex index, wire::BookReason reason, const Emit& emit) const {
  const Symbol& symbol = *symbols_[index];
  if (!symbol.book.known()) return;
  wire::BookStatus status = symbol.book.status();
  if (status.state == wire::BookState::Live) {
    status.state = reason == wire::BookReason::BusLoss ? wire::BookState::Stale : wire::BookState::Syncing;
    status.reason = reason;
  }
  emit_status(symbol, status, Nanos{0}, emit);
}

void StreamCache::resync(SymbolIndex index, const Emit& emit) const {
  const Symbol& symbol = *symbols_[index];
  const wire::BookStatus status = symbol.book.status();
  wire::BookStatus before = status;
  before.state = wire::BookState::Syncing;
  emit_status(symbol, before, Nanos{0}, emit);

  std::vector<wire::Level> bids;
  std::vector<wire::Level> asks;
  symbol.book.levels(bids, asks);
  const wire::L2Snapshot head = symbol.book.head();
  std::span<const wire::Level> bids_left = bids;
  std::span<const wire::Level> asks_left = asks;
  alignas(8) std::array<std::byte, wire::header_size + sizeof head + levels_per_frame * sizeof(wire::Level)> bytes;
  do {
    const auto bids_now = bids_left.first(std::min(bids_left.size(), levels_per_frame));
    const auto asks_now = asks_left.first(std::min(asks_left.size(), levels_per_frame - bids_now.size()));
    bids_left = bids_left.subspan(bids_now.size());
    asks_left = asks_left.subspan(asks_now.size());
    const bool more = !bids_left.empty() || !asks_left.empty();
    const auto flags = static_cast<std::uint8_t>(wire::flag::recovered | (more ? wire::flag::more : 0));
    if (wire::encode(bytes, head, bids_now, asks_now, flags, symbol.book.sequence()) == 0) return;
    emit(*FrameView::parse(bytes));
  } while (!bids_left.empty() || !asks_left.empty());
  emit_status(symbol, status, Nanos{0}, emit);
}

void StreamCache::lose(const Concerns& concerns, Nanos now, const Emit& emit) {
  ++doubted_;
  ++epoch_;
  for (const auto& symbol : symbols_) {
    CachedBook& book = symbol->book;
    if (!book.known() || !symbol->writer || !concerns(*symbol->writer)) continue;
    const bool was_live = book.status().state == wire::BookState::Live;
    book.doubt(now);
    if (was_live) emit_status(*symbol, book.status(), now, emit);
  }
}

void StreamCache::lose_book(SymbolIndex index, wire::BookReason reason, Nanos now, const Emit& emit) {
  Symbol& symbol = *symbols_[index];
  const wire::BookStatus before = symbol.book.status();
  ++epoch_;
  symbol.book.lose(reason);
  if (before.state != wire::BookState::Stale || before.reason != reason) {
    emit_status(symbol, symbol.book.status(), now, emit);
  }
}

void StreamCache::disconnect(const Concerns& concerns, Nanos now, std::string_view why, const Emit& emit) {
  for (auto& [source, stored] : connections_) {
    if (!concerns(static_cast<std::uint16_t>(source >> 4))) continue;
    const FrameView old = stored.view();
    const auto* last = old.as<wire::ConnectionStatus>();
    if (last->state == wire::ConnectionState::Disconnected) continue;
    wire::ConnectionStatus status = *last;
    status.state = wire::ConnectionState::Disconnected;
    status.connected_since = Nanos{0};
    status.receive_time = now;
    status.publish_delay = 0;
    std::vector<std::uint64_t> words(old.size() / sizeof(std::uint64_t) + why.size() / sizeof(std::uint64_t) + 2);
    const auto bytes = std::as_writable_bytes(std::span(words));
    if (wire::encode(bytes, status, connector(*last), endpoint(*last), why, wire::flag::recovered, old.sequence()) ==
        0) {
      continue;
    }
    const FrameView frame = *FrameView::parse(bytes);
    emit(frame);
    stored = StoredFrame(frame);
  }
  for (SymbolIndex index = 1; index < symbols_.size(); ++index) {
    Symbol& symbol = *symbols_[index];
    if (!symbol.writer || !concerns(*symbol.writer)) continue;
    if (symbol.book.known()) lose_book(index, wire::BookReason::Disconnected, now, emit);
    symbol.writer.reset();
  }
}

}  // namespace trunkline::relay
