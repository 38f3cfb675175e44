// The dashboard in a real browser against the real program:
//   node tests/browser/run.mjs build/dev/trunkline      (or --fake, against the dashboard's fake hub)
//   --pictures DIR   where screenshots go; --readme also renews docs/images/dashboard.png

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crowd, isConflatedAlone, keepsPace, openBeside } from "./crowd.mjs";
import { fakeHub, freePort, trunkline } from "./programs.mjs";
import { ordersAreShownAndChanged } from "./orders.mjs";
import { assertSameBook, control, inSteps, trueBook, venueName, whilePaused } from "./sandbox.mjs";
import { eventually, launch, Screen } from "./screen.mjs";

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const program = args.find((arg, i) => !arg.startsWith("--") && args[i - 1] !== "--pictures");
const pictures = option("--pictures") ?? join(tmpdir(), `trunkline-browser-${process.pid}`);
if (program === undefined && !args.includes("--fake")) {
  console.error("usage: node tests/browser/run.mjs PATH_OF_TRUNKLINE [--pictures DIR] [--readme]");
  process.exit(2);
}
const subject = args.includes("--fake") ? fakeHub() : trunkline(program);
const [first, second] = subject.symbols;

const port = await freePort();
let hub = await subject.start(port);
const browser = await launch();
// What this has started ends with it.
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
mkdirSync(pictures, { recursive: true });

async function open(options = {}, at = hub) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: "dark", ...options });
  // Deadlines are for what never comes; on a busy machine what does come takes its time.
  page.setDefaultTimeout(60_000);
  await page.goto(at.page);
  return new Screen(page);
}

const checks = [];
const check = (name, run) => checks.push([name, run]);
let screen;

check("books and trades move", async () => {
  await eventually("connected", async () => (await screen.text("status")) === "Connected");
  await eventually("every book is live", async () => {
    const [live, total] = (await screen.text("books-live")).split("/").map(Number);
    return live >= 2 && live === total;
  });
  await screen.pick(first);
  await eventually("the book is live", async () => (await screen.bookState()) === "Live");
  assert.equal(await screen.text("book-integrity"), "Sequenced");
  await eventually("messages are counted", async () => (await screen.number("messages-per-second")) > 0);
  // One symbol alone trades a few times a second at most.
  await eventually("a first trade is listed", async () => (await screen.get("trade-row").count()) > 0);
  const before = {
    id: await screen.text("book-update-id"),
    trade: await screen.text("trade-row"),
    ladder: await screen.ladder(5),
  };
  await eventually("the update id moves", async () => (await screen.text("book-update-id")) !== before.id);
  await eventually("a trade comes", async () => (await screen.text("trade-row")) !== before.trade);
  await eventually(
    "the ladder moves",
    async () => JSON.stringify(await screen.ladder(5)) !== JSON.stringify(before.ladder),
  );
  assert.ok(before.ladder.bids.length === 5 && before.ladder.asks.length === 5);
});

check("connections, channels and latency are told", async () => {
  const venue = screen.page.locator('[data-testid="connection-row"][data-connector="binance"]').first();
  await eventually(
    "the venue's connection is shown",
    async () => (await venue.getAttribute("data-state")) === "Connected",
  );
  for (const channel of ["Trade", "Quote", "L2Delta"]) {
    const cells = screen.page.locator(`[data-testid="channel-row"][data-channel="${channel}"] td`);
    await eventually(
      `${channel} has a rate`,
      async () => Number((await cells.nth(1).innerText()).replaceAll(",", "")) > 0,
    );
    assert.match(await cells.nth(2).innerText(), /^\d.* (ms|s)$/);
  }
  for (const leg of ["exchange → receive", "receive → publish", "publish → browser", "exchange → browser"]) {
    const cells = screen.page.locator(`[data-testid="latency-row"][data-leg="${leg}"] td`);
    await eventually(`${leg} has percentiles`, async () =>
      (await cells.allInnerTexts()).slice(1).every((text) => /^[\d.]+ (ns|µs|ms|s)$/.test(text)),
    );
  }
});

