// A hundred symbols at full rate: a page keeps pace with them and gets every message, beside one that stops reading.

import assert from "node:assert/strict";
import { assertSameBook, control, trueBook, whilePaused } from "./sandbox.mjs";
import { eventually } from "./screen.mjs";

export const crowd = ["BTC", "ETH", ...Array.from({ length: 98 }, (_, i) => `C${String(i + 1).padStart(2, "0")}`)].map(
  (base) => `binance:${base}-USDT`,
);
const wanted = 5000; // messages a second
const windowSeconds = 5;
// Of these the hub keeps no copy to recover: who has as many of them as it has published has lost none.
const counted = ["Trade", "Quote", "L2Delta"];

const health = async (hub) => (await fetch(new URL("/ws/health", hub.page))).json();

/** Messages of the counted channels that the hub has published. */
async function published(hub) {
  const text = await (await fetch(new URL("/metrics", hub.page), { headers: { accept: "text/plain" } })).text();
  const frames = text.matchAll(/^trunkline_frames_total\{.*type="(\w+)"\} (\d+)$/gm);
  return [...frames].reduce((sum, [, type, count]) => sum + (counted.includes(type) ? Number(count) : 0), 0);
}

/** Messages of the counted channels that the page has received. */
async function received(screen) {
  const rows = await screen.get("channel-row").evaluateAll((all) =>
    all.map((row) => [row.dataset.channel, row.querySelectorAll("td")[3].textContent.replaceAll(",", "")]),
  );
  return rows.reduce((sum, [channel, count]) => sum + (counted.includes(channel) ? Number(count) : 0), 0);
}

async function allLive(screen) {
  await eventually(
    "every book is live",
    async () => (await screen.text("books-live")) === `${crowd.length}/${crowd.length}`,
  );
}

/** Opened while the market stands still, so that from there on both count the same messages. */
async function openCounting(hub, open) {
  return whilePaused(hub, async () => {
    const screen = await open(hub);
    await allLive(screen);
    let last = NaN;
    await eventually("the hub has published all", async () => last === (last = await published(hub)));
    return { screen, offset: last - (await received(screen)) };
  });
}

/** To be called while the market stands still: the page has all that the hub has published, to the message. */
async function hasEverything(hub, { screen, offset }) {
  await eventually("the page has every message", async () => {
    const behind = (await published(hub)) - offset - (await received(screen));
    if (behind !== 0) throw new Error(`${behind} messages behind`);
    return true;
  });
}

async function hasLostNothing(screen) {
  assert.equal(await screen.number("total-missed"), 0);
  assert.equal(await screen.number("total-mismatches"), 0);
  assert.equal(await screen.number("total-gaps"), 0);
}

async function showsTheTruth(hub, screen, symbol) {
  await screen.pick(symbol);
  const truth = await trueBook(hub, symbol);
  await eventually(
    `${symbol} has come to its last update`,
    async () => (await screen.text("book-update-id")) === String(truth.update_id),
  );
  assert.equal(await screen.bookState(), "Live");
  assertSameBook(await screen.ladder(8), truth, 8);
}

/** A page that counts with the hub from here on. */
export async function openBeside(hub, open) {
  await eventually(
    "the hub has every book",
    async () => {
      const books = Object.values((await health(hub)).books);
      return books.length === crowd.length && books.every((book) => book.state === "Live");
    },
  );
  return openCounting(hub, open);
}

/** For seconds on end the hub publishes at the full rate, and the page is never far from it, and misses nothing. */
export async function keepsPace(hub, page) {
  const { screen } = page;
  const samples = [];
  let rate = 0;
  // On a busy machine the sandbox, too, takes its time to come to the full rate.
  await eventually(
    `${wanted} messages a second for ${windowSeconds} seconds`,
    async () => {
      const [at, count] = [performance.now(), await published(hub)];
      samples.push({ at, count, behind: count - page.offset - (await received(screen)) });
      while (samples.length > 2 && samples[1].at <= at - windowSeconds * 1000) samples.shift();
      rate = ((count - samples[0].count) * 1000) / (at - samples[0].at);
      if (at - samples[0].at >= windowSeconds * 1000 && rate >= wanted) return true;
      throw new Error(`the sandbox makes ${Math.round(rate)} a second on this machine`);
    },
    90,
    250,
  );
  // What the page shows of its counts is half a second old.
  const behind = samples.map((sample) => sample.behind).sort((a, b) => a - b)[samples.length >> 1];
  assert.ok(behind < rate, `the page is ${behind} messages behind, at ${Math.round(rate)} a second`);
  await eventually("the page counts as many", async () => (await screen.number("messages-per-second")) >= wanted);
  await whilePaused(hub, () => hasEverything(hub, page));
  await hasLostNothing(screen);
  assert.ok(!/missed|book|hub/i.test((await screen.alerts()).join("\n")), "the page has no loss to tell");
  await eventually("it does not lag", async () => (await screen.text("status")) === "Connected");
}

/** One page stops reading until the hub has given up on what waits for it. */
export async function isConflatedAlone(hub, open, quick) {
  const slow = await open(hub);
  await allLive(slow);
  const missedBefore = (await health(hub)).client_missed;
  const at = await received(quick.screen);
  // The page's worker holds the socket; in this loop it reads nothing.
  const blocked = slow.page.workers()[0].evaluate(
    ([url, before]) => {
      const never = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
      for (const end = Date.now() + 90_000; Date.now() < end;) {
        const request = new XMLHttpRequest();
        request.open("GET", url, false);
        request.send();
        if (JSON.parse(request.responseText).client_missed > before) return true;
        Atomics.wait(never, 0, 0, 100); // between looks; a loop without it would keep the hub busy with answers
      }
      return false;
    },
    [new URL("/ws/health", hub.page).href, missedBefore],
  );
  let awake = false;
  blocked.then(
    () => (awake = true),
    () => {},
  );
  await eventually(
    "the other page goes on",
    async () => !awake && (await received(quick.screen)) > at + wanted,
    60,
    250,
  );
  assert.ok(await blocked, "the hub has dropped what waited for the page that does not read");

  await eventually("what was lost is told", async () => (await slow.number("total-missed")) > 0);
  await allLive(slow);
  const alerts = await eventually("and in the alerts", async () => {
    const texts = (await slow.alerts()).join("\n");
    return /messages? missed, \w+ loss/.test(texts) && texts.includes("Book live again") && texts;
  });
  assert.match(alerts, /Book stale: bus loss/i);
  assert.ok(!alerts.includes("no longer live"), `no book fell for another reason:\n${alerts}`);
  assert.equal(await slow.number("total-mismatches"), 0, "no delta came for a book that it did not chain to");
  assert.ok(!/Lost the hub/.test(alerts), "its connection was kept");

  await whilePaused(hub, async () => {
    await eventually(
      "page and hub count the same loss",
      async () => (await slow.number("total-missed")) === (await health(hub)).client_missed - missedBefore,
    );
    await allLive(slow);
    for (const symbol of [crowd[0], crowd[1], crowd[50], crowd[99]]) await showsTheTruth(hub, slow, symbol);
    await hasEverything(hub, quick);
    await showsTheTruth(hub, quick.screen, crowd[99]);
  });
  await hasLostNothing(quick.screen);
  assert.ok(!/missed|book|hub/i.test((await quick.screen.alerts()).join("\n")), "the other page has nothing to tell");
  return slow;
}
