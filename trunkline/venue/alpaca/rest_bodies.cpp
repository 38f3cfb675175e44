#include "trunkline/venue/alpaca/rest_bodies.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <set>

#include "trunkline/venue/alpaca/message_reader.hpp"

namespace trunkline::venue::alpaca {
namespace {

std::unexpected<Error> broken(std::string_view what, const JsonCursor& cursor, std::string_view body) {
  return fail(ErrorCode::Protocol, fmt::format("{}: {} in {}", what, cursor.fault().to_text(), excerpt(body)));
}

// Reads the object at the cursor; where that fails, tells why and passes it over. False: it cannot be passed over.
template <class Read>
bool read_or_refuse(JsonCursor& cursor, Read read, const OnRefused& refuse) {
  const auto start = cursor.position();
  if (read()) return true;
  refuse(cursor.fault().to_text());
  cursor.rewind(start);
  return cursor.skip();
}

std::uint8_t decimals_of(std::int64_t raw, int digits) noexcept {
  while (digits > 0 && raw % 10 == 0) {
    raw /= 10;
    --digits;
  }
  return static_cast<std::uint8_t>(digits);
}

struct Asset {
  std::string_view asset_class;
  std::string_view symbol;
  std::string_view status;
  bool tradable = false;
  Price price_increment = Price::absent();
  Quantity minimum = Quantity::absent();
  Quantity increment = Quantity::absent();
};

bool read_asset(JsonCursor& cursor, Asset& out) {
  const auto optional = [&cursor](auto& to) { return cursor.null() || detail::read_positive(cursor, to); };
  const bool read = cursor.fields([&](std::string_view key) {
    if (key == "class" || key == "asset_class") return cursor.text(out.asset_class);
    if (key == "symbol") return cursor.text(out.symbol);
    if (key == "status") return cursor.text(out.status);
    if (key == "tradable") return cursor.boolean(out.tradable);
    if (key == "price_increment") return optional(out.price_increment);
    if (key == "min_order_size") return optional(out.minimum);
    if (key == "min_trade_increment") return optional(out.increment);
    return cursor.skip();
  });
  if (!read) return false;
  if (out.symbol.empty()) return cursor.fail("a field that is missing", "symbol");
  if (out.asset_class.empty()) return cursor.fail("a field that is missing", "class");
  return true;
}

Instrument instrument_of(Market market, SymbolDescriptor descriptor, const Asset& asset) {
  Instrument out;
  out.text = descriptor.to_text();
  out.hash = hash_symbol_text(out.text);
  out.descriptor = std::move(descriptor);
  out.venue_symbol = asset.symbol;
  out.kind = market == Market::Stocks ? wire::InstrumentKind::Stock : wire::InstrumentKind::Spot;
  // Stocks: a cent from one dollar up, a hundredth of a cent below; trades between market makers are finer still.
  out.price_decimals = 2;
  if (!asset.price_increment.is_absent() && !asset.price_increment.is_zero()) {
    out.tick = asset.price_increment;
    out.price_decimals = decimals_of(out.tick.raw(), Price::digits);
  }
  if (!asset.increment.is_absent() && !asset.increment.is_zero()) {
    out.lot = asset.increment;
    out.quantity_decimals = decimals_of(out.lot.raw(), Quantity::digits);
  }
  out.minimum_quantity = asset.minimum;
  out.status = asset.status == "active" ? wire::TradingStatus::Trading : wire::TradingStatus::Closed;
  return out;
}

bool read_date_number(JsonCursor& cursor, std::uint32_t& out) {
  if (cursor.null()) return true;
  std::string_view text;
  if (!cursor.text(text)) return false;
  const auto date = read_date(text);
  if (!date || text.size() != 10) return cursor.fail("no date", text);
  out = date_number(*date);
  return true;
}

// "09:30" or "0930".
bool read_time_of_day(JsonCursor& cursor, std::chrono::minutes& out) {
  std::string_view text;
  if (!cursor.text(text)) return false;
  const bool colon = text.size() == 5 && text[2] == ':';
  const int hour = detail::digits_at(text, 0, 2);
  const int minute = detail::digits_at(text, colon ? 3 : 2, 2);
  if ((!colon && text.size() != 4) || hour < 0 || hour > 24 || minute < 0 || minute > 59) {
    return cursor.fail("no time of day", text);
  }
  out = std::chrono::minutes{hour * 60 + minute};
  return true;
}

// {"trades":{"AAPL":{...}}}: `read` reads one symbol's object.
template <class Read>
Result<void> parse_latest(std::string_view body, std::string_view list, Read read, const OnRefused& refuse) {
  JsonCursor cursor(body);
  bool found = false;
  const bool walked = cursor.fields([&](std::string_view key) {
    if (key != list) return cursor.skip();
    found = true;
    if (cursor.null()) return true;
    return cursor.fields([&](std::string_view symbol) {
      return read_or_refuse(
          cursor, [&] { return read(cursor, symbol); },
          [&](std::string error) { refuse(fmt::format("{}: {}", excerpt(symbol), error)); });
    });
  });
  if (!walked) return broken(list, cursor, body);
  if (!found) return fail(ErrorCode::Protocol, fmt::format("{} is missing in {}", list, excerpt(body)));
  return {};
}

using wire::CorporateActionKind;

std::optional<CorporateActionKind> action_kind(std::string_view list) noexcept {
  constexpr std::pair<std::string_view, CorporateActionKind> kinds[] = {
      {"cash_dividends", CorporateActionKind::CashDividend},
      {"stock_dividends", CorporateActionKind::StockDividend},
      {"forward_splits", CorporateActionKind::ForwardSplit},
      {"reverse_splits", CorporateActionKind::ReverseSplit},
      {"unit_splits", CorporateActionKind::UnitSplit},
      {"spin_offs", CorporateActionKind::SpinOff},
      {"cash_mergers", CorporateActionKind::CashMerger},
      {"stock_mergers", CorporateActionKind::StockMerger},
      {"stock_and_cash_mergers", CorporateActionKind::StockAndCashMerger},
      {"redemptions", CorporateActionKind::Redemption},
      {"name_changes", CorporateActionKind::NameChange},
      {"worthless_removals", CorporateActionKind::WorthlessRemoval},
      {"rights_distributions", CorporateActionKind::RightsDistribution}};
  for (const auto& [name, kind] : kinds) {
    if (name == list) return kind;
  }
  return std::nullopt;
}

bool read_action(JsonCursor& cursor, CorporateActionKind kind, CorporateAction& out) {
  wire::CorporateAction& to = out.action;
  to.kind = kind;
  to.new_rate = to.old_rate = to.cash = Rate::absent();
  // `rate` is money in these, shares in the others.
  const bool rate_is_cash = kind == CorporateActionKind::CashDividend || kind == CorporateActionKind::CashMerger ||
                            kind == CorporateActionKind::Redemption;
  std::string_view id;
  const bool read = cursor.fields([&](std::string_view key) {
    std::string_view text;
    const auto name = [&](std::string& whose) { return cursor.text(text) && (whose = text, true); };
    if (key == "id") return cursor.text(id);
    if (key == "symbol" || key == "old_symbol" || key == "source_symbol" || key == "acquiree_symbol") {
      return name(out.symbol);
    }
    if (key == "new_symbol" || key == "acquirer_symbol") return name(out.other);
    if (key == "new_rate" || key == "acquirer_rate") return detail::read_positive(cursor, to.new_rate);
    if (key == "old_rate" || key == "source_rate" || key == "acquiree_rate") {
      return detail::read_positive(cursor, to.old_rate);
    }
    if (key == "rate") return detail::read_positive(cursor, rate_is_cash ? to.cash : to.new_rate);
    if (key == "cash_rate") return detail::read_positive(cursor, to.cash);
    if (key == "ex_date" || key == "effective_date") return read_date_number(cursor, to.ex_date);
    if (key == "record_date") return read_date_number(cursor, to.record_date);
    if (key == "payable_date") return read_date_number(cursor, to.payable_date);
    if (key == "process_date") return read_date_number(cursor, to.process_date);
    return cursor.skip();
  });
  if (!read) return false;
  if (id.empty()) return cursor.fail("a field that is missing", "id");
  if (out.symbol.empty()) return cursor.fail("a field that is missing", "symbol");
  to.action_id = hash_symbol_text(id);
  return true;
}

}  // namespace

Result<SymbolDescriptor> descriptor_of(Market market, std::string_view exchange, std::string_view venue_symbol) {
  if (market == Market::Stocks) return SymbolDescriptor::stock(std::string(exchange), std::string(venue_symbol));
  const auto slash = venue_symbol.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == venue_symbol.size()) {
    return fail(ErrorCode::InvalidArgument, fmt::format("\"{}\" is no pair", excerpt(venue_symbol)));
  }
  return SymbolDescriptor::spot(std::string(exchange), std::string(venue_symbol.substr(0, slash)),
                                std::string(venue_symbol.substr(slash + 1)));
}