check("the ladder shows the venue's true book, in fine and coarse price steps", async () => {
  const { page } = screen;
  await whilePaused(hub, async () => {
    const truth = await trueBook(hub, first);
    await eventually(
      "the page has come to the last update",
      async () => (await screen.text("book-update-id")) === String(truth.update_id),
    );
    assertSameBook(await screen.ladder(8), truth, 8);
    const stepOf = async () => Number((await screen.get("book-steps").getAttribute("title")).replace(/^.* /, ""));
    const tick = await stepOf();
    for (const factor of [10, 100]) {
      await page.keyboard.press("]");
      await eventually(`steps of ${factor} ticks`, async () => Math.round((await stepOf()) / tick) === factor);
      assertSameBook(await screen.ladder(4), inSteps(truth, tick * factor), 4);
    }
    await page.keyboard.press("[");
    await page.keyboard.press("[");
    await eventually("steps of one tick", async () => (await stepOf()) === tick);
    assertSameBook(await screen.ladder(8), truth, 8);
  });
});

check("a lost diff turns that book Stale on screen, and Live again", async () => {
  const resyncs = await screen.number("book-resyncs");
  const gaps = await screen.number("book-gaps");
  // The snapshots that would heal it are too old until the fault is cleared: what is seen in between stays.
  const of = { market: "spot", symbol: venueName(first) };
  await control(hub, "POST", "fault", { fault: "wrong_snapshot_id", ...of, count: 0 });
  await control(hub, "POST", "fault", { fault: "drop", ...of, count: 1 });
  await eventually("stale on screen", async () => ["Stale", "Syncing"].includes(await screen.bookState()));
  await eventually("the ladder is veiled", async () => screen.get("book-veil").isVisible());
  assert.match(await screen.text("ticker-state"), /^(Stale|Syncing): \w+/);
  await eventually(
    "its row in the list says so",
    async () => (await screen.row(first).getAttribute("data-state")) !== "Live",
  );
  assert.equal(await screen.row(second).getAttribute("data-state"), "Live");
  await screen.page.screenshot({ path: join(pictures, "stale.png") });
  assert.notEqual(await screen.bookState(), "Live", "no snapshot was right, and so the book was not");
  await control(hub, "DELETE", "fault");
  await eventually("live again", async () => (await screen.bookState()) === "Live");
  assert.ok(!(await screen.get("book-veil").isVisible()));
  await eventually(
    "counted",
    async () => (await screen.number("book-resyncs")) > resyncs && (await screen.number("book-gaps")) > gaps,
  );
  const alerts = await eventually("alerts tell of it", async () => {
    const texts = await screen.alerts();
    return (
      texts.some((text) => text.includes("Book stale")) &&
      texts.some((text) => text.includes("Book live again")) &&
      texts
    );
  });
  assert.ok(alerts.some((text) => text.includes(first.replace(/^.*:/, ""))));
});

check("symbols are filtered, walked and picked by keys", async () => {
  const { page } = screen;
  await page.keyboard.press("/");
  await page.keyboard.type(venueName(second).slice(0, 3).toLowerCase());
  await eventually(
    "only the other symbol is listed",
    async () => (await screen.get("symbol-row").count()) >= 1 && !(await screen.row(first).isVisible()),
  );
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await eventually("picked", async () => second.endsWith(await screen.text("book-symbol")));
  await eventually(
    "its book is shown",
    async () => (await screen.bookState()) === "Live" && (await screen.ladder(3)).bids.length === 3,
  );
  assert.ok(page.url().endsWith("#" + second));
  await page.keyboard.press("/");
  await page.keyboard.press("Escape");
  await eventually("all are listed", async () => screen.row(first).isVisible());
  const place = () =>
    screen
      .get("symbol-row")
      .evaluateAll((rows) => rows.findIndex((row) => row.getAttribute("aria-selected") === "true"));
  const from = await place();
  await page.keyboard.press(from > 0 ? "k" : "j");
  await page.keyboard.press("Enter");
  await eventually("the neighbour is picked", async () => (await place()) === (from > 0 ? from - 1 : 1));
  await screen.pick(first);
  await page.keyboard.press("?");
  assert.ok(await screen.get("help").isVisible());
  await page.keyboard.press("Escape");
  assert.ok(!(await screen.get("help").isVisible()));
});

if (subject.takesOrders) {
  check("orders are shown as they go, and changed by who has the token", async () => {
    await ordersAreShownAndChanged(hub, screen, first);
    await screen.page.screenshot({ path: join(pictures, "orders.png") });
    await screen.page.keyboard.press("o");
    assert.ok(!(await screen.get("orders").isVisible()));
  });
}

