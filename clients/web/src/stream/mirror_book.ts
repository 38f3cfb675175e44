// The browser's copy of one book. It holds only what the chain of update ids vouches for: a delta applies to the book
// whose update id is its previous one, anything else is a mismatch and the copy is void until the next snapshot.

import { LevelList, Side } from "./side";

export type Applied = "applied" | "partial" | "waiting" | "mismatch";

export class MirrorBook {
  readonly bids = new Side(1);
  readonly asks = new Side(-1);
  updateHigh = 0;
  updateLow = 0;
  /** A snapshot was applied and no mismatch has been seen since. */
  valid = false;
  /** A frame flagged `more` was applied and its continuation is awaited: not to be shown. */
  partial = false;
  private snapshotBids: LevelList | undefined;
  private snapshotAsks: LevelList | undefined;
  private deltaOpen = false;

  void(): void {
    this.valid = false;
    this.partial = false;
    this.deltaOpen = false;
    this.snapshotBids = this.snapshotAsks = undefined;
  }

  clear(): void {
    this.void();
    this.bids.clear();
    this.asks.clear();
  }

  get updateId(): bigint {
    return (BigInt(this.updateHigh >>> 0) << 32n) | BigInt(this.updateLow >>> 0);
  }

  /** One frame of a snapshot; the book it replaces stays in place until the last one. Words: see side.ts. */
  snapshot(
    words: Uint32Array,
    updateHigh: number,
    updateLow: number,
    firstWord: number,
    bidCount: number,
    askCount: number,
    more: boolean,
  ): Applied {
    const bids = (this.snapshotBids ??= new LevelList());
    const asks = (this.snapshotAsks ??= new LevelList());
    bids.append(words, firstWord, bidCount);
    asks.append(words, firstWord + bidCount * 4, askCount);
    this.deltaOpen = false;
    this.partial = more;
    if (more) return "partial";
    this.bids.load(bids);
    this.asks.load(asks);
    this.snapshotBids = this.snapshotAsks = undefined;
    this.updateHigh = updateHigh;
    this.updateLow = updateLow;
    this.valid = true;
    return "applied";
  }

  delta(
    words: Uint32Array,
    previousHigh: number,
    previousLow: number,
    updateHigh: number,
    updateLow: number,
    firstWord: number,
    bidCount: number,
    askCount: number,
    more: boolean,
  ): Applied {
    if (this.snapshotBids !== undefined) return this.mismatch();
    if (!this.valid) return "waiting";
    const continues = this.deltaOpen && updateHigh === this.updateHigh && updateLow === this.updateLow;
    if (!continues && (this.deltaOpen || previousHigh !== this.updateHigh || previousLow !== this.updateLow)) {
      return this.mismatch();
    }
    this.change(this.bids, words, firstWord, bidCount);
    this.change(this.asks, words, firstWord + bidCount * 4, askCount);
    this.updateHigh = updateHigh;
    this.updateLow = updateLow;
    this.deltaOpen = this.partial = more;
    return more ? "partial" : "applied";
  }

  private mismatch(): Applied {
    this.void();
    return "mismatch";
  }

  private change(side: Side, words: Uint32Array, firstWord: number, count: number): void {
    for (let w = firstWord, end = firstWord + count * 4; w < end; w += 4) {
      side.set(words[w + 1] | 0, words[w], words[w + 3] | 0, words[w + 2]);
    }
  }
}