Result<Catalog> parse_assets(Market market, std::string_view exchange, std::string_view body) {
  const std::string_view wanted = market == Market::Stocks ? "us_equity" : "crypto";
  Catalog catalog;
  std::set<std::string, std::less<>> seen;
  JsonCursor cursor(body);
  const OnRefused refuse = [&](std::string error) { catalog.refused.push_back(std::move(error)); };
  const bool walked = cursor.items([&] {
    Asset asset;
    bool good = false;
    if (!read_or_refuse(cursor, [&] { return good = read_asset(cursor, asset); }, refuse)) return false;
    if (!good || asset.asset_class != wanted) return true;
    auto descriptor = descriptor_of(market, exchange, asset.symbol);
    if (!descriptor) {
      refuse(descriptor.error().message);
    } else if (!seen.emplace(asset.symbol).second) {
      // Old listings keep their ticker: the active one counts.
      const auto known = std::ranges::find(catalog.instruments, asset.symbol, &Instrument::venue_symbol);
      if (known != catalog.instruments.end() && known->status != wire::TradingStatus::Trading) {
        *known = instrument_of(market, *std::move(descriptor), asset);
      }
    } else {
      catalog.instruments.push_back(instrument_of(market, *std::move(descriptor), asset));
    }
    return true;
  });
  if (!walked || !cursor.at_end()) {
    cursor.fail("more than a list");
    return broken("assets", cursor, body);
  }
  catalog.index();
  return catalog;
}

