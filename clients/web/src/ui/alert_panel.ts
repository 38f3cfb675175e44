// The alerts, newest first.

import type { Alert } from "../stream/alerts";
import { byId, KeyedRows, make, setAttribute, setText } from "./dom";
import { clockTime } from "../text";

interface Row {
  root: HTMLElement;
  time: HTMLElement;
  text: HTMLElement;
  subject: HTMLElement;
  count: HTMLElement;
}

const most = 120;

export class AlertPanel {
  private readonly alerts = new Map<number, Alert>();
  private readonly rows: KeyedRows<Alert, Row>;

  constructor() {
    this.rows = new KeyedRows(byId("alerts"), create, fill);
  }

  show(changed: Alert[]): void {
    for (const alert of changed) this.alerts.set(alert.id, alert);
    const newest = [...this.alerts.values()].sort((a, b) => b.id - a.id).slice(0, most);
    for (const id of this.alerts.keys()) if (id < newest[newest.length - 1].id) this.alerts.delete(id);
    this.rows.show(newest, (alert) => String(alert.id));
    const bad = newest.filter((alert) => alert.severity === "bad").length;
    setText(byId("alert-note"), bad === 0 ? `${newest.length}` : `${newest.length}, ${bad} serious`);
  }
}

function create(): Row {
  const time = make("time");
  const text = make("span", { class: "text" });
  const subject = make("span", { class: "subject" });
  const count = make("span", { class: "count" });
  return {
    root: make("div", { class: "alert", testid: "alert-row" }, time, text, subject, count),
    time,
    text,
    subject,
    count,
  };
}

function fill(row: Row, alert: Alert): void {
  setAttribute(row.root, "data-severity", alert.severity);
  setAttribute(row.root, "data-kind", alert.kind);
  setText(row.time, clockTime(alert.time, false));
  setText(row.text, alert.text);
  setText(row.subject, alert.subject);
  setAttribute(row.subject, "title", alert.subject);
  setText(row.count, alert.count > 1 ? `×${alert.count}` : "");
}
