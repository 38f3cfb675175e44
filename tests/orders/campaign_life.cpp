#include <csignal>
#include <fstream>
#include <random>
#include <unistd.h>

#include "tests/orders/campaign.hpp"
#include "tests/orders/campaign_venue.hpp"
#include "trunkline/core/crash_point.hpp"

namespace trunkline::test {
namespace {

using nlohmann::json;
using namespace order;

std::string crash_at;
std::atomic<int> crash_left{0};

void crash(std::string_view point) {
  if (point == crash_at && crash_left.fetch_sub(1) == 1) ::kill(::getpid(), SIGKILL);
}

// Exits with what failed.
[[noreturn]] void give_up(const QuietLog& log, std::string_view what) {
  std::fprintf(stderr, "campaign: %.*s\n%s", static_cast<int>(what.size()), what.data(), log.text().c_str());
  std::_Exit(3);
}

class Trader {
 public:
  Trader(OrderConnector& connector, const CampaignVenue& venue, const Life& life)
      : connector_(connector),
        venue_(venue),
        chance_(life.seed),
        bid_(*Price::parse(life.bid)),
        ask_(*Price::parse(life.ask)) {}

  void act() {
    const unsigned choice = draw(100);
    const auto active = connector_.tracker().active_orders();
    if (choice < 50 || active.empty()) return place(1);
    if (choice < 60) return place(2 + draw(3));
    const InFlightOrder& order = active[draw(active.size())];
    if (choice < 80) {
      static_cast<void>(connector_.cancel(order.client_order_id));
    } else if (choice < 85) {
      static_cast<void>(
          connector_.cancel_batch(std::vector{order.client_order_id.str(), active.front().client_order_id.str()}));
    } else {
      amend(order);
    }
  }

 private:
  unsigned draw(std::size_t below) { return static_cast<unsigned>(chance_() % below); }

  void place(unsigned count) {
    if (count == 1) {
      const auto [side, params] = any_order();
      static_cast<void>(connector_.place(side, params));
      return;
    }
    std::vector<std::pair<TradeType, OrderParams>> batch;
    while (batch.size() < count) batch.push_back(any_order());
    static_cast<void>(connector_.place_batch(batch));
  }

  std::pair<TradeType, OrderParams> any_order() {
    const bool buying = draw(2) == 0;
    // From one hundredth away to one beyond the other side.
    const std::int64_t basis = buying ? 9'900 + draw(150) : 10'100 - draw(150);
    const Price near = buying ? bid_ : ask_;
    OrderParams params{.trading_pair = venue_.trading_pair,
                       .amount = Quantity::from_raw((1 + draw(20)) * venue_.amount_unit),
                       .price = Price::from_raw(near.raw() / 10'000 * basis)};
    const unsigned kind = draw(10);
    if (kind == 0) params.order_type = OrderType::Market;
    if (kind == 1) params.post_only = true;
    if (kind == 2) params.time_in_force = TimeInForce::Ioc;
    if (kind == 0) params.price = {};
    return {buying ? TradeType::Buy : TradeType::Sell, params};
  }

  void amend(const InFlightOrder& order) {
    AmendParams params;
    if (draw(2) == 0) {
      params.amount = Quantity::from_raw(order.amount.raw() / 2);
    } else {
      params.price =
          Price::from_raw(order.price.is_absent() ? bid_.raw() : order.price.raw() / 1'000 * (995 + draw(10)));
    }
    static_cast<void>(connector_.amend(order.client_order_id, params));
  }

  OrderConnector& connector_;
  const CampaignVenue& venue_;
  std::mt19937_64 chance_;
  Price bid_;
  Price ask_;
};

json belief(const OrderConnector& connector, const CampaignVenue& venue) {
  json orders = json::array();
  for (const InFlightOrder& order : connector.tracker().all_orders()) {
    json fills = json::array();
    for (const TradeUpdate& fill : order.fills) {
      fills.push_back({{"trade_id", fill.trade_id.str()},
                       {"price", fill.fill_price.to_text()},
                       {"quantity", fill.fill_base_amount.to_text()},
                       {"fee", fill.fee_amount.to_text()},
                       {"maker", fill.liquidity == Liquidity::Maker}});
    }
    orders.push_back({{"client_id", order.client_order_id.str()},
                      {"state", std::string(wire::to_text(order.state))},
                      {"filled", order.filled_amount.to_text()},
                      {"amount", order.amount.to_text()},
                      {"fills", fills}});
  }
  json positions = json::object();
  std::int64_t gains = 0;
  for (const Position& position : connector.positions()) {
    positions[std::to_string(position.trading_pair)] = position.quantity.to_text();
    if (venue.total_has_gains && !position.quantity.is_zero()) gains += position.unrealized_pnl.raw();
  }
  json balances = json::object();
  for (const BalanceUpdate& balance : connector.balances())
    balances[balance.currency.str()] = Quantity::from_raw(balance.total.raw() - gains).to_text();
  const auto counters = connector.tracker().counters();
  return {{"orders", orders},
          {"balances", balances},
          {"positions", positions},
          {"alarms", counters.alarms},
          {"duplicate_fills", counters.duplicate_fills}};
}

int trade(const Life& life) {
  const CampaignVenue& venue = campaign_venue(life.exchange);
  QuietLog log;
  const std::unique_ptr<OrderConnector> owned = venue.connect(life, log);
  OrderConnector& connector = *owned;
  if (const auto ready = connector.initialize(); !ready) give_up(log, ready.error().message);
  connector.connect();
  if (!eventually([&] { return connector.is_ready(); }, 30s)) give_up(log, "does not become ready");
  if (life.actions > 0) {
    Trader trader(connector, venue, life);
    // A point that is rarely passed is waited for.
    const Nanos until = monotonic_now() + std::chrono::seconds{30};
    for (int i = 0; i < life.actions || (!life.crash_at.empty() && monotonic_now() < until); ++i) {
      trader.act();
      // Some at once, some after what they asked for is answered.
      if (i % 4 == 3) std::this_thread::sleep_for(2ms);
    }
    eventually([] { return false; }, 300ms);  // a crash that was ordered may still come
    std::_Exit(0);                            // without a goodbye: as good as a kill
  }
  if (!eventually(
          [&] {
            connector.cancel_all();
            std::this_thread::sleep_for(100ms);
            return connector.is_ready() && connector.tracker().active_order_count() == 0;
          },
          130s)) {  // a minute's request weight may be used up
    give_up(log, "orders stay open");
  }
  const auto whole = [&] {
    for (const InFlightOrder& order : connector.tracker().all_orders()) {
      if (order.fills_missing()) return false;
    }
    return true;
  };
  if (!eventually(whole, 20s)) give_up(log, "fills stay missing");
  // Balances as the account itself tells them, once more.
  const auto reconciled = connector.counters().reconciliations;
  if (!eventually([&] { return connector.counters().reconciliations > reconciled + 1; }, 20s)) {
    give_up(log, "is not reconciled again");
  }
  std::ofstream(life.dump) << belief(connector, venue).dump();
  connector.disconnect();
  return 0;
}

}  // namespace

int live(const Life& life) {
  crash_at = life.crash_at;
  crash_left = life.crash_hit;
  if (!crash_at.empty()) crash_hook = crash;
  std::thread killer;
  if (life.kill_after_ms > 0) {
    killer = std::thread([after = life.kill_after_ms] {
      std::this_thread::sleep_for(std::chrono::milliseconds(after));
      ::kill(::getpid(), SIGKILL);
    });
    killer.detach();
  }
  return trade(life);
}

}  // namespace trunkline::test
