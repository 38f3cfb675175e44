// The orders section: accounts with their kill switch, orders, fills, and what became of the order that was picked.

import type { Account, Fill, Moment, Order, OrderClient } from "../orders";
import { clockTime } from "../text";
import { byId, KeyedRows, make, setAttribute, setClass, setText } from "./dom";

interface Cells {
  root: HTMLTableRowElement;
  cells: HTMLElement[];
}

interface AccountCells {
  root: HTMLElement;
  name: HTMLElement;
  kind: HTMLElement;
  state: HTMLElement;
  figures: HTMLElement;
  switches: HTMLButtonElement[];
}

const states: [string, string, string][] = [
  ["Active", "Trade", "Orders go out"],
  ["Reducing", "Reduce", "Only orders that make positions smaller go out"],
  ["Halted", "Halt", "No order goes out, and what is open is cancelled"],
];

function rows(table: HTMLElement, testid: string, labels: string[], picked?: (key: string) => void) {
  const body = make("tbody");
  table.append(make("thead", {}, make("tr", {}, ...labels.map((text) => make("th", { text, scope: "col" })))), body);
  return (key: string): Cells => {
    const cells = labels.map(() => make("td"));
    const root = make("tr", { testid }, ...cells);
    if (picked !== undefined) {
      root.tabIndex = 0;
      root.addEventListener("click", () => picked(key));
      root.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        picked(key);
      });
    }
    return { root, cells };
  };
}

function short(symbol: string): string {
  return symbol.replace(/^.*?:/, "");
}

export class OrderPanels {
  private readonly accounts: KeyedRows<Account, AccountCells>;
  private readonly orders: KeyedRows<Order, Cells>;
  private readonly fills: KeyedRows<Fill, Cells>;
  private readonly moments: KeyedRows<[string, Moment], { root: HTMLElement }>;
  private picked: Order | undefined;
  private known = new Map<string, Order>();

