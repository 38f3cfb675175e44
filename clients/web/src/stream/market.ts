// Applies the frames of the stream to the symbols, and keeps count. No socket, no screen: bytes in, state out.

import { words } from "../text";
import type { ConnectionRow, ShownState } from "../protocol";
import { AlertList } from "./alerts";
import * as cold from "./cold";
import { Flag as flag, MessageType as type } from "../wire/messages";
import { eachFrame, type FrameReader } from "./frames";
import * as layout from "./layout";
import { ChannelMeter, LatencyMeter } from "./meters";
import { SymbolState, tradeFlags } from "./symbol_state";

const high = 4294967296;
const largestType = 31;
/** Bit N is message type N; all of them, also those of a newer hub. */
const allChannels = (1n << 64n) - 1n;
const firstResubscribePause = 500;
const longestResubscribePause = 30_000;
const bookChannels = (1n << BigInt(type.L2Snapshot)) | (1n << BigInt(type.L2Delta)) | (1n << BigInt(type.BookStatus));

export interface MarketOutput {
  send(frame: Uint8Array): void;
  /** The hub introduced itself; its heartbeats come every `interval` milliseconds when it says so. */
  heartbeat(interval: number): void;
}

/** Milliseconds after which a symbol that talks is taken to have no book. */
const bookPatience = 3000;

export class Market implements FrameReader {
  readonly symbols: SymbolState[] = [];
  readonly alerts = new AlertList();
  readonly channels: ChannelMeter[] = Array.from({ length: largestType + 1 }, () => new ChannelMeter());
  readonly all = new ChannelMeter();
  readonly latency = new LatencyMeter();
  readonly connections = new Map<string, ConnectionRow>();
  bytes = 0;
  missed = 0;
  gapFrames = 0;
  lastGap = "";
  mismatches = 0;
  server = "";
  /** Symbols dropped or added: row indices hold, but the list must be drawn anew. */
  listVersion = 0;
  linkUp = false;
  private session = 0;
  private readonly byHash = new Map<number, SymbolState>();
  private readonly pending = new Set<SymbolState>();
  private arrival = 0;

  constructor(private readonly output: MarketOutput) {}

  /** A message from the hub; `arrival` is Unix milliseconds with fractions. Throws StreamError on what is no frame. */
  message(data: ArrayBuffer, arrival: number): void {
    this.arrival = arrival;
    this.bytes += data.byteLength;
    eachFrame(data, this);
    for (const symbol of this.pending) this.settle(symbol);
    this.pending.clear();
  }

  /** Frames of orders, fills, balances, positions and the kill switch. */
  get orderFrames(): number {
    let sum = 0;
    for (let kind: number = type.PlaceOrder; kind <= type.RiskStatus; kind++) sum += this.channels[kind].total;
    return sum;
  }

  opened(now: number, reconnected: boolean): void {
    this.linkUp = true;
    this.session++;
    if (reconnected) this.alerts.add(now, "good", "hub", "Reconnected to the hub", "dashboard");
    for (const symbol of this.symbols) {
      symbol.book.void();
      symbol.state = "Init";
      symbol.reason = "None";
      symbol.local = "";
      symbol.resubscribePause = 0;
      this.settle(symbol);
    }
    this.connections.clear();
  }

  closed(now: number, reason: string): void {
    this.linkUp = false;
    this.arrival = now;
    this.alerts.add(now, "bad", "hub", `Lost the hub: ${reason}`, "dashboard");
    for (const connection of this.connections.values()) connection.state = "Unknown";
    for (const symbol of this.symbols) this.settle(symbol);
  }

  /** To be called twice a second: what no frame announces. */
  tick(now: number): void {
    for (const symbol of this.symbols) {
      if (symbol.local !== "" && this.linkUp && now >= symbol.resubscribeAt) this.resubscribe(symbol, now);
      else if (symbol.resubscribePause > 0 && symbol.local === "" && now > symbol.resubscribeAt + 60_000) {
        symbol.resubscribePause = 0;
      }
    }
  }

  /** Symbols of an earlier hub session that the present one does not know. */
  forgetUnmapped(): void {
    for (const symbol of this.symbols) {
      if (symbol.session === this.session || symbol.gone) continue;
      symbol.gone = true;
      symbol.rowDirty = true;
      this.listVersion++;
    }
  }

