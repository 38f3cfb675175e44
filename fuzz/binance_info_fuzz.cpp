// Any bytes as the reply to exchangeInfo: an error, or symbols whose canonical text reads back as themselves.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "trunkline/venue/binance/exchange_info.hpp"
#include "trunkline/venue/instrument.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trunkline;
  using namespace trunkline::venue::binance;
  std::vector<char> buffer(size + 64);
  std::copy_n(data, size, buffer.begin());
  for (const Segment segment : {Segment::Spot, Segment::Coinm}) {
    const auto catalog = parse_exchange_info(spec_of(segment), {buffer.data(), size});
    if (!catalog) {
      if (catalog.error().message.empty()) std::abort();
      continue;
    }
    for (const auto& instrument : catalog->instruments) {
      if (catalog->find(instrument.hash) == nullptr) std::abort();
      if (!instrument.tick.is_absent() && instrument.tick.is_zero()) std::abort();
    }
  }
  return 0;
}
