// The depth: quantity that waits on either side within a distance from the middle, on a canvas.

import type { BookView } from "../protocol";
import { byId, make, setText } from "./dom";
import { color, onTheme } from "./theme";
import { short } from "../text";

const axisHeight = 18;

export class DepthChart {
  private readonly parent = byId("depth-chart");
  private readonly canvas = make("canvas");
  private readonly legend = byId("depth-legend");
  private book: BookView | undefined;
  private drawnAt = 0;
  private pointer: number | undefined;

  constructor() {
    this.parent.append(this.canvas);
    new ResizeObserver(() => this.draw()).observe(this.parent);
    onTheme(() => this.draw());
    this.parent.addEventListener("pointermove", (event) => {
      this.pointer = event.offsetX;
      this.draw();
    });
    this.parent.addEventListener("pointerleave", () => {
      this.pointer = undefined;
      this.draw();
    });
  }

  /** Eyes follow a curve at ten times a second; a change of state shows at once. */
  show(book: BookView, now: number): void {
    const { book: before } = this;
    this.book = book;
    if (now - this.drawnAt < 95 && before?.state === book.state && before.index === book.index) return;
    this.drawnAt = now;
    this.draw();
  }

  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.parent;
    if (width === 0 || height === 0) return;
    const ratio = devicePixelRatio;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const { book } = this;
    if (book === undefined || book.depth.bidPrices.length === 0 || book.depth.askPrices.length === 0) return;
    const { bidPrices, bidTotals, askPrices, askTotals } = book.depth;
    const reach = Math.max(
      book.middle - bidPrices[bidPrices.length - 1],
      askPrices[askPrices.length - 1] - book.middle,
    );
    const top = Math.max(bidTotals[bidTotals.length - 1], askTotals[askTotals.length - 1]) * 1.08;
    const floor = height - axisHeight;
    const x = (price: number): number => width / 2 + ((price - book.middle) / reach) * (width / 2);
    const y = (total: number): number => floor - (total / top) * (floor - 6);
    const live = book.state === "Live";
    const font = "10px " + color("mono");
    const text = color("muted");

    context.strokeStyle = color("grid");
    context.lineWidth = 1;
    context.font = font;
    context.fillStyle = text;
    context.textBaseline = "middle";
    for (const share of [0.25, 0.5, 0.75]) {
      const level = Math.round(y(top * share)) + 0.5;
      context.beginPath();
      context.moveTo(0, level);
      context.lineTo(width, level);
      context.stroke();
    }
    const side = (prices: Float64Array, totals: Float64Array, name: "bid" | "ask", edge: number): void => {
      const stroke = live ? color(name) : text;
      context.beginPath();
      context.moveTo(x(prices[0]), floor);
      for (let i = 0; i < prices.length; i++) {
        context.lineTo(x(prices[i]), i === 0 ? floor : y(totals[i - 1]));
        context.lineTo(x(prices[i]), y(totals[i]));
      }
      context.lineTo(edge, y(totals[totals.length - 1]));
      context.strokeStyle = stroke;
      context.lineWidth = 1.5;
      context.stroke();
      context.lineTo(edge, floor);
      context.closePath();
      context.globalAlpha = live ? 0.16 : 0.1;
      context.fillStyle = stroke;
      context.fill();
      context.globalAlpha = 1;
    };
    side(bidPrices, bidTotals, "bid", 0);
    side(askPrices, askTotals, "ask", width);

    context.fillStyle = text;
    // A halo keeps the labels readable over the curve.
    context.strokeStyle = color("panel");
    context.lineWidth = 3;
    for (const share of [0.25, 0.5, 0.75]) {
      context.strokeText(short(top * share), 6, y(top * share) - 7);
      context.fillText(short(top * share), 6, y(top * share) - 7);
    }
    const decimals = book.priceDecimals;
    context.textBaseline = "bottom";
    for (const [place, align] of [
      [-1, "left"],
      [-0.5, "center"],
      [0, "center"],
      [0.5, "center"],
      [1, "right"],
    ] as const) {
      if (width < 360 && Math.abs(place) === 0.5) continue;
      context.textAlign = align;
      const at = width / 2 + (place * width) / 2;
      context.fillText(
        (book.middle + place * reach).toFixed(decimals),
        at + (place === -1 ? 6 : place === 1 ? -6 : 0),
        height - 3,
      );
    }
    context.textAlign = "left";
    this.point(context, { x, reach, width, floor, y });
  }

  private point(
    context: CanvasRenderingContext2D,
    scale: { x(price: number): number; y(total: number): number; reach: number; width: number; floor: number },
  ): void {
    const book = this.book as BookView;
    const { bidPrices, bidTotals, askPrices, askTotals } = book.depth;
    if (this.pointer === undefined) {
      const bid = bidTotals[bidTotals.length - 1];
      const ask = askTotals[askTotals.length - 1];
      const reach = (scale.reach / book.middle) * 100;
      setText(
        this.legend,
        `±${reach < 0.1 ? reach.toFixed(3) : reach.toFixed(2)} %   bids ${short(bid)}   asks ${short(ask)}   ratio ${(bid / ask).toFixed(2)}`,
      );
      return;
    }
    const price = book.middle + ((this.pointer - scale.width / 2) / (scale.width / 2)) * scale.reach;
    const left = price < book.middle;
    const [prices, totals] = left ? [bidPrices, bidTotals] : [askPrices, askTotals];
    let i = 0;
    while (i + 1 < prices.length && (left ? prices[i + 1] >= price : prices[i + 1] <= price)) i++;
    context.strokeStyle = color("muted");
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(this.pointer, 0);
    context.lineTo(this.pointer, scale.floor);
    context.stroke();
    context.setLineDash([]);
    context.fillStyle = color(left ? "bid" : "ask");
    context.beginPath();
    context.arc(this.pointer, scale.y(totals[i]), 3, 0, 7);
    context.fill();
    const away = ((price / book.middle - 1) * 100).toFixed(3);
    setText(
      this.legend,
      `${left ? "bids" : "asks"} to ${price.toFixed(book.priceDecimals)} (${away} %): ${short(totals[i])}`,
    );
  }
}