  frame(kind: number, flags: number, words: Uint32Array, view: DataView, at: number): void {
    this.all.add(this.arrival);
    if (kind <= largestType) this.channels[kind].add(this.arrival);
    const w = at >> 2;
    const symbol = this.find(words[w + layout.stamp.symbol + 1], words[w + layout.stamp.symbol]);
    if (symbol !== undefined) symbol.messages++;
    const fresh = (flags & flag.recovered) === 0;
    switch (kind) {
      case type.Trade:
        this.time(words, w, fresh);
        if (symbol !== undefined) this.trade(symbol, flags, words, w);
        break;
      case type.Quote:
        this.time(words, w, fresh);
        if (symbol !== undefined) this.quote(symbol, words, w);
        break;
      case type.ConsolidatedQuote:
        if (symbol !== undefined) this.consolidated(symbol, words, w);
        break;
      case type.L2Delta:
        this.time(words, w, fresh);
        if (symbol !== undefined) this.delta(symbol, flags, words, w);
        break;
      case type.L2Snapshot:
        if (symbol !== undefined) this.snapshot(symbol, flags, words, w);
        break;
      case type.BookStatus:
        if (symbol !== undefined) this.bookStatus(symbol, cold.bookStatus(view, at));
        break;
      case type.SymbolMapping:
        this.mapping(words[w + 3], words[w + 2], cold.symbolMapping(view, at));
        break;
      case type.ConnectionStatus:
        this.connection(cold.connectionStatus(view, at), fresh);
        break;
      case type.Gap:
        this.gap(cold.gap(view, at), symbol);
        break;
      case type.DerivativeTicker:
        if (symbol !== undefined) this.derivative(symbol, view, at);
        break;
      case type.Liquidation:
        if (symbol !== undefined) this.liquidation(symbol, flags, words, w);
        break;
      case type.Heartbeat:
        this.output.heartbeat(cold.heartbeatInterval(view, at));
        break;
      case type.Welcome:
        this.server = cold.welcome(view, at).server;
        this.output.send(cold.subscribe(allChannels, []));
        break;
      default:
        break;
    }
  }

  private find(hashHigh: number, hashLow: number): SymbolState | undefined {
    let symbol = this.byHash.get(hashLow);
    while (symbol !== undefined && symbol.hashHigh !== hashHigh) symbol = symbol.next;
    return symbol;
  }

  private time(words: Uint32Array, w: number, fresh: boolean): void {
    if (!fresh) return;
    const receiveLow = words[w + layout.stamp.receiveTime];
    const receiveHigh = words[w + layout.stamp.receiveTime + 1];
    const exchangeLow = words[w + layout.stamp.exchangeTime];
    const exchangeHigh = words[w + layout.stamp.exchangeTime + 1];
    if (receiveHigh === 0) return;
    const delay = words[w + layout.stamp.publishDelay];
    const toReceive = exchangeHigh === 0 ? NaN : (receiveHigh - exchangeHigh) * high + (receiveLow - exchangeLow);
    const toBrowser = this.arrival * 1e6 - (receiveHigh * high + receiveLow) - delay;
    this.latency.record(toReceive, delay, toBrowser);
  }

  private exchangeMilliseconds(words: Uint32Array, w: number): number {
    const at = words[w + layout.stamp.exchangeTime + 1] === 0 ? layout.stamp.receiveTime : layout.stamp.exchangeTime;
    return (words[w + at + 1] * high + words[w + at]) / 1e6;
  }

  private trade(symbol: SymbolState, flags: number, words: Uint32Array, w: number): void {
    this.talks(symbol);
    const price = w + layout.trade.price;
    const before = symbol.last.double;
    const known = symbol.last.known;
    symbol.last.set(words[price + 1], words[price]);
    const after = symbol.last.double;
    if (!known) symbol.firstDouble = after;
    else if (after !== before) symbol.direction = after > before ? 1 : -1;
    const history = (words[w + layout.stamp.detail] >>> 17) & 1 ? tradeFlags.history : 0;
    const quantity = w + layout.trade.quantity;
    symbol.tape.add(
      this.exchangeMilliseconds(words, w),
      words[price + 1],
      words[price],
      words[quantity + 1],
      words[quantity],
      (flags & 3) | history,
    );
    symbol.rowDirty = symbol.bookDirty = true;
  }

