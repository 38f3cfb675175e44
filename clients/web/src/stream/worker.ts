// The worker: keeps the link, decodes, and answers the screen's requests. Nothing here waits for the screen.

import type { LinkView, Request } from "../protocol";
import { StreamError } from "./frames";
import { Link } from "./link";
import { Market } from "./market";
import { SeriesStore } from "./series";
import { Halves } from "./symbol_state";
import { type Load, UpdateBuilder } from "./update";

const sampleEvery = 250;
const samplesKept = 3600;
const behindBy = 400;
const forgetAfter = 3000;

const scope = self as unknown as {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent<Request>) => void) | null;
};

// Unix time with the resolution of the monotonic clock, set right when the system clock is moved.
let clockOffset = performance.timeOrigin;
function now(): number {
  return clockOffset + performance.now();
}

const series = new SeriesStore(samplesKept);
const load: Load = { messagesPerSecond: 0, bytesPerSecond: 0, lag: NaN, behind: false, workerLoad: 0 };
let link: Link | undefined;
let url = "";
let busy = 0;
let lastBytes = 0;
let forgetAt = 0;
let beats = 0;

const market = new Market({
  send: (frame) => link?.send(frame),
  heartbeat: (interval) => {
    if (link !== undefined && interval > 0) link.silenceLimit = Math.max(5000, interval * 2.5);
  },
});
const builder = new UpdateBuilder(market, series);

function linkView(): LinkView {
  if (link === undefined) {
    return { state: "connecting", url, server: "", since: 0, reconnects: 0, attempt: 0, retryAt: 0, reason: "" };
  }
  return { ...link.state, url, server: market.server };
}

function start(address: string): void {
  url = address;
  link = new Link(
    url,
    {
      opened: () => {
        forgetAt = now() + forgetAfter;
        market.opened(now(), link !== undefined && link.state.reconnects > 0);
      },
      message: (data) => {
        const arrival = now();
        try {
          market.message(data, arrival);
        } catch (error) {
          if (!(error instanceof StreamError)) throw error;
          link?.drop(error.message);
        }
        busy += now() - arrival;
      },
      closed: (reason) => {
        forgetAt = 0;
        market.closed(now(), reason);
      },
    },
    {
      now,
      random: Math.random,
      after: (milliseconds, run) => {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
      socket: (address) => new WebSocket(address),
    },
  );
  link.connect();
}

const bid = new Halves();
const ask = new Halves();

function sample(): void {
  series.begin(now() / 1000);
  for (const symbol of market.symbols) {
    if (symbol.shown === "Live" || symbol.shown === "None") {
      series.put(symbol.index, symbol.last.double, symbol.best("bids", bid).double, symbol.best("asks", ask).double);
    }
  }
}

// One beat each quarter second; slower clocks are multiples of it.
function beat(): void {
  const at = now();
  sample();
  if (++beats % 2 === 0) {
    market.tick(at);
    const before = load.behind;
    Object.assign(load, market.latency.lag(behindBy));
    if (load.behind !== before) {
      market.alerts.add(
        at,
        load.behind ? "warn" : "good",
        "lag",
        load.behind ? `This page is behind by ${Math.round(load.lag)} ms` : "This page has caught up",
        "dashboard",
      );
    }
    if (forgetAt !== 0 && at > forgetAt) {
      forgetAt = 0;
      market.forgetUnmapped();
    }
  }
  if (beats % 4 === 0) {
    for (const meter of market.channels) meter.advance();
    market.all.advance();
    load.messagesPerSecond = market.all.perSecond;
    load.bytesPerSecond = (load.bytesPerSecond + (market.bytes - lastBytes)) / 2;
    load.workerLoad = busy / 1000;
    lastBytes = market.bytes;
    busy = 0;
    const clock = Date.now() - performance.now();
    if (Math.abs(clock - clockOffset) > 5) clockOffset = clock;
  }
  if (beats % 8 === 0) market.latency.advance();
}

scope.onmessage = ({ data }) => {
  switch (data.kind) {
    case "start":
      start(data.url);
      setInterval(beat, sampleEvery);
      break;
    case "pull": {
      const at = now();
      if (!Number.isNaN(data.paint)) market.latency.screen.record(data.paint * 1e6);
      scope.postMessage(builder.build(data, linkView(), load, at));
      busy += now() - at;
      break;
    }
    case "retry":
      link?.retryNow();
      break;
  }
};
