// trunkline order: orders through a running hub.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fmt/format.h>
#include <thread>

#include "apps/command.hpp"
#include "apps/hub_client.hpp"
#include "apps/live_consent.hpp"
#include "apps/order_text.hpp"

namespace trunkline::apps {
namespace {

constexpr auto poll_interval = std::chrono::milliseconds{50};
constexpr auto answer_limit = std::chrono::seconds{15};  // longer than a request lives at the venue

constexpr const char* examples =
    "Through a running hub; `trunkline run --sandbox` starts one that needs no network.\n\n"
    "  trunkline order buy binance:BTC-USDT 0.01 @ 60000       a limit order\n"
    "  trunkline order buy binance:BTC-USDT 0.01               at the market\n"
    "  trunkline order sell binance:BTC-USDT 0.01 @ 61000 --post-only\n"
    "  trunkline order sell binance_usdm:BTC-USDT 0.01 --type stop-market --trigger 58000 --reduce-only\n"
    "  trunkline order buy binance:BTC-USDT 0.01 @ 60000 --tif gtd --good-till 10m\n"
    "  trunkline order list                                    accounts and open orders\n"
    "  trunkline order status ID                               one order and what became of it\n"
    "  trunkline order watch ID                                the same, until it ends\n"
    "  trunkline order amend ID 0.005                          the new total; also: amend ID @ 60010\n"
    "  trunkline order cancel ID\n"
    "  trunkline order cancel-all binance:BTC-USDT             without a symbol: everything\n"
    "  trunkline ctl halt                                      the kill switch\n\n"
    "An account at a real venue wants --live with every order and amendment.";

struct Options {
  std::string address;
  bool as_json = false;
  SettingsOptions settings;
  std::string symbol;
  std::vector<std::string> words;  // [AMOUNT] [@ PRICE]
  std::vector<std::string> ids;    // of cancel
  std::string id;
  OrderJson body = OrderJson::object();
  std::vector<std::string> extra;
  bool live = false;
  bool yes = false;
  bool ended = false;
};

struct Size {
  std::string amount;
  std::string price;
};

// "0.01 @ 60000", "0.01 @60000", "@ 60000", "0.01"
Result<Size> parse_size(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += word;
  const auto at = line.find('@');
  Size size{line.substr(0, at), at == std::string::npos ? "" : line.substr(at + 1)};
  if (at != std::string::npos && size.price.empty())
    return fail(ErrorCode::InvalidArgument, "a price must follow the @, as in: 0.01 @ 60000");
  return size;
}

void print(const Options& options, const OrderJson& order) {
  if (options.as_json) {
    fmt::print("{}\n", order.dump());
  } else {
    fmt::print("{}\n", order_line(order));
  }
  std::fflush(stdout);
}

bool is_done(const OrderJson& order) {
  return order["done"].get<bool>();
}

std::uint64_t heard(const OrderJson& order) {
  return order["timeline"]["left_out"].get<std::uint64_t>() + order["timeline"]["moments"].size();
}

// The moments after the first `before`.
std::vector<OrderJson> moments_after(const OrderJson& order, std::uint64_t before) {
  const OrderJson& moments = order["timeline"]["moments"];
  const auto left_out = order["timeline"]["left_out"].get<std::uint64_t>();
  std::vector<OrderJson> out;
  for (std::size_t i = before > left_out ? static_cast<std::size_t>(before - left_out) : 0; i < moments.size(); ++i) {
    out.push_back(moments[i]);
  }
  return out;
}

// The error that a request of ours ended with, if it did.
std::string error_after(const OrderJson& order, std::uint64_t before) {
  std::string error;
  for (const OrderJson& moment : moments_after(order, before)) {
    if (moment["kind"] == "error") error = moment["text"].get<std::string>();
  }
  return error;
}

class Desk {
 public:
  explicit Desk(const Options& options, const hub::Settings& settings)
      : options_(options), client_(settings, options.address) {}

  int place(std::string_view side) {
    const auto size = parse_size(options_.words);
    if (!size) return complain(size.error());
    OrderJson body = options_.body;
    body["symbol"] = options_.symbol;
    body["side"] = side;
    body["amount"] = size->amount;
    if (!size->price.empty()) body["price"] = size->price;
    for (const std::string& pair : options_.extra) {
      const auto equals = pair.find('=');
      if (equals == std::string::npos)
        return complain({ErrorCode::InvalidArgument, fmt::format("--extra {}: expected NAME=VALUE", excerpt(pair))});
      body["extra"][pair.substr(0, equals)] = pair.substr(equals + 1);
    }
    if (options_.live) {
      const std::string exchange = options_.symbol.substr(0, options_.symbol.find(':'));
      if (auto agreed = consent(exchange); !agreed) return complain(agreed.error());
      body["live"] = true;
    }
    const auto placed = client_.ask({"POST", "/orders", std::move(body)});
    if (!placed) return complain(placed.error());
    const auto id = (*placed)["client_order_id"].get<std::string>();
    const auto order = follow(
        id, [](const OrderJson& now) { return now["state"] != "PendingCreate" && now["state"] != "PendingSubmit"; });
    if (!order) return complain(order.error());
    print(options_, *order);
    if ((*order)["state"] != "Failed") return 0;
    return complain({ErrorCode::Unavailable, fmt::format("the order failed: {}", error_after(*order, 0))});
  }