  private liquidation(symbol: SymbolState, flags: number, words: Uint32Array, w: number): void {
    const price = w + layout.liquidation.price;
    const quantity = w + layout.liquidation.quantity;
    symbol.tape.add(
      this.exchangeMilliseconds(words, w),
      words[price + 1],
      words[price],
      words[quantity + 1],
      words[quantity],
      (flags & 3) | tradeFlags.liquidation,
    );
  }

  /** A trade or a quote came: after a while without a word of a book there is none. */
  private talks(symbol: SymbolState): void {
    if (symbol.state !== "Init" || symbol.bookless || this.arrival - symbol.shownSince < bookPatience) return;
    symbol.bookless = true;
    this.settle(symbol);
  }

  private quote(symbol: SymbolState, words: Uint32Array, w: number): void {
    this.talks(symbol);
    const bid = w + layout.quote.bidPrice;
    const ask = w + layout.quote.askPrice;
    symbol.quoteBid.set(words[bid + 1], words[bid]);
    symbol.quoteAsk.set(words[ask + 1], words[ask]);
    symbol.rowDirty = true;
  }

  private consolidated(symbol: SymbolState, words: Uint32Array, w: number): void {
    this.talks(symbol);
    const { bidPrice, askPrice, bidSymbol, askSymbol } = layout.consolidated;
    symbol.quoteBid.set(words[w + bidPrice + 1], words[w + bidPrice]);
    symbol.quoteAsk.set(words[w + askPrice + 1], words[w + askPrice]);
    symbol.bidVenue = this.find(words[w + bidSymbol + 1], words[w + bidSymbol])?.exchange ?? "";
    symbol.askVenue = this.find(words[w + askSymbol + 1], words[w + askSymbol])?.exchange ?? "";
    symbol.rowDirty = true;
  }

  private snapshot(symbol: SymbolState, flags: number, words: Uint32Array, w: number): void {
    const { updateId, bidCount, askCount, end } = layout.snapshot;
    const applied = symbol.book.snapshot(
      words,
      words[w + updateId + 1],
      words[w + updateId],
      w + end,
      words[w + bidCount],
      words[w + askCount],
      (flags & flag.more) !== 0,
    );
    if (applied === "applied") symbol.local = "";
    this.changed(symbol);
  }

  private delta(symbol: SymbolState, flags: number, words: Uint32Array, w: number): void {
    const { previousUpdateId, updateId, bidCount, askCount, end } = layout.delta;
    const applied = symbol.book.delta(
      words,
      words[w + previousUpdateId + 1],
      words[w + previousUpdateId],
      words[w + updateId + 1],
      words[w + updateId],
      w + end,
      words[w + bidCount],
      words[w + askCount],
      (flags & flag.more) !== 0,
    );
    if (applied === "mismatch") this.distrust(symbol);
    if (applied !== "waiting") this.changed(symbol);
  }

  private changed(symbol: SymbolState): void {
    symbol.rowDirty = symbol.bookDirty = true;
    if (symbol.shown !== "Live" || symbol.local !== "") this.pending.add(symbol);
  }

  private distrust(symbol: SymbolState): void {
    symbol.local = "update ids do not chain";
    symbol.mismatches++;
    this.mismatches++;
    symbol.resubscribeAt = this.arrival + symbol.resubscribePause;
    this.settle(symbol);
    if (symbol.resubscribePause === 0) this.resubscribe(symbol, this.arrival);
  }

  private resubscribe(symbol: SymbolState, now: number): void {
    symbol.resubscribePause = Math.min(
      longestResubscribePause,
      Math.max(firstResubscribePause, symbol.resubscribePause * 2),
    );
    symbol.resubscribeAt = now + symbol.resubscribePause;
    this.output.send(cold.unsubscribe(bookChannels, [symbol.hash]));
    this.output.send(cold.subscribe(bookChannels, [symbol.hash]));
  }

