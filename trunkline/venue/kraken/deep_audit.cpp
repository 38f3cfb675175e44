// What the checksum does not cover: the levels of a book below its ten best, compared with whole books by REST.
#include <fmt/format.h>
#include <limits>

#include "trunkline/venue/kraken/symbol_feed.hpp"

namespace trunkline::venue::kraken {
namespace {

constexpr std::size_t checked_levels = 10;
// Below the one a second that the venue is said to allow.
constexpr std::uint32_t requests_per_minute = 30;

constexpr RequestId request_id(std::uint32_t feed, std::uint32_t serial) noexcept {
  return RequestId{std::uint64_t{feed} << 32 | serial};
}

}  // namespace

RequestLimits KrakenVenue::limits() const {
  return {.weight_per_minute = requests_per_minute, .used_weight_header = {}};
}

// A side that is full was cut behind its worst level, another one is whole.
BookAudit::Bounds KrakenVenue::bounds_of(const BookFeed& book) noexcept {
  const DepthBook& levels = book.levels();
  const auto bound = [&](const auto& side, std::int64_t end) {
    return side.size() < levels.depth() ? Price::from_raw(end) : side.best_last().front().price;
  };
  return {bound(levels.bids(), 0), bound(levels.asks(), std::numeric_limits<std::int64_t>::max())};
}

void KrakenVenue::audit_in_turn(const Context& context) {
  if (config_.depth <= checked_levels) return;
  const auto of = [this](std::uint32_t number) -> SymbolFeed& { return *symbol_of(feeds()[number].get()); };
  const auto turn = audit_turns_.next(context.now, config_.audit_interval, feeds().size(), [&](std::uint32_t number) {
    return of(number).book.live() && !of(number).audit.running();
  });
  if (turn) of(*turn).audit.begin(context.now);
}

void KrakenVenue::audit(SymbolFeed& of, const Context& context) {
  if (!of.audit.running()) return;
  if (!of.book.live()) {
    of.audit.cancel();
    ++audits_.inconclusive;
    return;
  }
  switch (of.audit.tick(of.book.publisher().ladder(), bounds_of(of.book), context.now)) {
    case BookAudit::Verdict::Nothing:
      break;
    case BookAudit::Verdict::Ask:
      context.outbox.request({request_id(of.number, ++of.audit_serial),
                              fmt::format("{}/0/public/Depth?pair={}&count={}", config_.rest_base,
                                          rest_pair(of.instrument), most_rest_levels),
                              1, Priority::Low});
      break;
    case BookAudit::Verdict::Equal:
      ++audits_.passed;
      report(context, Severity::Debug, "book_audit_passed", of.instrument.text, {});
      break;
    case BookAudit::Verdict::Inconclusive:
      ++audits_.inconclusive;
      break;
    case BookAudit::Verdict::Different:
      ++audits_.failed;
      report(context, Severity::Error, "book_audit_failed", of.instrument.text,
             {{"difference", of.audit.difference()}, {"update_id", std::to_string(of.book.publisher().update_id())}});
      settle(of, of.book.fault(wire::BookReason::AuditMismatch, context), context);
      break;
  }
}

void KrakenVenue::take_reply(const Reply& reply, const Context& context) {
  const auto number = static_cast<std::uint32_t>(std::to_underlying(reply.id) >> 32);
  if (number >= feeds().size()) return;
  SymbolFeed& of = *symbol_of(feeds()[number].get());
  if (!of.audit.asked() || reply.id != request_id(number, of.audit_serial)) return;
  std::string error;
  if (reply.status != 200) {
    error = fmt::format("HTTP {}: {}", reply.status, excerpt(reply.body));
  } else if (const auto book = rest_parser_.parse(reply.body, of.instrument.unit_exponent); book) {
    return of.audit.take(**book, most_rest_levels, context.now);
  } else {
    error = book.error();
  }
  of.audit.cancel();
  ++audits_.inconclusive;
  report(context, Severity::Warning, "book_audit_impossible", of.instrument.text, {{"error", std::move(error)}});
}

}  // namespace trunkline::venue::kraken
