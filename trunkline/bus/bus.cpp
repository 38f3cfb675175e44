#include "trunkline/bus/bus.hpp"

#include <algorithm>
#include <utility>

namespace trunkline::bus {

void BusReader::Inbox::add(RingReader reader) {
  reader.use(*waker);
  {
    const std::lock_guard lock(mutex);
    rings.push_back(std::move(reader));
    has_rings.store(true, std::memory_order_release);
  }
  waker->wake();
}

BusReader::BusReader(WaitStrategy wait) : inbox_(std::make_shared<Inbox>()), wait_(wait) {}

void BusReader::add(const Ring& ring) {
  inbox_->add(ring.subscribe());
}

void BusReader::adopt() noexcept {
  const std::lock_guard lock(inbox_->mutex);
  for (auto& reader : inbox_->rings) readers_.push_back(std::move(reader));
  inbox_->rings.clear();
  inbox_->has_rings.store(false, std::memory_order_release);
}

void BusReader::forget_ended() noexcept {
  std::erase_if(readers_, [this](const RingReader& reader) {
    if (!reader.ended()) return false;
    read_before_ += reader.total_read();
    missed_before_ += reader.total_missed();
    return true;
  });
  if (current_ >= readers_.size()) current_ = 0;
}

BusPoll BusReader::poll(TypeSet wanted) & noexcept {
  if (inbox_->has_rings.load(std::memory_order_acquire)) [[unlikely]]
    adopt();
  for (std::size_t empty = 0; empty < readers_.size();) {
    RingReader& reader = readers_[current_];
    if (in_a_row_ < burst) {
      const Poll poll = reader.poll(wanted);
      if (poll.kind != PollKind::Empty) {
        ++in_a_row_;
        return {poll.kind, poll.frame, poll.missed, reader.ring()};
      }
      ++empty;
    }
    in_a_row_ = 0;
    if (++current_ == readers_.size()) current_ = 0;
  }
  forget_ended();
  return {};
}

bool BusReader::ready() const noexcept {
  return inbox_->has_rings.load(std::memory_order_acquire) || std::ranges::any_of(readers_, &RingReader::ready);
}

bool BusReader::arm() noexcept {
  waker().arm();
  for (auto& reader : readers_) reader.announce_sleep();
  detail::heavy_barrier();
  if (!ready()) return true;
  waker().disarm();
  return false;
}

bool BusReader::wait(Nanos timeout) noexcept {
  const bool ready = detail::wait_until_ready(*this, wait_, timeout);
  return !inbox_->interrupted.exchange(false, std::memory_order_acq_rel) && ready;
}

void BusReader::interrupt() noexcept {
  inbox_->interrupted.store(true, std::memory_order_release);
  waker().wake();
}

std::uint64_t BusReader::total_read() const noexcept {
  std::uint64_t total = read_before_;
  for (const auto& reader : readers_) total += reader.total_read();
  return total;
}

std::uint64_t BusReader::total_missed() const noexcept {
  std::uint64_t total = missed_before_;
  for (const auto& reader : readers_) total += reader.total_missed();
  return total;
}

std::uint64_t BusReader::backlog() const noexcept {
  std::uint64_t total = 0;
  for (const auto& reader : readers_) total += reader.backlog();
  return total;
}

void Bus::add(const Ring& ring) {
  const std::lock_guard lock(mutex_);
  std::erase_if(rings_, [](const auto& held) { return held.expired(); });
  std::erase_if(inboxes_, [](const auto& held) { return held.expired(); });
  rings_.push_back(ring.core_);
  for (const auto& held : inboxes_) {
    if (const auto inbox = held.lock()) inbox->add(ring.subscribe());
  }
}

BusReader Bus::subscribe(WaitStrategy wait) {
  BusReader reader(wait);
  const std::lock_guard lock(mutex_);
  for (const auto& held : rings_) {
    if (auto core = held.lock()) reader.inbox_->add(RingReader(std::move(core)));
  }
  inboxes_.push_back(reader.inbox_);
  reader.adopt();
  return reader;
}

std::size_t Bus::rings() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count_if(rings_, [](const auto& held) { return !held.expired(); }));
}

}  // namespace trunkline::bus
