#include "sandbox/alpaca/exchange.hpp"

namespace trunkline::sandbox::alpaca {

void Exchange::begin(VenueHost& host) {
  host_ = &host;
  if (options_.clock) ahead_ = *options_.clock - unix_now();
}

bool Exchange::is_halted(std::string_view symbol) const {
  const auto found = halted_.find(symbol);
  return found != halted_.end() && found->second;
}

bool Exchange::trades(std::string_view symbol) const {
  if (!is_stock(symbol) || symbol == test_symbol) return true;
  return session() != Session::Closed && !is_halted(symbol);
}

void Exchange::remember(const ListedMarket& market) {
  auto& of = quotes_[market.instrument().symbol];
  of.push_back(quote(market));
  if (of.size() > most_quotes) of.pop_front();
}

const std::deque<BestQuote>& Exchange::quotes(std::string_view symbol) const {
  static const std::deque<BestQuote> none;
  const auto found = quotes_.find(symbol);
  return found == quotes_.end() ? none : found->second;
}

}  // namespace trunkline::sandbox::alpaca
