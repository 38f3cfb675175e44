// Keys. In the filter only those act that no filter text needs.

import { byId, make } from "./dom";

export interface Commands {
  focusFilter(): void;
  clearFilter(): void;
  move(by: number): void;
  pick(): void;
  toggleTheme(): void;
  stepGroup(by: number): void;
  stepSpan(by: number): void;
  section(number: number): void;
  toggleOrders(): void;
}

const keys: [string, string][] = [
  ["/", "filter the symbols; words match name, venue and state"],
  ["↑ ↓  j k", "move through the symbols"],
  ["Enter", "show the symbol under the cursor"],
  ["Esc", "clear the filter, close this"],
  ["[  ]", "finer, coarser price steps in the book"],
  ["−  +", "shorter, longer time span of the price line"],
  ["o", "orders in place of the system panels, and back"],
  ["1 … 7", "section (small screens)"],
  ["t", "dark or light"],
  ["?", "these keys"],
];

export function startKeyboard(commands: Commands): void {
  const help = byId<HTMLDialogElement>("help");
  help.append(
    make("h2", { text: "Keys" }),
    make(
      "dl",
      {},
      ...keys.map(([key, text]) =>
        make(
          "div",
          {},
          make("dt", {}, ...key.split(/\s+/).map((each) => make("kbd", { text: each }))),
          make("dd", { text }),
        ),
      ),
    ),
    make("p", {
      text: "A book is shown as right only while it is Live: its update ids chain from a snapshot, here as in the hub. Anything else is veiled.",
    }),
  );
  help.addEventListener("click", () => help.close());
  const toggleHelp = (): void => (help.open ? help.close() : help.showModal());
  byId("help-open").addEventListener("click", toggleHelp);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target instanceof HTMLInputElement;
    if (typing && (event.target as HTMLInputElement).id !== "filter") return;
    const act = (run: () => void): void => {
      event.preventDefault();
      run();
    };
    switch (event.key) {
      case "Escape":
        if (help.open) help.close();
        else commands.clearFilter();
        return;
      case "ArrowDown":
        return act(() => commands.move(1));
      case "ArrowUp":
        return act(() => commands.move(-1));
      case "Enter":
        if (event.target instanceof HTMLButtonElement) return;
        if (typing) event.target.blur();
        return act(() => commands.pick());
    }
    if (typing) return;
    switch (event.key) {
      case "/":
        return act(() => commands.focusFilter());
      case "j":
        return act(() => commands.move(1));
      case "k":
        return act(() => commands.move(-1));
      case "o":
        return act(() => commands.toggleOrders());
      case "t":
        return act(() => commands.toggleTheme());
      case "?":
        return act(toggleHelp);
      case "[":
        return act(() => commands.stepGroup(-1));
      case "]":
        return act(() => commands.stepGroup(1));
      case "-":
        return act(() => commands.stepSpan(-1));
      case "+":
      case "=":
        return act(() => commands.stepSpan(1));
    }
    if (event.key >= "1" && event.key <= "7") act(() => commands.section(Number(event.key)));
  });
}
