#include "trunkline/venue/generic/mapping_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "trunkline/protocol/toml.hpp"
#include "trunkline/venue/generic/mapping_table.hpp"
#include "trunkline/venue/generic/parser.hpp"

namespace trunkline::venue::generic {
namespace {

constexpr std::pair<std::string_view, MessageKind> kinds[] = {
    {"trade", MessageKind::Trade},
    {"quote", MessageKind::Quote},
    {"book", MessageKind::Book},
    {"book_snapshot", MessageKind::BookSnapshot},
    {"book_change", MessageKind::BookChange},
    {"ticker", MessageKind::Ticker},
    {"acknowledged", MessageKind::Acknowledged},
    {"refused", MessageKind::Refused},
    {"ping", MessageKind::Ping},
    {"ignored", MessageKind::Ignored},
};

using Kinds = std::uint32_t;
constexpr Kinds bit(MessageKind kind) noexcept {
  return 1U << std::to_underlying(kind);
}
constexpr Kinds books = bit(MessageKind::Book) | bit(MessageKind::BookSnapshot) | bit(MessageKind::BookChange);
constexpr Kinds data = books | bit(MessageKind::Trade) | bit(MessageKind::Quote) | bit(MessageKind::Ticker);
constexpr Kinds answers = bit(MessageKind::Acknowledged) | bit(MessageKind::Refused);

// Those that a mapping can fill.
constexpr Channel channels[] = {Channel::Trades, Channel::Quotes, Channel::Depth, Channel::Ticker};

struct FieldRow {
  std::string_view key;
  Field field;
  Kinds takes;      // kinds that may have it
  Kinds needs = 0;  // kinds that must have it
};
constexpr FieldRow field_rows[] = {
    {"symbol", Field::Symbol, data, data},
    {"time", Field::Time, data},
    {"price", Field::Price, bit(MessageKind::Trade), bit(MessageKind::Trade)},
    {"quantity", Field::Quantity, bit(MessageKind::Trade), bit(MessageKind::Trade)},
    {"side", Field::Side, bit(MessageKind::Trade)},
    {"id", Field::Id, bit(MessageKind::Trade)},
    {"update_id", Field::UpdateId, books | bit(MessageKind::Quote)},
    {"first_id", Field::FirstId, books},
    {"previous_id", Field::PreviousId, books},
    {"bid_price", Field::BidPrice, bit(MessageKind::Quote), bit(MessageKind::Quote)},
    {"bid_quantity", Field::BidQuantity, bit(MessageKind::Quote)},
    {"ask_price", Field::AskPrice, bit(MessageKind::Quote), bit(MessageKind::Quote)},
    {"ask_quantity", Field::AskQuantity, bit(MessageKind::Quote)},
    {"mark_price", Field::MarkPrice, bit(MessageKind::Ticker)},
    {"index_price", Field::IndexPrice, bit(MessageKind::Ticker)},
    {"settle_price", Field::SettlePrice, bit(MessageKind::Ticker)},
    {"funding_rate", Field::FundingRate, bit(MessageKind::Ticker)},
    {"next_funding_time", Field::NextFundingTime, bit(MessageKind::Ticker)},
    {"open_interest", Field::OpenInterest, bit(MessageKind::Ticker)},
    {"request", Field::Request, answers},
    {"topic", Field::Topic, answers},
    {"reason", Field::Reason, bit(MessageKind::Refused)},
    {"value", Field::Value, bit(MessageKind::Ping)},
};

class Reader {
 public:
  Reader(std::string_view file) : file_(file) {}

  const std::string& error() const noexcept { return error_; }

