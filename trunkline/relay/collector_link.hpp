// What a relay checks of the frames that one collector sends: that they are messages, whose they are, and whether any
// are missing. Pure logic.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "trunkline/core/error.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::relay {

class CollectorLink {
 public:
  struct Checked {
    // Frames of this connector that did not come, before this one.
    std::uint64_t missed = 0;
    bool first_of_connector = false;
  };

  // A data frame; `unknown` is how many frames of unknown types this stream has had so far: they have sequences too.
  // Protocol where it is no such message as its type says.
  Result<Checked> check(wire::FrameView frame, std::uint64_t unknown);
  // A Gap of the link went by: sequences begin anew.
  void forget_sequences();
  bool writes(std::uint16_t connector) const { return connector == last_ || sequences_.contains(connector); }

  template <class Each>
  void for_each_connector(Each&& each) const {
    for (const auto& [connector, sequence] : sequences_) each(connector);
  }

 private:
  std::map<std::uint16_t, std::optional<std::uint32_t>> sequences_;  // by connector: the last one
  std::uint64_t unknown_ = 0;
  // The connector of the frame before, which mostly is that of the next one.
  std::uint32_t last_ = UINT32_MAX;
  std::optional<std::uint32_t>* last_sequence_ = nullptr;
};

}  // namespace trunkline::relay
