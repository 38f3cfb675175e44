// Where things go, and when it is: what every part of a venue is handed.
#pragma once

#include <string_view>

#include "trunkline/venue/venue.hpp"

namespace trunkline::venue {

struct Context {
  Nanos now;  // Unix
  Sink& sink;
  Outbox& outbox;
  std::string_view connector;  // the venue's exchange()
};

}  // namespace trunkline::venue
