import { beforeEach, expect, test } from "vitest";
import { Link, type SocketLike } from "../src/stream/link";

interface FakeSocket extends SocketLike {
  closed: boolean;
}

let now: number;
let timers: { at: number; run: () => void }[];
let sockets: FakeSocket[];
let events: string[];
let link: Link;

function advance(milliseconds: number): void {
  const end = now + milliseconds;
  for (;;) {
    const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
    if (due === undefined) break;
    timers.splice(timers.indexOf(due), 1);
    now = due.at;
    due.run();
  }
  now = end;
}

function newest(): FakeSocket {
  return sockets[sockets.length - 1];
}

const nothing = {} as never;

beforeEach(() => {
  now = 1000;
  timers = [];
  sockets = [];
  events = [];
  link = new Link(
    "ws://hub/ws",
    {
      opened: () => events.push("opened"),
      message: (data) => events.push(`message ${data.byteLength}`),
      closed: (reason) => events.push(`closed ${reason}`),
    },
    {
      now: () => now,
      random: () => 0.5,
      after: (milliseconds, run) => {
        const timer = { at: now + milliseconds, run };
        timers.push(timer);
        return () => void (timers = timers.filter((each) => each !== timer));
      },
      socket: () => {
        const socket: FakeSocket = {
          binaryType: "",
          onopen: null,
          onmessage: null,
          onclose: null,
          closed: false,
          send: () => {},
          close: () => (socket.closed = true),
        };
        sockets.push(socket);
        return socket;
      },
    },
  );
  link.connect();
});

test("tries again for ever, with pauses that grow to a limit", () => {
  const pauses: number[] = [];
  for (let i = 0; i < 12; i++) {
    newest().onclose?.({ code: 1006 } as never);
    pauses.push(Math.round(link.state.retryAt - now));
    advance(link.state.retryAt - now);
  }
  expect(pauses.slice(0, 3)).toEqual([250, 425, 723]);
  expect(pauses.slice(-2)).toEqual([5000, 5000]);
  expect(sockets).toHaveLength(13);
  expect(events).toEqual([]);
});

test("a connection restored counts, and pauses begin anew", () => {
  newest().onopen?.(nothing);
  newest().onmessage?.({ data: new ArrayBuffer(8) } as never);
  newest().onclose?.({ code: 1006 } as never);
  expect(link.state).toMatchObject({ state: "waiting", reconnects: 0, reason: "connection lost" });
  advance(250);
  newest().onopen?.(nothing);
  expect(link.state).toMatchObject({ state: "open", reconnects: 1, attempt: 0, since: now });
  expect(events).toEqual(["opened", "message 8", "closed connection lost", "opened"]);
});

test("a peer that fell silent is dropped", () => {
  link.silenceLimit = 20_000;
  newest().onopen?.(nothing);
  advance(12_000);
  newest().onmessage?.({ data: new ArrayBuffer(0) } as never);
  advance(19_000);
  expect(link.state.state).toBe("open");
  const silent = newest();
  advance(1001);
  expect(silent.closed).toBe(true);
  expect(events.at(-1)).toBe("closed silent for 20 s");
});

test("a connect that nobody answers is given up", () => {
  advance(5001);
  expect(sockets[0].closed).toBe(true);
  expect(link.state).toMatchObject({ state: "waiting", reason: "no answer to the connect" });
});

test("an old socket's late events change nothing", () => {
  const old = newest();
  const { onclose } = old;
  newest().onopen?.(nothing);
  link.drop("bad frame");
  onclose?.({ code: 1000 } as never);
  expect(link.state.reason).toBe("bad frame");
});

test("a pause can be cut short", () => {
  newest().onclose?.({ code: 1006 } as never);
  link.retryNow();
  expect(link.state.state).toBe("connecting");
  expect(sockets).toHaveLength(2);
});
