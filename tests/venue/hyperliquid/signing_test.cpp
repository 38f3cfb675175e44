#include "trunkline/venue/hyperliquid/signing.hpp"

#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/captures.hpp"

namespace trunkline::venue::hyperliquid {
namespace {

using Json = nlohmann::ordered_json;
using protocol::signing::RecoverableSignature;
using protocol::signing::Secp256k1Key;
using protocol::signing::to_hex;

constexpr std::string_view test_key = "0x0123456789012345678901234567890123456789012345678901234567890123";

// Without leading zeros, which some libraries leave out.
std::string number(std::string_view hex) {
  if (hex.starts_with("0x")) hex.remove_prefix(2);
  hex.remove_prefix(std::min(hex.find_first_not_of('0'), hex.size()));
  return std::string(hex);
}
void expect_signature(const RecoverableSignature& made, const Json& expected, const std::string& name) {
  EXPECT_EQ(number(to_hex(made.r)), number(expected["r"].get<std::string>())) << name;
  EXPECT_EQ(number(to_hex(made.s)), number(expected["s"].get<std::string>())) << name;
  EXPECT_EQ(made.v, expected["v"].get<int>()) << name;
}
ActionEnvelope envelope_of(const Json& vector) {
  ActionEnvelope envelope{.nonce = vector["nonce"].get<std::uint64_t>()};
  if (vector.contains("vaultAddress") && vector["vaultAddress"].is_string()) {
    envelope.vault = *EvmAddress::parse(vector["vaultAddress"].get<std::string>());
  }
  if (vector.contains("expiresAfter") && vector["expiresAfter"].is_number()) {
    envelope.expires_after = vector["expiresAfter"].get<std::uint64_t>();
  }
  return envelope;
}

TEST(HyperliquidSigning, SignsAnOrderAsTheVenuesClient) {
  constexpr std::string_view action =
      R"({"type":"order","orders":[{"a":1,"b":true,"p":"100","s":"100","r":false,"t":{"limit":{"tif":"Gtc"}}}],"grouping":"na"})";
  const auto key = Secp256k1Key::parse(test_key);
  ASSERT_TRUE(key);
  const auto digest = l1_digest(action, {.nonce = 0}, Network::Mainnet);
  ASSERT_TRUE(digest) << digest.error().message;
  EXPECT_EQ(to_json(key->sign(*digest)),
            R"({"r":"0xd65369825a9df5d80099e513cce430311d7d26ddf477f5b3a33d2806b100d78e",)"
            R"("s":"0x2b54116ff64054968aa237c20ca9ff68000f977c93289157748a3162b6ea940e","v":28})");
}

TEST(HyperliquidSigning, SignsATransferAsTheVenuesClient) {
  const auto key = Secp256k1Key::parse(test_key);
  ASSERT_TRUE(key);
  const auto digest =
      user_digest(R"({"type":"usdSend","signatureChainId":"0x66eee","hyperliquidChain":"Testnet",)"
                  R"("destination":"0x5e9ee1089755c3435139848e47e6635505d5a13a","amount":"1","time":1687816341423})");
  ASSERT_TRUE(digest) << digest.error().message;
  EXPECT_EQ(to_json(key->sign(*digest)),
            R"({"r":"0x637b37dd731507cdd24f46532ca8ba6eec616952c56218baeff04144e4a77073",)"
            R"("s":"0x11a6a24900e6e314136d2592e2f8d502cd89b7c15b198e1bee043c9589f9fad7","v":27})");
}

TEST(HyperliquidSigning, HashesMembersInTheOrderOfTheText) {
  const auto one = action_hash(R"({"type":"cancel","cancels":[{"a":0,"o":91490942}]})", {.nonce = 1700000000000});
  const auto other = action_hash(R"({"cancels":[{"a":0,"o":91490942}],"type":"cancel"})", {.nonce = 1700000000000});
  ASSERT_TRUE(one);
  ASSERT_TRUE(other);
  EXPECT_EQ(to_hex(*one), "f85d559965e8aa02d8b010bb455e9b80df40e8b31b20f64082f3bf0af1ad769e");
  EXPECT_NE(*one, *other);
}

TEST(HyperliquidSigning, MeetsEveryRecordedVector) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  std::size_t hashes = 0;
  std::size_t signatures = 0;
  for (const char* const file : {"hyperliquid-nktkas-1.json", "hyperliquid-python-sdk-1.json"}) {
    std::ifstream in(test::shared_folder() / "data/signing" / file);
    const Json vectors = Json::parse(in)["vectors"];
    for (const Json& vector : vectors) {
      const std::string name = fmt::format("{} {}", file, vector["name"].get<std::string>());
      if (vector.contains("cases")) continue;  // of a function that floating point needs, and we do not
      std::string kind = vector.value("kind", "l1");
      if (vector.value("userSigned", false)) kind = "user-signed";
      const auto envelope = kind == "user-signed" ? ActionEnvelope{} : envelope_of(vector);
      if (vector.contains("connectionId")) {
        const auto hash = action_hash(vector["action"].dump(), envelope);
        ASSERT_TRUE(hash) << name;
        EXPECT_EQ("0x" + to_hex(*hash), vector["connectionId"].get<std::string>()) << name;
        ++hashes;
      }
      if (!vector.contains("signature")) continue;
      const auto key = Secp256k1Key::parse(vector["privateKey"].get<std::string>());
      ASSERT_TRUE(key) << name;
      Json action = vector.value("action", Json::object());
      if (kind == "user-signed" && vector.contains("message")) {
        action = vector["message"];
        action["type"] = vector["name"];
        action["signatureChainId"] = vector["signatureChainId"];
        action["hyperliquidChain"] = vector["hyperliquidChain"];
      }
      const auto digest = kind == "user-signed"
                              ? user_digest(action.dump())
                              : l1_digest(action.dump(), envelope,
                                          vector["isMainnet"].get<bool>() ? Network::Mainnet : Network::Testnet);
      ASSERT_TRUE(digest) << name << ": " << digest.error().message;
      const auto made = key->sign(*digest);
      expect_signature(made, vector["signature"], name);
      EXPECT_EQ(*protocol::signing::recover_signer(*digest, made), key->address()) << name;
      ++signatures;
    }
  }
  EXPECT_GE(hashes, 41U);
  EXPECT_GE(signatures, 54U);
}

TEST(HyperliquidSigning, RefusesWhatIsNoAction) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":[";
  for (const std::string& text : {std::string(), std::string("[]"), std::string("{"), std::string("null"), deep}) {
    const auto hash = action_hash(text, {});
    ASSERT_FALSE(hash) << text.substr(0, 20);
    EXPECT_EQ(hash.error().code, ErrorCode::InvalidArgument);
  }
  EXPECT_FALSE(action_hash("{\"a\":\"\xFF\"}", {}));
}

