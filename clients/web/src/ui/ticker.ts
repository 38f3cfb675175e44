// The head of the selected symbol: what it is, what it costs, and whether its book is right.

import type { BookView, SymbolRow } from "../protocol";
import { byId, make, setAttribute, setText } from "./dom";
import { clockTime, percent } from "../text";
import { stateName, stateText } from "./ladder";

export class Ticker {
  private readonly name = make("h1", { testid: "book-symbol" });
  private readonly tags = make("div", { class: "tags" });
  private readonly price = make("div", { class: "price", testid: "ticker-price" });
  private readonly change = make("div", { class: "change" });
  private readonly state = make("div", { class: "state", testid: "ticker-state" });
  private readonly facts = make("dl");
  private readonly values = new Map<string, HTMLElement>();

  constructor() {
    byId("ticker").append(
      make("div", { class: "title" }, this.name, this.tags),
      make("div", { class: "money" }, this.price, this.change),
      this.facts,
      this.state,
    );
  }

  show(book: BookView, symbol: SymbolRow): void {
    const root = byId("ticker");
    setAttribute(root, "data-state", book.state);
    setText(this.name, symbol.name);
    this.tag([symbol.exchange, symbol.instrument, ...(symbol.trading === "Trading" ? [] : [symbol.trading])]);
    setText(this.price, book.last === "" ? "–" : book.last);
    setAttribute(this.price, "data-direction", String(book.direction));
    setText(this.change, percent(symbol.change));
    setAttribute(this.change, "data-direction", String(Math.sign(Number(symbol.change.toFixed(4)) || 0)));
    setText(this.state, book.state === "Live" ? "Live" : `${stateName(book.state)}: ${stateText(book)}`);
    setAttribute(this.state, "data-state", book.state);
    const ticker = book.derivative;
    const facts: [string, string][] =
      ticker === undefined
        ? [
            ["bid", symbol.bid],
            ["ask", symbol.ask],
            ["spread", book.spread || "–"],
          ]
        : [
            ["mark", ticker.mark || "–"],
            ["index", ticker.index || "–"],
            [
              "funding",
              ticker.funding === "" ? "–" : `${ticker.funding} at ${clockTime(ticker.nextFunding, false).slice(0, 5)}`,
            ],
            ["open int.", ticker.openInterest],
          ];
    for (const [name, text] of facts) if (text !== "") this.fact(name, text);
    for (const name of this.values.keys()) if (!facts.some(([shown]) => shown === name)) this.drop(name);
  }

  private tag(texts: string[]): void {
    if (this.tags.textContent === texts.join("")) return;
    this.tags.replaceChildren(...texts.map((text) => make("span", { text })));
  }

  private fact(name: string, text: string): void {
    let value = this.values.get(name);
    if (value === undefined) {
      value = make("dd");
      this.values.set(name, value);
      this.facts.append(make("div", {}, make("dt", { text: name }), value));
    }
    setText(value, text);
  }

  private drop(name: string): void {
    this.values.get(name)?.parentElement?.remove();
    this.values.delete(name);
  }
}
