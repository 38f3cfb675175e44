// trunkline doctor: connects to a venue and says of each fact that can be looked at whether it holds.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "apps/command.hpp"
#include "sandbox/registry.hpp"
#include "trunkline/hub/configured_exchange.hpp"
#include "trunkline/hub/examination.hpp"
#include "trunkline/hub/exchange_registry.hpp"
#include "trunkline/net/http_client.hpp"

namespace trunkline::apps {
namespace {

using namespace std::chrono_literals;

struct Options {
  std::string exchange;
  std::string symbol;
  std::string endpoint;
  bool sandbox = false;
  std::vector<std::string> faults;
  std::uint32_t watch_s = 10;
  std::uint32_t limit_s = 20;
  bool json = false;
  SettingsOptions settings;
};

// What the page of a venue marks as not checked, in its words, and the facts that look at it.
struct Unchecked {
  std::string_view exchange;  // or what the names of several begin with
  std::string_view words;
  std::array<int, 4> facts;  // 0: none
};
constexpr Unchecked unchecked[] = {
    {"binance", "hosts", {1, 2, 3, 4}},
    {"binance", "limits", {22, 23}},
    {"binance", "ping periods", {16}},
    {"binance_usdm", "Routed USD-M sockets", {3, 6, 8, 10}},
    {"coinbase", "Hosts", {1, 2, 3, 4}},
    {"coinbase", "limits", {23}},
    {"coinbase", "login rules", {6}},
    {"kraken", "Host", {1, 2, 3, 4}},
    {"kraken", "message limits", {23}},
    {"kraken", "`instrument`, `ticker`, `trade`", {4, 7, 8, 21}},
    {"kraken", "trade ids of a pair are consecutive", {12}},
    {"hyperliquid", "Hosts", {1, 2, 3, 4}},
    {"hyperliquid", "limits", {23}},
    {"hyperliquid", "`bbo`, `candle` and `activeAssetCtx`", {7, 8}},
    {"alpaca", "limits", {23}},
    {"alpaca", "No recorded traffic was at hand", {6, 7, 8, 21}},
};

std::string page_of(std::string_view exchange) {
  return std::string(exchange.substr(0, exchange.find('_')));
}

std::string default_symbol(std::string_view exchange) {
  if (exchange == "alpaca") return "alpaca:AAPL";
  const bool in_dollars = exchange == "binance_coinm" || exchange == "alpaca_crypto" ||
                          exchange.starts_with("coinbase") || exchange.starts_with("kraken") ||
                          exchange == "hyperliquid";
  return fmt::format("{}:BTC-{}", exchange, in_dollars ? "USD" : "USDT");
}

// One line on standard error that is written over while something is waited for.
class Progress {
 public:
  void show(std::string_view what, Nanos waited) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(waited).count();
    if (terminal_) {
      fmt::print(stderr, "\r\033[K  ... waiting for {} ({} s)", what, seconds);
      shown_ = true;
    } else if (seconds >= 5 && seconds / 5 != last_) {
      fmt::print(stderr, "... waiting for {} ({} s)\n", what, seconds);
    }
    last_ = seconds / 5;
    std::fflush(stderr);
  }
  void clear() {
    if (std::exchange(shown_, false)) fmt::print(stderr, "\r\033[K");
    last_ = 0;
  }

