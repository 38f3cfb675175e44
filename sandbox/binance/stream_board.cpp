#include "sandbox/binance/stream_board.hpp"

#include <algorithm>

#include "sandbox/faults/corrupt.hpp"

namespace trunkline::sandbox::binance {
namespace {

using Socket = net::WebSocketServerConnection;
constexpr std::size_t most_unsent = 64 * 1024 * 1024;

}  // namespace

std::string_view stream_text(StreamKind kind) noexcept {
  switch (kind) {
    case StreamKind::Trade:
      return "trade";
    case StreamKind::AggTrade:
      return "aggTrade";
    case StreamKind::BookTicker:
      return "bookTicker";
    case StreamKind::Depth:
      return "depth";
    case StreamKind::PartialDepth:
      return "partialDepth";
    case StreamKind::Kline:
      return "kline";
    case StreamKind::MarkPrice:
      return "markPrice";
    case StreamKind::ForceOrder:
      return "forceOrder";
  }
  return "?";
}

void corrupt(std::string& message, bool price) {
  static constexpr std::string_view price_keys[]{"p", "b", "o"};
  static constexpr std::string_view quantity_keys[]{"q", "B", "v"};
  corrupt_number(message, price, {price_keys, quantity_keys});
}

StreamBoard::Key StreamBoard::key_of(Market market, std::string_view symbol, StreamId stream) const {
  if (merge_depth_ && stream.kind == StreamKind::Depth) stream.interval_ms = 0;
  return {market, std::string(symbol), stream};
}

bool StreamBoard::subscribe(Connection& connection, const std::string& name, const StreamName& stream) {
  if (exchange_.instrument(connection.market, stream.symbol) == nullptr) return false;
  Stream& entry = streams_[key_of(connection.market, stream.symbol, stream.id)];
  auto group = std::find_if(entry.groups.begin(), entry.groups.end(), [&](const Group& g) { return g.name == name; });
  if (group == entry.groups.end()) group = entry.groups.insert(group, Group{name, {}});
  if (std::find(group->connections.begin(), group->connections.end(), &connection) != group->connections.end())
    return true;
  group->connections.push_back(&connection);
  if (SymbolMarket* const source = exchange_.find(connection.market, stream.symbol)) source->want(stream.id);
  return true;
}

void StreamBoard::unsubscribe(Connection& connection, const std::string& name) {
  const auto stream = parse_stream(connection.market, name);
  if (!stream) return;
  const auto entry = streams_.find(key_of(connection.market, stream->symbol, stream->id));
  if (entry == streams_.end()) return;
  for (Group& group : entry->second.groups) {
    if (group.name != name || std::erase(group.connections, &connection) == 0) continue;
    if (SymbolMarket* const source = exchange_.find(connection.market, stream->symbol)) source->release(stream->id);
  }
  std::erase_if(entry->second.groups, [](const Group& group) { return group.connections.empty(); });
  if (entry->second.groups.empty()) streams_.erase(entry);
}

void StreamBoard::remove(Connection& connection) {
  for (const std::string& name : connection.streams) unsubscribe(connection, name);
  std::erase(queued_, &connection);
}

void StreamBoard::publish(Market market, std::string_view symbol, const StreamId& id, std::string_view data) {
  const Key key = key_of(market, symbol, id);
  const auto found = streams_.find(key);
  if (found == streams_.end()) return;
  Stream& stream = found->second;
  if (faults_.empty() && !stream.held) return deliver(stream, data, false);

  const Occasion occasion{to_text(market), symbol, stream_text(id.kind)};
  strike_connections(stream, occasion);
  if (faults_.strike(FaultKind::Drop, occasion)) return;
  std::string text(data);
  if (const auto fault = faults_.strike(FaultKind::Corrupt, occasion)) corrupt(text, fault->field == "price");
  if (const auto fault = faults_.strike(FaultKind::Delay, occasion)) {
    late_.push_back({monotonic_now() + std::chrono::milliseconds{fault->delay_ms}, key, std::move(text)});
    return;
  }
  if (!stream.held && faults_.strike(FaultKind::Reorder, occasion)) {
    stream.held = std::move(text);
    return;
  }
  deliver(stream, text, faults_.strike(FaultKind::Truncate, occasion).has_value());
  if (faults_.strike(FaultKind::Duplicate, occasion)) deliver(stream, text, false);
  if (stream.held) {
    deliver(stream, *stream.held, false);
    stream.held.reset();
  }
}

void StreamBoard::strike_connections(const Stream& stream, const Occasion& occasion) {
  const auto each = [&](const Fault& fault, auto&& what) {
    for (const Group& group : stream.groups)
      for (Connection* const connection : group.connections)
        if (!connection->gone && !connection->deaf && (fault.connection == 0 || fault.connection == connection->id))
          what(*connection);
  };
  if (const auto fault = faults_.strike(FaultKind::Stall, occasion)) {
    each(*fault,
         [&](Connection& c) { c.stalled_until = monotonic_now() + std::chrono::milliseconds{fault->duration_ms}; });
  }
  if (const auto fault = faults_.strike(FaultKind::HalfOpen, occasion)) {
    each(*fault, [](Connection& c) {
      c.deaf = true;
      c.socket->go_half_open();
    });
  }
  if (const auto fault = faults_.strike(FaultKind::Close, occasion)) {
    each(*fault, [&](Connection& c) {
      c.gone = true;
      if (fault->code == 0)
        c.socket->reset();
      else
        c.socket->close(static_cast<std::uint16_t>(fault->code), "fault");
    });
  }
}

void StreamBoard::deliver(Stream& stream, std::string_view data, bool truncated) {
  const auto part = [&](std::string_view text) { return truncated ? text.substr(0, text.size() / 2) : text; };
  net::SharedBytes bare;
  for (Group& group : stream.groups) {
    net::SharedBytes wrapped;
    for (Connection* const connection : group.connections) {
      if (!connection->combined) {
        if (bare.empty()) bare = Socket::encode(Socket::Kind::Text, part(data));
        send(*connection, bare);
        continue;
      }
      if (wrapped.empty()) {
        wrapped_.assign(R"({"stream":")");
        wrapped_.append(group.name).append(R"(","data":)").append(data).append("}");
        wrapped = Socket::encode(Socket::Kind::Text, part(wrapped_));
      }
      send(*connection, wrapped);
    }
  }
}

