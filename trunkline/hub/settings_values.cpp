#include "trunkline/hub/settings_values.hpp"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "trunkline/core/error.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/hub/settings.hpp"

namespace trunkline::hub {
namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

Outcome read_whole(std::string_view text, std::uint64_t most, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || out > most) {
    return std::unexpected(fmt::format("expected a whole number from 0 to {}", most));
  }
  return {};
}

template <class Enum, std::size_t N>
Outcome read_word(std::string_view text, const std::pair<std::string_view, Enum> (&words)[N], Enum& out) {
  for (const auto& [word, value] : words) {
    if (lower(text) == word) return out = value, Outcome{};
  }
  std::vector<std::string_view> names;
  for (const auto& [word, value] : words) names.push_back(word);
  return std::unexpected(fmt::format("expected one of: {}", fmt::join(names, ", ")));
}

}  // namespace

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  std::string item;
  for (char c : text) {
    if (c == ',' || c == ' ') {
      if (!item.empty()) items.push_back(std::exchange(item, {}));
    } else {
      item += c;
    }
  }
  if (!item.empty()) items.push_back(item);
  return items;
}

Outcome read(std::string_view text, std::string& out) {
  out = text;
  return {};
}

Outcome read(std::string_view text, bool& out) {
  const std::string word = lower(text);
  if (word == "true" || word == "1" || word == "yes" || word == "on") return out = true, Outcome{};
  if (word == "false" || word == "0" || word == "no" || word == "off") return out = false, Outcome{};
  return std::unexpected("expected true or false");
}

Outcome read(std::string_view text, std::uint32_t& out) {
  std::uint64_t value = 0;
  if (auto read = read_whole(text, UINT32_MAX, value); !read) return read;
  out = static_cast<std::uint32_t>(value);
  return {};
}

Outcome read(std::string_view text, std::size_t& out) {
  std::uint64_t unit = 1;
  std::string_view digits = text;
  for (const auto& [suffix, size] :
       {std::pair<std::string_view, std::uint64_t>{"KiB", 1U << 10}, {"MiB", 1U << 20}, {"GiB", 1U << 30}}) {
    if (text.ends_with(suffix)) {
      unit = size;
      digits.remove_suffix(suffix.size());
    }
  }
  std::uint64_t value = 0;
  if (!read_whole(digits, std::uint64_t{1} << 32, value) || value * unit > (std::uint64_t{1} << 40)) {
    return std::unexpected("expected a size such as 65536, 512KiB or 4MiB");
  }
  out = value * unit;
  return {};
}

