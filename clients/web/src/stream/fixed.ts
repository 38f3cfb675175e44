// Fixed-point numbers of the wire: int64 counts of 1e-8, held as two 32-bit halves (high signed, low unsigned).
// Text made from them is exact at every magnitude; `toDouble` is for charts and bar lengths only.

const scale = 100_000_000;
const high = 4294967296;

/** The wire's "the venue did not say": the smallest int64. */
export function isAbsent(hi: number, lo: number): boolean {
  return hi === -2147483648 && lo === 0;
}

export function toBigInt(hi: number, lo: number): bigint {
  return (BigInt(hi) << 32n) | BigInt(lo >>> 0);
}

/** Approximate above 2^53 counts; for drawing, never for text. */
export function toDouble(hi: number, lo: number): number {
  return (hi * high + lo) / scale;
}

function groupThousands(digits: string): string {
  if (digits.length <= 3) return digits;
  let out = digits.slice(-3);
  for (let end = digits.length - 3; end > 0; end -= 3) out = digits.slice(Math.max(0, end - 3), end) + "," + out;
  return out;
}

function assemble(negative: boolean, whole: string, fraction: string, decimals: number, grouped: boolean): string {
  let keep = 8;
  while (keep > decimals && fraction.charCodeAt(keep - 1) === 48) keep--;
  const text = (negative ? "-" : "") + (grouped ? groupThousands(whole) : whole);
  return keep > 0 ? text + "." + fraction.slice(0, keep) : text;
}

/** At least `decimals` decimals, and as many more as the value needs: nothing is ever rounded away. */
export function formatBig(value: bigint, decimals: number, grouped = true): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(9, "0");
  return assemble(negative, digits.slice(0, -8), digits.slice(-8), decimals, grouped);
}

/** As formatBig, from the two halves; values below 2^53 counts take a path without BigInt. */
export function formatFixed(hi: number, lo: number, decimals: number, grouped = true): string {
  if (hi >= 2097152 || hi < 0) return isAbsent(hi, lo) ? "–" : formatBig(toBigInt(hi, lo), decimals, grouped);
  const value = hi * high + (lo >>> 0);
  let whole = Math.floor(value / scale);
  let rest = value - whole * scale;
  if (rest < 0) {
    whole--;
    rest += scale;
  } else if (rest >= scale) {
    whole++;
    rest -= scale;
  }
  return assemble(false, String(whole), String(rest).padStart(8, "0"), decimals, grouped);
}
