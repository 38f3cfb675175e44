#include "sandbox/alpaca/server.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "sandbox/alpaca/exchange.hpp"
#include "sandbox/alpaca/rest_api.hpp"
#include "sandbox/alpaca/stream.hpp"

namespace trunkline::sandbox::alpaca {
namespace {

class AlpacaProtocol final : public Protocol {
 public:
  explicit AlpacaProtocol(AlpacaOptions options)
      : exchange_(std::move(options)), streams_(exchange_), rest_(exchange_) {}

  std::string_view venue() const noexcept override { return "alpaca"; }
  Result<std::vector<Instrument>> list(const std::vector<std::string>& symbols) override {
    std::vector<Instrument> out;
    std::vector<std::string> names = symbols;
    if (std::ranges::find(names, Exchange::test_symbol) == names.end()) names.emplace_back(Exchange::test_symbol);
    for (const std::string& symbol : names) {
      auto instrument = list_one(symbol);
      if (!instrument) return std::unexpected(instrument.error());
      out.push_back(*std::move(instrument));
    }
    return out;
  }
  void begin(VenueHost& host) override { exchange_.begin(host); }

  std::optional<net::HttpResponse> refuse(const net::HttpRequest& request) override { return streams_.refuse(request); }
  void open(Client& client, const net::HttpRequest& request) override { streams_.open(client, request); }
  void message(Client& client, MessageKind kind, std::string_view text) override {
    streams_.message(client, text, kind == MessageKind::Binary);
  }
  void gone(Client& client) override { streams_.gone(client); }
  bool request(const net::HttpRequest& request, net::Responder responder) override {
    return rest_.answer(request, std::move(responder));
  }
  void tick(Nanos monotonic) override { streams_.tick(monotonic); }
  std::string pack(Client& client, std::string message) override { return Streams::pack(client, std::move(message)); }
  std::size_t subscriptions(const Client& client) const override { return streams_.subscriptions(client); }

  void on_trade(ListedMarket& market, const TradePrint& trade) override { streams_.trade(market, trade); }
  void on_book_change(ListedMarket& market, std::span<const match::LevelChange> changes) override {
    streams_.book_change(market, changes);
  }
  void on_best_change(ListedMarket& market) override { streams_.best_change(market); }

 private:
  static Result<Instrument> list_one(const std::string& symbol) {
    InstrumentForm form{.symbol = symbol, .tick = Price::from_raw(Price::one / 100), .step = Quantity::from_int(1)};
    if (Exchange::is_stock(symbol)) return make_instrument(symbol, "USD", std::move(form));
    const auto names = split_pair(symbol, '/');
    if (!names) return std::unexpected(names.error());
    // As finely as the table has the pair elsewhere.
    form.tick = Price{};
    form.step = Quantity{};
    return make_instrument(names->base, names->quote, std::move(form));
  }

  Exchange exchange_;
  Streams streams_;
  RestApi rest_;
};

}  // namespace

Result<Halt> parse_halt(std::string_view text) {
  const auto first = text.find(':');
  const auto second = first == std::string_view::npos ? first : text.find(':', first + 1);
  const auto seconds = [&](std::size_t at, std::size_t end) -> std::optional<Nanos> {
    const std::string_view part = text.substr(at, end - at);
    unsigned value = 0;
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || stop != part.data() + part.size() || value > 86'400) return std::nullopt;
    return std::chrono::seconds{value};
  };
  if (first != 0 && second != std::string_view::npos) {
    const auto after = seconds(first + 1, second);
    const auto duration = seconds(second + 1, text.size());
    if (after && duration) return Halt{std::string(text.substr(0, first)), *after, *duration};
  }
  return fail(ErrorCode::InvalidArgument,
              fmt::format("halt \"{}\" is not of the form SYMBOL:after:duration in seconds", excerpt(text)));
}

Result<std::unique_ptr<VenueServer>> start(AlpacaOptions options, VenueServerOptions server, EventLog* log) {
  if (server.symbols.empty()) server.symbols = {"AAPL", "MSFT", "SPY", "BTC/USD", "ETH/USD"};
  for (const Halt& halt : options.halts) {
    if (std::ranges::find(server.symbols, halt.symbol) == server.symbols.end()) {
      return fail(ErrorCode::NotFound, fmt::format("halt: symbol '{}' is not listed", excerpt(halt.symbol)));
    }
  }
  return VenueServer::start(std::make_unique<AlpacaProtocol>(std::move(options)), std::move(server), log);
}

}  // namespace trunkline::sandbox::alpaca
