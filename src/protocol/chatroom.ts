// Owns the bytes of pythonChatRoom: its client sends JSON objects one behind the other, its server texts without a
// delimiter. No text of the server begins with a brace, so that one rule serves both directions. Pure.

import type { CutRule } from "./cut-reader.ts";

/** Where its server listens. */
export const CHATROOM_PORT = 33_000;

/** Bytes of a text to its client at most. */
export const CHATROOM_BYTES_MAX = 1024;

/** Bytes of one message from a client at most. In JSON a character may take twelve. */
export const CHATROOM_READ_BYTES_MAX = 16_384;

/** A silence that ends a text, in milliseconds. Servers leave 20 between two texts. */
export const CHATROOM_SILENCE_MS = 10;

const [QUOTE, BACKSLASH, OPENING, CLOSING] = [0x22, 0x5c, 0x7b, 0x7d];

export const CHATROOM_RULE: CutRule = {
  bytesMax: CHATROOM_READ_BYTES_MAX,
  endOf: (held) => {
    const bytes = isObject(held) ? objectBytes(held) : undefined;
    return bytes === undefined ? undefined : { bytes, end: "delimiter" };
  },
  silenceMs: (held) => (isObject(held) ? undefined : CHATROOM_SILENCE_MS),
};

function isObject(held: Uint8Array): boolean {
  return held[0] === OPENING;
}

/** The bytes up to the brace that closes the first one; undefined while it is missing. */
function objectBytes(held: Uint8Array): number | undefined {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < held.length; at += 1) {
    const byte = held[at];
    if (isText && byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) isText = !isText;
    else if (!isText && byte === OPENING) depth += 1;
    else if (!isText && byte === CLOSING) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}
