#include "trunkline/hub/order_face.hpp"

#include <fmt/format.h>

#include "trunkline/hub/control.hpp"
#include "trunkline/hub/order_command.hpp"
#include "trunkline/hub/order_json.hpp"

namespace trunkline::hub {

using namespace order;

namespace {

constexpr std::string_view orders_path = "/orders";
constexpr std::string_view state_path = "/trading_state";

net::HttpResponse reply(int status, const OrderJson& body) {
  return {.status = status,
          .body = body.dump(-1, ' ', false, OrderJson::error_handler_t::replace) + "\n",
          .headers = {{"Cache-Control", "no-store"}}};
}

net::HttpResponse problem(const Error& error) {
  return reply(error.code == ErrorCode::NotFound ? 404 : 400, {{"error", error.message}});
}

net::HttpResponse problem(const OrderError& error) {
  return reply(error.reason == OrderReason::NotFound ? 404 : 409, error_json(error));
}

net::HttpResponse not_live(const OrderAccount& account) {
  return reply(403, {{"error", fmt::format("{} is a live account ({}): say --live, or \"live\": true, if that is meant",
                                           account.exchange(), account.connector().account())}});
}

}  // namespace

bool OrderFace::answers(std::string_view path) noexcept {
  return path == orders_path || path == state_path || path.starts_with("/orders/");
}

net::HttpResponse OrderFace::answer(const net::HttpRequest& request) const {
  const bool all = request.path == orders_path;
  const bool of_state = request.path == state_path;
  const std::string_view id =
      all || of_state ? std::string_view{} : std::string_view(request.path).substr(orders_path.size() + 1);
  if (request.method == "GET" && !of_state) return all ? overview() : one(id, request);
  if (token_.empty()) return reply(403, {{"error", "control is off here: see docs/control.md"}});
  if (!carries_token(request, token_)) return unauthorized();
  if (of_state && request.method == "POST") return set_state(request);
  if (all && request.method == "POST") return place(request);
  if (all && request.method == "DELETE") return cancel_all(request);
  if (!all && !of_state && request.method == "PATCH") return amend(id, request);
  if (!all && !of_state && request.method == "DELETE") return cancel(id, request);
  return reply(405, {{"error",
                      "there are GET, POST and DELETE /orders; GET, PATCH and DELETE /orders/ID; "
                      "POST /trading_state"}});
}

Result<OrderFace::Found> OrderFace::find(std::string_view id, const net::HttpRequest& request) const {
  const auto exchange = request.parameter("exchange");
  std::optional<Found> found;
  for (const auto& account : desk_.accounts()) {
    if (exchange && account->exchange() != *exchange) continue;
    auto order = account->connector().tracker().get_order(id);
    if (!order) continue;
    if (found) {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("{} and {} both have an order {}: say which with exchange=NAME",
                              found->account->exchange(), account->exchange(), excerpt(id)));
    }
    found.emplace(Found{account.get(), *std::move(order)});
  }
  if (found) return *std::move(found);
  return fail(ErrorCode::NotFound, fmt::format("there is no order {}", excerpt(id)));
}

net::HttpResponse OrderFace::overview() const {
  OrderJson accounts = OrderJson::array();
  OrderJson open = OrderJson::array();
  OrderJson ended = OrderJson::array();
  for (const auto& account : desk_.accounts()) {
    const ClientOrderTracker& tracker = account->connector().tracker();
    accounts.push_back(account_json(*account, desk_.prices()));
    for (const InFlightOrder& order : tracker.active_orders()) open.push_back(order_json(*account, order));
    for (const OrderId& id : account->history().ended()) {
      if (const auto order = tracker.get_order(id)) ended.push_back(order_json(*account, *order));
    }
  }
  return reply(200, {{"control", !token_.empty()},
                     {"accounts", std::move(accounts)},
                     {"open", std::move(open)},
                     {"ended", std::move(ended)}});
}

net::HttpResponse OrderFace::one(std::string_view id, const net::HttpRequest& request) const {
  const auto found = find(id, request);
  if (!found) return problem(found.error());
  OrderJson body = order_json(*found->account, found->order);
  body["timeline"] = timeline_json(found->account->history().timeline(id));
  return reply(200, body);
}

net::HttpResponse OrderFace::place(const net::HttpRequest& request) const {
  const auto command = parse_place(request.body, unix_now());
  if (!command) return problem(command.error());
  OrderAccount* const account = desk_.find(command->symbol.exchange);
  if (account == nullptr) {
    return reply(404,
                 {{"error", fmt::format("this hub has no account at {}: name it in orders.exchanges, with a key, or "
                                        "trade on paper: `trunkline run --paper`, or `run --sandbox`",
                                        command->symbol.exchange)}});
  }
  if (account->live() && !command->live) return not_live(*account);
  const auto id = account->connector().place(command->side, command->params);
  if (!id) return problem(id.error());
  const auto order = account->connector().tracker().get_order(*id);
  if (!order) return reply(202, {{"client_order_id", id->view()}});
  return reply(202, order_json(*account, *order));
}

net::HttpResponse OrderFace::amend(std::string_view id, const net::HttpRequest& request) const {
  const auto found = find(id, request);
  if (!found) return problem(found.error());
  const auto command = parse_amend(request.body);
  if (!command) return problem(command.error());
  if (found->account->live() && !command->live) return not_live(*found->account);
  if (const auto done = found->account->connector().amend(id, command->params); !done) return problem(done.error());
  return reply(202, {{"client_order_id", id}, {"amending", true}});
}

net::HttpResponse OrderFace::cancel(std::string_view id, const net::HttpRequest& request) const {
  const auto found = find(id, request);
  if (!found) return problem(found.error());
  if (const auto done = found->account->connector().cancel(id); !done) return problem(done.error());
  return reply(202, {{"client_order_id", id}, {"cancelling", true}});
}

net::HttpResponse OrderFace::cancel_all(const net::HttpRequest& request) const {
  const auto symbol = request.parameter("symbol");
  std::size_t count = 0;
  if (!symbol) {
    for (const auto& account : desk_.accounts()) count += account->connector().cancel_all();
    return reply(202, {{"cancelling", count}});
  }
  const auto parsed = SymbolDescriptor::parse(*symbol);
  if (!parsed) return problem(parsed.error());
  OrderAccount* const account = desk_.find(parsed->exchange);
  if (account == nullptr || !account->connector().get_trading_rule(*symbol)) {
    return reply(404, {{"error", fmt::format("no account of this hub trades {}", excerpt(*symbol))}});
  }
  count = account->connector().cancel_all(*symbol);
  return reply(202, {{"cancelling", count}});
}

net::HttpResponse OrderFace::set_state(const net::HttpRequest& request) const {
  const auto command = parse_state(request.body);
  if (!command) return problem(command.error());
  if (desk_.accounts().empty() || (!command->exchange.empty() && desk_.find(command->exchange) == nullptr)) {
    return reply(404, {{"error", command->exchange.empty()
                                     ? std::string("this hub has no account for orders")
                                     : fmt::format("this hub has no account at {}", excerpt(command->exchange))}});
  }
  desk_.set_trading_state(command->state, command->reason.empty() ? "asked for over HTTP" : command->reason,
                          command->exchange);
  return reply(200, {{"trading_state", wire::to_text(command->state)}});
}

}  // namespace trunkline::hub
