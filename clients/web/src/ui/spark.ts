// A minute of a rate as a row of bars.

import { make } from "./dom";
import { color } from "./theme";

const width = 64;
const height = 14;

export class Spark {
  readonly canvas = make("canvas", { class: "spark" });

  draw(values: Float64Array): void {
    const ratio = devicePixelRatio;
    if (this.canvas.width !== width * ratio) {
      this.canvas.width = width * ratio;
      this.canvas.height = height * ratio;
    }
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    let top = 1;
    for (const value of values) if (value > top) top = value;
    context.fillStyle = color("accent");
    const step = width / values.length;
    for (let i = 0; i < values.length; i++) {
      const bar = (values[i] / top) * (height - 1);
      if (bar > 0)
        context.fillRect(i * step, height - Math.max(bar, 0.5), Math.max(step - 0.4, 0.6), Math.max(bar, 0.5));
    }
  }
}
