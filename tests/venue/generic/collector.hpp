// Keeps what a generic parser reads, with texts and levels of its own.
#pragma once

#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/venue/generic/mapping_reader.hpp"
#include "trunkline/venue/generic/parser.hpp"

namespace trunkline::venue::generic::test {

template <class Record>
struct Kept {
  std::string symbol;
  Record record;
};
struct KeptBook {
  std::string symbol;
  BookRecord record;
  std::vector<wire::Level> bids;
  std::vector<wire::Level> asks;
};
struct KeptAnswer {
  AnswerRecord record;
  std::string topic;
  std::string reason;
};
struct Failure {
  MessageKind kind;
  std::string symbol;
  std::string error;
};

class Collector : public RecordListener {
 public:
  void take(const TradeRecord& trade) override { trades.push_back({std::string(trade.symbol), trade}); }
  void take(const QuoteRecord& quote) override { quotes.push_back({std::string(quote.symbol), quote}); }
  void take(const BookRecord& book) override {
    books.push_back(
        {std::string(book.symbol), book, {book.bids.begin(), book.bids.end()}, {book.asks.begin(), book.asks.end()}});
  }
  void take(const TickerRecord& ticker) override { tickers.push_back({std::string(ticker.symbol), ticker}); }
  void take(const AnswerRecord& answer) override {
    answers.push_back({answer, std::string(answer.topic), std::string(answer.reason)});
  }
  void take(const PingRecord& ping) override { pings.emplace_back(ping.value); }
  void take_failure(MessageKind kind, std::string_view symbol, std::string error) override {
    failures.push_back({kind, std::string(symbol), std::move(error)});
  }
  void take_unknown(std::string_view text) override { unknown.emplace_back(text); }

  std::vector<Kept<TradeRecord>> trades;
  std::vector<Kept<QuoteRecord>> quotes;
  std::vector<KeptBook> books;
  std::vector<Kept<TickerRecord>> tickers;
  std::vector<KeptAnswer> answers;
  std::vector<std::string> pings;
  std::vector<Failure> failures;
  std::vector<std::string> unknown;
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Mapping bybit() {
  auto mapping = read_mapping(read_file(TRUNKLINE_SOURCE_DIR "/examples/bybit.toml"), "bybit.toml", "source.bybit");
  if (!mapping) {
    ADD_FAILURE() << mapping.error().message;
    return {};
  }
  return *std::move(mapping);
}

inline Parser parser_of(const Mapping& mapping) {
  auto parser = Parser::make(mapping.messages);
  if (!parser) throw std::runtime_error(parser.error().message);
  return *std::move(parser);
}

// The parser of [[message]] tables alone.
inline Parser parser_of(std::string_view messages) {
  const std::string rest = R"(
    symbol = "{BASE}{QUOTE}"
    [websocket]
    url = "wss://example.com"
    [subscribe]
    send = "{topic}"
  )";
  auto mapping = read_mapping(rest + std::string(messages), "t.toml");
  if (!mapping) throw std::runtime_error(mapping.error().message);
  return parser_of(*mapping);
}

inline Collector collect(Parser& parser, std::string_view text) {
  Collector out;
  std::string padded(text);
  padded.resize(text.size() + 64);
  parser.parse(std::string_view(padded).substr(0, text.size()), out);
  return out;
}

}  // namespace trunkline::venue::generic::test
