// Who is let in, and with what he is refused.
#include <openssl/evp.h>

#include "sandbox/binance/orders/parameters.hpp"
#include "trader.hpp"

namespace trunkline::sandbox::test {
namespace {

// The venue's published vector, and requests as another client signs them.
TEST(Signature, EqualsWhatIsPublished) {
  EXPECT_EQ(hmac_sha256_hex("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",
                            "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&"
                            "timestamp=1499827319559"),
            "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71");
  net::HttpRequest posted;
  posted.method = "POST";
  posted.target = "/api/v3/order";
  posted.body =
      "timestamp=1700000000000&symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000.10&"
      "newClientOrderId=x-test-1&recvWindow=10000&"
      "signature=cb0764e630663d0f01b16a4b6eb32e584d74f7aa7181afe2cfa9c233faa7ac98";
  EXPECT_EQ(hmac_sha256_hex("s3cr3tS3CR3Ts3cr3tS3CR3T", binance::signed_text(posted)),
            "cb0764e630663d0f01b16a4b6eb32e584d74f7aa7181afe2cfa9c233faa7ac98");
  net::HttpRequest asked;
  asked.target =
      "/api/v3/account?timestamp=1700000000000&recvWindow=10000&"
      "signature=71457397efe8d2e5ebf03c5669c1e7e3c2156f8164c56357370d2eda9abfb73b";
  EXPECT_EQ(hmac_sha256_hex("s3cr3tS3CR3Ts3cr3tS3CR3T", binance::signed_text(asked)),
            "71457397efe8d2e5ebf03c5669c1e7e3c2156f8164c56357370d2eda9abfb73b");
}

std::string base64(const unsigned char* bytes, std::size_t size) {
  std::string out((size + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes, static_cast<int>(size));
  return out;
}

// A key pair made for the test.
struct Ed25519 {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"),
                                                          EVP_PKEY_free};
  std::string public_key() const {
    std::array<unsigned char, 32> raw{};
    std::size_t size = raw.size();
    EVP_PKEY_get_raw_public_key(key.get(), raw.data(), &size);
    return base64(raw.data(), size);
  }
  std::string sign(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::array<unsigned char, 64> out{};
    std::size_t size = out.size();
    EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get());
    EVP_DigestSign(context.get(), out.data(), &size, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return base64(out.data(), size);
  }
};

TEST(Signature, Ed25519VerifiesAndRefuses) {
  const Ed25519 pair, other;
  EXPECT_TRUE(ed25519_verifies(pair.public_key(), "text", pair.sign("text")));
  EXPECT_FALSE(ed25519_verifies(pair.public_key(), "text!", pair.sign("text")));
  EXPECT_FALSE(ed25519_verifies(other.public_key(), "text", pair.sign("text")));
  EXPECT_FALSE(ed25519_verifies(pair.public_key(), "text", "AAAA"));
  EXPECT_FALSE(ed25519_verifies("short", "text", pair.sign("text")));
}

TEST(Signature, SessionIsOpenedWithEd25519AndNeedsNoSignaturesAfterwards) {
  const Ed25519 pair;
  auto options = trading_options(50);
  options.trading.accounts = {{"ed-key", "", pair.public_key()}};
  const auto sandbox = start(options);
  Loop loop;
  Api api(loop, sandbox->port(Market::Spot));
  ASSERT_TRUE(api.socket.opened());
  json logon{{"apiKey", "ed-key"}, {"timestamp", now_ms()}};
  logon["signature"] = pair.sign("something else");
  EXPECT_EQ(api.ask("session.logon", logon)["error"]["code"], -1022);
  logon.erase("signature");
  logon["signature"] = pair.sign(Api::signed_text(logon));
  const json opened = api.ask("session.logon", logon);
  ASSERT_EQ(opened["status"], 200) << opened;
  EXPECT_EQ(opened["result"]["apiKey"], "ed-key");
  EXPECT_EQ(api.ask("userDataStream.subscribe")["status"], 200);
  json order = limit_order("BUY", "60000.00", "0.01", "plain");
  EXPECT_EQ(api.ask("order.place", order)["error"]["code"], -1102) << "the time is still wanted";
  order["timestamp"] = now_ms();
  EXPECT_EQ(api.ask("order.place", order)["status"], 200);
  EXPECT_EQ(api.event("executionReport")["c"], "plain");
  EXPECT_TRUE(api.ask("session.status")["result"]["userDataStream"].get<bool>());
  api.ask("session.logout");
  EXPECT_EQ(api.ask("order.place", order)["error"]["code"], -1102);
}

struct Doors : ::testing::Test {
  std::unique_ptr<binance::BinanceSandbox> sandbox = start(trading_options(50));
  Loop loop;
  SignedRest rest{loop, sandbox->port(Market::Spot)};
  Api api{loop, sandbox->port(Market::Spot)};

