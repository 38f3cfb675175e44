// The frames of schema/golden, which the C++ and Python codecs read and write too.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decode, eachFrame, encode, FrameError, frameFlags, frameSequence, sequenceAfter, sequenceMissed } from "../../src/wire/codec";
import * as wire from "../../src/wire/messages";

interface Row { name: string; hex: string; json?: Record<string, unknown>; error?: string }

const rows: Row[] = readFileSync(new URL("../../../../schema/golden/frames.jsonl", import.meta.url), "utf8")
  .trim().split("\n").map((line) => JSON.parse(line) as Row);

function viewOf(hex: string): DataView {
  return new DataView(Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16)).buffer);
}

const scales: Record<string, number> = { price: 8, quantity: 8, rate: 12 };
const enumNames: Record<string, Readonly<Record<number, string>>> = {
  "BookStatus.state": wire.bookStateNames, "BookStatus.integrity": wire.integrityNames,
  "BookStatus.reason": wire.bookReasonNames, "SymbolMapping.kind": wire.instrumentKindNames,
  "SymbolMapping.status": wire.tradingStatusNames, "ConnectionStatus.state": wire.connectionStateNames,
  "Gap.scope": wire.gapScopeNames, "Subscribe.format": wire.formatNames,
  "CorporateAction.kind": wire.corporateActionKindNames,
  "PlaceOrder.side": wire.tradeTypeNames, "PlaceOrder.orderType": wire.orderTypeNames,
  "PlaceOrder.timeInForce": wire.timeInForceNames, "PlaceOrder.positionAction": wire.positionActionNames,
  "OrderStatus.state": wire.orderStateNames, "OrderStatus.previous": wire.orderStateNames,
  "OrderStatus.reason": wire.orderReasonNames, "OrderStatus.side": wire.tradeTypeNames,
  "OrderStatus.orderType": wire.orderTypeNames, "OrderStatus.timeInForce": wire.timeInForceNames,
  "Fill.side": wire.tradeTypeNames, "Fill.liquidity": wire.liquidityNames,
  "RiskStatus.tradingState": wire.tradingStateNames,
};

function decimalText(raw: bigint, digits: number): string | null {
  if (raw === wire.absent) return null;
  const text = (raw < 0n ? -raw : raw).toString().padStart(digits + 1, "0");
  const fraction = text.slice(-digits).replace(/0+$/, "");
  return (raw < 0n ? "-" : "") + text.slice(0, -digits) + (fraction === "" ? "" : `.${fraction}`);
}

function jsonValue(value: unknown, type: string): unknown {
  const scale = scales[type];
  if (typeof value === "bigint") return scale === undefined ? value.toString() : decimalText(value, scale);
  if (Array.isArray(value)) {
    return value.map((item: unknown) => {
      if (typeof item === "bigint") return item.toString();
      const level = item as wire.Level;
      return [decimalText(level.price, 8), decimalText(level.quantity, 8)];
    });
  }
  return value;
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function asJson(message: wire.Message): Record<string, unknown> {
  const shape = wire.messageShapes[message.type]!;
  const values = message as unknown as Record<string, unknown>;
  const flags = Object.entries(wire.Flag).filter(([, mask]) => (message.flags & mask) !== 0).map(([name]) => snake(name));
  const out: Record<string, unknown> = { type: shape.name, sequence: message.sequence, flags };
  for (const field of shape.fields) {
    if (field.counts !== undefined) continue;
    const value = values[field.name];
    const name = enumNames[`${shape.name}.${field.name}`]?.[value as number];
    out[snake(field.name)] = name ?? jsonValue(value, field.type);
  }
  for (const list of shape.lists) out[snake(list.name)] = jsonValue(values[list.name], list.type);
  return out;
}

describe("golden frames", () => {
  for (const row of rows) {
    it(row.name, () => {
      const view = viewOf(row.hex);
      if (row.json !== undefined) {
        const message = decode(view)!;
        expect(asJson(message)).toEqual(row.json);
        expect(Buffer.from(encode(message)).toString("hex")).toBe(row.hex);
        expect(frameFlags(view, 0)).toBe(message.flags);
        expect(frameSequence(view, 0)).toBe(message.sequence);
      } else if (row.error === "unknown") {
        expect(decode(view)).toBeUndefined();
      } else {
        expect(() => decode(view)).toThrow(row.error === "damaged" ? FrameError : row.error);
      }
    });
  }

  it("cover every message", () => {
    const seen = new Set(rows.filter((row) => row.json !== undefined).map((row) => row.json!["type"]));
    expect([...seen].sort()).toEqual(Object.keys(wire.MessageType).sort());
  });
});

describe("frames back to back", () => {
  const good = rows.filter((row) => row.json !== undefined);

  it("are found one by one", () => {
    const types: number[] = [];
    const view = viewOf(good.map((row) => row.hex).join(""));
    eachFrame(view, (start, type) => {
      expect(decode(view, start)?.type).toBe(type);
      types.push(type);
    });
    expect(types.length).toBe(good.length);
  });

  it("must all be whole", () => {
    expect(() => eachFrame(viewOf(good[0]!.hex + good[1]!.hex.slice(0, 20)), () => undefined)).toThrow("truncated");
  });
});

describe("reading in place", () => {
  it("uses offsets from the start of the frame", () => {
    const row = rows.find((each) => each.name === "delta: removes levels; extremes")!;
    const view = viewOf(row.hex);
    const at = wire.at.L2Delta;
    expect(view.getBigUint64(at.previousUpdateId, true)).toBe(50093421613n);
    expect(view.getUint32(at.bidCount, true)).toBe(1);
    expect(view.getBigInt64(at.end, true)).toBe(6183763000000n);
  });
});

describe("sequences", () => {
  it("wrap at 24 bits", () => {
    expect(sequenceAfter(0xffffff)).toBe(0);
    expect(sequenceMissed(0xfffffe, 1)).toBe(2);
    expect(sequenceMissed(7, 8)).toBe(0);
  });
});

describe("encoding", () => {
  it("refuses what does not fit a frame", () => {
    const empty = { flags: 0, sequence: 0, symbol: 0n, exchangeTime: 0n, receiveTime: 0n, publishDelay: 0, source: 0, detail: 0 };
    const level = { price: 1n, quantity: 1n };
    const delta = (bids: number): wire.L2Delta => ({
      ...empty, type: wire.MessageType.L2Delta, previousUpdateId: 0n, updateId: 0n, bids: Array(bids).fill(level), asks: [],
    });
    expect(encode(delta(4092)).length).toBe(8 + 56 + 4092 * 16);
    expect(() => encode(delta(4093))).toThrow(FrameError);
  });
});
