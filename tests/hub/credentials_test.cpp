#include "trunkline/hub/credentials.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "trunkline/hub/configured_exchange.hpp"

namespace trunkline::hub {
namespace {

namespace fs = std::filesystem;

class CredentialsTest : public ::testing::Test {
 protected:
  ~CredentialsTest() override { fs::remove(path_); }

  Result<std::optional<Credentials>> from_file(const std::string& text, fs::perms mode = owner) {
    std::ofstream(path_) << text;
    fs::permissions(path_, mode);
    return settings("exchange.coinbase.credentials_file", path_.string()).credentials("coinbase");
  }
  static Settings settings(const std::string& key, const std::string& value) {
    return *load_settings({{}, {{key, value}}, {}});
  }

  static constexpr fs::perms owner = fs::perms::owner_read | fs::perms::owner_write;
  fs::path path_ = fs::path(::testing::TempDir()) /
                   (std::string("credentials-") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(CredentialsTest, AFileHoldsKeySecretAndPassphraseALineEach) {
  const auto read = from_file("key\nc2VjcmV0\r\nwords of mine \n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ((*read)->api_key, "key");
  EXPECT_EQ((*read)->secret, "c2VjcmV0");
  EXPECT_EQ((*read)->passphrase, "words of mine");
  const auto two = from_file("key\nsecret");
  ASSERT_TRUE(two);
  EXPECT_EQ((*two)->secret, "secret");
  EXPECT_EQ((*two)->passphrase, "");
}

TEST_F(CredentialsTest, ASecretInPemFillsTheRestOfTheFile) {
  const std::string pem = "-----BEGIN SOME KEY-----\nAAAA\n-----END SOME KEY-----\n";
  const auto read = from_file("organizations/o/apiKeys/k\n" + pem);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ((*read)->api_key, "organizations/o/apiKeys/k");
  EXPECT_EQ((*read)->secret, pem);
}

TEST_F(CredentialsTest, TheJsonFileThatCoinbaseGivesIsRead) {
  const auto read = from_file(R"({"name":"organizations/o/apiKeys/k","privateKey":"-----BEGIN\nA\n"})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ((*read)->api_key, "organizations/o/apiKeys/k");
  EXPECT_EQ((*read)->secret, "-----BEGIN\nA\n");
}

TEST_F(CredentialsTest, WhatIsMissingIsToldWithoutWhatIsThere) {
  for (const char* const text : {"", "sekrit", "\nsekrit\n", "{\"sekrit\":", "{\"name\":\"sekrit\"}",
                                 "{\"name\":\"sekrit\",\"privateKey\":1}"}) {
    const auto read = from_file(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().message.find(path_.string()), std::string::npos);
    EXPECT_EQ(read.error().message.find("sekrit"), std::string::npos);
  }
  EXPECT_FALSE(from_file(std::string(20'000, 'x')));
}

TEST_F(CredentialsTest, AFileThatOthersMayReadOrThatIsNoneIsRefused) {
  const auto open = from_file("key\nsecret\n", owner | fs::perms::group_read);
  ASSERT_FALSE(open);
  EXPECT_NE(open.error().message.find("chmod 600"), std::string::npos) << open.error().message;
  const auto folder = settings("exchange.kraken.credentials_file", ::testing::TempDir()).credentials("kraken");
  ASSERT_FALSE(folder);
  const auto missing = settings("exchange.kraken.credentials_file", "/no/such/file").credentials("kraken");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("/no/such/file of kraken: No such file"), std::string::npos)
      << missing.error().message;
}

TEST_F(CredentialsTest, TheEnvironmentIsReadByTheNamesOfTheVenuesOwnPrograms) {
  const auto loaded = load_settings({{},
                                     {},
                                     {{"APCA_API_KEY_ID", "a"},
                                      {"APCA_API_SECRET_KEY", "b"},
                                      {"COINBASE_EXCHANGE_API_KEY", "c"},
                                      {"COINBASE_EXCHANGE_API_SECRET", "d"},
                                      {"COINBASE_EXCHANGE_API_PASSPHRASE", "e"},
                                      {"COINBASE_API_KEY", "f"},
                                      {"COINBASE_API_SECRET", "g"}}});
  ASSERT_TRUE(loaded);
  const auto text = [&](const char* exchange) {
    const auto read = loaded->credentials(exchange);
    return read && *read ? (*read)->api_key + (*read)->secret + (*read)->passphrase : "none";
  };
  EXPECT_EQ(text("alpaca"), "ab");
  EXPECT_EQ(text("alpaca_crypto"), "ab");
  EXPECT_EQ(text("coinbase"), "cde");
  EXPECT_EQ(text("coinbase_advanced"), "fg");
  EXPECT_EQ(text("kraken"), "none");
  const auto config = configured_exchange(*loaded, "coinbase");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->credentials()->passphrase, "e");
}

}  // namespace
}  // namespace trunkline::hub
