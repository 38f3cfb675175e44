// The body of a request for a whole book: /products/<id>/book?level=2 (Exchange) or /market/product_book (Advanced).
#pragma once

#include <expected>
#include <simdjson.h>
#include <string>
#include <string_view>

#include "trunkline/venue/book_audit.hpp"
#include "trunkline/venue/coinbase/messages.hpp"

namespace trunkline::venue::coinbase {

class RestBookParser {
 public:
  // Valid until the next call. `body` is followed by SIMDJSON_PADDING readable bytes. Levels that are not in order,
  // best first, or that repeat, or whose quantity is 0, are an error.
  std::expected<const RestBook*, std::string> parse(Api api, std::string_view body, int unit_exponent);

 private:
  simdjson::ondemand::parser parser_;
  RestBook book_;
};

}  // namespace trunkline::venue::coinbase
