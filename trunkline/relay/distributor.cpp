#include "trunkline/relay/distributor.hpp"

#include <array>

#include "trunkline/wire/sequence.hpp"

namespace trunkline::relay {

using wire::FrameView;

Distributor::Distributor(DistributorConfig config, EventLog* log)
    : config_(std::move(config)), log_(log), fan_out_(config_.fan_out, cache_, log) {
  if (config_.filter.any()) {
    filter_ = std::make_unique<StreamFilter>(config_.filter, [this](FrameView frame) { admit(frame); });
  }
}

void Distributor::publish(FrameView frame) {
  if (filter_) return filter_->take(frame);
  admit(frame);
}

void Distributor::admit(FrameView frame) {
  constexpr ChannelMask kept =
      book_channels | channel(wire::MessageType::SymbolMapping) | channel(wire::MessageType::ConnectionStatus);
  ++frames_;
  passing_ += (channel(frame.type()) & kept) == 0;
  const auto [symbol, verdict] = cache_.apply(frame);
  switch (verdict) {
    case StreamCache::Verdict::Foreign:
      if (foreign_++ == 0 && log_ != nullptr) {
        log_->write({Severity::Warning,
                     "book_written_twice",
                     {},
                     std::string(cache_.text_of(symbol)),
                     {{"reason", "another connector writes this book already; the second one's is left out"}}});
      }
      return;
    case StreamCache::Verdict::Pass:
      break;
    case StreamCache::Verdict::Healed:
      fan_out_.resync(symbol);
      break;
    case StreamCache::Verdict::Broken: {
      const Nanos now = unix_now();
      pass(frame, symbol);
      cache_.lose_book(symbol, wire::BookReason::BusLoss, now, emit_);
      fan_out_.resync(symbol);
      ask(symbol, now);
      return;
    }
  }
  pass(frame, symbol);
}

void Distributor::pass(FrameView frame, SymbolIndex symbol) {
  if (observer_) observer_(frame);
  const auto* gap = frame.as<wire::Gap>();
  fan_out_.publish(frame, symbol, gap != nullptr ? gap->missed : 0);
}

void Distributor::emit(FrameView frame) {
  const auto symbol = cache_.find(frame.stamp().symbol);
  pass(frame, symbol.value_or(0));
}

void Distributor::lost(const StreamCache::Concerns& concerns, std::uint64_t missed, wire::GapScope scope, Nanos now) {
  std::uint64_t& total = missed_[static_cast<std::size_t>(scope)];
  total += missed;
  wire::Gap gap;
  gap.receive_time = now;
  gap.source = relay_source;
  gap.missed = missed;
  gap.total_missed = total;
  gap.since = now;
  gap.scope = scope;
  alignas(8) std::array<std::byte, wire::header_size + sizeof gap> bytes;
  wire::encode(bytes, gap, 0, sequence_);
  sequence_ = wire::sequence_after(sequence_);
  emit(*FrameView::parse(bytes));
  cache_.lose(concerns, now, emit_);
  // What follows of these books is of use to nobody until they are right again.
  for (SymbolIndex symbol = 1; symbol < cache_.symbols(); ++symbol) {
    if (cache_.book(symbol).doubted()) fan_out_.resync(symbol);
  }
}

void Distributor::disconnected(const StreamCache::Concerns& concerns, std::string_view reason, Nanos now) {
  cache_.disconnect(concerns, now, reason, emit_);
}

void Distributor::ask(SymbolIndex symbol, Nanos now) {
  if (!request_resync_) return;
  if (asked_.size() <= symbol) asked_.resize(cache_.symbols());
  if (asked_[symbol] != Nanos{0} && now - asked_[symbol] < config_.resync_patience) return;
  asked_[symbol] = now;
  request_resync_(cache_.hash_of(symbol));
}

void Distributor::tick(Nanos now) {
  if (filter_) filter_->tick(now);
  cache_.for_each_doubted(now, config_.resync_patience, [&](SymbolIndex symbol) { ask(symbol, now); });
  fan_out_.tick(now);
}

}  // namespace trunkline::relay
