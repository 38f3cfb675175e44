#include "trunkline/net/url.hpp"

#include <gtest/gtest.h>

namespace trunkline::net {
namespace {

TEST(Url, ReadsTheVenuesAddresses) {
  const auto url = Url::parse("wss://stream.binance.com:9443/stream?streams=btcusdt@trade/ethusdt@trade");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "wss");
  EXPECT_EQ(url->host, "stream.binance.com");
  EXPECT_EQ(url->port, 9443);
  EXPECT_EQ(url->target, "/stream?streams=btcusdt@trade/ethusdt@trade");
  EXPECT_TRUE(url->secure());
  EXPECT_EQ(url->to_text(), "wss://stream.binance.com:9443/stream?streams=btcusdt@trade/ethusdt@trade");
}

TEST(Url, KnowsThePortsOfItsSchemes) {
  EXPECT_EQ(Url::parse("ws://a")->port, 80);
  EXPECT_EQ(Url::parse("https://a")->port, 443);
  EXPECT_EQ(Url::parse("HTTPS://Api.Binance.COM")->authority(), "api.binance.com");
  EXPECT_EQ(Url::parse("http://a:443/")->authority(), "a:443");
}

TEST(Url, GivesAnAbsentPathASlash) {
  EXPECT_EQ(Url::parse("http://a")->target, "/");
  EXPECT_EQ(Url::parse("http://a?x=1")->target, "/?x=1");
}

TEST(Url, ReadsVersionSixAddresses) {
  const auto url = Url::parse("ws://[::1]:8080/x");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->authority(), "[::1]:8080");
  EXPECT_EQ(Url::parse("https://[2001:DB8::1]")->to_text(), "https://[2001:db8::1]/");
}

TEST(Url, ReadsUnixPaths) {
  const auto url = Url::parse("unix:///run/trunkline.sock");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->target, "/run/trunkline.sock");
}

TEST(Url, RefusesWhatItCannotMean) {
  for (const char* text : {"", "stream.binance.com", "ws://", "ws:///x", "ws://a:0", "ws://a:65536", "ws://a:",
                           "ws://a:8x", "ws://a b/", "ws://a/\r\nHost: b", "ws://user:secret@a/", "http://a/#part",
                           "ws://[::1", "ws://[abc]", "ws://[::1]x", "unix://relative", "ftp://a", "ws://a\x80/"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
}

TEST(Url, NamesTheSchemeThatWasMeant) {
  const auto url = Url::parse("htps://a");
  ASSERT_FALSE(url);
  EXPECT_NE(url.error().message.find("did you mean https"), std::string::npos) << url.error().message;
}

}  // namespace
}  // namespace trunkline::net
