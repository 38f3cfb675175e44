import { beforeEach, expect, test } from "vitest";
import { Market } from "../src/stream/market";
import { StreamError } from "../src/stream/frames";
import type { SymbolState } from "../src/stream/symbol_state";
import { decode } from "../src/wire/codec";
import { BookState, ConnectionState, Flag, type Message, MessageType } from "../src/wire/messages";
import { delta, level, live, mapping, message, noStamp, snapshot, status, symbol, welcome } from "./frames_for_tests";

let sent: Message[];
let market: Market;
let now: number;

function feed(...frames: Message[]): void {
  market.message(message(...frames), (now += 1));
}

function book(): SymbolState {
  return market.symbols[0];
}

function alerts(): string[] {
  return market.alerts.items.map(({ text }) => text);
}

beforeEach(() => {
  sent = [];
  now = 1_700_000_000_000;
  market = new Market({
    send: (frame) => {
      const found = decode(new DataView(frame.buffer, frame.byteOffset, frame.byteLength));
      if (found !== undefined) sent.push(found);
    },
    heartbeat: () => {},
  });
  market.opened(now, false);
});

function liveBook(): void {
  feed(welcome(), mapping(), live(), snapshot(10n, [level(100, 1)], [level(101, 1)], Flag.recovered));
}

test("subscribes to everything once the hub has introduced itself", () => {
  feed(welcome());
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ type: MessageType.Subscribe, symbols: [] });
  expect((sent[0] as { channels: bigint }).channels & (1n << BigInt(MessageType.L2Delta))).not.toBe(0n);
});

test("a book is Live only when the hub says so and a snapshot is here", () => {
  feed(welcome(), mapping());
  expect(book().shown).toBe("Init");
  feed(live());
  expect(book().shown).toBe("Syncing");
  feed(snapshot(10n, [level(100, 1)], [level(101, 1)], Flag.recovered));
  expect(book().shown).toBe("Live");
  expect([book().integrity, book().gaps, book().resyncs]).toEqual(["Sequenced", 3, 2]);
  expect(alerts()).toEqual([]);
});

test("a stale book says why, and that it is back", () => {
  liveBook();
  feed(status(BookState.Stale, 3));
  expect([book().shown, book().shownReason]).toEqual(["Stale", "SequenceGap"]);
  feed(status(BookState.Syncing, 3), snapshot(20n, [], []), live());
  expect(book().shown).toBe("Live");
  expect(alerts()).toEqual(["Book stale: sequence gap", "Book live again"]);
});

test("a fall and its recovery in one message are both told", () => {
  liveBook();
  feed(status(BookState.Stale, 3), status(BookState.Syncing, 3), snapshot(20n, [], []), live());
  expect(book().shown).toBe("Live");
  expect(alerts()).toEqual(["Book stale: sequence gap", "Book live again"]);
});

test("leaving Live without a word of Stale is told too", () => {
  liveBook();
  feed(status(BookState.Syncing, 8));
  feed(snapshot(20n, [], []), live());
  expect(alerts()).toEqual(["Book no longer live: disconnected", "Book live again"]);
});

test("a delta that does not chain makes the book Stale here and asks for it again", () => {
  liveBook();
  sent = [];
  feed(delta(10n, 11n, [level(100, 2)], []));
  expect(book().shown).toBe("Live");
  feed(delta(12n, 13n, [level(100, 3)], []));
  expect([book().shown, book().shownReason]).toEqual(["Stale", "MirrorMismatch"]);
  expect(sent.map(({ type }) => type)).toEqual([MessageType.Unsubscribe, MessageType.Subscribe]);
  expect(sent[1]).toMatchObject({ symbols: [symbol] });
  feed(delta(13n, 14n, [], []));
  expect(sent).toHaveLength(2);
  market.tick(now + 400);
  expect(sent).toHaveLength(2);
  market.tick(now + 600);
  expect(sent).toHaveLength(4);
  feed(snapshot(20n, [], [], Flag.recovered));
  expect(book().shown).toBe("Live");
  market.tick(now + 5000);
  expect(sent).toHaveLength(4);
  expect(market.mismatches).toBe(1);
});

test("nothing is Live while the hub is gone, and all of it is asked for again after", () => {
  liveBook();
  market.closed((now += 1), "connection lost");
  expect([book().shown, book().shownReason]).toEqual(["Stale", "HubLost"]);
  market.opened((now += 1), true);
  expect(book().shown).toBe("Init");
  feed(welcome(), mapping(), live());
  expect(book().shown).toBe("Syncing");
  feed(snapshot(3n, [level(1, 1)], [], Flag.recovered));
  expect(book().shown).toBe("Live");
  expect(alerts()).toEqual(["Lost the hub: connection lost", "Reconnected to the hub", "Book live again"]);
});

test("symbols that a restarted hub does not know are dropped", () => {
  feed(welcome(), mapping(), mapping(7n, "binance:OLD-USDT"));
  market.opened(now, true);
  feed(welcome(), mapping());
  market.forgetUnmapped();
  expect(market.symbols.map(({ gone }) => gone)).toEqual([false, true]);
});

