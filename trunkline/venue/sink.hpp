// Where a venue's frames go: into its connector's ring, encoded in place, stamped with source, sequence and times.
//
// Thread: the connector's, which is the ring's writer. Nothing here allocates.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include "trunkline/bus/ring.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/wire/frame.hpp"
#include "trunkline/wire/messages.hpp"
#include "trunkline/wire/sequence.hpp"

namespace trunkline::venue {

// Upper 12 bits of every source this connector stamps; unique among the connectors of one stream.
enum class ConnectorId : std::uint16_t {};
inline constexpr std::uint16_t connector_id_limit = 1U << 12;

class Sink {
 public:
  Sink(bus::Ring& ring, ConnectorId connector, std::uint32_t first_sequence = 0) noexcept
      : ring_(ring), connector_(connector), sequence_(first_sequence) {}
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  // The stamps of every frame until the next begin(): when the bytes were read, and on which connection (0 to 15).
  void begin(Nanos received, std::uint8_t connection) noexcept {
    received_ = received;
    began_ = monotonic_now();
    source_ = static_cast<std::uint16_t>(static_cast<unsigned>(connector_) << 4 | (connection & 0xFU));
  }

  // The largest number of levels that one frame holds.
  static constexpr std::size_t max_levels = (wire::max_payload - sizeof(wire::L2Delta)) / sizeof(wire::Level) / 2 * 2;

  // Room for max_levels levels in the ring itself, bids first, asks right behind them. publish_levels() makes a frame
  // of them; any other publish abandons them. Empty only where the ring is smaller than a frame.
  std::span<wire::Level> levels() noexcept {
    std::byte* const slot = ring_.reserve(wire::header_size + wire::max_payload);
    if (slot == nullptr) return {};
    return {reinterpret_cast<wire::Level*>(slot + wire::header_size + sizeof(wire::L2Delta)), max_levels};
  }
  bus::PublishResult publish_levels(wire::L2Delta delta, std::uint8_t flags = 0) noexcept {
    stamp(delta);
    std::byte* const slot = ring_.reserve(wire::header_size + wire::max_payload);
    if (slot == nullptr) return bus::PublishResult::TooLarge;
    const std::size_t length = sizeof delta + (std::size_t{delta.bid_count} + delta.ask_count) * sizeof(wire::Level);
    std::copy_n(reinterpret_cast<const std::byte*>(&delta), sizeof delta, slot + wire::header_size);
    return ring_.commit({wire::L2Delta::type, flags, static_cast<std::uint16_t>(length), next_sequence()});
  }

  // A message and its tails, in the order of the schema: publish(mapping, text, venue_symbol).
  template <class Message, class... Tails>
  bus::PublishResult publish(Message message, const Tails&... tails) noexcept {
    return publish_flagged(0, message, tails...);
  }
  template <class Message, class... Tails>
  bus::PublishResult publish_flagged(std::uint8_t flags, Message message, const Tails&... tails) noexcept {
    stamp(message);
    if constexpr (sizeof...(tails) == 0) {
      return ring_.publish(message, flags, next_sequence());
    } else {
      const std::size_t room =
          wire::header_size + (sizeof message + (std::size_t{0} + ... + bytes_of(tails)) + 7) / 8 * 8;
      if (room > wire::header_size + wire::max_payload) return bus::PublishResult::TooLarge;
      std::byte* const slot = ring_.reserve(room);
      if (slot == nullptr) return bus::PublishResult::TooLarge;
      const std::uint32_t sequence = next_sequence();
      const std::size_t size = wire::encode({slot, room}, message, tails..., flags, sequence);
      return ring_.commit({Message::type, flags, static_cast<std::uint16_t>(size - wire::header_size), sequence});
    }
  }

  // A book message of any size, split into frames flagged `more` where one cannot hold it.
  template <class Message>
  bus::PublishResult publish_book(Message message, std::span<const wire::Level> bids,
                                  std::span<const wire::Level> asks) noexcept {
    for (;;) {
      const auto bids_now = bids.first(std::min(bids.size(), max_levels));
      const auto asks_now = asks.first(std::min(asks.size(), max_levels - bids_now.size()));
      bids = bids.subspan(bids_now.size());
      asks = asks.subspan(asks_now.size());
      const bool last = bids.empty() && asks.empty();
      const auto result = publish_flagged(last ? 0 : wire::flag::more, message, bids_now, asks_now);
      if (result != bus::PublishResult::Published || last) return result;
    }
  }

  // Wakes the readers that sleep; once for all frames of one read.
  void flush() noexcept {
    ring_.flush();
    if (on_flush_) on_flush_();
  }
  // Called after each flush, on the writer's thread; before anything is published. Must not throw.
  void on_flush(std::function<void()> handler) { on_flush_ = std::move(handler); }

  // Of the next frame.
  std::uint32_t sequence() const noexcept { return sequence_; }

 private:
  template <class Tail>
  static std::size_t bytes_of(const Tail& tail) noexcept {
    return tail.size() * sizeof(typename Tail::value_type);
  }
  template <class Message>
  void stamp(Message& message) noexcept {
    message.receive_time = received_;
    message.source = source_;
    const auto delay = (monotonic_now() - began_).count();
    message.publish_delay = static_cast<std::uint32_t>(std::clamp<std::int64_t>(delay, 0, UINT32_MAX));
  }
  std::uint32_t next_sequence() noexcept { return std::exchange(sequence_, wire::sequence_after(sequence_)); }

  bus::Ring& ring_;
  ConnectorId connector_;
  Nanos received_{0};
  Nanos began_{0};
  std::uint16_t source_ = 0;
  std::uint32_t sequence_;
  std::function<void()> on_flush_;
};

}  // namespace trunkline::venue
