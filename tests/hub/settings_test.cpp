#include "trunkline/hub/settings.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "trunkline/hub/exchange_registry.hpp"

namespace trunkline::hub {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string error_of(const Pairs& environment, const Pairs& command_line) {
  const auto settings = load_settings({{}, command_line, environment});
  return settings ? "" : settings.error().message;
}

TEST(Settings, CommandLineBeatsEnvironmentBeatsFileBeatsDefault) {
  Settings settings;
  ASSERT_TRUE(apply_toml(settings, "[http]\nlisten = \"127.0.0.1:1\"\n[log]\nlevel = \"debug\"\n", "t.toml"));
  EXPECT_EQ(settings.http_listen, "127.0.0.1:1");
  EXPECT_EQ(settings.log.level, Severity::Debug);

  const Pairs environment{{"TRUNKLINE_HTTP_LISTEN", "127.0.0.1:2"}, {"TRUNKLINE_LOG_FORMAT", "json"}};
  const auto loaded = load_settings({{}, {{"http.listen", "127.0.0.1:3"}}, environment});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->http_listen, "127.0.0.1:3");
  EXPECT_EQ(loaded->log.format, LogFormat::Json);
}

TEST(Settings, TheVariablesOfTheSeedSystemKeepWorking) {
  const auto loaded = load_settings({{},
                                     {},
                                     {{"DATA_SOURCE", "hft_connector"},
                                      {"CONNECTOR_NAME", "mine"},
                                      {"CONNECTOR_POLL_INTERVAL_MS", "50"},
                                      {"CONNECTOR_PAPER_TRADING", "false"},
                                      {"MAX_QUEUE", "1MiB"}}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->data_source, "hft_connector");
  EXPECT_EQ(loaded->connector_name, "mine");
  EXPECT_EQ(loaded->connector_poll_interval, std::chrono::milliseconds{50});
  EXPECT_FALSE(loaded->connector_paper_trading);
  EXPECT_EQ(loaded->relay_max_queue, 1U << 20);
}

TEST(Settings, AWrongKeyIsRefusedWithItsLineAndTheNearestRightName) {
  Settings settings;
  const auto applied = apply_toml(settings, "symbols = [\"binance:BTC-USDT\"]\n[http]\nlissten = \"x\"\n", "t.toml");
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message, "t.toml:3: there is no setting \"http.lissten\"; did you mean \"http.listen\"?");
  EXPECT_EQ(error_of({{"TRUNKLINE_HTTP_LISSTEN", "x"}}, {}),
            "environment TRUNKLINE_HTTP_LISSTEN: there is no such setting; did you mean TRUNKLINE_HTTP_LISTEN?");
  EXPECT_EQ(
      error_of({}, {{"exchange.binance.endpont", "x"}}),
      "command line: there is no setting \"exchange.binance.endpont\"; did you mean \"exchange.binance.endpoint\"?");
}

TEST(Settings, AWrongValueIsRefusedWithItsPlaceAndWhatARightOneLooksLike) {
  Settings settings;
  const auto applied = apply_toml(settings, "[bus]\n\nwait = \"sleep\"\n", "t.toml");
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message, "t.toml:3: bus.wait = \"sleep\": expected one of: block, yield, spin");
  EXPECT_NE(error_of({{"MAX_QUEUE", "lots"}}, {}).find("environment MAX_QUEUE=\"lots\": expected a size"),
            std::string::npos);
  EXPECT_NE(error_of({}, {{"bus.capacity", "3MiB"}}).find("power of two"), std::string::npos);
  EXPECT_NE(error_of({}, {{"symbols", "BTCUSDT"}}).find("no ':' after the exchange"), std::string::npos);
  EXPECT_NE(error_of({}, {{"channels", "trades,dept"}}).find("\"dept\" is not a channel"), std::string::npos);
}

TEST(Settings, CharactersOutsideOfAsciiAreRefusedWithTheirLine) {
  Settings settings;
  const auto applied = apply_toml(settings, "[log]\nlevel = \"d\u00e9bug\"\n", "t.toml");
  ASSERT_FALSE(applied);
  EXPECT_TRUE(applied.error().message.starts_with("t.toml:2: a character outside of ASCII")) << applied.error().message;
}

