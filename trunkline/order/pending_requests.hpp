// The requests of a gateway that wait for their answers, by the number they were sent under.
//
// Thread: the gateway's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::order {

// `Request` has a `Nanos deadline` and a `std::optional<venue::ConnectionId> connection`, none where it went by REST.
template <class Request>
class PendingRequests {
 public:
  void add(std::uint64_t number, Request request) { waiting_.emplace(number, std::move(request)); }

  // The one an answer by this way is of; nothing where it is too late, or nobody asked.
  std::optional<Request> take(std::uint64_t number, std::optional<venue::ConnectionId> by) {
    const auto found = waiting_.find(number);
    if (found == waiting_.end() || found->second.connection != by) return std::nullopt;
    std::optional<Request> request(std::move(found->second));
    waiting_.erase(found);
    return request;
  }
  // In the order they were sent.
  std::vector<Request> take_overdue(Nanos now) {
    return take_all([now](const Request& request) { return request.deadline <= now; });
  }
  std::vector<Request> take_lost(venue::ConnectionId connection) {
    return take_all([connection](const Request& request) { return request.connection == connection; });
  }

 private:
  template <class Wanted>
  std::vector<Request> take_all(Wanted wanted) {
    std::vector<Request> out;
    for (auto entry = waiting_.begin(); entry != waiting_.end();) {
      if (!wanted(entry->second)) {
        ++entry;
        continue;
      }
      out.push_back(std::move(entry->second));
      entry = waiting_.erase(entry);
    }
    return out;
  }

  std::map<std::uint64_t, Request> waiting_;
};

}  // namespace trunkline::order
