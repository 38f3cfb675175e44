// Any bytes as the reply to a depth request: an error, or an ordered book without empty levels.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "trunkline/venue/binance/message_parser.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trunkline::venue::binance;
  std::vector<char> buffer(size + simdjson::SIMDJSON_PADDING);
  std::copy_n(data, size, buffer.begin());
  static SnapshotParser parser;
  const auto parsed = parser.parse({buffer.data(), size}, size % 2 == 0 ? 0 : 2);
  if (!parsed) {
    if (parsed.error().empty()) std::abort();
    return 0;
  }
  const DepthSnapshot& snapshot = **parsed;
  for (std::size_t i = 0; i < snapshot.bids.size(); ++i) {
    if (snapshot.bids[i].quantity.raw() <= 0) std::abort();
    if (i > 0 && snapshot.bids[i].price >= snapshot.bids[i - 1].price) std::abort();
  }
  for (std::size_t i = 0; i < snapshot.asks.size(); ++i) {
    if (snapshot.asks[i].quantity.raw() <= 0) std::abort();
    if (i > 0 && snapshot.asks[i].price <= snapshot.asks[i - 1].price) std::abort();
  }
  return 0;
}
