// Owns which of the words that there are a wrong one is nearest to. Pure. Invariant: of words that are equally near, the
// first.

import { closestMatch } from "leven";

/** ": did you mean 9.1?" behind a word that is wrong, or nothing where there are no right ones. */
export function didYouMean(word: string, words: readonly string[]): string {
  const nearest = closestMatch(word, words);
  return nearest === undefined ? "" : `: did you mean ${nearest}?`;
}
