// Frames as a hub writes them, for tests.

import { encode } from "../src/wire/codec";
import { BookState, Integrity, type Level, type Message, MessageType } from "../src/wire/messages";

export const noStamp = {
  flags: 0,
  sequence: 0,
  symbol: 0n,
  exchangeTime: 0n,
  receiveTime: 0n,
  publishDelay: 0,
  source: 16,
  detail: 0,
};
export const symbol = 16842681295735137662n;

export function level(price: number | bigint, quantity: number | bigint): Level {
  return { price: BigInt(price), quantity: BigInt(quantity) };
}

/** Several frames as one WebSocket message. */
export function message(...frames: Message[]): ArrayBuffer {
  const parts = frames.map(encode);
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
}

export function welcome(): Message {
  return { ...noStamp, type: MessageType.Welcome, session: 1n, serverTime: 0n, version: 1, server: "hub" };
}

export function mapping(hash = symbol, text = "binance:BTC-USDT"): Message {
  return {
    ...noStamp,
    type: MessageType.SymbolMapping,
    symbol: hash,
    tickSize: 1_000_000n,
    lotSize: 1000n,
    minimumQuantity: 0n,
    minimumNotional: 0n,
    contractSize: 0n,
    priceDecimals: 2,
    quantityDecimals: 5,
    unitExponent: 0,
    kind: 0,
    status: 1,
    text,
    venueSymbol: "BTCUSDT",
  };
}

export function status(state: number, reason = 0, hash = symbol): Message {
  return {
    ...noStamp,
    type: MessageType.BookStatus,
    symbol: hash,
    updateId: 0n,
    gaps: 3n,
    resyncs: 2n,
    state,
    integrity: Integrity.Sequenced,
    reason,
  };
}

export function snapshot(updateId: bigint, bids: Level[], asks: Level[], flags = 0, hash = symbol): Message {
  return { ...noStamp, flags, type: MessageType.L2Snapshot, symbol: hash, updateId, bids, asks };
}

export function delta(
  previousUpdateId: bigint,
  updateId: bigint,
  bids: Level[],
  asks: Level[],
  flags = 0,
  hash = symbol,
): Message {
  return { ...noStamp, flags, type: MessageType.L2Delta, symbol: hash, previousUpdateId, updateId, bids, asks };
}

export const live = (hash = symbol): Message => status(BookState.Live, 2, hash);