  int cancel() {
    for (const std::string& id : options_.ids) {
      if (const int code = change({"DELETE", "/orders/" + id}, id, is_done); code != 0) return code;
    }
    return 0;
  }

  int amend() {
    const auto size = parse_size(options_.words);
    if (!size) return complain(size.error());
    OrderJson body = OrderJson::object();
    if (!size->amount.empty()) body["amount"] = size->amount;
    if (!size->price.empty()) body["price"] = size->price;
    const std::string& id = options_.id;
    const auto order = client_.ask({"GET", "/orders/" + id});
    if (!order) return complain(order.error());
    if (options_.live) {
      if (auto agreed = consent((*order)["exchange"].get<std::string>()); !agreed) return complain(agreed.error());
      body["live"] = true;
    }
    const OrderJson price = (*order)["price"];
    const OrderJson amount = (*order)["amount"];
    return change({"PATCH", "/orders/" + id, std::move(body)}, id, [&](const OrderJson& now) {
      return is_done(now) || now["price"] != price || now["amount"] != amount;
    });
  }

  int cancel_all() {
    const auto answer =
        client_.ask({"DELETE", options_.symbol.empty() ? "/orders" : "/orders?symbol=" + options_.symbol});
    if (!answer) return complain(answer.error());
    if (options_.as_json) {
      fmt::print("{}\n", answer->dump());
    } else {
      fmt::print("cancelling {}\n", (*answer)["cancelling"].get<std::uint64_t>());
    }
    return 0;
  }

  int list() {
    const auto overview = client_.ask({"GET", "/orders"});
    if (!overview) return complain(overview.error());
    if (options_.as_json) {
      fmt::print("{}\n", overview->dump());
    } else {
      print_orders(*overview, options_.ended);
    }
    return 0;
  }

  int status() {
    const auto order = client_.ask({"GET", "/orders/" + options_.id});
    if (!order) return complain(order.error());
    if (options_.as_json) {
      fmt::print("{}\n", order->dump());
    } else {
      print_order(*order);
    }
    return 0;
  }

  int watch() {
    const std::string& id = options_.id;
    for (std::uint64_t seen = 0;; std::this_thread::sleep_for(poll_interval)) {
      const auto order = client_.ask({"GET", "/orders/" + id});
      if (!order) return complain(order.error());
      if (seen == 0 && !options_.as_json) fmt::print("{}\n", order_line(*order));
      for (const OrderJson& moment : moments_after(*order, seen)) {
        if (options_.as_json) {
          fmt::print("{}\n", moment.dump());
        } else {
          fmt::print("  {}\n", moment_line(moment));
        }
      }
      if (std::fflush(stdout) != 0) return 1;
      seen = heard(*order);
      // A fill of before the end may come after it.
      if (is_done(*order) && !(*order)["fills_missing"].get<bool>()) return 0;
    }
  }

 private:
  Result<void> consent(const std::string& exchange) {
    const auto overview = client_.ask({"GET", "/orders"});
    if (!overview) return std::unexpected(overview.error());
    for (const OrderJson& account : (*overview)["accounts"]) {
      if (account["exchange"] == exchange && account["live"].get<bool>()) {
        return consent_to_live(account, options_.yes);
      }
    }
    return {};
  }

  // Asks for a change and waits until it shows, or until an error does.
  template <class Shows>
  int change(const HubCall& call, const std::string& id, Shows shows) {
    const auto before = client_.ask({"GET", "/orders/" + id});
    if (!before) return complain(before.error());
    if (const auto asked = client_.ask(call); !asked) return complain(asked.error());
    const std::uint64_t known = heard(*before);
    const auto order = follow(id, [&](const OrderJson& now) { return shows(now) || !error_after(now, known).empty(); });
    if (!order) return complain(order.error());
    print(options_, *order);
    if (shows(*order)) return 0;
    return complain({ErrorCode::Unavailable, error_after(*order, known)});
  }

  template <class Settled>
  Result<OrderJson> follow(const std::string& id, Settled settled) {
    const auto until = std::chrono::steady_clock::now() + answer_limit;
    for (;; std::this_thread::sleep_for(poll_interval)) {
      auto order = client_.ask({"GET", "/orders/" + id});
      if (!order || settled(*order)) return order;
      if (std::chrono::steady_clock::now() >= until) {
        return fail(ErrorCode::Timeout, fmt::format("no answer yet; it stands: {}", order_line(*order)));
      }
    }
  }

