#include "trunkline/net/unix_socket.hpp"

#include <boost/asio/error.hpp>
#include <cstring>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/support.hpp"

namespace trunkline::net::test {
namespace {

class UnixSocket : public testing::Test {
 protected:
  UnixSocket() {
    std::string pattern = testing::TempDir() + "trunkline-unix-XXXXXX";
    folder = ::mkdtemp(pattern.data());
    path = folder / "relay.sock";
  }
  ~UnixSocket() override { std::filesystem::remove_all(folder); }

  Result<UnixServer> listen(UnixServerOptions options) {
    return UnixServer::listen(io, std::move(options), [this](ByteStream stream, PeerCredentials who) {
      peers.push_back(who);
      accepted.push_back(std::move(stream));
    });
  }
  Result<UnixServer> listen() { return listen({.path = path}); }

  asio::io_context io;
  std::filesystem::path folder;
  std::filesystem::path path;
  std::vector<ByteStream> accepted;
  std::vector<PeerCredentials> peers;
};

TEST_F(UnixSocket, IsForItsOwnerAlone) {
  const mode_t before = ::umask(0);
  const auto server = listen();
  ::umask(before);
  ASSERT_TRUE(server) << server.error().message;
  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1) << "staging files are left";
}

TEST_F(UnixSocket, TellsWhoConnected) {
  const auto server = listen();
  ASSERT_TRUE(server);
  const auto client = connect_unix(io, path);
  ASSERT_TRUE(client);
  ASSERT_TRUE(run_until(io, [&] { return !accepted.empty(); }));
  EXPECT_EQ(peers[0].pid, ::getpid());
  EXPECT_EQ(peers[0].uid, ::geteuid());
}

TEST_F(UnixSocket, TurnsAwayOtherUsers) {
  if (::geteuid() == 0) {
    // Root may always connect; become somebody else in a child.
    const auto server = listen({.path = path, .allowed_uid = 12345});
    ASSERT_TRUE(server);
    ::chmod(folder.c_str(), 0777);
    ::chmod(path.c_str(), 0777);
    const pid_t child = ::fork();
    if (child == 0) {
      if (::setuid(54321) != 0) ::_exit(2);
      const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
      if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) ::_exit(3);
      char byte;
      ::_exit(::read(socket, &byte, 1) == 0 ? 0 : 4);
    }
    ASSERT_TRUE(run_until(io, [&] { return server->refused() == 1; }));
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  } else {
    const auto server = listen({.path = path, .allowed_uid = ::geteuid() + 1});
    ASSERT_TRUE(server);
    const auto client = connect_unix(io, path);
    ASSERT_TRUE(client);
    ASSERT_TRUE(run_until(io, [&] { return server->refused() == 1; }));
  }
  EXPECT_TRUE(accepted.empty());
}

TEST_F(UnixSocket, ReplacesTheFileOfADeadServer) {
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(dead, 1), 0);
  ::close(dead);
  ASSERT_TRUE(std::filesystem::exists(path));
  const auto server = listen();
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_TRUE(connect_unix(io, path));
}

TEST_F(UnixSocket, RefusesToReplaceALiveServer) {
  const auto server = listen();
  ASSERT_TRUE(server);
  const auto second = listen();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::AlreadyExists);
  EXPECT_TRUE(connect_unix(io, path));
}

TEST_F(UnixSocket, RefusesToReplaceAFileThatIsNoSocket) {
  std::ofstream(path) << "precious";
  const auto server = listen();
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(std::filesystem::file_size(path), 8U);
}

TEST_F(UnixSocket, RemovesItsFileButNoOther) {
  {
    auto server = listen();
    ASSERT_TRUE(server);
    std::filesystem::remove(path);
    std::ofstream(path) << "another";
  }
  EXPECT_TRUE(std::filesystem::exists(path));
  std::filesystem::remove(path);
  {
    auto server = listen();
    ASSERT_TRUE(server);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(UnixSocket, SaysWhenNobodyListens) {
  const auto client = connect_unix(io, path);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::Unavailable);
  const auto too_long = connect_unix(io, folder / std::string(200, 'x'));
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, ErrorCode::InvalidArgument);
}

