// Owns how a person is told that something could not be taken: what was expected, and the beginning of what was got.
// Invariant: what is quoted is bounded, and no character of it is cut in two.

/** A fault quotes this much of what was got. */
const QUOTED_CHARACTERS_MAX = 80;

/** "expected …; got …". */
export function describeFault(expected: string, got: string): string {
  // A character takes two units at most. One unit more tells whether anything was left out.
  const characters = Array.from(got.slice(0, 2 * QUOTED_CHARACTERS_MAX + 1));
  const quoted = characters.slice(0, QUOTED_CHARACTERS_MAX).join("");
  return `${expected}; got ${quoted}${characters.length > QUOTED_CHARACTERS_MAX ? "…" : ""}`;
}
