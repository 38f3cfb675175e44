// The whole render layer: make nodes once, then set only what differs.

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
}

export interface Attributes {
  class?: string;
  testid?: string;
  title?: string;
  text?: string;
  [name: string]: string | undefined;
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    if (name === "text") node.textContent = value;
    else node.setAttribute(name === "testid" ? "data-testid" : name, value);
  }
  node.append(...children);
  return node;
}

const texts = new WeakMap<Node, string>();

export function setText(node: Node, text: string): boolean {
  if (texts.get(node) === text) return false;
  texts.set(node, text);
  const only = node.firstChild;
  if (only !== null && only === node.lastChild && only.nodeType === Node.TEXT_NODE) (only as Text).data = text;
  else node.textContent = text;
  return true;
}

export function setAttribute(node: Element, name: string, value: string): void {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

export function setClass(node: Element, name: string, on: boolean): void {
  if (node.classList.contains(name) !== on) node.classList.toggle(name, on);
}

/** Rows by key: kept while their key stays, in the order given. */
export class KeyedRows<T, R extends { root: HTMLElement }> {
  private readonly rows = new Map<string, R>();

  constructor(
    private readonly parent: HTMLElement,
    private readonly create: (key: string) => R,
    private readonly update: (row: R, item: T) => void,
  ) {}

  show(items: T[], keyOf: (item: T) => string): void {
    const gone = new Set(this.rows.keys());
    let place = this.parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      gone.delete(key);
      let row = this.rows.get(key);
      if (row === undefined) this.rows.set(key, (row = this.create(key)));
      this.update(row, item);
      if (row.root === place) place = place.nextElementSibling;
      else this.parent.insertBefore(row.root, place);
    }
    for (const key of gone) {
      this.rows.get(key)?.root.remove();
      this.rows.delete(key);
    }
  }
}

/** A group of buttons of which one is on. */
export class Segments<T extends string | number> {
  private readonly buttons = new Map<T, HTMLButtonElement>();

  constructor(
    parent: HTMLElement,
    label: string,
    choices: [T, string][],
    public value: T,
    private readonly chosen: (value: T) => void,
  ) {
    parent.setAttribute("role", "group");
    parent.setAttribute("aria-label", label);
    for (const [value, text] of choices) {
      const button = make("button", { text, type: "button", "data-value": String(value) });
      button.addEventListener("click", () => this.choose(value));
      this.buttons.set(value, button);
      parent.append(button);
    }
    this.mark();
  }

  choose(value: T): void {
    this.value = value;
    this.mark();
    this.chosen(value);
  }

  /** To the neighbour; stays at the ends. */
  step(by: number): void {
    const values = [...this.buttons.keys()];
    const next = values[values.indexOf(this.value) + by];
    if (next !== undefined) this.choose(next);
  }

  private mark(): void {
    for (const [value, button] of this.buttons) setAttribute(button, "aria-pressed", String(value === this.value));
  }
}
