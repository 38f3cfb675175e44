// The dashboard as a test sees it: by its data-testid attributes, which clients/web/README.md lists.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../clients/web/package.json", import.meta.url))("playwright-core");

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Polls until `check` returns something true; an exception counts as not yet. `pause`: milliseconds between looks. */
export async function eventually(what, check, seconds = 60, pause = 40) {
  let last;
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    try {
      last = await check();
      if (last) return last;
    } catch (error) {
      if (/has been closed/.test(error?.message)) throw error; // the browser is gone
      last = error;
    }
    await new Promise((done) => setTimeout(done, pause));
  }
  throw new Error(`not within ${seconds} s: ${what} (last: ${last})`);
}

export class Screen {
  constructor(page) {
    this.page = page;
    this.problems = [];
    page.on("pageerror", (error) => this.problems.push(String(error)));
    page.on("console", (message) => {
      // A hub that is down is what some tests are about; the browser notes each refused connection.
      if (
        message.type() === "error" &&
        !/ERR_CONNECTION|WebSocket connection|Failed to load resource/.test(message.text())
      ) {
        this.problems.push(message.text());
      }
    });
  }

  get(id) {
    return this.page.getByTestId(id);
  }

  text(id) {
    return this.get(id).first().innerText({ timeout: 15_000 });
  }

  async number(id) {
    return Number((await this.text(id)).replaceAll(",", ""));
  }

  row(symbol) {
    return this.page.locator(`[data-testid="symbol-row"][data-symbol="${symbol}"]`);
  }

  async pick(symbol) {
    await this.row(symbol).click();
    await eventually(`${symbol} is shown`, async () => symbol.endsWith(await this.text("book-symbol")));
  }

  async bookState() {
    return this.text("book-state");
  }

  alerts() {
    return this.get("alert-row").allInnerTexts();
  }

  /** What the ladder shows, best level first, without thousands separators. */
  async ladder(depth) {
    const side = async (id) => {
      const rows = await this.get(id).evaluateAll((all) =>
        all
          .filter((row) => !row.classList.contains("empty"))
          .map((row) =>
            [...row.querySelectorAll("span")].slice(0, 2).map((cell) => cell.textContent.replaceAll(",", "")),
          ),
      );
      return (id === "ladder-ask" ? rows.reverse() : rows).slice(0, depth);
    };
    return { bids: await side("ladder-bid"), asks: await side("ladder-ask") };
  }

  noProblems() {
    assert.deepEqual(this.problems, []);
  }
}
