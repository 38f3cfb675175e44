#include "sandbox/server/control.hpp"

#include <charconv>
#include <fmt/format.h>
#include <limits>

namespace trunkline::sandbox {
namespace {

using nlohmann::ordered_json;

net::HttpResponse text_reply(std::string body, int status = 200) {
  net::HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers.add("Access-Control-Allow-Origin", "*");
  return response;
}

net::HttpResponse json_reply(const ordered_json& body, int status = 200) {
  return text_reply(body.dump(), status);
}

net::HttpResponse problem(const Error& error) {
  return json_reply({{"error", error.message}}, error.code == ErrorCode::NotFound ? 404 : 400);
}

net::HttpResponse wrong_method() {
  return json_reply({{"error", "wrong method"}}, 405);
}

ordered_json levels_json(const std::vector<BookLevel>& levels, std::size_t depth, const Instrument& in) {
  ordered_json out = ordered_json::array();
  for (std::size_t i = 0; i < std::min(depth, levels.size()); ++i)
    out.push_back({levels[i].price.to_text(in.price_decimals), levels[i].quantity.to_text(in.quantity_decimals)});
  return out;
}

net::HttpResponse book_reply(Controlled& sandbox, const net::HttpRequest& request,
                             std::optional<std::string_view> home) {
  auto market = request.parameter("market");
  if (!market) market = home;
  if (market) {
    if (auto known = parse_market(*market); !known) return problem(known.error());
  }
  std::uint64_t id = 0, depth = std::numeric_limits<std::size_t>::max();
  for (auto [name, value] : {std::pair{"update_id", &id}, std::pair{"depth", &depth}}) {
    const auto text = request.parameter(name);
    if (text && std::from_chars(text->data(), text->data() + text->size(), *value).ec != std::errc{})
      return json_reply({{"error", fmt::format("{} is not a number", name)}}, 400);
  }
  const std::string_view symbol = request.parameter("symbol").value_or("");
  const Instrument* const in = sandbox.instrument(market, symbol);
  if (in == nullptr)
    return json_reply({{"error", fmt::format("{} does not list '{}'", market.value_or("this venue"), excerpt(symbol))}},
                      404);
  const auto book = sandbox.book(*in, id);
  if (!book) return problem(book.error());
  return json_reply({{"market", to_text(in->market)},
                     {"symbol", symbol},
                     {"update_id", book->update_id},
                     {"bids", levels_json(book->bids, depth, *in)},
                     {"asks", levels_json(book->asks, depth, *in)}});
}

net::HttpResponse fault_reply(Controlled& sandbox, const net::HttpRequest& request) {
  if (request.method == "DELETE") return json_reply({{"cleared", sandbox.clear_faults()}});
  if (request.method != "POST") return wrong_method();
  auto fault = request.body.starts_with('{') ? parse_fault_json(request.body) : parse_fault(request.body);
  if (!fault) return problem(fault.error());
  const auto armed = sandbox.arm(std::move(*fault));
  if (!armed) return problem(armed.error());
  return json_reply({{"armed", *armed}});
}

net::HttpResponse reply(Controlled& sandbox, const net::HttpRequest& request, std::optional<std::string_view> home) {
  if (request.path == "/sandbox/status") return text_reply(sandbox.status());
  if (request.path == "/sandbox/book") return book_reply(sandbox, request, home);
  if (request.path == "/sandbox/fault") return fault_reply(sandbox, request);
  if (request.path == "/sandbox/pause" || request.path == "/sandbox/resume") {
    if (request.method != "POST") return wrong_method();
    const bool paused = request.path == "/sandbox/pause";
    sandbox.pause(paused);
    return json_reply({{"paused", paused}});
  }
  return json_reply({{"error", "want /sandbox/status, book, fault, pause or resume"}}, 404);
}

}  // namespace

void answer_control(Controlled& sandbox, const net::HttpRequest& request, net::Responder responder,
                    std::optional<std::string_view> home) {
  responder.respond(reply(sandbox, request, home));
}

ordered_json to_json(const FaultSet& faults) {
  ordered_json out{{"armed", ordered_json::array()}};
  for (const Fault& fault : faults.armed()) {
    ordered_json entry{{"id", fault.id}, {"fault", to_text(fault.kind)}};
    if (!fault.market.empty()) entry["market"] = fault.market;
    if (!fault.symbol.empty()) entry["symbol"] = fault.symbol;
    entry["stream"] = fault.stream;
    entry["after"] = fault.after;
    entry["count"] = fault.count;
    out["armed"].push_back(std::move(entry));
  }
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    out["injected"][std::string(to_text(kind))] = faults.injected(kind);
  }
  return out;
}

}  // namespace trunkline::sandbox
