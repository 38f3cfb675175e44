#include <cstdio>
#include <filesystem>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "net/support.hpp"
#include "trunkline/net/http_client.hpp"
#include "trunkline/net/http_server.hpp"
#include "trunkline/net/websocket_client.hpp"

namespace trunkline::net::test {
namespace {

struct Authority {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  std::unique_ptr<X509, decltype(&X509_free)> certificate{X509_new(), X509_free};
};

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void fill(X509* certificate, EVP_PKEY* key, const char* name, long serial, long expires_in) {
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate), expires_in);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
}

void write_pem(const std::filesystem::path& path, X509* certificate, EVP_PKEY* key) {
  std::unique_ptr<FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "w"), std::fclose);
  if (certificate != nullptr) PEM_write_X509(file.get(), certificate);
  if (key != nullptr) PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
}

Authority make_authority(long serial) {
  Authority made;
  fill(made.certificate.get(), made.key.get(), "Trunkline test authority", serial, 3600);
  X509_set_issuer_name(made.certificate.get(), X509_get_subject_name(made.certificate.get()));
  add_extension(made.certificate.get(), made.certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(made.certificate.get(), made.key.get(), EVP_sha256());
  return made;
}

class Tls : public testing::Test {
 protected:
  Tls() {
    std::string pattern = testing::TempDir() + "trunkline-tls-XXXXXX";
    folder = ::mkdtemp(pattern.data());
    authority_file = folder / "authority.pem";
    write_pem(authority_file, authority.certificate.get(), nullptr);
  }
  ~Tls() override { std::filesystem::remove_all(folder); }

  void serve(const char* names, long expires_in = 3600) {
    Authority host;
    fill(host.certificate.get(), host.key.get(), "server", 2, expires_in);
    X509_set_issuer_name(host.certificate.get(), X509_get_subject_name(authority.certificate.get()));
    add_extension(host.certificate.get(), authority.certificate.get(), NID_subject_alt_name, names);
    X509_sign(host.certificate.get(), authority.key.get(), EVP_sha256());
    write_pem(folder / "server.pem", host.certificate.get(), nullptr);
    write_pem(folder / "server.key", nullptr, host.key.get());
    auto listening = HttpServer::listen(
        io,
        {.maximum_body = 8 * 1024 * 1024,
         .maximum_websocket_message = 8 * 1024 * 1024,
         .tls_certificate_file = folder / "server.pem",
         .tls_key_file = folder / "server.key"},
        {.on_request = [](const HttpRequest& request,
                          Responder responder) { responder.respond({200, "text/plain", request.body + "!"}); },
         .on_websocket =
             [this](const HttpRequest&, std::shared_ptr<WebSocketServerConnection> connection) {
               auto* raw = connection.get();
               raw->on_message(
                   [raw](WebSocketServerConnection::Kind kind, std::string_view text) { raw->send(kind, text); });
               peers.push_back(std::move(connection));
             }});
    ASSERT_TRUE(listening) << listening.error().message;
    server.emplace(std::move(*listening));
  }

  Result<HttpClient::Reply> fetch(const std::string& host, std::string body = "hello", std::filesystem::path ca = {}) {
    HttpClient client(io, {.tls = {.extra_ca_file = ca.empty() ? authority_file : ca}});
    std::optional<Result<HttpClient::Reply>> reply;
    client.send({.method = "POST",
                 .url = fmt::format("https://{}:{}/", host, server->port()),
                 .body = std::move(body),
                 .deadline = 25s},
                [&](Result<HttpClient::Reply> r) { reply = std::move(r); });
    EXPECT_TRUE(run_until(io, [&] { return reply.has_value(); }));
    return std::move(*reply);
  }

  asio::io_context io;
  std::filesystem::path folder;
  std::filesystem::path authority_file;
  Authority authority = make_authority(1);
  std::optional<HttpServer> server;
  std::vector<std::shared_ptr<WebSocketServerConnection>> peers;
};

TEST_F(Tls, TalksToAVerifiedHost) {
  serve("DNS:localhost,IP:127.0.0.1");
  const auto by_address = fetch("127.0.0.1");
  ASSERT_TRUE(by_address) << by_address.error().message;
  EXPECT_EQ(by_address->body(), "hello!");
  const auto by_name = fetch("localhost");
  ASSERT_TRUE(by_name) << by_name.error().message;
}

TEST_F(Tls, CarriesMegabytesBothWays) {
  serve("IP:127.0.0.1");
  std::string body(5'000'000, 'a');
  for (std::size_t i = 0; i < body.size(); i += 777) body[i] = static_cast<char>('b' + i % 20);
  const auto reply = fetch("127.0.0.1", body);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body(), body + "!");
}

TEST_F(Tls, RefusesACertificateForAnotherHost) {
  serve("DNS:elsewhere.test,IP:10.0.0.1");
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const auto reply = fetch(host);
    ASSERT_FALSE(reply);
    EXPECT_NE(reply.error().message.find("certificate refused"), std::string::npos) << reply.error().message;
  }
}

