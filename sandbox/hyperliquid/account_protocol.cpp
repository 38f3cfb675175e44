// What of the protocol is about accounts: actions and questions by both ways in, and the streams of who subscribed.
#include <algorithm>
#include <fmt/format.h>

#include "sandbox/hyperliquid/protocol.hpp"
#include "sandbox/hyperliquid/text.hpp"

namespace trunkline::sandbox::hyperliquid {

void HyperliquidProtocol::exchange(const net::HttpRequest& request, const net::Responder& responder) {
  const Json body = parse_request(request.body);
  const auto respond = [responder](const ActionReply& reply) {
    responder.respond({.status = reply.status, .body = reply.body.dump()});
  };
  if (!spend(ExchangeDoor::weight_of(body))) return respond({429, nullptr});
  door_->serve(body, {respond, [responder] { responder.reset(); }, [responder] { responder.abandon(); },
                      [responder] { responder.abandon(); }});
}

void HyperliquidProtocol::ask_account(const Json& question, const net::Responder& responder) {
  const Occasion occasion{to_text(Market::Usdm), {}, "query"};
  FaultSet& faults = host_->faults();
  if (auto refused = host_->refused_request(occasion)) return responder.respond(std::move(*refused));
  if (!spend(Info::weight_of(question))) return responder.respond({.status = 429, .body = "null"});
  if (faults.strike(FaultKind::AckLost, occasion)) return responder.abandon();
  InfoAnswer answer = account_info_->answer(question);
  if (const auto slow = faults.strike(FaultKind::SlowReply, occasion))
    answer.delay = std::chrono::milliseconds{slow->delay_ms};
  host_->later(answer.delay,
               [responder, answer] { responder.respond({.status = answer.status, .body = answer.body}); });
}

// The connection may be gone by the time of the answer.
Client* HyperliquidProtocol::alive(std::uint64_t id) const {
  const auto found = std::ranges::find(clients_, id, &Client::id);
  return found == clients_.end() || (*found)->gone ? nullptr : *found;
}

void HyperliquidProtocol::post_action(Client& client, std::uint64_t id, const Json& payload) {
  const auto reply = [this, connection = client.id, id](const ActionReply& told) {
    Client* const to = alive(connection);
    if (to == nullptr) return;
    const bool good = told.status == 200;
    const Json data =
        good ? told.body
             : Json(fmt::format("{}: {}", told.status, told.status == 429 ? "Too many requests" : told.body.dump()));
    send(*to, message_text("post", fmt::format(R"({{"id":{},"response":{{"type":"{}","payload":{}}}}})", id,
                                               good ? "action" : "error", data.dump())));
  };
  if (!spend(ExchangeDoor::weight_of(payload))) return reply({429, nullptr});
  door_->serve(payload, {reply,
                         [this, connection = client.id] {
                           if (Client* const of = alive(connection)) {
                             of->gone = true;
                             of->socket->reset();
                           }
                         },
                         [this, connection = client.id] {
                           if (Client* const of = alive(connection)) {
                             of->deaf = true;
                             of->socket->go_half_open();
                           }
                         },
                         [] {}});
}

void HyperliquidProtocol::tell_user(std::string_view channel, const std::string& user, const std::string& data) {
  const Channel of = channel == "orderUpdates"   ? Channel::OrderUpdates
                     : channel == "userFills"    ? Channel::UserFills
                     : channel == "userFundings" ? Channel::UserFundings
                                                 : Channel::UserEvents;
  const Subscription stream{.channel = of, .user = user};
  for (Client* const client : subscribers(stream)) send(*client, message_text(channel, data));
}

}  // namespace trunkline::sandbox::hyperliquid
