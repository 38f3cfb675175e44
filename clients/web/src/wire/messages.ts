// Made by tools/generate_codecs.py from schema/messages.toml; change those.
//
// Prices and quantities count 1e-8, rates 1e-12, as bigints; `absent` in them means that the venue did not say. Times
// and durations are nanoseconds. Enum fields are numbers: a newer hub may send values that have no name here.

export const schemaVersion = 1;
export const magic = 0xfe;
export const headerSize = 8;
/** The stamp. */
export const minPayload = 32;
export const maxPayload = 65528;
export const absent = -(2n ** 63n);

export const MessageType = { Trade: 1, Quote: 2, L2Snapshot: 3, L2Delta: 4, BookStatus: 5, SymbolMapping: 6, Heartbeat: 7, DerivativeTicker: 8, Liquidation: 9, Bar: 10, ConnectionStatus: 11, Gap: 12, TradeCorrection: 13, PriceBands: 14, CorporateAction: 15, Subscribe: 16, Unsubscribe: 17, Welcome: 18, ConsolidatedQuote: 19, PlaceOrder: 20, CancelOrder: 21, AmendOrder: 22, OrderStatus: 23, Fill: 24, Balance: 25, PositionStatus: 26, RiskStatus: 27, FundingPayment: 28, JournalSession: 29 } as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];
export const messageTypeNames: Readonly<Record<number, keyof typeof MessageType>> = {
  1: "Trade", 2: "Quote", 3: "L2Snapshot", 4: "L2Delta", 5: "BookStatus", 6: "SymbolMapping", 7: "Heartbeat", 8: "DerivativeTicker", 9: "Liquidation", 10: "Bar", 11: "ConnectionStatus", 12: "Gap", 13: "TradeCorrection", 14: "PriceBands", 15: "CorporateAction", 16: "Subscribe", 17: "Unsubscribe", 18: "Welcome", 19: "ConsolidatedQuote", 20: "PlaceOrder", 21: "CancelOrder", 22: "AmendOrder", 23: "OrderStatus", 24: "Fill", 25: "Balance", 26: "PositionStatus", 27: "RiskStatus", 28: "FundingPayment", 29: "JournalSession",
};

export const BookState = { Init: 0, Syncing: 1, Live: 2, Stale: 3 } as const;
export type BookState = (typeof BookState)[keyof typeof BookState];
export const bookStateNames: Readonly<Record<number, keyof typeof BookState>> = {
  0: "Init", 1: "Syncing", 2: "Live", 3: "Stale",
};

/** what the venue gives to check a book by */
export const Integrity = { Unverified: 0, SnapshotOnly: 1, Checksummed: 2, Sequenced: 3 } as const;
export type Integrity = (typeof Integrity)[keyof typeof Integrity];
export const integrityNames: Readonly<Record<number, keyof typeof Integrity>> = {
  0: "Unverified", 1: "SnapshotOnly", 2: "Checksummed", 3: "Sequenced",
};

export const BookReason = { None: 0, Subscribed: 1, SnapshotApplied: 2, SequenceGap: 3, ChecksumMismatch: 4, Crossed: 5, QuoteMismatch: 6, AuditMismatch: 7, Disconnected: 8, Silent: 9, Malformed: 10, SnapshotFailed: 11, BufferOverflow: 12, BusLoss: 13, Unsubscribed: 14, NotTrading: 15 } as const;
export type BookReason = (typeof BookReason)[keyof typeof BookReason];
export const bookReasonNames: Readonly<Record<number, keyof typeof BookReason>> = {
  0: "None", 1: "Subscribed", 2: "SnapshotApplied", 3: "SequenceGap", 4: "ChecksumMismatch", 5: "Crossed", 6: "QuoteMismatch", 7: "AuditMismatch", 8: "Disconnected", 9: "Silent", 10: "Malformed", 11: "SnapshotFailed", 12: "BufferOverflow", 13: "BusLoss", 14: "Unsubscribed", 15: "NotTrading",
};

export const ConnectionState = { Disconnected: 0, Connecting: 1, Connected: 2, Backoff: 3, Stopped: 4 } as const;
export type ConnectionState = (typeof ConnectionState)[keyof typeof ConnectionState];
export const connectionStateNames: Readonly<Record<number, keyof typeof ConnectionState>> = {
  0: "Disconnected", 1: "Connecting", 2: "Connected", 3: "Backoff", 4: "Stopped",
};

export const InstrumentKind = { Spot: 0, Perpetual: 1, Future: 2, Option: 3, Stock: 4 } as const;
export type InstrumentKind = (typeof InstrumentKind)[keyof typeof InstrumentKind];
export const instrumentKindNames: Readonly<Record<number, keyof typeof InstrumentKind>> = {
  0: "Spot", 1: "Perpetual", 2: "Future", 3: "Option", 4: "Stock",
};

export const TradingStatus = { Unknown: 0, Trading: 1, Halted: 2, PreOpen: 3, Closed: 4, AfterHours: 5 } as const;
export type TradingStatus = (typeof TradingStatus)[keyof typeof TradingStatus];
export const tradingStatusNames: Readonly<Record<number, keyof typeof TradingStatus>> = {
  0: "Unknown", 1: "Trading", 2: "Halted", 3: "PreOpen", 4: "Closed", 5: "AfterHours",
};

/** what happened to a stock */
export const CorporateActionKind = { Unknown: 0, CashDividend: 1, StockDividend: 2, ForwardSplit: 3, ReverseSplit: 4, UnitSplit: 5, SpinOff: 6, CashMerger: 7, StockMerger: 8, StockAndCashMerger: 9, Redemption: 10, NameChange: 11, WorthlessRemoval: 12, RightsDistribution: 13 } as const;
export type CorporateActionKind = (typeof CorporateActionKind)[keyof typeof CorporateActionKind];
export const corporateActionKindNames: Readonly<Record<number, keyof typeof CorporateActionKind>> = {
  0: "Unknown", 1: "CashDividend", 2: "StockDividend", 3: "ForwardSplit", 4: "ReverseSplit", 5: "UnitSplit", 6: "SpinOff", 7: "CashMerger", 8: "StockMerger", 9: "StockAndCashMerger", 10: "Redemption", 11: "NameChange", 12: "WorthlessRemoval", 13: "RightsDistribution",
};

