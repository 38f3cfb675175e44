import { expect, test } from "vitest";
import { formatBig, formatFixed, isAbsent, toBigInt, toDouble } from "../src/stream/fixed";

function halves(value: bigint): [number, number] {
  return [Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asUintN(32, value))];
}

test("text is exact from the smallest to the largest value", () => {
  const largest = 2n ** 63n - 1n;
  expect(formatFixed(...halves(largest), 2, false)).toBe("92233720368.54775807");
  expect(formatFixed(...halves(-largest), 2, false)).toBe("-92233720368.54775807");
  expect(formatFixed(...halves(1n), 2)).toBe("0.00000001");
  expect(formatFixed(...halves(0n), 2)).toBe("0.00");
  expect(formatFixed(...halves(29_000_000n), 2)).toBe("0.29");
});

test("a value is written with the venue's decimals, and with more where it has more", () => {
  expect(formatBig(9_725_000_000_000n, 2)).toBe("97,250.00");
  expect(formatBig(9_725_000_100_000n, 2)).toBe("97,250.001");
  expect(formatBig(100_000_000n, 0)).toBe("1");
  expect(formatBig(123_456_789_000_000_000n, 0)).toBe("1,234,567,890");
});

test("absent is no number", () => {
  expect(isAbsent(...halves(-(2n ** 63n)))).toBe(true);
  expect(formatFixed(...halves(-(2n ** 63n)), 2)).toBe("–");
});

test("the path without BigInt writes what the path with it writes", () => {
  const wrong: bigint[] = [];
  let seed = 7n;
  for (let i = 0; i < 20_000; i++) {
    seed = (seed * 6364136223846793005n + 1442695040888963407n) & (2n ** 64n - 1n);
    const value = BigInt.asIntN(64, seed) >> BigInt(i % 60);
    const [high, low] = halves(value);
    if (toBigInt(high, low) !== value || formatFixed(high, low, i % 9) !== formatBig(value, i % 9)) wrong.push(value);
  }
  expect(wrong).toEqual([]);
});

test("values around whole numbers keep their whole part", () => {
  for (const whole of [1n, 9_999_999n, 90_071_992n]) {
    for (const off of [-1n, 0n, 1n]) {
      const value = whole * 100_000_000n + off;
      expect(formatFixed(...halves(value), 8)).toBe(formatBig(value, 8));
    }
  }
  expect(toDouble(...halves(150_000_000n))).toBe(1.5);
});
