#include "sandbox/binance/server.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <fmt/format.h>
#include <future>

#include "sandbox/binance/core.hpp"
#include "sandbox/binance/text.hpp"

namespace trunkline::sandbox::binance {
namespace {

constexpr Nanos step = std::chrono::milliseconds{2};
constexpr Nanos most_behind = std::chrono::milliseconds{500};  // of the flow; what is beyond is skipped
constexpr Nanos farewell = std::chrono::seconds{3};

std::set<Market> markets_of(const std::vector<Instrument>& instruments) {
  std::set<Market> markets;
  for (const Instrument& instrument : instruments) markets.insert(instrument.market);
  return markets;
}

RestOptions rest_options(const BinanceSandboxOptions& options) {
  RestOptions rest = options.rest;
  rest.order_limits = options.trading.order_limits;
  return rest;
}

}  // namespace

BinanceSandbox::Core::Core(BinanceSandboxOptions given, EventLog* given_log, Exchange given_exchange,
                           std::optional<Replay> given_replay, Nanos began)
    : options(std::move(given)),
      log(given_log),
      exchange(std::move(given_exchange)),
      replay(std::move(given_replay)),
      board(exchange, faults, replay.has_value()),
      websocket(board, faults),
      rest(exchange, faults, rest_options(options),
           [this](Nanos delay, std::function<void()> what) { later(delay, std::move(what)); }),
      trading(
          options.trading, exchange, rest, faults,
          [this](Nanos delay, std::function<void()> what) { later(delay, std::move(what)); }, board),
      timer(io),
      started(monotonic_now()),
      flow_origin(began) {
  if (replay) {
    rest.set_depth_source([this](Market, const Instrument& instrument, std::size_t limit, net::Responder responder) {
      replay->depth(instrument, limit, std::move(responder));
    });
  }
}

Result<void> BinanceSandbox::Core::listen() {
  for (std::size_t i = 0; i < options.markets.size(); ++i) {
    const Market home = options.markets[i];
    net::HttpServerOptions server;
    server.address = options.address;
    server.port = options.port == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(options.port + i);
    server.websocket_ping_after = Nanos{0};  // the venue's own pings instead
    net::HttpServer::Handlers handlers;
    handlers.on_request = [this, home](const net::HttpRequest& request, net::Responder responder) {
      answer(request, home, std::move(responder));
    };
    handlers.check_websocket = [this, home](const net::HttpRequest& request) -> std::optional<net::HttpResponse> {
      if (monotonic_now() < down_until) {
        net::HttpResponse down;
        down.status = 503;
        down.close = true;
        return down;
      }
      if (const auto market = websocket_trading_market(request.path); market && exchange.serves(*market))
        return std::nullopt;
      const auto endpoint = parse_endpoint(request, home);
      if (endpoint && exchange.serves(endpoint->market)) return std::nullopt;
      net::HttpResponse refused;
      refused.status = 404;
      refused.body = "{}";
      return refused;
    };
    handlers.on_websocket = [this, home](const net::HttpRequest& request,
                                         std::shared_ptr<net::WebSocketServerConnection> socket) {
      accept(request, home, std::move(socket));
    };
    auto listening = net::HttpServer::listen(io, std::move(server), std::move(handlers));
    if (!listening) return std::unexpected(listening.error());
    ports_at_start.emplace_back(home, listening->port());
    ports.push_back({home, std::move(*listening)});
  }
  return {};
}

void BinanceSandbox::Core::begin() {
  pump();
}

void BinanceSandbox::Core::shut() {
  if (shutting) return;
  shutting = true;
  timer.cancel();
  for (auto& [id, connection] : connections) {
    board.remove(*connection);
    trading.streams.remove(*connection);
  }
  connections.clear();
  due.clear();
  ports.clear();
  io.stop();
}

void BinanceSandbox::Core::pump() {
  if (shutting) return;
  const Nanos now = monotonic_now();
  if (replay) {
    if (!paused) replay->pump(now, board);
  } else if (!paused) {
    const Nanos behind = now - flow_origin - exchange.virtual_now();
    if (behind > most_behind) {
      const Nanos skipped = behind - step;
      flow_origin += skipped;
      exchange.shift(skipped);
    }
    exchange.advance(now - flow_origin, board);
    trading.advance();
  }
  while (!due.empty() && due.begin()->first <= now) {
    const auto what = std::move(due.begin()->second);
    due.erase(due.begin());
    what();
    if (shutting) return;
  }
  board.flush(now);
  if (now >= next_house) keep_house(now);
  timer.expires_after(step);
  timer.async_wait([this](const net::error_code& error) {
    if (!error) pump();
  });
}

void BinanceSandbox::Core::keep_house(Nanos now) {
  next_house = now + std::chrono::milliseconds{50};
  trading.keep_house();
  for (auto& [id, connection] : connections) {
    Connection& c = *connection;
    if (c.deaf || c.gone) continue;
    const bool spot = c.market == Market::Spot;
    const Nanos every = spot ? options.spot_ping : options.futures_ping;
    const Nanos patience = spot ? options.spot_pong_timeout : options.futures_pong_timeout;
    if (now - c.opened >= options.maximum_age) {
      c.gone = true;
      c.socket->close(1001, "Connection age limit reached");
    } else if (now - c.last_pong >= every + patience) {
      c.gone = true;
      c.socket->close(1008, "Pong timeout");
    } else if (now - c.last_ping >= every) {
      c.last_ping = now;
      c.socket->ping(std::to_string(unix_now() / std::chrono::milliseconds{1}));
    }
  }
  for (auto& [id, connection] : connections) {
    if (!connection->gone || leaving.contains(id)) continue;
    board.remove(*connection);
    trading.streams.remove(*connection);
    leaving.emplace(id, now + farewell);
  }
  std::erase_if(leaving, [&](const auto& entry) {
    if (now < entry.second) return false;
    connections.erase(entry.first);
    return true;
  });
}

void BinanceSandbox::Core::accept(const net::HttpRequest& request, Market home,
                                  std::shared_ptr<net::WebSocketServerConnection> socket) {
  const auto api = websocket_trading_market(request.path);
  const auto endpoint = api ? Endpoint{*api} : parse_endpoint(request, home);
  if (!endpoint) return;
  const auto owned = std::make_shared<Connection>();
  Connection& connection = *owned;
  connection.id = next_connection++;
  connection.socket = std::move(socket);
  connection.market = endpoint->market;
  connection.route = endpoint->route;
  connection.combined = endpoint->combined;
  connection.opened = connection.last_ping = connection.last_pong = monotonic_now();
  connections.emplace(connection.id, owned);
  report("sandbox_client_connected", {{"id", std::to_string(connection.id)}, {"target", request.target}});
  connection.socket->on_pong([&connection](std::string_view) { connection.last_pong = monotonic_now(); });
  connection.socket->on_close([this, &connection](std::uint16_t code, std::string_view reason) {
    connection.gone = true;
    report("sandbox_client_gone",
           {{"id", std::to_string(connection.id)}, {"code", std::to_string(code)}, {"reason", std::string(reason)}});
  });
  if (api) {
    connection.api = true;
    connection.socket->on_message([this, back = std::weak_ptr(owned)](auto, std::string_view text) {
      if (const auto alive = back.lock()) trading.websocket.message(alive, text);
    });
    return;
  }
  if (connection.market == Market::Usdm) {
    for (const std::string& name : endpoint->streams) trading.streams.attach(connection, name);
    if (const auto key = request.parameter("listenKey")) trading.streams.attach(connection, *key);
  }
  websocket.open(connection, endpoint->streams);
  connection.socket->on_message([this, &connection](net::WebSocketServerConnection::Kind, std::string_view text) {
    websocket.message(connection, text, monotonic_now());
  });
}

void BinanceSandbox::Core::answer(const net::HttpRequest& request, Market home, net::Responder responder) {
  if (auto books = trading.books.answer(request)) return responder.respond(std::move(*books));
  if (request.path.starts_with("/sandbox/")) return answer_control(*this, request, std::move(responder), to_text(home));
  if (monotonic_now() < down_until) return responder.reset();
  if (trading.rest.handle(request, responder) || rest.handle(request, responder)) return;
  net::HttpResponse response;
  response.status = 404;
  response.body = error_body(-5000, fmt::format("Path {}, Method {} is invalid", request.path, request.method));
  responder.respond(std::move(response));
}

void BinanceSandbox::Core::later(Nanos delay, std::function<void()> what) {
  due.emplace(monotonic_now() + delay, std::move(what));
}

void BinanceSandbox::Core::report(std::string_view name, std::vector<std::pair<std::string_view, std::string>> fields) {
  if (log == nullptr) return;
  Event event;
  event.name = name;
  event.connector = "binance_sandbox";
  event.fields = std::move(fields);
  log->write(event);
}

// ---- BinanceSandbox

namespace {

Result<std::shared_ptr<BinanceSandbox::Core>> make_core(BinanceSandboxOptions options, EventLog* log) {
  std::optional<Replay> replay;
  Exchange exchange;
  const Nanos began = monotonic_now();
  if (!options.replay.files.empty()) {
    auto loaded = Replay::load(options.replay);
    if (!loaded) return std::unexpected(loaded.error());
    replay = std::move(*loaded);
    std::vector<Instrument> instruments = replay->instruments();
    const std::set<Market> recorded = markets_of(instruments);
    options.markets.assign(recorded.begin(), recorded.end());
    exchange = Exchange::listing_only(std::move(instruments));
  } else {
    if (options.markets.empty() || options.symbols.empty() || !(options.rate > 0))
      return fail(ErrorCode::InvalidArgument, "a sandbox needs a market, a symbol and a rate above 0");
    auto made = Exchange::with_flow({options.markets, options.symbols, options.seed, options.rate}, unix_now());
    if (!made) return std::unexpected(made.error());
    exchange = std::move(*made);
  }
  auto core =
      std::make_shared<BinanceSandbox::Core>(std::move(options), log, std::move(exchange), std::move(replay), began);
  for (const std::string& spec : core->options.faults) {
    auto fault = parse_fault(spec);
    if (!fault) return std::unexpected(fault.error());
    if (auto armed = core->arm(std::move(*fault)); !armed) return std::unexpected(armed.error());
  }
  if (auto listening = core->listen(); !listening) return std::unexpected(listening.error());
  std::vector<std::pair<std::string_view, std::string>> fields;
  for (const auto& port : core->ports)
    fields.emplace_back(to_text(port.market), fmt::format("{}:{}", core->options.address, port.server.port()));
  core->report("sandbox_listening", std::move(fields));
  return core;
}

}  // namespace

template <class What>
auto BinanceSandbox::Core::call(What what) -> decltype(what()) {
  if (!thread.joinable()) return what();  // stopped: nobody else is there
  std::promise<decltype(what())> promise;
  auto future = promise.get_future();
  net::asio::post(io, [&] { promise.set_value(what()); });
  return future.get();
}

BinanceSandbox::BinanceSandbox(std::shared_ptr<Core> core) : core_(std::move(core)) {}

BinanceSandbox::~BinanceSandbox() {
  stop();
}

Result<std::unique_ptr<BinanceSandbox>> BinanceSandbox::start(BinanceSandboxOptions options, EventLog* log) {
  auto core = make_core(std::move(options), log);
  if (!core) return std::unexpected(core.error());
  std::unique_ptr<BinanceSandbox> sandbox(new BinanceSandbox(*core));
  Core* const running = core->get();
  running->thread = std::thread([running] {
    running->begin();
    running->io.run();
  });
  return sandbox;
}

void BinanceSandbox::stop() {
  if (!core_->thread.joinable()) return;
  net::asio::post(core_->io, [core = core_.get()] { core->shut(); });
  core_->thread.join();
}

std::uint16_t BinanceSandbox::port() const noexcept {
  return core_->ports_at_start.empty() ? std::uint16_t{0} : core_->ports_at_start.front().second;
}

std::uint16_t BinanceSandbox::port(Market market) const noexcept {
  for (const auto& [home, port] : core_->ports_at_start)
    if (home == market) return port;
  return 0;
}

Result<void> BinanceSandbox::inject(std::string_view fault_spec) {
  auto fault = parse_fault(fault_spec);
  if (!fault) return std::unexpected(fault.error());
  const auto armed = core_->call([&] { return core_->arm(*fault); });
  if (!armed) return std::unexpected(armed.error());
  return {};
}

std::string BinanceSandbox::status() const {
  return core_->call([&] { return core_->status(); });
}

Result<Book> BinanceSandbox::book(Market market, std::string_view symbol, std::uint64_t update_id) const {
  return core_->call([&]() -> Result<Book> {
    const Instrument* const in = core_->exchange.instrument(market, symbol);
    if (in == nullptr)
      return fail(ErrorCode::NotFound, fmt::format("{} does not list '{}'", to_text(market), excerpt(symbol)));
    return core_->book(*in, update_id);
  });
}

int run_binance_sandbox(const BinanceSandboxOptions& options, EventLog* log) {
  auto core = make_core(options, log);
  if (!core) {
    if (log != nullptr) {
      Event event;
      event.severity = Severity::Error;
      event.name = "sandbox_cannot_start";
      event.connector = "binance_sandbox";
      event.fields.emplace_back("reason", core.error().message);
      log->write(event);
    }
    return 1;
  }
  net::asio::signal_set signals((*core)->io, SIGINT, SIGTERM);
  signals.async_wait([&](const net::error_code& error, int) {
    if (!error) (*core)->shut();
  });
  (*core)->begin();
  (*core)->io.run();
  return 0;
}

}  // namespace trunkline::sandbox::binance
