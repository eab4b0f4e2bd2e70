// Owns what stands on the line being typed for a line break and a tab, which node:readline would obey there. Pure. It must
// not know keys. Invariant: a stand-in is half a surrogate pair. It has no UTF-8, so that nobody can type or paste one, and
// whatever somebody types stands for itself.

/** Breaks and tabs, each with its stand-in and what is drawn for it. node:readline takes each of these breaks for Enter. */
const STAND_INS = [
  ["\t", "\udc09", "\u2409"],
  ["\n", "\udc0a", "\u240a"],
  ["\u2028", "\udc28", "\u2424"],
  ["\u2029", "\udc29", "\u00b6"],
] as const;

const STANDING = /[\udc09\udc0a\udc28\udc29]/gu;
const STOOD_FOR = /[\t\n\u2028\u2029]/g;

/** The line that holds a text. */
export function standIn(text: string): string {
  return text.toWellFormed().replace(STOOD_FOR, (found) => STAND_INS.find(([of]) => of === found)?.[1] ?? found);
}

/** The text that a typed line means. */
export function standFor(line: string): string {
  return line.replace(STANDING, (found) => STAND_INS.find(([, by]) => by === found)?.[0] ?? found);
}

/** What is drawn for a stand-in: a symbol in inverse colours, which nobody can type. Undefined for anything else. */
export function drawMark(character: string): string | undefined {
  const symbol = STAND_INS.find(([, by]) => by === character)?.[2];
  return symbol === undefined ? undefined : `\x1b[7m${symbol}\x1b[27m`;
}
