// The screen. The worker holds the stream; each frame asks it for what changed and draws only that.

import "uplot/dist/uPlot.min.css";
import "./style.css";
import type { PullRequest, Request, SymbolRow, Update } from "./protocol";
import { OrderClient } from "./orders";
import StreamWorker from "./stream/worker?worker&inline";
import { AlertPanel } from "./ui/alert_panel";
import { DepthChart } from "./ui/depth_chart";
import { HealthPoll } from "./ui/health";
import { startKeyboard } from "./ui/keyboard";
import { Ladder } from "./ui/ladder";
import { OrderPanels } from "./ui/orders";
import { PriceChart } from "./ui/price_chart";
import { SectionTabs } from "./ui/sections";
import { SymbolList } from "./ui/symbols";
import { SystemPanels } from "./ui/system";
import { TradeTape } from "./ui/tape";
import { startTheme, toggleTheme } from "./ui/theme";
import { Ticker } from "./ui/ticker";
import { TopBar } from "./ui/topbar";
import { byId } from "./ui/dom";

const pullEvery = 50;

startTheme();
const worker = new StreamWorker();
const post = (request: Request): void => worker.postMessage(request);
const health = new HealthPoll(new URL("ws/health", location.href).href);
const topBar = new TopBar();
const system = new SystemPanels();
const alerts = new AlertPanel();
const ticker = new Ticker();
const prices = new PriceChart();
const depth = new DepthChart();
const tape = new TradeTape();
const ladder = new Ladder(() => {});
const tabs = new SectionTabs();
const symbols = new SymbolList(select);
const orderClient = new OrderClient(
  {
    fetch: (path, init) =>
      fetch(new URL(path, location.origin + location.pathname), {
        cache: "no-store",
        signal: AbortSignal.timeout(5000),
        ...init,
      }),
    hidden: () => document.hidden,
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    now: () => performance.now(),
  },
  () => orders.show(),
);
const orders = new OrderPanels(orderClient);
let orderFrames = 0;

let selected = -1;
let wanted = decodeURIComponent(location.hash.slice(1));
let decimals = 2;
let answered = true;
let pulledAt = 0;
let paint = NaN;
let update: Update | undefined;
let frames = 0;
let frameRate = 0;
let frameSecond = performance.now();

function select(row: SymbolRow): void {
  selected = row.index;
  wanted = row.text;
  symbols.select(row.index);
  history.replaceState(null, "", "#" + encodeURIComponent(row.text).replaceAll("%3A", ":"));
  document.title = `${row.name} · Trunkline`;
}

/** Shows what the address asks for as soon as it is known, and until then the first symbol there is. */
function selectFirst(): void {
  const current = symbols.get(selected);
  if (current !== undefined && !current.gone && current.text === wanted) return;
  const row =
    symbols.find((each) => each.text === wanted) ?? (current?.gone === false ? undefined : symbols.find(() => true));
  if (row === undefined || row.index === selected) return;
  const keep = wanted;
  select(row);
  if (keep !== "" && keep !== row.text) wanted = keep;
}

function draw(
  { symbols: rows, symbolsReset, book, trades, series, stats, orderFrames: heard, alerts: changed, selected: of }: Update,
  now: number,
): void {
  if (heard !== orderFrames) {
    orderFrames = heard;
    orderClient.refresh();
  }
  if (rows !== undefined) {
    symbols.update(rows, symbolsReset === true, now);
    selectFirst();
  }
  if (of === selected) {
    const symbol = symbols.get(selected);
    if (book !== undefined && symbol !== undefined) {
      decimals = book.priceDecimals;
      ladder.show(book, symbol);
      depth.show(book, now);
      ticker.show(book, symbol);
    }
    if (trades !== undefined) tape.show(trades.reset, trades.rows, now);
    if (series !== undefined) prices.show(series, decimals);
  }
  if (stats !== undefined) {
    topBar.show(stats, health.latest, frameRate);
    system.show(stats, health.latest);
    tape.tick(now);
  }
  if (changed !== undefined) alerts.show(changed);
}

function frame(now: number): void {
  requestAnimationFrame(frame);
  frames++;
  if (now - frameSecond >= 1000) {
    frameRate = Math.round((frames * 1000) / (now - frameSecond));
    frames = 0;
    frameSecond = now;
  }
  if (update !== undefined) {
    const due = update;
    update = undefined;
    draw(due, now);
    if (!Number.isNaN(due.arrived)) paint = performance.timeOrigin + performance.now() - due.arrived;
    answered = true;
  }
  topBar.tick();
  if (!answered || now - pulledAt < pullEvery - 4) return;
  answered = false;
  pulledAt = now;
  const request: PullRequest = { kind: "pull", selected, rows: ladder.rows, group: ladder.groups.value, paint };
  paint = NaN;
  post(request);
}

worker.onmessage = ({ data }: MessageEvent<Update>) => {
  update = data;
};
worker.onerror = (event) => {
  const banner = byId("banner");
  banner.hidden = false;
  banner.textContent = `The stream worker failed: ${event.message}`;
};

byId("theme").addEventListener("click", toggleTheme);
byId("orders-open").addEventListener("click", () => tabs.toggleOrders());
addEventListener("online", () => post({ kind: "retry" }));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) post({ kind: "retry" });
});
addEventListener("hashchange", () => {
  wanted = decodeURIComponent(location.hash.slice(1));
  selectFirst();
});
startKeyboard({
  focusFilter: () => {
    tabs.show("symbols");
    symbols.focusFilter();
  },
  clearFilter: () => symbols.clearFilter(),
  move: (by) => symbols.move(by),
  pick: () => symbols.pickCursor(),
  toggleTheme,
  stepGroup: (by) => ladder.groups.step(by),
  stepSpan: (by) => prices.stepSpan(by),
  section: (n) => tabs.number(n),
  toggleOrders: () => tabs.toggleOrders(),
});

const address = new URL("ws", location.href);
address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
address.hash = "";
post({ kind: "start", url: address.href });
health.start();
orderClient.start();
requestAnimationFrame(frame);
