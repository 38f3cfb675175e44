#include "trunkline/venue/generic/instruments.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "trunkline/venue/generic/text_template.hpp"

namespace trunkline::venue::generic {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// It is put into messages and addresses as it is.
bool is_plain(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-_./:@#$^").contains(c);
  });
}

template <class Decimal>
std::uint8_t decimals_of(Decimal step) {
  if (step.is_absent()) return 0;
  const std::string text = step.to_text();
  const std::size_t dot = text.find('.');
  return dot == std::string::npos ? std::uint8_t{0} : static_cast<std::uint8_t>(text.size() - dot - 1);
}

}  // namespace

Instruments::Instruments(const Mapping& mapping, std::string exchange)
    : exchange_(std::move(exchange)), template_(mapping.symbol), kind_(mapping.kind) {
  for (const auto& [canonical, listed] : mapping.symbols) {
    const auto symbol = SymbolDescriptor::parse(exchange_ + ":" + canonical);
    auto made = symbol ? make(*symbol, listed) : Result<Instrument>(std::unexpected(symbol.error()));
    if (!made) {
      refused_.push_back(made.error().message);
      continue;
    }
    std::string text = made->text;
    known_.emplace(std::move(text), *std::move(made));
  }
}

Catalog Instruments::catalog() const {
  Catalog out;
  for (const auto& [text, instrument] : known_) out.instruments.push_back(instrument);
  out.refused = refused_;
  out.index();
  return out;
}

const Instrument* Instruments::find(const SymbolDescriptor& symbol) {
  const std::string text = symbol.to_text();
  if (const auto found = known_.find(text); found != known_.end()) return &found->second;
  if (template_.empty()) return nullptr;
  auto made = make(symbol, {});
  if (!made) return nullptr;
  return &known_.emplace(text, *std::move(made)).first->second;
}

Result<Instrument> Instruments::make(const SymbolDescriptor& symbol, const ListedSymbol& listed) const {
  Instrument out;
  out.descriptor = symbol;
  out.text = symbol.to_text();
  out.hash = symbol.hash();
  out.venue_symbol = listed.venue_symbol;
  if (out.venue_symbol.empty()) {
    const bool plain_pair = symbol.expiry == 0 && !symbol.strike;
    const bool quoted =
        template_.find("{QUOTE}") == std::string::npos && template_.find("{quote}") == std::string::npos;
    if (!plain_pair || symbol.quote.empty() != quoted) {
      return fail(ErrorCode::NotFound, fmt::format("{} does not fit the template \"{}\"", out.text, template_));
    }
    out.venue_symbol = fill(
        template_,
        {{"BASE", symbol.base}, {"QUOTE", symbol.quote}, {"base", lower(symbol.base)}, {"quote", lower(symbol.quote)}});
  }
  if (!is_plain(out.venue_symbol)) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{}: \"{}\" holds characters that no symbol has", out.text, excerpt(out.venue_symbol)));
  }
  out.tick = listed.tick;
  out.lot = listed.lot;
  out.price_decimals = decimals_of(listed.tick);
  out.quantity_decimals = decimals_of(listed.lot);
  out.kind = kind_;
  return out;
}

}  // namespace trunkline::venue::generic
