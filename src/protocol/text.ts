// Owns what a text may be, whatever carries it. Pure. It must not know who says it.

/** Bytes of UTF-8 in one text: what version 1's longest frame, 4096 bytes, leaves for it. */
export const TEXT_BYTES_MAX = 3967;

/** Bytes of a UTF-16 unit in UTF-8 at most. */
const UTF8_BYTES_MAX = 3;

const encoder = new TextEncoder();
const counted = new Uint8Array(UTF8_BYTES_MAX * TEXT_BYTES_MAX);

// Tab and newline are the control characters that a text may hold. Half a surrogate pair has no UTF-8.
const TEXT_CONTROL = /[[\p{Cc}\p{Cs}]--[\t\n]]/v;

/** True when a text can travel: no control character but tab and newline, and no half of a surrogate pair. */
export function isPlainText(text: string): boolean {
  return !TEXT_CONTROL.test(text);
}

/** Bytes that a text takes on the wire. */
export function textBytes(text: string): number {
  // Counted without making them, but for texts that nobody sends.
  return text.length <= TEXT_BYTES_MAX ? encoder.encodeInto(text, counted).written : encoder.encode(text).length;
}
