#include "conformance/order_run.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <set>

#include "tests/support/eventually.hpp"
#include "trunkline/connector/gateway_connector.hpp"

namespace trunkline::conformance {

using namespace order;
using nlohmann::json;

class OrderRun::Heard final : public OrderEventListener, public TradeEventListener {
 public:
  void on_order_event(const OrderEvent& event) override {
    const std::lock_guard lock(mutex);
    std::vector<OrderState>& seen = states[event.order.client_order_id.str()];
    if (seen.empty() || seen.back() != event.order.state) seen.push_back(event.order.state);
  }
  void on_funding(const FundingPayment& payment) override {
    const std::lock_guard lock(mutex);
    fundings.push_back(payment);
  }

  std::mutex mutex;
  std::map<std::string, std::vector<OrderState>> states;
  std::vector<FundingPayment> fundings;
};

OrderRun::OrderRun(const OrderSubject& subject, Options options)
    : subject_(subject), options_(std::move(options)), heard_(std::make_unique<Heard>()) {
  const auto venue = sandbox::SandboxRegistry::find(subject.exchange);
  if (!venue) throw std::runtime_error(venue.error().message);
  auto started = (*venue)->start({.symbols = {*SymbolDescriptor::parse(subject.symbol)}, .rate = 200}, nullptr);
  if (!started) throw std::runtime_error(started.error().message);
  sandbox_ = *std::move(started);
  endpoint_ = sandbox_->endpoint(subject.exchange);
  control_.emplace(endpoint_);
  const auto row = hub::OrderRegistry::find(subject.exchange);
  if (!row) throw std::runtime_error(row.error().message);
  row_ = *row;
  open();
}

OrderRun::~OrderRun() = default;

std::unique_ptr<ConnectorBase> OrderRun::make() {
  connector::GatewayConfig config;
  config.order.name = subject_.exchange;
  config.order.domain = "sandbox";
  config.order.client_ids = row_->client_ids;
  config.order.journal.folder = options_.journal;
  config.order.dead_man = options_.dead_man;
  config.order.risk = {.max_order_notional = Price::absent(), .duplicate_window = Nanos{0}};
  config.order.log = &log_;
  config.order.first_query = 50ms;
  config.order.audit_interval = 2s;
  config.session.backoff = {.first = 20ms, .cap = 200ms};
  config.session.silence_before_ping = 1500ms;
  config.session.pong_timeout = 500ms;
  config.session.endpoints = *net::EndpointMap::make({{"*", endpoint_}});
  auto gateway =
      row_->make({{std::string(row_->sandbox_key), std::string(row_->sandbox_secret)}, std::string_view("sandbox")});
  if (!gateway) throw std::runtime_error(gateway.error().message);
  std::unique_ptr<ConnectorBase> made;
  if (row_->type == ConnectorType::Spot) {
    made = std::make_unique<connector::SpotGatewayConnector>(config, *std::move(gateway), log_);
  } else {
    made = std::make_unique<connector::PerpetualGatewayConnector>(config, *std::move(gateway), log_);
  }
  made->set_order_event_listener(heard_.get());
  made->set_trade_event_listener(heard_.get());
  return made;
}

void OrderRun::open() {
  connector_.reset();
  connector_ = make();
  if (const auto begun = connector_->initialize(); !begun) throw std::runtime_error(begun.error().message);
  connector_->connect();
  if (!until([&] { return connector_->is_ready(); })) throw std::runtime_error("not ready: " + log());
}

void OrderRun::close() {
  connector_->disconnect();
  connector_.reset();
}

TradingRule OrderRun::rule() {
  const auto rule = connector_->get_trading_rule(subject_.symbol);
  if (!rule) throw std::runtime_error("no trading rule of " + subject_.symbol);
  return *rule;
}

bool OrderRun::until(const std::function<bool()>& condition, Nanos limit) {
  return test::eventually(condition, limit);
}

bool OrderRun::reaches(const OrderId& id, OrderState state, Nanos limit) {
  return until(
      [&] {
        const auto now = connector_->tracker().find(id);
        return now && now->state == state && !now->fills_missing();
      },
      limit);
}

InFlightOrder OrderRun::order(const OrderId& id) {
  return connector_->tracker().get_order(id).value_or(InFlightOrder{});
}

Price OrderRun::best(const char* side) {
  const json book =
      sandbox().get(fmt::format("/sandbox/book?market={}&symbol={}&depth=1", subject_.market, rule().venue_symbol));
  return *Price::parse(book[side][0][0].get<std::string>());
}

Price OrderRun::bid(std::int64_t percent) {
  return quantize_price(rule(), Price::from_raw(best("bids").raw() / 100 * percent), TradeType::Buy);
}

Price OrderRun::ask(std::int64_t percent) {
  return quantize_price(rule(), Price::from_raw(best("asks").raw() / 100 * percent), TradeType::Sell);
}

OrderParams OrderRun::wanted(Price price) const {
  OrderParams params{.trading_pair = subject_.symbol, .amount = subject_.amount};
  if (price.is_absent()) {
    params.order_type = OrderType::Market;
  } else {
    params.price = price;
  }
  return params;
}

OrderId OrderRun::rest(std::int64_t percent) {
  const auto id = connector_->buy(wanted(bid(percent)));
  if (!id || !reaches(*id, OrderState::Open)) return {};
  return *id;
}

std::vector<OrderState> OrderRun::states_of(const OrderId& id) {
  const std::lock_guard lock(heard_->mutex);
  return heard_->states[id.str()];
}

std::vector<FundingPayment> OrderRun::fundings() {
  const std::lock_guard lock(heard_->mutex);
  return heard_->fundings;
}

// --- The sandbox ----------------------------------------------------------------------------------------------------

bool OrderRun::struck(const std::string& fault) {
  const json status = sandbox().status();
  return status["faults"]["injected"].value(fault.substr(0, fault.find(':')), 0) > 0;
}

json OrderRun::record() {
  return sandbox().get(fmt::format("/sandbox/account?key={}", row_->sandbox_key));
}

void OrderRun::fill(const OrderId& id, Quantity quantity) {
  sandbox().pause();
  sandbox().post("/sandbox/account/fill",
                 json{{"key", row_->sandbox_key}, {"client_id", id.str()}, {"quantity", quantity.to_text()}}.dump());
}

namespace {

std::string decimal(const json& text) {
  return Quantity::parse(text.get<std::string>())->to_text();
}

bool is_open(const json& order) {
  return order["state"] == "new" || order["state"] == "partially_filled";
}

// What one order of ours came to at the venue, under all its numbers.
struct Sum {
  Quantity filled{};
  Quantity fees{};
  std::set<std::string> trades;
  bool open = false;
};

}  // namespace

std::string OrderRun::difference() {
  const json books = record();
  if (!books.is_object()) return "no books of record";
  std::map<std::string, Sum> theirs;
  for (const json& each : books["orders"]) {
    // An amendment that replaces an order keeps its client id; a conditional order makes another.
    const std::string id = each["client_id"].get<std::string>();
    Sum& sum = theirs[id];
    sum.open |= is_open(each);
    for (const json& fill : each["fills"]) {
      sum.trades.insert(fill["trade_id"].dump());
      sum.filled = Quantity::from_raw(sum.filled.raw() + Quantity::parse(fill["quantity"].get<std::string>())->raw());
      sum.fees = Quantity::from_raw(sum.fees.raw() + Quantity::parse(fill["fee"].get<std::string>())->raw());
    }
  }
  std::set<std::string> known;
  for (const InFlightOrder& ours : connector_->tracker().all_orders()) {
    const std::string id = ours.client_order_id.str();
    const auto found = theirs.find(id);
    known.insert(id);
    if (found == theirs.end()) {
      if (ours.state == OrderState::Failed) continue;  // refused: the venue keeps none
      return fmt::format("the venue never had {}, which is {}", id, wire::to_text(ours.state));
    }
    const Sum& sum = found->second;
    if (ours.is_done() == sum.open) return fmt::format("{} is {} here", id, wire::to_text(ours.state));
    if (ours.filled_amount != sum.filled)
      return fmt::format("{} filled {} here, {} there", id, ours.filled_amount.to_text(), sum.filled.to_text());
    if (ours.fills.size() != sum.trades.size())
      return fmt::format("{} has {} fills here, {} there", id, ours.fills.size(), sum.trades.size());
    Quantity fees{};
    for (const TradeUpdate& fill : ours.fills) fees = Quantity::from_raw(fees.raw() + fill.fee_amount.raw());
    if (fees != sum.fees) return fmt::format("{}: fees {} here, {} there", id, fees.to_text(), sum.fees.to_text());
  }
  for (const auto& [id, sum] : theirs) {
    if (!known.contains(id) && sum.open) return fmt::format("{} is open there, and not known here", id);
  }
  if (!subject_.equity) {
    const json& balances = books["balances"][subject_.market];
    for (const auto& [currency, balance] : balances.items()) {
      const auto ours = connector_->balance(currency);
      const Quantity total = Quantity::from_raw(Quantity::parse(balance["free"].get<std::string>())->raw() +
                                                Quantity::parse(balance["locked"].get<std::string>())->raw());
      if (!ours || ours->total != total) {
        return fmt::format("{} {} here, {} there", ours ? ours->total.to_text() : "no", currency, total.to_text());
      }
    }
  }
  for (const json& each : books["positions"]) {
    if (each["market"] != subject_.market || each["symbol"] != rule().venue_symbol) continue;
    const auto ours = perpetual().get_position(subject_.symbol);
    const std::string here = ours ? ours->quantity.to_text() : "0";
    if (here != decimal(each["amount"])) return fmt::format("a position of {} here, {} there", here, each.dump());
  }
  return {};
}

bool OrderRun::ends_equal(Nanos limit) {
  const Nanos deadline = monotonic_now() + limit;
  while (monotonic_now() < deadline) {
    if (!until([&] { return connector_->is_ready(); }, deadline - monotonic_now())) return false;
    connector_->cancel_all();
    const bool equal =
        until([&] { return connector_->tracker().active_order_count() == 0 && difference().empty(); }, 3s);
    if (equal) return true;
  }
  return false;
}

}  // namespace trunkline::conformance
