// What the screen shows of one book: the ladder's rows as exact text, and the cumulated curve for the depth chart.

import type { BookView, DepthCurve, LevelRow } from "../protocol";
import { formatBig, formatFixed, toBigInt, toDouble } from "./fixed";
import type { Side } from "./side";
import { Halves, type SymbolState } from "./symbol_state";

const curveLevels = 400;

interface GroupedLevel {
  price: bigint;
  quantity: bigint;
}

/** The best `rows` levels, merged into steps of `step` price units: bids down, asks up, so none looks better than it is. */
function grouped(side: Side, rows: number, step: bigint, bids: boolean): GroupedLevel[] {
  const out: GroupedLevel[] = [];
  for (let rank = 0; rank < side.count; rank++) {
    const i = side.at(rank);
    let price = toBigInt(side.priceHigh[i], side.priceLow[i]);
    const quantity = toBigInt(side.quantityHigh[i], side.quantityLow[i]);
    if (step > 1n) {
      const rest = ((price % step) + step) % step;
      if (rest !== 0n) price += bids ? -rest : step - rest;
    }
    const last = out[out.length - 1];
    if (last !== undefined && last.price === price) last.quantity += quantity;
    else if (out.length === rows) break;
    else out.push({ price, quantity });
  }
  return out;
}

function rowsOf(
  levels: GroupedLevel[],
  priceDecimals: number,
  quantityDecimals: number,
): { rows: LevelRow[]; totals: bigint[] } {
  let total = 0n;
  const totals: bigint[] = [];
  const rows = levels.map(({ price, quantity }) => {
    total += quantity;
    totals.push(total);
    return {
      price: formatBig(price, priceDecimals),
      quantity: formatBig(quantity, quantityDecimals),
      total: formatBig(total, quantityDecimals),
      share: 0,
    };
  });
  return { rows, totals };
}

function curve(side: Side, prices: number[], totals: number[], limit: number): void {
  let total = 0;
  for (let rank = 0, end = Math.min(side.count, limit); rank < end; rank++) {
    const i = side.at(rank);
    total += toDouble(side.quantityHigh[i], side.quantityLow[i]);
    prices.push(toDouble(side.priceHigh[i], side.priceLow[i]));
    totals.push(total);
  }
}

/** Both sides over the same distance from the middle. */
function depthCurve(symbol: SymbolState, middle: number): DepthCurve {
  const prices: [number[], number[]] = [[], []];
  const totals: [number[], number[]] = [[], []];
  [symbol.book.bids, symbol.book.asks].forEach((side, n) => curve(side, prices[n], totals[n], curveLevels));
  const reach = Math.min(
    ...prices.map((side) => (side.length > 0 ? Math.abs(side[side.length - 1] - middle) : Infinity)),
  );
  const cut = (n: number): [Float64Array, Float64Array] => {
    let count = prices[n].length;
    while (count > 1 && Math.abs(prices[n][count - 1] - middle) > reach) count--;
    return [Float64Array.from(prices[n].slice(0, count)), Float64Array.from(totals[n].slice(0, count))];
  };
  const [bidPrices, bidTotals] = cut(0);
  const [askPrices, askTotals] = cut(1);
  return { bidPrices, bidTotals, askPrices, askTotals };
}

export function bookView(symbol: SymbolState, rows: number, group: number, now: number): BookView {
  const { book, mapping } = symbol;
  const tick = mapping.tick > 0n ? mapping.tick : 1n;
  const step = tick * BigInt(group);
  const bids = grouped(book.bids, rows, group > 1 ? step : 1n, true);
  const asks = grouped(book.asks, rows, group > 1 ? step : 1n, false);
  const bid = rowsOf(bids, mapping.priceDecimals, mapping.quantityDecimals);
  const ask = rowsOf(asks, mapping.priceDecimals, mapping.quantityDecimals);
  const largest = Number([...bid.totals.slice(-1), ...ask.totals.slice(-1)].reduce((a, b) => (a > b ? a : b), 1n));
  for (const side of [bid, ask]) side.rows.forEach((row, i) => (row.share = Number(side.totals[i]) / largest));

  let spread = "";
  let middle = NaN;
  let spreadBasisPoints = NaN;
  const { bids: bidSide, asks: askSide } = book;
  if (bidSide.count > 0 && askSide.count > 0) {
    const b = bidSide.at(0);
    const a = askSide.at(0);
    const bestBid = toBigInt(bidSide.priceHigh[b], bidSide.priceLow[b]);
    const bestAsk = toBigInt(askSide.priceHigh[a], askSide.priceLow[a]);
    spread = formatBig(bestAsk - bestBid, mapping.priceDecimals);
    middle = (Number(bestBid) + Number(bestAsk)) / 2e8;
    spreadBasisPoints = (Number(bestAsk - bestBid) / 1e8 / middle) * 1e4;
  }
  const text = (halves: Halves, decimals: number): string =>
    halves.known ? formatFixed(halves.high, halves.low, decimals) : "";
  const hasDerivative = symbol.mark.known || symbol.indexPrice.known || !Number.isNaN(symbol.funding);
  return {
    index: symbol.index,
    state: symbol.shown,
    integrity: symbol.integrity,
    reason: symbol.shownReason,
    local: symbol.local,
    updateId: book.updateId.toString(),
    gaps: symbol.gaps,
    resyncs: symbol.resyncs,
    since: now - symbol.shownSince,
    bids: bid.rows,
    asks: ask.rows,
    bidLevels: bidSide.count,
    askLevels: askSide.count,
    spread,
    spreadBasisPoints,
    middle,
    group: formatBig(step, 0),
    last: text(symbol.last, mapping.priceDecimals),
    direction: symbol.direction,
    priceDecimals: mapping.priceDecimals,
    depth: depthCurve(symbol, middle),
    ...(hasDerivative && {
      derivative: {
        mark: text(symbol.mark, mapping.priceDecimals),
        index: text(symbol.indexPrice, mapping.priceDecimals),
        funding: Number.isNaN(symbol.funding) ? "" : `${(symbol.funding * 100).toFixed(4)} %`,
        nextFunding: symbol.nextFunding,
        openInterest: text(symbol.openInterest, mapping.quantityDecimals),
      },
    }),
  };
}
