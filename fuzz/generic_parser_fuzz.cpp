// Any bytes as a message of a source whose mapping uses every kind and shape: numbers are in range or refused, every
// text lies in the message, and nothing is read beyond the padding that is promised.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "trunkline/venue/generic/mapping_reader.hpp"
#include "trunkline/venue/generic/parser.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue::generic;

constexpr std::string_view mapping_text = R"(
symbol = "{BASE}{QUOTE}"
sequence = "previous_id"
[websocket]
url = "wss://example.com"
[subscribe]
send = "{topic}"
[[message]]
kind = "book"
when = { topic = "orderbook.*" }
snapshot_when = { type = "snapshot" }
symbol = "data.s"
bids = "data.b"
asks = "data.a"
update_id = "data.u"
previous_id = "data.pu"
time = "ts"
[[message]]
kind = "trade"
when = { topic = "publicTrade.*" }
each = "data"
symbol = "$.topic"
symbol_after = "."
price = "p"
quantity = "v"
side = "S"
buy = "Buy"
sell = "Sell"
time = "T"
time_unit = "iso"
id = "i"
[[message]]
kind = "book_change"
when = { table = "book" }
each = "data"
symbol = "symbol"
update_id = "id"
previous_id = "before"
changes = "levels"
removals = "gone"
level = { price = "price", quantity = "size", side = "side", bid = "Buy", ask = "Sell" }
[[message]]
kind = "quote"
when = { "0.T" = "q" }
each = "$"
symbol = "S"
bid_price = "bp.0"
ask_price = "ap.0.1"
time = "t"
time_unit = "s"
[[message]]
kind = "ticker"
when = { "1" = "ticker" }
symbol = "0"
mark_price = "2.mark"
funding_rate = "2.rate"
[[message]]
kind = "refused"
when = { success = false }
request = "req_id"
topic = "topic"
reason = "ret_msg"
[[message]]
kind = "ping"
when = { ping = "*" }
value = "ping"
reply = '{"pong":{value}}'
)";

void require(bool condition) {
  if (!condition) std::abort();
}

class Checker final : public RecordListener {
 public:
  explicit Checker(std::string_view text) : text_(text) {}
  void take(const TradeRecord& trade) override {
    require(!trade.price.is_absent() && !trade.quantity.is_absent());
    require(trade.time >= Nanos{0});
  }
  void take(const QuoteRecord& quote) override { inside(quote.symbol); }
  void take(const BookRecord& book) override {
    inside(book.symbol);
    for (const auto side : {book.bids, book.asks}) {
      for (const wire::Level& level : side) require(level.price.raw() >= 0 && level.quantity.raw() >= 0);
    }
  }
  void take(const TickerRecord& ticker) override { inside(ticker.symbol); }
  void take(const AnswerRecord& answer) override {
    inside(answer.topic);
    inside(answer.reason);
  }
  void take(const PingRecord& ping) override { inside(ping.value); }
  void take_failure(MessageKind, std::string_view, std::string error) override { require(!error.empty()); }
  void take_unknown(std::string_view text) override { require(text.data() == text_.data()); }

 private:
  // Texts with escapes are copies.
  void inside(std::string_view part) const {
    if (part.empty() || text_.find('\\') != std::string_view::npos) return;
    require(part.data() >= text_.data() && part.data() + part.size() <= text_.data() + text_.size());
  }
  std::string_view text_;
};

Parser make_parser() {
  const auto mapping = read_mapping(mapping_text, "mapping.toml");
  require(mapping.has_value());
  auto parser = Parser::make(mapping->messages);
  require(parser.has_value());
  return *std::move(parser);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Parser parser = make_parser();
  // Exactly the padding that is promised, so that reading beyond it shows.
  std::vector<char> buffer(size + simdjson::SIMDJSON_PADDING);
  std::copy_n(data, size, buffer.begin());
  const std::string_view text(buffer.data(), size);
  Checker checker(text);
  parser.parse(text, checker);
  return 0;
}
