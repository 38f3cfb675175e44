// A strategy in forty lines: watches the spread of every book, and says when it cannot trust one.
// usage: example_spread_strategy binance:BTC-USDT [endpoint]
#include <cstdio>
#include <thread>

#include "trunkline/hub/exchange_hub.hpp"
#include "trunkline/hub/log.hpp"

using namespace trunkline;

class SpreadStrategy final : public hub::Strategy {
 public:
  void on_trade(const bus::TradeEvent& event) override {
    traded_ = checked_add(traded_, event.trade->quantity).value_or(traded_);
  }
  void on_book(const book::Book& book) override {
    if (!book.live()) {
      std::printf("book not to be trusted: %s\n", std::string(to_text(book.reason())).c_str());
      return;
    }
    const auto bid = book.ladder().best_bid();
    const auto ask = book.ladder().best_ask();
    if (bid.price.is_absent() || ask.price.is_absent() || ++updates_ % 100 != 1) return;
    const auto spread = checked_subtract(ask.price, bid.price);
    std::printf("bid %s ask %s spread %s traded %s\n", bid.price.to_text().c_str(), ask.price.to_text().c_str(),
                spread->to_text().c_str(), traded_.to_text().c_str());
  }
  void on_missed(std::uint64_t frames) override { std::printf("missed %lu frames\n", frames); }

 private:
  Quantity traded_;
  std::uint64_t updates_ = 0;
};

int main(int argc, char** argv) {
  const auto symbol = SymbolDescriptor::parse(argc > 1 ? argv[1] : "binance:BTC-USDT");
  if (!symbol) return std::fprintf(stderr, "%s\n", symbol.error().message.c_str()), 2;
  hub::Log log({.level = Severity::Warning});
  hub::ExchangeHub hub({}, log);
  hub.add_strategy(std::make_unique<SpreadStrategy>());
  auto config = hub::ExchangeConfig::websocket(symbol->exchange);
  if (argc > 2) config.endpoint(argv[2]);
  if (auto connected = hub.connect_exchange(config); !connected)
    return std::fprintf(stderr, "%s\n", connected.error().message.c_str()), 1;
  if (auto asked = hub.subscribe_market_data(*symbol); !asked)
    return std::fprintf(stderr, "%s\n", asked.error().message.c_str()), 1;
  hub.start();
  std::this_thread::sleep_for(std::chrono::seconds{10});
}