TEST(Settings, ATableHeaderBrokenOffIsAnError) {
  Settings settings;
  const auto applied = apply_toml(settings, "[\n[http]\n", "t.toml");
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message, "t.toml: a key or table is broken off");
}

TEST(Settings, AFileThatIsNotTomlIsRefusedWithItsLine) {
  Settings settings;
  const auto applied = apply_toml(settings, "symbols = \n", "t.toml");
  ASSERT_FALSE(applied);
  EXPECT_TRUE(applied.error().message.starts_with("t.toml:1: "));
}

TEST(Settings, ExchangesHaveTheirOwnSettings) {
  Settings settings;
  ASSERT_TRUE(apply_toml(settings, "[exchange.binance]\nendpoint = \"http://127.0.0.1:9\"\nreconnect_attempts = 3\n",
                         "t.toml"));
  EXPECT_EQ(settings.exchange("binance").endpoint, "http://127.0.0.1:9");
  EXPECT_EQ(settings.exchange("binance").reconnect_attempts, 3U);
  EXPECT_EQ(settings.exchange("kraken").reconnect_attempts, 0U);
}

TEST(Settings, ADepthIsOneOfThoseTheExchangeOffers) {
  const auto loaded = load_settings({{}, {{"exchange.kraken.depth", "100"}}, {}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->exchange("kraken").depth, 100U);
  ASSERT_TRUE(load_settings({{}, {{"exchange.binance.depth", "0"}}, {}}));
  for (const char* const wrong : {"11", "-10", "ten", ""}) {
    EXPECT_EQ(error_of({}, {{"exchange.kraken.depth", wrong}}), "command line: exchange.kraken.depth = \"" +
                                                                    std::string(wrong) +
                                                                    "\": expected one of: 10, 25, 100, 500, 1000");
  }
  Settings settings;
  const auto applied = apply_toml(settings, "[exchange.binance]\ndepth = 100\n", "t.toml");
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message,
            "t.toml:2: exchange.binance.depth = \"100\": binance offers no choice of depth; kraken does");
}

constexpr std::string_view source_keys = R"(symbol = "{BASE}{QUOTE}"
websocket = { url = "wss://example.com" }
subscribe = { send = "{topic}" }
topics = { trades = "{symbol}" }
message = [ { kind = "trade", symbol = "s", price = "p", quantity = "q" } ]
)";

TEST(Settings, ASourceIsReadFromItsTableOrItsOwnFile) {
  Settings settings;
  const auto applied = apply_toml(settings, "[source.mine]\n" + std::string(source_keys), "t.toml");
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(settings.sources.at("mine").url, "wss://example.com");

  const auto folder = std::filesystem::path(::testing::TempDir());
  std::ofstream(folder / "source.toml") << source_keys;
  const auto named = apply_toml(settings, "[source.other]\nfile = \"source.toml\"\n", (folder / "t.toml").string());
  ASSERT_TRUE(named) << named.error().message;
  EXPECT_EQ(settings.sources.at("other").messages.size(), 1U);
}

TEST(Settings, AWrongSourceIsRefusedWithItsPlace) {
  const auto error_of_toml = [](const std::string& text) {
    Settings settings;
    const auto applied = apply_toml(settings, text, "t.toml");
    return applied ? "" : applied.error().message;
  };
  EXPECT_EQ(error_of_toml("[source.mine]\nfile = \"nowhere.toml\"\n"),
            "t.toml:2: source.mine: nowhere.toml cannot be read");
  EXPECT_EQ(error_of_toml("[source.Mine]\n"),
            "t.toml:1: source.Mine: a name has small letters, digits and underscores");
  EXPECT_EQ(error_of_toml("[source]\nmine = 3\n"), "t.toml:2: source.mine: expected a table");
  EXPECT_EQ(error_of_toml("[http]\n[source.mine]\nsymbl = \"x\"\n"),
            "t.toml:3: symbl: there is no such key; did you mean \"symbol\"?");
}