  const Options& options_;
  HubClient client_;
};

using Doing = int (*)(Desk&);

void on_chosen(CLI::App& command, const std::shared_ptr<Options>& options, int& exit_code, Doing doing) {
  command.add_flag("--json", options->as_json, "print JSON");
  command.callback([options, &exit_code, doing] {
    const auto settings = options->settings.load();
    if (!settings) {
      exit_code = 2;
      return;
    }
    Desk desk(*options, *settings);
    exit_code = doing(desk);
  });
}

void add_live(CLI::App& command, const std::shared_ptr<Options>& options) {
  command.add_flag("--live", options->live, "needed where the account is at a real venue");
  command.add_flag("--yes", options->yes, "answers the question of the first --live, for scripts");
}

void add_place(CLI::App& order, const std::shared_ptr<Options>& options, int& exit_code, const char* side,
               Doing doing) {
  auto* command = order.add_subcommand(side, fmt::format("{} an amount, at a price or at the market", side));
  command->add_option("symbol", options->symbol, "such as binance:BTC-USDT")->required();
  command->add_option("amount", options->words, "AMOUNT [@ PRICE]; without a price: at the market")->required();
  const auto text = [&](const char* option, const char* key, const char* means) {
    command->add_option_function<std::string>(
        option, [options, key](const std::string& value) { options->body[key] = value; }, means);
  };
  const auto flag = [&](const char* option, const char* key, const char* means) {
    command->add_flag_callback(option, [options, key] { options->body[key] = true; }, means);
  };
  text("--type", "type",
       "limit, limit-maker, market, stop-limit, stop-market, take-profit-limit, take-profit-market; unset: limit with "
       "a price, else market");
  text("--tif", "time_in_force", "gtc, ioc, fok or gtd; unset: gtc");
  text("--trigger", "trigger_price", "the price that sets off a stop or take-profit order");
  text("--good-till", "good_till", "of gtd: a duration such as 10m, or a time such as 2026-11-21T10:00:00Z");
  text("--client-id", "client_order_id", "unset: one is made");
  text("--leverage", "leverage", "of a perpetual");
  text("--position", "position_action", "open or close, of a perpetual");
  flag("--post-only", "post_only", "refused where it would trade at once");
  flag("--reduce-only", "reduce_only", "only makes a position smaller");
  flag("--stale-book", "allow_stale_book", "passes the price collar although the book is not Live");
  command->add_option("--extra", options->extra, "NAME=VALUE in the venue's own words; may be repeated")
      ->allow_extra_args(false);
  add_live(*command, options);
  on_chosen(*command, options, exit_code, doing);
}

}  // namespace

void add_order(CLI::App& program, int& exit_code) {
  auto* order = program.add_subcommand("order", "place, watch, amend and cancel orders through a running hub");
  order->footer(examples);
  order->require_subcommand(1);
  auto options = std::make_shared<Options>();
  order->add_option("--address", options->address, "of the hub; unset: http.listen")->type_name("ADDRESS");
  options->settings.add_to(*order);

  add_place(*order, options, exit_code, "buy", [](Desk& desk) { return desk.place("buy"); });
  add_place(*order, options, exit_code, "sell", [](Desk& desk) { return desk.place("sell"); });

  auto* cancel = order->add_subcommand("cancel", "cancel orders by their ids");
  cancel->add_option("ids", options->ids, "client order ids")->required();
  on_chosen(*cancel, options, exit_code, [](Desk& desk) { return desk.cancel(); });

  auto* all = order->add_subcommand("cancel-all", "cancel what is open");
  all->add_option("symbol", options->symbol, "of this alone; unset: everything");
  on_chosen(*all, options, exit_code, [](Desk& desk) { return desk.cancel_all(); });

  auto* amend = order->add_subcommand("amend", "change price, amount or both of an open order");
  amend->add_option("id", options->id, "client order id")->required();
  amend->add_option("change", options->words, "[AMOUNT] [@ PRICE]; the amount is the new total")->required();
  add_live(*amend, options);
  on_chosen(*amend, options, exit_code, [](Desk& desk) { return desk.amend(); });

  auto* status = order->add_subcommand("status", "one order, and what became of it");
  status->add_option("id", options->id, "client order id")->required();
  on_chosen(*status, options, exit_code, [](Desk& desk) { return desk.status(); });

  auto* list = order->add_subcommand("list", "accounts, balances, positions and open orders");
  list->add_flag("--ended", options->ended, "the latest that ended, too");
  on_chosen(*list, options, exit_code, [](Desk& desk) { return desk.list(); });

  auto* watch = order->add_subcommand("watch", "follow an order until it ends");
  watch->add_option("id", options->id, "client order id")->required();
  on_chosen(*watch, options, exit_code, [](Desk& desk) { return desk.watch(); });
}

}  // namespace trunkline::apps
