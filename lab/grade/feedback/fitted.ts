// Owns how a JSON file for another system stays under that system's limit: what is said is cut shorter until it fits. Pure.
// It must not know the systems.

import { TEXT_CHARS_MAX } from "./words.ts";

const TEXT_CHARS_MIN = 50;

/**
 * @param make - What the file holds, when each text is at most so long.
 * @param bytesMax - What the system takes.
 * @returns The file's text. It may be longer than the limit only where its texts are not what makes it long.
 */
export function fitJson(make: (charsMax: number) => unknown, bytesMax: number): string {
  let charsMax = TEXT_CHARS_MAX;
  for (;;) {
    const text = `${JSON.stringify(make(charsMax), undefined, 2)}\n`;
    if (Buffer.byteLength(text) <= bytesMax || charsMax <= TEXT_CHARS_MIN) return text;
    charsMax = Math.floor(charsMax / 2);
  }
}
