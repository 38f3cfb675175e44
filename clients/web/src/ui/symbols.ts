// The symbol list: sorted, filtered, walked by keys. Rows are kept per symbol and moved, never rebuilt.

import type { SymbolRow } from "../protocol";
import { byId, make, setAttribute, setClass, setText } from "./dom";
import { percent, rate, words } from "../text";

type Column = "state" | "name" | "last" | "bid" | "ask" | "change" | "rate";

const columns: { id: Column; label: string; title: string }[] = [
  { id: "name", label: "Symbol", title: "Sort by name" },
  { id: "state", label: "Book", title: "Sort by the state of the book" },
  { id: "last", label: "Last", title: "Sort by last price" },
  { id: "bid", label: "Bid", title: "Sort by best bid" },
  { id: "ask", label: "Ask", title: "Sort by best ask" },
  { id: "change", label: "Chg", title: "Sort by change since this page first saw a trade" },
  { id: "rate", label: "Msg/s", title: "Sort by messages a second" },
];
const stateOrder: Record<string, number> = { Stale: 0, Syncing: 1, Init: 2, Live: 3, None: 4 };

function number(text: string): number {
  const value = Number(text.replaceAll(",", ""));
  return Number.isNaN(value) ? -Infinity : value;
}

const orders: Record<Column, (a: SymbolRow, b: SymbolRow) => number> = {
  name: (a, b) => a.name.localeCompare(b.name) || a.exchange.localeCompare(b.exchange),
  state: (a, b) => stateOrder[a.state] - stateOrder[b.state],
  last: (a, b) => number(b.last) - number(a.last),
  bid: (a, b) => number(b.bid) - number(a.bid),
  ask: (a, b) => number(b.ask) - number(a.ask),
  change: (a, b) => (Number.isNaN(b.change) ? -Infinity : b.change) - (Number.isNaN(a.change) ? -Infinity : a.change),
  rate: (a, b) => Math.round(b.perSecond) - Math.round(a.perSecond),
};

interface Row {
  root: HTMLElement;
  cells: Record<Column, HTMLElement>;
  exchange: HTMLElement;
  data: SymbolRow;
}

export class SymbolList {
  private readonly rows = new Map<number, Row>();
  private shown: Row[] = [];
  private readonly list = byId("symbol-rows");
  private readonly panel = this.list.closest(".panel") as HTMLElement;
  private readonly filter = byId<HTMLInputElement>("filter");
  private readonly count = byId("symbol-count");
  private readonly heads = new Map<Column, HTMLButtonElement>();
  private sortBy: Column | undefined;
  private reversed = false;
  private cursor = -1;
  private selected = -1;
  private arrangedAt = 0;
  private longest = 9;

  constructor(private readonly picked: (row: SymbolRow) => void) {
    const parent = byId("symbol-columns");
    for (const column of columns) {
      const head = make("button", { type: "button", text: column.label, title: column.title, class: column.id });
      head.addEventListener("click", () => this.sort(column.id));
      this.heads.set(column.id, head);
      parent.append(head);
    }
    this.filter.addEventListener("input", () => this.arrange());
    this.list.addEventListener("click", (event) => {
      const root = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
      if (root !== null) this.pick(Number(root.dataset.index));
    });
  }

  get size(): number {
    return this.rows.size;
  }

  find(test: (row: SymbolRow) => boolean): SymbolRow | undefined {
    for (const row of this.rows.values()) if (!row.data.gone && test(row.data)) return row.data;
    return undefined;
  }

  get(index: number): SymbolRow | undefined {
    return this.rows.get(index)?.data;
  }

  update(changed: SymbolRow[], everything: boolean, now: number): void {
    let added = everything;
    let longest = this.longest;
    for (const data of changed) {
      longest = Math.max(longest, data.last.length, data.bid.length, data.ask.length);
      let row = this.rows.get(data.index);
      if (row === undefined) {
        row = this.create(data);
        this.rows.set(data.index, row);
        added = true;
      }
      this.fill(row, data);
    }
    if (longest > this.longest) {
      // A price that is cut off is a wrong price: the columns grow with the longest one.
      this.longest = longest;
      document.documentElement.style.setProperty("--price", `${Math.ceil(longest * 6.4)}px`);
    }
    if (added || (this.sortBy !== undefined && this.sortBy !== "name" && now - this.arrangedAt > 1000))
      this.arrange(now);
  }

  focusFilter(): void {
    this.filter.focus();
    this.filter.select();
  }

  clearFilter(): void {
    this.filter.value = "";
    this.filter.blur();
    this.arrange();
  }

