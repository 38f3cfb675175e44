#include <bit>
#include <cstring>
#include <utility>

#include "trunkline/protocol/utf8.hpp"
#include "trunkline/protocol/websocket.hpp"
#include "trunkline/protocol/websocket_deflate.hpp"

namespace trunkline::protocol::websocket {

namespace {

std::uint64_t read_big_endian(const char* bytes, std::size_t count) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

bool is_control(Opcode opcode) noexcept {
  return static_cast<std::uint8_t>(opcode) >= 8;
}

// May this code stand in a close frame (RFC 6455, 7.4, and the registered 1012 to 1014)?
bool is_sendable(std::uint64_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

void detail::unmask(std::span<char> payload, const char* key) noexcept {
  std::uint32_t half;
  std::memcpy(&half, key, sizeof half);
  const std::uint64_t mask = half | std::uint64_t{half} << 32;
  char* at = payload.data();
  std::size_t left = payload.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    word ^= mask;
    std::memcpy(at, &word, sizeof word);
  }
  for (std::size_t i = 0; i < left; ++i) at[i] = static_cast<char>(at[i] ^ key[i % 4]);
}

CloseFrame parse_close(std::span<const char> payload) noexcept {
  if (payload.size() < 2) return {};
  return {static_cast<CloseCode>(read_big_endian(payload.data(), 2)), {payload.data() + 2, payload.size() - 2}};
}

struct Decoder::Header {
  Opcode opcode;
  bool fin;
  bool compressed;  // RSV1
  bool reserved;    // RSV2 or RSV3
  bool masked;
  std::uint8_t short_length;

