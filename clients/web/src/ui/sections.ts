// On a small screen one section shows at a time. On a large one orders take the place of the system panels.

import { byId, make, setAttribute } from "./dom";

const sections: [string, string][] = [
  ["symbols", "Symbols"],
  ["book", "Book"],
  ["chart", "Chart"],
  ["trades", "Trades"],
  ["system", "System"],
  ["alerts", "Alerts"],
  ["orders", "Orders"],
];

export class SectionTabs {
  private readonly buttons = new Map<string, HTMLButtonElement>();

  constructor() {
    for (const [id, text] of sections) {
      const button = make("button", { type: "button", text, testid: `tab-${id}` });
      button.addEventListener("click", () => this.show(id));
      this.buttons.set(id, button);
      byId("tabs").append(button);
    }
    this.show("book");
  }

  show(id: string): void {
    byId("main").dataset.tab = id;
    for (const [name, button] of this.buttons) setAttribute(button, "aria-current", String(name === id));
  }

  toggleOrders(): void {
    const shown = byId("main").dataset.bottom === "orders";
    byId("main").dataset.bottom = shown ? "system" : "orders";
    setAttribute(byId("orders-open"), "aria-pressed", String(!shown));
    if (!shown) this.show("orders");
  }

  number(n: number): void {
    const section = sections[n - 1];
    if (section !== undefined) this.show(section[0]);
  }
}
