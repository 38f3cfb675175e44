// What the hub says of itself: /ws/health, polled. It knows connections before any frame has told of them.

export interface HealthConnection {
  connector: string;
  name: string;
  url: string;
  state: string;
  /** Unix milliseconds; 0 while not connected. */
  since: number;
  reconnects: number;
  reason: string;
}

export interface Health {
  status: string;
  uptime: number;
  connections: HealthConnection[];
  clients: string;
}

export const noHealth: Health = { status: "", uptime: NaN, connections: [], clients: "" };

type Json = Record<string, unknown>;

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A time as ISO text, Unix nanoseconds, milliseconds or seconds; 0 for none. */
export function parseTime(value: unknown): number {
  if (typeof value === "string" && /[^\d.]/.test(value)) return Date.parse(value) || 0;
  const number = Number(value ?? 0);
  if (!(number > 0)) return 0;
  return number > 1e16 ? number / 1e6 : number > 1e11 ? number : number * 1000;
}

export function parseHealth(body: unknown): Health {
  const root = object(body);
  const connections: HealthConnection[] = [];
  for (const [connector, value] of Object.entries(object(root.connectors))) {
    const list = object(value).connections;
    if (!Array.isArray(list)) continue;
    for (const each of list.map(object)) {
      connections.push({
        connector,
        name: String(each.name ?? ""),
        url: text(each.url),
        state: text(each.state),
        since: parseTime(each.connected_since),
        reconnects: Number(each.reconnects ?? 0),
        reason: text(each.last_reason),
      });
    }
  }
  const clients = Object.entries(object(root.clients))
    .map(([name, n]) => `${String(n)} ${name}`)
    .join(", ");
  return { status: text(root.status), uptime: Number(root.uptime_s ?? NaN) * 1000, connections, clients };
}

export class HealthPoll {
  latest: Health = noHealth;

  constructor(
    private readonly url: string,
    private readonly every = 3000,
  ) {}

  start(): void {
    void this.poll();
  }

  private async poll(): Promise<void> {
    if (!document.hidden) {
      try {
        const response = await fetch(this.url, { cache: "no-store", signal: AbortSignal.timeout(this.every) });
        // A hub that is down or degraded may say so by its status code, with the same body.
        this.latest = parseHealth(await response.json());
      } catch {
        this.latest = noHealth;
      }
    }
    setTimeout(() => void this.poll(), this.every);
  }
}
