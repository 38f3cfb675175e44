// The form of an append-only log on disk: a folder of segments NNNNNNNNNNNNNNNN.log, each a header and then records.
//
//   segment: "TLLOG\1\0\0" | number u64
//   record:  length u32 | check u32 | bytes | zeros to a multiple of 8
//
// All little-endian. `check` is the CRC-32C of length, the segment's number and the bytes, so that neither a record
// that was cut short nor one of an older file in the same place is taken for a record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "trunkline/core/error.hpp"

namespace trunkline::log {

inline constexpr std::size_t segment_header_size = 16;
inline constexpr std::size_t record_header_size = 8;
inline constexpr std::uint32_t max_record = 1U << 20;

constexpr std::size_t padded(std::size_t size) noexcept {
  return (size + 7) / 8 * 8;
}

std::string segment_name(std::uint64_t number);
std::uint32_t record_check(std::uint64_t segment, std::span<const std::byte> bytes) noexcept;
// Appends the bytes as a record.
void append_record(std::vector<std::byte>& out, std::uint64_t segment, std::span<const std::byte> bytes);
void append_segment_header(std::vector<std::byte>& out, std::uint64_t number);

// The numbers of the segments in a folder, oldest first. Other files are passed over.
Result<std::vector<std::uint64_t>> list_segments(const std::filesystem::path& folder);

struct SegmentContent {
  std::uint64_t records = 0;
  std::size_t good_size = 0;  // up to here everything is whole
  std::size_t size = 0;       // of the file
  bool torn() const noexcept { return good_size != size; }
};

// Hands each whole record to `take`, in order, up to the first that is not. The bytes are aligned to 8 and valid during
// the call.
Result<SegmentContent> read_segment(const std::filesystem::path& file, std::uint64_t number,
                                    const std::function<void(std::span<const std::byte>)>& take);

}  // namespace trunkline::log
