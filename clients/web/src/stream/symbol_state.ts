// Everything the worker knows about one symbol.

import type { ShownState } from "../protocol";
import { absent } from "../wire/messages";
import type { SymbolMapping } from "./cold";
import { toDouble } from "./fixed";
import { MirrorBook } from "./mirror_book";

/** An int64 of the wire in halves. */
export class Halves {
  high = 0;
  low = 0;
  known = false;

  set(high: number, low: number): void {
    this.high = high | 0;
    this.low = low >>> 0;
    this.known = !(this.high === -2147483648 && this.low === 0);
  }

  /** An absent value leaves what was known. */
  update(value: bigint): void {
    if (value !== absent) this.set(Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asUintN(32, value)));
  }

  forget(): void {
    this.known = false;
  }

  get double(): number {
    return this.known ? toDouble(this.high, this.low) : NaN;
  }
}

const tapeSize = 128;
export const tradeFlags = { buy: 1, sell: 2, history: 4, liquidation: 8 } as const;

/** The latest trades, in a ring; trade n lies in slot n % size. */
export class Tape {
  taken = 0;
  readonly time = new Float64Array(tapeSize);
  readonly words = new Int32Array(tapeSize * 4);
  readonly flags = new Uint8Array(tapeSize);

  add(
    time: number,
    priceHigh: number,
    priceLow: number,
    quantityHigh: number,
    quantityLow: number,
    flags: number,
  ): void {
    const slot = this.taken++ % tapeSize;
    this.time[slot] = time;
    this.flags[slot] = flags;
    this.words[slot * 4] = priceHigh;
    this.words[slot * 4 + 1] = priceLow;
    this.words[slot * 4 + 2] = quantityHigh;
    this.words[slot * 4 + 3] = quantityLow;
  }

  get oldest(): number {
    return Math.max(0, this.taken - tapeSize);
  }

  slot(number: number): number {
    return number % tapeSize;
  }
}

export class SymbolState {
  readonly book = new MirrorBook();
  readonly tape = new Tape();
  /** What the hub says of the book. */
  state: ShownState = "Init";
  integrity = "Unverified";
  reason = "None";
  gaps = 0;
  resyncs = 0;
  /** Why this page distrusts its copy; empty when it does not. */
  local = "";
  mismatches = 0;
  resubscribeAt = 0;
  resubscribePause = 0;

  /** Trades or quotes came while nothing was heard of a book for a while. */
  bookless = false;
  shown: ShownState = "Init";
  shownReason = "";
  shownSince = 0;
  staleSince = 0;

  readonly quoteBid = new Halves();
  readonly quoteAsk = new Halves();
  readonly last = new Halves();
  direction = 0;
  firstDouble = NaN;
  mark = new Halves();
  indexPrice = new Halves();
  openInterest = new Halves();
  funding = NaN;
  nextFunding = 0;

  messages = 0;
  countedMessages = 0;
  perSecond = 0;

  rowDirty = true;
  bookDirty = true;
  gone = false;
  /** The hub session that last mapped this symbol. */
  session = 0;
  next: SymbolState | undefined;

  exchange = "";
  name = "";
  /** Of a consolidated quote: the exchanges that bid and ask best; empty where none does. */
  bidVenue = "";
  askVenue = "";

  constructor(
    readonly index: number,
    readonly hashHigh: number,
    readonly hashLow: number,
    public mapping: SymbolMapping,
  ) {
    this.map(mapping);
  }

  get hash(): bigint {
    return (BigInt(this.hashHigh >>> 0) << 32n) | BigInt(this.hashLow >>> 0);
  }

  map(mapping: SymbolMapping): void {
    this.mapping = mapping;
    const colon = mapping.text.indexOf(":");
    this.exchange = colon < 0 ? "" : mapping.text.slice(0, colon);
    this.name = colon < 0 ? mapping.text : mapping.text.slice(colon + 1);
    this.rowDirty = this.bookDirty = true;
  }

  /** Best bid as halves: of the book where it is right, else of the venue's own quote, else of the book as it was. */
  best(side: "bids" | "asks", into: Halves): Halves {
    const levels = this.book[side];
    const quoted = side === "bids" ? this.quoteBid : this.quoteAsk;
    if (levels.count > 0 && (this.shown === "Live" || !quoted.known)) {
      const best = levels.count - 1;
      into.set(levels.priceHigh[best], levels.priceLow[best]);
    } else if (quoted.known) into.set(quoted.high, quoted.low);
    else into.forget();
    return into;
  }
}
