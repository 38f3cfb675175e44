// Once its buffers have met the largest message, receiving allocates nothing, zlib included: malloc itself is counted.
#include <cstdlib>
#include <gtest/gtest.h>

#include "protocol/websocket_frames.hpp"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define TRUNKLINE_COUNTS_ALLOCATIONS

namespace {
thread_local std::size_t allocations = 0;
}

extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
#endif

namespace trunkline::protocol::websocket {
namespace {

TEST(WebSocketAllocation, ReceivingAllocatesNothingAfterWarmUp) {
#ifndef TRUNKLINE_COUNTS_ALLOCATIONS
  GTEST_SKIP() << "allocations are counted with g++ and glibc, without sanitizers";
#else
  for (const Role sender : {Role::Client, Role::Server}) {
    for (const bool forget : {false, true}) {
      const DeflateParameters parameters{forget, forget, 15, 15};
      Encoder encoder({.role = sender, .deflate = parameters, .compress_from = 1000});
      std::string stream;
      for (int i = 0; i < 50; ++i) {
        encoder.text(stream, std::string(200, 'a'));
        encoder.text(stream, std::string(2000, static_cast<char>('a' + i % 20)));
        encoder.frame(stream, {Opcode::Text, false}, "part and ");
        encoder.ping(stream, "ping");
        encoder.frame(stream, {Opcode::Continuation}, "rest");
      }
      const Role receiver = sender == Role::Client ? Role::Server : Role::Client;
      Decoder decoder({.role = receiver, .initial_buffer = 4096, .deflate = parameters});
      std::size_t messages = 0;
      const auto feed = [&] {
        for (std::string_view left = stream; !left.empty();) {
          const std::span<char> room = decoder.prepare(1000);
          const std::size_t size = std::min<std::size_t>({left.size(), room.size(), 3000});
          std::memcpy(room.data(), left.data(), size);
          decoder.received(size);
          left.remove_prefix(size);
          Message message;
          Decode result;
          while ((result = decoder.next(message)) == Decode::Message) ++messages;
          ASSERT_EQ(result, Decode::NeedMore) << decoder.error().reason;
        }
      };
      feed();
      if (!forget) {
        // With context takeover the second round's bytes must come from the same encoder.
        stream.clear();
        for (int i = 0; i < 50; ++i) encoder.text(stream, std::string(2000, static_cast<char>('a' + i % 20)));
      }
      const std::size_t before = allocations;
      ASSERT_GT(before, 0U) << "the count does not see what the program allocates";
      feed();
      EXPECT_EQ(allocations, before);
      EXPECT_EQ(messages, forget ? 400U : 250U);
    }
  }
#endif
}

}  // namespace
}  // namespace trunkline::protocol::websocket
