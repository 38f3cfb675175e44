// The trades, newest first. Rows are used again: a new trade takes the last row to the top.

import type { TradeRow } from "../protocol";
import { byId, make, setAttribute, setClass, setText } from "./dom";
import { clockTime, rate } from "../text";

const most = 80;

interface Row {
  root: HTMLElement;
  price: HTMLElement;
  quantity: HTMLElement;
  time: HTMLElement;
}

export class TradeTape {
  private readonly parent = byId("tape");
  private readonly note = byId("tape-note");
  private rows: Row[] = [];
  private sizes: number[] = [];
  private seen: number[] = [];

  show(reset: boolean, trades: TradeRow[], now: number): void {
    if (reset) {
      this.parent.replaceChildren();
      this.rows = [];
      this.sizes = [];
      this.seen = [];
    }
    const large = this.largeSize();
    for (const trade of trades.slice(-most)) {
      const row = this.rows.length < most ? this.create() : (this.rows.pop() as Row);
      setText(row.price, trade.price);
      setText(row.quantity, trade.quantity);
      setText(row.time, clockTime(trade.time));
      setAttribute(row.root, "data-side", trade.side);
      setAttribute(row.root, "data-kind", trade.kind);
      setClass(row.root, "large", large > 0 && trade.size >= large);
      this.rows.unshift(row);
      this.parent.prepend(row.root);
      this.sizes.push(trade.size);
    }
    if (this.sizes.length > 256) this.sizes.splice(0, this.sizes.length - 256);
    for (let i = 0; i < trades.length && !reset; i++) this.seen.push(now);
  }

  /** Trades a second over the last five. */
  tick(now: number): void {
    this.seen = this.seen.filter((at) => now - at < 5000);
    setText(this.note, `${rate(this.seen.length / 5)} /s`);
  }

  /** A trade is emphasised when it is among the largest twentieth of those seen. */
  private largeSize(): number {
    if (this.sizes.length < 20) return 0;
    const sorted = Float64Array.from(this.sizes).sort();
    return sorted[Math.floor(sorted.length * 0.95)];
  }

  private create(): Row {
    const price = make("span", { class: "price" });
    const quantity = make("span");
    const time = make("time");
    return {
      root: make("div", { class: "tape-grid", testid: "trade-row" }, price, quantity, time),
      price,
      quantity,
      time,
    };
  }
}
