// Walks the frames of one WebSocket message. They lie back to back, each a multiple of eight bytes long, so that their
// fields can be read as aligned words without a DataView call for each.

import { headerSize, magic, minPayload } from "../wire/messages";

export class StreamError extends Error {}

export interface FrameReader {
  /** `at` is the byte offset of the frame's header; `words` and `view` span the whole message. */
  frame(type: number, flags: number, words: Uint32Array, view: DataView, at: number): void;
}

/** Hands each frame to the reader and returns how many there were. Throws StreamError on what is no frame. */
export function eachFrame(message: ArrayBuffer, reader: FrameReader): number {
  if (message.byteLength % 8 !== 0) throw new StreamError(`message of ${message.byteLength} bytes is no multiple of 8`);
  const words = new Uint32Array(message);
  const view = new DataView(message);
  let at = 0;
  let count = 0;
  while (at < message.byteLength) {
    const first = words[at >> 2];
    if ((first & 0xff) !== magic) throw new StreamError(`no frame begins with byte 0x${(first & 0xff).toString(16)}`);
    const length = (first >>> 24) | ((words[(at >> 2) + 1] & 0xff) << 8);
    const size = headerSize + length;
    if (at + size > message.byteLength || length % 8 !== 0 || length < minPayload)
      throw new StreamError(`impossible payload length ${length}`);
    reader.frame((first >>> 8) & 0xff, (first >>> 16) & 0xff, words, view, at);
    at += size;
    count++;
  }
  return count;
}
