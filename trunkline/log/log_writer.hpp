// Writes an append-only log: see segment.hpp for its form. One process at a time has a folder; a second one is refused.
//
// When it is on disk:
//
//   | policy | a killed process loses | a lost machine loses            |
//   | ------ | ---------------------- | ------------------------------- |
//   | None   | nothing                | what the system had not written |
//   | Group  | nothing                | at most `sync_delay`            |
//   | Each   | nothing                | nothing                         |
//
// Thread: one at a time calls append(), roll() and retire(). Group keeps a thread that syncs.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/error.hpp"

namespace trunkline::log {

enum class FlushPolicy : std::uint8_t { None, Group, Each };

struct LogConfig {
  std::filesystem::path folder;
  FlushPolicy policy = FlushPolicy::Group;
  Nanos sync_delay =
      std::chrono::milliseconds{2};  // Group: a record is synced so long after it was written, at the latest
};

struct Recovered {
  std::uint64_t records = 0;
  std::uint64_t segments = 0;
  std::uint64_t torn_bytes = 0;  // cut off behind the last whole record
};

class LogWriter {
 public:
  // Makes the folder (mode 0700) where it is missing, takes its lock, hands what is there to `recover`, oldest first,
  // cuts off a torn tail, and goes on in a new segment. A damaged record in front of whole segments is an error: such a
  // log was not torn by a crash. AlreadyExists: another process has it.
  static Result<std::unique_ptr<LogWriter>> open(LogConfig config,
                                                 const std::function<void(std::span<const std::byte>)>& recover);
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Returns when the record is with the system (None, Group) or on disk (Each). After an error nothing more is written:
  // the same error is given again. Does not allocate after the first records.
  Result<void> append(std::span<const std::byte> record);

  // Goes on in a new segment; older ones stay.
  Result<void> roll();
  // Deletes the segments older than the one written to: what they held is in it again, and on disk.
  Result<void> retire();
  // Waits until everything written is on disk.
  Result<void> sync();

  const Recovered& recovered() const noexcept { return recovered_; }
  std::size_t segment_size() const noexcept { return size_; }
  std::uint64_t records() const noexcept { return records_; }
  // Any thread.
  std::uint64_t syncs() const noexcept { return syncs_.load(std::memory_order_relaxed); }

 private:
  explicit LogWriter(LogConfig config) : config_(std::move(config)) {}

  Result<void> lock();
  Result<void> recover(const std::function<void(std::span<const std::byte>)>& take);
  Result<void> begin_segment();
  Result<void> write(std::span<const std::byte> bytes);
  Result<void> broken(std::string what);
  void sync_in_groups();

  LogConfig config_;
  Recovered recovered_;
  int lock_ = -1;
  std::uint64_t number_ = 0;  // of the segment written to
  std::size_t size_ = 0;
  std::uint64_t records_ = 0;
  std::vector<std::byte> buffer_;
  std::atomic<std::uint64_t> syncs_{0};

  std::mutex mutex_;  // file_, dirty_, sync_failed_, stopping_
  std::condition_variable wake_;
  int file_ = -1;
  bool dirty_ = false;
  bool sync_failed_ = false;
  bool stopping_ = false;
  std::optional<Error> error_;
  std::thread syncer_;
};

}  // namespace trunkline::log
