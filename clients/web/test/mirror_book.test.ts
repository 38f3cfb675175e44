import { expect, test } from "vitest";
import { random } from "../dev/fake_market";
import { MirrorBook } from "../src/stream/mirror_book";
import { toBigInt } from "../src/stream/fixed";
import type { Side } from "../src/stream/side";
import type { Level } from "../src/wire/messages";
import { level } from "./frames_for_tests";

function words(bids: Level[], asks: Level[]): Uint32Array {
  return new Uint32Array(
    new BigInt64Array([...bids, ...asks].flatMap(({ price, quantity }) => [price, quantity])).buffer,
  );
}

function snapshot(book: MirrorBook, id: number, bids: Level[], asks: Level[], more = false): string {
  return book.snapshot(words(bids, asks), 0, id, 0, bids.length, asks.length, more);
}

function delta(book: MirrorBook, previous: number, id: number, bids: Level[], asks: Level[], more = false): string {
  return book.delta(words(bids, asks), 0, previous, 0, id, 0, bids.length, asks.length, more);
}

function read(side: Side): [bigint, bigint][] {
  return Array.from({ length: side.count }, (_, rank) => {
    const i = side.at(rank);
    return [toBigInt(side.priceHigh[i], side.priceLow[i]), toBigInt(side.quantityHigh[i], side.quantityLow[i])];
  });
}

test("a book equals a plain map after any run of changes", () => {
  const next = random(11);
  const book = new MirrorBook();
  const truth = { bids: new Map<bigint, bigint>(), asks: new Map<bigint, bigint>() };
  // Prices beyond 2^53 too: the halves must compare as one number.
  const price = (): bigint => BigInt(Math.floor(next() * 600)) * 2n ** BigInt(Math.floor(next() * 3) * 24) + 1n;
  snapshot(book, 1, [], []);
  for (let id = 2; id < 4000; id++) {
    const change = (side: Map<bigint, bigint>): Level[] =>
      Array.from({ length: Math.floor(next() * 4) }, () => {
        const each = level(price(), next() < 0.35 ? 0 : Math.floor(next() * 2 ** 52));
        if (each.quantity === 0n) side.delete(each.price);
        else side.set(each.price, each.quantity);
        return each;
      });
    expect(delta(book, id - 1, id, change(truth.bids), change(truth.asks))).toBe("applied");
  }
  const sorted = (side: Map<bigint, bigint>, sign: number): [bigint, bigint][] =>
    [...side].sort((a, b) => (a[0] < b[0] ? -sign : sign));
  expect(read(book.bids)).toEqual(sorted(truth.bids, -1));
  expect(read(book.asks)).toEqual(sorted(truth.asks, 1));
});

test("a delta whose previous id is not the book's voids the copy until a snapshot", () => {
  const book = new MirrorBook();
  expect(delta(book, 1, 2, [level(5, 1)], [])).toBe("waiting");
  snapshot(book, 10, [level(5, 1)], [level(6, 1)]);
  expect(delta(book, 10, 12, [level(5, 2)], [])).toBe("applied");
  expect(delta(book, 11, 13, [level(5, 9)], [])).toBe("mismatch");
  expect(book.valid).toBe(false);
  expect(read(book.bids)).toEqual([[5n, 2n]]);
  expect(delta(book, 13, 14, [], [])).toBe("waiting");
  snapshot(book, 20, [level(4, 1)], []);
  expect(book.valid).toBe(true);
  expect(read(book.bids)).toEqual([[4n, 1n]]);
});

test("a snapshot in pieces replaces the book only when it is whole", () => {
  const book = new MirrorBook();
  snapshot(book, 1, [level(50, 1)], [level(60, 1)]);
  expect(snapshot(book, 9, [level(59, 1), level(58, 1)], [], true)).toBe("partial");
  expect(book.partial).toBe(true);
  expect(read(book.bids)).toEqual([[50n, 1n]]);
  expect(snapshot(book, 9, [level(57, 2)], [level(61, 3)])).toBe("applied");
  expect(read(book.bids)).toEqual([
    [59n, 1n],
    [58n, 1n],
    [57n, 2n],
  ]);
  expect(read(book.asks)).toEqual([[61n, 3n]]);
  expect(book.updateId).toBe(9n);
});

test("a delta in pieces is one delta", () => {
  const book = new MirrorBook();
  snapshot(book, 1, [], []);
  expect(delta(book, 1, 4, [level(5, 1)], [], true)).toBe("partial");
  expect(delta(book, 1, 4, [level(4, 1)], [])).toBe("applied");
  expect(delta(book, 4, 5, [], [level(7, 1)])).toBe("applied");
  expect(delta(book, 5, 6, [], [], true)).toBe("partial");
  expect(delta(book, 6, 7, [], [])).toBe("mismatch");
});

test("a snapshot whose levels are out of order still ends sorted", () => {
  const book = new MirrorBook();
  snapshot(book, 1, [level(5, 1), level(9, 1), level(7, 1)], [level(12, 1), level(10, 1), level(12, 4)]);
  expect(read(book.bids).map(([price]) => price)).toEqual([9n, 7n, 5n]);
  expect(read(book.asks).map(([price]) => price)).toEqual([10n, 12n]);
});
