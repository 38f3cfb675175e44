// An order gateway under any sequence of requests, messages, replies, ticks and lost connections: lines of the input,
// each with a letter in front. Whatever comes, every request is answered exactly once, and with its own kind of answer.
//
//   p c a q        an order is placed, cancelled, amended, asked for
//   o f b l k      open orders, fills, the account, leverage, the dead man's switch are asked for
//   e              the turn ends: what was asked for goes out
//   s text         a message on the first lane; '$' stands for the number of the oldest request
//   u text         a message on the second lane
//   d text         the answer to the oldest REST request   x text  the same with HTTP 400   z  no answer
//   O C            the lanes open / close                  .  20 ms pass                    !  10 s pass
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/bus/ring.hpp"
#include "trunkline/order/order_gateway.hpp"

namespace trunkline::fuzz {

class OrderGatewayRig final : public venue::Outbox {
 public:
  // `catalog` answers the first request of the gateway.
  OrderGatewayRig(order::OrderGateway& gateway, std::string_view catalog) : gateway_(gateway) {
    gateway_.on_start(now_, sink_, *this);
    reply(200, catalog);
    order_.client_order_id = order::OrderId::cut("0x00000000000000000000000000000001");
    order_.amount = Quantity::from_int(2);
    order_.price = Price::from_int(60'000);
  }

  void run(std::string_view input) {
    while (!input.empty()) {
      const std::string_view line = input.substr(0, input.find('\n'));
      input.remove_prefix(std::min(line.size() + 1, input.size()));
      if (!line.empty()) step(line[0], line.size() > 2 ? line.substr(2) : std::string_view{});
    }
    end_turn();
    close();
    while (!requests_.empty()) reply(0, "stopped");
    tick(std::chrono::minutes{1});
    if (!asked_.empty()) std::abort();  // a request without an answer
  }

 private:
  void step(char what, std::string_view text) {
    switch (what) {
      case 'p':
        return ask(0, [&](order::Ticket ticket) { gateway_.place(ticket, of_a_symbol(), now_, *this); });
      case 'c':
        return ask(1, [&](order::Ticket ticket) { gateway_.cancel(ticket, of_a_symbol(), now_, *this); });
      case 'a':
        return ask(1, [&](order::Ticket ticket) {
          gateway_.amend(ticket, of_a_symbol(), order_.price, Quantity::from_int(1), now_, *this);
        });
      case 'q':
        return ask(1, [&](order::Ticket ticket) { gateway_.query(ticket, of_a_symbol(), now_, *this); });
      case 'o':
        return ask(2, [&](order::Ticket ticket) { gateway_.query_open_orders(ticket, now_, *this); });
      case 'f':
        return ask(3, [&](order::Ticket ticket) { gateway_.query_fills(ticket, {of_a_symbol()}, now_, now_, *this); });
      case 'b':
        return ask(4, [&](order::Ticket ticket) { gateway_.query_account(ticket, now_, *this); });
      case 'l':
        return ask(5, [&](order::Ticket ticket) {
          gateway_.set_leverage(ticket, of_a_symbol().trading_pair, 5, now_, *this);
        });
      case 'k':
        return ask(5, [&](order::Ticket ticket) {
          gateway_.extend_dead_man_switch(ticket, std::chrono::seconds{10}, now_, *this);
        });
      case 'e':
        return end_turn();
      case 's':
        return message(1, text);
      case 'u':
        return message(2, text);
      case 'd':
        return reply(200, text);
      case 'x':
        return reply(400, text);
      case 'z':
        return reply(0, "no answer");
      case 'O':
        return open();
      case 'C':
        return close();
      case '.':
        return tick(std::chrono::milliseconds{20});
      case '!':
        return tick(std::chrono::seconds{10});
      default:
        return;
    }
  }

  const order::InFlightOrder& of_a_symbol() {
    if (!rules_.empty()) order_.trading_pair = rules_.front().trading_pair;
    return order_;
  }
  template <class Ask>
  void ask(std::size_t kind, Ask what) {
    const auto ticket = static_cast<order::Ticket>(++last_ticket_);
    asked_.emplace(ticket, kind);
    what(ticket);
    settle();
  }
  // Whether what was asked for before goes out together is up to the input.
  void end_turn() {
    gateway_.end_turn(now_, *this);
    settle();
  }
  void message(std::uint32_t connection, std::string_view text) {
    if (!open_) return;
    std::string filled;
    for (const char c : text) filled += c == '$' ? std::to_string(oldest_) : std::string(1, c);
    std::vector<char> buffer(filled.size() + 64);
    std::ranges::copy(filled, buffer.begin());
    gateway_.on_bytes(venue::ConnectionId{connection}, std::span(buffer).first(filled.size()), now_, sink_, *this);
    ++oldest_;
    settle();
  }
  void reply(int status, std::string_view body) {
    if (requests_.empty()) return;
    std::vector<char> buffer(body.size() + 64);
    std::ranges::copy(body, buffer.begin());
    const venue::RequestId id = requests_.front();
    requests_.pop_front();
    gateway_.on_reply({id, status, {buffer.data(), body.size()}, now_}, sink_, *this);
    settle();
  }
  void open() {
    if (open_) return;
    open_ = true;
    for (std::uint8_t lane = 0; lane < gateway_.lanes().size(); ++lane) {
      gateway_.on_open(venue::ConnectionId{lane + 1U}, venue::LaneId{lane}, now_, sink_, *this);
    }
    settle();
  }
  void close() {
    if (!open_) return;
    open_ = false;
    for (std::uint32_t lane = 1; lane <= gateway_.lanes().size(); ++lane) {
      gateway_.on_closed(venue::ConnectionId{lane}, "closed", now_, sink_, *this);
    }
    settle();
  }
  void tick(Nanos step) {
    now_ += step;
    gateway_.on_tick(now_, sink_, *this);
    settle();
  }
  void settle() {
    for (order::GatewayEvent& event : gateway_.take_events()) {
      if (const auto* const rules = std::get_if<order::TradingRules>(&event)) rules_ = rules->rules;
      const auto* const answer = std::get_if<order::Answer>(&event);
      if (answer == nullptr) continue;
      const auto found = asked_.find(answer->ticket);
      if (found == asked_.end() || found->second != answer->value.index()) std::abort();
      asked_.erase(found);
    }
    if (std::exchange(unwanted_, false)) close();
  }

  void send(venue::ConnectionId, std::string) override {}
  void request(venue::Request request) override { requests_.push_back(request.id); }
  void reconnect(venue::ConnectionId, std::string) override { unwanted_ = true; }
  void ready(venue::ConnectionId) override {}
  void report(Event) override {}

  order::OrderGateway& gateway_;
  bus::Ring ring_;
  venue::Sink sink_{ring_, venue::ConnectorId{1}};
  Nanos now_ = std::chrono::seconds{1'700'000'000};
  order::InFlightOrder order_;
  std::vector<order::TradingRule> rules_;
  std::deque<venue::RequestId> requests_;
  std::map<order::Ticket, std::size_t> asked_;
  std::uint64_t last_ticket_ = 0;
  std::uint64_t oldest_ = 1;
  bool open_ = false;
  bool unwanted_ = false;
};

}  // namespace trunkline::fuzz