/** where messages were missed */
export const GapScope = { Bus: 0, Link: 1, Client: 2, Venue: 3 } as const;
export type GapScope = (typeof GapScope)[keyof typeof GapScope];
export const gapScopeNames: Readonly<Record<number, keyof typeof GapScope>> = {
  0: "Bus", 1: "Link", 2: "Client", 3: "Venue",
};

export const Format = { Binary: 0, Json: 1 } as const;
export type Format = (typeof Format)[keyof typeof Format];
export const formatNames: Readonly<Record<number, keyof typeof Format>> = {
  0: "Binary", 1: "Json",
};

/** how an order stands; Unknown: sent, and the venue has not said what became of it */
export const OrderState = { PendingCreate: 0, PendingSubmit: 1, Open: 2, PartiallyFilled: 3, Filled: 4, PendingCancel: 5, Cancelled: 6, Failed: 7, Expired: 8, Unknown: 9 } as const;
export type OrderState = (typeof OrderState)[keyof typeof OrderState];
export const orderStateNames: Readonly<Record<number, keyof typeof OrderState>> = {
  0: "PendingCreate", 1: "PendingSubmit", 2: "Open", 3: "PartiallyFilled", 4: "Filled", 5: "PendingCancel", 6: "Cancelled", 7: "Failed", 8: "Expired", 9: "Unknown",
};

export const TradeType = { Buy: 0, Sell: 1 } as const;
export type TradeType = (typeof TradeType)[keyof typeof TradeType];
export const tradeTypeNames: Readonly<Record<number, keyof typeof TradeType>> = {
  0: "Buy", 1: "Sell",
};

export const OrderType = { Limit: 0, LimitMaker: 1, Market: 2, StopLimit: 3, StopMarket: 4, TakeProfitLimit: 5, TakeProfitMarket: 6 } as const;
export type OrderType = (typeof OrderType)[keyof typeof OrderType];
export const orderTypeNames: Readonly<Record<number, keyof typeof OrderType>> = {
  0: "Limit", 1: "LimitMaker", 2: "Market", 3: "StopLimit", 4: "StopMarket", 5: "TakeProfitLimit", 6: "TakeProfitMarket",
};

export const TimeInForce = { Gtc: 0, Ioc: 1, Fok: 2, Gtd: 3 } as const;
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce];
export const timeInForceNames: Readonly<Record<number, keyof typeof TimeInForce>> = {
  0: "Gtc", 1: "Ioc", 2: "Fok", 3: "Gtd",
};

export const PositionAction = { None: 0, Open: 1, Close: 2 } as const;
export type PositionAction = (typeof PositionAction)[keyof typeof PositionAction];
export const positionActionNames: Readonly<Record<number, keyof typeof PositionAction>> = {
  0: "None", 1: "Open", 2: "Close",
};

export const Liquidity = { Unknown: 0, Maker: 1, Taker: 2 } as const;
export type Liquidity = (typeof Liquidity)[keyof typeof Liquidity];
export const liquidityNames: Readonly<Record<number, keyof typeof Liquidity>> = {
  0: "Unknown", 1: "Maker", 2: "Taker",
};

/** what is known of a request that did not succeed */
export const OrderOutcome = { NotSent: 0, Rejected: 1, Unknown: 2 } as const;
export type OrderOutcome = (typeof OrderOutcome)[keyof typeof OrderOutcome];
export const orderOutcomeNames: Readonly<Record<number, keyof typeof OrderOutcome>> = {
  0: "NotSent", 1: "Rejected", 2: "Unknown",
};

/** why an order is where it is */
export const OrderReason = { None: 0, Requested: 1, InvalidOrder: 2, InsufficientFunds: 3, WouldTrade: 4, NotFillable: 5, DuplicateId: 6, NotFound: 7, RateLimited: 8, RiskLimit: 9, Halted: 10, NotReady: 11, Timeout: 12, Disconnected: 13, Expired: 14, SelfTrade: 15, ReduceOnly: 16, Liquidation: 17, Clock: 18, Authentication: 19, Unsupported: 20, JournalFailed: 21, VenueError: 22, Lost: 23, NotSentInTime: 24, Amended: 25 } as const;
export type OrderReason = (typeof OrderReason)[keyof typeof OrderReason];
export const orderReasonNames: Readonly<Record<number, keyof typeof OrderReason>> = {
  0: "None", 1: "Requested", 2: "InvalidOrder", 3: "InsufficientFunds", 4: "WouldTrade", 5: "NotFillable", 6: "DuplicateId", 7: "NotFound", 8: "RateLimited", 9: "RiskLimit", 10: "Halted", 11: "NotReady", 12: "Timeout", 13: "Disconnected", 14: "Expired", 15: "SelfTrade", 16: "ReduceOnly", 17: "Liquidation", 18: "Clock", 19: "Authentication", 20: "Unsupported", 21: "JournalFailed", 22: "VenueError", 23: "Lost", 24: "NotSentInTime", 25: "Amended",
};

/** Reducing: only orders that make positions smaller; Halted: none, and what is open is cancelled */
export const TradingState = { Active: 0, Reducing: 1, Halted: 2 } as const;
export type TradingState = (typeof TradingState)[keyof typeof TradingState];
export const tradingStateNames: Readonly<Record<number, keyof typeof TradingState>> = {
  0: "Active", 1: "Reducing", 2: "Halted",
};

export const Flag = {
  /** trade, liquidation: the aggressor bought */
  sideBuy: 1,
  /** trade, liquidation: the aggressor sold; neither bit: the venue does not say */
  sideSell: 2,
  /** the next frame of this type and symbol continues this one; apply them as one */
  more: 4,
  /** sent from a cache to a late joiner or after a loss, not as it happened */
  recovered: 8,
} as const;