TEST_F(Tls, RefusesAnAuthorityItDoesNotKnow) {
  serve("IP:127.0.0.1");
  const Authority other = make_authority(77);
  write_pem(folder / "other.pem", other.certificate.get(), nullptr);
  const auto reply = fetch("127.0.0.1", "x", folder / "other.pem");
  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().message.find("certificate refused"), std::string::npos) << reply.error().message;
}

TEST_F(Tls, RefusesAnExpiredCertificate) {
  serve("IP:127.0.0.1", -3600);
  const auto reply = fetch("127.0.0.1");
  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().message.find("expired"), std::string::npos) << reply.error().message;
}

TEST_F(Tls, SaysWhichFileOfAuthoritiesCannotBeRead) {
  serve("IP:127.0.0.1");
  const auto reply = fetch("127.0.0.1", "x", folder / "missing.pem");
  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().message.find("missing.pem"), std::string::npos);
}

TEST_F(Tls, NoticesThatTheServerSpeaksNoTls) {
  RawServer raw(io, [](RawServer::Client& peer) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  HttpClient client(io);
  std::optional<Result<HttpClient::Reply>> reply;
  client.send({.url = raw.url("https")}, [&](Result<HttpClient::Reply> r) { reply = std::move(r); });
  ASSERT_TRUE(run_until(io, [&] { return reply.has_value(); }));
  ASSERT_FALSE(*reply);
  EXPECT_NE(reply->error().message.find("TLS"), std::string::npos) << reply->error().message;
}

TEST_F(Tls, GivesUpOnAHandshakeThatStalls) {
  RawServer raw(io);
  HttpClient client(io, {.connect_timeout = 50ms});
  std::optional<Result<HttpClient::Reply>> reply;
  client.send({.url = raw.url("https")}, [&](Result<HttpClient::Reply> r) { reply = std::move(r); });
  ASSERT_TRUE(run_until(io, [&] { return reply.has_value(); }));
  ASSERT_FALSE(*reply);
  EXPECT_EQ(reply->error().code, ErrorCode::Timeout);
  EXPECT_NE(reply->error().message.find("TLS handshake"), std::string::npos) << reply->error().message;
}

struct Listener final : WebSocketListener {
  void on_open() override { opened = true; }
  void on_message(std::span<char> message, Nanos) override {
    ++messages;
    bytes += message.size();
    last.assign(message.data(), message.size());
  }
  void on_closed(const WebSocketClosed& how) override { closed = how; }
  bool opened = false;
  std::size_t messages = 0;
  std::size_t bytes = 0;
  std::string last;
  std::optional<WebSocketClosed> closed;
};

TEST_F(Tls, CarriesWebSockets) {
  serve("IP:127.0.0.1");
  auto context = TlsContext::client({.extra_ca_file = authority_file});
  ASSERT_TRUE(context);
  Listener listener;
  WebSocketClientOptions options;
  options.url = *Url::parse(fmt::format("wss://127.0.0.1:{}/ws", server->port()));
  options.tls = *context;
  WebSocketClient client(io, std::move(options), listener);
  client.open();
  ASSERT_TRUE(run_until(io, [&] { return listener.opened && !peers.empty(); }));
  const auto message = WebSocketServerConnection::encode(WebSocketServerConnection::Kind::Text, std::string(500, 'm'));
  for (int i = 0; i < 5000; ++i) peers[0]->queue(message);
  peers[0]->flush();
  ASSERT_TRUE(run_until(io, [&] { return listener.messages == 5000; }));
  EXPECT_EQ(listener.bytes, 2'500'000U);
  client.send_text(std::string(1'000'000, 'e'));
  ASSERT_TRUE(run_until(io, [&] { return listener.last.size() == 1'000'000; }));
  peers[0]->close(1000, "done");
  ASSERT_TRUE(run_until(io, [&] { return listener.closed.has_value(); }));
  EXPECT_EQ(listener.closed->code, 1000);
}

TEST_F(Tls, SurvivesAPeerThatVanishesWhileWriting) {
  serve("IP:127.0.0.1");
  auto context = TlsContext::client({.extra_ca_file = authority_file});
  Listener listener;
  WebSocketClientOptions options;
  options.url = *Url::parse(fmt::format("wss://127.0.0.1:{}/ws", server->port()));
  options.tls = *context;
  std::optional<WebSocketClient> client(std::in_place, io, std::move(options), listener);
  client->open();
  ASSERT_TRUE(run_until(io, [&] { return listener.opened && !peers.empty(); }));
  int ended = 0;
  peers[0]->on_close([&](std::uint16_t, std::string_view) { ++ended; });
  client.reset();
  // Into a closed socket: an error, and no SIGPIPE.
  for (int i = 0; i < 200; ++i) peers[0]->send_text(std::string(20'000, 'x'));
  ASSERT_TRUE(run_until(io, [&] { return ended == 1; }));
}

}  // namespace
}  // namespace trunkline::net::test
