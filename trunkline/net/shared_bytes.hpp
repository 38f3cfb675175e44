// Bytes that several send queues share: encoded once, freed when the last queue has written them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trunkline::net {

// A view and whatever keeps it alive. Copying shares; the bytes must not change while any copy lives.
class SharedBytes {
 public:
  SharedBytes() noexcept = default;
  SharedBytes(std::shared_ptr<const void> owner, std::string_view bytes) noexcept
      : owner_(std::move(owner)), bytes_(bytes) {}
  explicit SharedBytes(std::string text) {
    auto owner = std::make_shared<const std::string>(std::move(text));
    bytes_ = *owner;
    owner_ = std::move(owner);
  }
  explicit SharedBytes(std::vector<std::byte> bytes) {
    auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    bytes_ = {reinterpret_cast<const char*>(owner->data()), owner->size()};
    owner_ = std::move(owner);
  }
  // A part of these bytes, with the same owner.
  SharedBytes part(std::size_t offset, std::size_t size) const { return {owner_, bytes_.substr(offset, size)}; }

  std::string_view view() const noexcept { return bytes_; }
  std::size_t size() const noexcept { return bytes_.size(); }
  bool empty() const noexcept { return bytes_.empty(); }

 private:
  std::shared_ptr<const void> owner_;
  std::string_view bytes_;
};

}  // namespace trunkline::net
