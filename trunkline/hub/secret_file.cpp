#include "trunkline/hub/secret_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace trunkline::hub {
namespace {

constexpr std::size_t most_bytes = std::size_t{16} << 10;

Result<std::string> read_open(int file) {
  struct stat state{};
  if (file < 0 || ::fstat(file, &state) != 0) return fail(ErrorCode::Io, std::strerror(errno));
  if (!S_ISREG(state.st_mode) || state.st_uid != ::geteuid() || (state.st_mode & 077) != 0) {
    return fail(ErrorCode::Io, "must be a file of this user that nobody else may read: chmod 600");
  }
  std::string text(most_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t read = ::read(file, text.data() + size, text.size() - size);
    if (read < 0) return fail(ErrorCode::Io, std::strerror(errno));
    if (read == 0) break;
    size += static_cast<std::size_t>(read);
  }
  if (size > most_bytes) return fail(ErrorCode::Io, "is larger than 16 KiB");
  text.resize(size);
  return text;
}

}  // namespace

Result<std::string> read_secret_file(const std::string& path) {
  // Without O_NONBLOCK a pipe in its place would be waited for.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  auto text = read_open(file);
  if (file >= 0) ::close(file);
  return text;
}

}  // namespace trunkline::hub
