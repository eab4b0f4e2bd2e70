// Owns numbers that look random and are the same for the same seed. Pure.

/** Of the 32-bit generator "mulberry32". */
const [STEP, ODD_1, ODD_61] = [0x6d_2b_79_f5, 1, 61];
const [SHIFT_15, SHIFT_7, SHIFT_14] = [15, 7, 14];
const RANGE = 0x1_00_00_00_00;
const [HASH_START, HASH_FACTOR] = [0x81_1c_9d_c5, 0x01_00_01_93];

/** Gives numbers from 0 up to 1, without 1. @param name - Sequences of other names are others. */
export function seededRandom(seed: number, name: string): () => number {
  let state = hash(name, seed);
  return () => {
    state = (state + STEP) | 0;
    let mixed = Math.imul(state ^ (state >>> SHIFT_15), ODD_1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> SHIFT_7), ODD_61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> SHIFT_14)) >>> 0) / RANGE;
  };
}

/** FNV-1a. */
function hash(text: string, seed: number): number {
  let value = HASH_START ^ seed;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, HASH_FACTOR);
  return value;
}
