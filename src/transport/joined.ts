// Owns how frames become the bytes of one write. It must not know where they are written. Invariant: the bytes are the frames',
// in their order, and nobody writes to them: they may be another connection's, too.

/** What was joined last, which is kept until something else is: one queue of a peer at most. */
let last: { readonly frames: readonly Uint8Array[]; readonly bytes: Uint8Array } = {
  frames: [],
  bytes: Buffer.alloc(0),
};

/**
 * The bytes of frames. Most who are in a room hear the same in a turn: for them it is made once. Neither the array nor the
 * frames may change afterwards.
 */
export function joined(frames: readonly Uint8Array[]): Uint8Array {
  const [first] = frames;
  if (first !== undefined && frames.length === 1) return first;
  if (!areSame(frames, last.frames)) last = { frames, bytes: Buffer.concat(frames) };
  return last.bytes;
}

function areSame(frames: readonly Uint8Array[], others: readonly Uint8Array[]): boolean {
  return frames.length === others.length && frames.every((frame, index) => frame === others[index]);
}
