// How much comes, how old it is, and how long it took.

import { SlidingHistogram } from "./histogram";

const seconds = 64;

/** Messages of one channel: counts per second, and when the last one came. */
export class ChannelMeter {
  total = 0;
  lastAt = NaN;
  private readonly counts = new Float64Array(seconds);
  private second = 0;

  add(at: number): void {
    this.total++;
    this.lastAt = at;
    this.counts[this.second % seconds]++;
  }

  /** To be called once a second. */
  advance(): void {
    this.second++;
    this.counts[this.second % seconds] = 0;
  }

  /** Mean of the last full seconds, three at most. */
  get perSecond(): number {
    const span = Math.min(3, this.second);
    let sum = 0;
    for (let i = 1; i <= span; i++) sum += this.counts[(this.second - i) % seconds];
    return span === 0 ? 0 : sum / span;
  }

  history(length = 60): Float64Array {
    const out = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const second = this.second - length + i;
      if (second >= 0) out[i] = this.counts[second % seconds];
    }
    return out;
  }
}

/** The way of a message in its four legs, percentiles of the last ten seconds. */
export class LatencyMeter {
  readonly exchange = new SlidingHistogram(5);
  readonly publish = new SlidingHistogram(5);
  readonly browser = new SlidingHistogram(5);
  readonly screen = new SlidingHistogram(5);
  readonly total = new SlidingHistogram(5);
  /** publish -> browser of about the last second. */
  private recent = new SlidingHistogram(2);
  private floor = Infinity;
  private floorAge = 0;

  record(exchangeToReceive: number, receiveToPublish: number, publishToBrowser: number): void {
    if (!Number.isNaN(exchangeToReceive)) {
      this.exchange.record(exchangeToReceive);
      this.total.record(exchangeToReceive + receiveToPublish + publishToBrowser);
    }
    this.publish.record(receiveToPublish);
    this.browser.record(publishToBrowser);
    this.recent.record(publishToBrowser);
  }

  /** To be called every two seconds. */
  advance(): void {
    for (const meter of [this.exchange, this.publish, this.browser, this.screen, this.total]) meter.advance();
  }

  /**
   * To be called every half second. The median lag of the last second, and whether it exceeds the smallest one of the
   * past minutes by more than `allowed`: clocks may disagree by a constant, a queue that grows may not hide in it.
   * Milliseconds.
   */
  lag(allowed: number): { lag: number; behind: boolean } {
    const { p50, count } = this.recent.read();
    this.recent.advance();
    if (count === 0) return { lag: NaN, behind: false };
    const lag = p50 / 1e6;
    if (lag < this.floor || ++this.floorAge > 600) {
      this.floor = lag;
      this.floorAge = 0;
    }
    return { lag, behind: lag - this.floor > allowed };
  }
}
