#include <bit>
#include <cstring>
#include <random>

#include "trunkline/protocol/websocket.hpp"
#include "trunkline/protocol/websocket_deflate.hpp"

namespace trunkline::protocol::websocket {

namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

// SplitMix64. Masks protect proxies from scripts that choose the bytes of a browser's frames (RFC 6455, 10.3); no
// script chooses ours, so they need to differ, not to be secret.
std::uint32_t next_mask(std::uint64_t& state) noexcept {
  std::uint64_t z = state += 0x9E3779B97F4A7C15ULL;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
  return static_cast<std::uint32_t>(z >> 32);
}

void copy_masked(char* out, std::string_view payload, std::uint32_t key) noexcept {
  const std::uint64_t mask = key | std::uint64_t{key} << 32;
  const char* from = payload.data();
  std::size_t left = payload.size();
  for (; left >= 8; out += 8, from += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, from, sizeof word);
    word ^= mask;
    std::memcpy(out, &word, sizeof word);
  }
  char key_bytes[4];
  std::memcpy(key_bytes, &key, sizeof key);
  for (std::size_t i = 0; i < left; ++i) out[i] = static_cast<char>(from[i] ^ key_bytes[i % 4]);
}

}  // namespace

std::size_t frame_overhead(Role role, std::size_t payload_size) noexcept {
  return 2U + (payload_size < 126 ? 0U : payload_size < 65'536 ? 2U : 8U) + (role == Role::Client ? 4U : 0U);
}

std::size_t write_header(char* out, FrameBits bits, std::size_t payload_size) noexcept {
  out[0] = static_cast<char>((bits.fin ? 0x80 : 0) | (bits.compressed ? 0x40 : 0) | static_cast<int>(bits.opcode));
  const std::size_t length_bytes = payload_size < 126 ? 0 : payload_size < 65'536 ? 2 : 8;
  out[1] = static_cast<char>(length_bytes == 0 ? payload_size : length_bytes == 2 ? 126 : 127);
  for (std::size_t i = 0; i < length_bytes; ++i) {
    out[2 + i] = static_cast<char>(payload_size >> 8 * (length_bytes - 1 - i));
  }
  return 2 + length_bytes;
}

Encoder::Encoder(EncoderConfig config) : config_(std::move(config)), mask_state_(random_seed()) {
  if (!config_.deflate) return;
  const DeflateParameters& deflate = *config_.deflate;
  const bool client = config_.role == Role::Client;
  const int window_bits = client ? deflate.client_window_bits : deflate.server_window_bits;
  const bool no_takeover = client ? deflate.client_no_context_takeover : deflate.server_no_context_takeover;
  // zlib cannot promise to look back 256 bytes only. Not to compress is always allowed.
  if (window_bits > 8) deflater_ = std::make_unique<Deflater>(window_bits, !no_takeover, config_.level);
}

Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

std::string_view Encoder::maybe_compress(std::string_view payload, bool& compressed) {
  compressed = deflater_ && payload.size() >= config_.compress_from;
  return compressed ? deflater_->compress(payload) : payload;
}

std::size_t Encoder::write_close(char* out, CloseCode code, std::string_view reason) noexcept {
  if (code == CloseCode::NoStatus) return 0;
  constexpr std::size_t longest = 123;
  if (reason.size() > longest) {
    std::size_t cut = longest;
    while (cut > 0 && (static_cast<unsigned char>(reason[cut]) & 0xC0) == 0x80) --cut;
    reason = reason.substr(0, cut);
  }
  const auto number = static_cast<std::uint16_t>(code);
  out[0] = static_cast<char>(number >> 8);
  out[1] = static_cast<char>(number & 0xFF);
  if (!reason.empty()) std::memcpy(out + 2, reason.data(), reason.size());
  return 2 + reason.size();
}

std::size_t Encoder::write_frame(char* out, FrameBits bits, std::string_view payload) noexcept {
  std::size_t at = write_header(out, bits, payload.size());
  if (config_.role == Role::Server) {
    if (!payload.empty()) std::memcpy(out + at, payload.data(), payload.size());
    return at + payload.size();
  }
  out[1] = static_cast<char>(out[1] | static_cast<char>(0x80));
  const std::uint32_t key = next_mask(mask_state_);
  std::memcpy(out + at, &key, sizeof key);
  at += sizeof key;
  copy_masked(out + at, payload, key);
  return at + payload.size();
}

std::size_t Encoder::frame_into(std::span<char> out, FrameBits bits, std::string_view payload) noexcept {
  if (out.size() < frame_overhead(config_.role, payload.size()) + payload.size()) return 0;
  return write_frame(out.data(), bits, payload);
}

}  // namespace trunkline::protocol::websocket
