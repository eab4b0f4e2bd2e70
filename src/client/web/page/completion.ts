// Owns how Tab completes names. It must not know keys nor where a text stands.
// Invariant: every Tab brings a candidate that was not there before, or none. Then Tab moves on, as it does elsewhere.

import { NAME_BYTES } from "../../../protocol/hcp1/index.ts";

/** A text and where the caret stands in it, in UTF-16 units. */
export interface Caret {
  readonly text: string;
  readonly at: number;
}

/** A completion under way. */
export interface Completion {
  /** What Escape brings back. */
  readonly before: Caret;
  /** What is shown now. */
  readonly shown: Caret;
  readonly candidates: readonly string[];
  /** Which candidate is shown. */
  readonly index: number;
  /** Where the completed name begins. */
  readonly from: number;
}

/** Begins to complete what stands before the caret, or undefined when there is nothing to complete. */
export function beginCompletion(before: Caret, names: readonly string[]): Completion | undefined {
  for (const from of wordStarts(before)) {
    const typed = fold(before.text.slice(from, before.at));
    const candidates = names.filter((name) => fold(name).startsWith(typed) && fold(name) !== typed);
    if (candidates.length > 0) return show({ before, shown: before, candidates, index: 0, from });
  }
  return undefined;
}

/** The next candidate, or undefined after the last. */
export function nextCandidate(completion: Completion): Completion | undefined {
  const index = completion.index + 1;
  return index < completion.candidates.length ? show({ ...completion, index }) : undefined;
}

function show(completion: Completion): Completion {
  const { before, candidates, index, from } = completion;
  const rest = before.text.slice(before.at);
  const blank = rest.startsWith(" ") ? "" : " ";
  const start = `${before.text.slice(0, from)}${candidates[index] ?? ""}${blank}`;
  return { ...completion, shown: { text: start + rest, at: start.length } };
}

/**
 * Where a name that ends at the caret may begin, the earliest first: names have blanks in them. A name of NAME_BYTES bytes
 * has no more UTF-16 units than that.
 */
function wordStarts({ text, at }: Caret): readonly number[] {
  const starts: number[] = [];
  for (let index = Math.max(0, at - NAME_BYTES); index < at; index += 1) {
    const startsWord = index === 0 || /\s|[@(,]/.test(text[index - 1] ?? "");
    if (startsWord && !/\s/.test(text[index] ?? "")) starts.push(index);
  }
  return starts;
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
