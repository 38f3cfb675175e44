#include "trunkline/core/symbol.hpp"

#include <bit>
#include <charconv>
#include <chrono>
#include <cstring>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace trunkline {
namespace {

// SipHash-1-3 with key 0,0: one compression round a word, three to finish.
class SipHash13 {
 public:
  std::uint64_t hash(const unsigned char* data, std::size_t size) noexcept {
    const std::size_t whole = size / 8 * 8;
    for (std::size_t i = 0; i < whole; i += 8) {
      std::uint64_t word;
      std::memcpy(&word, data + i, 8);
      absorb(word);
    }
    std::uint64_t last = static_cast<std::uint64_t>(size) << 56;
    for (std::size_t i = whole; i < size; ++i) last |= static_cast<std::uint64_t>(data[i]) << (8 * (i - whole));
    absorb(last);
    v2_ ^= 0xff;
    round();
    round();
    round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void absorb(std::uint64_t word) noexcept {
    v3_ ^= word;
    round();
    v0_ ^= word;
  }
  void round() noexcept {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }
  std::uint64_t v0_ = 0x736f6d6570736575ULL;
  std::uint64_t v1_ = 0x646f72616e646f6dULL;
  std::uint64_t v2_ = 0x6c7967656e657261ULL;
  std::uint64_t v3_ = 0x7465646279746573ULL;
};

bool is_reserved(unsigned char c) noexcept {
  return c == ':' || c == '-' || c == '%' || c <= 0x20 || c == 0x7f;
}

std::string escape(std::string_view part) {
  std::string out;
  for (char c : part) {
    if (is_reserved(static_cast<unsigned char>(c))) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::optional<std::string> unescape(std::string_view part) {
  std::string out;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '%') {
      if (is_reserved(static_cast<unsigned char>(part[i]))) return std::nullopt;
      out += part[i];
      continue;
    }
    unsigned value = 0;
    const char* const first = part.data() + i + 1;
    if (part.size() - i < 3) return std::nullopt;
    const auto [end, error] = std::from_chars(first, first + 2, value, 16);
    if (error != std::errc{} || end != first + 2) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::optional<std::uint32_t> parse_expiry(std::string_view text) {
  std::uint32_t value = 0;
  if (text.size() != 8) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(value / 10000)},
                                         std::chrono::month{value / 100 % 100}, std::chrono::day{value % 100}};
  if (!date.ok()) return std::nullopt;
  return value;
}

std::unexpected<Error> malformed(std::string_view text, std::string_view why) {
  return fail(ErrorCode::InvalidArgument,
              fmt::format("symbol \"{}\": {}; expected exchange:BASE[-QUOTE][:YYYYMMDD][:strike][:C|P], "
                          "for example binance:BTC-USDT",
                          excerpt(text), why));
}

}  // namespace

SymbolHash hash_symbol_text(std::string_view canonical) noexcept {
  std::string bytes{canonical};
  bytes += static_cast<char>(0xFF);
  return SipHash13{}.hash(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

SymbolDescriptor SymbolDescriptor::spot(std::string exchange, std::string base, std::string quote) {
  return {std::move(exchange), std::move(base), std::move(quote), 0, {}, {}};
}
SymbolDescriptor SymbolDescriptor::stock(std::string exchange, std::string ticker) {
  return {std::move(exchange), std::move(ticker), {}, 0, {}, {}};
}
SymbolDescriptor SymbolDescriptor::future(std::string exchange, std::string base, std::string quote,
                                          std::uint32_t expiry) {
  return {std::move(exchange), std::move(base), std::move(quote), expiry, {}, {}};
}
SymbolDescriptor SymbolDescriptor::option(std::string exchange, std::string base, std::uint32_t expiry, Price strike,
                                          OptionType type) {
  return {std::move(exchange), std::move(base), {}, expiry, strike, type};
}

Result<SymbolDescriptor> SymbolDescriptor::parse(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() < 2) return malformed(text, "there is no ':' after the exchange");
  if (parts.size() > 5) return malformed(text, "too many parts");

  SymbolDescriptor symbol;
  const auto pair = split(parts[1], '-');
  if (pair.size() > 2) return malformed(text, "more than one '-' (inside a name write %2D)");
  const auto exchange = unescape(parts[0]);
  const auto base = unescape(pair[0]);
  const auto quote = pair.size() == 2 ? unescape(pair[1]) : std::optional<std::string>{""};
  if (!exchange || !base || !quote) return malformed(text, "a reserved character that is not escaped as %XX");
  if (exchange->empty() || base->empty() || (pair.size() == 2 && quote->empty()))
    return malformed(text, "an empty part");
  symbol.exchange = *exchange;
  symbol.base = *base;
  symbol.quote = *quote;
  if (parts.size() == 2) return symbol;

  const auto expiry = parse_expiry(parts[2]);
  if (!expiry) return malformed(text, "the third part is not a date");
  symbol.expiry = *expiry;
  if (parts.size() == 3) return symbol;

  const auto strike = Price::parse(parts[3]);
  if (!strike) return malformed(text, fmt::format("strike: {}", trunkline::to_text(strike.error())));
  symbol.strike = *strike;
  if (parts.size() == 4 || (parts[4] != "C" && parts[4] != "P"))
    return malformed(text, "a strike needs C or P after it");
  symbol.option_type = parts[4] == "C" ? OptionType::Call : OptionType::Put;
  return symbol;
}

std::string SymbolDescriptor::to_text() const {
  std::string text = escape(exchange) + ":" + escape(base);
  if (!quote.empty()) text += "-" + escape(quote);
  if (expiry != 0) text += fmt::format(":{:08}", expiry);
  if (strike) text += ":" + strike->to_text(2);
  if (option_type) text += std::string(":") + static_cast<char>(*option_type);
  return text;
}

SymbolHash SymbolDescriptor::hash() const {
  return hash_symbol_text(to_text());
}

}  // namespace trunkline
