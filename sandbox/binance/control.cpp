// What the control endpoint does to this sandbox.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sandbox/binance/core.hpp"

namespace trunkline::sandbox::binance {
Result<std::uint64_t> BinanceSandbox::Core::arm(Fault fault) {
  if (!fault.market.empty() && !parse_market(fault.market)) return std::unexpected(parse_market(fault.market).error());
  if (!fault.symbol.empty()) {
    bool known = false;
    for (const Market market : {Market::Spot, Market::Usdm, Market::Coinm})
      known |= exchange.instrument(market, fault.symbol) != nullptr;
    if (!known)
      return fail(ErrorCode::NotFound, fmt::format("fault: symbol '{}' is not listed", excerpt(fault.symbol)));
  }
  report("sandbox_fault_armed", {{"fault", std::string(to_text(fault.kind))}, {"symbol", fault.symbol}});
  if (fault.kind == FaultKind::Refuse) {
    refuse(fault);
    return 0;
  }
  if (fault.kind == FaultKind::VenueRestart) {
    restart(fault);
    return 0;
  }
  if (fault.kind == FaultKind::ClockSkew) {
    skew_clock(fault.offset);
    fault.count = 0;
    const std::uint64_t id = faults.add(std::move(fault));
    faults.strike(FaultKind::ClockSkew, {});
    return id;
  }
  return faults.add(std::move(fault));
}

void BinanceSandbox::Core::skew_clock(std::int64_t ms) {
  trading.authentication.set_skew(ms);
  rest.set_clock_skew(ms);
}

// Accounts and orders stay; what was connected is gone, and nobody gets in for a while. `after` counts milliseconds.
void BinanceSandbox::Core::restart(const Fault& fault) {
  const std::uint64_t id = faults.add(fault);
  later(std::chrono::milliseconds{fault.after + 5}, [this, id, fault] {
    faults.remove(id);
    Fault once = fault;
    once.after = 0;
    faults.add(once);
    faults.strike(FaultKind::VenueRestart, {fault.market, fault.symbol, "any"});
    down_until = monotonic_now() + std::chrono::milliseconds{fault.duration_ms};
    for (auto& [number, connection] : connections) {
      if (connection->gone || (!fault.market.empty() && fault.market != to_text(connection->market))) continue;
      connection->gone = true;
      connection->socket->reset();
    }
  });
}

// Closes the listening sockets, so the control endpoint is only reachable on open connections until it ends.
void BinanceSandbox::Core::refuse(const Fault& fault) {
  const std::uint64_t id = faults.add(fault);
  const auto end = [this, id] {
    for (Port& port : ports) {
      if (auto again = port.server.refuse_connections(false); !again)
        report("sandbox_listen_failed", {{"reason", again.error().message}});
    }
    faults.remove(id);
  };
  const auto begin = [this, fault, end] {
    for (Port& port : ports) {
      if (!fault.market.empty() && fault.market != to_text(port.market)) continue;
      if (auto refused = port.server.refuse_connections(true); !refused)
        report("sandbox_refuse_failed", {{"reason", refused.error().message}});
    }
    faults.strike(FaultKind::Refuse, {fault.market, fault.symbol, "any"});
    later(std::chrono::milliseconds{fault.duration_ms}, end);
  };
  // `after` counts milliseconds here. Never at once: the reply to this request goes out first.
  later(std::chrono::milliseconds{fault.after + 5}, begin);
}

Result<Book> BinanceSandbox::Core::book(const Instrument& in, std::uint64_t update_id) {
  if (replay) {
    auto book = replay->book(in.market, in.symbol);
    if (!book) return fail(ErrorCode::NotFound, "the recording has given no snapshot of this symbol yet");
    if (update_id != 0 && update_id != book->update_id)
      return fail(ErrorCode::NotFound, fmt::format("a replay only knows its present book, at {}", book->update_id));
    return *book;
  }
  SymbolMarket& from = *exchange.find(in.market, in.symbol);
  const std::uint64_t wanted = update_id == 0 ? from.update_id() : update_id;
  auto book = from.book_at(wanted, std::numeric_limits<std::size_t>::max());
  if (!book)
    return fail(ErrorCode::NotFound, fmt::format("update id {} is not remembered; have {} to {}", wanted,
                                                 from.oldest_update_id(), from.update_id()));
  return *book;
}

const Instrument* BinanceSandbox::Core::instrument(std::optional<std::string_view> market,
                                                   std::string_view symbol) const {
  const auto parsed = parse_market(market.value_or(to_text(options.markets.front())));
  return parsed ? exchange.instrument(*parsed, symbol) : nullptr;
}

std::size_t BinanceSandbox::Core::clear_faults() {
  skew_clock(0);
  for (auto& [id, connection] : connections) {
    connection->stalled_until = Nanos{0};
    if (!connection->deaf || connection->gone) continue;
    connection->gone = true;
    connection->socket->reset();
  }
  return faults.clear();
}

void BinanceSandbox::Core::pause(bool now_paused) {
  paused = now_paused;
  // Who reads the streams then holds the book that /sandbox/book tells.
  if (paused && !replay) exchange.flush(board);
}

std::string BinanceSandbox::Core::status() {
  nlohmann::ordered_json out;
  out["uptime_s"] = static_cast<double>((monotonic_now() - started).count()) * 1e-9;
  for (const Port& port : ports) {
    auto symbols = nlohmann::ordered_json::object();
    for (const Instrument& in : exchange.listing(port.market)) {
      const SymbolMarket* const from = exchange.find(port.market, in.symbol);
      symbols[in.symbol] = {{"update_id", from == nullptr ? 0 : from->update_id()}};
    }
    out["markets"][to_text(port.market)] = {
        {"port", port.server.port()}, {"used_weight", rest.used_weight(port.market)}, {"symbols", symbols}};
  }
  out["mode"] = replay ? "replay" : "flow";
  if (replay)
    out["replay"] = {{"started", replay->started()},
                     {"finished", replay->finished()},
                     {"line", replay->position()},
                     {"lines", replay->lines()}};
  else
    out["flow"] = {{"seed", options.seed}, {"rate", options.rate}, {"actions", exchange.actions()}, {"paused", paused}};
  out["messages_sent"] = board.messages();
  out["requests"] = rest.requests();
  out["user_streams"] = trading.streams.listeners();
  out["user_events"] = trading.streams.events();
  out["clients_too_slow"] = board.too_slow();
  out["connections"] = nlohmann::ordered_json::array();
  for (const auto& [id, connection] : connections) {
    if (connection->gone) continue;
    static constexpr std::string_view routes[]{"", "public", "market", "private"};
    out["connections"].push_back({{"id", id},
                                  {"market", to_text(connection->market)},
                                  {"route", routes[static_cast<std::size_t>(connection->route)]},
                                  {"combined", connection->combined},
                                  {"streams", connection->streams.size()},
                                  {"half_open", connection->deaf},
                                  {"stalled", connection->stalled_until > monotonic_now()},
                                  {"queued_bytes", connection->socket->queued_bytes()}});
  }
  out["faults"] = to_json(faults);
  return out.dump();
}

}  // namespace trunkline::sandbox::binance
