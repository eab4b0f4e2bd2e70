// Owns numbers on the wire: QUIC's variable-length integers (RFC 9000, 16), up to what JavaScript has exactly. Pure.
// Invariant: what is written is the shortest form; what is read may be any form.

import { EncodeError } from "../encode-error.ts";
import { NUMBER_MAX } from "./limits.ts";

/** Why there is no number: its bytes end too early, or it is over NUMBER_MAX. */
export type NoNumber = "cut" | "too-big";

const TWO_TO_32 = 2 ** 32;

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
  let rest = value;
  for (let at = offset + bytes - 1; at >= offset; at -= 1) {
    target[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  target[offset] = (target[offset] ?? 0) | (Math.log2(bytes) << 6);
  return offset + bytes;
}

/** Goes forward through bytes. */
export class Cursor {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** The offset of what comes next. */
  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The next number. Where there is none the cursor stays. */
  varint(): number | NoNumber {
    const first = this.#bytes[this.#at];
    if (first === undefined) return "cut";
    const bytes = 1 << (first >> 6);
    if (this.#at + bytes > this.#bytes.length) return "cut";
    const value = this.#number(first & 0x3f, this.#at + 1, this.#at + bytes);
    if (value > NUMBER_MAX) return "too-big";
    this.#at += bytes;
    return value;
  }

  /** The next so many bytes, as a view; undefined where there are not as many. */
  take(bytes: number): Uint8Array | undefined {
    const end = this.#at + bytes;
    if (end > this.#bytes.length) return undefined;
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  // Two halves of 32 bits, each of which is exact: their sum over 2^53 need not be, but is over NUMBER_MAX all the same.
  #number(first: number, from: number, end: number): number {
    let [high, low] = [0, first];
    for (let at = from; at < end; at += 1) {
      high = high * 256 + Math.floor(low / 2 ** 24);
      low = (low % 2 ** 24) * 256 + (this.#bytes[at] ?? 0);
    }
    return high * TWO_TO_32 + low;
  }
}
