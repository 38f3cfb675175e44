// The order book: as many rows as fit, asks above, bids below, and between them the spread. A book that is not Live is
// veiled, so that nobody reads it as right.

import type { BookView, LevelRow, SymbolRow } from "../protocol";
import { byId, make, Segments, setAttribute, setClass, setText } from "./dom";
import { duration, words } from "../text";

const rowHeight = 19;
const middleHeight = 34;

interface Row {
  root: HTMLElement;
  price: HTMLElement;
  quantity: HTMLElement;
  total: HTMLElement;
  bar: HTMLElement;
}

/** A state as it is shown. */
export function stateName(state: string): string {
  return state === "None" ? "No book" : state;
}

/** What a state means to someone who trades by the book. */
export function stateText(book: { state: string; reason: string }): string {
  const reason = book.reason === "" ? "" : words(book.reason);
  switch (book.state) {
    case "Stale":
      return reason === "" ? "not to be trusted" : reason;
    case "Syncing":
      return reason === "" ? "waiting for a snapshot" : reason;
    case "Init":
      return "not yet subscribed";
    case "None":
      return "trades and quotes alone";
    default:
      return reason;
  }
}

export class Ladder {
  rows = 16;
  readonly groups: Segments<number>;
  private readonly levels = byId("levels");
  private readonly panel: HTMLElement;
  private readonly asks: Row[] = [];
  private readonly bids: Row[] = [];
  private readonly middle = make("div", { class: "middle" });
  private readonly last = make("b", { testid: "last-price" });
  private readonly spread = make("span", { class: "spread", testid: "spread" });
  private readonly veil = make("div", { class: "veil", testid: "book-veil" });
  private readonly veilState = make("b");
  private readonly veilReason = make("span");
  private readonly state = make("span", { class: "badge", testid: "book-state" });
  private readonly integrity = make("span", {
    class: "badge quiet",
    testid: "book-integrity",
    title: "What the venue gives to check this book by",
  });
  private readonly facts: Record<string, HTMLElement> = {};

  constructor(reshaped: () => void) {
    this.panel = this.levels.closest(".panel") as HTMLElement;
    byId("book-badges").append(this.state, this.integrity);
    this.groups = new Segments(
      byId("book-groups"),
      "Price grouping in ticks",
      [
        [1, "1"],
        [10, "10"],
        [100, "100"],
      ],
      1,
      reshaped,
    );
    this.middle.append(this.last, this.spread);
    this.veil.append(this.veilState, this.veilReason);
    this.levels.append(this.middle, this.veil);
    const facts = byId("book-facts");
    for (const [id, label] of [
      ["reason", "reason"],
      ["gaps", "gaps"],
      ["resyncs", "resyncs"],
      ["levels", "levels"],
      ["update-id", "update id"],
    ]) {
      this.facts[id] = make("dd", { testid: `book-${id}` });
      facts.append(make("div", { class: `fact-${id}` }, make("dt", { text: label }), this.facts[id]));
    }
    this.fit();
    new ResizeObserver(() => {
      if (this.fit()) reshaped();
    }).observe(this.levels);
  }

  show(book: BookView, symbol: SymbolRow | undefined): void {
    setAttribute(byId("book-groups"), "title", `Price steps of ${book.group}`);
    setAttribute(this.panel, "data-state", book.state);
    setAttribute(this.panel, "data-symbol", symbol?.text ?? "");
    setText(this.state, stateName(book.state));
    setAttribute(this.state, "data-state", book.state);
    setText(this.integrity, book.integrity);
    this.fill(this.asks, book.asks);
    this.fill(this.bids, book.bids);
    setText(this.last, book.last === "" ? "–" : book.last);
    setAttribute(this.last, "data-direction", String(book.direction));
    const points = Number.isNaN(book.spreadBasisPoints)
      ? ""
      : ` · ${book.spreadBasisPoints < 0.1 ? book.spreadBasisPoints.toPrecision(2) : book.spreadBasisPoints.toFixed(2)} bp`;
    setText(this.spread, book.spread === "" ? "" : `spread ${book.spread}${points}`);
    setText(this.veilState, stateName(book.state));
    setText(this.veilReason, book.state === "Live" ? "" : `${stateText(book)} · ${duration(book.since)}`);
    setText(this.facts.reason, book.local !== "" ? book.local : stateText(book) || "–");
    setText(this.facts.gaps, String(book.gaps));
    setText(this.facts.resyncs, String(book.resyncs));
    setText(this.facts.levels, `${book.bidLevels} / ${book.askLevels}`);
    setText(this.facts["update-id"], book.updateId);
  }

  private fill(rows: Row[], levels: LevelRow[]): void {
    rows.forEach((row, i) => {
      const level = levels[i];
      setClass(row.root, "empty", level === undefined);
      if (level === undefined) {
        if (setText(row.price, "")) {
          setText(row.quantity, "");
          setText(row.total, "");
          row.bar.style.transform = "scaleX(0)";
        }
        return;
      }
      setText(row.price, level.price);
      setText(row.quantity, level.quantity);
      if (setText(row.total, level.total) || row.bar.dataset.share !== String(level.share)) {
        row.bar.dataset.share = String(level.share);
        row.bar.style.transform = `scaleX(${level.share.toFixed(4)})`;
      }
    });
  }

  /** Makes as many rows as the room allows; says whether that changed. */
  private fit(): boolean {
    const room = this.levels.clientHeight;
    const rows = Math.max(3, Math.floor((room - middleHeight) / 2 / rowHeight));
    if (rows === this.rows && this.bids.length === rows) return false;
    this.rows = rows;
    while (this.bids.length < rows) {
      const ask = this.row("ask");
      const bid = this.row("bid");
      this.asks.push(ask);
      this.bids.push(bid);
      this.levels.prepend(ask.root);
      this.levels.insertBefore(bid.root, this.veil);
    }
    while (this.bids.length > rows) {
      this.asks.pop()?.root.remove();
      this.bids.pop()?.root.remove();
    }
    return true;
  }

  private row(side: "bid" | "ask"): Row {
    const price = make("span", { class: "price" });
    const quantity = make("span");
    const total = make("span", { class: "total" });
    const bar = make("i");
    return {
      root: make("div", { class: `ladder-grid ${side} empty`, testid: `ladder-${side}` }, bar, price, quantity, total),
      price,
      quantity,
      total,
      bar,
    };
  }
}