  move(by: number): void {
    if (this.shown.length === 0) return;
    const at = this.shown.findIndex((row) => row.data.index === (this.cursor < 0 ? this.selected : this.cursor));
    const next = Math.min(this.shown.length - 1, Math.max(0, at < 0 ? 0 : at + by));
    this.setCursor(this.shown[next].data.index);
    this.shown[next].root.scrollIntoView({ block: "nearest" });
  }

  pickCursor(): void {
    const row = this.shown.find((each) => each.data.index === this.cursor) ?? this.shown[0];
    if (row !== undefined) this.pick(row.data.index);
  }

  select(index: number): void {
    this.selected = index;
    for (const row of this.rows.values()) setAttribute(row.root, "aria-selected", String(row.data.index === index));
  }

  private pick(index: number): void {
    const row = this.rows.get(index);
    if (row === undefined) return;
    this.setCursor(index);
    this.picked(row.data);
  }

  private setCursor(index: number): void {
    this.cursor = index;
    for (const row of this.rows.values()) setClass(row.root, "cursor", row.data.index === index);
  }

  private sort(column: Column): void {
    if (this.sortBy === column && !this.reversed) this.reversed = true;
    else if (this.sortBy === column) {
      this.sortBy = undefined;
      this.reversed = false;
    } else {
      this.sortBy = column;
      this.reversed = false;
    }
    for (const [id, head] of this.heads) {
      if (id === this.sortBy) setAttribute(head, "aria-sort", this.reversed ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.arrange();
  }

  private arrange(now = performance.now()): void {
    this.arrangedAt = now;
    const wanted = this.filter.value.trim().toLowerCase().split(/\s+/);
    const matches = ({ text, state }: SymbolRow): boolean => {
      const haystack = `${text} ${state}`.toLowerCase();
      return wanted.every((part) => haystack.includes(part));
    };
    const present = [...this.rows.values()].filter((row) => !row.data.gone);
    const shown = present.filter((row) => matches(row.data));
    if (this.sortBy !== undefined) {
      const order = orders[this.sortBy];
      const sign = this.reversed ? -1 : 1;
      shown.sort((a, b) => sign * order(a.data, b.data) || a.data.index - b.data.index);
    }
    const same = shown.length === this.shown.length && shown.every((row, i) => row === this.shown[i]);
    setClass(this.panel, "many", new Set(present.map((row) => row.data.exchange)).size > 1);
    if (!same) {
      this.shown = shown;
      this.list.replaceChildren(...shown.map((row) => row.root));
    }
    setText(
      this.count,
      shown.length === present.length ? String(present.length) : `${shown.length} of ${present.length}`,
    );
  }

  private create(data: SymbolRow): Row {
    const cells = Object.fromEntries(columns.map(({ id }) => [id, make("span", { class: id })])) as Row["cells"];
    const exchange = make("small");
    cells.name.append(make("b"), exchange);
    const root = make(
      "div",
      { class: "symbol-grid", testid: "symbol-row", role: "option", "data-index": String(data.index) },
      ...columns.map(({ id }) => cells[id]),
    );
    setAttribute(root, "aria-selected", String(data.index === this.selected));
    return { root, cells, exchange, data };
  }

  private fill(row: Row, data: SymbolRow): void {
    row.data = data;
    const { root, cells } = row;
    setAttribute(root, "data-symbol", data.text);
    setAttribute(root, "data-state", data.state);
    setText(cells.name.firstChild as HTMLElement, data.name);
    setAttribute(cells.name, "title", data.text);
    setText(row.exchange, data.exchange);
    const venues = data.bidVenue !== "" || data.askVenue !== "";
    setText(cells.state, venues ? `${data.bidVenue || "–"} / ${data.askVenue || "–"}` : data.state === "None" ? "–" : data.state);
    setAttribute(
      cells.state,
      "title",
      venues
        ? `Best bid at ${data.bidVenue || "no venue"}, best ask at ${data.askVenue || "no venue"}`
        : `${data.integrity}${data.reason ? `, ${words(data.reason)}` : ""}; ${data.gaps} gaps, ${data.resyncs} resyncs`,
    );
    setText(cells.last, data.last);
    setAttribute(cells.last, "data-direction", String(data.direction));
    setText(cells.bid, data.bid);
    setText(cells.ask, data.ask);
    setText(cells.change, percent(data.change));
    setAttribute(cells.change, "data-direction", String(Math.sign(Number(data.change.toFixed(4)) || 0)));
    setText(cells.rate, rate(data.perSecond));
  }
}