TEST(Settings, TheExampleOfASourceIsASettingsFile) {
  const auto loaded = load_settings({TRUNKLINE_SOURCE_DIR "/examples/bybit.toml", {}, {}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(loaded->sources.contains("bybit"));
}

TEST(ExchangeRegistry, FindsASourceThatWasAdded) {
  Settings settings;
  ASSERT_TRUE(apply_toml(settings, "[source.found]\n" + std::string(source_keys), "t.toml"));
  EXPECT_FALSE(ExchangeRegistry::find("found"));
  ASSERT_TRUE(ExchangeRegistry::add_source("found", settings.sources.at("found")));
  const auto row = ExchangeRegistry::find("found");
  ASSERT_TRUE(row);
  EXPECT_EQ((*row)->make(ExchangeConfig::websocket("found"))->exchange(), "found");
  EXPECT_NE(ExchangeRegistry::find("fuond").error().message.find("did you mean found?"), std::string::npos);
  const auto taken = ExchangeRegistry::add_source("binance", settings.sources.at("found"));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::AlreadyExists);
}

TEST(Settings, EveryDefaultInTheTableIsWhatTheProgramStartsWith) {
  const Settings defaults;
  Settings applied;
  std::string text;
  for (const SettingRow& row : setting_rows()) {
    if (row.key.starts_with("exchange.") || row.default_text.empty()) continue;
    const auto loaded = load_settings({{}, {{std::string(row.key), row.default_text}}, {}});
    ASSERT_TRUE(loaded) << row.key << ": " << loaded.error().message;
    EXPECT_EQ(loaded->http_listen, defaults.http_listen);
    EXPECT_EQ(loaded->channels, defaults.channels);
    EXPECT_EQ(loaded->bus_capacity, defaults.bus_capacity);
    EXPECT_EQ(loaded->relay_max_queue, defaults.relay_max_queue);
    EXPECT_EQ(loaded->relay_heartbeat, defaults.relay_heartbeat);
    EXPECT_EQ(loaded->connector_poll_interval, defaults.connector_poll_interval);
    EXPECT_EQ(loaded->log.level, defaults.log.level);
  }
}

TEST(Settings, PaperAccountsAreReadExactly) {
  const auto loaded = load_settings({{},
                                     {{"orders.paper", "kraken,binance"},
                                      {"paper.queue", "front"},
                                      {"paper.latency", "0ms"},
                                      {"paper.maker_fee", "-0.00005"},
                                      {"paper.balances", "USD=1000.5,BTC=0.25"},
                                      {"paper.leverage", "3"}},
                                     {}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->orders.paper, (std::vector<std::string>{"kraken", "binance"}));
  EXPECT_EQ(loaded->paper.queue, paper::QueueModel::Front);
  EXPECT_EQ(loaded->paper.latency, Nanos{0});
  EXPECT_EQ(loaded->paper.maker_fee, *Rate::parse("-0.00005"));
  EXPECT_EQ(loaded->paper.taker_fee, *Rate::parse("0.001"));
  ASSERT_EQ(loaded->paper.balances.size(), 2U);
  EXPECT_EQ(loaded->paper.balances[1].currency, "BTC");
  EXPECT_EQ(loaded->paper.balances[1].amount, *Quantity::parse("0.25"));
  EXPECT_EQ(loaded->paper.leverage, 3U);
  EXPECT_EQ(error_of({}, {{"paper.queue", "middle"}}),
            "command line: paper.queue = \"middle\": expected one of: back, front");
  EXPECT_EQ(error_of({}, {{"paper.balances", "USD"}}),
            "command line: paper.balances = \"USD\": expected amounts such as USDT=10000,BTC=0.5");
  EXPECT_EQ(
      error_of({}, {{"paper.taker_fee", "0.5"}}),
      "command line: paper.taker_fee = \"0.5\": expected a part of the notional, such as 0.001, and at most a tenth");
  EXPECT_NE(error_of({}, {{"paper.leverage", "0"}}), "");
}

}  // namespace
}  // namespace trunkline::hub