  Mapping read(const toml::table& root) {
    Mapping out;
    Table table(root, "", file_, error_);
    table.text("title", out.title);
    table.filled_in("symbol", out.symbol, {"BASE", "QUOTE", "base", "quote"});
    table.word<wire::InstrumentKind>("kind",
                                     {{"spot", wire::InstrumentKind::Spot},
                                      {"perpetual", wire::InstrumentKind::Perpetual},
                                      {"future", wire::InstrumentKind::Future},
                                      {"option", wire::InstrumentKind::Option},
                                      {"stock", wire::InstrumentKind::Stock}},
                                     out.kind);
    table.word<SequenceRule>(
        "sequence",
        {{"none", SequenceRule::None}, {"plus_one", SequenceRule::PlusOne}, {"previous_id", SequenceRule::PreviousId}},
        out.sequence);
    time_unit(table, time_unit_);
    sequence_ = out.sequence;
    if (const auto* inner = table.inner("websocket")) read_websocket(*inner, out);
    if (const auto* inner = table.inner("subscribe")) read_subscribe(*inner, out);
    if (const auto* inner = table.inner("topics")) read_topics(*inner, out);
    table.each("message", [&](const toml::table& each) { out.messages.push_back(read_message(each, "message")); });
    table.each("poll", [&](const toml::table& each) { out.polls.push_back(read_poll(each)); });
    table.whole("requests_per_minute", 100'000, out.requests_per_minute);
    if (const auto* inner = table.inner("symbols")) read_symbols(*inner, out);
    table.finish();
    if (error_.empty()) check(table, out);
    return out;
  }

 private:
  static void time_unit(Table& table, TimeUnit& out) {
    table.word<TimeUnit>("time_unit",
                         {{"s", TimeUnit::Seconds},
                          {"ms", TimeUnit::Milliseconds},
                          {"us", TimeUnit::Microseconds},
                          {"ns", TimeUnit::Nanoseconds},
                          {"iso", TimeUnit::Iso}},
                         out);
  }

  void read_websocket(const toml::table& inner, Mapping& out) {
    Table table(inner, "websocket", file_, error_);
    table.text("url", out.url);
    if (!out.url.starts_with("ws://") && !out.url.starts_with("wss://")) {
      table.refuse(table.node("url"), "url", "expected an address that starts with wss:// or ws://");
    }
    table.duration("maximum_age", out.maximum_age);
    table.whole("messages_per_second", 10'000, out.messages_per_second);
    table.filled_in("heartbeat", out.heartbeat, {"id"});
    table.duration("heartbeat_interval", out.heartbeat_interval);
    table.text("heartbeat_answer", out.heartbeat_answer);
    if (out.heartbeat.empty() != (out.heartbeat_interval == Nanos{0})) {
      table.refuse(nullptr, "heartbeat", "heartbeat and heartbeat_interval come together");
    }
    table.finish();
  }

  void read_subscribe(const toml::table& inner, Mapping& out) {
    Table table(inner, "subscribe", file_, error_);
    table.filled_in("send", out.subscribe, {"topic", "topics", "symbol", "id"});
    table.filled_in("unsubscribe", out.unsubscribe, {"topic", "topics", "symbol", "id"});
    table.whole("batch", 1'000, out.batch);
    table.truth("acknowledged", out.acknowledges);
    table.truth("refresh", out.refresh);
    if (out.subscribe.empty()) table.refuse(nullptr, "send", "it is missing");
    if (out.refresh && out.unsubscribe.empty()) {
      table.refuse(table.node("refresh"), "refresh", "it needs `unsubscribe`: a stream is left and subscribed anew");
    }
    if (out.batch > 1 && out.subscribe.find("{topics}") == std::string::npos) {
      table.refuse(table.node("batch"), "batch", "several topics in one message need {topics} in `send`");
    }
    table.finish();
  }

  void read_topics(const toml::table& inner, Mapping& out) {
    Table table(inner, "topics", file_, error_);
    for (const Channel channel : channels) {
      table.filled_in(to_text(channel), out.topics[std::to_underlying(channel)], {"symbol"});
    }
    table.finish();
  }

  // What is polled for one symbol need not say it.
  MessageMapping read_message(const toml::table& inner, std::string_view name, bool names_symbol = true) {
    MessageMapping out;
    Table table(inner, std::string(name), file_, error_);
    out.place = table.place();
    out.time_unit = time_unit_;
    table.word<MessageKind>("kind", kinds, out.kind);
    if (table.node("kind") == nullptr) table.refuse(nullptr, "kind", "it is missing");
    const std::string_view kind_name = kinds[std::to_underlying(out.kind)].first;
    const Kinds kind = bit(out.kind);
    const auto only_for = [&](std::string_view key, Kinds takes) {
      if (table.node(key) != nullptr && (takes & kind) == 0) {
        table.refuse(table.node(key), key, fmt::format("a message of kind {} has no such key", kind_name));
      }
    };
    out.when = table.conditions("when");
    out.snapshot_when = table.conditions("snapshot_when");
    only_for("snapshot_when", bit(MessageKind::Book));
    if (out.kind == MessageKind::Book && out.snapshot_when.empty()) {
      table.refuse(nullptr, "snapshot_when",
                   "a book needs it to tell snapshots from changes; or use the kinds book_snapshot and book_change");
    }
    out.each = table.path("each");
    if (out.each) out.each->from_root = false;
    only_for("each", data);
    for (const FieldRow& row : field_rows) {
      out.path(row.field) = table.path(row.key);
      only_for(row.key, row.takes);
      if (row.field == Field::Symbol && !names_symbol) continue;
      if ((row.needs & kind) != 0 && !out.path(row.field)) {
        table.refuse(nullptr, row.key, fmt::format("a message of kind {} needs it", kind_name));
      }
    }
    table.text("symbol_after", out.symbol_after);
    only_for("symbol_after", data);
    time_unit(table, out.time_unit);
    table.text("buy", out.buy);
    table.text("sell", out.sell);
    if (out.path(Field::Side) && (out.buy.empty() || out.sell.empty() || out.buy == out.sell)) {
      table.refuse(table.node("side"), "side", "it needs `buy` and `sell`, the values that say what the taker did");
    }
    table.truth("partial", out.partial);
    only_for("partial", bit(MessageKind::Quote) | bit(MessageKind::Ticker));
    table.filled_in("reply", out.reply, {"value"});
    only_for("reply", bit(MessageKind::Ping));
    if (out.kind == MessageKind::Ping && out.reply.empty()) table.refuse(nullptr, "reply", "a ping needs it");
    read_levels(table, out, only_for);
    check_ids(table, out, kind);
    table.finish();
    return out;
  }

  template <class OnlyFor>
  void read_levels(Table& table, MessageMapping& out, OnlyFor only_for) {
    const auto lists = [&](std::string_view key, LevelSide side, bool removals) {
      for (const std::string& text : table.texts(key)) {
        auto path = Path::parse(text);
        if (!path) return table.refuse(table.node(key), key, path.error().message);
        if (path->parts.empty()) return table.refuse(table.node(key), key, "the whole message is no list of levels");
        path->from_root = false;
        out.levels.push_back({*std::move(path), side, removals});
      }
      only_for(key, books);
    };
    lists("bids", LevelSide::Bids, false);
    lists("asks", LevelSide::Asks, false);
    lists("changes", LevelSide::Both, false);
    lists("removals", LevelSide::Both, true);
    only_for("level", books);
    if (const auto* inner = table.inner("level")) {
      Table level(*inner, "level", file_, error_);
      level.text("price", out.level.price);
      level.text("quantity", out.level.quantity);
      level.text("side", out.level.side);
      level.text("bid", out.level.bid);
      level.text("ask", out.level.ask);
      level.finish();
    }
    if ((books & bit(out.kind)) == 0) return;
    if (out.levels.empty()) table.refuse(nullptr, "bids", "a book needs bids and asks, or changes");
    const bool sided =
        std::ranges::any_of(out.levels, [](const LevelList& list) { return list.side == LevelSide::Both; });
    if (sided && (out.level.side.empty() || out.level.bid.empty() || out.level.ask.empty())) {
      table.refuse(table.node("level"), "level",
                   "levels of both sides need `side`, and the values `bid` and `ask` that it may have");
    }
  }

  void check_ids(Table& table, const MessageMapping& out, Kinds kind) {
    if ((kind & books) == 0) return;
    if (sequence_ != SequenceRule::None && !out.path(Field::UpdateId)) {
      table.refuse(nullptr, "update_id", "the sequence rule needs it");
    }
    const bool changes = out.kind != MessageKind::BookSnapshot;
    if (sequence_ == SequenceRule::PreviousId && changes && !out.path(Field::PreviousId)) {
      table.refuse(nullptr, "previous_id", "the sequence rule needs it");
    }
  }

  PollMapping read_poll(const toml::table& inner) {
    PollMapping out;
    Table table(inner, "poll", file_, error_);
    out.place = table.place();
    std::vector<std::pair<std::string_view, Channel>> words;
    for (const Channel channel : channels) words.emplace_back(to_text(channel), channel);
    table.word<Channel>("channel", words, out.channel);
    if (table.node("channel") == nullptr) table.refuse(nullptr, "channel", "it is missing");
    table.filled_in("url", out.url, {"symbol"});
    if (!out.url.starts_with("http://") && !out.url.starts_with("https://")) {
      table.refuse(table.node("url"), "url", "expected an address that starts with https:// or http://");
    }
    table.duration("interval", out.interval);
    table.whole("weight", 100'000, out.weight);
    if (const auto* message = table.inner("message")) {
      out.message = read_message(*message, "poll.message", false);
      if (!out.message.when.empty()) table.refuse(message, "message", "what is polled needs no `when`");
      check_poll(table, out);
    } else {
      table.refuse(nullptr, "message", "a poll needs it");
    }
    table.finish();
    return out;
  }

  void check_poll(Table& table, const PollMapping& out) {
    const Kinds kind = bit(out.message.kind);
    const Kinds right = out.channel == Channel::Trades   ? bit(MessageKind::Trade)
                        : out.channel == Channel::Quotes ? bit(MessageKind::Quote)
                        : out.channel == Channel::Ticker ? bit(MessageKind::Ticker)
                                                         : bit(MessageKind::BookSnapshot);
    if ((kind & right) == 0) {
      table.refuse(table.node("channel"), "channel",
                   fmt::format("{} are read by messages of kind {}", to_text(out.channel),
                               kinds[std::countr_zero(right)].first));
    }
    if (out.channel == Channel::Trades && !out.message.path(Field::Id)) {
      table.refuse(table.node("message"), "message", "polled trades need `id`: most of them come several times");
    }
  }

  void read_symbols(const toml::table& inner, Mapping& out) {
    Table symbols(inner, "symbols", file_, error_);
    for (const auto& [key, node] : inner) {
      const std::string canonical(key.str());
      (void)symbols.find(canonical);
      ListedSymbol listed;
      if (const auto* text = node.as_string()) {
        listed.venue_symbol = text->get();
      } else if (const auto* entry = node.as_table()) {
        Table table(*entry, "symbols." + canonical, file_, error_);
        table.text("symbol", listed.venue_symbol);
        table.decimal("tick", listed.tick);
        table.decimal("lot", listed.lot);
        table.finish();
      } else {
        symbols.refuse(&node, canonical, "expected the venue's symbol, or { symbol = ..., tick = ..., lot = ... }");
      }
      const auto parsed = SymbolDescriptor::parse("x:" + canonical);
      if (!parsed) symbols.refuse(&node, canonical, parsed.error().message);
      if (listed.venue_symbol.empty() && out.symbol.empty()) {
        symbols.refuse(&node, canonical, "the venue's symbol is missing, and there is no template `symbol`");
      }
      out.symbols.emplace(canonical, std::move(listed));
    }
  }

  void check(Table& table, const Mapping& out) {
    if (out.url.empty() && out.polls.empty()) {
      return table.refuse(nullptr, "websocket", "a source needs [websocket] with a url, or a [[poll]]");
    }
    if (out.symbol.empty() && out.symbols.empty()) {
      return table.refuse(nullptr, "symbol", "a source needs a template such as \"{BASE}{QUOTE}\", or [symbols]");
    }
    if (!out.url.empty() && out.messages.empty()) return table.refuse(nullptr, "message", "a [websocket] needs them");
    if (!out.url.empty() && out.subscribe.empty()) {
      return table.refuse(nullptr, "subscribe", "a [websocket] needs it");
    }
    // Whatever else the compiler finds has its place with it.
    std::vector<MessageMapping> polled;
    for (const PollMapping& poll : out.polls) polled.push_back(poll.message);
    for (const auto* messages : {&out.messages, &std::as_const(polled)}) {
      if (const auto compiled = Parser::make(*messages); !compiled) error_ = compiled.error().message;
    }
  }

  std::string_view file_;
  std::string error_;
  TimeUnit time_unit_ = TimeUnit::Milliseconds;
  SequenceRule sequence_ = SequenceRule::None;
};

}  // namespace

Result<Mapping> read_mapping(std::string_view toml, std::string_view file_name, std::string_view table) {
  const auto parsed = protocol::parse_toml(toml, file_name);
  if (!parsed) return std::unexpected(parsed.error());
  const toml::table* root = &*parsed;
  for (std::string_view rest = table; !rest.empty();) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    const toml::node* const node = root->get(rest.substr(0, dot));
    root = node == nullptr ? nullptr : node->as_table();
    if (root == nullptr) return fail(ErrorCode::NotFound, fmt::format("{}: there is no [{}]", file_name, table));
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  Reader reader(file_name);
  Mapping mapping = reader.read(*root);
  if (!reader.error().empty()) return fail(ErrorCode::InvalidArgument, reader.error());
  return mapping;
}

}  // namespace trunkline::venue::generic
