// Owns how a stream of bytes is cut into frames, by PROTOCOL.md, "Reading". It has no clock: it says how long a silence
// ends what it holds, and its owner watches the time. Invariant: how TCP cut or merged the stream changes nothing,
// unless a silence was declared in the middle of a frame.

import {
  FRAME_BYTES_MAX,
  LIST_NAMES_READ_MAX,
  MESSAGE_HEADER_BYTES,
  NAME_BYTES,
  NAME_FRAME_BYTES,
  PADDING_SILENCE_MS,
  READER_BYTES_MAX,
  SEGMENT_BYTES_MIN,
  SEGMENT_SILENCE_MS,
} from "./limits.ts";
import { isTypeByte, MESSAGE_TYPES } from "./message.ts";

/** What told the reader that a frame ends where it ends. */
export type FrameEnd = "length" | "next-type" | "limit" | "silence";

/** A whole frame, with its own copy of the bytes. What a silence cut off a frame's fixed part is zeros; not in type 4. */
export interface Frame {
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly end: FrameEnd;
}

/** More bytes were handed over than the reader holds: its owner did not take frames first. */
export class ReaderOverflowError extends RangeError {
  override readonly name = "ReaderOverflowError";
}

interface Extent {
  /** Bytes that the frame has so far. */
  readonly bytes: number;
  /** What ends it, or undefined while its end is open. */
  readonly end: FrameEnd | undefined;
  /** True while a part that has a fixed length is incomplete. */
  readonly partial: boolean;
}

const NOTHING = new Uint8Array(0);

/**
 * Frames are copied one behind the other into blocks of so many bytes. Memory of its own for each frame would cost more than
 * the rest of the reading. Whoever keeps a frame keeps its whole block in memory, so blocks are small.
 */
export const BLOCK_BYTES = 8192;
let block = new Uint8Array(BLOCK_BYTES);
let blockUsed = 0;
const LIST_BYTES_READ_MAX = 1 + NAME_BYTES * LIST_NAMES_READ_MAX;

/** Cuts one direction of one connection into frames: receive(), then next() until it gives undefined. */
export class FrameReader {
  #buffer: Uint8Array = NOTHING;
  /** True while what is held came in one piece that began with its type byte. */
  #inOnePiece = true;
  /** Where to go on looking for a type byte, so that bytes in small pieces are not looked at over and over. */
  #scanned = 1;

