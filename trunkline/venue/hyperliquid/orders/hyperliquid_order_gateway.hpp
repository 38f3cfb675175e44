// Orders at Hyperliquid's perpetuals: actions signed in the process and sent as posts over the WebSocket, REST where it
// is not connected; questions by /info; the account's orders and fills as streams. docs/venues/hyperliquid.md tells
// what it relies on.
//
// A modification gives an order another number at the venue and ends the old one: the order keeps its id and the chain
// of numbers, and its amounts are those of all of them together.
//
// Thread: as venue::Venue, one.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "trunkline/order/order_chains.hpp"
#include "trunkline/order/order_gateway.hpp"
#include "trunkline/order/pending_requests.hpp"
#include "trunkline/protocol/signing/secp256k1.hpp"
#include "trunkline/venue/hyperliquid/orders/action_text.hpp"
#include "trunkline/venue/hyperliquid/orders/nonces.hpp"
#include "trunkline/venue/hyperliquid/orders/replies.hpp"
#include "trunkline/venue/hyperliquid/signing.hpp"

namespace trunkline::venue::hyperliquid::orders {

struct HyperliquidOrderConfig {
  Network network = Network::Mainnet;
  // Whose orders they are, where the key is an agent's; and the vault or sub-account it acts for.
  std::optional<EvmAddress> account = std::nullopt;
  std::optional<EvmAddress> vault = std::nullopt;
  Nanos request_timeout = std::chrono::seconds{5};
  Nanos expires_after = std::chrono::seconds{5};  // of every creation: later it takes no effect
  std::uint32_t slippage_bp = 500;                // of market orders: how far beyond the middle price
  std::uint32_t weight_per_minute = 1'200;        // of requests, what the venue allows an address; 0: no limit
  // Where nonces that may have been used are kept (nonces.hpp), one file for a key; empty: a clock that was set back
  // between two runs can repeat one, which the venue refuses.
  std::filesystem::path nonce_file = {};
  std::string stream_url = "wss://api.hyperliquid.xyz/ws";
  std::string rest_base = "https://api.hyperliquid.xyz";
};

class HyperliquidOrderGateway final : public order::OrderGateway {
 public:
  HyperliquidOrderGateway(HyperliquidOrderConfig config, protocol::signing::Secp256k1Key key);

  std::string_view exchange() const noexcept override { return "hyperliquid"; }
  std::span<const Lane> lanes() const noexcept override { return lanes_; }
  RequestLimits limits() const override { return {config_.weight_per_minute, ""}; }

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
  void end_turn(Nanos now, Outbox& outbox) override;

  struct Counters {
    std::uint64_t messages = 0;
    std::uint64_t malformed = 0;
    std::uint64_t timeouts = 0;
    std::uint64_t late = 0;
  };
  const Counters& counters() const noexcept { return counters_; }

 private:
  enum class Ask : std::uint8_t {
    Meta,
    Place,
    Cancel,
    Modify,
    Leverage,
    ScheduleCancel,
    Status,
    Open,
    Fills,
    Account,
    Holdings,  // the same, after a fill
    Funding
  };
  struct Pending {
    Ask ask;
    order::Ticket ticket{};
    Nanos deadline{0};
    std::optional<ConnectionId> connection = {};  // none: by REST
    order::OrderSummary order = {};
    Price price = Price::absent();  // of a modification, as the amount of the new number
    Quantity left = Quantity::absent();
    Nanos since{0};
    std::vector<order::TradeUpdate> trades = {};  // of pages before
    std::vector<Pending> parts = {};              // of an action with a list: one each, in its order
  };
  // New orders or cancellations that go out as one action.
  struct Gathered {
    ListAction kind{};
    std::string items = {};
    std::vector<Pending> parts = {};
  };
  void gather(ListAction kind, std::string_view item, Pending part, Nanos now, Outbox& outbox);
  void send_action(std::string action, bool creates, Pending pending, Nanos now, Outbox& outbox);
  void send_info(std::string body, Pending pending, Nanos now, Outbox& outbox);
  std::string user() const { return user_.to_text(); }
  void ask_meta(Nanos now, Outbox& outbox);
  void ask_funding(Nanos now, Outbox& outbox);
  void ask_account(Ask ask, order::Ticket ticket, Nanos now, Outbox& outbox);
  std::optional<Price> market_price(const order::InFlightOrder& order, const order::TradingRule& rule) const;

  void take_post(ConnectionId connection, const Json& data, Nanos now, Outbox& outbox);
  void finish_action(Pending pending, const Json& payload, Nanos now);
  void finish_part(Pending part, const Json& status, Nanos now);
  void finish_info(Pending pending, const Json& body, Nanos now, Outbox& outbox);
  void fail_request(Pending pending, order::OrderError error, Nanos now);
  void take_order_updates(const Json& list, Nanos now, Outbox& outbox);
  void take_fills(const Json& data, Nanos now, Outbox& outbox);
  void take_clock(const Pending& pending, Nanos theirs, Nanos now, Outbox& outbox);
  void take_status(Pending pending, const Json& body, Nanos now);
  void count_in_chain(const order::TradeUpdate& fill);
  Nanos take_funding(const Json* list, Outbox& outbox);
  void update_connected(std::string_view why);
  void take_malformed(std::string_view what, Outbox& outbox);

  HyperliquidOrderConfig config_;
  protocol::signing::Secp256k1Key key_;
  EvmAddress user_;
  std::vector<Lane> lanes_;
  Symbols symbols_;
  std::uint64_t next_id_ = 1;
  Nonces nonces_;
  order::PendingRequests<Pending> pending_;
  Gathered gathered_;
  std::optional<ConnectionId> connection_;
  unsigned awaited_ = 0;  // subscriptions that are not yet confirmed
  Nanos meta_due_{0};
  Nanos ping_due_{0};
  Nanos funding_since_{0};  // of the latest payment that was asked for, or the start
  Nanos funding_due_{0};    // when payments are asked for
  Nanos holdings_due_{0};   // when the account is asked for; 0: nothing has filled since
  bool connected_ = false;
  Nanos clock_offset_{0};  // how far the venue's clock is ahead of ours
  std::unordered_map<std::string, Price> mids_;
  order::OrderChains chains_;
  Counters counters_;
};

}  // namespace trunkline::venue::hyperliquid::orders
