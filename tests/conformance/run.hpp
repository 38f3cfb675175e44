// One venue connected to its sandbox over real sockets, and all that comes of it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "conformance/sandbox_control.hpp"
#include "conformance/subject.hpp"
#include "sandbox/registry.hpp"
#include "trunkline/book/book.hpp"
#include "trunkline/connector/session_connector.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/venue/channels.hpp"

namespace trunkline::conformance {

using namespace std::chrono_literals;

class Run {
 public:
  struct Options {
    std::size_t symbols = 2;  // of the subject's, subscribed from the start
    Nanos audit_interval = 5min;
    double rate = 100;
  };
  Run(const Subject& subject, const Options& options);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // What came of one symbol.
  struct Seen {
    explicit Seen(SymbolHash hash) : book(hash) {}
    std::optional<wire::SymbolMapping> mapping;
    std::string venue_symbol;
    book::Book book;
    std::vector<wire::Trade> trades;
    std::vector<std::uint8_t> trade_flags;
    std::vector<wire::Quote> quotes;
    std::vector<wire::BookStatus> statuses;
    std::uint64_t snapshots = 0;
    std::uint64_t deltas = 0;
    std::uint64_t frames = 0;
    std::uint64_t missed = 0;  // as Gap frames say
    bool heard = false;        // a trade or a quote came since it was subscribed, or since the connection was made
    Nanos last_receive{0};
  };

  // Takes what has come until the condition holds; false after the limit.
  [[nodiscard]] bool until(const std::function<bool()>& condition, Nanos limit = 30s);
  // Takes all that comes within this time.
  void during(Nanos time);

  Seen& seen(const std::string& symbol);
  // Its book can be trusted; where there are no books, its trades or quotes come.
  bool live(const std::string& symbol);
  bool all_live();
  // Reasons that were told with Stale since forget().
  std::set<std::string> reasons(const std::string& symbol);
  // Since forget() it was told that the symbol is in doubt; where there are no books, that the connection is.
  bool told(const std::string& symbol);
  void forget();
  std::string states(const std::string& symbol);

  void subscribe(const std::string& symbol);
  void subscribe(const std::string& symbol, venue::Channels channels);
  void unsubscribe(const std::string& symbol);
  void command(venue::Action action, const std::string& symbol);
  void stop() { connector_->stop(); }
  void start() { connector_->start(); }
  connector::ConnectionReport report() const { return connector_->report(); }

  // Events of the operator's log by name.
  int events(const std::string& name);
  std::string event_text();

  SandboxControl& sandbox() { return *control_; }
  std::size_t armed() { return sandbox().status()["faults"]["armed"].size(); }
  // The venue stands still; the book's levels equal the sandbox's. Empty where they do, else the first difference.
  std::string difference(const std::string& symbol);
  // All books are Live and equal to the truth, within the limit.
  [[nodiscard]] bool ends_true(Nanos limit = 40s);
  std::string why_not_true();

  // Frames of symbols without a mapping before, and frames of the wrong sequence.
  std::vector<std::string> violations;
  std::set<std::string> connection_states;

 private:
  class Log;
  void drain();
  void take(const wire::FrameView& frame);

  Subject subject_;
  std::vector<std::string> symbols_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<sandbox::RunningSandbox> sandbox_;
  std::optional<SandboxControl> control_;
  std::unique_ptr<connector::SessionConnector> connector_;
  std::optional<bus::RingReader> reader_;
  std::map<SymbolHash, std::unique_ptr<Seen>> seen_;
  std::optional<std::uint32_t> last_sequence_;
};

}  // namespace trunkline::conformance
