#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "conformance/check.hpp"
#include "conformance/run.hpp"

namespace trunkline::conformance {
namespace {

using wire::BookState;

const std::string& hit(const Subject& subject) {
  return subject.symbols[0];
}
const std::string& other(const Subject& subject) {
  return subject.symbols[1];
}

#define ASSERT_ALL_LIVE(run) ASSERT_TRUE(run.until([&] { return run.all_live(); })) << run.event_text()
#define EXPECT_ENDS_TRUE(run) EXPECT_TRUE(run.ends_true()) << run.why_not_true() << "\n" << run.event_text()

std::string fault_of(const Run::Seen& seen, std::string_view rest) {
  return fmt::format("{}{}symbol={}", rest, rest.find(':') == std::string_view::npos ? ":" : ",", seen.venue_symbol);
}

// --- Coming up ------------------------------------------------------------------------------------------------------

void connects(const Subject& subject) {
  Run run(subject, {});
  ASSERT_TRUE(run.until([&] { return run.report().connected; })) << run.event_text();
  ASSERT_ALL_LIVE(run);
  EXPECT_TRUE(run.connection_states.contains("Connected"));
  EXPECT_GE(run.events("connector_connected"), 1);
}

void maps_symbols_first(const Subject& subject) {
  Run run(subject, {});
  ASSERT_ALL_LIVE(run);
  run.during(300ms);
  EXPECT_EQ(run.violations, std::vector<std::string>{});
  const auto& mapping = run.seen(hit(subject)).mapping;
  ASSERT_TRUE(mapping);
  EXPECT_FALSE(run.seen(hit(subject)).venue_symbol.empty());
  EXPECT_EQ(mapping->tick_size.is_absent(), subject.lacks.contains(11));
}

void tells_refused_subscriptions(const Subject& subject) {
  Run run(subject, {.symbols = 1});
  ASSERT_ALL_LIVE(run);
  run.sandbox().inject(fmt::format("refuse_subscription:stream={},count=0", subject.main_stream()));
  run.subscribe(subject.symbols[2]);
  EXPECT_TRUE(run.until([&] { return run.events("subscription_refused") >= 1; })) << run.event_text();
  EXPECT_TRUE(run.live(hit(subject)));
}

void finds_silent_subscriptions(const Subject& subject) {
  Run run(subject, {.symbols = 1});
  ASSERT_ALL_LIVE(run);
  run.sandbox().inject(fmt::format("silent_subscription:stream={},count=1", subject.main_stream()));
  run.subscribe(subject.symbols[1]);
  EXPECT_TRUE(run.until([&] { return run.events("subscription_silent") >= 1; }, 90s)) << run.event_text();
  EXPECT_TRUE(run.until([&] { return run.all_live(); }, 60s)) << run.event_text();
}

void refuses_unknown_symbols(const Subject& subject) {
  Run run(subject, {.symbols = 1});
  ASSERT_ALL_LIVE(run);
  auto strange = *SymbolDescriptor::parse(hit(subject));
  strange.base += "X";
  run.command(venue::Action::Subscribe, strange.to_text());
  EXPECT_TRUE(run.until([&] { return run.events("subscription_failed") == 1; })) << run.event_text();
  EXPECT_NE(run.event_text().find(strange.to_text()), std::string::npos);
  EXPECT_TRUE(run.live(hit(subject)));
}

// --- What comes -----------------------------------------------------------------------------------------------------

void trades_have_side_and_id(const Subject& subject) {
  Run run(subject, {});
  auto& seen = run.seen(hit(subject));
  ASSERT_TRUE(run.until([&] { return seen.trades.size() >= 20; }, 60s)) << run.event_text();
  std::set<std::uint64_t> ids;
  bool bought = false;
  bool sold = false;
  for (std::size_t i = 0; i < seen.trades.size(); ++i) {
    const auto side = seen.trade_flags[i] & (wire::flag::side_buy | wire::flag::side_sell);
    EXPECT_TRUE(side == wire::flag::side_buy || side == wire::flag::side_sell);
    bought |= side == wire::flag::side_buy;
    sold |= side == wire::flag::side_sell;
    EXPECT_GT(seen.trades[i].price.raw(), 0);
    EXPECT_GT(seen.trades[i].quantity.raw(), 0);
    EXPECT_NE(seen.trades[i].trade_id, 0U);
    EXPECT_TRUE(ids.insert(seen.trades[i].trade_id).second) << "twice: " << seen.trades[i].trade_id;
  }
  EXPECT_TRUE(bought || sold);
  EXPECT_EQ(seen.missed, 0U);
}

void quotes_are_not_crossed(const Subject& subject) {
  Run run(subject, {});
  auto& seen = run.seen(hit(subject));
  ASSERT_TRUE(run.until([&] { return seen.quotes.size() >= 10; }, 60s)) << run.event_text();
  for (const wire::Quote& quote : seen.quotes) {
    EXPECT_LT(quote.bid_price, quote.ask_price);
    EXPECT_GT(quote.bid_quantity.raw(), 0);
    EXPECT_GT(quote.ask_quantity.raw(), 0);
  }
}

void books_are_snapshot_then_deltas(const Subject& subject) {
  Run run(subject, {});
  ASSERT_ALL_LIVE(run);
  auto& seen = run.seen(hit(subject));
  ASSERT_TRUE(run.until([&] { return seen.deltas >= 50; }, 60s));
  EXPECT_GE(seen.snapshots, 1U);
  ASSERT_GE(seen.statuses.size(), 2U);
  EXPECT_EQ(seen.statuses.front().state, BookState::Syncing);
  EXPECT_EQ(run.violations, std::vector<std::string>{});
  EXPECT_EQ(seen.book.losses(), 0U);
}

void books_equal_the_venues(const Subject& subject) {
  Run run(subject, {});
  EXPECT_ENDS_TRUE(run);
  EXPECT_EQ(run.reasons(hit(subject)), std::set<std::string>{}) << run.states(hit(subject));
}

void says_how_it_knows(const Subject& subject) {
  Run run(subject, {});
  ASSERT_ALL_LIVE(run);
  for (const wire::BookStatus& status : run.seen(hit(subject)).statuses) EXPECT_EQ(status.integrity, subject.integrity);
}

void numbers_fit_the_tick(const Subject& subject) {
  Run run(subject, {});
  auto& seen = run.seen(hit(subject));
  ASSERT_TRUE(run.until([&] { return seen.trades.size() >= 5 && run.all_live(); }, 60s));
  const std::int64_t tick = seen.mapping->tick_size.raw();
  ASSERT_GT(tick, 0);
  for (const wire::Trade& trade : seen.trades) EXPECT_EQ(trade.price.raw() % tick, 0) << trade.price.to_text();
  for (const book::Side side : {book::Side::Bid, book::Side::Ask}) {
    seen.book.ladder().walk(side, [&](const wire::Level& level) {
      EXPECT_EQ(level.price.raw() % tick, 0) << level.price.to_text();
      return true;
    });
  }
}

void times_are_the_venues(const Subject& subject) {
  Run run(subject, {});
  auto& seen = run.seen(hit(subject));
  const Nanos before = unix_now();
  ASSERT_TRUE(run.until([&] { return seen.trades.size() >= 5; }, 60s));
  for (const wire::Trade& trade : seen.trades) {
    EXPECT_GT(trade.exchange_time, before - 60s);
    EXPECT_LT(trade.exchange_time, unix_now() + 5s);
    EXPECT_GE(trade.receive_time + 5s, trade.exchange_time);
  }
}

// --- Coming and going -----------------------------------------------------------------------------------------------

void subscribes_while_it_runs(const Subject& subject) {
  Run run(subject, {.symbols = 1});
  ASSERT_ALL_LIVE(run);
  run.subscribe(other(subject));
  ASSERT_ALL_LIVE(run);
  EXPECT_ENDS_TRUE(run);
  EXPECT_EQ(run.reasons(hit(subject)), std::set<std::string>{}) << run.states(hit(subject));
}

void unsubscribes_one_symbol(const Subject& subject) {
  Run run(subject, {});
  ASSERT_ALL_LIVE(run);
  run.unsubscribe(hit(subject));
  if (subject.has_books()) {
    ASSERT_TRUE(run.until([&] { return run.reasons(hit(subject)).contains("Unsubscribed"); })) << run.event_text();
  } else {
    const std::uint64_t before = run.seen(other(subject)).frames;  // what is on its way may come
    ASSERT_TRUE(run.until([&] { return run.seen(other(subject)).frames >= before + 50; }));
  }
  // Nothing of it comes behind the word that it is over.
  const std::uint64_t frames = run.seen(hit(subject)).frames;
  const std::uint64_t others = run.seen(other(subject)).frames;
  ASSERT_TRUE(run.until([&] { return run.seen(other(subject)).frames >= others + 50; }));
  EXPECT_EQ(run.seen(hit(subject)).frames, frames);
  EXPECT_TRUE(run.live(other(subject)));
}

void subscribes_again(const Subject& subject) {
  Run run(subject, {});
  ASSERT_ALL_LIVE(run);
  run.unsubscribe(hit(subject));
  if (subject.has_books()) {
    ASSERT_TRUE(run.until([&] { return !run.live(hit(subject)); }));
  }
  run.subscribe(hit(subject));
  ASSERT_TRUE(run.until([&] { return run.all_live(); }, 60s)) << run.event_text();
  EXPECT_ENDS_TRUE(run);
}

void says_it_again(const Subject& subject) {
  Run run(subject, {});
  ASSERT_ALL_LIVE(run);
  auto& seen = run.seen(hit(subject));
  const std::uint64_t snapshots = seen.snapshots;
  run.command(venue::Action::Resend, hit(subject));
  ASSERT_TRUE(run.until([&] { return seen.snapshots > snapshots && run.live(hit(subject)); })) << run.event_text();
  EXPECT_ENDS_TRUE(run);
}

void stops_and_starts_again(const Subject& subject) {
  Run run(subject, {});
  ASSERT_ALL_LIVE(run);
  run.stop();
  run.during(50ms);
  const std::uint64_t frames = run.seen(hit(subject)).frames;
  run.during(200ms);
  EXPECT_EQ(run.seen(hit(subject)).frames, frames);
  EXPECT_FALSE(run.live(hit(subject)));
  run.start();
  EXPECT_ENDS_TRUE(run);
}

void a_quiet_symbol_is_not_stale(const Subject& subject) {
  Run run(subject, {});
  ASSERT_ALL_LIVE(run);
  run.forget();
  run.sandbox().pause();
  run.during(6s);
  run.sandbox().resume();
  EXPECT_TRUE(run.all_live()) << run.states(hit(subject)) << run.event_text();
  EXPECT_EQ(run.reasons(hit(subject)), std::set<std::string>{});
}

void keeps_to_the_venues_limits(const Subject& subject) {
  Run run(subject, {.symbols = subject.symbols.size()});
  EXPECT_ENDS_TRUE(run);
  EXPECT_EQ(run.report().rate_limited, 0U);
  EXPECT_EQ(run.report().reconnects, 0U);
}

// --- Faults ---------------------------------------------------------------------------------------------------------

// A fault of one book: told where it can be, healed for that symbol alone, and everything ends true.
void book_fault(const Subject& subject, Finds finds, const std::string& fault, const std::string& stream = "depth") {
  Run run(subject, {.audit_interval = finds == Finds::ByAudit ? Nanos{2s} : Nanos{5min}});
  EXPECT_ENDS_TRUE(run);
  run.forget();
  run.sandbox().inject(fault_of(run.seen(hit(subject)), fault) + ",stream=" + stream);
  ASSERT_TRUE(run.until([&] { return run.armed() == 0; }, 20s)) << "the fault did not strike";
  if (finds == Finds::AtOnce) {
    EXPECT_TRUE(run.until([&] { return !run.reasons(hit(subject)).empty(); })) << run.event_text();
  }
  EXPECT_ENDS_TRUE(run);
  if (finds == Finds::Unfelt) {
    EXPECT_EQ(run.reasons(hit(subject)), std::set<std::string>{}) << run.states(hit(subject));
  }
  if (!subject.one_count || finds != Finds::AtOnce) {
    EXPECT_EQ(run.reasons(other(subject)), std::set<std::string>{}) << run.states(other(subject));
  }
  EXPECT_EQ(run.violations, std::vector<std::string>{});
}

void survives_drop(const Subject& subject) {
  book_fault(subject, subject.lost, "drop");
}
void survives_many_drops(const Subject& subject) {
  book_fault(subject, subject.lost, "drop:count=5");
}
void survives_duplicate(const Subject& subject) {
  book_fault(subject, subject.repeated, "duplicate");
}
void survives_reorder(const Subject& subject) {
  book_fault(subject, subject.lost, "reorder");
}
void survives_delay(const Subject& subject) {
  book_fault(subject, subject.lost, "delay:delay_ms=400");
}
void survives_corrupt(const Subject& subject) {
  book_fault(subject, subject.corrupted, "corrupt");
}
void survives_truncate(const Subject& subject) {
  Run run(subject, {.audit_interval = 2s});
  EXPECT_ENDS_TRUE(run);
  run.sandbox().inject(fault_of(run.seen(hit(subject)), "truncate") + ",stream=" + subject.main_stream());
  EXPECT_TRUE(run.until([&] {
    return run.events("connector_depth_parse_error") + run.events("connector_trade_parse_error") +
               run.events("connector_parse_error") >
           0;
  })) << run.event_text();
  EXPECT_ENDS_TRUE(run);
}

void lost_trades_are_told(const Subject& subject) {
  Run run(subject, {});
  auto& seen = run.seen(hit(subject));
  ASSERT_TRUE(run.until([&] { return seen.trades.size() >= 3; }, 60s));
  run.sandbox().inject(fault_of(seen, "drop") + ",stream=trade");
  EXPECT_TRUE(run.until([&] { return seen.missed > 0; }, 60s)) << run.event_text();
}

// A fault of the connection that carries the main stream, where a venue has several.
std::string on_main_stream(const Subject& subject, std::string_view fault) {
  return fmt::format("{}{}stream={}", fault, fault.find(':') == std::string_view::npos ? ":" : ",",
                     subject.main_stream());
}

void connection_fault(const Subject& subject, std::string_view fault) {
  Run run(subject, {.audit_interval = 2s});
  EXPECT_ENDS_TRUE(run);
  run.forget();
  run.sandbox().inject(on_main_stream(subject, fault));
  EXPECT_TRUE(run.until([&] { return run.told(hit(subject)); }, 60s)) << run.event_text();
  EXPECT_ENDS_TRUE(run);
  EXPECT_EQ(run.violations, std::vector<std::string>{});
}

void survives_close(const Subject& subject) {
  connection_fault(subject, "close:code=1001");
}
void survives_reset(const Subject& subject) {
  connection_fault(subject, "close:code=0");
}
void survives_half_open(const Subject& subject) {
  connection_fault(subject, "half_open");
}
void survives_stall(const Subject& subject) {
  Run run(subject, {.audit_interval = 2s});
  EXPECT_ENDS_TRUE(run);
  run.sandbox().inject(on_main_stream(subject, "stall:duration_ms=1500"));
  ASSERT_TRUE(run.until([&] { return run.armed() == 0; }));
  EXPECT_ENDS_TRUE(run);
}
void survives_refusal(const Subject& subject) {
  Run run(subject, {});
  EXPECT_ENDS_TRUE(run);
  run.forget();
  run.sandbox().inject(on_main_stream(subject, "close:code=0"));
  run.sandbox().inject("refuse:duration_ms=1000");
  EXPECT_TRUE(run.until([&] { return run.told(hit(subject)); })) << run.event_text();
  ASSERT_TRUE(run.until([&] { return run.report().connected && run.all_live(); }, 60s)) << run.event_text();
  EXPECT_ENDS_TRUE(run);
  EXPECT_GE(run.report().reconnects, 1U);
}

// A snapshot that is asked for while this holds comes late, wrong or not at all: never a wrong book.
void snapshot_fault(const Subject& subject, const std::string& fault) {
  Run run(subject, {});
  EXPECT_ENDS_TRUE(run);
  auto& seen = run.seen(hit(subject));
  run.forget();
  run.sandbox().inject(fault_of(seen, fault));
  // One loss alone may be made good by the next message.
  run.sandbox().inject(fault_of(seen, subject.lost == Finds::IfWrong ? "drop:count=50" : "drop") + ",stream=depth");
  ASSERT_TRUE(run.until([&] { return !run.reasons(hit(subject)).empty(); })) << run.event_text();
  EXPECT_ENDS_TRUE(run);
  EXPECT_EQ(run.reasons(other(subject)), std::set<std::string>{}) << run.states(other(subject));
}

void survives_late_snapshot(const Subject& subject) {
  snapshot_fault(subject, "late_snapshot:delay_ms=1000");
}
void survives_wrong_snapshot(const Subject& subject) {
  snapshot_fault(subject, "wrong_snapshot_id");
}
void obeys_429(const Subject& subject) {
  snapshot_fault(subject, "http_429:retry_after=1");
}
void obeys_418(const Subject& subject) {
  snapshot_fault(subject, "http_418:retry_after=1");
}

constexpr Check list[] = {
    {1, "Connects", "the handshake is done and told as ConnectionStatus", connects},
    {2, "MapsSymbolsFirst", "a SymbolMapping precedes every other frame of its symbol", maps_symbols_first},
    {3, "TellsRefusedSubscriptions", "a subscription that the venue refuses is reported, and harms no other",
     tells_refused_subscriptions},
    {4, "FindsSilentSubscriptions", "one that is acknowledged and then silent is found, asked for again, and heals",
     finds_silent_subscriptions},
    {5, "RefusesUnknownSymbols", "a symbol that the venue does not list is refused by name", refuses_unknown_symbols},
    {6, "TradesHaveSideAndId", "each trade tells the taker's side and an id, once", trades_have_side_and_id},
    {7, "QuotesAreNotCrossed", "best bid and best ask come together, with quantities", quotes_are_not_crossed},
    {8, "BooksAreSnapshotThenDeltas", "Syncing, snapshot, chained deltas, Live", books_are_snapshot_then_deltas},
    {9, "BooksEqualTheVenues", "when the venue stands still, every level is equal", books_equal_the_venues},
    {10, "SaysHowItKnows", "the integrity is what the venue gives to check by", says_how_it_knows},
    {11, "NumbersFitTheTick", "prices are exact multiples of the tick", numbers_fit_the_tick},
    {12, "TimesAreTheVenues", "exchange and receive times are Unix nanoseconds of the event", times_are_the_venues},
    {13, "SubscribesWhileItRuns", "a symbol can be added without touching the others", subscribes_while_it_runs},
    {14, "UnsubscribesOneSymbol", "a symbol can be left, and nothing of it comes any more", unsubscribes_one_symbol},
    {15, "SubscribesAgain", "and taken up again", subscribes_again},
    {16, "SaysItAgain", "Resend tells mapping and book once more", says_it_again},
    {17, "StopsAndStartsAgain", "stop() ends all frames, start() brings all back", stops_and_starts_again},
    {18, "AQuietSymbolIsNotStale", "no message is not an error", a_quiet_symbol_is_not_stale},
    {19, "KeepsToTheVenuesLimits", "no request or message is refused for its rate", keeps_to_the_venues_limits},
    {20, "SurvivesDrop", "a lost book message is found, that symbol alone resynchronises", survives_drop},
    {21, "SurvivesManyDrops", "so are five in a row", survives_many_drops},
    {22, "SurvivesDuplicate", "a message that comes twice changes nothing wrongly", survives_duplicate},
    {23, "SurvivesReorder", "nor do two that change places", survives_reorder},
    {24, "SurvivesDelay", "nor one that comes late", survives_delay},
    {25, "SurvivesCorruption", "a wrong digit is found at once or by the audit", survives_corrupt},
    {26, "SurvivesTruncation", "a message cut in half is reported and loses nothing else", survives_truncate},
    {27, "LostTradesAreTold", "a missing trade is told as a Gap", lost_trades_are_told},
    {28, "SurvivesClose", "a closed connection is told, made anew, and everything is subscribed again", survives_close},
    {29, "SurvivesReset", "so is one that breaks", survives_reset},
    {30, "SurvivesHalfOpen", "so is one that only seems open", survives_half_open},
    {31, "SurvivesStall", "what a stalled connection swallowed is found", survives_stall},
    {32, "SurvivesRefusal", "a server that refuses connections is tried until it is back", survives_refusal},
    {33, "SurvivesLateSnapshot", "a snapshot that comes late is no wrong book", survives_late_snapshot},
    {34, "SurvivesWrongSnapshot", "nor is one with a wrong id", survives_wrong_snapshot},
    {35, "Obeys429", "429 and Retry-After hold requests back", obeys_429},
    {36, "Obeys418", "so does 418", obeys_418},
};

}  // namespace

std::span<const Check> checks() {
  return list;
}

}  // namespace trunkline::conformance