TEST_F(UnixSocket, TakesNoMoreThanItsLimitAndFreesPlaces) {
  const auto server = listen({.path = path, .maximum_connections = 2});
  ASSERT_TRUE(server);
  auto one = connect_unix(io, path);
  auto two = connect_unix(io, path);
  auto three = connect_unix(io, path);
  ASSERT_TRUE(run_until(io, [&] { return accepted.size() == 2 && server->refused() == 1; }));
  accepted.clear();
  auto four = connect_unix(io, path);
  ASSERT_TRUE(run_until(io, [&] { return accepted.size() == 1; }));
}

// Sends through a peer that does not read, so that the queue's rules show.
class UnixStream : public UnixSocket {
 protected:
  void SetUp() override {
    auto listening = listen({.path = path, .send_buffer_bytes = 8192});
    ASSERT_TRUE(listening);
    server.emplace(std::move(*listening));
    auto connected = connect_unix(io, path);
    ASSERT_TRUE(connected);
    client.emplace(std::move(*connected));
    ASSERT_TRUE(run_until(io, [&] { return !accepted.empty(); }));
  }
  void read_all() {
    client->read_some(room, [this](error_code error, std::size_t bytes) {
      ended = error;
      received.append(room.data(), bytes);
      if (!error) read_all();
    });
  }

  std::optional<UnixServer> server;
  std::optional<ByteStream> client;
  std::array<char, 4096> room;
  std::string received;
  error_code ended;
};

TEST_F(UnixStream, DeliversSharedBuffersInOrder) {
  read_all();
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = fmt::format("message {};", i);
    expected += text;
    accepted[0].queue(SharedBytes(text));
  }
  EXPECT_EQ(accepted[0].queued_bytes(), expected.size());
  accepted[0].flush();
  ASSERT_TRUE(run_until(io, [&] { return received.size() == expected.size(); }));
  EXPECT_EQ(received, expected);
  EXPECT_EQ(accepted[0].queued_bytes(), 0U);
}

TEST_F(UnixStream, CountsWhatAStoppedReaderLeavesBehind) {
  const SharedBytes block(std::string(1000, 'x'));
  for (int i = 0; i < 200; ++i) accepted[0].send(block);
  EXPECT_GT(accepted[0].queued_bytes(), 100'000U);
  bool drained = false;
  accepted[0].on_drained([&] { drained = true; });
  read_all();
  ASSERT_TRUE(run_until(io, [&] { return received.size() == 200'000; }));
  ASSERT_TRUE(run_until(io, [&] { return drained; }));
}

TEST_F(UnixStream, TakesBackOnlyWholeBuffers) {
  for (int i = 0; i < 200; ++i) accepted[0].send(SharedBytes(fmt::format("<{:0>998}>", i)));
  const std::size_t queued = accepted[0].queued_bytes();
  const std::size_t dropped = accepted[0].drop_unsent();
  EXPECT_EQ(dropped % 1000, 0U);
  EXPECT_EQ(accepted[0].queued_bytes(), queued - dropped);
  EXPECT_LT(accepted[0].queued_bytes(), 1000U);
  accepted[0].send(SharedBytes(std::string("<end>")));
  read_all();
  ASSERT_TRUE(run_until(io, [&] { return received.ends_with("<end>"); }));
  EXPECT_EQ((received.size() - 5) % 1000, 0U);
  EXPECT_EQ(received[received.size() - 6], '>');
}

TEST_F(UnixStream, ReportsThatThePeerIsGone) {
  read_all();
  accepted.clear();
  ASSERT_TRUE(run_until(io, [&] { return ended == asio::error::eof; }));
}

TEST_F(UnixStream, ReportsAFailedWriteToTheReader) {
  error_code seen;
  std::array<char, 16> other;
  accepted[0].read_some(other, [&](error_code error, std::size_t) { seen = error; });
  client.reset();
  for (int i = 0; i < 10; ++i) accepted[0].send(SharedBytes(std::string("into the void")));
  ASSERT_TRUE(run_until(io, [&] { return static_cast<bool>(seen); }));
}

TEST_F(UnixStream, RunsNoHandlerAfterClose) {
  bool ran = false;
  std::array<char, 16> other;
  accepted[0].read_some(other, [&](error_code, std::size_t) { ran = true; });
  client->send(SharedBytes(std::string("x")));
  accepted[0].close();
  settle(io);
  accepted.clear();
  settle(io);
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace trunkline::net::test
