// A connector that is asked for events rather than one that pushes them: the shape in which other feeds' clients are
// wrapped. A ConnectorStream (connector_stream.hpp) drives it: connects, asks, reads, reconnects.
//
// Thread: all calls come from the stream's one thread, but get_health_status(), which is for any. What throws counts as
// a lost connection.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/error.hpp"

namespace trunkline::connector {

// A Unix time as a feed has it: nothing, a count, or text. How it is read: event_reader.hpp.
using EventTime = std::variant<std::monostate, std::int64_t, std::string>;

// Numbers are decimal text, so that they stay what the venue said.
struct TradeFields {
  std::string symbol = {};  // as subscribed to; may be empty where there is one symbol only
  EventTime timestamp = {};
  std::string price = {};
  std::string qty = {};
  std::string side = {};                    // "buy" or "sell": what the taker did; may be empty
  std::optional<bool> is_buyer_maker = {};  // true: the taker sold
  std::string id = {};                      // digits are the trade id, other text is hashed
};

struct LevelFields {
  std::string price;
  std::string qty;
};

struct DepthFields {
  std::string symbol = {};
  EventTime timestamp = {};
  std::vector<LevelFields> bids = {};
  std::vector<LevelFields> asks = {};
  std::uint64_t last_update_id = 0;  // 0: the venue has none
  // The whole book, or so much of it as the feed has. False: levels that changed.
  bool snapshot = true;
  std::optional<std::uint64_t> previous_update_id = {};  // of changes: the last_update_id they follow
};

using ConnectorEvent = std::variant<TradeFields, DepthFields>;

struct HealthStatus {
  bool connected = false;
  bool subscribed_trades = false;
  bool subscribed_depth = false;
  std::uint64_t event_counter = 0;
  std::map<std::string, std::string> details = {};
};

class ConnectorWrapper {
 public:
  virtual ~ConnectorWrapper() = default;

  virtual Result<void> connect() = 0;
  // Also where it is not connected.
  virtual void disconnect() = 0;
  // After each connect(). An error is final for this symbol: it is reported, and the others go on.
  virtual Result<void> subscribe_trades(std::string_view symbol) = 0;
  virtual Result<void> subscribe_depth(std::string_view symbol) = 0;
  // Waits for an event at most this long; nullopt: none came. An error: the connection is lost.
  virtual Result<std::optional<ConnectorEvent>> next_event(Nanos timeout) = 0;
  virtual bool is_connected() const = 0;
  virtual HealthStatus get_health_status() const = 0;
};

}  // namespace trunkline::connector
