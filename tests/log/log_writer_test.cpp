#include <chrono>
#include <sys/stat.h>
#include <thread>

#include "log/support.hpp"

namespace trunkline::log::test {
namespace {

TEST(LogWriter, MakesAFolderForItsUserAlone) {
  const TempFolder folder;
  const auto log = open_log(folder / "a/b");
  ASSERT_TRUE(log.writer);
  struct stat info{};
  ASSERT_EQ(::stat((folder / "a/b").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
  ASSERT_EQ(::stat((folder / "a/b/0000000000000001.log").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(LogWriter, RefusesASecondOneOnTheFolder) {
  const TempFolder folder;
  {
    const auto first = open_log(folder.path());
    ASSERT_TRUE(first.writer);
    const auto second = open_log(folder.path());
    ASSERT_FALSE(second.writer);
    EXPECT_EQ(second.writer.error().code, ErrorCode::AlreadyExists);
    EXPECT_NE(second.writer.error().message.find(folder.path().string()), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(folder / segment_name(2)));
  }
  EXPECT_TRUE(open_log(folder.path()).writer) << "the lock goes with its owner";
}

TEST(LogWriter, SaysWhyAFolderCannotBeMade) {
  const TempFolder folder;
  write_file(folder / "file", "");
  const auto log = open_log(folder / "file/journal");
  ASSERT_FALSE(log.writer);
  EXPECT_EQ(log.writer.error().code, ErrorCode::Io);
}

TEST(LogWriter, RefusesRecordsThatAreEmptyOrTooLargeAndGoesOn) {
  const TempFolder folder;
  auto log = open_log(folder.path());
  ASSERT_TRUE(log.writer);
  EXPECT_EQ((*log.writer)->append({}).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ((*log.writer)->append(bytes_of(std::string(max_record + 1, 'x'))).error().code, ErrorCode::InvalidArgument);
  EXPECT_TRUE((*log.writer)->append(bytes_of(std::string(max_record, 'x'))));
  EXPECT_EQ((*log.writer)->records(), 1U);
  log.writer->reset();
  EXPECT_EQ(open_log(folder.path()).records, Records{std::string(max_record, 'x')});
}

TEST(LogWriter, SyncsEachRecordOnlyWhereThePolicyIsEach) {
  const TempFolder folder;
  auto each = open_log(folder / "each", FlushPolicy::Each);
  auto none = open_log(folder / "none", FlushPolicy::None);
  ASSERT_TRUE(each.writer && none.writer);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE((*each.writer)->append(bytes_of("x")));
    ASSERT_TRUE((*none.writer)->append(bytes_of("x")));
  }
  EXPECT_EQ((*each.writer)->syncs(), 5U);
  EXPECT_EQ((*none.writer)->syncs(), 0U);
}

TEST(LogWriter, SyncsAGroupTogetherWithinItsDelay) {
  const TempFolder folder;
  auto log = open_log(folder.path(), FlushPolicy::Group);
  ASSERT_TRUE(log.writer);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE((*log.writer)->append(bytes_of("x")));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while ((*log.writer)->syncs() == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_GE((*log.writer)->syncs(), 1U);
  EXPECT_LT((*log.writer)->syncs(), 1000U);
}

TEST(LogWriter, RollsAndRetiresWhatIsOlder) {
  const TempFolder folder;
  for (const FlushPolicy policy : {FlushPolicy::None, FlushPolicy::Group, FlushPolicy::Each}) {
    {
      auto log = open_log(folder.path(), policy);
      ASSERT_TRUE(log.writer);
      ASSERT_TRUE((*log.writer)->append(bytes_of("old and long")));
      ASSERT_TRUE((*log.writer)->roll());
      EXPECT_EQ((*log.writer)->segment_size(), segment_header_size);
      ASSERT_TRUE((*log.writer)->append(bytes_of("new")));
      ASSERT_TRUE((*log.writer)->retire());
      EXPECT_EQ(list_segments(folder.path())->size(), 1U);
      ASSERT_TRUE((*log.writer)->append(bytes_of("newer")));
    }
    EXPECT_EQ(open_log(folder.path()).records, (Records{"new", "newer"}));
  }
}

TEST(LogWriter, HasBothWhereItEndedBetweenRollAndRetire) {
  const TempFolder folder;
  {
    auto log = open_log(folder.path());
    ASSERT_TRUE(log.writer);
    ASSERT_TRUE((*log.writer)->append(bytes_of("old")));
    ASSERT_TRUE((*log.writer)->roll());
    ASSERT_TRUE((*log.writer)->append(bytes_of("new")));
  }
  EXPECT_EQ(open_log(folder.path()).records, (Records{"old", "new"}));
}

TEST(LogWriter, GivesTheSameErrorAgainAfterTheFirst) {
  const TempFolder folder;
  auto log = open_log(folder.path());
  ASSERT_TRUE(log.writer);
  ASSERT_TRUE((*log.writer)->append(bytes_of("kept")));
  write_file(folder / segment_name(2), "in the way");
  const auto rolled = (*log.writer)->roll();
  ASSERT_FALSE(rolled);
  const auto after = (*log.writer)->append(bytes_of("lost"));
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().message, rolled.error().message);
}

}  // namespace
}  // namespace trunkline::log::test