void StreamBoard::send(Connection& connection, const net::SharedBytes& message) {
  if (connection.gone || connection.deaf) return;
  if (connection.stalled_until > Nanos{0}) {
    if (monotonic_now() < connection.stalled_until) return;
    connection.stalled_until = Nanos{0};
  }
  if (connection.socket->queued_bytes() > most_unsent) {
    ++too_slow_;
    connection.gone = true;
    connection.socket->reset();
    return;
  }
  connection.socket->queue(message);
  ++messages_;
  if (std::find(queued_.begin(), queued_.end(), &connection) == queued_.end()) queued_.push_back(&connection);
}

void StreamBoard::flush(Nanos now) {
  for (std::size_t i = 0; i < late_.size();) {
    if (late_[i].due > now) {
      ++i;
      continue;
    }
    if (const auto stream = streams_.find(late_[i].key); stream != streams_.end())
      deliver(stream->second, late_[i].data, false);
    late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (Connection* const connection : queued_)
    if (!connection->gone && !connection->deaf) connection->socket->flush();
  queued_.clear();
}

std::size_t StreamBoard::listeners(Market market, std::string_view symbol, const StreamId& stream) const {
  const auto found = streams_.find(key_of(market, symbol, stream));
  if (found == streams_.end()) return 0;
  std::size_t count = 0;
  for (const Group& group : found->second.groups) count += group.connections.size();
  return count;
}

std::size_t StreamBoard::waiting() const {
  std::size_t most = 0;
  for (const auto& [key, stream] : streams_)
    for (const Group& group : stream.groups)
      for (const Connection* const connection : group.connections)
        if (!connection->gone && !connection->deaf) most = std::max(most, connection->socket->queued_bytes());
  return most;
}

}  // namespace trunkline::sandbox::binance
