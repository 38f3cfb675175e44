// On a small screen one section shows at a time.

import { byId, make, setAttribute } from "./dom";

const sections: [string, string][] = [
  ["symbols", "Symbols"],
  ["book", "Book"],
  ["chart", "Chart"],
  ["trades", "Trades"],
  ["system", "System"],
  ["alerts", "Alerts"],
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

  number(n: number): void {
    const section = sections[n - 1];
    if (section !== undefined) this.show(section[0]);
  }
}