test("a symbol that talks, and of whose book nothing is heard, has none", () => {
  const quote: Message = {
    ...noStamp,
    symbol,
    type: MessageType.Quote,
    bidPrice: 1n,
    bidQuantity: 1n,
    askPrice: 2n,
    askQuantity: 1n,
    updateId: 0n,
  };
  feed(welcome(), mapping(), quote);
  expect(book().shown).toBe("Init");
  now += 3000;
  feed(quote);
  expect(book().shown).toBe("None");
  feed(live(), snapshot(10n, [level(100, 1)], [level(101, 1)], Flag.recovered));
  expect(book().shown).toBe("Live");
});

test("symbols whose hashes share a half are kept apart", () => {
  feed(welcome(), mapping((5n << 32n) | 1n, "binance:A-B"), mapping((6n << 32n) | 1n, "binance:C-D"));
  feed(live((6n << 32n) | 1n), snapshot(1n, [], [], 0, (6n << 32n) | 1n));
  expect(market.symbols.map(({ shown }) => shown)).toEqual(["Init", "Live"]);
});

test("loss that the hub reports is counted and told", () => {
  liveBook();
  feed({ ...noStamp, type: MessageType.Gap, missed: 41n, totalMissed: 41n, since: 0n, scope: 2 });
  expect([market.missed, market.gapFrames]).toEqual([41, 1]);
  expect(alerts()).toEqual(["41 messages missed, Client loss"]);
});

test("connections lost and made again are told; what a late joiner is told is no news", () => {
  const connection = (state: number, reason: string, flags = 0): Message => ({
    ...noStamp,
    flags,
    type: MessageType.ConnectionStatus,
    connectedSince: 5_000_000n,
    reconnects: 1n,
    attempt: 0,
    state,
    connector: "binance",
    endpoint: "ws://venue",
    reason,
  });
  feed(connection(ConnectionState.Connected, "", Flag.recovered));
  expect(alerts()).toEqual([]);
  feed(connection(ConnectionState.Backoff, "reset by peer"), connection(ConnectionState.Connected, ""));
  expect(alerts()).toEqual(["Venue connection lost: reset by peer", "Venue connected"]);
  expect([...market.connections.values()]).toMatchObject([
    { connector: "binance", state: "Connected", since: 5, reconnects: 1 },
  ]);
});

test("many books that go stale together are one alert", () => {
  feed(welcome());
  for (let i = 1n; i <= 40n; i++) feed(mapping(i, `binance:S${i}-USDT`), live(i), snapshot(1n, [], [], 0, i));
  for (let i = 1n; i <= 40n; i++) feed(status(BookState.Stale, 8, i));
  expect(market.alerts.items).toMatchObject([
    { text: "Book stale: disconnected", count: 40, subject: "S1-USDT, S2-USDT, S3-USDT …" },
  ]);
});

test("trades keep their exact price, side and direction", () => {
  feed(welcome(), mapping());
  const trade = (price: bigint, flags: number): Message => ({
    ...noStamp,
    flags,
    symbol,
    type: MessageType.Trade,
    price,
    quantity: 5n,
    tradeId: 1n,
    exchangeTime: 1_700_000_000_123_456_789n,
  });
  feed(trade(2n ** 60n + 1n, Flag.sideBuy), trade(2n ** 60n - 2048n, Flag.sideSell));
  const { last, direction, tape } = book();
  expect((BigInt(last.high) << 32n) | BigInt(last.low)).toBe(2n ** 60n - 2048n);
  expect([direction, tape.taken, tape.flags[0], tape.flags[1]]).toEqual([-1, 2, 1, 2]);
  expect(tape.time[0]).toBeCloseTo(1_700_000_000_123.456, 2);
});

test("latency is split into its legs", () => {
  feed(welcome(), mapping());
  const arrival = BigInt(now + 1) * 1_000_000n;
  feed({
    ...noStamp,
    symbol,
    type: MessageType.Trade,
    price: 1n,
    quantity: 1n,
    tradeId: 1n,
    exchangeTime: arrival - 9_000_000n,
    receiveTime: arrival - 4_000_000n,
    publishDelay: 1_000_000,
  });
  const near = (value: number, nanos: number): void => expect(Math.abs(value / nanos - 1)).toBeLessThan(0.05);
  near(market.latency.exchange.read().p50, 5e6);
  near(market.latency.publish.read().p50, 1e6);
  near(market.latency.browser.read().p50, 3e6);
  near(market.latency.total.read().p50, 9e6);
});

test("unknown types are passed over; what is no frame ends the stream", () => {
  const unknown = new Uint8Array(message(live()));
  unknown[1] = 29;
  market.message(unknown.buffer, now);
  expect(market.all.total).toBe(1);
  const broken = new Uint8Array(message(live()));
  broken[0] = 0;
  expect(() => market.message(broken.buffer, now)).toThrow(StreamError);
  const long = new Uint8Array(message(live()));
  long[4] = 0xff;
  expect(() => market.message(long.buffer, now)).toThrow(StreamError);
  expect(() => market.message(new ArrayBuffer(12), now)).toThrow(StreamError);
});
