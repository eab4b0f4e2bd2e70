// Owns the bytes of ClassChat: texts without a delimiter, so that a silence ends each. Pure.

import type { CutRule } from "./cut-reader.ts";

/** Where its server listens. */
export const CLASSCHAT_PORT = 5050;

/** Bytes of a text to its client at most: what the client reads at once. */
export const CLASSCHAT_BYTES_MAX = 1024;

/** Bytes of a text from a client at most. */
export const CLASSCHAT_READ_BYTES_MAX = 4096;

/** A silence that ends a text, in milliseconds. Servers leave 20 between two texts. */
export const CLASSCHAT_SILENCE_MS = 10;

/** What its client sends when its window closes. */
export const CLASSCHAT_QUIT = "{quit}";

export const CLASSCHAT_RULE: CutRule = {
  bytesMax: CLASSCHAT_READ_BYTES_MAX,
  endOf: () => undefined,
  silenceMs: () => CLASSCHAT_SILENCE_MS,
};
