#include "trunkline/venue/coinbase/rest_book.hpp"

#include "trunkline/venue/coinbase/iso_time.hpp"
#include "trunkline/venue/fields.hpp"

namespace trunkline::venue::coinbase {
namespace {

namespace ondemand = simdjson::ondemand;

// [{"price":"..","size":".."},...]
std::string read_objects(std::string_view key, ondemand::value value, int exponent, std::vector<wire::Level>& out) {
  ondemand::array rows;
  if (value.get_array().get(rows) != simdjson::SUCCESS) return fmt::format("{} is no list", key);
  for (auto row : rows) {
    ondemand::object object;
    if (row.get_object().get(object) != simdjson::SUCCESS) return fmt::format("{} holds what is no level", key);
    Fields level(object);
    const auto price = level.decimal<Price>("price", exponent);
    const auto quantity = level.decimal<Quantity>("size", -exponent);
    if (level.ok() && (price.raw() < 0 || quantity.raw() < 0)) level.fail("a level is negative");
    if (!level.ok()) return fmt::format("{}: {}", key, std::move(level).failure());
    out.push_back({price, quantity});
  }
  return {};
}

}  // namespace

std::expected<const RestBook*, std::string> RestBookParser::parse(Api api, std::string_view body, int unit_exponent) {
  ondemand::document document;
  ondemand::object object;
  const simdjson::padded_string_view padded(body.data(), body.size(), body.size() + simdjson::SIMDJSON_PADDING);
  auto error = parser_.iterate(padded).get(document);
  if (error == simdjson::SUCCESS) error = document.get_object().get(object);
  if (error == simdjson::SUCCESS && api == Api::Advanced) error = object["pricebook"].get_object().get(object);
  if (error != simdjson::SUCCESS) {
    return std::unexpected(fmt::format("{} in {}", simdjson::error_message(error), excerpt(body)));
  }
  Fields fields(object);
  const std::string_view time = fields.optional_text("time");
  book_.time = Nanos{0};
  if (!time.empty() && scan_iso_time(time.data(), time.data() + time.size(), book_.time) == nullptr) {
    fields.fail(fmt::format("time: \"{}\" is no time", excerpt(time)));
  }
  const auto read = [&](std::string_view key, std::vector<wire::Level>& out, int better) {
    out.clear();
    ondemand::value side;
    if (!fields.find(key, side)) return;
    auto failure =
        api == Api::Exchange ? read_levels(key, side, unit_exponent, out) : read_objects(key, side, unit_exponent, out);
    if (!failure.empty()) return fields.fail(std::move(failure));
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (out[i].quantity.is_zero()) {
        return fields.fail(fmt::format("{}: level {} is empty", key, out[i].price.to_text()));
      }
      if (i > 0 && (better > 0 ? out[i].price >= out[i - 1].price : out[i].price <= out[i - 1].price)) {
        return fields.fail(fmt::format("{}: level {} is out of order", key, out[i].price.to_text()));
      }
    }
  };
  read("bids", book_.bids, 1);
  read("asks", book_.asks, -1);
  if (!fields.ok()) return std::unexpected(std::move(fields).failure());
  return &book_;
}

}  // namespace trunkline::venue::coinbase
