// Owns how a stream of bytes becomes lines of bounded length. It must not know what a line means.
// Invariant: it never holds more than one line's limit, and one line too long costs that line only.

const NEWLINE = 0x0a;

/** A line without its line break. Of a line over the limit, what comes is its beginning. */
export interface CutLine {
  readonly bytes: Buffer;
  readonly tooLong: boolean;
}

/** Every line of a stream, the one behind the last newline included. */
export async function* linesOf(input: AsyncIterable<Buffer>, bytesMax: number): AsyncGenerator<CutLine> {
  const cutter = new LineCutter(bytesMax);
  for await (const chunk of input) yield* cutter.cut(chunk);
  const last = cutter.end();
  if (last !== undefined) yield last;
}

/** Cuts at newlines; what stands behind the last one comes with end(). */
export class LineCutter {
  readonly #bytesMax: number;
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  /** True while the rest of a line that was too long goes by. */
  #skipping = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The lines that end in this chunk, and at most one that has become too long in it. */
  *cut(chunk: Buffer): Generator<CutLine> {
    let offset = 0;
    while (offset < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, offset);
      const end = newline === -1 ? chunk.length : newline;
      if (!this.#skipping) {
        this.#hold(chunk.subarray(offset, end));
        if (this.#heldBytes > this.#bytesMax) {
          this.#skipping = true;
          yield this.#take(true);
        }
      }
      if (newline === -1) return;
      if (this.#skipping) this.#skipping = false;
      else yield this.#take(false);
      offset = newline + 1;
    }
  }

  /** What stands behind the last newline, if anything does. */
  end(): CutLine | undefined {
    return this.#heldBytes > 0 ? this.#take(false) : undefined;
  }

  #hold(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#heldBytes += piece.length;
  }

  #take(tooLong: boolean): CutLine {
    const bytes = Buffer.concat(this.#pieces).subarray(0, this.#bytesMax);
    this.#pieces = [];
    this.#heldBytes = 0;
    return { bytes, tooLong };
  }
}
