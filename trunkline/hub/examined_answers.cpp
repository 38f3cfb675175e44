#include <optional>

#include "trunkline/hub/examination_impl.hpp"
#include "trunkline/net/http_client.hpp"
#include "trunkline/net/websocket_client.hpp"

namespace trunkline::hub::examination {

// --- What we ask ----------------------------------------------------------------------------------------------------

Answer audit_passes(Patient& patient) {
  if (!has_depth(patient)) return no_depth(patient);
  if (patient.seen().live_after.count() == 0) return untold("the book never was Live");
  // Levels that were asked for beyond the usual ones are not under it.
  if (patient.probe.book().integrity() == wire::Integrity::Checksummed && patient.config.probe.exchange.depth() <= 10)
    return untold("each message is checked by its checksum, and no audit is made");
  const auto told = [&] {
    return patient.probe.event("book_audit_failed") != nullptr || patient.probe.event("book_audit_passed") != nullptr;
  };
  if (!patient.until("an audit", told)) return untold(fmt::format("none was told within {}", patient.limit()));
  if (const Event* const failed = patient.probe.event("book_audit_failed"))
    return fails(std::string(field(*failed, "difference")));
  return holds("the book equals a fresh snapshot");
}

namespace {

class QuietSocket final : public net::WebSocketListener {
 public:
  void on_open() override { open = true; }
  void on_message(std::span<char>, Nanos) override { ++messages; }
  void on_closed(const net::WebSocketClosed& closed) override { gone = closed.reason; }
  bool open = false;
  std::uint64_t messages = 0;
  std::string gone;
};

}  // namespace

Answer pings_are_answered(Patient& patient) {
  const auto lanes = patient.probe.lanes();
  const auto url = lanes.empty() ? Result<net::Url>(fail(ErrorCode::NotFound, "")) : net::Url::parse(lanes.front().url);
  if (!url || !patient.connected()) return untold("not connected");
  net::WebSocketClientOptions options{.url = *url, .silence_before_ping = 1s, .pong_timeout = 2s};
  if (url->secure()) {
    auto tls = net::TlsContext::client({});
    if (!tls) return untold(tls.error().message);
    options.tls = *std::move(tls);
  }
  QuietSocket listener;
  net::WebSocketClient socket(patient.probe.io(), std::move(options), listener);
  socket.open();
  const auto ended = [&] { return !listener.gone.empty(); };
  if (!patient.until("a second connection", [&] { return listener.open || ended(); }))
    return untold("no second connection");
  (void)patient.probe.until("the answer to a ping", ended, 3500ms);
  if (listener.gone.starts_with("no answer to ping")) return fails(listener.gone);
  if (ended()) return untold(fmt::format("a connection without subscriptions ends: {}", listener.gone));
  if (listener.messages != 0) return untold("the venue speaks by itself on a quiet connection");
  return holds("ours after 1 s of silence");
}

Answer unknown_symbols_are_refused(Patient& patient) {
  if (patient.probe.catalog() == nullptr) return untold("without reference data nobody knows");
  SymbolDescriptor nobody = patient.symbol();
  nobody.base = "NOSUCHCOIN";
  const auto asked = patient.probe.command(venue::Action::Subscribe, nobody, Channels{Channel::Trades});
  if (asked) return fails(fmt::format("{} was accepted", nobody.to_text()));
  return holds(asked.error().message);
}

// Messages that name the symbol, in a while that begins when all that was on its way has come.
static std::uint64_t heard(Patient& patient, std::string_view what, Nanos first, Nanos time) {
  patient.probe.during(what, first);
  const std::uint64_t before = patient.seen().mentions;
  patient.probe.during(what, time);
  return patient.seen().mentions - before;
}

Answer unsubscribing_silences(Patient& patient) {
  if (patient.seen().mentions == 0) return untold("nothing was heard of the symbol before");
  const auto left =
      patient.probe.command(venue::Action::Unsubscribe, patient.symbol(), patient.probe.config().channels);
  if (!left) return fails(left.error().message);
  const std::uint64_t still = heard(patient, "silence", 1s, 2s);
  if (still != 0) return fails(fmt::format("{} messages in 2 s still name {}", still, patient.seen().venue_symbol));
  return holds("nothing for 2 s");
}

static Channels accepted(const Patient& patient) {
  Channels channels = patient.probe.config().channels;
  for (const Channel channel : patient.refused) channels.remove({channel});
  return channels;
}

// What shows that the symbol is back: its book is Live again, or, without one, it is heard of.
static bool comes_back(Patient& patient, std::uint64_t mentions_before) {
  const bool with_book = has_depth(patient) && patient.seen().live_after.count() != 0;
  return patient.until("the symbol to come back", [&] {
    return patient.seen().mentions > mentions_before && (!with_book || patient.probe.book().live());
  });
}

Answer subscribing_again_works(Patient& patient) {
  if (patient.seen().mentions == 0) return untold("nothing was heard of the symbol before");
  const std::uint64_t before = patient.seen().mentions;
  const Nanos asked = monotonic_now();
  if (const auto again = patient.probe.command(venue::Action::Subscribe, patient.symbol(), accepted(patient)); !again)
    return fails(again.error().message);
  if (!comes_back(patient, before)) return fails(fmt::format("not back within {}", patient.limit()));
  return holds(fmt::format("after {} ms", millis(monotonic_now() - asked)));
}

Answer reconnecting_subscribes_again(Patient& patient) {
  if (!patient.connected()) return untold("not connected");
  if (patient.seen().mentions == 0) return untold("nothing was heard of the symbol before");
  const std::size_t connections = patient.seen().connections.size();
  const std::uint64_t reconnects = patient.probe.stats().reconnects.get();
  const std::size_t lanes = patient.probe.lanes().size();
  const Nanos began = monotonic_now();
  patient.probe.reconnect();
  const auto anew = [&] {
    return patient.seen().connections.size() >= connections + lanes &&
           patient.probe.stats().reconnects.get() >= reconnects + lanes && patient.probe.all_ready();
  };
  if (!patient.until("new connections", anew))
    return fails(fmt::format("not connected and confirmed anew within {}", patient.limit()));
  if (!comes_back(patient, patient.seen().mentions))
    return fails(fmt::format("the symbol is not back within {}", patient.limit()));
  return holds(fmt::format("after {} ms", millis(monotonic_now() - began)));
}

Answer used_weight_is_told(Patient& patient) {
  const venue::RequestLimits limits = patient.probe.limits();
  if (limits.used_weight_header.empty()) return untold("this venue is not known to tell it");
  if (patient.seen().request_urls.empty()) return untold("nothing was requested");
  const auto url = patient.probe.mapped(patient.seen().request_urls.front());
  if (!url) return untold(url.error().message);
  net::HttpClient http(patient.probe.io());
  std::optional<Result<net::HttpClient::Reply>> reply;
  http.send({.url = url->to_text(), .deadline = patient.config.limit},
            [&](Result<net::HttpClient::Reply> got) { reply = std::move(got); });
  (void)patient.until("the reply's headers", [&] { return reply.has_value(); });
  if (!reply || !*reply) return untold(reply ? reply->error().message : "no reply");
  const std::string_view used = (*reply)->headers.get(limits.used_weight_header);
  if (used.empty())
    return fails(fmt::format("no {} in a reply of status {}", limits.used_weight_header, (*reply)->status));
  return holds(fmt::format("{}: {} of {}", limits.used_weight_header, excerpt(used, 20), limits.weight_per_minute));
}

Answer limits_are_kept(Patient& patient) {
  const auto& stats = patient.probe.stats();
  if (stats.requests.get() + stats.messages_sent.get() == 0) return untold("nothing was asked");
  if (stats.rate_limited.get() != 0) return fails(fmt::format("{} times 429 or 418", stats.rate_limited.get()));
  return holds(fmt::format("{} requests, {} messages", stats.requests.get(), stats.messages_sent.get()));
}

}  // namespace trunkline::hub::examination
