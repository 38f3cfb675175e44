// What comes back after a crash, and what is refused because no crash can have done it.
#include <sys/wait.h>
#include <unistd.h>

#include "log/support.hpp"

namespace trunkline::log::test {
namespace {

const Records three{"first", "the second one", "third and last"};
const Records two{"first", "the second one"};

TEST(Recovery, ReadsBackWhatWasWrittenOverManyRuns) {
  const TempFolder folder;
  write_log(folder.path(), {"a"});
  write_log(folder.path(), {"b", "c"});
  write_log(folder.path(), {});
  const auto log = open_log(folder.path());
  ASSERT_TRUE(log.writer);
  EXPECT_EQ(log.records, (Records{"a", "b", "c"}));
  EXPECT_EQ((*log.writer)->recovered().records, 3U);
  EXPECT_EQ((*log.writer)->recovered().segments, 3U);
  EXPECT_EQ((*log.writer)->recovered().torn_bytes, 0U);
}

TEST(Recovery, CutsATornTailWhereverItTore) {
  const TempFolder whole;
  write_log(whole.path(), three);
  const std::string text = file_text(whole / segment_name(1));
  const std::size_t last = record_header_size + padded(three[2].size());
  for (std::size_t lost = 1; lost <= last; ++lost) {
    const TempFolder folder;
    write_file(folder / segment_name(1), text.substr(0, text.size() - lost));
    {
      const auto log = open_log(folder.path());
      ASSERT_TRUE(log.writer) << lost << ": " << log.writer.error().message;
      EXPECT_EQ(log.records, two) << lost;
      EXPECT_EQ((*log.writer)->recovered().torn_bytes, last - lost);
      ASSERT_TRUE((*log.writer)->append(bytes_of("and on")));
    }
    const auto again = open_log(folder.path());
    ASSERT_TRUE(again.writer) << lost << ": " << again.writer.error().message;
    EXPECT_EQ(again.records, (Records{"first", "the second one", "and on"})) << lost;
  }
}

TEST(Recovery, TakesNoRecordOfWhichAnyByteWasLost) {
  const TempFolder whole;
  write_log(whole.path(), three);
  const std::string text = file_text(whole / segment_name(1));
  const std::size_t begin = text.size() - record_header_size - padded(three[2].size());
  for (std::size_t at = begin; at < begin + record_header_size + three[2].size(); ++at) {
    const TempFolder folder;
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    write_file(folder / segment_name(1), damaged);
    const auto log = open_log(folder.path());
    ASSERT_TRUE(log.writer) << at;
    EXPECT_EQ(log.records, two) << at;
  }
}

TEST(Recovery, TakesASegmentTornInItsHeaderForNone) {
  for (const std::string& rest :
       {std::string(), std::string("TLLOG"), std::string(16, '\0'), std::string(4096, '\0')}) {
    const TempFolder folder;
    write_log(folder.path(), two);
    write_file(folder / segment_name(2), rest);
    for (int run = 0; run < 2; ++run) {
      const auto log = open_log(folder.path());
      ASSERT_TRUE(log.writer) << rest.size() << ": " << log.writer.error().message;
      EXPECT_EQ(log.records, two);
    }
  }
}

TEST(Recovery, RefusesDamageInFrontOfNewerSegments) {
  const TempFolder folder;
  write_log(folder.path(), three);
  write_log(folder.path(), {"newer"});
  std::string text = file_text(folder / segment_name(1));
  text[segment_header_size + record_header_size] = 'F';
  write_file(folder / segment_name(1), text);
  const auto log = open_log(folder.path());
  ASSERT_FALSE(log.writer);
  EXPECT_EQ(log.writer.error().code, ErrorCode::Protocol);
  EXPECT_NE(log.writer.error().message.find("0000000000000001.log is damaged at byte 16"), std::string::npos)
      << log.writer.error().message;
  EXPECT_EQ(file_text(folder / segment_name(1)), text) << "what is damaged is left as it is";
}

TEST(Recovery, KeepsWhatAKilledProcessWroteUnderEachPolicy) {
  for (const FlushPolicy policy : {FlushPolicy::None, FlushPolicy::Group, FlushPolicy::Each}) {
    const TempFolder folder;
    const pid_t child = ::fork();
    if (child == 0) {
      auto log = open_log(folder.path(), policy);
      if (!log.writer) ::_exit(1);
      for (int i = 0; i < 100; ++i) {
        if (!(*log.writer)->append(bytes_of(std::to_string(i)))) ::_exit(1);
      }
      ::_exit(0);  // neither destructors nor buffers
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    const auto log = open_log(folder.path());
    ASSERT_TRUE(log.writer);
    ASSERT_EQ(log.records.size(), 100U);
    EXPECT_EQ(log.records.back(), "99");
  }
}

}  // namespace
}  // namespace trunkline::log::test
