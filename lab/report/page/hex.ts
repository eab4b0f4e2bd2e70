// Owns how bytes are written in a report. Pure. Invariant: however long the padding, a field stays short.

/** Zero bytes in a row from which on they are counted and not written. */
const ZEROS_FOLDED_MIN = 4;

export function fromHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor(hex.length / 2));
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

/** "4a 6f 6e 00 ×61". */
export function tellBytes(bytes: Uint8Array): string {
  const words: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const zeros = countZeros(bytes, at);
    if (zeros >= ZEROS_FOLDED_MIN) words.push(`00\u00a0\u00d7${zeros}`);
    else words.push((bytes[at] ?? 0).toString(16).padStart(2, "0"));
    at += zeros >= ZEROS_FOLDED_MIN ? zeros : 1;
  }
  return words.join(" ");
}

function countZeros(bytes: Uint8Array, from: number): number {
  let end = from;
  while (bytes[end] === 0) end += 1;
  return end - from;
}
