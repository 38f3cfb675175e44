// Signatures against vectors of another implementation, tokens against the public key, and what is sent with a key.
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "support/captures.hpp"
#include "venue/coinbase/harness.hpp"

namespace trunkline::venue::coinbase::test {
namespace {

// Made for this test.
constexpr const char* secret_key =
    "-----BEGIN EC "
    "PRIVATE KEY-----\n"
    "MHcCAQEEIECdr4AIuohXwWKSEEU79Gfnahn8q3ufygOqziuSntGeoAoGCCqGSM49\n"
    "AwEHoUQDQgAEhMlfGnHjo+tbqLXaHb5yFrEEf2bpVHeeMm2PEmiGXAZS2qxiAhH6\n"
    "J55YJdU5mSYPJkjjoc0GLnyl0Ry/9VnhBA==\n"
    "-----END EC "
    "PRIVATE KEY-----\n";

std::vector<unsigned char> from_base64url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::vector<unsigned char> out(text.size() / 4 * 3);
  const int length =
      EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  EXPECT_GE(length, 0);
  out.resize(static_cast<std::size_t>(length) - padding);
  return out;
}
nlohmann::json json_part(const std::string& text) {
  const auto bytes = from_base64url(text);
  return nlohmann::json::parse(bytes.begin(), bytes.end());
}

// The parts of a token whose signature fits the key.
std::pair<nlohmann::json, nlohmann::json> verified(const std::string& token) {
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  const std::string text = token.substr(0, second);
  const auto raw = from_base64url(token.substr(second + 1));
  EXPECT_EQ(raw.size(), 64U);
  ECDSA_SIG* const signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, BN_bin2bn(raw.data(), 32, nullptr), BN_bin2bn(raw.data() + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &der);
  BIO* const bio = BIO_new_mem_buf(secret_key, -1);
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  EXPECT_EQ(EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key), 1);
  EXPECT_EQ(EVP_DigestVerify(context, der, static_cast<std::size_t>(size),
                             reinterpret_cast<const unsigned char*>(text.data()), text.size()),
            1);
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  BIO_free(bio);
  OPENSSL_free(der);
  ECDSA_SIG_free(signature);
  return {json_part(token.substr(0, first)), json_part(token.substr(first + 1, second - first - 1))};
}

TEST(Signing, ExchangeSignaturesAreThoseOfAnotherImplementation) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  trunkline::test::GzLines lines(trunkline::test::shared_folder() / "data/signing/ccxt-rest-signed-1.json");
  std::string text;
  std::string line;
  while (lines.next(line)) text += line;
  std::size_t compared = 0;
  const auto json = nlohmann::json::parse(text);
  for (const auto& vector : json["vectors"]) {
    if (vector["exchange"].get<std::string>() != "coinbaseexchange") continue;
    const auto& request = vector["signed"];
    const std::string url = request["url"];
    const auto& headers = request["headers"];
    const auto signature = exchange_signature(
        vector["credentials"]["secret"].get<std::string>(), headers["CB-ACCESS-TIMESTAMP"].get<std::string>(),
        request["method"].get<std::string>(), url.substr(url.find('/', 8)), request.value("body", ""));
    ASSERT_TRUE(signature);
    EXPECT_EQ(*signature, headers["CB-ACCESS-SIGN"].get<std::string>());
    ++compared;
  }
  EXPECT_EQ(compared, 3U);
}

