// An account of an Ethereum-like chain. Any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/protocol/signing/text_form.hpp"

namespace trunkline::protocol::signing {

struct EvmAddress {
  std::array<std::uint8_t, 20> bytes{};

  // 0x and 40 hex digits of either case; the mixed case of a checksum is not checked.
  static Result<EvmAddress> parse(std::string_view text) {
    EvmAddress address;
    if (!text.starts_with("0x") || !from_hex(text, address.bytes)) {
      return fail(ErrorCode::InvalidArgument, fmt::format("'{}' is no address: 0x and 40 hex digits", excerpt(text)));
    }
    return address;
  }
  std::string to_text() const { return "0x" + to_hex(bytes); }

  friend auto operator<=>(const EvmAddress&, const EvmAddress&) = default;
};

}  // namespace trunkline::protocol::signing
