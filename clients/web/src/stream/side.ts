// One side of a mirrored book. Levels lie in typed arrays, the best one last, because most changes happen there.
// Prices and quantities are the wire's int64s in halves: exact, and without a BigInt per level.

export class Side {
  count = 0;
  priceHigh = new Int32Array(256);
  priceLow = new Uint32Array(256);
  quantityHigh = new Int32Array(256);
  quantityLow = new Uint32Array(256);

  /** `direction` is 1 where a higher price is better (bids), -1 where a lower one is (asks). */
  constructor(private readonly direction: 1 | -1) {}

  clear(): void {
    this.count = 0;
  }

  /** Index of level `rank` counted from the best one (0). */
  at(rank: number): number {
    return this.count - 1 - rank;
  }

  /** Sets a level's quantity; zero removes it. Removing an unknown level is normal. */
  set(priceHigh: number, priceLow: number, quantityHigh: number, quantityLow: number): void {
    let low = 0;
    let end = this.count;
    while (low < end) {
      const middle = (low + end) >>> 1;
      if (this.before(middle, priceHigh, priceLow)) low = middle + 1;
      else end = middle;
    }
    const found = low < this.count && this.priceHigh[low] === priceHigh && this.priceLow[low] === priceLow;
    if (quantityHigh === 0 && quantityLow === 0) {
      if (found) this.remove(low);
      return;
    }
    if (!found) this.open(low);
    this.priceHigh[low] = priceHigh;
    this.priceLow[low] = priceLow;
    this.quantityHigh[low] = quantityHigh;
    this.quantityLow[low] = quantityLow;
  }

  /** Replaces everything by `count` levels given best first; one that is out of order is put into its place. */
  load(levels: LevelList): void {
    this.count = 0;
    this.reserve(levels.count);
    for (let i = levels.count - 1, w = i * 4; i >= 0; i--, w -= 4) {
      const priceHigh = levels.words[w + 1] | 0;
      const priceLow = levels.words[w];
      const last = this.count - 1;
      if (last >= 0 && !this.before(last, priceHigh, priceLow)) {
        this.set(priceHigh, priceLow, levels.words[w + 3] | 0, levels.words[w + 2]);
        continue;
      }
      this.priceHigh[this.count] = priceHigh;
      this.priceLow[this.count] = priceLow;
      this.quantityHigh[this.count] = levels.words[w + 3];
      this.quantityLow[this.count] = levels.words[w + 2];
      this.count++;
    }
  }

  /** Whether level `index` is worse than the price. */
  private before(index: number, priceHigh: number, priceLow: number): boolean {
    const high = this.priceHigh[index];
    if (high !== priceHigh) return high < priceHigh === this.direction > 0;
    const low = this.priceLow[index];
    return low !== priceLow && low < priceLow === this.direction > 0;
  }

  private remove(index: number): void {
    const end = this.count;
    this.priceHigh.copyWithin(index, index + 1, end);
    this.priceLow.copyWithin(index, index + 1, end);
    this.quantityHigh.copyWithin(index, index + 1, end);
    this.quantityLow.copyWithin(index, index + 1, end);
    this.count--;
  }

  private open(index: number): void {
    this.reserve(this.count + 1);
    const end = this.count;
    this.priceHigh.copyWithin(index + 1, index, end);
    this.priceLow.copyWithin(index + 1, index, end);
    this.quantityHigh.copyWithin(index + 1, index, end);
    this.quantityLow.copyWithin(index + 1, index, end);
    this.count++;
  }

  private reserve(count: number): void {
    let capacity = this.priceHigh.length;
    if (capacity >= count) return;
    while (capacity < count) capacity *= 2;
    const grow = <T extends Int32Array | Uint32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.priceHigh = grow(this.priceHigh, new Int32Array(capacity));
    this.priceLow = grow(this.priceLow, new Uint32Array(capacity));
    this.quantityHigh = grow(this.quantityHigh, new Int32Array(capacity));
    this.quantityLow = grow(this.quantityLow, new Uint32Array(capacity));
  }
}

/** Levels as they lie on the wire, four 32-bit words each (price low, price high, quantity low, quantity high). */
export class LevelList {
  count = 0;
  words = new Uint32Array(1024);

  append(source: Uint32Array, firstWord: number, levels: number): void {
    const used = this.count * 4;
    const need = used + levels * 4;
    if (need > this.words.length) {
      const grown = new Uint32Array(Math.max(need, this.words.length * 2));
      grown.set(this.words.subarray(0, used));
      this.words = grown;
    }
    this.words.set(source.subarray(firstWord, firstWord + levels * 4), used);
    this.count += levels;
  }
}
