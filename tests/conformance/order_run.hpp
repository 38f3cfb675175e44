// One account of a venue: an order connector on the venue's sandbox over real sockets, and all that comes of it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "conformance/order_subject.hpp"
#include "conformance/sandbox_control.hpp"
#include "sandbox/registry.hpp"
#include "tests/support/quiet_log.hpp"
#include "trunkline/hub/order_registry.hpp"
#include "trunkline/order/perpetual_derivative_base.hpp"

namespace trunkline::conformance {

using namespace std::chrono_literals;

class OrderRun {
 public:
  struct Options {
    std::filesystem::path journal = {};
    Nanos dead_man{0};
  };
  explicit OrderRun(const OrderSubject& subject) : OrderRun(subject, Options{}) {}
  OrderRun(const OrderSubject& subject, Options options);
  ~OrderRun();
  OrderRun(const OrderRun&) = delete;
  OrderRun& operator=(const OrderRun&) = delete;

  // Another process of the same account, which is ready; the one before, if any, ends without a goodbye.
  void open();
  void close();
  // A connector of the same account and journal, not started.
  std::unique_ptr<order::ConnectorBase> make();

  order::ConnectorBase& connector() { return *connector_; }
  order::PerpetualDerivativeBase& perpetual() { return dynamic_cast<order::PerpetualDerivativeBase&>(*connector_); }
  order::TradingRule rule();

  [[nodiscard]] bool until(const std::function<bool()>& condition, Nanos limit = 30s);
  bool reaches(const order::OrderId& id, order::OrderState state, Nanos limit = 30s);
  order::InFlightOrder order(const order::OrderId& id);
  // So many per cent of the best price, as the rule allows it.
  Price bid(std::int64_t percent);
  Price ask(std::int64_t percent);
  // Parameters of an order of the subject's symbol and amount: a price, or none.
  order::OrderParams wanted(Price price = Price::absent()) const;
  // A buy order that rests at so many per cent of the best bid; empty where it does not come to rest.
  order::OrderId rest(std::int64_t percent = 90);

  // What listeners heard, in its sequence.
  std::vector<order::OrderState> states_of(const order::OrderId& id);
  std::vector<order::FundingPayment> fundings();
  std::string log() const { return log_.text(); }

  SandboxControl& sandbox() { return *control_; }
  bool struck(const std::string& fault);
  // The account's books of record.
  nlohmann::json record();
  // A stranger trades with so much of this order, and from then on nobody: he has emptied the book down to it.
  void fill(const order::OrderId& id, Quantity quantity);

  // The first thing that the connector and the books of record do not agree upon; empty where they are equal.
  std::string difference();
  // Everything open is cancelled, and then both are equal.
  [[nodiscard]] bool ends_equal(Nanos limit = 45s);

 private:
  class Heard;
  Price best(const char* side);

  OrderSubject subject_;
  Options options_;
  const hub::OrderExchangeRow* row_ = nullptr;
  test::QuietLog log_;
  std::unique_ptr<Heard> heard_;
  std::unique_ptr<sandbox::RunningSandbox> sandbox_;
  std::string endpoint_;
  std::optional<SandboxControl> control_;
  std::unique_ptr<order::ConnectorBase> connector_;
};

}  // namespace trunkline::conformance
