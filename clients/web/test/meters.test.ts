import { expect, test } from "vitest";
import { AlertList } from "../src/stream/alerts";
import { SlidingHistogram } from "../src/stream/histogram";
import { ChannelMeter, LatencyMeter } from "../src/stream/meters";
import { SeriesStore } from "../src/stream/series";
import { bytes, count, duration, latency, percent, rate, short, words } from "../src/text";
import { parseHealth, parseTime } from "../src/ui/health";

test("percentiles are within a bucket's width of the exact ones", () => {
  const histogram = new SlidingHistogram(3);
  for (let i = 1; i <= 10_000; i++) histogram.record(i * 1000);
  const { p50, p90, p99, count: n } = histogram.read();
  expect(n).toBe(10_000);
  for (const [found, exact] of [
    [p50, 5e6],
    [p90, 9e6],
    [p99, 9.9e6],
  ])
    expect(Math.abs(found / exact - 1)).toBeLessThan(0.05);
});

test("a histogram forgets what left its window, and takes any duration", () => {
  const histogram = new SlidingHistogram(2);
  histogram.record(5e9);
  histogram.advance();
  histogram.record(1000);
  expect(histogram.read().count).toBe(2);
  histogram.advance();
  expect(histogram.read()).toMatchObject({ count: 1, negative: 0 });
  histogram.record(-3);
  histogram.record(1e15);
  histogram.record(0);
  expect(histogram.read()).toMatchObject({ count: 4, negative: 1 });
});

test("a page is behind when its lag has grown, whatever the clocks say", () => {
  const meter = new LatencyMeter();
  meter.record(NaN, 0, 3.0e9);
  expect(meter.lag(400).behind).toBe(false);
  for (let i = 0; i < 4; i++) meter.record(NaN, 0, 3.2e9);
  expect(meter.lag(400).behind).toBe(false);
  meter.lag(400);
  meter.record(NaN, 0, 4e9);
  expect(meter.lag(400)).toMatchObject({ behind: true });
  meter.lag(400);
  expect(meter.lag(400)).toEqual({ lag: NaN, behind: false });
});

test("rates are of the last full seconds", () => {
  const meter = new ChannelMeter();
  for (let second = 0; second < 5; second++) {
    for (let i = 0; i < 10; i++) meter.add(second);
    meter.advance();
  }
  meter.add(9);
  expect(meter.perSecond).toBe(10);
  expect(meter.total).toBe(51);
  expect([...meter.history(6)]).toEqual([0, 10, 10, 10, 10, 10]);
});

test("series keep holes, and the newest samples when they are full", () => {
  const store = new SeriesStore(4);
  for (let i = 0; i < 6; i++) {
    store.begin(i);
    if (i !== 4) store.put(2, i, i - 1, i + 1);
  }
  const { times, values } = store.slice(2, 0);
  expect([...times]).toEqual([2, 3, 4, 5]);
  expect([...values[0]]).toEqual([2, 3, NaN, 5]);
  expect([...store.slice(2, 5).values[1]]).toEqual([4]);
  expect([...store.slice(9, 5).values[0]]).toEqual([NaN]);
});

test("alerts of one kind merge while they come together", () => {
  const list = new AlertList(2);
  list.add(0, "bad", "book", "Book stale", "A");
  list.add(100, "bad", "book", "Book stale", "B");
  const { version } = list.changedSince(0);
  list.add(9000, "bad", "book", "Book stale", "A");
  expect(list.items).toMatchObject([
    { subject: "A, B", count: 2 },
    { subject: "A", count: 1 },
  ]);
  expect(list.changedSince(version).items).toHaveLength(1);
  list.add(20_000, "good", "hub", "Back", "");
  expect(list.items).toHaveLength(2);
});

test("health is read whatever it lacks", () => {
  const health = parseHealth({
    status: "degraded",
    uptime_s: 12,
    clients: { relay: 1, bridge: 2 },
    connectors: {
      binance: {
        connections: [
          {
            name: "spot",
            url: "ws://x",
            state: "Connected",
            connected_since: "2026-01-02T03:04:05Z",
            reconnects: 2,
            last_reason: "reset",
          },
        ],
      },
      bare: {},
    },
  });
  expect(health).toMatchObject({ status: "degraded", uptime: 12_000, clients: "1 relay, 2 bridge" });
  expect(health.connections).toEqual([
    {
      connector: "binance",
      name: "spot",
      url: "ws://x",
      state: "Connected",
      since: Date.UTC(2026, 0, 2, 3, 4, 5),
      reconnects: 2,
      reason: "reset",
    },
  ]);
  expect(parseHealth(null).connections).toEqual([]);
  expect(parseHealth([1]).status).toBe("");
  expect([
    parseTime("1700000000000000000"),
    parseTime(1_700_000_000_000),
    parseTime(1_700_000_000),
    parseTime(null),
  ]).toEqual([1.7e12, 1.7e12, 1.7e12, 0]);
});

test("numbers are written as people read them", () => {
  expect([
    duration(3),
    duration(12_345),
    duration(185_000),
    duration(8_040_000),
    duration(273_600_000),
    duration(NaN),
  ]).toEqual(["3 ms", "12.3 s", "3 m 05 s", "2 h 14 m", "3 d 4 h", "–"]);
  expect([latency(640), latency(4_480), latency(28_200), latency(2_950_000), latency(1.5e9)]).toEqual([
    "640 ns",
    "4.48 µs",
    "28.2 µs",
    "2.95 ms",
    "1.50 s",
  ]);
  expect([rate(0), rate(2.34), rate(4959.4), bytes(471_000), bytes(2_345_000), count(131_346)]).toEqual([
    "0",
    "2.3",
    "4,959",
    "471 kB/s",
    "2.35 MB/s",
    "131,346",
  ]);
  expect([percent(0.00001), percent(-0.0123), percent(0.5), percent(NaN), short(12_345), short(0.01234)]).toEqual([
    "0.00 %",
    "−1.23 %",
    "+50.00 %",
    "–",
    "12.3k",
    "0.0123",
  ]);
  expect(words("SequenceGap")).toBe("sequence gap");
});
