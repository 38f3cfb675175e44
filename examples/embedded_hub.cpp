// The hub inside a program with a main loop of its own, which reads the bus itself: no callbacks, no extra thread.
// usage: example_embedded_hub binance:BTC-USDT [endpoint]
#include <cstdio>

#include "trunkline/bus/typed_bus.hpp"
#include "trunkline/hub/exchange_hub.hpp"
#include "trunkline/hub/log.hpp"

using namespace trunkline;

int main(int argc, char** argv) {
  const auto symbol = SymbolDescriptor::parse(argc > 1 ? argv[1] : "binance:BTC-USDT");
  if (!symbol) return std::fprintf(stderr, "%s\n", symbol.error().message.c_str()), 2;

  hub::Log log({.level = Severity::Warning});
  hub::ExchangeHub hub({}, log);
  auto config = hub::ExchangeConfig::websocket(symbol->exchange);
  if (argc > 2) config.endpoint(argv[2]);
  if (auto connected = hub.connect_exchange(config); !connected) {
    return std::fprintf(stderr, "%s\n", connected.error().message.c_str()), 1;
  }
  if (auto asked = hub.subscribe_market_data(*symbol, {venue::Channel::Trades}); !asked) {
    return std::fprintf(stderr, "%s\n", asked.error().message.c_str()), 1;
  }
  bus::TradeBus trades(hub.market_data().bus());
  auto reader = trades.subscribe();
  hub.start();

  const Nanos end = monotonic_now() + std::chrono::seconds{10};
  for (int shown = 0; shown < 20 && monotonic_now() < end;) {
    const auto poll = reader.poll();
    if (poll.kind == bus::PollKind::Empty) {
      reader.wait(std::chrono::milliseconds{100});
    } else if (poll.kind == bus::PollKind::Missed) {
      std::printf("missed %lu frames\n", poll.missed);
    } else {
      const auto& trade = *poll.event.trade;
      std::printf("%s %s %s\n", poll.event.bought() ? "buy " : "sell", trade.quantity.to_text().c_str(),
                  trade.price.to_text().c_str());
      ++shown;
    }
  }
  const auto stats = hub.stats();
  std::printf("%lu messages, %lu frames\n", stats.messages, stats.frames);
}
