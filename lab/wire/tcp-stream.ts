// Owns one direction of a TCP connection: segments in, the bytes in their order out. Pure, without a clock. It must not
// know what the bytes mean. Invariant: every byte comes out once; what never came is said, in its place.

/** Bytes held behind a gap, and segments that hold them. Beyond either the gap counts as lost. */
export const HELD_BYTES_MAX = 1_048_576;
export const HELD_SEGMENTS_MAX = 1024;

/** What a segment says to this side of its connection. `sequence` is its first byte's, or its SYN's. */
export interface StreamSegment {
  readonly sequence: number;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly payload: Uint8Array;
}

/**
 * What comes out: bytes in order, how many were lost, or the end by FIN. Bytes are views of the segments' payloads; what
 * waited for a segment comes out with it as one piece of several parts, because a receiver reads it so.
 */
export type StreamPiece =
  | { readonly kind: "bytes"; readonly parts: readonly Uint8Array[] }
  | { readonly kind: "lost"; readonly lostBytes: number }
  | { readonly kind: "ended" };

interface HeldSegment {
  readonly start: number;
  readonly payload: Uint8Array;
  readonly fin: boolean;
}

/** Puts one direction's segments in order. It may begin within the stream: the first byte seen is the first. */
export class TcpStream {
  /** Sequence number of the next byte, or undefined before anything was seen. */
  #next: number | undefined;
  #ended = false;
  readonly #held: HeldSegment[] = [];
  #heldBytes = 0;

  /** True when the FIN has come out: nothing follows. */
  get ended(): boolean {
    return this.#ended;
  }

  /** What this segment lets out. Bytes that came before are dropped, bytes behind a gap wait for it. */
  receive(segment: StreamSegment): readonly StreamPiece[] {
    const start = segment.syn ? add(segment.sequence, 1) : segment.sequence;
    const empty = segment.payload.length === 0 && !segment.fin;
    if (segment.syn) this.#next ??= start;
    // An empty segment says nothing: a keepalive's number is the one before.
    if (this.#ended || empty) return [];
    this.#next ??= start;
    this.#hold({ start, payload: segment.payload, fin: segment.fin });
    const pieces = this.#release();
    while (this.#heldBytes > HELD_BYTES_MAX || this.#held.length > HELD_SEGMENTS_MAX) pieces.push(...this.#skipGap());
    return pieces;
  }

  /** What waits behind gaps when nothing more will come. */
  flush(): readonly StreamPiece[] {
    const pieces: StreamPiece[] = [];
    while (this.#held.length > 0) pieces.push(...this.#skipGap());
    return pieces;
  }

  #hold(segment: HeldSegment): void {
    const next = this.#next ?? 0;
    const ahead = distance(next, segment.start);
    const after = this.#held.findIndex((held) => distance(next, held.start) > ahead);
    this.#held.splice(after === -1 ? this.#held.length : after, 0, segment);
    this.#heldBytes += segment.payload.length;
  }

  /** Everything up to the next gap. */
  #release(): StreamPiece[] {
    const parts: Uint8Array[] = [];
    let isLast = false;
    for (let first = this.#held[0]; first !== undefined && !isLast; first = this.#held[0]) {
      const seen = -distance(this.#next ?? 0, first.start);
      if (seen < 0) break;
      this.#held.shift();
      this.#heldBytes -= first.payload.length;
      if (seen < first.payload.length) {
        parts.push(first.payload.subarray(seen));
        this.#next = add(first.start, first.payload.length);
      }
      isLast = first.fin && seen <= first.payload.length;
    }
    const pieces: StreamPiece[] = parts.length === 0 ? [] : [{ kind: "bytes", parts }];
    return isLast ? [...pieces, this.#end()] : pieces;
  }

  #skipGap(): readonly StreamPiece[] {
    const first = this.#held[0];
    if (first === undefined) return [];
    const lostBytes = distance(this.#next ?? 0, first.start);
    this.#next = first.start;
    return [{ kind: "lost", lostBytes }, ...this.#release()];
  }

  #end(): StreamPiece {
    this.#ended = true;
    this.#held.length = 0;
    this.#heldBytes = 0;
    return { kind: "ended" };
  }
}

/** Sequence numbers are of 32 bits and wrap around. */
function add(sequence: number, bytes: number): number {
  return (sequence + bytes) >>> 0;
}

/** How far `to` is ahead of `from`; negative when it is behind. */
function distance(from: number, to: number): number {
  return (to - from) | 0;
}
