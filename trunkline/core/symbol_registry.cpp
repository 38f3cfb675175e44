#include "trunkline/core/symbol_registry.hpp"

#include <fmt/format.h>
#include <mutex>

namespace trunkline {

Result<const SymbolRegistry::Entry*> SymbolRegistry::add(const SymbolDescriptor& descriptor) {
  return add_with_hash(descriptor, descriptor.hash());
}

Result<const SymbolRegistry::Entry*> SymbolRegistry::add_with_hash(const SymbolDescriptor& descriptor,
                                                                   SymbolHash hash) {
  const std::unique_lock lock(mutex_);
  if (const auto found = by_hash_.find(hash); found != by_hash_.end()) {
    if (found->second->descriptor == descriptor) return found->second;
    return fail(ErrorCode::AlreadyExists,
                fmt::format("symbols {} and {} have the same hash {:016x}; one must be renamed", found->second->text,
                            descriptor.to_text(), hash));
  }
  const Entry& entry = entries_.emplace_back(
      Entry{SymbolId{static_cast<std::uint32_t>(entries_.size())}, hash, descriptor, descriptor.to_text()});
  by_hash_.emplace(hash, &entry);
  return &entry;
}

const SymbolRegistry::Entry* SymbolRegistry::find(SymbolHash hash) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_hash_.find(hash);
  return found == by_hash_.end() ? nullptr : found->second;
}

const SymbolRegistry::Entry* SymbolRegistry::find(std::string_view canonical) const {
  return find(hash_symbol_text(canonical));
}

const SymbolRegistry::Entry* SymbolRegistry::find(SymbolId id) const {
  const std::shared_lock lock(mutex_);
  return index_of(id) < entries_.size() ? &entries_[index_of(id)] : nullptr;
}

std::size_t SymbolRegistry::size() const {
  const std::shared_lock lock(mutex_);
  return entries_.size();
}

}  // namespace trunkline
