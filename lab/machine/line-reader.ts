// Owns the way from a program's bytes to lines of text. It must not know where the bytes come from.
// Invariant: it holds at most LINE_BYTES_MAX bytes of an unfinished line; what is over is dropped up to the line's end.

/** Longest output line that a program's reader keeps, in bytes. */
export const LINE_BYTES_MAX = 65_536;

const NEWLINE = 0x0a;
/** Bytes of the form 10xxxxxx continue a UTF-8 character. */
const CONTINUATION_MASK = 0xc0;
const CONTINUATION = 0x80;

/** Cuts one stream into lines, without their newline. A line over LINE_BYTES_MAX ends at a character before it. */
export class LineReader {
  readonly #onLine: (text: string, cutBytes: number, isUnended: boolean) => void;
  #pieces: Uint8Array[] = [];
  #heldBytes = 0;
  #overBytes = 0;

  /** @param onLine - Told of each line, how many bytes of it were dropped, and whether the stream ended before it did. */
  constructor(onLine: (text: string, cutBytes: number, isUnended: boolean) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#hold(chunk.subarray(start, end));
      this.#release();
      start = end + 1;
    }
    this.#hold(chunk.subarray(start));
  }

  /** The stream has ended: a last line without a newline is handed over as well. */
  end(): void {
    if (this.#heldBytes > 0) this.#release(true);
  }

  #hold(piece: Uint8Array): void {
    const room = LINE_BYTES_MAX - this.#heldBytes;
    if (piece.length > room) this.#overBytes += piece.length - room;
    // A copy: the stream may use its chunk's memory again.
    const kept = Buffer.from(piece.subarray(0, room));
    if (kept.length === 0) return;
    this.#pieces.push(kept);
    this.#heldBytes += kept.length;
  }

  #release(isUnended = false): void {
    const line = Buffer.concat(this.#pieces, this.#heldBytes);
    const whole = this.#overBytes > 0 ? line.subarray(0, characterEnd(line)) : line;
    const cutBytes = this.#overBytes + line.length - whole.length;
    this.#pieces = [];
    this.#heldBytes = 0;
    this.#overBytes = 0;
    this.#onLine(whole.toString("utf8"), cutBytes, isUnended);
  }
}

/** Where the last whole character of a cut line ends. */
function characterEnd(line: Uint8Array): number {
  let start = line.length - 1;
  while (start > 0 && ((line[start] ?? 0) & CONTINUATION_MASK) === CONTINUATION) start -= 1;
  const lead = line[start] ?? 0;
  const characterBytes = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  return start + characterBytes <= line.length ? line.length : start;
}
