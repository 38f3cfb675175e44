// Every setting: its key, where else it may come from, its form, its default and what it means.
//
// Thread: any.
#pragma once

#include <span>
#include <string_view>

#include "trunkline/hub/settings.hpp"
#include "trunkline/hub/settings_values.hpp"

namespace trunkline::hub {

struct SettingsTableRow {
  std::string_view key;
  std::string_view environment;
  std::string_view form;
  std::string_view default_text;
  std::string_view meaning;
  Outcome (*apply)(Settings&, std::string_view);
};

// exchange.NAME.KEY
struct ExchangeSettingRow {
  std::string_view key;
  std::string_view form;
  std::string_view default_text;
  std::string_view meaning;
  Outcome (*apply)(ExchangeSettings&, std::string_view text, std::string_view exchange);
};

std::span<const SettingsTableRow> settings_rows() noexcept;
std::span<const ExchangeSettingRow> exchange_setting_rows() noexcept;

}  // namespace trunkline::hub
