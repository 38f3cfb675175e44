#include "trunkline/hub/examination.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "trunkline/hub/examination_impl.hpp"

namespace trunkline::hub {
namespace {

using namespace examination;

struct Fact {
  FactRow row;
  Answer (*look)(Patient& patient);
};

constexpr std::array list{
    Fact{{1, "hosts are reachable"}, hosts_are_reachable},
    Fact{{2, "TLS is verified"}, tls_is_verified},
    Fact{{3, "the WebSocket handshake is done"}, handshake_is_done},
    Fact{{4, "reference data comes"}, reference_data_comes},
    Fact{{5, "the symbol is listed"}, symbol_is_listed},
    Fact{{6, "subscriptions are acknowledged"}, subscriptions_are_acknowledged},
    Fact{{7, "trades come"}, trades_come},
    Fact{{8, "quotes come"}, quotes_come},
    Fact{{9, "a snapshot comes"}, snapshot_comes},
    Fact{{10, "the book becomes Live"}, book_becomes_live},
    Fact{{11, "the book stays Live"}, book_stays_live},
    Fact{{12, "no trade is missing"}, no_trade_is_missing},
    Fact{{13, "prices fit the tick"}, prices_fit_the_tick},
    Fact{{14, "clocks agree"}, clocks_agree},
    Fact{{15, "the book passes an audit"}, audit_passes},
    Fact{{16, "pings are answered"}, pings_are_answered},
    Fact{{17, "unknown symbols are refused"}, unknown_symbols_are_refused},
    Fact{{18, "unsubscribing silences"}, unsubscribing_silences},
    Fact{{19, "subscribing again works"}, subscribing_again_works},
    Fact{{20, "a new connection is subscribed again"}, reconnecting_subscribes_again},
    Fact{{21, "every message is understood"}, every_message_is_understood},
    Fact{{22, "the used request weight is told"}, used_weight_is_told},
    Fact{{23, "limits are kept"}, limits_are_kept},
};

constexpr auto rows = [] {
  std::array<FactRow, list.size()> out{};
  for (std::size_t i = 0; i < list.size(); ++i) out[i] = list[i].row;
  return out;
}();

}  // namespace

std::string_view to_text(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::Holds:
      return "holds";
    case Verdict::Fails:
      return "does not hold";
    case Verdict::Untold:
      return "could not be told";
  }
  return {};
}

std::span<const FactRow> examined_facts() noexcept {
  return rows;
}

Result<std::vector<Finding>> examine(ExaminationConfig config) {
  auto probe = VenueProbe::make(config.probe);
  if (!probe) return std::unexpected(probe.error());
  if (auto started = (*probe)->start(); !started) return std::unexpected(started.error());
  Patient patient{**probe, config, {}};
  std::vector<Finding> findings;
  for (const Fact& fact : list) {
    auto [verdict, detail] = fact.look(patient);
    findings.push_back({fact.row.number, fact.row.fact, verdict, std::move(detail)});
    if (config.on_finding) config.on_finding(findings.back());
  }
  return findings;
}

bool healthy(std::span<const Finding> findings) noexcept {
  return std::ranges::none_of(findings, [](const Finding& each) { return each.verdict == Verdict::Fails; }) &&
         std::ranges::any_of(findings, [](const Finding& each) { return each.verdict == Verdict::Holds; });
}

}  // namespace trunkline::hub
