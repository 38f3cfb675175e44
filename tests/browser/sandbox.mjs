// The sandbox behind the hub: its faults, its pauses, and the books that are true.

import assert from "node:assert/strict";

export const venueName = (symbol) => symbol.replace(/^.*:/, "").replace("-", "");

export async function control(hub, method, path, body) {
  const url = `${hub.sandbox}/sandbox/${path}`;
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response;
}

/** Runs `look` while the market stands still. */
export async function whilePaused(hub, look) {
  await control(hub, "POST", "pause");
  try {
    return await look();
  } finally {
    await control(hub, "POST", "resume");
  }
}

export async function trueBook(hub, symbol) {
  return (await control(hub, "GET", `book?symbol=${venueName(symbol)}`)).json();
}

/** `shown` is what Screen.ladder(depth) gave; all its rows are to be the best of `truth`. */
export function assertSameBook(shown, truth, depth) {
  for (const side of ["bids", "asks"]) {
    const levels = truth[side].slice(0, depth).map((level) => level.map(Number));
    assert.equal(levels.length, depth, `the true book has ${depth} ${side}`);
    assert.deepEqual(
      shown[side].map((level) => level.map(Number)),
      levels,
      side,
    );
  }
}

/** The same book in coarser steps: bids rounded down, asks up, so that none looks better than it is. */
export function inSteps(book, step) {
  const unit = 1e8;
  const width = Math.round(step * unit);
  const merge = (levels, round) => {
    const merged = new Map();
    for (const [price, quantity] of levels) {
      const at = round(Math.round(price * unit) / width) * width;
      merged.set(at, (merged.get(at) ?? 0) + Math.round(quantity * unit));
    }
    return [...merged].map(([price, quantity]) => [price / unit, quantity / unit]);
  };
  return { bids: merge(book.bids, Math.floor), asks: merge(book.asks, Math.ceil) };
}