export interface Level {
  price: bigint;
  quantity: bigint;
}

/** What every message has: the header's flags and sequence, and the stamp. */
export interface Stamp {
  flags: number;
  sequence: number;
  /** hash of the canonical symbol text; 0 where the message concerns no symbol */
  symbol: bigint;
  /** when the venue says it happened; 0 where it does not say */
  exchangeTime: bigint;
  /** when the bytes were read from the socket (a stamp of the journey) */
  receiveTime: bigint;
  /** nanoseconds from receive to publish, saturating (a stamp of the journey) */
  publishDelay: number;
  /** who wrote it: connector in the upper 12 bits (the sequence counts per connector), connection in the lower 4 */
  source: number;
  /** bits that the message type defines; 0 where it defines none */
  detail: number;
}

/** one execution; 64 bytes with its header. detail: bit 0 aggregate of several fills, bit 1 taken from history, bit 2 odd lot, bit 3 outside regular hours, bit 4 reported late or out of sequence, bit 5 its price is no last price, bit 6 of an auction, bit 7 outside of the hub's price band; bits 8 to 15 the letter of the stock exchange, 0 where the venue has no such */
export interface Trade extends Stamp {
  type: typeof MessageType.Trade;
  price: bigint;
  quantity: bigint;
  /** the venue's number, or the symbol hash function over its text */
  tradeId: bigint;
}

/** best bid and ask as the venue tells them, apart from the book */
export interface Quote extends Stamp {
  type: typeof MessageType.Quote;
  bidPrice: bigint;
  bidQuantity: bigint;
  askPrice: bigint;
  askQuantity: bigint;
  updateId: bigint;
}

/** a whole book, best level first; replaces what the reader held. detail: bit 0 the book is Live once this is applied */
export interface L2Snapshot extends Stamp {
  type: typeof MessageType.L2Snapshot;
  updateId: bigint;
  bids: Level[];
  asks: Level[];
}

/** changed levels, quantities absolute, 0 removes; applies to the book whose update_id is previous_update_id. detail: bit 0 the book is Live once this is applied */
export interface L2Delta extends Stamp {
  type: typeof MessageType.L2Delta;
  previousUpdateId: bigint;
  updateId: bigint;
  bids: Level[];
  asks: Level[];
}

/** whether the book can be trusted, and how that is known; sent at every change */
export interface BookStatus extends Stamp {
  type: typeof MessageType.BookStatus;
  updateId: bigint;
  /** times this book lost its sequence since the connector started */
  gaps: bigint;
  /** times it became Live again */
  resyncs: bigint;
  /** BookState */
  state: number;
  /** Integrity */
  integrity: number;
  /** BookReason */
  reason: number;
}

/** what a symbol hash stands for; precedes the symbol's first use on every stream */
export interface SymbolMapping extends Stamp {
  type: typeof MessageType.SymbolMapping;
  tickSize: bigint;
  lotSize: bigint;
  minimumQuantity: bigint;
  minimumNotional: bigint;
  /** quote units of one contract of an inverse future */
  contractSize: bigint;
  /** decimals the venue writes prices with */
  priceDecimals: number;
  quantityDecimals: number;
  /** prices are for 10^unit_exponent units */
  unitExponent: number;
  /** InstrumentKind */
  kind: number;
  /** TradingStatus */
  status: number;
  text: string;
  venueSymbol: string;
}

/** the writer is alive */
export interface Heartbeat extends Stamp {
  type: typeof MessageType.Heartbeat;
  interval: bigint;
}

/** marks of a derivative */
export interface DerivativeTicker extends Stamp {
  type: typeof MessageType.DerivativeTicker;
  markPrice: bigint;
  indexPrice: bigint;
  settlePrice: bigint;
  fundingRate: bigint;
  nextFundingTime: bigint;
  openInterest: bigint;
}

/** a forced order; the side flags say what the liquidation order did */
export interface Liquidation extends Stamp {
  type: typeof MessageType.Liquidation;
  price: bigint;
  quantity: bigint;
  averagePrice: bigint;
  filledQuantity: bigint;
}

/** open, high, low, close of an interval. detail: bit 0 closed, bit 1 a volume was beyond the range and is absent, bit 2 a volume was rounded */
export interface Bar extends Stamp {
  type: typeof MessageType.Bar;
  openTime: bigint;
  interval: bigint;
  open: bigint;
  high: bigint;
  low: bigint;
  close: bigint;
  volume: bigint;
  quoteVolume: bigint;
  tradeCount: bigint;
}

/** a connection changed state; sent to late joiners too */
export interface ConnectionStatus extends Stamp {
  type: typeof MessageType.ConnectionStatus;
  /** 0 while not connected */
  connectedSince: bigint;
  reconnects: bigint;
  attempt: number;
  /** ConnectionState */
  state: number;
  connector: string;
  endpoint: string;
  reason: string;
}

/** messages were missed here; books concerned follow as recovered snapshots */
export interface Gap extends Stamp {
  type: typeof MessageType.Gap;
  /** since the last Gap frame */
  missed: bigint;
  /** on this link since it began */
  totalMissed: bigint;
  /** when the first of them was missed */
  since: bigint;
  /** GapScope */
  scope: number;
}

/** a trade told before was not so. detail: bit 0 it is cancelled and nothing takes its place, bit 1 it was an error; bits 8 to 15 as in Trade */
export interface TradeCorrection extends Stamp {
  type: typeof MessageType.TradeCorrection;
  originalPrice: bigint;
  originalQuantity: bigint;
  originalTradeId: bigint;
  /** what it should have been; absent where it is cancelled */
  price: bigint;
  quantity: bigint;
  tradeId: bigint;
}

/** between which prices a stock may trade (limit up, limit down). detail: bits 8 to 15 the indicator's letter */
export interface PriceBands extends Stamp {
  type: typeof MessageType.PriceBands;
  upper: bigint;
  lower: bigint;
}

