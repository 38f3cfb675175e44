// Percentiles over a sliding window. Buckets are logarithmic with 16 steps an octave (4 % wide), from 64 ns to 137 s;
// negative durations, which only clocks that disagree produce, are counted apart.

const unit = 64;
const steps = 16;
const buckets = 32 * steps;

function bucketOf(nanos: number): number {
  const units = nanos >= 0x7fffffff * unit ? 0x7fffffff : Math.floor(nanos / unit);
  if (units < steps) return units;
  const exponent = 31 - Math.clz32(units);
  return (exponent - 3) * steps + ((units >>> (exponent - 4)) & (steps - 1));
}

function middleOf(bucket: number): number {
  if (bucket < steps) return (bucket + 0.5) * unit;
  const exponent = Math.floor(bucket / steps) + 3;
  return (steps + (bucket % steps) + 0.5) * 2 ** (exponent - 4) * unit;
}

export interface Percentiles {
  count: number;
  negative: number;
  /** Nanoseconds; NaN while there is nothing. */
  p50: number;
  p90: number;
  p99: number;
}

export class SlidingHistogram {
  private readonly slots: Uint32Array[];
  private readonly counts: Float64Array;
  private readonly negatives: Float64Array;
  private slot = 0;

  constructor(slots: number) {
    this.slots = Array.from({ length: slots }, () => new Uint32Array(buckets));
    this.counts = new Float64Array(slots);
    this.negatives = new Float64Array(slots);
  }

  record(nanos: number): void {
    if (nanos < 0) {
      this.negatives[this.slot]++;
      nanos = 0;
    }
    this.slots[this.slot][bucketOf(nanos)]++;
    this.counts[this.slot]++;
  }

  /** Moves the window on by one slot; the oldest one is forgotten. */
  advance(): void {
    this.slot = (this.slot + 1) % this.slots.length;
    this.slots[this.slot].fill(0);
    this.counts[this.slot] = 0;
    this.negatives[this.slot] = 0;
  }

  read(): Percentiles {
    let count = 0;
    let negative = 0;
    for (let i = 0; i < this.slots.length; i++) {
      count += this.counts[i];
      negative += this.negatives[i];
    }
    if (count === 0) return { count, negative, p50: NaN, p90: NaN, p99: NaN };
    const wanted = [0.5, 0.9, 0.99].map((share) => Math.ceil(share * count));
    const found = [NaN, NaN, NaN];
    let seen = 0;
    let next = 0;
    for (let bucket = 0; bucket < buckets && next < 3; bucket++) {
      for (const slot of this.slots) seen += slot[bucket];
      while (next < 3 && seen >= wanted[next]) found[next++] = middleOf(bucket);
    }
    return { count, negative, p50: found[0], p90: found[1], p99: found[2] };
  }
}
