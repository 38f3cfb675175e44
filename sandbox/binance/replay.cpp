#include "sandbox/binance/replay.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <zlib.h>

#include "sandbox/binance/rest_api.hpp"
#include "sandbox/binance/text.hpp"

namespace trunkline::sandbox::binance {
namespace {

using nlohmann::json;
constexpr std::size_t most_unread = 256 * 1024;  // bytes a client has not read, at full speed
constexpr int most_lines_at_once = 5000;

std::optional<Market> market_of(std::string_view address) {
  if (address.find("fapi.") != std::string_view::npos || address.find("fstream.") != std::string_view::npos)
    return Market::Usdm;
  if (address.find("dapi.") != std::string_view::npos || address.find("dstream.") != std::string_view::npos)
    return Market::Coinm;
  if (address.find("api.") != std::string_view::npos || address.find("stream.") != std::string_view::npos)
    return Market::Spot;
  return std::nullopt;
}

// Below 1e11 seconds with decimals, 13 digits milliseconds, 19 digits nanoseconds.
Nanos time_of(std::string_view line) {
  constexpr std::string_view key = "{\"t\":";
  if (!line.starts_with(key)) return Nanos{0};
  std::string_view number = line.substr(key.size());
  number = number.substr(0, number.find_first_of(",}"));
  const std::size_t whole = std::min(number.find('.'), number.size());
  const int digits = whole >= 19 ? 0 : whole >= 13 ? 6 : 9;
  return Nanos{detail::parse_decimal(number, digits).value_or(0)};
}

std::string query_value(std::string_view address, std::string_view key) {
  const std::size_t at = address.find(std::string(key) + "=");
  if (at == std::string_view::npos) return {};
  const std::string_view rest = address.substr(at + key.size() + 1);
  return std::string(rest.substr(0, rest.find('&')));
}

std::optional<Replay::Line> read_line(const std::string& raw) {
  const json record = json::parse(raw, nullptr, false);
  if (!record.is_object() || record.value("dir", "") != "in" || !record.contains("msg") || !record["msg"].is_string())
    return std::nullopt;
  const std::string address = record.value("conn", "");
  const auto market = market_of(address);
  if (!market) return std::nullopt;
  Replay::Line line;
  line.time = time_of(raw);
  line.market = *market;
  std::string message = record["msg"].get<std::string>();
  if (address.starts_with("http")) {
    if (address.find("/depth?") == std::string::npos) return std::nullopt;
    line.rest = true;
    line.symbol = query_value(address, "symbol");
    line.text = std::move(message);
    return line;
  }
  constexpr std::string_view head = "{\"stream\":\"", data = "\",\"data\":";
  const std::size_t end = message.find(data);
  if (!message.starts_with(head) || end == std::string::npos) return std::nullopt;
  const auto name = parse_stream(*market, std::string_view(message).substr(head.size(), end - head.size()));
  if (!name) return std::nullopt;
  line.symbol = name->symbol;
  line.stream = name->id;
  line.text = message.substr(end + data.size(), message.size() - end - data.size() - 1);
  return line;
}

int decimals_of(std::string_view number) {
  const std::size_t point = number.find('.');
  return point == std::string_view::npos ? 0 : static_cast<int>(number.size() - point - 1);
}

int needed_decimals(std::string_view number) {
  if (number.find('.') == std::string_view::npos) return 0;
  while (number.ends_with('0')) number.remove_suffix(1);
  return decimals_of(number);
}

// What one symbol's prices and quantities look like.
struct Form {
  int price_written = 0, quantity_written = 0, price_needed = 0, quantity_needed = 0;
  std::string first_price;
  void see(std::string_view price, std::string_view quantity) {
    if (first_price.empty()) first_price = price;
    price_written = std::max(price_written, decimals_of(price));
    quantity_written = std::max(quantity_written, decimals_of(quantity));
    price_needed = std::max(price_needed, needed_decimals(price));
    quantity_needed = std::max(quantity_needed, needed_decimals(quantity));
  }
};

void split_pair(Instrument& instrument) {
  instrument.pair = instrument.symbol.substr(0, instrument.symbol.find('_'));
  for (const std::string_view quote : {"USDT", "USDC", "BUSD", "FDUSD", "USD", "BTC", "ETH", "BNB", "EUR"}) {
    if (!instrument.pair.ends_with(quote) || instrument.pair.size() == quote.size()) continue;
    instrument.quote = quote;
    break;
  }
  if (instrument.quote.empty() && instrument.pair.size() > 3)
    instrument.quote = instrument.pair.substr(instrument.pair.size() - 3);
  instrument.base = instrument.pair.substr(0, instrument.pair.size() - instrument.quote.size());
}

}  // namespace

Result<Replay> Replay::load(ReplayOptions options) {
  Replay replay;
  std::set<Name> names;
  for (const std::string& path : options.files) {
    const gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) return fail(ErrorCode::NotFound, fmt::format("cannot open the recording {}", path));
    std::string raw;
    std::vector<char> buffer(256 * 1024);
    int got = 0;
    const auto take = [&] {
      if (auto line = read_line(raw)) {
        if (!line->rest) names.insert({line->market, line->symbol, line->stream});
        replay.lines_.push_back(std::move(*line));
      }
      raw.clear();
    };
    while ((got = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0) {
      std::string_view rest(buffer.data(), static_cast<std::size_t>(got));
      for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        raw.append(rest.substr(0, end));
        take();
        rest.remove_prefix(end + 1);
      }
      raw.append(rest);
    }
    if (!raw.empty()) take();
    gzclose(file);
    if (got < 0) return fail(ErrorCode::Io, fmt::format("the recording {} is damaged", path));
  }
  if (replay.lines_.empty())
    return fail(ErrorCode::InvalidArgument,
                fmt::format("no stream messages of this venue in {}", fmt::join(options.files, ", ")));
  replay.names_.assign(names.begin(), names.end());
  replay.options_ = std::move(options);
  return replay;
}

