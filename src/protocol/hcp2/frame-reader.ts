// Owns how a stream of version 2 is cut into frames: type, length, fields. It has no clock, and needs none: no silence ends
// a frame. Invariant: how TCP cut or merged the stream changes nothing, and what is held is bounded by the longest frame
// and one read. A stream whose next frame cannot be found ends with one fault, and what comes behind it is thrown away.

import type { Hcp2Frame } from "./codec.ts";
import { FRAME_BYTES_MAX } from "./limits.ts";
import { Cursor } from "./varint.ts";

/** The stream goes no further: a frame is longer than we take, or its type or length is no number of version 2. */
export interface BrokenStream {
  readonly broken: "frame-too-long" | "number-too-big";
}

const NOTHING = new Uint8Array(0);

/**
 * Cuts one direction of one connection, behind the preface: receive(), then next() until it gives undefined. Nothing that was
 * received is written to, so that frames stay as they are; whoever keeps one for long copies it, or all of its read stays.
 */
export class Hcp2Reader {
  readonly #bytesMax: number;
  /** What is held stands in it from #from to #end. */
  #buffer: Uint8Array = NOTHING;
  #from = 0;
  #end = 0;
  /** False while the buffer is a read as it was handed over, which is not written to. */
  #isOwn = false;
  /** Bytes that must be held before looking again, so that small pieces are not looked at over and over. */
  #wanted = 0;
  #isBroken = false;

  /** Takes frames with up to so many bytes of fields. */
  constructor(bytesMax: number = FRAME_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  receive(chunk: Uint8Array): void {
    if (this.#isBroken || chunk.length === 0) return;
    if (this.heldBytes === 0) this.#hold(chunk, chunk.length, false);
    else {
      if (!this.#isOwn || this.#end + chunk.length > this.#buffer.length) this.#makeRoom(chunk.length);
      this.#buffer.set(chunk, this.#end);
      this.#end += chunk.length;
    }
  }

  /** The next whole frame, a view of what was received; once, that the stream is broken. */
  next(): Hcp2Frame | BrokenStream | undefined {
    if (this.heldBytes === 0 || this.heldBytes < this.#wanted) return undefined;
    const cursor = new Cursor(this.#buffer, this.#from, this.#end);
    const type = cursor.varint();
    const length = typeof type === "number" ? cursor.varint() : type;
    if (type === "too-big" || length === "too-big") return this.#break("number-too-big");
    if (type === "cut" || length === "cut") return undefined;
    if (length > this.#bytesMax) return this.#break("frame-too-long");
    const body = cursor.take(length);
    this.#wanted = body === undefined ? cursor.at - this.#from + length : 0;
    if (body === undefined) return undefined;
    this.#from = cursor.at;
    if (this.heldBytes === 0) this.#hold(NOTHING, 0, false);
    return { type, body };
  }

  /** Bytes held that no frame has taken yet. */
  get heldBytes(): number {
    return this.#end - this.#from;
  }

  silenceMs(): undefined {
    return undefined;
  }

  endBySilence(): undefined {
    return undefined;
  }

  /** The end of the stream ends no frame: what is held is dropped. */
  endByClose(): undefined {
    return undefined;
  }

  /** Gives up what is held, to the reader that comes after this one. */
  release(): Uint8Array {
    const held = this.#buffer.slice(this.#from, this.#end);
    this.#hold(NOTHING, 0, false);
    return held;
  }

  #hold(buffer: Uint8Array, end: number, isOwn: boolean): void {
    this.#buffer = buffer;
    this.#from = 0;
    this.#end = end;
    this.#isOwn = isOwn;
  }

  #makeRoom(bytes: number): void {
    const held = this.heldBytes;
    const own = new Uint8Array(2 * (held + bytes));
    own.set(this.#buffer.subarray(this.#from, this.#end));
    this.#hold(own, held, true);
  }

  #break(broken: BrokenStream["broken"]): BrokenStream {
    this.#isBroken = true;
    this.#hold(NOTHING, 0, false);
    return { broken };
  }
}
