// An order connector of an exchange of perpetual futures: leverage, positions, and what they are marked and paid by.
//
// Thread: public functions any; marks and funding are told on the connector's thread.
#pragma once

#include "trunkline/order/connector_base.hpp"

namespace trunkline::order {

class PerpetualDerivativeBase : public ConnectorBase {
 public:
  using ConnectorBase::ConnectorBase;
  ConnectorType connector_type() const noexcept final { return ConnectorType::DerivativePerpetual; }

  // Asked of the venue in the background; a refusal goes to the error listener.
  OrderResult<void> set_leverage(std::string_view trading_pair, std::uint32_t leverage);
  std::optional<Position> get_position(std::string_view trading_pair) const;
  std::optional<Rate> get_funding_rate(std::string_view trading_pair) const;
  std::optional<Price> get_mark_price(std::string_view trading_pair) const;
  std::optional<Price> get_index_price(std::string_view trading_pair) const;

 protected:
  virtual Task<OrderResult<void>> change_leverage(SymbolHash trading_pair, std::uint32_t leverage) = 0;
  void process_marks(SymbolHash trading_pair, const Marks& marks);

 private:
  Task<> leverage_and_report(SymbolHash trading_pair, std::string text, std::uint32_t leverage);
  std::optional<Marks> marks_of(std::string_view trading_pair) const;

  mutable std::mutex marks_mutex_;
  std::unordered_map<SymbolHash, Marks> marks_;
};

}  // namespace trunkline::order
