// Keys from settings to the Coinbase sandbox, which lets its one account in.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "sandbox/coinbase/account.hpp"
#include "sandbox/coinbase/protocol.hpp"
#include "sandbox/server/venue_server.hpp"
#include "trunkline/hub/configured_exchange.hpp"
#include "trunkline/hub/exchange_hub.hpp"

namespace trunkline::hub {
namespace {

using namespace sandbox::coinbase;

// Texts of several threads.
class Texts {
 public:
  void add(std::string text) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(text));
  }
  std::vector<std::string> with(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    std::ranges::copy_if(all_, std::back_inserter(out),
                         [&](const std::string& text) { return text.find(part) != std::string::npos; });
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
};

class Overheard final : public CoinbaseProtocol {
 public:
  explicit Overheard(Texts& received) : received_(received) {}
  void message(sandbox::Client& client, sandbox::MessageKind kind, std::string_view text) override {
    received_.add(std::string(text));
    CoinbaseProtocol::message(client, kind, text);
  }

 private:
  Texts& received_;
};

class EventTexts final : public EventLog {
 public:
  void write(const Event& event) override {
    std::string text = fmt::format("{} {} {}", event.name, event.connector, event.symbol);
    for (const auto& [name, value] : event.fields) text += fmt::format(" {}={}", name, value);
    texts.add(std::move(text));
  }
  Texts texts;
};

class LiveBooks final : public Strategy {
 public:
  explicit LiveBooks(std::atomic<int>& count) : count_(count) {}
  void on_book(const book::Book& book) override { count_ += book.live(); }

 private:
  std::atomic<int>& count_;
};

class CoinbaseKeysTest : public ::testing::Test {
 protected:
  void connect(const std::string& exchange, const std::string& credentials) {
    server_ = *sandbox::VenueServer::start(std::make_unique<Overheard>(received_), {.symbols = {"BTC-USD"}});
    const auto path = std::filesystem::path(::testing::TempDir()) / "coinbase_keys_test";
    std::ofstream(path) << credentials;
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto settings = load_settings(
        {{},
         {{fmt::format("exchange.{}.endpoint", exchange), fmt::format("http://127.0.0.1:{}", server_->port())},
          {fmt::format("exchange.{}.reconnect_delay", exchange), "100ms"},
          {fmt::format("exchange.{}.credentials_file", exchange), path.string()}},
         {}});
    ASSERT_TRUE(settings) << settings.error().message;
    const auto config = configured_exchange(*settings, exchange);
    ASSERT_TRUE(config) << config.error().message;
    std::filesystem::remove(path);
    hub_.emplace(HubConfig{}, events_);
    hub_->add_strategy(std::make_unique<LiveBooks>(live_));
    ASSERT_TRUE(hub_->connect_exchange(*config));
    ASSERT_TRUE(hub_->subscribe_market_data(SymbolDescriptor::spot(exchange, "BTC", "USD")));
    hub_->start();
  }
  static bool eventually(const std::function<bool()>& check) {
    const Nanos deadline = monotonic_now() + std::chrono::seconds{30};
    while (!check()) {
      if (monotonic_now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }
  void expect_never_shown(const std::string& secret) const {
    EXPECT_TRUE(events_.texts.with(secret).empty());
    EXPECT_TRUE(received_.with(secret).empty());
  }

  Texts received_;
  EventTexts events_;
  std::atomic<int> live_{0};
  std::unique_ptr<sandbox::VenueServer> server_;
  std::optional<ExchangeHub> hub_;
};

TEST_F(CoinbaseKeysTest, TheExchangeFeedGivesLevel2ToASignedConnection) {
  connect("coinbase", fmt::format("{}\n{}\n{}\n", account_key, account_secret, account_passphrase));
  ASSERT_TRUE(eventually([&] { return live_ > 5; }));
  EXPECT_EQ(received_.with("\"level2\"").size(), 1U);
  EXPECT_TRUE(received_.with("level2_batch").empty());
  EXPECT_TRUE(events_.texts.with("credentials_refused").empty());
  expect_never_shown(std::string(account_secret));
}

TEST_F(CoinbaseKeysTest, AWrongSecretOfTheExchangeFeedIsToldAndDoneWithout) {
  connect("coinbase", fmt::format("{}\nd3Jvbmctc2VjcmV0\n{}\n", account_key, account_passphrase));
  ASSERT_TRUE(eventually([&] { return live_ > 5; }));
  EXPECT_EQ(received_.with("\"level2\"").size(), 1U);
  EXPECT_EQ(received_.with("level2_batch").size(), 1U);
  EXPECT_EQ(events_.texts.with("credentials_refused coinbase  error=authentication failure").size(), 1U);
  expect_never_shown("d3Jvbmctc2VjcmV0");
  EXPECT_TRUE(events_.texts.with(std::string(account_passphrase)).empty());
}

TEST_F(CoinbaseKeysTest, AdvancedTradeTakesTokensOfTheAccountsKey) {
  connect("coinbase_advanced", fmt::format("{}\n{}", account_name, account_private_key));
  ASSERT_TRUE(eventually([&] { return live_ > 5; }));
  EXPECT_EQ(received_.with("\"level2\"").size(), 1U);
  EXPECT_EQ(received_.with("\"subscribe\"").size(), received_.with("\"jwt\"").size());
  EXPECT_TRUE(events_.texts.with("credentials_refused").empty());
  expect_never_shown("PRIVATE");
}

TEST_F(CoinbaseKeysTest, ATokenOfAnotherNameIsToldAndDoneWithout) {
  const std::string file =
      nlohmann::json{{"name", "organizations/somebody/apiKeys/else"}, {"privateKey", std::string(account_private_key)}}
          .dump();
  connect("coinbase_advanced", file);
  ASSERT_TRUE(eventually([&] { return live_ > 5; }));
  EXPECT_EQ(events_.texts.with("credentials_refused coinbase_advanced  error=authentication failure").size(), 1U);
  EXPECT_LT(received_.with("\"jwt\"").size(), received_.with("\"subscribe\"").size());
  expect_never_shown("PRIVATE");
}

}  // namespace
}  // namespace trunkline::hub
