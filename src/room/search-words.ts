// Owns what the words of a text are, and whether a text has all that somebody looks for. Pure. It must not know where texts
// are kept. Invariant: a word is letters, digits and marks alone, so that no index reads a part of a query as syntax.

import { nameKey } from "../protocol/name.ts";

/** Scripts that put no blanks between words: each of their characters counts as a word, and a run of them as a phrase. */
const UNSPACED = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
  .map((script) => `\\p{Script=${script}}`)
  .join("");

const ASCII = /^\p{ASCII}*$/u;
const ASCII_WORD = /[a-z0-9]+/g;
const WORD = new RegExp(`[[\\p{L}\\p{N}\\p{M}]&&[${UNSPACED}]]|[[\\p{L}\\p{N}\\p{M}]--[${UNSPACED}]]+`, "gv");

/** The words of a text as they are compared, with a blank between two. Names are compared in the same way. */
export function wordsOf(text: string): string {
  // Most texts are ASCII, and ten times as fast on this way.
  const words = ASCII.test(text) ? text.toLowerCase().match(ASCII_WORD) : nameKey(text).match(WORD);
  return words?.join(" ") ?? "";
}

export class SearchWords {
  /** What stands between two blanks of the query, each as one word or as several that follow each other. */
  readonly phrases: readonly string[];

  /** `query` are words with blanks between them; what is no part of a word separates words, too. */
  constructor(query: string) {
    const phrases = query.split(/\s+/u).map(wordsOf);
    this.phrases = [...new Set(phrases)].filter((phrase) => phrase !== "");
  }

  /** True for a text that has all of them, anywhere. */
  areIn(text: string): boolean {
    const words = ` ${wordsOf(text)} `;
    return this.phrases.every((phrase) => words.includes(` ${phrase} `));
  }
}
