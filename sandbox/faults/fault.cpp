#include "sandbox/faults/fault.hpp"

#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace trunkline::sandbox {
namespace {

constexpr std::array<std::string_view, fault_kinds> names{"drop",
                                                          "duplicate",
                                                          "reorder",
                                                          "delay",
                                                          "truncate",
                                                          "corrupt",
                                                          "stall",
                                                          "half_open",
                                                          "close",
                                                          "refuse",
                                                          "http_429",
                                                          "http_418",
                                                          "late_snapshot",
                                                          "wrong_snapshot_id",
                                                          "silent_subscription",
                                                          "refuse_subscription",
                                                          "ack_lost",
                                                          "slow_reply",
                                                          "late_order",
                                                          "fill_before_ack",
                                                          "fill_after_cancel",
                                                          "reject_after_ack",
                                                          "amend_races_fill",
                                                          "half_open_taken",
                                                          "half_open_untaken",
                                                          "reset_taken",
                                                          "reset_untaken",
                                                          "user_event_lost",
                                                          "user_event_duplicate",
                                                          "venue_restart",
                                                          "clock_skew"};
static_assert(names.back() == "clock_skew");

Result<FaultKind> parse_kind(std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<FaultKind>(i);
  std::string_view near;
  for (const std::string_view name : names)
    if (const std::string_view nearer = nearest(text, {near, name}); !nearer.empty()) near = nearer;
  return fail(ErrorCode::InvalidArgument, fmt::format("fault '{}' is unknown{}", excerpt(text),
                                                      near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
}

template <class Number>
Result<void> read_number(std::string_view key, std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size())
    return fail(ErrorCode::InvalidArgument, fmt::format("fault: {}='{}' is not a whole number", key, excerpt(text)));
  return {};
}

Result<void> set(Fault& fault, std::string_view key, std::string_view value) {
  if (key == "market")
    fault.market = value;
  else if (key == "symbol")
    fault.symbol = value;
  else if (key == "stream")
    fault.stream = value;
  else if (key == "field")
    fault.field = value;
  else if (key == "after")
    return read_number(key, value, fault.after);
  else if (key == "count")
    return read_number(key, value, fault.count);
  else if (key == "delay_ms")
    return read_number(key, value, fault.delay_ms);
  else if (key == "duration_ms")
    return read_number(key, value, fault.duration_ms);
  else if (key == "offset")
    return read_number(key, value, fault.offset);
  else if (key == "age")
    return read_number(key, value, fault.age);
  else if (key == "connection")
    return read_number(key, value, fault.connection);
  else if (key == "retry_after")
    return read_number(key, value, fault.retry_after_s);
  else if (key == "percent")
    return read_number(key, value, fault.percent);
  else if (key == "code")
    return read_number(key, value, fault.code);
  else {
    const std::string_view near =
        nearest(key, {"market", "symbol", "stream", "field", "after", "count", "delay_ms", "duration_ms", "offset",
                      "age", "retry_after", "code", "percent", "connection"});
    return fail(ErrorCode::InvalidArgument, fmt::format("fault: option '{}' is unknown{}", excerpt(key),
                                                        near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
  }
  return {};
}

bool is_message_fault(FaultKind kind) {
  return kind <= FaultKind::Corrupt;
}

// What a fault means where it does not say.
std::string_view usual_stream(FaultKind kind) {
  if (is_message_fault(kind)) return "depth";
  if (kind == FaultKind::FillAfterCancel) return "cancel";
  if (kind == FaultKind::AmendRacesFill) return "amend";
  if (kind >= FaultKind::AckLost && kind <= FaultKind::ResetUntaken) return "create";
  if (kind == FaultKind::UserEventDuplicate) return "fill";
  return "any";
}

}  // namespace

std::string_view to_text(FaultKind kind) noexcept {
  return names[static_cast<std::size_t>(kind)];
}

Result<Fault> parse_fault(std::string_view spec) {
  const std::size_t colon = spec.find(':');
  const auto kind = parse_kind(spec.substr(0, colon));
  if (!kind) return std::unexpected(kind.error());
  Fault fault;
  fault.kind = *kind;
  std::string_view rest = colon == std::string_view::npos ? std::string_view{} : spec.substr(colon + 1);
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos)
      return fail(ErrorCode::InvalidArgument, fmt::format("fault: '{}' is not key=value", excerpt(part)));
    if (auto done = set(fault, part.substr(0, equals), part.substr(equals + 1)); !done)
      return std::unexpected(done.error());
  }
  return fault;
}

Result<Fault> parse_fault_json(std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("fault") || !json["fault"].is_string())
    return fail(ErrorCode::InvalidArgument, "want an object such as {\"fault\":\"drop\",\"symbol\":\"BTCUSDT\"}");
  const auto kind = parse_kind(json["fault"].get_ref<const std::string&>());
  if (!kind) return std::unexpected(kind.error());
  Fault fault;
  fault.kind = *kind;
  for (const auto& [key, value] : json.items()) {
    if (key == "fault") continue;
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (auto done = set(fault, key, text); !done) return std::unexpected(done.error());
  }
  return fault;
}

std::uint64_t FaultSet::add(Fault fault) {
  if (fault.stream.empty()) fault.stream = usual_stream(fault.kind);
  fault.id = next_id_++;
  armed_.push_back(std::move(fault));
  return armed_.back().id;
}

std::size_t FaultSet::clear() {
  const std::size_t were = armed_.size();
  armed_.clear();
  return were;
}

void FaultSet::remove(std::uint64_t id) {
  std::erase_if(armed_, [&](const Fault& fault) { return fault.id == id; });
}

std::optional<Fault> FaultSet::strike(FaultKind kind, const Occasion& occasion) {
  for (auto fault = armed_.begin(); fault != armed_.end(); ++fault) {
    if (fault->kind != kind) continue;
    if (!fault->market.empty() && fault->market != occasion.market) continue;
    if (!fault->symbol.empty() && fault->symbol != occasion.symbol) continue;
    if (fault->stream != "any" && fault->stream != occasion.stream) continue;
    if (fault->percent < 100) {
      dice_ = dice_ * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
      if (static_cast<int>((dice_ >> 33) % 100) >= fault->percent) continue;
    }
    if (fault->after > 0) {
      --fault->after;
      continue;
    }
    ++injected_[static_cast<std::size_t>(kind)];
    if (fault->count == 0) return *fault;
    --fault->count;
    std::optional<Fault> struck = *fault;
    if (fault->count == 0) armed_.erase(fault);
    return struck;
  }
  return std::nullopt;
}

}  // namespace trunkline::sandbox
