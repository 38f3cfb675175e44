#include <cstring>

#include "log/support.hpp"

namespace trunkline::log::test {
namespace {

// By hand, from the definition: reflected, polynomial 0x1EDC6F41.
std::uint32_t crc32c(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
  }
  return ~crc;
}

template <class Value>
std::string raw(Value value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

TEST(Segment, HasTheFormThatItsHeaderSays) {
  const TempFolder folder;
  write_log(folder.path(), {"hello"});
  const std::string check = raw(crc32c(raw(std::uint32_t{5}) + raw(std::uint64_t{1}) + "hello"));
  const std::string expected = std::string("TLLOG\x01\0\0", 8) + raw(std::uint64_t{1}) + raw(std::uint32_t{5}) + check +
                               "hello" + std::string(3, '\0');
  EXPECT_EQ(file_text(folder / "0000000000000001.log"), expected);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);  // the check value of CRC-32C
}

TEST(Segment, HandsOutItsRecordsInOrderAndAligned) {
  const TempFolder folder;
  write_log(folder.path(), {"a", "bcdefghi", std::string(1000, 'x')});
  Records records;
  const auto content = read_segment(folder / segment_name(1), 1, [&](std::span<const std::byte> record) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(record.data()) % 8, 0U);
    records.push_back(text_of(record));
  });
  ASSERT_TRUE(content);
  EXPECT_EQ(records, (Records{"a", "bcdefghi", std::string(1000, 'x')}));
  EXPECT_EQ(content->records, 3U);
  EXPECT_FALSE(content->torn());
}

TEST(Segment, EndsAtARecordOfAnotherSegmentInItsPlace) {
  const TempFolder folder;
  std::vector<std::byte> bytes;
  append_segment_header(bytes, 2);
  append_record(bytes, 2, bytes_of("ours"));
  append_record(bytes, 1, bytes_of("left over"));
  write_file(folder / segment_name(2), text_of(bytes));
  Records records;
  const auto content = read_segment(folder / segment_name(2), 2,
                                    [&](std::span<const std::byte> record) { records.push_back(text_of(record)); });
  ASSERT_TRUE(content);
  EXPECT_EQ(records, Records{"ours"});
  EXPECT_TRUE(content->torn());
}

TEST(Segment, RefusesAFileThatIsNone) {
  const TempFolder folder;
  write_file(folder / segment_name(1), "something else altogether");
  const auto content = read_segment(folder / segment_name(1), 1, [](std::span<const std::byte>) {});
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, ErrorCode::Protocol);
  EXPECT_NE(content.error().message.find("0000000000000001.log"), std::string::npos);
}

TEST(Segment, ListsOldestFirstAndPassesOverOtherFiles) {
  const TempFolder folder;
  for (const std::uint64_t number : {10, 2, 300}) write_file(folder / segment_name(number), "");
  write_file(folder / "lock", "");
  write_file(folder / "12.log", "");
  write_file(folder / "0000000000000004.log.bak", "");
  const auto numbers = list_segments(folder.path());
  ASSERT_TRUE(numbers);
  EXPECT_EQ(*numbers, (std::vector<std::uint64_t>{2, 10, 300}));
  EXPECT_FALSE(list_segments(folder / "missing"));
}

}  // namespace
}  // namespace trunkline::log::test
