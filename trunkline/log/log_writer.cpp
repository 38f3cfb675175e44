#include "trunkline/log/log_writer.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "trunkline/core/crash_point.hpp"
#include "trunkline/log/segment.hpp"

namespace trunkline::log {
namespace {

std::string reason() {
  return std::strerror(errno);
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail(ErrorCode::Io, fmt::format("{}: {}", folder.string(), reason()));
  const int failed = ::fsync(fd);
  ::close(fd);
  if (failed != 0) return fail(ErrorCode::Io, fmt::format("{} cannot be synced: {}", folder.string(), reason()));
  return {};
}

// On disk before a newer segment follows: a torn one in front of others would be refused.
Result<void> cut_file(const std::filesystem::path& file, std::size_t size) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  const bool done = fd >= 0 && ::ftruncate(fd, static_cast<off_t>(size)) == 0 && ::fdatasync(fd) == 0;
  const std::string why = done ? std::string{} : reason();
  if (fd >= 0) ::close(fd);
  if (!done) return fail(ErrorCode::Io, fmt::format("{} cannot be cut: {}", file.string(), why));
  return {};
}

}  // namespace

Result<std::unique_ptr<LogWriter>> LogWriter::open(LogConfig config,
                                                   const std::function<void(std::span<const std::byte>)>& recover) {
  std::error_code error;
  std::filesystem::create_directories(config.folder, error);
  if (error) return fail(ErrorCode::Io, fmt::format("{}: {}", config.folder.string(), error.message()));
  ::chmod(config.folder.c_str(), 0700);
  std::unique_ptr<LogWriter> writer(new LogWriter(std::move(config)));
  if (auto locked = writer->lock(); !locked) return std::unexpected(locked.error());
  if (auto done = writer->recover(recover); !done) return std::unexpected(done.error());
  if (auto begun = writer->begin_segment(); !begun) return std::unexpected(begun.error());
  if (writer->config_.policy == FlushPolicy::Group) {
    writer->syncer_ = std::thread([self = writer.get()] { self->sync_in_groups(); });
  }
  return writer;
}

LogWriter::~LogWriter() {
  if (syncer_.joinable()) {
    {
      const std::lock_guard guard(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    syncer_.join();
  }
  if (file_ >= 0) ::close(file_);
  if (lock_ >= 0) ::close(lock_);
}

Result<void> LogWriter::lock() {
  const auto path = config_.folder / "lock";
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return fail(ErrorCode::Io, fmt::format("{}: {}", path.string(), reason()));
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return fail(ErrorCode::Io, fmt::format("{}: {}", path.string(), reason()));
  return fail(
      ErrorCode::AlreadyExists,
      fmt::format("{} is in use by another process; end that one, or name another folder", config_.folder.string()));
}

Result<void> LogWriter::recover(const std::function<void(std::span<const std::byte>)>& take) {
  const auto numbers = list_segments(config_.folder);
  if (!numbers) return std::unexpected(numbers.error());
  for (std::size_t i = 0; i < numbers->size(); ++i) {
    const auto file = config_.folder / segment_name((*numbers)[i]);
    const auto content = read_segment(file, (*numbers)[i], take);
    if (!content) return std::unexpected(content.error());
    recovered_.records += content->records;
    ++recovered_.segments;
    if (content->torn()) {
      if (i + 1 != numbers->size()) {
        return fail(
            ErrorCode::Protocol,
            fmt::format("{} is damaged at byte {}, and newer segments follow; restore it or move the folder away",
                        file.string(), content->good_size));
      }
      recovered_.torn_bytes = content->size - content->good_size;
      if (auto cut = cut_file(file, content->good_size); !cut) return cut;
      // A segment without its header is none: the next run must not stumble over it.
      if (content->good_size == 0) ::unlink(file.c_str());
    }
    number_ = (*numbers)[i];
  }
  return {};
}

Result<void> LogWriter::begin_segment() {
  const auto path = config_.folder / segment_name(number_ + 1);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return broken(fmt::format("{}: {}", path.string(), reason()));
  ++number_;
  size_ = 0;
  {
    const std::lock_guard guard(mutex_);
    if (file_ >= 0) {
      if (dirty_ && config_.policy != FlushPolicy::None && ::fdatasync(file_) != 0) sync_failed_ = true;
      ::close(file_);
    }
    file_ = fd;
    dirty_ = false;
  }
  buffer_.clear();
  append_segment_header(buffer_, number_);
  if (auto written = write(buffer_); !written) return written;
  if (config_.policy != FlushPolicy::None) {
    if (auto synced = sync_folder(config_.folder); !synced) return broken(synced.error().message);
  }
  return {};
}

Result<void> LogWriter::broken(std::string what) {
  error_ = Error{ErrorCode::Io, std::move(what)};
  return std::unexpected(*error_);
}

Result<void> LogWriter::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      return broken(
          fmt::format("{} cannot be written: {}", (config_.folder / segment_name(number_)).string(), reason()));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    size_ += static_cast<std::size_t>(written);
  }
  return {};
}

Result<void> LogWriter::append(std::span<const std::byte> record) {
  if (error_) return std::unexpected(*error_);
  if (record.empty() || record.size() > max_record) {
    return fail(ErrorCode::InvalidArgument, fmt::format("a record of {} bytes", record.size()));
  }
  buffer_.clear();
  append_record(buffer_, number_, record);
  if (auto written = write(buffer_); !written) return written;
  ++records_;
  switch (config_.policy) {
    case FlushPolicy::None:
      return {};
    case FlushPolicy::Each:
      if (::fdatasync(file_) != 0) return broken(fmt::format("the journal cannot be synced: {}", reason()));
      syncs_.fetch_add(1, std::memory_order_relaxed);
      return {};
    case FlushPolicy::Group: {
      bool wake = false;
      {
        const std::lock_guard guard(mutex_);
        if (sync_failed_) return broken("the journal could not be synced");
        wake = !std::exchange(dirty_, true);
      }
      if (wake) wake_.notify_one();
      return {};
    }
  }
  return {};
}

void LogWriter::sync_in_groups() {
  std::unique_lock guard(mutex_);
  while (true) {
    wake_.wait(guard, [this] { return stopping_ || dirty_; });
    // What gathers until then goes with one sync.
    if (!stopping_) wake_.wait_for(guard, config_.sync_delay, [this] { return stopping_; });
    if (dirty_) {
      dirty_ = false;
      const int file = ::fcntl(file_, F_DUPFD_CLOEXEC, 0);  // roll() may close ours meanwhile
      guard.unlock();
      crash_point("log:before_sync");
      const bool good = file >= 0 && ::fdatasync(file) == 0;
      if (file >= 0) ::close(file);
      syncs_.fetch_add(1, std::memory_order_relaxed);
      crash_point("log:after_sync");
      guard.lock();
      if (!good) sync_failed_ = true;
    }
    if (stopping_ && !dirty_) return;
  }
}

Result<void> LogWriter::roll() {
  if (error_) return std::unexpected(*error_);
  return begin_segment();
}

Result<void> LogWriter::sync() {
  if (error_) return std::unexpected(*error_);
  if (::fdatasync(file_) != 0) return broken(fmt::format("the journal cannot be synced: {}", reason()));
  return {};
}

Result<void> LogWriter::retire() {
  if (auto synced = sync(); !synced) return synced;
  const auto numbers = list_segments(config_.folder);
  if (!numbers) return std::unexpected(numbers.error());
  for (const std::uint64_t number : *numbers) {
    if (number < number_) ::unlink((config_.folder / segment_name(number)).c_str());
  }
  return sync_folder(config_.folder);
}

}  // namespace trunkline::log