  void SetUp() override { ASSERT_TRUE(api.socket.opened()); }
};

TEST_F(Doors, RestRefusesWrongKeysTimesAndSignatures) {
  EXPECT_EQ(rest.call("GET", "/api/v3/account").status, 200);
  EXPECT_EQ(rest.raw("GET", "/api/v3/account", "timestamp=1&signature=x", false).body["code"], -2014);
  SignedRest stranger(loop, sandbox->port(Market::Spot), {"nobody", "sandbox-secret"});
  const auto unknown = stranger.call("GET", "/api/v3/account");
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(unknown.body["code"], -2015);
  SignedRest forger(loop, sandbox->port(Market::Spot), {"sandbox-key", "wrong"});
  const auto forged = forger.call("GET", "/api/v3/account");
  EXPECT_EQ(forged.status, 400);
  EXPECT_EQ(forged.body["code"], -1022);
  EXPECT_EQ(rest.raw("GET", "/api/v3/account", "timestamp=" + std::to_string(now_ms()), true).body["code"], -1102);
  const auto at = [&](std::int64_t time, const std::string& more = "") {
    const std::string query = "timestamp=" + std::to_string(time) + more;
    return rest.raw("GET", "/api/v3/account", query + "&signature=" + hmac_sha256_hex("sandbox-secret", query), true)
        .body["code"];
  };
  EXPECT_EQ(at(now_ms() - 6000), -1021);
  EXPECT_EQ(at(now_ms() + 3000), -1021);
  EXPECT_EQ(at(now_ms(), "&recvWindow=60001"), -1131);
  EXPECT_TRUE(at(now_ms() - 6000, "&recvWindow=10000").is_null());
}

TEST_F(Doors, WebSocketApiSignsSortedParameters) {
  EXPECT_EQ(api.call("account.status")["status"], 200);
  json forged = api.sign({{"symbol", "BTCUSDT"}});
  forged["symbol"] = "ETHUSDT";
  EXPECT_EQ(api.ask("openOrders.status", forged)["error"]["code"], -1022);
  EXPECT_EQ(api.ask("account.status", {{"timestamp", now_ms()}})["error"]["code"], -1102);
  EXPECT_EQ(api.ask("ping")["status"], 200);
  EXPECT_GT(api.ask("time")["result"]["serverTime"].get<std::int64_t>(), 1'600'000'000'000);
  EXPECT_TRUE(api.ask("session.status")["result"]["apiKey"].is_null());
  EXPECT_EQ(api.call("session.logon")["error"]["code"], -4056);
  EXPECT_EQ(api.ask("no.such.method")["status"], 400);
  api.socket.send("[");
  EXPECT_EQ(api.socket.next_json()["error"]["code"], -1135);
}

TEST_F(Doors, SpotListenKeysAreGone) {
  EXPECT_EQ(rest.raw("POST", "/api/v3/userDataStream", "", true).status, 410);
}

TEST_F(Doors, TooManyOrdersAreRefusedUntilTheWindowEnds) {
  int refused = 0;
  json last;
  for (int i = 0; i < 220 && refused == 0; ++i) {
    last = api.call("order.place", limit_order("BUY", "50000.00", "0.001"));
    if (last["status"] == 429) ++refused;
  }
  ASSERT_EQ(refused, 1);
  EXPECT_EQ(last["error"]["code"], -1015);
  EXPECT_GT(last["error"]["data"]["retryAfter"].get<std::int64_t>(), 0);
  const auto reply = rest.call("GET", "/api/v3/account");
  EXPECT_FALSE(reply.headers.get("X-MBX-USED-WEIGHT-1M").empty());
  EXPECT_FALSE(reply.headers.get("X-MBX-ORDER-COUNT-10S").empty());
}

}  // namespace
}  // namespace trunkline::sandbox::test
