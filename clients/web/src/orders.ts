// Orders as the hub tells them: /orders, polled, and at once when the stream brings a frame of an order.

export interface Account {
  exchange: string;
  account: string;
  /** "live", "sandbox", "testnet" or "paper": shown wherever the account is. */
  kind: string;
  ready: boolean;
  state: string;
  reason: string;
  lost: number;
  unknown: number;
  balances: { currency: string; total: string; available: string }[];
  positions: { symbol: string; amount: string; entry: string; mark: string; unrealized: string }[];
  results: { symbol: string; bought: string; sold: string; pnl: string; currency: string }[];
}

export interface Fill {
  id: string;
  order: string;
  symbol: string;
  side: string;
  time: number;
  price: string;
  amount: string;
  fee: string;
  liquidity: string;
}

export interface Order {
  id: string;
  exchange: string;
  kind: string;
  symbol: string;
  side: string;
  type: string;
  price: string;
  amount: string;
  filled: string;
  average: string;
  state: string;
  reason: string;
  done: boolean;
  doubtful: boolean;
  updated: number;
  fills: Fill[];
}

export interface Moment {
  time: number;
  kind: string;
  state: string;
  reason: string;
  price: string;
  amount: string;
  filled: string;
  text: string;
}

export interface Orders {
  /** The hub takes orders, and there are accounts. */
  present: boolean;
  /** The hub takes changes from who brings its token. */
  control: boolean;
  accounts: Account[];
  orders: Order[];
  fills: Fill[];
}

export const noOrders: Orders = { present: false, control: false, accounts: [], orders: [], fills: [] };

type Json = Record<string, unknown>;

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function time(value: unknown): number {
  return typeof value === "string" ? Date.parse(value) || 0 : 0;
}

function kindOf(each: Json): string {
  return each.paper === true ? "paper" : text(each.domain);
}

function account(each: Json): Account {
  const counters = object(each.counters);
  return {
    exchange: text(each.exchange),
    account: text(each.account),
    kind: kindOf(each),
    ready: each.ready === true,
    state: text(each.trading_state),
    reason: text(each.reason),
    lost: Number(counters.lost ?? 0),
    unknown: Number(counters.unknown ?? 0),
    balances: list(each.balances).map((of) => ({
      currency: text(of.currency),
      total: text(of.total),
      available: text(of.available),
    })),
    positions: list(each.positions).map((of) => ({
      symbol: text(of.symbol),
      amount: text(of.amount),
      entry: text(of.entry_price),
      mark: text(of.mark_price),
      unrealized: text(of.unrealized_pnl),
    })),
    results: list(each.results).map((of) => ({
      symbol: text(of.symbol),
      bought: text(of.bought),
      sold: text(of.sold),
      pnl: text(of.pnl),
      currency: text(of.currency),
    })),
  };
}

function order(each: Json): Order {
  const id = text(each.client_order_id);
  const symbol = text(each.symbol);
  const side = text(each.side).toLowerCase();
  return {
    id,
    exchange: text(each.exchange),
    kind: kindOf(each),
    symbol,
    side,
    type: text(each.type),
    price: text(each.price),
    amount: text(each.amount),
    filled: text(each.filled),
    average: text(each.average_price),
    state: text(each.state),
    reason: text(each.reason) === "None" ? "" : text(each.reason),
    done: each.done === true,
    doubtful: each.lost === true || each.fills_missing === true || (Array.isArray(each.doubts) && each.doubts.length > 0),
    updated: time(each.updated),
    fills: list(each.fills).map((fill) => ({
      id: text(fill.trade_id),
      order: id,
      symbol,
      side,
      time: time(fill.time),
      price: text(fill.price),
      amount: text(fill.amount),
      fee: text(fill.fee) === "" ? "" : `${text(fill.fee)} ${text(fill.fee_currency)}`,
      liquidity: text(fill.liquidity).toLowerCase(),
    })),
  };
}

