// One direction of permessage-deflate (RFC 7692) each, over zlib. Used by websocket.hpp; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "trunkline/protocol/padded_buffer.hpp"

namespace trunkline::protocol::websocket {

enum class Inflate : std::uint8_t { Done, Malformed, TooBig };

class Inflater {
 public:
  // `window_bits` 8 to 15: what the sender promised to look back. `keep_context`: across messages.
  Inflater(int window_bits, bool keep_context);
  ~Inflater();

  // Appends what `input`, one frame's payload, stands for; at most until `out` holds `limit` bytes.
  Inflate add(std::span<const char> input, PaddedBuffer& out, std::size_t limit);
  // To be called behind the last frame of each message.
  Inflate finish(PaddedBuffer& out, std::size_t limit);

 private:
  struct Stream;
  bool restart_keeping_window();

  std::unique_ptr<Stream> stream_;
  bool keep_context_;
};

class Deflater {
 public:
  // `window_bits` 9 to 15 (zlib cannot write streams of 8); level 1 to 9.
  Deflater(int window_bits, bool keep_context, int level);
  ~Deflater();

  // The payload of a compressed message; valid until the next call.
  std::string_view compress(std::string_view payload);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  bool keep_context_;
  std::string out_;
};

}  // namespace trunkline::protocol::websocket
