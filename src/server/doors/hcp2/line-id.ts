// Owns how a line's id is made of its place in the log, and read again. Pure. Invariant: no two lines of any two logs have
// one id, so that a line which comes twice is known, also after the server was started anew.

import type { Place } from "../../../room/entry.ts";

/** As many as a sequence has digits. */
const ZEROS = "0".repeat(16);

/** 16 bytes in hexadecimal: the log's identity, then the sequence. */
export function idOf(logIdentity: string, { sequence }: Pick<Place, "sequence">): string {
  const digits = sequence.toString(16);
  return logIdentity + ZEROS.slice(digits.length) + digits;
}

/** The sequence in an id; undefined when it is of no line of this log. */
export function sequenceOf(logIdentity: string, id: string): number | undefined {
  const sequence = Number.parseInt(id.slice(logIdentity.length), 16);
  return Number.isSafeInteger(sequence) && idOf(logIdentity, { sequence }) === id ? sequence : undefined;
}
