#include "trunkline/hub/consolidated_quotes.hpp"

#include <algorithm>
#include <utility>

namespace trunkline::hub {

void ConsolidatedQuotes::apply(const wire::FrameView& frame) {
  if (const auto* quote = frame.as<wire::Quote>()) return take(*quote);
  if (const auto* mapping = frame.as<wire::SymbolMapping>()) return add(*mapping, wire::text(*mapping));
  if (const auto* status = frame.as<wire::ConnectionStatus>()) {
    if (status->state != wire::ConnectionState::Connected) forget_source(status->source);
  }
}

void ConsolidatedQuotes::add(const wire::SymbolMapping& mapping, std::string_view text) {
  if (places_.contains(mapping.symbol)) return;
  auto symbol = SymbolDescriptor::parse(text);
  // Futures and options of one base and quote are not the same thing; nor is what counts other units than one.
  if (!symbol || symbol->exchange == exchange || mapping.unit_exponent != 0) return;
  if (mapping.kind != wire::InstrumentKind::Spot && mapping.kind != wire::InstrumentKind::Stock) return;
  symbol->exchange = exchange;
  const std::string shared = symbol->to_text();
  const auto [found, fresh] = by_text_.try_emplace(shared, markets_.size());
  if (fresh) markets_.push_back({.symbol = hash_symbol_text(shared), .text = shared, .venues = {}, .best = {}});
  Market& market = markets_[found->second];
  market.price_decimals = std::max(market.price_decimals, mapping.price_decimals);
  market.quantity_decimals = std::max(market.quantity_decimals, mapping.quantity_decimals);
  places_[mapping.symbol] = {found->second, market.venues.size()};
  market.venues.push_back({.symbol = mapping.symbol, .quote = {}});
}

void ConsolidatedQuotes::take(const wire::Quote& quote) {
  const auto found = places_.find(quote.symbol);
  if (found == places_.end()) return;
  Market& market = markets_[found->second.market];
  Venue& venue = market.venues[found->second.venue];
  venue.source = quote.source;
  venue.quotes = true;
  venue.quote = quote;
  publish(market, quote.exchange_time);
}

void ConsolidatedQuotes::forget_source(std::uint16_t source) {
  for (Market& market : markets_) {
    bool changed = false;
    for (Venue& venue : market.venues) {
      if (venue.source != source) continue;
      changed |= std::exchange(venue.quotes, false);
    }
    if (changed) publish(market, Nanos{0});
  }
}

void ConsolidatedQuotes::lost() {
  for (Market& market : markets_) {
    for (Venue& venue : market.venues) venue.quotes = false;
  }
}

void ConsolidatedQuotes::publish(Market& market, Nanos exchange_time) {
  // One venue's quote is no consolidated one.
  if (market.venues.size() < 2) return;
  wire::ConsolidatedQuote best;
  best.symbol = market.symbol;
  best.exchange_time = exchange_time;
  best.bid_price = best.ask_price = Price::absent();
  best.bid_quantity = best.ask_quantity = Quantity::absent();
  for (const Venue& venue : market.venues) {
    if (!venue.quotes) continue;
    ++best.venues;
    const wire::Quote& quote = venue.quote;
    if (!quote.bid_price.is_absent() && (best.bid_symbol == 0 || quote.bid_price > best.bid_price)) {
      best.bid_price = quote.bid_price;
      best.bid_quantity = quote.bid_quantity;
      best.bid_symbol = venue.symbol;
    }
    if (!quote.ask_price.is_absent() && (best.ask_symbol == 0 || quote.ask_price < best.ask_price)) {
      best.ask_price = quote.ask_price;
      best.ask_quantity = quote.ask_quantity;
      best.ask_symbol = venue.symbol;
    }
  }
  const wire::ConsolidatedQuote& last = market.best;
  const bool same = market.told && best.bid_price == last.bid_price && best.bid_quantity == last.bid_quantity &&
                    best.ask_price == last.ask_price && best.ask_quantity == last.ask_quantity &&
                    best.bid_symbol == last.bid_symbol && best.ask_symbol == last.ask_symbol &&
                    best.venues == last.venues;
  if (same) return;
  if (!std::exchange(market.told, true)) {
    wire::SymbolMapping mapping;
    mapping.symbol = market.symbol;
    mapping.tick_size = Price::absent();
    mapping.lot_size = mapping.minimum_quantity = mapping.contract_size = Quantity::absent();
    mapping.minimum_notional = Price::absent();
    mapping.price_decimals = market.price_decimals;
    mapping.quantity_decimals = market.quantity_decimals;
    mapping.kind = wire::InstrumentKind::Spot;
    mapping.status = wire::TradingStatus::Unknown;
    emit_.mapping(mapping, market.text);
  }
  market.best = best;
  emit_.quote(best);
}

}  // namespace trunkline::hub
