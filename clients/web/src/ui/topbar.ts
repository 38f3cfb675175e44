// The bar at the top and the banner below it: is the hub there, is this page behind, how much comes.

import type { LinkView, StatsView } from "../protocol";
import { byId, make, setAttribute, setClass, setText } from "./dom";
import type { Health } from "./health";
import { bytes, duration, rate } from "../text";

export class TopBar {
  private readonly values = new Map<string, HTMLElement>();
  private link: LinkView | undefined;

  constructor() {
    for (const [id, label, title] of [
      ["messages-per-second", "msg/s", "Messages received a second"],
      ["bytes-per-second", "data", "Bytes received a second"],
      ["lag", "lag", "Publish to browser, median of the last second"],
      ["frame-rate", "fps", "Frames drawn a second"],
      ["books-live", "live", "Books that are right"],
      ["books-stale", "stale", "Books that are not"],
    ]) {
      const value = make("dd", { testid: id });
      this.values.set(id, value);
      byId("meters").append(make("div", { title, class: id }, make("dt", { text: label }), value));
    }
  }

  show(stats: StatsView, health: Health, frameRate: number): void {
    this.link = stats.link;
    this.set("messages-per-second", rate(stats.messagesPerSecond));
    this.set("bytes-per-second", bytes(stats.bytesPerSecond));
    this.set("lag", Number.isNaN(stats.lag) ? "–" : duration(stats.lag));
    this.set("frame-rate", String(frameRate));
    this.set("books-live", `${stats.books.live}/${stats.books.total}`);
    this.set("books-stale", String(stats.books.stale));
    const lag = this.values.get("lag")?.parentElement;
    const stale = this.values.get("books-stale")?.parentElement;
    if (lag) setAttribute(lag, "data-behind", String(stats.behind));
    if (stale) setClass(stale, "bad", stats.books.stale > 0);
    const uptime = Number.isNaN(health.uptime) ? "" : `up ${duration(health.uptime)}`;
    setText(byId("server"), [stats.link.server, health.status, uptime].filter((part) => part !== "").join(" · "));
    setAttribute(byId("server"), "title", health.clients);
    const status = byId("status");
    setAttribute(status, "data-state", stats.behind && stats.link.state === "open" ? "behind" : stats.link.state);
    setText(status, statusText(stats));
    this.tick();
  }

  /** The countdown of the banner runs between answers of the worker. */
  tick(): void {
    const banner = byId("banner");
    const { link } = this;
    if (link === undefined) return;
    const lost = link.state !== "open";
    if (banner.hidden === lost) banner.hidden = !lost;
    setClass(document.body, "lost", lost);
    if (!lost) return;
    const left = Math.max(0, link.retryAt - Date.now());
    const next = link.state === "connecting" ? "trying now" : `next try in ${(left / 1000).toFixed(1)} s`;
    const attempt = link.state === "connecting" ? link.attempt : link.attempt + 1;
    const why = link.reason === "" ? "" : ` (${link.reason})`;
    setText(
      banner,
      `Not connected to the hub${why}: nothing on this page is current. Attempt ${attempt}, ${next}.`,
    );
  }

  private set(id: string, text: string): void {
    const node = this.values.get(id);
    if (node !== undefined) setText(node, text);
  }
}

function statusText(stats: StatsView): string {
  if (stats.link.state === "open") return stats.behind ? "Behind" : "Connected";
  return stats.link.state === "connecting" && stats.link.attempt <= 1 ? "Connecting" : "Reconnecting";
}
