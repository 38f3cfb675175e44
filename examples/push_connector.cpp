// A connector of one's own that pushes: here a feed that counts, in place of an exchange.
// usage: example_push_connector
#include <atomic>
#include <cstdio>
#include <thread>

#include "trunkline/connector/exchange_connector.hpp"
#include "trunkline/hub/exchange_hub.hpp"
#include "trunkline/hub/log.hpp"

using namespace trunkline;

class MyConnector final : public connector::IExchangeConnector {
 public:
  explicit MyConnector(EventLog& log) : IExchangeConnector({.name = "myexchange", .log = &log}) {
    btc_ = add_symbol({.symbol = SymbolDescriptor::spot("myexchange", "BTC", "USD"),
                       .venue_symbol = "BTC/USD",
                       .integrity = wire::Integrity::Sequenced,
                       .tick = Price::from_raw(Price::one / 100)});
  }
  ~MyConnector() override { stop(); }

  std::string exchange_id() const override { return "myexchange"; }
  void start() override {
    if (running_.exchange(true)) return;
    thread_ = std::thread([this] { run(); });
  }
  void stop() override {
    running_ = false;
    if (thread_.joinable()) thread_.join();
  }

 private:
  // What an exchange would send: here the book of one bid and one ask that walk upwards, with a number missing at 50.
  void run() {
    emit_connection(wire::ConnectionState::Connected, "wss://stream.myexchange.example");
    for (std::uint64_t number = 1; running_; ++number) {
      if (number == 50) ++number;
      if (number % 10 == 0) on_trade_message(number);
      on_book_message(number);
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    emit_connection(wire::ConnectionState::Stopped);
  }

  void on_trade_message(std::uint64_t number) {
    emit_trade({.symbol = btc_,
                .price = price_at(number),
                .quantity = Quantity::from_int(1),
                .side = connector::TakerSide::Buy,
                .trade_id = number,
                .exchange_time = unix_now()});
  }

  void on_book_message(std::uint64_t number) {
    last_ = number;
    auto update = acquire_book_update();
    if (!update) return;  // 64 are held; here each is given back below
    connector::BookUpdate& book = **update;
    book.symbol = btc_;
    book.update_id = number;
    book.previous_update_id = number - 1;
    book.exchange_time = unix_now();
    book.bids = {{price_at(number - 1), Quantity{}}, {price_at(number), Quantity::from_int(2)}};
    emit_book_update(std::move(*update));
  }

  // Called when a change does not follow on the one before, here 51 on 49, and before there is any book.
  void request_snapshot(SymbolHash symbol) override {
    std::printf("snapshot asked for\n");
    connector::BookUpdate whole;
    whole.symbol = symbol;
    whole.kind = connector::BookUpdateKind::Snapshot;
    whole.update_id = last_;
    whole.bids = {{price_at(last_), Quantity::from_int(2)}};
    whole.asks = {{Price::from_int(1'000'000), Quantity::from_int(1)}};
    emit_book_update(whole);
  }

  static Price price_at(std::uint64_t number) { return Price::from_int(100 + static_cast<std::int64_t>(number)); }

  SymbolHash btc_;
  std::uint64_t last_ = 0;
  std::atomic<bool> running_{false};
  std::thread thread_;
};

class Watcher final : public hub::Strategy {
 public:
  explicit Watcher(std::atomic<int>& resyncs) : resyncs_(resyncs) {}
  void on_trade(const bus::TradeEvent& event) override {
    std::printf("trade %s\n", event.trade->price.to_text().c_str());
  }
  void on_book(const book::Book& book) override { resyncs_ = static_cast<int>(book.resyncs()); }

 private:
  std::atomic<int>& resyncs_;
};

int main() {
  std::atomic<int> resyncs{0};
  hub::Log log({.level = Severity::Warning});
  hub::ExchangeHub hub({}, log);
  hub.add_strategy(std::make_unique<Watcher>(resyncs));
  const auto connector = std::make_shared<MyConnector>(log);
  if (auto added = hub.add_connector(connector); !added)
    return std::fprintf(stderr, "%s\n", added.error().message.c_str()), 1;
  hub.start();
  for (const Nanos end = monotonic_now() + std::chrono::seconds{10}; resyncs == 0 && monotonic_now() < end;)
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  hub.stop();
  std::printf("%lu frames, the book came back %d time\n", connector->report().frames, resyncs.load());
}
