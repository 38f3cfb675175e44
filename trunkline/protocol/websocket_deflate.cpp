#include "trunkline/protocol/websocket_deflate.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <zlib.h>

namespace trunkline::protocol::websocket {

namespace {

// Every message ends with an empty stored block, whose last four bytes are not sent (RFC 7692, 7.2.1).
constexpr std::array<char, 4> tail{'\x00', '\x00', '\xff', '\xff'};

// zlib takes input through a pointer to mutable bytes, which it does not change.
Bytef* input_bytes(const char* data) noexcept {
  return reinterpret_cast<Bytef*>(const_cast<char*>(data));
}

constexpr uInt zlib_size(std::size_t size) noexcept {
  return static_cast<uInt>(std::min<std::size_t>(size, 0x4000'0000));
}

}  // namespace

struct Inflater::Stream {
  z_stream z{};
  ~Stream() { inflateEnd(&z); }
};

Inflater::Inflater(int window_bits, bool keep_context)
    : stream_(std::make_unique<Stream>()), keep_context_(keep_context) {
  // Senders over zlib that agreed on 8 bits write streams of 9.
  if (inflateInit2(&stream_->z, -std::max(window_bits, 9)) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() = default;

// A sender may end its deflate stream inside a message (RFC 7692, 7.2.3.4): what follows is a new stream that may still
// look back over the old one.
bool Inflater::restart_keeping_window() {
  std::array<Bytef, 32768> window;
  uInt length = static_cast<uInt>(window.size());
  z_stream& z = stream_->z;
  return inflateGetDictionary(&z, window.data(), &length) == Z_OK && inflateReset(&z) == Z_OK &&
         (length == 0 || inflateSetDictionary(&z, window.data(), length) == Z_OK);
}

Inflate Inflater::add(std::span<const char> input, PaddedBuffer& out, std::size_t limit) {
  z_stream& z = stream_->z;
  while (!input.empty()) {
    const uInt given = zlib_size(input.size());
    z.next_in = input_bytes(input.data());
    z.avail_in = given;
    for (;;) {
      out.reserve_free(std::max<std::size_t>(256, std::min<std::size_t>(2 * std::size_t{z.avail_in}, 65536)));
      // One byte beyond the limit tells "exactly full" from "too big".
      const uInt room = zlib_size(std::min(out.free(), limit - out.size() + 1));
      z.next_out = reinterpret_cast<Bytef*>(out.data() + out.size());
      z.avail_out = room;
      const int code = ::inflate(&z, Z_SYNC_FLUSH);
      out.extend(room - z.avail_out);
      if (out.size() > limit) return Inflate::TooBig;
      if (code == Z_STREAM_END) {
        if (!restart_keeping_window()) return Inflate::Malformed;
        if (z.avail_in == 0) break;
        continue;
      }
      if (code != Z_OK && code != Z_BUF_ERROR) return Inflate::Malformed;
      if (z.avail_out != 0) break;
    }
    input = input.subspan(given - z.avail_in);
    if (z.avail_in == given) return Inflate::Malformed;
  }
  return Inflate::Done;
}

Inflate Inflater::finish(PaddedBuffer& out, std::size_t limit) {
  const Inflate result = add(tail, out, limit);
  if (result != Inflate::Done) return result;
  constexpr int between_blocks = 128;
  if ((stream_->z.data_type & between_blocks) == 0) return Inflate::Malformed;
  if (!keep_context_) inflateReset(&stream_->z);
  return Inflate::Done;
}

struct Deflater::Stream {
  z_stream z{};
  ~Stream() { deflateEnd(&z); }
};

Deflater::Deflater(int window_bits, bool keep_context, int level)
    : stream_(std::make_unique<Stream>()), keep_context_(keep_context) {
  constexpr int default_memory_level = 8;
  if (deflateInit2(&stream_->z, level, Z_DEFLATED, -window_bits, default_memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

Deflater::~Deflater() = default;

std::string_view Deflater::compress(std::string_view payload) {
  z_stream& z = stream_->z;
  std::size_t written = 0;
  do {
    z.next_in = input_bytes(payload.data());
    z.avail_in = zlib_size(payload.size());
    payload.remove_prefix(z.avail_in);
    const int flush = payload.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    do {
      if (out_.size() - written < 1024) out_.resize(std::max<std::size_t>(4096, 2 * out_.size()));
      const uInt room = zlib_size(out_.size() - written);
      z.next_out = reinterpret_cast<Bytef*>(out_.data() + written);
      z.avail_out = room;
      ::deflate(&z, flush);
      written += room - z.avail_out;
    } while (z.avail_out == 0);
  } while (!payload.empty());
  if (!keep_context_) deflateReset(&z);
  // Nothing to flush after a flush gives no bytes at all; an empty stored block is one byte once its tail is cut.
  if (written < tail.size()) {
    out_[0] = '\0';
    return {out_.data(), 1};
  }
  return {out_.data(), written - tail.size()};
}

}  // namespace trunkline::protocol::websocket
