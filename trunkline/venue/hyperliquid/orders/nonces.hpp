// Numbers that a signer uses once: the time in milliseconds, and always more than the one before, over threads and over
// runs. A file holds a mark that no run has gone beyond; it is raised ten seconds ahead at a time, so a number costs no
// write, and a run begins above it, whatever the clock says by then. The venue takes numbers up to a day ahead of its
// clock.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/error.hpp"

namespace trunkline::venue::hyperliquid::orders {

class Nonces {
 public:
  // The file is read at the first number, and made where it is not there; its folder must be. Empty: none is kept.
  explicit Nonces(std::filesystem::path file) : file_(std::move(file)) {}
  ~Nonces();  // gives back what was reserved and not used
  Nonces(const Nonces&) = delete;
  Nonces& operator=(const Nonces&) = delete;

  // `now`: Unix. An error where the mark cannot be read or raised: the number could come again.
  Result<std::uint64_t> next(Nanos now);

 private:
  Result<void> read();
  Result<void> write(std::uint64_t mark);

  std::filesystem::path file_;
  std::mutex mutex_;
  bool known_ = false;
  std::uint64_t last_ = 0;
  std::uint64_t mark_ = 0;  // in the file
};

}  // namespace trunkline::venue::hyperliquid::orders