TEST(Signing, TokensCarryTheirClaimsAndASignatureThatFitsTheKey) {
  const Credentials credentials{"organizations/o/apiKeys/k", secret_key, ""};
  const Nanos now{1'700'000'000'900'000'000};
  const auto token = advanced_token(credentials, now, "abc");
  ASSERT_TRUE(token) << token.error().message;
  const auto [header, claims] = verified(*token);
  EXPECT_EQ(header,
            nlohmann::json::parse(R"({"alg":"ES256","typ":"JWT","kid":"organizations/o/apiKeys/k","nonce":"abc"})"));
  EXPECT_EQ(claims, nlohmann::json::parse(
                        R"({"sub":"organizations/o/apiKeys/k","iss":"cdp","nbf":1700000000,"exp":1700000120})"));
  const auto with_uri = advanced_token(credentials, now, "abc", "GET api.coinbase.com/api/v3/brokerage/accounts");
  ASSERT_TRUE(with_uri);
  EXPECT_EQ(verified(*with_uri).second["uri"], "GET api.coinbase.com/api/v3/brokerage/accounts");
  // Keys come with \n as two characters at times.
  Credentials escaped = credentials;
  for (auto at = escaped.secret.find('\n'); at != std::string::npos; at = escaped.secret.find('\n')) {
    escaped.secret.replace(at, 1, "\\n");
  }
  ASSERT_TRUE(advanced_token(escaped, now, "abc"));
  EXPECT_NE(random_nonce(), random_nonce());
  EXPECT_EQ(random_nonce().size(), 32U);
}

TEST(Signing, AKeyThatIsNoneIsAnErrorThatDoesNotTellIt) {
  const auto token = advanced_token({"k", "sekrit", ""}, Nanos{0}, "n");
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().message.find("sekrit"), std::string::npos);
  for (const char* secret : {"", "abc", "!!!!"}) EXPECT_FALSE(exchange_signature(secret, "1", "GET", "/")) << secret;
}

TEST(Signing, TheExchangeFeedIsLoggedIntoWhereAKeyIsSet) {
  CoinbaseConfig config;
  config.subscriptions = {{*SymbolDescriptor::parse("coinbase:A-USD"), default_channels}};
  config.credentials = {"the key", "c2VjcmV0", "the passphrase"};
  Harness harness(std::move(config));
  harness.start(products_reply(Api::Exchange, {"A-USD"}));
  harness.open();
  EXPECT_EQ(harness.count_sent("subscribe", "level2_batch", "A-USD"), 0);
  ASSERT_EQ(harness.count_sent("subscribe", "level2", "A-USD"), 1);
  for (const auto& sent : harness.sent) {
    const auto message = nlohmann::json::parse(sent.text);
    const bool book = message["channels"][0] == "level2";
    EXPECT_EQ(message.contains("signature"), book) << sent.text;
    if (!book) continue;
    EXPECT_EQ(message["key"], "the key");
    EXPECT_EQ(message["passphrase"], "the passphrase");
    EXPECT_EQ(message["timestamp"], "1700000000");
    EXPECT_EQ(message["signature"], *exchange_signature("c2VjcmV0", "1700000000", "GET", "/users/self/verify"));
  }
  EXPECT_EQ(harness.readies.size(), 1U);
}

TEST(Signing, AdvancedSubscriptionsCarryATokenWhereAKeyIsSet) {
  CoinbaseConfig config{.api = Api::Advanced};
  config.subscriptions = {{*SymbolDescriptor::parse("coinbase_advanced:A-USD"), default_channels}};
  config.credentials = {"k", secret_key, ""};
  Harness harness(std::move(config));
  harness.start(products_reply(Api::Advanced, {"A-USD"}));
  harness.open();
  ASSERT_EQ(harness.sent.size(), 4U);
  for (const auto& sent : harness.sent) {
    EXPECT_EQ(verified(nlohmann::json::parse(sent.text)["jwt"]).second["sub"], "k");
  }
}

TEST(Signing, ABadKeyIsReportedAndDoneWithout) {
  CoinbaseConfig config;
  config.subscriptions = {{*SymbolDescriptor::parse("coinbase:A-USD"), default_channels}};
  config.credentials = {"k", "no base64 !", "p"};
  Harness harness(std::move(config));
  harness.start(products_reply(Api::Exchange, {"A-USD"}));
  harness.open();
  EXPECT_EQ(harness.event_counts["credentials_refused"], 1);
  EXPECT_EQ(harness.count_sent("subscribe", "level2_batch", "A-USD"), 1);
}

}  // namespace
}  // namespace trunkline::venue::coinbase::test
