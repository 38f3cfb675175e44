// Where things go, and when it is.
#pragma once

#include <string_view>

#include "trunkline/venue/venue.hpp"

namespace trunkline::venue::alpaca {

struct Context {
  Nanos now;
  Sink& sink;
  Outbox& outbox;
  std::string_view connector;
};

}  // namespace trunkline::venue::alpaca
