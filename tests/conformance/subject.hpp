// A venue as the conformance suite sees it: what it is called, what it claims, and what it says it does not have.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "trunkline/hub/exchange_config.hpp"
#include "trunkline/venue/channels.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::conformance {

// What becomes of a book when a message of it is lost or changed on the way.
enum class Finds : std::uint8_t {
  AtOnce,   // the next message shows it
  IfWrong,  // a check of the book itself shows it; what the next message makes good again is no fault of the book
  ByAudit,  // nothing in the stream shows it: a comparison with the venue's own book does, within the audit interval
  Unfelt,   // the book stays right
};

struct Subject {
  std::string exchange;
  std::vector<std::string>
      symbols;  // the first is hit by the faults, the last is subscribed late where a check wants that
  wire::Integrity integrity = wire::Integrity::Unverified;
  venue::Channels channels = venue::default_channels;
  bool one_count = false;           // of the whole connection: a lost message makes every book Stale
  Finds lost = Finds::AtOnce;       // a message that never came
  Finds repeated = Finds::Unfelt;   // one that came twice
  Finds corrupted = Finds::AtOnce;  // one with a wrong digit
  std::size_t depth = 0;            // levels a side that are compared with the truth; 0: all
  hub::Credentials credentials = {};
  std::map<int, std::string> lacks = {};  // numbers of the list, and why

  bool has_books() const noexcept { return channels.contains(venue::Channel::Depth); }
  // The stream, as faults name it, whose loss is looked at.
  const char* main_stream() const noexcept { return has_books() ? "depth" : "trade"; }

  friend void PrintTo(const Subject& subject, std::ostream* out) { *out << subject.exchange; }
};

// One row a venue.
const std::vector<Subject>& subjects();

}  // namespace trunkline::conformance
