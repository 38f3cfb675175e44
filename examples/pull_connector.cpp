// A connector that is asked for events: a client library, here one that makes its data up, in a ConnectorWrapper.
// usage: example_pull_connector [relay socket]
#include <atomic>
#include <cstdio>
#include <thread>

#include "trunkline/bus/typed_bus.hpp"
#include "trunkline/connector/connector_factory.hpp"
#include "trunkline/connector/connector_stream.hpp"
#include "trunkline/hub/log.hpp"
#include "trunkline/relay/unix_socket_writer.hpp"

using namespace trunkline;

class MyWrapper final : public connector::ConnectorWrapper {
 public:
  Result<void> connect() override {
    connected_ = true;
    return {};
  }
  void disconnect() override { connected_ = false; }
  Result<void> subscribe_trades(std::string_view) override { return {}; }
  Result<void> subscribe_depth(std::string_view) override { return {}; }
  bool is_connected() const override { return connected_; }

  Result<std::optional<connector::ConnectorEvent>> next_event(Nanos timeout) override {
    std::this_thread::sleep_for(std::min<Nanos>(timeout, std::chrono::milliseconds{2}));
    ++events_;
    if (events_ % 2 == 0) {
      return connector::DepthFields{.timestamp = unix_now().count(),
                                    .bids = {{"100.0", "1.0"}, {"99.9", "2.0"}},
                                    .asks = {{"100.1", "1.0"}, {"100.2", "2.0"}},
                                    .last_update_id = events_};
    }
    return connector::TradeFields{.timestamp = "2024-01-15T12:34:56.789Z",
                                  .price = events_ == 5 ? "cheap" : "100.1",  // this one cannot be read
                                  .qty = "0.5",
                                  .side = "buy",
                                  .is_buyer_maker = false,
                                  .id = std::to_string(events_)};
  }

  connector::HealthStatus get_health_status() const override {
    return {.connected = connected_, .event_counter = events_};
  }

 private:
  std::atomic<bool> connected_{false};
  std::atomic<std::uint64_t> events_{0};
};

int main(int argc, char** argv) {
  hub::Log log({.level = Severity::Warning});
  auto& factory = connector::ConnectorFactory::instance();
  const auto registered = factory.register_connector(
      "mine", [](const connector::ConnectorRequest& request) -> Result<std::shared_ptr<connector::IExchangeConnector>> {
        auto stream = std::make_shared<connector::ConnectorStream>(
            connector::ConnectorStreamConfig{.exchange = request.exchange, .log = request.log},
            std::make_unique<MyWrapper>());
        for (const SymbolDescriptor& symbol : request.symbols) {
          if (auto asked = stream->subscribe(symbol, request.channels); !asked) return std::unexpected(asked.error());
        }
        return stream;
      });
  const auto symbol = SymbolDescriptor::spot("myexchange", "BTC", "USD");
  auto made = factory.create("mine", {.exchange = "myexchange", .symbols = {symbol}, .log = &log});
  if (!registered || !made) return std::fprintf(stderr, "no connector\n"), 1;
  const auto connector = *made;

  bus::Bus bus;
  bus.add(*connector->ring());
  auto reader = bus::TradeBus(bus).subscribe();
  // With a socket the frames also go to the relay there, as those of a collector's process do.
  net::asio::io_context io;
  std::unique_ptr<relay::UnixSocketWriter> writer;
  if (argc > 1) {
    writer = std::make_unique<relay::UnixSocketWriter>(io, relay::UnixSocketWriterConfig{.socket = argv[1]},
                                                       bus.subscribe(), &log);
  }
  connector->start();
  const Nanos end = monotonic_now() + std::chrono::seconds{argc > 1 ? 3 : 10};
  for (int shown = 0; (argc > 1 || shown < 5) && monotonic_now() < end;) {
    io.run_for(std::chrono::milliseconds{argc > 1 ? 10 : 0});
    const auto poll = reader.poll();
    if (poll.kind == bus::PollKind::Empty) {
      reader.wait(std::chrono::milliseconds{10});
    } else if (poll.kind == bus::PollKind::Frame && shown++ < 5) {
      std::printf("trade %s %s\n", poll.event.trade->price.to_text().c_str(),
                  poll.event.trade->quantity.to_text().c_str());
    }
  }
  connector->stop();
  std::printf("%lu events could not be read\n", connector->report().parse_errors);
}
