#include "trunkline/venue/hyperliquid/orders/nonces.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace trunkline::venue::hyperliquid::orders {
namespace {

constexpr std::uint64_t reserve_ms = 10'000;

class File {
 public:
  File(const std::filesystem::path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<Error> failed(const std::filesystem::path& file, std::string_view what) {
  return fail(ErrorCode::Io, fmt::format("{}: {}: {}", file.string(), what, std::strerror(errno)));
}

}  // namespace

Nonces::~Nonces() {
  if (known_ && last_ < mark_ && last_ != 0 && !file_.empty()) static_cast<void>(write(last_));
}

Result<void> Nonces::read() {
  const File file(file_, O_RDONLY);
  if (file.get() < 0) return errno == ENOENT ? Result<void>{} : failed(file_, "cannot be opened");
  std::array<char, 32> text{};
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  if (size < 0) return failed(file_, "cannot be read");
  const auto [end, error] = std::from_chars(text.data(), text.data() + size, mark_);
  if (error != std::errc{} || end == text.data() + size || *end != '\n') {
    mark_ = 0;
    return fail(ErrorCode::Protocol,
                fmt::format("{}: \"{}\" is no number of a nonce", file_.string(),
                            excerpt(std::string_view(text.data(), static_cast<std::size_t>(size)))));
  }
  last_ = std::max(last_, mark_);
  return {};
}

// Another file first, so that there is a whole one at any time.
Result<void> Nonces::write(std::uint64_t mark) {
  const std::filesystem::path fresh = file_.string() + ".new";
  {
    const File file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    const std::string text = fmt::format("{}\n", mark);
    if (file.get() < 0 || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fdatasync(file.get()) != 0) {
      return failed(fresh, "cannot be written");
    }
  }
  if (::rename(fresh.c_str(), file_.c_str()) != 0) return failed(file_, "cannot be put in place");
  const File folder(file_.has_parent_path() ? file_.parent_path() : ".", O_RDONLY | O_DIRECTORY);
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return failed(file_, "its folder cannot be synced");
  mark_ = mark;
  return {};
}

Result<std::uint64_t> Nonces::next(Nanos now) {
  const std::lock_guard lock(mutex_);
  if (!known_ && !file_.empty()) {
    if (auto done = read(); !done) return std::unexpected(done.error());
  }
  known_ = true;
  const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(0, now / std::chrono::milliseconds{1}));
  const std::uint64_t nonce = std::max(last_ + 1, time);
  if (nonce > mark_ && !file_.empty()) {
    if (auto done = write(nonce + reserve_ms); !done) return std::unexpected(done.error());
  }
  last_ = nonce;
  return nonce;
}

}  // namespace trunkline::venue::hyperliquid::orders
