// Owns how a text that is too long is cut: it tells how much is missing. Pure. Invariant: what it gives is well-formed.

/** The text, or its first characters and how many more there are. */
export function cutText(text: string, charsMax: number): string {
  const more = text.length - charsMax;
  return more <= 0 ? text : `${text.slice(0, charsMax).toWellFormed()}… (${more} more characters)`;
}
