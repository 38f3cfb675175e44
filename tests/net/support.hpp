// What the tests of this folder share: turning an io_context until something is true, and a raw TCP peer that does
// exactly what it is told.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <fmt/format.h>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "trunkline/net/asio.hpp"

namespace trunkline::net::test {

using namespace std::chrono_literals;

// Runs handlers until `condition` holds; false when half a minute was not enough.
template <class Condition>
bool run_until(asio::io_context& io, Condition condition, std::chrono::milliseconds limit = 30s) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    if (io.stopped()) io.restart();
    io.run_one_for(20ms);
  }
  return true;
}

// Runs what is ready now, and what that makes ready.
inline void settle(asio::io_context& io) {
  for (int i = 0; i < 20; ++i) {
    if (io.stopped()) io.restart();
    io.poll();
  }
}

// Accepts on loopback, keeps what each client sent, and gives a script each new connection and each piece of input.
class RawServer {
 public:
  struct Client {
    explicit Client(asio::io_context& io) : socket(io) {}
    asio::ip::tcp::socket socket;
    std::string input;
    std::array<char, 4096> chunk;
    bool closed = false;

    void send(const std::string& text) {
      error_code ignored;
      asio::write(socket, asio::buffer(text), ignored);
    }
    void close() {
      error_code ignored;
      socket.close(ignored);
    }
    void reset() {
      error_code ignored;
      socket.set_option(asio::socket_base::linger(true, 0), ignored);
      socket.close(ignored);
    }
  };
  using Script = std::function<void(Client&)>;

  explicit RawServer(asio::io_context& io, Script on_input = {})
      : io_(io), acceptor_(io, {asio::ip::address_v4::loopback(), 0}), on_input_(std::move(on_input)) {
    accept();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string url(const std::string& scheme, const std::string& target = "/") const {
    return fmt::format("{}://127.0.0.1:{}{}", scheme, port(), target);
  }
  void stop() { acceptor_.close(); }

  std::vector<std::shared_ptr<Client>> clients;

 private:
  void accept() {
    auto client = std::make_shared<Client>(io_);
    acceptor_.async_accept(client->socket, [this, client](error_code error) {
      if (error) return;
      clients.push_back(client);
      read(client);
      accept();
    });
  }
  void read(const std::shared_ptr<Client>& client) {
    client->socket.async_read_some(asio::buffer(client->chunk), [this, client](error_code error, std::size_t bytes) {
      if (error) {
        client->closed = true;
        return;
      }
      client->input.append(client->chunk.data(), bytes);
      if (on_input_) on_input_(*client);
      if (client->socket.is_open()) read(client);
    });
  }

  asio::io_context& io_;
  asio::ip::tcp::acceptor acceptor_;
  Script on_input_;
};

}  // namespace trunkline::net::test
