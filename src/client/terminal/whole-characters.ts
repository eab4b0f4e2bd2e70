// Owns what keeps a character of several code points whole under the keys that move the caret or take a character away:
// node:readline does one code point a key. Pure. It must not know the line's terminal.

import type { Key } from "node:readline";

/** The line being typed, and its caret in UTF-16 units. */
interface Line {
  readonly line: string;
  readonly cursor: number;
}

/** The longest emoji have ten; a paste may have thousands of marks on a letter, and node:readline takes a while for each. */
const CODE_POINTS_MAX = 256;

const segmenter = new Intl.Segmenter();
/** Marks on a letter are taken away one by one, as they were typed; a picture was typed with one key. */
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;

/** How many code points a key has to take away: those of a whole character, and one for any other key. */
export function timesOf(key: Key, { line, cursor }: Line): number {
  if (key.meta) return 1;
  if (key.name === "backspace" && !key.ctrl) {
    const last = characterAt(line, cursor - 1);
    return last !== undefined && PICTURE.test(last.segment) ? codePoints(line.slice(last.index, cursor)) : 1;
  }
  if (key.ctrl ? key.name === "d" : key.name === "delete") {
    const next = characterAt(line, cursor);
    return next === undefined ? 1 : codePoints(line.slice(cursor, next.index + next.segment.length));
  }
  return 1;
}

/** How many code points lead out of the character that the caret stands within; 0 where it stands beside one. */
export function stepsOut(direction: "left" | "right", { line, cursor }: Line): number {
  const character = characterAt(line, cursor);
  if (character === undefined || character.index === cursor) return 0;
  const { index, segment } = character;
  return codePoints(direction === "left" ? line.slice(index, cursor) : line.slice(cursor, index + segment.length));
}

function characterAt(line: string, at: number): Intl.SegmentData | undefined {
  return segmenter.segment(line).containing(at);
}

function codePoints(text: string): number {
  return Math.min(CODE_POINTS_MAX, Array.from(text).length);
}
