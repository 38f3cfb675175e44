// Answers the screen: what changed since its last request, each kind at the rate that eyes can use.

import type { ChannelRow, LinkView, PullRequest, StatsView, SymbolRow, TradeRow, Update } from "../protocol";
import { MessageType } from "../wire/messages";
import { bookView } from "./book_view";
import { formatFixed, toDouble } from "./fixed";
import type { Market } from "./market";
import type { SeriesStore } from "./series";
import { Halves, type SymbolState, tradeFlags } from "./symbol_state";

const rowsEvery = 220;
const statsEvery = 450;
const channelNames = Object.entries(MessageType).filter(([, type]) => type <= MessageType.Gap);
const alwaysShown = new Set<string>(["Trade", "Quote", "L2Delta", "L2Snapshot", "BookStatus", "Heartbeat"]);

export interface Load {
  messagesPerSecond: number;
  bytesPerSecond: number;
  lag: number;
  behind: boolean;
  workerLoad: number;
}

export class UpdateBuilder {
  private selected = -1;
  private rows = 0;
  private group = 0;
  private rowsAt = 0;
  private statsAt = 0;
  private listVersion = 0;
  private alertVersion = 0;
  private tapeTaken = 0;
  private seriesTaken = -1;
  private bookAt = 0;
  private readonly scratch = new Halves();

  constructor(
    private readonly market: Market,
    private readonly series: SeriesStore,
  ) {}

  build(request: PullRequest, link: LinkView, load: Load, now: number): Update {
    const update: Update = { selected: request.selected, orderFrames: this.market.orderFrames, arrived: NaN };
    const symbol = this.market.symbols[request.selected];
    const fresh = request.selected !== this.selected;
    const reshaped = fresh || request.rows !== this.rows || request.group !== this.group;
    this.selected = request.selected;
    this.rows = request.rows;
    this.group = request.group;
    if (now - this.rowsAt >= rowsEvery || this.listVersion !== this.market.listVersion) this.addRows(update, now);
    if (symbol !== undefined) {
      const aged = symbol.shown !== "Live" && now - this.bookAt > 500;
      if ((symbol.bookDirty && !symbol.book.partial) || reshaped || aged) {
        symbol.bookDirty = false;
        this.bookAt = now;
        update.book = bookView(symbol, request.rows, request.group, now);
        update.arrived = this.market.channels[MessageType.L2Delta].lastAt;
      }
      this.addTrades(update, symbol, fresh);
      this.addSeries(update, symbol, fresh);
    }
    if (now - this.statsAt >= statsEvery) {
      this.statsAt = now;
      update.stats = this.stats(link, load, now);
      const alerts = this.market.alerts.changedSince(this.alertVersion);
      this.alertVersion = alerts.version;
      if (alerts.items.length > 0) update.alerts = alerts.items;
    }
    return update;
  }

  private addRows(update: Update, now: number): void {
    const everything = this.rowsAt === 0 || this.listVersion !== this.market.listVersion;
    this.listVersion = this.market.listVersion;
    const elapsed = (now - this.rowsAt) / 1000;
    this.rowsAt = now;
    const rows: SymbolRow[] = [];
    for (const symbol of this.market.symbols) {
      const rate = (symbol.messages - symbol.countedMessages) / Math.max(elapsed, 0.05);
      symbol.countedMessages = symbol.messages;
      const smooth = symbol.perSecond + (rate - symbol.perSecond) * 0.15;
      symbol.perSecond = smooth < 0.05 ? 0 : smooth;
      if (!symbol.rowDirty && !everything) continue;
      symbol.rowDirty = false;
      rows.push(this.row(symbol));
    }
    if (rows.length > 0) update.symbols = rows;
    if (everything) update.symbolsReset = true;
  }

