// A file that holds a secret. Any thread.
#pragma once

#include <string>

#include "trunkline/core/error.hpp"

namespace trunkline::hub {

// The whole file, at most 16 KiB of it. Io where it cannot be read, or where anybody but this user could (mode 0600, no
// link); the error says why and shows nothing of what is in it.
Result<std::string> read_secret_file(const std::string& path);

}  // namespace trunkline::hub
