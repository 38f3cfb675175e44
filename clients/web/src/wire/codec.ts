// Frames: eight header bytes (0xfe, type, flags, payload length u16, sequence u24; little-endian), then the payload.
// decode() and encode() go by the tables of messages.ts; what must be fast reads in place with `at`.

import {
  type FieldShape, headerSize, magic, maxPayload, type Message, messageShapes, minPayload, structShapes,
} from "./messages";

/** Bytes that are no frame, or a payload that is not the message its type says. */
export class FrameError extends Error {}

const sequenceMask = 0xffffff;

/** The sequence that follows, modulo 2^24. */
export function sequenceAfter(sequence: number): number {
  return (sequence + 1) & sequenceMask;
}

/** Frames between two that were received one after the other. */
export function sequenceMissed(last: number, next: number): number {
  return (next - last - 1) & sequenceMask;
}

/**
 * Calls onFrame(start, type, size) for every frame in `view`, header included in `size`; a WebSocket message holds whole
 * frames, so anything less throws.
 */
export function eachFrame(view: DataView, onFrame: (start: number, type: number, size: number) => void): void {
  let start = 0;
  while (start < view.byteLength) {
    const size = frameSize(view, start);
    onFrame(start, view.getUint8(start + 1), size);
    start += size;
  }
}

/** Size of the frame that starts here; throws where none does or it is not whole. */
export function frameSize(view: DataView, start: number): number {
  const left = view.byteLength - start;
  if (left < headerSize) throw new FrameError(`truncated: ${left} bytes of a header`);
  if (view.getUint8(start) !== magic) throw new FrameError(`bad magic: header bytes ${hex(view, start)}`);
  const length = view.getUint16(start + 3, true);
  if (length < minPayload || length % 8 !== 0) {
    throw new FrameError(`impossible length: header bytes ${hex(view, start)}`);
  }
  if (left < headerSize + length) throw new FrameError(`truncated: header bytes ${hex(view, start)}`);
  return headerSize + length;
}

export function frameFlags(view: DataView, start: number): number {
  return view.getUint8(start + 2);
}

export function frameSequence(view: DataView, start: number): number {
  return view.getUint16(start + 5, true) | (view.getUint8(start + 7) << 16);
}

/** The message of the frame that starts here; undefined where the type is unknown. Throws where it is damaged. */
export function decode(view: DataView, start = 0): Message | undefined {
  const end = start + frameSize(view, start);
  const type = view.getUint8(start + 1);
  const shape = messageShapes[type];
  if (shape === undefined) return undefined;
  let at = start + headerSize;
  if (at + shape.size > end) throw new FrameError(`${shape.name}: payload of ${end - at} bytes is too short`);
  const message: Record<string, unknown> = { type, flags: frameFlags(view, start), sequence: frameSequence(view, start) };
  const counts: Record<string, number> = {};
  for (const field of shape.fields) {
    const value = read(view, at + field.offset, field.type);
    if (field.counts === undefined) message[field.name] = value;
    else counts[field.name] = Number(value);
  }
  at += shape.size;
  for (const list of shape.lists) {
    const count = counts[list.count] ?? 0;
    if (at + count * list.itemSize > end) throw new FrameError(`${shape.name}: ${list.name} go beyond the payload`);
    if (list.type === "char") {
      message[list.name] = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, count));
    } else {
      const items: unknown[] = new Array(count);
      for (let i = 0; i < count; i++) items[i] = readItem(view, at + i * list.itemSize, list.type);
      message[list.name] = items;
    }
    at += count * list.itemSize;
  }
  return message as unknown as Message;
}

/** The whole frame; throws where it would be larger than a frame can be. */
export function encode(message: Message): Uint8Array<ArrayBuffer> {
  const shape = messageShapes[message.type];
  if (shape === undefined) throw new FrameError(`no message type ${message.type}`);
  const values = message as unknown as Record<string, unknown>;
  const counts = new Map<string, number>();
  const lists = shape.lists.map((list) => {
    const bytes = list.type === "char"
      ? new TextEncoder().encode(values[list.name] as string)
      : listBytes(values[list.name] as readonly unknown[], list.type, list.itemSize);
    counts.set(list.name, bytes.length / list.itemSize);
    return bytes;
  });
  const used = lists.reduce((sum, bytes) => sum + bytes.length, shape.size);
  const payload = Math.ceil(used / 8) * 8;
  if (payload > maxPayload) throw new FrameError(`${shape.name}: ${payload} bytes do not fit a frame`);
  const out = new Uint8Array(headerSize + payload);
  const view = new DataView(out.buffer);
  view.setUint8(0, magic);
  view.setUint8(1, message.type);
  view.setUint8(2, message.flags);
  view.setUint16(3, payload, true);
  view.setUint16(5, message.sequence & 0xffff, true);
  view.setUint8(7, (message.sequence >> 16) & 0xff);
  for (const field of shape.fields) {
    const value = field.counts === undefined ? values[field.name] : counts.get(field.counts);
    write(view, headerSize + field.offset, field.type, value as number | bigint);
  }
  let at = headerSize + shape.size;
  for (const bytes of lists) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

function read(view: DataView, at: number, type: string): number | bigint {
  switch (type) {
    case "u8": return view.getUint8(at);
    case "i8": return view.getInt8(at);
    case "u16": return view.getUint16(at, true);
    case "u32": return view.getUint32(at, true);
    case "u64": case "symbol": return view.getBigUint64(at, true);
    default: return view.getBigInt64(at, true);
  }
}

function write(view: DataView, at: number, type: string, value: number | bigint): void {
  switch (type) {
    case "u8": return view.setUint8(at, Number(value));
    case "i8": return view.setInt8(at, Number(value));
    case "u16": return view.setUint16(at, Number(value), true);
    case "u32": return view.setUint32(at, Number(value), true);
    case "u64": case "symbol": return view.setBigUint64(at, BigInt(value), true);
    default: return view.setBigInt64(at, BigInt(value), true);
  }
}

function readItem(view: DataView, at: number, type: string): unknown {
  const shape = structShapes[type];
  if (shape === undefined) return read(view, at, type);
  const item: Record<string, unknown> = {};
  for (const field of shape) item[field.name] = read(view, at + field.offset, field.type);
  return item;
}

function listBytes(items: readonly unknown[], type: string, itemSize: number): Uint8Array {
  const out = new Uint8Array(items.length * itemSize);
  const view = new DataView(out.buffer);
  const shape: readonly FieldShape[] | undefined = structShapes[type];
  items.forEach((item, i) => {
    if (shape === undefined) write(view, i * itemSize, type, item as bigint);
    else {
      for (const field of shape) {
        write(view, i * itemSize + field.offset, field.type, (item as Record<string, bigint>)[field.name] ?? 0n);
      }
    }
  });
  return out;
}

function hex(view: DataView, start: number): string {
  const bytes: string[] = [];
  for (let i = 0; i < headerSize; i++) bytes.push(view.getUint8(start + i).toString(16).padStart(2, "0"));
  return bytes.join(" ");
}
