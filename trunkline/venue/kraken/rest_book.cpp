#include "trunkline/venue/kraken/rest_book.hpp"

#include <algorithm>

#include "trunkline/venue/fields.hpp"

namespace trunkline::venue::kraken {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::int64_t thousandth = Quantity::one / 1000;

std::string_view older_name(std::string_view asset) noexcept {
  return asset == "BTC" ? "XBT" : asset == "DOGE" ? "XDG" : asset;
}

// "0.001" in the units of the symbol, where nothing is finer.
Quantity step_of(const RestBook& book, int unit_exponent) noexcept {
  std::int64_t step = thousandth;
  for (int i = 0; i < unit_exponent; ++i) step /= 10;
  const auto fits = [step](const wire::Level& level) { return step > 1 && level.quantity.raw() % step == 0; };
  return std::ranges::all_of(book.bids, fits) && std::ranges::all_of(book.asks, fits) ? Quantity::from_raw(step)
                                                                                      : Quantity{};
}

}  // namespace

std::string rest_pair(const Instrument& instrument) {
  const SymbolDescriptor& of = instrument.descriptor;
  return fmt::format("{}{}", older_name(of.base), older_name(of.quote));
}

std::expected<const RestBook*, std::string> RestBookParser::parse(std::string_view body, int unit_exponent) {
  const auto broken = [body](simdjson::error_code error) {
    return std::unexpected(fmt::format("{} in {}", simdjson::error_message(error), excerpt(body)));
  };
  const simdjson::padded_string_view padded(body.data(), body.size(), body.size() + simdjson::SIMDJSON_PADDING);
  ondemand::document document;
  ondemand::object object;
  auto error = parser_.iterate(padded).get(document);
  if (error == simdjson::SUCCESS) error = document.get_object().get(object);
  if (error != simdjson::SUCCESS) return broken(error);
  ondemand::object result;
  if (object["result"].get_object().get(result) != simdjson::SUCCESS) {
    return std::unexpected(fmt::format("no result in {}", excerpt(body)));
  }
  // One pair was asked for, by a name that need not be its key.
  ondemand::object pair;
  bool found = false;
  for (auto field : result) {
    error = field.value().get_object().get(pair);
    found = true;
    break;
  }
  if (!found) return std::unexpected(fmt::format("no book in {}", excerpt(body)));
  if (error != simdjson::SUCCESS) return broken(error);
  Fields fields(pair);
  const auto read = [&](std::string_view key, std::vector<wire::Level>& out, int better) {
    out.clear();
    ondemand::value side;
    if (!fields.find(key, side)) return;
    if (auto failure = read_levels(key, side, unit_exponent, out); !failure.empty()) {
      return fields.fail(std::move(failure));
    }
    for (std::size_t i = 1; i < out.size(); ++i) {
      if (better > 0 ? out[i].price >= out[i - 1].price : out[i].price <= out[i - 1].price) {
        return fields.fail(fmt::format("{}: level {} is out of order", key, out[i].price.to_text()));
      }
    }
  };
  read("asks", book_.asks, -1);
  read("bids", book_.bids, 1);
  if (!fields.ok()) return std::unexpected(std::move(fields).failure());
  book_.step = step_of(book_, unit_exponent);
  return &book_;
}

}  // namespace trunkline::venue::kraken
