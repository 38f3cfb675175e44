// A hub for the dashboard's own development and load test: the same HTTP face (/, /ws, /ws/health), a seeded market,
// and faults ordered through POST /sandbox/fault {"fault":"drop","symbol":"BTCUSDT"}. It is no test of the real hub.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import { decode, encode } from "../src/wire/codec";
import {
  BookReason,
  BookState,
  ConnectionState,
  Flag,
  Integrity,
  type Level,
  type Message,
  MessageType,
} from "../src/wire/messages";
import { FakeBook, random } from "./fake_market";

const names: [string, number, number, number][] = [
  ["BTC-USDT", 97_250, 2, 5],
  ["ETH-USDT", 3_412, 2, 4],
  ["SOL-USDT", 187.4, 2, 3],
  ["BNB-USDT", 655, 2, 3],
  ["XRP-USDT", 2.1873, 4, 1],
  ["DOGE-USDT", 0.31862, 5, 0],
  ["ADA-USDT", 0.8731, 4, 1],
  ["AVAX-USDT", 36.71, 2, 2],
  ["LINK-USDT", 21.34, 2, 2],
  ["DOT-USDT", 6.912, 3, 2],
  ["LTC-USDT", 104.2, 2, 3],
  ["SHIB-USDT", 0.00002194, 8, 0],
];
const source = 1 << 4;
const noStamp = {
  flags: 0,
  sequence: 0,
  symbol: 0n,
  exchangeTime: 0n,
  receiveTime: 0n,
  publishDelay: 0,
  source: 0,
  detail: 0,
};

interface Book {
  hash: bigint;
  book: FakeBook;
  state: number;
  reason: number;
  gaps: bigint;
  resyncs: bigint;
}

function option(args: string[], name: string, fallback: number): number {
  const at = args.indexOf("--" + name);
  return at < 0 ? fallback : Number(args[at + 1]);
}

function nanos(milliseconds = performance.timeOrigin + performance.now()): bigint {
  return BigInt(Math.round(milliseconds * 1000)) * 1000n;
}

