// Owns the frames of the server benchmark: texts of 100 bytes that say who sent them and carry a number, all of one size.
// Invariant: reading one costs next to nothing, so that the load generator is not what is measured. So the sender is one
// character and the number four, six bits each, at fixed offsets.

import { encodeMessage, MESSAGE_HEADER_BYTES, MESSAGE_TYPES } from "../src/protocol/hcp1/index.ts";

const TEXT_BYTES = 100;
export const FRAME_BYTES = MESSAGE_HEADER_BYTES + TEXT_BYTES;
/** The first of 64 printable characters in a row. */
const ZERO = "0".charCodeAt(0);
const LAST = ".".charCodeAt(0);
const SENDER_OFFSET = MESSAGE_HEADER_BYTES;
const NUMBER_OFFSET = SENDER_OFFSET + 1;

/** What senderAt() gives where no numbered frame stands. */
export const NOBODY = -1;

/** The frame of sender `index`, 0 to 63, to All. Its number is 0. */
export function frameOf(index: number, name: string): Buffer {
  const text = `${String.fromCharCode(ZERO + index)}0000`.padEnd(TEXT_BYTES - 1, "x") + String.fromCharCode(LAST);
  return Buffer.from(encodeMessage({ kind: "message", sender: name, receiver: "All", text }));
}

/** Gives the frame at `offset` a number, 0 to 2^24 - 1. */
export function writeNumber(bytes: Buffer, offset: number, number: number): void {
  const start = offset + NUMBER_OFFSET;
  for (let digit = 0; digit < 4; digit += 1) bytes[start + digit] = ZERO + ((number >> (6 * digit)) & 63);
}

/** Whose frame stands at `offset`; NOBODY when the first and the last byte there are not a frame's. */
export function senderAt(bytes: Buffer, offset: number): number {
  const isFrame = bytes[offset] === MESSAGE_TYPES.message && bytes[offset + FRAME_BYTES - 1] === LAST;
  return isFrame ? (bytes[offset + SENDER_OFFSET] ?? 0) - ZERO : NOBODY;
}

/** The number of the frame at `offset`. */
export function numberAt(bytes: Buffer, offset: number): number {
  const start = offset + NUMBER_OFFSET;
  let number = 0;
  for (let digit = 3; digit >= 0; digit -= 1) number = (number << 6) | ((bytes[start + digit] ?? 0) - ZERO);
  return number;
}
