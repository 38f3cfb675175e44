// What the user should know about, newest last. Alerts of one kind that come together (a connection lost takes all its
// books along) are one alert with a count, so that a storm stays readable.

export type Severity = "good" | "info" | "warn" | "bad";

export interface Alert {
  id: number;
  /** Unix milliseconds of the first and of the latest one merged into this. */
  time: number;
  latest: number;
  severity: Severity;
  /** What is merged: alerts of the same kind and text within the merge time. */
  kind: string;
  text: string;
  subject: string;
  count: number;
  /** Changes whenever the alert does; the screen redraws by it. */
  version: number;
}

const mergeWithin = 2000;

export class AlertList {
  readonly items: Alert[] = [];
  private nextId = 1;
  private version = 0;
  total = 0;

  constructor(private readonly capacity = 300) {}

  add(time: number, severity: Severity, kind: string, text: string, subject: string): void {
    this.total++;
    for (let i = this.items.length - 1, oldest = Math.max(0, i - 3); i >= oldest; i--) {
      const item = this.items[i];
      if (item.kind !== kind || item.text !== text || time - item.latest > mergeWithin) continue;
      item.count++;
      item.latest = time;
      item.version = ++this.version;
      if (item.subject !== subject && !item.subject.endsWith("…")) {
        const listed = item.subject.split(", ");
        if (!listed.includes(subject)) item.subject += listed.length < 3 ? ", " + subject : " …";
      }
      return;
    }
    this.items.push({
      id: this.nextId++,
      time,
      latest: time,
      severity,
      kind,
      text,
      subject,
      count: 1,
      version: ++this.version,
    });
    if (this.items.length > this.capacity) this.items.shift();
  }

  changedSince(version: number): { items: Alert[]; version: number } {
    return { items: this.items.filter((item) => item.version > version), version: this.version };
  }
}
