// Orders at Binance spot and USD-M: the WebSocket API for orders and queries, REST where it has no such method or is
// not connected, and the account's stream of events. docs/venues/binance.md tells what it relies on.
//
// Spot has one connection, which brings replies and events. USD-M has two: one for requests, one for events, whose
// address a REST call gives. Conditional orders of USD-M go by the algo endpoint and have ids of their own.
//
// Thread: as venue::Venue, one.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "trunkline/order/order_chains.hpp"
#include "trunkline/order/order_gateway.hpp"
#include "trunkline/order/pending_requests.hpp"
#include "trunkline/venue/binance/orders/calls.hpp"
#include "trunkline/venue/binance/orders/signer.hpp"
#include "trunkline/venue/binance/orders/symbols.hpp"
#include "trunkline/venue/binance/orders/user_events.hpp"

namespace trunkline::venue::binance::orders {

struct BinanceOrderConfig {
  Segment segment = Segment::Spot;  // or Usdm
  std::uint32_t recv_window_ms = 5'000;
  Nanos request_timeout = std::chrono::seconds{5};
  Nanos maximum_age = std::chrono::hours{23} + std::chrono::minutes{30};  // of a connection; the venue cuts at 24 h
};

class BinanceOrderGateway final : public order::OrderGateway {
 public:
  BinanceOrderGateway(BinanceOrderConfig config, Signer signer);

  std::string_view exchange() const noexcept override { return spec_.exchange; }
  std::span<const Lane> lanes() const noexcept override { return lanes_; }
  RequestLimits limits() const override { return {spec_.weight_per_minute, "X-MBX-USED-WEIGHT-1M"}; }

  void on_start(Nanos now, Sink& sink, Outbox& outbox) override;
  void on_open(ConnectionId connection, LaneId lane, Nanos now, Sink& sink, Outbox& outbox) override;
  void on_bytes(ConnectionId connection, std::span<char> message, Nanos received, Sink& sink, Outbox& outbox) override;
  void on_closed(ConnectionId connection, std::string_view reason, Nanos now, Sink& sink, Outbox& outbox) override;
  void on_reply(const Reply& reply, Sink& sink, Outbox& outbox) override;
  void on_tick(Nanos now, Sink& sink, Outbox& outbox) override;
  Result<void> command(const Command& command, Nanos now, Sink& sink, Outbox& outbox) override;

  void take_over(const order::InFlightOrder& order, Nanos now) override;
  void place(order::Ticket ticket, const order::InFlightOrder& order, Nanos now, Outbox& outbox) override;
  void cancel(order::Ticket ticket, const order::InFlightOrder& order, Nanos now, Outbox& outbox) override;
  void amend(order::Ticket ticket, const order::InFlightOrder& order, Price price, Quantity amount, Nanos now,
             Outbox& outbox) override;
  void query(order::Ticket ticket, const order::InFlightOrder& order, Nanos now, Outbox& outbox) override;
  void query_open_orders(order::Ticket ticket, Nanos now, Outbox& outbox) override;
  void query_fills(order::Ticket ticket, const std::vector<order::InFlightOrder>& orders, Nanos since, Nanos now,
                   Outbox& outbox) override;
  void query_account(order::Ticket ticket, Nanos now, Outbox& outbox) override;
  void set_leverage(order::Ticket ticket, SymbolHash trading_pair, std::uint32_t leverage, Nanos now,
                    Outbox& outbox) override;
  void extend_dead_man_switch(order::Ticket ticket, Nanos timeout, Nanos now, Outbox& outbox) override;

  struct Counters {
    std::uint64_t messages = 0;
    std::uint64_t malformed = 0;
    std::uint64_t unknown_events = 0;
    std::uint64_t timeouts = 0;  // requests without an answer in time
    std::uint64_t late = 0;      // answers after that
  };
  const Counters& counters() const noexcept { return counters_; }

 private:
  // Several requests that together answer one.
  struct Gather {
    order::Ticket ticket{};
    std::size_t left = 0;
    std::optional<order::OrderError> error = {};
    std::vector<order::ListedOrder> listed = {};
    std::vector<order::TradeUpdate> trades = {};
    order::AccountState account = {};
  };
  struct Pending {
    Call call;
    order::Ticket ticket{};
    Nanos asked{0};
    Nanos deadline{0};
    std::optional<ConnectionId> connection = {};  // none: by REST
    std::shared_ptr<Gather> gather = {};
    const order::TradingRule* rule = nullptr;
    order::OrderId client_order_id = {};  // of questions about one order, and of its replacement
  };