/** what a company does to its stock: splits, dividends, mergers, new names. Dates are YYYYMMDD, 0 where the venue says none */
export interface CorporateAction extends Stamp {
  type: typeof MessageType.CorporateAction;
  /** the symbol hash function over the venue's id; the same action may be told again */
  actionId: bigint;
  /** shares after the action, or of the other symbol */
  newRate: bigint;
  /** for so many shares before it */
  oldRate: bigint;
  /** money a share */
  cash: bigint;
  exDate: number;
  recordDate: number;
  payableDate: number;
  processDate: number;
  /** CorporateActionKind */
  kind: number;
  other: string;
}

/** a client asks for symbols and channels; no symbols means all. channels: bit N is message type N */
export interface Subscribe extends Stamp {
  type: typeof MessageType.Subscribe;
  channels: bigint;
  /** Format */
  format: number;
  symbols: bigint[];
}

/** takes symbols and channels back; no symbols means all */
export interface Unsubscribe extends Stamp {
  type: typeof MessageType.Unsubscribe;
  channels: bigint;
  symbols: bigint[];
}

/** first frame of a relay to a client */
export interface Welcome extends Stamp {
  type: typeof MessageType.Welcome;
  session: bigint;
  serverTime: bigint;
  /** of this schema */
  version: number;
  server: string;
}

/** best bid and offer of one base and quote across the venues of this hub; its symbol is consolidated:BASE-QUOTE */
export interface ConsolidatedQuote extends Stamp {
  type: typeof MessageType.ConsolidatedQuote;
  /** absent where no venue bids */
  bidPrice: bigint;
  /** of that venue alone */
  bidQuantity: bigint;
  askPrice: bigint;
  askQuantity: bigint;
  /** the venue's symbol that bids; 0 where none does */
  bidSymbol: bigint;
  askSymbol: bigint;
  /** how many venues' quotes were compared */
  venues: number;
}

/** an order as it goes to the venue; in the journal before it is sent. detail: bit 0 reduce only, bit 1 post only, bit 2 of another program, bit 3 paper */
export interface PlaceOrder extends Stamp {
  type: typeof MessageType.PlaceOrder;
  created: bigint;
  /** of Gtd orders; 0: none */
  goodTill: bigint;
  /** absent for market orders */
  price: bigint;
  quantity: bigint;
  /** absent where there is no condition */
  triggerPrice: bigint;
  /** 0: as the account has it */
  leverage: number;
  /** TradeType */
  side: number;
  /** OrderType */
  orderType: number;
  /** TimeInForce */
  timeInForce: number;
  /** PositionAction */
  positionAction: number;
  account: string;
  clientOrderId: string;
  extra: string;
}

/** a cancellation as it goes to the venue */
export interface CancelOrder extends Stamp {
  type: typeof MessageType.CancelOrder;
  account: string;
  clientOrderId: string;
  exchangeOrderId: string;
}

/** a change of an order as it goes to the venue */
export interface AmendOrder extends Stamp {
  type: typeof MessageType.AmendOrder;
  price: bigint;
  /** the new total, what has filled included */
  quantity: bigint;
  account: string;
  clientOrderId: string;
  exchangeOrderId: string;
}

/** how an order stands after each change. detail: bit 0 reduce only, bit 1 post only, bit 2 of another program, bit 3 paper, bit 4 its creation is in doubt, bit 5 its change is, bit 6 its cancellation is, bit 7 lost: the venue says it knows no such order, bit 8 fills are missing */
export interface OrderStatus extends Stamp {
  type: typeof MessageType.OrderStatus;
  created: bigint;
  price: bigint;
  quantity: bigint;
  triggerPrice: bigint;
  /** the sum of its fills */
  filled: bigint;
  /** of its fills, rounded to 1e-8; absent before the first */
  averagePrice: bigint;
  /** of this order's changes, from 1 on without a hole */
  number: bigint;
  /** OrderState */
  state: number;
  /** OrderState */
  previous: number;
  /** OrderReason */
  reason: number;
  /** TradeType */
  side: number;
  /** OrderType */
  orderType: number;
  /** TimeInForce */
  timeInForce: number;
  account: string;
  clientOrderId: string;
  exchangeOrderId: string;
  text: string;
}

/** an execution of an order of ours; told once. detail: bit 2 of another program's order, bit 3 paper */
export interface Fill extends Stamp {
  type: typeof MessageType.Fill;
  price: bigint;
  quantity: bigint;
  /** absent where it has no exact value of 1e-8 */
  quoteQuantity: bigint;
  /** negative: a rebate; absent where the venue does not say */
  fee: bigint;
  /** TradeType */
  side: number;
  /** Liquidity */
  liquidity: number;
  account: string;
  clientOrderId: string;
  exchangeOrderId: string;
  tradeId: string;
  feeCurrency: string;
}

/** what an account has of one currency */
export interface Balance extends Stamp {
  type: typeof MessageType.Balance;
  total: bigint;
  available: bigint;
  account: string;
  currency: string;
}

/** a position of an account in one symbol */
export interface PositionStatus extends Stamp {
  type: typeof MessageType.PositionStatus;
  /** negative: short; 0: none */
  quantity: bigint;
  entryPrice: bigint;
  markPrice: bigint;
  liquidationPrice: bigint;
  unrealizedPnl: bigint;
  realizedPnl: bigint;
  /** 0: not told */
  leverage: number;
  account: string;
}

/** the kill switch and the counters of the gate in front of the venue */
export interface RiskStatus extends Stamp {
  type: typeof MessageType.RiskStatus;
  /** orders handed to the venue since the start */
  sent: bigint;
  /** orders that were not */
  refused: bigint;
  openOrders: number;
  lostOrders: number;
  /** TradingState */
  tradingState: number;
  /** 1: orders are taken */
  ready: number;
  account: string;
  reason: string;
}

/** funding that an account paid (negative) or got for a position */
export interface FundingPayment extends Stamp {
  type: typeof MessageType.FundingPayment;
  amount: bigint;
  position: bigint;
  rate: bigint;
  account: string;
  currency: string;
}

