// The control endpoint: /sandbox/status, /sandbox/book, /sandbox/fault, /sandbox/pause and /sandbox/resume.
#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sandbox/binance/core.hpp"
#include "sandbox/binance/text.hpp"

namespace trunkline::sandbox::binance {
namespace {

using nlohmann::ordered_json;

net::HttpResponse json_reply(const ordered_json& body, int status = 200) {
  net::HttpResponse response;
  response.status = status;
  response.body = body.dump();
  response.headers.add("Access-Control-Allow-Origin", "*");
  return response;
}

net::HttpResponse problem(const Error& error) {
  return json_reply({{"error", error.message}}, error.code == ErrorCode::NotFound ? 404 : 400);
}

ordered_json levels_json(const std::vector<BookLevel>& levels, const Instrument& in) {
  ordered_json out = ordered_json::array();
  for (const BookLevel& level : levels)
    out.push_back({level.price.to_text(in.price_decimals), level.quantity.to_text(in.quantity_decimals)});
  return out;
}

ordered_json fault_json(const Fault& fault) {
  ordered_json out{{"id", fault.id}, {"fault", to_text(fault.kind)}};
  if (!fault.market.empty()) out["market"] = fault.market;
  if (!fault.symbol.empty()) out["symbol"] = fault.symbol;
  out["stream"] = fault.stream;
  out["after"] = fault.after;
  out["count"] = fault.count;
  return out;
}

}  // namespace

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
  return faults.add(std::move(fault));
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

Result<Book> BinanceSandbox::Core::book(Market market, std::string_view symbol, std::uint64_t update_id) {
  if (exchange.instrument(market, symbol) == nullptr)
    return fail(ErrorCode::NotFound, fmt::format("{} does not list '{}'", to_text(market), excerpt(symbol)));
  if (replay) {
    auto book = replay->book(market, symbol);
    if (!book) return fail(ErrorCode::NotFound, "the recording has given no snapshot of this symbol yet");
    if (update_id != 0 && update_id != book->update_id)
      return fail(ErrorCode::NotFound, fmt::format("a replay only knows its present book, at {}", book->update_id));
    return *book;
  }
  SymbolMarket& from = *exchange.find(market, symbol);
  const std::uint64_t wanted = update_id == 0 ? from.update_id() : update_id;
  auto book = from.book_at(wanted, std::numeric_limits<std::size_t>::max());
  if (!book)
    return fail(ErrorCode::NotFound, fmt::format("update id {} is not remembered; have {} to {}", wanted,
                                                 from.oldest_update_id(), from.update_id()));
  return *book;
}

void BinanceSandbox::Core::control(const net::HttpRequest& request, net::Responder responder) {
  const auto refuse_method = [&] { responder.respond(json_reply({{"error", "wrong method"}}, 405)); };
  if (request.path == "/sandbox/status") {
    net::HttpResponse response;
    response.body = status();
    response.headers.add("Access-Control-Allow-Origin", "*");
    return responder.respond(std::move(response));
  }
  if (request.path == "/sandbox/book") {
    const auto market = parse_market(request.parameter("market").value_or(to_text(options.markets.front())));
    if (!market) return responder.respond(problem(market.error()));
    std::uint64_t id = 0, depth = std::numeric_limits<std::uint64_t>::max();
    for (auto [name, value] : {std::pair{"update_id", &id}, std::pair{"depth", &depth}}) {
      const auto text = request.parameter(name);
      if (text && std::from_chars(text->data(), text->data() + text->size(), *value).ec != std::errc{})
        return responder.respond(json_reply({{"error", fmt::format("{} is not a number", name)}}, 400));
    }
    const std::string symbol(request.parameter("symbol").value_or(""));
    auto found = book(*market, symbol, id);
    if (!found) return responder.respond(problem(found.error()));
    const Instrument& in = *exchange.instrument(*market, symbol);
    found->bids.resize(std::min<std::size_t>(found->bids.size(), depth));
    found->asks.resize(std::min<std::size_t>(found->asks.size(), depth));
    return responder.respond(json_reply({{"market", to_text(*market)},
                                         {"symbol", symbol},
                                         {"update_id", found->update_id},
                                         {"bids", levels_json(found->bids, in)},
                                         {"asks", levels_json(found->asks, in)}}));
  }
  if (request.path == "/sandbox/fault") {
    if (request.method == "DELETE") {
      for (auto& [id, connection] : connections)
        if (connection->deaf && !connection->gone) {
          connection->gone = true;
          connection->socket->reset();
        }
      for (auto& [id, connection] : connections) connection->stalled_until = Nanos{0};
      return responder.respond(json_reply({{"cleared", faults.clear()}}));
    }
    if (request.method != "POST") return refuse_method();
    auto fault = request.body.starts_with('{') ? parse_fault_json(request.body) : parse_fault(request.body);
    if (!fault) return responder.respond(problem(fault.error()));
    const auto armed = arm(std::move(*fault));
    if (!armed) return responder.respond(problem(armed.error()));
    return responder.respond(json_reply({{"armed", *armed}}));
  }
  if (request.path == "/sandbox/pause" || request.path == "/sandbox/resume") {
    if (request.method != "POST") return refuse_method();
    paused = request.path == "/sandbox/pause";
    // Who reads the streams then holds the book that /sandbox/book tells.
    if (paused && !replay) exchange.flush(board);
    return responder.respond(json_reply({{"paused", paused}}));
  }
  responder.respond(json_reply({{"error", "want /sandbox/status, book, fault, pause or resume"}}, 404));
}

std::string BinanceSandbox::Core::status() {
  ordered_json out;
  out["uptime_s"] = static_cast<double>((monotonic_now() - started).count()) * 1e-9;
  for (const Port& port : ports) {
    ordered_json symbols = ordered_json::object();
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
  out["clients_too_slow"] = board.too_slow();
  out["connections"] = ordered_json::array();
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
  out["faults"]["armed"] = ordered_json::array();
  for (const Fault& fault : faults.armed()) out["faults"]["armed"].push_back(fault_json(fault));
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    out["faults"]["injected"][std::string(to_text(kind))] = faults.injected(kind);
  }
  return out.dump();
}

}  // namespace trunkline::sandbox::binance
