// A seeded market for the fake hub: books that move, trades that hit them, all in int64 units of 1e-8.

import type { Level } from "../src/wire/messages";

export function random(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export interface Change {
  bids: Level[];
  asks: Level[];
}

const depth = 400;

export class FakeBook {
  readonly bids = new Map<bigint, bigint>();
  readonly asks = new Map<bigint, bigint>();
  updateId: bigint;
  private middle: number;

  constructor(
    readonly text: string,
    readonly tick: bigint,
    price: number,
    readonly priceDecimals: number,
    readonly quantityDecimals: number,
    private readonly next: () => number,
  ) {
    this.middle = Math.round((price * 1e8) / Number(tick));
    this.updateId = BigInt(Math.floor(next() * 1e9));
    for (let away = 1; away <= depth; away++) {
      this.bids.set(this.price(-away), this.quantity(away));
      this.asks.set(this.price(away), this.quantity(away));
    }
  }

  snapshot(): Change {
    const list = (side: Map<bigint, bigint>, sign: bigint): Level[] =>
      [...side]
        .map(([price, quantity]) => ({ price, quantity }))
        .sort((a, b) => (a.price < b.price ? Number(sign) : -Number(sign)));
    return { bids: list(this.bids, 1n), asks: list(this.asks, -1n) };
  }

  /** A diff as a venue sends one: the middle may step, levels near it change. */
  step(): Change {
    const changes = { bids: new Map<bigint, bigint>(), asks: new Map<bigint, bigint>() };
    const set = (side: "bids" | "asks", price: bigint, quantity: bigint): void => {
      if (quantity === 0n) this[side].delete(price);
      else this[side].set(price, quantity);
      changes[side].set(price, quantity);
    };
    const roll = this.next();
    const move = roll < 0.12 ? -1 : roll < 0.24 ? 1 : roll < 0.245 ? -6 : roll < 0.25 ? 6 : 0;
    for (let i = 0; i < Math.abs(move); i++) {
      const up = move > 0;
      const [gone, grown] = up ? (["asks", "bids"] as const) : (["bids", "asks"] as const);
      const sign = up ? 1 : -1;
      set(gone, this.price(sign), 0n);
      this.middle += sign;
      set(gone, this.price(sign * depth), this.quantity(depth));
      set(grown, this.price(-sign), this.quantity(1));
      set(grown, this.price(-sign * (depth + 1)), 0n);
    }
    for (let i = 0, n = 1 + Math.floor(this.next() * 5); i < n; i++) {
      const away = 1 + Math.floor(this.next() ** 3 * 40);
      if (this.next() < 0.5) set("bids", this.price(-away), this.quantity(away));
      else set("asks", this.price(away), this.quantity(away));
    }
    const list = (side: Map<bigint, bigint>): Level[] => [...side].map(([price, quantity]) => ({ price, quantity }));
    this.updateId += BigInt(1 + Math.floor(this.next() * 9));
    return { bids: list(changes.bids), asks: list(changes.asks) };
  }

  best(): { bid: Level; ask: Level } {
    const bid = this.price(-1);
    const ask = this.price(1);
    return {
      bid: { price: bid, quantity: this.bids.get(bid) ?? 0n },
      ask: { price: ask, quantity: this.asks.get(ask) ?? 0n },
    };
  }

  trade(): { buy: boolean; price: bigint; quantity: bigint } {
    const buy = this.next() < 0.5;
    const scale = 10 ** (8 - this.quantityDecimals);
    const size = Math.ceil((this.next() ** 6 * 2e8) / scale) * scale;
    return { buy, price: this.price(buy ? 1 : -1), quantity: BigInt(Math.max(scale, size)) };
  }

  private price(away: number): bigint {
    return BigInt(this.middle + away) * this.tick;
  }

  private quantity(away: number): bigint {
    const scale = 10 ** (8 - this.quantityDecimals);
    return BigInt(Math.ceil((this.next() ** 3 * 4e8 * (0.3 + Math.sqrt(away) / 6)) / scale) * scale);
  }
}
