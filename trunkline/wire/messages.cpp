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
    case MessageType::PlaceOrder: return "PlaceOrder";
    case MessageType::CancelOrder: return "CancelOrder";
    case MessageType::AmendOrder: return "AmendOrder";
    case MessageType::OrderStatus: return "OrderStatus";
    case MessageType::Fill: return "Fill";
    case MessageType::Balance: return "Balance";
    case MessageType::PositionStatus: return "PositionStatus";
    case MessageType::RiskStatus: return "RiskStatus";
    case MessageType::FundingPayment: return "FundingPayment";
    case MessageType::JournalSession: return "JournalSession";
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

std::string_view to_text(OrderState value) noexcept {
  switch (value) {
    case OrderState::PendingCreate: return "PendingCreate";
    case OrderState::PendingSubmit: return "PendingSubmit";
    case OrderState::Open: return "Open";
    case OrderState::PartiallyFilled: return "PartiallyFilled";
    case OrderState::Filled: return "Filled";
    case OrderState::PendingCancel: return "PendingCancel";
    case OrderState::Cancelled: return "Cancelled";
    case OrderState::Failed: return "Failed";
    case OrderState::Expired: return "Expired";
    case OrderState::Unknown: return "Unknown";
  }
  return {};
}

std::string_view to_text(TradeType value) noexcept {
  switch (value) {
    case TradeType::Buy: return "Buy";
    case TradeType::Sell: return "Sell";
  }
  return {};
}

std::string_view to_text(OrderType value) noexcept {
  switch (value) {
    case OrderType::Limit: return "Limit";
    case OrderType::LimitMaker: return "LimitMaker";
    case OrderType::Market: return "Market";
    case OrderType::StopLimit: return "StopLimit";
    case OrderType::StopMarket: return "StopMarket";
    case OrderType::TakeProfitLimit: return "TakeProfitLimit";
    case OrderType::TakeProfitMarket: return "TakeProfitMarket";
  }
  return {};
}

std::string_view to_text(TimeInForce value) noexcept {
  switch (value) {
    case TimeInForce::Gtc: return "Gtc";
    case TimeInForce::Ioc: return "Ioc";
    case TimeInForce::Fok: return "Fok";
    case TimeInForce::Gtd: return "Gtd";
  }
  return {};
}

std::string_view to_text(PositionAction value) noexcept {
  switch (value) {
    case PositionAction::None: return "None";
    case PositionAction::Open: return "Open";
    case PositionAction::Close: return "Close";
  }
  return {};
}

std::string_view to_text(Liquidity value) noexcept {
  switch (value) {
    case Liquidity::Unknown: return "Unknown";
    case Liquidity::Maker: return "Maker";
    case Liquidity::Taker: return "Taker";
  }
  return {};
}

std::string_view to_text(OrderOutcome value) noexcept {
  switch (value) {
    case OrderOutcome::NotSent: return "NotSent";
    case OrderOutcome::Rejected: return "Rejected";
    case OrderOutcome::Unknown: return "Unknown";
  }
  return {};
}

std::string_view to_text(OrderReason value) noexcept {
  switch (value) {
    case OrderReason::None: return "None";
    case OrderReason::Requested: return "Requested";
    case OrderReason::InvalidOrder: return "InvalidOrder";
    case OrderReason::InsufficientFunds: return "InsufficientFunds";
    case OrderReason::WouldTrade: return "WouldTrade";
    case OrderReason::NotFillable: return "NotFillable";
    case OrderReason::DuplicateId: return "DuplicateId";
    case OrderReason::NotFound: return "NotFound";
    case OrderReason::RateLimited: return "RateLimited";
    case OrderReason::RiskLimit: return "RiskLimit";
    case OrderReason::Halted: return "Halted";
    case OrderReason::NotReady: return "NotReady";
    case OrderReason::Timeout: return "Timeout";
    case OrderReason::Disconnected: return "Disconnected";
    case OrderReason::Expired: return "Expired";
    case OrderReason::SelfTrade: return "SelfTrade";
    case OrderReason::ReduceOnly: return "ReduceOnly";
    case OrderReason::Liquidation: return "Liquidation";
    case OrderReason::Clock: return "Clock";
    case OrderReason::Authentication: return "Authentication";
    case OrderReason::Unsupported: return "Unsupported";
    case OrderReason::JournalFailed: return "JournalFailed";
    case OrderReason::VenueError: return "VenueError";
    case OrderReason::Lost: return "Lost";
    case OrderReason::NotSentInTime: return "NotSentInTime";
    case OrderReason::Amended: return "Amended";
  }
  return {};
}

std::string_view to_text(TradingState value) noexcept {
  switch (value) {
    case TradingState::Active: return "Active";
    case TradingState::Reducing: return "Reducing";
    case TradingState::Halted: return "Halted";
  }
  return {};
}

}  // namespace trunkline::wire