  /**
   * Hands over what a read returned. `isBehind`: it is the rest of one, behind bytes of another protocol.
   * @throws ReaderOverflowError when more than READER_BYTES_MAX would be held.
   */
  receive(chunk: Uint8Array, isBehind = false): void {
    if (chunk.length === 0) return;
    const held = this.#buffer.length;
    if (held + chunk.length > READER_BYTES_MAX) {
      throw new ReaderOverflowError(`a reader holds at most ${READER_BYTES_MAX} bytes; got ${held + chunk.length}`);
    }
    this.#inOnePiece = held === 0 && !isBehind;
    if (held === 0) {
      this.#buffer = chunk;
      return;
    }
    const joined = new Uint8Array(held + chunk.length);
    joined.set(this.#buffer);
    joined.set(chunk, held);
    this.#buffer = joined;
  }

  /** The next frame whose end is certain, or undefined. */
  next(): Frame | undefined {
    if (this.#buffer.length === 0) return undefined;
    const extent = this.#measure();
    return extent.end === undefined ? undefined : this.#take(extent.bytes, extent.end);
  }

  /** Bytes held that no frame has taken yet. */
  get heldBytes(): number {
    return this.#buffer.length;
  }

  /**
   * Milliseconds of silence that end the frame that is held: 0 when it is complete at once, undefined when nothing is
   * held. Ask after next() gave undefined.
   */
  silenceMs(): number | undefined {
    if (this.#buffer.length === 0) return undefined;
    if (this.#measure().partial) return PADDING_SILENCE_MS;
    const short = this.#buffer.length < SEGMENT_BYTES_MIN;
    return short && this.#inOnePiece ? 0 : SEGMENT_SILENCE_MS;
  }

  /** The frame that is held, ended by the silence that silenceMs() asked for; undefined when nothing is held. */
  endBySilence(): Frame | undefined {
    if (this.#buffer.length === 0) return undefined;
    const whole = this.next();
    if (whole !== undefined) return whole;
    return this.#take(this.#buffer.length, "silence");
  }

  /**
   * The frame that is held when the stream ends, since no byte can follow. Undefined when nothing is held, or when a name
   * field is cut short: that is no name.
   */
  endByClose(): Frame | undefined {
    const silenceMs = this.silenceMs();
    return silenceMs === undefined || silenceMs >= PADDING_SILENCE_MS ? undefined : this.endBySilence();
  }

  /** Hands over the bytes that are held, for whoever reads the rest of the stream. */
  release(): Uint8Array {
    const held = this.#buffer;
    this.#buffer = NOTHING;
    this.#scanned = 1;
    return held;
  }

  #take(bytes: number, end: FrameEnd): Frame {
    const type = this.#buffer[0] ?? 0;
    const isAll = bytes === this.#buffer.length;
    const frame = newFrame(paddedBytes(type, bytes));
    frame.set(isAll ? this.#buffer : this.#buffer.subarray(0, bytes));
    // An empty view would keep the whole read's memory for as long as the connection is idle.
    this.#buffer = isAll ? NOTHING : this.#buffer.subarray(bytes);
    this.#scanned = 1;
    this.#inOnePiece = false;
    return { type, bytes: frame, end };
  }

  #measure(): Extent {
    switch (this.#buffer[0]) {
      case MESSAGE_TYPES.proposal:
      case MESSAGE_TYPES.ack:
      case MESSAGE_TYPES.nak:
        return this.#measureNameFrame();
      case MESSAGE_TYPES.update:
        return this.#measureUpdate();
      case MESSAGE_TYPES.message:
        return this.#measureOpen(MESSAGE_HEADER_BYTES);
      default:
        return this.#measureOpen(1);
    }
  }

  #measureNameFrame(): Extent {
    const whole = this.#buffer.length >= NAME_FRAME_BYTES;
    return whole ? extent(NAME_FRAME_BYTES, "length") : { bytes: this.#buffer.length, end: undefined, partial: true };
  }

  // A list is blocks of 64 bytes until a type byte comes. Zero bytes before a block belong to the block before it: the
  // report's server pads by characters, so its block for Zoë has 65 bytes.
  #measureUpdate(): Extent {
    const buffer = this.#buffer;
    let offset = this.#scanned;
    for (;;) {
      if (offset >= LIST_BYTES_READ_MAX) return extent(offset, "limit");
      if (offset >= buffer.length) return open(offset, buffer.length === 1);
      if (isTypeByte(buffer[offset])) return extent(offset, "next-type");
      if (buffer[offset] === 0 && offset > 1) offset += 1;
      else if (offset + NAME_BYTES > buffer.length) return { bytes: buffer.length, end: undefined, partial: true };
      else offset += NAME_BYTES;
      this.#scanned = offset;
    }
  }

  /** A frame that ends at the first type byte behind its first `fixed` bytes, or at FRAME_BYTES_MAX. */
  #measureOpen(fixed: number): Extent {
    const buffer = this.#buffer;
    const limit = Math.min(buffer.length, FRAME_BYTES_MAX);
    let offset = Math.max(this.#scanned, fixed);
    offset = typeByteFrom(buffer, offset, limit);
    this.#scanned = Math.max(this.#scanned, Math.min(offset, limit));
    if (offset < limit) return extent(offset, "next-type");
    if (limit === FRAME_BYTES_MAX) return extent(limit, "limit");
    return open(limit, buffer.length < fixed);
  }
}

/** Zeros for a frame, in memory that no other frame has. */
function newFrame(bytes: number): Uint8Array {
  if (bytes > BLOCK_BYTES) return new Uint8Array(bytes);
  if (blockUsed + bytes > BLOCK_BYTES) {
    block = new Uint8Array(BLOCK_BYTES);
    blockUsed = 0;
  }
  blockUsed += bytes;
  return block.subarray(blockUsed - bytes, blockUsed);
}

function extent(bytes: number, end: FrameEnd): Extent {
  return { bytes, end, partial: false };
}

function open(bytes: number, partial: boolean): Extent {
  return { bytes, end: undefined, partial };
}

/** Bytes of a frame once its last name field is padded to its full length. */
function paddedBytes(type: number, bytes: number): number {
  switch (type) {
    case MESSAGE_TYPES.proposal:
    case MESSAGE_TYPES.ack:
    case MESSAGE_TYPES.nak:
      return NAME_FRAME_BYTES;
    case MESSAGE_TYPES.message:
      return Math.max(bytes, MESSAGE_HEADER_BYTES);
    default:
      return bytes;
  }
}

/** Where the first type byte is, at `from` or behind it; `limit` when there is none before that. */
function typeByteFrom(bytes: Uint8Array, from: number, limit: number): number {
  for (let offset = from; offset < limit; offset += 1) {
    // A byte that is missing counts as zero, which is no type byte.
    const byte = bytes[offset] ?? 0;
    if (byte >= MESSAGE_TYPES.proposal && byte <= MESSAGE_TYPES.message) return offset;
  }
  return limit;
}
