// Owns numbers on the wire: QUIC's variable-length integers (RFC 9000, 16), up to what JavaScript has exactly. Pure.
// Invariant: what is written is the shortest form; what is read may be any form.

import { EncodeError } from "../encode-error.ts";
import { NUMBER_MAX } from "./limits.ts";

/** Why there is no number: its bytes end too early, or it is over NUMBER_MAX. */
export type NoNumber = "cut" | "too-big";

const TWO_TO_32 = 2 ** 32;

/** What the first byte of a number says of its length. */
const LENGTH_BITS = { 1: 0x00, 2: 0x40, 4: 0x80, 8: 0xc0 } as const;

/** Bytes of a number in its shortest form. */
export function varintBytes(value: number): 1 | 2 | 4 | 8 {
  if (value < 0x40) return 1;
  if (value < 0x40_00) return 2;
  return value < 0x40_00_00_00 ? 4 : 8;
}

/**
 * Writes a number in its shortest form; gives the offset behind it.
 * @throws EncodeError when it is no whole number from 0 to NUMBER_MAX.
 */
export function putVarint(target: Uint8Array, offset: number, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new EncodeError(`a number is whole, from 0 to ${NUMBER_MAX}; got ${value}`);
  }
  const bytes = varintBytes(value);
  const end = offset + bytes;
  const low = Math.max(offset, end - 4);
  // Two halves of 32 bits: of each, shifts are exact, and the target takes the lowest byte of what is left.
  let rest = value >>> 0;
  for (let at = end - 1; at >= low; at -= 1, rest >>>= 8) target[at] = rest;
  rest = Math.floor(value / TWO_TO_32);
  for (let at = low - 1; at >= offset; at -= 1, rest >>>= 8) target[at] = rest;
  target[offset] = (target[offset] ?? 0) | LENGTH_BITS[bytes];
  return end;
}

/** Goes forward through bytes. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  /** From one offset up to another. */
  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  /** The offset of what comes next. */
  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** The next number. Where there is none the cursor stays. */
  varint(): number | NoNumber {
    if (this.isAtEnd) return "cut";
    const from = this.#at + 1;
    const first = this.#bytes[this.#at] ?? 0;
    const behind = this.#at + (1 << (first >> 6));
    if (behind > this.#end) return "cut";
    const isLong = first >= LENGTH_BITS[8];
    // Two halves of 32 bits, each of which is exact: their sum over 2^53 need not be, but is over NUMBER_MAX all the same.
    const value = isLong
      ? this.#number(first & 0x3f, from, behind - 4) * TWO_TO_32 + this.#number(0, behind - 4, behind)
      : this.#number(first & 0x3f, from, behind);
    if (value > NUMBER_MAX) return "too-big";
    this.#at = behind;
    return value;
  }

  /** The next so many bytes, as a view; undefined where there are not as many. */
  take(bytes: number): Uint8Array | undefined {
    const end = this.#at + bytes;
    if (end > this.#end) return undefined;
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  #number(first: number, from: number, end: number): number {
    let value = first;
    for (let at = from; at < end; at += 1) value = value * 256 + (this.#bytes[at] ?? 0);
    return value;
  }
}