export async function start(args: string[]): Promise<void> {
  const port = option(args, "port", 8000);
  const rate = option(args, "rate", 400);
  const next = random(option(args, "seed", 1));
  const began = Date.now();
  const books: Book[] = Array.from({ length: option(args, "symbols", 12) }, (_, i) => {
    const [name, price, priceDecimals, quantityDecimals] = names[i] ?? [`SYM${i}-USDT`, 1 + next() * 500, 3, 2];
    const tick = 10n ** BigInt(8 - priceDecimals);
    const book = new FakeBook(`binance:${name}`, tick, price, priceDecimals, quantityDecimals, next);
    return {
      hash: (BigInt(i + 1) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn,
      book,
      state: BookState.Live,
      reason: BookReason.SnapshotApplied,
      gaps: 0n,
      resyncs: 1n,
    };
  });
  const bySymbol = new Map(books.map((each) => [each.book.text.replace(/^.*:/, "").replace("-", ""), each]));
  const clients = new Set<WebSocket>();
  let sequence = 0;
  let out: Uint8Array[] = [];
  let paused = false;

  const stamped = (hash: bigint): typeof noStamp => {
    const now = performance.timeOrigin + performance.now();
    return {
      ...noStamp,
      sequence: sequence++,
      symbol: hash,
      source,
      exchangeTime: nanos(now - 1 - next() * 4),
      receiveTime: nanos(now),
      publishDelay: Math.round(2000 + next() ** 4 * 40_000),
    };
  };
  const emit = (message: Message): void => void out.push(encode(message));
  const status = (each: Book, flags = 0): Message => ({
    ...stamped(each.hash),
    flags,
    type: MessageType.BookStatus,
    updateId: each.book.updateId,
    gaps: each.gaps,
    resyncs: each.resyncs,
    state: each.state,
    integrity: Integrity.Sequenced,
    reason: each.reason,
  });
  const snapshot = (each: Book, flags = 0): Message[] => {
    const { bids, asks } = each.book.snapshot();
    const half = bids.length >> 1;
    const piece = (from: number, to: number, more: number): Message => ({
      ...stamped(each.hash),
      flags: flags | more,
      type: MessageType.L2Snapshot,
      updateId: each.book.updateId,
      bids: bids.slice(from, to),
      asks: asks.slice(from, to),
    });
    return [piece(0, half, Flag.more), piece(half, bids.length, 0)];
  };
  const flush = (): void => {
    if (out.length === 0) return;
    const batch = Buffer.concat(out);
    out = [];
    for (const client of clients) client.send(batch);
  };

  const step = (each: Book): void => {
    const roll = next();
    const stamp = stamped(each.hash);
    if (roll < 0.45) {
      const previousUpdateId = each.book.updateId;
      const { bids, asks } = each.book.step();
      if (each.state !== BookState.Live) return;
      emit({
        ...stamp,
        detail: 1,
        type: MessageType.L2Delta,
        previousUpdateId,
        updateId: each.book.updateId,
        bids,
        asks,
      });
    } else if (roll < 0.8) {
      const { bid, ask } = each.book.best();
      emit({
        ...stamp,
        type: MessageType.Quote,
        updateId: each.book.updateId,
        bidPrice: bid.price,
        bidQuantity: bid.quantity,
        askPrice: ask.price,
        askQuantity: ask.quantity,
      });
    } else {
      const { buy, price, quantity } = each.book.trade();
      emit({
        ...stamp,
        flags: buy ? Flag.sideBuy : Flag.sideSell,
        type: MessageType.Trade,
        price,
        quantity,
        tradeId: BigInt(sequence),
      });
    }
  };

  const stale = (each: Book, milliseconds: number): void => {
    each.state = BookState.Stale;
    each.reason = BookReason.SequenceGap;
    each.gaps++;
    emit(status(each));
    setTimeout(() => {
      each.state = BookState.Syncing;
      emit(status(each));
    }, milliseconds / 2);
    setTimeout(() => {
      for (const frame of snapshot(each)) emit(frame);
      each.state = BookState.Live;
      each.reason = BookReason.SnapshotApplied;
      each.resyncs++;
      emit(status(each));
    }, milliseconds);
  };

  const greet = (client: WebSocket): void => {
    const frames: Message[] = [
      { ...noStamp, type: MessageType.Welcome, session: nanos(), serverTime: nanos(), version: 1, server: "fake hub" },
      ...books.map((each): Message => ({
        ...noStamp,
        type: MessageType.SymbolMapping,
        symbol: each.hash,
        tickSize: each.book.tick,
        lotSize: 10n ** BigInt(8 - each.book.quantityDecimals),
        minimumQuantity: 0n,
        minimumNotional: 0n,
        contractSize: 0n,
        priceDecimals: each.book.priceDecimals,
        quantityDecimals: each.book.quantityDecimals,
        unitExponent: 0,
        kind: 0,
        status: 1,
        text: each.book.text,
        venueSymbol: each.book.text.replace(/^.*:/, "").replace("-", ""),
      })),
      {
        ...noStamp,
        flags: Flag.recovered,
        source,
        type: MessageType.ConnectionStatus,
        connectedSince: nanos(began),
        reconnects: 0n,
        attempt: 0,
        state: ConnectionState.Connected,
        connector: "binance",
        endpoint: "ws://127.0.0.1:9010/stream",
        reason: "",
      },
    ];
    client.send(Buffer.concat(frames.map(encode)));
  };
  const subscribe = (client: WebSocket, symbols: bigint[]): void => {
    flush();
    const wanted = symbols.length === 0 ? books : books.filter((each) => symbols.includes(each.hash));
    client.send(
      Buffer.concat(
        wanted.flatMap((each) => [status(each, Flag.recovered), ...snapshot(each, Flag.recovered)]).map(encode),
      ),
    );
    clients.add(client);
  };

  const page = new URL("../dist/index.html", import.meta.url);
  const http = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const json = (body: unknown): void =>
      void response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (path === "/") response.setHeader("content-type", "text/html").end(readFileSync(page));
    else if (path === "/ws/health")
      json({
        status: "ok",
        uptime_s: (Date.now() - began) / 1000,
        connectors: {},
        books: {},
        clients: { bridge: clients.size },
      });
    else if (path === "/sandbox/pause" || path === "/sandbox/resume")
      json({ paused: (paused = path.endsWith("pause")) });
    else if (path === "/sandbox/book") {
      const each = bySymbol.get(new URL(request.url ?? "/", "http://localhost").searchParams.get("symbol") ?? "");
      const side = (levels: Level[]): number[][] =>
        levels.map(({ price, quantity }) => [Number(price) / 1e8, Number(quantity) / 1e8]);
      const whole = each?.book.snapshot();
      json({ update_id: Number(each?.book.updateId), bids: side(whole?.bids ?? []), asks: side(whole?.asks ?? []) });
    } else if (path === "/sandbox/fault" && request.method === "POST") {
      let body = "";
      request.on("data", (part) => (body += part));
      request.on("end", () => {
        const { fault, symbol } = JSON.parse(body) as { fault: string; symbol: string };
        const each = bySymbol.get(symbol);
        if (each !== undefined && fault === "drop") stale(each, 3000);
        json({ ok: each !== undefined });
      });
    } else response.writeHead(404).end();
  });
  new WebSocketServer({ server: http, path: "/ws", perMessageDeflate: false }).on("connection", (client) => {
    greet(client);
    client.on("message", (data: Buffer) => {
      const message = decode(new DataView(data.buffer, data.byteOffset, data.byteLength));
      if (message?.type === MessageType.Subscribe) subscribe(client, message.symbols);
    });
    client.on("close", () => clients.delete(client));
  });

  let due = 0;
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    // Bursts, as markets have them: three times the rate for a twentieth of the time.
    due += ((now - last) / 1000) * rate * (next() < 0.05 ? 2.8 : 0.9);
    last = now;
    if (paused) due = 0;
    for (; due >= 1; due--) step(books[Math.floor(next() ** 1.6 * books.length)]);
    flush();
  }, 5);
  await new Promise<void>((ready) => http.listen(port, "127.0.0.1", ready));
  console.log(`fake hub: http://127.0.0.1:${port}/`);
}