/** first of every run in an order journal: from both numbers client order ids are made that no other run makes */
export interface JournalSession extends Stamp {
  type: typeof MessageType.JournalSession;
  /** made by chance when the journal was */
  journal: bigint;
  /** one more with every run */
  session: bigint;
  account: string;
}

export type Message =
  | Trade
  | Quote
  | L2Snapshot
  | L2Delta
  | BookStatus
  | SymbolMapping
  | Heartbeat
  | DerivativeTicker
  | Liquidation
  | Bar
  | ConnectionStatus
  | Gap
  | TradeCorrection
  | PriceBands
  | CorporateAction
  | Subscribe
  | Unsubscribe
  | Welcome
  | ConsolidatedQuote
  | PlaceOrder
  | CancelOrder
  | AmendOrder
  | OrderStatus
  | Fill
  | Balance
  | PositionStatus
  | RiskStatus
  | FundingPayment
  | JournalSession;

/** Byte offsets from the start of the frame, for reading in place; `end` is where the lists begin. */
export const at = {
  Trade: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, price: 40, quantity: 48, tradeId: 56, end: 64 },
  Quote: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, bidPrice: 40, bidQuantity: 48, askPrice: 56, askQuantity: 64, updateId: 72, end: 80 },
  L2Snapshot: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, updateId: 40, bidCount: 48, askCount: 52, end: 56 },
  L2Delta: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, previousUpdateId: 40, updateId: 48, bidCount: 56, askCount: 60, end: 64 },
  BookStatus: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, updateId: 40, gaps: 48, resyncs: 56, state: 64, integrity: 65, reason: 66, end: 72 },
  SymbolMapping: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, tickSize: 40, lotSize: 48, minimumQuantity: 56, minimumNotional: 64, contractSize: 72, textLength: 80, venueSymbolLength: 82, priceDecimals: 84, quantityDecimals: 85, unitExponent: 86, kind: 87, status: 88, end: 96 },
  Heartbeat: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, interval: 40, end: 48 },
  DerivativeTicker: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, markPrice: 40, indexPrice: 48, settlePrice: 56, fundingRate: 64, nextFundingTime: 72, openInterest: 80, end: 88 },
  Liquidation: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, price: 40, quantity: 48, averagePrice: 56, filledQuantity: 64, end: 72 },
  Bar: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, openTime: 40, interval: 48, open: 56, high: 64, low: 72, close: 80, volume: 88, quoteVolume: 96, tradeCount: 104, end: 112 },
  ConnectionStatus: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, connectedSince: 40, reconnects: 48, attempt: 56, connectorLength: 60, endpointLength: 62, reasonLength: 64, state: 66, end: 72 },
  Gap: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, missed: 40, totalMissed: 48, since: 56, scope: 64, end: 72 },
  TradeCorrection: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, originalPrice: 40, originalQuantity: 48, originalTradeId: 56, price: 64, quantity: 72, tradeId: 80, end: 88 },
  PriceBands: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, upper: 40, lower: 48, end: 56 },
  CorporateAction: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, actionId: 40, newRate: 48, oldRate: 56, cash: 64, exDate: 72, recordDate: 76, payableDate: 80, processDate: 84, otherLength: 88, kind: 90, end: 96 },
  Subscribe: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, channels: 40, symbolCount: 48, format: 52, end: 56 },
  Unsubscribe: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, channels: 40, symbolCount: 48, end: 56 },
  Welcome: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, session: 40, serverTime: 48, version: 56, serverLength: 60, end: 64 },
  ConsolidatedQuote: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, bidPrice: 40, bidQuantity: 48, askPrice: 56, askQuantity: 64, bidSymbol: 72, askSymbol: 80, venues: 88, end: 96 },
  PlaceOrder: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, created: 40, goodTill: 48, price: 56, quantity: 64, triggerPrice: 72, leverage: 80, accountLength: 84, clientOrderIdLength: 86, extraLength: 88, side: 90, orderType: 91, timeInForce: 92, positionAction: 93, end: 96 },
  CancelOrder: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, accountLength: 40, clientOrderIdLength: 42, exchangeOrderIdLength: 44, end: 48 },
  AmendOrder: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, price: 40, quantity: 48, accountLength: 56, clientOrderIdLength: 58, exchangeOrderIdLength: 60, end: 64 },
  OrderStatus: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, created: 40, price: 48, quantity: 56, triggerPrice: 64, filled: 72, averagePrice: 80, number: 88, accountLength: 96, clientOrderIdLength: 98, exchangeOrderIdLength: 100, textLength: 102, state: 104, previous: 105, reason: 106, side: 107, orderType: 108, timeInForce: 109, end: 112 },
  Fill: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, price: 40, quantity: 48, quoteQuantity: 56, fee: 64, accountLength: 72, clientOrderIdLength: 74, exchangeOrderIdLength: 76, tradeIdLength: 78, feeCurrencyLength: 80, side: 82, liquidity: 83, end: 88 },
  Balance: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, total: 40, available: 48, accountLength: 56, currencyLength: 58, end: 64 },
  PositionStatus: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, quantity: 40, entryPrice: 48, markPrice: 56, liquidationPrice: 64, unrealizedPnl: 72, realizedPnl: 80, leverage: 88, accountLength: 92, end: 96 },
  RiskStatus: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, sent: 40, refused: 48, openOrders: 56, lostOrders: 60, accountLength: 64, reasonLength: 66, tradingState: 68, ready: 69, end: 72 },
  FundingPayment: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, amount: 40, position: 48, rate: 56, accountLength: 64, currencyLength: 66, end: 72 },
  JournalSession: { symbol: 8, exchangeTime: 16, receiveTime: 24, publishDelay: 32, source: 36, detail: 38, journal: 40, session: 48, accountLength: 56, end: 64 },
} as const;

