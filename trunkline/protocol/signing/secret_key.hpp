// Bytes of a key: zeroed when they go, moved and never copied by accident, with no way into a log or a message.
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace trunkline::protocol::signing {

class SecretKey {
 public:
  SecretKey() noexcept = default;
  explicit SecretKey(std::string_view bytes) : SecretKey(bytes.size()) { bytes.copy(text(), bytes.size()); }
  explicit SecretKey(std::span<const std::uint8_t> bytes)
      : SecretKey(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())) {}
  // That many zero bytes, to be written through data().
  explicit SecretKey(std::size_t size) : bytes_(std::make_unique<std::uint8_t[]>(size)), size_(size) {}
  // Takes the text and zeroes where it was.
  static SecretKey taken_from(std::string& text);

  ~SecretKey() { clear(); }
  SecretKey(SecretKey&& other) noexcept { swap(other); }
  SecretKey& operator=(SecretKey&& other) noexcept {
    clear();
    swap(other);
    return *this;
  }
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  SecretKey clone() const { return SecretKey(bytes()); }

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  std::uint8_t* data() noexcept { return bytes_.get(); }
  std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.get(), size_}; }
  // For what signs with it; not to be kept.
  std::string_view view() const noexcept { return {reinterpret_cast<const char*>(bytes_.get()), size_}; }
  void clear() noexcept;

 private:
  char* text() noexcept { return reinterpret_cast<char*>(bytes_.get()); }
  void swap(SecretKey& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
  }

  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace trunkline::protocol::signing
