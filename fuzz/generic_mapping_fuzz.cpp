// Any bytes as a mapping: a source that can be made, or an error that names the file; never a crash.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "trunkline/venue/generic/generic_venue.hpp"
#include "trunkline/venue/generic/mapping_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trunkline::venue::generic;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto mapping = read_mapping(text, "fuzz.toml");
  if (!mapping) {
    if (!mapping.error().message.starts_with("fuzz.toml")) std::abort();
    return 0;
  }
  // What was read without an error can be run.
  if (!GenericVenue::make({.exchange = "fuzz", .mapping = *std::move(mapping)})) std::abort();
  return 0;
}
