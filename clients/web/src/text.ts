// Numbers and times as the screen writes them. Exact prices come as text from the worker; these here may round.

export function clockTime(milliseconds: number, fractions = true): string {
  const date = new Date(milliseconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  const seconds = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return fractions ? `${seconds}.${String(date.getMilliseconds()).padStart(3, "0")}` : seconds;
}

/** "840 ms", "12.4 s", "3 m 05 s", "2 h 14 m", "3 d 4 h". */
export function duration(milliseconds: number): string {
  if (Number.isNaN(milliseconds)) return "–";
  if (milliseconds < 0) return "0 ms";
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, "0")} m`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A latency in its own unit, three digits. */
export function latency(nanos: number): string {
  if (Number.isNaN(nanos)) return "–";
  const [value, unit] =
    nanos < 1e3
      ? [nanos, "ns"]
      : nanos < 1e6
        ? [nanos / 1e3, "µs"]
        : nanos < 1e9
          ? [nanos / 1e6, "ms"]
          : [nanos / 1e9, "s"];
  return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

export function rate(perSecond: number): string {
  if (perSecond === 0) return "0";
  if (perSecond < 10) return perSecond.toFixed(1);
  return Math.round(perSecond).toLocaleString("en-US");
}

export function count(value: number): string {
  return value < 1e7 ? value.toLocaleString("en-US") : `${(value / 1e6).toFixed(1)} M`;
}

export function bytes(perSecond: number): string {
  if (perSecond < 1000) return `${Math.round(perSecond)} B/s`;
  return perSecond < 1e6 ? `${(perSecond / 1e3).toFixed(0)} kB/s` : `${(perSecond / 1e6).toFixed(2)} MB/s`;
}

/** A quantity for an axis or a legend. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${(value / 1e9).toFixed(2)}B`;
  if (size >= 1e6) return `${(value / 1e6).toFixed(2)}M`;
  if (size >= 1e4) return `${(value / 1e3).toFixed(1)}k`;
  if (size >= 100) return value.toFixed(0);
  return size >= 1 ? value.toFixed(2) : value.toPrecision(3);
}

export function percent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const text = Math.abs(share * 100).toFixed(2);
  return text === "0.00" ? "0.00 %" : `${share > 0 ? "+" : "−"}${text} %`;
}

/** "SequenceGap" as "sequence gap". */
export function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
