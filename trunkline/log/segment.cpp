#include "trunkline/log/segment.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <fstream>

namespace trunkline::log {
namespace {

constexpr char magic[8] = {'T', 'L', 'L', 'O', 'G', 1, 0, 0};

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

template <class Value>
void append_value(std::vector<std::byte>& out, Value value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof value);
  std::memcpy(out.data() + at, &value, sizeof value);
}

template <class Value>
Value value_at(std::span<const std::byte> bytes, std::size_t at) noexcept {
  Value value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

Result<std::vector<std::uint64_t>> whole_file(const std::filesystem::path& file, std::size_t& size) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return fail(ErrorCode::Io, fmt::format("{} cannot be opened for reading", file.string()));
  size = static_cast<std::size_t>(in.tellg());
  std::vector<std::uint64_t> words((size + 7) / 8);  // aligned to 8
  in.seekg(0);
  in.read(reinterpret_cast<char*>(words.data()), static_cast<std::streamsize>(size));
  if (!in) return fail(ErrorCode::Io, fmt::format("{} cannot be read", file.string()));
  return words;
}

}  // namespace

std::string segment_name(std::uint64_t number) {
  return fmt::format("{:016}.log", number);
}

std::uint32_t record_check(std::uint64_t segment, std::span<const std::byte> bytes) noexcept {
  Crc32c crc;
  const auto length = static_cast<std::uint32_t>(bytes.size());
  crc.process_bytes(&length, sizeof length);
  crc.process_bytes(&segment, sizeof segment);
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

void append_record(std::vector<std::byte>& out, std::uint64_t segment, std::span<const std::byte> bytes) {
  append_value(out, static_cast<std::uint32_t>(bytes.size()));
  append_value(out, record_check(segment, bytes));
  out.insert(out.end(), bytes.begin(), bytes.end());
  out.resize(out.size() + padded(bytes.size()) - bytes.size());
}

void append_segment_header(std::vector<std::byte>& out, std::uint64_t number) {
  const auto* const first = reinterpret_cast<const std::byte*>(magic);
  out.insert(out.end(), first, first + sizeof magic);
  append_value(out, number);
}

Result<std::vector<std::uint64_t>> list_segments(const std::filesystem::path& folder) {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    std::uint64_t number = 0;
    const auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (wrong == std::errc{} && name == segment_name(number)) numbers.push_back(number);
  }
  if (error) return fail(ErrorCode::Io, fmt::format("{}: {}", folder.string(), error.message()));
  std::ranges::sort(numbers);
  return numbers;
}

Result<SegmentContent> read_segment(const std::filesystem::path& file, std::uint64_t number,
                                    const std::function<void(std::span<const std::byte>)>& take) {
  SegmentContent content;
  const auto words = whole_file(file, content.size);
  if (!words) return std::unexpected(words.error());
  const auto bytes = std::as_bytes(std::span(*words)).first(content.size);
  // Torn while it was made: too short, or made long by the system before its bytes were there.
  if (bytes.size() < segment_header_size || std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; })) {
    return content;
  }
  if (std::memcmp(bytes.data(), magic, sizeof magic) != 0 || value_at<std::uint64_t>(bytes, sizeof magic) != number) {
    return fail(ErrorCode::Protocol, fmt::format("{} is no segment of a log", file.string()));
  }
  content.good_size = segment_header_size;
  while (bytes.size() - content.good_size >= record_header_size) {
    const auto length = value_at<std::uint32_t>(bytes, content.good_size);
    const std::size_t whole = record_header_size + padded(length);
    if (length == 0 || length > max_record || bytes.size() - content.good_size < whole) break;
    const auto record = bytes.subspan(content.good_size + record_header_size, length);
    if (value_at<std::uint32_t>(bytes, content.good_size + 4) != record_check(number, record)) break;
    take(record);
    ++content.records;
    content.good_size += whole;
  }
  return content;
}

}  // namespace trunkline::log
