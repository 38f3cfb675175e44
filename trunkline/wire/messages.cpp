// Made by tools/generate_codecs.py from schema/messages.toml; change those.
// clang-format off
#include "trunkline/wire/messages.hpp"

namespace trunkline::wire {

std::string_view to_text(MessageType value) noexcept {
  switch (value) {
    case MessageType::Trade: return "Trade";
    case MessageType::Quote: return "Quote";
    case MessageType::L2Snapshot: return "L2Snapshot";
    case MessageType::L2Delta: return "L2Delta";
    case MessageType::BookStatus: return "BookStatus";
    case MessageType::SymbolMapping: return "SymbolMapping";
    case MessageType::Heartbeat: return "Heartbeat";
    case MessageType::DerivativeTicker: return "DerivativeTicker";
    case MessageType::Liquidation: return "Liquidation";
    case MessageType::Bar: return "Bar";
    case MessageType::ConnectionStatus: return "ConnectionStatus";
    case MessageType::Gap: return "Gap";
    case MessageType::TradeCorrection: return "TradeCorrection";
    case MessageType::PriceBands: return "PriceBands";
    case MessageType::CorporateAction: return "CorporateAction";
    case MessageType::Subscribe: return "Subscribe";
    case MessageType::Unsubscribe: return "Unsubscribe";
    case MessageType::Welcome: return "Welcome";
    case MessageType::ConsolidatedQuote: return "ConsolidatedQuote";
  }
  return {};
}

std::string_view to_text(BookState value) noexcept {
  switch (value) {
    case BookState::Init: return "Init";
    case BookState::Syncing: return "Syncing";
    case BookState::Live: return "Live";
    case BookState::Stale: return "Stale";
  }
  return {};
}

std::string_view to_text(Integrity value) noexcept {
  switch (value) {
    case Integrity::Unverified: return "Unverified";
    case Integrity::SnapshotOnly: return "SnapshotOnly";
    case Integrity::Checksummed: return "Checksummed";
    case Integrity::Sequenced: return "Sequenced";
  }
  return {};
}

std::string_view to_text(BookReason value) noexcept {
  switch (value) {
    case BookReason::None: return "None";
    case BookReason::Subscribed: return "Subscribed";
    case BookReason::SnapshotApplied: return "SnapshotApplied";
    case BookReason::SequenceGap: return "SequenceGap";
    case BookReason::ChecksumMismatch: return "ChecksumMismatch";
    case BookReason::Crossed: return "Crossed";
    case BookReason::QuoteMismatch: return "QuoteMismatch";
    case BookReason::AuditMismatch: return "AuditMismatch";
    case BookReason::Disconnected: return "Disconnected";
    case BookReason::Silent: return "Silent";
    case BookReason::Malformed: return "Malformed";
    case BookReason::SnapshotFailed: return "SnapshotFailed";
    case BookReason::BufferOverflow: return "BufferOverflow";
    case BookReason::BusLoss: return "BusLoss";
    case BookReason::Unsubscribed: return "Unsubscribed";
    case BookReason::NotTrading: return "NotTrading";
  }
  return {};
}

std::string_view to_text(ConnectionState value) noexcept {
  switch (value) {
    case ConnectionState::Disconnected: return "Disconnected";
    case ConnectionState::Connecting: return "Connecting";
    case ConnectionState::Connected: return "Connected";
    case ConnectionState::Backoff: return "Backoff";
    case ConnectionState::Stopped: return "Stopped";
  }
  return {};
}

std::string_view to_text(InstrumentKind value) noexcept {
  switch (value) {
    case InstrumentKind::Spot: return "Spot";
    case InstrumentKind::Perpetual: return "Perpetual";
    case InstrumentKind::Future: return "Future";
    case InstrumentKind::Option: return "Option";
    case InstrumentKind::Stock: return "Stock";
  }
  return {};
}

std::string_view to_text(TradingStatus value) noexcept {
  switch (value) {
    case TradingStatus::Unknown: return "Unknown";
    case TradingStatus::Trading: return "Trading";
    case TradingStatus::Halted: return "Halted";
    case TradingStatus::PreOpen: return "PreOpen";
    case TradingStatus::Closed: return "Closed";
    case TradingStatus::AfterHours: return "AfterHours";
  }
  return {};
}

std::string_view to_text(CorporateActionKind value) noexcept {
  switch (value) {
    case CorporateActionKind::Unknown: return "Unknown";
    case CorporateActionKind::CashDividend: return "CashDividend";
    case CorporateActionKind::StockDividend: return "StockDividend";
    case CorporateActionKind::ForwardSplit: return "ForwardSplit";
    case CorporateActionKind::ReverseSplit: return "ReverseSplit";
    case CorporateActionKind::UnitSplit: return "UnitSplit";
    case CorporateActionKind::SpinOff: return "SpinOff";
    case CorporateActionKind::CashMerger: return "CashMerger";
    case CorporateActionKind::StockMerger: return "StockMerger";
    case CorporateActionKind::StockAndCashMerger: return "StockAndCashMerger";
    case CorporateActionKind::Redemption: return "Redemption";
    case CorporateActionKind::NameChange: return "NameChange";
    case CorporateActionKind::WorthlessRemoval: return "WorthlessRemoval";
    case CorporateActionKind::RightsDistribution: return "RightsDistribution";
  }
  return {};
}

std::string_view to_text(GapScope value) noexcept {
  switch (value) {
    case GapScope::Bus: return "Bus";
    case GapScope::Link: return "Link";
    case GapScope::Client: return "Client";
    case GapScope::Venue: return "Venue";
  }
  return {};
}

std::string_view to_text(Format value) noexcept {
  switch (value) {
    case Format::Binary: return "Binary";
    case Format::Json: return "Json";
  }
  return {};
}

}  // namespace trunkline::wire
