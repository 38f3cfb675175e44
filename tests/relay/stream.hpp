// A stream as a connector writes it, for tests: frames of two symbols, made in memory.
#pragma once

#include <cstring>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "trunkline/book/book.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/relay/stream_cache.hpp"
#include "trunkline/wire/frame.hpp"
#include "trunkline/wire/sequence.hpp"

namespace trunkline::relay::test {

inline const SymbolHash btc = hash_symbol_text("binance:BTC-USDT");
inline const SymbolHash eth = hash_symbol_text("binance:ETH-USDT");

inline wire::Level level(std::int64_t price, std::int64_t quantity) {
  return {Price::from_int(price), Quantity::from_int(quantity)};
}

// One connector. Every call makes the next frame of its sequence.
class Writer {
 public:
  explicit Writer(std::uint16_t connector = 1) : source_(static_cast<std::uint16_t>(connector << 4)) {}

  template <class Message, class... Tails>
  StoredFrame make(Message message, std::uint8_t flags, const Tails&... tails) {
    message.source = source_;
    message.receive_time = unix_now();
    std::vector<std::uint64_t> words(wire::max_frame / 8 + 1);
    const auto bytes = std::as_writable_bytes(std::span(words));
    const std::size_t size = wire::encode(bytes, message, tails..., flags, sequence_);
    sequence_ = wire::sequence_after(sequence_);
    return StoredFrame(*wire::FrameView::parse(bytes.first(size)));
  }

  StoredFrame mapping(SymbolHash symbol, std::string_view text) {
    wire::SymbolMapping mapping;
    mapping.symbol = symbol;
    mapping.tick_size = Price::from_int(1);
    return make(mapping, 0, text, std::string_view("X"));
  }
  StoredFrame connection(wire::ConnectionState state) {
    wire::ConnectionStatus status;
    status.state = state;
    return make(status, 0, std::string_view("binance"), std::string_view("wss://x"), std::string_view());
  }
  StoredFrame status(SymbolHash symbol, wire::BookState state, wire::BookReason reason = wire::BookReason::None) {
    wire::BookStatus status;
    status.symbol = symbol;
    status.state = state;
    status.reason = reason;
    status.integrity = wire::Integrity::Sequenced;
    status.update_id = ids_[symbol];
    return make(status, 0);
  }
  StoredFrame snapshot(SymbolHash symbol, std::vector<wire::Level> bids, std::vector<wire::Level> asks,
                       std::uint8_t flags = 0) {
    wire::L2Snapshot snapshot;
    snapshot.symbol = symbol;
    snapshot.update_id = ids_[symbol] += 10;
    snapshot.detail = book::live_once_applied;
    return make(snapshot, flags, std::span<const wire::Level>(bids), std::span<const wire::Level>(asks));
  }
  StoredFrame delta(SymbolHash symbol, std::vector<wire::Level> bids, std::vector<wire::Level> asks) {
    wire::L2Delta delta;
    delta.symbol = symbol;
    delta.previous_update_id = ids_[symbol];
    delta.update_id = ids_[symbol] += 3;
    delta.detail = book::live_once_applied;
    return make(delta, 0, std::span<const wire::Level>(bids), std::span<const wire::Level>(asks));
  }
  StoredFrame trade(SymbolHash symbol) {
    wire::Trade trade;
    trade.symbol = symbol;
    trade.price = Price::from_int(100);
    trade.quantity = Quantity::from_int(1);
    trade.trade_id = ++trades_;
    return make(trade, wire::flag::side_buy);
  }
  std::uint64_t trades() const { return trades_; }

  // Everything that makes a symbol's book Live.
  std::vector<StoredFrame> start(SymbolHash symbol, std::string_view text) {
    std::vector<StoredFrame> frames;
    frames.push_back(mapping(symbol, text));
    frames.push_back(status(symbol, wire::BookState::Syncing, wire::BookReason::Subscribed));
    frames.push_back(snapshot(symbol, {level(100, 1), level(99, 2)}, {level(101, 3), level(102, 4)}));
    frames.push_back(status(symbol, wire::BookState::Live));
    return frames;
  }
  // A delta that changes one level of each side, different every time.
  StoredFrame move(SymbolHash symbol) {
    const std::int64_t n = ++moves_;
    return delta(symbol, {level(100 - n % 7, n)}, {level(101 + n % 5, n)});
  }

 private:
  std::uint16_t source_;
  std::uint32_t sequence_ = 0;
  std::uint64_t trades_ = 0;
  std::int64_t moves_ = 0;
  std::map<SymbolHash, std::uint64_t> ids_;
};

// What a client makes of the frames it gets.
class Reader {
 public:
  void read(wire::FrameView frame) {
    types.push_back(frame.type());
    books.try_emplace(btc, btc).first->second.apply(frame);
    books.try_emplace(eth, eth).first->second.apply(frame);
    if (const auto* trade = frame.as<wire::Trade>()) trades.push_back(trade->trade_id);
    if (const auto* gap = frame.as<wire::Gap>()) gaps.push_back(*gap);
    frames.emplace_back(frame);
  }
  const book::Book& book(SymbolHash symbol) { return books.try_emplace(symbol, symbol).first->second; }
  std::size_t count(wire::MessageType type) const { return static_cast<std::size_t>(std::ranges::count(types, type)); }
  void clear() {
    types.clear();
    frames.clear();
  }

  std::vector<wire::MessageType> types;
  std::deque<StoredFrame> frames;
  std::vector<std::uint64_t> trades;
  std::vector<wire::Gap> gaps;
  std::map<SymbolHash, book::Book> books;
};

inline std::vector<wire::Level> side(const book::Book& book, book::Side which) {
  std::vector<wire::Level> levels;
  book.ladder().walk(which, [&](const wire::Level& each) {
    levels.push_back(each);
    return true;
  });
  return levels;
}

inline bool same_book(const book::Book& a, const book::Book& b) {
  return a.update_id() == b.update_id() && a.state() == b.state() && a.live() == b.live() &&
         side(a, book::Side::Bid) == side(b, book::Side::Bid) && side(a, book::Side::Ask) == side(b, book::Side::Ask);
}

}  // namespace trunkline::relay::test
