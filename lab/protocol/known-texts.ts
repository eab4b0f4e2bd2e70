// Owns a rule for texts without a delimiter: a silence ends each, and one that TCP merged with the next is cut where a text
// that is known ends. Pure. It must not know any protocol.

import type { CutRule } from "../../src/protocol/cut-reader.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @param known - What a known text matches, from its beginning to its end. */
export function withKnownTexts(rule: CutRule, known: readonly RegExp[]): CutRule {
  const patterns = known.map(({ source }) => new RegExp(`^(?:${source})`, "s"));
  return {
    ...rule,
    endOf: (held) => rule.endOf(held) ?? endOfKnown(decoder.decode(held.subarray(0, rule.bytesMax)), patterns),
  };
}

function endOfKnown(text: string, patterns: readonly RegExp[]): ReturnType<CutRule["endOf"]> {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return { bytes: encoder.encode(found).length, end: "delimiter" };
  }
  return undefined;
}
