// Owns the frames of the server benchmark: texts of 100 bytes that begin with their number, all of one size.

import { encodeMessage, MESSAGE_HEADER_BYTES } from "../src/protocol/hcp1/index.ts";

export const TEXT_BYTES = 100;
export const FRAME_BYTES = MESSAGE_HEADER_BYTES + TEXT_BYTES;
const NUMBER_DIGITS = 8;

/** The frame that broadcasts text `number`. */
export function numberedFrame(sender: string, number: number): Uint8Array {
  const text = String(number).padStart(NUMBER_DIGITS, "0").padEnd(TEXT_BYTES, "x");
  return encodeMessage({ kind: "message", sender, receiver: "All", text });
}

/** The number in the frame at `offset`, or NaN when its text begins with none. */
export function frameNumber(bytes: Buffer, offset: number): number {
  const start = offset + MESSAGE_HEADER_BYTES;
  let number = 0;
  for (let index = start; index < start + NUMBER_DIGITS; index += 1) {
    const digit = (bytes[index] ?? 0) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}