TEST(HyperliquidSigning, SaysWhichMemberOfAnActionIsMissing) {
  const auto error = [](std::string_view action) {
    const auto digest = user_digest(action);
    return digest ? std::string("none") : digest.error().message;
  };
  EXPECT_EQ(error(R"({"type":"order"})"), "'order' is no action that an account signs itself");
  EXPECT_EQ(error(R"({"type":"usdSend"})"), "'' is no signatureChainId");
  EXPECT_EQ(error(R"({"type":"usdSend","signatureChainId":"0xfffffffffffffffff"})"),
            "'0xfffffffffffffffff' is no signatureChainId");
  EXPECT_EQ(error(R"({"type":"usdSend","signatureChainId":"0x66eee","hyperliquidChain":"Mainnet"})"),
            "a usdSend needs 'destination' of type string");
  EXPECT_EQ(error(R"({"type":"approveAgent","signatureChainId":"0x66eee","hyperliquidChain":"Mainnet",)"
                  R"("agentAddress":"0x12","nonce":1})"),
            "'0x12' is no address: 0x and 40 hex digits");
  EXPECT_EQ(error(R"({"type":"usdSend","signatureChainId":"0x66eee","hyperliquidChain":"Mainnet","destination":"",)"
                  R"("amount":"1","time":-1})"),
            "a usdSend needs 'time' of type uint64");
}

}  // namespace
}  // namespace trunkline::venue::hyperliquid