 private:
  bool terminal_ = isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
  std::int64_t last_ = 0;
};

Result<void> order(const std::string& endpoint, const std::string& fault) {
  net::asio::io_context io;
  net::HttpClient http(io);
  Result<void> outcome;
  bool done = false;
  http.send({.method = "POST", .url = endpoint + "/sandbox/fault", .body = fault},
            [&](const Result<net::HttpClient::Reply>& reply) {
              done = true;
              if (!reply) {
                outcome = std::unexpected(reply.error());
              } else if (reply->status != 200) {
                outcome =
                    fail(ErrorCode::InvalidArgument, fmt::format("--fault {}: {}", fault, excerpt(reply->body())));
              }
            });
  while (!done) io.run_one();
  return outcome;
}

nlohmann::ordered_json to_json(const hub::Finding& finding) {
  using hub::Verdict;
  nlohmann::ordered_json holds;
  if (finding.verdict != Verdict::Untold) holds = finding.verdict == Verdict::Holds;
  return {{"number", finding.number}, {"fact", finding.fact}, {"holds", holds}, {"detail", finding.detail}};
}

void print(const hub::Finding& finding) {
  constexpr std::string_view marks[] = {"ok  ", "FAIL", "?   "};
  fmt::print("{} {:>2}  {}: {}\n", marks[std::to_underlying(finding.verdict)], finding.number, finding.fact,
             finding.detail);
  std::fflush(stdout);
}

// What of the page's list of things not checked was looked at now, and whether all facts for it hold.
nlohmann::ordered_json covered(const std::string& exchange, const std::vector<hub::Finding>& findings) {
  auto out = nlohmann::ordered_json::array();
  for (const Unchecked& each : unchecked) {
    if (!exchange.starts_with(each.exchange)) continue;
    auto facts = nlohmann::ordered_json::array();
    bool told = false;
    bool hold = true;
    for (const hub::Finding& finding : findings) {
      if (std::ranges::find(each.facts, finding.number) == each.facts.end()) continue;
      facts.push_back(finding.number);
      told = told || finding.verdict != hub::Verdict::Untold;
      hold = hold && finding.verdict != hub::Verdict::Fails;
    }
    out.push_back({{"words", each.words},
                   {"facts", std::move(facts)},
                   {"holds", told ? nlohmann::ordered_json(hold) : nlohmann::ordered_json()}});
  }
  return out;
}

void print_summary(const std::string& exchange, const std::vector<hub::Finding>& findings) {
  const auto count = [&](hub::Verdict verdict) {
    return std::ranges::count(findings, verdict, &hub::Finding::verdict);
  };
  fmt::print("{} hold, {} do not, {} could not be told.\n", count(hub::Verdict::Holds), count(hub::Verdict::Fails),
             count(hub::Verdict::Untold));
  const auto list = covered(exchange, findings);
  if (list.empty()) return;
  fmt::print("Of what docs/venues/{}.md marks as not checked, this looked at:\n", page_of(exchange));
  for (const auto& each : list) {
    const auto& holds = each["holds"];
    fmt::print("  {} (facts {}): {}\n", each["words"].get<std::string>(),
               fmt::join(each["facts"].get<std::vector<int>>(), ", "),
               holds.is_null()     ? "could not be told"
               : holds.get<bool>() ? "nothing against it"
                                   : "does not hold");
  }
}

int run(Options& options) {
  const auto settings = options.settings.load();
  if (!settings) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  const std::string text = options.symbol.empty()                          ? default_symbol(options.exchange)
                           : options.symbol.find(':') == std::string::npos ? options.exchange + ":" + options.symbol
                                                                           : options.symbol;
  auto symbol = SymbolDescriptor::parse(text);
  if (!symbol) return complain(symbol.error());
  if (symbol->exchange != options.exchange)
    return complain(
        {ErrorCode::InvalidArgument, fmt::format("{} is no symbol of {}", excerpt(text), options.exchange)});
  for (const auto& [name, mapping] : settings->sources) {
    if (auto added = hub::ExchangeRegistry::add_source(name, mapping); !added) return complain(added.error());
  }
  auto configured = hub::configured_exchange(*settings, options.exchange);
  if (!configured) return complain(configured.error());
  hub::ExchangeConfig exchange = *std::move(configured);
  exchange.audit_interval(3s);
  if (!options.endpoint.empty()) exchange.endpoint(options.endpoint);

  std::unique_ptr<sandbox::RunningSandbox> sandbox;
  if (options.sandbox) {
    const auto row = sandbox::SandboxRegistry::find(options.exchange);
    if (!row) return complain(row.error());
    auto started = (*row)->start({.symbols = {*symbol}, .rate = 100}, nullptr);
    if (!started) return complain(started.error());
    sandbox = *std::move(started);
    exchange.endpoint(sandbox->endpoint(options.exchange));
    exchange.credentials(sandbox_credentials(options.exchange));
    for (const std::string& fault : options.faults) {
      if (const auto armed = order(exchange.endpoint(), fault); !armed) return complain(armed.error());
    }
  } else if (!options.faults.empty()) {
    return complain({ErrorCode::InvalidArgument, "--fault is for a sandbox of one's own: --sandbox"});
  }

  Progress progress;
  hub::ExaminationConfig config{
      .probe = {.exchange = exchange,
                .symbol = *symbol,
                .progress = [&](std::string_view what, Nanos waited) { progress.show(what, waited); }},
      .watch = std::chrono::seconds{options.watch_s},
      .limit = std::chrono::seconds{options.limit_s},
      .on_finding = [&](const hub::Finding& finding) {
        progress.clear();
        if (!options.json) print(finding);
      }};
  if (!options.json)
    fmt::print("{} at {}\n", text, exchange.endpoint().empty() ? "its own hosts" : exchange.endpoint());
  std::fflush(stdout);
  const auto findings = hub::examine(std::move(config));
  if (!findings) return complain(findings.error());
  const bool healthy = hub::healthy(*findings);
  if (!options.json) {
    print_summary(options.exchange, *findings);
    return healthy ? 0 : 1;
  }
  auto facts = nlohmann::ordered_json::array();
  for (const hub::Finding& finding : *findings) facts.push_back(to_json(finding));
  const nlohmann::ordered_json report{{"exchange", options.exchange},
                                      {"symbol", text},
                                      {"holds", healthy},
                                      {"facts", std::move(facts)},
                                      {"not_checked_on_page", covered(options.exchange, *findings)}};
  fmt::print("{}\n", report.dump(2));
  return healthy ? 0 : 1;
}

}  // namespace

void add_doctor(CLI::App& program, int& exit_code) {
  auto* command = program.add_subcommand("doctor", "connect to a venue and check, fact by fact, what can be told");
  auto options = std::make_shared<Options>();
  command->add_option("exchange", options->exchange, "such as binance, binance_usdm")->required();
  command->add_option("symbol", options->symbol, "such as BTC-USDT; default: a busy one");
  command->add_option("--endpoint", options->endpoint, "scheme and host in place of the venue's own")->type_name("URL");
  command->add_flag("--sandbox", options->sandbox, "start a sandbox of the exchange on loopback and look at that");
  command->add_option("--fault", options->faults, "order a fault of that sandbox, as drop:after=50; may be repeated")
      ->type_name("FAULT")
      ->allow_extra_args(false);
  command->add_option("--watch", options->watch_s, "seconds that the book is watched")->capture_default_str();
  command->add_option("--limit", options->limit_s, "seconds that anything else is waited for")->capture_default_str();
  command->add_flag("--json", options->json, "the findings as one JSON object");
  options->settings.add_to(*command);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace trunkline::apps