  explicit Header(const char* bytes) noexcept {
    const auto first = static_cast<unsigned char>(bytes[0]);
    const auto second = static_cast<unsigned char>(bytes[1]);
    opcode = static_cast<Opcode>(first & 0x0F);
    fin = (first & 0x80) != 0;
    compressed = (first & 0x40) != 0;
    reserved = (first & 0x30) != 0;
    masked = (second & 0x80) != 0;
    short_length = second & 0x7F;
  }
  std::size_t length_bytes() const noexcept { return short_length < 126 ? 0 : short_length == 126 ? 2 : 8; }
};

Decoder::Decoder(DecoderConfig config) : config_(std::move(config)), buffer_(config_.initial_buffer) {
  if (!config_.deflate) return;
  const DeflateParameters& deflate = *config_.deflate;
  // What we inflate is what the other end deflates.
  inflater_ = config_.role == Role::Client
                  ? std::make_unique<Inflater>(deflate.server_window_bits, !deflate.server_no_context_takeover)
                  : std::make_unique<Inflater>(deflate.client_window_bits, !deflate.client_no_context_takeover);
}

Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

std::span<char> Decoder::prepare(std::size_t min_free) {
  if (closed_ || begin_ == buffer_.size()) {
    buffer_.clear();
    begin_ = 0;
  }
  // Moving what is left to the front pays where it is little; else the buffer grows.
  if (buffer_.free() < min_free && begin_ != 0) {
    buffer_.drop_front(begin_);
    begin_ = 0;
  }
  buffer_.reserve_free(min_free);
  return {buffer_.data() + buffer_.size(), buffer_.free()};
}

Decode Decoder::fail(CloseCode code, std::string_view reason) noexcept {
  failed_ = true;
  plain_ = false;
  error_ = {code, reason};
  return Decode::Error;
}

// The rules that the first two bytes can break.
Decode Decoder::check(const Header& header) noexcept {
  const auto wrong = [this](std::string_view reason) { return fail(CloseCode::ProtocolError, reason); };
  if (header.reserved) return wrong("reserved bit set");
  if (header.compressed && !inflater_) return wrong("compressed frame without permessage-deflate");
  if (header.masked != (config_.role == Role::Server)) {
    return wrong(header.masked ? "masked frame from a server" : "unmasked frame from a client");
  }
  switch (header.opcode) {
    case Opcode::Text:
    case Opcode::Binary:
      if (assembling_ != Opcode::Continuation) return wrong("new message inside a fragmented one");
      return Decode::Message;
    case Opcode::Continuation:
      if (assembling_ == Opcode::Continuation) return wrong("continuation of no message");
      if (header.compressed) return wrong("compression bit on a continuation frame");
      return Decode::Message;
    case Opcode::Close:
    case Opcode::Ping:
    case Opcode::Pong:
      if (!header.fin) return wrong("fragmented control frame");
      if (header.compressed) return wrong("compressed control frame");
      if (header.short_length > 125) return wrong("control frame longer than 125 bytes");
      return Decode::Message;
  }
  return wrong("unknown opcode");
}

Decode Decoder::next_frame(Message& message) {
  for (;;) {
    if (failed_) return Decode::Error;
    const std::size_t available = buffer_.size() - begin_;
    if (available < 2 || closed_) return Decode::NeedMore;
    char* const frame = buffer_.data() + begin_;

    const Header header(frame);
    if (const Decode checked = check(header); checked == Decode::Error) return checked;
    const std::size_t length_end = 2 + header.length_bytes();
    if (available < length_end) return Decode::NeedMore;
    std::uint64_t length = header.short_length;
    if (length > 125) {
      length = read_big_endian(frame + 2, length_end - 2);
      if (length >> 63 != 0) return fail(CloseCode::ProtocolError, "frame length with its top bit set");
      if (length <= (header.short_length == 126 ? 125 : 65'535)) {
        return fail(CloseCode::ProtocolError, "frame length not in its shortest form");
      }
    }
    const bool continues = header.opcode == Opcode::Continuation && !assembling_compressed_;
    const std::size_t assembled = continues ? assembled_.size() : 0;
    if (length > config_.max_message - assembled) return fail(CloseCode::TooBig, "message too big");
    const std::size_t payload_at = length_end + (header.masked ? 4 : 0);
    if (available < payload_at || available - payload_at < length) return Decode::NeedMore;

    const std::span<char> payload{frame + payload_at, static_cast<std::size_t>(length)};
    begin_ += payload_at + payload.size();
    if (header.masked) detail::unmask(payload, frame + length_end);

    if (is_control(header.opcode)) return control(header, payload, message);
    if (!header.fin || header.compressed || header.opcode == Opcode::Continuation) {
      const Decode result = assemble(header, payload, message);
      if (result == Decode::NeedMore) continue;
      return result;
    }
    if (header.opcode == Opcode::Text && !valid_utf8(payload)) {
      return fail(CloseCode::InvalidPayload, "text is not UTF-8");
    }
    message = {header.opcode, payload};
    return Decode::Message;
  }
}

Decode Decoder::control(const Header& header, std::span<char> payload, Message& message) noexcept {
  if (header.opcode == Opcode::Close) {
    if (payload.size() == 1) return fail(CloseCode::ProtocolError, "close frame with half a code");
    if (payload.size() >= 2) {
      if (!is_sendable(read_big_endian(payload.data(), 2))) {
        return fail(CloseCode::ProtocolError, "close code that must not be sent");
      }
      if (!valid_utf8(payload.subspan(2))) return fail(CloseCode::InvalidPayload, "close reason is not UTF-8");
    }
    closed_ = true;
    plain_ = false;
  }
  message = {header.opcode, payload};
  return Decode::Message;
}

// One frame of a message that is fragmented or compressed; NeedMore unless it was the last one.
Decode Decoder::assemble(const Header& header, std::span<char> payload, Message& message) {
  if (header.opcode != Opcode::Continuation) {
    assembled_.clear();
    assembled_.reserve_free(1024);
    assembling_ = header.opcode;
    plain_ = false;
    assembling_compressed_ = header.compressed;
  }
  if (assembling_compressed_) {
    Inflate inflated = inflater_->add(payload, assembled_, config_.max_message);
    if (inflated == Inflate::Done && header.fin) inflated = inflater_->finish(assembled_, config_.max_message);
    if (inflated == Inflate::TooBig) return fail(CloseCode::TooBig, "message too big once decompressed");
    if (inflated == Inflate::Malformed) return fail(CloseCode::InvalidPayload, "compressed data is malformed");
  } else {
    assembled_.append(payload);
  }
  if (!header.fin) return Decode::NeedMore;
  plain_ = true;
  message = {std::exchange(assembling_, Opcode::Continuation), assembled_.view()};
  if (message.opcode == Opcode::Text && !valid_utf8(message.payload)) {
    return fail(CloseCode::InvalidPayload, "text is not UTF-8");
  }
  return Decode::Message;
}

}  // namespace trunkline::protocol::websocket
