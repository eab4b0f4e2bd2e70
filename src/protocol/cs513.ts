// Owns the bytes of CS513 chat: every message, in both directions, is a line. Pure. Its client sends `NICK:TEXT`.

import type { CutRule } from "./cut-reader.ts";

/** Where its server listens. */
export const CS513_PORT = 1338;

/** Bytes of one message at most, its newline among them: what its programs read at once. */
export const CS513_BYTES_MAX = 4096;

const NEWLINE = 10;

export const CS513_RULE: CutRule = {
  bytesMax: CS513_BYTES_MAX,
  endOf: (held) => {
    const at = held.indexOf(NEWLINE);
    return at < 0 ? undefined : { bytes: at + 1, end: "delimiter" };
  },
  silenceMs: () => undefined,
};
