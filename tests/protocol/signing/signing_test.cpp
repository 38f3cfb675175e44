#include <gtest/gtest.h>

#include "trunkline/protocol/signing/digest.hpp"
#include "trunkline/protocol/signing/ed25519.hpp"
#include "trunkline/protocol/signing/secp256k1.hpp"
#include "trunkline/protocol/signing/text_form.hpp"

namespace trunkline::protocol::signing {
namespace {

std::string hex(std::span<const std::uint8_t> bytes) {
  return to_hex(bytes);
}

TEST(Keccak256, IsThatOfEthereumAndNotSha3) {
  EXPECT_EQ(hex(keccak256("")), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  EXPECT_EQ(hex(keccak256("abc")), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

TEST(HmacSha256, MeetsRfc4231AndTheExampleOfBinance) {
  EXPECT_EQ(hex(HmacSha256(SecretKey(std::string_view("Jefe"))).of("what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // A key that is longer than a block.
  EXPECT_EQ(
      hex(HmacSha256(SecretKey(std::string(131, '\xaa'))).of("Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(
      hex(HmacSha256(SecretKey(std::string_view("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j")))
              .of("symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&"
                  "timestamp=1499827319559")),
      "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71");
}

struct Rfc8032 {
  std::string_view seed, public_key, message, signature;
};
constexpr Rfc8032 rfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
     "5"
     "5141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "r",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "0"
     "0d291612bb0c00"},
};

TEST(Ed25519, MeetsRfc8032) {
  for (const Rfc8032& vector : rfc8032) {
    SecretKey seed(std::size_t{32});
    ASSERT_TRUE(from_hex(vector.seed, {seed.data(), seed.size()}));
    const auto key = Ed25519Key::read(seed);
    ASSERT_TRUE(key);
    EXPECT_EQ(hex(key->public_key()), vector.public_key);
    EXPECT_EQ(hex(key->sign(vector.message)), vector.signature);
  }
}

TEST(Ed25519, ReadsThePemFormThatOpensslWrites) {
  // RFC 8410, section 10.3.
  const auto key =
      Ed25519Key::read(SecretKey(std::string_view("-----BEGIN PRIVATE KEY-----\n"
                                                  "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                                                  "-----END PRIVATE KEY-----\n")));
  ASSERT_TRUE(key);
  EXPECT_EQ(hex(key->public_key()), "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
}

TEST(Ed25519, RefusesWhatIsNoKeyWithoutShowingIt) {
  const auto key = Ed25519Key::read(SecretKey(std::string_view("not a key at all")));
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().message, "the secret is no Ed25519 private key in PEM");
}

TEST(Secp256k1, SignsAsRfc6979WithALowS) {
  // The well-known vectors of Bitcoin's implementations: key 1 and SHA-256("Satoshi Nakamoto").
  const auto key = Secp256k1Key::parse("0000000000000000000000000000000000000000000000000000000000000001");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->address().to_text(), "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");
  Hash digest;
  ASSERT_TRUE(from_hex("a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e", digest));
  const auto signature = key->sign(digest);
  EXPECT_EQ(hex(signature.r), "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8");
  EXPECT_EQ(hex(signature.s), "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5");
  const auto signer = recover_signer(digest, signature);
  ASSERT_TRUE(signer);
  EXPECT_EQ(*signer, key->address());
}

TEST(Secp256k1, RecoversAnotherSignerOfAnotherDigestAndNoneOfNonsense) {
  const auto key = Secp256k1Key::parse("0x0123456789012345678901234567890123456789012345678901234567890123");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->address().to_text(), "0x14791697260e4c9a71f18484c9f997b308e59325");
  auto signature = key->sign(keccak256("one"));
  EXPECT_EQ(*recover_signer(keccak256("one"), signature), key->address());
  EXPECT_NE(recover_signer(keccak256("two"), signature).value_or(EvmAddress{}), key->address());
  signature.v = 29;
  EXPECT_FALSE(recover_signer(keccak256("one"), signature));
  signature.v = 27;
  signature.r.fill(0xFF);
  EXPECT_FALSE(recover_signer(keccak256("one"), signature));
  signature.r.fill(0);
  EXPECT_FALSE(recover_signer(keccak256("one"), signature));
}

TEST(Secp256k1, RefusesKeysThatAreNone) {
  for (const std::string_view text :
       {"", "0x", "12", "0000000000000000000000000000000000000000000000000000000000000000",
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        "zz00000000000000000000000000000000000000000000000000000000000001"}) {
    const auto key = Secp256k1Key::parse(text);
    ASSERT_FALSE(key) << text;
    EXPECT_EQ(key.error().message, "the secret is no secp256k1 private key: 64 hex digits");
  }
}

TEST(SecretKey, IsEmptyAfterItWasMovedOrCleared) {
  std::string text = "a secret that is longer than a short string holds";
  SecretKey key = SecretKey::taken_from(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(key.view(), "a secret that is longer than a short string holds");
  SecretKey moved = std::move(key);
  EXPECT_TRUE(key.empty());  // NOLINT(bugprone-use-after-move): what a move leaves is the point
  EXPECT_EQ(moved.clone().view(), moved.view());
  moved.clear();
  EXPECT_TRUE(moved.empty());
  static_assert(!std::is_copy_constructible_v<SecretKey> && !std::is_copy_assignable_v<SecretKey>);
  static_assert(!fmt::is_formattable<SecretKey>::value);
}

TEST(TextForm, RefusesHexAndBase64ThatIsNone) {
  std::array<std::uint8_t, 2> two{};
  EXPECT_TRUE(from_hex("0xaBcD", two));
  EXPECT_EQ(two, (std::array<std::uint8_t, 2>{0xAB, 0xCD}));
  for (const std::string_view text : {"", "abc", "abcde", "abcg", "ab-d"}) EXPECT_FALSE(from_hex(text, two)) << text;
  EXPECT_EQ(secret_from_base64("aGVsbG8=")->view(), "hello");
  for (const std::string_view text : {"", "abc", "ab=c", "????"}) EXPECT_FALSE(secret_from_base64(text)) << text;
  EXPECT_EQ(to_base64(bytes_of("hello")), "aGVsbG8=");
  EXPECT_EQ(to_base64url(bytes_of("\xFB\xFF")), "-_8");
}

}  // namespace
}  // namespace trunkline::protocol::signing
