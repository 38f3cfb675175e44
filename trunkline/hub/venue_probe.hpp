// One symbol of one venue, connected for real, and everything that is seen of it: on the wire, in the frames, in the
// operator's events. What `trunkline doctor` looks at.
//
// Thread: one, the owner's: sockets move while until() or during() run.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/book/book.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/hub/exchange_config.hpp"
#include "trunkline/net/session.hpp"
#include "trunkline/venue/channels.hpp"
#include "trunkline/venue/instrument.hpp"
#include "trunkline/venue/observed_venue.hpp"

namespace trunkline::hub {

struct ProbeConfig {
  ExchangeConfig exchange;
  SymbolDescriptor symbol;
  venue::Channels channels = venue::default_channels;
  // Told now and then what is waited for and since when; may be empty.
  std::function<void(std::string_view what, Nanos waited)> progress = {};
};

class VenueProbe final : private venue::VenueObserver, private EventLog {
 public:
  // NotFound names the exchanges there are; an endpoint that is no URL is an error.
  static Result<std::unique_ptr<VenueProbe>> make(ProbeConfig config);
  ~VenueProbe() override;

  // Asks for the symbol's channels and begins to connect. An address that cannot be read is an error.
  Result<void> start();
  // Until the condition holds; false after the limit.
  [[nodiscard]] bool until(std::string_view what, const std::function<bool()>& condition, Nanos limit);
  void during(std::string_view what, Nanos time);
  // Carried out by the venue before this returns.
  Result<void> command(venue::Action action, const SymbolDescriptor& symbol, venue::Channels channels);
  // Gives every open connection up, as a venue does that finds one useless.
  void reconnect();

  struct Connection {
    venue::ConnectionId id;
    std::uint8_t lane = 0;
    bool open = true;
    bool ready = false;  // everything that was asked for on it is confirmed or refused
  };
  struct Told {
    Event event;
    Nanos at{0};  // monotonic
  };
  // The first of a kind of frame: how long after the start, and how many there were.
  struct Kind {
    Nanos first_after{0};
    std::uint64_t count = 0;
  };
  struct Seen {
    std::vector<Connection> connections;  // in the order they opened
    std::vector<Told> events;
    std::uint64_t messages = 0;
    std::uint64_t mentions = 0;  // messages in which the venue's own name of the symbol stands
    std::uint64_t messages_sent = 0;
    std::vector<std::string> request_urls;  // the venue's, before the endpoint takes their place
    std::optional<wire::SymbolMapping> mapping;
    std::string venue_symbol;
    Kind trades, quotes, snapshots, deltas;
    std::uint64_t trades_missed = 0;
    std::uint64_t off_tick = 0;            // prices that are no multiple of the tick
    std::vector<std::int64_t> lags_ns;     // receive time less exchange time
    Nanos live_after{0};                   // of the first time; 0: never yet
    std::vector<wire::BookReason> faults;  // told or found after that
  };
  const Seen& seen() const noexcept { return seen_; }
  const book::Book& book() const noexcept { return book_; }
  std::vector<net::LaneInfo> lanes() const { return session_->lanes(); }
  const net::SessionStats& stats() const noexcept { return session_->stats(); }
  // The venue's reference data; null while there is none, and of a venue that keeps none.
  const venue::Catalog* catalog() const noexcept;
  venue::RequestLimits limits() const { return venue_.limits(); }
  // Every open connection is confirmed, and every lane has one.
  bool all_ready() const;
  // The last event of that name, of our symbol or of none.
  const Event* event(std::string_view name) const;
  void forget_faults() { seen_.faults.clear(); }

  // Where this address of the venue's really leads.
  Result<net::Url> mapped(std::string_view url) const { return endpoints_.apply(url); }
  net::asio::io_context& io() noexcept { return io_; }
  const ProbeConfig& config() const noexcept { return config_; }

 private:
  VenueProbe(ProbeConfig config, net::EndpointMap endpoints, std::unique_ptr<venue::Venue> venue);
  bool run(std::string_view what, const std::function<bool()>& condition, Nanos limit);
  void drain();
  void take(wire::FrameView frame);
  void note(Kind& kind);

  void opened(venue::ConnectionId connection, venue::LaneId lane) override;
  void received(venue::ConnectionId connection, std::span<const char> message) override;
  void closed(venue::ConnectionId connection, std::string_view reason) override;
  void sent(venue::ConnectionId connection, std::string_view text) override;
  void requested(const venue::Request& request) override;
  void became_ready(venue::ConnectionId connection) override;
  void write(const Event& event) override;

  ProbeConfig config_;
  std::string symbol_text_;
  SymbolHash symbol_;
  net::EndpointMap endpoints_;
  venue::ObservedVenue venue_;
  net::asio::io_context io_{1};
  bus::Ring ring_;
  bus::RingReader reader_;
  venue::Sink sink_;
  std::unique_ptr<net::Session> session_;
  book::Book book_;
  Nanos started_{0};
  Seen seen_;
};

}  // namespace trunkline::hub
