// The server's side that a protocol works with: the markets, the clients, and the way of a message to them, on which
// the faults lie in wait.
//
// Thread: the server's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sandbox/faults/fault.hpp"
#include "sandbox/server/protocol.hpp"
#include "trunkline/core/event.hpp"

namespace trunkline::sandbox {

class VenueHost {
 public:
  // What one client is sent; called once for each client that is still there, also where a fault then takes the
  // message away, so that a number of the client's own sequence that encode() uses up is missed.
  using Encode = std::function<std::string(Client&)>;

  // `log` may be null and must outlive the host.
  VenueHost(Protocol& protocol, EventLog* log) : protocol_(protocol), log_(log) {}
  Result<void> list(const std::vector<std::string>& symbols, std::uint64_t seed, double rate, Nanos epoch);

  // ---- markets
  const std::vector<std::unique_ptr<ListedMarket>>& markets() const noexcept { return markets_; }
  // Without a market: the first one that lists the symbol. Null where none does.
  ListedMarket* find(std::string_view symbol, std::optional<Market> market = std::nullopt) const;

  // ---- messages
  // Market data. One occasion for the message faults (drop, duplicate, reorder, delay, truncate, corrupt) and the
  // connection faults (stall, half_open, close), each of which hits all these clients alike.
  void deliver(std::span<Client* const> clients, const Occasion& occasion, const Encode& encode,
               MessageKind kind = MessageKind::Text);
  // The same text for all.
  void deliver(std::span<Client* const> clients, const Occasion& occasion, std::string_view text,
               MessageKind kind = MessageKind::Text);
  // An answer, a heartbeat: no message fault strikes it, but who is stalled or half open does not get it.
  void send(Client& client, std::string text, MessageKind kind = MessageKind::Text);
  void close(Client& client, std::uint16_t code, std::string_view reason);

  // ---- faults that the protocol asks for itself
  FaultSet& faults() noexcept { return faults_; }
  static Occasion occasion(const ListedMarket& market, std::string_view stream) noexcept {
    return {to_text(market.instrument().market), market.instrument().symbol, stream};
  }
  // http_429 and http_418: a reply with Retry-After and an empty object; the venue may put its own body in.
  std::optional<net::HttpResponse> refused_request(const Occasion& occasion);
  // The book for a snapshot: late_snapshot makes it late and old, wrong_snapshot_id falsifies its id.
  struct Snapshot {
    Book book;
    Nanos delay{0};  // answer so much later, see later()
  };
  Snapshot snapshot(const ListedMarket& market, std::size_t depth, std::string_view stream = "depth");

  // ---- time
  void later(Nanos delay, std::function<void()> what);
  void report(std::string_view event, std::vector<std::pair<std::string_view, std::string>> fields = {});

  // ---- for the server
  Client& add(std::shared_ptr<net::WebSocketServerConnection> socket, const net::HttpRequest& request);
  void advance(Nanos until);
  void shift(Nanos by);
  void run_due(Nanos now);      // what later() asked for and faults held back
  void flush();                 // writes what is queued
  void remove_gone(Nanos now);  // tells the protocol
  void remove_all();
  void reset_all();            // every connection, without a close frame
  std::size_t clear_faults();  // ends stalls and half-open connections, too
  const std::map<std::uint64_t, std::unique_ptr<Client>>& clients() const noexcept { return clients_; }
  std::uint64_t messages() const noexcept { return messages_; }
  std::uint64_t too_slow() const noexcept { return too_slow_; }
  std::uint64_t actions() const;

 private:
  struct Parcel {
    std::uint64_t client;
    std::string text;
    MessageKind kind;
  };
  using Key = std::string;  // of an occasion

  void strike_connections(std::span<Client* const> clients, const Occasion& occasion);
  void pass_faults(std::vector<Parcel> parcels, const Occasion& occasion);
  void send_all(const std::vector<Parcel>& parcels);
  void put(Client& client, const net::SharedBytes& frame);
  bool takes_messages(Client& client);

  Protocol& protocol_;
  EventLog* log_;
  FaultSet faults_;
  std::vector<std::unique_ptr<ListedMarket>> markets_;
  std::map<std::uint64_t, std::unique_ptr<Client>> clients_;
  std::map<std::uint64_t, Nanos> leaving_;  // gone, but their close frame may still be on its way
  std::multimap<Nanos, std::function<void()>> due_;
  std::map<Key, std::vector<Parcel>> held_;  // by a reorder fault
  std::vector<std::uint64_t> queued_;
  std::uint64_t next_client_ = 1;
  std::uint64_t messages_ = 0;
  std::uint64_t too_slow_ = 0;
};

}  // namespace trunkline::sandbox
