// What the screen asks of the worker, and what it gets: everything already as text or plain numbers to draw.

import type { Alert } from "./stream/alerts";
import type { Percentiles } from "./stream/histogram";

export interface StartRequest {
  kind: "start";
  url: string;
}
/** One answer per request, so a slow screen is sent less and never queues. */
export interface PullRequest {
  kind: "pull";
  selected: number;
  /** Ladder rows a side. */
  rows: number;
  /** Price grouping in ticks; 1 shows each level. */
  group: number;
  /** How long the previous answer took to reach the screen, milliseconds; NaN when nothing was drawn. */
  paint: number;
}
export interface RetryRequest {
  kind: "retry";
}
export type Request = StartRequest | PullRequest | RetryRequest;

/** None: trades or quotes come, and never a word of a book. */
export type ShownState = "Init" | "Syncing" | "Live" | "Stale" | "None";

export interface SymbolRow {
  index: number;
  text: string;
  exchange: string;
  name: string;
  instrument: string;
  trading: string;
  state: ShownState;
  integrity: string;
  reason: string;
  bid: string;
  ask: string;
  last: string;
  /** 1 after an uptick, -1 after a downtick, 0 before any. */
  direction: number;
  lastNumber: number;
  /** Relative change since this page first saw a trade; NaN before. */
  change: number;
  perSecond: number;
  gaps: number;
  resyncs: number;
  gone: boolean;
  /** Of a consolidated quote: who bids and who asks best. */
  bidVenue: string;
  askVenue: string;
}

export interface LevelRow {
  price: string;
  quantity: string;
  total: string;
  /** Share of the largest cumulated quantity shown, 0..1. */
  share: number;
}

export interface DepthCurve {
  bidPrices: Float64Array;
  bidTotals: Float64Array;
  askPrices: Float64Array;
  askTotals: Float64Array;
}

export interface BookView {
  index: number;
  state: ShownState;
  integrity: string;
  reason: string;
  /** Why this page itself distrusts a book that the hub calls Live; empty when it does not. */
  local: string;
  updateId: string;
  gaps: number;
  resyncs: number;
  /** Milliseconds in this state. */
  since: number;
  bids: LevelRow[];
  asks: LevelRow[];
  bidLevels: number;
  askLevels: number;
  spread: string;
  spreadBasisPoints: number;
  middle: number;
  group: string;
  last: string;
  direction: number;
  priceDecimals: number;
  depth: DepthCurve;
  derivative?: DerivativeView;
}

export interface DerivativeView {
  mark: string;
  index: string;
  funding: string;
  nextFunding: number;
  openInterest: string;
}

export interface TradeRow {
  /** Unix milliseconds. */
  time: number;
  price: string;
  quantity: string;
  side: "buy" | "sell" | "";
  kind: "trade" | "history" | "liquidation";
  /** The quantity as a number, for emphasis only. */
  size: number;
}

export interface ChannelRow {
  type: number;
  name: string;
  total: number;
  perSecond: number;
  /** Milliseconds since the last one; NaN before the first. */
  age: number;
  /** Messages in each of the past seconds, oldest first. */
  history: Float64Array;
}

export interface LatencyRow {
  name: string;
  percentiles: Percentiles;
}

export interface ConnectionRow {
  key: string;
  connector: string;
  endpoint: string;
  state: string;
  /** Unix milliseconds; 0 while not connected. */
  since: number;
  reconnects: number;
  attempt: number;
  reason: string;
}

export interface LinkView {
  state: "connecting" | "open" | "waiting";
  url: string;
  server: string;
  since: number;
  reconnects: number;
  attempt: number;
  /** Unix milliseconds of the next attempt; 0 when none is planned. */
  retryAt: number;
  reason: string;
}

export interface StatsView {
  link: LinkView;
  messagesPerSecond: number;
  bytesPerSecond: number;
  totalMessages: number;
  /** Milliseconds from publish to browser, median of the last second; NaN while nothing comes. */
  lag: number;
  behind: boolean;
  channels: ChannelRow[];
  latencies: LatencyRow[];
  connections: ConnectionRow[];
  /** Messages that Gap frames reported as missed, and how many such frames there were. */
  missed: number;
  gapFrames: number;
  lastGap: string;
  books: { live: number; syncing: number; stale: number; total: number };
  gaps: number;
  resyncs: number;
  mismatches: number;
  workerLoad: number;
}

export interface SeriesView {
  /** Draw from scratch: another symbol, or the first answer. */
  reset: boolean;
  times: Float64Array;
  last: Float64Array;
  bid: Float64Array;
  ask: Float64Array;
}

export interface Update {
  selected: number;
  symbols?: SymbolRow[];
  /** All symbols were dropped (another hub behind the address): `symbols` is the full list. */
  symbolsReset?: boolean;
  book?: BookView;
  trades?: { reset: boolean; rows: TradeRow[] };
  series?: SeriesView;
  stats?: StatsView;
  /** Frames of orders, fills, balances and positions so far. */
  orderFrames: number;
  alerts?: Alert[];
  /** performance.now()-like Unix milliseconds when the newest data in this answer arrived; NaN if none. */
  arrived: number;
}