std::vector<Instrument> Replay::instruments() const {
  std::map<std::pair<Market, std::string>, Form> forms;
  for (const Line& line : lines_) {
    Form& form = forms[{line.market, line.symbol}];
    if (!line.rest && line.stream.kind != StreamKind::BookTicker && line.stream.kind != StreamKind::Trade) continue;
    const json message = json::parse(line.text, nullptr, false);
    if (line.rest) {
      for (const char* const side : {"bids", "asks"}) {
        if (!message.contains(side)) continue;
        for (const auto& level : message[side])
          form.see(level[0].get_ref<const std::string&>(), level[1].get_ref<const std::string&>());
      }
    } else if (line.stream.kind == StreamKind::BookTicker) {
      form.see(message.value("b", "0"), message.value("B", "0"));
      form.see(message.value("a", "0"), message.value("A", "0"));
    } else {
      form.see(message.value("p", "0"), message.value("q", "0"));
    }
  }
  std::vector<Instrument> out;
  for (const auto& [key, form] : forms) {
    Instrument instrument;
    instrument.market = key.first;
    instrument.symbol = key.second;
    split_pair(instrument);
    instrument.start = Price::parse(form.first_price).value_or(Price::from_int(1));
    instrument.tick = Price::from_raw(detail::power_of_ten(8 - form.price_needed));
    instrument.step = Quantity::from_raw(detail::power_of_ten(8 - form.quantity_needed));
    instrument.price_decimals = form.price_written;
    instrument.quantity_decimals = form.quantity_written;
    if (key.first == Market::Coinm) instrument.contract_size = instrument.base == "BTC" ? 100 : 10;
    out.push_back(std::move(instrument));
  }
  return out;
}

bool Replay::may_start(Nanos now, const StreamBoard& board) {
  if (started_) return true;
  const auto listened = [&](const Name& name) { return board.listeners(name.market, name.symbol, name.stream) > 0; };
  const auto count = static_cast<std::size_t>(std::count_if(names_.begin(), names_.end(), listened));
  if (count == 0) return false;
  if (!first_listener_) first_listener_ = now;
  if (count < names_.size() && now - *first_listener_ < options_.wait) return false;
  started_ = true;
  origin_ = now;
  return true;
}

void Replay::pump(Nanos now, StreamBoard& board) {
  if (finished() || !may_start(now, board)) return;
  for (int i = 0; i < most_lines_at_once && next_ < lines_.size(); ++i) {
    const Line& line = lines_[next_];
    if (options_.speed > 0) {
      const auto offset = static_cast<double>((line.time - lines_.front().time).count()) / options_.speed;
      if (now - origin_ < Nanos{static_cast<std::int64_t>(offset)}) return;
    } else if (i % 64 == 0 && board.waiting() > most_unread) {
      return;
    }
    if (line.rest) {
      board.flush(now);
      if (!pass_reply(now, board)) return;
    } else {
      board.publish(line.market, line.symbol, line.stream, line.text);
    }
    ++next_;
    // The flush lets waiting() see what was queued.
    if (i % 64 == 63) board.flush(now);
  }
}

