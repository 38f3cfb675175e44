import { expect, test } from "vitest";
import { OrderClient, parseOrders, parseTimeline } from "../src/orders";

const order = (id: string, more: object = {}) => ({
  client_order_id: id,
  exchange: "binance",
  domain: "sandbox",
  paper: false,
  symbol: "binance:BTC-USDT",
  side: "Buy",
  type: "Limit",
  price: "60000",
  amount: "0.01",
  filled: "0",
  average_price: null,
  state: "Open",
  reason: "None",
  done: false,
  doubts: [],
  lost: false,
  fills: [],
  ...more,
});

const fill = (id: string, second: number) => ({
  trade_id: id,
  time: `2026-11-21T10:00:0${second}.000Z`,
  price: "60000",
  amount: "0.01",
  fee: "0.00001",
  fee_currency: "BTC",
  liquidity: "Maker",
});

const overview = {
  control: true,
  accounts: [
    {
      exchange: "binance",
      domain: "sandbox",
      account: "main",
      ready: true,
      trading_state: "Active",
      reason: "",
      counters: { lost: 1, unknown: 2 },
      balances: [{ currency: "USDT", total: "100000.00000001", available: "1" }],
      positions: [],
      results: [{ symbol: "binance:BTC-USDT", bought: "1", sold: "0", pnl: null, currency: "USDT" }],
    },
  ],
  open: [order("a", { doubts: ["cancel"] })],
  ended: [order("b", { done: true, state: "Filled", fills: [fill("1", 1), fill("2", 2)] })],
};

/** A hub that answers by hand, and a clock that does not run by itself. */
class Surroundings {
  now = 0;
  asked: string[] = [];
  answers = new Map<string, [number, unknown]>([["orders", [200, overview]]]);
  planned: { at: number; run: () => void } | undefined;

  client = new OrderClient(
    {
      fetch: (path, init) => {
        this.asked.push(`${init?.method ?? "GET"} ${path}`);
        const [status, body] = this.answers.get(path) ?? [404, {}];
        return Promise.resolve(new Response(JSON.stringify(body), { status }));
      },
      hidden: () => false,
      after: (milliseconds, run) => {
        const plan = { at: this.now + milliseconds, run };
        this.planned = plan;
        return () => {
          if (this.planned === plan) this.planned = undefined;
        };
      },
      now: () => this.now,
    },
    () => {},
  );

  async settle(): Promise<void> {
    for (let i = 0; i < 20; i++) await Promise.resolve();
    await new Promise((done) => setTimeout(done, 0));
  }
  async pass(milliseconds: number): Promise<void> {
    this.now += milliseconds;
    const due = this.planned;
    if (due !== undefined && due.at <= this.now) {
      this.planned = undefined;
      due.run();
    }
    await this.settle();
  }
}

test("numbers stay the texts they came as, and what is in doubt says so", () => {
  const { accounts, orders, fills, present, control } = parseOrders(overview);
  expect(present && control).toBe(true);
  expect(accounts[0]).toMatchObject({ kind: "sandbox", lost: 1, unknown: 2 });
  expect(accounts[0].balances[0].total).toBe("100000.00000001");
  expect(accounts[0].results[0].pnl).toBe("");
  expect(orders.map((each) => [each.id, each.doubtful])).toEqual([
    ["a", true],
    ["b", false],
  ]);
  expect(fills.map((each) => each.id)).toEqual(["2", "1"]);
  expect(fills[0].fee).toBe("0.00001 BTC");
});

test("a paper account is called paper, whatever its venue", () => {
  expect(parseOrders({ accounts: [{ exchange: "x", domain: "live", paper: true }] }).accounts[0].kind).toBe("paper");
});

test("what is no overview is none", () => {
  for (const body of [undefined, null, [], "text", { accounts: 1, open: {} }]) {
    expect(parseOrders(body).present).toBe(false);
  }
  expect(parseTimeline({ timeline: { moments: [{ kind: "fill", time: "2026-11-21T10:00:00Z" }] } })[0].kind).toBe("fill");
});

test("it asks once a second, and at once when something happened", async () => {
  const around = new Surroundings();
  around.client.start();
  await around.settle();
  expect(around.client.latest.present).toBe(true);
  expect(around.asked.length).toBe(1);
  await around.pass(999);
  expect(around.asked.length).toBe(1);
  await around.pass(1);
  expect(around.asked.length).toBe(2);
  await around.pass(500);
  around.client.refresh();
  await around.pass(0);
  expect(around.asked.length).toBe(3);
  // A storm of frames does not become a storm of questions.
  for (let i = 0; i < 100; i++) around.client.refresh();
  await around.pass(10);
  expect(around.asked.length).toBe(3);
  await around.pass(140);
  expect(around.asked.length).toBe(4);
});

test("a hub that stopped answering leaves nothing that looks current", async () => {
  const around = new Surroundings();
  around.client.start();
  await around.settle();
  around.answers.clear();
  await around.pass(1000);
  expect(around.client.latest.present).toBe(false);
  around.answers.set("orders", [200, overview]);
  await around.pass(5000);
  expect(around.client.latest.present).toBe(true);
});

test("a token is kept only where the hub takes it", async () => {
  const around = new Surroundings();
  around.answers.set("control/connectors", [401, {}]);
  expect(await around.client.takeToken("wrong")).toBe(false);
  expect(around.client.mayChange).toBe(false);
  around.answers.set("control/connectors", [200, {}]);
  expect(await around.client.takeToken("right")).toBe(true);
  around.answers.set("orders/a", [409, { error: "order a is Filled" }]);
  expect(await around.client.change("DELETE", "orders/a")).toBe("order a is Filled");
  around.answers.set("orders/a", [202, {}]);
  expect(await around.client.change("DELETE", "orders/a")).toBe("");
});
