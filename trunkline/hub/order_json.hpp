// Orders as JSON, for the face of the hub. Numbers are texts: exact. docs/order-cli.md lists the fields.
//
// Thread: any.
#pragma once

#include <nlohmann/json.hpp>

#include "trunkline/hub/order_desk.hpp"

namespace trunkline::hub {

using OrderJson = nlohmann::ordered_json;

OrderJson account_json(const OrderAccount& account, const order::PriceBoard& prices);
OrderJson order_json(const OrderAccount& account, const order::InFlightOrder& order);
OrderJson timeline_json(const OrderTimeline& timeline);
OrderJson error_json(const order::OrderError& error);

}  // namespace trunkline::hub
