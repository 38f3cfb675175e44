// Bybit v5 spot as its public stream and market REST paths show it. Facts: the recordings of version 5 (book), and the
// venue's documentation (the rest; not checked against the venue).
//
// A book is a window of the best levels: a change tells what entered, left or changed in it, numbered by one.
//
// Thread: the server's.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sandbox/server/protocol.hpp"

namespace trunkline::sandbox::bybit {

class BybitProtocol final : public Protocol {
 public:
  std::string_view venue() const noexcept override { return "bybit"; }
  Result<std::vector<Instrument>> list(const std::vector<std::string>& symbols) override;
  void begin(VenueHost& host) override { host_ = &host; }

  std::optional<net::HttpResponse> refuse(const net::HttpRequest& request) override;
  void open(Client& client, const net::HttpRequest& request) override;
  void message(Client& client, MessageKind kind, std::string_view text) override;
  bool request(const net::HttpRequest& request, net::Responder responder) override;
  void tick(Nanos monotonic) override;
  void flush() override;
  std::size_t subscriptions(const Client& client) const override;

  void on_trade(ListedMarket& market, const TradePrint& trade) override;

 private:
  struct Topic {
    ListedMarket* market = nullptr;
    std::size_t depth = 0;  // 0: trades
  };
  // The levels that subscribers of one topic hold.
  struct Window {
    ListedMarket* market;
    std::size_t depth;
    std::uint64_t update_id;
    std::vector<BookLevel> bids;
    std::vector<BookLevel> asks;
  };
  struct State;

  std::optional<Topic> parse_topic(std::string_view text) const;
  void subscribe(Client& client, const std::vector<std::string>& topics, std::string_view request);
  void unsubscribe(Client& client, const std::vector<std::string>& topics, std::string_view request);
  void acknowledge(Client& client, std::string_view op, bool success, std::string_view message,
                   std::string_view request);
  std::vector<Client*> listeners(const std::string& topic) const;
  Window& window_of(const std::string& topic, const Topic& what);
  void send_snapshot(Client& client, const std::string& topic, const Topic& what);
  void tell_changes(const std::string& topic, Window& window, const std::vector<Client*>& clients);
  net::HttpResponse answer(std::string_view endpoint, const net::HttpRequest& request);

  VenueHost* host_ = nullptr;
  std::map<std::string, Window, std::less<>> windows_;  // by topic
  Nanos next_change_{0};
};

}  // namespace trunkline::sandbox::bybit
