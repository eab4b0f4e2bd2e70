// Owns how a read is put behind what a reader holds. Pure. Invariant: where nothing is held, nothing is copied.

/** What is held, and behind it what came. */
export function joinBytes(held: Uint8Array, chunk: Uint8Array): Uint8Array {
  if (held.length === 0) return chunk;
  const joined = new Uint8Array(held.length + chunk.length);
  joined.set(held);
  joined.set(chunk, held.length);
  return joined;
}
