// The streams: /v2/iex, /v2/sip, /v2/delayed_sip, /v2/test and /v1beta3/crypto/us, in JSON or MessagePack as the
// Content-Type of the handshake says.
//
// Thread: the server's.
#pragma once

#include <array>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/alpaca/exchange.hpp"
#include "sandbox/server/client.hpp"
#include "trunkline/venue/alpaca/messages.hpp"

namespace trunkline::sandbox::alpaca {

using venue::alpaca::Stream;
using venue::alpaca::stream_count;

class Streams {
 public:
  explicit Streams(Exchange& exchange) : exchange_(exchange) {}

  std::optional<net::HttpResponse> refuse(const net::HttpRequest& request) const;
  void open(Client& client, const net::HttpRequest& request);
  void message(Client& client, std::string_view bytes, bool binary);
  void gone(Client& client) { std::erase(clients_, &client); }
  std::size_t subscriptions(const Client& client) const;

  void trade(ListedMarket& market, const TradePrint& print);
  void best_change(ListedMarket& market);
  void book_change(ListedMarket& market, std::span<const match::LevelChange> changes);
  void tick(Nanos monotonic);

  // As JSON text is to be put on the wire for this client.
  static std::string pack(const Client& client, std::string message);

 private:
  struct State : ClientState {
    bool message_pack = false;
    bool crypto = false;
    bool test = false;
    bool authenticated = false;
    std::string key;
    std::array<std::set<std::string, std::less<>>, stream_count> lists;
    std::set<std::string, std::less<>> silent;  // "trades:AAPL": acknowledged, then nothing

    bool has(Stream stream, std::string_view symbol) const;
  };
  struct Halted {
    Halt halt;
    bool began = false;
    bool ended = false;
  };

  static State& state(const Client& client) { return client.as<State>(); }
  void say(Client& client, std::string json);
  void error(Client& client, int code, std::string_view text);
  void authenticate(Client& client, std::string key, std::string_view secret);
  void change(Client& client, const nlohmann::json& message, bool subscribe);
  void tell_subscription(Client& client);
  void send_whole_book(Client& client, ListedMarket& market);
  // To all who have this stream of this symbol: `[{"T":kind,"S":symbol,fields`.
  void deliver(Stream stream, const ListedMarket& market, std::string_view kind, std::string_view fields,
               std::string_view fault_stream);
  void tell_bars(Nanos now);
  void tell_bands();
  void run_halts(Nanos monotonic);

  Exchange& exchange_;
  std::vector<Client*> clients_;
  std::vector<Halted> halts_;
  bool halts_known_ = false;
  Nanos began_{0};
  Nanos bands_due_{0};
  std::int64_t minute_ = 0;  // of the market's clock
};

}  // namespace trunkline::sandbox::alpaca
