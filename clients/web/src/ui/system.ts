// Connections, channels, latency and counters: how the stream itself is doing.

import type { ChannelRow, ConnectionRow, LatencyRow, StatsView } from "../protocol";
import { byId, KeyedRows, make, setAttribute, setClass, setText } from "./dom";
import type { Health, HealthConnection } from "./health";
import { Spark } from "./spark";
import { count, duration, latency, rate } from "../text";

interface Cells {
  root: HTMLTableRowElement;
  cells: HTMLElement[];
}

function tableHead(table: HTMLElement, labels: string[]): HTMLElement {
  const body = make("tbody");
  table.append(make("thead", {}, make("tr", {}, ...labels.map((text) => make("th", { text, scope: "col" })))), body);
  return body;
}

function tableRow(testid: string, cells: number): Cells {
  const made = Array.from({ length: cells }, () => make("td"));
  return { root: make("tr", { testid }, ...made), cells: made };
}

interface ShownConnection {
  key: string;
  name: string;
  endpoint: string;
  state: string;
  since: number;
  reconnects: number;
  reason: string;
  retryAt: number;
}

function host(endpoint: string): string {
  return endpoint.replace(/^\w+:\/\//, "").replace(/\/$/, "");
}

function fromHealth(connection: HealthConnection): ShownConnection {
  return {
    key: `health ${connection.connector} ${connection.name} ${connection.url}`,
    name: connection.connector,
    endpoint: connection.url || connection.name,
    state: connection.state,
    since: connection.since,
    reconnects: connection.reconnects,
    reason: connection.reason,
    retryAt: 0,
  };
}

function fromFrame(connection: ConnectionRow): ShownConnection {
  return { ...connection, name: connection.connector, retryAt: 0 };
}

export class SystemPanels {
  private readonly connections: KeyedRows<ShownConnection, Cells>;
  private readonly channels: KeyedRows<ChannelRow, Cells & { spark: Spark }>;
  private readonly latencies: KeyedRows<LatencyRow, Cells>;
  private readonly counters = new Map<string, HTMLElement>();

  constructor() {
    const connections = tableHead(byId("connections"), ["Connection", "State", "Uptime", "Reconn.", "Last reason"]);
    this.connections = new KeyedRows(connections, () => tableRow("connection-row", 5), fillConnection);
    const channels = tableHead(byId("channels"), ["Channel", "/s", "Age", "Total", "Last minute"]);
    this.channels = new KeyedRows(
      channels,
      () => {
        const spark = new Spark();
        const row = tableRow("channel-row", 5);
        row.cells[4].append(spark.canvas);
        return { ...row, spark };
      },
      fillChannel,
    );
    const latencies = tableHead(byId("latency"), ["Leg", "p50", "p90", "p99"]);
    this.latencies = new KeyedRows(latencies, () => tableRow("latency-row", 4), fillLatency);
    for (const [id, label, title] of [
      ["gaps", "book gaps", "Times a book lost its sequence, all symbols"],
      ["resyncs", "resyncs", "Times a book became Live again, all symbols"],
      ["missed", "missed", "Messages that Gap frames report as lost on the way here"],
      ["mismatches", "mirror faults", "Deltas that did not chain to this page's copy of a book"],
    ]) {
      const value = make("dd", { testid: `total-${id}` });
      this.counters.set(id, value);
      byId("counters").append(make("div", { title }, make("dt", { text: label }), value));
    }
  }

  show(stats: StatsView, health: Health): void {
    const { link } = stats;
    const shown: ShownConnection[] = [
      {
        key: "hub",
        name: "dashboard",
        endpoint: link.url,
        since: link.since,
        reconnects: link.reconnects,
        state: link.state === "open" ? "Connected" : link.state === "connecting" ? "Connecting" : "Backoff",
        reason: link.reason,
        retryAt: link.retryAt,
      },
      ...stats.connections.map(fromFrame),
    ];
    const framed = new Set(stats.connections.map((each) => each.connector));
    if (link.state === "open")
      shown.push(...health.connections.filter((each) => !framed.has(each.connector)).map(fromHealth));
    this.connections.show(shown, (row) => row.key);
    const venues = shown.slice(1);
    setText(
      byId("connection-note"),
      `${venues.filter((row) => row.state === "Connected").length} of ${venues.length} up`,
    );

    this.channels.show(stats.channels, (row) => row.name);
    setText(byId("channel-note"), `${count(stats.totalMessages)} messages`);
    setText(byId("worker-load"), `worker ${Math.round(stats.workerLoad * 100)} %`);
    this.latencies.show(stats.latencies, (row) => row.name);
    this.counter("gaps", stats.gaps, false);
    this.counter("resyncs", stats.resyncs, false);
    this.counter("missed", stats.missed, stats.missed > 0);
    this.counter("mismatches", stats.mismatches, stats.mismatches > 0);
  }

  private counter(id: string, value: number, bad: boolean): void {
    const node = this.counters.get(id);
    if (node === undefined) return;
    setText(node, count(value));
    setClass(node, "warn", bad);
  }
}

function fillConnection({ root, cells }: Cells, row: ShownConnection): void {
  setAttribute(root, "data-state", row.state);
  setAttribute(root, "data-connector", row.name);
  if (cells[0].firstChild === null) cells[0].append(make("b"), make("small"));
  setText(cells[0].firstChild as HTMLElement, row.name);
  setText(cells[0].lastChild as HTMLElement, host(row.endpoint));
  setAttribute(cells[0], "title", row.endpoint);
  setText(cells[1], row.state);
  const retry = row.retryAt > Date.now() ? `retry in ${duration(row.retryAt - Date.now())}` : "–";
  setText(cells[2], row.since > 0 && row.state === "Connected" ? duration(Date.now() - row.since) : retry);
  setText(cells[3], String(row.reconnects));
  setText(cells[4], row.reason === "" ? "–" : row.reason);
  setAttribute(cells[4], "title", row.reason);
}

function fillChannel({ root, cells, spark }: Cells & { spark: Spark }, row: ChannelRow): void {
  setAttribute(root, "data-channel", row.name);
  setText(cells[0], row.name);
  setText(cells[1], rate(row.perSecond));
  setText(cells[2], duration(row.age));
  setText(cells[3], count(row.total));
  spark.draw(row.history);
}

function fillLatency({ root, cells }: Cells, row: LatencyRow): void {
  const { percentiles } = row;
  setAttribute(root, "data-leg", row.name);
  setText(cells[0], row.name);
  const skewed = percentiles.negative > percentiles.count / 2;
  setAttribute(
    cells[0],
    "title",
    skewed ? "The clocks of the two machines disagree: most of these came out negative" : "",
  );
  setClass(root, "skewed", skewed);
  for (const [i, value] of [percentiles.p50, percentiles.p90, percentiles.p99].entries()) {
    setText(cells[i + 1], skewed ? "clock?" : latency(value));
  }
}