check("a hub that dies is shown as gone, and the page finds the next one", async () => {
  await hub.kill();
  await eventually("the page says so", async () => (await screen.text("status")) === "Reconnecting");
  assert.ok(await screen.get("banner").isVisible());
  assert.match(await screen.text("banner"), /nothing on this page is current/i);
  await eventually(
    "no book counts as right",
    async () => (await screen.bookState()) === "Stale" && (await screen.text("books-live")).startsWith("0/"),
  );
  assert.ok(await screen.get("book-veil").isVisible());
  await screen.page.screenshot({ path: join(pictures, "lost.png") });
  hub = await subject.start(port);
  await eventually("connected again", async () => (await screen.text("status")) === "Connected");
  assert.ok(!(await screen.get("banner").isVisible()));
  await eventually("the book is live again", async () => (await screen.bookState()) === "Live");
  const id = await screen.text("book-update-id");
  await eventually("and moves", async () => (await screen.text("book-update-id")) !== id);
  const alerts = (await screen.alerts()).join("\n");
  assert.match(alerts, /Lost the hub/);
  assert.match(alerts, /Reconnected to the hub/);
  const link = screen.page.locator('[data-testid="connection-row"][data-connector="dashboard"] td');
  assert.equal(await link.nth(3).innerText(), "1");
});

check("dark and light follow the system, and the user", async () => {
  const ground = () => screen.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await screen.page.emulateMedia({ colorScheme: "light" });
  await eventually("light", async () => (await ground()) !== dark);
  await screen.page.screenshot({ path: join(pictures, "light.png") });
  await screen.get("theme-toggle").click();
  await eventually("dark by choice", async () => (await ground()) === dark);
  await screen.page.emulateMedia({ colorScheme: "dark" });
  await screen.page.keyboard.press("t");
  await eventually("light by choice", async () => (await ground()) !== dark);
  await screen.page.keyboard.press("t");
  await eventually("dark again", async () => (await ground()) === dark);
});

check("everything is reachable on a screen of 380 pixels", async () => {
  const small = await open({ viewport: { width: 380, height: 740 } });
  await eventually("live", async () => (await small.bookState()) === "Live");
  for (const [tab, id] of [
    ["symbols", "symbol-row"],
    ["book", "ladder-bid"],
    ["chart", "price-chart"],
    ["trades", "trade-row"],
    ["system", "latency-row"],
    ["alerts", "alert-list"],
    ...(subject.takesOrders ? [["orders", "account-row"]] : []),
  ]) {
    await small.get(`tab-${tab}`).click();
    await eventually(`${tab} is visible`, async () => small.get(id).first().isVisible());
    const width = await small.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 380, `${tab} is ${width} pixels wide`);
    await small.page.screenshot({ path: join(pictures, `small-${tab}.png`) });
  }
  await small.get("tab-symbols").click();
  await small.row(second).click();
  await eventually("picked", async () => (await small.page.title()).startsWith(second.replace(/^.*:/, "")));
  small.noProblems();
  await small.page.close();
});

check("a picture", async () => {
  const path = args.includes("--readme")
    ? fileURLToPath(new URL("../../docs/images/dashboard.png", import.meta.url))
    : join(pictures, "dashboard.png");
  await screen.pick(first);
  // For the README the price line gets its full minute.
  if (args.includes("--readme")) {
    const opened = Date.now();
    await eventually("a minute is over", () => Date.now() - opened > 62_000, 70);
  }
  await screen.page.screenshot({ path });
});

let quick;
check("a hundred symbols at 5,000 messages a second, and every message arrives", async () => {
  await screen.page.close();
  await hub.kill();
  hub = await subject.start(port, {
    symbols: crowd,
    arguments: ["--sandbox-rate", "80", "--set", "relay.max_queue=512KiB"],
  });
  quick = await openBeside(hub, (at) => open({}, at));
  screen = quick.screen;
  await keepsPace(hub, quick);
  await screen.page.screenshot({ path: join(pictures, "crowd.png") });
});

check("a page that does not read is conflated and told so, and no other page notices", async () => {
  const slow = await isConflatedAlone(hub, (at) => open({ colorScheme: "light" }, at), quick);
  await slow.page.screenshot({ path: join(pictures, "conflated.png") });
  slow.noProblems();
});

let failed = 0;
try {
  screen = await open();
  for (const [name, run] of checks) {
    const began = Date.now();
    try {
      await run();
      screen.noProblems();
      console.log(`ok    ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${name}\n      ${String(error?.stack ?? error).replaceAll("\n", "\n      ")}`);
      await screen.page.screenshot({ path: join(pictures, `failed-${failed}.png`) }).catch(() => {});
    }
  }
} finally {
  await browser.close();
  await hub.kill();
}
console.log(
  failed === 0
    ? `all ${checks.length} checks passed; pictures in ${pictures}`
    : `${failed} of ${checks.length} checks failed; pictures in ${pictures}`,
);
process.exit(failed === 0 ? 0 : 1);
