// Quotes both sides of a book at its best prices for some seconds, on a Binance sandbox, and says what it came to.
// usage: example_quoting_strategy [binance:BTC-USDT] [http://127.0.0.1:9010] [seconds]
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "trunkline/hub/log.hpp"
#include "trunkline/hub/order_desk.hpp"

using namespace trunkline;
using namespace std::chrono_literals;

// On the connector's thread.
class FillPrinter final : public order::TradeEventListener {
 public:
  void on_trade(const order::TradeEvent& event) override {
    std::printf("%s %s @ %s, fee %s %s\n", std::string(wire::to_text(event.trade.side)).c_str(),
                event.trade.fill_base_amount.to_text().c_str(), event.trade.fill_price.to_text().c_str(),
                event.trade.fee_amount.to_text().c_str(), event.trade.fee_currency.str().c_str());
  }
};

class Quoter final : public hub::Strategy {
 public:
  Quoter(order::ConnectorBase& connector, std::string symbol) : connector_(connector), symbol_(std::move(symbol)) {}

  // On the strategy's thread.
  void on_book(const book::Book& book) override {
    if (!quoting_ || !book.live() || !connector_.is_ready() || monotonic_now() < next_) return;
    next_ = monotonic_now() + 300ms;  // the venue counts orders
    quote(order::TradeType::Buy, book.ladder().best_bid().price);
    quote(order::TradeType::Sell, book.ladder().best_ask().price);
  }
  void stop() { quoting_ = false; }

 private:
  // One order a side. It stays while its price is the best; else it is cancelled, and the next book places a new one.
  void quote(order::TradeType side, Price best) {
    order::OrderId& id = ids_[static_cast<std::size_t>(side)];
    const auto resting = connector_.tracker().find(id);
    if (resting && resting->is_active()) {
      if (resting->price != best && !resting->cancel_requested) (void)connector_.cancel(id);
      return;
    }
    const auto placed =
        connector_.place(side, {.trading_pair = symbol_, .amount = "0.01", .price = best, .post_only = true});
    if (placed) id = *placed;
    if (!placed) std::fprintf(stderr, "not quoted: %s\n", placed.error().message.c_str());
  }

  order::ConnectorBase& connector_;
  std::string symbol_;
  Nanos next_{0};
  order::OrderId ids_[2];
  std::atomic<bool> quoting_{true};
};

int main(int argc, char** argv) {
  const auto symbol = SymbolDescriptor::parse(argc > 1 ? argv[1] : "binance:BTC-USDT");
  const std::string endpoint = argc > 2 ? argv[2] : "http://127.0.0.1:9010";
  const std::chrono::seconds time{argc > 3 ? std::atoi(argv[3]) : 10};
  if (!symbol) return std::fprintf(stderr, "%s\n", symbol.error().message.c_str()), 2;
  hub::Log log({.level = Severity::Error});
  hub::ExchangeHub hub({}, log);
  if (auto connected = hub.connect_exchange(hub::ExchangeConfig::websocket(symbol->exchange).endpoint(endpoint));
      !connected)
    return std::fprintf(stderr, "%s\n", connected.error().message.c_str()), 1;
  if (auto asked = hub.subscribe_market_data(*symbol); !asked)
    return std::fprintf(stderr, "%s\n", asked.error().message.c_str()), 1;

  FillPrinter fills;
  hub::OrderDesk desk(hub, log);
  hub::OrderAccountConfig account{.exchange = symbol->exchange, .domain = "sandbox", .endpoint = endpoint};
  account.credentials = {"sandbox-key", "sandbox-secret"};  // a sandbox forgets: no journal is kept
  if (auto opened = desk.open(account); !opened) return std::fprintf(stderr, "%s\n", opened.error().message.c_str()), 1;
  hub::OrderAccount& traded = *desk.find(symbol->exchange);
  auto* const quoter = new Quoter(traded.connector(), symbol->to_text());
  traded.set_listeners(nullptr, &fills, nullptr);
  hub.add_strategy(std::unique_ptr<hub::Strategy>(quoter));
  hub.start();
  desk.start();
  std::this_thread::sleep_for(time);

  quoter->stop();
  const Nanos until = monotonic_now() + 10s;
  while (traded.connector().tracker().active_order_count() != 0 && monotonic_now() < until) {
    traded.connector().cancel_all();
    std::this_thread::sleep_for(50ms);
  }
  const auto mark = desk.prices().live(symbol->hash()).value_or(order::BestPrices{});
  for (const hub::Turnover& all : traded.history().turnovers())
    std::printf("%lu fills, bought %s, sold %s, PnL %s %s\n", all.fills, all.bought.to_text().c_str(),
                all.sold.to_text().c_str(), all.profit(mark, symbol->base, symbol->quote).to_text().c_str(),
                symbol->quote.c_str());
  std::printf("%zu orders open\n", traded.connector().tracker().active_order_count());
  desk.stop();
  hub.stop();
}