  private bookStatus(symbol: SymbolState, status: cold.BookStatus): void {
    symbol.state = status.state;
    symbol.integrity = status.integrity;
    symbol.reason = status.reason;
    symbol.gaps = status.gaps;
    symbol.resyncs = status.resyncs;
    symbol.rowDirty = symbol.bookDirty = true;
    // At once: a batch may hold a fall and the recovery from it, and both are news.
    this.settle(symbol);
  }

  private mapping(hashHigh: number, hashLow: number, mapping: cold.SymbolMapping): void {
    let symbol = this.find(hashHigh, hashLow);
    if (symbol === undefined) {
      symbol = new SymbolState(this.symbols.length, hashHigh, hashLow, mapping);
      symbol.next = this.byHash.get(hashLow);
      this.byHash.set(hashLow, symbol);
      this.symbols.push(symbol);
      symbol.shownSince = this.arrival;
    } else symbol.map(mapping);
    symbol.gone = false;
    symbol.session = this.session;
    this.pending.add(symbol);
  }

  private connection(status: cold.ConnectionStatus, fresh: boolean): void {
    const key = `${status.connector} ${status.source & 15} ${status.endpoint}`;
    const before = this.connections.get(key)?.state;
    this.connections.set(key, { key, ...status });
    if (!fresh || before === status.state) return;
    const subject = `${status.connector} #${status.source & 15}`;
    if (status.state === "Connected" && before !== undefined) {
      this.alerts.add(this.arrival, "good", "connection", "Venue connected", subject);
    } else if (before === "Connected") {
      this.alerts.add(
        this.arrival,
        "bad",
        "connection",
        `Venue connection lost: ${status.reason || status.state}`,
        subject,
      );
    }
  }

  private gap(gap: cold.Gap, symbol: SymbolState | undefined): void {
    this.gapFrames++;
    this.missed += gap.missed;
    this.lastGap = `${gap.missed} missed (${gap.scope})`;
    const unit = gap.missed === 1 ? "message" : "messages";
    this.alerts.add(
      this.arrival,
      "warn",
      "gap",
      `${gap.missed} ${unit} missed, ${gap.scope} loss`,
      symbol?.name ?? "stream",
    );
  }

  private derivative(symbol: SymbolState, view: DataView, at: number): void {
    const ticker = cold.derivativeTicker(view, at);
    symbol.mark.update(ticker.mark);
    symbol.indexPrice.update(ticker.index);
    symbol.openInterest.update(ticker.openInterest);
    if (!Number.isNaN(ticker.funding)) symbol.funding = ticker.funding;
    if (ticker.nextFunding !== 0) symbol.nextFunding = ticker.nextFunding;
    symbol.bookDirty = true;
  }

  /** Decides what may be shown of the book, and tells when that changes. */
  private settle(symbol: SymbolState): void {
    let shown: ShownState = symbol.state;
    let reason = symbol.reason === "None" ? "" : symbol.reason;
    if (!this.linkUp) {
      shown = "Stale";
      reason = "HubLost";
    } else if (symbol.local !== "") {
      shown = "Stale";
      reason = "MirrorMismatch";
    } else if (shown === "Init" && symbol.bookless) {
      shown = "None";
    } else if (shown === "Live" && !symbol.book.valid) {
      shown = "Syncing";
      reason = "AwaitingSnapshot";
    }
    if (shown === symbol.shown && reason === symbol.shownReason) return;
    const before = symbol.shown;
    const now = this.arrival;
    symbol.shownReason = reason;
    symbol.rowDirty = symbol.bookDirty = true;
    if (shown === before) return;
    symbol.shown = shown;
    symbol.shownSince = now;
    if (shown === "Stale" || before === "Live") {
      if (symbol.staleSince === 0) symbol.staleSince = now;
      // A hub that conflates may leave the Stale out and begin with the Syncing.
      const what = shown === "Stale" ? "Book stale" : "Book no longer live";
      if (this.linkUp) this.alerts.add(now, "bad", "book", `${what}: ${words(reason)}`, symbol.name);
    } else if (shown === "Live" && symbol.staleSince !== 0) {
      symbol.staleSince = 0;
      this.alerts.add(now, "good", "book", "Book live again", symbol.name);
    }
  }
}