Result<MarketCalendar> parse_calendar(std::string_view body, std::chrono::year_month_day first,
                                      std::chrono::year_month_day last) {
  std::vector<TradingDay> days;
  JsonCursor cursor(body);
  const bool walked = cursor.items([&] {
    TradingDay day;
    bool dated = false;
    const bool read = cursor.fields([&](std::string_view key) {
      if (key == "open") return read_time_of_day(cursor, day.open);
      if (key == "close") return read_time_of_day(cursor, day.close);
      if (key == "session_open") return read_time_of_day(cursor, day.session_open);
      if (key == "session_close") return read_time_of_day(cursor, day.session_close);
      if (key != "date") return cursor.skip();
      std::string_view text;
      if (!cursor.text(text)) return false;
      const auto date = read_date(text);
      // What lies beyond cannot be counted in Nanos.
      if (!date || date->year() < std::chrono::year{1970} || date->year() > std::chrono::year{2261})
        return cursor.fail("no date", text);
      day.date = *date;
      dated = true;
      return true;
    });
    if (!read) return false;
    if (!dated) return cursor.fail("a field that is missing", "date");
    if (day.session_open > day.open || day.open >= day.close || day.close > day.session_close) {
      return cursor.fail("a trading day whose hours are out of order");
    }
    if (!days.empty() && day.date <= days.back().date) return cursor.fail("a list of days out of order");
    days.push_back(day);
    return true;
  });
  if (!walked) return broken("calendar", cursor, body);
  return MarketCalendar(first, last, days);
}

