// Hyperliquid: POST /info, POST /exchange and the WebSocket at /ws.
//
// Thread: the server's.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/hyperliquid/info.hpp"
#include "sandbox/hyperliquid/orders/account_info.hpp"
#include "sandbox/hyperliquid/orders/exchange_door.hpp"
#include "sandbox/server/venue_host.hpp"

namespace trunkline::sandbox::hyperliquid {

enum class Channel : std::uint8_t {
  Book,
  Bbo,
  Trades,
  Candle,
  Context,
  Mids,
  // of an account
  OrderUpdates,
  UserFills,
  UserEvents,
  UserFundings
};
constexpr bool is_of_account(Channel channel) noexcept {
  return channel >= Channel::OrderUpdates;
}

struct Subscription {
  Channel channel = Channel::Book;
  const ListedMarket* market = nullptr;  // null: Mids, and streams of an account
  std::string interval = {};             // of Candle
  bool fast = false;                     // of Book: five levels, often
  bool silent = false;                   // by a fault: accepted, and then nothing
  std::string user = {};                 // address in lower case, of streams of an account

  bool same_stream(const Subscription& other) const noexcept {
    return channel == other.channel && market == other.market && interval == other.interval && fast == other.fast &&
           user == other.user;
  }
};

struct HyperliquidClient : ClientState {
  std::vector<Subscription> subscriptions;
  Nanos told{0};  // when it was last sent anything; monotonic
};

inline constexpr int venue_weight_per_minute = 1'200;
inline constexpr int no_weight_limit = 0;

class HyperliquidProtocol final : public Protocol {
 public:
  // A connection that was sent nothing for so long is closed.
  static constexpr Nanos silence_limit = std::chrono::seconds{60};

  explicit HyperliquidProtocol(std::vector<AccountKey> accounts = {default_account()},
                               int weight_per_minute = venue_weight_per_minute)
      : accounts_(std::move(accounts)), weight_per_minute_(weight_per_minute) {}

  std::string_view venue() const noexcept override { return "hyperliquid"; }
  // "BTC" is a perpetual, "HYPE/USDC" a spot pair.
  Result<std::vector<Instrument>> list(const std::vector<std::string>& symbols) override;
  void begin(VenueHost& host) override;
  std::optional<net::HttpResponse> refuse(const net::HttpRequest& request) override;
  void open(Client& client, const net::HttpRequest& request) override;
  void message(Client& client, MessageKind kind, std::string_view text) override;
  void gone(Client& client) override;
  bool request(const net::HttpRequest& request, net::Responder responder) override;
  void tick(Nanos now) override;
  void flush() override;
  std::optional<net::HttpResponse> control(const net::HttpRequest& request) override;
  void skew_clock(std::int64_t ms) override { trading_->skew_clock(ms); }
  std::size_t subscriptions(const Client& client) const override;
  int used_weight() const override { return used_weight_; }

  void on_trade(ListedMarket& market, const TradePrint& trade) override;
  void on_book_change(ListedMarket& market, std::span<const match::LevelChange> changes) override;
  void on_best_change(ListedMarket& market) override;

 private:
  void send(Client& client, std::string text);
  void send_error(Client& client, std::string_view text);
  void subscribe(Client& client, const Json& request, bool subscribes);
  void post(Client& client, const Json& request);
  void post_action(Client& client, std::uint64_t id, const Json& payload);
  void exchange(const net::HttpRequest& request, const net::Responder& responder);
  void ask_account(const Json& question, const net::Responder& responder);
  void tell_user(std::string_view channel, const std::string& user, const std::string& data);
  Client* alive(std::uint64_t id) const;
  // What a subscription begins with.
  void send_first(Client& client, const Subscription& subscription);
  std::vector<Client*> subscribers(const Subscription& wanted);
  void tell(const Subscription& stream, std::string_view channel, const std::string& data);
  void tell_books(bool fast);
  bool spend(int weight);

  std::vector<AccountKey> accounts_;
  int weight_per_minute_;
  VenueHost* host_ = nullptr;
  std::unique_ptr<Trading> trading_;
  std::unique_ptr<AccountInfo> account_info_;
  std::unique_ptr<ExchangeDoor> door_;
  std::unique_ptr<Info> info_;
  std::vector<Client*> clients_;
  std::map<const ListedMarket*, std::vector<TradePrint>> printed_;  // of the action that is going on
  Nanos next_fast_{0};
  Nanos next_slow_{0};
  Nanos next_second_{0};
  Nanos minute_began_{0};
  int used_weight_ = 0;
};

}  // namespace trunkline::sandbox::hyperliquid
