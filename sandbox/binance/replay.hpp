// Serves a recorded session (gzip, one {"t","conn","dir","msg"} a line) through the same streams: events byte for byte
// and in their order, and the recorded depth replies when their line is reached.
//
// It starts when somebody listens to every recorded stream, or `wait` after the first listener came. A depth reply is
// answered at its line: the stream holds there until the client has asked and has read what came before, so that the
// client sees the recorded order although replies travel on another socket. A depth request for which no recorded
// reply is left is answered from the book that the recording leads to.
//
// Thread: the server's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/binance/stream_board.hpp"
#include "trunkline/net/http_server.hpp"

namespace trunkline::sandbox::binance {

struct ReplayOptions {
  std::vector<std::string> files;                // played one behind the other
  double speed = 1.0;                            // of the recorded time; 0: as fast as clients read
  Nanos wait = std::chrono::seconds{2};          // for listeners to all streams, once there is one
  Nanos settle = std::chrono::milliseconds{20};  // before and after a depth reply
  Nanos patience = std::chrono::seconds{10};     // with a client that does not ask for a recorded depth reply
  // Until one that waits for later replies is given them: it may have no connection left to ask for this one.
  Nanos grace = std::chrono::milliseconds{300};
};

class Replay {
 public:
  struct Line {
    Nanos time{0};
    Market market = Market::Spot;
    std::string symbol;
    bool rest = false;
    StreamId stream;        // of an event
    std::string text;       // the bare event or the reply's body
    bool answered = false;  // the reply was given before its line
  };

  static Result<Replay> load(ReplayOptions options);

  // What the recording trades, with the decimals it uses.
  std::vector<Instrument> instruments() const;

  void pump(Nanos now, StreamBoard& board);
  void depth(const Instrument& instrument, std::size_t limit, net::Responder responder);
  std::optional<Book> book(Market market, std::string_view symbol) const;

  bool started() const noexcept { return started_; }
  bool finished() const noexcept { return next_ == lines_.size(); }
  std::size_t position() const noexcept { return next_; }
  std::size_t lines() const noexcept { return lines_.size(); }

 private:
  struct Asked {
    Market market;
    std::string symbol;
    std::size_t limit;
    net::Responder responder;
  };
  struct Name {
    Market market;
    std::string symbol;
    StreamId stream;
    friend auto operator<=>(const Name&, const Name&) = default;
  };
  enum class Hold : std::uint8_t { None, ForRequest, BeforeReply, AfterReply };

  bool may_start(Nanos now, const StreamBoard& board);
  bool pass_reply(Nanos now, const StreamBoard& board);  // false: hold here
  Line* reply_ahead(Market market, std::string_view symbol);
  void give_early(const Asked& asked);

  ReplayOptions options_;
  std::vector<Line> lines_;
  std::vector<Name> names_;
  std::vector<Asked> asked_;
  std::size_t next_ = 0;
  bool started_ = false;
  std::optional<Nanos> first_listener_;
  Nanos origin_{0};  // monotonic time of the first line at this speed
  Hold hold_ = Hold::None;
  Nanos hold_since_{0};
  Nanos hold_began_{0};
};

}  // namespace trunkline::sandbox::binance
