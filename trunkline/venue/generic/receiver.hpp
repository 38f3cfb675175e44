// Turns what a parser reads into frames. One for each message; private to this folder.
#pragma once

#include <vector>

#include "trunkline/venue/generic/generic_feed.hpp"

namespace trunkline::venue::generic {

class GenericVenue::Receiver final : public RecordListener {
 public:
  // `from` is null for what was polled, and `poll` for what was not.
  Receiver(GenericVenue& venue, Connection* from, const Poll* poll, std::string_view text, const Context& context)
      : venue_(venue), from_(from), poll_(poll), text_(text), context_(context) {}

  void take(const TradeRecord& trade) override;
  void take(const QuoteRecord& quote) override;
  void take(const BookRecord& book) override;
  void take(const TickerRecord& ticker) override;
  void take(const AnswerRecord& answer) override;
  void take(const PingRecord& ping) override;
  void take_failure(MessageKind kind, std::string_view symbol, std::string error) override;
  void take_unknown(std::string_view text) override;

  // After a poll: its trades, the oldest first.
  void finish();
  bool failed() const noexcept { return failed_; }

 private:
  GenericFeed* heard(std::string_view symbol, Channel channel);
  void publish(GenericFeed& feed, const TradeRecord& trade);
  std::uint32_t source() const noexcept {
    return from_ == nullptr ? UINT32_MAX : static_cast<std::uint32_t>(std::to_underlying(from_->id));
  }

  GenericVenue& venue_;
  Connection* from_;
  const Poll* poll_;
  std::string_view text_;
  const Context& context_;
  std::vector<TradeRecord> polled_;
  bool failed_ = false;
};

}  // namespace trunkline::venue::generic