  bool spot() const noexcept { return config_.segment == Segment::Spot; }
  // order_gateway_requests.cpp
  void send(Call call, const Parameters& parameters, Pending pending, Nanos now, Outbox& outbox);
  void ask_catalog(Nanos now, Outbox& outbox);
  void ask_time(Nanos now, Outbox& outbox);
  void ask_listen_key(Call call, Nanos now, Outbox& outbox);
  void ask_funding_if_due(Nanos now, Outbox& outbox);
  void ask_funding(Nanos now, Outbox& outbox);
  void ask_trades(const order::TradingRule& rule, const Parameters& narrowed, std::shared_ptr<Gather> gather, Nanos now,
                  Outbox& outbox);
  // Null: not known, and answered so.
  template <class Value>
  const order::TradingRule* rule_of(order::Ticket ticket, SymbolHash trading_pair);
  void ask_of_order(Call call, Call algo_call, order::Ticket ticket, const order::InFlightOrder& order, Nanos now,
                    Outbox& outbox);
  void replace(order::Ticket ticket, const order::InFlightOrder& order, const order::TradingRule& rule, Price price,
               Quantity amount, Nanos now, Outbox& outbox);
  Nanos replaced_until(Nanos now) const noexcept;
  Stamp stamp(Nanos now) const noexcept;
  bool within_weight(const CallSpec& spec, Nanos now);
  void note_weight(const Json& limits, Nanos now);

  // order_gateway_replies.cpp
  void finish(Pending pending, int status, const Json& body, Nanos now, Outbox& outbox);
  void fail_request(Pending pending, order::OrderError error, Nanos now, Outbox& outbox);
  void take_place(const Pending& pending, const Json& body);
  void take_update(const Pending& pending, const Json& body, Nanos now);
  void take_replacement(const Pending& pending, const Json& body);
  void fail_replacement(const Pending& pending, order::OrderError error, const Json& body);
  void take_part(const Pending& pending, const Json& body, Nanos now, Outbox& outbox);
  void take_funding(const Json& body, Nanos now, Outbox& outbox);
  void end_gather(const Gather& gather, Call call);
  void take_catalog(std::string_view body, Nanos now, Outbox& outbox);
  void count_in_chain(const order::TradeUpdate& fill);
  void tell_fill(order::TradeUpdate fill);
  void take_time(const Pending& pending, const Json& body, Nanos now, Outbox& outbox);
  void take_user_event(const Json& event, Nanos now, Outbox& outbox);

  void update_connected(std::string_view why);
  void take_malformed(std::string_view what, Outbox& outbox);

  BinanceOrderConfig config_;
  const SegmentSpec& spec_;
  Signer signer_;
  std::vector<Lane> lanes_;
  Symbols symbols_;
  std::uint64_t next_id_ = 1;
  order::PendingRequests<Pending> pending_;
  order::OrderChains chains_;  // of spot

  std::optional<ConnectionId> api_;   // the WebSocket API's connection
  std::optional<ConnectionId> user_;  // where the account's events come; spot: the same
  std::string listen_key_;
  Nanos keep_key_due_{0};
  bool clock_known_ = false;
  Nanos clock_offset_{0};  // the venue's clock minus ours
  Nanos clock_due_{0};
  Nanos catalog_due_{0};
  Nanos key_due_{0};  // when a listen key that could not be had is asked for again; 0: not
  bool connected_ = false;
  Nanos funding_since_{0};          // on the venue's clock: of the latest payment known, or the start
  Nanos funding_due_{0};            // when payments are asked for; 0: nothing says that there is one
  std::size_t funding_asked_ = 0;   // times since the venue told of one: its list may lag behind
  std::set<std::string> ordered_;   // venue symbols that have had orders: the dead man's switch is by symbol
  std::int64_t weight_minute_ = 0;  // of the venue's clock, and
  std::uint32_t weight_used_ = 0;   // what was used of it, by us or as the venue says
  Counters counters_;
};

}  // namespace trunkline::venue::binance::orders
