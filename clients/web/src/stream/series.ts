// Ring buffers for the charts: one shared time axis, three lines a symbol, sampled at a fixed interval.

export const lines = 3; // last, bid, ask

export interface SeriesSlice {
  times: Float64Array;
  values: Float64Array[];
}

export class SeriesStore {
  private readonly times: Float64Array;
  private readonly rings: Float64Array[] = [];
  /** Samples taken since the beginning; sample n lies in slot n % capacity. */
  taken = 0;

  constructor(readonly capacity: number) {
    this.times = new Float64Array(capacity);
  }

  /** Begins a sample at `seconds`; `put` then fills it. What is not put stays NaN, a hole in the line. */
  begin(seconds: number): void {
    const slot = this.taken++ % this.capacity;
    this.times[slot] = seconds;
    for (const ring of this.rings) ring?.fill(NaN, slot * lines, slot * lines + lines);
  }

  put(symbol: number, last: number, bid: number, ask: number): void {
    const ring = (this.rings[symbol] ??= new Float64Array(this.capacity * lines).fill(NaN));
    const at = ((this.taken - 1) % this.capacity) * lines;
    ring[at] = last;
    ring[at + 1] = bid;
    ring[at + 2] = ask;
  }

  /** Samples from number `from` on, as far as they are still held. */
  slice(symbol: number, from: number): SeriesSlice {
    const first = Math.max(from, this.taken - this.capacity, 0);
    const count = Math.max(0, this.taken - first);
    const ring = this.rings[symbol];
    const times = new Float64Array(count);
    const values = Array.from({ length: lines }, () => new Float64Array(count).fill(NaN));
    for (let i = 0; i < count; i++) {
      const slot = (first + i) % this.capacity;
      times[i] = this.times[slot];
      if (ring === undefined) continue;
      for (let line = 0; line < lines; line++) values[line][i] = ring[slot * lines + line];
    }
    return { times, values };
  }
}
