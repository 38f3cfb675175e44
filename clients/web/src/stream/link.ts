// The WebSocket to the hub: connects, notices a peer that fell silent, and tries again for ever with growing pauses.

export interface LinkState {
  state: "connecting" | "open" | "waiting";
  /** Unix milliseconds; 0 while not connected. */
  since: number;
  /** Times it was connected again after having been connected. */
  reconnects: number;
  /** Attempts since the last time it was connected. */
  attempt: number;
  retryAt: number;
  reason: string;
}

export interface SocketLike {
  binaryType: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(data: ArrayBufferView | ArrayBuffer): void;
  close(): void;
}

export interface LinkEnvironment {
  now(): number;
  after(milliseconds: number, run: () => void): () => void;
  socket(url: string): SocketLike;
  random(): number;
}

export interface LinkEvents {
  opened(): void;
  message(data: ArrayBuffer): void;
  closed(reason: string): void;
}

const firstPause = 250;
const longestPause = 5000;
const connectWithin = 5000;

export class Link {
  readonly state: LinkState = { state: "waiting", since: 0, reconnects: 0, attempt: 0, retryAt: 0, reason: "" };
  /** Silence that means the peer is gone, milliseconds; set from the hub's heartbeat interval. */
  silenceLimit = 75_000;
  private socket: SocketLike | undefined;
  private cancelTimer: () => void = () => {};
  private lastHeard = 0;
  private everOpen = false;

  constructor(
    private readonly url: string,
    private readonly events: LinkEvents,
    private readonly environment: LinkEnvironment,
  ) {}

  connect(): void {
    this.cancelTimer();
    this.state.state = "connecting";
    this.state.retryAt = 0;
    this.state.attempt++;
    let socket: SocketLike;
    try {
      socket = this.environment.socket(this.url);
    } catch (error) {
      this.wait(String(error));
      return;
    }
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      if (this.socket === socket) this.opened();
    };
    socket.onmessage = (event: { data: unknown }) => {
      if (this.socket !== socket) return;
      this.lastHeard = this.environment.now();
      if (event.data instanceof ArrayBuffer) this.events.message(event.data);
    };
    socket.onclose = (event: { code?: number; reason?: string }) => {
      if (this.socket === socket) this.drop(describe(event, this.state.state === "open"));
    };
    this.cancelTimer = this.environment.after(connectWithin, () => this.drop("no answer to the connect"));
  }

  /** Skips what is left of the pause. */
  retryNow(): void {
    if (this.state.state === "waiting") this.connect();
  }

  send(data: ArrayBufferView): void {
    if (this.state.state === "open") this.socket?.send(data);
  }

  /** Gives the connection up, says why, and tries again after a pause. */
  drop(reason: string): void {
    const socket = this.socket;
    this.socket = undefined;
    if (socket !== undefined) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    const wasOpen = this.state.state === "open";
    this.wait(reason);
    if (wasOpen) this.events.closed(reason);
  }

  private opened(): void {
    this.cancelTimer();
    const now = this.environment.now();
    this.state.state = "open";
    this.state.since = now;
    this.state.attempt = 0;
    if (this.everOpen) this.state.reconnects++;
    this.everOpen = true;
    this.lastHeard = now;
    this.watch();
    this.events.opened();
  }

  private watch(): void {
    const silent = this.environment.now() - this.lastHeard;
    if (silent >= this.silenceLimit) {
      this.drop(`silent for ${Math.round(silent / 1000)} s`);
      return;
    }
    this.cancelTimer = this.environment.after(Math.min(5000, this.silenceLimit - silent), () => this.watch());
  }

  private wait(reason: string): void {
    this.cancelTimer();
    const pause = Math.min(longestPause, firstPause * 1.7 ** Math.max(0, this.state.attempt - 1));
    const jittered = pause * (0.8 + 0.4 * this.environment.random());
    this.state.state = "waiting";
    this.state.since = 0;
    this.state.reason = reason;
    this.state.retryAt = this.environment.now() + jittered;
    this.cancelTimer = this.environment.after(jittered, () => this.connect());
  }
}

function describe(event: { code?: number; reason?: string }, wasOpen: boolean): string {
  if (event.reason) return event.reason;
  if (!wasOpen) return "connection refused";
  if (event.code === 1001) return "hub is going away";
  return event.code === undefined || event.code === 1006 ? "connection lost" : `closed with code ${event.code}`;
}
