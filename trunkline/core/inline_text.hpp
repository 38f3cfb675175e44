// Short text held in place, for ids and currencies: copied without allocating, compared and hashed by content.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace trunkline {

template <std::size_t Capacity>
class InlineText {
  static_assert(Capacity < 256);

 public:
  static constexpr std::size_t capacity = Capacity;

  constexpr InlineText() noexcept = default;
  // Nullopt where the text is longer than the capacity.
  static constexpr std::optional<InlineText> from(std::string_view text) noexcept {
    if (text.size() > Capacity) return std::nullopt;
    return cut(text);
  }
  // What of the text fits.
  static constexpr InlineText cut(std::string_view text) noexcept {
    InlineText out;
    out.size_ = static_cast<std::uint8_t>(std::min(text.size(), Capacity));
    std::copy_n(text.data(), out.size_, out.text_.data());
    return out;
  }

  constexpr std::string_view view() const noexcept { return {text_.data(), size_}; }
  constexpr operator std::string_view() const noexcept { return view(); }
  std::string str() const { return std::string(view()); }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr std::size_t size() const noexcept { return size_; }

  friend constexpr bool operator==(const InlineText& a, const InlineText& b) noexcept { return a.view() == b.view(); }
  friend constexpr bool operator==(const InlineText& a, std::string_view b) noexcept { return a.view() == b; }
  friend constexpr auto operator<=>(const InlineText& a, const InlineText& b) noexcept { return a.view() <=> b.view(); }

 private:
  std::array<char, Capacity> text_{};
  std::uint8_t size_ = 0;
};

}  // namespace trunkline

template <std::size_t Capacity>
struct std::hash<trunkline::InlineText<Capacity>> {
  std::size_t operator()(const trunkline::InlineText<Capacity>& text) const noexcept {
    return std::hash<std::string_view>{}(text.view());
  }
};
