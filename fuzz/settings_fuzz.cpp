// A configuration file of any bytes gives settings or an error that names the file; and a symbol text that is accepted
// comes out as it went in.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "trunkline/hub/settings.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trunkline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  hub::Settings settings;
  const auto applied = hub::apply_toml(settings, text, "fuzz.toml");
  if (!applied && !applied.error().message.starts_with("fuzz.toml:")) std::abort();

  if (const auto symbol = SymbolDescriptor::parse(text)) {
    const auto again = SymbolDescriptor::parse(symbol->to_text());
    if (!again || *again != *symbol) std::abort();
  }
  (void)hub::parse_channels(text);
  return 0;
}
