// The price over time: last trade as a line, bid and ask as a band. Where the book was not right the lines have a hole,
// and the hole is hatched.

import uPlot from "uplot";
import type { SeriesView } from "../protocol";
import { byId, make, Segments, setText } from "./dom";
import { color, onTheme } from "./theme";
import { clockTime } from "../text";

const keep = 3600;

export class PriceChart {
  private readonly parent = byId("price-chart");
  private plot: uPlot | undefined;
  private times: number[] = [];
  private last: (number | null)[] = [];
  private bid: (number | null)[] = [];
  private ask: (number | null)[] = [];
  private decimals = 2;
  private readonly spans: Segments<number>;
  private readonly legend: Record<string, HTMLElement> = {};

  constructor() {
    this.spans = new Segments(
      byId("price-spans"),
      "Time span",
      [
        [60, "1m"],
        [300, "5m"],
        [900, "15m"],
      ],
      60,
      () => this.draw(),
    );
    const legend = byId("price-legend");
    for (const name of ["last", "bid", "ask"]) {
      this.legend[name] = make("b");
      legend.append(make("span", { class: `key ${name}` }, name, this.legend[name]));
    }
    this.legend.time = make("time");
    legend.append(this.legend.time);
    new ResizeObserver(() => this.resize()).observe(this.parent);
    onTheme(() => this.build());
    this.build();
  }

  show(series: SeriesView, decimals: number): void {
    if (series.reset) ((this.times = []), (this.last = []), (this.bid = []), (this.ask = []));
    this.decimals = decimals;
    const value = (n: number): number | null => (Number.isNaN(n) ? null : n);
    for (let i = 0; i < series.times.length; i++) {
      this.times.push(series.times[i]);
      this.last.push(value(series.last[i]));
      this.bid.push(value(series.bid[i]));
      this.ask.push(value(series.ask[i]));
    }
    const extra = this.times.length - keep;
    if (extra > 0) for (const list of [this.times, this.last, this.bid, this.ask]) list.splice(0, extra);
    this.draw();
  }

  stepSpan(by: number): void {
    this.spans.step(by);
  }

  private draw(): void {
    if (this.plot === undefined || this.parent.clientWidth === 0) return;
    this.plot.setData([this.times, this.bid, this.ask, this.last]);
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.parent;
    if (width === 0 || height === 0) return;
    this.plot?.setSize({ width, height });
    this.draw();
  }

  private build(): void {
    this.plot?.destroy();
    const [text, grid, accent, bid, ask] = ["muted", "grid", "accent", "bid", "ask"].map(color);
    const font = "10px " + color("mono");
    const axis = { stroke: text, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
    const line = (stroke: string, width: number): uPlot.Series => ({
      stroke,
      width,
      points: { show: false },
      spanGaps: false,
    });
    this.plot = new uPlot(
      {
        width: Math.max(100, this.parent.clientWidth),
        height: Math.max(80, this.parent.clientHeight),
        padding: [8, 0, 0, 26],
        legend: { show: false },
        cursor: { points: { size: 6 }, drag: { x: false, y: false } },
        scales: {
          x: { range: () => this.timeRange() },
          y: { range: (_plot, low, high) => padded(low, high, this.decimals) },
        },
        axes: [
          { ...axis, size: 22, space: 70, values: (_plot, splits) => splits.map((at) => clockTime(at * 1000, false)) },
          {
            ...axis,
            side: 1,
            size: (_plot, values) => 14 + 6.3 * Math.max(0, ...(values ?? []).map((each) => each.length)),
            values: (_plot, splits) =>
              splits.map((at) =>
                at.toLocaleString("en-US", {
                  minimumFractionDigits: Math.min(this.decimals, 8),
                  maximumFractionDigits: 8,
                }),
              ),
          },
        ],
        series: [{}, line(bid, 1), line(ask, 1), line(accent, 2)],
        bands: [{ series: [2, 1], fill: color("band") }],
        hooks: {
          drawClear: [(plot) => this.hatch(plot)],
          setCursor: [(plot) => this.point(plot)],
          setData: [(plot) => this.point(plot)],
        },
      },
      [this.times, this.bid, this.ask, this.last],
      this.parent,
    );
  }

  private timeRange(): [number, number] {
    const end = this.times[this.times.length - 1] ?? Date.now() / 1000;
    return [end - this.spans.value, end];
  }

  private point(plot: uPlot): void {
    const at = plot.cursor.idx ?? this.times.length - 1;
    const free = plot.cursor.idx === null || plot.cursor.idx === undefined;
    const text = (value: number | null | undefined): string => (value == null ? "–" : value.toFixed(this.decimals));
    setText(this.legend.last, text(this.last[at]));
    setText(this.legend.bid, text(this.bid[at]));
    setText(this.legend.ask, text(this.ask[at]));
    setText(this.legend.time, free || this.times[at] === undefined ? "" : clockTime(this.times[at] * 1000, false));
  }

  /** Hatches the times, after the first right one, in which the book was not right. */
  private hatch(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const [from] = this.timeRange();
    let begun = -1;
    let seen = false;
    const stripes = (left: number, right: number): void => {
      const x0 = Math.max(bbox.left, plot.valToPos(left, "x", true));
      const x1 = Math.min(bbox.left + bbox.width, plot.valToPos(right, "x", true));
      if (x1 - x0 < 1) return;
      ctx.save();
      ctx.beginPath();
      ctx.rect(x0, bbox.top, x1 - x0, bbox.height);
      ctx.clip();
      ctx.fillStyle = color("veil");
      ctx.fill();
      ctx.strokeStyle = color("stripe");
      ctx.lineWidth = 3 * devicePixelRatio;
      ctx.beginPath();
      const gap = 9 * devicePixelRatio;
      for (let x = Math.floor((x0 - bbox.height) / gap) * gap; x < x1; x += gap) {
        ctx.moveTo(x, bbox.top + bbox.height);
        ctx.lineTo(x + bbox.height, bbox.top);
      }
      ctx.stroke();
      ctx.restore();
    };
    for (let i = 0; i < this.times.length; i++) {
      const right = this.bid[i] !== null || this.ask[i] !== null;
      if (right && begun >= 0) {
        if (this.times[i] >= from) stripes(this.times[begun], this.times[i]);
        begun = -1;
      }
      if (!right && seen && begun < 0) begun = Math.max(0, i - 1);
      seen ||= right;
    }
    if (begun >= 0) stripes(this.times[begun], this.times[this.times.length - 1]);
  }
}

/** Some air above and below, and never a range so small that the axis repeats its labels. */
function padded(low: number | null, high: number | null, decimals: number): [number, number] {
  if (low === null || high === null) return [0, 1];
  const air = Math.max((high - low) * 0.12, 2.5 * 10 ** -decimals);
  return [low - air, high + air];
}