  constructor(private readonly client: OrderClient) {
    this.accounts = new KeyedRows(byId("accounts"), (key) => this.createAccount(key), (row, of) => this.fillAccount(row, of));
    const orders = byId("orders-table");
    const createOrder = rows(orders, "order-row", ["Symbol", "Side", "Price", "Amount", "Filled", "State", ""], (key) =>
      this.pick(this.known.get(key)),
    );
    this.orders = new KeyedRows(orders.lastElementChild as HTMLElement, createOrder, (row, order) =>
      this.fillOrder(row, order),
    );
    const fills = byId("fills-table");
    const createFill = rows(fills, "fill-row", ["Symbol", "Side", "Price", "Amount", "Fee", "Time"]);
    this.fills = new KeyedRows(fills.lastElementChild as HTMLElement, createFill, fillFill);
    this.moments = new KeyedRows<[string, Moment], { root: HTMLElement }>(
      byId("timeline"),
      () => ({ root: make("div", { class: "moment", testid: "order-moment" }, make("time"), make("b"), make("span")) }),
      fillMoment,
    );
    const form = byId<HTMLFormElement>("order-token");
    const input = form.elements.namedItem("token") as HTMLInputElement;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const token = input.value.trim();
      input.value = "";
      void this.client
        .takeToken(token)
        .then((taken) => this.say(taken || token === "" ? "" : "The hub does not take this token"))
        .catch((error: unknown) => this.say(String(error)));
    });
    byId("orders-cancel-all").addEventListener("click", () => void this.change("DELETE", "orders"));
  }

  show(): void {
    const { latest, timeline, mayChange } = this.client;
    const open = latest.orders.filter((order) => !order.done);
    byId("orders-none").hidden = latest.present;
    byId("order-token").hidden = mayChange || !latest.present || !latest.control;
    byId("orders-cancel-all").hidden = !mayChange || open.length === 0;
    setText(byId("orders-note"), latest.present ? `${open.length} open` : "");
    setText(byId("accounts-note"), mayChange ? "with control" : "read only");
    this.known = new Map(latest.orders.map((order) => [keyOf(order), order]));
    this.accounts.show(latest.accounts, (account) => account.exchange);
    this.orders.show(latest.orders, keyOf);
    this.fills.show(latest.fills.slice(0, 200), (fill) => `${fill.order} ${fill.id} ${fill.price}`);
    this.moments.show(
      timeline.map((moment, i) => [String(i), moment]),
      ([key]) => key,
    );
    setText(byId("timeline-note"), this.picked?.id ?? "pick an order");
    const button = byId("orders-open");
    button.hidden = !latest.present;
    setText(button, open.length === 0 ? "Orders" : `Orders ${open.length}`);
    setAttribute(button, "data-state", latest.accounts.some((each) => each.state !== "Active") ? "halted" : "active");
  }

  private pick(order: Order | undefined): void {
    if (order === undefined) return;
    this.picked = order;
    this.client.pick(order);
    this.show();
  }

  private say(problem: string): void {
    const place = byId("orders-problem");
    place.hidden = problem === "";
    setText(place, problem);
  }

  private async change(method: string, path: string, body?: object): Promise<void> {
    this.say(await this.client.change(method, path, body));
  }

  private createAccount(exchange: string): AccountCells {
    const name = make("b");
    const kind = make("span", { class: "kind", testid: "account-kind" });
    const state = make("span", { class: "state", testid: "account-state" });
    const figures = make("dl");
    const switches = states.map(([value, text, title]) => {
      const button = make("button", { type: "button", text, title, "data-value": value, testid: `switch-${value}` });
      button.addEventListener(
        "click",
        () => void this.change("POST", "trading_state", { state: value, exchange, reason: "dashboard" }),
      );
      return button;
    });
    const group = make("div", { class: "segments", role: "group", "aria-label": "Kill switch" }, ...switches);
    const root = make(
      "div",
      { class: "account", testid: "account-row" },
      make("div", { class: "line" }, name, kind, state, group),
      figures,
    );
    return { root, name, kind, state, figures, switches };
  }

  private fillAccount(row: AccountCells, account: Account): void {
    setText(row.name, `${account.exchange} ${account.account}`);
    setText(row.kind, account.kind === "live" ? "LIVE" : account.kind);
    setAttribute(row.kind, "data-kind", account.kind);
    setText(row.state, account.ready ? account.state : `${account.state}, not ready`);
    setAttribute(row.state, "data-state", account.ready ? account.state : "waiting");
    setAttribute(row.state, "title", account.reason);
    for (const button of row.switches) {
      setAttribute(button, "aria-pressed", String(button.dataset.value === account.state));
      button.disabled = !this.client.mayChange;
    }
    const figures: [string, string, string][] = [
      ...account.results.map((of): [string, string, string] => [
        `PnL ${short(of.symbol)}`,
        of.pnl === "" ? "–" : `${of.pnl} ${of.currency}`,
        `bought ${of.bought}, sold ${of.sold} since the hub started`,
      ]),
      ...account.positions.map((of): [string, string, string] => [
        `Position ${short(of.symbol)}`,
        `${of.amount} @ ${of.entry}`,
        `mark ${of.mark}, unrealized ${of.unrealized}`,
      ]),
      ...account.balances
        .filter((of) => of.total !== "0")
        .map((of): [string, string, string] => [of.currency, of.total, `${of.available} available`]),
    ];
    if (account.lost > 0) figures.unshift(["Lost", String(account.lost), "orders that the venue says it does not know"]);
    const kept = figures.map(([label, value, title]) =>
      make("div", { title, testid: "account-figure" }, make("dt", { text: label }), make("dd", { text: value })),
    );
    if (row.figures.textContent !== kept.map((each) => each.textContent).join("")) row.figures.replaceChildren(...kept);
  }

  private fillOrder({ root, cells }: Cells, order: Order): void {
    setAttribute(root, "data-order", order.id);
    setAttribute(root, "data-state", order.state);
    setAttribute(root, "data-side", order.side);
    setClass(root, "done", order.done);
    setClass(root, "doubtful", order.doubtful);
    setAttribute(root, "aria-selected", String(this.picked !== undefined && keyOf(this.picked) === keyOf(order)));
    setText(cells[0], short(order.symbol));
    setAttribute(cells[0], "title", `${order.symbol}, ${order.kind}, ${order.id}`);
    setText(cells[1], order.side);
    setText(cells[2], order.price === "" ? order.type : order.price);
    setText(cells[3], order.amount);
    setText(cells[4], order.average === "" ? order.filled : `${order.filled} @ ${order.average}`);
    setText(cells[5], order.reason === "" || order.reason === "Requested" ? order.state : `${order.state} (${order.reason})`);
    if (cells[6].firstChild === null) {
      const button = make("button", { type: "button", text: "cancel", testid: "order-cancel" });
      button.addEventListener("click", (event) => {
        event.stopPropagation();
        const path = `orders/${encodeURIComponent(order.id)}?exchange=${encodeURIComponent(order.exchange)}`;
        void this.change("DELETE", path);
      });
      button.addEventListener("keydown", (event) => event.stopPropagation());
      cells[6].append(button);
    }
    (cells[6].firstChild as HTMLButtonElement).hidden = order.done || !this.client.mayChange;
  }
}

function keyOf(order: Order): string {
  return `${order.exchange} ${order.id}`;
}

function fillFill({ root, cells }: Cells, fill: Fill): void {
  setAttribute(root, "data-side", fill.side);
  setText(cells[0], short(fill.symbol));
  setText(cells[1], fill.liquidity === "" ? fill.side : `${fill.side} ${fill.liquidity}`);
  setText(cells[2], fill.price);
  setText(cells[3], fill.amount);
  setText(cells[4], fill.fee);
  setText(cells[5], clockTime(fill.time, false));
}

function fillMoment({ root }: { root: HTMLElement }, [, moment]: [string, Moment]): void {
  const [time, state, what] = [...root.children] as HTMLElement[];
  setAttribute(root, "data-kind", moment.kind);
  setText(time, clockTime(moment.time));
  setText(state, moment.kind === "fill" ? "fill" : moment.kind === "error" ? "failed" : moment.state);
  const size = moment.price === "" ? "" : `${moment.amount} @ ${moment.price}`;
  const filled = moment.kind === "error" || moment.filled === "0" ? "" : `${moment.filled} filled`;
  setText(what, [size, filled, moment.reason, moment.text].filter((part) => part !== "").join(", "));
}
