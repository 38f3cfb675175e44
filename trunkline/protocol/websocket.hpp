// The WebSocket language (RFC 6455, with permessage-deflate of RFC 7692) without a socket: bytes in, messages out, and
// messages in, bytes out. Whoever owns the socket reads into a Decoder and writes what an Encoder appended.
//
//   std::span<char> room = decoder.prepare(16'384);
//   decoder.received(socket.read(room));
//   websocket::Message message;
//   websocket::Decode result;
//   while ((result = decoder.next(message)) == websocket::Decode::Message) handle(message);
//   if (result == websocket::Decode::Error) encoder.close(out, decoder.error().code, decoder.error().reason);
//
// The handshake's text is in websocket_handshake.hpp. Thread: one at a time per object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "trunkline/protocol/padded_buffer.hpp"
#include "trunkline/protocol/utf8.hpp"

namespace trunkline::protocol::websocket {

// Which end of the connection we are. Clients mask what they send, servers must not.
enum class Role : std::uint8_t { Client, Server };

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

// RFC 6455, 7.4.1 and the IANA registry. Other values from 3000 to 4999 are the applications' own.
enum class CloseCode : std::uint16_t {
  Normal = 1000,
  GoingAway = 1001,
  ProtocolError = 1002,
  Unsupported = 1003,
  NoStatus = 1005,  // never sent: stands for a close frame without a code
  InvalidPayload = 1007,
  PolicyViolation = 1008,
  TooBig = 1009,
  MissingExtension = 1010,
  InternalError = 1011,
  ServiceRestart = 1012,
  TryAgainLater = 1013,
};

// What both ends agreed on for permessage-deflate (negotiated in websocket_handshake.hpp).
struct DeflateParameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  int server_window_bits = 15;  // 8 to 15
  int client_window_bits = 15;

  friend bool operator==(const DeflateParameters&, const DeflateParameters&) = default;
};

struct Message {
  Opcode opcode = Opcode::Text;  // Text, Binary, Ping, Pong or Close; never Continuation
  // The decoder's own bytes, unmasked and decompressed, valid until its next next() or prepare(). They may be changed;
  // at least 64 readable bytes follow them.
  std::span<char> payload;

  std::string_view text() const noexcept { return {payload.data(), payload.size()}; }
};

enum class Decode : std::uint8_t { Message, NeedMore, Error };

struct ProtocolError {
  CloseCode code = CloseCode::ProtocolError;
  std::string_view reason;  // a literal; fit to be sent as the reason of the close frame
};

struct CloseFrame {
  CloseCode code = CloseCode::NoStatus;
  std::string_view reason;  // UTF-8, part of the payload it was read from
};

// Reads the payload of a Close message that a Decoder handed out.
CloseFrame parse_close(std::span<const char> payload) noexcept;

struct DecoderConfig {
  Role role = Role::Client;
  std::size_t max_message = 16 * 1024 * 1024;  // bytes, all fragments together, after decompression
  std::size_t initial_buffer = 64 * 1024;      // bytes
  std::optional<DeflateParameters> deflate;    // none: compressed frames are a protocol error
};

namespace detail {
void unmask(std::span<char> payload, const char* key) noexcept;
}

class Inflater;
class Deflater;

// Whole messages in one unfragmented, uncompressed frame are handed out in place. Nothing is allocated once the
// buffers have met the largest message. After an error or a Close message nothing more comes out.
class Decoder {
 public:
  explicit Decoder(DecoderConfig config);
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // Where to read to: at least `min_free` bytes, the more the better. Ends the life of the last message's payload.
  std::span<char> prepare(std::size_t min_free);
  // The first `count` bytes of the span that prepare() gave are filled.
  void received(std::size_t count) noexcept { buffer_.extend(count); }

  // Call until it does not return Message; then everything received is used up, but for a frame that is still partial.
  Decode next(Message& message);

  // What was wrong, after next() returned Error.
  const ProtocolError& error() const noexcept { return error_; }
  // Bytes received that no message has used up yet.
  std::size_t buffered() const noexcept { return buffer_.size() - begin_; }

 private:
  struct Header;

  Decode fail(CloseCode code, std::string_view reason) noexcept;
  Decode next_frame(Message& message);
  Decode check(const Header& header) noexcept;
  Decode control(const Header& header, std::span<char> payload, Message& message) noexcept;
  Decode assemble(const Header& header, std::span<char> payload, Message& message);

  DecoderConfig config_;
  PaddedBuffer buffer_;
  std::size_t begin_ = 0;  // first byte of buffer_ that is not used up
  PaddedBuffer assembled_;
  std::unique_ptr<Inflater> inflater_;
  Opcode assembling_ = Opcode::Continuation;  // of the fragmented message under way; Continuation: none
  bool assembling_compressed_ = false;
  bool plain_ = true;  // neither inside a fragmented message, nor closed, nor failed
  bool closed_ = false;
  bool failed_ = false;
  ProtocolError error_;
};