Outcome read(std::string_view text, Nanos& out) {
  constexpr std::string_view expected = "expected a duration such as 250ms, 30s or 5m";
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  if (error != std::errc{} || value > 1'000'000'000) return std::unexpected(std::string(expected));
  const auto count = static_cast<std::int64_t>(value);
  if (unit == "ms") return out = std::chrono::milliseconds{count}, Outcome{};
  if (unit == "s") return out = std::chrono::seconds{count}, Outcome{};
  if (unit == "m") return out = std::chrono::minutes{count}, Outcome{};
  return std::unexpected(std::string(expected));
}

Outcome read(std::string_view text, std::vector<std::string>& out) {
  out = split_list(text);
  return {};
}

Outcome read(std::string_view text, venue::Channels& out) {
  const auto channels = parse_channels(text);
  if (!channels) return std::unexpected(channels.error().message);
  out = *channels;
  return {};
}

Outcome read(std::string_view text, bus::WaitStrategy& out) {
  static constexpr std::pair<std::string_view, bus::WaitStrategy> words[] = {
      {"block", bus::WaitStrategy::Block}, {"yield", bus::WaitStrategy::Yield}, {"spin", bus::WaitStrategy::Spin}};
  return read_word(text, words, out);
}
Outcome read(std::string_view text, LogFormat& out) {
  static constexpr std::pair<std::string_view, LogFormat> words[] = {{"text", LogFormat::Text},
                                                                     {"json", LogFormat::Json}};
  return read_word(text, words, out);
}
Outcome read(std::string_view text, Severity& out) {
  static constexpr std::pair<std::string_view, Severity> words[] = {
      {"debug", Severity::Debug}, {"info", Severity::Info}, {"warning", Severity::Warning}, {"error", Severity::Error}};
  return read_word(text, words, out);
}

Outcome read(std::string_view text, log::FlushPolicy& out) {
  static constexpr std::pair<std::string_view, log::FlushPolicy> words[] = {
      {"none", log::FlushPolicy::None}, {"group", log::FlushPolicy::Group}, {"each", log::FlushPolicy::Each}};
  return read_word(text, words, out);
}

Outcome read(std::string_view text, paper::QueueModel& out) {
  static constexpr std::pair<std::string_view, paper::QueueModel> words[] = {{"back", paper::QueueModel::Back},
                                                                             {"front", paper::QueueModel::Front}};
  return read_word(text, words, out);
}

Outcome read(std::string_view text, std::vector<paper::StartingBalance>& out) {
  std::vector<paper::StartingBalance> balances;
  for (const std::string& item : split_list(text)) {
    const auto equals = item.find('=');
    const auto currency = order::Currency::from(std::string_view(item).substr(0, equals));
    const auto amount = equals == std::string::npos ? Quantity::parse("") : Quantity::parse(item.substr(equals + 1));
    if (!currency || currency->empty() || !amount || amount->raw() < 0) {
      return std::unexpected("expected amounts such as USDT=10000,BTC=0.5");
    }
    balances.push_back({*currency, *amount});
  }
  out = std::move(balances);
  return {};
}

Outcome read_fee(std::string_view text, Rate& out) {
  const auto value = Rate::parse(text);
  if (!value || value->raw() > Rate::one / 10 || value->raw() < -Rate::one / 10) {
    return std::unexpected("expected a part of the notional, such as 0.001, and at most a tenth");
  }
  out = *value;
  return {};
}

Outcome read_leverage(std::string_view text, std::uint32_t& out) {
  std::uint64_t value = 0;
  if (!read_whole(text, 1'000, value) || value == 0) return std::unexpected("expected a whole number from 1 to 1000");
  out = static_cast<std::uint32_t>(value);
  return {};
}

namespace {

template <class Decimal>
Outcome read_limit(std::string_view text, Decimal& out) {
  if (text.empty()) return out = Decimal::absent(), Outcome{};
  const auto value = Decimal::parse(text);
  if (!value || value->raw() < 0) return std::unexpected("expected a number such as 0.5 or 100000; 0: no limit");
  out = value->raw() == 0 ? Decimal::absent() : *value;
  return {};
}

}  // namespace

Outcome read(std::string_view text, Price& out) {
  return read_limit(text, out);
}
Outcome read(std::string_view text, Quantity& out) {
  return read_limit(text, out);
}

Outcome read_account(std::string_view text, std::string& out) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  if (text.empty() || text.size() > 32 || !std::ranges::all_of(text, plain)) {
    return std::unexpected("expected at most 32 letters, digits, '-' and '_'");
  }
  out = text;
  return {};
}

Outcome read_domain(std::string_view text, std::string& out) {
  if (text != "live" && text != "testnet" && text != "sandbox") {
    return std::unexpected("expected one of: live, testnet, sandbox");
  }
  out = text;
  return {};
}

Outcome read_power_of_two(std::string_view text, std::size_t& out) {
  if (auto outcome = read(text, out); !outcome) return outcome;
  if (!std::has_single_bit(out) || out < (256U << 10))
    return std::unexpected("expected a power of two of at least 256KiB, such as 4MiB");
  return {};
}

Outcome read_symbols(std::string_view text, std::vector<std::string>& out) {
  out = split_list(text);
  for (const std::string& symbol : out) {
    if (const auto parsed = SymbolDescriptor::parse(symbol); !parsed) return std::unexpected(parsed.error().message);
  }
  return {};
}

Outcome read_data_source(std::string_view text, std::string& out) {
  if (text != "binance_ws" && text != "hft_connector")
    return std::unexpected("expected binance_ws (the venues themselves) or hft_connector (a connector by its name)");
  out = text;
  return {};
}

Result<venue::Channels> parse_channels(std::string_view text) {
  venue::Channels channels;
  for (const std::string& word : split_list(text)) {
    const auto found =
        std::ranges::find(venue::all_channels, word, [](venue::Channel channel) { return venue::to_text(channel); });
    if (found == std::ranges::end(venue::all_channels)) {
      return fail(
          ErrorCode::InvalidArgument,
          fmt::format("\"{}\" is not a channel; there are trades, aggregate_trades, quotes, depth, bars, ticker, "
                      "liquidations",
                      excerpt(word)));
    }
    channels.add(*found);
  }
  if (channels.empty())
    return fail(ErrorCode::InvalidArgument, "expected at least one channel, such as trades,quotes,depth");
  return channels;
}

}  // namespace trunkline::hub
