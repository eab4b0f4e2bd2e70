// Owns the frames of the server benchmark: texts of 100 bytes that say who sent them and carry a number, all of one size.
// Invariant: reading one costs next to nothing, so that the load generator is not what is measured. So the sender is one
// character and the number four, six bits each, at fixed offsets.

import { encodeMessage, MESSAGE_HEADER_BYTES, MESSAGE_TYPES } from "../src/protocol/hcp1/index.ts";

const TEXT_BYTES = 100;
/** Of a sender's text, where its number stands. */
const NUMBER_IN_TEXT = 1;
export const FRAME_BYTES = MESSAGE_HEADER_BYTES + TEXT_BYTES;
/** The first of 64 printable characters in a row. */
const ZERO = "0".charCodeAt(0);
const LAST = ".".charCodeAt(0);
const SENDER_OFFSET = MESSAGE_HEADER_BYTES;
/** Of a frame, where its number stands. */
export const NUMBER_OFFSET = SENDER_OFFSET + NUMBER_IN_TEXT;

/** What senderAt() gives where no numbered frame stands. */
export const NOBODY = -1;

/** The text of sender `index`, 0 to 63. Its number is 0. */
export function textOf(index: number): string {
  return `${String.fromCharCode(ZERO + index)}0000`.padEnd(TEXT_BYTES - 1, "x") + String.fromCharCode(LAST);
}

/** The frame of sender `index`, to All. */
export function frameOf(index: number, name: string): Buffer {
  return Buffer.from(encodeMessage({ kind: "message", sender: name, receiver: "All", text: textOf(index) }));
}

/** Writes a number, 0 to 2^24 - 1, where one stands. */
export function writeNumber(bytes: Buffer, offset: number, number: number): void {
  for (let digit = 0; digit < 4; digit += 1) bytes[offset + digit] = ZERO + ((number >> (6 * digit)) & 63);
}

/** Whose text begins at `offset`; NOBODY when what stands there does not end as a text does. */
export function senderOfText(bytes: Uint8Array, offset: number): number {
  return bytes[offset + TEXT_BYTES - 1] === LAST ? (bytes[offset] ?? 0) - ZERO : NOBODY;
}

/** The number in the text that begins at `offset`. */
export function numberOfText(bytes: Uint8Array, offset: number): number {
  const start = offset + NUMBER_IN_TEXT;
  let number = 0;
  for (let digit = 3; digit >= 0; digit -= 1) number = (number << 6) | ((bytes[start + digit] ?? 0) - ZERO);
  return number;
}

/** Whose frame stands at `offset`; NOBODY when the first and the last byte there are not a frame's. */
export function senderAt(bytes: Buffer, offset: number): number {
  return bytes[offset] === MESSAGE_TYPES.message ? senderOfText(bytes, offset + SENDER_OFFSET) : NOBODY;
}

/** The number of the frame at `offset`. */
export function numberAt(bytes: Buffer, offset: number): number {
  return numberOfText(bytes, offset + SENDER_OFFSET);
}