// The frame that nearly all are: a whole, uncompressed message of less than 64 KiB, all of it there. next_frame() takes
// whatever is not that, and would do the same with what is.
inline Decode Decoder::next(Message& message) {
  const std::size_t available = buffer_.size() - begin_;
  if (!plain_ || available < 4) return next_frame(message);
  char* const frame = buffer_.data() + begin_;
  constexpr unsigned char whole_text = 0x81, whole_binary = 0x82;
  const auto first = static_cast<unsigned char>(frame[0]);
  const auto second = static_cast<unsigned char>(frame[1]);
  const bool masked = (second & 0x80) != 0;
  if ((first != whole_text && first != whole_binary) || masked != (config_.role == Role::Server)) {
    return next_frame(message);
  }
  std::size_t length = second & 0x7F;
  std::size_t payload_at = 2;
  if (length > 125) {
    if (length == 127) return next_frame(message);
    length = std::size_t{static_cast<unsigned char>(frame[2])} << 8 | static_cast<unsigned char>(frame[3]);
    payload_at = 4;
    if (length < 126) return next_frame(message);
  }
  if (masked) payload_at += 4;
  if (length > config_.max_message || available < payload_at + length) return next_frame(message);

  const std::span<char> payload{frame + payload_at, length};
  begin_ += payload_at + length;
  if (masked) detail::unmask(payload, frame + payload_at - 4);
  if (first == whole_text && !valid_utf8(payload)) return fail(CloseCode::InvalidPayload, "text is not UTF-8");
  message = {static_cast<Opcode>(first & 0x0F), payload};
  return Decode::Message;
}

struct EncoderConfig {
  Role role = Role::Client;
  std::optional<DeflateParameters> deflate;
  std::size_t compress_from = 256;  // bytes; shorter messages are sent as they are
  int level = 6;                    // zlib, 1 to 9
};

inline constexpr std::size_t max_header = 14;  // bytes in front of a payload, mask included

struct FrameBits {
  Opcode opcode = Opcode::Binary;
  bool fin = true;
  bool compressed = false;
};
// Header and mask of a frame around `payload_size` bytes.
std::size_t frame_overhead(Role role, std::size_t payload_size) noexcept;
// Writes the header of an unmasked frame to `out` (10 bytes of room) and returns its length. What a server sends is the
// same for every client, so it can be encoded once for all of them.
std::size_t write_header(char* out, FrameBits bits, std::size_t payload_size) noexcept;

// Appends frames to the caller's bytes: std::string, std::vector<char>, std::vector<std::byte> ...
class Encoder {
 public:
  explicit Encoder(EncoderConfig config);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  template <class Bytes>
  void text(Bytes& out, std::string_view payload) {
    message(out, Opcode::Text, payload);
  }
  template <class Bytes>
  void binary(Bytes& out, std::string_view payload) {
    message(out, Opcode::Binary, payload);
  }
  // A whole message in one frame, compressed where that was agreed on and the payload is long enough.
  template <class Bytes>
  void message(Bytes& out, Opcode opcode, std::string_view payload) {
    bool compressed = false;
    const std::string_view body = maybe_compress(payload, compressed);
    frame(out, {opcode, true, compressed}, body);
  }
  // Payloads of control frames are cut to 125 bytes, a close reason to 123 bytes of whole characters.
  template <class Bytes>
  void ping(Bytes& out, std::string_view payload = {}) {
    frame(out, {Opcode::Ping}, payload.substr(0, 125));
  }
  template <class Bytes>
  void pong(Bytes& out, std::string_view payload) {
    frame(out, {Opcode::Pong}, payload.substr(0, 125));
  }
  // NoStatus sends a close frame without a code.
  template <class Bytes>
  void close(Bytes& out, CloseCode code, std::string_view reason = {}) {
    char payload[125];
    frame(out, {Opcode::Close}, {payload, write_close(payload, code, reason)});
  }
  // One frame exactly as asked: for fragments, and for payloads that are compressed already.
  template <class Bytes>
  void frame(Bytes& out, FrameBits bits, std::string_view payload) {
    static_assert(sizeof(typename Bytes::value_type) == 1);
    const std::size_t before = out.size();
    out.resize(before + frame_overhead(config_.role, payload.size()) + payload.size());
    write_frame(reinterpret_cast<char*>(out.data() + before), bits, payload);
  }
  // The same into room the caller has; returns the bytes written, 0 where `out` is too small.
  std::size_t frame_into(std::span<char> out, FrameBits bits, std::string_view payload) noexcept;

 private:
  std::string_view maybe_compress(std::string_view payload, bool& compressed);
  static std::size_t write_close(char* out, CloseCode code, std::string_view reason) noexcept;
  std::size_t write_frame(char* out, FrameBits bits, std::string_view payload) noexcept;

  EncoderConfig config_;
  std::unique_ptr<Deflater> deflater_;
  std::uint64_t mask_state_ = 0;
};

}  // namespace trunkline::protocol::websocket
