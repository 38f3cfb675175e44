// The messages that come seldom, decoded whole, with enums as text and times as Unix milliseconds.

import { decode, encode } from "../wire/codec";
import {
  absent,
  bookReasonNames,
  bookStateNames,
  connectionStateNames,
  gapScopeNames,
  instrumentKindNames,
  integrityNames,
  type Message,
  MessageType,
  tradingStatusNames,
} from "../wire/messages";

export interface SymbolMapping {
  text: string;
  venueSymbol: string;
  tick: bigint;
  priceDecimals: number;
  quantityDecimals: number;
  kind: string;
  status: string;
}
export interface BookStatus {
  state: "Init" | "Syncing" | "Live" | "Stale";
  integrity: string;
  reason: string;
  gaps: number;
  resyncs: number;
}
export interface ConnectionStatus {
  source: number;
  connector: string;
  endpoint: string;
  state: string;
  since: number;
  reconnects: number;
  attempt: number;
  reason: string;
}
export interface Gap {
  missed: number;
  scope: string;
}
export interface DerivativeTicker {
  mark: bigint;
  index: bigint;
  openInterest: bigint;
  funding: number;
  nextFunding: number;
}

type Of<T extends Message["type"]> = Extract<Message, { type: T }>;

function read<T extends Message["type"]>(view: DataView, at: number, type: T): Of<T> {
  const message = decode(view, at);
  if (message?.type !== type) throw new Error(`not a message of type ${type}`);
  return message as Of<T>;
}

/** A value this page has no name for comes from a newer hub; it is shown as its number. */
function named<T extends string>(names: Readonly<Record<number, T>>, value: number): T | string {
  return names[value] ?? `#${value}`;
}

const milliseconds = (nanos: bigint): number => Number(nanos) / 1e6;

export function bookStatus(view: DataView, at: number): BookStatus {
  const status = read(view, at, MessageType.BookStatus);
  return {
    // A state without a name is not one to trust.
    state: bookStateNames[status.state] ?? "Stale",
    integrity: named(integrityNames, status.integrity),
    reason: named(bookReasonNames, status.reason),
    gaps: Number(status.gaps),
    resyncs: Number(status.resyncs),
  };
}

export function symbolMapping(view: DataView, at: number): SymbolMapping {
  const mapping = read(view, at, MessageType.SymbolMapping);
  return {
    text: mapping.text,
    venueSymbol: mapping.venueSymbol,
    tick: mapping.tickSize === absent ? 0n : mapping.tickSize,
    priceDecimals: mapping.priceDecimals,
    quantityDecimals: mapping.quantityDecimals,
    kind: named(instrumentKindNames, mapping.kind),
    status: named(tradingStatusNames, mapping.status),
  };
}

export function connectionStatus(view: DataView, at: number): ConnectionStatus {
  const status = read(view, at, MessageType.ConnectionStatus);
  return {
    source: status.source,
    connector: status.connector,
    endpoint: status.endpoint,
    state: named(connectionStateNames, status.state),
    since: milliseconds(status.connectedSince),
    reconnects: Number(status.reconnects),
    attempt: status.attempt,
    reason: status.reason,
  };
}

export function gap(view: DataView, at: number): Gap {
  const message = read(view, at, MessageType.Gap);
  return { missed: Number(message.missed), scope: named(gapScopeNames, message.scope) };
}

export function derivativeTicker(view: DataView, at: number): DerivativeTicker {
  const ticker = read(view, at, MessageType.DerivativeTicker);
  return {
    mark: ticker.markPrice,
    index: ticker.indexPrice,
    openInterest: ticker.openInterest,
    funding: ticker.fundingRate === absent ? NaN : Number(ticker.fundingRate) / 1e12,
    nextFunding: milliseconds(ticker.nextFundingTime),
  };
}

export function heartbeatInterval(view: DataView, at: number): number {
  return milliseconds(read(view, at, MessageType.Heartbeat).interval);
}

export function welcome(view: DataView, at: number): { server: string } {
  return { server: read(view, at, MessageType.Welcome).server };
}

const stamp = {
  flags: 0,
  sequence: 0,
  symbol: 0n,
  exchangeTime: 0n,
  receiveTime: 0n,
  publishDelay: 0,
  source: 0,
  detail: 0,
};

/** `channels`: bit N is message type N; no symbols means all. */
export function subscribe(channels: bigint, symbols: bigint[]): Uint8Array<ArrayBuffer> {
  return encode({ type: MessageType.Subscribe, ...stamp, channels, format: 0, symbols });
}

export function unsubscribe(channels: bigint, symbols: bigint[]): Uint8Array<ArrayBuffer> {
  return encode({ type: MessageType.Unsubscribe, ...stamp, channels, symbols });
}