  private row(symbol: SymbolState): SymbolRow {
    const { mapping, last } = symbol;
    const text = (halves: Halves): string =>
      halves.known ? formatFixed(halves.high, halves.low, mapping.priceDecimals) : "–";
    const lastNumber = last.double;
    return {
      index: symbol.index,
      text: mapping.text,
      exchange: symbol.exchange,
      name: symbol.name,
      instrument: mapping.kind,
      trading: mapping.status,
      state: symbol.shown,
      integrity: symbol.integrity,
      reason: symbol.shownReason,
      bid: text(symbol.best("bids", this.scratch)),
      ask: text(symbol.best("asks", this.scratch)),
      last: text(last),
      direction: symbol.direction,
      lastNumber,
      change: lastNumber / symbol.firstDouble - 1,
      perSecond: symbol.perSecond,
      gaps: symbol.gaps,
      resyncs: symbol.resyncs,
      gone: symbol.gone,
      bidVenue: symbol.bidVenue,
      askVenue: symbol.askVenue,
    };
  }

  private addTrades(update: Update, symbol: SymbolState, fresh: boolean): void {
    const { tape, mapping } = symbol;
    const from = fresh ? tape.oldest : Math.max(this.tapeTaken, tape.oldest);
    this.tapeTaken = tape.taken;
    if (from === tape.taken && !fresh) return;
    const rows: TradeRow[] = [];
    for (let n = from; n < tape.taken; n++) {
      const slot = tape.slot(n);
      const flags = tape.flags[slot];
      const w = slot * 4;
      rows.push({
        time: tape.time[slot],
        price: formatFixed(tape.words[w], tape.words[w + 1] >>> 0, mapping.priceDecimals),
        quantity: formatFixed(tape.words[w + 2], tape.words[w + 3] >>> 0, mapping.quantityDecimals),
        side: flags & tradeFlags.buy ? "buy" : flags & tradeFlags.sell ? "sell" : "",
        kind: flags & tradeFlags.liquidation ? "liquidation" : flags & tradeFlags.history ? "history" : "trade",
        size: toDouble(tape.words[w + 2], tape.words[w + 3] >>> 0),
      });
    }
    update.trades = { reset: fresh, rows };
  }

  private addSeries(update: Update, symbol: SymbolState, fresh: boolean): void {
    const reset = fresh || this.seriesTaken < 0;
    if (!reset && this.seriesTaken === this.series.taken) return;
    const slice = this.series.slice(symbol.index, reset ? 0 : this.seriesTaken);
    this.seriesTaken = this.series.taken;
    const [last, bid, ask] = slice.values;
    update.series = { reset, times: slice.times, last, bid, ask };
  }

  private stats(link: LinkView, load: Load, now: number): StatsView {
    const market = this.market;
    const channels: ChannelRow[] = [];
    for (const [name, type] of channelNames) {
      const meter = market.channels[type];
      if (meter.total === 0 && !alwaysShown.has(name)) continue;
      channels.push({
        type,
        name,
        total: meter.total,
        perSecond: meter.perSecond,
        age: now - meter.lastAt,
        history: meter.history(),
      });
    }
    const books = { live: 0, syncing: 0, stale: 0, total: 0 };
    let gaps = 0;
    let resyncs = 0;
    for (const symbol of market.symbols) {
      if (symbol.gone) continue;
      gaps += symbol.gaps;
      resyncs += symbol.resyncs;
      if (symbol.shown === "None") continue;
      books.total++;
      if (symbol.shown === "Live") books.live++;
      else if (symbol.shown === "Stale") books.stale++;
      else books.syncing++;
    }
    const { latency } = market;
    return {
      link,
      ...load,
      totalMessages: market.all.total,
      channels,
      latencies: [
        { name: "exchange → receive", percentiles: latency.exchange.read() },
        { name: "receive → publish", percentiles: latency.publish.read() },
        { name: "publish → browser", percentiles: latency.browser.read() },
        { name: "browser → screen", percentiles: latency.screen.read() },
        { name: "exchange → browser", percentiles: latency.total.read() },
      ],
      connections: [...market.connections.values()],
      missed: market.missed,
      gapFrames: market.gapFrames,
      lastGap: market.lastGap,
      books,
      gaps,
      resyncs,
      mismatches: market.mismatches,
    };
  }
}
