// Owns the port between a connection and the protocol that it speaks. A connection knows bytes and time; what a frame is
// it learns from the framing that it is handed. Invariant: no reader has a clock. It says how long a silence ends what
// it holds, and the connection watches the time.

/** Cuts one direction of a stream into frames: receive(), then next() until it gives undefined. */
export interface Reader<Frame> {
  /**
   * Takes what a read returned. `isBehind`: it is the rest of one, behind a frame of the reader before this one.
   * @throws FramingError when no frame can come of it.
   */
  receive(chunk: Uint8Array, isBehind?: boolean): void;
  /**
   * The next frame whose end is certain, or undefined.
   * @throws FramingError when what is held cannot be a frame.
   */
  next(): Frame | undefined;
  /** Bytes held that no frame has taken yet. */
  readonly heldBytes: number;
  /**
   * How long a silence ends the frame that is held, in milliseconds: 0 when it is complete at once, undefined when no
   * silence ends it. Asked after next() gave undefined.
   */
  silenceMs(): number | undefined;
  /** The frame that is held, ended by the silence that silenceMs() asked for. */
  endBySilence(): Frame | undefined;
  /** The frame that is held, ended by the end of the stream; undefined when that leaves it in pieces. */
  endByClose(): Frame | undefined;
  /** Gives up what is held, to the reader that comes after this one. */
  release(): Uint8Array;
}

/** What a connection is handed: how its stream is read, and how it is written to. */
export interface Framing<Frame> {
  readonly reader: Reader<Frame>;
  /**
   * Least time between two frames to the peer, in milliseconds: each is then a write of its own. 0: none, and what one
   * turn of the event loop produced leaves in one write.
   */
  readonly messageGapMs: number;
}

/** The peer's bytes are no frames: it costs the peer its connection. The message is for a person. */
export class FramingError extends Error {
  override readonly name = "FramingError";
}