Result<MarketClock> parse_clock(std::string_view body) {
  MarketClock clock;
  unsigned seen = 0;
  JsonCursor cursor(body);
  const bool read = cursor.fields([&](std::string_view key) {
    if (key == "timestamp") return seen |= 1, cursor.time(clock.time);
    if (key == "is_open") return seen |= 2, cursor.boolean(clock.open);
    if (key == "next_open") return cursor.time(clock.next_open);
    if (key == "next_close") return cursor.time(clock.next_close);
    return cursor.skip();
  });
  if (!read || !detail::require(cursor, seen, {"timestamp", "is_open"})) return broken("clock", cursor, body);
  return clock;
}

Result<void> parse_latest_trades(std::string_view body, const std::function<void(const TradeMessage&)>& take,
                                 const OnRefused& refuse) {
  return parse_latest(
      body, "trades",
      [&](JsonCursor& cursor, std::string_view symbol) {
        TradeMessage trade;
        if (!read_trade(cursor, trade)) return false;
        trade.symbol = symbol;
        take(trade);
        return true;
      },
      refuse);
}

Result<std::string> parse_past_trades(std::string_view body, const std::function<void(const TradeMessage&)>& take,
                                      const OnRefused& refuse) {
  std::string next;
  bool found = false;
  JsonCursor cursor(body);
  const bool walked = cursor.fields([&](std::string_view key) {
    if (key == "next_page_token") {
      std::string_view token;
      return cursor.null() || (cursor.text(token) && (next = token, true));
    }
    if (key != "trades") return cursor.skip();
    found = true;
    if (cursor.null()) return true;
    return cursor.fields([&](std::string_view symbol) {
      const std::string name(symbol);
      if (cursor.null()) return true;
      return cursor.items([&] {
        TradeMessage trade;
        bool good = false;
        const bool passed = read_or_refuse(cursor, [&] { return good = read_trade(cursor, trade); }, refuse);
        trade.symbol = name;
        if (good) take(trade);
        return passed;
      });
    });
  });
  if (!walked) return broken("trades", cursor, body);
  if (!found) return fail(ErrorCode::Protocol, fmt::format("trades is missing in {}", excerpt(body)));
  return next;
}

Result<void> parse_latest_quotes(std::string_view body, const std::function<void(const QuoteMessage&)>& take,
                                 const OnRefused& refuse) {
  return parse_latest(
      body, "quotes",
      [&](JsonCursor& cursor, std::string_view symbol) {
        QuoteMessage quote;
        if (!read_quote(cursor, quote)) return false;
        quote.symbol = symbol;
        take(quote);
        return true;
      },
      refuse);
}

Result<void> parse_latest_books(std::string_view body, const TakeBook& take, const OnRefused& refuse) {
  std::vector<wire::Level> levels;
  return parse_latest(
      body, "orderbooks",
      [&](JsonCursor& cursor, std::string_view symbol) {
        BookMessage book;
        if (!read_book(cursor, book, levels)) return false;
        book.symbol = symbol;
        book.whole = true;
        take(book, std::span(levels).first(book.bid_count), std::span(levels).subspan(book.bid_count));
        return true;
      },
      refuse);
}

Result<CorporateActions> parse_corporate_actions(std::string_view body) {
  CorporateActions out;
  JsonCursor cursor(body);
  const OnRefused refuse = [&](std::string error) { out.refused.push_back(std::move(error)); };
  const bool walked = cursor.fields([&](std::string_view key) {
    if (key == "next_page_token") {
      std::string_view token;
      return cursor.null() || (cursor.text(token) && (out.next_page_token = token, true));
    }
    if (key != "corporate_actions") return cursor.skip();
    return cursor.fields([&](std::string_view list) {
      const auto kind = action_kind(list);
      if (!kind) return cursor.skip();
      return cursor.items([&] {
        CorporateAction action;
        bool good = false;
        const bool passed = read_or_refuse(cursor, [&] { return good = read_action(cursor, *kind, action); }, refuse);
        if (good) out.actions.push_back(std::move(action));
        return passed;
      });
    });
  });
  if (!walked) return broken("corporate actions", cursor, body);
  return out;
}

}  // namespace trunkline::venue::alpaca
