// Kraken's spot API, public part: WebSocket v2 at /v2 (book, ticker, trade, ohlc, instrument) and REST at /0/public.
//
// Thread: the server's.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/kraken/depth_view.hpp"
#include "sandbox/kraken/messages.hpp"
#include "sandbox/kraken/rest_api.hpp"
#include "sandbox/server/venue_host.hpp"

namespace trunkline::sandbox::kraken {

enum class Channel : std::uint8_t { Book, Ticker, Trade, Ohlc, Instrument };

struct Subscription {
  Channel channel = Channel::Book;
  const ListedMarket* market = nullptr;  // null: instrument
  int option = 0;                        // depth, minutes; ticker: 1 where every change of the best levels is wanted
  bool silent = false;                   // by a fault: accepted, and then nothing
};

struct KrakenClient : ClientState {
  std::vector<Subscription> subscriptions;
};

class KrakenProtocol final : public Protocol {
 public:
  std::string_view venue() const noexcept override { return "kraken"; }
  // "BTC/USD".
  Result<std::vector<Instrument>> list(const std::vector<std::string>& symbols) override;
  void begin(VenueHost& host) override;
  std::optional<net::HttpResponse> refuse(const net::HttpRequest& request) override;
  void open(Client& client, const net::HttpRequest& request) override;
  void message(Client& client, MessageKind kind, std::string_view text) override;
  void gone(Client& client) override;
  bool request(const net::HttpRequest& request, net::Responder responder) override;
  void tick(Nanos now) override;
  std::size_t subscriptions(const Client& client) const override;

  void on_trade(ListedMarket& market, const TradePrint& trade) override;
  void on_book_change(ListedMarket& market, std::span<const match::LevelChange> changes) override;
  void on_best_change(ListedMarket& market) override;

 private:
  void subscribe(Client& client, const nlohmann::json& params, const Answer& answer);
  void subscribe_one(Client& client, const Subscription& wanted, std::string_view channel, std::string_view symbol,
                     bool snapshot, const Answer& answer);
  void send_snapshot(Client& client, const Subscription& subscription);
  void send_book(Client& client, const ListedMarket& market, int depth);
  void unsubscribe_one(Client& client, const Subscription& left, std::string_view channel, std::string_view symbol,
                       const Answer& answer);
  // Who has subscribed exactly this and is not silent.
  std::vector<Client*> subscribers(Channel channel, const ListedMarket& market, int option) const;
  std::set<int> options(Channel channel, const ListedMarket& market) const;
  void tell_trades(ListedMarket& market);
  void tell_ticker(ListedMarket& market, int trigger);
  const Bar& day_of(const ListedMarket& market);

  VenueHost* host_ = nullptr;
  std::unique_ptr<RestApi> rest_;
  std::vector<Client*> clients_;
  std::map<std::pair<const ListedMarket*, int>, DepthView> views_;  // of the depths in use
  std::map<const ListedMarket*, std::vector<TradePrint>> printed_;  // of the action that is going on
  struct Day {
    Nanos at{0};
    Bar bar;
  };
  std::map<const ListedMarket*, Day> days_;
  Nanos next_heartbeat_{0};
};

}  // namespace trunkline::sandbox::kraken