/** Open orders first, then the latest that ended; fills newest first. */
export function parseOrders(body: unknown): Orders {
  const root = object(body);
  const orders = [...list(root.open), ...list(root.ended)].map(order);
  const fills = orders.flatMap((each) => each.fills).sort((a, b) => b.time - a.time);
  const accounts = list(root.accounts).map(account);
  return { present: accounts.length > 0, control: root.control === true, accounts, orders, fills };
}

export function parseTimeline(body: unknown): Moment[] {
  return list(object(object(body).timeline).moments).map((each) => ({
    time: time(each.time),
    kind: text(each.kind),
    state: text(each.state),
    reason: text(each.reason) === "None" ? "" : text(each.reason),
    price: text(each.price),
    amount: text(each.amount),
    filled: text(each.filled),
    text: text(each.text),
  }));
}

const pollEvery = 1000;
const pollWithoutOrders = 5000;
const shortestPause = 150;

export interface OrderSurroundings {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  hidden(): boolean;
  after(milliseconds: number, run: () => void): () => void;
  now(): number;
}

/** Asks, and hands out what it heard. One question at a time; the token stays in here. */
export class OrderClient {
  latest: Orders = noOrders;
  timeline: Moment[] = [];
  /** The order whose timeline is wanted: its id and exchange. */
  private picked: { id: string; exchange: string } | undefined;
  private token = "";
  private asking = false;
  private again = false;
  private askedAt = -Infinity;
  private cancel: () => void = () => {};

  constructor(
    private readonly around: OrderSurroundings,
    private readonly changed: () => void,
  ) {}

  start(): void {
    void this.poll();
  }

  get mayChange(): boolean {
    return this.token !== "";
  }

  pick(order: { id: string; exchange: string } | undefined): void {
    this.picked = order;
    this.timeline = [];
    this.refresh();
  }

  /** Something happened: asks now, or as soon as the last answer is old enough. */
  refresh(): void {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.plan(Math.max(0, this.askedAt + shortestPause - this.around.now()));
  }

  /** Keeps the token where the hub takes it; the empty one is forgetting. */
  async takeToken(token: string): Promise<boolean> {
    this.token = "";
    if (token !== "") {
      const answer = await this.around.fetch("control/connectors", { headers: { Authorization: `Bearer ${token}` } });
      if (answer.ok) this.token = token;
    }
    this.changed();
    return this.token !== "";
  }

  /** What went wrong, in the hub's words; empty where nothing did. */
  async change(method: string, path: string, body?: object): Promise<string> {
    try {
      const answer = await this.around.fetch(path, {
        method,
        headers: { Authorization: `Bearer ${this.token}` },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (answer.ok) return "";
      return text(object(await answer.json()).error) || `the hub answered ${answer.status}`;
    } catch (error) {
      return String(error);
    } finally {
      this.refresh();
    }
  }

  private plan(wait: number): void {
    this.cancel();
    this.cancel = this.around.after(wait, () => void this.poll());
  }

  private async poll(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.again = false;
    this.askedAt = this.around.now();
    if (!this.around.hidden()) {
      try {
        const answer = await this.around.fetch("orders");
        this.latest = answer.ok ? parseOrders(await answer.json()) : noOrders;
        if (this.picked !== undefined) await this.askTimeline(this.picked);
      } catch {
        // What was is no longer known to be.
        this.latest = noOrders;
      }
      this.changed();
    }
    this.asking = false;
    this.plan(this.again ? shortestPause : this.latest.present ? pollEvery : pollWithoutOrders);
  }

  private async askTimeline(of: { id: string; exchange: string }): Promise<void> {
    const path = `orders/${encodeURIComponent(of.id)}?exchange=${encodeURIComponent(of.exchange)}`;
    const answer = await this.around.fetch(path);
    if (this.picked === of) this.timeline = answer.ok ? parseTimeline(await answer.json()) : [];
  }
}
