// Falsifies one number in a venue's JSON so that it still parses: numbers in quotes or bare, levels as arrays or as
// objects.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace trunkline::sandbox {

// Where no array of levels is found, the first of these keys that has a digit to change.
struct NumberKeys {
  std::span<const std::string_view> price;
  std::span<const std::string_view> quantity;
};
extern const NumberKeys common_number_keys;

// Changes the last digit other than 0 of the first quantity ("price": the first digit of the first price); a price
// where all quantities are zero. False where nothing was found to change.
bool corrupt_number(std::string& json, bool price, const NumberKeys& keys = common_number_keys);

}  // namespace trunkline::sandbox
