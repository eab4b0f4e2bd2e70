// Owns how frames become the bytes of one write. It must not know where they are written. Invariant: the bytes are the frames',
// in their order, and nobody writes to them: they may be another connection's, too.

interface Joined {
  readonly frames: readonly Uint8Array[];
  readonly bytes: Uint8Array;
}

const NOTHING: Joined = { frames: [], bytes: Buffer.alloc(0) };

/** What was joined last, one queue of a peer at most; undefined while nobody joins the same. */
let last: Joined | undefined;

/** While `run` runs, the same frames are joined once. What was joined is not kept beyond it. */
export function joiningOnce(run: () => void): void {
  last = NOTHING;
  try {
    run();
  } finally {
    last = undefined;
  }
}

/** The bytes of frames. Neither the array nor the frames may change afterwards. */
export function joined(frames: readonly Uint8Array[]): Uint8Array {
  const [first] = frames;
  if (first !== undefined && frames.length === 1) return first;
  if (last === undefined) return Buffer.concat(frames);
  if (!areSame(frames, last.frames)) last = { frames, bytes: Buffer.concat(frames) };
  return last.bytes;
}

function areSame(frames: readonly Uint8Array[], others: readonly Uint8Array[]): boolean {
  return frames.length === others.length && frames.every((frame, index) => frame === others[index]);
}