bool Replay::pass_reply(Nanos now, const StreamBoard& board) {
  const Line& line = lines_[next_];
  if (line.answered) return true;
  const auto asked = std::find_if(asked_.begin(), asked_.end(),
                                  [&](const Asked& a) { return a.market == line.market && a.symbol == line.symbol; });
  const auto enter = [&](Hold hold) {
    if (hold_ == Hold::None) hold_began_ = now;
    hold_ = hold;
    hold_since_ = now;
  };
  const auto leave = [&] {
    origin_ += now - hold_began_;
    hold_ = Hold::None;
    return true;
  };
  switch (hold_) {
    case Hold::None: {
      const bool depth = std::any_of(names_.begin(), names_.end(), [&](const Name& name) {
        return name.market == line.market && name.symbol == line.symbol && name.stream.kind == StreamKind::Depth &&
               board.listeners(name.market, name.symbol, name.stream) > 0;
      });
      if (!depth && asked == asked_.end()) return true;
      enter(Hold::ForRequest);
      return false;
    }
    case Hold::ForRequest:
      if (asked != asked_.end()) {
        enter(Hold::BeforeReply);
      } else if (!asked_.empty() && now - hold_since_ > options_.grace) {
        give_early(asked_.front());
        asked_.erase(asked_.begin());
        hold_since_ = now;
      } else if (now - hold_since_ > options_.patience) {
        return leave();
      }
      return false;
    case Hold::BeforeReply:
      if (board.waiting() > 0) hold_since_ = now;
      if (now - hold_since_ < options_.settle) return false;
      if (asked != asked_.end()) {
        net::HttpResponse response;
        response.body = line.text;
        asked->responder.respond(std::move(response));
        asked_.erase(asked);
      }
      enter(Hold::AfterReply);
      return false;
    case Hold::AfterReply:
      if (now - hold_since_ < options_.settle) return false;
      return leave();
  }
  return true;
}

Replay::Line* Replay::reply_ahead(Market market, std::string_view symbol) {
  const auto found = std::find_if(
      lines_.begin() + static_cast<std::ptrdiff_t>(next_), lines_.end(),
      [&](const Line& line) { return line.rest && !line.answered && line.market == market && line.symbol == symbol; });
  return found == lines_.end() ? nullptr : &*found;
}

void Replay::give_early(const Asked& asked) {
  Line* const line = reply_ahead(asked.market, asked.symbol);
  if (line == nullptr) return;
  line->answered = true;
  net::HttpResponse response;
  response.body = line->text;
  asked.responder.respond(std::move(response));
}

void Replay::depth(const Instrument& instrument, std::size_t limit, net::Responder responder) {
  Asked asked{instrument.market, instrument.symbol, limit, std::move(responder)};
  if (reply_ahead(asked.market, asked.symbol) != nullptr) {
    asked_.push_back(std::move(asked));
    return;
  }
  net::HttpResponse response;
  if (auto known = book(asked.market, asked.symbol)) {
    known->bids.resize(std::min(known->bids.size(), limit));
    known->asks.resize(std::min(known->asks.size(), limit));
    response.body =
        depth_body(instrument, *known, lines_[next_ == 0 ? 0 : next_ - 1].time / std::chrono::milliseconds{1});
  } else {
    response.status = 503;
    response.body = error_body(-1001, "The recording holds no snapshot of this symbol.");
  }
  asked.responder.respond(std::move(response));
}

// The last recorded snapshot behind us and the differences since.
std::optional<Book> Replay::book(Market market, std::string_view symbol) const {
  const Line* snapshot = nullptr;
  for (std::size_t i = 0; i < next_; ++i)
    if (lines_[i].rest && lines_[i].market == market && lines_[i].symbol == symbol) snapshot = &lines_[i];
  if (snapshot == nullptr) return std::nullopt;
  std::map<std::int64_t, Quantity> sides[2];  // best first: bids under their negated price
  const auto set = [&](std::size_t side, const json& levels) {
    for (const auto& level : levels) {
      const Price price = Price::parse(level[0].get_ref<const std::string&>()).value_or(Price{});
      const Quantity quantity = Quantity::parse(level[1].get_ref<const std::string&>()).value_or(Quantity{});
      const std::int64_t key = side == 0 ? -price.raw() : price.raw();
      if (quantity.is_zero())
        sides[side].erase(key);
      else
        sides[side][key] = quantity;
    }
  };
  Book book;
  const json start = json::parse(snapshot->text);
  book.update_id = start.at("lastUpdateId").get<std::uint64_t>();
  set(0, start.at("bids"));
  set(1, start.at("asks"));
  for (std::size_t i = 0; i < next_; ++i) {
    const Line& line = lines_[i];
    if (line.rest || line.market != market || line.symbol != symbol || line.stream.kind != StreamKind::Depth) continue;
    const json event = json::parse(line.text);
    if (event.at("u").get<std::uint64_t>() <= book.update_id) continue;
    book.update_id = event.at("u").get<std::uint64_t>();
    set(0, event.at("b"));
    set(1, event.at("a"));
  }
  for (const auto& [key, quantity] : sides[0]) book.bids.push_back({Price::from_raw(-key), quantity});
  for (const auto& [key, quantity] : sides[1]) book.asks.push_back({Price::from_raw(key), quantity});
  return book;
}

}  // namespace trunkline::sandbox::binance
