// Coinbase as a server: the Exchange feed and Advanced Trade on one port. A WebSocket on /exchange or /advanced speaks
// that one; on any other path the first message tells which ("channels" or "channel"). REST: /products..., /time and
// /api/v3/brokerage/market/..., with /advanced before it or not. Facts: docs/venues/coinbase.md.
//
// Thread: the server's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/coinbase/rest_api.hpp"
#include "sandbox/server/protocol.hpp"

namespace trunkline::sandbox::coinbase {

// One WebSocket client.
struct Session : ClientState {
  enum class Api : std::uint8_t { Unknown, Exchange, Advanced };

  Api api = Api::Unknown;
  std::map<std::string, std::set<std::string>, std::less<>> subscribed;  // products by channel
  std::set<std::pair<std::string, std::string>> silent;                  // channel and product: confirmed, then nothing
  std::uint64_t next_number = 0;                                         // Advanced
  bool spoke = false;                                                    // subscribed to anything at all
  double allowance = 20;                                                 // messages it may send now
  Nanos counted{0};

  bool has(std::string_view channel, std::string_view product) const {
    const auto found = subscribed.find(channel);
    return found != subscribed.end() && found->second.contains(std::string(product)) &&
           !silent.contains({std::string(channel), std::string(product)});
  }
};

class CoinbaseProtocol : public Protocol {
 public:
  static constexpr Nanos batch = std::chrono::milliseconds{50};
  static constexpr Nanos subscribe_limit = std::chrono::seconds{5};

  std::string_view venue() const noexcept override { return "coinbase"; }
  Result<std::vector<Instrument>> list(const std::vector<std::string>& symbols) override;
  void begin(VenueHost& host) override;
  std::optional<net::HttpResponse> refuse(const net::HttpRequest& request) override;
  void open(Client& client, const net::HttpRequest& request) override;
  void message(Client& client, MessageKind kind, std::string_view text) override;
  void gone(Client& client) override;
  bool request(const net::HttpRequest& request, net::Responder responder) override;
  void tick(Nanos now) override;
  void flush() override;
  void corrupt(std::string& message, bool price) override;
  std::size_t subscriptions(const Client& client) const override;

  void on_trade(ListedMarket& market, const TradePrint& trade) override;
  void on_book_change(ListedMarket& market, std::span<const match::LevelChange> changes) override;

 private:
  // Collected since the last batch.
  struct Pending {
    std::map<std::pair<match::Side, Price>, Quantity> levels;
    std::vector<TradePrint> trades;
    bool ticker = false;
  };
  using Names = std::vector<std::string>;

  void subscribe(Client& client, const nlohmann::json& request, bool leave);
  // What stands in the way, as the venue words it; nothing: all is well.
  std::optional<std::string> objection(const Client& client, const nlohmann::json& request, const Names& channels,
                                       const Names& products);
  std::optional<std::string> strike(Session& session, std::string_view channel, const ListedMarket& market);
  void send_first(Client& client, const std::string& channel, const ListedMarket& market);
  void send_subscriptions(Client& client);
  void send_error(Client& client, std::string_view message, std::string_view reason);
  void send_numbered(Client& client, std::string_view channel, std::string_view events);
  void flush_batch(ListedMarket& market, Pending& pending);
  // The clients of an API that have this channel of this product.
  std::vector<Client*> listeners(Session::Api api, std::string_view channel, std::string_view product) const;

  VenueHost* host_ = nullptr;
  std::optional<RestApi> rest_;
  std::vector<Client*> clients_;
  std::map<ListedMarket*, Pending> pending_;
  Nanos next_batch_{0};
  Nanos next_beat_{0};
  std::uint64_t beats_ = 0;
};

}  // namespace trunkline::sandbox::coinbase