export interface FieldShape {
  readonly name: string;
  readonly type: string;
  /** From the start of the payload. */
  readonly offset: number;
  /** The list whose items this field counts. */
  readonly counts?: string;
}
export interface ListShape {
  readonly name: string;
  readonly type: string;
  readonly count: string;
  readonly itemSize: number;
}
export interface MessageShape {
  readonly name: string;
  readonly size: number;
  readonly fields: readonly FieldShape[];
  readonly lists: readonly ListShape[];
}

export const structShapes: Readonly<Record<string, readonly FieldShape[]>> = {
  Level: [
    { name: "price", type: "price", offset: 0 },
    { name: "quantity", type: "quantity", offset: 8 },
  ],
};

export const messageShapes: Readonly<Record<number, MessageShape>> = {
  1: {
    name: "Trade",
    size: 56,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "price", type: "price", offset: 32 },
      { name: "quantity", type: "quantity", offset: 40 },
      { name: "tradeId", type: "u64", offset: 48 },
    ],
    lists: [],
  },
  2: {
    name: "Quote",
    size: 72,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "bidPrice", type: "price", offset: 32 },
      { name: "bidQuantity", type: "quantity", offset: 40 },
      { name: "askPrice", type: "price", offset: 48 },
      { name: "askQuantity", type: "quantity", offset: 56 },
      { name: "updateId", type: "u64", offset: 64 },
    ],
    lists: [],
  },
  3: {
    name: "L2Snapshot",
    size: 48,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "updateId", type: "u64", offset: 32 },
      { name: "bidCount", type: "u32", offset: 40, counts: "bids" },
      { name: "askCount", type: "u32", offset: 44, counts: "asks" },
    ],
    lists: [
      { name: "bids", type: "Level", count: "bidCount", itemSize: 16 },
      { name: "asks", type: "Level", count: "askCount", itemSize: 16 },
    ],
  },
  4: {
    name: "L2Delta",
    size: 56,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "previousUpdateId", type: "u64", offset: 32 },
      { name: "updateId", type: "u64", offset: 40 },
      { name: "bidCount", type: "u32", offset: 48, counts: "bids" },
      { name: "askCount", type: "u32", offset: 52, counts: "asks" },
    ],
    lists: [
      { name: "bids", type: "Level", count: "bidCount", itemSize: 16 },
      { name: "asks", type: "Level", count: "askCount", itemSize: 16 },
    ],
  },
  5: {
    name: "BookStatus",
    size: 64,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "updateId", type: "u64", offset: 32 },
      { name: "gaps", type: "u64", offset: 40 },
      { name: "resyncs", type: "u64", offset: 48 },
      { name: "state", type: "u8", offset: 56 },
      { name: "integrity", type: "u8", offset: 57 },
      { name: "reason", type: "u8", offset: 58 },
    ],
    lists: [],
  },
  6: {
    name: "SymbolMapping",
    size: 88,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "tickSize", type: "price", offset: 32 },
      { name: "lotSize", type: "quantity", offset: 40 },
      { name: "minimumQuantity", type: "quantity", offset: 48 },
      { name: "minimumNotional", type: "price", offset: 56 },
      { name: "contractSize", type: "quantity", offset: 64 },
      { name: "textLength", type: "u16", offset: 72, counts: "text" },
      { name: "venueSymbolLength", type: "u16", offset: 74, counts: "venueSymbol" },
      { name: "priceDecimals", type: "u8", offset: 76 },
      { name: "quantityDecimals", type: "u8", offset: 77 },
      { name: "unitExponent", type: "i8", offset: 78 },
      { name: "kind", type: "u8", offset: 79 },
      { name: "status", type: "u8", offset: 80 },
    ],
    lists: [
      { name: "text", type: "char", count: "textLength", itemSize: 1 },
      { name: "venueSymbol", type: "char", count: "venueSymbolLength", itemSize: 1 },
    ],
  },
  7: {
    name: "Heartbeat",
    size: 40,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "interval", type: "duration", offset: 32 },
    ],
    lists: [],
  },
  8: {
    name: "DerivativeTicker",
    size: 80,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "markPrice", type: "price", offset: 32 },
      { name: "indexPrice", type: "price", offset: 40 },
      { name: "settlePrice", type: "price", offset: 48 },
      { name: "fundingRate", type: "rate", offset: 56 },
      { name: "nextFundingTime", type: "time", offset: 64 },
      { name: "openInterest", type: "quantity", offset: 72 },
    ],
    lists: [],
  },
  9: {
    name: "Liquidation",
    size: 64,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "price", type: "price", offset: 32 },
      { name: "quantity", type: "quantity", offset: 40 },
      { name: "averagePrice", type: "price", offset: 48 },
      { name: "filledQuantity", type: "quantity", offset: 56 },
    ],
    lists: [],
  },
  10: {
    name: "Bar",
    size: 104,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "openTime", type: "time", offset: 32 },
      { name: "interval", type: "duration", offset: 40 },
      { name: "open", type: "price", offset: 48 },
      { name: "high", type: "price", offset: 56 },
      { name: "low", type: "price", offset: 64 },
      { name: "close", type: "price", offset: 72 },
      { name: "volume", type: "quantity", offset: 80 },
      { name: "quoteVolume", type: "quantity", offset: 88 },
      { name: "tradeCount", type: "u64", offset: 96 },
    ],
    lists: [],
  },
  11: {
    name: "ConnectionStatus",
    size: 64,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "connectedSince", type: "time", offset: 32 },
      { name: "reconnects", type: "u64", offset: 40 },
      { name: "attempt", type: "u32", offset: 48 },
      { name: "connectorLength", type: "u16", offset: 52, counts: "connector" },
      { name: "endpointLength", type: "u16", offset: 54, counts: "endpoint" },
      { name: "reasonLength", type: "u16", offset: 56, counts: "reason" },
      { name: "state", type: "u8", offset: 58 },
    ],
    lists: [
      { name: "connector", type: "char", count: "connectorLength", itemSize: 1 },
      { name: "endpoint", type: "char", count: "endpointLength", itemSize: 1 },
      { name: "reason", type: "char", count: "reasonLength", itemSize: 1 },
    ],
  },
  12: {
    name: "Gap",
    size: 64,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "missed", type: "u64", offset: 32 },
      { name: "totalMissed", type: "u64", offset: 40 },
      { name: "since", type: "time", offset: 48 },
      { name: "scope", type: "u8", offset: 56 },
    ],
    lists: [],
  },
  13: {
    name: "TradeCorrection",
    size: 80,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "originalPrice", type: "price", offset: 32 },
      { name: "originalQuantity", type: "quantity", offset: 40 },
      { name: "originalTradeId", type: "u64", offset: 48 },
      { name: "price", type: "price", offset: 56 },
      { name: "quantity", type: "quantity", offset: 64 },
      { name: "tradeId", type: "u64", offset: 72 },
    ],
    lists: [],
  },
  14: {
    name: "PriceBands",
    size: 48,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "upper", type: "price", offset: 32 },
      { name: "lower", type: "price", offset: 40 },
    ],
    lists: [],
  },
  15: {
    name: "CorporateAction",
    size: 88,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "actionId", type: "u64", offset: 32 },
      { name: "newRate", type: "rate", offset: 40 },
      { name: "oldRate", type: "rate", offset: 48 },
      { name: "cash", type: "rate", offset: 56 },
      { name: "exDate", type: "u32", offset: 64 },
      { name: "recordDate", type: "u32", offset: 68 },
      { name: "payableDate", type: "u32", offset: 72 },
      { name: "processDate", type: "u32", offset: 76 },
      { name: "otherLength", type: "u16", offset: 80, counts: "other" },
      { name: "kind", type: "u8", offset: 82 },
    ],
    lists: [
      { name: "other", type: "char", count: "otherLength", itemSize: 1 },
    ],
  },
  16: {
    name: "Subscribe",
    size: 48,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "channels", type: "u64", offset: 32 },
      { name: "symbolCount", type: "u32", offset: 40, counts: "symbols" },
      { name: "format", type: "u8", offset: 44 },
    ],
    lists: [
      { name: "symbols", type: "symbol", count: "symbolCount", itemSize: 8 },
    ],
  },
  17: {
    name: "Unsubscribe",
    size: 48,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "channels", type: "u64", offset: 32 },
      { name: "symbolCount", type: "u32", offset: 40, counts: "symbols" },
    ],
    lists: [
      { name: "symbols", type: "symbol", count: "symbolCount", itemSize: 8 },
    ],
  },
  18: {
    name: "Welcome",
    size: 56,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "session", type: "u64", offset: 32 },
      { name: "serverTime", type: "time", offset: 40 },
      { name: "version", type: "u32", offset: 48 },
      { name: "serverLength", type: "u16", offset: 52, counts: "server" },
    ],
    lists: [
      { name: "server", type: "char", count: "serverLength", itemSize: 1 },
    ],
  },
  19: {
    name: "ConsolidatedQuote",
    size: 88,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "bidPrice", type: "price", offset: 32 },
      { name: "bidQuantity", type: "quantity", offset: 40 },
      { name: "askPrice", type: "price", offset: 48 },
      { name: "askQuantity", type: "quantity", offset: 56 },
      { name: "bidSymbol", type: "symbol", offset: 64 },
      { name: "askSymbol", type: "symbol", offset: 72 },
      { name: "venues", type: "u32", offset: 80 },
    ],
    lists: [],
  },
  20: {
    name: "PlaceOrder",
    size: 88,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "created", type: "time", offset: 32 },
      { name: "goodTill", type: "time", offset: 40 },
      { name: "price", type: "price", offset: 48 },
      { name: "quantity", type: "quantity", offset: 56 },
      { name: "triggerPrice", type: "price", offset: 64 },
      { name: "leverage", type: "u32", offset: 72 },
      { name: "accountLength", type: "u16", offset: 76, counts: "account" },
      { name: "clientOrderIdLength", type: "u16", offset: 78, counts: "clientOrderId" },
      { name: "extraLength", type: "u16", offset: 80, counts: "extra" },
      { name: "side", type: "u8", offset: 82 },
      { name: "orderType", type: "u8", offset: 83 },
      { name: "timeInForce", type: "u8", offset: 84 },
      { name: "positionAction", type: "u8", offset: 85 },
    ],
    lists: [
      { name: "account", type: "char", count: "accountLength", itemSize: 1 },
      { name: "clientOrderId", type: "char", count: "clientOrderIdLength", itemSize: 1 },
      { name: "extra", type: "char", count: "extraLength", itemSize: 1 },
    ],
  },
  21: {
    name: "CancelOrder",
    size: 40,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "accountLength", type: "u16", offset: 32, counts: "account" },
      { name: "clientOrderIdLength", type: "u16", offset: 34, counts: "clientOrderId" },
      { name: "exchangeOrderIdLength", type: "u16", offset: 36, counts: "exchangeOrderId" },
    ],
    lists: [
      { name: "account", type: "char", count: "accountLength", itemSize: 1 },
      { name: "clientOrderId", type: "char", count: "clientOrderIdLength", itemSize: 1 },
      { name: "exchangeOrderId", type: "char", count: "exchangeOrderIdLength", itemSize: 1 },
    ],
  },
  22: {
    name: "AmendOrder",
    size: 56,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "price", type: "price", offset: 32 },
      { name: "quantity", type: "quantity", offset: 40 },
      { name: "accountLength", type: "u16", offset: 48, counts: "account" },
      { name: "clientOrderIdLength", type: "u16", offset: 50, counts: "clientOrderId" },
      { name: "exchangeOrderIdLength", type: "u16", offset: 52, counts: "exchangeOrderId" },
    ],
    lists: [
      { name: "account", type: "char", count: "accountLength", itemSize: 1 },
      { name: "clientOrderId", type: "char", count: "clientOrderIdLength", itemSize: 1 },
      { name: "exchangeOrderId", type: "char", count: "exchangeOrderIdLength", itemSize: 1 },
    ],
  },
  23: {
    name: "OrderStatus",
    size: 104,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "created", type: "time", offset: 32 },
      { name: "price", type: "price", offset: 40 },
      { name: "quantity", type: "quantity", offset: 48 },
      { name: "triggerPrice", type: "price", offset: 56 },
      { name: "filled", type: "quantity", offset: 64 },
      { name: "averagePrice", type: "price", offset: 72 },
      { name: "number", type: "u64", offset: 80 },
      { name: "accountLength", type: "u16", offset: 88, counts: "account" },
      { name: "clientOrderIdLength", type: "u16", offset: 90, counts: "clientOrderId" },
      { name: "exchangeOrderIdLength", type: "u16", offset: 92, counts: "exchangeOrderId" },
      { name: "textLength", type: "u16", offset: 94, counts: "text" },
      { name: "state", type: "u8", offset: 96 },
      { name: "previous", type: "u8", offset: 97 },
      { name: "reason", type: "u8", offset: 98 },
      { name: "side", type: "u8", offset: 99 },
      { name: "orderType", type: "u8", offset: 100 },
      { name: "timeInForce", type: "u8", offset: 101 },
    ],
    lists: [
      { name: "account", type: "char", count: "accountLength", itemSize: 1 },
      { name: "clientOrderId", type: "char", count: "clientOrderIdLength", itemSize: 1 },
      { name: "exchangeOrderId", type: "char", count: "exchangeOrderIdLength", itemSize: 1 },
      { name: "text", type: "char", count: "textLength", itemSize: 1 },
    ],
  },
  24: {
    name: "Fill",
    size: 80,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "price", type: "price", offset: 32 },
      { name: "quantity", type: "quantity", offset: 40 },
      { name: "quoteQuantity", type: "quantity", offset: 48 },
      { name: "fee", type: "quantity", offset: 56 },
      { name: "accountLength", type: "u16", offset: 64, counts: "account" },
      { name: "clientOrderIdLength", type: "u16", offset: 66, counts: "clientOrderId" },
      { name: "exchangeOrderIdLength", type: "u16", offset: 68, counts: "exchangeOrderId" },
      { name: "tradeIdLength", type: "u16", offset: 70, counts: "tradeId" },
      { name: "feeCurrencyLength", type: "u16", offset: 72, counts: "feeCurrency" },
      { name: "side", type: "u8", offset: 74 },
      { name: "liquidity", type: "u8", offset: 75 },
    ],
    lists: [
      { name: "account", type: "char", count: "accountLength", itemSize: 1 },
      { name: "clientOrderId", type: "char", count: "clientOrderIdLength", itemSize: 1 },
      { name: "exchangeOrderId", type: "char", count: "exchangeOrderIdLength", itemSize: 1 },
      { name: "tradeId", type: "char", count: "tradeIdLength", itemSize: 1 },
      { name: "feeCurrency", type: "char", count: "feeCurrencyLength", itemSize: 1 },
    ],
  },
  25: {
    name: "Balance",
    size: 56,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "total", type: "quantity", offset: 32 },
      { name: "available", type: "quantity", offset: 40 },
      { name: "accountLength", type: "u16", offset: 48, counts: "account" },
      { name: "currencyLength", type: "u16", offset: 50, counts: "currency" },
    ],
    lists: [
      { name: "account", type: "char", count: "accountLength", itemSize: 1 },
      { name: "currency", type: "char", count: "currencyLength", itemSize: 1 },
    ],
  },
  26: {
    name: "PositionStatus",
    size: 88,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "quantity", type: "quantity", offset: 32 },
      { name: "entryPrice", type: "price", offset: 40 },
      { name: "markPrice", type: "price", offset: 48 },
      { name: "liquidationPrice", type: "price", offset: 56 },
      { name: "unrealizedPnl", type: "price", offset: 64 },
      { name: "realizedPnl", type: "price", offset: 72 },
      { name: "leverage", type: "u32", offset: 80 },
      { name: "accountLength", type: "u16", offset: 84, counts: "account" },
    ],
    lists: [
      { name: "account", type: "char", count: "accountLength", itemSize: 1 },
    ],
  },
  27: {
    name: "RiskStatus",
    size: 64,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "sent", type: "u64", offset: 32 },
      { name: "refused", type: "u64", offset: 40 },
      { name: "openOrders", type: "u32", offset: 48 },
      { name: "lostOrders", type: "u32", offset: 52 },
      { name: "accountLength", type: "u16", offset: 56, counts: "account" },
      { name: "reasonLength", type: "u16", offset: 58, counts: "reason" },
      { name: "tradingState", type: "u8", offset: 60 },
      { name: "ready", type: "u8", offset: 61 },
    ],
    lists: [
      { name: "account", type: "char", count: "accountLength", itemSize: 1 },
      { name: "reason", type: "char", count: "reasonLength", itemSize: 1 },
    ],
  },
  28: {
    name: "FundingPayment",
    size: 64,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "amount", type: "quantity", offset: 32 },
      { name: "position", type: "quantity", offset: 40 },
      { name: "rate", type: "rate", offset: 48 },
      { name: "accountLength", type: "u16", offset: 56, counts: "account" },
      { name: "currencyLength", type: "u16", offset: 58, counts: "currency" },
    ],
    lists: [
      { name: "account", type: "char", count: "accountLength", itemSize: 1 },
      { name: "currency", type: "char", count: "currencyLength", itemSize: 1 },
    ],
  },
  29: {
    name: "JournalSession",
    size: 56,
    fields: [
      { name: "symbol", type: "symbol", offset: 0 },
      { name: "exchangeTime", type: "time", offset: 8 },
      { name: "receiveTime", type: "time", offset: 16 },
      { name: "publishDelay", type: "u32", offset: 24 },
      { name: "source", type: "u16", offset: 28 },
      { name: "detail", type: "u16", offset: 30 },
      { name: "journal", type: "u64", offset: 32 },
      { name: "session", type: "u64", offset: 40 },
      { name: "accountLength", type: "u16", offset: 48, counts: "account" },
    ],
    lists: [
      { name: "account", type: "char", count: "accountLength", itemSize: 1 },
    ],
  },
};
